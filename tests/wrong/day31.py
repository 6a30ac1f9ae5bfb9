"""Day 31: plausible wrong races; the day's checks must reject each of them."""

RACE = """
for work in works:
    work()
synchronise()
times = [[] for _ in works]
for _ in range(rounds):
    for work, seconds in zip(works, times, strict=True):
        start = clock()
        work()
        synchronise()
        seconds.append(clock() - start)
return [median(seconds) for seconds in times]
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The right race with some of its text replaced."""
    body = RACE
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


WARM = "for work in works:\n    work()\nsynchronise()\n"
WRONG = {
    "interleaved_medians": {
        "one contender after the other": """
            times = []
            for work in works:
                work()
                synchronise()
                seconds = []
                for _ in range(rounds):
                    start = clock()
                    work()
                    synchronise()
                    seconds.append(clock() - start)
                times.append(median(seconds))
            return times
        """,
        "one clock around all rounds": """
            times = []
            for work in works:
                work()
                synchronise()
                start = clock()
                for _ in range(rounds):
                    work()
                synchronise()
                times.append((clock() - start) / rounds)
            return times
        """,
        "no warm-up": spoilt((WARM, "")),
        "only the first warmed up": spoilt(
            ("for work in works:\n    work()\nsynch", "works[0]()\nsynch")
        ),
        "the warm-up not waited for": spoilt((WARM, "for work in works:\n    work()\n")),
        "nobody waits": spoilt(("        synchronise()\n", "")),
        "waits after the clock stopped": spoilt(
            (
                "        synchronise()\n        seconds.append(clock() - start)\n",
                "        seconds.append(clock() - start)\n        synchronise()\n",
            )
        ),
        "the mean": spoilt(("median(seconds)", "sum(seconds) / len(seconds)")),
        "the sum": spoilt(("median(seconds)", "sum(seconds)")),
        "the fastest": spoilt(("median(seconds)", "min(seconds)")),
        "the last": spoilt(("median(seconds)", "seconds[-1]")),
        "all rounds in one list": spoilt(
            ("[[] for _ in works]", "[[]] * len(works)"),
        ),
        "a round too few": spoilt(("range(rounds)", "range(rounds - 1)")),
        "the order swapped in the answer": spoilt(
            ("for seconds in times]", "for seconds in times[::-1]]")
        ),
    }
}
