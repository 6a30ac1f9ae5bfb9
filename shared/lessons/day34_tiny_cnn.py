"""Day 34, Tiny CNN on CIFAR-10: what later days import.

Made from days/phase3_deep_learning/day34_tiny_cnn.ipynb by `days refresh 34`; edit it there.
"""

from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CIFAR_MEAN, CIFAR_STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)


def to_tensor(pictures, device="cpu"):
    """uint8 (n, height, width, 3) -> standardised float32 (n, 3, height, width) on `device`."""
    mean, std = (torch.tensor(v, device=device).view(3, 1, 1) for v in (CIFAR_MEAN, CIFAR_STD))
    pixels = torch.tensor(pictures, device=device).permute(0, 3, 1, 2).contiguous() / 255
    return (pixels - mean) / std


def output_size(size, kernel, stride=1, padding=0):
    """Windows of `kernel` pixels that fit along `size` pixels; ValueError when not one does."""
    if size + 2 * padding < kernel:
        raise ValueError(f"a window of {kernel} doesn't fit into {size} + 2 x {padding} pixels")
    return (size + 2 * padding - kernel) // stride + 1


def conv2d_loops(X, weight, bias, stride=1, padding=0):
    """X (n, c, h, w), weight (o, c, kh, kw), bias (o,) -> (n, o, out_h, out_w), one by one."""
    (n, _, h, w), (o, _, kh, kw) = X.shape, weight.shape
    out_h, out_w = output_size(h, kh, stride, padding), output_size(w, kw, stride, padding)
    X, Y = F.pad(X, [padding] * 4), torch.empty(n, o, out_h, out_w, dtype=X.dtype)
    for index in np.ndindex(*Y.shape):
        picture, channel, i, j = index
        top, left = stride * i, stride * j
        window = X[picture, :, top : top + kh, left : left + kw]
        Y[index] = (window * weight[channel]).sum() + bias[channel]
    return Y


def im2col(X, kernel, stride=1, padding=0):
    """Every window of X (n, c, h, w) as a column: (n, c * kh * kw, out_h * out_w).

    kernel: (kh, kw). Rows run over channel, window row, window column; columns over the
    output's rows, then its columns. ValueError when the window doesn't fit
    (Chellapilla, Puri and Simard, 2006).
    """
    (n, c, h, w), (kh, kw) = X.shape, kernel
    out_h, out_w = output_size(h, kh, stride, padding), output_size(w, kw, stride, padding)
    X = F.pad(X, [padding] * 4)
    columns = X.new_empty(n, c, kh, kw, out_h, out_w)
    for u in range(kh):
        for v in range(kw):
            rows, cols = slice(u, u + stride * out_h, stride), slice(v, v + stride * out_w, stride)
            columns[:, :, u, v] = X[:, :, rows, cols]
    return columns.reshape(n, c * kh * kw, out_h * out_w)


def conv2d_im2col(X, weight, bias, stride=1, padding=0):
    """X (n, c, h, w), weight (o, c, kh, kw), bias (o,) -> (n, o, out_h, out_w).

    ValueError when the channels differ or the window doesn't fit.
    """
    (n, c, h, w), (o, channels, kh, kw) = X.shape, weight.shape
    if c != channels:
        raise ValueError(f"X has {c} channels, but the windows have {channels}")
    out_h, out_w = output_size(h, kh, stride, padding), output_size(w, kw, stride, padding)
    columns = im2col(X, (kh, kw), stride, padding)
    Y = weight.reshape(o, c * kh * kw) @ columns
    return Y.reshape(n, o, out_h, out_w) + bias.reshape(o, 1, 1)


def conv2d_fft(X, weight, bias, stride=1, padding=0):
    """The same shapes again, by the convolution theorem; every stride-th pixel is kept."""
    (h, w), (kh, kw) = X.shape[2:], weight.shape[2:]
    size = h + 2 * padding, w + 2 * padding
    spectrum = torch.fft.rfft2(F.pad(X, [padding] * 4))
    product = torch.einsum("nchw,ochw->nohw", spectrum, torch.fft.rfft2(weight, s=size).conj())
    Y = torch.fft.irfft2(product, s=size)[:, :, : size[0] - kh + 1, : size[1] - kw + 1]
    return Y[:, :, ::stride, ::stride] + bias.reshape(-1, 1, 1)


class TinyCNN(nn.Module):
    """Three 3 x 3 convolutions with batch norm; (n, 3, 32, 32) -> logits (n, classes).

    The convolutions carry no bias: batch norm would subtract it again.
    """

    def __init__(self, classes=10, widths=(32, 64, 128)):
        super().__init__()
        blocks = [
            nn.Sequential(
                nn.Conv2d(c_in, c_out, 3, padding=1, bias=False),
                nn.BatchNorm2d(c_out),
                nn.ReLU(),
                nn.MaxPool2d(2),
            )
            for c_in, c_out in pairwise((3, *widths))
        ]
        self.features = nn.Sequential(*blocks)
        self.head = nn.Linear(widths[-1] * 4 * 4, classes)

    def forward(self, X):
        return self.head(self.features(X).flatten(1))
