"""A proof: metrics against bars, a control that must miss them, hashes of all it left behind.

A proof lives in proofs/dayNN/: proof.json beside the artifacts. It is written whole or not
at all.
"""

import hashlib
import json
import math
import operator
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.curriculum import ROOT, Bar, Curriculum, Facts
from shared.errors import DaysError

SCHEMA = 1
NOTEBOOK = "notebook.ipynb"  # the notebook as it ran, attached after the proof was made
PUBLISHED = ("published.json", "published.png")  # from `days publish`; they outlive a new proof


class ProofError(DaysError):
    """A bar was missed, a control passed, or a proof on disk isn't whole."""


@dataclass
class Verdict:
    """What `judge` found. `metrics` and `controls` go into proof.json as they are."""

    metrics: dict[str, dict] = field(default_factory=dict)
    controls: dict[str, dict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.faults


def proofs_folder() -> Path:
    """Where proofs go: DAYS_PROOFS, else proofs/ in the repository."""
    return Path(os.environ.get("DAYS_PROOFS") or ROOT / "proofs")


def judge(
    facts: Facts,
    scale: str,
    kinds: set[str],
    subject: Mapping[str, float],
    controls: Mapping[str, Mapping[str, float]],
) -> Verdict:
    """Hold measured metrics against the day's bars.

    The subject must reach every bar; each control must miss the bar of each learned metric.
    `kinds` are the kinds of sources the data came from. Raises ProofError when the day's
    metrics and its bars at this scale don't have the same names, or a control the map names is
    missing.
    """
    expected = facts.metrics(scale)
    for measured in (subject, *controls.values()):
        if set(measured) != expected:
            raise ProofError(
                f"Day {facts.number} measured {sorted(measured)}, but curriculum.yaml has bars at "
                f"scale {scale!r} for {sorted(expected)}. Give them the same names; a number "
                "without a bar is a fact."
            )
    if facts.control and not controls:
        raise ProofError(f"Day {facts.number} needs its control: {facts.control}.")
    verdict = Verdict()
    for name, value in subject.items():
        bar = facts.bar(name, scale, kinds)
        reached = bar.reached(value)
        verdict.metrics[name] = {"value": _number(value), "bar": str(bar), "passed": reached}
        if not reached:
            verdict.faults.append(f"{name} is {value:.4g}; its bar is {bar}")
    for label, measured in controls.items():
        rows = verdict.controls[label] = {}
        for name, value in measured.items():
            bar = facts.bar(name, scale, kinds)
            missed = not bar.reached(value)
            must_miss = facts.control_must_miss(name)
            rows[name] = {"value": _number(value), "missed": missed, "must_miss": must_miss}
            if must_miss and not missed:
                verdict.faults.append(
                    f"the control ({label}) reaches the bar too: {name} is {value:.4g}, {bar}; "
                    "a bar that a control clears proves nothing"
                )
    return verdict


def write(number: int, record: dict, artifacts: Path) -> Path:
    """Install proofs/dayNN/ from the files in `artifacts` and the record, all or nothing.

    Everything is written and synced in a folder beside its target, then renamed; a full disk
    or a crash leaves the earlier proof as it was.
    """
    home = proofs_folder()
    home.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=home, prefix=f".day{number:02d}-"))
    try:
        shutil.copytree(artifacts, draft, dirs_exist_ok=True)
        record = {**record, "artifacts": hashes(draft)}
        write_text(draft / "proof.json", dump(record))
        return install(draft, folder(number))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def install(draft: Path, target: Path) -> Path:
    """Put the folder `draft` in the place of `target` (same file system).

    What `days publish` has recorded in `target` comes along, if the draft has none of its own.
    """
    recover(target)
    _keep_published(target, draft)
    os.chmod(draft, 0o755)
    if target.exists():
        os.replace(target, _aside(target))
    try:
        os.replace(draft, target)
    finally:
        recover(target)
    return target


def _keep_published(target: Path, draft: Path) -> None:
    try:
        record, earlier = read(draft), read(target)["artifacts"]
        found = hashes(target)
        # A file that was changed by hand stays behind: a new hash would make it look sound.
        kept = [name for name in PUBLISHED if name in found and earlier.get(name) == found[name]]
    except (ProofError, AttributeError):
        return
    if not kept or any((draft / name).exists() for name in PUBLISHED):
        return
    for name in kept:
        shutil.copyfile(target / name, draft / name)
    write_text(draft / "proof.json", dump(record | {"artifacts": hashes(draft)}))


def recover(target: Path) -> None:
    """Finish what a crash in `install` left: the earlier proof comes back if no new one came."""
    if target.exists():
        shutil.rmtree(_aside(target), ignore_errors=True)
    elif _aside(target).exists():
        os.replace(_aside(target), target)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def attach(target: Path, name: str, content: str) -> None:
    """Add a text file to a proof that exists, and its hash to proof.json."""
    write_text(target / name, content)
    record = read(target)
    record["artifacts"] = hashes(target)
    write_text(target / "proof.json", dump(record))


def folder(number: int) -> Path:
    return proofs_folder() / f"day{number:02d}"


def read(target: Path) -> dict:
    """The record in `target`/proof.json. Raises ProofError when it isn't a whole proof."""
    try:
        record = json.loads((target / "proof.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProofError(f"There is no proof in {target.name}; run the day first.") from None
    except ValueError as error:
        raise ProofError(
            f"{target.name}/proof.json is damaged ({error}); run the day again."
        ) from None
    keys = {"schema", "day", "scale", "passed", "metrics", "controls", "sources", "artifacts"}
    if not isinstance(record, dict) or not keys <= set(record):
        raise ProofError(f"{target.name}/proof.json lacks fields of a proof; run the day again.")
    return record


def whole(number: int) -> dict:
    """The record of a day's proof, once nothing is wrong with it. Raises ProofError otherwise."""
    target = folder(number)
    recover(target)
    record = read(target)
    faults = broken(target)
    if faults or not mark(record):
        why = faults[0] if faults else "it did not pass"
        raise ProofError(f"The proof of day {number} is not whole: {why}. Run the day again.")
    return record


def mark(record: dict) -> str:
    """✅ for the day as promised, ◐ for quick, partial or stand-in work, "" for no proof."""
    if not record["passed"]:
        return ""
    real = all(s["complete"] and s["kind"] != "synthetic" for s in record["sources"])
    return "✅" if real and record["scale"] in ("full", "same") else "◐"


def broken(target: Path) -> list[str]:
    """What is wrong with the proof in `target` itself: missing or changed files, false verdicts."""
    try:
        return _faults(target, read(target))
    except ProofError as error:
        return [str(error)]
    except (AttributeError, KeyError, TypeError, ValueError, DaysError) as error:
        return [f"{target.name}/proof.json is damaged ({error!r}); run the day again."]


def _faults(target: Path, record: dict) -> list[str]:
    found = hashes(target)
    faults = [f"{name} is missing" for name in record["artifacts"] if name not in found]
    faults += [
        f"{name} has changed since the proof was made"
        for name, sha256 in record["artifacts"].items()
        if found.get(name, sha256) != sha256
    ]
    for name, row in record["metrics"].items():
        if Bar.parse(row["bar"]).reached(_float(row["value"])) is not row["passed"]:
            faults.append(f"{name}: {row['value']} and {row['bar']} don't give the verdict on file")
    for label, rows in record["controls"].items():
        for name, row in rows.items():
            bar = Bar.parse(record["metrics"][name]["bar"])
            if bar.reached(_float(row["value"])) is row["missed"]:
                faults.append(f"{name}: the verdict on the control ({label}) is false")
            if record["passed"] and row["must_miss"] and not row["missed"]:
                faults.append(f"says that it passed, but its control ({label}) reaches {name} too")
    if record["passed"] and not all(row["passed"] for row in record["metrics"].values()):
        faults.append("says that it passed, but a metric missed its bar")
    if target.name != folder(record["day"]).name:
        faults.append(f"is the proof of day {record['day']}, in the folder {target.name}")
    return faults


def stale(target: Path, curriculum: Curriculum) -> list[str]:
    """What has moved since a proof was made: bars it would now miss, a day that has changed."""
    record = read(target)
    facts = curriculum.day(record["day"])
    kinds = {source["kind"] for source in record["sources"]}
    notes = []
    scale = record["scale"]
    expected = facts.metrics(scale)
    for name in sorted(set(record["metrics"]) ^ expected):
        notes.append(f"{name}: measured then or asked for now at scale {scale!r}, but not both")
    for name in sorted(set(record["metrics"]) & expected):
        row = record["metrics"][name]
        try:
            bar = facts.bar(name, scale, kinds)
        except DaysError as error:
            notes.append(str(error))
            continue
        if str(bar) != row["bar"]:
            verdict = "still reached" if bar.reached(_float(row["value"])) else "now missed"
            notes.append(f"{name}: the bar moved from {row['bar']} to {bar}, {verdict}")
    if record.get("code_sha256") != code_sha256(facts.notebook):
        notes.append("the day's code has changed since")
    return notes


def code_sha256(notebook: Path) -> str | None:
    """A hash of a notebook's code cells alone: new outputs or prose leave it as it was."""
    if not notebook.exists():
        return None
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


def hashes(target: Path) -> dict[str, str]:
    """sha256 of every file of a proof but proof.json, by its path inside the folder."""
    files = sorted(path for path in target.rglob("*") if path.is_file())
    return {
        path.relative_to(target).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path != target / "proof.json"
    }


def write_text(path: Path, content: str) -> None:
    """Replace a text file in one step: a reader sees the old one or the new, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def dump(record: dict) -> str:
    """The record as JSON; NumPy's and torch's scalars among a proof's facts become plain numbers."""
    scalar = operator.methodcaller("item")
    return json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False, default=scalar) + "\n"


def _number(value: Any) -> float | int | str:
    """A metric as JSON can hold it: NaN and infinities as text."""
    if isinstance(value, bool) or (isinstance(value, int) and not isinstance(value, bool)):
        return int(value)
    value = float(value)
    return value if math.isfinite(value) else str(value)


def _float(value: Any) -> float:
    return float(value)
