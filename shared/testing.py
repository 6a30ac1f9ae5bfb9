"""pytest in a process of its own: for days that hand in code together with its tests."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from shared.errors import DaysError

SECONDS = 200
# Another's plugins, options and tokens stay out of it.
KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH")
QUIET = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}
OPTIONS = ["-q", "-pno:cacheprovider", "-oaddopts="]


@dataclass(frozen=True)
class Report:
    """What pytest printed, and {test: why it failed, or "" if it passed} in the order they ran."""

    printed: str
    results: dict[str, str]

    @property
    def failed(self) -> list[str]:
        """The names of the tests that failed."""
        return [name for name, why in self.results.items() if why]


def run_pytest(folder: Path, *arguments: str, **more: str) -> Report:
    """Run the tests that lie in `folder`, from there; nothing is written into it.

    arguments: more for pytest's command line; more: variables added to its environment.
    Raises DaysError, with pytest's words, when no test could be run.
    """
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    with tempfile.TemporaryDirectory(prefix="days-pytest-") as elsewhere:
        report = Path(elsewhere) / "report.xml"
        command = [sys.executable, "-m", "pytest", *OPTIONS, f"--rootdir={folder}"]
        done = subprocess.run(
            [*command, f"--junitxml={report}", *arguments],
            cwd=folder, env=kept | QUIET | more, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1):  # 0: all pass, 1: some fail, else: none could run
            raise DaysError(
                f"pytest could not run the tests: {(done.stdout + done.stderr)[-1500:]}"
            )
        cases = ElementTree.parse(report).iter("testcase")
        results = {case.get("name"): _why(case) for case in cases}
    return Report(done.stdout, results)


def _why(case: ElementTree.Element) -> str:
    trouble = case.findall("failure") + case.findall("error")
    return "".join(part.get("message") or "no message" for part in trouble)
