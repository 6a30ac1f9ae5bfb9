"""Day 9, Logistic regression baseline: what later days import.

Made from days/phase1_groundwork/day09_logistic_regression.ipynb by `days refresh 9`; edit it there.
"""

import numpy as np

from shared.lessons.day05_linear import sigmoid


def log_loss(w, X, y):
    """Mean surprise, in nats, at labels y (n,) of 0 and 1, for X (n, d) and weights w (d,)."""
    z = X @ w
    return np.mean(np.logaddexp(0, z) - y * z)


def with_intercept(X):
    """X (n, d) with a column of ones put before it: (n, d + 1)."""
    return np.column_stack([np.ones(len(X)), X])


def slopes(w, X, y):
    """Gradient (d,) and Hessian (d, d) of `log_loss` at weights w (d,), for X (n, d), y (n,).

    Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, section 4.4.1.
    """
    p = sigmoid(X @ w)
    gradient = X.T @ (p - y) / len(y)
    hessian = (X.T * (p * (1 - p))) @ X / len(y)
    return gradient, hessian


def refuse(X, y):
    """Raise ValueError when no single best w can exist for X (n, d) and y (n,), or can be told."""
    if X.ndim != 2 or y.shape != (len(X),):
        raise ValueError(f"Give X as (n, d) and y as (n,); these are {X.shape} and {y.shape}.")
    if not np.isfinite(X).all():
        raise ValueError("X has gaps or infinities; fill them first, as on Day 3.")
    if set(np.unique(y)) != {0, 1}:
        raise ValueError("Labels must be 0 and 1, and both must occur.")
    if np.linalg.matrix_rank(X) < X.shape[1]:
        raise ValueError("A column can be computed from the others (or there are too few rows).")


def gradient_descent(X, y, steps=300):
    """Weights after 0, 1, … steps from zero: (steps + 1, d). Raises as `refuse` does."""
    refuse(X, y)
    lr = 4 * len(y) / np.linalg.norm(X, 2) ** 2
    path = [np.zeros(X.shape[1])]
    for _ in range(steps):
        path.append(path[-1] - lr * slopes(path[-1], X, y)[0])
    return np.array(path)


def newton(X, y, tol=1e-9, max_steps=30):
    """Weights step by step from zero until none moves by `tol`: (steps + 1, d).

    Raises ValueError as `refuse` does, and when the steps don't settle (separable classes).
    """
    refuse(X, y)
    path = [np.zeros(X.shape[1])]
    for _ in range(max_steps):
        try:
            path.append(path[-1] - np.linalg.solve(*reversed(slopes(path[-1], X, y))))
        except np.linalg.LinAlgError:
            break
        if abs(path[-1] - path[-2]).max() < tol:
            return np.array(path)
    raise ValueError("The steps don't settle: are the classes separated perfectly? Use a penalty.")


def stratified_folds(y, k, rng):
    """The fold (n,), 0 to k - 1, of each row; every class is spread as evenly as can be.

    Raises ValueError when a class has fewer than k rows.
    """
    folds = np.empty(len(y), dtype=int)
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        if len(rows) < k:
            raise ValueError(f"Class {label} has {len(rows)} rows, too few for {k} folds.")
        folds[rows] = rng.permutation(np.arange(len(rows)) % k)
    return folds


def out_of_fold(model, X, y, folds):
    """Probability (n,) of class 1 for each row, by `model` fitted on the other folds."""
    probs = np.empty(len(y))
    for k in np.unique(folds):
        hidden = folds == k
        probs[hidden] = model.fit(X[~hidden], y[~hidden]).predict_proba(X[hidden])[:, 1]
    return probs


class Logistic:
    """Logistic regression without a penalty, by Newton's method; scales columns by its own rows."""

    def fit(self, X, y):
        """Learn from X (n, d) and y (n,) of 0 and 1; returns itself. Raises as `newton` does."""
        if (np.ptp(X, axis=0) == 0).any():
            raise ValueError("A column has the same value in every row: drop it.")
        self.mean, self.std = X.mean(axis=0), X.std(axis=0)
        self.w = newton(with_intercept((X - self.mean) / self.std), y)[-1]
        return self

    def predict_proba(self, X):
        """(n, 2): the probabilities of 0 and of 1."""
        p = sigmoid(with_intercept((X - self.mean) / self.std) @ self.w)
        return np.column_stack([1 - p, p])
