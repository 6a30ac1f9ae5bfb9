"""Day 35, Data augmentation gains: what later days import.

Made from days/phase3_deep_learning/day35_augmentation.ipynb by `days refresh 35`; edit it there.
"""

import torch
from torch.nn import functional as F


def flip_where(X, flipped):
    """Mirror left and right those pictures of X (n, c, h, w) where flipped (n,) is True."""
    return torch.where(flipped[:, None, None, None], X.flip(3), X)


def random_flip(X, generator):
    """Mirror each picture of X (n, c, h, w) with probability 1/2."""
    coins = torch.rand(len(X), generator=generator, device=generator.device) < 0.5
    return flip_where(X, coins.to(X.device))


def crop_at(X, tops, lefts, padding=4):
    """Cut from each picture of X (n, c, h, w), padded with zeros, a window of the same size.

    tops, lefts: (n,) int64, the window's corner in the padded picture, from 0 to 2 * padding.
    """
    n, c, h, w = X.shape
    padded = F.pad(X, [padding] * 4)
    rows = tops[:, None] + torch.arange(h, device=X.device)
    cols = lefts[:, None] + torch.arange(w, device=X.device)
    picture = torch.arange(n, device=X.device)[:, None, None, None]
    channel = torch.arange(c, device=X.device)[:, None, None]
    return padded[picture, channel, rows[:, None, :, None], cols[:, None, None, :]]


def random_crop(X, generator, padding=4):
    """Crop each picture of X (n, c, h, w) at a corner of its own, all corners equally likely."""
    size = (2, len(X))
    corners = torch.randint(0, 2 * padding + 1, size, generator=generator, device=generator.device)
    return crop_at(X, *corners.to(X.device), padding)


def cut_at(X, rows, cols, size=8):
    """Set a square of size x size pixels to 0 in each picture of X (n, c, h, w).

    rows, cols: (n,) int64, the square's centre; it starts size // 2 before that, and what hangs
    over the edge is lost (DeVries and Taylor, Improved Regularization with Cutout, 2017).
    """
    h, w = X.shape[2:]
    below = torch.arange(h, device=X.device) - (rows[:, None] - size // 2)
    right = torch.arange(w, device=X.device) - (cols[:, None] - size // 2)
    in_rows, in_cols = (below >= 0) & (below < size), (right >= 0) & (right < size)
    hole = in_rows[:, :, None] & in_cols[:, None, :]
    return X.masked_fill(hole[:, None], 0)


def cutout(X, generator, size=8):
    """Cut a square from each picture of X (n, c, h, w), its centre drawn from all pixels."""
    place = {"generator": generator, "device": generator.device}
    rows, cols = (torch.randint(0, side, (len(X),), **place) for side in X.shape[2:])
    return cut_at(X, rows.to(X.device), cols.to(X.device), size)


def augmenter(transforms, generator):
    """A function for training.fit(augment=...): X through each transform(X, generator) in turn."""

    def augment(X):
        for transform in transforms:
            X = transform(X, generator)
        return X

    return augment
