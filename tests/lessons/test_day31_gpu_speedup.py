"""Day 31's exports: the fair race on machines whose times are known, and the roofline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons import day31_gpu_speedup as lesson

properties = settings(max_examples=50, deadline=None)


class Machine:
    """Asynchronous, with a clock of its own; `drift` stretches each job by the time that has passed."""

    def __init__(self, drift=0.0, cold=1.0):
        self.now = self.done_at = 0.0
        self.log, self.drift, self.cold = [], drift, cold

    def job(self, name, seconds):
        def launch():
            first = name not in self.log
            self.log.append(name)
            self.done_at = max(self.done_at, self.now) + seconds * (1 + self.drift * len(self.log))
            self.done_at += self.cold * first

        return launch

    def synchronise(self):
        self.now = max(self.now, self.done_at)

    def race(self, costs, rounds):
        works = [self.job(name, seconds) for name, seconds in enumerate(costs)]
        return lesson.interleaved_medians(works, self.synchronise, rounds, lambda: self.now)


costs = st.lists(st.floats(1e-4, 1), min_size=1, max_size=5)


@properties
@given(costs, st.integers(1, 9))
def test_steady_jobs_get_their_own_times(costs, rounds):
    machine = Machine()
    assert machine.race(costs, rounds) == pytest.approx(costs, rel=1e-6)
    assert machine.log == list(range(len(costs))) * (rounds + 1)


@properties
@given(st.floats(1e-3, 1), st.floats(1e-3, 1))
def test_drift_leaves_the_ratio_alone(a, b):
    found = Machine(drift=0.02).race([a, b], rounds=15)
    assert found[0] / found[1] == pytest.approx(a / b, rel=0.03)


def test_a_straggler_does_not_move_the_answer():
    now = iter(np.cumsum([0, 1, 0, 1, 0, 90, 0, 1, 0, 2]).tolist())
    found = lesson.interleaved_medians([lambda: None], lambda: None, 5, lambda: next(now))
    assert found == [1]


@properties
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300), st.sampled_from([2, 4, 8]))
def test_intensity_counts_what_a_product_needs(batch, n_in, n_out, size):
    X, W = np.empty((batch, n_in)), np.empty((n_in, n_out))
    moved = size * (X.size + W.size + batch * n_out)
    found = lesson.linear_intensity(batch, n_in, n_out, size)
    assert found == pytest.approx(2 * batch * n_in * n_out / moved)
    assert found < 2 * min(batch, n_in, n_out) / size


@properties
@given(st.floats(1e9, 1e14), st.floats(1e9, 1e13))
def test_the_roof_bends_where_both_limits_meet(peak, bandwidth):
    bend = peak / bandwidth
    grid = bend * np.array([0.25, 0.5, 1, 2, 8])
    rates = lesson.roofline(grid, peak, bandwidth)
    assert rates == pytest.approx(peak * np.array([0.25, 0.5, 1, 1, 1]))
    assert float(lesson.roofline(bend / 2, peak, bandwidth)) == pytest.approx(peak / 2)
