"""What Jupyter starts for a warm kernel: asks the server for a fork, then stands in for it.

    python -I -S warm_launch.py SOCKET ARGUMENTS_OF_THE_KERNEL...

Imports next to nothing, for it is started once a notebook. Signals go on to the kernel; its
exit status becomes ours. The kernel lives no longer than the launcher, the server and the
process that started the launcher: whichever is killed outright takes it along.
"""

import contextlib
import json
import os
import select
import signal
import socket
import sys

GONE = "The warm kernels' server is gone; DAYS_WARM=0 does without it."


def main() -> int:
    parent = os.getppid()
    path, *argv = sys.argv[1:]
    server = socket.socket(socket.AF_UNIX)
    cwd = os.getcwd()  # noqa: PTH109  (pathlib would take longer than the rest)
    request = {"argv": argv, "cwd": cwd, "env": dict(os.environ)}
    try:
        server.connect(path)
        socket.send_fds(server, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
    except OSError:
        sys.exit(GONE)
    answers = server.makefile("r", encoding="utf-8")
    first = _answer(server, answers, parent)
    if first is None:
        sys.exit(GONE)
    pid = first["pid"]

    def forward(number, _=None):
        # The kernel may have ended a moment ago; then there is nobody to tell.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, forward)
    last = _answer(server, answers, parent)
    if last is None:
        forward(signal.SIGKILL)
        return 1
    status = last["status"]
    if status < 0:  # ended by a signal: end the same way, so that Jupyter sees the same
        if -status not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def _answer(server, answers, parent: int) -> dict | None:
    """The server's next word; None when the server or our parent has ended."""
    # A word that hides in the buffer of `answers` is the last: the connection's end follows it.
    while not select.select([server], [], [], 1)[0]:
        if os.getppid() != parent:
            return None
    line = answers.readline()
    return json.loads(line) if line else None


if __name__ == "__main__":
    sys.exit(main())
