"""Day 14, Mini-project: Titanic Kaggle ≥ 0.80: what later days import.

Made from days/phase1_groundwork/day14_titanic_kaggle.ipynb by `days refresh 14`; edit it there.
"""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from shared.lessons.day03_titanic_cleanup import clean, learn_rules

BOATS = ["Mr", "other", "Master", "Miss", "Mrs"]  # women and children first, in reverse
HEIGHTS = ["unknown", "G", "F", "E", "D", "C", "B", "A", "T"]  # decks, from the keel up


def features(table, aboard):
    """Seven numbers a passenger from a clean table of Day 3 (its `clean`), as a DataFrame (n, 7).

    aboard: a Series with the people on each ticket; a ticket it lacks counts as one person.
    """
    party = table["ticket"].map(aboard).fillna(1)
    return pd.DataFrame({
        "title": table["title"].map(BOATS.index),
        "class": table["pclass"],
        "age": table["age"],
        "family": table["sibsp"] + table["parch"] + 1,
        "party": party,
        "fare a head": table["fare"] / party,
        "deck": table["deck"].map(HEIGHTS.index),
    }).astype(float)  # fmt: skip


def wilson_interval(successes, n, z=1.959964):
    """The 95% interval (low, high) for a rate, from `successes` among n >= 1 trials.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share: need n >= 1 and 0 <= successes <= n.")
    rate, spread = (
        successes / n,
        z * np.sqrt(successes * (n - successes) / n**3 + z**2 / (4 * n**2)),
    )
    return (rate + z**2 / (2 * n) - spread) / (1 + z**2 / n), (rate + z**2 / (2 * n) + spread) / (
        1 + z**2 / n
    )


def party_fate(tickets, known, fates, themselves):
    """Survival among each passenger's companions, drawn towards the average of all.

    tickets (n,): whom to answer for; known (m,) tickets and fates (m,), 0 or 1: what we know.
    themselves: True when `tickets` are the known passengers, in the same order. Returns (n,)
    floats (s + p) / (k + 1): s survivors among k known companions, p the mean of fates.
    """
    tickets, known, fates = np.asarray(tickets), np.asarray(known), np.asarray(fates, dtype=float)
    p = fates.mean()
    parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
    survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
    if themselves:
        survivors, companions = survivors - fates, companions - 1
    return (survivors + p) / (companions + 1)


class PassengerFeatures(TransformerMixin, BaseEstimator):
    """Kaggle's raw rows as numbers (n, 8); without hindsight, that is deck and fate, (n, 6).

    Learns fills and fates from the rows it is fitted on and from nothing else. fit_transform
    leaves out each row's own fate; transform is for other rows. aboard: see `features`.
    """

    def __init__(self, aboard, hindsight=True):
        self.aboard, self.hindsight = aboard, hindsight

    def fit(self, X, y):
        self.rules_, self.known_, self.fates_ = learn_rules(X), X["Ticket"], np.asarray(y)
        return self

    def fit_transform(self, X, y):
        return self.fit(X, y)._numbers(X, themselves=True)

    def transform(self, X):
        return self._numbers(X, themselves=False)

    def _numbers(self, X, themselves):
        table = features(clean(X, self.rules_), self.aboard)
        table["fate"] = party_fate(X["Ticket"], self.known_, self.fates_, themselves)
        return table.drop(columns=[] if self.hindsight else ["deck", "fate"]).to_numpy()
