"""Day 27, Flask prediction API: what later days import.

Made from days/phase2_classic_ml/day27_flask_api.ipynb by `days refresh 27`; edit it there.
"""

from typing import Annotated

import numpy as np
import pandas as pd
from flask import Flask, request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from werkzeug.exceptions import HTTPException

LIMITS = {  # whole numbers, both ends allowed
    "age": (0, 120),
    "education_num": (1, 16),
    "capital_gain": (0, 1_000_000),
    "capital_loss": (0, 1_000_000),
    "hours_per_week": (0, 168),
}
WORDS = ["workclass", "marital_status", "occupation", "relationship", "ethnicity", "gender"]
LONGEST = 40  # characters of a word; null stands for "unknown"

Dollars = Annotated[int, Field(ge=0, le=1_000_000)]
Word = Annotated[str, Field(max_length=LONGEST)] | None


class Person(BaseModel):
    """One person as the service wants to hear of them (pydantic checks types and limits)."""

    model_config = ConfigDict(strict=True, extra="forbid")
    age: int = Field(ge=0, le=120)  # years
    education_num: int = Field(ge=1, le=16)  # a rank
    capital_gain: Dollars
    capital_loss: Dollars
    hours_per_week: int = Field(ge=0, le=168)
    workclass: Word
    marital_status: Word
    occupation: Word
    relationship: Word
    ethnicity: Word
    gender: Word


def to_table(people):
    """A DataFrame, one row a Person, null as NaN: what the pipeline was trained on."""
    rows = [person.model_dump() for person in people]
    table = pd.DataFrame(rows)
    # object even where all are unknown: a column of NaN alone would turn into numbers.
    return table.astype(dict.fromkeys(WORDS, object)).where(table.notna(), np.nan)


def create_app(model, max_people=100, max_bytes=64_000, **about):
    """A Flask app that answers for a fitted pipeline: POST /predict, GET /health.

    /predict takes a Person or a list of 1 to `max_people`, and gives {"predictions": [...]} in
    their order. `about`: what /health says besides "ok". Errors are JSON, {"error": ...}, with
    the status of RFC 9110; a body over `max_bytes` isn't read.
    """
    app = Flask("predict")
    app.config["MAX_CONTENT_LENGTH"] = max_bytes
    batch = TypeAdapter(Annotated[list[Person], Field(min_length=1, max_length=max_people)])

    @app.get("/health")
    def health():
        return {"status": "ok", **about}

    @app.post("/predict")
    def predict():
        body = request.get_json()
        people = batch.validate_python(body if isinstance(body, list) else [body])
        probabilities = model.predict_proba(to_table(people))[:, 1].tolist()
        return {"predictions": [{"over_50k": p > 0.5, "probability": p} for p in probabilities]}

    return _with_errors(app)


def _with_errors(app):
    """Make every error of `app` a JSON object with its own status."""

    @app.errorhandler(ValidationError)
    def contract(error):
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        fields = {".".join(map(str, fault["loc"])): fault["msg"] for fault in faults[:20]}
        return {"error": "this is not what /predict expects", "fields": fields}, 422

    @app.errorhandler(RecursionError)
    def too_deep(error):
        return {"error": "nested too deeply"}, 400

    @app.errorhandler(HTTPException)  # an exception that nobody foresaw arrives as a 500
    def http(error):
        return {"error": error.description}, error.code

    return app
