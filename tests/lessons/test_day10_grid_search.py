"""Day 10's exported search, against scikit-learn's, and on data whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from shared.lessons.day09_logistic_regression import log_loss, stratified_folds, with_intercept
from shared.lessons.day10_grid_search import Penalised, grid_scores, nested_scores, shrink

SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=30, deadline=None)
NEIGHBOURS = [{"n_neighbors": k} for k in (1, 3, 7)]
OLD = LogisticRegression().penalty == "l2"  # before scikit-learn 1.8


def sample(seed, n=60, d=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-2, 3, d)
    y = (X[:, 0] + X[:, 0].std() * rng.normal(size=n) > 0).astype(int)
    y[:10] = np.arange(10) % 2  # enough of both classes for any fold
    return X, y, rng


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.sampled_from(["l1", "l2"]), st.floats(-2, 1))
def test_weights_equal_scikit_learns(seed, penalty, exponent):
    X, y, _ = sample(seed)
    C, Z = 10**exponent, (X - X.mean(axis=0)) / X.std(axis=0)
    knob = {"penalty": penalty} if OLD else {"l1_ratio": float(penalty == "l1")}
    options = {"solver": "saga", "tol": 1e-10, "max_iter": 50_000, "random_state": 0}
    library = LogisticRegression(C=C, **knob, **options).fit(Z, y)
    model = Penalised(C, penalty, steps=2000).fit(X, y)
    np.testing.assert_allclose(model.w[1:], library.coef_[0], atol=2e-4)
    # saga may leave the intercept alone when l1 keeps every weight at 0, so compare what both minimise.
    theirs = np.append(library.intercept_, library.coef_)
    assert objective(model.w, Z, y, C, penalty) <= objective(theirs, Z, y, C, penalty) + 1e-7


def objective(w, Z, y, C, penalty):
    cost = abs(w[1:]).sum() if penalty == "l1" else (w[1:] ** 2).sum() / 2
    return log_loss(w, with_intercept(Z), y) + cost / (C * len(y))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.floats(0.01, 3))
def test_shrinking_minimises_distance_plus_penalty(w, amount):
    w = np.array(w)
    grid = np.linspace(-6, 6, 24001)
    for penalty, cost in (("l1", abs(grid)), ("l2", grid**2 / 2)):
        lowest = [grid[((grid - x) ** 2 / 2 + amount * cost).argmin()] for x in w]
        np.testing.assert_allclose(shrink(w, amount, penalty), lowest, atol=1e-3)


def test_l1_drops_columns_and_neither_penalty_touches_the_intercept():
    X, y, _ = sample(0)
    y = np.arange(60) % 4 // 3
    for penalty in ("l1", "l2"):
        model = Penalised(1e-6, penalty, steps=300).fit(X, y)
        np.testing.assert_allclose(model.w[1:], 0, atol=1e-4)
        assert (model.w[1:] == 0).all() == (penalty == "l1")
        assert model.w[0] == pytest.approx(np.log(1 / 3), abs=1e-3)


def test_a_constant_column_gets_no_weight():
    X, y, _ = sample(1)
    model = Penalised().fit(np.column_stack([X, np.full(60, 3.0)]), y)
    assert model.w[-1] == 0
    np.testing.assert_allclose(model.w[:-1], Penalised().fit(X, y).w, atol=1e-9)


@properties
@given(SEEDS, st.integers(2, 5))
def test_scores_equal_grid_search_cv(seed, k):
    X, y, rng = sample(seed)
    folds = stratified_folds(y, k, rng)
    ours = grid_scores(KNeighborsClassifier, NEIGHBOURS, X, y, folds)
    grid = {"n_neighbors": [1, 3, 7]}
    library = GridSearchCV(KNeighborsClassifier(), grid, cv=PredefinedSplit(folds)).fit(X, y)
    theirs = [library.cv_results_[f"split{fold}_test_score"] for fold in range(k)]
    np.testing.assert_allclose(ours, np.transpose(theirs))


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_nested_scores_are_those_of_a_search_without_the_outer_fold(seed):
    X, y, rng = sample(seed)
    folds = stratified_folds(y, 3, rng)
    ours, chosen = nested_scores(
        KNeighborsClassifier, NEIGHBOURS, X, y, folds, np.random.default_rng(seed), k=3
    )
    again = np.random.default_rng(seed)
    for outer in range(3):
        rest = folds != outer
        inner = PredefinedSplit(stratified_folds(y[rest], 3, again))
        search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [1, 3, 7]}, cv=inner)
        search.fit(X[rest], y[rest])
        means = search.cv_results_["mean_test_score"]
        assert means[NEIGHBOURS.index(chosen[outer])] == pytest.approx(means.max())
        model = KNeighborsClassifier(**chosen[outer]).fit(X[rest], y[rest])
        assert ours[outer] == pytest.approx(model.score(X[~rest], y[~rest]))


def test_a_model_that_memorises_scores_no_better_than_a_coin_on_noise():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), rng.permutation(np.arange(400) % 2)
    folds = stratified_folds(y, 5, rng)
    scores = grid_scores(KNeighborsClassifier, [{"n_neighbors": 1}], X, y, folds)
    assert abs(scores.mean() - 0.5) < 0.1


def test_one_setting_and_no_setting():
    X, y, rng = sample(3)
    folds = stratified_folds(y, 4, rng)
    assert grid_scores(GaussianNB, [{}], X, y, folds).shape == (1, 4)
    assert grid_scores(GaussianNB, [], X, y, folds).shape == (0, 4)


@pytest.mark.parametrize("wrong", [{"C": 0}, {"C": -1}, {"C": np.nan}, {"penalty": "l3"}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="C must be positive and the penalty l1 or l2"):
        Penalised(**wrong)
