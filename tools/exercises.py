"""The day as an exercise: its solution cut out, and its checks as code that a test can run."""

import ast
import re
import textwrap
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from shared.curriculum import Curriculum, Facts
from shared.errors import DaysError
from tools import notebooks

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SOLUTION = re.compile(rf"^([ ]*){BEGIN}\n(.*?)^[ ]*{END}$", re.MULTILINE | re.DOTALL)
STUB = '# Your turn: see the docstring.\nraise NotImplementedError("Your turn: write this piece.")'


@dataclass(frozen=True)
class Check:
    """One *Check yourself*: the definitions it needs, its cell with a solution, its checks."""

    name: str
    before: str
    cell: str
    checks: str

    def code(self, body: str | None = None) -> str:
        """All of it as one program, the solution replaced by `body` when there is one."""
        cell = self.cell if body is None else with_body(self.cell, body)
        return "\n\n".join([self.before, cell, self.checks])


def with_body(cell: str, body: str) -> str:
    """A cell with its solution replaced by `body`, indented to fit."""
    return SOLUTION.sub(lambda m: textwrap.indent(textwrap.dedent(body).strip("\n"), m[1]), cell)


def checks(nb: NotebookNode) -> list[Check]:
    """The day's checks in order, named by the function that holds the solution."""
    found, before = [], []
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    for position, cell in enumerate(code):
        if BEGIN in cell:
            if len(SOLUTION.findall(cell)) != 1 or position + 1 == len(code):
                raise DaysError("A solution cell holds one solution; its checks are the next cell.")
            definitions = "\n\n".join(before)
            found.append(Check(_function(cell), definitions, cell, code[position + 1]))
        before.append(_definitions(cell))
    return found


def cut(solved: NotebookNode, facts: Facts, curriculum: Curriculum) -> NotebookNode:
    """The exercise made from a solved day: stubs, no outputs, quick by default."""
    nb = nbformat.from_dict(solved)
    notebooks.strip(nb)
    notebooks.clean(nb)
    nb.cells[0].source = notebooks.header(facts, curriculum, exercise=True)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.source = with_body(cell.source, STUB)
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(r'SCALE = "\w+"', 'SCALE = "quick"', cell.source)
    return nb


def _function(cell: str) -> str:
    """The innermost function around the solution, as `name` or `Class.name`."""
    line = cell[: cell.index(BEGIN)].count("\n") + 1
    nodes = [node for node in ast.walk(ast.parse(cell)) if hasattr(node, "body")]
    around = [
        node
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.lineno <= line <= node.end_lineno
    ]
    return ".".join(node.name for node in sorted(around, key=lambda node: node.lineno))


def _definitions(cell: str) -> str:
    """The imports, functions, classes and constants of a cell, without the work it does."""
    code = "\n".join("" if re.match(r"\s*[%!]", line) else line for line in cell.splitlines())
    if cell.startswith(notebooks.BOOTSTRAP_MARK):
        return ""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    nodes = [n for n in ast.parse(code).body if isinstance(n, kept) or _is_constant(n)]
    return "\n".join(ast.unparse(node) for node in nodes)


def _is_constant(node: ast.stmt) -> bool:
    """An assignment of a literal to a name in capitals or small letters: `H = 1e-5`."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True
