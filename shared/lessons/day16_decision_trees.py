"""Day 16, Decision trees visualised: what later days import.

Made from days/phase2_classic_ml/day16_decision_trees.ipynb by `days refresh 16`; edit it there.
"""

from dataclasses import dataclass

import numpy as np

from shared.errors import DaysError


def shares(counts):
    """Counts (..., classes) as shares that sum to 1; an empty group gets zeros."""
    return counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1)


def gini(counts):
    """Gini impurity (...) of class counts (..., classes): 0 when pure (Breiman et al., CART, 1984)."""
    return 1 - (shares(counts) ** 2).sum(axis=-1)


def entropy(counts):
    """Entropy (...) in bits of class counts (..., classes); 0 log 0 counts as 0 (Shannon, 1948)."""
    p = shares(counts)
    return -(p * np.log2(np.where(p > 0, p, 1))).sum(axis=-1)


def weighted(left, right, impurity):
    """What a split leaves: the impurity (...) of both children's counts, weighted by their sizes."""
    n_left, n_right = left.sum(axis=-1), right.sum(axis=-1)
    return (n_left * impurity(left) + n_right * impurity(right)) / (n_left + n_right)


TIE = 1e-12  # costs nearer than this are equal: the rest is rounding


def midpoint(a, b):
    """Halfway from a up to b, and never b itself, which must not go left."""
    middle = a / 2 + b / 2
    return middle if middle < b else a


def best_split(X, y, n_classes, impurity=gini, cost=weighted):
    """The cheapest question for X (n, d) and y (n,), integers from 0: (feature, threshold, cost).

    Rows with value <= threshold, the `midpoint` of two neighbours, go left; `cost(left counts, right
    counts, impurity)`. Within TIE the first column wins, then its lowest cut. None: nothing to cut.
    """
    order = np.argsort(X, axis=0, kind="stable")
    values = np.take_along_axis(X, order, axis=0)  # (n, d), each column sorted
    below = np.eye(n_classes)[y[order]].cumsum(axis=0)  # (n, d, classes): the first 1 … n rows
    left, everyone = below[:-1], below[-1]
    costs = cost(left, everyone - left, impurity)
    costs[values[1:] == values[:-1]] = np.inf
    if not np.isfinite(costs).any():
        return None
    feature, cut = divmod((costs <= costs.min() + TIE).T.argmax(), len(costs))
    threshold = midpoint(values[cut, feature], values[cut + 1, feature])
    return int(feature), float(threshold), float(costs[cut, feature])


@dataclass
class Tree:
    """A binary tree in arrays, a place a node, 0 the root; children come after their parent."""

    n_features: int
    feature: np.ndarray  # the column asked about; -2 in a leaf
    threshold: np.ndarray  # value <= threshold goes to the left child
    children_left: np.ndarray  # -1 in a leaf
    children_right: np.ndarray
    counts: np.ndarray  # (nodes, classes): the training rows that came by
    impurity: np.ndarray
    n_node_samples: np.ndarray


def leaf_of(tree, X):
    """The leaf (n,) that each row of X (n, d) falls into: all rows go down one level at a time."""
    nodes = np.zeros(len(X), dtype=int)
    while len(rows := np.flatnonzero(tree.children_left[nodes] >= 0)):
        at = nodes[rows]
        left = X[rows, tree.feature[at]] <= tree.threshold[at]
        nodes[rows] = np.where(left, tree.children_left[at], tree.children_right[at])
    return nodes


def predict(tree, X):
    """The commonest class (n,) in the leaf of each row of X (n, d); ties: the smallest label."""
    return tree.counts[leaf_of(tree, np.asarray(X, dtype=float))].argmax(axis=1)


LEAF = {"feature": -2, "threshold": -2.0, "children_left": -1, "children_right": -1}


def checked(X, y):
    """X as float64 (n, d), y as integers (n,); raises DaysError when they aren't fit for a tree."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    if X.ndim != 2 or 0 in X.shape or y.shape != X.shape[:1]:
        raise DaysError(
            f"A tree wants rows X (n, d) and a label for each, not {X.shape} and {y.shape}."
        )
    if not np.isfinite(X).all():
        raise DaysError("A tree can't ask about NaN or infinity; fill or drop such values first.")
    if y.dtype.kind not in "iu" or y.min() < 0:
        raise DaysError("Labels are whole numbers from 0; number the classes first.")
    return X, y


def some_columns(X, y, n_classes, max_features, rng, **options):
    """`best_split` among max_features columns drawn by rng; among all, if those can't be cut (or None)."""
    if max_features is not None:
        tried = rng.permutation(X.shape[1])[:max_features]
        if split := best_split(X[:, tried], y, n_classes, **options):
            return int(tried[split[0]]), *split[1:]
    return best_split(X, y, n_classes, **options)


def grow(X, y, n_classes=None, max_depth=np.inf, max_features=None, rng=None, **options):
    """A Tree for X (n, d) and y (n,), integers from 0, grown greedily (CART, 1984, chapter 2).

    max_features: try so many columns a node, drawn by the generator rng (as a forest does).
    options: impurity and cost, for `best_split`. Raises DaysError on NaN, bad shapes and labels.
    """
    X, y = checked(X, y)
    n_classes = n_classes or y.max() + 1
    nodes, waiting = [], [(np.arange(len(y)), 0, {}, "root")]
    while waiting:
        rows, depth, parent, side = waiting.pop()
        parent[side] = len(nodes)
        node = LEAF | {"counts": np.bincount(y[rows], minlength=n_classes)}
        nodes.append(node)
        if depth >= max_depth or node["counts"].max() == len(rows):
            continue
        if split := some_columns(X[rows], y[rows], n_classes, max_features, rng, **options):
            node["feature"], node["threshold"], _ = split
            left = X[rows, split[0]] <= split[1]
            waiting.append((rows[~left], depth + 1, node, "children_right"))
            waiting.append((rows[left], depth + 1, node, "children_left"))
    arrays = {name: np.array([node[name] for node in nodes]) for name in nodes[0]}
    impurity, sizes = options.get("impurity", gini)(arrays["counts"]), arrays["counts"].sum(axis=1)
    return Tree(X.shape[1], **arrays, impurity=impurity, n_node_samples=sizes)


def describe(tree, columns, classes):
    """The tree as text, a node a line, with its class counts; yes comes before no."""
    lines, waiting = [], [(0, "", "")]
    while waiting:
        node, indent, answer = waiting.pop()
        text = classes[tree.counts[node].argmax()]
        if tree.children_left[node] >= 0:
            text = f"{columns[tree.feature[node]]} <= {tree.threshold[node]:.2f}?"
            deeper = indent + "   " * bool(answer)
            waiting.append((tree.children_right[node], deeper, "no:  "))
            waiting.append((tree.children_left[node], deeper, "yes: "))
        counts = "".join(f"{n:>4}" for n in tree.counts[node])
        lines.append(f"{indent}{answer}{text}".ljust(50) + counts)
    return "\n".join(lines)


def importances(tree):
    """Share of the impurity decrease owed to each column (d,); zeros for a tree without questions.

    For a Tree and for scikit-learn's `tree_` (Breiman et al., CART, 1984, section 5.3).
    """
    load = tree.n_node_samples * tree.impurity
    inner = np.flatnonzero(tree.children_left >= 0)
    removed = load[inner] - load[tree.children_left[inner]] - load[tree.children_right[inner]]
    credit = np.bincount(tree.feature[inner], removed, tree.n_features)
    return credit / credit.sum() if credit.sum() > 0 else credit


def pruning_path(tree):
    """Prices (steps,) at which branches fall, and the leaves (steps,) left, from the whole tree to the root.

    Weakest-link pruning (Breiman et al., CART, 1984, section 3.3), for a Tree or a `tree_`.
    """
    left, right, inner = tree.children_left, tree.children_right, tree.children_left >= 0
    risk = tree.impurity * tree.n_node_samples / tree.n_node_samples[0]
    prices, leaves = [0.0], [int((~inner).sum())]
    while inner[0]:
        branch, ends = risk.copy(), np.ones(len(risk), dtype=int)
        for node in np.flatnonzero(inner)[::-1]:  # children come after their parent
            branch[node] = branch[left[node]] + branch[right[node]]
            ends[node] = ends[left[node]] + ends[right[node]]
        links = np.where(inner, (risk - branch) / np.maximum(ends - 1, 1), np.inf)
        weakest = links.argmin()
        prices.append(float(links[weakest]))
        leaves.append(int(leaves[-1] - ends[weakest] + 1))
        falling = [weakest]
        while falling:
            node = falling.pop()
            if inner[node]:
                falling += [left[node], right[node]]
            inner[node] = False
    return np.array(prices), np.array(leaves)
