"""`make bench ROUNDS=3`: the days' notebooks run four ways, in turn, and the times side by side.

nbval and nbmake as they come (nbmake fetched for the occasion into a folder of its own), nbmake
with one thread a kernel, and what `make test` does: the same work, the same machine, two workers
each. The rounds are interleaved, so that whatever else the machine does falls on all alike.
Prints a table and writes it to docs/performance.md.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from shared import curriculum
from shared.curriculum import ROOT
from shared.errors import DaysError
from shared.proof import write_text
from tools import timings, warm_kernel

ROUNDS = 3
PAGE = ROOT / "docs" / "performance.md"
NBMAKE = "nbmake==1.5.5"
PACKAGES = ["ipykernel", "jupyter_client", "nbclient", "nbval", "pytest", "pytest-xdist", "torch"]
OURS = "warm kernels (`make test`)"
PYTEST = [sys.executable, "-m", "pytest", "-n2"]
NBVAL_ALONE = [*PYTEST, "--noconftest"]
NBMAKE_ALONE = [*NBVAL_ALONE, "-o", "addopts=", "-p", "no:nbval", "--nbmake", "-q"]
# The command, and what is set for it. Without conftest.py there are no warm kernels, no order and
# as many threads a kernel as there are cores.
WAYS = {
    "nbval -n 2": (NBVAL_ALONE, {}),
    "nbmake -n 2": (NBMAKE_ALONE, {}),
    "nbmake -n 2, one thread each": (NBMAKE_ALONE, warm_kernel.ONE_THREAD),
    OURS: (PYTEST, {}),
}
SETTINGS = {"DAYS_SCALE": "quick", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass
class Run:
    """One run of all days: seconds on the clock, and of processor time."""

    wall: float
    cpu: float


def measure(rounds: int) -> dict[str, list[Run]]:
    """Each way to run all days, once a round."""
    runs = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory(prefix="days-bench-") as folder:
        # Without its dependencies: the environment has them, in the versions that count.
        install = ["uv", "pip", "install", "-q", "--no-deps", "--target", folder, NBMAKE]
        if subprocess.run([sys.executable, "-m", *install], check=False).returncode:
            raise DaysError(f"{NBMAKE} can't be installed; `make bench` needs a network once.")
        where = {"PYTHONPATH": folder, "DAYS_PROOFS": f"{folder}/proofs"}
        for number in range(rounds):
            for way, (command, settings) in WAYS.items():
                started, cpu = time.monotonic(), _cpu()
                done = subprocess.run(
                    [*command, "days"],
                    cwd=ROOT,
                    env=os.environ | SETTINGS | where | settings,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                run = Run(time.monotonic() - started, _cpu() - cpu)
                if done.returncode:
                    raise DaysError(f"{way} failed:\n{done.stdout[-3000:]}")
                print(f"round {number + 1}: {way}, {run.wall:.1f} s", flush=True)
                runs[way].append(run)
    return runs


def _cpu() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(runs: dict[str, list[Run]]) -> str:
    """Medians, ranges, and how many times longer than ours each takes, round by round."""
    rows = [
        "| | median | range | times ours | processor time | times ours |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for way, own in runs.items():
        wall, cpu = [run.wall for run in own], [run.cpu for run in own]
        pairs = list(zip(own, runs[OURS], strict=True))
        longer = statistics.median(run.wall / ours.wall for run, ours in pairs)
        more = statistics.median(run.cpu / ours.cpu for run, ours in pairs)
        rows.append(
            f"| {way} | {statistics.median(wall):.1f} s | {min(wall):.1f}–{max(wall):.1f} s "
            f"| {longer:.2f} | {statistics.median(cpu):.1f} s | {more:.2f} |"
        )
    return "\n".join(rows)


def page(runs: dict[str, list[Run]]) -> str:
    """docs/performance.md: the table, and what one has to know to read it."""
    days = curriculum.load().written()
    known = timings.read()
    own = ", ".join(
        f"{facts.number}: {known[facts.stem]:.1f} s" for facts in days if facts.stem in known
    )
    rounds = "once" if len(runs[OURS]) == 1 else f"{len(runs[OURS])} times"
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return f"""# How fast the suite runs

`make bench` wrote this page. It runs the notebooks of {len(days)} days at quick scale, {rounds}
each way, in turn, everything already in the cache. The time is that of the whole command,
with the start of pytest and its workers and, for warm kernels, the imports of their parent.

{table(runs)}

Measured on {datetime.date.today():%d %B %Y} on {machine()}; Python {platform.python_version()}, {versions}, {NBMAKE.replace("==", " ")}.
"Times ours" is the median of the ratios within a round. Processor time depends less on what
else the machine was doing.

What warm kernels save is the imports, some seconds a notebook; what a notebook computes takes
as long in any kernel. The more a day computes, the nearer its ratio comes to 1. As they come,
kernels take as many threads as there are cores, and two kernels at a time get in each other's
way; `make test` gives each one thread. The last run took, by day: {own}.
"""


def machine() -> str:
    """The machine in words: its processor, cores and memory."""
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        cpuinfo = ""
    found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    model = found[1].strip() if found else platform.machine()
    gib = round(psutil.virtual_memory().total / 2**30)
    return f"{os.cpu_count()} cores of {model} with {gib} GiB of memory, {platform.system()}"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    try:
        runs = measure(rounds)
    except DaysError as error:
        sys.exit(str(error))
    write_text(PAGE, page(runs))
    print(table(runs))


if __name__ == "__main__":
    main()
