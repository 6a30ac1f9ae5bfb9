"""Day 20, PCA MNIST scatter: what later days import.

Made from days/phase2_classic_ml/day20_pca_mnist.ipynb by `days refresh 20`; edit it there.
"""

import numpy as np

from shared.errors import DaysError


def as_table(X, k=1):
    """X as float64 (n, d). Raises DaysError on another shape, NaN, one row, or k outside 1…min(n, d)."""
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) < 2:
        raise DaysError(f"Give a table (n, d) of two rows or more; this has the shape {X.shape}.")
    if not np.isfinite(X).all():
        raise DaysError(
            "A direction through NaN or infinity means nothing; fill or drop such rows."
        )
    if not 1 <= k <= min(X.shape):
        raise DaysError(f"A table {X.shape} has 1 to {min(X.shape)} components, not {k}.")
    return X


def principal_components(X, k):
    """The first k principal components of X (n, d), by singular value decomposition.

    Returns the mean (d,), the components (k, d), unit rows by falling variance with their signs
    left open, and the variances (k,) with n - 1 in the denominator (Pearson, 1901; Hotelling,
    1933). Raises DaysError as `as_table` does.
    """
    X = as_table(X, k)
    mean = X.mean(axis=0)
    _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
    return mean, directions[:k], singular_values[:k] ** 2 / (len(X) - 1)


def power_iteration(X, rng, tol=1e-10, max_steps=5000):
    """Unit vectors (steps + 1, d) from a random start to the leading direction of X (n, d), centred.

    Raises DaysError when X has no spread or `max_steps` don't suffice (von Mises and
    Pollaczek-Geiringer, 1929).
    """
    if not np.any(X):
        raise DaysError("Nothing varies in this table, so no direction leads.")
    start = rng.normal(size=X.shape[1])
    path = [start / np.linalg.norm(start)]
    while len(path) <= max_steps:
        product = X.T @ (X @ path[-1])
        path.append(product / np.linalg.norm(product))
        if np.linalg.norm(path[-1] - path[-2]) < tol:
            return np.array(path)
    raise DaysError(f"{max_steps} steps don't suffice: the two largest variances are almost equal.")


def leading_directions(X, k, rng, tol=1e-10):
    """The first k components (k, d) of a centred table X (n, d), by power iteration and deflation.

    Also the path of each, as `power_iteration` returns it. Raises DaysError as it does, and when
    fewer than k directions have any spread.
    """
    X = as_table(X, k)
    rest, paths = X, []
    for _ in range(k):
        if paths and abs(rest).max() < 1e-12 * abs(X).max():
            raise DaysError(
                f"The spread is used up after {len(paths)} of the {k} directions asked for."
            )
        paths.append(power_iteration(rest, rng, tol))
        found = paths[-1][-1]
        rest = rest - np.outer(rest @ found, found)
    return np.array([path[-1] for path in paths]), paths


def sign_free_gap(a, b):
    """Largest difference (k,) between rows of a and b (k, d), the better of the two signs."""
    return np.minimum(abs(a - b).max(axis=1), abs(a + b).max(axis=1))


def project(X, mean, components):
    """Scores (n, k) of X (n, d) along components (k, d)."""
    return (X - mean) @ components.T


def rebuild(scores, mean, components):
    """The points (n, d) that scores (n, k) stand for."""
    return mean + scores @ components
