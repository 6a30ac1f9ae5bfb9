"""Day 19's machines: scikit-learn's on any points, optimal by the conditions of the textbook."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.svm import SVC

from shared.errors import DaysError
from shared.lessons.day19_svm_margins import (
    KernelSVM,
    LinearSVM,
    linear_kernel,
    objective,
    pair_step,
    rbf_kernel,
    slopes,
    smo,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=40, deadline=None)


@st.composite
def problems(draw):
    """Points and labels, both classes present; apart, mixed, or with twins that disagree."""
    rng = np.random.default_rng(draw(SEEDS))
    n, d = draw(st.integers(2, 50)), draw(st.integers(1, 4))
    y = np.where(rng.permutation(n) < rng.integers(1, n), -1, 1)
    X = rng.normal(size=(n, d)) + draw(st.sampled_from([0, 1, 6])) * y[:, None]
    if draw(st.booleans()):
        X = X.round()
    return X, y, draw(st.sampled_from([0.1, 1.0, 10.0]))


KERNELS = {
    "linear": linear_kernel,
    "rbf": partial(rbf_kernel, gamma=0.7),
}


@properties
@given(problems(), st.sampled_from(list(KERNELS)))
def test_the_optimum_is_scikit_learns(problem, name):
    X, y, C = problem
    ours, theirs = KernelSVM(KERNELS[name], C), SVC(C=C, kernel=name, gamma=0.7, tol=1e-8)
    ours.fit(X, y, tol=1e-5)
    theirs.fit(X, y)
    K = KERNELS[name](X, X)
    duals = []
    for rows, beta in ((ours.support, ours.beta), (theirs.support_, theirs.dual_coef_[0])):
        full = np.zeros(len(y))
        full[rows] = beta
        duals.append(full @ y - full @ K @ full / 2)
    assert duals[0] == pytest.approx(duals[1], rel=1e-5, abs=1e-6)
    # Where no row stands freely at the kerb, b may lie anywhere in an interval: compare shapes.
    difference = ours.decision_function(X) - theirs.decision_function(X)
    np.testing.assert_allclose(difference, difference[0], atol=1e-3)
    if ((abs(ours.beta) > 1e-6 * C) & (abs(ours.beta) < (1 - 1e-6) * C)).any():
        np.testing.assert_allclose(difference, 0, atol=1e-3)


@properties
@given(problems(), st.sampled_from(list(KERNELS)))
def test_cost_and_dual_meet_and_the_bounds_hold(problem, name):
    X, y, C = problem
    K = KERNELS[name](X, X)
    beta, b, history = smo(K, y, C, tol=1e-5)
    assert (beta * y >= 0).all() and (beta * y <= C).all() and abs(beta.sum()) < 1e-9 * len(y)
    cost = beta @ K @ beta / 2 + C * np.maximum(0, 1 - y * (K @ beta + b)).sum()
    assert history[-1] == pytest.approx(beta @ y - beta @ K @ beta / 2, abs=1e-7)
    assert -1e-7 <= cost - history[-1] <= 1e-5 * (1 + C * len(y))
    assert (np.diff(history) > -1e-9).all(), "the dual never falls"


@properties
@given(problems())
def test_slopes_equal_differences_away_from_the_kink(problem):
    X, y, C = problem
    rng = np.random.default_rng(len(y))
    w, b = rng.normal(size=X.shape[1]), rng.normal()
    if abs(y * (X @ w + b) - 1).min() < 1e-3:
        return
    by_w, by_b = slopes(w, b, X, y, C)
    h = 1e-6 * np.eye(len(w) + 1)
    at = np.append(w, b)
    measured = [
        (objective((at + e)[:-1], (at + e)[-1], X, y, C) - objective((at - e)[:-1], (at - e)[-1], X, y, C)) / 2e-6
        for e in h
    ]  # fmt: skip
    np.testing.assert_allclose([*by_w, by_b], measured, rtol=1e-4, atol=1e-4)


@properties
@given(problems())
def test_no_other_pair_gains_more_slope_and_no_other_step_gains_more(problem):
    X, y, C = problem
    K = rbf_kernel(X, X)
    low, high = np.minimum(0, C * y), np.maximum(0, C * y)
    beta = np.random.default_rng(len(y)).uniform(low, high)
    beta[::3] = low[::3]
    s = y - K @ beta
    i, j, t, violation = pair_step(beta, s, K, low, high)
    rising, falling = s[beta < high], s[beta > low]
    assert violation == (rising.max() - falling.min() if len(falling) else s[i] - np.inf)
    room = min(high[i] - beta[i], beta[j] - low[j])
    gains = [
        u * violation - u * u / 2 * (K[i, i] + K[j, j] - 2 * K[i, j])
        for u in (t, *np.linspace(0, room, 50))
    ]
    assert 0 <= t <= room or violation <= 0
    if violation > 0:
        assert gains[0] >= max(gains) - 1e-12


def test_subgradients_come_down_to_the_same_line():
    rng = np.random.default_rng(0)
    y = np.where(np.arange(200) % 2, 1, -1)
    X = rng.normal(size=(200, 3)) + 0.8 * y[:, None]
    model, best = LinearSVM(C=0.5, rng=rng), SVC(C=0.5, kernel="linear", tol=1e-8).fit(X, y)
    history = model.fit(X, y, steps=4000)
    floor = objective(best.coef_[0], best.intercept_[0], X, y, 0.5)
    assert len(history) == 4000 and min(history) >= floor - 1e-6
    assert objective(model.w, model.b, X, y, 0.5) < 1.01 * floor


def test_two_points_have_a_street_as_wide_as_they_are_apart():
    model = KernelSVM(linear_kernel, C=10)
    model.fit([[0, 0], [3, 4]], [-1, 1], tol=1e-9)
    assert 2 / np.linalg.norm(model.beta @ model.X) == pytest.approx(5)
    np.testing.assert_allclose(model.decision_function(np.array([[0, 0], [3, 4], [1.5, 2]])), [-1, 1, 0], atol=1e-8)  # fmt: skip


@pytest.mark.parametrize("machine", [LinearSVM(), KernelSVM(), KernelSVM(linear_kernel)])
@pytest.mark.parametrize(
    ("X", "y", "says"),
    [
        (np.empty((0, 2)), [], "both must occur"),
        (np.eye(2), [1, 1], "both must occur"),
        (np.eye(2), [0, 1], "-1 and"),
        (np.eye(3), [-1, 0, 1], "-1 and"),
        (np.eye(3), [-1, 1], "a label for each"),
        ([1.0, 2.0], [-1, 1], "rows X"),
        ([[np.nan], [1]], [-1, 1], "finite"),
        ([[np.inf], [1]], [-1, 1], "finite"),
    ],
)
def test_bad_tables_end_in_one_clear_sentence(machine, X, y, says):
    with pytest.raises(DaysError, match=says) as caught:
        machine.fit(X, y)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_a_climb_without_end_is_given_up():
    X, y = np.array([[0.0], [1], [2], [3]]), np.array([-1, 1, -1, 1])
    with pytest.raises(DaysError, match="after 2 steps"):
        smo(linear_kernel(X, X), y, C=1000, max_steps=2)
