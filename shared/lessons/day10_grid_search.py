"""Day 10, Grid search hyperparams: what later days import.

Made from days/phase1_groundwork/day10_grid_search.ipynb by `days refresh 10`; edit it there.
"""

import numpy as np

from shared.lessons.day05_linear import sigmoid
from shared.lessons.day09_logistic_regression import stratified_folds, with_intercept


def shrink(w, amount, penalty):
    """What the penalty leaves of weights w (d,) after a step (Beck and Teboulle, 2009)."""
    if penalty == "l1":
        return np.sign(w) * np.maximum(abs(w) - amount, 0)
    return w / (1 + amount)


class Penalised:
    """Logistic regression with an l1 or l2 penalty, by descent; scales columns by its own rows."""

    def __init__(self, C=1.0, penalty="l2", steps=100):
        if penalty not in ("l1", "l2") or not C > 0:
            raise ValueError(f"C must be positive and the penalty l1 or l2, not {C} and {penalty}.")
        self.C, self.penalty, self.steps = C, penalty, steps

    def fit(self, X, y):
        """Learn from X (n, d) and y (n,) of 0 and 1; returns itself."""
        self.mean, self.std = X.mean(axis=0), X.std(axis=0)
        Z, self.w = self._scaled(X), np.zeros(X.shape[1] + 1)
        lr = 4 * len(y) / np.linalg.norm(Z, 2) ** 2  # Day 9: never overshoots
        for _ in range(self.steps):
            self.w -= lr * Z.T @ (sigmoid(Z @ self.w) - y) / len(y)
            self.w[1:] = shrink(self.w[1:], lr / (self.C * len(y)), self.penalty)
        return self

    def predict_proba(self, X):
        """(n, 2): the probabilities of 0 and of 1."""
        p = sigmoid(self._scaled(X) @ self.w)
        return np.column_stack([1 - p, p])

    def _scaled(self, X):
        return with_intercept((X - self.mean) / np.where(self.std > 0, self.std, 1))


def grid_scores(make, settings, X, y, folds):
    """Accuracy (len(settings), k) of each setting, a dict, on each fold's hidden rows.

    make(**setting): a model with fit(X, y), which returns it, and predict_proba(X), (n, 2).
    X (n, d), y (n,) of 0 and 1; folds (n,): the fold, 0 to k - 1, in which a row is hidden.
    """
    scores = np.empty((len(settings), folds.max() + 1))
    for i, setting in enumerate(settings):
        for k in range(folds.max() + 1):
            hidden = folds == k
            model = make(**setting).fit(X[~hidden], y[~hidden])
            scores[i, k] = np.mean((model.predict_proba(X[hidden])[:, 1] > 0.5) == y[hidden])
    return scores


def nested_scores(make, settings, X, y, folds, rng, k=5):
    """Accuracy on each outer fold of whatever the search chose without it, and those choices.

    Arguments as for `grid_scores`; the inner k folds are drawn from rng. Returns (outer folds,)
    and a list of settings (Varma and Simon, Bias in error estimation, 2006).
    """
    scores, chosen = [], []
    for outer in np.unique(folds):
        rest = folds != outer
        inner = stratified_folds(y[rest], k, rng)
        means = grid_scores(make, settings, X[rest], y[rest], inner).mean(axis=1)
        chosen.append(settings[int(means.argmax())])
        model = make(**chosen[-1]).fit(X[rest], y[rest])
        scores.append(np.mean((model.predict_proba(X[~rest])[:, 1] > 0.5) == y[~rest]))
    return np.array(scores), chosen
