"""Runs one day or many through papermill, each with its own kernel, and reports what failed.

A day is run by one function, `run_day`, that any `concurrent.futures` executor can call.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from shared import curriculum, proof
from shared.curriculum import ROOT, Facts
from shared.errors import DaysError
from tools import notebooks

BUILD = ROOT / "build"
KERNEL_START_SECONDS = 120
# A kernel otherwise greets Python 3.11+ with a page of debugger warnings.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


@dataclass(frozen=True)
class Result:
    """How one day went: `reason` is empty when it was proved."""

    number: int
    seconds: float
    reason: str = ""
    cell: int | None = None

    @property
    def proved(self) -> bool:
        return not self.reason


def default_limit(facts: Facts, scale: str) -> float:
    """Seconds after which a day counts as hung: generous at quick scale, a night at full."""
    return 12 * 3600 if scale == "full" else 300 + 5 * facts.quick_seconds


def run_day(
    number: int,
    scale: str = "auto",
    seed: int = 0,
    limit: float | None = None,
    progress: bool = False,
) -> Result:
    """Run a day's notebook; on success install its proof, with the executed notebook in it.

    limit: seconds for the whole notebook. The executed copy is left in build/, whatever
    happens. Never raises for a fault of the notebook: that is in the Result.
    """
    facts = curriculum.load().day(number)
    copy = BUILD / "notebooks" / f"{facts.stem}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    limit = limit or default_limit(facts, scale)
    started = time.monotonic()
    home = proof.proofs_folder()
    home.mkdir(parents=True, exist_ok=True)
    # The notebook proves into a folder of its own; only a whole proof moves to its place.
    staging = Path(tempfile.mkdtemp(dir=home, prefix=".run-"))
    try:
        with environment(DAYS_PROOFS=str(staging)):
            execute(facts.notebook, copy, {"SCALE": scale, "SEED": seed}, limit, progress)
            made = proof.folder(number)
            if not (made / "proof.json").exists():
                return Result(number, _since(started), "it ran, but proved nothing")
            nb = notebooks.read(copy)
            notebooks.clean(nb)
            proof.attach(made, proof.NOTEBOOK, notebooks.text(nb))
        proof.install(made, proof.folder(number))
        return Result(number, _since(started))
    except PapermillExecutionError as error:
        reason = f"{error.ename}: {error.evalue}" if error.ename != "ProofError" else error.evalue
    except CellTimeoutError:
        reason = f"still running after {limit:g} s"
    except DeadKernelError:
        reason = "its kernel died (out of memory, or killed)"
    except (DaysError, OSError) as error:
        reason = str(error)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Result(number, _since(started), " ".join(reason.split()), _stopped_at(copy))


def execute(
    notebook: Path, copy: Path, parameters: dict, limit: float, progress: bool = False
) -> None:
    """Execute `notebook` into `copy` within `limit` seconds; raises what papermill raises."""
    deadline = time.monotonic() + limit
    papermill.execute_notebook(
        notebook,
        copy,
        parameters=parameters,
        kernel_name="python3",
        cwd=notebook.parent,
        progress_bar=progress,
        start_timeout=KERNEL_START_SECONDS,
        timeout_func=lambda cell: max(1, deadline - time.monotonic()),
        raise_on_iopub_timeout=False,
    )


def run_many(executor: Executor, numbers: list[int], **options) -> Iterator[Result]:
    """Run days on an executor and yield each Result as it comes; a lost worker is a Result too."""
    futures: dict[Future, int] = {executor.submit(run_day, n, **options): n for n in numbers}
    for future in as_completed(futures):
        error = future.exception()
        if error is None:
            yield future.result()
        else:
            yield Result(futures[future], 0.0, f"its worker was lost: {error}")


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set environment variables for the kernels started inside the block."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _stopped_at(copy: Path) -> int | None:
    """The number, from 1, of the first code cell that papermill did not complete."""
    try:
        cells = nbformat.read(copy, as_version=4).cells
    except (OSError, ValueError):
        return None
    code = [cell for cell in cells if cell.cell_type == "code"]
    for position, cell in enumerate(code, 1):
        if cell.metadata.get("papermill", {}).get("status") != "completed":
            return position
    return None


def _since(started: float) -> float:
    return round(time.monotonic() - started, 1)
