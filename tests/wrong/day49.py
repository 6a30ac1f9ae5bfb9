"""Day 49: plausible wrong choices and cuts; the day's checks must reject each of them."""

NORMS = """
    new_conv.weight.copy_(conv.weight[outputs][:, inputs])
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(new_norm, name).copy_(getattr(norm, name)[outputs])
"""


def spoilt(old: str, new: str) -> str:
    """The right cut with one piece of its text replaced."""
    assert old in NORMS
    return NORMS.replace(old, new)


WRONG = {
    "keep_largest": {
        "the smallest kept": """
            norms = weight.abs().sum((1, 2, 3))
            return norms.argsort()[: len(weight) - removed].sort().values
        """,
        "those to remove returned": """
            norms = weight.abs().sum((1, 2, 3))
            return norms.argsort()[:removed].sort().values
        """,
        "signs cancel": """
            norms = weight.sum((1, 2, 3))
            return norms.topk(len(weight) - removed).indices.sort().values
        """,
        "the size of the sum": """
            norms = weight.sum((1, 2, 3)).abs()
            return norms.topk(len(weight) - removed).indices.sort().values
        """,
        "input channels ranked": """
            norms = weight.abs().sum((0, 2, 3))
            return norms.topk(min(len(norms), len(weight) - removed)).indices.sort().values
        """,
        "by rank, not in order": """
            norms = weight.abs().sum((1, 2, 3))
            return norms.topk(len(weight) - removed).indices
        """,
        "L2": """
            norms = weight.pow(2).sum((1, 2, 3))
            return norms.topk(len(weight) - removed).indices.sort().values
        """,
        "the largest weight": """
            norms = weight.abs().amax((1, 2, 3))
            return norms.topk(len(weight) - removed).indices.sort().values
        """,
        "cut at a value, so that equals stay": """
            norms = weight.abs().sum((1, 2, 3))
            return (norms >= norms.sort().values[removed]).nonzero().flatten()
        """,
        "as many as go stay": """
            norms = weight.abs().sum((1, 2, 3))
            return norms.topk(removed).indices.sort().values
        """,
        "the first ones kept": "return torch.arange(len(weight) - removed)",
    },
    "smaller_block": {
        "the first input channels": spoilt("[:, inputs]", "[:, : len(inputs)]"),
        "the first output channels": spoilt("conv.weight[outputs]", "conv.weight[: len(outputs)]"),
        "fresh weights": spoilt("    new_conv.weight.copy_(conv.weight[outputs][:, inputs])\n", ""),
        "the batch norm left fresh": "new_conv.weight.copy_(conv.weight[outputs][:, inputs])",
        "the running statistics forgotten": spoilt(', "running_mean", "running_var"', ""),
        "the scale forgotten": spoilt('"weight", "bias"', '"bias"'),
        "the shift forgotten": spoilt('"weight", "bias"', '"weight"'),
        "the first channels of the batch norm": spoilt(
            "getattr(norm, name)[outputs]", "getattr(norm, name)[: len(outputs)]"
        ),
        "every channel's mean": spoilt(
            "conv.weight[outputs][:, inputs]", "conv.weight[outputs].mean(1, keepdim=True)"
        ),
    },
}
