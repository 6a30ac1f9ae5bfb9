"""Day 5, Linear-algebra in code: what later days import.

Made from days/phase1_groundwork/day05_linear.ipynb by `days refresh 5`; edit it there.
"""

import numpy as np


def sizes(A, B):
    """(n, k, m) for the product of A (n, k) and B (k, m). Raises ValueError if they don't fit."""
    if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[0]:
        raise ValueError(f"A {A.shape} and B {B.shape} don't fit: (n, k) times (k, m) is needed.")
    return A.shape[0], A.shape[1], B.shape[1]


def matmul_loops(A, B):
    """The product (n, m) of A (n, k) and B (k, m), one number at a time. Raises as `sizes` does."""
    n, k, m = sizes(A, B)
    dtype, A, B = np.result_type(A, B), A.tolist(), B.tolist()  # lists: faster to index one by one
    C = [[0] * m for _ in range(n)]
    for i in range(n):
        for j in range(m):
            total = 0
            for p in range(k):
                total += A[i][p] * B[p][j]
            C[i][j] = total
    return np.array(C, dtype).reshape(n, m)


def matmul_rows(A, B):
    """The product (n, m) of A (n, k) and B (k, m): a row times a column each. Raises as `sizes`."""
    n, _, m = sizes(A, B)
    C = np.zeros((n, m), np.result_type(A, B))
    for i in range(n):
        for j in range(m):
            C[i, j] = A[i] @ B[:, j]
    return C


def matmul_blocked(A, B, block=128):
    """The product (n, m) of A (n, k) and B (k, m), by tiles of at most block x block numbers.

    Raises ValueError as `sizes` does (Golub and Van Loan, Matrix Computations, section 1.5).
    """
    n, k, m = sizes(A, B)
    C = np.zeros((n, m), np.result_type(A, B))
    for i in range(0, n, block):
        for j in range(0, m, block):
            tile = C[i : i + block, j : j + block]  # a view: what is added here lands in C
            for p in range(k):
                tile += A[i : i + block, p, None] * B[p, j : j + block]
    return C


def sigmoid(x):
    """The logistic function of x, a number or an array of any shape; nothing overflows.

    Precise to the last digits on both sides, NaN for NaN, float32 for float32.
    """
    small = np.exp(-np.abs(x))  # between 0 and 1
    return np.where(np.asarray(x) >= 0, 1, small) / (1 + small)
