"""One day as its notebook sees it: how much work, on what machine, and the proof at the end.

day = start_day(7, scale=SCALE, seed=SEED)
epochs = day.pick(quick=1, full=15)
day.save(figure, "loss.png")
day.prove(measure, subject=model, control=untrained)
day.commit()
"""

import importlib.metadata
import os
import platform
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from shared import curriculum, device, executed, fork, proof, sources
from shared.curriculum import ROOT, Facts
from shared.errors import DaysError

DRIVE = Path("/content/drive/MyDrive")  # where Colab mounts the learner's Google Drive


@dataclass
class Day:
    """What `start_day` hands to a notebook.

    `scale` is "quick", "full", or "same" on days that do the same work everywhere; `rng` is
    a NumPy generator seeded with `seed`; `artifacts` is where the day's files go until
    `prove` copies them beside the proof.
    """

    facts: Facts
    scale: str
    seed: int
    hardware: device.Hardware
    artifacts: Path
    rng: np.random.Generator
    root: Path = ROOT
    _started: float = field(default_factory=time.monotonic, repr=False)
    _scratch: Any = field(default=None, repr=False)  # keeps `artifacts` alive

    @property
    def number(self) -> int:
        return self.facts.number

    @property
    def device(self):
        """The torch.device to compute on: the first GPU, else the CPU."""
        import torch

        return torch.device(self.hardware.kind)

    @property
    def checkpoints(self) -> Path:
        """A folder that outlives the session where Drive is mounted; else one in the cache."""
        home = DRIVE if DRIVE.is_dir() else sources.cache_folder()
        path = home / "100-days-of-ai" / "checkpoints" / f"day{self.number:02d}"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def pick(self, *, quick: Any, full: Any) -> Any:
        """The value for this run's scale; the only place where the scales differ.

        Raises DaysError on a day that does the same work at both scales.
        """
        if self.scale == "same":
            raise DaysError(
                f"Day {self.number} does the same work at every scale: nothing to pick."
            )
        return full if self.scale == "full" else quick

    def save(self, figure, name: str) -> None:
        """Keep a matplotlib figure as a file of the proof (`name` ends in .png)."""
        figure.savefig(self.artifacts / name, dpi=110, bbox_inches="tight")

    def prove(
        self,
        measure: Callable[[Any], Mapping[str, float]],
        subject: Any,
        control: Any = None,
        facts: Mapping[str, Any] | None = None,
        dtype: str = "float32",
    ) -> None:
        """Measure the subject and the control alike, judge both, and write proofs/dayNN/.

        measure: returns the day's metrics, one for each bar in curriculum.yaml.
        control: one object, or a mapping from a name to an object; each goes through the
            same `measure` and must miss the bar of each learned metric.
        facts: further numbers worth keeping that have no bar.
        dtype: the precision the subject was computed in.

        Raises ProofError when a bar is missed or a control passes; nothing is written then,
        and an earlier proof stays.
        """
        used = list(sources.ledger)
        controls = self._controls(control)
        verdict = proof.judge(
            self.facts,
            self.scale,
            {source.kind for source in used},
            measure(subject),
            {label: measure(item) for label, item in controls.items()},
        )
        print(self._table(verdict, used))
        if not verdict.passed:
            raise proof.ProofError(
                f"Day {self.number} is not proved: {'; '.join(verdict.faults)}. Nothing was "
                "recorded. Look for the first cell whose output surprises you and run on from there."
            )
        record = {
            "schema": proof.SCHEMA,
            "day": self.number,
            "title": self.facts.title,
            "scale": self.scale,
            "passed": True,
            "metrics": verdict.metrics,
            "controls": verdict.controls,
            "facts": dict(facts or {}),
            "sources": [asdict(source) for source in used],
            "seed": self.seed,
            "dtype": dtype,
            "device": self.hardware.as_dict(),
            "versions": _versions(self.facts.packages),
            "commit": _commit(),
            "code_sha256": proof.code_sha256(self.facts.notebook),
            "seconds": round(time.monotonic() - self._started, 1),
            "peak_rss_mib": round(_peak_rss_mib()),
            "peak_gpu_mib": device.peak_gpu_mib(),
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        proof.write(self.number, record, self.artifacts)
        print(f"{proof.mark(record)} Day {self.number} proved: proofs/day{self.number:02d}/")

    def commit(self) -> None:
        """Send this day's proof and progress.md to the learner's fork: see `fork.commit`.

        In Colab the notebook, as it ran, goes with them.
        """
        proof.whole(self.number)
        hint = executed.attach_from_colab(self.number)
        print(fork.commit(self.facts), hint or "", sep="\n" if hint else "")

    def _controls(self, control: Any) -> dict[str, Any]:
        if control is None:
            return {}
        return dict(control) if isinstance(control, Mapping) else {self.facts.control: control}

    def _table(self, verdict: proof.Verdict, used: list[sources.Used]) -> str:
        """The verdict as a learner reads it: one line a metric, then its controls."""
        lines, width = [], max(22, *(len(name) + 2 for name in verdict.metrics))
        for name, row in verdict.metrics.items():
            verb = "reaches" if row["passed"] else "MISSES"
            lines.append(f"{name:<{width}}{float(row['value']):<12.5g}{verb} {row['bar']}")
            for label, measured in verdict.controls.items():
                if not measured[name]["must_miss"]:
                    continue
                verb = "misses, as it must" if measured[name]["missed"] else "REACHES IT TOO"
                lines.append(f"  control {float(measured[name]['value']):<12.5g}{verb}: {label}")
        return "\n".join([*lines, *map(str, used)])


def start_day(number: int, scale: str = "auto", seed: int = 0) -> Day:
    """Begin a day: decide the scale, seed everything, cap GPU memory, set the figures' style.

    number: 1 to 100; scale: "auto" (full when CUDA is there), "quick" or "full", overridden
    by DAYS_SCALE. Raises DaysError on a day or scale that doesn't exist.
    """
    facts = curriculum.load().day(number)
    uses_torch = "torch" in facts.packages
    hardware = device.detect() if uses_torch else device.cpu()
    scale = _scale(facts, os.environ.get("DAYS_SCALE") or scale, hardware)
    _seed(seed, uses_torch)
    if uses_torch:
        device.cap_memory(hardware, facts.gpu_gib)
    if "matplotlib" in facts.packages:
        from shared import plots

        plots.use_style()
    sources.ledger.clear()
    scratch = tempfile.TemporaryDirectory(prefix=f"day{number:02d}-")
    rng = np.random.default_rng(seed)
    print(f"Day {number}, {facts.title}: scale {scale}, seed {seed}, {hardware.name}")
    return Day(facts, scale, seed, hardware, Path(scratch.name), rng, _scratch=scratch)


def _scale(facts: Facts, asked: str, hardware: device.Hardware) -> str:
    if asked not in ("auto", "quick", "full"):
        raise DaysError(f"There is no scale {asked!r}; choose 'auto', 'quick' or 'full'.")
    if facts.scale == "same":
        return "same"
    if asked == "auto":
        return "full" if hardware.kind == "cuda" else "quick"
    return asked


def _seed(seed: int, uses_torch: bool) -> None:
    random.seed(seed)
    np.random.seed(seed)
    if uses_torch:
        import torch

        torch.manual_seed(seed)


def _versions(packages: list[str]) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _commit() -> str | None:
    """The commit the notebook ran on; None outside a git checkout."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def _peak_rss_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
