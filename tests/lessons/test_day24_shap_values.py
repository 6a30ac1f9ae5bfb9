"""Day 24's exported Shapley values, against all orders of arrival, closed forms and shap."""

from itertools import permutations

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestRegressor

from shared.lessons.day22_feature_pipeline import load_adult, make_preprocessor
from shared.lessons.day24_shap_values import (
    FEATURES,
    by_feature,
    coalition_values,
    feature_groups,
    members,
    shapley_values,
)

properties = settings(max_examples=50, deadline=None)


@st.composite
def games(draw, most=5):
    players = draw(st.integers(0, most))
    return np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=2**players) * 10


def over_orders(worth):
    """The definition itself: the mean rise at each player's arrival, over every order."""
    players = len(worth).bit_length() - 1
    shares = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        coalition = 0
        for player in order:
            shares[player] += worth[coalition | 1 << player] - worth[coalition]
            coalition |= 1 << player
    return shares / len(orders)


@properties
@given(games())
def test_shares_are_the_mean_over_all_orders_and_leave_nothing_over(worth):
    shares = shapley_values(worth)
    np.testing.assert_allclose(shares, over_orders(worth), atol=1e-10)
    assert shares.sum() == pytest.approx(worth[-1] - worth[0], abs=1e-10)


@properties
@given(games(), st.integers(0, 2**32 - 1))
def test_shares_add_over_games_and_a_dummy_gets_its_own_rise(worth, seed):
    other = np.random.default_rng(seed).normal(size=len(worth))
    together = shapley_values(worth) - 3 * shapley_values(other)
    np.testing.assert_allclose(shapley_values(worth - 3 * other), together, atol=1e-10)
    with_dummy = np.concatenate([worth, worth + 7])  # the last player adds 7 to any coalition
    np.testing.assert_allclose(shapley_values(with_dummy), [*shapley_values(worth), 7], atol=1e-10)


def test_known_games():
    np.testing.assert_allclose(shapley_values([0, 0, 0, 1, 0, 1, 0, 1]), [2 / 3, 1 / 6, 1 / 6])
    council = (members(4) @ [3, 1, 1, 1] >= 4).astype(int)  # a strong player and three weak ones
    np.testing.assert_allclose(shapley_values(council), [3 / 4, 1 / 12, 1 / 12, 1 / 12])
    assert shapley_values([5.0]).shape == (0,)
    np.testing.assert_array_equal(shapley_values([1, 4]), [3])
    np.testing.assert_array_equal(members(2), [[0, 0], [1, 0], [0, 1], [1, 1]])


@pytest.mark.parametrize("worth", [[], [1, 2, 3], np.ones((2, 2)), 3.0])
def test_a_worth_for_half_the_coalitions_is_refused(worth):
    with pytest.raises(ValueError, match="every coalition"):
        shapley_values(worth)


@properties
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_a_linear_model_pays_each_feature_its_distance_from_the_mean(columns, b, seed):
    rng = np.random.default_rng(seed)
    slope, x, background = (
        rng.normal(size=columns),
        rng.normal(size=columns),
        rng.normal(size=(b, columns)),
    )
    worth = coalition_values(lambda rows: rows @ slope, x, background)
    expected = slope * (x - background.mean(axis=0))
    np.testing.assert_allclose(shapley_values(worth), expected, atol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_a_forest_gets_what_shap_gives_it(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 9, (200, 4)).astype(float)  # exact in the single precision of shap's trees
    y = X[:, 0] * X[:, 1] - 5 * (X[:, 2] > 4) + rng.normal(size=200)
    forest = RandomForestRegressor(8, max_depth=5, random_state=seed).fit(X, y)
    explainer = shap.TreeExplainer(forest, X[:30], feature_perturbation="interventional")
    theirs = explainer.shap_values(X[30:40], check_additivity=False)
    ours = [shapley_values(coalition_values(forest.predict, x, X[:30])) for x in X[30:40]]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_groups_make_several_columns_one_player():
    def predict(rows):
        return rows[:, 0] * rows[:, 1] + rows[:, 2]

    x, background = np.array([2.0, 3, 5]), np.zeros((4, 3))
    together = coalition_values(predict, x, background, groups=[0, 0, 1])
    np.testing.assert_array_equal(together, [0, 6, 5, 11])
    np.testing.assert_allclose(shapley_values(together), [6, 5])
    apart = shapley_values(coalition_values(predict, x, background))
    np.testing.assert_allclose(apart, [3, 3, 5])


@pytest.mark.parametrize("background", [np.ones((5, 3)), np.ones((0, 2)), np.ones(2)])
def test_a_background_that_does_not_fit_is_refused(background):
    with pytest.raises(ValueError, match="background"):
        coalition_values(lambda rows: rows.sum(axis=1), np.ones(2), background)


def test_every_prepared_column_finds_its_feature_and_nothing_is_lost():
    X_train = load_adult()[0]
    names = make_preprocessor().fit(X_train).get_feature_names_out()
    groups = feature_groups(names)
    assert sorted(set(groups)) == list(range(len(FEATURES)))
    for name, place in zip(names, groups, strict=True):
        assert name.startswith(FEATURES[place])
    values = np.random.default_rng(0).normal(size=(3, len(names)))
    summed = by_feature(values, names)
    assert summed.shape == (3, 11)
    np.testing.assert_allclose(summed.sum(axis=1), values.sum(axis=1))
    gender = [name.startswith("gender") for name in names]
    np.testing.assert_allclose(summed[:, FEATURES.index("gender")], values[:, gender].sum(axis=1))
    with pytest.raises(ValueError, match="shoe_size"):
        feature_groups(["age", "shoe_size"])
