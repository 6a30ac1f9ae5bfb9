"""Day 38's exports: rounding against torch and NumPy, the loss scaler against torch's."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons import day38_mixed_precision as lesson

FORMATS = {torch.float16: (5, 10), torch.bfloat16: (8, 7), torch.float32: (8, 23)}
floats = st.floats(width=32, allow_nan=False)
EVENTS = {"finite": 0.5, "plus": math.inf, "minus": -math.inf, "nan": math.nan}


@pytest.mark.parametrize("dtype", FORMATS, ids=str)
@settings(max_examples=50, deadline=None)
@given(numbers=st.lists(floats, max_size=20))
def test_rounding_is_torchs(dtype, numbers):
    x = torch.tensor(numbers, dtype=torch.float32)
    ours = lesson.round_to(x.numpy(), *FORMATS[dtype])
    assert np.array_equal(ours, x.to(dtype).double().numpy())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_every_16_bit_number_and_every_middle_between_two(dtype):
    every = torch.arange(-(2**15), 2**15).to(torch.int16).view(dtype)
    every = every[every.isfinite()].double().unique().numpy()
    bits = FORMATS[dtype]
    assert np.array_equal(lesson.round_to(every, *bits), every), "what fits must stay as it is"
    middles = (every[1:] + every[:-1]) / 2
    wanted = torch.tensor(middles.astype("float32")).to(dtype).double().numpy()
    assert np.array_equal(lesson.round_to(middles, *bits), wanted)


def test_tf32_has_fp32s_range_and_fp16s_digits():
    assert lesson.round_to(1 + 2.0**-10, 8, 10) == 1 + 2.0**-10
    assert lesson.round_to(1 + 2.0**-11, 8, 10) == 1
    assert lesson.round_to(3e38, 8, 10) == pytest.approx(3e38, rel=2**-11)


def test_shapes_empties_infinities_and_gaps():
    assert lesson.round_to(np.zeros((2, 0)), 5, 10).shape == (2, 0)
    assert lesson.round_to(0.1, 5, 10).shape == ()
    odd = lesson.round_to([np.inf, -np.inf, -0.0], 5, 10)
    assert odd.tolist() == [np.inf, -np.inf, 0.0] and np.signbit(odd[2])
    assert np.isnan(lesson.round_to(np.nan, 5, 10))


def replay(scaler, events, library):
    """Scales and weights after each step of momentum on gradients of which some aren't finite."""
    weights = [torch.ones(2), torch.ones(()), torch.ones(1)]  # the last one never has a gradient
    optimizer, trail = torch.optim.SGD(weights, lr=0.25, momentum=0.5), []
    for number, event in enumerate(events):
        scale = scaler.scale(torch.ones(())).item() if library else scaler.scale
        weights[0].grad = scale * torch.tensor([1.0, EVENTS[event] if number % 2 else 0.25])
        weights[1].grad = scale * torch.tensor(0.5 if number % 2 else EVENTS[event])
        scaler.step(optimizer)
        if library:
            scaler.update()
        after = scaler.get_scale() if library else scaler.scale
        trail.append([after, *torch.cat([weight.flatten() for weight in weights]).tolist()])
    return trail


@settings(max_examples=50, deadline=None)
@given(
    events=st.lists(st.sampled_from([*EVENTS, "finite", "finite", "finite"]), max_size=40),
    start=st.integers(0, 10),
    growth=st.sampled_from([2.0, 4.0]),
    backoff=st.sampled_from([0.5, 0.25]),
    interval=st.integers(1, 5),
)
def test_scales_and_weights_are_torchs(events, start, growth, backoff, interval):
    options = 2.0**start, growth, backoff, interval
    ours = replay(lesson.LossScaler(*options), events, library=False)
    theirs = replay(torch.amp.GradScaler("cpu", *options), events, library=True)
    assert ours == theirs  # powers of two: not a bit may differ


def test_it_says_whether_it_stepped_and_leaves_unscaled_gradients():
    weight = torch.ones(2)
    optimizer, scaler = torch.optim.SGD([weight], lr=1.0), lesson.LossScaler(1024.0)
    weight.grad = torch.tensor([1024.0, 512.0])
    assert scaler.step(optimizer) and weight.tolist() == [0.0, 0.5]
    assert weight.grad.tolist() == [1.0, 0.5]
    weight.grad = torch.tensor([1.0, math.nan])
    assert not scaler.step(optimizer) and weight.tolist() == [0.0, 0.5]
    assert (scaler.scale, scaler.good) == (512.0, 0)


def test_it_trains_through_half_precision():
    """A slope that is 0 in fp16 without scaling, and is found with it."""
    x = torch.full((4096,), 2.0**-10, dtype=torch.float16)
    weight = torch.ones(())
    slopes = []
    for scale in (1.0, 2.0**16):
        weight.requires_grad_().grad = None
        loss = (weight.half() * x).float().square().mean()
        (loss * scale).backward()
        lesson.LossScaler(scale).step(torch.optim.SGD([weight], lr=0))
        slopes.append(weight.grad.item())
    assert slopes == [0.0, pytest.approx(2 * 2.0**-20)]
