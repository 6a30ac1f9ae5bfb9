"""How the suite is dealt out: whole files, longest first, no worker idle while another is loaded."""

import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass

import pytest

from shared.curriculum import ROOT

# Six files of four tests; their names are in the order of their lengths, shortest first.
SECONDS = {"test_a": 0.2, "test_b": 0.2, "test_c": 0.8, "test_d": 1.0, "test_e": 1.2, "test_f": 1.6}
FILE = """\
import os, time, pytest
@pytest.mark.parametrize("part", range(4))
def test_part(part):
    start = time.time()
    time.sleep({seconds} / 4)
    with open({log!r}, "a") as log:
        print({name!r}, os.environ["PYTEST_XDIST_WORKER"], start, time.time(), file=log)
"""
# The suite's own settings and conftest.py, with other timings, and none of its traces.
PLUGIN = """\
from tools import timings
timings.read = lambda: {seconds!r}
timings.record = timings.record_memory = lambda *_: None
"""


@dataclass
class File:
    name: str
    worker: str
    start: float
    end: float


@pytest.mark.slow
def test_no_worker_is_idle_while_another_holds_two_long_files(tmp_path):
    log = tmp_path / "log"
    for name, seconds in SECONDS.items():
        content = FILE.format(name=name, seconds=seconds, log=str(log))
        (tmp_path / f"{name}.py").write_text(content)
    (tmp_path / "given_timings.py").write_text(PLUGIN.format(seconds=SECONDS))
    variables = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "DAYS_WARM": "0"}
    ours = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    plugins = ["-p", "given_timings", "-p", "conftest"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", *plugins, "-n2", tmp_path],
        cwd=tmp_path,
        env=ours | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

    parts = defaultdict(list)
    for line in log.read_text().splitlines():
        name, worker, *times = line.split()
        parts[name].append((worker, *map(float, times)))
    assert {len(runs) for runs in parts.values()} == {4}
    assert all(len({worker for worker, *_ in runs}) == 1 for runs in parts.values()), "files split"
    files = sorted(
        (File(name, runs[0][0], runs[0][1], runs[-1][2]) for name, runs in parts.items()),
        key=lambda file: file.start,
    )
    assert {file.name for file in files[:2]} == {"test_f", "test_e"}
    assert files[-1].name in ("test_a", "test_b")
    idle_from = min(max(f.end for f in files if f.worker == worker) for worker in ("gw0", "gw1"))
    waiting = [file.name for file in files if file.start > idle_from]
    assert len(waiting) <= 1 and not set(waiting) - {"test_a", "test_b"}, waiting
