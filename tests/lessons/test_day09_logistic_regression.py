"""Day 9's exported regression, against scikit-learn, SciPy and finite differences."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, minimize
from sklearn.linear_model import LogisticRegression

from shared.lessons.day09_logistic_regression import (
    Logistic,
    gradient_descent,
    log_loss,
    newton,
    out_of_fold,
    slopes,
    stratified_folds,
    with_intercept,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=40, deadline=None)


@st.composite
def problems(draw, flips=0.3):
    """X (n, d) with a column of ones and labels that no line separates, for certain."""
    rng = np.random.default_rng(draw(SEEDS))
    d, n = draw(st.integers(1, 4)), draw(st.integers(10, 40))
    half = rng.normal(size=(n, d)) * draw(st.sampled_from([0.3, 1.0, 3.0]))
    y = (half[:, 0] > 0).astype(int)
    # Each point comes once with its label and once, nearby, with the other one.
    X = np.concatenate([half, half + flips * rng.normal(size=(n, d))])
    X, y = np.concatenate([X, half]), np.concatenate([y, y, 1 - y])
    assume(len(np.unique(y)) == 2)
    return with_intercept(X), y, rng


@properties
@given(problems())
def test_slopes_equal_finite_differences(problem):
    X, y, rng = problem
    w = rng.normal(size=X.shape[1])
    gradient, hessian = slopes(w, X, y)
    np.testing.assert_allclose(gradient, approx_fprime(w, log_loss, 1e-7, X, y), atol=1e-5)
    numeric = approx_fprime(w, lambda v: slopes(v, X, y)[0], 1e-7)
    np.testing.assert_allclose(hessian, numeric, atol=1e-5)
    assert np.linalg.eigvalsh(hessian).min() > 0


@properties
@given(problems())
def test_newton_finds_scikit_learns_weights_and_scipys_minimum(problem):
    X, y, _ = problem
    w = newton(X, y)[-1]
    library = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
    library.fit(X[:, 1:], y)
    np.testing.assert_allclose(w, np.append(library.intercept_, library.coef_), atol=1e-5)
    assert log_loss(w, X, y) <= minimize(log_loss, np.zeros(X.shape[1]), (X, y)).fun + 1e-9


@properties
@given(problems())
def test_descent_never_climbs_and_heads_for_newtons_minimum(problem):
    X, y, _ = problem
    path, best = gradient_descent(X, y, steps=200), newton(X, y)[-1]
    losses = [log_loss(w, X, y) for w in path]
    assert path.shape == (201, X.shape[1]) and not path[0].any()
    assert np.diff(losses).max() <= 1e-15
    assert losses[-1] >= log_loss(best, X, y) - 1e-12
    # Theory for a smooth convex function: at most L |best|^2 / 2k above the minimum.
    bound = np.linalg.norm(X, 2) ** 2 / (4 * len(y)) * (best @ best) / 400
    assert losses[-1] - log_loss(best, X, y) <= bound + 1e-12


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=9))
def test_the_loss_survives_huge_scores(z):
    assert np.isfinite(log_loss(np.ones(1), np.array(z)[:, None], np.arange(len(z)) % 2))


@properties
@given(SEEDS, st.integers(2, 6), st.lists(st.integers(6, 30), min_size=2, max_size=3))
def test_folds_spread_every_class_evenly(seed, k, sizes):
    y = np.repeat(np.arange(len(sizes)), sizes)
    folds = stratified_folds(y, k, np.random.default_rng(seed))
    for label in range(len(sizes)):
        counts = np.bincount(folds[y == label], minlength=k)
        assert len(counts) == k and np.ptp(counts) <= 1
    np.testing.assert_array_equal(folds, stratified_folds(y, k, np.random.default_rng(seed)))


class Spy:
    """Remembers the rows it was fitted on, and predicts how many of those it is asked about."""

    def fit(self, X, y):
        self.seen = set(X[:, 0])
        return self

    def predict_proba(self, X):
        known = np.array([row in self.seen for row in X[:, 0]], dtype=float)
        return np.column_stack([1 - known, known])


def test_no_row_is_predicted_by_a_model_that_saw_it():
    X, folds = np.arange(12.0)[:, None], np.arange(12) % 4
    assert not out_of_fold(Spy(), X, np.arange(12) % 2, folds).any()


@properties
@given(problems(), SEEDS)
def test_units_do_not_matter(problem, seed):
    X, y, rng = problem
    X, scale = X[:, 1:], 10.0 ** rng.integers(-3, 4, X.shape[1] - 1)
    plain = Logistic().fit(X, y).predict_proba(X)
    np.testing.assert_allclose(plain.sum(axis=1), 1)
    other = Logistic().fit(X * scale + 5 * scale, y).predict_proba(X * scale + 5 * scale)
    np.testing.assert_allclose(plain, other, atol=1e-6)


line = np.array([[-2.0], [-1], [1], [2]])
GAP = np.where(line == 1, np.nan, line)


@pytest.mark.parametrize("fit", [newton, gradient_descent])
@pytest.mark.parametrize(
    ("X", "y", "says"),
    [
        (line[:, 0], np.array([0, 1, 0, 1]), r"these are \(4,\)"),
        (line, np.array([0, 1, 0]), r"\(3,\)"),
        (line[:0], np.array([]), "both must occur"),
        (GAP, np.array([0, 1, 0, 1]), "gaps"),
        (line, np.array([1, 2, 1, 2]), "0 and 1"),
        (line, np.ones(4), "both must occur"),
        (with_intercept(np.hstack([line, 2 * line])), np.array([0, 1, 0, 1]), "computed from"),
        (with_intercept(np.eye(4)[:1]), np.array([1]), "both must occur"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(fit, X, y, says):
    with pytest.raises(ValueError, match=says) as caught:
        fit(X, y)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@pytest.mark.parametrize("y", [[0, 0, 1, 1], [1, 1, 1, 0]])
def test_perfect_separation_is_named(y):
    with pytest.raises(ValueError, match="separated perfectly"):
        newton(with_intercept(line), np.array(y))


def test_constant_columns_and_classes_too_small_are_refused():
    with pytest.raises(ValueError, match="same value in every row"):
        Logistic().fit(np.ones((4, 1)), np.array([0, 1, 0, 1]))
    with pytest.raises(ValueError, match="Class 1 has 2 rows"):
        stratified_folds(np.array([0, 0, 0, 1, 1]), 3, np.random.default_rng(0))
