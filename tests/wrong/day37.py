"""Day 37: plausible wrong blocks and modes; the day's checks must reject each of them."""

BLOCK = """
    *expand, (depthwise, depthwise_norm), (project, project_norm) = layers
    out = X
    for weight, norm in expand:
        out = F.relu6(norm(F.conv2d(out, weight)))
    rim, groups = depthwise.shape[-1] // 2, len(depthwise)
    out = F.conv2d(out, depthwise, stride=stride, padding=rim, groups=groups)
    out = project_norm(F.conv2d(F.relu6(depthwise_norm(out)), project))
    return X + out if out.shape == X.shape else out
"""
TRAIN = """
    super().train(mode)
    for part in self.features.modules():
        if self.fixed_norms and isinstance(part, nn.BatchNorm2d):
            part.eval()
    return self
"""


def spoilt(right: str, old: str, new: str) -> str:
    """The right body with one piece of its text replaced."""
    assert old in right
    return right.replace(old, new)


WRONG = {
    "inverted_residual": {
        "the input not added": spoilt(BLOCK, "X + out if out.shape == X.shape else out", "out"),
        "added only where the block widens": spoilt(
            BLOCK, "if out.shape == X.shape", "if out.shape == X.shape and expand"
        ),
        "ReLU for ReLU6": spoilt(BLOCK, "relu6", "relu"),
        "no activation after expand": spoilt(
            BLOCK, "F.relu6(norm(F.conv2d(out, weight)))", "norm(F.conv2d(out, weight))"
        ),
        "no activation after depthwise": spoilt(
            BLOCK, "F.relu6(depthwise_norm(out))", "depthwise_norm(out)"
        ),
        "an activation after project": spoilt(
            BLOCK, "out = project_norm(", "out = F.relu6(project_norm)("
        ).replace(
            "F.relu6(project_norm)(F.conv2d(F.relu6(depthwise_norm(out)), project))",
            "F.relu6(project_norm(F.conv2d(F.relu6(depthwise_norm(out)), project)))",
        ),
        "an activation after the sum": spoilt(
            BLOCK,
            "X + out if out.shape == X.shape else out",
            "F.relu6(X + out) if out.shape == X.shape else out",
        ),
        "the norm after the activation": spoilt(
            BLOCK, "F.relu6(depthwise_norm(out))", "depthwise_norm(F.relu6(out))"
        ),
        "the last norm forgotten": spoilt(BLOCK, "project_norm(", "("),
        "no padding": spoilt(BLOCK, "padding=rim, ", ""),
        "the stride forgotten": spoilt(BLOCK, "stride=stride, ", ""),
        "the stride in expand": spoilt(BLOCK, "stride=stride, ", "").replace(
            "F.conv2d(out, weight)", "F.conv2d(out, weight, stride=stride)"
        ),
    },
    "FlowerNet.train": {
        "norms follow the mode": "super().train(mode)\nreturn self",
        "the whole encoder in eval mode": """
            super().train(mode)
            if self.fixed_norms:
                self.features.eval()
            return self
        """,
        "one level only": spoilt(TRAIN, "self.features.modules()", "self.features.children()"),
        "fixed whatever was asked for": spoilt(TRAIN, "self.fixed_norms and ", ""),
        "returns nothing": spoilt(TRAIN, "return self", "return None"),
        "always in training mode": spoilt(TRAIN, "super().train(mode)", "super().train()"),
        "never in training mode": spoilt(TRAIN, "super().train(mode)", "super().train(False)"),
        "parameters frozen in place of norms": spoilt(
            TRAIN, "part.eval()", "part.requires_grad_(False)"
        ),
        "a momentum of 0 in place of eval mode": spoilt(
            TRAIN, "part.eval()", "part.momentum = 0.0"
        ),
        "parameters frozen as well": spoilt(
            TRAIN, "part.eval()", "part.eval().requires_grad_(False)"
        ),
    },
}
