"""Running notebooks: each way to fail is a result with day, cell and reason, and stops no other."""

import errno
import os
import signal
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context

import psutil
import pytest

from shared import proof
from tools import notebooks, runner
from tools.runner import Result

# What a day's last cell does, without the time that importing shared.day takes.
PROVE = """\
import json, os
from pathlib import Path
from shared import proof
metrics = {"accuracy": {"value": 0.9, "bar": ">= 0.85", "passed": True}}
record = {"schema": 1, "day": DAY, "scale": SCALE, "passed": True, "metrics": metrics,
          "controls": {}, "sources": [], "seed": SEED}
artifacts = Path(os.environ["DAYS_PROOFS"]) / "made"
artifacts.mkdir()
(artifacts / "out.txt").write_text("out")
proof.write(DAY, record, artifacts)"""
MISS = """\
from shared.proof import ProofError
raise ProofError("Day 10 is not proved: accuracy is 0.5;\\nits bar is >= 0.85.")"""
HANG = "import time\ntime.sleep(600)"
SUICIDE = "import os\nos.kill(os.getpid(), 9)"


RECORD = {
    "schema": 1, "day": 7, "scale": "same", "passed": True,
    "metrics": {}, "controls": {}, "sources": [],
}  # fmt: skip


class Here(Executor):
    """Runs what it is given at once, in this process."""

    def submit(self, function, /, *args, **options):
        future = Future()
        try:
            future.set_result(function(*args, **options))
        except Exception as error:  # noqa: BLE001  (as every executor does)
            future.set_exception(error)
        return future


@pytest.fixture
def repository(elsewhere, monkeypatch):
    """A repository elsewhere, with its build folder, and an earlier proof of days 7 to 9."""
    monkeypatch.setattr(runner, "BUILD", elsewhere / "build")
    artifacts = elsewhere / "artifacts"
    artifacts.mkdir()
    for number in (7, 8, 9):
        proof.write(number, {"schema": 1, "day": number, "earlier": True}, artifacts)
    return elsewhere


def content(folder) -> dict:
    """Everything under a folder, hidden folders too, with the content of files."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


# --- a day that works ---------------------------------------------------------------------


@pytest.mark.slow
def test_a_day_that_works_installs_its_proof_with_the_notebook_as_run(
    repository, facts, use_days, write_notebook, monkeypatch
):
    use_days(facts(7))
    write_notebook(facts(7), "DAY = 7\nprint('hello')", PROVE)
    monkeypatch.setenv("DAYS_SCALE", "")
    result = runner.run_day(7, scale="quick", seed=5)
    assert result == Result(7, result.seconds) and result.proved
    made = proof.read(proof.folder(7))
    assert "earlier" not in made, "the new proof has replaced the old one"
    assert (made["scale"], made["seed"]) == ("quick", 5), "the parameters reached the notebook"
    assert set(made["artifacts"]) == {"out.txt", "notebook.ipynb"}
    assert proof.broken(proof.folder(7)) == []
    attached = notebooks.read(proof.folder(7) / proof.NOTEBOOK)
    assert attached.cells[-2].outputs[0].text == "hello\n"
    assert "papermill" not in notebooks.text(attached)
    assert [path.name for path in proof.proofs_folder().iterdir() if path.name[0] == "."] == []
    assert "DAYS_PROOFS" in os.environ and ".run-" not in os.environ["DAYS_PROOFS"]


# --- days that fail -----------------------------------------------------------------------


@pytest.mark.slow
def test_each_failure_is_reported_with_day_cell_and_reason_and_stops_no_other_day(
    repository, facts, use_days, write_notebook
):
    days = {
        7: ["DAY = 7", PROVE, "raise ValueError('no\\n  such column')", "never"],
        8: ["a = 1", SUICIDE, "never"],
        9: ["print('all went well, but there is no proof')"],
        10: [MISS],
        11: ["DAY = 11", PROVE],
    }
    use_days(*(facts(number) for number in [*days, 12]))
    for number, cells in days.items():
        write_notebook(facts(number), *cells)
    before = content(proof.proofs_folder())
    results = list(runner.run_many(Here(), [*days, 12], scale="quick", limit=60))

    by_day = {result.number: result for result in results}
    assert set(by_day) == {*days, 12} and len(results) == len(by_day)
    # Cells are counted as a learner counts them: the first is the one with the parameters.
    assert (by_day[7].cell, by_day[7].reason) == (4, "ValueError: no such column")
    assert (by_day[8].cell, by_day[8].reason) == (3, "its kernel died (out of memory, or killed)")
    assert (by_day[9].cell, by_day[9].reason) == (None, "it ran, but proved nothing")
    assert by_day[10].reason == "Day 10 is not proved: accuracy is 0.5; its bar is >= 0.85."
    assert by_day[11].proved
    assert by_day[12].reason.startswith("day12_pi has no notebook yet")

    after = content(proof.proofs_folder())
    for number in (7, 8, 9):
        assert not by_day[number].proved
    assert before.items() <= after.items(), "earlier proofs stay as they were, byte for byte"
    new = {path.name for path in after.keys() - before.keys()}
    assert new == {"day11", "proof.json", "out.txt", "notebook.ipynb"}, "no staging folder stays"
    assert (runner.BUILD / "notebooks" / "day07_pi.ipynb").exists(), "the failed copy can be read"


@pytest.mark.slow
def test_a_notebook_that_hangs_is_stopped_at_its_limit_and_its_kernel_with_it(
    repository, facts, use_days, write_notebook
):
    use_days(facts(7))
    write_notebook(facts(7), "a = 1", HANG)
    before = content(proof.proofs_folder())
    started = time.monotonic()
    result = runner.run_day(7, limit=2)
    assert time.monotonic() - started < 20
    assert (result.cell, result.reason) == (3, "still running after 2 s")
    assert content(proof.proofs_folder()) == before
    assert kernels() == []


@pytest.mark.slow
def test_a_kernel_killed_from_outside_in_mid_run_is_a_result(
    repository, facts, use_days, write_notebook
):
    use_days(facts(7))
    running = repository / "running"
    write_notebook(facts(7), f"open({str(running)!r}, 'w').close()\n{HANG}")
    before = content(proof.proofs_folder())

    def kill():
        deadline = time.monotonic() + 30
        while not running.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for kernel in kernels():
            kernel.send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    result = runner.run_day(7, limit=60)
    killer.join()
    assert (result.cell, result.reason) == (2, "its kernel died (out of memory, or killed)")
    assert content(proof.proofs_folder()) == before


def kernels() -> list[psutil.Process]:
    """The kernels that this process has started."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "ipykernel_launcher" in " ".join(child.cmdline())]


@pytest.mark.parametrize("content_", ["", "{", "[]"])
def test_a_damaged_notebook_is_a_result(content_, repository, facts, use_days, write_notebook):
    use_days(facts(7))
    write_notebook(facts(7)).write_text(content_)
    result = runner.run_day(7)
    assert not result.proved and "day07" in result.reason


@pytest.mark.parametrize("stage", ["attach", "install"])
def test_a_disk_that_is_full_at_the_end_keeps_the_earlier_proof(
    stage, repository, facts, use_days, write_notebook, monkeypatch
):
    """The notebook has run and proved; then the proof can't be moved to its place."""
    use_days(facts(7))
    write_notebook(facts(7))
    before = content(proof.proofs_folder())

    def execute(notebook, copy, *_):
        copy.write_text(notebooks.text(notebooks.nbformat.v4.new_notebook()))
        proof.write(7, RECORD, repository / "artifacts")

    install = proof.install

    def full(*args):
        if stage == "install" and ".run-" in str(args[1]):  # the notebook's own, into staging
            return install(*args)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(runner, "execute", execute)
    monkeypatch.setattr(proof, stage, full)
    result = runner.run_day(7)
    assert "No space left on device" in result.reason
    assert content(proof.proofs_folder()) == before


# --- workers ------------------------------------------------------------------------------


def die_on_day_8(number: int, **options) -> Result:
    if number == 8:
        os._exit(1)
    return Result(number, float(options["seed"]))


@pytest.mark.slow
def test_a_worker_that_dies_is_a_result_and_no_day_is_missing(repository, monkeypatch):
    monkeypatch.setattr(runner, "run_day", die_on_day_8)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        results = list(runner.run_many(pool, [7, 8, 9], seed=3))
    assert sorted(result.number for result in results) == [7, 8, 9]
    by_day = {result.number: result for result in results}
    assert by_day[7] == Result(7, 3.0), "what was done before counts"
    assert by_day[8].reason.startswith("its worker was lost: ")


def test_an_error_of_one_worker_stops_no_other_day(repository, monkeypatch):
    def run(number):
        if number == 8:
            raise ConnectionError("the cluster went away")
        return Result(number, 1.0)

    monkeypatch.setattr(runner, "run_day", run)
    results = {result.number: result for result in runner.run_many(Here(), [7, 8, 9])}
    assert [results[number].proved for number in (7, 8, 9)] == [True, False, True]
    assert results[8].reason == "its worker was lost: the cluster went away"


def test_a_proof_that_a_worker_wrote_elsewhere_does_not_count_here(repository, monkeypatch):
    monkeypatch.setattr(runner, "run_day", lambda number: Result(number, 1.0))
    results = {result.number: result for result in runner.run_many(Here(), [9, 10])}
    assert results[9].proved
    assert not results[10].proved and "proved, but not here" in results[10].reason


# --- the rest -----------------------------------------------------------------------------


def test_the_environment_is_as_before_after_the_block(monkeypatch):
    monkeypatch.setenv("DAYS_SCALE", "quick")
    monkeypatch.delenv("DAYS_NEW", raising=False)
    before = dict(os.environ)
    with (
        pytest.raises(ZeroDivisionError),
        runner.environment(DAYS_SCALE="full", DAYS_NEW="1"),
    ):
        assert (os.environ["DAYS_SCALE"], os.environ["DAYS_NEW"]) == ("full", "1")
        os.environ["DAYS_MORE"] = "2"
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_the_limit_holds_for_the_whole_notebook_not_for_each_cell(tmp_path, monkeypatch):
    clock, options = [100.0], {}
    monkeypatch.setattr(runner.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(runner.papermill, "execute_notebook", lambda *_, **o: options.update(o))
    runner.execute(tmp_path / "day07_pi.ipynb", tmp_path / "copy.ipynb", {}, limit=10)
    left = []
    for clock[0] in (100.0, 107.0, 200.0):
        left.append(options["timeout_func"](None))
    assert left == [10, 3, 1], "never 0, which would mean no limit at all"


def test_a_full_run_may_take_a_night_and_a_quick_one_minutes(facts, monkeypatch):
    slow = facts(46, quick_seconds=90)
    monkeypatch.delenv("DAYS_SCALE")
    monkeypatch.setattr(runner.warm_kernel, "cuda", lambda: False)
    quick = runner.default_limit(slow, "quick")
    assert 90 < runner.default_limit(facts(7), "quick") < quick < 3600
    assert runner.default_limit(slow, "full") == 12 * 3600
    assert runner.default_limit(slow, "auto") == quick
    monkeypatch.setenv("DAYS_SCALE", "full")
    assert runner.default_limit(slow, "quick") == 12 * 3600, "DAYS_SCALE decides"
    monkeypatch.delenv("DAYS_SCALE")
    monkeypatch.setattr(runner.warm_kernel, "cuda", lambda: True)
    assert runner.default_limit(slow, "auto") == 12 * 3600, "auto is full where a GPU is"
