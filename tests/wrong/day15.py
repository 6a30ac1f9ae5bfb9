"""Day 15: plausible wrong leave-one-out votes and box distances; the checks must reject each."""

WRONG = {
    "leave_one_out": {
        "each row votes for itself": """
            gaps = distances(X, X)
            rows = np.array([smallest(row, k) for row in gaps])
            return vote(y[rows])
        """,
        "the first neighbour dropped, though a twin may stand there": """
            gaps = distances(X, X)
            rows = np.array([smallest(row, k + 1)[1:] for row in gaps])
            return vote(y[rows])
        """,
        "every row at distance 0 left out": """
            gaps = distances(X, X)
            gaps[gaps == 0] = np.inf
            rows = np.array([smallest(row, k) for row in gaps])
            return vote(y[rows])
        """,
        "itself counted among the k": """
            gaps = distances(X, X)
            rows = np.array([[i for i in smallest(row, k) if i != own] or [own]
                             for own, row in enumerate(gaps)])
            return vote(y[rows])
        """,
        "k - 1 others": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, np.inf)
            rows = np.array([smallest(row, max(1, k - 1)) for row in gaps])
            return vote(y[rows])
        """,
        "row numbers instead of labels": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, np.inf)
            return vote(np.array([smallest(row, k) for row in gaps]))
        """,
        "labels averaged": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, np.inf)
            rows = np.array([smallest(row, k) for row in gaps])
            return np.round(y[rows].mean(axis=1)).astype(int)
        """,
        "the nearest decides alone": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, np.inf)
            return y[gaps.argmin(axis=1)]
        """,
        "the farthest vote": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, -np.inf)
            rows = np.array([smallest(-row, k) for row in gaps])
            return vote(y[rows])
        """,
        "a tie goes to the larger label": """
            gaps = distances(X, X)
            np.fill_diagonal(gaps, np.inf)
            rows = np.array([smallest(row, k) for row in gaps])
            top = y.max()
            return top - vote(top - y[rows])
        """,
        "the neighbours of one row only": """
            gaps = distances(X[:1], X)
            gaps[0, 0] = np.inf
            return vote(y[smallest(gaps[0], k)][None])
        """,
    },
    "box_distance": {
        "to the centre of the box": """
            return np.sqrt(((query - (low + high) / 2) ** 2).sum(axis=-1))
        """,
        "to the nearest corner": """
            nearer = np.minimum(abs(low - query), abs(high - query))
            return np.sqrt((nearer**2).sum(axis=-1))
        """,
        "not clipped at 0": """
            outside = np.maximum(low - query, query - high)
            return np.sqrt((outside**2).sum(axis=-1))
        """,
        "one side of the box only": """
            outside = np.maximum(0, low - query)
            return np.sqrt((outside**2).sum(axis=-1))
        """,
        "the other side only": """
            outside = np.maximum(0, query - high)
            return np.sqrt((outside**2).sum(axis=-1))
        """,
        "the root forgotten": """
            outside = np.maximum(0, np.maximum(low - query, query - high))
            return (outside**2).sum(axis=-1)
        """,
        "columns added instead of squared": """
            outside = np.maximum(0, np.maximum(low - query, query - high))
            return outside.sum(axis=-1)
        """,
        "the largest column alone": """
            outside = np.maximum(0, np.maximum(low - query, query - high))
            return outside.max(axis=-1)
        """,
        "all boxes added up": """
            outside = np.maximum(0, np.maximum(low - query, query - high))
            return np.sqrt((outside**2).sum())
        """,
    },
}
