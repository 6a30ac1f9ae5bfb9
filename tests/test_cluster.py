"""Days on a Dask cluster: the same function as here, and a worker that dies costs nothing."""

import json
import subprocess
import sys
import time
from pathlib import Path

import distributed  # noqa: F401 - now: it takes asyncio.run along, which running kernels patch
import psutil
import pytest
from typer.testing import CliRunner

from shared import proof
from shared.curriculum import ROOT
from shared.errors import DaysError
from tools import cli, runner

pytestmark = pytest.mark.slow
# Says when it starts and when it proves; day 7 waits to be let go.
CELLS = """\
import os, tempfile, time
from pathlib import Path
from shared import proof
HERE = Path({here!r})
def say(word):
    with (HERE / "log").open("a") as log:
        log.write(f"{number} {{word}} {{os.getpid()}} {{os.getppid()}}\\n")
say("starts")
while {number} == 7 and not (HERE / "go").exists():
    time.sleep(0.05)
metrics = {{"accuracy": {{"value": 0.9, "bar": ">= 0.85", "passed": True}}}}
record = {{"schema": 1, "day": {number}, "scale": "same", "passed": True, "metrics": metrics,
          "controls": {{}}, "sources": [], "seed": SEED}}
proof.write({number}, record, Path(tempfile.mkdtemp()))
say("proves")"""
# A worker knows no other repository than its own, so it is told of ours as it starts.
PRELOAD = """\
from pathlib import Path
from shared import curriculum
from shared.curriculum import Curriculum, Facts
from tools import runner
curriculum.ROOT = Path({here!r})
runner.BUILD = curriculum.ROOT / "build"
known = Curriculum("OWNER/REPO", "main", {{day.number: day for day in {days!r}}})
curriculum.load = lambda: known
"""


class Cluster:
    """A scheduler and two workers, processes of their own on this machine."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.processes = []
        self.address = ""

    def start(self, *arguments: str) -> subprocess.Popen:
        log = (self.folder / f"{arguments[0]}{len(self.processes)}.log").open("w")
        command = [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]]
        options = ["--host", "127.0.0.1", "--no-dashboard"]
        with log:
            started = subprocess.Popen(
                [*command, *options], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)
        return started

    def worker(self) -> subprocess.Popen:
        preload = str(self.folder / "preload.py")
        folder = str(self.folder / "scratch")
        options = [
            "--nthreads",
            "1",
            "--no-nanny",
            "--preload",
            preload,
            "--local-directory",
            folder,
        ]
        return self.start("worker", self.address, *options)

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                process.kill()
            process.wait()


@pytest.fixture
def days(elsewhere, facts, use_days, write_notebook, monkeypatch):
    """Days 7 to 10, in a repository elsewhere."""
    monkeypatch.setattr(runner, "BUILD", elsewhere / "build")
    made = [facts(number) for number in (7, 8, 9, 10)]
    use_days(*made)
    for day in made:
        write_notebook(day, CELLS.format(here=str(elsewhere), number=day.number))
    return made


@pytest.fixture
def cluster(elsewhere, days):
    (elsewhere / "preload.py").write_text(PRELOAD.format(here=str(elsewhere), days=days))
    found = Cluster(elsewhere)
    address = elsewhere / "scheduler.json"
    try:
        found.start("scheduler", "--port", "0", "--scheduler-file", str(address))
        until(address.exists)
        found.address = json.loads(address.read_text())["address"]
        found.worker(), found.worker()
        yield found
    finally:
        found.stop()


def until(true, seconds: float = 40):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def said(folder: Path) -> list[tuple[int, str, int, int]]:
    """What the notebooks say: day, word, process, its parent."""
    log = folder / "log"
    rows = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return [(int(day), word, int(pid), int(parent)) for day, word, pid, parent in rows]


def test_a_worker_that_is_killed_costs_nothing_and_no_day_is_proved_twice(elsewhere, days, cluster):
    def starts_of_day_7():
        return [line for line in said(elsewhere) if line[:2] == (7, "starts")]

    with runner.cluster(cluster.address) as workers:
        assert cluster.address.startswith("tcp://127.0.0.1:")
        results = runner.run_many(workers, [day.number for day in days], limit=60)
        first = next(results)  # by now both workers have had a day
        until(starts_of_day_7)
        _, _, kernel, parent = starts_of_day_7()[0]
        (worker,) = (process for process in cluster.processes if process.pid == parent)
        worker.kill()
        worker.wait()
        until(lambda: not psutil.pid_exists(kernel), 10)
        (elsewhere / "go").touch()
        results = [first, *results]

    assert sorted(result.number for result in results) == [7, 8, 9, 10]
    assert all(result.proved for result in results), results
    assert len({line[3] for line in starts_of_day_7()}) == 2, "on another worker"
    proved = [day for day, word, *_ in said(elsewhere) if word == "proves"]
    assert sorted(proved) == [7, 8, 9, 10]
    home = proof.proofs_folder()
    assert sorted(path.name for path in home.iterdir()) == ["day07", "day08", "day09", "day10"]
    for folder in home.iterdir():
        assert proof.broken(folder) == []
        assert (folder / proof.NOTEBOOK).exists()


def test_the_command_takes_a_scheduler_and_wants_its_proofs_here(elsewhere, cluster, monkeypatch):
    command = ["run", "8,9", "--scheduler", cluster.address]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 0, done.output
    assert done.output.count("proved (") == 2
    workers = {process.pid for process in cluster.processes[1:]}
    assert {line[3] for line in said(elsewhere)} <= workers

    monkeypatch.setenv("DAYS_PROOFS", str(elsewhere / "other"))
    with runner.cluster(cluster.address) as executor:
        (result,) = runner.run_many(executor, [10])
    assert not result.proved
    assert f"DAYS_PROOFS={elsewhere / 'other'}" in result.reason


def test_without_a_cluster_the_error_says_how_to_start_one(monkeypatch):
    monkeypatch.setattr(runner, "CLUSTER_SECONDS", 1)
    with pytest.raises(DaysError, match="dask scheduler"), runner.cluster("tcp://127.0.0.1:1"):
        pass
