"""Day 32's optimisers: step for step torch's, for any shapes, gradients and options."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import optim

from shared.lessons.day30_manual_loop import make_mlp, train_one_epoch
from shared.lessons.day32_optimisers import SGD, Adam, AdamW, Momentum, Optimizer, RMSProp

RATES = st.floats(1e-4, 0.5)
SHARES = st.floats(0.0, 0.99)
EPS = st.sampled_from([1e-8, 1e-3])
DECAYS = st.sampled_from([0.0, 0.01, 0.3])
BETAS = st.tuples(SHARES, st.floats(0.5, 0.999))
COMMON = {"lr": RATES, "weight_decay": DECAYS}
PAIRS = {
    "SGD": (SGD, optim.SGD, COMMON),
    "momentum": (
        Momentum,
        optim.SGD,
        COMMON | {"momentum": st.floats(0.1, 0.99), "nesterov": st.booleans()},
    ),
    "RMSProp": (RMSProp, optim.RMSprop, COMMON | {"alpha": SHARES, "eps": EPS}),
    "Adam": (Adam, optim.Adam, COMMON | {"betas": BETAS, "eps": EPS}),
    "AdamW": (AdamW, optim.AdamW, COMMON | {"betas": BETAS, "eps": EPS}),
}


def walked(kind, options, gradients, start):
    """The weights of `start` after a step for each row of gradients; None is a missing gradient."""
    weights = [tensor.clone().requires_grad_() for tensor in start]
    optimizer = kind(weights, **options)
    for row in gradients:
        optimizer.zero_grad()
        for weight, gradient in zip(weights, row, strict=True):
            weight.grad = None if gradient is None else gradient.clone()
        optimizer.step()
    return [weight.detach() for weight in weights]


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**31), steps=st.integers(1, 12))
def test_steps_equal_torchs(name, data, seed, steps):
    ours, theirs, options = PAIRS[name]
    options = {key: data.draw(strategy, label=key) for key, strategy in options.items()}
    rng = torch.Generator().manual_seed(seed)
    shapes = [(3, 2), (4,), ()]
    start = [torch.randn(shape, generator=rng, dtype=torch.float64) for shape in shapes]
    spread = data.draw(st.sampled_from([1e-6, 1.0, 100.0]), label="spread")
    gradients = [
        [spread * torch.randn(shape, generator=rng, dtype=torch.float64) for shape in shapes]
        for _ in range(steps)
    ]
    gradients[-1][1] = None  # a weight that took no part keeps still, and so does its clock
    for a, b in zip(
        walked(ours, options, gradients, start), walked(theirs, options, gradients, start), strict=True
    ):  # fmt: skip
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8)


def test_adams_first_step_is_the_rate_whatever_the_size_of_the_gradient():
    sizes = torch.tensor([1e-3, 1.0, -1e4], dtype=torch.float64)
    (moved,) = walked(Adam, {"lr": 0.1}, [[sizes]], [torch.zeros(3, dtype=torch.float64)])
    torch.testing.assert_close(moved, -0.1 * sizes.sign(), rtol=1e-4, atol=0)


def test_adamw_shrinks_in_proportion_and_without_decay_is_adam():
    zeros = [[torch.zeros(2, dtype=torch.float64)]] * 5
    start = torch.tensor([1.0, -0.01], dtype=torch.float64)
    (shrunk,) = walked(AdamW, {"lr": 0.1, "weight_decay": 0.2}, zeros, [start])
    torch.testing.assert_close(shrunk, start * 0.98**5)
    ones = [[torch.ones(2, dtype=torch.float64)]] * 5
    (plain,) = walked(AdamW, {"lr": 0.1, "weight_decay": 0.0}, ones, [start])
    (adam,) = walked(Adam, {"lr": 0.1}, ones, [start])
    torch.testing.assert_close(plain, adam, rtol=0, atol=0)


@pytest.mark.parametrize("kind", [SGD, Momentum, RMSProp, Adam, AdamW])
def test_it_takes_the_place_of_torchs_in_a_loop_and_keeps_the_precision(kind):
    torch.manual_seed(0)
    model, rng = make_mlp((4, 8, 3)), torch.Generator().manual_seed(0)
    X = torch.randn(90, 4, generator=rng)
    y = X[:, :3].argmax(1)
    optimizer = kind(model.parameters(), lr=0.01)
    losses = [train_one_epoch(model, X, y, optimizer, 15, rng)[0] for _ in range(40)]
    assert losses[-1] < 0.95 * losses[0]
    assert {weight.dtype for weight in optimizer.parameters} == {torch.float32}
    assert all(not state_value.requires_grad for state in optimizer.states
               for state_value in state.values() if torch.is_tensor(state_value))  # fmt: skip


def test_zero_grad_clears_and_an_untouched_weight_has_taken_no_step():
    used, unused = (torch.ones(2, requires_grad=True) for _ in range(2))
    optimizer = Adam([used, unused], lr=0.1)
    used.sum().backward()
    optimizer.step()
    assert [state["t"] for state in optimizer.states] == [1, 0]
    assert torch.equal(unused, torch.ones(2))
    optimizer.zero_grad()
    assert used.grad is None


@pytest.mark.parametrize("lr", [0.0, -0.1, float("nan")])
def test_a_rate_that_is_not_positive_is_refused(lr):
    with pytest.raises(ValueError, match="learning rate above 0"):
        SGD([torch.ones(1)], lr)


def test_nothing_to_move_is_refused():
    used_up = iter([torch.ones(1)])
    list(used_up)
    with pytest.raises(ValueError, match="parameters to move"):
        Optimizer(used_up, 0.1)
