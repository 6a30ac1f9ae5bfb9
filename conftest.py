"""Makes `pytest` run every notebook (through nbval) beside tests/, and write nothing here."""

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
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DAYS_PROOFS"] = tempfile.mkdtemp(prefix="days-proofs-")

seconds: dict[str, float] = defaultdict(float)


def pytest_ignore_collect(collection_path):
    """Executed copies and checkpoints are not days."""
    return True if ".ipynb_checkpoints" in collection_path.parts else None


def pytest_runtest_logreport(report):
    """Add up what each notebook's cells took (with xdist, in the process that collects reports)."""
    path = Path(report.nodeid.partition("::")[0])
    if path.suffix == ".ipynb":
        seconds[path.stem] += report.duration


def pytest_sessionfinish(session):
    if "PYTEST_XDIST_WORKER" not in os.environ and seconds:
        from tools import timings

        timings.record(seconds)
