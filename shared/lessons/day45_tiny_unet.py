"""Day 45, Tiny U-Net segmentation: what later days import.

Made from days/phase4_vision/day45_tiny_unet.ipynb by `days refresh 45`; edit it there.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def to_tiles(picture, side=64):
    """Cut (height, width), multiples of `side`, into (n, side, side), row by row."""
    height, width = picture.shape
    if height % side or width % side:
        raise ValueError(f"{height} x {width} pixels can't be cut into tiles of {side} x {side}")
    blocks = picture.reshape(height // side, side, width // side, side)
    return blocks.swapaxes(1, 2).reshape(-1, side, side)


def overlap(prediction, truth):
    """Dice and IoU of two bool masks of one shape, pooled over all pixels; (1, 1) when both are empty.

    ValueError when the shapes differ (Dice, 1945; Jaccard, 1912).
    """
    prediction, truth = np.asarray(prediction, dtype=bool), np.asarray(truth, dtype=bool)
    if prediction.shape != truth.shape:
        raise ValueError(f"masks of {prediction.shape} and {truth.shape} can't be compared")
    both, total = (prediction & truth).sum(), prediction.sum() + truth.sum()
    return (2 * both / total, both / (total - both)) if total else (1.0, 1.0)


def otsu_threshold(picture):
    """The level of a picture of whole numbers >= 0, any shape, above which lies the bright group.

    Otsu, "A threshold selection method from gray-level histograms" (1979).
    """
    counts = np.bincount(np.ravel(picture))
    sums = (counts * np.arange(len(counts))).cumsum()
    below = counts.cumsum()
    above = below[-1] - below
    means = sums / np.maximum(below, 1), (sums[-1] - sums) / np.maximum(above, 1)
    return int((below * above * (means[0] - means[1]) ** 2).argmax())


def two_convs(c_in, c_out):
    """Convolution, batch norm, ReLU, twice; height and width stay."""
    layers = []
    for channels in (c_in, c_out):
        conv = nn.Conv2d(channels, c_out, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(c_out), nn.ReLU()]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    """X (n, 1, h, w), sides multiples of 4 -> logits (n, h, w), one a pixel.

    Ronneberger, Fischer and Brox, arXiv:1505.04597, smaller, with padding and batch norm.
    """

    def __init__(self, width=8, skips=True):
        super().__init__()
        self.skips, (fine, middle, deep) = skips, (width, 2 * width, 4 * width)
        self.down1 = two_convs(1, fine)
        self.down2 = two_convs(fine, middle)
        self.down3 = two_convs(middle, deep)
        self.up2 = nn.ConvTranspose2d(deep, middle, 2, 2)
        self.up1 = nn.ConvTranspose2d(middle, fine, 2, 2)
        self.join2 = two_convs(2 * middle, middle)
        self.join1 = two_convs(2 * fine, fine)
        self.head = nn.Conv2d(fine, 1, 1)

    def forward(self, X):
        if X.shape[-1] % 4 or X.shape[-2] % 4:
            raise ValueError(f"sides must be multiples of 4, not {tuple(X.shape[-2:])}")
        fine = self.down1(X)
        middle = self.down2(F.max_pool2d(fine, 2))
        deep = self.down3(F.max_pool2d(middle, 2))
        middle = self.join2(torch.cat([middle * self.skips, self.up2(deep)], 1))
        fine = self.join1(torch.cat([fine * self.skips, self.up1(middle)], 1))
        return self.head(fine)[:, 0]


def soft_dice_loss(logits, y):
    """1 - soft Dice over all pixels of a batch, a tensor with slope; logits and y (0 or 1) (n, h, w).

    Milletari, Navab and Ahmadi, V-Net, arXiv:1606.04797, with 1 added above and below.
    """
    p = logits.sigmoid()
    return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
