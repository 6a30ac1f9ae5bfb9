"""Day 17's forest: its out-of-bag record is scikit-learn's, and nobody judges what it has seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from shared.errors import DaysError
from shared.lessons.day17_random_forest import (
    bootstrap,
    grow_forest,
    leaf_shares,
    running_shares,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=25, deadline=None)


def table(seed, n=60, classes=3):
    """Rows (n, 4) and labels (n,), every class among them."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).round(1)
    y = rng.permutation(np.arange(n) % classes)
    X[:, 0] += y
    return X, y


@properties
@given(SEEDS, st.integers(1, 25), st.integers(1, 3))
def test_out_of_bag_shares_are_those_of_the_librarys_forest(seed, n_trees, leaf):
    X, y = table(seed)
    forest = RandomForestClassifier(n_trees, min_samples_leaf=leaf, random_state=seed).fit(X, y)
    members = [tree.predict_proba for tree in forest.estimators_]
    *_, ours = running_shares(members, forest.estimators_samples_, X, 3)
    unjudged = np.isnan(ours[:, 0])
    everyone = [np.isin(np.arange(60), bag) for bag in forest.estimators_samples_]
    np.testing.assert_array_equal(unjudged, np.all(everyone, axis=0))
    if not unjudged.any():
        forest.set_params(oob_score=True).fit(X, y)
        np.testing.assert_allclose(ours, forest.oob_decision_function_, atol=1e-12)


@properties
@given(SEEDS)
def test_fresh_rows_hear_every_member_and_the_mean_grows_one_by_one(seed):
    X, y = table(seed)
    forest = RandomForestClassifier(7, random_state=seed).fit(X, y)
    fresh = np.random.default_rng(seed).normal(size=(9, 4))
    members = [tree.predict_proba for tree in forest.estimators_]
    steps = list(running_shares(members, [[]] * 7, fresh, 3))
    for k, step in enumerate(steps, 1):
        np.testing.assert_allclose(step, np.mean([m(fresh) for m in members[:k]], axis=0))
    np.testing.assert_allclose(steps[-1], forest.predict_proba(fresh))


@properties
@given(SEEDS)
def test_a_rows_own_label_never_reaches_its_out_of_bag_shares(seed):
    """Change one label: trees without that row stay as they are, and so does its verdict."""
    X, y = table(seed)
    changed = y.copy()
    changed[5] = (y[5] + 1) % 3
    records = []
    for labels in (y, changed):
        members, bags = grow_forest(X, labels, 12, np.random.default_rng(seed), n_classes=3)
        *_, shares = running_shares(members, bags, X, 3)
        records.append(shares)
    np.testing.assert_array_equal(records[0][5], records[1][5])


@properties
@given(SEEDS, st.sampled_from([None, 1, 2]))
def test_trees_know_their_bags_by_heart_and_seeds_repeat(seed, max_features):
    X, y = table(seed)
    X = X + np.arange(60)[:, None] / 1e3  # no two rows alike, or a leaf may hold two labels
    grown = [grow_forest(X, y, 4, np.random.default_rng(seed), max_features, 3) for _ in range(2)]
    for member, bag, twin in zip(*grown[0], grown[1][0], strict=True):
        np.testing.assert_array_equal(member(X[bag]), np.eye(3)[y[bag]])
        np.testing.assert_array_equal(member(X), twin(X))
    assert [len(bag) for bag in grown[0][1]] == [60] * 4


def test_a_bag_leaves_out_one_row_in_e_and_draws_evenly():
    rng = np.random.default_rng(0)
    bags = np.array([bootstrap(50, rng) for _ in range(4000)])
    assert bags.shape == (4000, 50) and bags.min() == 0 and bags.max() == 49
    outside = 1 - np.mean([len(np.unique(bag)) for bag in bags]) / 50
    assert outside == pytest.approx((1 - 1 / 50) ** 50, abs=0.002)
    assert np.bincount(bags.ravel()).std() < 3 * np.sqrt(4000)
    assert bootstrap(1, rng).tolist() == [0]


def test_own_forest_does_as_well_as_the_librarys():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(1200, 6))
    y = (X[:, 0] + X[:, 1] * X[:, 2] + rng.normal(0, 0.5, 1200) > 0).astype(int)
    members, bags = grow_forest(X[:400], y[:400], 40, rng, max_features=2)
    *_, oob = running_shares(members, bags, X[:400])
    *_, fresh = running_shares(members, [[]] * 40, X[400:])
    theirs = RandomForestClassifier(40, max_features=2, random_state=0).fit(X[:400], y[:400])
    ours = np.mean(fresh.argmax(axis=1) == y[400:])
    assert abs(ours - theirs.score(X[400:], y[400:])) < 0.04
    assert abs(np.mean(oob.argmax(axis=1) == y[:400]) - ours) < 0.06
    bagged = BaggingClassifier(DecisionTreeClassifier(), 40, random_state=0).fit(X[:400], y[:400])
    members, _ = grow_forest(X[:400], y[:400], 40, rng)
    plain = sum(member(X[400:]) for member in members).argmax(axis=1)
    assert abs(np.mean(plain == y[400:]) - bagged.score(X[400:], y[400:])) < 0.04


def test_one_row_one_member_and_rows_nobody_may_judge():
    members, bags = grow_forest(np.array([[3.0]]), np.array([1]), 2, np.random.default_rng(0))
    steps = list(running_shares(members, bags, np.array([[3.0]])))
    assert len(steps) == 2 and np.isnan(steps[-1]).all()
    [fresh] = running_shares(members[:1], [[]], np.array([[9.0], [1.0]]))
    assert fresh.tolist() == [[0, 1], [0, 1]]
    assert leaf_shares(members[0].args[0], np.empty((0, 1))).shape == (0, 2)


@pytest.mark.parametrize(
    ("X", "y", "n_trees", "says"),
    [
        (np.eye(3), [0, 1, 1], 0, "at least one tree"),
        ([[np.nan], [1], [2]], [0, 1, 1], 3, "NaN"),
        (np.eye(3), [0.5, 1, 1], 3, "whole numbers"),
        (np.arange(3.0), [0, 1, 1], 3, "rows X"),
        (np.empty((0, 2)), [], 3, "rows X"),
    ],
)
def test_bad_tables_end_in_one_clear_sentence(X, y, n_trees, says):
    with pytest.raises(DaysError, match=says) as caught:
        grow_forest(X, y, n_trees, np.random.default_rng(0))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_members_and_bags_must_pair_up():
    with pytest.raises(ValueError, match="zip"):
        list(running_shares([lambda rows: np.ones((len(rows), 2)) / 2], [], np.eye(2)))
