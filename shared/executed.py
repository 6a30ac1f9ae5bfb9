"""The notebook as it ran: asked from Colab's page, and cleaned of what nobody should read."""

import json
import re
import sys

import nbformat
from nbformat import NotebookNode

from shared import proof

PROGRESS_BAR = re.compile(r"\d+%\|.*\||\d+it \[")
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
WIDGET = "application/vnd.jupyter.widget-view+json"
PAGE_SECONDS = 30


def text(nb: NotebookNode) -> str:
    """The bytes of a notebook as they are committed: one space of indent, stable key order."""
    return nbformat.writes(nb, version=4) + "\n"


def clean(nb: NotebookNode) -> None:
    """Strip, in place, what a run leaves but a reader doesn't need.

    Timings, progress bars, widgets, and the account that Colab notes beside each cell.
    """
    nb.metadata = NotebookNode(kernelspec=dict(KERNELSPEC), language_info={"name": "python"})
    for cell in nb.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_noise(output)]
            for output in cell.outputs:
                output.pop("metadata", None) if output.output_type == "stream" else None


def attach_from_colab(number: int) -> str | None:
    """In Colab, put the notebook that is open on the page into the day's proof.

    Returns what the learner should do instead where the page doesn't hand it over; None when all
    is well, or outside Colab, where `days run` has attached it already.
    """
    if "google.colab" not in sys.modules:
        return None
    try:
        # A private call: whatever it may raise one day, the rest of the proof is still committed.
        from google.colab import _message

        reply = _message.blocking_request("get_ipynb", timeout_sec=PAGE_SECONDS)
        nb = nbformat.reads(json.dumps(reply["ipynb"]), as_version=4)
        clean(nb)
        content = text(nb)
    except Exception:  # noqa: BLE001
        return (
            "Colab did not hand over the notebook, so the proof goes without it. To keep it too: "
            "File > Save a copy in GitHub."
        )
    proof.attach(proof.folder(number), proof.NOTEBOOK, content)
    return None


def _is_noise(output: NotebookNode) -> bool:
    if output.output_type == "stream" and output.name == "stderr":
        return bool(PROGRESS_BAR.search(output.text)) or not output.text.strip()
    return WIDGET in output.get("data", {})
