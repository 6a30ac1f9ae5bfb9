"""Warm kernels and plain ones give the same results.

It runs days twice, so `make test` takes only the two that are quickest according to the last
timings; with DAYS_WARM_COMPARE=all, as once a week, it takes every day. Where kernels can't be
warm there is nothing to compare.
"""

import math
import os

import pytest

from shared import curriculum, proof
from tools import notebooks, runner, timings, warm_kernel

# What depends on how busy the machine was; here only the verdict must be the same.
MEASURED = {"timer_error", "memory_error", "ceiling_share", "speedup", "memory_ratio"}
SECONDS = timings.read()
QUICKEST_FIRST = sorted(
    curriculum.load().written(), key=lambda facts: SECONDS.get(facts.stem, math.inf)
)
DAYS = QUICKEST_FIRST if os.environ.get("DAYS_WARM_COMPARE") == "all" else QUICKEST_FIRST[:2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def warm():
    """The suite's own server where it has one, for its imports take their time."""
    if os.environ.get("DAYS_KERNEL"):
        yield os.environ["DAYS_KERNEL"]
    else:
        with warm_kernel.started() as name:
            yield name or pytest.skip("kernels are plain here")


def run(facts, kernel: str, folder):
    """The notebook as executed, and the proof it made."""
    folder.mkdir()
    variables = warm_kernel.ONE_THREAD | {"DAYS_PROOFS": str(folder), "DAYS_SCALE": "quick"}
    copy = folder / "copy.ipynb"
    with runner.environment(**variables):
        limit = runner.default_limit(facts, "quick")
        runner.execute(facts.notebook, copy, {}, limit, kernel=kernel)
        return notebooks.read(copy), proof.read(proof.folder(facts.number))


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def said(cell) -> str:
    """The text a cell leaves, in the order in which it left it."""
    pieces = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
    return "".join(pieces)


def kinds(cell) -> list[str]:
    """What kinds of output a cell leaves: figures and tables above all."""
    return sorted({kind for output in cell.outputs for kind in output.get("data", {})})


@pytest.mark.parametrize("facts", DAYS, ids=lambda facts: facts.stem)
def test_a_day_gives_the_same_on_both_kernels(facts, warm, tmp_path):
    (nb, record), (plain_nb, plain_record) = (
        run(facts, kernel, tmp_path / kernel) for kernel in (warm, runner.PLAIN_KERNEL)
    )
    checked = 0
    for cell, plain in zip(code_cells(nb), code_cells(plain_nb), strict=True):
        assert kinds(cell) == kinds(plain), cell.source
        if "NBVAL_CHECK_OUTPUT" in cell.source:
            assert said(cell) == said(plain), cell.source
            checked += 1
    assert checked, f"{facts.stem} has no output to check"
    for who in (
        lambda r: r["metrics"],
        *(lambda r, k=k: r["controls"][k] for k in record["controls"]),
    ):
        for name, row in who(record).items():
            theirs = who(plain_record)[name]
            assert row | {"value": 0} == theirs | {"value": 0}, name
            if name not in MEASURED:
                assert same(row["value"], theirs["value"]), (name, row, theirs)


def same(one, other) -> bool:
    """Integers and the names of infinities exactly, other numbers to a millionth."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-6)
    return one == other


def test_the_comparison_can_fail():
    assert same(1.0, 1.0 + 1e-9) and same(3, 3) and same("nan", "nan")
    assert not same(1.0, 1.0 + 1e-5) and not same(3, 4) and not same("nan", 1.0)
