"""Day 14's exported lesson: fates that never reach their owner, and intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.base import clone
from sklearn.preprocessing import TargetEncoder

from shared import datasets
from shared.errors import DaysError
from shared.lessons.day03_titanic_cleanup import clean, load_clean
from shared.lessons.day14_titanic_kaggle import (
    PassengerFeatures,
    features,
    party_fate,
    wilson_interval,
)

RAW = datasets.titanic()
X, y = RAW.drop(columns="Survived"), RAW["Survived"].to_numpy()
ABOARD = X.groupby("Ticket").size()
SEEDS = st.integers(0, 2**32 - 1)
properties = settings(max_examples=50, deadline=None)


@st.composite
def parties(draw):
    """Tickets of a few letters, so that companions are common, and a fate each."""
    tickets = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=20))
    fates = draw(st.lists(st.integers(0, 1), min_size=len(tickets), max_size=len(tickets)))
    return np.array(tickets), np.array(fates)


@properties
@given(parties())
def test_the_fate_of_a_party_is_that_of_a_loop(known):
    tickets, fates = known
    expected = []
    for i, ticket in enumerate(tickets):
        others = [fates[j] for j in range(len(tickets)) if j != i and tickets[j] == ticket]
        expected.append((sum(others) + fates.mean()) / (len(others) + 1))
    np.testing.assert_allclose(party_fate(tickets, tickets, fates, True), expected, atol=1e-12)


@properties
@given(parties(), st.lists(st.sampled_from("abcxyz"), max_size=8))
def test_strangers_get_what_the_target_encoder_gives(known, asked):
    tickets, fates = known
    asked, fates = np.array(["a", *asked]), np.append(fates, [0, 1])  # the library wants both
    tickets = np.append(tickets, ["a", "f"])
    encoder = TargetEncoder(smooth=1.0, target_type="binary").fit(tickets[:, None], fates)
    expected = encoder.transform(asked[:, None])[:, 0]
    np.testing.assert_allclose(party_fate(asked, tickets, fates, False), expected, atol=1e-12)


def test_nobody_to_ask_for_is_no_trouble():
    assert party_fate(np.array([], dtype=str), ["a"], [1], False).shape == (0,)


def test_features_of_one_known_passenger():
    row = features(load_clean(), ABOARD).iloc[1]  # Mrs Cumings, first class, cabin C85
    assert row.to_dict() == {"title": 4, "class": 1, "age": 38, "family": 2, "party": 1,
                             "fare a head": 71.2833, "deck": 5}  # fmt: skip
    unknown = features(clean(RAW.head(3).assign(Ticket="none such")), ABOARD)
    assert unknown["party"].tolist() == [1, 1, 1]


def test_the_features_come_as_numbers_with_and_without_hindsight():
    model = PassengerFeatures(ABOARD)
    assert model.fit_transform(X, y).shape == (891, 8)
    without = clone(model).set_params(hindsight=False).fit(X, y).transform(X)
    assert without.shape == (891, 6)
    np.testing.assert_array_equal(model.transform(X)[:, :6], without)
    assert np.isfinite(without).all()


def test_a_label_reaches_its_own_row_only_through_the_average():
    flipped = y.copy()
    flipped[0] = 1 - flipped[0]
    one, two = (PassengerFeatures(ABOARD).fit_transform(X, labels)[:, 7] for labels in (y, flipped))
    alone = ~X["Ticket"].duplicated(keep=False).to_numpy()
    np.testing.assert_allclose(one[alone], y.mean(), atol=1e-12)
    companions = (X["Ticket"] == X["Ticket"].iloc[0]).sum() - 1
    assert abs(two[0] - one[0]) == pytest.approx(1 / 891 / (companions + 1))


def test_what_it_transforms_teaches_it_nothing():
    model = PassengerFeatures(ABOARD).fit(X[:600], y[:600])
    together, single = model.transform(X[600:]), model.transform(X[700:701])
    np.testing.assert_array_equal(together[100:101], single)
    with pytest.raises(DaysError, match="Age"):
        model.transform(X.drop(columns="Age"))


@properties
@given(st.integers(1, 2000), st.floats(0, 1))
def test_wilson_is_scipys(n, share):
    successes = int(share * n)
    expected = binomtest(successes, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson_interval(successes, n), expected, atol=1e-7)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (5, 4), (-1, 4)])
def test_no_share_no_interval(successes, n):
    with pytest.raises(ValueError, match="no share"):
        wilson_interval(successes, n)


def test_a_table_without_passengers_has_features_without_rows():
    assert features(clean(RAW.iloc[:0]), pd.Series(dtype=int)).shape == (0, 7)
