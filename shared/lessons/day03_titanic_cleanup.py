"""Day 3, Pandas Titanic clean-up: what later days import.

Made from days/phase1_groundwork/day03_titanic_cleanup.ipynb by `days refresh 3`; edit it there.
"""

import numpy as np
import pandas as pd

from shared import datasets
from shared.errors import DaysError

TITLES = {
    "Mr": "Mr", "Master": "Master",
    "Mrs": "Mrs", "Mme": "Mrs", "Lady": "Mrs", "the Countess": "Mrs", "Dona": "Mrs",
    "Miss": "Miss", "Mlle": "Miss", "Ms": "Miss",
}  # fmt: skip


def title_of(names):
    """Mr, Mrs, Miss, Master or other, for a Series of names like "Braund, Mr. Owen Harris"."""
    return names.str.extract(r",\s*([^.]+)\.", expand=False).map(TITLES).fillna("other")


NAMES = {
    "PassengerId": "passenger_id", "Survived": "survived", "Pclass": "pclass", "Name": "name",
    "Sex": "sex", "Age": "age", "SibSp": "sibsp", "Parch": "parch", "Ticket": "ticket",
    "Fare": "fare", "Cabin": "deck", "Embarked": "embarked",
}  # fmt: skip


def learn_rules(raw):
    """What gaps are filled with: median age (years) by (title, class), median fare by class.

    `fallback` holds what is left when a group is unknown: the medians of all, the commonest port.
    """
    age, fare, ports = raw["Age"].astype(float), raw["Fare"].astype(float), raw["Embarked"].mode()
    fallback = {
        "Age": age.dropna().median(),
        "Fare": fare.dropna().median(),
        "Embarked": next(iter(ports), None),
    }
    return {
        "age": age.groupby([title_of(raw["Name"]), raw["Pclass"]]).median().dropna().to_dict(),
        "fare": fare.groupby(raw["Pclass"]).median().dropna().to_dict(),
        "fallback": fallback,
    }


ALLOWED = {"Sex": ["male", "female"], "Pclass": [1, 2, 3], "Embarked": ["C", "Q", "S"]}
MAY_LACK = ["Age", "Fare", "Cabin", "Embarked"]
TEXT = ["Name", "Sex", "Ticket", "Cabin", "Embarked"]


def refuse(raw, labelled=True):
    """Raise DaysError when `raw` lacks a column, or holds a gap or a value that no rule covers."""
    missing = [name for name in NAMES if name not in raw and (labelled or name != "Survived")]
    if missing:
        raise DaysError(f"The raw table has no {', '.join(missing)}; take datasets.titanic().")
    for name in [name for name in NAMES if name in raw]:
        values = raw[name].dropna()
        if name not in MAY_LACK and len(values) < len(raw):
            raise DaysError(f"Column {name} has gaps and no rule to fill them; mend it first.")
        if name in ALLOWED and not values.isin(ALLOWED[name]).all():
            raise DaysError(f"Column {name} may hold nothing but {ALLOWED[name]}; mend it first.")
        if name not in TEXT and pd.to_numeric(values, errors="coerce").isna().any():
            raise DaysError(f"Column {name} must hold numbers; mend it first.")


SCHEMA = {  # column: dtype, and the allowed values (a list), the range (a pair) or None
    "passenger_id": ("int64", (1, 1309)),
    "survived": ("int64", (0, 1)),
    "pclass": ("int64", (1, 3)),
    "name": ("str", None),
    "title": ("str", ["Mr", "Mrs", "Miss", "Master", "other"]),
    "sex": ("int64", (0, 1)),  # 1: female
    "age": ("float64", (0.08, 100)),  # from one month up: a 0 would be a gap in disguise
    "age_known": ("int64", (0, 1)),
    "sibsp": ("int64", (0, 20)),
    "parch": ("int64", (0, 20)),
    "ticket": ("str", None),
    "fare": ("float64", (0, 600)),  # pounds; fifteen passengers travelled for 0
    "deck": ("str", ["A", "B", "C", "D", "E", "F", "G", "T", "unknown"]),
    "embarked_c": ("int64", (0, 1)),
    "embarked_q": ("int64", (0, 1)),
    "embarked_s": ("int64", (0, 1)),
}
FEATURES = [  # numbers for a model; embarked_s is implied by the other two ports
    "pclass", "sex", "age", "age_known", "sibsp", "parch", "fare", "embarked_c", "embarked_q",
]  # fmt: skip


def fill_and_encode(raw, rules):
    """A copy of `raw`, the same rows, under NAMES: gaps filled by `rules`, sex as 1 for female.

    Adds title and age_known (1: on record, 0: filled); age in years, fare in pounds.
    """
    table = raw.rename(columns=NAMES).astype({"age": "float64", "fare": "float64"})
    table["title"] = title_of(table["name"])
    table["deck"] = table["deck"].astype(object).str[0].fillna("unknown")
    ports = table["embarked"].astype(object)
    table["embarked"] = ports.where(ports.notna(), rules["fallback"]["Embarked"])
    table["age_known"] = table["age"].notna().astype("int64")
    table["sex"] = (table["sex"] == "female").astype("int64")
    groups = zip(table["title"], table["pclass"], strict=True)
    typical = [rules["age"].get(group, rules["fallback"]["Age"]) for group in groups]
    table["age"] = table["age"].where(table["age"].notna(), np.array(typical, dtype=float))
    fares = table["pclass"].map(rules["fare"]).fillna(rules["fallback"]["Fare"])
    table["fare"] = table["fare"].where(table["fare"].notna(), fares)
    return table


def clean(raw, rules=None):
    """Kaggle's Titanic table without gaps: the same rows in the same order; `raw` stays as it is.

    Returns the columns of SCHEMA. int64: passenger_id, survived, pclass, sex (1: female),
    age_known (1: on record), sibsp, parch, embarked_c, _q, _s (0 or 1). float64: age (years),
    fare (pounds). Text: name, title, ticket, deck (a letter or "unknown").
    rules: `learn_rules` of a training table, by default of `raw`; only with them may `raw` lack
    Survived. Raises DaysError on missing columns, and on gaps or values that no rule covers.
    """
    refuse(raw, labelled=rules is None)
    table = fill_and_encode(raw, learn_rules(raw) if rules is None else rules)
    unfilled = ", ".join(name for name in table if table[name].isna().any())
    if unfilled:
        raise DaysError(f"Nothing is known to fill {unfilled} from; pass rules of a fuller table.")
    for port in "CQS":
        table[f"embarked_{port.lower()}"] = table["embarked"] == port
    types = {name: dtype for name, (dtype, _) in SCHEMA.items() if name in table}
    return table[list(types)].astype({name: t for name, t in types.items() if t != "str"})


def load_clean():
    """All 891 passengers, cleaned; `attrs["source"]` says where from. May raise SourceError."""
    raw = datasets.titanic()
    return clean(raw)


def schema_errors(table):
    """What keeps `table` from being clean, a sentence each; an empty list when nothing does.

    Columns, dtypes, gaps and allowed values follow SCHEMA; ids are unique, ports exclusive.
    """
    errors = [f"Column {name} is missing." for name in SCHEMA if name not in table]
    errors += [f"Column {name} is not in the schema." for name in table if name not in SCHEMA]
    for name in [name for name in SCHEMA if name in table]:
        (dtype, allowed), column, known = SCHEMA[name], table[name], table[name].dropna()
        text = dtype == "str"
        if len(known) < len(column):
            errors.append(f"Column {name} has {len(column) - len(known)} gaps.")
        if not (pd.api.types.is_string_dtype(known) if text else column.dtype == dtype):
            errors.append(f"Column {name} is {column.dtype}, not {dtype}.")
        elif allowed:
            bad = known[~(known.isin(allowed) if text else known.between(*allowed))]
            errors += [f"Column {name} holds {value}; allowed: {allowed}." for value in bad[:1]]
    if not errors and table["passenger_id"].duplicated().any():
        errors.append("Column passenger_id names someone twice.")
    if not errors and (table.filter(like="embarked_").sum(axis=1) != 1).any():
        errors.append("Someone boarded at no port, or at more than one.")
    return errors
