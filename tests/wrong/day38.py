"""Day 38: plausible wrong roundings and loss scalers; the day's checks must reject each of them."""

ROUND = """
    exponent = np.maximum(np.frexp(x)[1] - 1, 1 - top)
    spacing = np.ldexp(1.0, exponent - fraction_bits)
    rounded = np.round(x / spacing) * spacing
    return np.where(np.abs(rounded) > largest, np.copysign(np.inf, x), rounded)
"""
STEP = """
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
"""


def spoilt(right: str, old: str, new: str) -> str:
    """A right body with one piece of its text replaced."""
    assert old in right
    return right.replace(old, new)


WRONG = {
    "round_to": {
        "ties rounded up": spoilt(ROUND, "np.round(x / spacing)", "np.floor(x / spacing + 0.5)"),
        "ties rounded away from zero": spoilt(
            ROUND,
            "np.round(x / spacing)",
            "np.copysign(np.floor(np.abs(x) / spacing + 0.5), x)",
        ),
        "cut off instead of rounded": spoilt(ROUND, "np.round(", "np.trunc("),
        "no subnormals: digits without end": spoilt(
            ROUND, "np.maximum(np.frexp(x)[1] - 1, 1 - top)", "np.frexp(x)[1] - 1"
        ),
        "subnormals flushed to zero": spoilt(
            ROUND,
            "np.round(x / spacing)",
            "np.where(np.abs(x) < 2.0 ** (1 - top), 0, np.round(x / spacing))",
        ),
        "the smallest exponent one too low": spoilt(ROUND, "1 - top", "-top"),
        "frexp taken for the exponent": spoilt(ROUND, "[1] - 1", "[1]"),
        "one digit too many": spoilt(
            ROUND, "exponent - fraction_bits", "exponent - fraction_bits - 1"
        ),
        "the largest held fast": spoilt(ROUND, "np.copysign(np.inf, x)", "np.copysign(largest, x)"),
        "the sign of infinity lost": spoilt(ROUND, "np.copysign(np.inf, x)", "np.inf"),
        "infinite before rounding": spoilt(
            ROUND, "np.abs(rounded) > largest", "np.abs(x) > largest"
        ),
        "never infinite": ROUND[: ROUND.index("return")] + "return rounded",
        "fixed digits for all sizes": """
            spacing = 2.0**-fraction_bits
            return np.clip(np.round(x / spacing) * spacing, -largest, largest)
        """,
    },
    "LossScaler.step": {
        "steps through infinities": spoilt(STEP, "if finite:", "if True:"),
        "NaN overlooked": spoilt(
            STEP, "all(gradient.isfinite().all()", "not any(gradient.isinf().any()"
        ),
        "infinities overlooked": spoilt(
            STEP, "all(gradient.isfinite().all()", "not any(gradient.isnan().any()"
        ),
        "only the first tensor looked at": spoilt(
            STEP, ".all() for gradient in gradients", ".all() for gradient in gradients[:1]"
        ),
        "any finite tensor is enough": spoilt(STEP, "all(gradient.isf", "any(gradient.isf"),
        "judged by a norm that overflows": spoilt(
            STEP,
            "all(gradient.isfinite().all() for gradient in gradients)",
            "sum(gradient.square().sum() for gradient in gradients).isfinite().item()",
        ),
        "gradients set to zero instead of skipping": spoilt(
            STEP,
            "if finite:",
            """if not finite:
        [gradient.zero_() for gradient in gradients]
        optimizer.step()
    if finite:""",
        ),
        "infinities replaced instead of skipping": spoilt(
            STEP,
            "if finite:",
            """if not finite:
        [gradient.nan_to_num_(0, 0, 0) for gradient in gradients]
        optimizer.step()
    if finite:""",
        ),
        "not unscaled": spoilt(STEP, "gradient.mul_(1 / self.scale)", "pass"),
        "multiplied once more": spoilt(STEP, "1 / self.scale", "self.scale"),
        "unscaled copies": spoilt(
            STEP, "gradient.mul_(1 / self.scale)", "gradient = gradient / self.scale"
        ),
        "stepped before unscaling": """
            finite = all(gradient.isfinite().all() for gradient in gradients)
            if finite:
                optimizer.step()
                self.good += 1
            for gradient in gradients:
                gradient.mul_(1 / self.scale)
            if self.good == self.interval or not finite:
                self.scale *= self.growth if finite else self.backoff
                self.good = 0
            return finite
        """,
        "grows at every good step": spoilt(STEP, "self.good == self.interval", "finite"),
        "never grows": spoilt(STEP, "self.good == self.interval or not finite", "not finite"),
        "never falls": spoilt(
            STEP, "self.growth if finite else self.backoff", "self.growth if finite else 1"
        ),
        "good steps counted across an overflow": """
            for gradient in gradients:
                gradient.mul_(1 / self.scale)
            finite = all(gradient.isfinite().all() for gradient in gradients)
            if not finite:
                self.scale *= self.backoff
                return False
            optimizer.step()
            self.good += 1
            if self.good == self.interval:
                self.scale, self.good = self.scale * self.growth, 0
            return True
        """,
        "good never starts anew after a rise": """
            for gradient in gradients:
                gradient.mul_(1 / self.scale)
            finite = all(gradient.isfinite().all() for gradient in gradients)
            if finite:
                optimizer.step()
                self.good += 1
                self.scale *= self.growth if self.good >= self.interval else 1
            else:
                self.scale, self.good = self.scale * self.backoff, 0
            return finite
        """,
        "one good step too many": spoilt(
            STEP, "self.good == self.interval", "self.good > self.interval"
        ),
        "factors fixed at 2 and 1/2": spoilt(
            STEP, "self.growth if finite else self.backoff", "2.0 if finite else 0.5"
        ),
    },
}
