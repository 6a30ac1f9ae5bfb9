"""Virtual environments of their own for programs that a day starts; one function each.

For what must not be mixed with the notebook's packages, or has to be seen running without
them. Kept in the cache, shared by concurrent runs; `days fetch` makes them beforehand.
"""

import hashlib
import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import filelock

from shared import processes
from shared.errors import DaysError
from shared.sources import DOWNLOAD_SECONDS, LOCK_SECONDS, cache_folder, offline

SERVICE = ["flask", "gunicorn", "joblib", "numpy", "pandas", "pydantic", "scikit-learn"]


def service() -> Path:
    """What a prediction service needs and nothing else, in this process's own versions."""
    return make("service", service_pins())


def service_pins() -> list[str]:
    """The service's requirements, `name==version` as installed here: a pickle wants its own versions."""
    return [f"{name}=={importlib.metadata.version(name)}" for name in SERVICE]


def label_studio() -> Path:
    """Label Studio, whose requirements would pull the notebook's own packages out of place."""
    return make("label_studio", ["label-studio==1.23.2"])


def make(name: str, requirements: Sequence[str]) -> Path:
    """The Python of an environment that holds `requirements`; made at the first call.

    Raises DaysError when it isn't there yet and can't be made.
    """
    wanted = "\n".join([platform.python_version(), *sorted(requirements)])
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:12]
    folder = cache_folder() / "environments" / f"{name}-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    python, ready = folder / "bin" / "python", folder / "ready"
    with filelock.FileLock(f"{folder}.lock", timeout=LOCK_SECONDS):
        if ready.exists():
            return python
        if offline():
            raise DaysError(
                f"The environment {name!r} isn't made yet, and DAYS_OFFLINE=1 forbids fetching "
                "it; run `days fetch` with a network first."
            )
        shutil.rmtree(folder, ignore_errors=True)  # one that was left half made
        # Without pip: Colab's Python can't bring its own.
        _run([sys.executable, "-m", "venv", "--without-pip", str(folder)], name)
        _run([*_installer(python), *requirements], name)
        ready.touch()
    return python


def _installer(python: Path) -> list[str]:
    if importlib.util.find_spec("uv"):
        # Compiled at once, or each first start would compile all that it imports.
        uv = "uv pip install -q --compile-bytecode --python"
        return [sys.executable, "-m", *uv.split(), str(python)]
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]


def _run(command: list[str], name: str) -> None:
    try:
        done = subprocess.run(
            command, env=processes.environment(), capture_output=True, text=True,
            timeout=DOWNLOAD_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise DaysError(
            f"Making the environment {name!r} took over {DOWNLOAD_SECONDS} s; try again."
        ) from None
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise DaysError(f"The environment {name!r} can't be made: {words[-1]}")
