"""Day 48, Int8 quantisation: what later days import.

Made from days/phase4_vision/day48_int8_quantisation.ipynb by `days refresh 48`; edit it there.
"""

import numpy as np
import torch

INT8, UINT8 = (-127, 127), (0, 255)


def scale_and_zero(low, high, levels):
    """Scale and zero point, float tensors of one shape, of grids that cover `low`, `high` and 0.

    low, high: tensors of that shape, an entry a grid; levels: (q_low, q_high), symmetric when
    q_low = -q_high. For nothing but 0 they are 1 and 0. ValueError for NaN and infinity
    (Jacob et al., arXiv:1712.05877, section 2.1).
    """
    q_low, q_high = levels
    if not (torch.isfinite(low).all() and torch.isfinite(high).all()):
        raise ValueError("the range holds NaN or infinity")
    low, high = low.clamp(max=0), high.clamp(min=0)
    if q_low == -q_high:
        high = torch.maximum(-low, high)
        low = -high
    scale = (high - low) / (q_high - q_low)
    zero = (q_low - low / scale).round()
    return torch.where(scale > 0, scale, 1.0), torch.where(scale > 0, zero, 0.0)


def grid(bits, symmetric=True):
    """The smallest and the largest integer of `bits` bits, as (q_low, q_high)."""
    if symmetric and bits < 2:
        raise ValueError("a symmetric grid needs 2 bits or more")
    top = 2 ** (bits - 1) - 1
    return (-top, top) if symmetric else (0, 2**bits - 1)


def span(X, axis=None):
    """Smallest and largest value of X; with `axis`, of each slice along it, ready to broadcast."""
    dims = [d for d in range(X.ndim) if d != axis]
    return X.amin(dims, keepdim=True), X.amax(dims, keepdim=True)


def quantize(X, scale, zero, levels):
    """Integers (as floats) for X: the nearest levels, halves to even, then `zero`, then clipped.

    scale and zero broadcast against X; levels: (q_low, q_high) (ONNX, QuantizeLinear).
    """
    return ((X / scale).round() + zero).clamp(*levels)


def dequantize(Q, scale, zero):
    """The numbers that the integers Q stand for."""
    return (Q - zero) * scale


def rounded(X, levels, axis=None):
    """X, each number moved to the nearest on a grid fitted to X, or to each slice along `axis`."""
    scale, zero = scale_and_zero(*span(X, axis), levels)
    return dequantize(quantize(X, scale, zero, levels), scale, zero)


def paired_drop(before, after):
    """Accuracy lost from `before` to `after`, booleans (n,): was each answer right?

    Returns (drop, low, high) as shares of 1, the last two a 95 % interval (Agresti and Min,
    Simple improved confidence intervals for comparing matched proportions, 2005). ValueError
    when the lengths differ or there are no answers.
    """
    before, after = np.asarray(before, bool), np.asarray(after, bool)
    if before.shape != after.shape or not before.size:
        raise ValueError(f"answers must come in pairs, not {before.size} and {after.size}")
    n, lost, won = before.size, (before & ~after).sum(), (~before & after).sum()
    centre = (lost - won) / (n + 2)
    half = 1.96 * np.sqrt((lost + won + 1) / (n + 2) - centre**2) / np.sqrt(n + 2)
    return (lost - won) / n, centre - half, centre + half
