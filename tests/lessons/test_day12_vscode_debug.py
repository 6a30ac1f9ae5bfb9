"""Day 12's exported debugger: messages of any content, a scripted adapter, and debugpy itself."""

import io
import os
import socket
import sys
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.curriculum import ROOT
from shared.errors import DaysError
from shared.lessons.day12_vscode_debug import (
    Client,
    ask,
    debugged,
    fetch,
    pack,
    read_message,
    start,
    stop_at,
    stopped,
    wait_for,
    watch,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=4)


@settings(deadline=None, max_examples=50)
@given(MESSAGES, st.integers(1, 60))
def test_messages_come_back_as_they_were_and_a_cut_one_never_does(messages, cut):
    data = b"".join(map(pack, messages))
    stream = io.BytesIO(data)
    assert [read_message(stream) for _ in messages] == messages
    with pytest.raises(EOFError):
        read_message(stream)
    if messages:
        stream = io.BytesIO(data[: -min(cut, len(pack(messages[-1])))])
        assert [read_message(stream) for _ in messages[:-1]] == messages[:-1]
        with pytest.raises(EOFError):
            read_message(stream)


def test_a_breakpoint_in_process_copies_locals_and_leaves_the_tracer_alone():
    def work(n):
        squares = []
        for k in range(n):
            squares.append(k * k)
        if n > 5:
            raise OverflowError
        return squares

    line, before = work.__code__.co_firstlineno + 3, sys.gettrace()
    stops = stop_at(work, line, lambda variables: variables["k"] >= 2, 4)
    assert [stop["squares"] for stop in stops] == [[0, 1], [0, 1, 4]]  # before the line has run
    with pytest.raises(OverflowError):
        stop_at(work, line, lambda variables: True, 6)
    assert sys.gettrace() is before


@pytest.fixture
def adapter():
    """A port where `answers(requests)` says which messages follow each request."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(answers):
        def run():
            connection, _ = server.accept()
            stream = connection.makefile("rb")
            for answer in answers:
                read_message(stream)
                connection.sendall(b"".join(map(pack, answer)))
            stream.read(1)  # until the client has gone

        threading.Thread(target=run, daemon=True).start()
        return Client(server.getsockname()[1], patience=0.5)

    yield serve
    server.close()


def response(number, success=True, **body):
    rest = {"body": body} if success else {"message": "no such variable"}
    message = {"type": "response", "request_seq": number, "command": "x", "success": success}
    return message | rest


def test_messages_in_any_order_find_who_asked_for_them(adapter):
    event = {"type": "event", "event": "stopped", "body": {"threadId": 7}}
    client = adapter([[event], [response(2, a=2), event, response(1, a=1)], [response(3, False)]])
    first, second = client.send("one"), client.send("two")
    assert wait_for(client, request_seq=first) == {"a": 1}
    assert wait_for(client, request_seq=second) == {"a": 2}
    assert wait_for(client, event="stopped") == wait_for(client, event="stopped") == {"threadId": 7}
    with pytest.raises(DaysError, match="no such variable"):
        ask(client, "three")
    began = time.monotonic()
    with pytest.raises(DaysError, match="gone or silent"):
        wait_for(client, event="stopped")
    assert time.monotonic() - began < 20 and len(client.transcript) == 8


def test_waiting_for_a_stop_ends_when_the_program_does(adapter):
    client = adapter([[{"type": "event", "event": "terminated"}]])
    with pytest.raises(DaysError, match="program has ended"):
        ask(client, "continue")


SCRIPT = """\
import os
def work(n):
    total = 0.1
    for k in range(n):
        total = total * 3
    return total
work(5)
"""


@pytest.mark.slow
def test_debugpy_stops_tells_sees_no_secret_and_is_gone_afterwards(tmp_path, monkeypatch):
    monkeypatch.setenv("DAYS_TOKEN", "sesame")
    script = tmp_path / "work.py"
    script.write_text(SCRIPT)

    class Interrupted(Exception):
        pass

    with pytest.raises(Interrupted), debugged(script, ROOT) as client:
        thread, frame = start(client, script, {5: "k == 2"})
        assert (frame["line"], fetch(client, frame, "[k, total]")) == (5, [2, 0.1 * 3 * 3])
        thread, frame = stopped(client, "next", thread)
        assert fetch(client, frame, "total") == 0.1 * 3 * 3 * 3
        assert len(fetch(client, frame, "list(range(20000))")) == 20000
        assert watch(client, frame, "k + 1") == "3"
        assert "sesame" not in watch(client, frame, "dict(os.environ)", "clipboard")
        with pytest.raises(DaysError, match="NameError"):
            watch(client, frame, "nobody")
        pid = fetch(client, frame, "os.getpid()")
        listening = wait_for(client, event="debugpySockets")["sockets"]
        raise Interrupted
    assert {entry["host"] for entry in listening} == {"127.0.0.1"}
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    deadline = time.monotonic() + 30
    while any(_open(entry["port"]) for entry in listening):
        assert time.monotonic() < deadline, "the adapter outlives its program"
        time.sleep(0.1)


def _open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_a_script_that_ends_without_a_stop_is_told_from_one_that_hangs(tmp_path):
    script = tmp_path / "short.py"
    script.write_text("x = 1\ny = 2\n")
    with debugged(script, ROOT) as client, pytest.raises(DaysError, match="program has ended"):
        start(client, script, {2: "x == 5"})
