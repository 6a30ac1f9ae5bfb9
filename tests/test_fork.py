"""Committing to a fork, against a real git host that asks for a token; and that no token leaks."""

import base64
import json
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
import threading
import time
import types
from pathlib import Path

import nbformat.v4 as nb4
import pytest
from git_server import Host, git, serving

from shared import curriculum, executed, fork, leaks, progress, proof
from shared import day as days
from shared.curriculum import ROOT
from shared.errors import DaysError

KNOWN = curriculum.load()
FORK = "learner/100-days-of-ai"
RECORD = {
    "schema": proof.SCHEMA,
    "scale": "same",
    "passed": True,
    "metrics": {"error": {"value": 0.001, "bar": "<= 0.01", "passed": True}},
    "controls": {},
    "sources": [],
}


def made_up_token(prefix: str = "github_pat_") -> str:
    """A token that nobody has ever seen, so that wherever it turns up, we put it there."""
    letters = string.ascii_letters + string.digits
    return prefix + "".join(random.SystemRandom().choices(letters, k=40))


class World:
    """A host with a learner's fork, and a shallow clone of it as the bootstrap cell makes one."""

    def __init__(self, template: Path, folder: Path, host: Host):
        self.folder, self.host, self.token = folder, host, host.token
        shutil.copytree(template, folder, dirs_exist_ok=True)
        self.bare = folder / "host" / f"{FORK}.git"
        self.other = folder / "other"  # another machine of the learner's
        self.clone = folder / "clone"
        git(self.clone, "remote", "set-url", "origin", f"{host.url}/{FORK}.git")
        self.planted = []  # files into which a test itself wrote the token

    @staticmethod
    def write(root: Path, name: str, content: str | bytes) -> Path:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def second_clone(self) -> Path:
        second = self.folder / "second"
        shutil.copytree(self.clone, second)
        return second

    def prove(self, number: int = 7, artifacts: dict | None = None, **changes) -> Path:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (artifacts or {"pi.csv": "n,error\n"}).items():
                self.write(Path(folder), name, content)
            return proof.write(number, RECORD | {"day": number} | changes, Path(folder))

    def commit(self, number: int = 7) -> str:
        return fork.commit(KNOWN.day(number))

    def elsewhere(self, name: str, content: str) -> None:
        """Someone pushes a file to the fork meanwhile."""
        git(self.other, "pull", "-q", "--rebase", str(self.bare), "main")
        self.write(self.other, name, content)
        git(self.other, "add", "-A")
        git(self.other, "commit", "-qm", f"elsewhere: {name}")
        git(self.other, "push", "-q", str(self.bare), "main")

    def on_fork(self, *arguments: str) -> str:
        return git(self.bare, *arguments)

    def head(self) -> str:
        return git(self.clone, "rev-parse", "HEAD")

    def pushed(self) -> bool:
        return self.on_fork("rev-parse", "main") == self.head()

    def holders(self) -> list[str]:
        """Files of this world, and git objects of its repositories, that hold the token."""
        token = self.token.encode()
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        found = [str(path) for path in files if token in path.read_bytes()]
        for repository in {path.parent for path in self.folder.rglob("HEAD") if path.is_file()}:
            every = ["git", "cat-file", "--batch", "--batch-all-objects"]
            done = subprocess.run(every, cwd=repository, capture_output=True, check=False)
            found += [f"objects of {repository}"] if token in done.stdout else []
        return found


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    """A host's folder with a fork, and two clones of it; one shallow, as the bootstrap makes it."""
    folder = tmp_path_factory.mktemp("template")
    other, clone = folder / "other", folder / "clone"
    bare = Host(folder / "host", "").create(FORK)
    git(folder, "init", "-q", "-b", "main", str(other))
    World.write(other, "days/day07.ipynb", "a notebook\n")
    World.write(other, "shared/day.py", "code\n")
    World.write(other, "proofs/.gitkeep", "")
    World.write(other, "progress.md", progress.blank_progress(KNOWN))
    git(other, "add", "-A")
    git(other, "commit", "-qm", "upstream")
    git(other, "commit", "-q", "--allow-empty", "-m", "more of it")
    git(other, "push", "-q", str(bare), "main")
    git(folder, "clone", "-q", "--depth", "1", bare.as_uri(), str(clone))
    assert (clone / ".git" / "shallow").exists()
    return folder


@pytest.fixture
def world(template, tmp_path, monkeypatch, capfd):
    """A world with the token in the environment; afterwards it is searched for the token."""
    for name in ("DAYS_REPO", "DAYS_NAME", "DAYS_EMAIL", "GITHUB_TOKEN", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)
    token = made_up_token()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with serving(tmp_path / "host", token) as host:
        found = World(template, tmp_path, host)
        monkeypatch.setenv("DAYS_PROOFS", str(found.clone / "proofs"))
        monkeypatch.setenv("DAYS_HOST", host.url)
        monkeypatch.setenv("DAYS_TOKEN", token)
        yield found
    said = "".join(capfd.readouterr())
    assert token not in said, "the token was printed"
    assert host.found_in == [], "the token was in a process list or environment"
    assert [name for name in found.holders() if name not in found.planted] == []
    assert list((tmp_path / "tmp").iterdir()) == [], "temporary files are left"


def staged(clone: Path) -> list[str]:
    return git(clone, "diff", "--cached", "--name-only").splitlines()


# --- what is committed --------------------------------------------------------------------


def test_the_days_proof_and_progress_arrive_in_the_fork_and_nothing_else(world):
    world.prove(artifacts={"pi.csv": "n,error\n", "figures/pi.png": b"\x89PNG\r\n\x1a\nno\n"})
    world.prove(8)
    world.write(world.clone, "days/day07.ipynb", "my own experiments\n")
    world.write(world.clone, "shared/day.py", "staged\n")
    world.write(world.clone, "exercises/mine.py", "staged too\n")
    git(world.clone, "add", "shared", "exercises")
    before = world.head()
    said = world.commit()
    assert said == f"Day 7 ✅ – Monte-Carlo π: committed and pushed to {FORK}."
    assert world.pushed()
    changed = world.on_fork("diff", "--name-only", before, "main").splitlines()
    assert changed == [
        "progress.md",
        "proofs/day07/figures/pi.png",
        "proofs/day07/pi.csv",
        "proofs/day07/proof.json",
    ]
    assert world.on_fork("log", "-1", "--format=%s", "main") == "Day 7 ✅ – Monte-Carlo π"
    assert world.on_fork("rev-list", "--count", f"{before}..main") == "1"
    assert "| 7 | Monte-Carlo π | ✅ |" in world.on_fork("show", "main:progress.md")
    stored = subprocess.run(
        ["git", "show", "main:proofs/day07/figures/pi.png"], cwd=world.bare, capture_output=True
    )
    assert stored.stdout == b"\x89PNG\r\n\x1a\nno\n", "bytes, not lines"
    assert staged(world.clone) == ["exercises/mine.py", "shared/day.py"], "staged, uncommitted"
    assert git(world.clone, "status", "--porcelain", "days") == "M days/day07.ipynb"
    assert git(world.clone, "status", "--porcelain", "proofs/day07", "progress.md") == ""


def test_while_it_pushed_the_token_was_looked_for_where_it_could_have_been(world):
    """Guards the guard: the host saw git at work, and would have seen a token in its environment."""
    world.prove()
    world.commit()
    assert {"git", "git-remote-http"} <= {Path(name).name for name in world.host.looked_at} | {
        name.rpartition("/")[2] for name in world.host.looked_at
    }
    assert (True in {allowed for *_, allowed in world.host.seen}) and 401 in world.host.answers
    deadline = time.monotonic() + 5
    sleeper = subprocess.Popen(["sleep", "9"], env={"X": world.token})
    try:
        # For a moment after it has started, a program's environment reads as empty.
        while not world.host.found_in and time.monotonic() < deadline:
            world.host.look()
    finally:
        sleeper.kill()
        sleeper.wait()
    assert [name.partition("/")[0] for name in world.host.found_in] == [str(sleeper.pid)]
    world.host.found_in.clear()


@pytest.mark.parametrize(("changes", "sign"), [({}, "✅"), ({"scale": "quick"}, "◐")])
def test_the_message_bears_the_mark_that_was_earned(changes, sign, world):
    world.prove(34, **changes)
    assert world.commit(34).startswith(f"Day 34 {sign} – Tiny CNN on CIFAR-10:")
    assert world.on_fork("log", "-1", "--format=%s", "main").startswith(f"Day 34 {sign} – ")


def test_a_file_that_a_new_proof_lacks_goes_from_the_fork_too(world):
    world.prove(artifacts={"old.csv": "1"})
    world.commit()
    world.prove(artifacts={"new.csv": "1"})
    world.commit()
    names = world.on_fork("ls-tree", "--name-only", "main:proofs/day07").split()
    assert names == ["new.csv", "proof.json"]


def test_committing_again_adds_no_commit(world):
    world.prove()
    world.commit()
    before = world.on_fork("rev-parse", "main")
    assert "(nothing new)" in world.commit()
    assert world.on_fork("rev-parse", "main") == before


@pytest.mark.parametrize("ignored", ["proofs/day07/\n", "*.csv\n*.json\n"])
def test_what_git_would_ignore_is_committed_all_the_same(ignored, world):
    world.write(world.clone, ".git/info/exclude", ignored)
    world.write(world.clone, ".gitattributes", "*.csv filter=boom eol=crlf text\n")
    git(world.clone, "config", "filter.boom.clean", "false")
    world.prove(artifacts={"pi.csv": "n\nerror\n"})
    world.commit()
    assert world.on_fork("show", "main:proofs/day07/pi.csv") == "n\nerror"


# --- refused ------------------------------------------------------------------------------


def test_a_day_without_a_whole_proof_is_refused(world):
    with pytest.raises(DaysError, match="There is no proof in day07"):
        world.commit()
    (world.prove() / "pi.csv").write_text("changed")
    with pytest.raises(DaysError, match=r"not whole: pi\.csv has changed"):
        world.commit()
    world.prove(passed=False, metrics={})
    with pytest.raises(DaysError, match="it did not pass"):
        world.commit()
    assert world.host.seen == [] and staged(world.clone) == []


def notebook_printing(text: str) -> str:
    output = nb4.new_output("stream", text=text)
    return nb4.writes(nb4.new_notebook(cells=[nb4.new_code_cell("print(token)", outputs=[output])]))


HIDING = {
    "in a text artifact": ("key.txt", lambda token: f"my key: {token}\n".encode()),
    "in the bytes of a figure": ("pi.png", lambda token: b"\x89PNG\0" + token.encode() + b"\xff"),
    "in base64": ("pi.bin", lambda token: base64.b64encode(b"x=" + token.encode())),
    "in base64, in lines": ("a.txt", lambda token: base64.encodebytes(b"-" * 40 + token.encode())),
    "in UTF-16": ("pi.txt", lambda token: token.encode("utf-16")),
    "in a notebook's output": ("notebook.ipynb", lambda token: notebook_printing(token).encode()),
}


@pytest.mark.parametrize("place", HIDING)
def test_the_token_in_a_file_refuses_by_name_and_stores_nothing(place, world):
    name, hide = HIDING[place]
    target = world.prove(artifacts={name: hide(world.token)})
    world.planted = [str(target / name)]
    before = world.head(), git(world.clone, "count-objects")
    with pytest.raises(DaysError) as caught:
        world.commit()
    said = str(caught.value)
    assert f"proofs/day07/{name}" in said and world.token not in said
    assert "your token" in said
    assert (world.head(), git(world.clone, "count-objects")) == before, "not even an object"
    assert world.host.seen == []


def test_the_token_in_progress_or_in_a_files_name_refuses_too(world):
    path = world.clone / "progress.md"
    text = path.read_text(encoding="utf-8")
    world.prove()
    path.write_text(text + world.token, encoding="utf-8")
    with pytest.raises(DaysError, match=r"'progress\.md' holds your token"):
        world.commit()
    path.write_text(text, encoding="utf-8")
    named = world.prove(artifacts={f"{world.token}.txt": "x"})
    with pytest.raises(DaysError) as caught:
        world.commit()
    assert world.token not in str(caught.value) and "[removed]" in str(caught.value)
    world.planted = [str(named / "proof.json")]


SECRETS = {
    "a GitHub token": "ghp_" + "aB3" * 12,
    "a Hugging Face token": "hf_" + "aB3" * 12,
    "an AWS key": "AKIA" + "AB34" * 4,
    "a Slack token": "xoxb-" + "1234567890-abc",
    "an OpenAI key": "sk-proj-" + "aB3_" * 9,
    "a Google key": "AIza" + "aB3-_" * 7,
    "a Kaggle key": '{"username":"me","key":"' + "0123456789abcdef" * 2 + '"}',
    "a Telegram token": "123456789:AA" + "aB3" * 11,
    "a private key": "-----BEGIN OPENSSH PRIVATE " + "KEY-----",
}


@pytest.mark.parametrize("kind", leaks.SHAPES)
def test_what_looks_like_a_secret_is_found_plain_and_in_a_notebook(kind):
    assert leaks.find(f"x = '{SECRETS[kind]}'".encode()) == kind
    assert leaks.find(notebook_printing(SECRETS[kind] + "\n").encode()) == kind
    assert SECRETS[kind] not in leaks.redact(f"it was {SECRETS[kind]}.")


def test_what_only_looks_a_little_like_a_secret_is_not():
    harmless = [
        "sk-toggleable__label-arrow sk-estimator-doc-link-fitted sk-container-id-1",
        "hf_hub ghp_ AKIA github_pat AIza xoxb sk-learn risk-averse-investors-of-the-world-unite",
        json.dumps({"key": "0123456789abcdef" * 2, "sha256": "ab" * 32}),
        "12345678:AAAA -----BEGIN CERTIFICATE-----",
    ]
    for text in harmless:
        assert leaks.find(text.encode()) is None, text
    assert leaks.find(random.Random(0).randbytes(2_000_000)) is None
    assert leaks.find(base64.b64encode(random.Random(1).randbytes(1_500_000))) is None
    for path in ROOT.glob("days/*/*.ipynb"):
        assert leaks.find(path.read_bytes()) is None, path.name


def test_a_secret_of_someone_else_is_refused_by_name_in_a_commit(world):
    world.prove(artifacts={"log.txt": SECRETS["a Hugging Face token"]})
    with pytest.raises(DaysError, match=r"'proofs/day07/log\.txt' holds a Hugging Face token"):
        world.commit()


def test_files_and_days_that_are_too_large_are_refused_by_name(world):
    world.prove(artifacts={"weights.bin": b"\0" * 3_000_000})
    with pytest.raises(DaysError, match=r"'proofs/day07/weights\.bin' has 3\.0 MB"):
        world.commit()
    world.prove(artifacts={f"{n}.bin": b"\0" * (1_900_000 + n) for n in range(3)})
    with pytest.raises(DaysError, match=r"Day 7 leaves 5\.7 MB.*'proofs/day07/2\.bin'"):
        world.commit()
    world.prove(artifacts={"a.bin": b"\0" * 2_000_000})
    assert "pushed" in world.commit()


def test_a_link_to_elsewhere_is_refused(world):
    target = world.prove()
    (world.folder / "private.txt").write_text("mine")
    (target / "pi.txt").symlink_to(world.folder / "private.txt")
    with pytest.raises(DaysError, match=r"'proofs/day07/pi\.txt' is not a plain file"):
        world.commit()


HOSTILE = [
    "--upload-pack=touch /tmp/x", "-c/core.sshCommand=x", "a/b/c", "a", "a/..", "../b", "a/b;ls",
    "a/b c", "a/b\nc", "a\0/b", "https://evil.example/a/b", "ext::sh -c x/y", "file:///tmp/a/b",
    "https://me:pass@github.com/a/b", "a/", "/b", "a/--x y", "é/b", "a/b?x", "$(x)/b", "",
]  # fmt: skip


@pytest.mark.parametrize("repository", HOSTILE)
def test_hostile_names_of_repositories_are_refused_in_a_sentence(repository, world, monkeypatch):
    config = (world.clone / ".git" / "config").read_bytes()
    with pytest.raises(DaysError, match="That is no repository on") as caught:
        fork.adopt(repository)
    assert "pass" not in str(caught.value).split("without a name or pass")[0]
    world.prove()
    if repository and "\0" not in repository:
        monkeypatch.setenv("DAYS_REPO", repository)
        with pytest.raises(DaysError, match="That is no repository on"):
            world.commit()
    assert (world.clone / ".git" / "config").read_bytes() == config and world.host.seen == []


@pytest.mark.parametrize(
    "host",
    ["http://github.com", "https://github.com/x", "https://a@b", "ftp://x", "-x", "https://"],
)
def test_hostile_hosts_are_refused(host, world, monkeypatch):
    monkeypatch.setenv("DAYS_HOST", host)
    world.prove()
    with pytest.raises(DaysError, match="DAYS_HOST must be like"):
        world.commit()


@pytest.mark.parametrize("day", ["0", "101", "7;ls", "-7", "../7", "7-9", "", "٧"])
def test_hostile_days_and_slugs_are_refused_by_the_command(day, world, monkeypatch, capfd):
    from tools import cli

    monkeypatch.setattr(sys, "argv", ["days", "commit", "--", day])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capfd.readouterr().err
    assert "Traceback" not in said and said.rstrip().endswith(
        "`days doctor` prints a report to paste into an issue."
    )


def test_a_hostile_identity_stays_a_name(world, monkeypatch):
    monkeypatch.setenv("DAYS_NAME", "Ada\n<evil@x> --author=x")
    monkeypatch.setenv("DAYS_EMAIL", "ada@example.org>\nparent x")
    world.prove()
    world.commit()
    shown = world.on_fork("log", "-1", "--format=%an|%ae|%cn", "main")
    assert shown == "Adaevil@x --author=x|ada@example.orgparent x|Adaevil@x --author=x"


@pytest.mark.parametrize("token", ["two\nlines", "sp ace", "é"])
def test_a_token_that_is_none_is_refused_unquoted(token, world, monkeypatch):
    monkeypatch.setenv("DAYS_TOKEN", token)
    world.prove()
    with pytest.raises(DaysError, match="holds characters that no token has"):
        world.commit()


def test_the_project_itself_is_no_fork_and_a_folder_is_no_clone(world, monkeypatch, tmp_path):
    world.prove()
    git(world.clone, "remote", "set-url", "origin", f"{world.host.url}/{KNOWN.upstream}")
    with pytest.raises(DaysError, match="not your fork of it"):
        world.commit()
    git(world.clone, "remote", "remove", "origin")
    with pytest.raises(DaysError, match="has no remote"):
        world.commit()
    monkeypatch.setenv("DAYS_PROOFS", str(tmp_path / "elsewhere" / "proofs"))
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(DaysError, match="is not a git clone"):
        world.commit()


def test_nothing_is_committed_in_the_middle_of_a_merge_or_without_a_branch(world):
    world.prove()
    marker = world.write(world.clone, ".git/MERGE_HEAD", world.head())
    with pytest.raises(DaysError, match="A merge or rebase is under way"):
        world.commit()
    marker.unlink()
    git(world.clone, "checkout", "-q", "--detach")
    with pytest.raises(DaysError, match="No branch is checked out"):
        world.commit()


# --- the token ----------------------------------------------------------------------------


def test_without_a_token_the_commit_stays_local_and_goes_with_the_next(world, monkeypatch):
    monkeypatch.delenv("DAYS_TOKEN")
    world.prove()
    before = world.on_fork("rev-parse", "main")
    said = world.commit()
    assert "not pushed" in said and "DAYS_TOKEN" in said and "fine-grained" in said
    assert git(world.clone, "log", "-1", "--format=%s") == "Day 7 ✅ – Monte-Carlo π"
    assert world.on_fork("rev-parse", "main") == before and world.host.seen == []
    monkeypatch.setenv("GITHUB_TOKEN", world.token)
    world.prove(8)
    world.commit(8)
    assert world.pushed()
    assert world.on_fork("rev-list", "--count", f"{before}..main") == "2"


def test_a_wrong_token_is_a_sentence_and_the_commit_is_kept(world, monkeypatch):
    wrong = made_up_token("ghp_")
    monkeypatch.setenv("DAYS_TOKEN", wrong)
    world.prove()
    before = world.on_fork("rev-parse", "main")
    with pytest.raises(DaysError, match="refuses the token") as caught:
        world.commit()
    assert wrong not in str(caught.value) and "kept in this clone" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert git(world.clone, "log", "-1", "--format=%s") == "Day 7 ✅ – Monte-Carlo π"
    assert world.on_fork("rev-parse", "main") == before
    monkeypatch.setenv("DAYS_TOKEN", world.token)
    world.commit()
    assert world.pushed()


def test_a_fork_that_is_not_there_and_a_host_that_is_down_are_sentences(world, monkeypatch):
    world.prove()
    monkeypatch.setenv("DAYS_REPO", "learner/nothing")
    with pytest.raises(DaysError, match="There is no learner/nothing on"):
        world.commit()
    monkeypatch.setenv("DAYS_HOST", "http://127.0.0.1:9")
    with pytest.raises(DaysError, match="can't be reached"):
        world.commit()


def test_no_credential_helper_hook_or_header_of_the_clone_hears_of_it(world):
    """What a learner, or a hostile clone, may have configured."""
    store = world.folder / "store"
    store.write_text("")
    witness = world.folder / "witness"
    witness.write_text("")
    script = f"#!/bin/sh\nenv >> {witness}; cat >> {witness}; exit 0\n"
    names = ("pre-push", "post-commit", "reference-transaction", "pre-commit", "post-index-change")
    for name in names:
        hook = world.write(world.clone, f".git/hooks/{name}", script)
        hook.chmod(0o755)
    helper = world.write(world.folder, "helper", script)
    helper.chmod(0o755)
    for key, value in {
        "credential.helper": f"store --file={store}",
        "credential.http://127.0.0.1.helper": str(helper),
        "core.askPass": str(helper),
        "core.fsmonitor": str(helper),
        "http.extraHeader": "X-Evil: 1",
        "http.proxy": "http://127.0.0.1:9",
        "core.gitProxy": str(helper),
        "credential.username": "someone",
        "push.gpgSign": "true",
        "commit.gpgSign": "true",
        "gpg.program": str(helper),
    }.items():
        git(world.clone, "config", key, value)
    world.prove()
    world.commit()
    assert world.pushed()
    assert store.read_text() == "" and witness.read_text() == ""


def test_nor_does_configuration_of_the_user_or_the_environment(world, monkeypatch):
    home = world.folder / "home"
    store, trace = home / "store", home / "trace"
    world.write(home, "store", "")
    config = (
        f'[credential]\n\thelper = store --file={store}\n[http]\n\tproxy = "http://127.0.0.1:9"\n'
    )
    world.write(home, ".gitconfig", config)
    world.write(home, ".netrc", "machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_TRACE_CURL", str(trace))
    monkeypatch.setenv("GIT_TRACE_REDACT", "0")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "url.http://127.0.0.1:9/.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", f"{world.host.url}/")
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")
    monkeypatch.setenv("GIT_INDEX_FILE", str(home / "index"))
    world.prove()
    fork.commit(KNOWN.day(7))
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    assert world.pushed()
    assert store.read_text() == "" and not trace.exists() and not (home / "index").exists()


@pytest.mark.parametrize("key", ["insteadOf", "pushInsteadOf"])
def test_a_rewritten_address_gets_neither_the_token_nor_the_commit(key, world, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("evil"), world.token) as evil:
        evil.create(FORK)
        git(world.clone, "config", f"url.{evil.url}/.{key}", f"{world.host.url}/")
        git(world.clone, "config", "remote.origin.pushurl", f"{evil.url}/{FORK}.git")
        world.prove()
        world.commit()
        assert evil.seen == []
    assert world.pushed()


def test_a_redirect_to_another_host_is_not_followed(world, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("evil"), world.token) as evil:
        evil.create(FORK)
        world.host.redirect_to = evil.url
        world.prove()
        with pytest.raises(DaysError, match="kept in this clone"):
            world.commit()
        assert evil.seen == []


# --- a fork that has moved on -------------------------------------------------------------


def test_a_rejected_push_goes_on_top_of_what_came_meanwhile(world):
    world.prove()
    world.elsewhere("days/day07.ipynb", "a better notebook\n")
    world.write(world.clone, "shared/day.py", "my own change\n")
    said = world.commit()
    assert said.endswith(f"committed and pushed to {FORK}.")
    assert world.pushed()
    subjects = world.on_fork("log", "-2", "--format=%s", "main").splitlines()
    assert subjects == ["Day 7 ✅ – Monte-Carlo π", "elsewhere: days/day07.ipynb"]
    assert (world.clone / "days/day07.ipynb").read_text() == "a better notebook\n"
    assert git(world.clone, "status", "--porcelain") == "M shared/day.py", "and nothing else"


def test_progress_is_written_anew_from_the_proofs_of_both_sides(world, monkeypatch):
    """Two machines prove two days and write in progress.md; the fork ends with all of it."""
    second = world.second_clone()
    for root, number, words in ((world.clone, 7, "I began in May."), (second, 8, "It is June.")):
        monkeypatch.setenv("DAYS_PROOFS", str(root / "proofs"))
        path = root / "progress.md"
        path.write_text(path.read_text() + f"\n{words}\n")
        world.prove(number)
        assert "pushed" in world.commit(number)
    text = world.on_fork("show", "main:progress.md")
    for row in ("| 7 | Monte-Carlo π | ✅ |", "| 8 | Metrics from scratch | ✅ |"):
        assert text.count(row) == 1
    assert "I began in May." in text and "It is June." in text
    assert text.count("<!-- fork: learner/") == 1
    rows = [int(m[1]) for m in map(progress.ROW.match, text.splitlines()) if m]
    assert rows == list(range(1, 101))
    assert text == (second / "progress.md").read_text().strip()
    assert git(second, "status", "--porcelain") == ""
    assert (second / "proofs/day07/proof.json").exists()
    assert world.on_fork("rev-parse", "main") == git(second, "rev-parse", "HEAD")


def test_several_local_commits_go_on_top_together(world, monkeypatch):
    monkeypatch.delenv("DAYS_TOKEN")
    for number in (7, 8):
        world.prove(number)
        world.commit(number)
    world.elsewhere("README.md", "news\n")
    monkeypatch.setenv("DAYS_TOKEN", world.token)
    world.prove(9)
    world.commit(9)
    assert world.pushed()
    subjects = world.on_fork("log", "-4", "--format=%s", "main").splitlines()
    assert [s.split(" –")[0] for s in subjects] == [
        "Day 9 ✅", "Day 8 ✅", "Day 7 ✅", "elsewhere: README.md",
    ]  # fmt: skip
    text = world.on_fork("show", "main:progress.md")
    assert text.count("✅ | [error 0.001") == 3


def test_a_second_rejection_is_a_sentence_and_the_commit_is_kept(world):
    world.prove()
    world.host.before_push = lambda: world.elsewhere(f"{len(world.host.seen)}.txt", "again\n")
    with pytest.raises(DaysError, match="moved on twice") as caught:
        world.commit()
    assert "\n" not in str(caught.value) and "kept in this clone" in str(caught.value)
    assert git(world.clone, "log", "-1", "--format=%s") == "Day 7 ✅ – Monte-Carlo π"
    assert git(world.clone, "status", "--porcelain") == ""
    world.host.before_push = None
    world.commit()
    assert world.pushed()


def test_where_it_takes_a_person_the_clone_is_left_as_it_was(world):
    world.prove()
    world.elsewhere("days/day07.ipynb", "theirs\n")
    world.write(world.clone, "days/day07.ipynb", "mine\n")
    with pytest.raises(DaysError, match="git pull --rebase"):
        world.commit()
    assert (world.clone / "days/day07.ipynb").read_text() == "mine\n"
    assert git(world.clone, "log", "-1", "--format=%s") == "Day 7 ✅ – Monte-Carlo π"
    git(world.clone, "commit", "-qm", "an experiment of mine", "days/day07.ipynb")
    with pytest.raises(DaysError, match=r"a commit of yours on 'days/day07\.ipynb'"):
        world.commit()
    assert git(world.clone, "log", "-1", "--format=%s") == "an experiment of mine"


def test_two_commits_at_once_both_arrive(world):
    """Two programs in one clone; each is alone while it works."""
    world.prove(7)
    world.prove(8)
    # -S: the clone under test is a stand-in, so the program is the one of this work tree.
    program = "from shared import curriculum, fork; import sys\n"
    program += "print(fork.commit(curriculum.load().day(int(sys.argv[1]))))"
    # The token comes through stdin here: in an environment the host would rightly find it.
    program = "import os, sys; os.environ['DAYS_TOKEN'] = sys.stdin.readline().strip()\n" + program
    environment = {k: v for k, v in os.environ.items() if k != "DAYS_TOKEN"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(number)],
            cwd=ROOT, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in (7, 8)
    ]  # fmt: skip
    ended = {}
    threads = [
        threading.Thread(target=lambda p=p: ended.update({p: p.communicate(world.token + "\n")}))
        for p in running
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for process in running:
        out, err = ended[process]
        assert process.returncode == 0 and "pushed" in out and err == "", out + err
    assert world.pushed()
    subjects = world.on_fork("log", "-2", "--format=%s", "main")
    assert "Day 7 ✅" in subjects and "Day 8 ✅" in subjects
    assert git(world.clone, "status", "--porcelain") == ""


# --- adopting a fork, Colab ---------------------------------------------------------------


def test_adopting_sets_origin_and_links_the_learners_days(world):
    git(world.clone, "remote", "set-url", "origin", "https://github.com/someone/else")
    said = fork.adopt("me/my-days.git")
    assert "me/my-days" in said
    assert git(world.clone, "remote", "get-url", "origin") == f"{world.host.url}/me/my-days.git"
    text = (world.clone / "progress.md").read_text(encoding="utf-8")
    written = KNOWN.written()
    for facts in written:
        path = f"me/my-days/blob/main/days/{facts.phase}/{facts.stem}.ipynb"
        assert f"[{facts.number}](https://colab.research.google.com/github/{path})" in text
    assert text.startswith("# My hundred days\n\n<!-- fork: me/my-days -->")
    assert progress.blank(text, KNOWN) == progress.blank_progress(KNOWN)
    fork.adopt("me/other")
    text = (world.clone / "progress.md").read_text(encoding="utf-8")
    assert "me/my-days" not in text and text.count("<!-- fork:") == 2


def test_the_commands_adopt_and_commit(world, monkeypatch, capfd):
    from tools import cli

    def days(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["days", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capfd.readouterr()
        assert (ended.value.code or 0, err) == (0, "") and world.token not in out
        return out

    git(world.clone, "remote", "remove", "origin")
    assert "belongs to" in days("adopt", FORK)
    world.prove()
    assert f"committed and pushed to {FORK}." in days("commit", "7")
    assert world.pushed()


def colab(monkeypatch, secrets: dict, reply) -> None:
    """A stand-in for google.colab with these secrets, and a page that answers `reply`."""

    def get(name):
        if name not in secrets:
            raise LookupError(name)
        return secrets[name]

    def blocking_request(what, timeout_sec):
        assert what == "get_ipynb" and timeout_sec > 0
        if isinstance(reply, Exception):
            raise reply
        return reply

    module = types.ModuleType("google.colab")
    module.userdata = types.SimpleNamespace(get=get)
    module._message = types.SimpleNamespace(blocking_request=blocking_request)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)


def page(world, printed: str = "3.14\n") -> dict:
    """The notebook as Colab's page hands it over, with its widgets and its account."""
    nb = json.loads(notebook_printing(printed))
    nb["metadata"] = {"widgets": {"application/vnd.jupyter.widget-state+json": {"a": 1}}}
    nb["metadata"]["colab"] = {"name": "Day 7"}
    user = {"displayName": "Ada Lovelace", "userId": "0815"}
    nb["cells"][0]["metadata"] = {"executionInfo": {"user": user}, "outputId": "x"}
    widget = {"output_type": "display_data", "metadata": {}, "data": {executed.WIDGET: {"m": "x"}}}
    nb["cells"][0]["outputs"].append(widget)
    return {"ipynb": nb}


def a_day(number: int = 7) -> days.Day:
    return days.Day(KNOWN.day(number), "same", 0, None, Path("/nowhere"), None)


def test_in_colab_the_commit_cell_adopts_attaches_the_page_and_pushes(world, monkeypatch, capfd):
    """A browser and nothing else: the clone came from upstream, the secrets name the fork."""
    monkeypatch.delenv("DAYS_TOKEN")
    secrets = {"DAYS_TOKEN": world.token, "DAYS_REPO": FORK, "DAYS_NAME": "Ada"}
    colab(monkeypatch, secrets, page(world))
    git(world.clone, "remote", "set-url", "origin", f"{world.host.url}/{KNOWN.upstream}.git")
    world.prove(1)
    a_day(1).commit()
    assert f"committed and pushed to {FORK}" in capfd.readouterr().out
    assert git(world.clone, "remote", "get-url", "origin") == f"{world.host.url}/{FORK}.git"
    stored = world.on_fork("show", "main:proofs/day01/notebook.ipynb")
    assert "3.14" in stored and "Lovelace" not in stored and "widget" not in stored
    assert proof.broken(proof.folder(1)) == []
    assert world.on_fork("log", "-1", "--format=%an <%ae>", "main") == (
        "Ada <learner@users.noreply.github.com>"
    )
    assert f"<!-- fork: {FORK} -->" in world.on_fork("show", "main:progress.md")


@pytest.mark.parametrize("reply", [None, {}, TimeoutError(), AttributeError("gone"), {"ipynb": 3}])
def test_a_page_that_hands_nothing_over_costs_only_the_notebook(reply, world, monkeypatch, capfd):
    colab(monkeypatch, {}, reply)
    world.prove()
    a_day().commit()
    assert "Save a copy in GitHub" in capfd.readouterr().out
    assert world.pushed()
    assert "notebook.ipynb" not in world.on_fork("ls-tree", "--name-only", "main:proofs/day07")


def test_a_token_printed_in_the_colab_notebook_is_caught(world, monkeypatch):
    colab(monkeypatch, {}, page(world, printed=world.token))
    target = world.prove()
    with pytest.raises(DaysError, match=r"'proofs/day07/notebook\.ipynb' holds your token"):
        a_day().commit()
    world.planted = [str(target / "notebook.ipynb")]
    assert world.host.seen == []


def test_an_unproved_day_asks_the_page_for_nothing(world, monkeypatch):
    colab(monkeypatch, {}, AssertionError("asked"))
    with pytest.raises(DaysError, match="There is no proof"):
        a_day().commit()
