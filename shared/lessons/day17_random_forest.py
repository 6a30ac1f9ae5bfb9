"""Day 17, Random forest OOB: what later days import.

Made from days/phase2_classic_ml/day17_random_forest.ipynb by `days refresh 17`; edit it there.
"""

from functools import partial

import numpy as np

from shared.errors import DaysError
from shared.lessons.day16_decision_trees import checked, grow, leaf_of, shares


def bootstrap(n, rng):
    """A bag: n row numbers (n,) drawn with replacement from n rows (Efron, 1979)."""
    return rng.integers(0, n, n)


def running_shares(members, bags, X, n_classes=2):
    """Yield, after each member, the mean class shares (n, n_classes) of X's rows (n, d) so far.

    members: functions from rows (m, d) to shares (m, n_classes); bags: for each, the rows of X it has
    seen, repeats included. A row hears only members that never saw it (Breiman, Machine Learning 45,
    2001, section 3.1), and is NaN as long as there is none. Fresh rows are in no bag: [].
    """
    total, voters = np.zeros((len(X), n_classes)), np.zeros(len(X))
    for member, bag in zip(members, bags, strict=True):
        outside = np.ones(len(X), dtype=bool)
        outside[bag] = False
        total[outside] += member(X[outside])
        voters[outside] += 1
        heard = voters[:, None] > 0
        yield np.divide(total, voters[:, None], out=np.full_like(total, np.nan), where=heard)


def grow_forest(X, y, n_trees, rng, max_features=None, n_classes=2):
    """Trees grown on bags of X (n, d) and y (n,), as running_shares wants them: (members, bags).

    max_features: columns drawn for each question; None is plain bagging (Breiman, 1996 and 2001).
    Raises DaysError on no trees, NaN, bad shapes and labels.
    """
    X, y = checked(X, y)
    if n_trees < 1:
        raise DaysError(f"A forest needs at least one tree, not {n_trees}.")
    bags = [bootstrap(len(X), rng) for _ in range(n_trees)]
    trees = [grow(X[bag], y[bag], n_classes, max_features=max_features, rng=rng) for bag in bags]
    return [partial(leaf_shares, tree) for tree in trees], bags


def leaf_shares(tree, X):
    """Class shares (n, classes) in the leaf that each row of X (n, d) falls into."""
    return shares(tree.counts[leaf_of(tree, X)])
