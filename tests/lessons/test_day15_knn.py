"""Day 15's neighbours: scikit-learn's for any points, ties and duplicates included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from shared.errors import DaysError
from shared.lessons.day15_knn import (
    KDTree,
    box_distance,
    distances,
    leave_one_out,
    nearest,
    search,
    smallest,
    vote,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=50, deadline=None)


@st.composite
def problems(draw):
    """Points, queries, k and a leaf size; on a coarse grid (ties), repeated, far off, or smooth."""
    rng = np.random.default_rng(draw(SEEDS))
    n, m, d = draw(st.integers(1, 80)), draw(st.integers(1, 6)), draw(st.integers(1, 9))
    kind = draw(st.sampled_from(["grid", "smooth", "repeated", "far", "flat"]))
    X, queries = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    if kind == "grid":
        X, queries = X.round(), queries.round()
    if kind == "repeated":
        X = X[rng.integers(0, max(1, n // 5), n)]
        queries = np.concatenate([queries, X[:3]])
    if kind == "far":
        X, queries = X + 1e6, queries + 1e6
    if kind == "flat":
        X[:, rng.integers(0, d)] = 0
    return X, queries, draw(st.integers(1, n)), draw(st.integers(1, 20))


@properties
@given(problems())
def test_distances_and_untied_rows_equal_scikit_learns(problem):
    X, queries, k, _ = problem
    gaps, rows = nearest(X, queries, k)
    theirs, their_rows = (
        NearestNeighbors(n_neighbors=k, algorithm="kd_tree").fit(X).kneighbors(queries)
    )
    np.testing.assert_allclose(gaps, theirs, atol=1e-9)
    every = np.sort(np.linalg.norm(queries[:, None] - X, axis=2), axis=1)
    untied = every[:, k] - every[:, k - 1] > 1e-9 if k < len(X) else np.ones(len(queries), bool)
    np.testing.assert_array_equal(np.sort(rows[untied]), np.sort(their_rows[untied]))


@properties
@given(problems())
def test_the_tree_gives_the_very_arrays_of_brute_force(problem):
    X, queries, k, leaf_size = problem
    tree = KDTree(X, leaf_size)
    for ours, expected in zip(tree.query(queries, k), nearest(X, queries, k), strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert (k <= tree.read).all() and (tree.read <= len(X)).all()


@properties
@given(problems())
def test_boxes_hold_their_points_and_every_row_lies_in_one_leaf(problem):
    X, queries, _, leaf_size = problem
    tree = KDTree(X, leaf_size)
    leaves = [box for box, inner in enumerate(tree.children) if not inner]
    assert sorted(np.concatenate([tree.members[box] for box in leaves])) == list(range(len(X)))
    for box, rows in enumerate(tree.members):
        assert (tree.low[box] <= X[rows]).all() and (X[rows] <= tree.high[box]).all()
        gap = box_distance(queries[0], tree.low[[box]], tree.high[[box]])[0]
        assert gap <= distances(queries[:1], X[rows]).min(), "a point nearer than its box"
        if box in leaves:
            assert len(rows) <= leaf_size or (X[rows] == X[rows[0]]).all()


@properties
@given(SEEDS, st.integers(1, 12))
def test_smallest_is_a_full_stable_sort_cut_short(seed, k):
    values = np.random.default_rng(seed).integers(0, 5, 12).astype(float)
    np.testing.assert_array_equal(smallest(values, k), np.argsort(values, kind="stable")[:k])


@properties
@given(SEEDS, st.integers(1, 9))
def test_leave_one_out_equals_the_library_refitted_without_each_row(seed, k):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(15, 3)), rng.integers(0, 4, 15)
    expected = []
    for i in range(15):
        model = KNeighborsClassifier(k).fit(np.delete(X, i, axis=0), np.delete(y, i))
        expected.append(model.predict(X[i : i + 1])[0])
    np.testing.assert_array_equal(leave_one_out(X, y, k), expected)


def test_twins_may_vote_for_each_other_but_nobody_for_himself():
    X, y = np.array([[1.0, 1], [1, 1], [5, 5]]), np.array([0, 1, 2])
    np.testing.assert_array_equal(leave_one_out(X, y, 1), [1, 0, 0])


def test_votes_count_and_ties_go_to_the_smallest_label():
    labels = np.array([[2, 1, 1], [2, 0, 1], [2, 2, 0]])
    np.testing.assert_array_equal(vote(labels), [1, 0, 2])
    assert vote(np.empty((0, 5), dtype=int)).shape == (0,)


def test_a_low_dimensional_search_reads_little_and_an_early_stop_would_miss_neighbours():
    rng = np.random.default_rng(0)
    tree, queries = KDTree(rng.random((20_000, 2))), rng.random((30, 2))
    _, rows = tree.query(queries, 5)
    assert tree.read.mean() < 150
    first = [tree.members[search(tree, query, 5)[2][0]] for query in queries]
    assert np.mean([np.isin(r, box).mean() for r, box in zip(rows, first, strict=True)]) < 0.95


@pytest.mark.parametrize("find", [nearest, lambda X, queries, k: KDTree(X).query(queries, k)])
def test_one_point_no_queries_whole_numbers_and_untouched_arguments(find):
    gaps, rows = find([[3, 4]], [[0, 0]], 1)
    assert gaps.tolist() == [[5]] and rows.tolist() == [[0]] and gaps.dtype == float
    gaps, rows = find(np.eye(3), np.empty((0, 3)), 2)
    assert gaps.shape == rows.shape == (0, 2)
    X, queries = np.arange(12.0).reshape(6, 2), np.ones((2, 2))
    before = X.copy()
    find(X, queries, 6)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("find", [nearest, lambda X, queries, k: KDTree(X).query(queries, k)])
@pytest.mark.parametrize(
    ("X", "queries", "k", "says"),
    [
        (np.empty((0, 2)), [[0, 0]], 1, "0 points"),
        (np.eye(3), np.eye(3), 4, "3 points"),
        (np.eye(3), np.eye(3), 0, "At least one"),
        ([1.0, 2.0], [[1.0]], 1, r"\(2,\)"),
        (np.eye(3), np.eye(2), 1, "3 columns, queries 2"),
        ([[np.nan, 0]], [[0, 0]], 1, "NaN"),
        ([[0, 0]], [[np.inf, 0]], 1, "infinity"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(find, X, queries, k, says):
    with pytest.raises(DaysError, match=says) as caught:
        find(X, queries, k)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_leaving_one_out_needs_one_more_row_than_neighbours():
    with pytest.raises(DaysError, match="5 points"):
        leave_one_out(np.eye(5), np.arange(5), 5)
