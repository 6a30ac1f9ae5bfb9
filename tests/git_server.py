"""A host of git repositories as GitHub is one: `git http-backend` behind basic authentication.

    with serving(folder, token) as host:
        host.url              # http://127.0.0.1:PORT
        host.create("learner/days")

Reading and writing both need the token. While a request that carries it is served, the host
looks at every process of the machine for the token.
"""

import base64
import contextlib
import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

USER = "x-access-token"
IDENTITY = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@localhost",
            "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@localhost",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip


def git(cwd: Path, *arguments: str, **environment: str) -> str:
    """git as a test uses it by hand; returns what it says."""
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env=os.environ | IDENTITY | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"git {arguments}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@dataclass
class Host:
    """A running host. `seen` are (method, path, whether it carried the right token)."""

    folder: Path
    token: str
    url: str = ""
    seen: list[tuple[str, str, bool]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    found_in: list[str] = field(default_factory=list)  # processes that held the token
    looked_at: set[str] = field(default_factory=set)  # names of programs seen during requests
    before_push: Callable[[], None] | None = None  # run when a push begins
    redirect_to: str = ""

    def create(self, repository: str) -> Path:
        """An empty repository OWNER/REPO; returns its folder."""
        bare = self.folder / f"{repository}.git"
        bare.mkdir(parents=True)
        git(bare, "init", "-q", "--bare", "-b", "main", ".")
        git(bare, "config", "http.receivepack", "true")
        return bare

    def look(self) -> None:
        """Search the arguments and environments of all processes for the token."""
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                with contextlib.suppress(OSError):
                    content = (process / name).read_bytes()
                    if name == "cmdline":
                        self.looked_at.add(Path(content.split(b"\0")[0].decode()).name)
                    if self.token.encode() in content:
                        self.found_in.append(f"{process.name}/{name}: {content[:80]!r}")


@contextlib.contextmanager
def serving(folder: Path, token: str) -> Iterator[Host]:
    """A host on a free port of this machine, for the repositories under `folder`."""
    host = Host(folder, token)
    right = "Basic " + base64.b64encode(f"{USER}:{token}".encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = self._body()
            allowed = self.headers.get("Authorization") == right
            host.seen.append((self.command, self.path, allowed))
            if host.redirect_to:
                return self._answer(302, {"Location": host.redirect_to + self.path})
            if not allowed:
                return self._answer(401, {"WWW-Authenticate": 'Basic realm="days"'})
            host.look()
            if host.before_push and self.command == "GET" and "receive-pack" in self.path:
                host.before_push()
            self._backend(body)

        do_POST = do_GET

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") == "chunked":
                parts = []
                while size := int(self.rfile.readline(), 16):
                    parts.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(parts)
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _backend(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            variables = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(host.folder),
                "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": USER, "REQUEST_METHOD": self.command,
                "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            } | IDENTITY  # fmt: skip
            command = ["git", "http-backend"]
            done = subprocess.run(command, env=variables, input=body, stdout=-1, check=True)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            status = int(headers.pop("Status", "200").split()[0])
            self._answer(status, headers, content)

        def _answer(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
            host.answers.append(status)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
