"""shared/lessons/: what a notebook marks `#| export`, as a module that later days import."""

import re
import subprocess
import sys

from nbformat import NotebookNode

from shared.curriculum import Facts

EXPORT = "#| export"
NOT_CODE = re.compile(r"^\s*(#\| export|### (BEGIN|END) SOLUTION|# NBVAL_\w+)\s*$")


def lesson(nb: NotebookNode, facts: Facts) -> str | None:
    """The text of the day's module, formatted; None when the day exports nothing."""
    cells = [c.source for c in nb.cells if c.cell_type == "code" and c.source.startswith(EXPORT)]
    if not cells:
        return None
    head = (
        f'"""Day {facts.number}, {facts.title}: what later days import.\n\n'
        f"Made from days/{facts.phase}/{facts.stem}.ipynb by `days refresh {facts.number}`; "
        'edit it there.\n"""\n'
    )
    code = ["\n".join(ln for ln in cell.splitlines() if not NOT_CODE.match(ln)) for cell in cells]
    return _format("\n\n".join([head, *code]))


def _format(code: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"]
    return subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout
