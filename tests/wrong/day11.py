"""Day 11: plausible wrong resolvers of conflicts; the day's checks must reject each of them."""

# The loop as it should be; each wrong body below changes one thing in it.
RIGHT = """
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
    raise ValueError("The last conflict has no end.")
return resolved
"""


def but(*changes):
    """The right body with pieces of it replaced."""
    body = RIGHT
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return body


WRONG = {
    "resolve": {
        "every ======= taken for a marker": but(
            ('elif part == "base" and line == "=======":', 'elif line == "=======":'),
            ('        part = "theirs"', '        part = part and "theirs"'),
        ),
        "the base counted among our lines": but(('        part = "base"', "        pass")).replace(
            'elif part == "base" and line', 'elif part == "ours" and line'
        ),
        "lines after a conflict still belong to it": but(
            ("        part = None\n    else", "    else"),
            ('if part:\n    raise ValueError("The last conflict has no end.")\n', ""),
        ),
        "the three parts never emptied": but(
            ('parts, part = {"ours": [], "base": [], "theirs": []}, "ours"', 'part = "ours"'),
            (
                "resolved, part = [], None",
                'resolved, part = [], None\nparts = {"ours": [], "base": [], "theirs": []}',
            ),
        ),
        "an open conflict swallowed": but(
            ('if part:\n    raise ValueError("The last conflict has no end.")\n', "")
        ),
        "ours and theirs exchanged": but(
            ("rule(*parts.values())", 'rule(parts["theirs"], parts["base"], parts["ours"])')
        ),
        "the base handed over last": but(
            ("rule(*parts.values())", 'rule(parts["ours"], parts["theirs"], parts["base"])')
        ),
        "the last marker kept": but(
            ("        part = None", "        resolved.append(line)\n        part = None")
        ),
        "only the lines outside conflicts": but(
            ("        resolved += rule(*parts.values())\n", "")
        ),
        "ours always, whatever the rule": but(("rule(*parts.values())", 'parts["ours"]')),
    },
}
