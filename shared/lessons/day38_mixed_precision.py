"""Day 38, Mixed precision AMP: what later days import.

Made from days/phase3_deep_learning/day38_mixed_precision.ipynb by `days refresh 38`; edit it there.
"""

import numpy as np


def round_to(x, exponent_bits, fraction_bits):
    """Numbers x (array) as a format with so many bits would hold them; float64, the shape of x.

    Round to nearest, ties to even, with subnormals and infinities (IEEE 754, section 4.3.1).
    """
    x = np.asarray(x, dtype="float64")
    top = 2 ** (exponent_bits - 1) - 1
    largest = (2 - 2.0**-fraction_bits) * 2.0**top
    exponent = np.maximum(np.frexp(x)[1] - 1, 1 - top)
    spacing = np.ldexp(1.0, exponent - fraction_bits)
    rounded = np.round(x / spacing) * spacing
    return np.where(np.abs(rounded) > largest, np.copysign(np.inf, x), rounded)


class LossScaler:
    """Dynamic loss scaling (Micikevicius et al., Mixed Precision Training, 2018, section 3.2).

    scale: what the loss is multiplied by before backward(); `good`: steps since it last changed.
    """

    def __init__(self, scale=2.0**16, growth=2.0, backoff=0.5, interval=2000):
        self.scale, self.growth, self.backoff, self.interval = scale, growth, backoff, interval
        self.good = 0

    def step(self, optimizer):
        """Unscale the gradients in place, step or skip, adapt the scale; True if it stepped."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        gradients = [p.grad for p in parameters if p.grad is not None]
        for gradient in gradients:
            gradient.mul_(1 / self.scale)
        finite = all(gradient.isfinite().all() for gradient in gradients)
        if finite:
            optimizer.step()
            self.good += 1
        if self.good == self.interval or not finite:
            self.scale *= self.growth if finite else self.backoff
            self.good = 0
        return finite
