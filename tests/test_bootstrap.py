"""The bootstrap cell, run as Colab runs it: a stand-in `google.colab`, a clone from a local URL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared import curriculum
from shared.curriculum import ROOT
from tools import notebooks

# A fresh interpreter as Colab's kernel: google.colab is loaded, nothing of the project is.
COLAB = """
import sys, types
from pathlib import Path

class SecretNotFoundError(Exception): pass
class NotebookAccessError(Exception): pass

def get(name):
    raise {secret}

userdata = types.SimpleNamespace(
    get=get, SecretNotFoundError=SecretNotFoundError, NotebookAccessError=NotebookAccessError
)
colab = types.ModuleType("google.colab")
colab.userdata = userdata
sys.modules["google"] = types.ModuleType("google")
sys.modules["google"].colab = colab
sys.modules["google.colab"] = colab
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path({root!r})]
"""
SEEN = """
import os, subprocess
import shared.day
print("shared from", Path(shared.day.__file__).parents[1])
print("entries", sys.path.count(home), os.getcwd())
child = [sys.executable, "-c", "import shared.curriculum as c; print('child', c.ROOT)"]
print(subprocess.run(child, capture_output=True, text=True, check=True).stdout)
"""


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """A bare repository with the work tree's tracked files, as a file:// URL."""
    work, bare = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("up") / "days.git"
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, files.decode().split("\0")):
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes((ROOT / name).read_bytes())
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        [*identity, "commit", "-qm", "all"],
        ["clone", "-q", "--bare", ".", str(bare)],
    ):
        subprocess.run(["git", *command], cwd=work, check=True)
    return bare.as_uri()


def in_colab(code, home, cwd, repo="", secret='SecretNotFoundError("DAYS_REPO")'):
    """Run `code` in a fresh interpreter that looks like Colab; returns the finished process."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DAYS_REPO")}
    environment |= {"DAYS_HOME": str(home)} | ({"DAYS_REPO": repo} if repo else {})
    program = COLAB.format(secret=secret, root=str(ROOT)) + code
    # -S leaves out site-packages' editable install; -c puts the dependencies back without it.
    site = [p for p in sys.path if p.endswith("site-packages")]
    program = f"import sys; sys.path += {site!r}\n" + program
    return subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def cell(number=2) -> str:
    known = curriculum.load()
    return notebooks.bootstrap(known.day(number), known) + "\n"


def test_a_fresh_interpreter_clones_once_and_imports_from_the_clone(upstream, tmp_path):
    home, cwd = tmp_path / "clone", tmp_path / "content"
    cwd.mkdir()
    first = in_colab(cell() + cell() + SEEN, home, cwd, repo=upstream)
    assert first.returncode == 0, first.stderr
    assert f"shared from {home}" in first.stdout
    assert f"entries 1 {cwd}" in first.stdout, "one entry on sys.path, the directory unchanged"
    assert f"child {home}" in first.stdout, "processes that the notebook starts find it too"
    assert (home / ".git" / "shallow").exists()
    stamp = (home / ".git" / "HEAD").stat().st_mtime_ns
    second = in_colab(cell() + SEEN, home, cwd, repo="file:///nowhere")
    assert second.returncode == 0, second.stderr
    assert (home / ".git" / "HEAD").stat().st_mtime_ns == stamp, "the clone is not made again"


@pytest.mark.parametrize("error", ["SecretNotFoundError", "NotebookAccessError"])
def test_without_a_fork_it_clones_upstream_and_says_so(error, upstream, tmp_path):
    code = cell().replace(curriculum.load().upstream, upstream)
    done = in_colab(code + SEEN, tmp_path / "clone", tmp_path, secret=f"{error}('DAYS_REPO')")
    assert done.returncode == 0, done.stderr
    assert "nothing can be committed" in done.stdout


def test_a_clone_that_fails_leaves_nothing_behind_and_the_next_try_works(upstream, tmp_path):
    home = tmp_path / "clone"
    broken = in_colab(cell() + SEEN, home, tmp_path, repo=(tmp_path / "no.git").as_uri())
    assert broken.returncode != 0
    assert not home.exists()
    assert in_colab(cell() + SEEN, home, tmp_path, repo=upstream).returncode == 0


def test_outside_colab_it_does_nothing(tmp_path):
    before = "import sys; before = list(sys.path)\n"
    after = "assert sys.path == before and 'PYTHONPATH' not in os.environ\n"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-c", before + cell() + after], cwd=tmp_path, env=environment, check=True
    )
    assert list(tmp_path.iterdir()) == []


def test_extras_are_pinned_and_installed_without_constraints():
    known = curriculum.load()
    with_extras = [facts for facts in known.days.values() if facts.extras]
    for facts in with_extras:
        line = notebooks.bootstrap(facts, known).splitlines()[-1]
        assert line == f"    %pip install -q {' '.join(facts.extras)}"
    without = notebooks.bootstrap(known.day(2), known)
    assert "%pip" not in without


def test_the_repository_stays_small_enough_to_clone_in_seconds():
    listed = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in files.decode().split("\0") if name]
    total = sum(Path(path).stat().st_size for path in paths if path.is_file())
    assert total <= 25e6, f"{total / 1e6:.1f} MB; a hundred days must fit into 25"
