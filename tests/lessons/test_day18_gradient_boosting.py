"""Day 18's exported booster: beside scikit-learn, XGBoost and plain loops."""

import numpy as np
import pytest
import xgboost as xgb
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import log_loss

from shared.lessons.day18_gradient_boosting import (
    best_split,
    boost,
    early_stop,
    staged_scores,
)

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=40, deadline=None)


def problem(seed, n=40, features=3):
    """Continuous features, so that splits hardly ever tie, and noisy labels of both classes."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, features)).astype(np.float32).astype(float)
    y = (X[:, 0] + rng.normal(size=n) > 0).astype(int)
    y[:2] = 0, 1
    return X, y


def gain(X, residuals, weights, feature, threshold):
    left = X[:, feature] <= threshold
    return sum(residuals[side].sum() ** 2 / weights[side].sum() for side in (left, ~left))


@properties
@given(SEEDS, st.integers(2, 12), st.integers(1, 3), st.booleans())
def test_no_split_is_better_than_the_best(seed, n, features, ties):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (n, features)).astype(float) if ties else rng.normal(size=(n, features))
    X[0], X[1] = 0, 1  # something to split
    residuals, weights = rng.normal(size=n), rng.uniform(0.1, 2, n)
    found = gain(X, residuals, weights, *best_split(X, residuals, weights))
    for feature in range(features):
        for threshold in np.unique(X[:, feature])[:-1]:
            assert found >= gain(X, residuals, weights, feature, threshold) - 1e-9


@pytest.mark.parametrize(
    "X", [np.ones((4, 2)), np.ones((1, 3)), np.empty((0, 2)), np.empty((3, 0))]
)
def test_nothing_to_split_is_said(X):
    with pytest.raises(ValueError, match="Nothing to split"):
        best_split(X, np.ones(len(X)), np.ones(len(X)))


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(1, 30), st.floats(0.05, 0.5))
def test_plain_splits_are_scikit_learns(seed, rounds, lr):
    X, y = problem(seed)
    theirs = GradientBoostingClassifier(
        n_estimators=rounds, learning_rate=lr, max_depth=1, criterion="squared_error",
        random_state=0,
    ).fit(X, y)  # fmt: skip
    scores = staged_scores(boost(X, y, rounds, lr), X)
    np.testing.assert_allclose(scores[-1], theirs.decision_function(X), atol=1e-8)


def test_splits_by_curvature_are_xgboosts():
    for seed in range(5):
        X, y = problem(seed, n=80)
        theirs = xgb.XGBClassifier(
            n_estimators=20, learning_rate=0.3, max_depth=1, tree_method="exact", reg_lambda=0,
            min_child_weight=0, base_score=y.mean(), n_jobs=1,
        ).fit(X, y)  # fmt: skip
        scores = staged_scores(boost(X, y, 20, 0.3, second_order=True), X)
        np.testing.assert_allclose(scores[-1], theirs.predict(X, output_margin=True), atol=1e-4)


@properties
@given(SEEDS, st.floats(0.05, 0.4), st.booleans())
def test_small_steps_never_raise_the_training_loss(seed, lr, second_order):
    X, y = problem(seed)
    scores = staged_scores(boost(X, y, 15, lr, second_order), X)
    assert scores.shape == (16, len(y))
    losses = [log_loss(y, expit(row)) for row in scores]
    assert (np.diff(losses) < 1e-12).all()


def test_the_start_is_the_log_odds_and_scores_apply_to_new_rows():
    X, y = problem(0)
    model = boost(X, y, 0, 0.1)
    assert model == (pytest.approx(np.log(y.mean() / (1 - y.mean()))), [])
    assert staged_scores(model, X[:3]).shape == (1, 3)
    assert staged_scores(boost(X, y, 2, 0.1), X[:0]).shape == (3, 0)


@pytest.mark.parametrize("y", [np.zeros(5), np.ones(5)])
def test_one_class_alone_is_refused(y):
    with pytest.raises(ValueError, match="both classes"):
        boost(np.arange(5.0)[:, None], y, 3, 0.1)


@properties
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(1, 6))
def test_early_stopping_by_its_definition(losses, patience):
    best, stopped = early_stop(losses, patience)
    seen = losses[: stopped + 1]
    assert best == seen.index(min(seen)), "the first of the least"
    gaps = [now - losses[: now + 1].index(min(losses[: now + 1])) for now in range(len(losses))]
    ran_out = [now for now, gap in enumerate(gaps) if gap >= patience]
    assert stopped == (ran_out[0] if ran_out else len(losses) - 1)


@pytest.mark.parametrize(("losses", "patience"), [([], 3), ([1.0], 0)])
def test_nothing_to_watch_is_said(losses, patience):
    with pytest.raises(ValueError, match="Early stopping needs"):
        early_stop(losses, patience)
