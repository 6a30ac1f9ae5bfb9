"""Day 25's exported measures and mitigations, against fairlearn, brute force and closed forms."""

from itertools import product

import fairlearn.metrics as library
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day25_fairness import (
    bootstrap_interval,
    demographic_parity_difference,
    equalised_odds_difference,
    group_rates,
    group_thresholds,
    reweighing,
)

properties = settings(max_examples=50, deadline=None)


@st.composite
def answers(draw):
    """y_true, y_pred and 1 to 4 named groups, each with both labels in it."""
    k = draw(st.integers(1, 4))
    names = draw(st.permutations(["women", "men", "x", "another, longer name"]))[:k]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2 * k, 60))
    groups = np.array(names)[np.append(np.repeat(np.arange(k), 2), rng.integers(0, k, n - 2 * k))]
    y_true = np.append(np.tile([0, 1], k), rng.integers(0, 2, n - 2 * k))
    return y_true, rng.integers(0, 2, n), groups


@properties
@given(answers())
def test_both_measures_equal_the_library(columns):
    y_true, y_pred, groups = columns
    ours = demographic_parity_difference(y_pred, groups), equalised_odds_difference(*columns)
    theirs = [
        f(y_true, y_pred, sensitive_features=groups)
        for f in (library.demographic_parity_difference, library.equalized_odds_difference)
    ]
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    order = np.random.default_rng(0).permutation(len(y_true))
    mixed = [column[order] for column in columns]
    assert equalised_odds_difference(*mixed) == pytest.approx(ours[1], abs=1e-12)


@properties
@given(answers())
def test_under_the_weights_label_and_group_are_independent(columns):
    y_true, _, groups = columns
    weights = reweighing(y_true, groups)
    assert (weights > 0).all() and weights.mean() == pytest.approx(1)
    for name in set(groups):
        rate = np.average(y_true[groups == name], weights=weights[groups == name])
        assert rate == pytest.approx(y_true.mean())
        assert weights[groups == name].sum() == pytest.approx((groups == name).sum())


def test_weights_of_independent_columns_are_one_and_a_missing_pair_is_no_crash():
    np.testing.assert_allclose(reweighing([0, 1, 0, 1], [0, 0, 1, 1]), 1)
    assert np.isfinite(reweighing([0, 0, 1], ["a", "b", "b"])).all()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("limit", [0.02, 0.1, 0.4])
def test_thresholds_keep_the_limit_and_are_nearly_the_best_of_all_pairs(seed, limit):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 2, 400)
    scores = np.clip(rng.beta(2, 3, 400) + 0.15 * groups, 0, 1)
    y_true = (rng.random(400) < scores).astype(int)
    chosen = group_thresholds(y_true, scores, groups, limit)
    said = scores >= np.vectorize(chosen.get)(groups)
    assert demographic_parity_difference(said, groups) <= limit + 1e-12
    grid, best = np.linspace(0.005, 0.995, 199), 0
    table = {}
    for g in (0, 1):
        yes = scores[groups == g][:, None] >= grid
        table[g] = yes.mean(axis=0), (yes == y_true[groups == g][:, None]).sum(axis=0)
    for a, b in product(range(199), repeat=2):
        if abs(table[0][0][a] - table[1][0][b]) <= limit:
            best = max(best, table[0][1][a] + table[1][1][b])
    # Common shares come in steps of 0.005, so a pair just inside the limit may be passed over.
    assert best - 4 <= np.sum(said == y_true) <= best


def test_with_no_limit_each_group_gets_its_own_best_threshold():
    y_true, scores = np.array([0, 0, 1, 1] * 2), np.array([0.1, 0.2, 0.4, 0.5, 0.5, 0.6, 0.8, 0.9])
    chosen = group_thresholds(y_true, scores, np.repeat(["a", "b"], 4), limit=1)
    assert 0.2 < chosen["a"] <= 0.4 and 0.6 < chosen["b"] <= 0.8


def test_no_thresholds_that_fit_is_said_so():
    with pytest.raises(ValueError, match="wider limit"):  # all of one group score 1, of the other 0
        group_thresholds([0, 1], [0.0, 1.0], [0, 1], limit=0.5)


def test_the_interval_has_the_width_that_theory_gives_and_repeats_for_one_seed():
    values = np.random.default_rng(1).normal(3, 2, 900)
    low, high = bootstrap_interval(np.mean, values, rng=np.random.default_rng(0), draws=2000)
    half = 1.96 * values.std() / 30
    assert low == pytest.approx(values.mean() - half, abs=0.02)
    assert high == pytest.approx(values.mean() + half, abs=0.02)
    again = bootstrap_interval(np.mean, values, rng=np.random.default_rng(0), draws=2000)
    assert again == (low, high)
    narrow = bootstrap_interval(np.mean, values, rng=np.random.default_rng(0), level=0.5)
    assert low < narrow[0] < narrow[1] < high


def test_columns_are_drawn_together():
    column = np.arange(50)
    apart = bootstrap_interval(
        lambda a, b: np.abs(a - b).max(), column, column, rng=np.random.default_rng(0)
    )
    assert apart == (0, 0)


def test_one_group_one_person_and_rates_by_name():
    assert demographic_parity_difference([1], ["a"]) == 0
    assert equalised_odds_difference([0, 1], [1, 0], ["a", "a"]) == 0
    names, rates = group_rates([1, 0, 1], ["b", "b", "a"])
    assert list(names) == ["a", "b"] and list(rates) == [1, 0.5]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: demographic_parity_difference([], []), "with rows"),
        (lambda: demographic_parity_difference([1, 0], [0]), "one length"),
        (lambda: equalised_odds_difference([[1]], [[1]], [["a"]]), "flat"),
        (lambda: equalised_odds_difference([1, 0, 1], [1, 0, 1], [0, 0, 1]), "nobody"),
        (lambda: reweighing([1, 0], [1]), "one length"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
