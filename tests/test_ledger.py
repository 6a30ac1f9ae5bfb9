"""The README's table: what it lists, and what it leaves alone."""

import re

import pytest

from shared import curriculum
from shared.errors import DaysError
from shared.progress import ROW
from tools import ledger, notebooks

KNOWN = curriculum.load()


def test_the_table_lists_a_hundred_days_by_phase():
    lines = ledger.table(KNOWN).splitlines()
    numbers = [int(match[1]) for match in map(ROW.match, lines) if match]
    assert numbers == list(range(1, 101))
    phases = [line.removeprefix("### ") for line in lines if line.startswith("### ")]
    assert phases == list(dict.fromkeys(facts.phase_title for facts in KNOWN.days.values()))


def test_only_written_days_have_badges_and_links(facts, use_days, write_notebook):
    written = facts(8, slug="metrics", title="Metrics", minutes={"read": 60, "run": 2.5})
    known = use_days(facts(7), written)
    write_notebook(written)
    seven, eight = [line for line in ledger.table(known).splitlines() if ROW.match(line)]
    assert seven.endswith("| 1 min | not written yet | not written yet |")
    assert "](" not in seven
    assert "[**Metrics**](days/phase1_groundwork/day08_metrics.ipynb)" in eight
    assert "| 2.5 min |" in eight
    for root in ("days", "exercises"):
        path = f"{root}/phase1_groundwork/day08_metrics.ipynb"
        assert notebooks.badge(known, path, "Day 8 in Colab") in eight
    assert eight.count("colab.research.google.com/github/OWNER/REPO/blob/main/") == 2


def test_every_row_of_the_table_has_five_cells():
    for line in ledger.table(KNOWN).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 6, line


def test_the_readme_changes_only_between_its_markers(facts, use_days):
    known = use_days(facts(7))
    text = f"before\n{ledger.BEGIN}\nold table\n{ledger.END}\nafter\n"
    new = ledger.readme(known, text)
    assert new == f"before\n{ledger.BEGIN}\n{ledger.table(known)}\n{ledger.END}\nafter\n"
    assert ledger.readme(known, new) == new


@pytest.mark.parametrize(
    "text", ["no markers", ledger.BEGIN, ledger.END, ledger.END + ledger.BEGIN]
)
def test_a_readme_without_its_markers_is_refused(text, facts, use_days):
    with pytest.raises(DaysError, match=r"README\.md lacks the markers"):
        ledger.readme(use_days(facts(7)), text)
