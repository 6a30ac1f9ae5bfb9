"""Day 1: plausible wrong verdicts and clocks; the day's checks must reject each of them."""

WRONG = {
    "real_formats": {
        "believes in emulation: bfloat16 from Turing on": """
            formats = {"float32"}
            if capability >= (7, 0):
                formats |= {"float16", "bfloat16"}
            if capability >= (8, 0):
                formats |= {"tf32"}
            if capability >= (8, 9):
                formats |= {"float8"}
            return formats
        """,
        "> where >= was meant": """
            formats = {"float32"}
            if capability > (7, 0):
                formats |= {"float16"}
            if capability > (8, 0):
                formats |= {"bfloat16", "tf32"}
            if capability > (8, 9):
                formats |= {"float8"}
            return formats
        """,
        "major and minor compared one by one": """
            major, minor = capability
            formats = {"float32"}
            if major >= 7:
                formats |= {"float16"}
            if major >= 8:
                formats |= {"bfloat16", "tf32"}
            if major >= 8 and minor >= 9:
                formats |= {"float8"}
            return formats
        """,
        "the minor number ignored": """
            major, _ = capability
            formats = {"float32"}
            if major >= 7:
                formats |= {"float16"}
            if major >= 8:
                formats |= {"bfloat16", "tf32", "float8"}
            return formats
        """,
        "compared as text, so 10.0 comes before 8.9": """
            version = f"{capability[0]}.{capability[1]}"
            formats = {"float32"}
            if version >= "7.0" or len(version) > 3:
                formats |= {"float16"}
            if version >= "8.0" or len(version) > 3:
                formats |= {"bfloat16", "tf32"}
            if version >= "8.9":
                formats |= {"float8"}
            return formats
        """,
        "only the newest formats, the older ones forgotten": """
            if capability >= (8, 9):
                return {"float32", "float8"}
            if capability >= (8, 0):
                return {"float32", "float16", "bfloat16", "tf32"}
            return {"float32", "float16"} if capability >= (7, 0) else {"float32"}
        """,
    },
    "median_seconds": {
        "never waits for the device": """
            work()
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                times.append(clock() - start)
            return median(times)
        """,
        "waits only after the clock has been read": """
            work()
            synchronise()
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                times.append(clock() - start)
                synchronise()
            return median(times)
        """,
        "no warm-up": """
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                synchronise()
                times.append(clock() - start)
            return median(times)
        """,
        "a warm-up that nobody waits for": """
            work()
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                synchronise()
                times.append(clock() - start)
            return median(times)
        """,
        "the mean instead of the median": """
            work()
            synchronise()
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                synchronise()
                times.append(clock() - start)
            return sum(times) / len(times)
        """,
        "the fastest run instead of the median": """
            work()
            synchronise()
            times = []
            for _ in range(repeats):
                start = clock()
                work()
                synchronise()
                times.append(clock() - start)
            return min(times)
        """,
        "one clock around all calls": """
            work()
            synchronise()
            start = clock()
            for _ in range(repeats):
                work()
            synchronise()
            return (clock() - start) / repeats
        """,
        "one run only": """
            work()
            synchronise()
            start = clock()
            work()
            synchronise()
            return clock() - start
        """,
    },
}
