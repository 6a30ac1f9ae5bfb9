"""A notebook's own code as a file: for days that start a program made of their cells."""

import ast
import linecache


def exported() -> str:
    """The cells that this notebook has run and that are marked `#| export`, in order, as one text.

    Of a cell that was run again, changed or not, the last version counts: cells that define the
    same first name are the same cell.
    """
    cells = {}
    for entry in list(linecache.cache.values()):  # Python keeps all cells there, for tracebacks
        text = "".join(entry[2]) if len(entry) == 4 else ""
        if text.startswith("#| export"):
            cells[_first_name(text)] = text.strip()
    return "\n\n\n".join(cells.values()) + "\n"


def _first_name(text: str) -> str:
    """What a cell defines first; of one that only imports, its whole text."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return node.name
        if isinstance(node, ast.Assign):
            return ast.unparse(node.targets[0])
    return text
