"""Day 16: plausible wrong split finders; the day's checks must reject each of them."""


def body(
    left="left, everyone = below[:-1], below[-1]",
    costs="costs = cost(left, everyone - left, impurity)",
    ruled_out="costs[values[1:] == values[:-1]] = np.inf",
    nothing="if not np.isfinite(costs).any():\n    return None",
    choice="feature, cut = divmod((costs <= costs.min() + TIE).T.argmax(), len(costs))",
    threshold="threshold = midpoint(values[cut, feature], values[cut + 1, feature])",
):
    """The right body but for the lines given."""
    last = "return int(feature), float(threshold), float(costs[cut, feature])"
    return "\n".join([left, costs, ruled_out, nothing, choice, threshold, last])


WRONG = {
    "best_split": {
        "impurities averaged without the children's sizes": body(
            costs="costs = (impurity(left) + impurity(everyone - left)) / 2"
        ),
        "weights swapped": body(
            costs="right = everyone - left\n"
            "n_left, n_right = left.sum(-1), right.sum(-1)\n"
            "costs = (n_right * impurity(left) + n_left * impurity(right)) / len(y)"
        ),
        "weighted but never divided by n": body(
            costs="right = everyone - left\n"
            "costs = left.sum(-1) * impurity(left) + right.sum(-1) * impurity(right)"
        ),
        "the purest child alone": body(
            costs="costs = np.minimum(impurity(left), impurity(everyone - left))"
        ),
        "the dearest cut": body(
            ruled_out="costs[values[1:] == values[:-1]] = -np.inf",
            choice="feature, cut = divmod((costs >= costs.max() - TIE).T.argmax(), len(costs))",
        ),
        "cuts between equal values": body(ruled_out=""),
        "the threshold is the value on the left": body(
            threshold="threshold = values[cut, feature]"
        ),
        "the threshold is the value on the right": body(
            threshold="threshold = values[cut + 1, feature]"
        ),
        "one row too many on the left": body(left="left, everyone = below[1:], below[-1]"),
        "a constant column is cut all the same": body(
            nothing="", ruled_out="costs[values[1:] == values[:-1]] = 9.0"
        ),
        "ties go to the last column": body(
            choice="feature, cut = divmod((costs <= costs.min() + TIE).T[::-1].argmax(), len(costs))\n"
            "feature = costs.shape[1] - 1 - feature"
        ),
        "ties go to the highest cut": body(
            choice="feature, cut = divmod((costs <= costs.min() + TIE)[::-1].T.argmax(), len(costs))\n"
            "cut = len(costs) - 1 - cut"
        ),
        "the first column alone": body(choice="feature, cut = 0, costs[:, 0].argmin()"),
        "Gini whatever is asked for": body(costs="costs = weighted(left, everyone - left, gini)"),
    },
}
