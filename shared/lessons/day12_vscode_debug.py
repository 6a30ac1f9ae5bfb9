"""Day 12, VS Code debug: what later days import.

Made from days/phase1_groundwork/day12_vscode_debug.ipynb by `days refresh 12`; edit it there.
"""

import copy
import sys


def stop_at(function, line, condition, *arguments):
    """Run function(*arguments); returns copies of its locals, one dict for each stop.

    It stops when `line` is about to run and condition(locals) holds; nested calls are passed over.
    """
    stops = []

    def trace(frame, event, _):
        if frame.f_code is not function.__code__:
            return None  # not our function: don't trace its lines
        if event == "line" and frame.f_lineno == line and condition(frame.f_locals):
            stops.append({name: copy.deepcopy(value) for name, value in frame.f_locals.items()})
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return stops


import json


def pack(message):
    """A DAP message as bytes: a header with the body's length in bytes, a blank line, JSON."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8")
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def read_message(stream):
    """The next DAP message from a binary stream, as a dict; exactly its bytes are consumed.

    A header has lines `Name: value`, in any order, and ends with an empty line; each line ends
    with \\r\\n. Raises EOFError when the stream ends before the message does.
    """
    headers = {}
    while (line := stream.readline()) != b"\r\n":
        if not line.endswith(b"\r\n"):
            raise EOFError("The stream ended inside a header.")
        name, _, value = line.decode("ascii").partition(":")
        headers[name.strip().lower()] = value.strip()
    length = int(headers["content-length"])
    body = stream.read(length)
    if len(body) < length:
        raise EOFError("The stream ended inside a message.")
    return json.loads(body)


import socket

from shared import processes
from shared.errors import DaysError


class Client:
    """The editor's side of DAP, to a debugger on this machine that listens on `port`.

    patience: seconds after which a read gives up. transcript: all messages, both ways.
    """

    def __init__(self, port, patience=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.stream = self.socket.makefile("rb")
        self.sent, self.kept, self.transcript = 0, [], []

    def send(self, command, **arguments):
        """Send a request and return its number, without waiting for the response."""
        self.sent += 1
        request = {"seq": self.sent, "type": "request", "command": command, "arguments": arguments}
        self.transcript.append(request)
        self.socket.sendall(pack(request))
        return self.sent


def wait_for(client, **wanted):
    """The body of the first message with these fields; others are kept. May raise DaysError."""
    while not (found := [one for one in client.kept if wanted.items() <= one.items()]):
        try:
            client.kept.append(read_message(client.stream))
        except (OSError, EOFError):
            raise DaysError(f"The debugger is gone or silent: {wanted} never came.") from None
        client.transcript.append(client.kept[-1])
        if client.kept[-1].get("event") == "terminated" and "terminated" not in wanted.values():
            raise DaysError(f"The program has ended: {wanted} never came.")
    client.kept.remove(found[0])
    if not found[0].get("success", True):
        raise DaysError(f"{found[0]['command']}: {found[0].get('message')}")
    return found[0].get("body", {})


def ask(client, command, **arguments):
    """Send a request and return the body of its response. Raises DaysError when it failed."""
    return wait_for(client, request_seq=client.send(command, **arguments))


import contextlib
import os
import subprocess
import tempfile
import time


def bare_environment(root, home):
    """What a program we start may see of our environment: no token among it."""
    names = ("PATH", "LANG", "LD_LIBRARY_PATH")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    kept |= {"HOME": str(home), "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


@contextlib.contextmanager
def connected(port, program, patience=60):
    """A Client of a program that is about to listen on `port`. May raise DaysError."""
    client, deadline = None, time.monotonic() + patience
    while client is None and program.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            client = Client(port, patience)
        time.sleep(0.02)
    if client is None:
        raise DaysError("The debugger did not start; run this again.")
    with client.socket, client.stream:
        yield client


@contextlib.contextmanager
def debugged(script, root):
    """Run `script` under debugpy and yield its Client; the program ends with the block.

    root: the folder it may import from. May raise DaysError.
    """
    port = processes.free_port()
    command = [sys.executable, "-X", "frozen_modules=off", "-m", "debugpy", "--wait-for-client"]
    command += ["--listen", f"127.0.0.1:{port}", str(script)]
    with tempfile.TemporaryDirectory() as home:
        options = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        options |= {"cwd": script.parent, "env": bare_environment(root, home)}
        program = subprocess.Popen(command, **options)
        try:
            with connected(port, program) as client:
                yield client
        finally:
            program.kill()
            program.wait()


import ast


def watch(client, frame, expression, context="watch"):
    """What the Watch panel shows for an expression, as text ("clipboard": not shortened)."""
    asked = {"expression": expression, "frameId": frame["id"], "context": context}
    return ask(client, "evaluate", **asked)["result"]


def fetch(client, frame, expression):
    """The value of an expression, to the last digit; arrays arrive as nested lists."""
    code = f"__import__('json').dumps({expression}, default=lambda array: array.tolist())"
    text = watch(client, frame, code, "clipboard")
    return json.loads(ast.literal_eval(text) if text[0] in "'\"" else text)  # quoted or not


def stopped(client, command=None, thread=None):
    """Where a thread stops next, as (thread, frame), after `command`: next, stepIn, continue."""
    if command:
        ask(client, command, threadId=thread)
    thread = wait_for(client, event="stopped")["threadId"]
    return thread, ask(client, "stackTrace", threadId=thread, levels=1)["stackFrames"][0]


def start(client, script, breakpoints):
    """Set breakpoints, {line: condition or ""}, let the program run to one; (thread, frame)."""
    ask(client, "initialize", adapterID="debugpy", linesStartAt1=True, pathFormat="path")
    attach = client.send("attach", justMyCode=True)
    wait_for(client, event="initialized")
    rows = [{"line": line, "condition": when or None} for line, when in breakpoints.items()]
    ask(client, "setBreakpoints", source={"path": str(script)}, breakpoints=rows)
    ask(client, "configurationDone")
    wait_for(client, request_seq=attach)
    return stopped(client)
