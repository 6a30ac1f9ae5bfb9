"""A month in a fork: ten days proved and committed, upstream moves on, and the merge is clean."""

import sys

import pytest
from git_server import git, serving

from shared import curriculum, fork, progress, proof
from shared.curriculum import ROOT

KNOWN = curriculum.load()
DAYS = range(1, 11)
FORK = "learner/100-days-of-ai"


@pytest.fixture
def month(tmp_path, monkeypatch):
    """(upstream's work tree, the learner's clone, the fork on its host)."""
    for name in ("DAYS_REPO", "GITHUB_TOKEN", "DAYS_NAME", "DAYS_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "host").mkdir()
    upstream, clone = tmp_path / "upstream", tmp_path / "clone"
    for name in git(ROOT, "ls-files", "-co", "--exclude-standard").splitlines():
        if (
            name.startswith(("days/", "exercises/", "shared/", "tools/"))
            and (ROOT / name).is_file()
        ):
            (upstream / name).parent.mkdir(parents=True, exist_ok=True)
            (upstream / name).write_bytes((ROOT / name).read_bytes())
    (upstream / "proofs").mkdir()
    (upstream / "proofs" / ".gitkeep").touch()
    (upstream / "progress.md").write_text(progress.blank_progress(KNOWN), encoding="utf-8")
    git(upstream, "init", "-q", "-b", "main")
    git(upstream, "add", "-A")
    git(upstream, "commit", "-qm", "upstream")
    with serving(tmp_path / "host", "a-token-0123456789") as host:
        bare = host.create(FORK)
        git(upstream, "push", "-q", str(bare), "main")
        git(tmp_path, "clone", "-q", bare.as_uri(), str(clone))
        git(clone, "remote", "set-url", "origin", f"{host.url}/{FORK}.git")
        monkeypatch.setenv("DAYS_HOST", host.url)
        monkeypatch.setenv("DAYS_TOKEN", host.token)
        monkeypatch.setenv("DAYS_PROOFS", str(clone / "proofs"))
        yield upstream, clone, bare


def prove(number: int, folder) -> None:
    """Judge a made-up measurement against the day's real bars, and write the proof."""
    facts = KNOWN.day(number)
    scale = "same" if facts.scale == "same" else "full"
    measured, wrong = {}, {}
    for name, entry in facts.bars.items():
        bar = curriculum.Bar.parse(entry[scale])
        away = 1 if bar.op in (">", ">=") else -1
        measured[name] = bar.limit + (0 if "=" in bar.op else away)
        wrong[name] = bar.limit - (away if bar.op != "==" else 1)
    controls = {facts.control: wrong} if facts.control else {}
    verdict = proof.judge(facts, scale, {"bundled"}, measured, controls)
    assert verdict.passed, verdict.faults
    (folder / "note.txt").write_text(f"day {number}\n")
    record = {
        "schema": proof.SCHEMA, "day": number, "title": facts.title, "scale": scale,
        "passed": True, "metrics": verdict.metrics, "controls": verdict.controls,
        "sources": [], "code_sha256": proof.code_sha256(facts.notebook),
    }  # fmt: skip
    proof.write(number, record, folder)


def verified(clone, monkeypatch, capsys) -> tuple[int, str]:
    """Exit status and output of `days verify`, with the map and the notebooks of the clone."""
    from tools import cli

    known = curriculum.parse((clone / "days" / "curriculum.yaml").read_text(encoding="utf-8"))
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(curriculum, "load", lambda: known)
        patch.setattr(curriculum, "ROOT", clone)
        patch.setattr(sys, "argv", ["days", "verify"])
        patch.setenv("COLUMNS", "300")
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return ended.value.code or 0, capsys.readouterr().out


def commit(number: int, tmp_path) -> None:
    folder = tmp_path / f"artifacts{number}"
    folder.mkdir()
    prove(number, folder)
    assert "committed and pushed" in fork.commit(KNOWN.day(number))


def change(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has changed; this test must follow"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def upstream_moves_on(upstream) -> None:
    """New code and words in a notebook, in shared/, and two bars moved: one still reached."""
    name = KNOWN.day(2).notebook.relative_to(ROOT)
    change(upstream / name, "start_day(2", "start_day( 2")
    change(upstream / "exercises" / name.relative_to("days"), "# Day 2", "# Day 2:")
    change(upstream / "shared" / "day.py", "import random", "import random  # new")
    bars = upstream / "days" / "curriculum.yaml"
    change(bars, 'standard_errors: {same: "<= 5"}', 'standard_errors: {same: "<= 4"}')
    change(bars, 'slope_error: {same: "<= 0.05"}', 'slope_error: {same: "<= 0.06"}')
    git(upstream, "add", "-A")
    git(upstream, "commit", "-qm", "upstream moves on")


def test_a_month_of_proofs_survives_what_upstream_does(month, tmp_path, monkeypatch, capsys):
    upstream, clone, bare = month
    for number in DAYS:
        commit(number, tmp_path)
    assert verified(clone, monkeypatch, capsys) == (0, "10 proofs checked, 0 broken.\n")
    before = proof_files(clone)
    assert len(before) == 2 * len(DAYS)

    upstream_moves_on(upstream)
    # *Sync fork*, as the host does it: merges upstream into the fork, without the learner's clone.
    sync = tmp_path / "sync"
    git(tmp_path, "clone", "-q", str(bare), str(sync))
    git(sync, "fetch", "-q", str(upstream), "main")
    git(sync, "merge", "-q", "--no-edit", "FETCH_HEAD")
    assert git(sync, "log", "-1", "--format=%p").count(" ") == 1, "a real merge, no conflict"
    assert git(sync, "diff", "--name-only", "HEAD^1").splitlines() == sorted(
        git(upstream, "diff", "--name-only", "HEAD^").splitlines()
    )
    git(sync, "push", "-q", "origin", "main")

    commit(11, tmp_path)  # from a clone that knows nothing of it
    assert {
        name: content for name, content in proof_files(clone).items() if name in before
    } == before
    assert "import random  # new" in (clone / "shared" / "day.py").read_text(encoding="utf-8")
    assert git(clone, "status", "--porcelain") == ""
    assert git(bare, "rev-parse", "main") == git(clone, "rev-parse", "HEAD")
    rows = (clone / "progress.md").read_text(encoding="utf-8").splitlines()
    ticked = [row.split("|")[1].strip() for row in rows if progress.ROW.match(row) and "✅" in row]
    assert ticked == [str(number) for number in (*DAYS, 11)]

    status, said = verified(clone, monkeypatch, capsys)
    assert status == 0 and "11 proofs checked, 0 broken." in said
    assert sorted(line for line in said.splitlines() if "stale" in line) == [
        "Day 2: stale: the day's code has changed since",
        "Day 7: stale: slope_error: the bar moved from <= 0.05 to <= 0.06, still reached",
        "Day 7: stale: standard_errors: the bar moved from <= 5 to <= 4, now missed",
    ]


def proof_files(clone) -> dict[str, bytes]:
    paths = [path for path in (clone / "proofs").glob("day*/*") if path.is_file()]
    return {path.relative_to(clone).as_posix(): path.read_bytes() for path in paths}
