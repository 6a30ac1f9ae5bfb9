"""Day 29's engine: equal to torch on random expressions, and orderly about graphs of any shape."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day29_tensors_autograd import Value, ancestors, backward

NUMBERS = st.floats(-3, 3, allow_subnormal=False)
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: (a * b).tanh(),
    "/": lambda a, b: a / (b * b + 0.5),
}
UNARY = {
    "neg": lambda a: -a,
    "radd": lambda a: 1.5 + a,
    "rsub": lambda a: 1 - a,
    "rmul": lambda a: 2 * a,
    "rtruediv": lambda a: 3 / (a**2 + 1),
    "scaled": lambda a: a / 4 - 1,
    "cube": lambda a: a**3 / 9,
    "power zero": lambda a: a**0 + a,
    "root": lambda a: (a * a + 0.2) ** 0.5,
    "exp": lambda a: a.tanh().exp(),
    "log": lambda a: (a * a + 0.1).log(),
    "tanh": lambda a: a.tanh(),
}
STEPS = st.lists(
    st.tuples(st.sampled_from([*BINARY, *UNARY]), st.integers(0, 99), st.integers(0, 99)),
    max_size=12,
)


def grown(leaves, steps):
    """The sum of all that the steps make of the leaves, be they Values or tensors."""
    pool = list(leaves)
    for rule, i, j in steps:
        a, b = (pool[k % len(pool)] for k in (i, j))
        new = BINARY[rule](a, b) if rule in BINARY else UNARY[rule](a)
        pool.append(new if abs(float(new.data)) < 50 else new.tanh())
    return sum(pool)


@settings(max_examples=50, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=4), STEPS)
def test_values_and_slopes_equal_torch(numbers, steps):
    ours = [Value(number) for number in numbers]
    theirs = [torch.tensor(n, dtype=torch.float64, requires_grad=True) for n in numbers]
    result, expected = grown(ours, steps), grown(theirs, steps)
    backward(result)
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-9, abs=1e-9)
    for a, b in zip(ours, theirs, strict=True):
        assert a.grad == pytest.approx(b.grad.item(), rel=1e-7, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=3), STEPS)
def test_ancestors_come_once_and_after_their_parents(numbers, steps):
    result = grown([Value(number) for number in numbers], steps)
    order = ancestors(result)
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order) and order[-1] is result
    for node in order:
        assert all(place[parent] < place[node] for parent in node.parents)


def test_a_lone_value_has_slope_one_and_a_second_call_adds():
    a = Value(2)
    assert ancestors(a) == [a] and isinstance(a.data, float)
    backward(a)
    assert a.grad == 1.0
    square = a * a
    for total in (5.0, 9.0):
        backward(square)
        assert a.grad == total
    assert square.grad == 2.0


def test_a_sum_of_ten_thousand_needs_no_recursion_and_a_ladder_no_path_by_path_walk():
    a = Value(1.0)
    backward(sum([a] * 10_000))
    assert a.grad == 10_000
    b = ladder = Value(1.0)
    for _ in range(100):
        ladder = ladder + ladder
    backward(ladder)
    assert b.grad == 2.0**100


def test_numpy_arrays_of_values_do_linear_algebra():
    rng = np.random.default_rng(0)
    W, X = rng.normal(size=(3, 2)), rng.normal(size=(5, 3))
    values = np.vectorize(Value, otypes=[object])(W)
    scores = X @ values
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    backward(np.log(shifted.sum(axis=1)).mean() + np.tanh(scores).sum())
    tensor = torch.tensor(W, requires_grad=True)
    theirs = torch.tensor(X) @ tensor
    shift = theirs.max(dim=1, keepdim=True).values
    ((theirs - shift).exp().sum(dim=1).log().mean() + theirs.tanh().sum()).backward()
    found = np.vectorize(lambda v: v.grad)(values)
    np.testing.assert_allclose(found, tensor.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    "work",
    [lambda: Value(0).log(), lambda: Value(-1).log(), lambda: 1 / Value(0), lambda: Value(-8) ** 0.5],
)  # fmt: skip
def test_what_has_no_value_is_refused(work):
    with pytest.raises(ValueError, match=r"math domain error|expected a positive input"):
        work()


def test_nan_is_carried_along():
    a = Value(math.nan)
    backward(a * a)
    assert math.isnan(a.grad)
