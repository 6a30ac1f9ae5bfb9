"""Fixtures for the tests of the frame: a machine of one's own, made-up days, a web server."""

import http.server
import os
import threading
import time
from dataclasses import dataclass, field

import hypothesis
import nbformat.v4 as nb4
import pytest

from shared import curriculum, sources
from shared.curriculum import ROOT, Curriculum, Facts

# The same examples in every run: a suite that fails one time in twenty teaches people to run it
# again. To look further: pytest --hypothesis-profile=default.
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.load_profile("repeatable")

SETTINGS = ("DAYS_MIRROR", "DAYS_OFFLINE", "DAYS_PARTIAL", "DAYS_SCALE", "DAYS_KERNEL")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def environment():
    """Undo what a library that a test imports writes into the environment."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of one's own: empty cache and proofs, no mirror, online, no scale forced."""
    for name in SETTINGS + PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DAYS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DAYS_PROOFS", str(tmp_path / "proofs"))
    sources.ledger.clear()
    yield tmp_path
    sources.ledger.clear()


def facts(number: int = 7, **changes) -> Facts:
    """A made-up day: one learned metric at one scale, a control, no torch."""
    row = {
        "number": number,
        "title": "Monte-Carlo π",
        "slug": "pi",
        "phase": "phase1_groundwork",
        "phase_title": "Groundwork",
        "summary": "Darts on a square.",
        "proof": "an error",
        "stretch": "more darts",
        "builds_on": [],
        "packages": ["numpy"],
        "extras": [],
        "data": [],
        "checkpoints": [],
        "scale": "same",
        "minutes": {"read": 60, "run": 1},
        "gpu_gib": 0,
        "bars": {"accuracy": {"same": ">= 0.85"}},
        "control": "darts thrown at a wall",
    }
    return Facts(**(row | changes))


@pytest.fixture(name="facts")
def _facts():
    """Makes a day's facts: `facts(7, scale="both")`."""
    return facts


@pytest.fixture
def use_days(monkeypatch):
    """Puts made-up days in the place of curriculum.yaml: `use_days(facts(7), facts(8))`."""

    def use(*days: Facts) -> Curriculum:
        known = Curriculum("OWNER/REPO", "main", {day.number: day for day in days})
        monkeypatch.setattr(curriculum, "load", lambda: known)
        return known

    return use


@pytest.fixture
def elsewhere(machine, monkeypatch):
    """A repository elsewhere: notebooks, exercises and lessons of days are read and written there."""
    monkeypatch.setattr(curriculum, "ROOT", machine)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # kernels find shared/ all the same
    return machine


@pytest.fixture
def write_notebook(elsewhere):
    """Writes a day's notebook from its code cells and returns its path."""

    def write(day: Facts, *cells: str):
        parameters = nb4.new_code_cell(
            'SCALE = "auto"\nSEED = 0', metadata={"tags": ["parameters"]}
        )
        title = nb4.new_markdown_cell(f"# Day {day.number} – {day.title}")
        nb = nb4.new_notebook(cells=[title, parameters, *map(nb4.new_code_cell, cells)])
        nb.metadata["kernelspec"] = {
            "name": "python3", "display_name": "Python 3", "language": "python",
        }  # fmt: skip
        day.notebook.parent.mkdir(parents=True, exist_ok=True)
        day.notebook.write_text(nb4.writes(nb), encoding="utf-8")
        return day.notebook

    return write


@dataclass
class Server:
    """A web server whose answers a test chooses; `hits` are the paths asked for, in order.

    An answer is a function that gets the request handler, or bytes to send as they are.
    """

    url: str
    answers: dict = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def status(self, code: int):
        """An answer with this status and no content."""
        return lambda handler: handler.send_error(code)

    def truncated(self, content: bytes):
        """An answer that promises all of `content` and breaks off half-way."""

        def answer(handler):
            handler.start(len(content))
            handler.wfile.write(content[: len(content) // 2])

        return answer

    def hangs(self, handler):
        """An answer that never comes."""
        self.closing.wait(30)

    def drips(self, content: bytes, seconds: float):
        """An answer that sends a byte every few milliseconds, for `seconds` in all."""

        def answer(handler):
            handler.start(len(content))
            for position in range(len(content)):
                handler.wfile.write(content[position : position + 1])
                time.sleep(seconds / len(content))

        return answer


@pytest.fixture
def server(machine):
    """A web server on this machine; unknown paths answer 404."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found.hits.append(self.path)
            answer = found.answers.get(self.path, found.status(404))
            try:
                if isinstance(answer, bytes):
                    self.start(len(answer))
                    self.wfile.write(answer)
                else:
                    answer(self)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client gave up, as some tests want

        def start(self, length: int):
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Server(f"http://127.0.0.1:{listening.server_port}")
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    found.closing.set()
    listening.shutdown()
    listening.server_close()
    thread.join()
