"""Day 24, SHAP interpretability: what later days import.

Made from days/phase2_classic_ml/day24_shap_values.ipynb by `days refresh 24`; edit it there.
"""

from math import factorial

import numpy as np

from shared.lessons.day22_feature_pipeline import NUMBERS, SKEWED, WORDS, load_adult

FEATURES = NUMBERS + SKEWED + WORDS


def members(players):
    """Who is in each coalition: bool (2**players, players), row S holding the bits of S."""
    return (np.arange(2**players)[:, None] >> np.arange(players)) & 1 == 1


def shapley_values(worth):
    """Fair shares (players,) of worth[-1] - worth[0], from the worth (2**players,) of each coalition.

    worth[S] belongs to the players whose bit is set in S, bit 0 being player 0. Units as `worth`.
    Raises ValueError unless the length is a power of two. Shapley, A value for n-person games, 1953.
    """
    worth = np.asarray(worth, dtype=float)
    players = (worth.size - 1).bit_length()
    if worth.shape != (2**players,):
        raise ValueError(
            f"{worth.shape} isn't the worth of every coalition: give 2**players values."
        )
    inside = members(players)
    size = inside.sum(axis=1)
    shares = np.zeros(players)
    for j in range(players):
        before = np.flatnonzero(~inside[:, j])
        orders = [factorial(s) * factorial(players - s - 1) for s in size[before]]
        weights = np.array(orders) / factorial(players)
        shares[j] = weights @ (worth[before | 1 << j] - worth[before])
    return shares


def coalition_values(predict, x, background, groups=None):
    """Worth (2**players,) of each coalition of features of one row x (columns,): see `members`.

    predict: rows (n, columns) to numbers (n,). background: (b, columns), where absent features come
    from. groups: the player of each column (columns,), from 0; by default each is its own.
    Lundberg and Lee, A unified approach to interpreting model predictions, 2017, interventional.
    """
    x, background = np.asarray(x), np.asarray(background)
    if background.ndim != 2 or len(background) == 0 or background.shape[1:] != x.shape:
        raise ValueError(
            f"x has the shape {x.shape}; the background {background.shape} must be rows of such."
        )
    groups = np.arange(len(x)) if groups is None else np.asarray(groups)
    known = members(groups.max() + 1)[:, groups]
    hybrids = np.where(known[:, None, :], x, background)
    outputs = predict(hybrids.reshape(-1, len(x)))
    return outputs.reshape(len(known), -1).mean(axis=1)


def feature_groups(names):
    """For preprocessed column names (columns,) such as "gender_Male": the feature's place in FEATURES.

    Raises ValueError on a column that comes from none of them.
    """
    groups = [[k for k, f in enumerate(FEATURES) if n == f or n.startswith(f + "_")] for n in names]
    if not all(groups):
        raise ValueError(f"Column {names[groups.index([])]} comes from no feature of Adult.")
    return np.array([found[0] for found in groups])


def by_feature(values, names):
    """Contributions (n, columns) added up to features: (n, 11), in the order of FEATURES."""
    return np.asarray(values) @ np.eye(len(FEATURES))[feature_groups(names)]
