"""Notebooks as data: generated cells, clean outputs, exercises cut and lessons exported."""

import copy
import json

import nbformat
import nbformat.v4 as nb4
import pytest

from shared.errors import DaysError
from tools import exercises, lessons, notebooks


@pytest.fixture
def known(facts, use_days):
    return use_days(facts(7), facts(34, slug="cnn", gpu_gib=6, builds_on=[7, 30]))


SOLUTION_CELL = '''\
#| export
def half(x):
    """Half of x, a float."""
    ### BEGIN SOLUTION
    y = x / 2

    return y
    ### END SOLUTION'''
CHECKS_CELL = 'assert half(3) == 1.5, "whole-number division?"'


def solved() -> nbformat.NotebookNode:
    """A day as it is committed: executed, with a solution and its checks."""
    output = nb4.new_output("stream", name="stdout", text="1.5\n")
    cells = [
        nb4.new_markdown_cell("# Day 7 – something old"),
        nb4.new_code_cell(f"{notebooks.BOOTSTRAP_MARK} old\nimport os\n%pip install -q old==1"),
        nb4.new_code_cell('SCALE = "auto"\nSEED = 0', metadata={"tags": ["parameters"]}),
        nb4.new_code_cell(
            "#| export\nimport math\nH = 1e-5\ndata = math.sqrt(2)\n%matplotlib inline"
        ),
        nb4.new_code_cell(SOLUTION_CELL),
        nb4.new_code_cell(CHECKS_CELL),
        nb4.new_code_cell("# NBVAL_CHECK_OUTPUT\nprint(half(3))", outputs=[output]),
    ]
    for count, cell in enumerate([cell for cell in cells if cell.cell_type == "code"], 1):
        cell.execution_count = count
    return nb4.new_notebook(cells=cells)


# --- reading and writing ------------------------------------------------------------------


def test_a_notebook_is_written_as_it_was_read(tmp_path):
    path = tmp_path / "day07_pi.ipynb"
    path.write_text(notebooks.text(solved()), encoding="utf-8")
    assert notebooks.text(notebooks.read(path)) == path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").endswith("}\n")


def test_a_day_that_is_not_written_is_a_sentence(tmp_path):
    with pytest.raises(DaysError, match="day07_pi has no notebook yet"):
        notebooks.read(tmp_path / "day07_pi.ipynb")


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"nbformat": 4, "nbformat_minor": 5}'])
def test_a_file_that_is_no_notebook_is_a_sentence(content, tmp_path):
    (tmp_path / "day07_pi.ipynb").write_text(content)
    with pytest.raises(DaysError, match=r"day07_pi\.ipynb is not a notebook"):
        notebooks.read(tmp_path / "day07_pi.ipynb")


# --- generated cells ----------------------------------------------------------------------


def test_a_badge_opens_the_file_of_upstream_in_colab(known):
    assert notebooks.badge(known, "days/p/day07_pi.ipynb", "Open") == (
        "[![Open](https://colab.research.google.com/assets/colab-badge.svg)]"
        "(https://colab.research.google.com/github/OWNER/REPO/blob/main/days/p/day07_pi.ipynb)"
    )


def test_the_header_gives_the_facts_of_the_curriculum(known):
    title, badges, line, summary = notebooks.header(known.day(34), known).split("\n\n")
    assert title == "# Day 34 – Monte-Carlo π"
    for root in ("days", "exercises"):
        assert f"/blob/main/{root}/phase1_groundwork/day34_cnn.ipynb)" in badges
    assert line == (
        "**Groundwork** · 60 min to read, 1 min to run on a T4 · 6 GiB of GPU memory · "
        "builds on Day 7, Day 30"
    )
    assert summary == known.day(34).summary


def test_the_header_of_a_day_that_needs_nothing_says_so(known):
    header = notebooks.header(known.day(7), known)
    assert "no GPU needed" in header and "builds on nothing before it" in header


def test_the_exercise_says_what_it_is_and_links_back(known):
    header = notebooks.header(known.day(7), known, exercise=True)
    assert header.startswith("# Day 7 – Monte-Carlo π (exercise)\n")
    assert "(../../days/phase1_groundwork/day07_pi.ipynb)" in header
    assert "Your turn" in header
    assert "(../../" not in notebooks.header(known.day(7), known)


def test_sync_writes_title_and_bootstrap_and_nothing_else(known):
    nb, before = solved(), solved()
    notebooks.sync(nb, known.day(7), known)
    assert nb.cells[0].source == notebooks.header(known.day(7), known)
    assert nb.cells[1].source == notebooks.bootstrap(known.day(7), known)
    assert '"OWNER/REPO"' in nb.cells[1].source
    assert [cell.source for cell in nb.cells[2:]] == [cell.source for cell in before.cells[2:]]
    once = notebooks.text(nb)
    notebooks.sync(nb, known.day(7), known)
    assert notebooks.text(nb) == once


def test_the_commit_cell_comes_once_right_after_the_proof(known):
    nb = solved()
    notebooks.add_commit(nb)
    assert len(nb.cells) == len(solved().cells), "no proof, nothing to commit"
    nb.cells.insert(6, nb4.new_code_cell("day.prove(measure, subject=1, control=2)"))
    for _ in range(2):
        notebooks.add_commit(nb)
    sources = [cell.source for cell in nb.cells]
    assert sources.count(notebooks.COMMIT) == 1 and sources[7] == notebooks.COMMIT
    assert "COMMIT = False" in sources[7], "it is off until the learner says so"
    nb.cells[7].source = f"{notebooks.COMMIT_MARK} an older text"
    notebooks.sync(nb, known.day(7), known)
    assert nb.cells[7].source == notebooks.COMMIT


def test_extras_are_installed_by_the_bootstrap_cell_alone(known, facts):
    assert "%pip" not in notebooks.bootstrap(facts(7), known)
    day = facts(7, extras=["captum==0.8.0", "shap==0.48"])
    assert notebooks.bootstrap(day, known).endswith(
        "\n    %pip install -q captum==0.8.0 shap==0.48"
    )


def test_a_notebook_without_a_place_for_generated_cells_is_refused(known):
    nb = solved()
    del nb.cells[0]
    with pytest.raises(DaysError, match="the first cell must be the title"):
        notebooks.sync(nb, known.day(7), known)
    for cells in ([0, 2], [0, 1, 1]):
        nb = solved()
        nb.cells = [copy.deepcopy(nb.cells[i]) for i in cells]
        with pytest.raises(DaysError, match="one cell must start with '# Colab only:'"):
            notebooks.sync(nb, known.day(7), known)


# --- clean outputs ------------------------------------------------------------------------


def test_clean_removes_what_a_run_leaves_and_keeps_what_a_reader_needs():
    stdout = nb4.new_output("stream", name="stdout", text="50%|█████     | 1/2 is printed\n")
    warning = nb4.new_output("stream", name="stderr", text="UserWarning: mind the gap\n")
    picture = nb4.new_output("display_data", {"image/png": "iVBOR", "text/plain": "<Figure>"})
    noise = [
        nb4.new_output("stream", name="stderr", text=" 50%|█████     | 1/2 [00:01<00:01]"),
        nb4.new_output("stream", name="stderr", text="12it [00:01, 9.99it/s]"),
        nb4.new_output("stream", name="stderr", text="\n"),
        nb4.new_output(
            "display_data", {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "HBox()"}
        ),
    ]
    metadata = {"tags": ["keep"], "papermill": {"duration": 1.5}, "execution": {"x": "2026"}}
    cell = nb4.new_code_cell(
        "x", outputs=[stdout, noise[0], warning, noise[1], picture, *noise[2:]], metadata=metadata
    )
    nb = nb4.new_notebook(cells=[cell], metadata={"widgets": {}, "papermill": {"parameters": {}}})
    cell.execution_count = 3
    notebooks.clean(nb)
    assert nb.cells[0].outputs == [stdout, warning, picture]
    assert nb.cells[0].execution_count == 3
    assert nb.cells[0].metadata == {"tags": ["keep"]}
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    nbformat.validate(nb)
    once = notebooks.text(nb)
    notebooks.clean(nb)
    assert notebooks.text(nb) == once


def test_the_same_notebook_run_on_another_python_is_the_same_file_once_clean():
    texts = []
    for version in ("3.11.9", "3.13.0"):
        nb = solved()
        for cell, fixed in zip(nb.cells, "abcdefg", strict=True):
            cell.id = fixed
        nb.metadata = {
            "kernelspec": {"name": "days-warm", "display_name": "x", "language": "python"},
            "language_info": {"name": "python", "version": version},
        }
        nb = nbformat.from_dict(nb)
        notebooks.clean(nb)
        texts.append(notebooks.text(nb))
    assert texts[0] == texts[1]


def test_strip_removes_outputs_and_counts():
    nb = solved()
    notebooks.strip(nb)
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert [cell.source for cell in nb.cells] == [cell.source for cell in solved().cells]


# --- exercises ----------------------------------------------------------------------------


def test_an_exercise_has_a_stub_where_the_solution_was(known):
    nb = exercises.cut(solved(), known.day(7), known)
    sources = [cell.source for cell in nb.cells]
    stub = sources[4]
    assert "x / 2" not in json.dumps(sources)
    assert "BEGIN SOLUTION" not in stub and "END SOLUTION" not in stub
    assert stub.startswith(
        '#| export\ndef half(x):\n    """Half of x, a float."""\n    # Your turn'
    )
    names = {}
    exec(stub, names)
    with pytest.raises(NotImplementedError, match="Your turn"):
        names["half"](3)


def test_an_exercise_starts_quick_without_outputs_under_its_own_title(known):
    nb = exercises.cut(solved(), known.day(7), known)
    assert nb.cells[0].source == notebooks.header(known.day(7), known, exercise=True)
    [parameters] = [cell for cell in nb.cells if "parameters" in cell.metadata.get("tags", [])]
    assert parameters.source == 'SCALE = "quick"\nSEED = 0'
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert [cell.source for cell in nb.cells[5:]] == [cell.source for cell in solved().cells[5:]]


def test_cutting_leaves_the_solved_day_as_it_was(known):
    nb = solved()
    before = notebooks.text(nb)
    exercises.cut(nb, known.day(7), known)
    assert notebooks.text(nb) == before


def test_a_check_is_one_program_of_definitions_solution_and_checks():
    [check] = exercises.checks(solved())
    assert check.name == "half"
    assert "import math" in check.before and "H = 1e-05" in check.before
    assert "math.sqrt" not in check.before, "a check needs no work done before it"
    assert notebooks.BOOTSTRAP_MARK not in check.before and "%" not in check.before
    exec(check.code(), {})
    with pytest.raises(NotImplementedError):
        exec(check.code(exercises.STUB), {})
    with pytest.raises(AssertionError, match="whole-number division"):
        exec(check.code("y = x // 2\nreturn y"), {})


@pytest.mark.parametrize(
    "body", ["return x / 2", "    return x / 2\n", "\nif x:\n    return x / 2\n\nreturn 0\n"]
)
def test_a_body_is_indented_to_its_place(body):
    names = {}
    exec(exercises.with_body(SOLUTION_CELL, body), names)
    assert names["half"](3) == 1.5


def test_a_solution_in_a_method_is_named_by_its_class():
    nb = solved()
    method = "class Net:\n" + "\n".join(f"    {line}" for line in SOLUTION_CELL.splitlines()[1:])
    nb.cells[4].source = method + "\n\nclass Other:\n    pass"
    [check] = exercises.checks(nb)
    assert check.name == "Net.half"


def test_checks_come_in_the_order_of_the_day():
    nb = solved()
    second = [nb4.new_code_cell(SOLUTION_CELL.replace("half", "third")), nb4.new_code_cell("pass")]
    nb.cells += second
    assert [check.name for check in exercises.checks(nb)] == ["half", "third"]
    assert "def half" in exercises.checks(nb)[1].before


@pytest.mark.parametrize("fault", ["no end", "two in a cell", "no checks after it"])
def test_a_solution_that_cannot_be_cut_or_checked_is_refused(fault):
    nb = solved()
    if fault == "no end":
        nb.cells[4].source = SOLUTION_CELL.replace("### END SOLUTION", "")
    elif fault == "two in a cell":
        nb.cells[4].source = SOLUTION_CELL + "\n\n\n" + SOLUTION_CELL.replace("half", "third")
    else:
        del nb.cells[5:]
    with pytest.raises(DaysError, match="one solution; its checks are the next cell"):
        exercises.checks(nb)


# --- lessons ------------------------------------------------------------------------------


def test_a_lesson_is_the_exported_cells_formatted_and_without_marks(facts):
    nb = solved()
    nb.cells[3].source = "#| export\nimport math\nH = {'a':1}"
    assert lessons.lesson(nb, facts(7)) == (
        '"""Day 7, Monte-Carlo π: what later days import.\n\n'
        "Made from days/phase1_groundwork/day07_pi.ipynb by `days refresh 7`; edit it there.\n"
        '"""\n\n'
        'import math\n\nH = {"a": 1}\n\n\n'
        'def half(x):\n    """Half of x, a float."""\n    y = x / 2\n\n    return y\n'
    )


def test_a_day_that_exports_nothing_has_no_lesson(facts):
    nb = solved()
    nb.cells = nb.cells[:3] + nb.cells[5:]
    assert lessons.lesson(nb, facts(7)) is None
