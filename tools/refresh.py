"""`days refresh N`: bring a day's generated parts up to date and store outputs of a real run."""

import tempfile
from pathlib import Path

from nbformat import NotebookNode

from shared import proof
from shared.curriculum import Curriculum, Facts
from shared.errors import DaysError
from tools import exercises, lessons, notebooks, runner


def refresh(facts: Facts, curriculum: Curriculum) -> int:
    """Run the day at quick scale and store its clean outputs; returns the notebook's bytes.

    Writes the notebook, its exercise and its lesson. Raises DaysError, and writes nothing,
    when the run fails, proves nothing, used a stand-in, or would store too much.
    """
    nb = notebooks.read(facts.notebook)
    notebooks.sync(nb, facts, curriculum)
    notebooks.add_commit(nb)  # here alone, for here it is run
    notebooks.strip(nb)
    with tempfile.TemporaryDirectory(dir=_build()) as folder:
        executed = _run(notebooks.text(nb), facts, Path(folder))
    notebooks.clean(executed)
    content = notebooks.text(executed)
    if len(content.encode()) > notebooks.MAX_BYTES:
        raise DaysError(f"{facts.stem} would take {len(content) // 1000} kB; draw smaller figures.")
    files = derived(facts, curriculum, executed)
    proof.write_text(facts.notebook, content)
    _write(files)
    return len(content.encode())


def sync(facts: Facts, curriculum: Curriculum) -> None:
    """Bring a notebook's generated cells in line with the map, without running anything."""
    nb = notebooks.read(facts.notebook)
    before = notebooks.text(nb)
    notebooks.sync(nb, facts, curriculum)
    if notebooks.text(nb) != before:
        proof.write_text(facts.notebook, notebooks.text(nb))
    write_derived(facts, curriculum)


def write_derived(facts: Facts, curriculum: Curriculum) -> None:
    """Write the exercise and the lesson that follow from a notebook."""
    _write(derived(facts, curriculum))


def _write(files: dict[Path, str]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        proof.write_text(path, content)


def derived(
    facts: Facts, curriculum: Curriculum, nb: NotebookNode | None = None
) -> dict[Path, str]:
    """What a notebook implies, as text by path: its exercise and, if it exports, its lesson.

    nb: the notebook, where it isn't the one on disk.
    """
    nb = nb or notebooks.read(facts.notebook)
    files = {facts.exercise: notebooks.text(exercises.cut(nb, facts, curriculum))}
    module = lessons.lesson(nb, facts)
    return files | ({facts.lesson: module} if module else {})


def _run(text: str, facts: Facts, folder: Path):
    draft, copy = folder / facts.notebook.name, folder / "executed.ipynb"
    proof.write_text(draft, text)
    variables = {"DAYS_PROOFS": str(folder), "DAYS_SCALE": "quick", "OMP_NUM_THREADS": "1"}
    with runner.environment(**variables):
        limit = runner.default_limit(facts, "quick")
        try:
            runner.execute(draft, copy, {}, limit, progress=True)
        except runner.FAULTS as error:
            cell = runner.stopped_at(error, copy)
            where = facts.stem + (f", code cell {cell}" if cell else "")
            raise DaysError(f"{where}: {runner.why(error, limit)}") from None
        made = proof.folder(facts.number)
        sources = proof.read(made)["sources"]
    for source in sources:
        if source["kind"] == "synthetic":
            raise DaysError(
                f"{facts.stem} ran on a stand-in for {source['name']}. Outputs that learners see "
                "come from real data: set DAYS_MIRROR, or connect, and refresh again."
            )
    return notebooks.read(copy)


def _build() -> Path:
    runner.BUILD.mkdir(exist_ok=True)
    return runner.BUILD
