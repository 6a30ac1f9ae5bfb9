"""Day 24: plausible wrong Shapley values; the day's checks must reject each of them."""

WRONG = {
    "shapley_values": {
        "a plain mean over coalitions": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                shares[j] = np.mean(worth[before | 1 << j] - worth[before])
            return shares
        """,
        "every size of coalition weighted alike, not each coalition": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                weights = np.array([factorial(s) for s in size[before]]) / factorial(players)
                shares[j] = weights @ (worth[before | 1 << j] - worth[before])
            return shares
        """,
        "the player counted among those who are to come": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s) for s in size[before]]
                weights = np.array(orders) / factorial(players)
                shares[j] = weights @ (worth[before | 1 << j] - worth[before])
            return shares
        """,
        "divided by the orders of the others alone": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
                weights = np.array(orders) / factorial(players - 1)
                shares[j] = weights @ (worth[before | 1 << j] - worth[before])
            return shares
        """,
        "not divided at all": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
                shares[j] = np.array(orders) @ (worth[before | 1 << j] - worth[before])
            return shares
        """,
        "the sign flipped": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
                weights = np.array(orders) / factorial(players)
                shares[j] = weights @ (worth[before] - worth[before | 1 << j])
            return shares
        """,
        "what coalitions are worth instead of what they rise by": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
                weights = np.array(orders) / factorial(players)
                shares[j] = weights @ worth[before | 1 << j]
            return shares
        """,
        "the rise from nobody alone": """
            return worth[1 << np.arange(players)] - worth[0]
        """,
        "the rise to everyone alone": """
            return worth[-1] - worth[len(worth) - 1 - (1 << np.arange(players))]
        """,
        "one order for all": """
            line = worth[(1 << np.arange(players + 1)) - 1]
            return np.diff(line)
        """,
        "the bits read from the wrong end": """
            shares = np.zeros(players)
            for j in range(players):
                before = np.flatnonzero(~inside[:, j])
                orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
                weights = np.array(orders) / factorial(players)
                shares[j] = weights @ (worth[before | 1 << j] - worth[before])
            return shares[::-1]
        """,
        "the first and the last rise averaged, the sizes between left out": """
            solo = worth[1 << np.arange(players)] - worth[0]
            last = worth[-1] - worth[len(worth) - 1 - (1 << np.arange(players))]
            return (solo + last) / 2
        """,
    },
}
