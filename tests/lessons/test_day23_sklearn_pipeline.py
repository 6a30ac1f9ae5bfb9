"""Day 23's exported pipeline: the same as its parts by hand, blind to what it wasn't given."""

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier

from shared.lessons.day22_feature_pipeline import load_adult, make_preprocessor
from shared.lessons.day23_sklearn_pipeline import fit_model, make_model

X_train, X_test, y_train, y_test = load_adult()
MODEL = fit_model()


def test_fit_model_is_make_model_on_the_training_rows_and_repeats():
    again = make_model().fit(X_train, y_train)
    np.testing.assert_array_equal(again.predict_proba(X_test), MODEL.predict_proba(X_test))
    other = fit_model(seed=1)
    assert not np.array_equal(other.predict_proba(X_test), MODEL.predict_proba(X_test))


def test_it_is_its_two_steps_one_after_the_other():
    some = slice(0, 3000)
    preprocessor = make_preprocessor().fit(X_train[some])
    forest = RandomForestClassifier(20, min_samples_leaf=5, random_state=3)
    forest.fit(preprocessor.transform(X_train[some]), y_train[some])
    model = make_model(seed=3).fit(X_train[some], y_train[some])
    expected = forest.predict_proba(preprocessor.transform(X_test))
    np.testing.assert_array_equal(model.predict_proba(X_test), expected)
    assert list(model.named_steps) == ["prepare", "forest"]


def test_it_beats_the_majority_on_people_it_has_not_seen():
    majority = DummyClassifier().fit(X_train, y_train).score(X_test, y_test)
    assert MODEL.score(X_test, y_test) > majority + 0.09
    assert MODEL.score(X_test, y_test) < 0.90, "too good: has it seen the test rows?"


def test_what_it_remembers_comes_from_its_own_rows_alone():
    part = X_train.iloc[:5000]
    changed = X_train.assign(age=X_train["age"].where(X_train.index < 5000, 99))
    one, other = (
        clone(make_model()).fit(X.iloc[:5000], y_train[:5000]) for X in (X_train, changed)
    )
    np.testing.assert_array_equal(one.predict_proba(X_test), other.predict_proba(X_test))
    mean = one["prepare"].named_transformers_["numbers"][-1].mean_[0]
    assert mean == pytest.approx(part["age"].mean(), abs=1e-9)
    assert mean != pytest.approx(X_train["age"].mean(), abs=1e-6)


def test_no_leaf_holds_a_single_person():
    for tree in MODEL["forest"].estimators_:
        leaves = tree.tree_.children_left == -1
        assert tree.tree_.n_node_samples[leaves].min() >= 3  # 5 draws, some of one person
        assert tree.tree_.weighted_n_node_samples[leaves].min() >= 5


def test_probabilities_one_row_strangers_and_gaps():
    probs = MODEL.predict_proba(X_test)
    assert probs.shape == (6513, 2)
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    np.testing.assert_array_equal(MODEL.predict_proba(X_test.iloc[[9]])[0], probs[9])
    strange = X_test.head(3).assign(workclass="Gig worker", gender=np.nan, occupation=7)
    assert np.isfinite(MODEL.predict_proba(strange)).all()
    gaps = X_test.head(3).astype(object)
    gaps[:] = np.nan
    assert np.isfinite(MODEL.predict_proba(gaps)).all()


def test_order_and_extra_columns_do_no_harm_and_a_missing_one_is_named():
    turned = X_test.head(20)[list(X_test)[::-1]].assign(shoe_size=43)
    np.testing.assert_array_equal(MODEL.predict(turned), MODEL.predict(X_test.head(20)))
    with pytest.raises(ValueError, match="occupation"):
        MODEL.predict(X_test.drop(columns="occupation"))


def test_its_file_is_small_enough_to_commit_and_comes_back_whole(tmp_path):
    joblib.dump(MODEL, tmp_path / "pipeline.joblib", compress=3)
    assert (tmp_path / "pipeline.joblib").stat().st_size < 1_000_000
    loaded = joblib.load(tmp_path / "pipeline.joblib")
    np.testing.assert_array_equal(loaded.predict_proba(X_test), MODEL.predict_proba(X_test))
