"""progress.md: what it ticks, what it links to, and what it leaves alone."""

import json
import shutil

import pytest

from shared import curriculum, proof
from shared.errors import DaysError
from shared.progress import ROW, blank_progress, progress_file, tick

KNOWN = curriculum.load()


@pytest.fixture
def progress(machine):
    """A blank progress.md beside an empty proofs/, as it ships."""
    path = machine / "progress.md"
    path.write_text(blank_progress(KNOWN), encoding="utf-8")
    return path


@pytest.fixture
def prove(machine):
    """Writes a proof of a day: `prove(7)`, `prove(34, scale="quick", kind="synthetic")`."""

    def write(number: int, scale: str = "same", kind: str = "web", complete: bool = True):
        record = {
            "schema": proof.SCHEMA,
            "day": number,
            "scale": scale,
            "passed": True,
            "metrics": {
                "accuracy": {"value": 0.912345, "bar": ">= 0.85", "passed": True},
                "rows": {"value": 891, "bar": "== 891", "passed": True},
            },
            "controls": {},
            "sources": [{"name": "set", "kind": kind, "complete": complete}],
        }
        artifacts = machine / "artifacts"
        artifacts.mkdir(exist_ok=True)
        (artifacts / "table.csv").write_text("a,b\n")
        return proof.write(number, record, artifacts)

    return write


def row(path, number: int) -> str:
    [line] = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {number} |")
    ]
    return line


def test_a_blank_progress_has_a_row_for_each_of_a_hundred_days_and_no_tick():
    rows = [line for line in blank_progress(KNOWN).splitlines() if ROW.match(line)]
    assert len(rows) == 100
    for number, line in enumerate(rows, 1):
        assert line == f"| {number} | {KNOWN.day(number).title} |  |  |"


def test_progress_stands_beside_the_proofs(machine):
    assert progress_file() == machine / "progress.md"


def test_without_a_progress_file_a_blank_one_is_made(machine):
    assert tick(KNOWN) == []
    assert (machine / "progress.md").read_text() == blank_progress(KNOWN)


def test_a_proof_ticks_its_row_with_its_numbers_and_a_link(progress, prove):
    prove(7)
    assert tick(KNOWN) == [7]
    assert row(progress, 7) == (
        f"| 7 | {KNOWN.day(7).title} | ✅ | "
        "[accuracy 0.9123 (>= 0.85), rows 891 (== 891)](proofs/day07/) |"
    )
    changed = progress.read_text().splitlines()
    blank = blank_progress(KNOWN).splitlines()
    assert [new for new, old in zip(changed, blank, strict=True) if new != old] == [
        row(progress, 7)
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "synthetic"}, "synthetic data"),
        ({"kind": "mirror", "complete": False}, "partial data"),
    ],
)
def test_half_a_proof_says_why_it_is_half(options, words, progress, prove):
    prove(34, scale="quick", **options)
    tick(KNOWN)
    assert "| ◐ |" in row(progress, 34) and words in row(progress, 34)


def test_what_the_learner_wrote_stays_as_it_was(progress, prove):
    mine = "# My hundred days\n\nI began in May.\u2028Still here.\x0c\n\n- [ ] buy coffee"
    table = "| 7 | kilos lifted |\n| 8 | kilos |\n\n   trailing spaces   "
    text = blank_progress(KNOWN).replace("# My hundred days", mine) + table
    progress.write_text(text, encoding="utf-8")
    prove(7)
    tick(KNOWN)
    ticked = f"| 7 | {KNOWN.day(7).title} | ✅ |"
    after = progress.read_text(encoding="utf-8")
    assert ticked in after
    first, _, rest = after.partition(ticked)
    assert first + f"| 7 | {KNOWN.day(7).title} |  |  |\n" + rest.partition("\n")[2] == text


def test_nothing_new_leaves_the_file_untouched(progress, prove):
    prove(7)
    tick(KNOWN)
    before = progress.stat().st_mtime_ns, progress.stat().st_ino
    assert tick(KNOWN) == [7]
    assert (progress.stat().st_mtime_ns, progress.stat().st_ino) == before


def test_a_tick_that_no_proof_stands_behind_is_taken_away(progress, prove):
    shutil.rmtree(prove(7))
    blank = progress.read_text()
    progress.write_text(blank.replace("Monte-Carlo π |  |", "Monte-Carlo π | ✅ |"))
    assert progress.read_text() != blank
    assert tick(KNOWN) == []
    assert progress.read_text() == blank


def edit(target, **changes) -> None:
    made = json.loads((target / "proof.json").read_text())
    (target / "proof.json").write_text(json.dumps(made | changes))


BREAKS = {
    "file changed": lambda target: (target / "table.csv").write_text("other"),
    "file missing": lambda target: (target / "table.csv").unlink(),
    "record damaged": lambda target: (target / "proof.json").write_text("{"),
    "record gone": lambda target: (target / "proof.json").unlink(),
    "verdict edited": lambda target: edit(
        target, metrics={"accuracy": {"value": 0.1, "bar": ">= 0.85", "passed": True}}
    ),
    "it did not pass": lambda target: edit(target, passed=False),
}


@pytest.mark.parametrize("name", BREAKS)
def test_only_a_whole_proof_ticks_and_a_broken_one_unticks(name, progress, prove):
    target = prove(7)
    assert tick(KNOWN) == [7]
    BREAKS[name](target)
    assert tick(KNOWN) == []
    assert progress.read_text() == blank_progress(KNOWN)


def test_a_proof_that_a_crash_put_aside_comes_back(progress, prove):
    target = prove(7)
    target.rename(target.with_name(".day07.old"))
    assert tick(KNOWN) == [7]
    assert target.is_dir()


def test_a_proved_day_without_a_row_is_an_error_that_gives_the_row(progress, prove):
    blank = f"| 7 | {KNOWN.day(7).title} |  |  |"
    text = progress.read_text().replace(blank + "\n", "")
    progress.write_text(text)
    assert tick(KNOWN) == [], "no proof, no row needed"
    prove(7)
    with pytest.raises(DaysError) as caught:
        tick(KNOWN)
    assert "day 7" in str(caught.value) and blank in str(caught.value)
    assert progress.read_text() == text
