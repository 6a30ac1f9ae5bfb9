"""Day 33: plausible wrong layers; the day's checks must reject each of them."""

TEST = "if not training:\n    return X\n"
FORWARD = """
mean, var = self.running_mean, self.running_var
if self.training:
    mean, var = X.mean(0), X.var(0, unbiased=False)
    unbiased = X.detach().var(0)
    self.running_mean.lerp_(mean.detach(), self.momentum)
    self.running_var.lerp_(unbiased, self.momentum)
return (X - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
"""


def spoilt(old: str, new: str) -> str:
    """The right forward pass with some of its text replaced."""
    assert old in FORWARD
    return FORWARD.replace(old, new)


WRONG = {
    "dropout": {
        "left on at test time": "return X * (torch.rand_like(X) >= p) / (1 - p)",
        "never on": "return X",
        "on at test time only": "if training:\n    return X\nreturn X * (torch.rand_like(X) >= p) / (1 - p)",
        "not inverted": f"{TEST}return X * (torch.rand_like(X) >= p)",
        "scaled at test time instead": """
            if not training:
                return X * (1 - p)
            return X * (torch.rand_like(X) >= p)
        """,
        "p is what stays": f"{TEST}return X * (torch.rand_like(X) < p) / p",
        "divided by p": f"{TEST}return X * (torch.rand_like(X) >= p) / p",
        "a mask for the units, not for the rows": f"{TEST}return X * (torch.rand_like(X[0]) >= p) / (1 - p)",
        "whole rows": f"{TEST}return X * (torch.rand_like(X[:, :1]) >= p) / (1 - p)",
        "the same mask at every call": f"""
            {TEST.strip()}
            mask = torch.rand(X.shape, generator=torch.Generator().manual_seed(0)) >= p
            return X * mask / (1 - p)
        """.replace("\n    return X\n", "\n                return X\n"),
        "in place": f"{TEST}X.data *= (torch.rand_like(X) >= p) / (1 - p)\nreturn X * 1",
        "normal numbers for the mask": f"{TEST}return X * (torch.randn_like(X) >= p) / (1 - p)",
        "the gradient past the mask": f"""{TEST}
mask = (torch.rand_like(X) >= p) / (1 - p)
return X + (X * mask - X).detach()
""",
    },
    "BatchNorm1d.forward": {
        "normalised by n - 1": spoilt("X.var(0, unbiased=False)", "X.var(0)"),
        "the running variance by n": spoilt("X.detach().var(0)", "X.detach().var(0, unbiased=False)"),
        "the momentum the wrong way round": FORWARD.replace("self.momentum)", "1 - self.momentum)"),
        "the running variance never moves": spoilt("    self.running_var.lerp_(unbiased, self.momentum)\n", ""),
        "the running mean never moves": spoilt(
            "    self.running_mean.lerp_(mean.detach(), self.momentum)\n", ""
        ),
        "eps outside the root": spoilt(
            "torch.sqrt(var + self.eps)", "(torch.sqrt(var) + self.eps)"
        ),
        "gamma and beta forgotten": spoilt(" * self.weight + self.bias", ""),
        "beta forgotten": spoilt(" + self.bias", ""),
        "over the features": FORWARD.replace("(0", "(1, keepdim=True").replace(
            "lerp_(mean.detach()", "lerp_(mean.detach().mean()"
        ).replace("lerp_(unbiased", "lerp_(unbiased.mean()"),
        "statistics detached": spoilt(
            "mean, var = X.mean(0), X.var(0, unbiased=False)",
            "mean, var = X.detach().mean(0), X.detach().var(0, unbiased=False)",
        ),
        "running statistics in training too": spoilt(
            "return (X", "mean, var = self.running_mean, self.running_var\nreturn (X"
        ),
        "batch statistics at test time": """
            mean, var = X.mean(0), X.var(0, unbiased=False)
            if self.training:
                self.running_mean.lerp_(mean.detach(), self.momentum)
                self.running_var.lerp_(X.detach().var(0), self.momentum)
            return (X - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
        """,
        "statistics move at test time": spoilt(
            "return (X", "if not self.training:\n    self.running_mean.lerp_(X.detach().mean(0), 0.1)\nreturn (X"
        ),
    },
}  # fmt: skip
