"""Day 4's exported lesson: correlations against NumPy, colours against published values."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from seaborn.utils import relative_luminance

from shared.lessons.day04_heatmaps import (
    contrast,
    correlation,
    deuteranope,
    grey_print,
    heatmap,
    ink,
    lab,
    linear_light,
    luminance,
    screen_value,
)

properties = settings(max_examples=50, deadline=None)
levels = st.floats(0, 1, width=32)
colours = st.tuples(levels, levels, levels).map(np.array)


@st.composite
def tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, k = draw(st.integers(2, 40)), draw(st.integers(1, 6))
    X = rng.normal(size=(n, k)) @ rng.normal(size=(k, k))
    return X * 10.0 ** rng.integers(-3, 4, k) + rng.normal(size=k)


@properties
@given(tables())
def test_correlations_equal_numpy_and_pandas(X):
    before = X.copy()
    found = correlation(X)
    assert found.shape == (X.shape[1], X.shape[1])
    np.testing.assert_allclose(found, np.atleast_2d(np.corrcoef(X, rowvar=False)), atol=1e-9)
    np.testing.assert_allclose(found, pd.DataFrame(X).corr().to_numpy(), atol=1e-9)
    np.testing.assert_array_equal(X, before)


@properties
@given(tables())
def test_units_do_not_matter_and_a_minus_turns_the_sign(X):
    found = correlation(X)
    np.testing.assert_allclose(correlation(2.54 * X - 7), found, atol=1e-8)
    signs = (-1.0) ** np.arange(X.shape[1])
    np.testing.assert_allclose(correlation(X * signs), found * np.outer(signs, signs), atol=1e-12)


def test_a_constant_column_and_one_with_a_gap_are_nan_and_spoil_nothing():
    rng = np.random.default_rng(0)
    for constant in (0.0, 0.1, 1e9 + 0.1):
        X = np.column_stack([rng.normal(size=(891, 2)), np.full(891, constant), rng.random(891)])
        X[5, 3] = np.nan
        found = correlation(X)
        assert np.isnan(found[2:]).all() and np.isnan(found[:, 2:]).all()
        np.testing.assert_allclose(found[:2, :2], np.corrcoef(X[:, :2], rowvar=False))


@pytest.mark.parametrize("shape", [(), (5,), (0, 3), (1, 3), (2, 2, 2)])
def test_what_is_no_table_is_refused_in_a_sentence(shape):
    with pytest.raises(ValueError, match="two rows or more"):
        correlation(np.ones(shape))


def test_a_far_shift_costs_few_digits():
    X = np.random.default_rng(0).normal(size=(500, 3)) @ [[1, 1, 0], [0, 1, 1], [0, 0, 1]]
    np.testing.assert_allclose(correlation(X + 1e8), correlation(X), atol=1e-8)


@properties
@given(colours, colours)
def test_luminance_and_contrast_follow_the_web_rule(one, other):
    # seaborn has the rule's older threshold, 0.03928; no 8-bit colour lies between the two
    assert luminance(one) == pytest.approx(relative_luminance(one), abs=1e-6)
    ratio = contrast(one, other)
    assert ratio == contrast(other, one) and 1 <= ratio <= 21 + 1e-9
    assert contrast(one, one) == 1


@properties
@given(colours)
def test_the_chosen_ink_is_the_better_and_always_readable(colour):
    grounds = {"black": contrast(colour, [0, 0, 0]), "white": contrast(colour, [1, 1, 1])}
    assert grounds[ink(colour)] == max(grounds.values()) > 4.5


@pytest.mark.parametrize(
    ("rgb", "expected"),  # Bruce Lindbloom's calculator, sRGB and D65
    [
        ([1, 1, 1], [100, 0, 0]),
        ([0, 0, 0], [0, 0, 0]),
        ([1, 0, 0], [53.24, 80.09, 67.20]),
        ([0, 1, 0], [87.73, -86.18, 83.18]),
        ([0, 0, 1], [32.30, 79.19, -107.86]),
        ([119 / 255] * 3, [50.03, 0, 0]),
    ],
)
def test_lab_equals_published_values(rgb, expected):
    np.testing.assert_allclose(lab(rgb), expected, atol=0.05)


@properties
@given(colours)
def test_views_stay_colours_keep_greys_and_a_print_keeps_luminance(colour):
    np.testing.assert_allclose(screen_value(linear_light(colour)), colour, atol=1e-4)
    for seen in (deuteranope(colour), grey_print(colour)):
        assert seen.shape == (3,) and (seen >= 0).all() and (seen <= 1).all()
    assert np.ptp(grey_print(colour)) == 0
    assert luminance(grey_print(colour)) == pytest.approx(luminance(colour), abs=1e-4)
    grey = np.repeat(colour[:1], 3)
    np.testing.assert_allclose(deuteranope(grey), grey, atol=1e-3)


def test_a_deuteranope_confuses_red_with_green_but_not_with_blue():
    red, green, blue = lab(deuteranope(np.array([[0.8, 0.3, 0], [0.4, 0.5, 0], [0, 0, 0.9]])))
    assert np.linalg.norm((red - green)[1:]) < 15 < 100 < np.linalg.norm((red - blue)[1:])


def test_the_drawing_holds_the_lower_half_and_a_readable_number_in_each_cell():
    matrix = np.array([[1, 9, 9, 9], [-0.001, 1, 9, 9], [-1, np.nan, 1, 9], [0.5, -0.5, 0.7, 1]])
    before, ax = matrix.copy(), Figure().subplots()
    mesh = heatmap(ax, matrix, list("abcd"))
    np.testing.assert_array_equal(matrix, before)
    labels = {tuple(int(at) for at in t.get_position()): t for t in ax.texts}
    expected = {(0, 1): "0.00", (0, 2): "-1.00", (0, 3): "0.50", (1, 3): "-0.50", (2, 3): "0.70"}
    expected |= {(i, i): "1.00" for i in range(4)}
    assert {at: text.get_text() for at, text in labels.items()} == expected
    for (column, row), text in labels.items():
        ground = mesh.to_rgba(matrix[row, column])[:3]
        assert contrast(mpl.colors.to_rgb(text.get_color()), ground) > 4.5
    assert mesh.get_clim() == (-1, 1) and ax.get_ylim() == (4, 0)
    assert [t.get_text() for t in ax.get_yticklabels()] == list("abcd")
