"""shared/lessons/: what a notebook marks `#| export`, as a module that later days import."""

import re
import subprocess
import sys

from nbformat import NotebookNode

from shared.curriculum import Facts
from shared.errors import DaysError

EXPORT = "#| export"
NOT_CODE = re.compile(r"^\s*(#\| export|### (BEGIN|END) SOLUTION|# NBVAL_\w+)\s*$")


def lesson(nb: NotebookNode, facts: Facts) -> str | None:
    """The text of the day's module, formatted; None when the day exports nothing.

    Raises DaysError when what it exports isn't Python.
    """
    cells = [c.source for c in nb.cells if c.cell_type == "code" and c.source.startswith(EXPORT)]
    if not cells:
        return None
    head = (
        f'"""Day {facts.number}, {facts.title}: what later days import.\n\n'
        f"Made from days/{facts.phase}/{facts.stem}.ipynb by `days refresh {facts.number}`; "
        'edit it there.\n"""\n'
    )
    code = ["\n".join(ln for ln in cell.splitlines() if not NOT_CODE.match(ln)) for cell in cells]
    try:
        return _format("\n\n".join([head, *code]))
    except subprocess.CalledProcessError as error:
        raise DaysError(
            f"{facts.stem}: what it exports can't be formatted: {error.stderr}"
        ) from None


def _format(code: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout
