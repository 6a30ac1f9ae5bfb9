"""pytest as a day starts it: results by name, no traces, a clear word when nothing could run."""

import pytest

from shared.errors import DaysError
from shared.testing import run_pytest

MIXED = """
import os
import pytest

def test_right():
    assert 1 + 1 == 2

def test_wrong():
    assert 1 + 1 == 3, "one and one"

@pytest.fixture
def broken():
    raise OSError("no ground to stand on")

def test_never_gets_there(broken):
    pass

def test_environment():
    assert os.environ["MORE"] == "word" and "MY_TOKEN" not in os.environ
"""


def test_each_test_comes_with_why_it_failed(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (tmp_path / "test_mixed.py").write_text(MIXED)
    report = run_pytest(tmp_path, MORE="word")
    assert report.failed == ["test_wrong", "test_never_gets_there"]
    assert report.results["test_right"] == report.results["test_environment"] == ""
    assert "one and one" in report.results["test_wrong"]
    assert "no ground to stand on" in report.results["test_never_gets_there"]
    assert "1 failed, 2 passed, 1 error" in report.printed
    assert [path.name for path in tmp_path.iterdir()] == ["test_mixed.py"], "nothing is left behind"


def test_arguments_choose_among_the_tests(tmp_path):
    (tmp_path / "test_mixed.py").write_text(MIXED)
    assert list(run_pytest(tmp_path, "-k", "right").results) == ["test_right"]


@pytest.mark.parametrize("source", ["", "import nothing_of_the_kind", "def test_x(:"])
def test_what_holds_no_test_that_runs_is_an_error(source, tmp_path):
    (tmp_path / "test_it.py").write_text(source)
    with pytest.raises(DaysError, match="could not run"):
        run_pytest(tmp_path)
