"""Day 27's exported service: friends get the model's numbers, everything else a 4xx in JSON."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.lessons.day22_feature_pipeline import load_adult
from shared.lessons.day23_sklearn_pipeline import fit_model
from shared.lessons.day27_flask_api import LIMITS, LONGEST, WORDS, Person, create_app, to_table

numbers = {name: st.integers(low, high) for name, (low, high) in LIMITS.items()}
words = dict.fromkeys(WORDS, st.none() | st.text(st.characters(codec="utf-8"), max_size=LONGEST))
persons = st.fixed_dictionaries(numbers | words)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
FINE = {name: low for name, (low, _) in LIMITS.items()} | dict.fromkeys(WORDS, "x")


class Ages:
    """A model whose probability is the age in hundredths."""

    def predict_proba(self, table):
        p = table["age"].to_numpy() / 100
        return np.column_stack([1 - p, p])


CLIENT = create_app(Ages(), max_people=5, version=7).test_client()


@settings(deadline=None, max_examples=50)
@given(st.lists(persons, min_size=1, max_size=5))
def test_people_who_keep_the_contract_are_answered_in_order(people):
    reply = CLIENT.post("/predict", json=people)
    assert reply.status_code == 200
    predictions = reply.json["predictions"]
    assert [p["probability"] for p in predictions] == [p["age"] / 100 for p in people]
    assert [p["over_50k"] for p in predictions] == [p["age"] > 50 for p in people]


@settings(deadline=None, max_examples=50)
@given(anything)
def test_any_other_json_is_refused_in_json(body):
    reply = CLIENT.post("/predict", data=json.dumps(body), content_type="application/json")
    assert reply.status_code in (400, 422) and reply.json["error"]


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=80))
def test_any_bytes_are_refused_in_json(body):
    reply = CLIENT.post("/predict", data=body, content_type="application/json")
    assert reply.status_code in (400, 422) and reply.json["error"]


@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_those_of_the_table_both_ends_included(name):
    low, high = LIMITS[name]
    for good in (low, high):
        Person(**FINE | {name: good})
    for bad in (low - 1, high + 1, float(low), str(low), True, None):
        with pytest.raises(ValidationError, match=name):
            Person(**FINE | {name: bad})


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    for good in (None, "", "x" * LONGEST):
        Person(**FINE | {name: good})
    for bad in (1, ["x"], "x" * (LONGEST + 1), "\ud800"):
        with pytest.raises(ValidationError, match=name):
            Person(**FINE | {name: bad})


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, {"data": b"{", "content_type": "application/json"}),
        (400, {"data": b"[" * 50_000, "content_type": "application/json"}),
        (413, {"data": b" " * 64_001, "content_type": "application/json"}),
        (415, {"data": b"{}"}),
        (422, {"json": []}),
        (422, {"json": [FINE] * 6}),
        (404, {"path": "/"}),
        (405, {"method": "GET"}),
    ],
)
def test_each_mistake_has_its_status(status, request_):
    reply = CLIENT.open(**{"path": "/predict", "method": "POST"} | request_)
    assert reply.status_code == status and isinstance(reply.json["error"], str)
    assert CLIENT.post("/predict", json=FINE).status_code == 200, "the service lives on"


def test_our_own_faults_are_a_500_that_tells_nothing(caplog):
    class Broken:
        def predict_proba(self, table):
            raise ValueError("the password is swordfish")

    reply = create_app(Broken()).test_client().post("/predict", json=FINE)
    assert reply.status_code == 500 and reply.is_json
    assert "swordfish" not in reply.text and "swordfish" in caplog.text


def test_faults_name_the_field_and_the_person_but_not_the_value():
    reply = CLIENT.post("/predict", json=[FINE, FINE | {"age": 99999}])
    assert list(reply.json["fields"]) == ["1.age"] and "99999" not in reply.text
    assert CLIENT.get("/health").json == {"status": "ok", "version": 7}


def test_through_json_the_pipeline_gives_the_same_numbers():
    X = load_adult()[1].head(300)
    model = fit_model()
    rows = X[[*LIMITS, *WORDS]].to_dict("records")
    people = [{k: None if v != v else v for k, v in row.items()} for row in rows]
    assert any(None in person.values() for person in people)
    expected = model.predict_proba(X)[:, 1]
    client = create_app(model, max_people=300, max_bytes=10**6).test_client()
    said = client.post("/predict", json=people).json["predictions"]
    assert [p["probability"] for p in said] == expected.tolist()
    gaps = to_table([Person(**FINE | dict.fromkeys(WORDS))])
    assert gaps[WORDS].isna().all(axis=None) and set(map(str, gaps[WORDS].dtypes)) == {"object"}
    assert np.isfinite(model.predict_proba(gaps)).all()
