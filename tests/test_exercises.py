"""Every day's checks, in one process: the solution passes, the stub and each wrong body fail."""

import importlib.util
from pathlib import Path

import pytest

from shared import curriculum
from tools import exercises, notebooks

WRONG = Path(__file__).parent / "wrong"
DAYS = curriculum.load().written()


def wrong_bodies(facts) -> dict[str, dict[str, str]]:
    """{function: {mistake: body}} from tests/wrong/dayNN.py."""
    path = WRONG / f"day{facts.number:02d}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.WRONG


def run(code: str) -> None:
    exec(compile(code, "<checks>", "exec"), {"__name__": "checks"})


@pytest.mark.parametrize("facts", DAYS, ids=lambda facts: facts.stem)
def test_checks_accept_the_solution_and_reject_the_stub_and_every_wrong_body(facts, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    checks = exercises.checks(notebooks.read(facts.notebook))
    assert checks, f"{facts.stem} has no solution to cut out"
    wrong = wrong_bodies(facts)
    assert set(wrong) == {check.name for check in checks}
    assert sum(map(len, wrong.values())) >= 3, "at least three wrong bodies a day"
    for check in checks:
        run(check.code())
        with pytest.raises(NotImplementedError):
            run(check.code(exercises.STUB))
        for mistake, body in wrong[check.name].items():
            with pytest.raises(AssertionError) as caught:
                run(check.code(body))
            assert str(caught.value), f"{mistake}: rejected without a word on why"
