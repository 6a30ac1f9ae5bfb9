"""build/timings.json: how long each day's notebook took the last time it ran."""

import json
from pathlib import Path

from shared.proof import write_text
from tools.runner import BUILD

TIMINGS = BUILD / "timings.json"


def read(path: Path = TIMINGS) -> dict[str, float]:
    """Seconds by notebook stem; empty before the first run."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def record(seconds: dict[str, float], path: Path = TIMINGS) -> None:
    """Merge new timings into the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    merged = read(path) | {stem: round(value, 1) for stem, value in seconds.items()}
    write_text(path, json.dumps(dict(sorted(merged.items())), indent=1) + "\n")
