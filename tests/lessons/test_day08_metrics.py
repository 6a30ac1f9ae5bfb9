"""Day 8's exported metrics: equal to scikit-learn on any input, and clear about bad ones."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as library
from sklearn.exceptions import UndefinedMetricWarning

from shared.lessons.day08_metrics import accuracy, f1, precision, recall, roc_auc, roc_curve

OURS = {"precision": precision, "recall": recall, "f1": f1}
KINDS = {
    "numbers": np.array([7, -2, 0, 3]),
    "text": np.array(["cat", "dog", "owl", "a much longer name"]),
    "objects": np.array(["cat", "dog", "owl", "ibis"], dtype=object),
}
properties = settings(max_examples=50, deadline=None)
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)
zero_rules = st.sampled_from([0, 1, float("nan")])
# Few values, so that scores tie; among them neighbours, and a sum that rounding splits in two.
levels = st.sampled_from([-1e9, 0.0, -0.0, 0.3, 0.1 + 0.2, 1.0, np.nextafter(1.0, 2), 5e-324])


@properties
@given(rows, st.sampled_from(sorted(KINDS)))
def test_accuracy_equals_the_library(pairs, kind):
    y_true, y_pred = KINDS[kind][np.array(pairs)].T
    assert accuracy(y_true, y_pred) == pytest.approx(
        library.accuracy_score(y_true, y_pred), abs=1e-12
    )


@properties
@given(
    rows,
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(["micro", "macro", "weighted"]),
    zero_rules,
)
def test_every_average_equals_the_library(pairs, kind, average, zero):
    y_true, y_pred = KINDS[kind][np.array(pairs)].T
    theirs = library.precision_recall_fscore_support(
        y_true, y_pred, average=average, zero_division=zero
    )
    for (name, ours), expected in zip(OURS.items(), theirs[:3], strict=True):
        found = ours(y_true, y_pred, average=average, zero_division=zero)
        assert found == pytest.approx(expected, abs=1e-12, nan_ok=True), name


@properties
@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12),
    st.sampled_from([(0, 1), (-1, 1), (1, 2), (False, True)]),
    zero_rules,
)
def test_binary_scores_the_label_1_as_the_library_does(pairs, names, zero):
    y_true, y_pred = np.array(names)[np.array(pairs, dtype=int)].T
    theirs = library.precision_recall_fscore_support(
        np.r_[y_true], np.r_[y_pred], labels=[1], average=None, zero_division=zero
    )
    for (name, ours), expected in zip(OURS.items(), theirs[:3], strict=True):
        found = ours(y_true, y_pred, zero_division=zero)
        assert found == pytest.approx(expected[0], abs=1e-12, nan_ok=True), name


@st.composite
def scored(draw):
    scores = draw(st.lists(st.one_of(levels, st.floats(-2, 2)), min_size=2, max_size=30))
    y_true = draw(st.lists(st.integers(0, 1), min_size=len(scores), max_size=len(scores)))
    y_true[:2] = [0, 1]
    order = draw(st.permutations(range(len(scores))))
    return np.array(y_true)[order], np.array(scores)[order]


@properties
@given(scored())
def test_the_curve_and_its_area_equal_the_library(problem):
    y_true, scores = problem
    expected = library.roc_curve(y_true, scores, drop_intermediate=False)
    for ours, theirs in zip(roc_curve(y_true, scores), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert roc_auc(y_true, scores) == pytest.approx(
        library.roc_auc_score(y_true, scores), abs=1e-12
    )


@properties
@given(scored(), st.integers(0, 2**32 - 1))
def test_the_area_is_the_share_of_pairs_in_order_whatever_the_order_of_rows(problem, seed):
    y_true, scores = problem
    ahead = scores[y_true == 1][:, None] - scores[y_true == 0]
    by_pairs = np.mean((ahead > 0) + (ahead == 0) / 2)
    mixed = np.random.default_rng(seed).permutation(len(scores))
    assert roc_auc(y_true, scores) == pytest.approx(by_pairs, abs=1e-12)
    assert roc_auc(y_true[mixed], scores[mixed]) == pytest.approx(by_pairs, abs=1e-12)
    assert roc_auc(y_true, -scores) == pytest.approx(1 - by_pairs, abs=1e-12)


def test_one_row_lists_and_no_positive_at_all():
    assert accuracy([1], [1]) == precision([1], [1]) == recall([1], [1]) == f1([1], [1]) == 1
    for metric in OURS.values():
        assert [metric([0, 0], [0, 0], zero_division=z) for z in (0, 1)] == [0, 1]
        assert np.isnan(metric([0, 0], [0, 0], zero_division=float("nan")))
    with warnings.catch_warnings():
        warnings.simplefilter("error", UndefinedMetricWarning)
        assert precision(["a", "b"], ["a", "a"], "macro") == 0.25


def test_arguments_stay_as_they_were_and_small_unsigned_scores_do_not_wrap():
    y_true, scores = np.array([0, 1, 1, 0]), np.array([0, 200, 130, 7], dtype=np.uint8)
    before = scores.copy()
    assert roc_auc(y_true, scores) == 1
    assert roc_auc(y_true, scores > 100) == 1
    np.testing.assert_array_equal(scores, before)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: accuracy([], []), "no rows"),
        (lambda: accuracy([1, 0], [1]), "equal length"),
        (lambda: accuracy([[1], [0]], [1, 0]), "flat"),
        (lambda: precision(np.ones((2, 2)), np.ones((2, 2))), "flat"),
        (lambda: recall([1.0, np.nan], [1.0, 0.0]), "NaN"),
        (lambda: f1(["yes", "no"], [1, 0]), "name the labels alike"),
        (lambda: f1([0, 1, 2], [0, 1, 1]), "against one other"),
        (lambda: precision(["ham", "spam"], ["ham", "ham"]), "against one other"),
        (lambda: recall([0, 1], [0, 1], average="makro"), "No average is called 'makro'"),
        (lambda: roc_auc([1, 1], [0.1, 0.2]), "two labels"),
        (lambda: roc_auc([0, 2], [0.1, 0.2]), "one of them 1"),
        (lambda: roc_auc([0, 1], [0.1, np.nan]), "NaN"),
        (lambda: roc_auc([0, 1], [0.1, np.inf]), "infinite"),
        (lambda: roc_curve([0, 1], [[0.9, 0.1], [0.2, 0.8]]), "flat"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(call, says):
    with pytest.raises(ValueError, match=says) as caught:
        call()
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)
