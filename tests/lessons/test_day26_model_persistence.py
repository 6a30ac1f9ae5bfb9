"""Day 26's exported save and load: what comes back is what went in, and nothing runs unchecked."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from shared.curriculum import ROOT
from shared.lessons.day26_model_persistence import (
    differences,
    load_model,
    read_stamp,
    save_model,
    stamp_path,
    versions,
)


class Stranger:
    """Its pickle makes an empty file when it is loaded."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "line.joblib"
    X = pd.DataFrame({"a": [0.0, 1, 2], "b": [1.0, 0, 5]})
    model = LinearRegression().fit(X, [1, 2, 9])
    return path, model, save_model(model, path, title="a line")


def test_a_model_comes_back_whole_and_its_stamp_tells_the_truth(saved):
    path, model, stamp = saved
    np.testing.assert_array_equal(load_model(path).coef_, model.coef_)
    content = path.read_bytes()
    assert stamp == read_stamp(path) == json.loads(stamp_path(path).read_text())
    assert stamp["sha256"] == hashlib.sha256(content).hexdigest() and stamp["bytes"] == len(content)
    assert stamp["features"] == ["a", "b"] and stamp["title"] == "a line"
    assert stamp["versions"] == versions() and not differences(stamp)
    assert versions()["scikit-learn"] == sklearn.__version__


@settings(deadline=None, max_examples=30)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("flip") / "numbers.joblib"
    save_model(np.arange(50.0), path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(ValueError, match="another file"):
        load_model(path)


def test_nothing_of_a_swapped_file_runs(saved, tmp_path):
    path, _, stamp = saved
    mark = tmp_path / "mark"
    joblib.dump(Stranger(mark), path)
    for options in ({}, {"any_version": True}, {"sha256": stamp["sha256"]}):
        with pytest.raises(ValueError, match="another file"):
            load_model(path, **options)
    save_model(Stranger(mark), path)  # the stamp swapped as well
    with pytest.raises(ValueError, match=stamp["sha256"][:12]):
        load_model(path, sha256=stamp["sha256"])
    assert not mark.exists()
    load_model(path).close()
    assert mark.exists(), "or the test tests nothing"


def test_another_version_is_refused_by_name_before_anything_runs(saved, tmp_path):
    path, _, _ = saved
    mark = tmp_path / "mark"
    stamp = save_model(Stranger(mark), path)
    stamp["versions"]["scikit-learn"] = "0.19.1"
    stamp_path(path).write_text(json.dumps(stamp))
    assert differences(stamp) == [f"scikit-learn 0.19.1 made it, {sklearn.__version__} runs here"]
    with pytest.raises(ValueError, match=r"scikit-learn 0\.19\.1 made it"):
        load_model(path)
    assert not mark.exists()
    load_model(path, any_version=True).close()


def test_a_library_that_is_not_here_is_a_difference(saved):
    stamp = saved[2] | {"versions": {"catboost": "1.0"}}
    assert differences(stamp) == ["catboost 1.0 made it, none runs here"]


def test_a_missing_or_damaged_stamp_is_one_sentence(saved, tmp_path):
    path, model, _ = saved
    joblib.dump(model, tmp_path / "bare.joblib")
    with pytest.raises(ValueError, match=r"bare\.joblib has no stamp"):
        load_model(tmp_path / "bare.joblib")
    stamp_path(path).write_text("{")
    with pytest.raises(ValueError, match="Expecting property name"):
        load_model(path)
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "nowhere.joblib")


def test_the_module_stands_alone(saved):
    """Day 28 copies this one file into an image that has no `shared`."""
    path, _, _ = saved
    lesson = ROOT / "shared" / "lessons" / "day26_model_persistence.py"
    alone = path.parent / "persistence.py"
    alone.write_text(lesson.read_text())
    code = "import pathlib, persistence as p, sys; print(p.load_model(pathlib.Path(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", code, Path(path)], cwd=alone.parent, env={"PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("LinearRegression")
