"""Day 11's exported code, against git on random texts and histories, and a stand-in for GitHub."""

import base64
import http.server
import json
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import DaysError
from shared.lessons.day11_git_branching import (
    git,
    lanes,
    matches,
    merge_bases,
    merge_lines,
    open_pull_request,
    parents_of,
    read_log,
    resolve,
    smaller_rate,
)

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
LOG = "--format=%H%x09%P%x09%an%x09%s"
slow = settings(deadline=None, max_examples=50)
# Lines that each version has once, so that the longest common subsequence is one alone.
BASES = st.lists(st.integers(0, 40).map("base {}".format), unique=True, max_size=10)
EDITS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("+-~"), st.integers(0, 2)), max_size=4
)


def edited(lines, edits, name):
    lines = list(lines)
    for at, kind, number in edits:
        new = [f"{name if number else 'both'} {number}"]
        lines[at : at + (kind != "+")] = [] if kind == "-" else new
    return lines


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("git")


@slow
@given(base=BASES, mine=EDITS, yours=EDITS)
def test_merges_and_resolutions_are_those_of_git_merge_file(home, base, mine, yours):
    versions = {"base": base, "ours": edited(base, mine, "o"), "theirs": edited(base, yours, "t")}
    for name, lines in versions.items():
        (home / name).write_text("".join(f"{line}\n" for line in lines))
    labels = ["-L", "ours", "-L", "base", "-L", "theirs"]

    def by_git(*options):
        words = ["merge-file", "-p", "--diff3", *options, *labels, "ours", "base", "theirs"]
        return git(home, *words, may_stop=True).splitlines()

    merged = merge_lines(*versions.values())
    assert merged == by_git()
    assert resolve(merged, lambda o, b, t: o) == by_git("--ours")
    assert resolve(merged, lambda o, b, t: o + t) == by_git("--union")


@slow
@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_matches_rise_on_both_sides_and_are_as_many_as_possible(base, side):
    pairs = matches(base, side)
    assert list(pairs) == sorted(pairs) and list(pairs.values()) == sorted(set(pairs.values()))
    assert all(base[i] == side[j] for i, j in pairs.items())
    row = [0] * (len(side) + 1)
    for line in base:
        row = [0] + [
            max(row[j], row[j - 1] + 1) if line == side[j - 1] else row[j]
            for j in range(1, len(side) + 1)
        ]
        for j in range(1, len(side) + 1):
            row[j] = max(row[j], row[j - 1])
    assert len(pairs) == row[-1]


@settings(deadline=None, max_examples=10)
@given(
    st.lists(
        st.tuples(st.integers(0, 99), st.integers(0, 99), st.booleans()), min_size=3, max_size=9
    )
)
def test_merge_bases_and_parents_are_gits_on_random_histories(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("dag")
    git(folder, "init", "-q", "--bare", ".")
    commits, graph = [], {}
    for number, (first, second, both) in enumerate(rows):
        parents = {
            commits[k % number]: 0 for k in ((first, second) if both else (first,)) if number
        }
        words = [word for name in parents for word in ("-p", name)]
        commits.append(
            git(folder, "commit-tree", EMPTY_TREE, *words, "-m", str(number), minute=number)
        )
        graph[commits[-1]] = list(parents)
        assert parents_of(folder, commits[-1]) == list(parents)
    for a, b in zip(commits[-3:], commits[-2:], strict=False):
        assert merge_bases(graph, a, b) == set(git(folder, "merge-base", "--all", a, b).split())
    log = read_log(git(folder, "log", "--topo-order", LOG, commits[-1]))
    lane = lanes(log)
    assert set(lane) == {row["name"] for row in log} and min(lane.values()) == 0
    for row in log:
        assert not row["parents"] or lane[row["parents"][0]] <= lane[row["name"]]
    assert {row["name"]: row["parents"] for row in log} == {
        row["name"]: graph[row["name"]] for row in log
    }


def test_nobodys_settings_are_read(tmp_path, monkeypatch):
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Someone Else\n[core]\n\tbroken")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Someone Else")
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", ".")
    git(work, "commit", "-q", "--allow-empty", "-m", "x", who="Grace")
    assert git(work, "log", "-1", "--format=%an <%ce>, %s") == "Grace <grace@example.org>, x"
    with pytest.raises(DaysError, match="`git switch` failed"):
        git(work, "switch", "nowhere")


def test_a_rule_refuses_what_it_does_not_know():
    assert smaller_rate(["lr = 0.3"], ["lr = 1"], ["lr = 0.05"]) == ["lr = 0.05"]
    for ours, theirs in (
        (["seed = 1"], ["seed = 2"]),
        ([], ["lr = 1"]),
        (["lr = 1", "x"], ["lr = 2"]),
    ):
        with pytest.raises(ValueError, match="a person must decide"):
            smaller_rate(ours, [], theirs)


@pytest.fixture
def github():
    """A stand-in that remembers what it was asked, and refuses without the token."""
    asked, pulls = [], []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            fields = json.loads(
                self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}"
            )
            place = self.path.partition("/repos/ada/days")[2]
            asked.append((self.command, place, fields))
            status, said = 200, {"default_branch": "main", "object": {"sha": "1" * 40}}
            if self.headers["Authorization"] != "Bearer t0ken":
                status, said = 403, {"message": "no"}
            elif place.startswith("/pulls"):
                pulls.extend(
                    [{"html_url": "https://github.com/ada/days/pull/1"}] * (self.command == "POST")
                )
                said = pulls[-1] if self.command == "POST" else pulls
            elif place == "/git/refs":
                status = 201 if sum(row[1] == place for row in asked) == 1 else 422
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked, pulls
    server.shutdown()
    server.server_close()


def ask(api, token="t0ken", repository="ada/days"):
    return open_pull_request(
        repository, token, "feature/day11", "a.md", "né\n", "Title", "Body", api
    )


def test_a_pull_request_is_opened_once(github, monkeypatch, tmp_path):
    api, asked, pulls = github
    monkeypatch.setenv("PATH", str(tmp_path))  # no gh there
    assert ask(api) == ask(api) == "https://github.com/ada/days/pull/1" and len(pulls) == 1
    put = next(fields for method, _, fields in asked if method == "PUT")
    assert base64.b64decode(put["content"]).decode() == "né\n" and put["branch"] == "feature/day11"
    opened = next(
        fields for method, place, fields in asked if (method, place) == ("POST", "/pulls")
    )
    assert opened == {"title": "Title", "body": "Body", "head": "feature/day11", "base": "main"}


def test_gh_opens_it_where_it_is_installed_and_hears_the_token_in_private(
    github, monkeypatch, tmp_path
):
    api, asked, pulls = github
    pulls.append({"html_url": "https://github.com/ada/days/pull/2"})
    script = tmp_path / "gh"
    script.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\n[ "$GH_TOKEN" = t0ken ]\n')
    script.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask(api).endswith("/pull/2")
    words = (tmp_path / "words").read_text()
    assert words.startswith("pr create --repo ada/days --title Title") and "t0ken" not in words
    assert ("POST", "/pulls") not in [row[:2] for row in asked]


def test_a_refusal_is_one_sentence_without_the_token(github):
    with pytest.raises(DaysError, match="Pull requests") as caught:
        ask(github[0], token="wr0ng")
    assert "wr0ng" not in str(caught.value)
    with pytest.raises(DaysError, match="OWNER/REPO"):
        ask(github[0], repository="https://evil.example/ada/days")
