"""A day as its notebook sees it: scale, seed, files, and the proof at the end."""

import json
import random

import numpy as np
import pytest
import torch

from shared import curriculum, day, device, proof, sources
from shared.day import start_day
from shared.device import Hardware
from shared.errors import DaysError
from shared.proof import ProofError

GPU = Hardware("cuda", "Tesla T4", 14.7, (7, 5), bf16=False, tf32=False)
BARS = {"accuracy": {"same": ">= 0.85"}, "rows": {"same": "== 3", "control": "any"}}


@pytest.fixture(autouse=True)
def days(machine, facts, use_days):
    """Day 7 does the same work everywhere; Day 34 has two scales and torch."""
    both = {"accuracy": {"quick": ">= 0.5", "quick_synthetic": ">= 0.6", "full": ">= 0.7"}}
    use_days(
        facts(7, bars=BARS),
        facts(34, slug="cnn", scale="both", packages=["numpy", "torch"], gpu_gib=6, bars=both),
    )


@pytest.fixture
def gpu(monkeypatch):
    """A GPU in this machine; returns the memory caps that were asked for."""
    caps = []
    monkeypatch.setattr(device, "detect", lambda: GPU)
    monkeypatch.setattr(device, "cap_memory", lambda hardware, gib: caps.append((hardware, gib)))
    return caps


# --- scale --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "forced", "decided"),
    [
        ("auto", "", "quick"),
        ("quick", "", "quick"),
        ("full", "", "full"),
        ("auto", "full", "full"),
        ("full", "quick", "quick"),
        ("quick", "auto", "quick"),
    ],
)
def test_without_a_gpu_auto_is_quick_and_days_scale_decides(asked, forced, decided, monkeypatch):
    monkeypatch.setattr(device, "detect", device.cpu)
    monkeypatch.setenv("DAYS_SCALE", forced)
    assert start_day(34, scale=asked).scale == decided


def test_with_a_gpu_auto_is_full(gpu):
    assert start_day(34).scale == "full"
    assert start_day(34, scale="quick").scale == "quick"


@pytest.mark.parametrize("asked", ["auto", "quick", "full"])
def test_a_day_that_does_the_same_work_everywhere_has_one_scale(asked):
    assert start_day(7, scale=asked).scale == "same"


@pytest.mark.parametrize("number", [7, 34])
def test_an_unknown_scale_is_a_sentence_that_names_the_choices(number, monkeypatch):
    with pytest.raises(DaysError, match="no scale 'fast'; choose 'auto', 'quick' or 'full'"):
        start_day(number, scale="fast")
    monkeypatch.setenv("DAYS_SCALE", "slow")
    with pytest.raises(DaysError, match="no scale 'slow'"):
        start_day(number)


def test_an_unknown_day_is_a_sentence():
    with pytest.raises(DaysError, match="There is no day 101; days go from 1 to 100"):
        start_day(101)


def test_pick_takes_the_value_of_the_scale():
    assert start_day(34, scale="quick").pick(quick=1, full=15) == 1
    assert start_day(34, scale="full").pick(quick=1, full=15) == 15


def test_pick_on_a_day_of_one_scale_is_refused():
    with pytest.raises(DaysError, match="nothing to pick"):
        start_day(7).pick(quick=1, full=15)


# --- what start_day prepares --------------------------------------------------------------


def draws(seed: int) -> list:
    today = start_day(34, scale="quick", seed=seed)
    return [random.random(), np.random.rand(), torch.rand(1).item(), today.rng.random()]


def test_the_same_seed_gives_the_same_random_numbers_everywhere():
    first, again, other = draws(3), draws(3), draws(4)
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_gpu_memory_is_capped_at_the_days_budget(gpu):
    start_day(34)
    assert gpu == [(GPU, 6)]


def test_a_day_without_torch_does_not_look_for_a_gpu(monkeypatch):
    monkeypatch.setattr(device, "detect", lambda: pytest.fail("looked for a GPU"))
    assert start_day(7).hardware.kind == "cpu"


def test_the_device_is_torchs(gpu):
    assert start_day(34).device == torch.device("cuda")
    assert start_day(7).device == torch.device("cpu")


def test_a_day_says_what_it_is_about_to_do(capsys):
    start_day(7, seed=5)
    line = capsys.readouterr().out
    assert line.startswith("Day 7, Monte-Carlo π: scale same, seed 5, ")


def test_a_day_forgets_the_sources_of_the_day_before(machine):
    sources.ledger.append("yesterday's")
    start_day(7)
    assert sources.ledger == []


def test_artifacts_go_to_a_folder_that_vanishes_with_the_day():
    today = start_day(7)
    folder = today.artifacts
    (folder / "a.txt").write_text("a")
    assert today.root not in folder.parents
    del today
    assert not folder.exists()


def test_checkpoints_outlive_the_day_in_the_cache_or_on_drive(machine, monkeypatch):
    kept = start_day(7).checkpoints
    assert kept.is_dir() and machine / "cache" in kept.parents and kept.name == "day07"
    (machine / "drive").mkdir()
    monkeypatch.setattr(day, "DRIVE", machine / "drive")
    kept = start_day(7).checkpoints
    assert kept == machine / "drive" / "100-days-of-ai" / "checkpoints" / "day07"
    assert kept.is_dir()


# --- the proof ----------------------------------------------------------------------------


def measure(accuracy: float) -> dict[str, float]:
    return {"accuracy": accuracy, "rows": 3}


def prove(accuracy: float = 0.9, control=0.1, **options) -> None:
    today = start_day(7, seed=11)
    (today.artifacts / "table.csv").write_text("a,b\n")
    today.prove(measure, subject=accuracy, control=control, **options)


def before_and_after(run) -> tuple[dict, dict]:
    """The content of every file under proofs/, before and after `run`."""
    home = proof.proofs_folder()

    def content() -> dict:
        return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}

    before = content()
    run()
    return before, content()


def test_a_proof_records_all_that_it_rests_on(capsys):
    used = sources.Used("set", "web", "http://x", {"f": "0" * 64}, True, "MIT")
    today = start_day(7, seed=11)
    (today.artifacts / "table.csv").write_text("a,b\n")
    sources.ledger.append(used)
    today.prove(measure, subject=0.9, control=0.1, facts={"darts": np.int64(5)}, dtype="float64")

    target = proof.folder(7)
    assert proof.broken(target) == []
    made = proof.read(target)
    assert made["day"] == 7 and made["title"] == "Monte-Carlo π"
    assert made["scale"] == "same" and made["passed"] is True
    assert made["metrics"]["accuracy"] == {"value": 0.9, "bar": ">= 0.85", "passed": True}
    assert made["metrics"]["rows"] == {"value": 3, "bar": "== 3", "passed": True}
    assert made["controls"]["darts thrown at a wall"]["accuracy"]["missed"] is True
    assert made["facts"] == {"darts": 5}
    assert made["sources"] == [json.loads(json.dumps(vars(used)))]
    assert (made["seed"], made["dtype"], made["device"]["kind"]) == (11, "float64", "cpu")
    assert made["versions"]["numpy"] == np.__version__
    assert made["seconds"] >= 0 and made["peak_rss_mib"] > 10
    assert set(made["artifacts"]) == {"table.csv"}
    assert "✅ Day 7 proved: proofs/day07/" in capsys.readouterr().out


def test_the_learner_sees_each_metric_its_bar_its_control_and_the_data(capsys):
    today = start_day(7)
    sources.ledger.append(sources.Used("set", "web", "http://x", {}, True, "MIT"))
    today.prove(measure, subject=0.9, control=0.1)
    printed = " ".join(capsys.readouterr().out.split())
    assert "accuracy 0.9 reaches >= 0.85" in printed
    assert "control 0.1 misses, as it must: darts thrown at a wall" in printed
    assert "rows 3 reaches == 3" in printed
    assert printed.count("control") == 1, "a fact has no control"
    assert "set: web (http://x)" in printed


def test_several_controls_are_measured_under_their_names():
    prove(control={"untrained": 0.1, "shuffled labels": 0.3})
    controls = proof.read(proof.folder(7))["controls"]
    assert {name: rows["accuracy"]["value"] for name, rows in controls.items()} == {
        "untrained": 0.1,
        "shuffled labels": 0.3,
    }


REFUSED = {
    "bar missed": ({"accuracy": 0.5}, r"accuracy is 0\.5; its bar is >= 0\.85"),
    "metric not a number": ({"accuracy": float("nan")}, "accuracy is nan"),
    "control passes": ({"control": 0.9}, "control .* reaches the bar too"),
    "second control passes": ({"control": {"a": 0.1, "b": 0.9}}, r"control \(b\) reaches"),
    "control missing": ({"control": None}, "needs its control"),
    "controls empty": ({"control": {}}, "needs its control"),
}


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("earlier", [False, True], ids=["first run", "after a proof"])
def test_a_day_that_is_not_proved_records_nothing_and_keeps_what_was(earlier, fault):
    options, said = REFUSED[fault]
    if earlier:
        prove()

    def run():
        with pytest.raises(ProofError, match=said):
            prove(**options)

    before, after = before_and_after(run)
    assert after == before and bool(before) == earlier


def test_a_missed_bar_still_shows_the_table_and_says_where_to_look(capsys):
    with pytest.raises(
        ProofError, match=r"Nothing was recorded\. .*first cell whose output surprises"
    ):
        prove(accuracy=0.5)
    assert "MISSES >= 0.85" in capsys.readouterr().out


def test_a_control_that_passes_is_shown_in_capitals(capsys):
    with pytest.raises(ProofError):
        prove(control=0.9)
    assert "REACHES IT TOO" in capsys.readouterr().out


def test_metrics_that_the_map_does_not_know_are_refused():
    with pytest.raises(ProofError, match="Give them the same names"):
        start_day(7).prove(lambda value: {"precision": value}, subject=0.9, control=0.1)


def test_a_stand_in_is_held_to_its_own_bar_and_earns_the_half_mark(capsys):
    def run(accuracy: float) -> None:
        today = start_day(34, scale="quick")
        sources.ledger.append(sources.Used("set", "synthetic", "made", {}, True, "none"))
        today.prove(lambda a: {"accuracy": a}, subject=accuracy, control=0.1)

    with pytest.raises(ProofError, match=r">= 0\.6"):
        run(0.55)
    run(0.65)
    printed = capsys.readouterr().out
    assert "SYNTHETIC STAND-IN" in printed and "◐ Day 34 proved" in printed


def test_a_figure_becomes_a_file_of_the_proof():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    ax.plot([1, 2])
    today = start_day(7)
    today.save(figure, "loss.png")
    plt.close(figure)
    today.prove(measure, subject=0.9, control=0.1)
    assert (proof.folder(7) / "loss.png").read_bytes().startswith(b"\x89PNG")


def test_the_proof_knows_the_code_that_was_run(facts, write_notebook):
    write_notebook(facts(7), "1 + 1")
    prove()
    today = curriculum.load().day(7)
    assert proof.read(proof.folder(7))["code_sha256"] == proof.code_sha256(today.notebook)
    assert proof.stale(proof.folder(7), curriculum.load()) == []


def test_outside_a_checkout_or_without_git_the_commit_is_unknown(machine, monkeypatch):
    monkeypatch.setattr(day, "ROOT", machine)
    assert day._commit() is None
    monkeypatch.setenv("PATH", str(machine))
    assert day._commit() is None
