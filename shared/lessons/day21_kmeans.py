"""Day 21, k-means clustering: what later days import.

Made from days/phase2_classic_ml/day21_kmeans.ipynb by `days refresh 21`; edit it there.
"""

import numpy as np

from shared.errors import DaysError
from shared.lessons.day15_knn import as_points


def squared_distances(X, centres):
    """Squared Euclidean distances (n, k) between points X (n, d) and centres (k, d)."""
    return ((X[:, None] - centres) ** 2).sum(axis=2)


def lloyd_step(X, centres):
    """One step of Lloyd's algorithm for points X (n, d) and centres (k, d).

    Returns labels (n,), the nearest centre's number, ties to the lower; the inertia of X around
    `centres`, before they move; and the moved centres (k, d), a new array.
    """
    squares = squared_distances(X, centres)
    labels = squares.argmin(axis=1)
    moved = centres.astype(float)
    for j in np.unique(labels):
        moved[j] = X[labels == j].mean(axis=0)
    return labels, squares.min(axis=1).sum(), moved


def lloyd(X, centres, max_steps=300):
    """Lloyd's algorithm (Least squares quantization in PCM, 1957; IEEE 1982) until no centre moves.

    Returns labels (n,), the centres of all steps (steps, k, d) and the inertia at each (steps,).
    Raises DaysError when `max_steps` don't suffice.
    """
    path, history = [np.asarray(centres, dtype=float)], []
    while len(history) < max_steps:
        labels, inertia, moved = lloyd_step(X, path[-1])
        history.append(inertia)
        if np.array_equal(moved, path[-1]):
            return labels, np.array(path), np.array(history)
        path.append(moved)
    raise DaysError(
        f"The centres still move after {max_steps} steps; allow more, or scale the columns."
    )


def enough_points(X, k):
    """X as float64 (n, d). Raises DaysError as Day 15's, or with fewer than k >= 1 distinct rows."""
    X = as_points(X)
    if k < 1 or len(np.unique(X, axis=0)) < k:
        raise DaysError(f"{len(X)} points, alike ones counted once, can't make {k} clusters.")
    return X


def plus_plus(X, k, rng):
    """k starting centres (k, d) out of the rows of X (n, d), by D² sampling (k-means++, 2007).

    The first is drawn evenly. Raises DaysError as `enough_points` does.
    """
    X = enough_points(X, k)
    centres = [X[rng.integers(len(X))]]
    while len(centres) < k:
        nearest = squared_distances(X, np.array(centres)).min(axis=1)
        centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
    return np.array(centres)


def kmeans(X, k, rng, restarts=10):
    """The best of several runs of Lloyd's algorithm from k-means++ starts, for X (n, d).

    Returns labels (n,), centres (k, d) and the inertia. Raises DaysError as `enough_points` does.
    """
    X = enough_points(X, k)
    runs = [lloyd(X, plus_plus(X, k, rng)) for _ in range(restarts)]
    labels, path, history = min(runs, key=lambda run: run[2][-1])
    return labels, path[-1], float(history[-1])


def silhouettes(X, labels):
    """Silhouette (n,) of each point of X (n, d), from -1 to 1, given its label; 0 if alone.

    Raises DaysError unless there are 2 to n - 1 different labels (Rousseeuw, 1987).
    """
    X, (found, own) = as_points(X), np.unique(labels, return_inverse=True)
    if len(own) != len(X) or not 2 <= len(found) < len(X):
        raise DaysError(
            f"{len(found)} labels for {len(X)} points; it takes 2 to n - 1, one a point."
        )
    members = np.eye(len(found))[own]  # (n, k): 1 where a point belongs
    sizes, rows = members.sum(axis=0), np.arange(len(X))
    totals = np.sqrt(squared_distances(X, X)) @ members  # (n, k): to all of each group
    a = totals[rows, own] / np.maximum(sizes[own] - 1, 1)
    totals[rows, own] = np.inf
    b = (totals / sizes).min(axis=1)
    longer = np.maximum(a, b)
    return np.where((sizes[own] > 1) & (longer > 0), (b - a) / np.where(longer > 0, longer, 1), 0)
