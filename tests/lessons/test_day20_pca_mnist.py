"""Day 20's components: scikit-learn's for any table, up to a sign and where they are defined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from shared.errors import DaysError
from shared.lessons.day20_pca_mnist import (
    leading_directions,
    power_iteration,
    principal_components,
    project,
    rebuild,
    sign_free_gap,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=50, deadline=None)


@st.composite
def tables(draw):
    """A table (n, d), wide or tall, far from the origin or not, and how many components to take."""
    rng = np.random.default_rng(draw(SEEDS))
    n, d = draw(st.integers(2, 25)), draw(st.integers(1, 12))
    X = rng.normal(size=(n, d)) * rng.uniform(0.1, 5, d) + draw(st.sampled_from([0, 1000]))
    return X, draw(st.integers(1, min(n, d)))


def spaced(rng, n=40, d=6):
    """A centred table whose standard deviations along hidden axes are 8, 7, 6, …"""
    scores = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, d))]))[0][:, 1:]
    axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return scores * (8 - np.arange(d)) @ axes, axes


@properties
@given(tables())
def test_mean_variances_and_defined_components_are_scikit_learns(problem):
    X, k = problem
    mean, components, variances = principal_components(X, k)
    library = PCA(svd_solver="full").fit(X)
    np.testing.assert_allclose(mean, library.mean_, atol=1e-10)
    np.testing.assert_allclose(variances, library.explained_variance_[:k], atol=1e-9)
    steps = np.concatenate([[np.inf], -np.diff(library.explained_variance_), [np.inf]])
    if len(X) <= X.shape[1]:  # the last one has no variance left
        steps[-1] = library.explained_variance_[-1]
    defined = np.minimum(steps[:-1], steps[1:])[:k] > 1e-6 * library.explained_variance_[0]
    gap = sign_free_gap(components, library.components_[:k])
    assert (gap[defined] < 1e-6).all()


@properties
@given(tables())
def test_components_are_orthonormal_and_what_is_lost_is_the_variance_left_out(problem):
    X, k = problem
    mean, components, variances = principal_components(X, k)
    np.testing.assert_allclose(components @ components.T, np.eye(k), atol=1e-9)
    scores = project(X, mean, components)
    np.testing.assert_allclose(scores.var(axis=0, ddof=1), variances, atol=1e-8)
    lost = ((X - rebuild(scores, mean, components)) ** 2).sum() / (len(X) - 1)
    assert lost == pytest.approx(X.var(axis=0, ddof=1).sum() - variances.sum(), abs=1e-7)


@properties
@given(SEEDS)
def test_power_iteration_finds_well_separated_axes_and_deflation_the_next(seed):
    rng = np.random.default_rng(seed)
    X, axes = spaced(rng)
    found, paths = leading_directions(X, 4, rng)
    assert (sign_free_gap(found, axes[:4]) < 1e-7).all()
    for path in paths:
        np.testing.assert_allclose(np.linalg.norm(path, axis=1), 1)
        assert np.linalg.norm(path[-1] - path[-2]) < 1e-10
        assert (np.linalg.norm(np.diff(path[:-1], axis=0), axis=1) >= 1e-10).all()


def test_the_error_shrinks_by_the_ratio_of_variances():
    X, axes = spaced(np.random.default_rng(0))
    path = power_iteration(X, np.random.default_rng(1))
    share = abs(path @ axes[1]) / abs(path @ axes[0])  # of the second axis, relative to the first
    np.testing.assert_allclose(share[1:30] / share[:29], (7 / 8) ** 2, rtol=1e-6)


def test_a_looser_tolerance_takes_fewer_steps_and_the_table_stays_as_it_was():
    X, _ = spaced(np.random.default_rng(3))
    before = X.copy()
    lengths = [
        len(power_iteration(X, np.random.default_rng(1), tol)) for tol in (1e-2, 1e-6, 1e-10)
    ]
    assert lengths[0] < lengths[1] < lengths[2]
    leading_directions(X, 3, np.random.default_rng(1))
    principal_components(X, 3)
    np.testing.assert_array_equal(X, before)


def test_signs_are_free_in_each_row_on_its_own():
    a = np.array([[1.0, 2], [3, 4]])
    np.testing.assert_allclose(sign_free_gap(a, a * [[-1], [1]]), 0)
    np.testing.assert_allclose(sign_free_gap(a, np.array([[1, 2.5], [3, 4]])), [0.5, 0])


def test_whole_numbers_lists_and_single_precision_become_float64():
    for table in ([[0, 0], [2, 0], [0, 1]], np.eye(3, 2, dtype=np.float32)):
        assert {part.dtype for part in principal_components(table, 1)} == {np.dtype(float)}


@pytest.mark.parametrize(
    ("X", "k", "says"),
    [
        (np.empty((0, 3)), 1, r"\(0, 3\)"),
        (np.ones((1, 3)), 1, "two rows"),
        (np.ones(4), 1, r"\(4,\)"),
        (np.eye(3), 0, "not 0"),
        (np.eye(3), 4, "1 to 3 components, not 4"),
        (np.ones((2, 5)), 3, "1 to 2"),
        ([[np.nan, 1], [0, 1]], 1, "NaN"),
        ([[np.inf, 1], [0, 1]], 1, "infinity"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(X, k, says):
    for method in (principal_components, lambda X, k: leading_directions(X, k, None)):
        with pytest.raises(DaysError, match=says) as caught:
            method(X, k)
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_no_spread_too_little_of_it_and_a_near_tie_are_named():
    rng = np.random.default_rng(0)
    with pytest.raises(DaysError, match="used up after 1 of the 2"):
        leading_directions(np.outer([1.0, -1, 0], [3, 4, 5]), 2, rng)
    with pytest.raises(DaysError, match="Nothing varies"):
        power_iteration(np.zeros((4, 2)), rng)
    near = np.array([[1.0, 0], [-1, 0], [0, 0.9999], [0, -0.9999]])
    with pytest.raises(DaysError, match="almost equal"):
        power_iteration(near, rng, max_steps=200)
