"""Day 19, SVM margins: what later days import.

Made from days/phase2_classic_ml/day19_svm_margins.ipynb by `days refresh 19`; edit it there.
"""

from functools import partial

import numpy as np

from shared.errors import DaysError


def checked(X, y):
    """X as float64 (n, d), y as floats (n,), both -1 and +1 among them; DaysError otherwise."""
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1] or not np.isfinite(X).all():
        raise DaysError("A support vector machine wants finite rows X (n, d) and a label for each.")
    if set(y.tolist()) != {-1.0, 1.0}:
        raise DaysError("Labels are -1 and +1, and both must occur.")
    return X, y


def objective(w, b, X, y, C):
    """|w|²/2 plus C times the summed hinge, for X (n, d) and labels y (n,), -1 or +1."""
    return w @ w / 2 + C * np.maximum(0, 1 - y * (X @ w + b)).sum()


def slopes(w, b, X, y, C):
    """A subgradient of `objective`: by w (d,) and by b, a number.

    Rows with y f(x) = 1 stand on the hinge's kink and may count or not.
    """
    paying = y * (X @ w + b) < 1
    return w - C * y[paying] @ X[paying], -C * y[paying].sum()


class LinearSVM:
    """Subgradient descent on `objective` (Shalev-Shwartz, Singer and Srebro, Pegasos, ICML 2007)."""

    def __init__(self, C=1.0, rng=None):
        self.C, self.rng = C, rng or np.random.default_rng(0)

    def fit(self, X, y, steps=2000, batch_size=32):
        """Take `steps` steps of length 1/t, keep the mean of the second half; returns the history."""
        X, y = checked(X, y)
        w, b, path = np.zeros(X.shape[1]), 0.0, []
        for t in range(1, steps + 1):
            batch = self.rng.integers(0, len(y), batch_size)
            by_w, by_b = slopes(w, b, X[batch], y[batch], self.C * len(y) / batch_size)
            w, b = w - by_w / t, b - by_b / t
            path.append((w, b))
        self.w, self.b = (np.mean(part, axis=0) for part in zip(*path[steps // 2 :], strict=True))
        return [objective(*place, X, y, self.C) for place in path]

    def decision_function(self, X):
        """f (n,) for X (n, d): its sign is the class, and the kerbs are at -1 and +1."""
        return X @ self.w + self.b


def linear_kernel(A, B):
    """Dot products (n, m) of the rows of A (n, d) and B (m, d)."""
    return A @ B.T


def rbf_kernel(A, B, gamma=1.0):
    """exp(-gamma |a - b|²), (n, m), for the rows of A (n, d) and B (m, d)."""
    return np.exp(-gamma * ((A[:, None] - B) ** 2).sum(axis=2))


def pair_step(beta, s, K, low, high):
    """The pair of SMO to move, as (i, j, t, violation): beta[i] rises by t, beta[j] falls by t.

    beta, slopes s, low, high (n,); K (n, n). violation: s[i] - s[j], as large as it gets among rows
    with room to move (Keerthi et al., Neural Computation 13, 2001). t: where the gain peaks, or the
    nearest bound. Twins have no curvature; 1e-12 stands in for it.
    """
    i = np.where(beta < high, s, -np.inf).argmax()
    j = np.where(beta > low, s, np.inf).argmin()
    curvature = K[i, i] + K[j, j] - 2 * K[i, j]
    t = (s[i] - s[j]) / max(curvature, 1e-12)
    return i, j, min(t, high[i] - beta[i], beta[j] - low[j]), s[i] - s[j]


def smo(K, y, C=1.0, tol=1e-3, max_steps=200_000):
    """Climb the dual: beta (n,), b, and the dual's value after each step.

    K: kernel matrix (n, n); y (n,): -1 or +1. Stops when no pair violates by more than tol; raises
    DaysError after max_steps (Platt, Sequential minimal optimization, 1998).
    """
    low, high = np.minimum(0, C * y), np.maximum(0, C * y)
    beta, s, history = np.zeros(len(y)), np.array(y, dtype=float), []
    for _ in range(max_steps):
        i, j, t, violation = pair_step(beta, s, K, low, high)
        if violation < tol:
            return beta, (s[i] + s[j]) / 2, history
        # A bound that is reached is set exactly: rounding must not leave a sliver of room.
        beta[i] = high[i] if t == high[i] - beta[i] else beta[i] + t
        beta[j] = low[j] if t == beta[j] - low[j] else beta[j] - t
        s -= t * (K[:, i] - K[:, j])
        history.append(beta @ (y + s) / 2)
    raise DaysError(f"SMO hasn't settled after {max_steps} steps: scale the columns, or lower C.")


class KernelSVM:
    """A support vector machine with any kernel(A, B) -> (n, m), trained by `smo`."""

    def __init__(self, kernel=rbf_kernel, C=1.0):
        self.kernel, self.C = kernel, C

    def fit(self, X, y, tol=1e-3):
        """Learn from X (n, d), y (n,) in {-1, +1}; keeps the support vectors, returns the history."""
        X, y = checked(X, y)
        beta, self.b, history = smo(self.kernel(X, X), y, self.C, tol)
        self.support = np.flatnonzero(beta)
        self.X, self.beta = X[self.support], beta[self.support]
        return history

    def decision_function(self, X):
        """f (n,) for X (n, d): its sign is the class, and the kerbs are at -1 and +1."""
        return self.kernel(X, self.X) @ self.beta + self.b
