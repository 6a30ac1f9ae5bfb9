"""git, run so that no configuration but our own decides what it does, where it goes or who learns what.

Local commands work on the learner's clone. What needs the network runs in a bare repository of
its own that borrows the clone's objects: there no `insteadOf`, credential helper, proxy, header
or hook of anyone's applies. The token goes through a pipe that git's askpass script reads once;
it stands in no argument, environment, file or address.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared import leaks
from shared.errors import DaysError

NETWORK_SECONDS = 600
# All that git may see of our environment: nothing that could hold a secret, or steer git.
KEPT = (
    "PATH", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy",
    "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
)  # fmt: skip
OPTIONS = {
    "credential.helper": "",
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "60",
}
OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
REPOSITORY = re.compile(rf"{OWNER}/(?!\.{{1,2}}$)[A-Za-z0-9._-]{{1,100}}")
HOST = re.compile(r"https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost):[0-9]{1,5}")
USER = "x-access-token"  # what GitHub calls a token's user; any name will do

ASKPASS = """\
#!/bin/sh
# Answers for one host alone; the pipe holds the token once.
case "$1" in
"Username for '{host}': ") echo {user} ;;
"Password for '{scheme}://{user}@{name}': ") cat /dev/fd/{pipe} ;;
*) exit 1 ;;
esac
"""


class GitError(DaysError):
    """git ended with an error; the message is its last words."""


class Rejected(GitError):
    """The other side has commits that we lack."""


@dataclass(frozen=True)
class Address:
    """A repository on the one host that may hear the token."""

    repository: str  # OWNER/REPO
    host: str  # https://github.com

    @property
    def url(self) -> str:
        return f"{self.host}/{self.repository}.git"

    @property
    def owner(self) -> str:
        return self.repository.partition("/")[0]


def expected_host() -> str:
    """DAYS_HOST, else GitHub. Raises DaysError unless it is https, or http on this machine."""
    host = (os.environ.get("DAYS_HOST") or "https://github.com").rstrip("/")
    if not HOST.fullmatch(host):
        raise DaysError("DAYS_HOST must be like https://git.example.org, without a path or a name.")
    return host


def address(text: str) -> Address:
    """Read OWNER/REPO, or its https or ssh address on the expected host; DaysError otherwise."""
    host = expected_host()
    name = re.escape(host.partition("://")[2])
    prefixes = rf"(?:{re.escape(host)}/|git@{name}:|ssh://git@{name}/)?"
    match = re.fullmatch(rf"{prefixes}([^/\s]+/[^/\s]+?)(?:\.git)?/?", text.strip())
    if not match or not REPOSITORY.fullmatch(match[1]):
        # Not quoted: an address may hold a password.
        raise DaysError(
            f"That is no repository on {host}: write it as OWNER/REPO, the last two parts of its "
            "address, without a name or password in front."
        )
    return Address(match[1], host)


class Clone:
    """The learner's clone at `root`. Raises DaysError when `root` is not the top of one."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        if not shutil.which("git"):
            raise DaysError("There is no git on this machine; install it and run this again.")
        try:
            top, folder = self.run("rev-parse", "--show-toplevel", "--absolute-git-dir").split("\n")
        except GitError:
            top = folder = ""
        if Path(top).resolve() != self.root:
            raise DaysError(
                f"{self.root.name} is not a git clone of the project, so there is nothing to commit "
                "to. Clone your fork (or unset DAYS_PROOFS) and run this again."
            )
        self.folder = Path(folder)

    def run(self, *arguments: str, content: bytes = b"", index: Path | None = None, **environment):
        """What a local git command says. Raises GitError with its last words."""
        return self.bytes(*arguments, content=content, index=index, **environment).decode().strip()

    def bytes(
        self, *arguments: str, content: bytes = b"", index: Path | None = None, **environment: str
    ) -> bytes:
        environment = _environment(self.root) | environment
        if index:
            environment["GIT_INDEX_FILE"] = str(index)
        command = ["git", *_options({"safe.directory": str(self.root)}), *arguments]
        return _checked(command, self.root, environment, content=content)

    def origin(self) -> Address | None:
        """Where the clone came from; None without a remote. DaysError if it isn't on the host."""
        try:
            return address(self.run("config", "--local", "--get", "remote.origin.url"))
        except GitError:
            return None

    def set_origin(self, target: Address) -> None:
        """Make `target` the remote `origin`, for git and for people who use git by hand."""
        self.run("config", "--local", "--replace-all", "remote.origin.url", target.url)
        fetch = "+refs/heads/*:refs/remotes/origin/*"
        self.run("config", "--local", "--replace-all", "remote.origin.fetch", fetch)
        with contextlib.suppress(GitError):  # there seldom is one
            self.run("config", "--local", "--unset-all", "remote.origin.pushurl")

    def branch(self) -> str:
        """The branch that is checked out. Raises DaysError while there is none, or in mid-merge."""
        for name in ("MERGE_HEAD", "CHERRY_PICK_HEAD", "rebase-merge", "rebase-apply"):
            if (self.folder / name).exists():
                raise DaysError("A merge or rebase is under way in this clone; finish it first.")
        try:
            return self.run("symbolic-ref", "-q", "--short", "HEAD")
        except GitError:
            raise DaysError("No branch is checked out; `git switch main`, then again.") from None

    def push(self, commit: str, branch: str, to: Address, token: str) -> None:
        """Send `commit` to `branch`. Raises Rejected when `to` has moved on, else DaysError."""
        with self._private(to.host) as git:
            git("update-ref", "refs/heads/ours", commit)
            what = f"{commit}:refs/heads/{branch}"
            try:
                git(
                    "push", "--porcelain", "--no-verify", "--", to.url, what, asked=(to.host, token)
                )
            except GitError as error:
                raise _explained(str(error), to, token) from None

    def fetch(self, branch: str, source: Address, token: str) -> str:
        """Get `branch` of `source`; returns its commit, whose objects the clone then holds."""
        with self._private(source.host) as git:
            # What we have already, so that only the rest is sent.
            git("update-ref", "refs/heads/ours", self.run("rev-parse", "HEAD"))
            what = f"+refs/heads/{branch}:refs/heads/theirs"
            try:
                git("fetch", "-q", "--no-tags", "--", source.url, what, asked=(source.host, token))
            except GitError as error:
                raise _explained(str(error), source, token) from None
            return git("rev-parse", "refs/heads/theirs")

    @contextlib.contextmanager
    def _private(self, host: str) -> Iterator[Callable[..., str]]:
        """A function that runs git in a private repository on top of the clone's objects.

        `asked=(host, token)` lets that one command ask for the token.
        """
        with tempfile.TemporaryDirectory(prefix="days-git-") as name:
            private = Path(name)  # mode 0700
            environment = _environment(private) | {"GIT_DIR": str(private / "git")}
            _checked(["git", "init", "-q", "--bare", "--template="], private, environment)
            environment["GIT_OBJECT_DIRECTORY"] = self._path("objects")
            shallow = Path(self._path("shallow"))
            if shallow.exists():
                shutil.copyfile(shallow, private / "git" / "shallow")
            scheme = host.partition("://")[0]
            command = ["git", *_options({f"protocol.{scheme}.allow": "always"})]

            def git(*arguments: str, asked: tuple[str, str] | None = None) -> str:
                with _askpass(*asked, private) if asked else _NOTHING as (variables, pipes):
                    said = _checked([*command, *arguments], private, environment | variables, pipes)
                return said.decode().strip()

            yield git

    def _path(self, name: str) -> str:
        return str(self.root / self.run("rev-parse", "--git-path", name))


@contextlib.contextmanager
def _askpass(host: str, token: str, folder: Path) -> Iterator[tuple[dict, tuple[int, ...]]]:
    """A script that tells the token once, to one host: its variable, and the pipe it reads from."""
    pipe, entrance = os.pipe()
    try:
        with os.fdopen(entrance, "w") as stream:
            stream.write(f"{token}\n")
        scheme, _, name = host.partition("://")
        script = folder / "askpass"
        text = ASKPASS.format(host=host, scheme=scheme, name=name, user=USER, pipe=pipe)
        script.write_text(text, encoding="ascii")
        script.chmod(0o700)
        yield {"GIT_ASKPASS": str(script)}, (pipe,)
    finally:
        os.close(pipe)


_NOTHING = contextlib.nullcontext(({}, ()))


def _environment(home: Path) -> dict[str, str]:
    """An environment in which git reads no configuration of the user or the system."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "HOME": str(home),  # no .netrc either
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _options(more: dict[str, str]) -> list[str]:
    return [part for item in (OPTIONS | more).items() for part in ("-c", "=".join(item))]


def _checked(
    command: list[str],
    cwd: Path,
    environment: dict[str, str],
    pipes: tuple[int, ...] = (),
    content: bytes = b"",
) -> bytes:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=content,
            capture_output=True,
            timeout=NETWORK_SECONDS,
            check=False,
            pass_fds=pipes,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git took longer than {NETWORK_SECONDS} s") from None
    if done.returncode:
        raise GitError((done.stdout + done.stderr).decode(errors="replace").strip())
    return done.stdout


def _explained(words: str, target: Address, token: str) -> GitError:
    """What went wrong between here and `target`, in a sentence and without the token."""
    name = target.repository

    def has(*signs: str) -> bool:
        return any(sign.lower() in words.lower() for sign in signs)

    if has("without `workflow` scope", "`workflows` permission"):
        return GitError(
            f"{name} lacks workflow files that this clone has, and the token may not send those. "
            "Press *Sync fork* on the fork's page, then run this again."
        )
    if has("[rejected]", "fetch first", "non-fast-forward"):
        return Rejected(f"{name} has moved on.")
    if has("Authentication failed", "could not read", "error: 401", "error: 403", "denied to"):
        return GitError(
            f"{target.host} refuses the token for {name}. It may have expired, or not cover this "
            "repository: make a new one (Contents: read and write) and store it as DAYS_TOKEN."
        )
    if has("not found", "error: 404"):
        return GitError(
            f"There is no {name} on {target.host}, or the token may not see it: check the "
            "spelling, and that the token covers this repository."
        )
    if has(
        "could not resolve", "failed to connect", "couldn't connect", "timed out", "took longer"
    ):
        return GitError(f"{target.host} can't be reached; check the connection.")
    lines = [line for line in words.splitlines() if line.strip()] or ["no word"]
    telling = next((line for line in lines if "[remote rejected]" in line), lines[-1])
    return GitError(f"{target.host} or git refused: {leaks.redact(telling.strip(), token)}.")
