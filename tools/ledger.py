"""The README's table, written from curriculum.yaml."""

from shared.curriculum import ROOT, Curriculum
from shared.errors import DaysError
from tools import notebooks

README = ROOT / "README.md"
BEGIN, END = "<!-- days: begin -->", "<!-- days: end -->"


def table(curriculum: Curriculum) -> str:
    """The README's table: every day by phase, with badges for those that are written."""
    lines, phase = [], None
    for facts in curriculum.days.values():
        if facts.phase != phase:
            phase = facts.phase
            lines += ["", f"### {facts.phase_title}", ""]
            lines += [
                "| Day | What you build | T4 | Solved | Exercise |",
                "|---:|---|---:|---|---|",
            ]
        title = f"**{facts.title}** – {facts.summary}"
        solved = practice = "not written yet"
        if facts.notebook.exists():
            files = [f"{root}/{phase}/{facts.stem}.ipynb" for root in ("days", "exercises")]
            solved, practice = (
                notebooks.badge(curriculum, file, f"Day {facts.number} in Colab") for file in files
            )
            title = f"[**{facts.title}**]({files[0]}) – {facts.summary}"
        minutes = f"{facts.minutes['run']:g} min"
        lines.append(f"| {facts.number} | {title} | {minutes} | {solved} | {practice} |")
    return "\n".join(lines).strip("\n")


def readme(curriculum: Curriculum, text: str) -> str:
    """The README's text with its table written anew between the two markers."""
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise DaysError(f"README.md lacks the markers {BEGIN} and {END} around its table.")
    return f"{before}{BEGIN}\n{table(curriculum)}\n{END}{after}"
