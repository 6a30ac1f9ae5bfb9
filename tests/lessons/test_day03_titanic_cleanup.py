"""Day 3's exported lesson: rules, refusals and the schema, apart from the notebook."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import datasets
from shared.errors import DaysError
from shared.lessons.day03_titanic_cleanup import (
    FEATURES,
    NAMES,
    SCHEMA,
    clean,
    learn_rules,
    load_clean,
    schema_errors,
    title_of,
)

RAW = datasets.titanic()
FILLABLE = ["Age", "Fare", "Cabin", "Embarked"]
LADIES = {"Mrs", "Mme", "Lady", "the Countess", "Dona"}


@pytest.fixture
def raw():
    return RAW.copy(deep=True)


@pytest.fixture(autouse=True)
def no_warnings():
    """A warning that a learner would see in the notebook is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def title(name: str) -> str:
    """The title by plain string work, no regular expression."""
    word = name.split(",", 1)[1].split(".", 1)[0].strip()
    if word in LADIES:
        return "Mrs"
    if word in {"Miss", "Mlle", "Ms"}:
        return "Miss"
    return word if word in {"Mr", "Master"} else "other"


def by_other_means(raw: pd.DataFrame) -> pd.DataFrame:
    """The clean table once more, row by row, with NumPy's medians and none of the lesson's code."""
    titles = [title(name) for name in raw["Name"]]
    ages, fares = raw["Age"].to_numpy(float), raw["Fare"].to_numpy(float)
    rows = []
    for i, (_, row) in enumerate(raw.iterrows()):
        peers = [
            titles[j] == titles[i] and raw["Pclass"].iloc[j] == row["Pclass"]
            for j in range(len(raw))
        ]
        known = ages[peers][~np.isnan(ages[peers])]
        age = np.median(known) if len(known) else np.nanmedian(ages)
        fare = np.nanmedian(fares[raw["Pclass"] == row["Pclass"]])
        port = row["Embarked"] if isinstance(row["Embarked"], str) else "S"
        rows.append({
            "passenger_id": row["PassengerId"], "survived": row["Survived"], "pclass": row["Pclass"],
            "name": row["Name"], "title": titles[i], "sex": {"male": 0, "female": 1}[row["Sex"]],
            "age": age if np.isnan(ages[i]) else ages[i], "age_known": int(not np.isnan(ages[i])),
            "sibsp": row["SibSp"], "parch": row["Parch"], "ticket": row["Ticket"],
            "fare": fare if np.isnan(fares[i]) else fares[i],
            "deck": row["Cabin"][0] if isinstance(row["Cabin"], str) else "unknown",
            "embarked_c": int(port == "C"), "embarked_q": int(port == "Q"),
            "embarked_s": int(port == "S"),
        })  # fmt: skip
    return pd.DataFrame(rows, index=raw.index)


# --- the real table -----------------------------------------------------------------------


def test_the_real_table_comes_out_whole(raw):
    table = clean(raw)
    assert list(table) == list(SCHEMA)
    assert len(table) == 891
    assert table.isna().sum().sum() == 0
    assert schema_errors(table) == []
    assert table["survived"].sum() == 342
    assert table["sex"].sum() == 314, "314 women; 577 would be the men"
    assert (table["age_known"] == 0).sum() == 177
    assert (table["deck"] == "unknown").sum() == 687
    assert table[["embarked_c", "embarked_q", "embarked_s"]].sum().tolist() == [168, 77, 646]


def test_it_equals_an_independent_implementation(raw):
    raw.loc[::50, "Fare"] = np.nan
    raw.loc[raw["Name"].str.contains("Master"), "Age"] = np.nan  # a whole group unknown
    pd.testing.assert_frame_equal(clean(raw), by_other_means(raw), check_exact=True)


def test_what_was_known_stays_as_it_was(raw):
    table, known = clean(raw), raw["Age"].notna()
    assert (table["age"][known] == raw["Age"][known]).all()
    for column in ("Survived", "Pclass", "Name", "SibSp", "Parch", "Ticket", "Fare"):
        assert (table[NAMES[column]] == raw[column]).all(), column


def test_the_input_is_left_untouched(raw):
    clean(raw)
    pd.testing.assert_frame_equal(raw, RAW)


def test_the_label_never_reaches_the_fills(raw):
    turned = raw.assign(Survived=1 - raw["Survived"])
    assert learn_rules(turned) == learn_rules(raw)
    pd.testing.assert_frame_equal(
        clean(turned).drop(columns="survived"), clean(raw).drop(columns="survived")
    )


def test_the_order_of_rows_doesnt_matter_and_is_kept(raw):
    shuffled = raw.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(clean(shuffled), clean(raw).loc[shuffled.index])


def test_an_index_with_duplicates_is_no_trouble(raw):
    odd = raw.set_axis(np.arange(len(raw)) % 7)
    pd.testing.assert_frame_equal(clean(odd).reset_index(drop=True), clean(raw))


def test_extra_columns_are_left_out(raw):
    pd.testing.assert_frame_equal(clean(raw.assign(Boat="D")), clean(raw))


def test_filling_what_is_filled_changes_nothing(raw):
    once = clean(raw)
    again = clean(raw.assign(Age=once["age"], Embarked=raw["Embarked"].fillna("S")))
    pd.testing.assert_frame_equal(again.drop(columns="age_known"), once.drop(columns="age_known"))
    assert (again["age_known"] == 1).all()


def test_it_survives_a_round_trip_through_csv(raw, tmp_path):
    table = clean(raw)
    table.to_csv(tmp_path / "clean.csv", index=False)
    back = pd.read_csv(tmp_path / "clean.csv", dtype={"ticket": str}, float_precision="round_trip")
    pd.testing.assert_frame_equal(back, table)
    assert schema_errors(back) == []


def test_load_clean_says_where_it_comes_from_and_its_features_are_independent_numbers():
    table = load_clean()
    pd.testing.assert_frame_equal(table, clean(RAW))
    assert table.attrs["source"].startswith("titanic")
    X = np.column_stack([np.ones(len(table)), table[FEATURES].to_numpy(float)])
    assert np.linalg.matrix_rank(X) == X.shape[1], "one feature follows from the others"


# --- rules --------------------------------------------------------------------------------


def passengers(*rows) -> pd.DataFrame:
    """Raw rows from (title, class, age) triples; men but for Mrs and Miss."""
    return pd.DataFrame({
        "PassengerId": range(1, len(rows) + 1), "Survived": 0, "Pclass": [row[1] for row in rows],
        "Name": [f"Roe, {row[0]}. Jo" for row in rows],
        "Sex": ["female" if row[0] in ("Mrs", "Miss") else "male" for row in rows],
        "Age": [row[2] for row in rows], "SibSp": 0, "Parch": 0, "Ticket": "7", "Fare": 8.0,
        "Cabin": [None] * len(rows), "Embarked": "Q",
    })  # fmt: skip


def test_a_gap_gets_the_median_of_title_and_class():
    table = passengers(("Mr", 3, 20), ("Mr", 3, 24), ("Mr", 3, 70), ("Mr", 1, 50), ("Mr", 3, None))
    assert clean(table)["age"].tolist() == [20, 24, 70, 50, 24]


def test_a_group_without_any_age_gets_the_median_of_all():
    table = passengers(("Mr", 3, 20), ("Mr", 1, 50), ("Mr", 1, 60), ("Miss", 2, None))
    assert clean(table)["age"].iloc[3] == 50


def test_the_commonest_port_fills_and_a_cabin_becomes_its_deck():
    table = passengers(*[("Mr", 3, 20)] * 4)
    table["Embarked"], table["Cabin"] = ["C", "Q", "C", None], ["F G73", "B51 B53 B55", None, "T"]
    tidy = clean(table)
    assert tidy["embarked_c"].tolist() == [1, 0, 1, 1]
    assert tidy["deck"].tolist() == ["F", "B", "unknown", "T"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Braund, Mr. Owen Harris", "Mr"),
        ("Rothes, the Countess. of (Lucy Noel Martha Dyer-Edwards)", "Mrs"),
        ("O'Donoghue, Ms. Bridget", "Miss"),
        ("Rice, Master. Eugene", "Master"),
        ("Crosby, Capt. Edward Gifford", "other"),
        ("Rothschild, Mrs. Martin (Elizabeth L. Barrett)", "Mrs"),
        ("nobody", "other"),
        ("", "other"),
    ],
)
def test_titles(name, expected):
    assert title_of(pd.Series([name])).tolist() == [expected]


def test_the_two_readings_of_a_title_agree_on_all_names():
    assert title_of(RAW["Name"]).tolist() == [title(name) for name in RAW["Name"]]


def test_rules_of_one_table_fill_another_without_labels():
    train = passengers(("Mr", 3, 20), ("Mr", 3, 30), ("Miss", 1, 44))
    test = passengers(("Mr", 3, 80), ("Mr", 3, None), ("Master", 2, None))
    test = test.drop(columns="Survived").assign(Fare=[9, None, None], Embarked=None)
    table = clean(test, learn_rules(train))
    assert table["age"].tolist() == [80, 25, 30], "the training table's medians, then that of all"
    assert table["fare"].tolist() == [9, 8, 8]
    assert table["embarked_q"].tolist() == [1, 1, 1]
    assert schema_errors(table) == ["Column survived is missing."]


def test_learning_on_a_part_never_looks_at_the_rest(raw):
    part, rest = raw.iloc[:600], raw.iloc[600:]
    aged = pd.concat([part, rest.assign(Age=99.0)])
    rules = learn_rules(part)
    pd.testing.assert_frame_equal(clean(raw, rules).iloc[:600], clean(aged, rules).iloc[:600])
    assert learn_rules(raw) != rules


# --- edges and refusals -------------------------------------------------------------------


def test_an_empty_table_stays_empty_and_keeps_its_columns(raw):
    table = clean(raw.iloc[:0])
    assert table.shape == (0, len(SCHEMA))
    assert schema_errors(table) == []


def test_one_passenger_with_an_age(raw):
    table = clean(raw.iloc[[0]])
    assert table.shape == (1, len(SCHEMA))
    assert schema_errors(table) == []


def refused(table, *words, rules=None):
    """The table is refused in one sentence that holds all `words`."""
    with pytest.raises(DaysError) as caught:
        clean(table, rules)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert "\n" not in message
    assert message.endswith(".")


@pytest.mark.parametrize("rows", [[5], range(891)], ids=["one row", "the whole table"])
def test_no_known_age_at_all_is_refused_unless_rules_come_from_elsewhere(rows, raw):
    blank = raw.iloc[list(rows)].assign(Age=np.nan)
    refused(blank, "age", "rules")
    table = clean(blank, learn_rules(raw))
    assert table["age"].notna().all()
    assert (table["age_known"] == 0).all()


@pytest.mark.parametrize("column", ["Fare", "Embarked"])
def test_other_columns_without_a_single_value_are_refused_too(column, raw):
    refused(raw.assign(**{column: None}), column.lower())
    refused(raw.assign(**{column: np.nan}), column.lower())


def test_cabins_may_all_be_unknown(raw):
    assert (clean(raw.assign(Cabin=np.nan))["deck"] == "unknown").all()


@pytest.mark.parametrize("column", list(NAMES))
def test_a_missing_column_is_named(column, raw):
    refused(raw.drop(columns=column), column)


def test_several_missing_columns_are_named_together(raw):
    refused(raw.drop(columns=["Age", "Sex"]), "Age", "Sex")


def test_cleaning_twice_is_refused(raw):
    refused(clean(raw), "PassengerId")


def test_rules_excuse_a_missing_label_and_nothing_else(raw):
    refused(raw.drop(columns="Age"), "Age", rules=learn_rules(raw))


@pytest.mark.parametrize("column", [name for name in NAMES if name not in FILLABLE])
def test_a_gap_without_a_rule_is_refused(column, raw):
    refused(
        raw.astype({column: object}).assign(**{column: raw[column].where(raw.index != 4)}), column
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [("Sex", "Female"), ("Sex", ""), ("Pclass", 4), ("Embarked", "X"), ("Age", "old"), ("Fare", "£8"),
     ("SibSp", "two"), ("Survived", "yes")],
)  # fmt: skip
def test_a_strange_value_is_refused(column, value, raw):
    values = raw[column].astype(object)
    values[3] = value
    refused(raw.assign(**{column: values}), column)


# --- the schema ---------------------------------------------------------------------------


def test_the_raw_table_fails_the_schema(raw):
    errors = schema_errors(raw)
    assert len(errors) >= len(SCHEMA)
    assert all(error.endswith(".") for error in errors)


def test_a_table_without_columns_misses_all_of_them():
    assert len(schema_errors(pd.DataFrame())) == len(SCHEMA)


@pytest.mark.parametrize("column", list(SCHEMA))
def test_the_schema_sees_a_missing_column(column, raw):
    assert schema_errors(clean(raw).drop(columns=column)) == [f"Column {column} is missing."]


@pytest.mark.parametrize("column", list(SCHEMA))
def test_the_schema_sees_a_gap_in_any_column(column, raw):
    table = clean(raw)
    table[column] = table[column].where(table.index != 9)
    errors = schema_errors(table)
    assert any(column in error and "gap" in error for error in errors), errors


@pytest.mark.parametrize(
    ("column", "value"),
    [("age", 0.0), ("age", -1.0), ("age", 400.0), ("fare", -0.01), ("survived", 2), ("pclass", 0),
     ("sex", -1), ("title", "Dr"), ("deck", "H"), ("deck", ""), ("embarked_c", 2), ("sibsp", -1),
     ("passenger_id", 0)],
)  # fmt: skip
def test_the_schema_sees_a_value_out_of_bounds(column, value, raw):
    table = clean(raw)
    table.loc[9, column] = value
    errors = schema_errors(table)
    assert len(errors) == 1, errors
    assert f"Column {column} holds {value}" in errors[0]


@pytest.mark.parametrize(
    ("column", "dtype"), [("sex", float), ("age", str), ("pclass", str), ("ticket", len)]
)
def test_the_schema_sees_a_wrong_type(column, dtype, raw):
    table = clean(raw)
    table[column] = table[column].map(dtype)
    [error] = schema_errors(table)
    assert column in error
    assert "not" in error


def test_the_schema_sees_extra_columns_doubles_and_impossible_ports(raw):
    table = clean(raw)
    assert schema_errors(table.assign(boat="D")) == ["Column boat is not in the schema."]
    assert "twice" in schema_errors(pd.concat([table, table.tail(1)]))[0]
    assert "port" in schema_errors(table.assign(embarked_c=1))[0]
    assert "port" in schema_errors(table.assign(embarked_s=0))[0]


# --- any pattern of gaps ------------------------------------------------------------------


@st.composite
def with_gaps(draw):
    """Some real passengers, in any order, with gaps punched where rules exist."""
    rows = draw(st.lists(st.integers(0, 890), min_size=1, max_size=25, unique=True))
    table = RAW.iloc[rows].copy()
    for column in FILLABLE:
        keep = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
        table[column] = table[column].where(keep)
    return table


@settings(max_examples=150, deadline=None, database=None)
@given(with_gaps())
def test_no_pattern_of_gaps_leaves_a_null_or_loses_a_row(table):
    original = table.copy(deep=True)
    needed = ["Age", "Fare", "Embarked"]  # a deck can always be "unknown"
    nothing_known = any(table[column].isna().all() for column in needed)
    if nothing_known:
        refused(table, "fill")
    tidy = clean(table, learn_rules(RAW) if nothing_known else None)
    assert tidy.isna().sum().sum() == 0
    assert schema_errors(tidy) == []
    assert tidy["passenger_id"].tolist() == original["PassengerId"].tolist()
    assert tidy["age_known"].tolist() == original["Age"].notna().astype(int).tolist()
    assert (tidy["age"] == original["Age"])[original["Age"].notna()].all()
    assert (tidy["fare"] == original["Fare"])[original["Fare"].notna()].all()
    pd.testing.assert_frame_equal(table, original)
    if not nothing_known:
        known = original["Age"].dropna()
        assert tidy["age"].between(known.min(), known.max()).all(), "a median lies among the known"
