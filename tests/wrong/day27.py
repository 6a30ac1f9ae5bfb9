"""Day 27: plausible wrong validators; the day's checks must reject each of them."""

NUMBERS = """
    for name, (low, high) in LIMITS.items():
        value = person.get(name, "missing")
        if not isinstance(value, int) or isinstance(value, bool):
            found[name] = "a whole number is wanted"
        elif not low <= value <= high:
            found[name] = "out of range"
"""
TEXTS = """
    for name in WORDS:
        value = person.get(name, 0)
        if value is not None and not (isinstance(value, str) and len(value) <= LONGEST):
            found[name] = "no word"
"""
HEAD = """
    if not isinstance(person, dict):
        return {"": "not an object"}
    found = {name: "unknown field" for name in person if name not in LIMITS and name not in WORDS}
"""
END = """
    return found
"""
RIGHT = HEAD + NUMBERS + TEXTS + END


def but(old: str, new: str) -> str:
    """The right body with one thing changed."""
    assert old in RIGHT
    return RIGHT.replace(old, new)


WRONG = {
    "problems": {
        "True counts as 1": but(" or isinstance(value, bool)", ""),
        "39.0 counts as a whole number": but(
            "isinstance(value, int)", "isinstance(value, int | float)"
        ),
        "texts of digits are taken": but(
            'value = person.get(name, "missing")',
            'value = person.get(name, "missing")\n'
            '        value = int(value) if isinstance(value, str) and value.isdigit() else value',
        ),
        "the upper limit is excluded": but("low <= value <= high", "low <= value < high"),
        "the lower limit is forgotten": but("low <= value <= high", "value <= high"),
        "a number may be null": but("if not isinstance(value, int)", "if value is None:\n            continue\n        if not isinstance(value, int)"),
        "a missing word is taken for null": but("person.get(name, 0)", "person.get(name)"),
        "null is refused": but("value is not None and not", "not"),
        "words of any length": but("isinstance(value, str) and len(value) <= LONGEST", "isinstance(value, str)"),
        "unknown fields pass": but(
            'found = {name: "unknown field" for name in person if name not in LIMITS and name not in WORDS}',
            "found = {}",
        ),
        "only the first fault is told": but("return found", "return dict(list(found.items())[:1])"),
        "only what is there is looked at": but(
            'value = person.get(name, "missing")',
            'if name not in person:\n            continue\n        value = person[name]',
        ),
        "a list has no faults": but('return {"": "not an object"}', "return {}"),
    },
}  # fmt: skip
