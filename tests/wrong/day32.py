"""Day 32: plausible wrong moves of Adam; the day's checks must reject each of them."""

MOVE = """
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * gradient
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * gradient**2
        return self.lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + self.eps)
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The right move with some of its text replaced."""
    body = MOVE
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


FIRST, SECOND = " / (1 - beta1**t)", " / (1 - beta2**t)"
WRONG = {
    "Adam.move": {
        "no bias correction": spoilt((FIRST, ""), (SECOND, "")),
        "only the gradient's average corrected": spoilt((SECOND, "")),
        "only the square's average corrected": spoilt((FIRST, "")),
        "t counted from 0": spoilt((FIRST, " / (1 - beta1 ** (t - 1) + 1e-12)")),
        "t counted from 2": spoilt((FIRST, " / (1 - beta1 ** (t + 1))")),
        "corrected as at step 1, always": spoilt((FIRST, " / (1 - beta1)"), (SECOND, " / (1 - beta2)")),
        "the corrected average kept": spoilt(
            ("(1 - beta1) * gradient", "(1 - beta1) * gradient\n        m = state['m'] = m / (1 - beta1**t)"),
            (FIRST, ""),
        ),
        "no root": spoilt((".sqrt()", "")),
        "eps inside the root": spoilt((".sqrt() + self.eps)", " + self.eps).sqrt()")),
        "eps forgotten": spoilt((" + self.eps", "")),
        "betas swapped": spoilt(
            ("beta1 * state", "beta_ * state"), ("(1 - beta1) * g", "(1 - beta_) * g"),
            ("beta2 * state", "beta1 * state"), ("(1 - beta2) * g", "(1 - beta1) * g"),
            ("beta_", "beta2"),
        ),
        "sums, not averages": spoilt(("(1 - beta1) * gradient", "gradient")),
        "sizes, not squares": spoilt(("gradient**2", "gradient.abs()")),
        "the sign of the gradient instead of its size": spoilt(("* gradient\n", "* gradient.sign()\n")),
        "nothing remembered": spoilt(('state["m"] =', ""), ('state["v"] =', "")),
        "the averages in self, shared by all weights": spoilt(
            ('state["m"]', "self.m"), ('state["v"]', "self.v"),
            ('state.get("m", 0.0)', "getattr(self, 'm', 0.0)"),
            ('state.get("v", 0.0)', "getattr(self, 'v', 0.0)"),
        ),
        "the sign of an update instead of a subtraction": spoilt(("return self.lr", "return -self.lr")),
        "the learning rate forgotten": spoilt(("self.lr * ", "")),
        "the gradient scaled in place": spoilt(("(1 - beta1) * gradient", "gradient.mul_(1 - beta1)")),
        "the paper's epsilon-hat: eps added before the correction": spoilt(
            ("((v / (1 - beta2**t)).sqrt() + self.eps)", "((v.sqrt() + self.eps) / (1 - beta2**t) ** 0.5)")
        ),
    },
}  # fmt: skip
