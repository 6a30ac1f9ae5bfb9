"""The `days` command: run, prove, check and tend the hundred notebooks."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared import curriculum, datasets, proof
from shared.curriculum import Facts
from shared.errors import DaysError
from tools import ledger, refresh, runner, timings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
console = Console(highlight=False)

Days = Annotated[str, typer.Argument(help="Days: 7, a range 1-14, or a list 2,3,30.")]
SomeDays = Annotated[str, typer.Argument(help="Days: 7, 1-14 or 2,3,30. Without: all.")]


@app.command()
def run(
    days: SomeDays = "",
    all_days: Annotated[bool, typer.Option("--all", help="Every day that is written.")] = False,
    scale: Annotated[str, typer.Option(help="auto, quick or full.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    limit: Annotated[float, typer.Option(help="Seconds a notebook may take; 0: by scale.")] = 0,
    jobs: Annotated[int, typer.Option(help="Notebooks at a time.")] = 1,
) -> None:
    """Run days headless, write their proofs, tick progress.md."""
    if bool(days) == all_days:
        raise DaysError("Say which days to run: `days run 7`, `days run 1-14` or `days run --all`.")
    chosen = [facts.number for facts in _written(days)]
    options = {"scale": scale, "seed": seed, "limit": limit or None}
    if len(chosen) == 1:
        results = [runner.run_day(chosen[0], progress=True, **options)]
        _report(results)
    else:
        # Fresh interpreters: papermill runs an event loop, which a fork would copy half-way.
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            results = []
            for result in runner.run_many(pool, chosen, **options):
                verdict = "proved" if result.proved else f"FAILED: {result.reason}"
                console.print(f"Day {result.number}: {verdict} ({result.seconds:g} s)")
                results.append(result)
        _report(sorted(results, key=lambda result: result.number))
    ledger.tick(curriculum.load())
    if not all(result.proved for result in results):
        raise typer.Exit(1)


@app.command()
def status(
    slow: Annotated[bool, typer.Option("--slow", help="The slowest days first.")] = False,
) -> None:
    """Show what is written, proved, and how long it takes; bring progress.md in line."""
    known = curriculum.load()
    written, seconds = known.written(), timings.read()
    ticked = set(ledger.tick(known))
    if slow:
        written = sorted(written, key=lambda facts: -seconds.get(facts.stem, 0))
    table = Table("Day", "Title", "Proved", "Quick run", "Budget", box=None)
    for facts in written:
        took = seconds.get(facts.stem)
        shown = "not timed yet" if took is None else f"{took:g} s"
        mark = proof.mark(proof.read(proof.folder(facts.number))) if facts.number in ticked else ""
        table.add_row(str(facts.number), facts.title, mark, shown, f"{facts.quick_seconds} s")
    console.print(table)
    missing = len(known.days) - len(written)
    console.print(f"{len(written)} days written, {missing} to come; {len(ticked)} proved.")


@app.command()
def verify(days: SomeDays = "") -> None:
    """Check proofs again: files against their hashes, numbers against bars; say what is stale."""
    known, bad, checked = curriculum.load(), 0, 0
    for facts in _chosen(days) if days else known.days.values():
        target = proof.folder(facts.number)
        if not target.exists() and not days:
            continue
        checked += 1
        faults = proof.broken(target)
        for fault in faults:
            console.print(f"Day {facts.number}: [red]broken[/]: {fault}")
        for note in [] if faults else proof.stale(target, known):
            console.print(f"Day {facts.number}: stale: {note}")
        bad += bool(faults)
    console.print(f"{checked} proofs checked, {bad} broken.")
    if bad:
        raise typer.Exit(1)


@app.command()
def fetch(
    days: SomeDays = "",
    scale: Annotated[str, typer.Option(help="quick or full.")] = "quick",
) -> None:
    """Fill the cache with what days need, so that they run without a network afterwards."""
    names = sorted({name for facts in _written(days) for name in facts.data})
    for name in names:
        loaded = getattr(datasets, name)(scale=scale)
        console.print(getattr(loaded, "source", None) or loaded.attrs["source"], soft_wrap=True)


@app.command(name="refresh")
def refresh_days(days: Days) -> None:
    """Run days at quick scale on real data and store clean outputs, lessons and exercises."""
    known = curriculum.load()
    for facts in _written(days):
        size = refresh.refresh(facts, known)
        console.print(f"Day {facts.number}: refreshed, {size // 1000} kB")
    text = ledger.README.read_text(encoding="utf-8")
    proof.write_text(ledger.README, ledger.readme(known, text))


@app.command()
def exercise(days: Days) -> None:
    """Cut the exercise, and export the lesson, from days as they are, without running them."""
    for facts in _written(days):
        refresh.write_derived(facts, curriculum.load())
        console.print(f"Day {facts.number}: {facts.exercise.relative_to(curriculum.ROOT)}")


@app.command()
def docs() -> None:
    """Bring all that is made from curriculum.yaml in line with it, without running anything.

    The README's table, each notebook's title, badges and bootstrap cell, the exercises, the
    lessons, and a blank progress.md if there is none.
    """
    known = curriculum.load()
    for facts in known.written():
        refresh.sync(facts, known)
    text = ledger.README.read_text(encoding="utf-8")
    proof.write_text(ledger.README, ledger.readme(known, text))
    if not ledger.progress_file().exists():
        proof.write_text(ledger.progress_file(), ledger.blank_progress(known))


def _chosen(days: str) -> list[Facts]:
    """The days named by `2,3,30` or `1-14`. Raises DaysError on anything else."""
    numbers = []
    for part in days.split(","):
        first, _, last = part.partition("-")
        if not first.strip().isdigit() or not (last or first).strip().isdigit():
            raise DaysError(f"{days!r} names no days; write 7, 1-14 or 2,3,30.")
        numbers += range(int(first), int(last or first) + 1)
    return [curriculum.load().day(number) for number in dict.fromkeys(numbers)]


def _written(days: str) -> list[Facts]:
    """Those of the named days (of all, without names) that have a notebook."""
    chosen = _chosen(days) if days else list(curriculum.load().days.values())
    written = [facts for facts in chosen if facts.notebook.exists()]
    if not written:
        raise DaysError(f"Day {days} has no notebook yet; `days status` lists those that do.")
    return written


def _report(results: list[runner.Result]) -> None:
    table = Table("Day", "Title", "", "Seconds", "Numbers, or what went wrong", box=None)
    for result in results:
        facts = curriculum.load().day(result.number)
        if result.proved:
            record = proof.read(proof.folder(result.number))
            rows = record["metrics"].items()
            said = ", ".join(f"{name} {row['value']:.4g} ({row['bar']})" for name, row in rows)
            mark = proof.mark(record)
        else:
            where = f"code cell {result.cell}: " if result.cell else ""
            said, mark = where + result.reason, "✗"
        table.add_row(str(result.number), facts.title, mark, f"{result.seconds:g}", said)
    console.print(table)


def main() -> None:
    """Entry point: a DaysError is one sentence on stderr and exit status 1."""
    try:
        app()
    except DaysError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
