"""`days refresh`: outputs that learners see come from a whole, clean run on real data."""

import os

import nbformat
import pytest

from shared import curriculum, proof
from shared.errors import DaysError
from tools import notebooks, refresh, runner

SOLUTION = "#| export\ndef one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


@pytest.fixture
def day(facts, use_days, write_notebook, elsewhere, monkeypatch):
    """A day on disk, in a repository elsewhere; its text, and that of all files beside it."""
    monkeypatch.setattr(runner, "BUILD", elsewhere / "build")
    use_days(facts(7))
    write_notebook(facts(7), "# Colab only: old", SOLUTION, "assert one() == 1", "print('hello')")
    return facts(7)


def run(kind: str = "bundled", proves: bool = True, output: str = "hello\n"):
    """Stands for a run of the notebook: every code cell printed `output`."""

    def execute(notebook, copy, parameters, limit, progress=False):
        nb = notebooks.read(notebook)
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, 1):
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", text=output)]
            cell.metadata["papermill"] = {"start_time": "2026", "duration": 1.5}
        copy.write_text(notebooks.text(nb), encoding="utf-8")
        if proves:
            record = {
                "schema": 1, "day": 7, "scale": "quick", "passed": True, "metrics": {},
                "controls": {}, "sources": [{"name": "set", "kind": kind, "complete": True}],
            }  # fmt: skip
            artifacts = notebook.parent / "artifacts"
            artifacts.mkdir()
            proof.write(7, record, artifacts)

    return execute


def files() -> dict:
    """Every file of days, exercises, lessons and proofs, with its content."""
    return {
        path: path.read_bytes()
        for path in curriculum.ROOT.rglob("*")
        if path.is_file() and "build" not in path.relative_to(curriculum.ROOT).parts
    }


def test_a_good_run_is_stored_clean_with_its_exercise_and_its_lesson(day, monkeypatch):
    monkeypatch.setattr(runner, "execute", run())
    size = refresh.refresh(day, curriculum.load())
    text = day.notebook.read_text(encoding="utf-8")
    assert size == len(text.encode())
    nb = notebooks.read(day.notebook)
    assert nb.cells[0].source == notebooks.header(day, curriculum.load()), "the title is renewed"
    assert nb.cells[-1].outputs[0].text == "hello\n" and "papermill" not in text
    assert "hello" not in day.exercise.read_text().replace("print('hello')", "")
    assert "def one():\n    return 1\n" in day.lesson.read_text()
    assert set(files()) == {day.notebook, day.exercise, day.lesson}, "no proof of the learner's"
    assert list(runner.BUILD.iterdir()) == []
    for path, content in refresh.derived(day, curriculum.load()).items():
        assert path.read_text(encoding="utf-8") == content


def raises(error: Exception):
    """Stands for a run that ends in an error."""

    def execute(*_, **__):
        raise error

    return execute


REFUSED = {
    "stand-in": (run(kind="synthetic"), "ran on a stand-in for set"),
    "no proof": (run(proves=False), "There is no proof in day07"),
    "too large": (run(output="x" * 60_000), "would take 30. kB; draw smaller figures"),
    "hang": (raises(runner.CellTimeoutError("too long")), "day07_pi: still running after"),
    "dead kernel": (raises(runner.DeadKernelError("dead")), "day07_pi: its kernel died"),
    "full disk": (raises(OSError(28, "No space left on device")), "day07_pi: .*No space left"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_run_that_is_not_fit_to_be_stored_writes_nothing(fault, day, monkeypatch):
    execute, said = REFUSED[fault]
    before = files()
    monkeypatch.setattr(runner, "execute", execute)
    with pytest.raises(DaysError, match=said):
        refresh.refresh(day, curriculum.load())
    assert files() == before
    assert list(runner.BUILD.iterdir()) == []


def test_an_export_that_is_no_python_writes_nothing(day, write_notebook, monkeypatch):
    write_notebook(day, "# Colab only: old", "#| export\ndef broken(:")
    before = files()
    monkeypatch.setattr(runner, "execute", run())
    with pytest.raises(DaysError, match=r"day07_pi: what it exports .*Expected a parameter"):
        refresh.refresh(day, curriculum.load())
    assert files() == before


@pytest.mark.slow
def test_a_cell_that_fails_is_named_and_nothing_is_written(day, write_notebook):
    write_notebook(day, "# Colab only: old", "1 / 0")
    before = files()
    with pytest.raises(DaysError, match="day07_pi, code cell 3: ZeroDivisionError: division"):
        refresh.refresh(day, curriculum.load())
    assert files() == before


def test_the_run_is_quick_and_proves_into_a_folder_of_its_own(day, monkeypatch):
    seen = {}

    def execute(notebook, copy, *_, **__):
        seen.update({name: os.environ[name] for name in ("DAYS_SCALE", "DAYS_PROOFS")})
        run()(notebook, copy, {}, 1)

    monkeypatch.setenv("DAYS_SCALE", "full")
    monkeypatch.setattr(runner, "execute", execute)
    refresh.refresh(day, curriculum.load())
    assert seen["DAYS_SCALE"] == "quick"
    assert str(runner.BUILD) in seen["DAYS_PROOFS"]


def test_sync_renews_generated_cells_without_running_and_is_idempotent(day, monkeypatch):
    monkeypatch.setattr(runner, "execute", lambda *_, **__: pytest.fail("ran"))
    refresh.sync(day, curriculum.load())
    once = files()
    assert "OWNER/REPO" in day.notebook.read_text()
    assert set(once) == {day.notebook, day.exercise, day.lesson}
    refresh.sync(day, curriculum.load())
    assert files() == once
