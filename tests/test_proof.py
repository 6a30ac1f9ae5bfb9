"""Proofs: judged by bars and controls, written whole or not at all, checked again later."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from shared import proof
from shared.curriculum import Curriculum
from shared.proof import ProofError

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture
def artifacts(tmp_path):
    """What a run leaves: a table and, in a folder, a figure."""
    folder = tmp_path / "artifacts"
    (folder / "figures").mkdir(parents=True)
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "figures" / "loss.png").write_bytes(b"\x89PNG")
    return folder


def record(**changes) -> dict:
    """The record of a proof of day 7, at the scale of the day as promised, on real data."""
    source = {"name": "set", "kind": "web", "complete": True}
    return {
        "schema": proof.SCHEMA,
        "day": 7,
        "scale": "same",
        "passed": True,
        "metrics": {"accuracy": {"value": 0.9, "bar": ">= 0.85", "passed": True}},
        "controls": {"wall": {"accuracy": {"value": 0.1, "missed": True, "must_miss": True}}},
        "sources": [source],
        "code_sha256": None,
    } | changes


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- judging ------------------------------------------------------------------------------


def judge(facts, subject=0.9, control=0.1, **bars):
    day = facts(7, bars={"accuracy": {"same": ">= 0.85"} | bars})
    controls = {} if control is None else {"wall": {"accuracy": control}}
    return proof.judge(day, "same", set(), {"accuracy": subject}, controls)


def test_a_subject_above_the_bar_and_a_control_below_it_pass(facts):
    verdict = judge(facts)
    assert verdict.passed
    assert verdict.metrics == {"accuracy": {"value": 0.9, "bar": ">= 0.85", "passed": True}}
    assert verdict.controls == {
        "wall": {"accuracy": {"value": 0.1, "missed": True, "must_miss": True}}
    }


def test_a_missed_bar_is_a_fault_with_both_numbers(facts):
    verdict = judge(facts, subject=0.8)
    assert not verdict.passed
    assert verdict.faults == ["accuracy is 0.8; its bar is >= 0.85"]


def test_nan_is_a_missed_bar(facts):
    verdict = judge(facts, subject=float("nan"))
    assert verdict.faults == ["accuracy is nan; its bar is >= 0.85"]
    assert verdict.metrics["accuracy"]["value"] == "nan", "JSON has no NaN"


def test_a_control_that_reaches_the_bar_is_a_fault_that_names_it(facts):
    [fault] = judge(facts, control=0.85).faults
    assert "control (wall)" in fault and "proves nothing" in fault


def test_a_control_may_reach_a_bar_marked_any(facts):
    day = facts(7, bars={"rows": {"same": "== 3", "control": "any"}})
    verdict = proof.judge(day, "same", set(), {"rows": 3}, {"wall": {"rows": 3}})
    assert verdict.passed
    assert verdict.controls["wall"]["rows"] == {"value": 3, "missed": False, "must_miss": False}


def test_one_of_several_controls_that_passes_is_enough_to_fail(facts):
    controls = {"wall": {"accuracy": 0.1}, "mirror": {"accuracy": 0.95}}
    verdict = proof.judge(facts(7), "same", set(), {"accuracy": 0.9}, controls)
    [fault] = verdict.faults
    assert "mirror" in fault and "wall" not in fault


def test_a_control_that_the_map_names_must_be_there(facts):
    with pytest.raises(ProofError, match="Day 7 needs its control: darts thrown at a wall"):
        judge(facts, control=None)


def test_without_a_control_in_the_map_none_is_needed(facts):
    day = facts(7, control="", no_control="nothing is learned")
    assert proof.judge(day, "same", set(), {"accuracy": 0.9}, {}).passed


@pytest.mark.parametrize("subject", [{}, {"precision": 1}, {"accuracy": 1, "precision": 1}])
def test_metrics_and_bars_must_have_the_same_names(subject, facts):
    with pytest.raises(ProofError, match="Give them the same names"):
        proof.judge(facts(7), "same", set(), subject, {"wall": {"accuracy": 0}})


def test_a_control_that_measures_something_else_is_refused(facts):
    with pytest.raises(ProofError, match=r"measured \['precision'\]"):
        proof.judge(facts(7), "same", set(), {"accuracy": 0.9}, {"wall": {"precision": 0}})


def test_a_metric_with_a_bar_at_one_scale_is_measured_there_and_nowhere_else(facts):
    bars = {"error": {"quick": "< 1", "full": "< 1"}, "gain": {"full": "> 2"}}
    day = facts(7, scale="both", bars=bars)
    both, one = {"error": 0.5, "gain": 3}, {"error": 0.5}
    for scale, right, wrong in (("quick", one, both), ("full", both, one)):
        controls = {"wall": {name: -9 * value + 9 for name, value in right.items()}}
        controls["wall"] |= {name: 0 for name in right if name == "gain"}
        assert proof.judge(day, scale, set(), right, controls).passed
        with pytest.raises(ProofError, match=f"bars at scale '{scale}'"):
            proof.judge(day, scale, set(), wrong, controls)


def test_the_bar_of_a_stand_in_holds_where_the_data_were_one(facts):
    bars = {"accuracy": {"quick": ">= 0.5", "quick_synthetic": ">= 0.6"}}
    day = facts(7, scale="both", bars=bars)
    measured = ({"accuracy": 0.55}, {"wall": {"accuracy": 0.1}})
    assert proof.judge(day, "quick", {"mirror"}, *measured).passed
    assert not proof.judge(day, "quick", {"synthetic"}, *measured).passed


def test_numbers_of_numpy_are_judged_like_any_other(facts):
    verdict = judge(facts, subject=np.float32(0.9), control=np.float64("inf"))
    assert verdict.metrics["accuracy"]["value"] == pytest.approx(0.9)
    assert verdict.controls["wall"]["accuracy"]["value"] == "inf"
    assert json.loads(proof.dump({"metrics": verdict.metrics, "controls": verdict.controls}))


# --- writing ------------------------------------------------------------------------------


def test_a_proof_is_its_artifacts_and_the_record_of_their_hashes(artifacts):
    target = proof.write(7, record(), artifacts)
    assert target == proof.folder(7) and target.name == "day07"
    assert set(tree(target)) == {"proof.json", "table.csv", "figures/loss.png"}
    made = proof.read(target)
    assert made["artifacts"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in tree(artifacts).items()
    }
    assert proof.broken(target) == []


def test_a_proof_can_be_read_by_others(artifacts):
    artifacts.chmod(0o700)  # as every temporary folder is
    target = proof.write(7, record(), artifacts)
    assert target.stat().st_mode & 0o777 == 0o755
    assert (target / "proof.json").stat().st_mode & 0o777 == 0o644


def test_a_new_proof_replaces_the_old_one_whole(artifacts):
    proof.write(7, record(seed=1), artifacts)
    (artifacts / "table.csv").rename(artifacts / "other.csv")
    target = proof.write(7, record(seed=2), artifacts)
    assert proof.read(target)["seed"] == 2
    assert set(tree(target)) == {"proof.json", "other.csv", "figures/loss.png"}
    assert [path.name for path in proof.proofs_folder().iterdir()] == ["day07"]


def fail(monkeypatch, owner, name: str, on_call: int = 1) -> list:
    """Makes the n-th call of a function fail as on a full disk; returns the calls."""
    real, calls = getattr(owner, name), []

    def full(*args, **options):
        calls.append(args)
        if len(calls) == on_call:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*args, **options)

    monkeypatch.setattr(owner, name, full)
    return calls


STAGES = {
    "making a draft": (proof.tempfile, "mkdtemp", 1),
    "copying artifacts": (shutil, "copytree", 1),
    "writing the record": (os, "fsync", 1),
    "renaming the record": (os, "replace", 1),
    "putting the earlier proof aside": (os, "replace", 2),
    "renaming the new proof": (os, "replace", 3),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_leaves_the_earlier_proof_and_nothing_else(stage, artifacts, monkeypatch):
    proof.write(7, record(seed=1), artifacts)
    before = tree(proof.proofs_folder())
    (artifacts / "table.csv").write_text("new")
    with monkeypatch.context() as patch:
        calls = fail(patch, *STAGES[stage])
        with pytest.raises(OSError, match="No space left on device"):
            proof.write(7, record(seed=2), artifacts)
    assert len(calls) >= STAGES[stage][2], "the stage was reached"
    assert tree(proof.proofs_folder()) == before
    assert [path.name for path in proof.proofs_folder().iterdir()] == ["day07"]


@pytest.mark.parametrize("stage", list(STAGES)[:4])
def test_a_full_disk_before_the_first_proof_leaves_none(stage, artifacts, monkeypatch):
    with monkeypatch.context() as patch:
        fail(patch, *STAGES[stage])
        with pytest.raises(OSError, match="No space left on device"):
            proof.write(7, record(), artifacts)
    assert list(proof.proofs_folder().iterdir()) == []


def crash_between_the_renames(artifacts, monkeypatch) -> None:
    """What is on disk when the power fails after the earlier proof was put aside."""
    real = os.replace

    class Power(BaseException):
        pass

    def replace(source, target):
        if Path(target).name == "day07":
            raise Power
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", replace)
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(Power):
            proof.write(7, record(seed=2), artifacts)
    assert not proof.folder(7).exists()


def test_a_crash_between_the_two_renames_loses_nothing(artifacts, monkeypatch):
    proof.write(7, record(seed=1), artifacts)
    before = tree(proof.folder(7))
    crash_between_the_renames(artifacts, monkeypatch)
    proof.recover(proof.folder(7))
    assert tree(proof.folder(7)) == before


def test_the_next_proof_after_a_crash_installs_as_ever(artifacts, monkeypatch):
    proof.write(7, record(seed=1), artifacts)
    crash_between_the_renames(artifacts, monkeypatch)
    target = proof.write(7, record(seed=3), artifacts)
    assert proof.read(target)["seed"] == 3
    assert not (proof.proofs_folder() / ".day07.old").exists()


def test_a_crash_that_left_the_old_proof_beside_the_new_one_is_no_hindrance(artifacts):
    target = proof.write(7, record(seed=1), artifacts)
    shutil.copytree(target, proof.proofs_folder() / ".day07.old")
    assert proof.read(proof.write(7, record(seed=2), artifacts))["seed"] == 2
    assert [path.name for path in proof.proofs_folder().iterdir()] == ["day07"]


def test_recovering_a_proof_that_is_there_only_tidies_up(artifacts):
    target = proof.write(7, record(seed=1), artifacts)
    before = tree(target)
    shutil.copytree(target, proof.proofs_folder() / ".day07.old")
    proof.recover(target)
    assert tree(proof.proofs_folder()) == {f"day07/{name}": text for name, text in before.items()}


def test_a_text_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "progress.md"
    proof.write_text(path, "old")
    with monkeypatch.context() as patch:
        fail(patch, os, "fsync")
        with pytest.raises(OSError, match="No space"):
            proof.write_text(path, "new")
    assert tree(tmp_path) == {"progress.md": b"old"}


def test_an_attached_file_is_part_of_the_proof(artifacts):
    target = proof.write(7, record(), artifacts)
    proof.attach(target, proof.NOTEBOOK, "{}")
    assert proof.read(target)["artifacts"][proof.NOTEBOOK] == hashlib.sha256(b"{}").hexdigest()
    assert proof.broken(target) == []
    (target / proof.NOTEBOOK).write_text("{ }")
    assert proof.broken(target) == ["notebook.ipynb has changed since the proof was made"]


def test_scalars_of_numpy_and_torch_become_plain_numbers():
    torch = pytest.importorskip("torch")
    values = {"n": np.int64(3), "x": np.float32(0.5), "t": torch.tensor(2)}
    assert json.loads(proof.dump(values)) == {"n": 3, "x": 0.5, "t": 2}


# --- reading and checking again -----------------------------------------------------------


def edit(target: Path, change) -> None:
    """Change the record of a proof behind its back."""
    made = json.loads((target / "proof.json").read_text())
    change(made)
    (target / "proof.json").write_text(json.dumps(made))


def test_no_proof_is_a_sentence_that_names_the_folder():
    with pytest.raises(ProofError, match="There is no proof in day07; run the day first"):
        proof.read(proof.folder(7))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"day": 7,', "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[]", "lacks fields"),
        (b'{"day": 7}', "lacks fields"),
    ],
)
def test_a_damaged_record_is_a_sentence(content, said, artifacts):
    target = proof.write(7, record(), artifacts)
    (target / "proof.json").write_bytes(content)
    [fault] = proof.broken(target)
    assert said in fault and "run the day again" in fault


@pytest.mark.parametrize("name", ["table.csv", "figures/loss.png"])
def test_missing_and_changed_files_are_found(name, artifacts):
    target = proof.write(7, record(), artifacts)
    (target / name).write_bytes(b"changed")
    assert proof.broken(target) == [f"{name} has changed since the proof was made"]
    (target / name).unlink()
    assert proof.broken(target) == [f"{name} is missing"]


def test_an_artifact_called_proof_json_in_a_folder_is_hashed_too(artifacts):
    (artifacts / "figures" / "proof.json").write_text("{}")
    assert "figures/proof.json" in proof.read(proof.write(7, record(), artifacts))["artifacts"]


EDITS = {
    "value raised": (
        lambda made: made["metrics"]["accuracy"].update(value=0.1),
        "don't give the verdict",
    ),
    "bar lowered": (
        lambda made: made["metrics"]["accuracy"].update(bar=">= 0.99"),
        "don't give the verdict",
    ),
    "a missed bar that passed": (
        lambda made: made["metrics"]["accuracy"].update(value=0.1, passed=False),
        "a metric missed its bar",
    ),
    "control's value": (
        lambda made: made["controls"]["wall"]["accuracy"].update(value=0.9),
        "verdict on the control (wall) is false",
    ),
    "control that passed": (
        lambda made: made["controls"]["wall"]["accuracy"].update(value=0.9, missed=False),
        "its control (wall) reaches accuracy too",
    ),
    "another day": (lambda made: made.update(day=8), "is the proof of day 8"),
    "nonsense for a bar": (
        lambda made: made["metrics"]["accuracy"].update(bar="high"),
        "is damaged",
    ),
    "nonsense for metrics": (lambda made: made.update(metrics=[1]), "is damaged"),
    "nonsense for artifacts": (lambda made: made.update(artifacts=None), "is damaged"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_record_is_found_out(name, artifacts):
    target = proof.write(7, record(), artifacts)
    assert proof.broken(target) == []
    change, said = EDITS[name]
    edit(target, change)
    assert any(said in fault for fault in proof.broken(target)), proof.broken(target)


def test_a_proof_copied_to_another_day_is_broken(artifacts):
    target = proof.write(7, record(), artifacts)
    shutil.copytree(target, proof.folder(8))
    assert proof.broken(proof.folder(8)) == ["is the proof of day 7, in the folder day08"]


def stale(facts, *days, made: dict, artifacts) -> list[str]:
    known = Curriculum("OWNER/REPO", "main", {day.number: day for day in days or [facts(7)]})
    return proof.stale(proof.write(7, made, artifacts), known)


@pytest.mark.usefixtures("elsewhere")
def test_nothing_is_stale_while_nothing_moves(facts, artifacts):
    assert stale(facts, made=record(), artifacts=artifacts) == []


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(("bar", "word"), [(">= 0.88", "still reached"), (">= 0.95", "now missed")])
def test_a_bar_that_moved_is_named_with_its_verdict(bar, word, facts, artifacts):
    day = facts(7, bars={"accuracy": {"same": bar}})
    [note] = stale(facts, day, made=record(), artifacts=artifacts)
    assert note == f"accuracy: the bar moved from >= 0.85 to {bar}, {word}"


@pytest.mark.usefixtures("elsewhere")
def test_metrics_that_came_or_went_are_named(facts, artifacts):
    day = facts(7, bars={"precision": {"same": ">= 0.5"}})
    notes = stale(facts, day, made=record(), artifacts=artifacts)
    assert [note.partition(":")[0] for note in notes] == ["accuracy", "precision"]


@pytest.mark.usefixtures("elsewhere")
def test_a_scale_that_the_day_no_longer_has_is_a_note(facts, artifacts):
    day = facts(7, scale="both", bars={"accuracy": {"quick": ">= 0.5", "full": ">= 0.6"}})
    [note] = stale(facts, day, made=record(), artifacts=artifacts)
    assert note == "accuracy: measured then or asked for now at scale 'same', but not both"


def test_changed_code_is_stale_but_new_outputs_and_prose_are_not(facts, artifacts, write_notebook):
    notebook = write_notebook(facts(7), "1 + 1")
    made = record(code_sha256=proof.code_sha256(notebook))
    nb = json.loads(notebook.read_text())
    nb["cells"][0]["source"] = "# Another title"
    nb["cells"][-1]["execution_count"] = 5
    notebook.write_text(json.dumps(nb))
    assert stale(facts, made=made, artifacts=artifacts) == []
    write_notebook(facts(7), "1 + 2")
    assert stale(facts, made=made, artifacts=artifacts) == ["the day's code has changed since"]


def test_where_one_cell_ends_is_part_of_the_code(facts, write_notebook):
    one = proof.code_sha256(write_notebook(facts(7), "a = 1", "b = 2"))
    other = proof.code_sha256(write_notebook(facts(7), "a = 1\nb = 2"))
    assert one != other
    assert proof.code_sha256(Path("/nowhere/day07.ipynb")) is None


# --- the mark -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "kind", "complete", "mark"),
    [
        ("full", "web", True, "✅"),
        ("same", "bundled", True, "✅"),
        ("quick", "web", True, "◐"),
        ("full", "mirror", False, "◐"),
        ("same", "mirror", False, "◐"),
        ("quick", "mirror", False, "◐"),
        ("quick", "synthetic", True, "◐"),
        ("same", "synthetic", True, "◐"),
    ],
)
def test_only_the_day_as_promised_earns_the_full_mark(scale, kind, complete, mark):
    real = {"name": "other", "kind": "bundled", "complete": True}
    source = {"name": "set", "kind": kind, "complete": complete}
    assert proof.mark(record(scale=scale, sources=[real, source])) == mark
    assert proof.mark(record(scale=scale, sources=[source], passed=False)) == ""


def test_a_day_without_data_earns_its_mark_by_scale():
    assert proof.mark(record(sources=[])) == "✅"
    assert proof.mark(record(sources=[], scale="quick")) == "◐"
