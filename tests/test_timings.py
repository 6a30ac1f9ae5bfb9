"""Timings: what is known of each day's seconds, and which runs may say so."""

import os
import subprocess
import sys

import pytest

from shared.curriculum import ROOT
from tools import timings

# The suite's own conftest.py, with a log in the place of build/timings.json.
PLUGIN = """\
from tools import timings
timings.busy = lambda: {busy}
timings.record_memory = lambda: None
timings.record = lambda seconds: open({log!r}, "w").write(" ".join(sorted(seconds)))
"""
FILES = {
    "test_good.py": "def test_one(): pass\ndef test_two(): pass",
    "test_bad.py": "def test_one(): pass\ndef test_two(): assert False",
}


def test_a_run_adds_to_what_is_known_and_the_rest_stays(tmp_path):
    path = tmp_path / "build" / "timings.json"
    timings.record({"day07_pi": 1.26, "day08_pi": 2}, path)
    timings.record({"day08_pi": 3}, path)
    known = timings.read(path)
    assert (known["day07_pi"], known["day08_pi"]) == (1.3, 3)


def test_before_the_first_run_the_timings_are_those_that_came_along(tmp_path):
    assert timings.read(tmp_path / "none") == timings.read(timings.SEED) != {}
    timings.record({}, tmp_path / "none")
    assert not (tmp_path / "none").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "busy", "recorded"),
    [
        (["."], False, "test_good"),
        (["."], True, None),
        ([".", "-k", "one"], False, None),
        (["test_good.py::test_one"], False, None),
    ],
)
def test_only_files_that_ran_whole_and_undisturbed_are_timed(tmp_path, arguments, busy, recorded):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    log = tmp_path / "log"
    (tmp_path / "plugin.py").write_text(PLUGIN.format(busy=busy, log=str(log)))
    variables = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "DAYS_WARM": "0"}
    ours = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    plugins = ["-p", "plugin", "-p", "conftest", "-p", "no:nbval", "-p", "no:xdist"]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *plugins, *arguments],
        cwd=tmp_path,
        env=ours | variables,
        capture_output=True,
        check=False,
    )
    assert (log.read_text() if log.exists() else None) == recorded
