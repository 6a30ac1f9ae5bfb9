"""The README: what it names is there."""

import re

from shared.curriculum import ROOT
from tools import cli, notebooks

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = {command.name or command.callback.__name__ for command in cli.app.registered_commands}


def test_every_command_it_names_exists_and_every_command_is_named():
    named = set(re.findall(r"`(?:\.venv/bin/)?days (\w+)", TEXT))
    assert named <= COMMANDS, named - COMMANDS
    assert COMMANDS - named <= {"docs"}, "docs is `make docs`, in CONTRIBUTING.md"


def test_every_target_of_make_that_it_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?:^|`)make (\w+)", TEXT, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_relative_link_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", TEXT) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link.partition("#")[0]).exists(), link


def test_the_commit_cell_points_at_a_section_that_is_there():
    [section] = re.findall(r'README: "(.+)"', notebooks.COMMIT)
    assert f"\n## {section}\n" in TEXT


def test_every_variable_it_lists_is_read_somewhere():
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("shared", "tools")
        for path in (ROOT / folder).glob("*.py")
    )
    listed = set(re.findall(r"DAYS_[A-Z]+", TEXT))
    assert len(listed) > 5
    for name in listed:
        assert f'"{name}"' in code, name
