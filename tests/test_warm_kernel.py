"""Kernels by fork: each is as fresh as a plain one, and none outlives those who need it."""

import contextlib
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat.v4 as nb4
import psutil
import pytest
from jupyter_client import KernelManager
from nbclient.exceptions import DeadKernelError

from shared.curriculum import ROOT
from tools import runner, warm_kernel

SMALL = ["ipykernel.kernelapp"]  # enough for a kernel, and imported in no time
# Every server is told that there is no GPU: the machine's own is nobody's concern here.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:There is no current event loop:DeprecationWarning"),
    pytest.mark.skipif(sys.platform != "linux", reason="warm kernels are for Linux"),
]


@pytest.fixture(scope="module", autouse=True)
def full():
    """The server that the suite uses, with all that it imports beforehand; ours if there's none."""
    with pytest.MonkeyPatch.context() as patch, contextlib.ExitStack() as stack:
        patch.setattr(warm_kernel, "cuda", lambda: False)
        patch.delenv("DAYS_WARM", raising=False)
        if not os.environ.get("DAYS_KERNEL"):
            stack.enter_context(warm_kernel.started())
        warm_kernel.wait()
        yield


@dataclass
class Kernel:
    manager: KernelManager
    client: object

    def run(self, code: str) -> str:
        """What the code prints; raises RuntimeError with the name of what it raises."""
        return self.outputs(code).get("stdout", "").rstrip("\n")

    def outputs(self, code: str) -> dict[str, str]:
        """What the code leaves, by stream or MIME type."""
        found = {}

        def keep(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                found[content["name"]] = found.get(content["name"], "") + content["text"]
            found.update(content.get("data", {}))

        reply = {"status": "aborted"}
        while reply["status"] == "aborted":  # as any is that comes too soon after an interrupt
            reply = self.client.execute_interactive(
                textwrap.dedent(code), timeout=20, output_hook=keep
            )["content"]
        if reply["status"] == "error":
            raise RuntimeError(reply["ename"])
        return found

    @property
    def pid(self) -> int:
        return int(self.run("import os; print(os.getpid())"))

    @property
    def launcher(self) -> subprocess.Popen:
        return self.manager.provisioner.process


@contextlib.contextmanager
def kernel(**options):
    manager = KernelManager(kernel_name=warm_kernel.SPEC)
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def servers() -> list[psutil.Process]:
    """The servers that this process has started, the newest last."""
    mine = psutil.Process().children()
    found = [child for child in mine if "tools.warm_kernel" in child.cmdline()]
    return sorted(found, key=psutil.Process.create_time)


def gone(*pids: int, seconds: float = 8) -> bool:
    """Whether all these processes end within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(map(alive, pids)):
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run_elsewhere(code: str) -> subprocess.Popen:
    """Another Python process; returned after its first line of output, as `.said`."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.said = process.stdout.readline().split()
    return process


# --- as fresh as a plain kernel -----------------------------------------------------------


def test_a_kernel_is_a_fork_of_the_server_and_has_its_imports():
    with kernel() as warm:
        assert warm.run("import sys; print(6 * 7, 'torch' in sys.modules)") == "42 True"
        assert "tools.warm_kernel" in psutil.Process(warm.pid).parent().cmdline()


def test_environment_directory_arguments_and_path_are_those_asked_for(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DAYS_ASKED": "yes",
        "PYTHONPATH": str(tmp_path / "modules"),
        "TZ": "Asia/Kathmandu",
    }
    with kernel(cwd=str(tmp_path), env=environment) as warm:
        names = set(warm.run("import os; print(*os.environ)").split())
        assert set(environment) <= names
        assert "PYTEST_CURRENT_TEST" in os.environ and "PYTEST_CURRENT_TEST" not in names
        assert warm.run("print(os.popen('echo $DAYS_ASKED').read())").strip() == "yes"
        assert warm.run("print(os.getcwd())") == str(tmp_path)
        path = eval(warm.run("import sys; print(sys.path)"))
        assert environment["PYTHONPATH"] in path and "" in path and str(ROOT) not in path
        assert warm.run("print(sys.argv[1:3])") == f"['-f', '{warm.manager.connection_file}']"
        assert warm.run("import time; print(time.strftime('%z'))") == "+0545"
        assert warm.run("print(get_ipython().history_manager.hist_file)") == ":memory:"


def test_two_kernels_share_neither_variables_nor_random_numbers():
    draw = """
        import random, numpy, torch
        print(random.random(), numpy.random.random(), float(torch.rand(1)))
        """
    with kernel() as one, kernel() as other:
        numbers = list(zip(one.run(draw).split(), other.run(draw).split(), strict=True))
        assert all(ours != theirs for ours, theirs in numbers), numbers
        one.run("shared = numpy.kept = 1")
        assert other.run("print('shared' in globals(), hasattr(numpy, 'kept'))") == "False False"


def test_streams_go_to_the_notebook_and_to_the_launchers_own(tmp_path):
    log = tmp_path / "log"
    # Under pytest, ipykernel leaves the file descriptors alone: we see where they lead.
    with log.open("w") as stream, kernel(stdout=stream, stderr=stream) as warm:
        found = warm.outputs("import os, sys; print('out'); print('err', file=sys.stderr)")
        assert (found["stdout"], found["stderr"]) == ("out\n", "err\n")
        warm.run("os.system('echo below; echo low >&2')")
        assert log.read_text().split() == ["below", "low"]


def test_figures_show_without_being_asked_to():
    with kernel() as warm:
        found = warm.outputs("import matplotlib.pyplot as plt; plt.plot([1, 2]);")
        assert "image/png" in found


def test_the_server_has_one_thread_when_it_forks():
    """Python warns of forks from several threads, and rightly: locks may be held for ever."""
    with kernel() as warm:
        server = psutil.Process(warm.pid).ppid()
        names = [file.read_text().strip() for file in Path(f"/proc/{server}/task").glob("*/comm")]
        # The allocator of Arrow, which pandas imports, sees to its own thread around a fork.
        assert len([name for name in names if name != "jemalloc_bg_thd"]) == 1, names


# --- interrupts, restarts, ends -----------------------------------------------------------


def test_an_interrupt_stops_the_cell_and_what_it_runs_and_the_kernel_lives_on():
    with kernel() as warm:
        warm.run("kept = 5")
        for busy in ("!sleep 60", "import time; time.sleep(60)", "while True: pass"):
            assert warm.run("print(kept)") == "5"  # and ready for more
            request = warm.client.execute(f"print('on', flush=True)\n{busy}")
            while warm.client.get_iopub_msg(timeout=20)["msg_type"] != "stream":
                pass
            time.sleep(0.3)
            warm.manager.interrupt_kernel()
            reply = warm.client.get_shell_msg(timeout=20)
            assert reply["parent_header"]["msg_id"] == request
            if not busy.startswith("!"):  # there it is the command that ends
                assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert warm.run("print(kept)") == "5"


def test_a_restart_gives_a_fresh_kernel():
    with kernel() as warm:
        before = warm.pid
        warm.run("kept = 5")
        warm.manager.restart_kernel()
        warm.client.wait_for_ready(timeout=20)
        assert warm.pid != before and not alive(before)
        with pytest.raises(RuntimeError, match="NameError"):
            warm.run("kept")


def test_a_shutdown_lets_the_kernel_clean_up():
    with kernel() as warm:
        folder = warm.run("""
            import atexit, tempfile
            folder = tempfile.TemporaryDirectory()
            print(folder.name)
            """)
        kernel_pid, launcher = warm.pid, warm.launcher
        assert Path(folder).is_dir()
        warm.manager.shutdown_kernel()
        assert launcher.wait(5) == 0
        assert gone(kernel_pid)
        assert not Path(folder).exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_the_launcher_ends_as_its_kernel_did(number):
    with kernel() as warm:
        os.kill(warm.pid, number)
        assert warm.launcher.wait(5) == -number


def test_a_notebook_that_kills_its_kernel_fails_at_once(tmp_path):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    nb = nb4.new_notebook(cells=[nb4.new_code_cell(code)])
    notebook = tmp_path / "dies.ipynb"
    notebook.write_text(nb4.writes(nb), encoding="utf-8")
    started = time.monotonic()
    with pytest.raises(DeadKernelError):
        runner.execute(notebook, tmp_path / "copy.ipynb", {}, 60, kernel=warm_kernel.SPEC)
    assert time.monotonic() - started < 15


# --- nobody is left behind ----------------------------------------------------------------


def test_a_launcher_killed_outright_takes_the_kernel_along_and_what_that_runs():
    with kernel() as warm:
        child = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid)"
        pids = [warm.pid, int(warm.run(child))]
        warm.launcher.kill()
        assert gone(*pids)


def test_a_server_killed_outright_takes_its_kernels_along():
    with warm_kernel.started(SMALL), kernel() as warm:
        pids = [warm.pid, warm.launcher.pid]
        servers()[-1].kill()
        assert gone(*pids)
        late = subprocess.run(
            [sys.executable, warm_kernel.LAUNCHER, _folder() / "socket"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (late.returncode, late.stderr.strip()) == (1, LAUNCHER_SAYS)


def test_who_starts_a_kernel_and_is_killed_takes_it_along():
    process = run_elsewhere("""
        import time
        from tests.test_warm_kernel import kernel
        with kernel() as warm:
            print(warm.pid, warm.launcher.pid, flush=True)
            time.sleep(60)
        """)
    process.kill()
    assert gone(*map(int, process.said))


def test_who_starts_a_server_and_is_killed_leaves_nothing():
    process = run_elsewhere("""
        import time
        from tests.test_warm_kernel import SMALL, _folder, kernel, servers, warm_kernel
        warm_kernel.cuda = lambda: False
        with warm_kernel.started(SMALL), kernel() as warm:
            print(_folder(), warm.pid, warm.launcher.pid, servers()[-1].pid, flush=True)
            time.sleep(60)
        """)
    folder, *pids = process.said
    process.kill()
    assert gone(*map(int, pids))
    assert not Path(folder).exists()


def test_nothing_is_left_after_the_block():
    before = os.environ["JUPYTER_PATH"]
    with warm_kernel.started(SMALL):
        folder, server = _folder(), servers()[-1]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with kernel() as ended:
            ended_pid = ended.pid
        manager = KernelManager(kernel_name=warm_kernel.SPEC)
        manager.start_kernel()  # and nobody shuts it down
        running = manager.provisioner.process
        time.sleep(0.5)
    assert gone(ended_pid, running.pid, server.pid)
    assert os.environ["JUPYTER_PATH"] == before
    assert not folder.exists()
    manager.cleanup_resources()


def test_a_block_that_ends_during_the_imports_need_not_wait_for_them():
    started = time.monotonic()
    with warm_kernel.started():
        pass
    assert time.monotonic() - started < 3


def test_packages_that_are_missing_or_broken_are_left_to_the_notebook(tmp_path, monkeypatch):
    (tmp_path / "broken_package.py").write_text("raise OSError('no such library')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with warm_kernel.started(["no_such_package", "broken_package", *SMALL]), kernel() as warm:
        with pytest.raises(RuntimeError, match="OSError"):
            warm.run("import broken_package")
        with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
            warm.run("import no_such_package")


# --- plain where it must be ---------------------------------------------------------------


def switched_off(monkeypatch):
    monkeypatch.setenv("DAYS_WARM", "0")


def with_cuda(monkeypatch):
    monkeypatch.setattr(warm_kernel, "cuda", lambda: True)


def off_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")


def where_paths_are_too_long_for_a_socket(monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/tmp/" + "long" * 25)


@pytest.mark.parametrize(
    "case", [switched_off, with_cuda, off_linux, where_paths_are_too_long_for_a_socket]
)
def test_kernels_are_plain(case, monkeypatch):
    before, running = os.environ["JUPYTER_PATH"], servers()
    case(monkeypatch)
    with warm_kernel.started() as name:
        assert name is None
        assert os.environ["JUPYTER_PATH"] == before and servers() == running


def _folder() -> Path:
    """Where the newest server keeps its socket."""
    return Path(os.environ["JUPYTER_PATH"].partition(os.pathsep)[0])


LAUNCHER_SAYS = re.search('GONE = "(.*)"', warm_kernel.LAUNCHER.read_text(encoding="utf-8"))[1]
