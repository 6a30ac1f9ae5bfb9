"""Day 42's exports: areas averaged, a network with corrections, the schedule, two looks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import nn

from shared.errors import DaysError
from shared.lessons import day42_dogs_vs_cats as lesson


def pictures(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@settings(max_examples=40, deadline=None)
@given(*[st.integers(1, 5)] * 2, st.integers(1, 4), st.integers(0, 99))
def test_shrinking_is_pillows_area_resize_up_to_rounding(h, w, factor, seed):
    X = pictures(seed, 2, h * factor, w * factor, 3)
    small = lesson.shrink(X, factor)
    assert small.shape == (2, h, w, 3) and small.dtype == np.uint8
    box = [Image.fromarray(x).resize((w, h), Image.Resampling.BOX) for x in X]
    assert np.abs(small.astype(int) - np.stack(box)).max() <= 1
    exact = [[x[i : i + factor, j : j + factor].mean((0, 1)) for j in range(0, w * factor, factor)]
             for x in X for i in range(0, h * factor, factor)]  # fmt: skip
    assert np.abs(small - np.array(exact).reshape(small.shape)).max() <= 0.5 + 1e-4


def test_shrinking_keeps_white_white_and_takes_no_pictures():
    assert (lesson.shrink(np.full((1, 4, 4, 3), 255, np.uint8)) == 255).all()
    assert lesson.shrink(np.zeros((0, 64, 64, 3), np.uint8)).shape == (0, 32, 32, 3)


@pytest.mark.parametrize("shape", [(1, 63, 64, 3), (1, 64, 63, 3)])
def test_sides_that_cannot_be_cut_are_refused(shape):
    with pytest.raises(ValueError, match="can't be cut into squares of 2 x 2"):
        lesson.shrink(np.zeros(shape, np.uint8))


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 300), st.floats(1e-5, 10))
def test_the_schedule_is_the_librarys(steps, peak):
    dummy = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    cycle = torch.optim.lr_scheduler.OneCycleLR(dummy, peak, total_steps=steps)
    for step in range(steps):
        expected = dummy.param_groups[0]["lr"]
        assert lesson.one_cycle(step, steps, peak) == pytest.approx(expected, rel=1e-6)
        dummy.step()
        if step + 1 < steps:
            cycle.step()


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 300))
def test_the_schedule_climbs_and_then_falls(steps):
    rates = np.array([lesson.one_cycle(step, steps, 1.0) for step in range(steps)])
    top = rates.argmax()
    assert (np.diff(rates[: top + 1]) > 0).all() and (np.diff(rates[top:]) < 0).all()
    assert abs(top - (0.3 * steps - 1)) <= 1 and rates.max() <= 1


@pytest.mark.parametrize("step, steps", [(-1, 100), (100, 100), (0, 3), (0, 0)])
def test_steps_outside_the_run_are_refused(step, steps):
    with pytest.raises(ValueError, match=f"step {step} of a run of {steps}"):
        lesson.one_cycle(step, steps, 0.1)


def test_a_residual_starts_as_nothing_and_can_learn():
    piece, X = lesson.Residual(4), torch.rand(2, 4, 5, 6)  # nothing below 0, as after a ReLU
    assert torch.equal(piece(X), X)
    (piece(X) * torch.randn(X.shape)).sum().backward()
    assert piece.body[-1].weight.grad.abs().min() > 0, "no slope reaches the correction"
    nn.init.ones_(piece.body[-1].weight)
    out = piece(X)
    assert out.shape == X.shape and out.min() >= 0 and not torch.equal(out, X)


@pytest.mark.parametrize(
    "widths, classes, parameters",
    [((16, 32, 64), 2, 118_290), ((64, 128, 256), 2, 1_855_554), ((16, 32, 64), 10, 126_490)],
)
def test_the_network_has_its_shape_and_size(widths, classes, parameters):
    model = lesson.PetNet(widths, classes)
    assert model(torch.randn(3, 3, 32, 32)).shape == (3, classes)
    assert model.features[:2](torch.randn(3, 3, 32, 32)).shape == (3, widths[1], 8, 8)
    assert sum(p.numel() for p in model.parameters()) == parameters


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(2, 4), st.integers(0, 99))
def test_two_looks_are_symmetric_probabilities_and_never_lose_on_average(n, classes, seed):
    rng = torch.Generator().manual_seed(seed)
    network = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(60, classes)).train()
    X, y = torch.randn(n, 3, 4, 5, generator=rng), torch.randint(classes, (n,), generator=rng)
    both = lesson.two_looks(network, X)
    assert network.training, "the network must be left as it was"
    assert torch.allclose(both.sum(1), torch.ones(n), atol=1e-5)
    assert torch.allclose(both, lesson.two_looks(network, X.flip(3)), atol=1e-6)
    network.eval()
    looks = [network(x).softmax(1) for x in (X, X.flip(3))]
    losses = [-p[range(n), y].log().mean().item() for p in (both, *looks)]
    assert torch.allclose(both, sum(looks) / 2, atol=1e-6)
    assert losses[0] <= sum(losses[1:]) / 2 + 1e-5


def test_no_pictures_are_refused():
    with pytest.raises(DaysError, match="nothing to predict"):
        lesson.two_looks(lesson.PetNet((2, 2, 2)), torch.zeros(0, 3, 32, 32))
