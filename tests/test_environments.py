"""Environments of their own: real ones, made once; never a half-made one taken for whole."""

import subprocess
import sys

import pytest

from shared import curriculum, environments
from shared.errors import DaysError

# Stands for the installer: puts a module into the new environment, or fails when asked to.
INSTALL = """
import pathlib, subprocess, sys
python, *wanted = sys.argv[1:]
if "broken==1" in wanted:
    print("some words"); sys.exit("no version of broken matches")
where = subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True)
for name in wanted:
    pathlib.Path(where.strip(), name.partition("==")[0] + ".py").write_text("answer = 42")
"""


@pytest.fixture(autouse=True)
def installer(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYS_CACHE", str(tmp_path))
    monkeypatch.delenv("DAYS_OFFLINE", raising=False)
    calls = []

    def command(python):
        calls.append(python)
        return [sys.executable, "-c", INSTALL, str(python)]

    monkeypatch.setattr(environments, "_installer", command)
    return calls


def runs(python, code: str) -> bool:
    return subprocess.run([python, "-c", code], check=False, capture_output=True).returncode == 0


def test_an_environment_holds_what_it_was_asked_for_and_nothing_of_ours():
    python = environments.make("test", ["thing==1"])
    assert runs(python, "import thing; assert thing.answer == 42")
    assert not runs(python, "import numpy")


def test_it_is_made_once_and_used_offline(installer, monkeypatch):
    python = environments.make("test", ["a==1", "b==2"])
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    assert environments.make("test", ["b==2", "a==1"]) == python
    assert len(installer) == 1


def test_other_versions_are_another_environment(installer):
    assert environments.make("test", ["a==1"]) != environments.make("test", ["a==2"])
    assert len(installer) == 2


def test_offline_says_what_to_do(monkeypatch):
    monkeypatch.setenv("DAYS_OFFLINE", "1")
    with pytest.raises(DaysError, match="run `days fetch`"):
        environments.make("test", ["a==1"])


def test_a_failed_install_gives_its_last_words_and_is_tried_again(installer):
    for _ in range(2):
        with pytest.raises(DaysError, match="can't be made: no version of broken matches"):
            environments.make("test", ["broken==1"])
    assert len(installer) == 2


def test_what_was_left_half_made_is_made_again(installer):
    python = environments.make("test", ["a==1"])
    (python.parents[1] / "ready").unlink()
    (python.parents[1] / "rubbish").touch()
    assert environments.make("test", ["a==1"]) == python
    assert not (python.parents[1] / "rubbish").exists() and len(installer) == 2


def test_pins_are_the_versions_that_run_here():
    pins = environments.service_pins()
    import sklearn

    assert f"scikit-learn=={sklearn.__version__}" in pins
    assert len(pins) == len(environments.SERVICE)


def test_every_environment_that_the_map_names_has_a_documented_function():
    for facts in curriculum.load().days.values():
        for name in facts.environments:
            assert getattr(environments, name).__doc__, f"Day {facts.number}: {name}"
