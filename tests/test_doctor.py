"""`days doctor`: it says what helps, and nothing that is nobody's business."""

import subprocess
import sys

import nbformat.v4 as nb4
import pytest

from shared import proof
from shared.curriculum import ROOT
from tools import doctor, notebooks

TOKEN = "ghp_" + "aB3" * 12
RECORD = {
    "schema": proof.SCHEMA, "scale": "same", "passed": True, "metrics": {}, "controls": {},
    "sources": [],
}  # fmt: skip


@pytest.fixture
def place(elsewhere, facts, use_days, write_notebook, monkeypatch):
    """A repository elsewhere with days 7 and 8, whose last runs are in build/."""
    monkeypatch.setattr(doctor, "BUILD", elsewhere / "build")
    monkeypatch.setattr(doctor, "_machine", lambda: "- a machine")
    for name in ("DAYS_TOKEN", "GITHUB_TOKEN", "DAYS_REPO"):
        monkeypatch.delenv(name, raising=False)
    use_days(facts(7), facts(8, slug="metrics", title="Metrics"))
    write_notebook(facts(7), "1")
    write_notebook(facts(8, slug="metrics", title="Metrics"), "1")
    return elsewhere


def executed(place, day, *cells: tuple[str, list[str] | None]):
    """The copy that a run left: cells with their code, and the lines of an error, if any.

    A cell of None for code was never begun.
    """
    nb = nb4.new_notebook(cells=[nb4.new_code_cell("SEED = 0")])
    nb.cells[0].metadata["tags"] = ["injected-parameters"]
    for code, error in cells:
        cell = nb4.new_code_cell(code)
        cell.metadata["papermill"] = {"start_time": "2026" if error is not None else None}
        if error:
            cell.outputs = [nb4.new_output("error", ename="E", evalue="e", traceback=error)]
        nb.cells.append(cell)
    copy = place / "build" / "notebooks" / f"{day.stem}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(notebooks.text(nb), encoding="utf-8")


def test_it_names_versions_sources_clone_and_days(place, facts, monkeypatch):
    (place / "artifacts").mkdir()
    proof.write(7, RECORD | {"day": 7}, place / "artifacts")
    monkeypatch.setenv("DAYS_SCALE", "quick")
    said = doctor.report()
    for words in (
        "- Python 3.", "- numpy 2.", "DAYS_SCALE=quick", "- mirror: none", "- cache: 0 files, 0 MB",
        "is not a git clone", "- whole proofs: 7\n- broken proofs: none",
    ):  # fmt: skip
        assert words in said
    (proof.folder(7) / "proof.json").write_text("{")
    assert "- whole proofs: none\n- broken proofs: 7" in doctor.report()


def test_it_shows_where_a_day_failed_and_on_what(place, facts):
    error = ["\x1b[31mValueError\x1b[0m: no column 'age'\nlast line"]
    executed(place, facts(7), ("fine = 1", []), ("table['age']", error), ("after()", None))
    said = doctor.report(facts(7))
    assert "- last run stopped half-way: 7" in said
    assert "Code cell 2:" in said and "table['age']" in said
    assert "ValueError: no column 'age'\nlast line" in said and "\x1b" not in said
    assert "fine = 1" not in said and "after()" not in said


def test_a_cell_that_hung_is_named_too(place, facts):
    executed(place, facts(7), ("fine = 1", []), ("forever()", []), ("after()", None))
    said = doctor.report(facts(7))
    assert "Code cell 2:" in said and "forever()" in said and "it was stopped, or died" in said


def test_a_day_that_ran_through_or_never_ran_says_so(place, facts):
    assert "It has not been run here" in doctor.report(facts(7))
    executed(place, facts(7), ("fine = 1", []))
    said = doctor.report(facts(7))
    assert "came to the end" in said and "- last run stopped half-way: none" in said


def test_no_secret_no_password_and_no_name_of_the_user_is_in_it(place, facts, monkeypatch):
    home = place / "home" / "ada"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("DAYS_TOKEN", TOKEN)
    monkeypatch.setenv("SOME_API_KEY", "hunter2hunter2")
    monkeypatch.setenv("DAYS_MIRROR", "http://ada:hunter2@127.0.0.1:9/data")
    error = [f"{home}/x.py, {place}/shared/y.py\nhttps://ada:passw0rd@example.org/z hunter2hunter2"]
    executed(place, facts(7), (f"token = {TOKEN!r}; hf = 'hf_{'x' * 34}'", error))
    said = doctor.report(facts(7))
    for secret in (TOKEN, "hunter2", "passw0rd", "hf_xxx", str(home), str(place)):
        assert secret not in said
    assert "DAYS_TOKEN is set" in said and "DAYS_MIRROR is set" in said
    assert "an address that can't be reached" in said
    assert "<clone>/shared/y.py" in said and "<clone>/home/ada/x.py" in said


def test_the_mirror_is_asked(server, monkeypatch):
    monkeypatch.setenv("DAYS_MIRROR", server.url)
    assert doctor._mirror().startswith("an address that answers (")
    monkeypatch.setenv("DAYS_MIRROR", "/nowhere")
    assert doctor._mirror() == "a folder that isn't there"


def test_the_machine_is_looked_at():
    assert "GiB of memory" in doctor._machine() and "of disk free" in doctor._machine()


@pytest.mark.slow
def test_in_colab_it_runs_without_what_colab_lacks():
    """papermill and nbval are not installed there; torch is hidden only to save its seconds."""
    program = (
        "import runpy, sys; sys.modules.update(dict.fromkeys(['papermill', 'nbval', 'torch']));"
        "sys.argv = ['doctor', '2']; runpy.run_module('tools.doctor', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "### Day 2, NumPy two-layer perceptron" in done.stdout
