"""build/timings.json and memory.json: what each notebook and test file took the last time it ran."""

import json
import os
from pathlib import Path

from shared import curriculum, proof
from shared.curriculum import ROOT
from shared.errors import DaysError
from shared.proof import write_text

TIMINGS = ROOT / "build" / "timings.json"
MEMORY = TIMINGS.with_name("memory.json")
SEED = Path(__file__).with_name("timings_seed.json")  # for the first run of a clone


def read(path: Path = TIMINGS) -> dict[str, float]:
    """Seconds by the stem of a notebook or test file; the seed's where nothing has run yet."""
    return _load(SEED) | _load(path)


def record(seconds: dict[str, float], path: Path = TIMINGS) -> None:
    """Merge new timings into the file."""
    _merge({stem: round(value, 1) for stem, value in seconds.items()}, path)


def busy() -> bool:
    """Whether others keep this machine so busy that seconds say little about a day.

    Two workers on two cores make a load of little over 1 a core.
    """
    return os.getloadavg()[0] > 1.5 * os.cpu_count()


def memory(path: Path = MEMORY) -> dict[str, int]:
    """Peak memory in MiB by the stem of a notebook, as its last proof measured it."""
    return _load(path)


def record_memory(path: Path = MEMORY) -> None:
    """Merge the peaks of the proofs in DAYS_PROOFS into the file."""
    peaks = {}
    for facts in curriculum.load().written():
        try:
            peaks[facts.stem] = proof.read(proof.folder(facts.number))["peak_rss_mib"]
        except DaysError:
            continue  # not proved this time
    _merge(peaks, path)


def _load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _merge(new: dict, path: Path) -> None:
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        merged = dict(sorted((_load(path) | new).items()))
        write_text(path, json.dumps(merged, indent=1) + "\n")
