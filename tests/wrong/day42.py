"""Day 42: plausible wrong schedules and double looks; the day's checks must reject each of them."""

RATE = """
if step <= turn:
    start, end, way = peak / 25, peak, step / turn
else:
    start, end, way = peak, peak / 250_000, (step - turn) / (last - turn)
return end + (start - end) * (1 + math.cos(math.pi * way)) / 2
"""
LOOKS = """
straight = training.predict(network, X).softmax(1)
mirrored = training.predict(network, X.flip(3)).softmax(1)
return (straight + mirrored) / 2
"""


def rate(old: str, new: str) -> str:
    """The right schedule with one piece of its text replaced."""
    assert old in RATE
    return RATE.replace(old, new)


def looks(old: str, new: str) -> str:
    """The right two looks with one piece of its text replaced."""
    assert old in LOOKS
    return LOOKS.replace(old, new)


WRONG = {
    "one_cycle": {
        "start and end swapped": rate("end + (start - end)", "start + (end - start)"),
        "straight lines in place of cosines": rate(
            "(1 + math.cos(math.pi * way)) / 2", "(1 - way)"
        ),
        "a straight line up only": "if step <= turn:\n"
        "    return peak / 25 + (peak - peak / 25) * step / turn\n" + RATE,
        "a full cosine, down and up again": rate("math.pi * way", "2 * math.pi * way"),
        "a quarter of a cosine": rate(
            "(1 + math.cos(math.pi * way)) / 2", "math.cos(math.pi / 2 * way)"
        ),
        "down over all steps, not over the rest": rate("(last - turn)\n", "last\n"),
        "down over one step too many": rate("(last - turn)\n", "(steps - turn)\n"),
        "q not set back to 0 at the peak": rate("(step - turn) / (last - turn)", "step / last"),
        "the peak a step late": rate("step / turn\n", "step / (turn + 1)\n").replace(
            "step <= turn", "step <= turn + 1"
        ),
        "the turn rounded": "turn = round(turn)\n" + RATE,
        "from zero": rate("start, end, way = peak / 25, peak", "start, end, way = 0, peak"),
        "down to the first rate only": rate("peak / 250_000", "peak / 25"),
        "down to a 10,000th of the peak": rate("peak / 250_000", "peak / 10_000"),
        "the peak without its factor": rate(
            "start, end, way = peak / 25, peak", "start, end, way = 1 / 25, 1"
        ),
        "one cosine from start to end, no way up": """
            end = peak / 250_000
            return end + (peak - end) * (1 + math.cos(math.pi * step / last)) / 2
        """,
    },
    "two_looks": {
        "upside down": looks("X.flip(3)", "X.flip(2)"),
        "turned by 180 degrees": looks("X.flip(3)", "X.flip(2, 3)"),
        "channels flipped": looks("X.flip(3)", "X.flip(1)"),
        "the order of the pictures flipped": looks("X.flip(3)", "X.flip(0)"),
        "not mirrored at all": looks("X.flip(3)", "X"),
        "only the mirror image": "return training.predict(network, X.flip(3)).softmax(1)",
        "the sum": looks("(straight + mirrored) / 2", "straight + mirrored"),
        "the larger of the two": looks(
            "(straight + mirrored) / 2", "torch.maximum(straight, mirrored)"
        ),
        "logits averaged": """
            logits = training.predict(network, X) + training.predict(network, X.flip(3))
            return (logits / 2).softmax(1)
        """,
        "no softmax": LOOKS.replace(".softmax(1)", ""),
        "softmax along the pictures": LOOKS.replace(".softmax(1)", ".softmax(0)"),
        "the pictures themselves averaged": "return training.predict(network, (X + X.flip(3)) / 2).softmax(1)",
        "in training mode": LOOKS.replace("training.predict(network, X", "network(X"),
        "in eval mode, but with slopes": "network.eval()\n"
        + LOOKS.replace("training.predict(network, X", "network(X"),
        "both looks one below the other": looks(
            "(straight + mirrored) / 2", "torch.cat([straight, mirrored])"
        ),
        "a geometric mean": looks("(straight + mirrored) / 2", "(straight * mirrored).sqrt()"),
    },
}
