"""The notebook contract: form, order and size of every day, and the repository's promises."""

import ast
import json
import re
import sys
import warnings
from importlib.metadata import packages_distributions

import pytest

from shared import curriculum, progress
from shared.curriculum import ROOT
from tools import ledger, notebooks, refresh

KNOWN = curriculum.load()
DAYS = KNOWN.written()
SECTIONS = ["why it matters", "prep", "task 1", "stretch", "proof", "recap and next"]
EACH_DAY = pytest.mark.parametrize("facts", DAYS, ids=lambda facts: facts.stem)
MACHINE_PATH = re.compile(r"(^|[\s\"'(=])/(root|home|tmp|work|Users|content|var|mnt|opt)/")
# What a notebook may import that is not on the index by that name.
OURS = {"shared", "google"}  # google.colab is there in Colab alone, for the bootstrap cell


def load(facts):
    return notebooks.read(facts.notebook)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def without_magics(source):
    return re.sub(r"^(\s*)[%!].*", r"\1pass", source, flags=re.MULTILINE)


def trees(nb):
    for cell in code_cells(nb):
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)
            yield ast.parse(without_magics(cell.source))


def texts(output):
    """What a reader sees of one output, pictures aside."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return "\n".join(v for k, v in output.get("data", {}).items() if k.startswith("text/"))


# --- form ---------------------------------------------------------------------------------


@EACH_DAY
def test_title_badges_facts_and_bootstrap_are_those_of_the_curriculum(facts):
    nb = load(facts)
    before = notebooks.text(nb)
    notebooks.sync(nb, facts, KNOWN)
    assert notebooks.text(nb) == before, f"run `days refresh {facts.number}`"


@EACH_DAY
def test_sections_stand_in_order(facts):
    prose = "\n".join(cell.source for cell in load(facts).cells if cell.cell_type == "markdown")
    headings = [h.strip().lower() for h in re.findall(r"^## (.+)$", prose, re.MULTILINE)]
    found = [next((i for i, h in enumerate(headings) if h.startswith(s)), None) for s in SECTIONS]
    assert None not in found, (
        f"missing: {[s for s, at in zip(SECTIONS, found, strict=True) if at is None]}"
    )
    assert found == sorted(found), headings
    tasks = [h for h in headings if h.startswith("task ")]
    assert [int(h.split()[1]) for h in tasks] == list(range(1, len(tasks) + 1)), tasks


@EACH_DAY
def test_size_suits_one_hour(facts):
    nb = load(facts)
    cells = [cell for cell in nb.cells if not cell.source.startswith(notebooks.COMMIT_MARK)]
    assert 15 <= len(cells) <= 40, f"{len(cells)} cells, the generated commit cell not counted"
    for cell in code_cells(nb):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        limit = 30 if cell.source.startswith(notebooks.BOOTSTRAP_MARK) else 25
        assert len(lines) <= limit, f"a cell of {len(lines)} lines: {lines[0]}"
    prose = "\n".join(cell.source for cell in nb.cells[1:] if cell.cell_type == "markdown")
    words = len(re.findall(r"[^\W\d_][\w'’-]*", re.sub(r"\$[^$]*\$", " ", prose)))
    assert 400 <= words <= 1300, f"{words} words"
    assert facts.notebook.stat().st_size <= notebooks.MAX_BYTES


@EACH_DAY
def test_prep_parameters_and_proof_stand_where_they_belong(facts):
    cells = [cell.source for cell in code_cells(load(facts))]
    tags = [cell.metadata.get("tags", []) for cell in code_cells(load(facts))]
    assert cells[0].startswith(notebooks.BOOTSTRAP_MARK)
    assert tags[1] == ["parameters"], "the parameters cell follows the bootstrap"
    assert re.search(r'^SCALE = "auto"', cells[1], re.MULTILINE)
    assert re.search(r"^SEED = 0", cells[1], re.MULTILINE)
    assert f"start_day({facts.number}, scale=SCALE, seed=SEED)" in "\n".join(cells[2:5])
    proving = [i for i, cell in enumerate(cells) if "day.prove(" in cell]
    assert proving == [len(cells) - 2], "the proof closes the day, but for the commit cell"
    assert cells[-1] == notebooks.COMMIT, f"run `days refresh {facts.number}`"


def test_the_commit_cell_is_off_until_the_learner_switches_it_on():
    class Day:
        commits = 0

        def commit(self):
            self.commits += 1

    day = Day()
    assert notebooks.COMMIT.startswith(notebooks.COMMIT_MARK)
    exec(notebooks.COMMIT, {"day": day})
    assert day.commits == 0
    exec(notebooks.COMMIT.replace("COMMIT = False", "COMMIT = True"), {"day": day})
    assert day.commits == 1


@EACH_DAY
def test_check_yourself_has_its_solution_its_checks_and_its_symptoms(facts):
    cells = load(facts).cells
    kinds = [cell.cell_type for cell in cells]
    solutions = [i for i, cell in enumerate(cells) if "### BEGIN SOLUTION" in cell.source]
    assert solutions
    for i in solutions:
        assert re.search(r"^### Check yourself", cells[i - 1].source, re.MULTILINE)
        assert ast.get_docstring(_holder(cells[i].source)), "the stub's docstring gives the shapes"
        assert kinds[i + 1] == "code" and "assert" in cells[i + 1].source
        asserts = [n for n in ast.walk(ast.parse(cells[i + 1].source)) if isinstance(n, ast.Assert)]
        assert all(n.msg for n in asserts), "every check names the likely mistake"
        assert "<details>" in cells[i + 2].source
        symptoms = re.findall(r"^- .+:", cells[i + 2].source, re.MULTILINE)
        assert 3 <= len(symptoms) <= 5, "three to five lines of symptom: likely cause"


def _holder(source):
    tree = ast.parse(source)
    line = source[: source.index("### BEGIN SOLUTION")].count("\n") + 1
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno
    ]
    return max(around, key=lambda node: node.lineno)


@EACH_DAY
def test_something_printed_is_held_to_be_true(facts):
    marked = [c for c in code_cells(load(facts)) if "# NBVAL_CHECK_OUTPUT" in c.source]
    assert marked and all(cell.outputs for cell in marked)


# --- outputs ------------------------------------------------------------------------------


@EACH_DAY
def test_outputs_are_those_of_one_clean_run(facts):
    cells = code_cells(load(facts))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        for output in cell.outputs:
            assert output.output_type != "error", texts(output)
            assert output.get("name") != "stderr", f"stderr: {texts(output)[:200]}"
            assert not MACHINE_PATH.search(texts(output)), f"a path: {texts(output)[:200]}"
            assert "STAND-IN" not in texts(output), "outputs of a stand-in"


@EACH_DAY
def test_no_metadata_of_a_run_is_left(facts):
    raw = json.loads(facts.notebook.read_text(encoding="utf-8"))
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}
    for cell in raw["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
    nb = load(facts)
    before = notebooks.text(nb)
    notebooks.clean(nb)
    assert notebooks.text(nb) == before


@EACH_DAY
def test_figures_are_at_most_800_pixels_wide(facts):
    import base64
    import struct

    for cell in code_cells(load(facts)):
        for output in cell.outputs:
            picture = output.get("data", {}).get("image/png")
            if picture:
                width = struct.unpack(">I", base64.b64decode(picture)[16:20])[0]
                assert width <= 800, f"{width} px"


# --- code ---------------------------------------------------------------------------------


def colab_distributions():
    """Names, normalised, of what Colab ships: constraints.txt is its freeze."""
    from tools.constraints import EXTRAS

    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = {line.partition("==")[0] for line in lines if "==" in line}
    return {normal(name) for name in names - set(EXTRAS)}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@EACH_DAY
def test_every_import_is_in_colab_or_among_the_days_extras(facts):
    allowed = colab_distributions() | {normal(e.partition("==")[0]) for e in facts.extras}
    providers = packages_distributions()
    for tree in trees(load(facts)):
        for name in imported(tree):
            if name in sys.stdlib_module_names or name in OURS or name.startswith("google"):
                continue
            homes = {normal(home) for home in providers.get(name, [name])}
            assert homes & allowed, f"{name} is neither in Colab nor an extra of day {facts.number}"


@EACH_DAY
def test_packages_of_the_curriculum_are_those_the_notebook_imports(facts):
    providers = packages_distributions()
    used = {
        normal(home)
        for tree in trees(load(facts))
        for name in imported(tree)
        if name not in sys.stdlib_module_names and name not in OURS
        for home in providers.get(name, [])
    }
    declared = {normal(name) for name in facts.packages}
    assert used <= declared, f"curriculum.yaml, day {facts.number}: add {sorted(used - declared)}"


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative imports in a notebook"
            yield node.module.partition(".")[0]


FILE_CALLS = {
    "open", "read_csv", "to_csv", "savefig", "read_text", "write_text", "read_bytes", "load",
    "write_bytes", "Path", "read_parquet", "to_parquet", "save", "savez", "imread", "imsave",
    "to_json", "read_json", "dump", "mkdir", "exists", "glob", "listdir", "makedirs",
}  # fmt: skip


@EACH_DAY
def test_no_relative_path_reaches_a_file(facts):
    """Working directories differ between Colab, nbval and papermill."""
    for tree in trees(load(facts)):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            ours = ast.unparse(node.func) == "day.save"  # takes a name inside day.artifacts
            if name in FILE_CALLS and not ours:
                paths = [a for a in node.args if isinstance(a, ast.Constant)]
                looks = [a.value for a in paths if isinstance(a.value, str) and "." in a.value]
                assert not looks, f"{name}({looks[0]!r}): use day.artifacts / … or day.root / …"


@EACH_DAY
def test_no_notebook_upgrades_or_changes_directory(facts):
    for cell in code_cells(load(facts)):
        assert "%cd" not in cell.source and "os.chdir" not in cell.source
        assert not re.search(r"pip install.*(-U|--upgrade|constraints)", cell.source)


# --- the repository -----------------------------------------------------------------------


@EACH_DAY
def test_exercise_and_lesson_are_in_step_with_the_notebook(facts):
    for path, content in refresh.derived(facts, KNOWN).items():
        assert path.exists(), f"run `days exercise {facts.number}`"
        assert path.read_text(encoding="utf-8") == content, f"run `days exercise {facts.number}`"


@EACH_DAY
def test_every_bar_has_been_measured(facts):
    assert facts.bars, "a day without bars proves nothing"
    for metric, entry in facts.bars.items():
        assert curriculum.UNMEASURED not in entry.values(), metric


def test_generated_files_have_no_orphans():
    stems = {facts.stem for facts in DAYS}
    for folder, pattern in (("exercises", "*/day*.ipynb"), ("shared/lessons", "day*.py")):
        assert {path.stem for path in (ROOT / folder).glob(pattern)} <= stems
    assert {path.stem for path in (ROOT / "days").rglob("*.ipynb")} == stems, "an unlisted notebook"


def test_the_readmes_table_is_up_to_date():
    text = ledger.README.read_text(encoding="utf-8")
    assert ledger.readme(KNOWN, text) == text, "run `make docs`"


def test_progress_has_its_hundred_rows():
    """Ticks are the learner's; only the rows are ours."""
    lines = (ROOT / "progress.md").read_text(encoding="utf-8").splitlines()
    rows = [int(match[1]) for match in map(progress.ROW.match, lines) if match]
    assert rows == list(range(1, 101))


def test_arrows_run_one_way():
    for path in (ROOT / "shared").rglob("*.py"):
        names = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
        assert "tools" not in names and "tests" not in names, f"{path.name} imports {names}"


def test_count_to_a_hundred(record_property):
    """Names the days still to be written; fails only when one vanishes from the map."""
    assert list(KNOWN.days) == list(range(1, 101))
    missing = [number for number, facts in KNOWN.days.items() if not facts.notebook.exists()]
    record_property("missing", missing)
    if missing:
        warnings.warn(f"{len(missing)} days still to be written: {missing}", stacklevel=1)
