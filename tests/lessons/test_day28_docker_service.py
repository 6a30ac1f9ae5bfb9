"""Day 28's exported linter: it reads what Docker reads, and each rule finds its fault alone."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day28_docker_service import RULES, ignored, lint, parse, rests, stages, words_of

GOOD = """\
ARG VERSION=3.13
FROM python:3.13.2-slim AS build
RUN python -m venv /venv \\
    && /venv/bin/pip install --no-cache-dir -r requirements.txt
FROM registry.example:5000/python@sha256:0123
ENV PORT=8000
COPY --from=build /venv /venv
COPY app.py .
USER 10001:10001
HEALTHCHECK CMD ["python", "health.py"]
CMD ["gunicorn", "app:app"]
"""
IGNORE, PINS = "*\n!*.py\n", "# the service\nflask==3.1.3\n"

words = st.text("abcXYZ=/.:-'\"#$&", min_size=1, max_size=6).filter(lambda w: w[0] != "#")
instructions = st.lists(
    st.tuples(st.sampled_from(["FROM", "RUN", "COPY", "ENV"]), st.lists(words, min_size=1)),
    max_size=6,
)


@settings(deadline=None, max_examples=50)
@given(instructions, st.data())
def test_any_layout_of_the_same_instructions_reads_the_same(instructions, data):
    text = ""
    for name, parts in instructions:
        text += data.draw(st.sampled_from(["", "# note\n", "  # note \\\n", "\n \n"]))
        text += data.draw(st.sampled_from([name, name.lower(), "  " + name]))
        for part in parts:
            gap = data.draw(
                st.sampled_from([" ", " \\\n", " \\ \t\n  ", " \\\n# why\n", " \\\n\n"])
            )
            text += gap + part
        text += "\n"
    found = [(name, rest.split()) for name, rest in parse(text)]
    assert found == instructions


def test_edges_of_the_parser():
    assert parse("") == parse("# only\n\n") == []
    assert parse("RUN a\\\nb") == [("RUN", "ab")]
    assert parse("CMD x \\") == [("CMD", "x")]
    assert parse("RUN echo a\\\\b # c") == [("RUN", "echo a\\\\b # c")]


def test_a_sound_recipe_breaks_no_rule():
    assert lint(GOOD, IGNORE, PINS) == []
    assert [len(stage) for stage in stages(parse(GOOD))] == [2, 7], (
        "an ARG before FROM is in no stage"
    )


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("a base without a version", "python:3.13.2-slim", "python"),
        ("a base without a version", "python@sha256:0123", "python"),
        ("a base without a version", "3.13.2-slim", "slim"),
        ("one stage: build tools ship too", "COPY --from=build /venv /venv\n", ""),
        ("one stage: build tools ship too", "--from=build", "--from=other"),
        ("runs as root", "USER 10001:10001\n", ""),
        ("runs as root", "10001:10001", "0"),
        ("runs as root", "10001:10001", "root:root"),
        ("runs as root", "10001:10001\n", "10001\nUSER root\n"),
        ("no health check", 'HEALTHCHECK CMD ["python", "health.py"]\n', ""),
        ("no health check", 'CMD ["python", "health.py"]', "NONE"),
        ("ADD where COPY would do", "COPY app.py .", "ADD https://example.org/app.py ."),
        ("a secret in ENV or ARG", "PORT=8000", "HUB_TOKEN=x"),
        ("a secret in ENV or ARG", "RUN python", "ARG password\nRUN python"),
        ("CMD in shell form", '["gunicorn", "app:app"]', "gunicorn app:app"),
        ("CMD in shell form", '["gunicorn", "app:app"]', '"gunicorn"'),
        ("CMD in shell form", 'CMD ["gunicorn", "app:app"]', ""),
        ("pip: not pinned, or with its cache", " --no-cache-dir", ""),
        ("pip: not pinned, or with its cache", "-r requirements.txt", "flask"),
    ],
)
def test_each_fault_is_found_and_nothing_else(rule, old, new):
    assert old in GOOD
    assert lint(GOOD.replace(old, new), IGNORE, PINS) == [rule]


def test_the_other_two_files_count():
    assert lint(GOOD, IGNORE, PINS + "numpy>=2\n") == ["pip: not pinned, or with its cache"]
    for ignore in ("", "*.csv", ".git\n", "*\n!.env\n", "# *\n"):
        assert lint(GOOD, ignore, PINS) == [".dockerignore lets .git or .env in"]
    assert set(lint("FROM x\nADD a b\nENV API_KEY=1\nRUN pip install y")) == set(RULES)


def test_names_of_stages_and_numbers_of_stages():
    assert not lint(GOOD.replace("--from=build", "--from=0"), IGNORE, PINS)
    assert not lint(GOOD.replace("registry.example:5000/python@sha256:0123", "build"), IGNORE, PINS)
    with pytest.raises(ValueError, match="needs a FROM"):
        lint("RUN a")


def test_ignored_follows_the_last_match():
    text = "# note\n*.py\n!app.py\n/data\n"
    assert [ignored(name, text) for name in ("x.py", "app.py", "data", "y.txt")] == [True, False, True, False]  # fmt: skip
    assert rests([("USER", "a"), ("USER", "b"), ("RUN", "c")], "USER") == ["a", "b"]
    assert words_of('["a", 1]') is None and words_of("[") is None and words_of('["a"]') == ["a"]
    assert not re.search("password", " ".join(RULES))
