"""Day 48's exports: grids against onnxruntime's own, rounding against torch's, and the interval."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto
from onnxruntime.quantization import quant_utils

from shared.lessons import day48_int8_quantisation as lesson

numbers = st.floats(-1e6, 1e6, width=32).filter(lambda x: x == 0 or abs(x) > 1e-20)
GRIDS = {"int8": (-127, 127), "uint8": (0, 255), "7 bits": (-64, 64), "4 bits": (0, 15)}
EACH_GRID = pytest.mark.parametrize("levels", GRIDS.values(), ids=GRIDS)


def single(low, high, levels):
    found = lesson.scale_and_zero(torch.tensor(low), torch.tensor(high), levels)
    return tuple(float(t) for t in found)


@EACH_GRID
@settings(max_examples=50, deadline=None)
@given(one=numbers, other=numbers)
def test_a_grid_is_onnxruntimes(levels, one, other):
    low, high = (np.float32(end) for end in sorted((one, other)))
    q_low, q_high = (np.int16(end) for end in levels)
    symmetric = levels[0] == -levels[1]
    zero, scale = quant_utils.compute_scale_zp(low, high, q_low, q_high, symmetric)
    found = single(low.item(), high.item(), levels)
    assert found[0] == pytest.approx(float(scale), rel=1e-6)
    exact = q_low - min(float(low), 0) / float(scale)
    half_way = abs(exact % 1 - 0.5) < 1e-3  # single and double precision may round apart
    assert found[1] == float(zero) or (half_way and abs(found[1] - float(zero)) == 1)


@EACH_GRID
@settings(max_examples=50, deadline=None)
@given(values=st.lists(numbers, min_size=1, max_size=12))
def test_what_lies_in_the_range_moves_by_a_step_at_most_and_0_not_at_all(levels, values):
    X = torch.tensor([*values, 0.0], dtype=torch.float32)
    scale, _ = lesson.scale_and_zero(X.min(), X.max(), levels)
    Y = lesson.rounded(X, levels)
    # Half a step, and up to half of one more at the ends, where the zero point was rounded.
    assert ((Y - X).abs() <= scale * 1.001).all()
    assert Y[-1] == 0, "0 must stay 0"
    assert len(Y.unique()) <= levels[1] - levels[0] + 1


@pytest.mark.parametrize("axis", [None, 0, 1, 2])
def test_integers_are_those_of_onnxruntimes_quantiser(axis):
    rng = torch.Generator().manual_seed(5)
    X = torch.randn(6, 5, 7, generator=rng) * 10 ** torch.randn(6, 5, 1, generator=rng)
    scale, zero = lesson.scale_and_zero(*lesson.span(X, axis), lesson.INT8)
    ours = lesson.quantize(X, scale, zero, lesson.INT8).numpy()
    scale = np.broadcast_to(scale.numpy(), X.shape)
    theirs = quant_utils.quantize_nparray(TensorProto.INT8, X.numpy(), scale, 0)
    assert np.array_equal(ours, theirs)


def test_rounding_is_torchs_where_the_scale_is_a_power_of_two():
    X = torch.arange(-2000, 2000) / 32
    scale, zero = torch.tensor(0.125), torch.tensor(17)
    ours = lesson.dequantize(lesson.quantize(X, scale, zero, (0, 255)), scale, zero)
    assert torch.equal(ours, torch.fake_quantize_per_tensor_affine(X, 0.125, 17, 0, 255))


def test_a_grid_a_channel_is_what_each_channel_would_get_alone():
    X = (
        torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(1))
        * torch.logspace(-3, 3, 4)[:, None, None]
    )
    X[2] = 0
    together = lesson.rounded(X, lesson.INT8, axis=0)
    alone = torch.stack([lesson.rounded(channel, lesson.INT8) for channel in X])
    assert torch.equal(together, alone)
    assert not together[2].any()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_range_without_end_is_refused(bad):
    with pytest.raises(ValueError, match="NaN or infinity"):
        single(-1.0, bad, lesson.UINT8)


def test_grids_by_bits():
    assert lesson.grid(8) == lesson.INT8 and lesson.grid(8, symmetric=False) == lesson.UINT8
    assert lesson.grid(2) == (-1, 1) and lesson.grid(1, symmetric=False) == (0, 1)
    with pytest.raises(ValueError, match="2 bits or more"):
        lesson.grid(1)


def test_each_bit_is_worth_six_decibels():
    X = torch.rand(100_000, generator=torch.Generator().manual_seed(3))
    errors = [
        (lesson.rounded(X, lesson.grid(b, False)) - X).square().mean().sqrt() for b in (4, 6, 8)
    ]
    for bits, error in zip((4, 6, 8), errors, strict=True):
        assert error == pytest.approx(1 / (2**bits - 1) / 12**0.5, rel=0.02)


def test_the_drop_is_the_difference_and_lies_in_its_interval():
    before, after = np.array([1, 1, 1, 0, 0, 1], bool), np.array([1, 0, 1, 1, 0, 0], bool)
    drop, low, high = lesson.paired_drop(before, after)
    assert drop == pytest.approx(before.mean() - after.mean()) and low < drop < high
    assert lesson.paired_drop(after, before) == pytest.approx((-drop, -high, -low))


def test_the_interval_covers_the_truth_about_95_times_in_100():
    rng, n, p, hits = np.random.default_rng(0), 400, [0.05, 0.02, 0.93], 0
    for _ in range(2000):
        kind = rng.choice(3, n, p=p)
        _, low, high = lesson.paired_drop(kind != 1, kind != 0)
        hits += low <= p[0] - p[1] <= high
    assert 0.935 <= hits / 2000 <= 0.97


def test_no_change_still_has_an_interval_and_nonsense_is_refused():
    drop, low, high = lesson.paired_drop(np.ones(50, bool), np.ones(50, bool))
    assert drop == 0 and low < 0 < high
    for before, after in (([], []), ([True], [True, False])):
        with pytest.raises(ValueError, match="must come in pairs"):
            lesson.paired_drop(before, after)
