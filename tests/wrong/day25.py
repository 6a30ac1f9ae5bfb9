"""Day 25: plausible wrong equalised odds; the day's checks must reject each of them."""

WRONG = {
    "equalised_odds_difference": {
        "demographic parity again": """
            return demographic_parity_difference(y_pred, groups)
        """,
        "true positives alone (equal opportunity)": """
            those = y_true == 1
            return demographic_parity_difference(y_pred[those], groups[those])
        """,
        "false positives alone": """
            those = y_true == 0
            return demographic_parity_difference(y_pred[those], groups[those])
        """,
        "the two gaps averaged": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                gaps.append(demographic_parity_difference(y_pred[those], groups[those]))
            return np.mean(gaps)
        """,
        "the two gaps added": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                gaps.append(demographic_parity_difference(y_pred[those], groups[those]))
            return sum(gaps)
        """,
        "the smaller of the two": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                gaps.append(demographic_parity_difference(y_pred[those], groups[those]))
            return min(gaps)
        """,
        "both gaps instead of one number": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                gaps.append(demographic_parity_difference(y_pred[those], groups[those]))
            return gaps
        """,
        "conditioned on the answer, not on the truth": """
            gaps = []
            for answer in (0, 1):
                those = y_pred == answer
                gaps.append(demographic_parity_difference(y_true[those], groups[those]))
            return max(gaps)
        """,
        "the accuracy of the groups compared": """
            return demographic_parity_difference((y_true == y_pred).astype(int), groups)
        """,
        "first group minus second, with its sign": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                rates = group_rates(y_pred[those], groups[those])[1]
                gaps.append(rates[0] - rates[1])
            return max(gaps)
        """,
        "two groups only": """
            gaps = []
            for label in (0, 1):
                those = y_true == label
                rates = group_rates(y_pred[those], groups[those])[1]
                gaps.append(abs(rates[0] - rates[1]))
            return max(gaps)
        """,
        "shares of the whole group, not of those with the label": """
            gaps = []
            for label in (0, 1):
                yes = (y_pred == 1) & (y_true == label)
                gaps.append(demographic_parity_difference(yes, groups))
            return max(gaps)
        """,
    },
}
