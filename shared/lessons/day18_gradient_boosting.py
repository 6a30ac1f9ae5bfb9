"""Day 18, Gradient boosting intro: what later days import.

Made from days/phase2_classic_ml/day18_gradient_boosting.ipynb by `days refresh 18`; edit it there.
"""

import numpy as np

from shared.lessons.day05_linear import sigmoid


def best_split(X, residuals, weights):
    """The stump's question: (feature, threshold); rows with X[:, feature] <= threshold go left.

    X (n, features); residuals (n,); weights (n,), positive. The threshold lies halfway between
    two values. Raises ValueError when every column is constant.
    """
    best_gain, best = -np.inf, None
    for feature in range(X.shape[1]):
        order = np.argsort(X[:, feature], kind="stable")
        x, r, w = X[order, feature], np.cumsum(residuals[order]), np.cumsum(weights[order])
        ends = np.flatnonzero(x[1:] > x[:-1])  # the left side may end only where the value changes
        if len(ends) == 0:
            continue
        gains = r[ends] ** 2 / w[ends] + (r[-1] - r[ends]) ** 2 / (w[-1] - w[ends])
        k = gains.argmax()
        if gains[k] > best_gain:
            best_gain, best = gains[k], (feature, (x[ends[k]] + x[ends[k] + 1]) / 2)
    if best is None:
        raise ValueError("Nothing to split: every column holds one value only.")
    return best


def boost(X, y, rounds, lr, second_order=False):
    """Boosted stumps on the log-loss: (start, stumps), for X (n, features) and y (n,) of 0 and 1.

    start: the log-odds of all rows; a stump: (feature, threshold, step left, step right), steps
    shrunk by lr. Splits by least squares on the residuals (Friedman, Greedy function
    approximation, 2001), or weighed by curvature if second_order (Chen and Guestrin, XGBoost,
    2016, section 2.2). Raises ValueError when y holds one class only.
    """
    if not 0 < y.mean() < 1:
        raise ValueError("Boosting needs rows of both classes.")
    start = np.log(y.mean() / (1 - y.mean()))
    scores, stumps = np.full(len(y), start), []
    for _ in range(rounds):
        p = sigmoid(scores)
        residuals, curvature = y - p, p * (1 - p)
        feature, threshold = best_split(
            X, residuals, curvature if second_order else np.ones(len(y))
        )
        left = X[:, feature] <= threshold
        steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
        scores = scores + np.where(left, *steps)
        stumps.append((feature, threshold, *steps))
    return start, stumps


def staged_scores(model, X):
    """Log-odds after 0, 1, …, all rounds, (rounds + 1, n), for model = (start, stumps)."""
    start, stumps = model
    steps = [np.where(X[:, j] <= threshold, left, right) for j, threshold, left, right in stumps]
    return np.cumsum([np.full(len(X), start), *steps], axis=0)


def early_stop(losses, patience):
    """(best, stopped): the round of the least loss so far, and the one where patience ran out.

    losses: one a round, the first is round 0; `stopped` is the last round if it never runs out.
    """
    if patience < 1 or len(losses) == 0:
        raise ValueError("Early stopping needs at least one loss and a patience of at least 1.")
    best = 0
    for now, loss in enumerate(losses):
        if loss < losses[best]:
            best = now
        if now - best >= patience:
            break
    return best, now
