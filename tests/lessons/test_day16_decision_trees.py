"""Day 16's tree: scikit-learn's splits, importances and pruning on any table, ties apart."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy
from sklearn.tree import DecisionTreeClassifier

from shared.errors import DaysError
from shared.lessons.day16_decision_trees import (
    TIE,
    best_split,
    describe,
    entropy,
    gini,
    grow,
    importances,
    leaf_of,
    midpoint,
    predict,
    pruning_path,
    weighted,
)

CRITERIA = {"gini": gini, "entropy": entropy}
SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=50, deadline=None)


@st.composite
def tables(draw):
    """X of small whole numbers (ties, equal rows, constant columns) or smooth, and labels y."""
    rng = np.random.default_rng(draw(SEEDS))
    n, d, classes = draw(st.integers(2, 70)), draw(st.integers(1, 5)), draw(st.integers(1, 4))
    X = rng.integers(0, draw(st.sampled_from([1, 2, 5, 40])), (n, d)).astype(float)
    if draw(st.booleans()):
        X = (
            rng.normal(size=(n, d)).astype(np.float32).astype(float)
        )  # the library rounds to float32
    return X, rng.integers(0, classes, n)


def cost_of(X, y, feature, threshold, impurity):
    """From the definition, with nothing of the code under test but the impurity."""
    left = X[:, feature] <= threshold
    sides = [np.bincount(part, minlength=y.max() + 1) for part in (y[left], y[~left])]
    return sum(side.sum() * impurity(side) for side in sides) / len(y)


@properties
@given(SEEDS)
def test_impurities_equal_their_definitions(seed):
    counts = np.random.default_rng(seed).integers(0, 9, (6, 3)) + np.array([1, 0, 0])
    p = counts / counts.sum(axis=1, keepdims=True)
    differ = [sum(a * b for i, a in enumerate(q) for j, b in enumerate(q) if i != j) for q in p]
    np.testing.assert_allclose(gini(counts), differ, atol=1e-12)
    np.testing.assert_allclose(entropy(counts), scipy_entropy(p, base=2, axis=1), atol=1e-12)


@properties
@given(tables(), st.sampled_from(list(CRITERIA)))
def test_no_cut_is_cheaper_and_ties_go_to_the_first_column_and_lowest_cut(table, criterion):
    X, y = table
    impurity = CRITERIA[criterion]
    values = [np.unique(column) for column in X.T]
    cuts = [(f, midpoint(*pair)) for f, v in enumerate(values) for pair in itertools.pairwise(v)]
    found = best_split(X, y, y.max() + 1, impurity)
    if not cuts:
        assert found is None
        return
    costs = np.array([cost_of(X, y, *cut, impurity) for cut in cuts])
    assert found[2] == pytest.approx(costs.min(), abs=1e-10)
    assert abs(cost_of(X, y, *found[:2], impurity) - found[2]) < 1e-10
    clear = np.sort(costs - costs.min())
    if not ((clear > TIE / 10) & (clear < TIE * 10)).any():
        assert found[:2] == cuts[np.argmax(costs <= costs.min() + TIE)]


@properties
@given(tables(), st.sampled_from(list(CRITERIA)), st.integers(0, 99))
def test_at_every_node_of_the_librarys_tree_our_question_is_as_good(table, criterion, state):
    X, y = table
    impurity = CRITERIA[criterion]
    model = DecisionTreeClassifier(max_depth=3, criterion=criterion, random_state=state).fit(X, y)
    theirs, reached = model.tree_, model.decision_path(X).toarray().astype(bool)
    y = np.searchsorted(model.classes_, y)
    for node in np.flatnonzero(theirs.children_left >= 0):
        a, b = X[reached[:, node]], y[reached[:, node]]
        ours = cost_of(a, b, *best_split(a, b, y.max() + 1, impurity)[:2], impurity)
        assert (
            abs(ours - cost_of(a, b, theirs.feature[node], theirs.threshold[node], impurity))
            <= 1e-12
        )


@properties
@given(tables(), st.sampled_from(list(CRITERIA)))
def test_grown_to_the_end_only_equal_rows_stay_together_as_in_the_library(table, criterion):
    X, y = table
    ours = grow(X, y, impurity=CRITERIA[criterion])
    model = DecisionTreeClassifier(criterion=criterion, random_state=0).fit(X, y)
    # Whatever the order of the questions, what is left together is what no question parts.
    assert np.mean(predict(ours, X) == y) == pytest.approx(model.score(X, y))
    assert (ours.impurity[leaf_of(ours, X)] * len(y)).sum() == pytest.approx(
        (model.tree_.impurity[model.apply(X)] * len(y)).sum(), abs=1e-9
    )


@properties
@given(tables(), st.integers(0, 5))
def test_a_tree_keeps_its_promises(table, depth):
    X, y = table
    tree = grow(X, y, max_depth=depth)
    leaves = leaf_of(tree, X)
    assert (tree.children_left[leaves] == -1).all() and len(tree.feature) < 2 ** (depth + 1)
    for leaf in np.unique(leaves):
        np.testing.assert_array_equal(
            np.bincount(y[leaves == leaf], minlength=y.max() + 1), tree.counts[leaf]
        )
    inner = np.flatnonzero(tree.children_left >= 0)
    assert (tree.children_left[inner] > inner).all() and (tree.children_right[inner] > inner).all()
    np.testing.assert_array_equal(
        tree.counts[inner],
        tree.counts[tree.children_left[inner]] + tree.counts[tree.children_right[inner]],
    )
    assert len(describe(tree, "abcde", "wxyz").splitlines()) == len(tree.feature)


@properties
@given(tables(), st.sampled_from(list(CRITERIA)))
def test_importances_and_pruning_equal_the_librarys_on_its_own_tree(table, criterion):
    X, y = table
    model = DecisionTreeClassifier(criterion=criterion, random_state=0).fit(X, y)
    np.testing.assert_allclose(importances(model.tree_), model.feature_importances_, atol=1e-12)
    prices, leaves = pruning_path(model.tree_)
    np.testing.assert_allclose(
        prices, model.cost_complexity_pruning_path(X, y).ccp_alphas, atol=1e-12
    )
    assert leaves[0] == model.get_n_leaves() and leaves[-1] == 1 and (np.diff(leaves) < 0).all()


def test_drawn_columns_are_obeyed_repeat_by_seed_and_never_stop_a_tree_early():
    rng = np.random.default_rng(0)
    X = np.column_stack([np.zeros((200, 3)), rng.normal(size=(200, 3))])
    y = rng.integers(0, 2, 200)
    trees = [grow(X, y, max_features=1, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(trees[0].feature, trees[1].feature)
    assert list(trees[0].feature) != list(trees[2].feature)
    assert all((predict(tree, X) == y).all() for tree in trees)
    roots = [grow(X[:, 3:], y, max_depth=1, max_features=1, rng=rng).feature[0] for _ in range(60)]
    assert set(roots) == {0, 1, 2}


def test_alternating_labels_make_a_chain_deeper_than_pythons_recursion():
    y = np.arange(2500) % 2
    tree = grow(np.arange(2500.0)[:, None], y)
    assert len(tree.feature) == 4999 and (predict(tree, np.arange(2500.0)[:, None]) == y).all()


def test_neighbouring_floats_are_parted():
    a = 1.0
    b = np.nextafter(a, 2)
    assert a <= midpoint(a, b) < b and midpoint(1e308, 1.5e308) == pytest.approx(1.25e308)
    tree = grow([[a], [b]], [0, 1])
    assert predict(tree, [[a], [b]]).tolist() == [0, 1]


def test_one_row_one_class_and_equal_rows_give_a_single_leaf():
    for X, y in (([[1.0]], [2]), (np.eye(3), [1, 1, 1]), (np.ones((4, 2)), [0, 1, 1, 0])):
        tree = grow(X, y)
        assert len(tree.feature) == 1 and not importances(tree).any()
        assert [len(part) for part in pruning_path(tree)] == [1, 1]
    assert predict(tree, np.ones((2, 2))).tolist() == [0, 0], (
        "a tied vote goes to the smallest label"
    )
    assert weighted(np.array([0, 0]), np.array([1, 1]), gini) == 0.5, (
        "an empty child weighs nothing"
    )


@pytest.mark.parametrize(
    ("X", "y", "says"),
    [
        (np.empty((0, 2)), [], "rows X"),
        (np.empty((2, 0)), [0, 1], "rows X"),
        ([1.0, 2.0], [0, 1], "rows X"),
        (np.eye(3), [0, 1], "label for each"),
        ([[np.nan], [1]], [0, 1], "NaN"),
        ([[np.inf], [1]], [0, 1], "infinity"),
        (np.eye(2), ["a", "b"], "whole numbers"),
        (np.eye(2), [0.0, 1.0], "whole numbers"),
        (np.eye(2), [-1, 0], "from 0"),
    ],
)
def test_bad_tables_end_in_one_clear_sentence(X, y, says):
    with pytest.raises(DaysError, match=says) as caught:
        grow(X, y)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
