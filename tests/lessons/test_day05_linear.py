"""Day 5's matrix products and sigmoid against NumPy and exact arithmetic.

Tests the exported lesson, or the file that DAYS_LESSON_FILE names: the day's notebook runs this
with the learner's own functions. It uses nothing but pytest and NumPy, for Colab has no hypothesis.
"""

import importlib.util
import os
import warnings
from decimal import Decimal, localcontext
from pathlib import Path

import numpy as np
import pytest

DEFAULT = Path(__file__).parents[2] / "shared" / "lessons" / "day05_linear.py"


def load(path):
    spec = importlib.util.spec_from_file_location("linear_under_test", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


linear = load(os.environ.get("DAYS_LESSON_FILE", DEFAULT))
STAGES = [linear.matmul_loops, linear.matmul_rows, linear.matmul_blocked]
each_stage = pytest.mark.parametrize("matmul", STAGES, ids=["loops", "rows", "blocked"])


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@each_stage
@pytest.mark.parametrize("seed", range(10))
def test_random_shapes_equal_numpy(matmul, seed):
    rng = np.random.default_rng(seed)
    n, k, m = rng.integers(1, 30, 3)
    A, B = rng.normal(size=(n, k)), rng.normal(size=(k, m))
    np.testing.assert_allclose(matmul(A, B), A @ B, rtol=0, atol=1e-12)


@pytest.mark.parametrize("block", [1, 2, 3, 7, 8, 64])
def test_blocks_need_not_fit(block):
    rng = np.random.default_rng(block)
    A, B = rng.normal(size=(8, 21)), rng.normal(size=(21, 13))
    np.testing.assert_allclose(linear.matmul_blocked(A, B, block), A @ B, rtol=0, atol=1e-12)


def test_the_default_block_handles_a_ragged_edge():
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(131, 5)), rng.normal(size=(5, 257))
    np.testing.assert_allclose(linear.matmul_blocked(A, B), A @ B, rtol=0, atol=1e-12)


@each_stage
@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (1, 5, 1), (4, 1, 4), (0, 3, 2), (2, 0, 3), (2, 3, 0)]
)
def test_thin_and_empty_matrices(matmul, shape):
    n, k, m = shape
    A, B = np.ones((n, k)), np.full((k, m), 2.0)
    product = matmul(A, B)
    assert product.shape == (n, m)
    np.testing.assert_array_equal(product, np.full((n, m), 2.0 * k))


@each_stage
def test_arguments_stay_as_they_were_even_as_views(matmul):
    base = np.random.default_rng(1).normal(size=(9, 10))
    A, B = base[::2, 1:8].copy().T, base[::2, ::-1]
    kept = A.copy(), B.copy()
    np.testing.assert_allclose(matmul(A, B), A @ B, atol=1e-12)
    np.testing.assert_array_equal(A, kept[0])
    np.testing.assert_array_equal(B, kept[1])


@each_stage
@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.complex128])
def test_the_dtype_is_numpys(matmul, dtype):
    A, B = np.arange(6).reshape(2, 3).astype(dtype), np.arange(12).reshape(3, 4).astype(dtype)
    assert matmul(A, B).dtype == (A @ B).dtype
    np.testing.assert_array_equal(matmul(A, B), A @ B)


@each_stage
def test_nan_spoils_its_row_and_column_alone(matmul):
    A, B = np.ones((3, 4)), np.ones((4, 5))
    A[1, 2] = np.nan
    np.testing.assert_array_equal(matmul(A, B), A @ B)


@each_stage
@pytest.mark.parametrize(
    "shapes", [((2, 3), (2, 3)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 2, 2), (2, 2))]
)
def test_what_does_not_fit_is_refused_in_a_sentence(matmul, shapes):
    with pytest.raises(ValueError, match="don't fit"):
        matmul(*map(np.ones, shapes))


def exact_sigmoid(x):
    with localcontext() as context:
        context.prec, context.Emin = 60, -(10**6)
        return float(1 / (1 + (-Decimal(x)).exp()))


def test_sigmoid_is_exact_to_the_last_digits_on_both_sides():
    x = np.concatenate([np.linspace(-700, 40, 400), 10.0 ** np.arange(-20, 3), [0.0, 709.0, 1e308]])
    expected = [exact_sigmoid(value) for value in x]
    np.testing.assert_allclose(
        linear.sigmoid(x), expected, rtol=4e-15, atol=0
    )  # np.exp itself may be off by 4 units


def test_sigmoid_at_the_ends_of_the_number_line():
    found = linear.sigmoid(np.array([-np.inf, -1e308, -740.0, 0.0, 740.0, np.inf, np.nan]))
    assert 0 < found[2] < 1e-320
    np.testing.assert_array_equal(np.delete(found, 2), [0, 0, 0.5, 1, 1, np.nan])


def test_sigmoid_keeps_shape_precision_and_argument():
    x = np.array([[-100.0, 0.0, 100.0]], dtype=np.float32)
    kept, found = x.copy(), linear.sigmoid(x)
    assert found.shape == x.shape and found.dtype == np.float32
    np.testing.assert_array_equal(x, kept)
    assert linear.sigmoid(0) == 0.5 and linear.sigmoid(np.array([], dtype=float)).shape == (0,)
    np.testing.assert_allclose(
        linear.sigmoid(np.arange(-3, 4)) + linear.sigmoid(-np.arange(-3, 4)), 1
    )
