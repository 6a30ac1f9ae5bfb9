"""Day 22, Feature engineering pipeline: what later days import.

Made from days/phase2_classic_ml/day22_feature_pipeline.ipynb by `days refresh 22`; edit it there.
"""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from shared import datasets

NUMBERS = ["age", "education_num", "hours_per_week"]  # years, a rank from 1 to 16, hours
SKEWED = ["capital_gain", "capital_loss"]  # dollars a year, 0 for nearly everyone
WORDS = ["workclass", "marital_status", "occupation", "relationship", "ethnicity", "gender"]


def load_adult(scale="same"):
    """The Adult census in a fixed, stratified split: X_train, X_test, y_train, y_test.

    X: DataFrames of 26,048 and 6,513 rows, indexed from 0, all 12 features as they came (integers,
    and words with NaN for unknown); `attrs["source"]` says from where. y: int64 arrays, 1 for more
    than $50,000 a year. `scale` goes to datasets.adult; may raise SourceError.
    """
    table = datasets.adult(scale)
    y = (table["income"] == ">50K").to_numpy(np.int64)
    X = table.drop(columns="income")
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=22
    )
    X_train, X_test = (part.reset_index(drop=True) for part in (X_train, X_test))
    X_train.attrs = X_test.attrs = dict(table.attrs)
    return X_train, X_test, y_train, y_test


def make_preprocessor(log=False, rare=50):
    """An unfitted ColumnTransformer from Adult's columns to floats (n, 48 on load_adult's X_train).

    NUMBERS and SKEWED: gaps to the median, then mean 0 and standard deviation 1; with `log`,
    SKEWED goes through log(1 + x) first. WORDS: gaps to "unknown", then one-hot; categories
    with fewer than `rare` rows, and unseen ones, share a column. `education` is dropped: its rank
    is in NUMBERS. Gaps must be NaN: None counts as a word. A table that lacks a column: ValueError.
    """
    squeeze = FunctionTransformer(np.log1p if log else None, feature_names_out="one-to-one")
    unknown = SimpleImputer(strategy="constant", fill_value="unknown")
    one_hot = OneHotEncoder(
        min_frequency=rare, handle_unknown="infrequent_if_exist", sparse_output=False
    )
    blocks = [
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), NUMBERS),
        (
            "skewed",
            make_pipeline(SimpleImputer(strategy="median"), squeeze, StandardScaler()),
            SKEWED,
        ),
        ("words", make_pipeline(unknown, one_hot), WORDS),
    ]
    return ColumnTransformer(blocks, verbose_feature_names_out=False)
