"""Day 37's exports: the block against torchvision's, its weights counted, sets, modes, training."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models import MobileNetV2
from torchvision.models.mobilenetv2 import InvertedResidual

from shared import checkpoints, vision
from shared.checkpoints import Backbone
from shared.lessons import day37_transfer_learning as lesson
from shared.pictures import Images
from shared.sources import SourceError

channels, expansions, strides = st.integers(1, 12), st.integers(1, 6), st.integers(1, 2)


def block(c_in, c_out, stride, expansion):
    """torchvision's block with norms as after training."""
    made = InvertedResidual(c_in, c_out, stride, expansion).eval()
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean.normal_(), part.running_var.uniform_(0.5, 2)
            nn.init.uniform_(part.weight, 0.5, 3), nn.init.normal_(part.bias)
    return made


@settings(max_examples=50, deadline=None)
@given(channels, channels, strides, expansions, st.booleans(), st.integers(4, 9))
def test_the_block_is_torchvisions(c_in, c_out, stride, expansion, same, side):
    torch.manual_seed(c_in + 100 * c_out)
    theirs = block(c_in, c_in if same else c_out, stride, expansion)
    X = 3 * torch.randn(2, c_in, side, side + 1)
    with torch.no_grad():
        ours, expected = lesson.inverted_residual(X, lesson.layers_of(theirs), stride), theirs(X)
    assert ours.shape == expected.shape and torch.allclose(ours, expected, atol=1e-4)


@settings(max_examples=50, deadline=None)
@given(channels, channels, expansions, st.sampled_from([3, 5]))
def test_its_weights_are_counted(c_in, c_out, expansion, window):
    theirs = vision.InvertedResidual(c_in, c_out, expansion, window, 1)
    count = sum(parameter.numel() for parameter in theirs.parameters())
    assert lesson.block_parameters(c_in, c_out, expansion, window) == count


@pytest.mark.parametrize("classes", [1, 10, 1000])
def test_both_networks_are_counted(classes):
    with torch.device("meta"):
        networks = MobileNetV2(num_classes=classes), vision.EfficientNetLite0(classes)
    for network, stages in zip(networks, (lesson.MOBILENET_V2, vision.STAGES), strict=True):
        count = sum(parameter.numel() for parameter in network.parameters())
        assert sum(lesson.count_parameters(stages, classes)) == count


def test_lite0_stands_in_where_mobilenet_cannot_be_had(monkeypatch):
    def nowhere(scale):
        raise SourceError("nowhere")

    monkeypatch.setattr(checkpoints, "efficientnet_lite0", lambda scale: f"lite0 {scale}")
    monkeypatch.setattr(checkpoints, "mobilenet_v2", lambda scale: f"mobilenet {scale}")
    assert lesson.pretrained("full") == ("MobileNet-V2", "mobilenet full")
    monkeypatch.setattr(checkpoints, "mobilenet_v2", nowhere)
    assert lesson.pretrained("quick") == ("EfficientNet-Lite0", "lite0 quick")


def tiny_backbone():
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 1280, 8, stride=8), nn.BatchNorm2d(1280), nn.ReLU()
    model = SimpleNamespace(features=nn.Sequential(*layers).eval())
    zeros, ones = torch.zeros(3, 1, 1), torch.ones(3, 1, 1)
    return Backbone(model, zeros, ones, 32, "made up")


def colours(each=10):
    """Pictures that one colour tells apart: kind k is k * 50 bright, noise of +-9."""
    rng, y = np.random.default_rng(0), np.arange(5).repeat(each)
    X = (y[:, None, None, None] * 50 + 10 + rng.integers(-9, 10, (len(y), 32, 32, 3))).astype("u1")
    return Images(X, y, X[::2], y[::2], list("abcde"))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_fifth_of_each_kind_is_set_aside(seed):
    images, backbone = colours(), tiny_backbone()
    sets = lesson.flower_sets(images, backbone, 32, seed)
    assert np.bincount(sets.y_train).tolist() == [8] * 5
    assert np.bincount(sets.y_val).tolist() == [2] * 5
    both = torch.cat([sets.X_train, sets.X_val])
    assert len(both.flatten(1).unique(dim=0)) == 50, "no picture may be lost or come twice"
    assert torch.equal(both.sum((1, 2, 3)).sort().values, _sums(backbone.inputs(images.X_train)))
    assert torch.equal(sets.X_test, backbone.inputs(images.X_test))
    again, other = (lesson.flower_sets(images, backbone, 32, s) for s in (seed, seed + 1))
    assert torch.equal(sets.X_val, again.X_val) and not torch.equal(sets.X_val, other.X_val)


def _sums(X):
    return X.sum((1, 2, 3)).sort().values


def test_a_side_that_does_not_halve_five_times_is_refused():
    with pytest.raises(ValueError, match="pictures of 100 pixels don't halve five times"):
        lesson.flower_sets(colours(), tiny_backbone(), 100)


def test_features_are_the_networks_own_and_leave_the_encoder_at_rest():
    backbone = tiny_backbone()
    net, X = lesson.FlowerNet(backbone.model.features).eval(), torch.randn(70, 3, 32, 32)
    Z = lesson.features(backbone.model.features, X)
    assert Z.shape == (70, 1280) and not Z.requires_grad
    assert not any(part.training for part in backbone.model.features.modules())
    assert torch.allclose(net.classifier(Z), net(X), atol=1e-5)


def test_torchvision_loads_its_weights():
    net = lesson.FlowerNet(MobileNetV2().features)
    theirs = MobileNetV2(num_classes=10)
    theirs.load_state_dict(net.state_dict())
    X = torch.randn(2, 3, 32, 32)
    assert torch.allclose(theirs.eval()(X), net.eval()(X), atol=1e-6)


@pytest.mark.parametrize("fixed", [True, False])
def test_norms_move_only_where_they_may(fixed):
    backbone, X = tiny_backbone(), torch.randn(6, 3, 32, 32) + 4
    net = lesson.FlowerNet(backbone.model.features, fixed_norms=fixed)
    before = net.features[1].running_mean.clone()
    assert net.train() is net
    net(X)
    assert torch.equal(net.features[1].running_mean, before) is fixed
    assert net.features[1].training is not fixed and net.classifier[0].training


def test_fine_tuning_learns_repeats_itself_and_leaves_the_backbone_alone():
    backbone = tiny_backbone()
    sets = lesson.flower_sets(colours(), backbone, 32)
    kept = {k: v.clone() for k, v in backbone.model.features.state_dict().items()}
    (model, history), (_, again) = (lesson.fine_tuned(backbone, sets, 6, seed=3) for _ in range(2))
    assert history == again and history["train_loss"][-1] < 0.8 * history["train_loss"][0]
    assert not torch.equal(model.features[0].weight, kept["0.weight"])
    assert all(torch.equal(kept[k], v) for k, v in backbone.model.features.state_dict().items())


def test_the_head_goes_faster_and_both_rates_end_near_zero():
    model = lesson.FlowerNet(tiny_backbone().model.features)
    optimizer, cycle = lesson.one_cycle(model, 10, lr=1e-4, head_lr=1e-2)
    rates = []
    for _ in range(10):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step(), cycle.step()
    assert np.max(rates, axis=0) == pytest.approx([1e-4, 1e-2])
    assert np.all(np.array(rates)[-1] < [1e-6, 1e-4])
    held = [len(list(group["params"])) for group in optimizer.param_groups]
    assert held == [4, 2]
