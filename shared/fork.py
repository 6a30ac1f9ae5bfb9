"""The learner's fork: what a day leaves goes there as one commit, and nothing else does."""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import filelock

from shared import curriculum, leaks, progress, proof
from shared.curriculum import Facts
from shared.errors import DaysError
from shared.git import Address, Clone, GitError, Rejected, address

TOKEN = ("DAYS_TOKEN", "GITHUB_TOKEN")
MAX_FILE, MAX_DAY = 2_000_000, 5_000_000  # bytes
LOCK_SECONDS = 120
LEDGER = "progress.md"
OURS = re.compile(r"proofs/(day\d{2,3})/.+")
HOW = (
    "Make a fine-grained token for it (Contents: read and write), store it as the Colab secret or "
    "environment variable DAYS_TOKEN, and run this again."
)


def commit(facts: Facts) -> str:
    """Commit proofs/dayNN/ and progress.md, and push them to the fork; says what was done.

    Whatever else is changed or staged in the clone stays as it is. Without a token the commit
    stays local. Raises DaysError, and commits nothing, without a whole proof, on a secret or an
    oversized file in it, or without a fork; and with the commit kept when it can't be pushed.
    """
    clone = Clone(_home())
    with _alone(clone):
        target, token = _fork(clone), secret(*TOKEN)
        if token and not re.fullmatch(r"[!-~]{1,1000}", token):
            raise DaysError("The token holds characters that no token has; store it again.")
        branch = clone.branch()
        record = proof.whole(facts.number)
        title = f"Day {facts.number} {proof.mark(record)} – {facts.title}"
        known = curriculum.load()
        if not progress.adopted_by(_text(progress.progress_file())):
            progress.adopt(target.repository, known)
        progress.tick(known)
        files = _files(facts.number, token)
        head = clone.run("rev-parse", "HEAD")
        made = _add(clone, head, files, title, target)
        if made == head:
            title += " (nothing new)"
        if not token:
            return f"{title}: committed here, but not pushed to {target.repository}. {HOW}"
        try:
            _send(clone, made, branch, target, token)
        except GitError as error:
            raise DaysError(f"{error} The commit is kept in this clone, not pushed.") from None
        return f"{title}: committed and pushed to {target.repository}."


def adopt(repository: str) -> str:
    """Make OWNER/REPO the clone's origin and link its days from progress.md; says what was done.

    Raises DaysError when it is no repository's name, or not a fork.
    """
    clone, target = Clone(_home()), _not_upstream(address(repository))
    with _alone(clone):
        clone.set_origin(target)
        progress.adopt(target.repository, curriculum.load())
    return (
        f"This clone now belongs to {target.url}, and progress.md opens its days in Colab. "
        "The next `days commit` sends it there."
    )


def secret(*names: str) -> str:
    """The first of the named settings: from the environment, else from Colab's secrets, else ""."""
    for name in names:
        value = os.environ.get(name, "").strip() or _colab_secret(name)
        if value:
            return value
    return ""


def _colab_secret(name: str) -> str:
    if "google.colab" not in sys.modules:
        return ""
    try:
        from google.colab import userdata

        return (userdata.get(name) or "").strip()
    except Exception:  # noqa: BLE001 - not there, not granted, or no page to ask: all mean none
        return ""


# --- where to -----------------------------------------------------------------------------


def _home() -> Path:
    """The folder that holds proofs/ and progress.md."""
    return progress.progress_file().parent


def _fork(clone: Clone) -> Address:
    """The repository that DAYS_REPO names, else the one the clone came from, if it is a fork."""
    named = secret("DAYS_REPO")
    try:
        target = clone.origin()
    except DaysError as error:
        if not named:
            raise DaysError(
                f"This clone's origin won't do; `days adopt` sets it. {error}"
            ) from None
        target = None
    if named:
        wanted = _not_upstream(address(named))
        if wanted != target:
            clone.set_origin(wanted)
        return wanted
    if target is None:
        raise DaysError("This clone has no remote; `days adopt OWNER/REPO` names your fork.")
    return _not_upstream(target)


def _not_upstream(target: Address) -> Address:
    if target.repository.lower() == curriculum.load().upstream.lower():
        raise DaysError(
            f"{target.repository} is the project itself, not your fork of it. Fork it on its page, "
            "then `days adopt OWNER/REPO` (in Colab: store the fork as the secret DAYS_REPO). "
            "Your proof stays where it is."
        )
    return target


@contextlib.contextmanager
def _alone(clone: Clone) -> Iterator[None]:
    """One commit at a time in a clone."""
    try:
        with filelock.FileLock(clone.folder / "days.lock", timeout=LOCK_SECONDS):
            yield
    except filelock.Timeout:
        raise DaysError("Another commit is still under way in this clone; try again.") from None


# --- what ---------------------------------------------------------------------------------


def _files(number: int, token: str) -> dict[str, bytes]:
    """Every file of the commit by its path, once all have passed.

    Raises DaysError, naming the file, on one that is too large, no plain file, or holds a secret.
    """
    folder = proof.folder(number)
    paths = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    files, total = {}, 0
    for path in [*paths, progress.progress_file()]:
        name = path.relative_to(_home()).as_posix()
        if path.is_symlink() or not path.is_file():
            raise DaysError(f"{name!r} is not a plain file; nothing was committed. Remove it.")
        size = path.stat().st_size
        total += size
        if size > MAX_FILE:
            raise DaysError(
                f"{name!r} has {size / 1e6:.1f} MB, and a file may have {MAX_FILE / 1e6:g}; nothing "
                "was committed. Save a smaller one and prove the day again."
            )
        files[name] = path.read_bytes()
        found = leaks.find(name.encode() + b"\n" + files[name], token)
        if found:
            raise DaysError(
                f"{_shown(name, token)} holds {found}; nothing was committed. Remove it there, revoke "
                "the secret if anyone else can have seen it, and run the day again."
            )
    if total > MAX_DAY:
        largest = max(files, key=lambda name: len(files[name]))
        raise DaysError(
            f"Day {number} leaves {total / 1e6:.1f} MB, and a day may leave {MAX_DAY / 1e6:g}; "
            f"nothing was committed. The largest file is {largest!r}."
        )
    return files


def _shown(name: str, token: str) -> str:
    return repr(leaks.redact(name, token))


# --- the commit ---------------------------------------------------------------------------


def _add(clone: Clone, head: str, files: dict[str, bytes], title: str, target: Address) -> str:
    """A commit of `files` on top of `head`, checked out; `head` itself when nothing is new.

    The tree is made in an index of its own: what is staged in the clone's stays staged, and
    uncommitted.
    """
    entries = {
        name: clone.run("hash-object", "-w", "--no-filters", "--stdin", content=content)
        for name, content in files.items()
    }
    tree = _tree(clone, head, entries)
    if tree == clone.run("rev-parse", f"{head}^{{tree}}"):
        return head
    made = _commit_tree(clone, tree, head, title, target)
    clone.run("update-ref", "-m", "days commit", "HEAD", made, head)
    clone.run("reset", "-q", made, "--", *_folders(entries), LEDGER)
    return made


def _tree(clone: Clone, base: str, entries: dict[str, str]) -> str:
    """The tree of `base` with `entries` (path: blob) in the place of the days they belong to."""
    with tempfile.TemporaryDirectory(prefix="days-index-") as folder:
        index = Path(folder) / "index"
        clone.run("read-tree", base, index=index)
        folders = _folders(entries)
        old = clone.run("ls-files", "-z", "--", *folders, index=index) if folders else ""
        lines = [f"0 {'0' * 40}\t{name}\0" for name in filter(None, old.split("\0"))]
        lines += [f"100644 {blob}\t{name}\0" for name, blob in entries.items()]
        clone.run(
            "update-index", "-z", "--index-info", content="".join(lines).encode(), index=index
        )
        return clone.run("write-tree", index=index)


def _folders(names) -> list[str]:
    """The folders of proofs among paths: proofs/day07 for proofs/day07/loss.png."""
    return sorted({f"proofs/{match[1]}" for match in map(OURS.fullmatch, names) if match})


def _commit_tree(clone: Clone, tree: str, parent: str, message: str, target: Address) -> str:
    name = _line(secret("DAYS_NAME")) or target.owner
    email = _line(secret("DAYS_EMAIL")) or f"{target.owner}@users.noreply.github.com"
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }
    content = f"{message}\n".encode()
    return clone.run("commit-tree", tree, "-p", parent, content=content, **who)


def _line(text: str) -> str:
    """A name or address without what git would stumble over."""
    return re.sub(r"[\x00-\x1f\x7f<>]", "", text).strip()[:100]


# --- to the fork, and what to do when it has moved on -------------------------------------


def _send(clone: Clone, made: str, branch: str, target: Address, token: str) -> None:
    """Push; when the fork has commits that we lack, go on top of them and push once more."""
    try:
        clone.push(made, branch, target, token)
    except Rejected:
        theirs = clone.fetch(branch, target, token)
        made = _rebase(clone, made, theirs, target)
        try:
            clone.push(made, branch, target, token)
        except Rejected:
            raise GitError(
                f"{target.repository} moved on twice while this ran: run it again in a minute."
            ) from None


def _rebase(clone: Clone, ours: str, theirs: str, target: Address) -> str:
    """Our commits on top of `theirs`, checked out; progress.md is written anew from proofs/.

    Raises GitError, leaving the clone as it was, where that takes a person.
    """
    by_hand = f"{target.repository} and this clone have gone different ways: `git pull --rebase`"
    try:
        base = clone.run("merge-base", ours, theirs)
    except GitError:
        raise GitError(f"{by_hand}; they have no commit in common.") from None
    made = _replay(clone, base, ours, theirs, target, by_hand)
    texts = [_blob(clone, commit) for commit in (ours, base, theirs)]
    with contextlib.suppress(GitError):  # it complains of changed files: the next command's matter
        clone.run("update-index", "-q", "--refresh")
    try:
        # Like a checkout: refuses rather than overwrite what the learner has changed.
        clone.run("read-tree", "-m", "-u", ours, made)
    except GitError:
        raise GitError(f"{by_hand}; files that you have changed here have changed there.") from None
    clone.run("update-ref", "-m", "days commit: rebased", "HEAD", made, ours)
    return _renew_ledger(clone, made, theirs, texts, target)


def _replay(clone: Clone, base: str, ours: str, theirs: str, target: Address, by_hand: str) -> str:
    """Each of our commits since `base`, again on top of `theirs`, without its progress.md."""
    head = theirs
    for commit in clone.run("rev-list", "--reverse", f"{base}..{ours}").split():
        if len(clone.run("rev-list", "--parents", "-n", "1", commit).split()) != 2:
            raise GitError(f"{by_hand}; this clone holds a merge.")
        said = clone.run(
            "diff-tree", "-r", "-z", "--no-renames", "--name-only", f"{commit}^", commit
        )
        changed = [name for name in said.split("\0") if name]
        others = [name for name in changed if name != LEDGER and not OURS.fullmatch(name)]
        if others:
            raise GitError(f"{by_hand}; this clone has a commit of yours on {others[0]!r}.")
        folders = _folders(changed)
        listed = clone.run("ls-tree", "-r", "-z", commit, "--", *folders) if folders else ""
        rows = [row.partition("\t") for row in listed.split("\0") if row]
        entries = {name: facts.split()[2] for facts, _, name in rows}
        tree = _tree(clone, head, entries)
        if tree != clone.run("rev-parse", f"{head}^{{tree}}"):
            message = clone.run("show", "-s", "--format=%B", commit)
            head = _commit_tree(clone, tree, head, message, target)
    return head


def _renew_ledger(clone: Clone, made: str, theirs: str, texts: list[str], target: Address) -> str:
    """progress.md with the words of both sides and the ticks of all proofs, in our last commit."""
    known = curriculum.load()
    bare = [progress.blank(text, known) for text in texts]
    with tempfile.TemporaryDirectory(prefix="days-merge-") as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, text in zip(paths, bare, strict=True):
            path.write_text(text, encoding="utf-8")
        # Rows are alike now, so that only the learner's own words are merged; both are kept.
        merged = clone.bytes("merge-file", "-p", "--union", *map(str, paths)).decode()
    proof.write_text(progress.progress_file(), merged)
    progress.adopt(target.repository, known)
    progress.tick(known)
    content = progress.progress_file().read_bytes()
    entry = {LEDGER: clone.run("hash-object", "-w", "--no-filters", "--stdin", content=content)}
    tree = _tree(clone, made, entry)
    if tree == clone.run("rev-parse", f"{made}^{{tree}}"):
        return made
    # Our last commit takes it along; where the fork has all of ours already, it is one of its own.
    own = made != theirs
    parent = clone.run("rev-parse", f"{made}^") if own else made
    message = clone.run("show", "-s", "--format=%B", made) if own else "progress.md"
    last = _commit_tree(clone, tree, parent, message, target)
    clone.run("update-ref", "-m", "days commit: progress.md", "HEAD", last, made)
    clone.run("reset", "-q", last, "--", LEDGER)
    return last


def _blob(clone: Clone, commit: str) -> str:
    """progress.md as it is in a commit; blank where the commit has none."""
    try:
        return clone.bytes("show", f"{commit}:{LEDGER}").decode(errors="replace")
    except GitError:
        return ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
