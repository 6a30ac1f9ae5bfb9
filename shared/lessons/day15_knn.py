"""Day 15, k-NN from scratch: what later days import.

Made from days/phase2_classic_ml/day15_knn.ipynb by `days refresh 15`; edit it there.
"""

import heapq

import numpy as np

from shared.errors import DaysError


def as_points(X, k=0):
    """X as float64 (n, d). Raises DaysError on another shape, NaN, infinity, or fewer than k rows."""
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] == 0:
        raise DaysError(f"Points come as a table (n, d), a row each; this has the shape {X.shape}.")
    if not np.isfinite(X).all():
        raise DaysError(
            "A distance to NaN or infinity means nothing; fill or drop such rows first."
        )
    if len(X) < k:
        raise DaysError(f"There are {len(X)} points, too few for what was asked ({k}).")
    return X


def distances(queries, X):
    """Euclidean distances (m, n) from queries (m, d) to points X (n, d)."""
    return np.sqrt(((queries[:, None] - X) ** 2).sum(axis=2))


def smallest(values, k):
    """Positions (k,) of the k smallest of values (n,), in rising order; ties: the lower first."""
    limit = np.partition(values, k - 1)[k - 1]
    close = np.flatnonzero(values <= limit)
    return close[np.argsort(values[close], kind="stable")[:k]]


def checked(X, queries, k):
    """X (n, d) and queries (m, d) as float64; raises DaysError when they or k don't fit."""
    if k < 1:
        raise DaysError(f"At least one neighbour must vote; k is {k}.")
    X, queries = as_points(X, k), as_points(queries)
    if X.shape[1] != queries.shape[1]:
        raise DaysError(
            f"Points have {X.shape[1]} columns, queries {queries.shape[1]}; give them the same."
        )
    return X, queries


def nearest(X, queries, k):
    """Distances (m, k) to the k nearest points of X (n, d), and their rows (m, k), by brute force.

    Rising distance, then rising row. Raises DaysError on NaN, bad shapes and k out of 1…n.
    """
    X, queries = checked(X, queries, k)
    gaps, rows = np.empty((len(queries), k)), np.empty((len(queries), k), dtype=int)
    for i in range(len(queries)):
        values = distances(queries[i : i + 1], X)[0]
        rows[i] = smallest(values, k)
        gaps[i] = values[rows[i]]
    return gaps, rows


def vote(labels):
    """The commonest label in each row of labels (m, k), integers from 0; ties: the smallest."""
    counts = (labels[:, :, None] == np.arange(labels.max(initial=0) + 1)).sum(axis=1)
    return counts.argmax(axis=1)


def leave_one_out(X, y, k=5):
    """Labels (n,) predicted for the rows of X (n, d), each by the k nearest of the others.

    y (n,): integers from 0. Raises DaysError on NaN, or fewer than k + 1 rows.
    """
    X = as_points(X, k + 1)
    gaps = distances(X, X)
    np.fill_diagonal(gaps, np.inf)
    rows = np.array([smallest(row, k) for row in gaps])
    return vote(y[rows])


def box_distance(query, low, high):
    """Euclidean distances (b,) from query (d,) to the nearest point of each box; 0 inside.

    low, high (b, d): the smallest and the largest coordinates of each box.
    """
    outside = np.maximum(0, np.maximum(low - query, query - high))
    return np.sqrt((outside**2).sum(axis=-1))


def grow_boxes(X, leaf_size):
    """Halve the points X (n, d) into nested boxes.

    Returns low and high (b, d), the two children of each box ([] in a leaf), and its rows.
    """
    low, high, children, members = [], [], [], []
    waiting = [(np.arange(len(X)), None)]
    while waiting:
        rows, parent = waiting.pop()
        if parent is not None:
            children[parent].append(len(members))
        points = X[rows]
        low.append(points.min(axis=0))
        high.append(points.max(axis=0))
        spread = high[-1] - low[-1]
        if len(rows) > leaf_size and spread.max() > 0:
            half = len(rows) // 2
            order = np.argpartition(points[:, spread.argmax()], half)
            waiting += [(rows[part], len(members)) for part in (order[:half], order[half:])]
        children.append([])
        members.append(rows)
    return np.array(low), np.array(high), children, members


def search(tree, query, k):
    """One query (d,) in a KDTree: distances (k,), rows (k,), and the leaves read, in order."""
    gaps, rows, leaves = np.empty(0), np.empty(0, dtype=int), []
    waiting = [(0.0, 0)]  # a heap of (distance, box): the nearest box is always on top
    while waiting and (len(gaps) < k or waiting[0][0] <= gaps[-1]):
        box = heapq.heappop(waiting)[1]
        inner = tree.children[box]
        if inner:
            for gap, child in zip(
                box_distance(query, tree.low[inner], tree.high[inner]), inner, strict=True
            ):
                heapq.heappush(waiting, (float(gap), child))
            continue
        leaves.append(box)
        gaps = np.concatenate([gaps, distances(query[None], tree.X[tree.members[box]])[0]])
        rows = np.concatenate([rows, tree.members[box]])
        best = np.lexsort((rows, gaps))[:k]
        gaps, rows = gaps[best], rows[best]
    return gaps, rows, leaves


class KDTree:
    """Points X (n, d) in nested boxes, cut at medians (Bentley, CACM 1975; Friedman et al., 1977)."""

    def __init__(self, X, leaf_size=16):
        self.X = as_points(X, 1)
        self.low, self.high, self.children, self.members = grow_boxes(self.X, leaf_size)

    def query(self, queries, k):
        """The very arrays of `nearest`; `read` (m,) then counts the points each query looked at."""
        _, queries = checked(self.X, queries, k)
        gaps, rows = np.empty((len(queries), k)), np.empty((len(queries), k), dtype=int)
        self.read = np.zeros(len(queries), dtype=int)
        for i, query in enumerate(queries):
            gaps[i], rows[i], leaves = search(self, query, k)
            self.read[i] = sum(len(self.members[box]) for box in leaves)
        return gaps, rows
