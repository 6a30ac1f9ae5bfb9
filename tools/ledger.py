"""progress.md and the README's table, written from curriculum.yaml and from proofs/."""

import re
from pathlib import Path

from shared import proof
from shared.curriculum import ROOT, Curriculum, Facts
from shared.errors import DaysError
from tools import notebooks

README = ROOT / "README.md"
ROW = re.compile(r"^\| *(\d+) *\|")
BEGIN, END = "<!-- days: begin -->", "<!-- days: end -->"


def blank_progress(curriculum: Curriculum) -> str:
    """progress.md as it ships: a row a day, nothing ticked."""
    head = (
        "# My hundred days\n\n"
        "◐ proved at quick scale · ✅ proved as the day promises. `days run N` ticks a row; "
        "a row without a whole proof in `proofs/` is never ticked.\n\n"
        "| Day | Title | | Proof |\n|---:|---|:-:|---|\n"
    )
    return head + "".join(f"{_row(facts, '', '')}\n" for facts in curriculum.days.values())


def progress_file() -> Path:
    """progress.md, beside the folder of proofs that it speaks of."""
    return proof.proofs_folder().parent / "progress.md"


def tick(curriculum: Curriculum) -> list[int]:
    """Bring the rows of progress.md in line with proofs/; returns the days that are ticked.

    Rows are found by their day's number; every other line stays as its owner wrote it. A row
    whose proof is gone or damaged loses its tick. Raises DaysError when a proved day has no row.
    """
    path = progress_file()
    if not path.exists():
        proof.write_text(path, blank_progress(curriculum))
    ticked, lines, rows = [], path.read_text(encoding="utf-8").splitlines(), set()
    for position, line in enumerate(lines):
        match = ROW.match(line)
        if match and int(match[1]) in curriculum.days:
            facts = curriculum.day(int(match[1]))
            mark, note = _evidence(facts)
            rows.add(facts.number)
            lines[position] = _row(facts, mark, note)
            ticked += [facts.number] if mark else []
    lost = [n for n, facts in curriculum.days.items() if n not in rows and _evidence(facts)[0]]
    if lost:
        raise DaysError(
            f"progress.md has no row for day {lost[0]}, which is proved. Add the line "
            f"{_row(curriculum.day(lost[0]), '', '')!r} and run `days status`."
        )
    content = "\n".join(lines) + "\n"
    if content != path.read_text(encoding="utf-8"):
        proof.write_text(path, content)
    return ticked


def table(curriculum: Curriculum) -> str:
    """The README's table: every day by phase, with badges for those that are written."""
    lines, phase = [], None
    for facts in curriculum.days.values():
        if facts.phase != phase:
            phase = facts.phase
            lines += ["", f"### {facts.phase_title}", ""]
            lines += [
                "| Day | What you build | T4 | Solved | Exercise |",
                "|---:|---|---:|---|---|",
            ]
        title = f"**{facts.title}** – {facts.summary}"
        solved = practice = "not written yet"
        if facts.notebook.exists():
            files = [f"{root}/{phase}/{facts.stem}.ipynb" for root in ("days", "exercises")]
            solved, practice = (
                notebooks.badge(curriculum, file, f"Day {facts.number} in Colab") for file in files
            )
            title = f"[**{facts.title}**]({files[0]}) – {facts.summary}"
        minutes = f"{facts.minutes['run']:g} min"
        lines.append(f"| {facts.number} | {title} | {minutes} | {solved} | {practice} |")
    return "\n".join(lines).strip("\n")


def readme(curriculum: Curriculum, text: str) -> str:
    """The README's text with its table written anew between the two markers."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise DaysError(f"README.md lacks the markers {BEGIN} and {END} around its table.")
    return f"{before}{BEGIN}\n{table(curriculum)}\n{END}{after}"


def _row(facts: Facts, mark: str, note: str) -> str:
    return f"| {facts.number} | {facts.title} | {mark} | {note} |"


def _evidence(facts: Facts) -> tuple[str, str]:
    """The mark of a day's proof and its numbers in short; empty without a whole proof."""
    target = proof.folder(facts.number)
    if not target.exists() or proof.broken(target):
        return "", ""
    record = proof.read(target)
    parts = [
        f"{name} {_short(row['value'])} ({row['bar']})" for name, row in record["metrics"].items()
    ]
    if any(source["kind"] == "synthetic" for source in record["sources"]):
        parts.append("synthetic data")
    elif not all(source["complete"] for source in record["sources"]):
        parts.append("partial data")
    return proof.mark(record), f"[{', '.join(parts)}](proofs/day{facts.number:02d}/)"


def _short(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
