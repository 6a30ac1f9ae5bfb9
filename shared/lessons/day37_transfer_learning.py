"""Day 37, Transfer learning MobileNet-V2: what later days import.

Made from days/phase3_deep_learning/day37_transfer_learning.ipynb by `days refresh 37`; edit it there.
"""

import copy
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from shared import checkpoints, training
from shared.sources import SourceError


def pretrained(scale):
    """(name, Backbone): MobileNet-V2 where a mirror or the web has it, else EfficientNet-Lite0."""
    try:
        return "MobileNet-V2", checkpoints.mobilenet_v2(scale)
    except SourceError:
        return "EfficientNet-Lite0", checkpoints.efficientnet_lite0(scale)


class Sets(NamedTuple):
    """Three piles on one device: X (n, 3, size, size) as the network wants it, y (n,) int64."""

    X_train: torch.Tensor
    y_train: torch.Tensor
    X_val: torch.Tensor
    y_val: torch.Tensor
    X_test: torch.Tensor
    y_test: torch.Tensor


def flower_sets(images, backbone, size, seed=0, device="cpu"):
    """`datasets.Images` as Sets of side `size` for a Backbone; a fifth of each kind to validation.

    ValueError when `size` is no multiple of 32: the network halves it five times.
    """
    if size % 32:
        raise ValueError(f"pictures of {size} pixels don't halve five times: take a multiple of 32")
    order = np.random.default_rng(seed).permutation(len(images.y_train))
    order = order[images.y_train[order].argsort(kind="stable")]  # kind by kind, shuffled inside
    val, train = order[::5], np.delete(order, np.s_[::5])
    y_train, y_test = (torch.from_numpy(y) for y in (images.y_train, images.y_test))
    X_train, X_test = (backbone.inputs(X, size) for X in (images.X_train, images.X_test))
    piles = X_train[train], y_train[train], X_train[val], y_train[val], X_test, y_test
    return Sets(*(pile.to(device) for pile in piles))


def layers_of(block):
    """[(weight, norm), ...] of a block's convolutions, in order: what `inverted_residual` takes."""
    convs = [part.weight for part in block.modules() if isinstance(part, nn.Conv2d)]
    return list(
        zip(convs, (p for p in block.modules() if isinstance(p, nn.BatchNorm2d)), strict=True)
    )


def inverted_residual(X, layers, stride=1):
    """One block: X (n, c_in, h, w) -> (n, c_out, h / stride, w / stride).

    layers: (weight, norm) of expand, depthwise and project, or of the last two where the block
    doesn't widen; `norm(X)` is its batch norm. The depthwise weight is (c, 1, k, k), k odd, padded
    by k // 2, and takes the stride; the others are (out, in, 1, 1) (Sandler et al., 2018, table 1).
    """
    *expand, (depthwise, depthwise_norm), (project, project_norm) = layers
    out = X
    for weight, norm in expand:
        out = F.relu6(norm(F.conv2d(out, weight)))
    rim, groups = depthwise.shape[-1] // 2, len(depthwise)
    out = F.conv2d(out, depthwise, stride=stride, padding=rim, groups=groups)
    out = project_norm(F.conv2d(F.relu6(depthwise_norm(out)), project))
    return X + out if out.shape == X.shape else out


# A row is a stage: blocks, channels out, expansion, window, stride (Sandler et al., 2018, table 2).
MOBILENET_V2 = [(1, 16, 1, 3, 1), (2, 24, 6, 3, 2), (3, 32, 6, 3, 2), (4, 64, 6, 3, 2),
                (3, 96, 6, 3, 1), (3, 160, 6, 3, 2), (1, 320, 6, 3, 1)]  # fmt: skip


def block_parameters(c_in, c_out, expansion, window):
    """Weights of one inverted residual; the 2 are each batch norm's gain and shift."""
    wide = c_in * expansion
    expand = wide * (c_in + 2) if expansion > 1 else 0
    return expand + wide * (window**2 + 2) + c_out * (wide + 2)


def count_parameters(stages, classes):
    """[stem, each stage, last convolution, linear layer]: the weights of such a network, by part."""
    counts, c_in = [32 * (3 * 9 + 2)], 32
    for blocks, c_out, expansion, window, _ in stages:
        first = block_parameters(c_in, c_out, expansion, window)
        counts.append(first + (blocks - 1) * block_parameters(c_out, c_out, expansion, window))
        c_in = c_out
    return [*counts, 1280 * (c_in + 2), (1280 + 1) * classes]


def features(encoder, X):
    """(n, 1280): an encoder's last maps of X (n, 3, h, w), averaged over all places.

    No gradients; the encoder is left in eval mode.
    """
    pooled = nn.Sequential(encoder, nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    return training.predict(pooled, X, batch_size=64)


class FlowerNet(nn.Module):
    """A copy of an encoder and a new linear head: X (n, 3, h, w) -> logits (n, classes).

    fixed_norms: the encoder's batch norms use the means and spreads they came with, always. The
    weights have torchvision's names, so that its `mobilenet_v2(num_classes=classes)` loads them.
    """

    def __init__(self, encoder, classes=10, fixed_norms=True):
        super().__init__()
        self.features, self.fixed_norms = copy.deepcopy(encoder), fixed_norms
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, classes))

    def forward(self, X):
        return self.classifier(self.features(X).mean((2, 3)))

    def train(self, mode=True):
        """Training mode, or eval mode for mode=False, but for fixed norms; returns the network."""
        super().train(mode)
        for part in self.features.modules():
            if self.fixed_norms and isinstance(part, nn.BatchNorm2d):
                part.eval()
        return self


def one_cycle(model, steps, lr=1e-4, head_lr=3e-3):
    """(AdamW, its one-cycle schedule) for a FlowerNet: peak `lr` for the encoder, `head_lr` above."""
    encoder = {"params": model.features.parameters(), "lr": lr}
    head = {"params": model.classifier.parameters(), "lr": head_lr}
    optimizer = torch.optim.AdamW([encoder, head])
    peaks = [lr, head_lr]
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, peaks, total_steps=steps)


def fine_tuned(backbone, sets, epochs, seed=0, batch_size=16):
    """A FlowerNet on `backbone`'s eyes, all of it trained on `sets`; (network, history)."""
    torch.manual_seed(seed)
    model = FlowerNet(backbone.model.features).to(sets.X_train.device)
    return model, adapt(model, sets, epochs, seed, batch_size)


def adapt(model, sets, epochs, seed=0, batch_size=16, **rates):
    """Train a FlowerNet in place on `sets`, by `one_cycle` with these rates; returns the history."""
    generator = torch.Generator().manual_seed(seed)
    steps = epochs * -(-len(sets.y_train) // batch_size)
    optimizer, cycle = one_cycle(model, steps, **rates)
    options = {"optimizer": optimizer, "scheduler": cycle, "generator": generator}
    return training.fit(model, *sets[:4], epochs=epochs, batch_size=batch_size, **options)
