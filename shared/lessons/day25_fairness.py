"""Day 25, Bias & fairness: what later days import.

Made from days/phase2_classic_ml/day25_fairness.ipynb by `days refresh 25`; edit it there.
"""

import numpy as np


def matched(*columns):
    """Arrays (n,), n > 0. Raises ValueError on unequal lengths, other shapes, or no rows."""
    columns = [np.asarray(column) for column in columns]
    shapes = {column.shape for column in columns}
    if len(shapes) != 1 or columns[0].ndim != 1 or len(columns[0]) == 0:
        raise ValueError(f"Give flat columns of one length, with rows; these are {sorted(shapes)}.")
    return columns


def group_rates(values, groups):
    """Mean of the values (n,) in each group of groups (n,): arrays of the k groups and their k rates."""
    values, groups = matched(values, groups)
    names, place = np.unique(groups, return_inverse=True)
    return names, np.bincount(place, weights=values) / np.bincount(place)


def demographic_parity_difference(y_pred, groups):
    """Largest share of ones in y_pred (n,), 0 or 1, of any group minus the smallest: 0 to 1.

    Calders, Kamiran and Pechenizkiy, Building classifiers with independency constraints, 2009.
    """
    _, rates = group_rates(y_pred, groups)
    return float(rates.max() - rates.min())


def equalised_odds_difference(y_true, y_pred, groups):
    """The larger of two gaps between groups (n,): in true positive and in false positive rate, 0 to 1.

    y_true, y_pred: 0 or 1 (n,). Raises ValueError where a group lacks one of the labels. Hardt,
    Price and Srebro, Equality of opportunity in supervised learning, 2016.
    """
    y_true, y_pred, groups = matched(y_true, y_pred, groups)
    if any(len(np.unique(groups[y_true == k])) < len(np.unique(groups)) for k in (0, 1)):
        raise ValueError("Some group has nobody with one of the labels: its rate is undefined.")
    gaps = []
    for label in (0, 1):
        those = y_true == label
        gaps.append(demographic_parity_difference(y_pred[those], groups[those]))
    return max(gaps)


def bootstrap_interval(statistic, *columns, rng, draws=300, level=0.95):
    """Percentile interval (low, high) of statistic(*columns) over people drawn with replacement.

    columns: arrays (n,), drawn together, row by row. Efron, Bootstrap methods, 1979.
    """
    columns = matched(*columns)
    n = len(columns[0])
    picks = (rng.integers(0, n, n) for _ in range(draws))
    values = [statistic(*(column[pick] for column in columns)) for pick in picks]
    return tuple(np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist())


def group_thresholds(y_true, scores, groups, limit=0.02):
    """{group: threshold}: most correct answers with shares of yes at most `limit` apart.

    y_true: 0 or 1, scores: 0 to 1, groups: all (n,); yes means score >= threshold. Tries thresholds
    0.005 to 0.995, and common shares in steps of 0.005. Raises ValueError where none fits.
    """
    y_true, scores, groups = matched(y_true, scores, groups)
    grid, options, best, chosen = np.linspace(0.005, 0.995, 199), {}, -1, None
    for name in np.unique(groups).tolist():
        those = groups == name
        yes = scores[those][:, None] >= grid
        options[name] = yes.mean(axis=0), (yes == (y_true[those] == 1)[:, None]).sum(axis=0)
    for share in np.linspace(0, 1, 201):
        picks, total = {}, 0
        for name, (shares, correct) in options.items():
            close = np.where(np.abs(shares - share) <= limit / 2, correct, -np.inf)
            picks[name] = float(grid[close.argmax()])
            total += close.max()
        if total > best:
            best, chosen = total, picks
    if chosen is None:
        raise ValueError(f"No thresholds bring the groups within {limit}; allow a wider limit.")
    return chosen


def reweighing(y_true, groups):
    """Weights (n,), mean 1, under which y_true (n,) and groups (n,) are independent.

    Kamiran and Calders, Data preprocessing techniques for classification without discrimination, 2012.
    """
    y_true, groups = matched(y_true, groups)
    weights = np.empty(len(y_true))
    for name in np.unique(groups):
        for label in np.unique(y_true):
            those = (groups == name) & (y_true == label)
            if those.any():
                expected = np.mean(groups == name) * np.mean(y_true == label)
                weights[those] = expected / those.mean()
    return weights
