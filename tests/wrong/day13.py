"""Day 13: plausible wrong answers to the five questions; the tests must reject each of them."""

Z = "NormalDist().inv_cdf((1 + level) / 2)"

WRONG = {
    "distances": {
        "no square root": "return ((A[:, None] - B) ** 2).sum(axis=-1)",
        "city blocks": "return np.abs(A[:, None] - B).sum(axis=-1)",
        "the expanded square, whose digits cancel": """
            squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
            return np.sqrt(np.maximum(squares, 0))
        """,
        "rows of B first": "return np.sqrt(((B[:, None] - A) ** 2).sum(axis=-1))",
        "row i with row i only": "return np.sqrt(((A[:2] - B) ** 2).sum(axis=-1))",
        "the largest coordinate": "return np.abs(A[:, None] - B).max(axis=-1)",
        "the mean of the squares": "return np.sqrt(((A[:, None] - B) ** 2).mean(axis=-1))",
        "the differences themselves": "return A[:, None] - B",
        "nothing comes back": "np.sqrt(((A[:, None] - B) ** 2).sum(axis=-1))",
    },
    "log_sum_exp": {
        "no shift": """
            with np.errstate(all="ignore"):
                return np.log(np.exp(scores).sum(axis=-1))
        """,
        "the shift not added back": """
            top = scores.max(axis=-1, keepdims=True)
            return np.log(np.exp(scores - top).sum(axis=-1))
        """,
        "one shift for all rows": """
            top = scores.max()
            with np.errstate(all="ignore"):
                return top + np.log(np.exp(scores - top).sum(axis=-1))
        """,
        "shifted by the mean": """
            middle = scores.mean()
            with np.errstate(all="ignore"):
                return middle + np.log(np.exp(scores - middle).sum(axis=-1))
        """,
        "summed over everything": "return scores.max() + np.log(np.exp(scores - scores.max()).sum())",
        "the largest score alone": "return scores.max(axis=-1)",
        "the mean of the exponentials": """
            top = scores.max(axis=-1, keepdims=True)
            return top[..., 0] + np.log(np.exp(scores - top).mean(axis=-1))
        """,
        "a column of maxima beside a row of sums": """
            top = scores.max(axis=-1, keepdims=True)
            return top + np.log(np.exp(scores - top).sum(axis=-1))
        """,
    },
    "variance": {
        "divided by n": "return X.var(axis=0)",
        "one mean for all columns": "return ((X - X.mean()) ** 2).sum(axis=0) / (len(X) - 1)",
        "square, then subtract": """
            return ((X**2).mean(axis=0) - X.mean(axis=0) ** 2) * len(X) / (len(X) - 1)
        """,
        "the standard deviation": "return X.std(axis=0, ddof=1)",
        "one number for the whole table": "return X.var(ddof=1)",
        "rows in the place of columns": "return X.var(axis=1, ddof=1)",
        "absolute deviations": """
            return np.abs(X - X.mean(axis=0)).sum(axis=0) / (len(X) - 1)
        """,
        "divided by n + 1": "return ((X - X.mean(axis=0)) ** 2).sum(axis=0) / (len(X) + 1)",
    },
    "posterior": {
        "the base rate ignored": """
            return hit_rate**alarms / (hit_rate**alarms + false_alarm_rate**alarms) + 0 * prior
        """,
        "the wrong way round": "return hit_rate**alarms + 0 * prior",
        "one alarm counted": """
            return prior * hit_rate / (prior * hit_rate + (1 - prior) * false_alarm_rate)
        """,
        "alarms multiply instead of raising to a power": """
            cracked = prior * hit_rate * alarms
            return cracked / (cracked + (1 - prior) * false_alarm_rate * alarms)
        """.replace("return cracked /", "return prior if alarms == 0 else cracked /"),
        "false alarms not weighed by the share of sound parts": """
            cracked = prior * hit_rate**alarms
            return cracked / (cracked + false_alarm_rate**alarms)
        """,
        "the false alarm rate taken for its complement": """
            cracked = prior * hit_rate**alarms
            return cracked / (cracked + (1 - prior) * (1 - false_alarm_rate) ** alarms)
        """,
        "never divided": "return prior * hit_rate**alarms",
        "odds in the place of a probability": """
            with np.errstate(divide="ignore"):
                ratio = np.float64(hit_rate) / np.float64(false_alarm_rate)
                return prior / (1 - prior) * ratio**alarms
        """,
        "a ratio of rates that divides by zero": """
            with np.errstate(divide="ignore", invalid="ignore"):
                odds = prior / (1 - prior) * (np.float64(hit_rate) / false_alarm_rate) ** alarms
                return odds / (1 + odds)
        """,
    },
    "interval": {
        "no root of n": f"return x.mean() + np.array([-1, 1]) * {Z} * x.std(ddof=1)",
        "divided by n": f"return x.mean() + np.array([-1, 1]) * {Z} * x.std(ddof=1) / len(x)",
        "one tail": """
            z = NormalDist().inv_cdf(level)
            return x.mean() + np.array([-1, 1]) * z * x.std(ddof=1) / len(x) ** 0.5
        """,
        "the spread of a population": (
            f"return x.mean() + np.array([-1, 1]) * {Z} * x.std() / len(x) ** 0.5"
        ),
        "1.96 whatever the level": """
            return x.mean() + np.array([-1, 1]) * 1.959964 * x.std(ddof=1) / len(x) ** 0.5
        """,
        "high before low": f"return x.mean() - np.array([-1, 1]) * {Z} * x.std(ddof=1) / len(x) ** 0.5",
        "the half width alone": f"return {Z} * x.std(ddof=1) / len(x) ** 0.5",
        "quantiles of the values": "return np.quantile(x, [(1 - level) / 2, (1 + level) / 2])",
        "around zero": f"return np.array([-1, 1]) * {Z} * x.std(ddof=1) / len(x) ** 0.5",
    },
}
