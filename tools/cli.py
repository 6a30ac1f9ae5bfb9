"""The `days` command: run, prove, check and tend the hundred notebooks."""

import os
import re
import sys
import traceback
from concurrent.futures import Executor
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared import checkpoints, curriculum, datasets, environments, fork, progress, proof, publish
from shared.curriculum import Facts
from shared.errors import DaysError
from tools import doctor, ledger, refresh, runner, timings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
console = Console(highlight=False, markup=False)

Days = Annotated[str, typer.Argument(help="Days: 7, a range 1-14, or a list 2,3,30.")]
Day = Annotated[str, typer.Argument(help="A day: 7.")]
SomeDays = Annotated[str, typer.Argument(help="Days: 7, 1-14 or 2,3,30. Without: all.")]


@app.command()
def run(
    days: SomeDays = "",
    all_days: Annotated[bool, typer.Option("--all", help="Every day that is written.")] = False,
    scale: Annotated[str, typer.Option(help="auto, quick or full.")] = "auto",
    seed: Annotated[int, typer.Option(help="Seed of all random numbers.")] = 0,
    limit: Annotated[float, typer.Option(help="Seconds a notebook may take; 0: by scale.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Notebooks at a time.")] = 1,
    scheduler: Annotated[str, typer.Option(help="A Dask cluster's address, tcp://….")] = "",
) -> None:
    """Run days headless, write their proofs, tick progress.md."""
    if bool(days) == all_days:
        raise DaysError("Say which days to run: `days run 7`, `days run 1-14` or `days run --all`.")
    chosen = [facts.number for facts in _written(days)]
    options = {"scale": scale, "seed": seed, "limit": limit or None}
    if scheduler:
        with runner.cluster(scheduler) as workers:
            results = _run_many(workers, chosen, **options)
    elif len(chosen) == 1:
        results = [runner.run_day(chosen[0], progress=True, **options)]
    else:
        with runner.pool(jobs, scale) as (processes, kernel):
            results = _run_many(processes, chosen, kernel=kernel, **options)
    _report(sorted(results, key=lambda result: result.number))
    progress.tick(curriculum.load())
    if not all(result.proved for result in results):
        failed = min(result.number for result in results if not result.proved)
        console.print(f"`days doctor {failed}` prints a report to paste into an issue.")
        raise typer.Exit(1)


@app.command()
def status(
    slow: Annotated[bool, typer.Option("--slow", help="The slowest days first.")] = False,
) -> None:
    """Show what is written, proved, and how long it takes; bring progress.md in line."""
    known = curriculum.load()
    written, seconds = known.written(), timings.read()
    ticked = set(progress.tick(known))
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
        proof.recover(target)
        if not target.exists() and not days:
            continue
        checked += 1
        faults = proof.broken(target)
        for fault in faults:
            console.print(f"Day {facts.number}: broken: {fault}")
        for note in [] if faults else proof.stale(target, known):
            console.print(f"Day {facts.number}: stale: {note}")
        bad += bool(faults)
    console.print(f"{checked} proof{'s' * (checked != 1)} checked, {bad} broken.")
    if bad:
        console.print(doctor.HINT)
        raise typer.Exit(1)


@app.command()
def commit(day: Day) -> None:
    """Commit a day's proof and progress.md, and push them to your fork."""
    console.print(fork.commit(_one(day)), soft_wrap=True)


@app.command()
def adopt(
    repository: Annotated[str, typer.Argument(metavar="OWNER/REPO", help="Your fork.")],
) -> None:
    """Make your fork this clone's origin, and link its days from progress.md."""
    console.print(fork.adopt(repository), soft_wrap=True)


@app.command(name="publish")
def publish_day(
    day: Day,
    what: Annotated[str, typer.Argument(metavar="URL|PNG", help="An https link or a picture.")],
) -> None:
    """Add a public link or a screenshot to a day's proof."""
    console.print(publish.publish(_one(day), what), soft_wrap=True)
    progress.tick(curriculum.load())


@app.command(name="doctor")
def examine(
    day: Annotated[str, typer.Argument(help="A day that fails: its cell and error.")] = "",
) -> None:
    """Print a report to paste into an issue: versions, device, sources, what failed; no secrets."""
    print(doctor.report(_one(day) if day else None))


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
    named = {name for facts in _written(days) for name in facts.checkpoints}
    for name in checkpoints.wanted(named, scale):
        console.print(getattr(checkpoints, name)(scale=scale).source, soft_wrap=True)
    for name in sorted({name for facts in _written(days) for name in facts.environments}):
        getattr(environments, name)()
        console.print(f"{name}: environment made")


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
    if not progress.progress_file().exists():
        proof.write_text(progress.progress_file(), progress.blank_progress(known))


def _chosen(days: str) -> list[Facts]:
    """The days named by `2,3,30` or `1-14`. Raises DaysError on anything else."""
    numbers = []
    for part in days.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,4})\s*(?:-\s*([0-9]{1,4})\s*)?", part)
        named = range(int(match[1]), int(match[2] or match[1]) + 1) if match else ()
        if not named:
            raise DaysError(f"{days!r} names no days; write 7, 1-14 or 2,3,30.")
        numbers += named
    return [curriculum.load().day(number) for number in dict.fromkeys(numbers)]


def _one(day: str) -> Facts:
    """The day named by `7`. Raises DaysError on anything else."""
    if not re.fullmatch(r"[0-9]{1,4}", day):
        raise DaysError(f"{day!r} names no day; write a number from 1 to 100.")
    return curriculum.load().day(int(day))


def _written(days: str) -> list[Facts]:
    """Those of the named days (of all, without names) that have a notebook."""
    chosen = _chosen(days) if days else list(curriculum.load().days.values())
    written = [facts for facts in chosen if facts.notebook.exists()]
    if not written:
        raise DaysError(f"Day {days} has no notebook yet; `days status` lists those that do.")
    return written


def _run_many(executor: Executor, numbers: list[int], **options) -> list[runner.Result]:
    """Run days on an executor, with a line as each one ends."""
    results = []
    for result in runner.run_many(executor, numbers, **options):
        verdict = "proved" if result.proved else f"FAILED: {result.reason}"
        console.print(f"Day {result.number}: {verdict} ({result.seconds:g} s)")
        results.append(result)
    return results


def _report(results: list[runner.Result]) -> None:
    table = Table("Day", "Title", "", "Seconds", "Numbers, or what went wrong", box=None)
    for result in results:
        facts = curriculum.load().day(result.number)
        if result.proved:
            record = proof.read(proof.folder(result.number))
            rows = record["metrics"].items()
            said = ", ".join(
                f"{name} {float(row['value']):.4g} ({row['bar']})" for name, row in rows
            )
            mark = proof.mark(record)
        else:
            where = f"code cell {result.cell}: " if result.cell else ""
            said, mark = where + result.reason, "✗"
        table.add_row(str(result.number), facts.title, mark, f"{result.seconds:g}", said)
    console.print(table)


def main() -> None:
    """Entry point: a DaysError is what it says on stderr, and exit status 1."""
    try:
        app()
    except DaysError as error:
        print(error, doctor.HINT, file=sys.stderr)
        sys.exit(1)
    except Exception:  # noqa: BLE001 - a fault of ours: the trace, and where to bring it
        traceback.print_exc()
        print(doctor.HINT, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    main()
