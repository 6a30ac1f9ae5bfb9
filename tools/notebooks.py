"""Notebooks as data: the cells made from curriculum.yaml, and outputs fit to be committed."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from shared import progress
from shared.curriculum import Curriculum, Facts
from shared.errors import DaysError
from shared.executed import clean as clean  # whoever tends notebooks finds both here
from shared.executed import text as text

MAX_BYTES = 250_000
BOOTSTRAP_MARK = "# Colab only:"
COMMIT_MARK = "# Commit:"

BOOTSTRAP = """\
# Colab only: clone the project once, then add the day's extra packages. Elsewhere: nothing.
import os
import shutil
import subprocess
import sys

if "google.colab" in sys.modules:
    from google.colab import userdata

    repo, home = "{upstream}", os.environ.get("DAYS_HOME", "/content/100-days-of-ai")
    try:  # a secret named DAYS_REPO: your own fork, as OWNER/NAME
        repo = os.environ.get("DAYS_REPO") or userdata.get("DAYS_REPO") or repo
    except (userdata.SecretNotFoundError, userdata.NotebookAccessError):
        print(f"No secret DAYS_REPO, so this runs on {{repo}}; nothing can be committed.")
    if not os.path.isdir(home):
        url = repo if "://" in repo else f"https://github.com/{{repo}}.git"
        part = home + ".part"
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run(["git", "clone", "-q", "--depth", "1", "--", url, part], check=True)
        os.rename(part, home)
    os.environ["PYTHONPATH"] = home  # for processes that this notebook starts
    sys.path[:0] = [] if home in sys.path else [home]
"""

COMMIT = """\
# Commit: send this day's proof and progress.md to your fork. It stays off until you say so.
COMMIT = False  # make it True and run this cell again (README: "Your fork and its token")
if COMMIT:
    day.commit()"""


def read(path: Path) -> NotebookNode:
    """A notebook from disk, in the current format. Raises DaysError when it isn't one."""
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise DaysError(
            f"{path.stem} has no notebook yet; `days status` lists those that do."
        ) from None
    except (AttributeError, ValueError, nbformat.ValidationError) as error:
        raise DaysError(f"{path.name} is not a notebook: {error}") from None


def badge(curriculum: Curriculum, path: str, label: str) -> str:
    """A Colab badge for a notebook of the repository, with a label for screen readers."""
    return progress.badge(curriculum.upstream, curriculum.branch, path, label)


def header(facts: Facts, curriculum: Curriculum, exercise: bool = False) -> str:
    """The first cell: title, badges and one line of facts, all from curriculum.yaml."""
    folder, stem = facts.phase, facts.stem
    title = f"# Day {facts.number} – {facts.title}" + (" (exercise)" if exercise else "")
    solved = badge(curriculum, f"days/{folder}/{stem}.ipynb", "Open this day in Colab")
    practice = badge(curriculum, f"exercises/{folder}/{stem}.ipynb", "Open its exercise in Colab")
    memory = f"{facts.gpu_gib:g} GiB of GPU memory" if facts.gpu_gib else "no GPU needed"
    builds_on = ", ".join(f"Day {n}" for n in facts.builds_on) or "nothing before it"
    line = (
        f"**{facts.phase_title}** · {facts.minutes['read']:g} min to read, "
        f"{facts.minutes['run']:g} min to run on a T4 · {memory} · builds on {builds_on}"
    )
    badges = f"{solved} the day, solved · {practice} the same day as an exercise"
    if exercise:
        file = f"../../days/{folder}/{stem}.ipynb"
        line += (
            f"\n\nOne piece of the day is cut out: write it where it says `Your turn`, and run its "
            f"checks. Stuck? The solved day is [{stem}.ipynb]({file})."
        )
    return f"{title}\n\n{badges}\n\n{line}\n\n{facts.summary}"


def bootstrap(facts: Facts, curriculum: Curriculum) -> str:
    """The cell that makes the project importable in Colab; the same text on every day."""
    code = BOOTSTRAP.format(upstream=curriculum.upstream)
    if facts.extras:
        code += f"    %pip install -q {' '.join(facts.extras)}\n"
    return code.rstrip("\n")


def sync(nb: NotebookNode, facts: Facts, curriculum: Curriculum) -> None:
    """Write the generated cells anew, in place. Raises DaysError when one has no place."""
    if nb.cells[0].cell_type != "markdown" or not nb.cells[0].source.startswith("# Day"):
        raise DaysError(f"{facts.stem}: the first cell must be the title ('# Day …').")
    nb.cells[0].source = header(facts, curriculum)
    cells = [cell for cell in nb.cells if cell.source.startswith(BOOTSTRAP_MARK)]
    if len(cells) != 1:
        raise DaysError(f"{facts.stem}: one cell must start with {BOOTSTRAP_MARK!r}.")
    cells[0].source = bootstrap(facts, curriculum)
    for cell in nb.cells:
        if cell.source.startswith(COMMIT_MARK):
            cell.source = COMMIT


def add_commit(nb: NotebookNode) -> None:
    """Put the commit cell, in place, after the one that proves the day, if there is none yet."""
    if any(cell.source.startswith(COMMIT_MARK) for cell in nb.cells):
        return
    for position, cell in enumerate(nb.cells):
        if cell.cell_type == "code" and "day.prove(" in cell.source:
            nb.cells.insert(position + 1, nbformat.v4.new_code_cell(COMMIT, id="commit"))
            return


def strip(nb: NotebookNode) -> None:
    """Remove all outputs and counts, in place."""
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
