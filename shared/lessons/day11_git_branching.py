"""Day 11, Git branching: what later days import.

Made from days/phase1_groundwork/day11_git_branching.ipynb by `days refresh 11`; edit it there.
"""

import os
import shutil
import subprocess
import tempfile

from shared.errors import DaysError


def git(folder, *words, who="Ada", minute=0, may_stop=False):
    """What git says when `who` runs it in `folder`; DaysError if it fails, unless it `may_stop`."""
    date, email = f"{1_700_000_000 + 60 * minute} +0000", f"{who.lower()}@example.org"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"}
    for role in ("GIT_AUTHOR", "GIT_COMMITTER"):
        environment |= {f"{role}_NAME": who, f"{role}_EMAIL": email, f"{role}_DATE": date}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }  # nobody's settings
    environment |= {"GIT_DEFAULT_HASH": "sha1", "GIT_DEFAULT_REF_FORMAT": "files"}
    settings = ["-c", "init.defaultBranch=main", "-c", "merge.conflictStyle=diff3"]
    done = subprocess.run(
        ["git", *settings, *words], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    if done.returncode and not may_stop:
        raise DaysError(f"`git {words[0]}` failed: {(done.stderr or done.stdout).strip()}")
    return (done.stdout + (done.stderr if done.returncode else "")).rstrip("\n")


def parents_of(folder, commit):
    """Names of a commit's parents, read from the commit; the first is the one it grew from."""
    head = git(folder, "cat-file", "-p", commit).partition("\n\n")[0]
    return [line.split()[1] for line in head.splitlines() if line.startswith("parent ")]


def ancestors(graph, commit):
    """A commit and all that it grew from; graph: {commit: [parents]}."""
    found, waiting = set(), [commit]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph[name]
    return found


def merge_bases(graph, a, b):
    """The common ancestors of a and b that no other common ancestor comes after, as a set."""
    shared = ancestors(graph, a) & ancestors(graph, b)
    older = [ancestors(graph, parent) for name in shared for parent in graph[name]]
    return shared - set().union(*older)


def matches(base, side):
    """{line of base: line of side} along a longest common subsequence (Hunt and McIlroy, 1976)."""
    best = [[0] * (len(side) + 1) for _ in range(len(base) + 1)]  # its length from i and j onwards
    for i in reversed(range(len(base))):
        for j in reversed(range(len(side))):
            same = base[i] == side[j]
            best[i][j] = best[i + 1][j + 1] + 1 if same else max(best[i + 1][j], best[i][j + 1])
    pairs, i, j = {}, 0, 0
    while i < len(base) and j < len(side):
        if base[i] == side[j]:
            pairs[i], i, j = j, i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def pieces(base, ours, theirs):
    """Cut three lists of lines where all agree; yields (base, ours, theirs), a list of lines each."""
    to_ours, to_theirs = matches(base, ours), matches(base, theirs)
    b = o = t = 0
    for i in sorted(to_ours.keys() & to_theirs.keys()):
        yield base[b:i], ours[o : to_ours[i]], theirs[t : to_theirs[i]]
        yield [base[i]], [base[i]], [base[i]]
        b, o, t = i + 1, to_ours[i] + 1, to_theirs[i] + 1
    yield base[b:], ours[o:], theirs[t:]


def merge_lines(base, ours, theirs):
    """The three-way merge of lists of lines: one list, with conflicts between diff3 markers.

    (Khanna, Kunal and Pierce, A formal investigation of diff3, 2007.)
    """
    merged = []
    for was, mine, yours in pieces(base, ours, theirs):
        if mine == yours or yours == was:
            merged += mine
        elif mine == was:
            merged += yours
        else:
            merged += ["<<<<<<< ours", *mine, "||||||| base", *was]
            merged += ["=======", *yours, ">>>>>>> theirs"]
    return merged


def resolve(lines, rule):
    """`lines` with each conflict replaced by rule(ours, base, theirs): lists of lines in, one out.

    Between conflicts a line stays as it is, whatever it looks like. Raises ValueError when the
    last conflict doesn't end.
    """
    resolved, part = [], None
    for line in lines:
        if line.startswith("<<<<<<< "):
            parts, part = {"ours": [], "base": [], "theirs": []}, "ours"
        elif part == "ours" and line.startswith("||||||| "):
            part = "base"
        elif part == "base" and line == "=======":
            part = "theirs"
        elif part == "theirs" and line.startswith(">>>>>>> "):
            resolved += rule(*parts.values())
            part = None
        else:
            (parts[part] if part else resolved).append(line)
    if part:
        raise ValueError("The last conflict has no end: is a marker missing?")
    return resolved


def smaller_rate(ours, base, theirs):
    """The side with the smaller lr. Raises ValueError on a conflict over anything else."""
    if any([line.partition(" = ")[0] for line in side] != ["lr"] for side in (ours, theirs)):
        raise ValueError("This rule knows nothing but lr; a person must decide.")
    return min(ours, theirs, key=lambda side: float(side[0].partition(" = ")[2]))


def read_log(text):
    """Commits, newest first, of `git log --topo-order --format=%H%x09%P%x09%an%x09%s`, as dicts."""
    keys = ("name", "parents", "author", "subject")
    rows = [dict(zip(keys, line.split("\t", 3), strict=True)) for line in text.splitlines()]
    return [row | {"parents": row["parents"].split()} for row in rows]


def lanes(log):
    """{name: lane}, from 0, for commits listed children first; first parents share a lane."""
    lane, leads_to = {}, []  # leads_to[k]: the commit that lane k waits for
    for commit in log:
        name = commit["name"]
        if name not in leads_to:
            leads_to.append(name)
        at = lane[name] = leads_to.index(name)
        leads_to = [None if waits == name else waits for waits in leads_to]
        for parent in commit["parents"]:
            if leads_to[at] is None:
                leads_to[at] = parent
            elif parent not in leads_to:
                leads_to.append(parent)
    return lane


import base64

import requests

from shared.git import address


def ask_github(token, method, url, tolerate=(), **fields):
    """GitHub's answer to a REST call as data; None for a status to be tolerated, else DaysError."""
    # An auth of our own: requests would otherwise look into the user's .netrc.
    options = {"auth": lambda r: r.headers.update(Authorization=f"Bearer {token}") or r}
    options |= {"json": fields or None, "timeout": 60, "allow_redirects": False}
    answer = requests.request(method, url, **options)
    if answer.status_code in tolerate:
        return None
    if not 200 <= answer.status_code < 300:
        raise DaysError(
            f"GitHub answered {answer.status_code} to {method} {url}. The token needs read and "
            "write access to Contents and to Pull requests of this repository."
        )
    return answer.json()


def open_pull_request(
    repository, token, head, path, text, title, body, api="https://api.github.com"
):
    """Commit `text` as `path` to branch `head` of OWNER/NAME and ask to merge it into main.

    Returns the request's address; run again, it goes on where it stopped. May raise DaysError.
    """
    place = f"{api}/repos/{address(repository).repository}"
    base = ask_github(token, "GET", place)["default_branch"]
    tip = ask_github(token, "GET", f"{place}/git/ref/heads/{base}")["object"]["sha"]
    ask_github(token, "POST", f"{place}/git/refs", [422], ref=f"refs/heads/{head}", sha=tip)
    file = {"message": title, "content": base64.b64encode(text.encode()).decode(), "branch": head}
    ask_github(token, "PUT", f"{place}/contents/{path}", [409, 422], **file)
    pull = {"title": title, "body": body, "head": head, "base": base}
    if shutil.which("gh"):
        words = [word for key, value in pull.items() for word in (f"--{key}", value)]
        with tempfile.TemporaryDirectory() as folder:  # no configuration of the user's
            kept = {"PATH": os.environ["PATH"], "HOME": folder, "GH_TOKEN": token}
            command = ["gh", "pr", "create", "--repo", repository, *words]
            subprocess.run(command, env=kept, capture_output=True, timeout=120, check=False)
    known = f"{place}/pulls?state=open&head={repository.partition('/')[0]}:{head}"
    pulls = ask_github(token, "GET", known) or [ask_github(token, "POST", f"{place}/pulls", **pull)]
    return pulls[0]["html_url"]
