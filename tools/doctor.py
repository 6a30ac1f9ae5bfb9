"""`days doctor`: a report to paste into an issue. It never holds a secret.

In Colab, where not all tools are installed: `python -m tools.doctor 7`. So this imports nothing
that Colab lacks.
"""

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from pathlib import Path

import requests
from nbformat import NotebookNode

from shared import curriculum, device, leaks, processes, proof, sources
from shared.curriculum import Facts
from shared.errors import DaysError
from shared.git import Clone, GitError
from tools import notebooks

BUILD = curriculum.ROOT / "build"
HINT = "`days doctor` prints a report to paste into an issue."
PACKAGES = ("torch", "torchvision", "numpy", "pandas", "scikit-learn", "matplotlib", "transformers",
            "jupyter-client", "ipykernel", "nbclient", "papermill", "nbval")  # fmt: skip
# Settings that can't hold a secret are shown with their value; of all others, only that they are set.
SHOWN = ("DAYS_SCALE", "DAYS_OFFLINE", "DAYS_PARTIAL", "DAYS_WARM")
SETTINGS = (*SHOWN, "DAYS_MIRROR", "DAYS_CACHE", "DAYS_PROOFS", "DAYS_REPO", "DAYS_HOST",
            "DAYS_NAME", "DAYS_EMAIL", "DAYS_TOKEN", "GITHUB_TOKEN")  # fmt: skip
COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
PASSWORD = re.compile(r"(\w+://)[^/\s@]+@")
MIRROR_SECONDS = 5
MAX_LINES = 25


def report(facts: Facts | None = None) -> str:
    """The report as Markdown; `facts` of a day adds where its last run stopped, and on what."""
    sections = {
        "Versions": _versions(),
        "Machine": _machine(),
        "Sources": _sources(),
        "Clone": _clone(),
        "Days": _days(),
    }
    if facts:
        sections[f"Day {facts.number}, {facts.title}"] = _failure(facts)
    text = "\n\n".join(f"### {title}\n\n{body}" for title, body in sections.items())
    return _harmless(text)


def _versions() -> str:
    lines = [f"- Python {platform.python_version()}, {platform.platform()}"]
    for name in PACKAGES:
        try:
            lines.append(f"- {name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"- {name}: not installed")
    return "\n".join(lines)


def _machine() -> str:
    try:
        hardware = device.detect()
    except (ImportError, OSError, RuntimeError) as error:
        return f"- torch can't look at it: {error}\n- {device.cpu().name}"
    free = shutil.disk_usage(curriculum.ROOT).free / device.GIB
    capability = f", compute capability {hardware.capability}" if hardware.capability else ""
    place = "Colab" if "google.colab" in sys.modules or Path("/content").is_dir() else "a machine"
    return (
        f"- {place} with {hardware.kind}: {hardware.name}, {hardware.memory_gib:g} GiB{capability}\n"
        f"- {device.cpu().memory_gib:g} GiB of memory, {free:.0f} GiB of disk free"
    )


def _sources() -> str:
    shown = [
        f"{name}={os.environ[name]}" if name in SHOWN else f"{name} is set"
        for name in SETTINGS
        if os.environ.get(name)
    ]
    cache = sources.cache_folder()
    held = [path for path in cache.rglob("*") if path.is_file()] if cache.is_dir() else []
    megabytes = sum(path.stat().st_size for path in held) / 1e6
    lines = [
        f"- settings: {', '.join(shown) or 'none'}",
        f"- cache: {len(held)} files, {megabytes:.0f} MB",
        f"- mirror: {_mirror()}",
    ]
    return "\n".join(lines)


def _mirror() -> str:
    base = os.environ.get("DAYS_MIRROR")
    if not base:
        return "none"
    if not base.startswith(("http://", "https://")):
        return "a folder" + ("" if Path(base).expanduser().is_dir() else " that isn't there")
    try:
        status = requests.head(base, timeout=MIRROR_SECONDS).status_code
    except (requests.RequestException, ValueError) as error:
        return f"an address that can't be reached ({type(error).__name__})"
    return f"an address that answers ({status})"


def _clone() -> str:
    try:
        clone = Clone(curriculum.ROOT)
        changed = [line for line in clone.run("status", "--porcelain").splitlines() if line]
        lines = [
            f"- {clone.run('version')}; commit {clone.run('rev-parse', '--short', 'HEAD')}",
            f"- {len(changed)} files changed or new",
        ]
    except GitError as error:
        return f"- git fails: {error}"
    except DaysError as error:
        return f"- {error}"
    try:
        origin = clone.origin()
        lines.append(f"- origin: {origin.repository if origin else 'none'}")
        lines.append(f"- branch: {clone.branch()}")
    except DaysError as error:
        lines.append(f"- origin: {error}")
    return "\n".join(lines)


def _days() -> str:
    known = curriculum.load()
    whole, broken = [], []
    for number in known.days:
        target = proof.folder(number)
        if target.exists():
            (broken if proof.broken(target) else whole).append(number)
    stopped = [facts.number for facts in known.written() if _stopped(_copy(facts))]
    return (
        f"- whole proofs: {_list(whole)}\n- broken proofs: {_list(broken)}\n"
        f"- last run stopped half-way: {_list(stopped)}"
    )


def _failure(facts: Facts) -> str:
    """The cell at which the day's last run stopped, its code, and the end of its error."""
    copy = _copy(facts)
    if not copy.exists():
        return f"It has not been run here; `days run {facts.number}` runs it."
    stopped = _stopped(copy)
    if not stopped:
        return "Its last run came to the end."
    number, cell = stopped
    errors = [output for output in cell.outputs if output.output_type == "error"]
    said = "\n".join(errors[-1].traceback) if errors else "no error: it was stopped, or died"
    tail = "\n".join(COLOUR.sub("", said).splitlines()[-MAX_LINES:])
    code = "\n".join(cell.source.splitlines()[:MAX_LINES])
    return f"Code cell {number}:\n\n{_fenced(code)}\n\n{_fenced(tail)}"


def _stopped(copy: Path) -> tuple[int, NotebookNode] | None:
    """The code cell, counted from 1, at which the run in `copy` ended early; None if it didn't."""
    try:
        cells = notebooks.read(copy).cells
    except DaysError:
        return None
    code = [cell for cell in cells if cell.cell_type == "code"]
    # The cell in which papermill sets the parameters isn't one that a learner can count.
    own = [cell for cell in code if "injected-parameters" not in cell.metadata.get("tags", [])]
    for position, cell in enumerate(own, 1):
        if any(output.output_type == "error" for output in cell.outputs):
            return position, cell
    begun = [
        n for n, cell in enumerate(own, 1) if cell.metadata.get("papermill", {}).get("start_time")
    ]
    if not begun or begun[-1] == len(own):
        return None
    return begun[-1], own[begun[-1] - 1]


def _copy(facts: Facts) -> Path:
    """Where `days run` leaves the executed notebook."""
    return BUILD / "notebooks" / f"{facts.stem}.ipynb"


def _fenced(text: str) -> str:
    return "\n".join(["~~~~", text.replace("~~~~", "~ ~ ~ ~"), "~~~~"])


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _harmless(text: str) -> str:
    """`text` without secrets of the environment, what looks like one, and this user's folders."""
    secrets = [v for k, v in os.environ.items() if processes.SECRET_NAME.search(k) and len(v) >= 6]
    text = PASSWORD.sub(r"\1", leaks.redact(text, *secrets))
    for folder, sign in ((curriculum.ROOT, "<clone>"), (Path.home(), "~")):
        if len(str(folder)) > 1:
            text = text.replace(str(folder), sign)
    return text


if __name__ == "__main__":
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        print(report(curriculum.load().day(int(named)) if named else None))
    except (DaysError, ValueError) as error:
        sys.exit(str(error))
