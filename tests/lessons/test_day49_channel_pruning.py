"""Day 49's exports: the cut against a silenced network, the counter against torch's own."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import prune
from torch.utils.flop_counter import FlopCounterMode

from shared.lessons import day49_channel_pruning as lesson
from shared.lessons.day34_tiny_cnn import TinyCNN

seeds = st.integers(0, 2**31)


def network(seed, widths=(6, 9, 12)):
    """A small TinyCNN in eval mode whose batch norms have something to say."""
    torch.manual_seed(seed)
    model = TinyCNN(widths=widths)
    with torch.no_grad():
        for block in model.features:
            norm = block[1]
            for values in (norm.weight, norm.bias, norm.running_mean):
                values.normal_()
            norm.running_var.uniform_(0.5, 2.0)
    return model.eval()


@settings(max_examples=25, deadline=None)
@given(seed=seeds, share=st.floats(0, 0.85))
def test_the_cut_network_is_the_one_with_those_channels_silenced(seed, share):
    model, X = network(seed), torch.randn(3, 3, 32, 32)
    chosen = []

    def choose(weight, share):
        chosen.append(lesson.keep_largest(weight, share))
        return chosen[-1]

    cut, silenced = lesson.prune_channels(model, share, choose), copy.deepcopy(model)
    for block, kept in zip(silenced.features, chosen, strict=True):
        mask = torch.zeros(block[0].out_channels)
        mask[kept] = 1.0
        block[1].weight.data *= mask
        block[1].bias.data *= mask
    expected = silenced(X)
    assert torch.allclose(cut(X), expected, atol=1e-4 * expected.abs().max().item())
    assert [block[0].out_channels for block in cut.features] == [len(kept) for kept in chosen]


@settings(max_examples=50, deadline=None)
@given(seed=seeds, out=st.integers(2, 30), inputs=st.integers(1, 5), share=st.floats(0, 0.9))
def test_the_channels_are_those_that_torch_keeps(seed, out, inputs, share):
    conv = nn.Conv2d(inputs, out, 3, bias=False)
    weight = torch.randn(conv.weight.shape, generator=torch.Generator().manual_seed(seed))
    conv.weight.data = weight.clone()
    if round(share * out) == out:
        return
    if round(share * out):  # torch refuses to remove nothing by a share that isn't 0
        prune.ln_structured(conv, "weight", amount=share, n=1, dim=0)
    alive = conv.weight.detach().flatten(1).any(1).nonzero().flatten()
    assert torch.equal(lesson.keep_largest(weight, share), alive)


@pytest.mark.parametrize("share", [1.0, 0.99, -0.5])
def test_a_share_that_leaves_nothing_or_adds_channels_is_refused(share):
    with pytest.raises(ValueError, match="leaves no channel of 4"):
        lesson.keep_largest(torch.ones(4, 2, 3, 3), share)


def test_nan_weights_still_leave_as_many_channels():
    weight = torch.ones(5, 2, 3, 3)
    weight[1] = np.nan
    assert len(lesson.keep_largest(weight, 0.4)) == 3


def test_the_model_itself_is_not_touched():
    model = network(0)
    before = copy.deepcopy(model.state_dict())
    cut = lesson.prune_channels(model, 0.5)
    with torch.no_grad():
        for values in cut.parameters():
            values.zero_()
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize("training", [True, False])
def test_the_cut_network_stays_in_its_mode_and_learns(training):
    cut = lesson.prune_channels(network(1).train(training), 0.3)
    assert cut.training == training and all(m.training == training for m in cut.modules())
    cut.train()(torch.randn(4, 3, 32, 32)).sum().backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in cut.parameters())


@settings(max_examples=15, deadline=None)
@given(seed=seeds, c=st.integers(1, 4), groups=st.integers(1, 3), stride=st.integers(1, 2))
def test_multiply_adds_are_half_of_torchs_operations(seed, c, groups, stride):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(c, 6, 3, stride, padding=1, bias=False),
        nn.ReLU(),
        nn.Conv2d(6, 12, (1, 3), groups=groups, bias=False),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(48, 5),
    )
    with FlopCounterMode(display=False) as library, torch.no_grad():
        model.eval()(torch.zeros(1, c, 9, 11))
    counts = lesson.multiply_adds(model.train(), (c, 9, 11))
    assert list(counts) == ["0", "2", "5"]
    assert 2 * sum(counts.values()) == library.get_total_flops()
    assert model.training and not any(m._forward_hooks for m in model.modules())


def test_thirty_percent_of_channels_are_half_of_file_and_work():
    model = network(2, (32, 64, 128))
    cut = lesson.prune_channels(model, 0.3)
    work = [sum(lesson.multiply_adds(m, (3, 32, 32)).values()) for m in (model, cut)]
    assert work[0] == 10_342_400
    assert [block[0].out_channels for block in cut.features] == [22, 45, 90]
    assert work[1] == 1024 * 22 * 27 + 256 * 45 * 198 + 64 * 90 * 405 + 14_400
    assert lesson.file_size(cut) < 0.6 * lesson.file_size(model)
    assert 4 * 113_962 < lesson.file_size(model) < 4 * 113_962 + 20_000
