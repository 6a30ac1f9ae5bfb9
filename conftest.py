"""Makes `pytest` run every notebook (through nbval) beside tests/, and write nothing here."""

import contextlib
import os
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

# One thread a notebook: two workers share two cores, and floating-point sums repeat.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["DAYS_SCALE"] = "quick"
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or each kernel warns about its debugger

WORKER = "PYTEST_XDIST_WORKER" in os.environ
seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()


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


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Undo what imported libraries write into the environment: kernels would inherit it.

    Streamlit, for one, sets MPLBACKEND to a backend that shows nothing in a notebook.
    """
    before = dict(os.environ)
    try:
        return (yield)
    finally:
        os.environ.clear()
        os.environ.update(before)


def pytest_ignore_collect(collection_path):
    """Executed copies and checkpoints are not days."""
    return True if ".ipynb_checkpoints" in collection_path.parts else None


def pytest_collection_modifyitems(items):
    """Longest file first, so that no worker is left alone with a long one at the end.

    Files stay whole (--dist=loadfile), for a notebook's cells share a kernel. A worker is given
    its next file when the last two tests of this one are left: that much may be waited for
    while another worker is idle, and with the longest first, what waits is never long. A file
    with one or two tests is given out together with the next: keep such files short.
    """
    from tools import timings, warm_kernel

    known = timings.read()
    items.sort(key=lambda item: (-known.get(item.path.stem, 0), str(item.path)))
    if os.environ.get("DAYS_KERNEL"):
        warm_kernel.wait()


def pytest_runtest_logreport(report):
    """Add up what each file's tests took (with xdist, in the process that collects reports)."""
    stem = Path(report.nodeid.partition("::")[0]).stem
    seconds[stem] += report.duration
    if report.failed:
        failed.add(stem)


def pytest_sessionfinish(session, exitstatus):
    """Keep the timings of files that ran whole: a part of a day says nothing about the day."""
    if WORKER or exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return
    from tools import timings

    timings.record_memory()
    option, paths = session.config.option, session.config.args
    parts = option.keyword or option.markexpr or option.maxfail or "::" in "".join(paths)
    if not parts and not timings.busy():
        timings.record({stem: took for stem, took in seconds.items() if stem not in failed})
