"""Day 28: plausible wrong parsers of a Dockerfile; the day's checks must reject each of them."""

RIGHT = r"""
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
    return [(n.upper(), r.strip()) for n, _, r in (s.strip().partition(" ") for s in found)]
"""


def but(old: str, new: str) -> str:
    """The right body with one thing changed."""
    assert old in RIGHT
    return RIGHT.replace(old, new)


WRONG = {
    "parse": {
        "every line is an instruction": but('re.sub(r"\\\\[ \\t]*$", "", line)', "line"),
        "spaces after the backslash count": but(r"\\[ \t]*$", r"\\$"),
        "a space of one's own between joined lines": but("pending += body", 'pending += body + " "'),
        "lines are stripped before they are joined": but("pending += body", "pending += body.strip()"),
        "comments count inside an instruction": but(
            'if not line.strip() or line.lstrip().startswith("#")',
            'if not line.strip() or (not pending and line.lstrip().startswith("#"))',
        ),
        "indented comments count": but('line.lstrip().startswith("#")', 'line.startswith("#")'),
        "lines are cut at #": but("pending += body", 'pending += body.partition("#")[0]'),
        "an empty line ends an instruction": but(
            "            continue\n",
            "            if not line.strip() and pending:\n"
            "                found.append(pending)\n"
            '                pending = ""\n'
            "            continue\n",
        ),
        "the last one is lost if its line goes on": but(
            "found += [pending] if pending.strip() else []", "pass"
        ),
        "nothing gets capitals": but("n.upper()", "n"),
        "everything gets capitals": but("r.strip()", "r.strip().upper()"),
        "never starts anew": but('            pending = ""\n', ""),
        "a comment may go on": but(
            "            continue\n",
            '            pending += "" if not line.endswith("\\\\") else "# "\n            continue\n',
        ),
    },
}  # fmt: skip
