"""Day 21's clusters: scikit-learn's road from any start, its silhouettes for any labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_samples

from shared.errors import DaysError
from shared.lessons.day21_kmeans import (
    kmeans,
    lloyd,
    lloyd_step,
    plus_plus,
    silhouettes,
    squared_distances,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=50, deadline=None)


@st.composite
def crowds(draw):
    """Points on a coarse grid (ties, duplicates), smooth, or in far groups, and a number of clusters."""
    rng = np.random.default_rng(draw(SEEDS))
    n, d, kind = draw(st.integers(5, 60)), draw(st.integers(1, 5)), draw(st.integers(0, 2))
    X = rng.normal(size=(n, d))
    X = [X.round(), X, X + 50 * rng.integers(0, 3, (n, 1))][kind]
    return X, draw(st.integers(1, min(6, len(np.unique(X, axis=0))))), rng


@properties
@given(crowds())
def test_inertia_falls_at_every_step_and_the_end_is_a_fixed_point(crowd):
    X, k, rng = crowd
    labels, path, history = lloyd(X, plus_plus(X, k, rng))
    assert (np.diff(history) <= 1e-9 * (1 + history[0])).all()
    again, inertia, moved = lloyd_step(X, path[-1])
    np.testing.assert_array_equal(again, labels)
    np.testing.assert_array_equal(moved, path[-1])
    assert inertia == history[-1] == pytest.approx(((X - path[-1][labels]) ** 2).sum())
    for j in np.unique(labels):
        np.testing.assert_allclose(path[-1][j], X[labels == j].mean(axis=0), atol=1e-9)


@properties
@given(SEEDS, st.integers(1, 6))
def test_from_one_start_lloyd_ends_where_scikit_learn_ends(seed, k):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(80, 3))
    start = plus_plus(X, k, rng)
    labels, path, history = lloyd(X, start)
    library = KMeans(k, init=start, n_init=1, tol=0, algorithm="lloyd").fit(X)
    np.testing.assert_array_equal(labels, library.labels_)
    np.testing.assert_allclose(path[-1], library.cluster_centers_, atol=1e-9)
    assert history[-1] == pytest.approx(library.inertia_)


@properties
@given(crowds())
def test_starts_are_different_rows_and_arguments_stay_as_they_were(crowd):
    X, k, rng = crowd
    before = X.copy()
    start = plus_plus(X, k, rng)
    assert start.shape == (k, X.shape[1])
    assert len(np.unique(start, axis=0)) == k
    assert (squared_distances(start, X).min(axis=1) == 0).all()
    kept = start.copy()
    lloyd(X, start)
    np.testing.assert_array_equal(start, kept)
    np.testing.assert_array_equal(X, before)


def test_starting_centres_are_drawn_in_proportion_to_squared_distance():
    rng, X = np.random.default_rng(0), np.array([[0.0], [1], [3]])
    pairs = np.array([np.sort(plus_plus(X, 2, rng)[:, 0]) for _ in range(4000)])
    expected = {(0, 1): 0.1, (0, 3): 0.3 + 3 / 13, (1, 3): 4 / 15 + 4 / 39}
    for pair, share in expected.items():
        assert (pairs == pair).all(axis=1).mean() == pytest.approx(share, abs=0.03)


@properties
@given(SEEDS)
def test_restarts_find_far_groups_and_the_best_run_is_kept(seed):
    rng = np.random.default_rng(seed)
    truth = np.arange(60) % 3
    X = 100 * np.eye(3)[truth] + rng.normal(size=(60, 3))
    labels, centres, inertia = kmeans(X, 3, rng, restarts=8)
    assert len({(a, b) for a, b in zip(labels, truth, strict=True)}) == 3
    assert inertia == pytest.approx(((X - centres[labels]) ** 2).sum())
    single = kmeans(X, 3, np.random.default_rng(seed), restarts=1)[2]
    several = kmeans(X, 3, np.random.default_rng(seed), restarts=5)[2]
    assert several <= single


@properties
@given(crowds(), st.integers(2, 5))
def test_silhouettes_are_scikit_learns_lonely_points_and_duplicates_included(crowd, k):
    X, _, rng = crowd
    labels = rng.permutation(np.arange(len(X)) % k) * 3 - 2  # names need not be 0, 1, …
    labels[0] = 99  # alone
    if len(np.unique(labels)) == len(X):
        return
    ours = silhouettes(X, labels)
    theirs = silhouette_samples(X, labels)
    np.testing.assert_allclose(ours, np.nan_to_num(theirs), atol=1e-6)
    assert ours[0] == 0 and (abs(ours) <= 1).all()


def test_an_idle_centre_stays_and_one_cluster_is_the_mean():
    X = np.array([[0.0, 0], [2, 0]])
    _, path, history = lloyd(X, [[0, 0], [2, 0], [50, 50]])
    np.testing.assert_array_equal(path[-1], [[0, 0], [2, 0], [50, 50]])
    assert history[-1] == 0
    labels, centres, inertia = kmeans(X, 1, np.random.default_rng(0))
    assert labels.tolist() == [0, 0] and centres.tolist() == [[1, 0]] and inertia == 2


@pytest.mark.parametrize(
    ("X", "k", "says"),
    [
        (np.empty((0, 2)), 1, "0 points"),
        (np.ones((5, 2)), 2, "alike"),
        (np.eye(3), 4, "4 clusters"),
        (np.eye(3), 0, "0 clusters"),
        (np.ones(4), 1, r"\(4,\)"),
        ([[np.nan, 0], [1, 1]], 1, "NaN"),
        ([[np.inf, 0], [1, 1]], 1, "infinity"),
    ],
)
def test_bad_points_end_in_one_clear_sentence(X, k, says):
    for method in (plus_plus, kmeans):
        with pytest.raises(DaysError, match=says) as caught:
            method(X, k, np.random.default_rng(0))
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_silhouettes_need_two_groups_and_lloyd_enough_steps():
    for labels in ([0, 0, 0], [0, 1, 2], [0, 1]):
        with pytest.raises(DaysError, match="labels for 3 points"):
            silhouettes(np.eye(3), labels)
    with pytest.raises(DaysError, match="after 1 steps"):
        lloyd(np.array([[0.0], [1], [5]]), np.array([[0.0], [1]]), max_steps=1)
