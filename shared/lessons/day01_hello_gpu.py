"""Day 1, Hello, GPU: what later days import.

Made from days/phase1_groundwork/day01_hello_gpu.ipynb by `days refresh 1`; edit it there.
"""


def real_formats(capability):
    """Number formats for matrix products on an NVIDIA GPU: float32, and its tensor cores' own.

    capability: (major, minor), such as (7, 5). Returns a set of "float32" (always there),
    "float16", "bfloat16", "tf32" and "float8" (NVIDIA, CUDA C++ Programming Guide, table of
    compute capabilities).
    """
    formats = {"float32"}
    if capability >= (7, 0):
        formats |= {"float16"}
    if capability >= (8, 0):
        formats |= {"bfloat16", "tf32"}
    if capability >= (8, 9):
        formats |= {"float8"}
    return formats


from statistics import median
from time import perf_counter


def median_seconds(work, synchronise, repeats=10, clock=perf_counter):
    """Median time of one call of `work` once warm, in seconds, waiting included.

    work, synchronise: functions without arguments; `synchronise` returns when the device has
    finished all that was ordered. clock: returns the time now, in seconds.
    """
    work()
    synchronise()
    times = []
    for _ in range(repeats):
        start = clock()
        work()
        synchronise()
        times.append(clock() - start)
    return median(times)
