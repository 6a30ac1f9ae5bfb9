"""Day 42, Mini-project: Dogs-vs-Cats32: what later days import.

Made from days/phase3_deep_learning/day42_dogs_vs_cats.ipynb by `days refresh 42`; edit it there.
"""

import math

import numpy as np
from torch import nn
from torch.nn import functional as F

from shared import training
from shared.lessons.day34_tiny_cnn import TinyCNN


def shrink(pictures, factor=2):
    """uint8 (n, h, w, c) -> (n, h / factor, w / factor, c): the mean of each square of pixels.

    ValueError when factor doesn't divide height and width.
    """
    n, h, w, c = pictures.shape
    if h % factor or w % factor:
        raise ValueError(f"{h} x {w} pixels can't be cut into squares of {factor} x {factor}")
    squares = pictures.reshape(n, h // factor, factor, w // factor, factor, c)
    return squares.mean((2, 4), dtype=np.float32).round().astype(np.uint8)


class Residual(nn.Module):
    """ReLU(X + F(X)), F two 3 x 3 convolutions with batch norm and 0 at first; (n, c, h, w)."""

    def __init__(self, channels):
        super().__init__()
        one, two = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        norm_one, norm_two = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        nn.init.zeros_(norm_two.weight)
        self.body = nn.Sequential(one, norm_one, nn.ReLU(), two, norm_two)

    def forward(self, X):
        return F.relu(X + self.body(X))


class PetNet(TinyCNN):
    """TinyCNN with a Residual behind blocks 2 and 3; (n, 3, 32, 32) -> logits (n, classes)."""

    def __init__(self, widths=(16, 32, 64), classes=2):
        super().__init__(classes, widths)
        for block, width in zip(self.features[1:], widths[1:], strict=True):
            block.append(Residual(width))


def one_cycle(step, steps, peak):
    """The learning rate of step `step` (0 to steps - 1) in a run of `steps`, peak / 25 at first.

    Up to `peak` in 30% of the steps, down to peak / 250,000; both by half a cosine.
    ValueError outside the run (Smith and Topin, Super-Convergence, 2018).
    """
    turn, last = 0.3 * steps - 1, steps - 1
    if not 0 <= step <= last or turn <= 0:
        raise ValueError(
            f"step {step} of a run of {steps}: steps count from 0, runs have 4 or more"
        )
    if step <= turn:
        start, end, way = peak / 25, peak, step / turn
    else:
        start, end, way = peak, peak / 250_000, (step - turn) / (last - turn)
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2


def two_looks(network, X):
    """Probabilities (n, classes): the mean over pictures X (n, c, h, w) and their mirror images."""
    straight = training.predict(network, X).softmax(1)
    mirrored = training.predict(network, X.flip(3)).softmax(1)
    return (straight + mirrored) / 2
