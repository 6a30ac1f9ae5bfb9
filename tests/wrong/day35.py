"""Day 35: plausible wrong crops, draws and squares; the day's checks must reject each of them."""

CROP = """
    padded = F.pad(X, [padding] * 4)
    rows = tops[:, None] + torch.arange(h, device=X.device)
    cols = lefts[:, None] + torch.arange(w, device=X.device)
    picture = torch.arange(n, device=X.device)[:, None, None, None]
    channel = torch.arange(c, device=X.device)[:, None, None]
    return padded[picture, channel, rows[:, None, :, None], cols[:, None, None, :]]
"""
DRAW = """
    size = (2, len(X))
    corners = torch.randint(0, 2 * padding + 1, size, generator=generator)
    return crop_at(X, *corners, padding)
"""
SQUARE = """
    below = torch.arange(h, device=X.device) - (rows[:, None] - size // 2)
    right = torch.arange(w, device=X.device) - (cols[:, None] - size // 2)
    in_rows, in_cols = (below >= 0) & (below < size), (right >= 0) & (right < size)
    hole = in_rows[:, :, None] & in_cols[:, None, :]
    return X.masked_fill(hole[:, None], 0)
"""


def spoilt(right: str, old: str, new: str) -> str:
    """A right body with one piece of its text replaced."""
    assert old in right
    return right.replace(old, new)


WRONG = {
    "crop_at": {
        "the first picture's window for all": """
            padded = F.pad(X, [padding] * 4)
            return padded[:, :, tops[0] : tops[0] + h, lefts[0] : lefts[0] + w]
        """,
        "the last picture's window for all": """
            padded = F.pad(X, [padding] * 4)
            for top, left in zip(tops, lefts, strict=True):
                Y = padded[:, :, top : top + h, left : left + w]
            return Y
        """,
        "rolled round instead of cut": """
            pictures = zip(X, tops.tolist(), lefts.tolist(), strict=True)
            moved = [x.roll((padding - t, padding - l), (1, 2)) for x, t, l in pictures]
            return torch.stack(moved)
        """,
        "rows and columns swapped": spoilt(
            spoilt(CROP, "rows = tops", "rows = lefts"), "cols = lefts", "cols = tops"
        ),
        "moved the other way": spoilt(
            spoilt(CROP, "tops[:, None] +", "2 * padding - tops[:, None] +"),
            "lefts[:, None] +",
            "2 * padding - lefts[:, None] +",
        ),
        "padded with the rim's pixels": spoilt(
            CROP, "[padding] * 4)", "[padding] * 4, mode='replicate')"
        ),
        "padded on two sides": spoilt(CROP, "[padding] * 4", "[2 * padding, 0, 2 * padding, 0]"),
        "a smaller window": """
            rows = tops[:, None].clamp(max=h - 2) + torch.arange(2)
            picture = torch.arange(n)[:, None, None, None]
            channel = torch.arange(c)[:, None, None]
            return X[picture, channel, rows[:, None, :, None], torch.arange(w)]
        """,
        "only the rows moved": spoilt(
            CROP, "cols = lefts[:, None]", "cols = padding * torch.ones(n, 1).long()"
        ),
    },
    "random_crop": {
        "one corner for the whole batch": spoilt(DRAW, "(2, len(X))", "(2, 1)").replace(
            "*corners,", "*corners.expand(2, len(X)),"
        ),
        "the last corner left out": spoilt(DRAW, "2 * padding + 1", "2 * padding"),
        "one draw for top and left": """
            corner = torch.randint(0, 2 * padding + 1, (len(X),), generator=generator)
            return crop_at(X, corner, corner, padding)
        """,
        "torch's global generator": spoilt(DRAW, ", generator=generator", ""),
        "a generator of its own": spoilt(
            DRAW, "generator=generator", "generator=torch.Generator().manual_seed(0)"
        ),
        "drawn from a bell curve": """
            bell = torch.randn(2, len(X), generator=generator) * padding / 2 + padding
            return crop_at(X, *bell.round().clamp(0, 2 * padding).long(), padding)
        """,
        "rounded, so that the ends come half as often": """
            draws = torch.rand(2, len(X), generator=generator) * 2 * padding
            return crop_at(X, *draws.round().long(), padding)
        """,
        "the padding fixed at 4": spoilt(
            spoilt(DRAW, "2 * padding + 1", "9"), "corners, padding", "corners"
        ),
        "the padding not handed on": spoilt(DRAW, "*corners, padding", "*corners"),
        "centre never moved": "return crop_at(X, *torch.full((2, len(X)), padding), padding)",
    },
    "cut_at": {
        "both ends included": spoilt(SQUARE, "< size", "<= size"),
        "a cross instead of a square": spoilt(SQUARE, "[:, :, None] & in_", "[:, :, None] | in_"),
        "moved back inside instead of clipped": """
            rows = rows.clamp(size // 2, h - size + size // 2)
            cols = cols.clamp(size // 2, w - size + size // 2)
            below = torch.arange(h) - (rows[:, None] - size // 2)
            right = torch.arange(w) - (cols[:, None] - size // 2)
            hole = ((below >= 0) & (below < size))[:, :, None] & ((right >= 0) & (right < size))[:, None]
            return X.masked_fill(hole[:, None], 0)
        """,
        "wrapped round the edge": spoilt(
            spoilt(
                SQUARE, "(rows[:, None] - size // 2)", "(rows[:, None] - size // 2)) % h"
            ).replace("below = torch", "below = (torch"),
            "(cols[:, None] - size // 2)",
            "(cols[:, None] - size // 2)) % w",
        ).replace("right = torch", "right = (torch"),
        "rows and columns swapped": spoilt(
            spoilt(SQUARE, "(rows[:, None]", "(spare[:, None]"), "(cols[:, None]", "(rows[:, None]"
        ).replace("spare", "cols"),
        "the centre taken for the corner": SQUARE.replace(" - size // 2", ""),
        "an odd square too wide": SQUARE.replace(">= 0", ">= 0 - size % 2"),
        "X itself changed": spoilt(SQUARE, "masked_fill(", "masked_fill_("),
        "the first channel only": spoilt(
            SQUARE,
            "hole[:, None], 0)",
            "hole[:, None] & (torch.arange(X.shape[1]) == 0)[:, None, None], 0)",
        ),
        "everything but the square cut": spoilt(SQUARE, "hole[:, None]", "~hole[:, None]"),
        "the same square in every picture": spoilt(
            SQUARE, "hole[:, None], 0", "hole[:1, None].expand(len(X), 1, h, w), 0"
        ),
        "filled with the mean": "return X.masked_fill(torch.zeros_like(X, dtype=bool), X.mean())",
    },
}
