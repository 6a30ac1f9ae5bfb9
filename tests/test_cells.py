"""The exported cells of a running notebook, as one text."""

import linecache

import pytest

from shared import cells


@pytest.fixture
def run(monkeypatch):
    """Run texts as IPython runs cells: Python's line cache knows each."""
    monkeypatch.setattr(linecache, "cache", {})

    def run(*texts):
        for text in texts:
            name = f"cell {len(linecache.cache)}"
            linecache.cache[name] = len(text), None, text.splitlines(True), name

    return run


def test_exported_cells_come_in_order_and_others_not(run):
    run("#| export\nimport os", "x = 1", "#| export\ndef f():\n    return os", "print(f())")
    assert cells.exported() == ("#| export\nimport os\n\n\n#| export\ndef f():\n    return os\n")


def test_a_cell_run_again_counts_once_in_its_first_place_with_its_last_text(run):
    run("#| export\n@cache\ndef f():\n    return 1", "#| export\nLIMIT = 5", "#| export\nimport os")
    run(
        "#| export\n@cache\ndef f():\n    return 2",
        "#| export\nLIMIT = 6\n",
        "#| export\nimport os",
    )
    first, second, third = cells.exported().split("\n\n\n")
    assert first.endswith("return 2") and second.endswith("LIMIT = 6")
    assert third == "#| export\nimport os\n"


def test_entries_that_are_still_to_be_read_are_no_cells(run):
    linecache.cache["module.py"] = (lambda: "#| export",)
    assert cells.exported() == "\n"
