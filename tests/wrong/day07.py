"""Day 7: plausible wrong estimates of π; the day's checks must reject each of them."""

WRONG = {
    "pi_from_darts": {
        "the share itself, without the 4": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return share, math.sqrt(share * (1 - share) / len(x))
        """,
        "the darts outside": """
            share = int((x * x + y * y > 1).sum()) / len(x)
            return 4 * share, 4 * math.sqrt(share * (1 - share) / len(x))
        """,
        "a triangle instead of a circle": """
            share = int((x + y <= 1).sum()) / len(x)
            return 4 * share, 4 * math.sqrt(share * (1 - share) / len(x))
        """,
        "a square root forgotten on one side: a smaller circle": """
            share = int((x * x + y * y <= 0.5).sum()) / len(x)
            return 4 * share, 4 * math.sqrt(share * (1 - share) / len(x))
        """,
        "the spread of one dart": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, 4 * math.sqrt(share * (1 - share))
        """,
        "the error of the share, not of 4 times the share": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, math.sqrt(share * (1 - share) / len(x))
        """,
        "a variance instead of its root": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, 16 * share * (1 - share) / len(x)
        """,
        "divided by n outside the root": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, 4 * math.sqrt(share * (1 - share)) / len(x)
        """,
        "the true π in the standard error": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, math.sqrt(math.pi * (4 - math.pi) / len(x))
        """,
        "the distance from π as the error": """
            share = int((x * x + y * y <= 1).sum()) / len(x)
            return 4 * share, abs(4 * share - math.pi)
        """,
        "a count that stays an array of its library": """
            share = (x * x + y * y <= 1).sum() / len(x)
            return 4 * share, 4 * (share * (1 - share) / len(x)) ** 0.5
        """,
    },
}
