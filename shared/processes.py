"""Programs that a day starts beside its notebook: told no secrets, waited for, always stopped."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from shared.errors import DaysError

SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|KEY|CREDENTIAL|AUTH", re.IGNORECASE)
STOP_SECONDS = 10
LAST_WORDS = 1500  # characters of a server's output that an error shows


def environment(**more: str) -> dict[str, str]:
    """This process's environment for a child: without what may be a secret, with `more` added."""
    harmless = {name: value for name, value in os.environ.items() if not SECRET_NAME.search(name)}
    return harmless | more


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Server:
    """A running program: its process and the file that takes all it prints."""

    process: subprocess.Popen
    log: Path

    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def serving(
    command: Sequence[str], health: str, seconds: float = 60, cwd: Path | None = None, **more: str
) -> Iterator[Server]:
    """Start a server, wait until `health` answers with status 200, and stop it at the end.

    The program must listen on 127.0.0.1. It and its children end with the block, whatever
    happens in it. more: variables added to its environment, which holds no secrets.
    Raises DaysError, with the program's last words, when it ends early or isn't up in time.
    """
    with tempfile.TemporaryDirectory(prefix="days-server-") as folder:
        log = Path(folder) / "output.txt"
        with log.open("wb") as output:
            # A session of its own, so that its children can be stopped with it.
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(process, log)
        try:
            _wait(server, health, seconds)
            yield server
        finally:
            _stop(process)


def _wait(server: Server, health: str, seconds: float) -> None:
    deadline, name = time.monotonic() + seconds, Path(server.process.args[0]).name
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            status = server.process.returncode
            raise DaysError(f"{name} ended with status {status}: {_last_words(server)}")
        with contextlib.suppress(requests.RequestException):
            if requests.get(health, timeout=2).status_code == 200:
                return
        time.sleep(0.1)
    raise DaysError(f"{name} wasn't up after {seconds:g} s: {_last_words(server)}")


def _last_words(server: Server) -> str:
    return server.output().strip()[-LAST_WORDS:] or "it printed nothing."


def _stop(process: subprocess.Popen) -> None:
    """Ask the whole session to end; kill what is left of it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
