"""Day 48: plausible wrong grids; the day's checks must reject each of them."""

RIGHT = """
    low, high = low.clamp(max=0), high.clamp(min=0)
    if q_low == -q_high:
        high = torch.maximum(-low, high)
        low = -high
    scale = (high - low) / (q_high - q_low)
    zero = (q_low - low / scale).round()
    return torch.where(scale > 0, scale, 1.0), torch.where(scale > 0, zero, 0.0)
"""


def spoilt(old: str, new: str) -> str:
    """The right grid with one piece of its text replaced."""
    assert RIGHT.count(old) == 1
    return RIGHT.replace(old, new)


WRONG = {
    "scale_and_zero": {
        "as many steps as levels": spoilt("(q_high - q_low)", "(q_high - q_low + 1)"),
        "255 steps, however many bits": spoilt("(q_high - q_low)", "255"),
        "steps from 0 to the highest only": spoilt("(q_high - q_low)", "q_high"),
        "0 left outside the range": spoilt(
            "low, high = low.clamp(max=0), high.clamp(min=0)", "low, high = low + 0, high + 0"
        ),
        "only the lower end stretched to 0": spoilt("high.clamp(min=0)", "high"),
        "only the upper end stretched to 0": spoilt("low.clamp(max=0)", "low"),
        "the ends clamped the wrong way": spoilt(
            "low.clamp(max=0), high.clamp(min=0)", "low.clamp(min=0), high.clamp(max=0)"
        ),
        "the zero point not rounded": spoilt(".round()", ""),
        "the zero point cut off, not rounded": spoilt(
            "(q_low - low / scale).round()", "(q_low - low / scale).ceil()"
        ),
        "the zero point's sign turned": spoilt("q_low - low / scale", "q_low + low / scale"),
        "the zero point as a number, not an integer": spoilt("low / scale", "low"),
        "the symmetric range forgotten": spoilt("if q_low == -q_high:", "if False:"),
        "the symmetric range by the upper end alone": spoilt("torch.maximum(-low, high)", "high"),
        "the symmetric range by the lower end alone": spoilt("torch.maximum(-low, high)", "-low"),
        "every range made symmetric": spoilt("if q_low == -q_high:", "if True:"),
        "the symmetric scale from both ends, half of it": spoilt(
            "torch.maximum(-low, high)", "(high - low) / 2"
        ),
        "a division by zero": """
            low, high = low.clamp(max=0), high.clamp(min=0)
            if q_low == -q_high:
                high = torch.maximum(-low, high)
                low = -high
            scale = (high - low) / (q_high - q_low)
            return scale, (q_low - low / scale).round()
        """,
        "a channel of zeros on the grid's end": """
            low, high = low.clamp(max=0), high.clamp(min=0)
            if q_low == -q_high:
                high = torch.maximum(-low, high)
                low = -high
            scale = (high - low) / (q_high - q_low)
            scale = torch.where(scale > 0, scale, 1.0)
            return scale, (q_low - low / scale).round()
        """,
        "a little added to every scale": spoilt(
            "(high - low) / (q_high - q_low)", "(high - low) / (q_high - q_low) + 1e-4"
        ),
        "one range for all channels": spoilt(
            "low.clamp(max=0), high.clamp(min=0)",
            "low.min().clamp(max=0).expand_as(low), high.max().clamp(min=0).expand_as(high)",
        ),
        "one number for all channels": spoilt(
            "low.clamp(max=0), high.clamp(min=0)", "low.min().clamp(max=0), high.max().clamp(min=0)"
        ),
    },
}
