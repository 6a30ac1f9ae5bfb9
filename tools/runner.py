"""Runs one day or many through papermill, each with its own kernel, and reports what failed.

A day is run by one function, `run_day`, that any `concurrent.futures` executor can call: a pool
of processes here, or a Dask cluster.
"""

import contextlib
import os
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import nbformat
import papermill
import psutil
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from shared import curriculum, proof
from shared.curriculum import ROOT, Facts
from shared.errors import DaysError
from tools import notebooks, warm_kernel

BUILD = ROOT / "build"
KERNEL_START_SECONDS = 120
CLUSTER_SECONDS = 20
PLAIN_KERNEL = "python3"
# The kernel gets its environment from this process, which has only one: a day at a time.
_one_day = threading.Lock()
# What `execute` raises for a notebook that fails, hangs, loses its kernel or isn't one.
FAULTS = (PapermillExecutionError, DaysError, OSError, RuntimeError, ValueError)
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


def is_quick(scale: str) -> bool:
    """Whether a run asked for at `scale` is a quick one here, DAYS_SCALE and a GPU considered."""
    asked = os.environ.get("DAYS_SCALE") or scale
    return asked == "quick" or (asked == "auto" and not warm_kernel.cuda())


def default_limit(facts: Facts, scale: str) -> float:
    """Seconds after which a day counts as hung: generous at quick scale, a night at full."""
    return 300 + 5 * facts.quick_seconds if is_quick(scale) else 12 * 3600


def run_day(
    number: int,
    scale: str = "auto",
    seed: int = 0,
    limit: float | None = None,
    progress: bool = False,
    kernel: str = PLAIN_KERNEL,
) -> Result:
    """Run a day's notebook; on success install its proof, with the executed notebook in it.

    limit: seconds for the whole notebook. The executed copy is left in build/, whatever
    happens. Never raises for a fault of the notebook: that is in the Result.

    Killed outright, it leaves a folder of its own and no proof: the kernel it started knows no
    other place to prove into, and the next run on this machine clears that away.
    """
    with _one_day:
        return _run_day(number, scale, seed, limit, progress, kernel)


def _run_day(
    number: int, scale: str, seed: int, limit: float | None, progress: bool, kernel: str
) -> Result:
    facts = curriculum.load().day(number)
    copy = BUILD / "notebooks" / f"{facts.stem}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.unlink(missing_ok=True)
    limit = limit or default_limit(facts, scale)
    started = time.monotonic()
    home = proof.proofs_folder()
    home.mkdir(parents=True, exist_ok=True)
    # The notebook proves into a folder of its own; only a whole proof moves to its place.
    staging = Path(tempfile.mkdtemp(dir=home, prefix=f"{_staging()}{os.getpid()}-"))
    try:
        with environment(DAYS_PROOFS=str(staging)):
            notebooks.read(facts.notebook)  # says what is wrong with one that can't be run
            execute(facts.notebook, copy, {"SCALE": scale, "SEED": seed}, limit, progress, kernel)
            made = proof.folder(number)
            if not (made / "proof.json").exists():
                return Result(number, _since(started), "it ran, but proved nothing")
            nb = notebooks.read(copy)
            notebooks.clean(nb)
            proof.attach(made, proof.NOTEBOOK, notebooks.text(nb))
        proof.install(made, proof.folder(number))
        return Result(number, _since(started))
    except FAULTS as error:
        return Result(number, _since(started), why(error, limit), stopped_at(error, copy))
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        _sweep(home)


def _staging() -> str:
    """How the folders begin in which runs on this machine prove; the process id follows."""
    return f".run-{platform.node()}-"


def _sweep(home: Path) -> None:
    """Remove what runs on this machine left that were killed before they could clean up."""
    for folder in home.glob(f"{_staging()}*"):
        owner = folder.name.removeprefix(_staging()).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def execute(
    notebook: Path,
    copy: Path,
    parameters: dict,
    limit: float,
    progress: bool = False,
    kernel: str = PLAIN_KERNEL,
) -> None:
    """Execute `notebook` into `copy` within `limit` seconds; raises what papermill raises.

    kernel: the name of a kernelspec.
    """
    deadline = time.monotonic() + limit
    papermill.execute_notebook(
        notebook,
        copy,
        parameters=parameters,
        kernel_name=kernel,
        language="python",
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
        error, number = future.exception(), futures[future]
        if error is not None:
            yield Result(number, 0.0, f"its worker was lost: {error}")
        elif future.result().proved and not (proof.folder(number) / "proof.json").exists():
            home = proof.proofs_folder().absolute()
            reason = (
                f"proved, but not here: start the worker with DAYS_PROOFS={home}, shared by all"
            )
            yield replace(future.result(), reason=reason)
        else:
            yield future.result()


@contextmanager
def pool(jobs: int, scale: str) -> Iterator[tuple[Executor, str]]:
    """Processes on this machine, and the kernel to use on them.

    At quick scale kernels are warm, where that is possible, and compute on one thread.
    """
    with contextlib.ExitStack() as stack:
        kernel = None
        if is_quick(scale):
            stack.enter_context(environment(**warm_kernel.ONE_THREAD))
            kernel = stack.enter_context(warm_kernel.started())
            if kernel:
                warm_kernel.wait()
        # Fresh interpreters: papermill runs an event loop, which a fork would copy half-way.
        spawn = get_context("spawn")
        processes = stack.enter_context(ProcessPoolExecutor(jobs, mp_context=spawn))
        yield processes, kernel or PLAIN_KERNEL


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at `address`, as an executor.

    A worker needs this checkout, its environment, and a proofs folder that all share. When one
    is lost, its day runs again elsewhere; a day that loses three workers is given up, for it
    may be what kills them. Raises DaysError when no scheduler or no worker answers.
    """
    import distributed

    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(distributed.Client(address, timeout=CLUSTER_SECONDS))
            client.wait_for_workers(1, timeout=CLUSTER_SECONDS)
        except (OSError, ValueError) as error:
            raise DaysError(
                f"No cluster answers at {address} ({error}). Start `dask scheduler` there and "
                f"`dask worker {address} --nthreads 1` on each machine, then run this again."
            ) from None
        yield client.get_executor(pure=False)  # or a day that ran before would not run


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


def why(error: Exception, limit: float) -> str:
    """What ended a run, as one line."""
    reason = str(error) or type(error).__name__
    if isinstance(error, PapermillExecutionError):
        reason = f"{error.ename}: {error.evalue}" if error.ename != "ProofError" else error.evalue
    elif isinstance(error, CellTimeoutError):
        reason = f"still running after {limit:g} s"
    elif isinstance(error, DeadKernelError):
        reason = "its kernel died (out of memory, or killed)"
    return " ".join(reason.split())


def stopped_at(error: Exception, copy: Path) -> int | None:
    """The number, from 1, of the code cell in which a run ended; None if it ended elsewhere."""
    if not isinstance(error, PapermillExecutionError | CellTimeoutError | DeadKernelError):
        return None
    try:
        cells = nbformat.read(copy, as_version=4).cells
    except (OSError, ValueError):
        return None
    code = [cell for cell in cells if cell.cell_type == "code"]
    # The cell in which papermill sets the parameters isn't one that a learner can count.
    own = [cell for cell in code if "injected-parameters" not in cell.metadata.get("tags", [])]
    # Not by its status: after a hang or a dead kernel papermill calls every cell completed.
    begun = [n for n, cell in enumerate(own, 1) if cell.metadata.papermill.start_time]
    return max(begun, default=None)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 1)
