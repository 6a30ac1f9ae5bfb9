"""Kernels by fork: one parent imports the heavy libraries, each notebook gets a copy of it.

A plain kernel spends most of a small notebook's time importing torch and its friends. Here a
server imports them once, listens on a Unix socket in a private folder, and forks a child for
each kernel; Jupyter starts the tiny `warm_launch.py` as it would start any kernel, and that
asks the server for a fork and passes signals and the exit status on.

    with warm_kernel.started() as server:
        server.spec       # a kernelspec's name, or None where warm kernels can't be had

Never with CUDA (a context doesn't survive a fork), never off Linux (elsewhere, libraries that
have seen a fork may crash), and not with DAYS_WARM=0: kernels are then plain, with the same
results. A warm kernel computes on one thread, whatever its environment says: that is what
the quick scale asks for.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAUNCHER = Path(__file__).with_name("warm_launch.py")
SPEC = "days-warm"
STOP_SECONDS = 10
MAX_REQUEST = 1 << 20  # bytes; a request is one JSON object: arguments, directory, environment

# What the days share. A package that isn't installed yet is skipped: it then costs its
# import in the notebooks that use it, as in any kernel. Not matplotlib's inline backend: it
# hooks into the running kernel when it is imported, and without one it never shows a figure.
PRELOADED = [
    "numpy", "pandas", "scipy.stats", "sklearn.linear_model", "sklearn.ensemble",
    "sklearn.neural_network", "matplotlib.pyplot", "seaborn", "torch", "torchvision",
    "torch.utils.data", "transformers", "transformers.models.gpt2.modeling_gpt2", "xgboost",
    "shap", "tqdm", "pooch", "requests", "psutil", "yaml", "nbformat", "IPython",
    "ipykernel.kernelapp", "debugpy",
]  # fmt: skip
# What libraries read when they are imported. Pools of threads don't survive a fork, so none
# may start before it.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
AT_IMPORT = ONE_THREAD | {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


# --- for those who start kernels ----------------------------------------------------------


def wanted() -> bool:
    """Whether warm kernels are allowed and possible here, judged without importing torch."""
    # A socket's path has at most 107 bytes.
    possible = sys.platform == "linux" and len(os.fsencode(tempfile.gettempdir())) < 80
    return os.environ.get("DAYS_WARM") != "0" and possible and not cuda()


def cuda() -> bool:
    """Whether this machine has an NVIDIA GPU, by its device files."""
    return any(Path(node).exists() for node in ("/dev/nvidiactl", "/dev/dxg"))


@contextlib.contextmanager
def started(preload: Sequence[str] = PRELOADED) -> Iterator[str | None]:
    """A running server; yields the name of its kernelspec, or None where kernels are plain.

    Inside the block JUPYTER_PATH leads to the kernelspec, for this process and its children.
    Kernels that still run at the end of the block are killed.
    """
    if not wanted():
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="days-warm-"))  # mode 0700: ours alone
    before = os.environ.get("JUPYTER_PATH")
    life, server = _start(folder, preload)
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(folder), before]))
    try:
        yield SPEC
    finally:
        os.environ.pop("JUPYTER_PATH")
        if before is not None:
            os.environ["JUPYTER_PATH"] = before
        os.close(life)
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)  # unless the server did


def wait() -> None:
    """Wait for the imports of the running server, so that no notebook's time includes them."""
    folder = Path(os.environ["JUPYTER_PATH"].partition(os.pathsep)[0])
    # A server that is gone answers no kernel either; that says more than we could here.
    with socket.socket(socket.AF_UNIX) as asking, contextlib.suppress(OSError):
        asking.connect(str(folder / "socket"))
        asking.shutdown(socket.SHUT_WR)  # a request for nothing
        asking.recv(1)


def _start(folder: Path, preload: Sequence[str]) -> tuple[int, subprocess.Popen]:
    """The server, and a pipe: when nobody holds that any more, the server ends by itself."""
    spec = folder / "kernels" / SPEC / "kernel.json"
    spec.parent.mkdir(parents=True)
    path = folder / "socket"
    # As Jupyter does for kernels named python3: notebooks run here are no one's history.
    options = ["-f", "{connection_file}", "--HistoryManager.hist_file=:memory:"]
    argv = [sys.executable, "-I", "-S", str(LAUNCHER), str(path), *options]
    description = {"argv": argv, "display_name": "Python 3 (warm)", "language": "python"}
    spec.write_text(json.dumps(description), encoding="utf-8")
    # Bound here, so that a kernel can ask at once and wait for the imports to end.
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen(64)
    alive, life = os.pipe()
    command = [sys.executable, "-m", "tools.warm_kernel"]
    server = subprocess.Popen(
        [*command, str(folder), str(listener.fileno()), str(alive), *preload],
        cwd=ROOT,
        env=os.environ | AT_IMPORT,
        pass_fds=[listener.fileno(), alive],
        stdin=subprocess.DEVNULL,
    )
    listener.close()
    os.close(alive)
    return life, server


# --- the server ---------------------------------------------------------------------------


@dataclass
class Request:
    """What a launcher asks for: a kernel with these arguments, directory and environment."""

    argv: list[str]
    cwd: str
    env: dict[str, str]
    stdio: list[int] = field(default_factory=list)


def serve(listener: socket.socket, alive: int) -> Request | None:
    """Fork a child for each connection, until SIGTERM comes or the pipe `alive` closes.

    Returns a Request in each forked child, and None in the server at its end. A connection
    that closes means that its launcher is gone: its kernel is killed.
    """
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # the pipe says it
    kernels: dict[int, socket.socket] = {}  # by process id
    while True:
        readable, _, _ = select.select([listener, alive, wake_read, *kernels.values()], [], [])
        signals = os.read(wake_read, 4096) if wake_read in readable else b""
        if alive in readable or signal.SIGTERM in signals:
            for pid in kernels:
                _kill(pid)
            return None
        if signals:
            _reap(kernels)
        for pid, connection in list(kernels.items()):
            if connection in readable:  # launchers say nothing more: this is their end
                _kill(pid)
        if listener in readable:
            connection, _ = listener.accept()
            request = _receive(connection)
            if request is None:
                connection.close()
                continue
            pid = _fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                for number in (signal.SIGCHLD, signal.SIGTERM):
                    signal.signal(number, signal.SIG_DFL)
                # From here on the kernel leads a group of processes, as a plain one does;
                # only then may its launcher know where to send signals.
                os.setsid()
                _send(connection, {"pid": os.getpid()})
                for other in (listener, connection, *kernels.values()):
                    other.close()
                for descriptor in (alive, wake_read, wake_write):
                    os.close(descriptor)
                return request
            for descriptor in request.stdio:
                os.close(descriptor)
            kernels[pid] = connection


def _fork() -> int:
    """os.fork without Python's warning that other threads run.

    One does once Arrow is installed: pandas imports it, and its allocator has a background
    thread, in C, which jemalloc stops before a fork and forgets in the child.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This process .* multi-threaded", DeprecationWarning)
        return os.fork()


def _receive(connection: socket.socket) -> Request | None:
    """One request with its three standard streams; None when the launcher went away."""
    connection.settimeout(10)
    try:
        data, stdio, _, _ = socket.recv_fds(connection, MAX_REQUEST, 3)
        while data and not data.endswith(b"\n"):
            more = connection.recv(MAX_REQUEST)
            if not more:
                return None
            data += more
        return Request(**json.loads(data), stdio=stdio) if data else None
    except (OSError, ValueError):
        return None


def _reap(kernels: dict[int, socket.socket]) -> None:
    """Tell each launcher whose kernel has ended how it ended."""
    for pid in list(kernels):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            connection = kernels.pop(pid)
            _send(connection, {"status": os.waitstatus_to_exitcode(status)})
            connection.close()


def _send(connection: socket.socket, message: dict) -> None:
    # A launcher that is gone needs no answer.
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _kill(pid: int) -> None:
    """Kill a kernel and what it started, even if it leads no group yet."""
    for send in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            send(pid, signal.SIGKILL)


# --- the forked child ---------------------------------------------------------------------


def become_kernel(request: Request) -> None:
    """Turn this fork into the kernel that was asked for: its streams, environment and seeds."""
    for target, descriptor in enumerate(request.stdio):
        os.dup2(descriptor, target)
        os.close(descriptor)
    theirs = _python_path()
    os.environ.clear()
    os.environ.update(request.env)
    os.chdir(request.cwd)
    time.tzset()
    sys.path[:] = _python_path() + [entry for entry in sys.path if entry not in theirs]
    _reseed()
    from ipykernel.kernelapp import launch_new_instance

    # ipykernel read JPY_PARENT_PID when it was imported; our parent is the server, and a kernel
    # that sees its parent go ends itself.
    argv = [*request.argv, f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel_launcher.py", *argv]
    launch_new_instance(argv=argv)


def _python_path() -> list[str]:
    """The folders that PYTHONPATH adds to sys.path."""
    named = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return [str(Path(folder).absolute()) for folder in named]


def _reseed() -> None:
    """Fresh entropy for every generator that the fork copied."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _preload(names: list[str]) -> None:
    for name in names:
        # What can't be imported here fails again in the notebook, where somebody sees it.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    sys.stdout.flush()  # or every child would print it again
    gc.collect()
    gc.freeze()  # the children share these pages; a collection would copy them


def main() -> None:
    folder, listener, alive, *preload = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    # Python may have put our working directory here; a kernel has its own.
    with contextlib.suppress(ValueError):
        sys.path.remove(str(ROOT))
    _preload(preload)
    request = serve(socket.socket(fileno=int(listener)), int(alive))
    if request is None:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        become_kernel(request)


if __name__ == "__main__":
    main()
