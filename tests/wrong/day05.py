"""Day 5: plausible wrong products and sigmoids; the day's checks must reject each of them."""

WRONG = {
    "matmul_blocked": {
        "the last, ragged block left out": """
            for i in range(0, n - block + 1, block):
                for j in range(0, m - block + 1, block):
                    for p in range(k):
                        C[i : i + block, j : j + block] += (
                            A[i : i + block, p, None] * B[p, j : j + block])
        """,
        "ragged columns left out": """
            for i in range(0, n, block):
                for j in range(0, m - block + 1, block):
                    for p in range(k):
                        C[i : i + block, j : j + block] += (
                            A[i : i + block, p, None] * B[p, j : j + block])
        """,
        "assigned instead of added": """
            for i in range(0, n, block):
                for j in range(0, m, block):
                    for p in range(k):
                        C[i : i + block, j : j + block] = (
                            A[i : i + block, p, None] * B[p, j : j + block])
        """,
        "added to a copy of the tile": """
            for i in range(0, n, block):
                for j in range(0, m, block):
                    tile = C[i : i + block, j : j + block]
                    for p in range(k):
                        tile = tile + A[i : i + block, p, None] * B[p, j : j + block]
        """,
        "k cut into blocks too, its ragged end left out": """
            for i in range(0, n, block):
                for j in range(0, m, block):
                    for q in range(k // block * block):
                        C[i : i + block, j : j + block] += (
                            A[i : i + block, q, None] * B[q, j : j + block])
        """,
        "each block one row short": """
            for i in range(0, n, block):
                for j in range(0, m, block):
                    for p in range(k):
                        C[i : i + block - 1, j : j + block] += (
                            A[i : i + block - 1, p, None] * B[p, j : j + block])
        """,
        "blocks that overlap": """
            for i in range(0, n, max(1, block - 1)):
                for j in range(0, m, block):
                    for p in range(k):
                        C[i : i + block, j : j + block] += (
                            A[i : i + block, p, None] * B[p, j : j + block])
        """,
        "columns counted up to n": """
            for i in range(0, n, block):
                for j in range(0, n, block):
                    for p in range(k):
                        C[i : i + block, j : j + block] += (
                            A[i : i + block, p, None] * B[p, j : j + block])
        """,
        "all steps collected in A": """
            for j in range(0, m, block):
                C[:, j : j + block] = A @ B[:, j : j + block]
            A[:, 0] += 1
        """,
    },
    "sigmoid": {
        "the textbook's form": """
            return 1 / (1 + np.exp(-x))
        """,
        "exp(x) over itself plus one": """
            return np.exp(x) / (1 + np.exp(x))
        """,
        "one minus the other side": """
            return 1 - 1 / (1 + np.exp(x))
        """,
        "both sides computed by np.where": """
            return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
        """,
        "x clipped so that nothing overflows": """
            return 1 / (1 + np.exp(-np.clip(x, -500, 500)))
        """,
        "the sign forgotten": """
            return 1 / (1 + np.exp(-np.abs(x)))
        """,
        "turned round": """
            small = np.exp(-np.abs(x))
            return np.where(np.asarray(x) <= 0, 1, small) / (1 + small)
        """,
        "tanh, without its half and its shift": """
            return np.tanh(x)
        """,
        "by tanh, which has no digits left at -40": """
            return (1 + np.tanh(x / 2)) / 2
        """,
        "the caller's array overwritten": """
            positive = x >= 0
            np.abs(x, out=x)
            small = np.exp(-x)
            return np.where(positive, 1, small) / (1 + small)
        """,
        "only the first axis": """
            return np.array([sigmoid(row) if np.ndim(row) > 1 else 0.5 for row in x])
        """,
    },
}
