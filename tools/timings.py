"""build/timings.json: how long each notebook and test file took the last time it ran."""

import json
from pathlib import Path

from shared.proof import write_text
from tools.runner import BUILD

TIMINGS = BUILD / "timings.json"
SEED = Path(__file__).with_name("timings_seed.json")  # for the first run of a clone


def read(path: Path = TIMINGS) -> dict[str, float]:
    """Seconds by the stem of a notebook or test file; the seed's before the first run."""
    source = path if path.exists() else SEED
    return json.loads(source.read_text(encoding="utf-8"))


def record(seconds: dict[str, float], path: Path = TIMINGS) -> None:
    """Merge new timings into the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    merged = read(path) | {stem: round(value, 1) for stem, value in seconds.items()}
    write_text(path, json.dumps(dict(sorted(merged.items())), indent=1) + "\n")
