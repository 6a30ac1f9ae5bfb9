"""Day 21: plausible wrong steps of Lloyd and wrong k-means++ starts; the checks must reject each."""

WRONG = {
    "lloyd_step": {
        "the caller's centres move": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            for j in np.unique(labels):
                centres[j] = X[labels == j].mean(axis=0)
            return labels, squares.min(axis=1).sum(), centres
        """,
        "the farthest centre": """
            squares = squared_distances(X, centres)
            labels = squares.argmax(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squares.min(axis=1).sum(), moved
        """,
        "the nearest point for each centre, turned round": """
            squares = squared_distances(X, centres)
            labels = np.zeros(len(X), dtype=int)
            labels[squares.argmin(axis=0)] = np.arange(len(centres))
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squares.min(axis=1).sum(), moved
        """,
        "distances not squared": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, np.sqrt(squares.min(axis=1)).sum(), moved
        """,
        "the mean instead of the sum": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squares.min(axis=1).mean(), moved
        """,
        "the distances to all centres added": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squares.sum(), moved
        """,
        "inertia after the move": """
            labels = squared_distances(X, centres).argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squared_distances(X, moved)[np.arange(len(X)), labels].sum(), moved
        """,
        "an idle centre becomes NaN": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            sizes = np.bincount(labels, minlength=len(centres))[:, None]
            sums = np.array([X[labels == j].sum(axis=0) for j in range(len(centres))])
            with np.errstate(invalid="ignore"):
                moved = sums / sizes
            return labels, squares.min(axis=1).sum(), moved
        """,
        "an idle centre falls to the origin": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = np.zeros(centres.shape)
            for j in np.unique(labels):
                moved[j] = X[labels == j].mean(axis=0)
            return labels, squares.min(axis=1).sum(), moved
        """,
        "an idle centre is dropped": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = np.array([X[labels == j].mean(axis=0) for j in np.unique(labels)])
            return labels, squares.min(axis=1).sum(), moved
        """,
        "medians": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = np.median(X[labels == j], axis=0)
            return labels, squares.min(axis=1).sum(), moved
        """,
        "one mean for all clusters": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = X.mean(axis=0)
            return labels, squares.min(axis=1).sum(), moved
        """,
        "centres go half the way": """
            squares = squared_distances(X, centres)
            labels = squares.argmin(axis=1)
            moved = centres.astype(float)
            for j in np.unique(labels):
                moved[j] = (moved[j] + X[labels == j].mean(axis=0)) / 2
            return labels, squares.min(axis=1).sum(), moved
        """,
        "centres never move": """
            squares = squared_distances(X, centres)
            return squares.argmin(axis=1), squares.min(axis=1).sum(), centres.astype(float)
        """,
    },
    "plus_plus": {
        "all points equally likely": """
            centres.append(X[rng.integers(len(X))])
        """,
        "equally likely among points not yet chosen": """
            nearest = squared_distances(X, np.array(centres)).min(axis=1)
            centres.append(X[rng.choice(np.flatnonzero(nearest > 0))])
        """,
        "weighed by the distance, not its square": """
            nearest = np.sqrt(squared_distances(X, np.array(centres)).min(axis=1))
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "weighed by the fourth power": """
            nearest = squared_distances(X, np.array(centres)).min(axis=1) ** 2
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "the farthest point, no draw": """
            nearest = squared_distances(X, np.array(centres)).min(axis=1)
            centres.append(X[nearest.argmax()])
        """,
        "distance to the latest centre only": """
            nearest = squared_distances(X, centres[-1][None])[:, 0]
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "distance to the first centre only": """
            nearest = squared_distances(X, centres[0][None])[:, 0]
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "distances to all centres added": """
            nearest = squared_distances(X, np.array(centres)).sum(axis=1)
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "distance to the farthest centre": """
            nearest = squared_distances(X, np.array(centres)).max(axis=1)
            centres.append(X[rng.choice(len(X), p=nearest / nearest.sum())])
        """,
        "the row's number instead of the row": """
            nearest = squared_distances(X, np.array(centres)).min(axis=1)
            row = rng.choice(len(X), p=nearest / nearest.sum())
            centres.append(np.full(X.shape[1], float(row)))
        """,
        "near points preferred": """
            nearest = squared_distances(X, np.array(centres)).min(axis=1)
            close = np.where(nearest > 0, 1 / np.where(nearest > 0, nearest, 1), 0)
            centres.append(X[rng.choice(len(X), p=close / close.sum())])
        """,
    },
}
