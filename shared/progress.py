"""progress.md, the learner's ledger: a row a day, ticked from proofs/, and links to their fork."""

import re
from pathlib import Path

from shared import proof, publish
from shared.curriculum import Curriculum, Facts
from shared.errors import DaysError

ROW = re.compile(r"^\| *(\d+) *\|")
# What `days adopt` writes into the head; all between the two comments is generated.
FORK = re.compile(r"<!-- fork: (\S+) -->\n.*?<!-- fork: end -->\n\n?", re.DOTALL)
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"


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
    """Bring progress.md in line with proofs/; returns the days that are ticked.

    A day's row is the first that starts with its number; the links to the learner's fork, where
    there are any, are renewed; every other line stays as its owner wrote it. A row whose proof is
    gone or damaged loses its tick. Raises DaysError when a proved day has no row.
    """
    path = progress_file()
    if not path.exists():
        proof.write_text(path, blank_progress(curriculum))
    before = path.read_text(encoding="utf-8")
    ticked, lines, rows = [], before.split("\n"), set()
    for position, facts in _rows(lines, curriculum):
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
    content = "\n".join(lines)
    repository = adopted_by(content)
    if repository:
        content = _with_links(content, repository, curriculum)
    if content != before:
        proof.write_text(path, content)
    return ticked


def adopt(repository: str, curriculum: Curriculum) -> None:
    """Write links that open the days of `repository` (OWNER/REPO) in Colab into the head."""
    path = progress_file()
    text = path.read_text(encoding="utf-8") if path.exists() else blank_progress(curriculum)
    proof.write_text(path, _with_links(text, repository, curriculum))


def adopted_by(text: str) -> str | None:
    """The OWNER/REPO that a progress.md links to; None before `days adopt`."""
    found = FORK.search(text)
    return found[1] if found else None


def blank(text: str, curriculum: Curriculum) -> str:
    """`text` without ticks and links: what its owner wrote, and empty rows."""
    lines = FORK.sub("", text).split("\n")
    for position, facts in _rows(lines, curriculum):
        lines[position] = _row(facts, "", "")
    return "\n".join(lines)


def badge(repository: str, branch: str, path: str, label: str) -> str:
    """A Colab badge for a notebook of a repository, with a label for screen readers."""
    return f"[![{label}]({BADGE})]({_colab(repository, branch, path)})"


def _colab(repository: str, branch: str, path: str) -> str:
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"


def _with_links(text: str, repository: str, curriculum: Curriculum) -> str:
    """`text` with the links in their place, or under the title where there are none yet."""
    block = f"<!-- fork: {repository} -->\n{_links(repository, curriculum)}<!-- fork: end -->\n\n"
    if FORK.search(text):
        return FORK.sub(lambda _: block, text, count=1)
    title, newline, rest = text.partition("\n")
    if not title.startswith("# "):
        return block + text
    return f"{title}{newline}\n{block}{rest.lstrip(chr(10))}"


def _links(repository: str, curriculum: Curriculum) -> str:
    """A line a phase: its days' numbers, each opening the notebook of the fork in Colab."""
    phases: dict[str, list[str]] = {}
    for facts in curriculum.written():
        path = f"days/{facts.phase}/{facts.stem}.ipynb"
        link = f"[{facts.number}]({_colab(repository, curriculum.branch, path)})"
        phases.setdefault(facts.phase_title, []).append(link)
    lines = [f"- {title}: {' · '.join(links)}\n" for title, links in phases.items()]
    head = f"![Open in Colab]({BADGE}) the days of [{repository}](https://github.com/{repository}):"
    return f"{head}\n\n{''.join(lines)}"


def _rows(lines: list[str], curriculum: Curriculum) -> list[tuple[int, Facts]]:
    """Where the rows are: for each day the first line that starts with its number."""
    found: dict[int, int] = {}
    for position, line in enumerate(lines):
        match = ROW.match(line)
        if match and int(match[1]) in curriculum.days:
            found.setdefault(int(match[1]), position)
    return [(position, curriculum.day(number)) for number, position in found.items()]


def _row(facts: Facts, mark: str, note: str) -> str:
    return f"| {facts.number} | {facts.title} | {mark} | {note} |"


def _evidence(facts: Facts) -> tuple[str, str]:
    """The mark of a day's proof and its numbers in short; empty without a whole proof."""
    target = proof.folder(facts.number)
    proof.recover(target)
    if not target.exists() or proof.broken(target):
        return "", ""
    record = proof.read(target)
    if not proof.mark(record):
        return "", ""
    parts = [
        f"{name} {_short(row['value'])} ({row['bar']})" for name, row in record["metrics"].items()
    ]
    if any(source["kind"] == "synthetic" for source in record["sources"]):
        parts.append("synthetic data")
    elif not all(source["complete"] for source in record["sources"]):
        parts.append("partial data")
    folder = f"proofs/day{facts.number:02d}/"
    links = [f"[{', '.join(parts)}]({folder})", *publish.links(target, folder)]
    return proof.mark(record), " · ".join(links)


def _short(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
