"""The map of the hundred days: reads days/curriculum.yaml and refuses what it doesn't know."""

import operator
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from shared.errors import DaysError

ROOT = Path(__file__).resolve().parents[1]
UNMEASURED = "unmeasured"
COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Bar:
    """What one metric must reach: `">= 0.85"`."""

    op: str
    limit: float

    @classmethod
    def parse(cls, text: str) -> "Bar":
        """Read `"OP NUMBER"`; raises DaysError on anything else."""
        match = re.fullmatch(r"\s*(>=|<=|==|>|<)\s*([-+.\deE]+)\s*", str(text))
        try:
            return cls(match[1], float(match[2]))
        except (TypeError, ValueError):
            raise DaysError(f"{text!r} is not a bar; write it like '>= 0.85'.") from None

    def reached(self, value: float) -> bool:
        """Whether `value` clears the bar. NaN never does."""
        return bool(COMPARE[self.op](value, self.limit))

    def __str__(self) -> str:
        return f"{self.op} {self.limit:.15g}"  # a bar read back from a proof is the same bar


@dataclass(frozen=True)
class Facts:
    """One day's row of curriculum.yaml."""

    number: int
    title: str
    slug: str
    phase: str
    phase_title: str
    summary: str
    proof: str
    stretch: str
    builds_on: list[int]
    packages: list[str]
    extras: list[str]
    data: list[str]
    checkpoints: list[str]
    scale: str
    minutes: dict[str, float]
    gpu_gib: float
    bars: dict[str, dict[str, str]] = field(default_factory=dict)
    control: str = ""
    no_control: str = ""
    environments: list[str] = field(default_factory=list)
    quick_seconds: int = 30
    rss_gib: float = 3

    @property
    def stem(self) -> str:
        """`day02_numpy_mlp`: the name of the notebook, its lesson and its exercise."""
        return f"day{self.number:02d}_{self.slug}"

    @property
    def notebook(self) -> Path:
        return ROOT / "days" / self.phase / f"{self.stem}.ipynb"

    @property
    def exercise(self) -> Path:
        return ROOT / "exercises" / self.phase / f"{self.stem}.ipynb"

    @property
    def lesson(self) -> Path:
        return ROOT / "shared" / "lessons" / f"{self.stem}.py"

    def bar(self, metric: str, scale: str, kinds: set[str]) -> Bar:
        """The bar of `metric` at `scale`, given the kinds of sources the data came from.

        A bar for scale and source (`quick_synthetic`) goes before one for the scale.
        Raises DaysError where the map has no bar, or one that nobody has measured yet.
        """
        entry = self.bars.get(metric, {})
        for key in [f"{scale}_{kind}" for kind in sorted(kinds)] + [scale]:
            if key in entry and entry[key] != UNMEASURED:
                return Bar.parse(entry[key])
        raise DaysError(
            f"Day {self.number} has no bar for {metric!r} at scale {scale!r}; "
            f"add it to days/curriculum.yaml (it has: {', '.join(self.bars) or 'none'})."
        )

    def metrics(self, scale: str) -> set[str]:
        """The metrics that a proof at `scale` must measure: those with a bar there."""
        return {
            metric
            for metric, entry in self.bars.items()
            if any(key.partition("_")[0] == scale for key in entry)
        }

    def control_must_miss(self, metric: str) -> bool:
        """True for learned metrics; False where curriculum.yaml says `control: any`."""
        return self.bars.get(metric, {}).get("control") != "any"


@dataclass(frozen=True)
class Curriculum:
    upstream: str
    branch: str
    days: dict[int, Facts]

    def day(self, number: int) -> Facts:
        """The facts of one day; raises DaysError for a day that doesn't exist."""
        try:
            return self.days[number]
        except KeyError:
            raise DaysError(f"There is no day {number!r}; days go from 1 to 100.") from None

    def written(self) -> list[Facts]:
        """The days whose notebook exists, in order."""
        return [facts for facts in self.days.values() if facts.notebook.exists()]


def parse(text: str) -> Curriculum:
    """Read the text of curriculum.yaml. Raises DaysError, naming the day, on a fault."""
    # With libyaml where it is there: each notebook reads this, and Python takes ten times as long.
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    days = {}
    for phase in document["phases"]:
        for row in phase["days"]:
            try:
                facts = Facts(phase=phase["slug"], phase_title=phase["title"], **row)
            except TypeError as error:
                name = row.get("number", "?")
                raise DaysError(f"curriculum.yaml, day {name}: {error}") from None
            if facts.number in days:
                raise DaysError(f"curriculum.yaml, day {facts.number}: there are two of it.")
            days[facts.number] = facts
            for fault in _faults(facts):
                raise DaysError(f"curriculum.yaml, day {facts.number}: {fault}.")
    return Curriculum(document["upstream"], document["branch"], days)


def _faults(facts: Facts):
    """What a person may get wrong in one row, a sentence each."""
    scales = {"same": {"same"}, "both": {"quick", "full"}}.get(facts.scale)
    if scales is None:
        yield f"scale is {facts.scale!r}; write 'same' or 'both'"
        return
    for metric, entry in facts.bars.items():
        if not isinstance(entry, dict):
            yield f"{metric}: write its bars by scale, like {{quick: '>= 0.85'}}"
            return
        for key, text in entry.items():
            if key == "control":
                if text != "any":
                    yield f"{metric}: control can only be 'any'"
            elif key.partition("_")[0] not in scales:
                yield f"{metric}: no scale {key!r} on a day whose scale is {facts.scale!r}"
            elif text != UNMEASURED:
                try:
                    Bar.parse(text)
                except DaysError as error:
                    yield f"{metric}: {str(error).rstrip('.')}"
    learned = [metric for metric in facts.bars if facts.control_must_miss(metric)]
    if facts.bars and not (facts.control or facts.no_control):
        yield "bars without a control; name one, or say why there is none (no_control)"
    if facts.control and not learned:
        yield "a control needs a metric whose bar it must miss"
    if any(later >= facts.number for later in facts.builds_on):
        yield "builds_on names a day that comes later"
    if any("|" in text for text in (facts.title, facts.summary, facts.proof)):
        yield "'|' would break the tables made from this row"


@cache
def load() -> Curriculum:
    """The project's own map, read once a process."""
    return parse((ROOT / "days" / "curriculum.yaml").read_text(encoding="utf-8"))
