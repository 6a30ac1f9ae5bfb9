"""Day 31, GPU speed-up: what later days import.

Made from days/phase3_deep_learning/day31_gpu_speedup.ipynb by `days refresh 31`; edit it there.
"""

from statistics import median
from time import perf_counter

import numpy as np


def interleaved_medians(works, synchronise, rounds=7, clock=perf_counter):
    """Median seconds of one call of each of `works`, in their order; a list of floats.

    works, synchronise: functions without arguments; `synchronise` returns once the device has
    done all that was ordered. In every round each contender runs once. clock: seconds now.
    """
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


def linear_intensity(batch, n_in, n_out, bytes_each=4):
    """FLOP per byte of a linear layer without bias: each number is read or written once."""
    moved = bytes_each * (n_in * n_out + batch * (n_in + n_out))
    return 2 * batch * n_in * n_out / moved


def roofline(intensity, peak, bandwidth):
    """Highest rate (FLOP/s) at `intensity` FLOP/byte: peak in FLOP/s, bandwidth in bytes/s.

    (Williams, Waterman and Patterson, 2009.)
    """
    return np.minimum(peak, bandwidth * np.asarray(intensity))
