"""The `days` command: what it says, what it returns, and that an error is one sentence."""

import json
import subprocess
import sys

import pytest

from shared import datasets, proof, sources
from shared.curriculum import ROOT
from shared.progress import progress_file
from tools import cli, ledger, runner, timings
from tools.runner import Result

RECORD = {
    "schema": proof.SCHEMA,
    "scale": "same",
    "passed": True,
    "metrics": {"accuracy": {"value": 0.912345, "bar": ">= 0.85", "passed": True}},
    "controls": {},
    "sources": [],
    "code_sha256": None,
}


def write_proof(number: int, **changes):
    artifacts = proof.proofs_folder().parent / "artifacts"
    artifacts.mkdir(exist_ok=True)
    (artifacts / "table.csv").write_text("a,b\n")
    return proof.write(number, RECORD | {"day": number} | changes, artifacts)


def prove(number: int, **options) -> Result:
    """Stands for a run that proves every day but the eighth."""
    if number == 8:
        return Result(8, 1.5, "ValueError: no column ['age'], see [/tmp/x] or [red]", 3)
    write_proof(number, seed=options["seed"])
    return Result(number, 1.5)


@pytest.fixture
def days(elsewhere, facts, use_days, write_notebook, monkeypatch, capsys):
    """Calls the command in a repository elsewhere, with days 7 to 9, of which 9 isn't written.

    Returns the exit status, the output and what came on stderr.
    """
    use_days(facts(7), facts(8, slug="metrics", title="Metrics"), facts(9, slug="later"))
    for day in (facts(7), facts(8, slug="metrics", title="Metrics")):
        write_notebook(day, "1 + 1")
    monkeypatch.setattr(runner, "run_day", prove)
    monkeypatch.setattr(timings, "read", lambda: {"day07_pi": 2.5, "day08_metrics": 9})
    monkeypatch.setattr(ledger, "README", elsewhere / "README.md")
    ledger.README.write_text(f"Hello\n{ledger.BEGIN}\n{ledger.END}\n")
    monkeypatch.setattr(cli.console, "width", 200)
    monkeypatch.setenv("DAYS_WARM", "0")  # nothing here runs long enough to warm up for

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["days", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code or 0, *capsys.readouterr())

    return call


def progress() -> str:
    return progress_file().read_text(encoding="utf-8")


# --- help and mistakes --------------------------------------------------------------------


@pytest.mark.slow
def test_the_module_runs_as_a_program_and_helps():
    command = [sys.executable, "-m", "tools.cli"]
    done = subprocess.run([*command, "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    for name in ("run", "status", "verify", "fetch", "refresh", "exercise", "docs"):
        assert f" {name} " in done.stdout


def test_every_command_has_its_help(days):
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__
        status, out, _ = days(name, "--help")
        assert status == 0 and command.callback.__doc__.splitlines()[0].split()[0] in out


MISTAKES = {
    "no days": (["run"], "Say which days to run"),
    "days and all": (["run", "7", "--all"], "Say which days to run"),
    "unknown day": (["run", "101"], "There is no day 101; days go from 1 to 100."),
    "no number": (["run", "seven"], "'seven' names no days; write 7, 1-14 or 2,3,30."),
    "open range": (["run", "7-"], "names no days"),
    "backward range": (["verify", "8-7"], "names no days"),
    "superscript": (["run", "²"], "names no days"),
    "trailing comma": (["run", "7,"], "names no days"),
    "not written": (["run", "9"], "Day 9 has no notebook yet"),
    "nothing to refresh": (["refresh", "9"], "Day 9 has no notebook yet"),
    "nothing to cut": (["exercise", "9"], "Day 9 has no notebook yet"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_on_stderr_and_status_1(mistake, days):
    arguments, said = MISTAKES[mistake]
    status, out, err = days(*arguments)
    assert status == 1 and said in err
    assert "Traceback" not in err and len(err.splitlines()) == 1
    assert out == "" and not progress_file().exists()


def test_a_command_that_does_not_exist_is_refused(days):
    status, _, err = days("prove")
    assert status == 2 and "No such command 'prove'" in err


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7", [7]),
        ("7-9", [7, 8, 9]),
        ("9,7", [9, 7]),
        (" 7 - 8 , 8, 7 ", [7, 8]),
        ("8-8", [8]),
    ],
)
def test_days_are_named_singly_as_ranges_or_lists(text, numbers, days):
    assert [facts.number for facts in cli._chosen(text)] == numbers


# --- run ----------------------------------------------------------------------------------


def test_a_day_that_is_proved_shows_its_numbers_and_is_ticked(days):
    status, out, err = days("run", "7", "--seed", "5")
    assert (status, err) == (0, "")
    assert "✅" in out and "accuracy 0.9123 (>= 0.85)" in out
    assert "| 7 | Monte-Carlo π | ✅ |" in progress()
    assert proof.read(proof.folder(7))["seed"] == 5


def test_a_day_that_fails_shows_cell_and_reason_and_is_not_ticked(days):
    status, out, _ = days("run", "8")
    assert status == 1
    assert "✗" in out
    assert "code cell 3: ValueError: no column ['age'], see [/tmp/x] or [red]" in out
    assert "| 8 | Metrics |  |  |" in progress()


@pytest.mark.slow
def test_of_many_days_one_that_fails_stops_no_other(days, facts, use_days, write_notebook):
    use_days(facts(7), facts(8, slug="metrics"), facts(9, slug="later"))
    write_notebook(facts(9, slug="later"), "1 + 1")
    status, out, _ = days("run", "--all")
    assert status == 1
    assert "Day 7: proved (1.5 s)" in out and "Day 9: proved (1.5 s)" in out
    assert "Day 8: FAILED: ValueError: no column ['age'], see [/tmp/x] or [red] (1.5 s)" in out
    assert [line[:4] for line in progress().splitlines() if "✅" in line][1:] == ["| 7 ", "| 9 "]


# --- status and verify --------------------------------------------------------------------


def test_status_shows_what_is_written_and_proved_and_brings_progress_in_line(days):
    write_proof(7)
    status, out, _ = days("status")
    assert status == 0
    assert "2 days written, 1 to come; 1 proved." in out
    seven, eight = [line for line in out.splitlines() if line.strip()[:1].isdigit()][:2]
    assert "✅" in seven and "2.5 s" in seven and "30 s" in seven
    assert "✅" not in eight
    assert "| 7 | Monte-Carlo π | ✅ |" in progress()


def test_status_can_show_the_slowest_first(days):
    def order(*options: str) -> list[str]:
        _, out, _ = days("status", *options)
        return [line.split()[0] for line in out.splitlines() if " 30 s" in line]

    assert order() == ["7", "8"]
    assert order("--slow") == ["8", "7"]


def test_verify_finds_whole_proofs_sound_and_counts_them(days):
    write_proof(7, code_sha256=proof.code_sha256(cli._chosen("7")[0].notebook))
    status, out, _ = days("verify")
    assert (status, out) == (0, "1 proof checked, 0 broken.\n")


def test_verify_names_what_is_broken_and_returns_1(days):
    (write_proof(7) / "table.csv").write_text("changed")
    status, out, _ = days("verify")
    assert status == 1
    assert "Day 7: broken: table.csv has changed since the proof was made" in out
    assert "1 proof checked, 1 broken." in out


def test_verify_says_what_is_stale_without_failing(days):
    write_proof(7)
    status, out, _ = days("verify")
    assert status == 0 and "Day 7: stale: the day's code has changed since" in out


def test_verify_of_a_day_that_is_named_wants_its_proof(days):
    status, out, _ = days("verify", "7")
    assert status == 1 and "There is no proof in day07; run the day first." in out


def test_verify_survives_a_record_of_nonsense(days):
    target = write_proof(7)
    (target / "proof.json").write_text(json.dumps(RECORD | {"day": 7, "artifacts": []}))
    status, out, _ = days("verify")
    assert status == 1 and "Day 7: broken: day07/proof.json is damaged" in out


def test_verify_brings_back_a_proof_that_a_crash_put_aside(days):
    target = write_proof(7)
    target.rename(target.with_name(".day07.old"))
    status, out, _ = days("verify")
    assert status == 0 and "1 proof checked" in out


# --- fetch, exercise, docs ----------------------------------------------------------------


def test_fetch_loads_what_the_days_need_once_and_says_where_from(
    days, facts, use_days, monkeypatch
):
    use_days(facts(7, data=["iris"]), facts(8, slug="metrics", data=["iris", "titanic"]))
    asked = []

    def loader(name: str):
        real = getattr(datasets, name)
        return lambda scale: (asked.append((name, scale)), real(scale=scale))[1]

    for name in ("iris", "titanic"):
        monkeypatch.setattr(datasets, name, loader(name))
    status, out, _ = days("fetch")
    assert status == 0
    assert asked == [("iris", "quick"), ("titanic", "quick")]
    assert out.splitlines() == [
        "iris: bundled (data/ in this repository)",
        "titanic: bundled (data/ in this repository)",
    ]


def test_fetch_says_what_no_source_delivered(days, facts, use_days, monkeypatch):
    def nothing(scale):
        return sources.load("set", "MIT", [], scale)

    use_days(facts(7, data=["iris"]))
    monkeypatch.setattr(datasets, "iris", nothing)
    status, _, err = days("fetch", "7", "--scale", "full")
    assert status == 1 and "No source of 'set' delivered at scale 'full'" in err


def test_docs_writes_table_and_generated_cells_and_keeps_the_learners_progress(
    days, elsewhere, facts, use_days, write_notebook
):
    use_days(facts(7))
    bootstrap = "# Colab only: old"
    notebook = write_notebook(facts(7), bootstrap, "print('kept')")
    status, _, err = days("docs")
    assert (status, err) == (0, "")
    assert "Monte-Carlo π" in ledger.README.read_text(encoding="utf-8")
    assert "OWNER/REPO" in notebook.read_text() and "print('kept')" in notebook.read_text()
    assert facts(7).exercise.exists()
    assert "| 7 | Monte-Carlo π |  |  |" in progress()
    progress_file().write_text("mine")
    days("docs")
    assert progress() == "mine"
