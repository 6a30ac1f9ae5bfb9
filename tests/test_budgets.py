"""The budgets of time and memory, held against what the days took when they last ran.

Timings are those of the last run of the suite here, and before the first the ones that came
with the repository.
"""

import pytest

from shared import curriculum
from tools import timings

DAYS = curriculum.load().written()
MEAN_SECONDS = 15
CORES = 2
ALL_MINUTES = 15  # for a hundred days, on two cores


def over_time(days, seconds: dict[str, float]) -> list[str]:
    """A sentence for each day that takes longer than it may, and for all of them together."""
    taken = {facts.stem: seconds[facts.stem] for facts in days if facts.stem in seconds}
    faults = [
        f"{facts.stem} took {taken[facts.stem]:g} s; its budget is {facts.quick_seconds} s"
        for facts in days
        if taken.get(facts.stem, 0) > facts.quick_seconds
    ]
    slowest = ", ".join(sorted(taken, key=taken.get, reverse=True)[:3])
    if sum(taken.values()) > ALL_MINUTES * 60 * CORES:
        faults.append(f"all days take over {ALL_MINUTES} minutes on {CORES} cores; see {slowest}")
    if sum(taken.values()) > MEAN_SECONDS * len(taken):
        mean = sum(taken.values()) / len(taken)
        faults.append(f"a day takes {mean:.1f} s on average, not {MEAN_SECONDS}; see {slowest}")
    return faults


def over_memory(days, peaks: dict[str, float]) -> list[str]:
    """A sentence for each day whose peak, in MiB, is over its budget."""
    return [
        f"{facts.stem} used {peaks[facts.stem] / 1024:.1f} GiB; its budget is {facts.rss_gib} GiB"
        for facts in days
        if peaks.get(facts.stem, 0) > facts.rss_gib * 1024
    ]


def test_days_keep_to_their_time():
    assert not over_time(DAYS, timings.read())


def test_days_keep_to_their_memory():
    assert not over_memory(DAYS, timings.memory())


@pytest.mark.parametrize(
    ("seconds", "named"),
    [
        ({"day07_pi": 31}, "day07_pi took 31 s; its budget is 30 s"),
        ({"day07_pi": 20, "day08_pi": 14}, "a day takes 17.0 s on average, not 15; see day07_pi"),
        ({"day07_pi": 1, "day08_pi": 1801}, "all days take over 15 minutes on 2 cores; see day08"),
    ],
)
def test_offenders_are_named(facts, seconds, named):
    days = [facts(7), facts(8)]
    assert any(fault.startswith(named) for fault in over_time(days, seconds))
    assert not over_time(days, {"day07_pi": 30, "day08_pi": 0, "test_something": 999})


def test_a_day_that_takes_too_much_memory_is_named(facts):
    assert over_memory([facts(7)], {"day07_pi": 3200}) == [
        "day07_pi used 3.1 GiB; its budget is 3 GiB"
    ]
    assert not over_memory([facts(7)], {"day07_pi": 3072})
