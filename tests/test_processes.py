"""Programs beside a notebook: they know no secrets, are waited for, and never outlive their block."""

import sys
import time

import psutil
import pytest
import requests

from shared import processes
from shared.errors import DaysError

# A server that forks a child, so that stopping has something to miss.
SERVER = """
import http.server, os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        words = repr(sorted(os.environ)) if self.path == "/env" else str(child.pid)
        self.send_response(200); self.end_headers(); self.wfile.write(words.encode())
    def log_message(self, *args): print("asked", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
def port():
    return processes.free_port()


def command(port):
    return [sys.executable, "-c", SERVER, str(port)]


def gone(pid: int) -> bool:
    """Whether a process ended within some seconds."""
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("fails", [False, True])
def test_a_server_and_its_children_end_with_the_block(port, fails):
    pids = []
    try:
        with processes.serving(command(port), f"http://127.0.0.1:{port}/") as server:
            child = int(requests.get(f"http://127.0.0.1:{port}/", timeout=5).text)
            pids = [server.process.pid, child]
            assert "asked" in server.output()
            if fails:
                raise KeyError
    except KeyError:
        assert fails
    assert len(pids) == 2 and all(gone(pid) for pid in pids)


def test_a_child_knows_no_secrets_but_what_it_is_told(port, monkeypatch):
    for name in ("DAYS_TOKEN", "github_token", "KAGGLE_KEY", "DB_PASSWORD", "AWS_SECRET"):
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("HARMLESS", "1")
    url = f"http://127.0.0.1:{port}/env"
    with processes.serving(command(port), url, GREETING="hello"):
        names = requests.get(url, timeout=5).text
    assert "HARMLESS" in names and "GREETING" in names and "PATH" in names
    for name in ("TOKEN", "token", "KEY", "PASSWORD", "SECRET"):
        assert name not in names


def test_a_program_that_ends_early_is_quoted(port):
    ends = [sys.executable, "-c", "import sys; print('no such model'); sys.exit(3)"]
    with (
        pytest.raises(DaysError, match=r"ended with status 3: no such model"),
        processes.serving(ends, f"http://127.0.0.1:{port}/"),
    ):
        pytest.fail("the block must not run")


def test_a_program_that_never_answers_is_stopped(port, tmp_path):
    note = tmp_path / "pid"
    hangs = f"import os, pathlib, time; pathlib.Path({str(note)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with (
        pytest.raises(DaysError, match=r"wasn't up after 2 s: it printed nothing"),
        processes.serving([sys.executable, "-c", hangs], f"http://127.0.0.1:{port}/", seconds=2),
    ):
        pytest.fail("the block must not run")
    assert gone(int(note.read_text()))


def test_a_free_port_can_be_taken():
    import socket

    with socket.socket() as own:
        own.bind(("127.0.0.1", processes.free_port()))
