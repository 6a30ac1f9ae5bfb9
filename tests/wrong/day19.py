"""Day 19: plausible wrong hinge slopes and SMO steps; the day's checks must reject each."""

PAIR = """
            i = np.where({up}, s, -np.inf).argmax()
            j = np.where({down}, s, np.inf).argmin()
            curvature = {curvature}
            t = (s[i] - s[j]) / max(curvature, 1e-12)
            return i, j, {step}, s[i] - s[j]
"""
RIGHT = {
    "up": "beta < high",
    "down": "beta > low",
    "curvature": "K[i, i] + K[j, j] - 2 * K[i, j]",
    "step": "min(t, high[i] - beta[i], beta[j] - low[j])",
}


def pair(**changed):
    return PAIR.format(**RIGHT | changed)


WRONG = {
    "slopes": {
        "only rows on the wrong side pay, as in a perceptron": """
            paying = y * (X @ w + b) < 0
            return w - C * y[paying] @ X[paying], -C * y[paying].sum()
        """,
        "every row pays": """
            return w - C * y @ X, -C * y.sum()
        """,
        "rows outside the street pay": """
            paying = y * (X @ w + b) >= 1
            return w - C * y[paying] @ X[paying], -C * y[paying].sum()
        """,
        "the weights' own slope forgotten": """
            paying = y * (X @ w + b) < 1
            return -C * y[paying] @ X[paying], -C * y[paying].sum()
        """,
        "|w|² charged without the half": """
            paying = y * (X @ w + b) < 1
            return 2 * w - C * y[paying] @ X[paying], -C * y[paying].sum()
        """,
        "the hinge's sign flipped": """
            paying = y * (X @ w + b) < 1
            return w + C * y[paying] @ X[paying], C * y[paying].sum()
        """,
        "a mean over all rows": """
            paying = y * (X @ w + b) < 1
            return w - C * y[paying] @ X[paying] / len(y), -C * y[paying].sum() / len(y)
        """,
        "a mean over the rows that pay": """
            paying = y * (X @ w + b) < 1
            return w - C * (y[paying, None] * X[paying]).mean(axis=0), -C * y[paying].mean()
        """,
        "C forgotten": """
            paying = y * (X @ w + b) < 1
            return w - y[paying] @ X[paying], -y[paying].sum()
        """,
        "labels forgotten": """
            paying = y * (X @ w + b) < 1
            return w - C * X[paying].sum(axis=0), -C * y[paying].sum()
        """,
        "b charged like a weight": """
            paying = y * (X @ w + b) < 1
            return w - C * y[paying] @ X[paying], b - C * y[paying].sum()
        """,
        "rows counted instead of labels summed": """
            paying = y * (X @ w + b) < 1
            return w - C * y[paying] @ X[paying], -C * paying.sum()
        """,
        "the slope by b with its sign flipped": """
            paying = y * (X @ w + b) < 1
            return w - C * y[paying] @ X[paying], C * y[paying].sum()
        """,
        "b left out of f": """
            paying = y * (X @ w) < 1
            return w - C * y[paying] @ X[paying], -C * y[paying].sum()
        """,
        "a slope by b for each row": """
            paying = y * (X @ w + b) < 1
            return w - C * y[paying] @ X[paying], -C * y * paying
        """,
    },
    "pair_step": {
        "any row may rise": pair(up="beta < np.inf"),
        "any row may fall": pair(down="beta > -np.inf"),
        "the bounds swapped": pair(up="beta > low", down="beta < high"),
        "only rows strictly between both bounds": pair(
            up="(beta > low) & (beta < high) & (beta != 0)"
        ),
        "the pair the wrong way round": """
            j = np.where(beta < high, s, -np.inf).argmax()
            i = np.where(beta > low, s, np.inf).argmin()
            t = (s[j] - s[i]) / max(K[i, i] + K[j, j] - 2 * K[i, j], 1e-12)
            return i, j, min(t, high[i] - beta[i], beta[j] - low[j]), s[j] - s[i]
        """,
        "the mixed term forgotten": pair(curvature="K[i, i] + K[j, j]"),
        "the mixed term added": pair(curvature="K[i, i] + K[j, j] + 2 * K[i, j]"),
        "the mixed term once": pair(curvature="K[i, i] + K[j, j] - K[i, j]"),
        "half a step": pair(step="min(t / 2, high[i] - beta[i], beta[j] - low[j])"),
        "twice the step": pair(step="min(2 * t, high[i] - beta[i], beta[j] - low[j])"),
        "not held at any bound": pair(step="t"),
        "only the rising row held": pair(step="min(t, high[i] - beta[i])"),
        "only the falling row held": pair(step="min(t, beta[j] - low[j])"),
        "held at the bound, not at the room that is left": pair(step="min(t, high[i], -low[j])"),
        "slopes compared by size": pair().replace("beta < high, s,", "beta < high, abs(s),"),
        "the violation is the larger slope alone": pair().replace(", s[i] - s[j]", ", s[i]"),
    },
}
