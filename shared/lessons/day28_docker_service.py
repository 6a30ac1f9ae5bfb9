"""Day 28, Mini-project: Dockerised service: what later days import.

Made from days/phase2_classic_ml/day28_docker_service.ipynb by `days refresh 28`; edit it there.
"""

import fnmatch
import json
import re


def parse(text):
    """A Dockerfile as a list of (INSTRUCTION, the rest), the name in capitals, the rest stripped.

    A continued line joins the next one without its backslash, and nothing in between; empty lines
    and comment lines vanish, also between them. (Dockerfile reference, "Format"; without parser
    directives and here-documents.)
    """
    found, pending = [], ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        body = re.sub(r"\\[ \t]*$", "", line)
        pending += body
        if body == line:
            found.append(pending)
            pending = ""
    found += [pending] if pending.strip() else []
    return [
        (name.upper(), rest.strip()) for name, _, rest in (s.strip().partition(" ") for s in found)
    ]


def stages(instructions):
    """The parsed instructions by stage, each a list that begins with its FROM; ValueError if none."""
    found = []
    for instruction in instructions:
        if instruction[0] == "FROM":
            found.append([])
        if found:  # an ARG may stand before the first FROM
            found[-1].append(instruction)
    if not found:
        raise ValueError("A Dockerfile needs a FROM.")
    return found


def rests(stage, instruction):
    """The rests of all instructions of that name in a stage, in order."""
    return [rest for name, rest in stage if name == instruction]


def words_of(rest):
    """The words of a CMD in JSON form, None if it is in shell form."""
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return words if isinstance(words, list) and all(isinstance(w, str) for w in words) else None


def ignored(name, ignore):
    """Whether a .dockerignore (its text) keeps a top-level file out; the last match decides."""
    out = False
    for pattern in ignore.split("\n"):
        pattern = pattern.strip()
        if (
            pattern
            and not pattern.startswith("#")
            and fnmatch.fnmatchcase(name, pattern.lstrip("!/"))
        ):
            out = not pattern.startswith("!")
    return out


def unpinned(stages):
    """Whether a FROM names neither an earlier stage, nor a version, nor a digest."""
    known = {"scratch"}
    for stage in stages:
        words = [word for word in stage[0][1].split() if not word.startswith("--")]
        tag = words[0].rpartition("/")[2].partition(":")[2]
        pinned = re.match(r"\d+\.\d+", tag) or "@sha256:" in words[0]
        if words[0] not in known and not pinned:
            return True
        known.update(words[2:3])
    return False


SECRET = re.compile(r"\b\w*(TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL)\w*", re.IGNORECASE)


def leaves_tools_behind(stages):
    """Whether the last of several stages copies from one before it."""
    names = [
        words[-1] for words in (stage[0][1].split() for stage in stages[:-1]) if len(words) > 2
    ]
    names += map(str, range(len(stages) - 1))
    return any(
        re.match(rf"--from=({'|'.join(names) or '-'})\s", r) for r in rests(stages[-1], "COPY")
    )


def pip_is_loose(stages, requirements):
    """Whether a pip install keeps its cache, or takes what has no `==` version."""
    runs = [run for stage in stages for run in rests(stage, "RUN") if "pip install" in run]
    lines = [line for line in requirements.splitlines() if line.strip() and line[0] != "#"]
    sound = all("--no-cache-dir" in run and "-r " in run for run in runs)
    return not sound or not all("==" in line for line in lines)


RULES = {
    "a base without a version": lambda s, i, r: unpinned(s),
    "one stage: build tools ship too": lambda s, i, r: not leaves_tools_behind(s),
    "runs as root": lambda s, i, r: (
        re.split(r"\W", (rests(s[-1], "USER") or ["root"])[-1])[0] in ("root", "0")
    ),
    "no health check": lambda s, i, r: (rests(s[-1], "HEALTHCHECK") or ["NONE"])[-1] == "NONE",
    "ADD where COPY would do": lambda s, i, r: any(rests(stage, "ADD") for stage in s),
    "a secret in ENV or ARG": lambda s, i, r: any(
        SECRET.search(rest) for stage in s for name in ("ENV", "ARG") for rest in rests(stage, name)
    ),
    "CMD in shell form": lambda s, i, r: not words_of((rests(s[-1], "CMD") or [""])[-1]),
    "pip: not pinned, or with its cache": lambda s, i, r: pip_is_loose(s, r),
    ".dockerignore lets .git or .env in": lambda s, i, r: (
        not (ignored(".git", i) and ignored(".env", i))
    ),
}


def lint(dockerfile, ignore="", requirements=""):
    """The names of the RULES that a Dockerfile breaks; all three are texts. ValueError without FROM."""
    found = stages(parse(dockerfile))
    return [name for name, broken in RULES.items() if broken(found, ignore, requirements)]
