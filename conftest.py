"""Makes `pytest` run every notebook (through nbval) beside tests/, and write nothing here."""

import contextlib
import os
import tempfile
from collections import defaultdict
from pathlib import Path

# One thread a notebook: two workers share two cores, and floating-point sums repeat.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["DAYS_SCALE"] = "quick"
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or each kernel warns about its debugger

WORKER = "PYTEST_XDIST_WORKER" in os.environ
seconds: dict[str, float] = defaultdict(float)


def pytest_configure(config):
    """Once a session: a folder for proofs, and a server of warm kernels where notebooks run."""
    if not WORKER:
        from tools import warm_kernel

        resources = contextlib.ExitStack()
        config.add_cleanup(resources.close)
        proofs = resources.enter_context(tempfile.TemporaryDirectory(prefix="days-proofs-"))
        os.environ["DAYS_PROOFS"] = str(Path(proofs) / "proofs")
        os.environ.pop("DAYS_KERNEL", None)
        if any(not arg.startswith("tests") for arg in config.args):
            os.environ["DAYS_KERNEL"] = resources.enter_context(warm_kernel.started()) or ""
    if os.environ.get("DAYS_KERNEL"):
        config.option.nbval_current_env = False
        config.option.nbval_kernel_name = os.environ["DAYS_KERNEL"]


def pytest_ignore_collect(collection_path):
    """Executed copies and checkpoints are not days."""
    return True if ".ipynb_checkpoints" in collection_path.parts else None


def pytest_collection_modifyitems(items):
    """Longest file first, so that no worker is left alone with a long one at the end."""
    from tools import timings

    known = timings.read()
    items.sort(key=lambda item: (-known.get(item.path.stem, 0), str(item.path)))


def pytest_runtest_logreport(report):
    """Add up what each file's tests took (with xdist, in the process that collects reports)."""
    seconds[Path(report.nodeid.partition("::")[0]).stem] += report.duration


def pytest_sessionfinish():
    if not WORKER and seconds:
        from tools import timings

        timings.record(seconds)
