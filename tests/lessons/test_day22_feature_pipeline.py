"""Day 22's exported split and preprocessor, against pandas and NumPy over random tables."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import datasets
from shared.lessons.day22_feature_pipeline import (
    NUMBERS,
    SKEWED,
    WORDS,
    load_adult,
    make_preprocessor,
)

X_train, X_test, y_train, y_test = load_adult()
FITTED = make_preprocessor().fit(X_train)
NAMES = list(FITTED.get_feature_names_out())


def small_table(n, seed, gaps=0.15):
    """n random people under Adult's names; `gaps` of the cells are NaN."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.integers(0, 50, n).astype(float) for name in NUMBERS})
    table[SKEWED] = rng.integers(0, 99999, (n, 2)) * (rng.random((n, 2)) < 0.3).astype(float)
    for name in WORDS:
        table[name] = rng.choice(list("abcdef"), n, p=[0.4, 0.3, 0.15, 0.08, 0.05, 0.02])
    holes = rng.random(table.shape) < gaps
    holes[0] = False  # no column is all gaps
    return table.mask(holes)


def by_pandas(fit_on, rows, rare, log):
    """What the preprocessor should make of `rows`, column by column, by other means."""
    columns = {}
    for name in NUMBERS + SKEWED:
        seen, new = (part[name].fillna(fit_on[name].median()) for part in (fit_on, rows))
        if log and name in SKEWED:
            seen, new = np.log(1 + seen), np.log(1 + new)
        columns[name] = (new - seen.mean()) / (seen.std(ddof=0) or 1)
    for name in WORDS:
        seen, new = (part[name].fillna("unknown") for part in (fit_on, rows))
        counts = seen.value_counts()
        kept = sorted(counts[counts >= rare].index)
        columns |= {f"{name}_{word}": (new == word).astype(float) for word in kept}
        if (counts < rare).any():
            columns[f"{name}_infrequent_sklearn"] = (~new.isin(kept)).astype(float)
    return pd.DataFrame(columns)


@settings(max_examples=40, deadline=None, database=None)
@given(
    st.integers(2, 60),
    st.integers(1, 30),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_output_and_names_are_those_of_pandas(n, m, rare, log, seed):  # fmt: skip
    fit_on, rows = small_table(n, seed), small_table(m, seed + 1)
    preprocessor = make_preprocessor(log, rare).fit(fit_on)
    expected = by_pandas(fit_on, rows, rare, log)
    assert list(preprocessor.get_feature_names_out()) == list(expected)
    Z = preprocessor.transform(rows)
    assert Z.dtype == np.float64 and Z.shape == expected.shape
    np.testing.assert_allclose(Z, expected, rtol=1e-9, atol=1e-9)


def test_the_split_holds_everyone_once_is_stratified_and_never_moves():
    table = datasets.adult()
    assert (X_train.shape, X_test.shape) == ((26048, 12), (6513, 12))
    everyone = pd.concat([X_train, X_test]).assign(rich=np.concatenate([y_train, y_test]))
    original = table.drop(columns="income").assign(rich=(table["income"] == ">50K").astype(int))
    columns = list(original)
    pd.testing.assert_frame_equal(
        everyone.sort_values(columns, ignore_index=True),
        original.sort_values(columns, ignore_index=True),
    )
    assert abs(y_train.mean() - y_test.mean()) < 1e-4
    assert y_train.dtype == y_test.dtype == np.int64 and set(y_train) == {0, 1}
    again = load_adult()
    pd.testing.assert_frame_equal(again[1], X_test)
    np.testing.assert_array_equal(again[2], y_train)
    assert list(X_test.index) == list(range(6513))
    assert X_test.attrs["source"].startswith("adult")


def test_adult_becomes_48_columns_without_gaps():
    Z = FITTED.transform(X_test)
    assert Z.shape == (6513, 48) and np.isfinite(Z).all()
    assert not [name for name in NAMES if name.startswith("education_") and name != "education_num"]
    np.testing.assert_allclose(FITTED.transform(X_train)[:, :5].mean(axis=0), 0, atol=1e-12)


def test_rows_columns_and_order_of_a_table_are_independent():
    Z = FITTED.transform(X_test.head(50))
    turned = X_test.head(50)[list(X_test)[::-1]].assign(shoe_size=43)
    np.testing.assert_array_equal(FITTED.transform(turned), Z)
    np.testing.assert_array_equal(FITTED.transform(X_test.iloc[[7]])[0], Z[7])


@pytest.mark.parametrize(
    ("column", "value", "marked"),
    [
        ("workclass", "Gig worker", ["workclass_infrequent_sklearn"]),
        ("workclass", "Without-pay", ["workclass_infrequent_sklearn"]),
        ("workclass", np.nan, ["workclass_unknown"]),
        ("workclass", None, ["workclass_infrequent_sklearn"]),
        ("gender", "Undisclosed", []),
    ],
)
def test_rare_unseen_and_missing_words(column, value, marked):
    row = X_test.head(1).assign(**{column: pd.Series([value], dtype=object)})
    Z = FITTED.transform(row)[0]
    block = [k for k, name in enumerate(NAMES) if name.startswith(f"{column}_")]
    assert [NAMES[k] for k in block if Z[k]] == marked


def test_a_missing_number_becomes_the_training_median():
    row = X_test.head(1).astype({"age": float})
    row["age"] = np.nan
    median = X_test.head(1).assign(age=X_train["age"].median())
    np.testing.assert_array_equal(FITTED.transform(row), FITTED.transform(median))


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="hours_per_week"):
        FITTED.transform(X_test.drop(columns="hours_per_week"))


def test_its_pickle_holds_no_code_of_ours():
    for log in (False, True):
        content = pickle.dumps(make_preprocessor(log).fit(X_train.head(500)))
        assert b"shared" not in content and b"__main__" not in content
        copy = pickle.loads(content)
        assert copy.transform(X_test.head(9)).shape[0] == 9
