"""Day 33's exports: dropout and batch normalisation against torch's."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from shared.lessons.day33_regularisation import BatchNorm1d, dropout


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 0.95), st.integers(0, 2**31))
def test_dropout_zeroes_a_share_p_and_keeps_the_mean(p, seed):
    torch.manual_seed(seed)
    X = torch.rand(100, 200) + 0.5
    dropped = dropout(X, p)
    kept = dropped != 0
    share, error = 1 - kept.float().mean().item(), (p * (1 - p) / X.numel()) ** 0.5
    assert abs(share - p) <= 6 * error + 1e-6
    assert torch.allclose(dropped[kept], X[kept] / (1 - p), rtol=1e-5)
    # E[y] = x: the spread of the mean of y is at most 1.5 sqrt(p / (1 - p) / n)
    assert abs((dropped - X).mean().item()) <= 9 * (p / (1 - p) / X.numel()) ** 0.5 + 1e-5


def test_dropout_at_test_time_and_without_a_chance_changes_nothing():
    X = torch.randn(5, 4)
    assert torch.equal(dropout(X, 0.5, training=False), X)
    assert torch.equal(dropout(X, 0.0), X)
    assert dropout(torch.zeros(0, 3), 0.5).shape == (0, 3)


def test_the_gradient_goes_through_the_mask():
    X = torch.ones(50, 50, requires_grad=True)
    dropped = dropout(X, 0.4)
    dropped.sum().backward()
    assert torch.allclose(X.grad, dropped.detach())  # where X is 1, both are mask / (1 - p)


@pytest.mark.parametrize("p", [-0.1, 1, 30])
def test_what_is_no_probability_of_a_zero_is_refused(p):
    with pytest.raises(ValueError, match="from 0 to below 1"):
        dropout(torch.ones(2), p)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(2, 20),
    st.integers(1, 8),
    st.floats(0.01, 0.9),
    st.floats(0.1, 5),
    st.integers(0, 2**31),
)
def test_batch_norm_is_torchs_after_every_call(n, features, momentum, scale, seed):
    rng = torch.Generator().manual_seed(seed)
    ours = BatchNorm1d(features, momentum).double()
    theirs = nn.BatchNorm1d(features, momentum=momentum).double()
    assert [name for name, _ in ours.named_parameters()] == ["weight", "bias"]
    with torch.no_grad():
        for parameter, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            parameter.copy_(torch.randn(features, generator=rng))
            other.copy_(parameter)
    for _ in range(5):
        X = scale * torch.randn(n, features, generator=rng, dtype=torch.float64) - 1
        Y = X.clone().requires_grad_()
        X.requires_grad_()
        results = ours(X), theirs(Y)
        assert torch.allclose(*results, atol=1e-9)
        assert torch.allclose(ours.running_mean, theirs.running_mean, atol=1e-12)
        assert torch.allclose(ours.running_var, theirs.running_var, atol=1e-12)
        for result in results:
            (result**3).sum().backward()
        assert torch.allclose(X.grad, Y.grad, rtol=1e-6, atol=1e-6)
    assert torch.allclose(ours.eval()(X), theirs.eval()(X), atol=1e-9)
    assert ours.eval()(X[:1]).shape == (1, features)


def test_its_state_fits_torchs_layer():
    ours, theirs = BatchNorm1d(4), nn.BatchNorm1d(4)
    ours(torch.randn(10, 4))
    theirs.load_state_dict(ours.state_dict(), strict=False)  # torch counts its calls as well
    X = torch.randn(3, 4)
    assert torch.allclose(ours.eval()(X), theirs.eval()(X), atol=1e-6)


def test_a_batch_of_one_is_refused_in_training_only():
    layer = BatchNorm1d(2)
    with pytest.raises(ValueError, match="2 rows to train"):
        layer(torch.ones(1, 2))
    assert torch.allclose(layer.eval()(torch.ones(1, 2)), torch.ones(1, 2), atol=1e-4)
