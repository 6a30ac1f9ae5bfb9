"""Day 6's exported checker: against autograd and exact slopes, and clear about what it can't check."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day06_grad_check import (
    flatten,
    grad_check,
    numeric_gradient,
    numeric_gradient_batched,
    unflatten,
)

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.sampled_from([(), (1,), (3,), (2, 3), (1, 4), (2, 1, 2), (0,)]), max_size=4)
properties = settings(max_examples=50, deadline=None)


@st.composite
def points(draw):
    """A dict of arrays of any shapes, empty ones and single numbers among them."""
    rng = np.random.default_rng(draw(SEEDS))
    shapes = [(2,), *draw(SHAPES)]
    return {f"p{k}": np.asarray(rng.normal(size=shape)) for k, shape in enumerate(shapes)}


def wavy(params):
    """A smooth loss in which every number matters and meets every other; works on torch too."""
    total = sum(value.sum() for value in params.values())
    sines = sum((k + 1) * (value * 1.3).sin().sum() for k, value in enumerate(params.values()))
    return sines + total**2 / 7


def by_torch(params):
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    loss = wavy(tensors)
    loss.backward()
    return loss.item(), {name: value.grad.numpy() for name, value in tensors.items()}


def loss(params):
    return by_torch(params)[0]


@properties
@given(points())
def test_slopes_equal_autograd_and_the_point_stays(params):
    before = {name: value.copy() for name, value in params.items()}
    slow, exact = numeric_gradient(loss, params), by_torch(params)[1]
    assert slow.keys() == params.keys()
    for name, value in params.items():
        assert slow[name].shape == value.shape and slow[name].dtype == value.dtype
        np.testing.assert_allclose(slow[name], exact[name], atol=1e-7)
        np.testing.assert_array_equal(value, before[name])


@properties
@given(points(), SEEDS)
def test_the_report_accepts_autograd_and_finds_one_wrong_slope(params, seed):
    assert all(row["difference"] < 1e-7 for row in grad_check(by_torch, params).values())
    rng = np.random.default_rng(seed)
    name = rng.choice([name for name, value in params.items() if value.size])
    at = tuple(int(rng.integers(size)) for size in params[name].shape)

    def wrong(point):
        value, gradients = by_torch(point)
        gradients[name][at] += 0.5
        return value, gradients

    report = grad_check(wrong, params)
    assert report[name]["at"] == at
    assert report[name]["difference"] == pytest.approx(0.5, abs=1e-6)
    assert all(row["difference"] < 1e-7 for key, row in report.items() if key != name)


@properties
@given(points(), st.integers(1, 30))
def test_batched_equals_the_loop_for_any_chunk(params, chunk):
    shapes = {name: value.shape for name, value in params.items()}
    w, sizes = flatten(params), []

    def losses(W):
        sizes.append(len(W))
        return np.array([loss(unflatten(row, shapes)) for row in W])

    slopes = numeric_gradient_batched(losses, w, chunk=chunk)
    np.testing.assert_allclose(slopes, flatten(numeric_gradient(loss, params)), atol=1e-9)
    assert sum(sizes) == 2 * w.size and max(sizes) <= 2 * chunk


@properties
@given(points(), st.integers(1, 3))
def test_unflatten_undoes_flatten_for_one_vector_and_for_many(params, copies):
    shapes = {name: value.shape for name, value in params.items()}
    w = flatten(params)
    for name, value in unflatten(w, shapes).items():
        np.testing.assert_array_equal(value, params[name])
    for name, value in unflatten(np.tile(w, (copies, 1)), shapes).items():
        np.testing.assert_array_equal(value, np.stack([params[name]] * copies))


def test_relative_is_by_the_arrays_largest_slope_with_a_floor():
    def f(params):  # slopes (2, 0), stated as (2, 0.5) and, for the flat array, as 1e-9
        return 2 * params["a"][0], {"a": np.array([2.0, 0.5]), "flat": np.array([1e-9])}

    report = grad_check(f, {"a": np.ones(2), "flat": np.ones(1)})
    assert report["a"]["relative"] == pytest.approx(0.25)
    assert report["flat"]["relative"] == pytest.approx(0.1)


def test_nan_never_passes():
    def f(params):
        return (params["a"] ** 2).sum(), {"a": np.array([2.0, np.nan])}

    row = grad_check(f, {"a": np.ones(2)})["a"]
    assert np.isnan(row["difference"]) and np.isnan(row["relative"]) and row["at"] == (1,)


def test_single_precision_stays_single_precision():
    slopes = numeric_gradient(lambda p: (p["a"] ** 2).sum(), {"a": np.ones(3, np.float32)}, h=1e-2)
    assert slopes["a"].dtype == np.float32 and np.abs(slopes["a"] - 2).max() < 1e-4


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "no parameters"),
        ({"a": np.arange(3)}, "a is no array of floats"),
        ({"a": [1.0, 2.0]}, "a is no array of floats"),
        ({"a": np.ones(2), "b": 1.0}, "b is no array of floats"),
    ],
)
def test_what_cannot_be_moved_is_refused_in_one_sentence(params, says):
    with pytest.raises(ValueError, match=says):
        numeric_gradient(lambda p: 0.0, params)
    with pytest.raises(ValueError, match=says):
        grad_check(lambda p: (0.0, {}), params)


@pytest.mark.parametrize("gradients", [{}, {"a": np.ones(3)}, {"a": np.ones((2, 1))}, {"a": 1.0}])
def test_shapes_that_do_not_fit_are_named(gradients):
    with pytest.raises(ValueError, match=r"a needs a gradient of shape \(2,\)"):
        grad_check(lambda p: (p["a"].sum(), gradients), {"a": np.ones(2)})
    with pytest.raises(ValueError, match="hold 6 numbers; the vectors have 5"):
        unflatten(np.ones(5), {"a": (2, 3)})
