"""Day 20: plausible wrong components and power iterations; the day's checks must reject each."""

WRONG = {
    "principal_components": {
        "never centred": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "centred by row": """
            mean = X.mean(axis=1, keepdims=True)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "one mean for the whole table": """
            mean = np.full(X.shape[1], X.mean())
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "columns of V^T instead of rows": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:, :k].T, singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "the left singular vectors": """
            mean = X.mean(axis=0)
            left, singular_values, _ = np.linalg.svd(X - mean, full_matrices=False)
            return mean, left[:, :k].T, singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "all components, k ignored": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions, singular_values**2 / (len(X) - 1)
        """,
        "the smallest variances first": """
            mean = X.mean(axis=0)
            values, vectors = np.linalg.eigh(np.cov(X.T))
            return mean, vectors.T[:k], values[:k]
        """,
        "scaled by their singular values": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            scaled = directions[:k] * singular_values[:k, None]
            return mean, scaled, singular_values[:k] ** 2 / (len(X) - 1)
        """,
        "singular values for variances": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k]
        """,
        "sums of squares for variances": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2
        """,
        "divided by n": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2 / len(X)
        """,
        "standard deviations for variances": """
            mean = X.mean(axis=0)
            _, singular_values, directions = np.linalg.svd(X - mean, full_matrices=False)
            return mean, directions[:k], singular_values[:k] / np.sqrt(len(X) - 1)
        """,
        "columns scaled to equal spread first": """
            mean = X.mean(axis=0)
            spread = X.std(axis=0, ddof=1)
            scaled = (X - mean) / np.where(spread > 0, spread, 1)
            _, singular_values, directions = np.linalg.svd(scaled, full_matrices=False)
            return mean, directions[:k], singular_values[:k] ** 2 / (len(X) - 1)
        """,
    },
    "power_iteration": {
        "never normalised": """
            path.append(X.T @ (X @ path[-1]))
            if np.linalg.norm(path[-1] - path[-2]) < tol or len(path) > 20:
                return np.array(path)
        """,
        "divided by the largest entry": """
            product = X.T @ (X @ path[-1])
            path.append(product / abs(product).max())
            if np.linalg.norm(path[-1] - path[-2]) < tol:
                return np.array(path)
        """,
        "divided by the squared length": """
            product = X.T @ (X @ path[-1])
            path.append(product / (product @ product))
            if np.linalg.norm(path[-1] - path[-2]) < tol or len(path) > 30:
                return np.array(path)
        """,
        "stops when the length no longer changes": """
            product = X.T @ (X @ path[-1])
            path.append(product / np.linalg.norm(product))
            if abs(np.linalg.norm(path[-1]) - np.linalg.norm(path[-2])) < tol:
                return np.array(path)
        """,
        "returns after one step": """
            product = X.T @ (X @ path[-1])
            path.append(product / np.linalg.norm(product))
            return np.array(path)
        """,
        "a fixed number of steps, tol ignored": """
            product = X.T @ (X @ path[-1])
            path.append(product / np.linalg.norm(product))
            if len(path) == 18:
                return np.array(path)
        """,
        "the steps run out on a loose scale: tol a thousand times too large": """
            product = X.T @ (X @ path[-1])
            path.append(product / np.linalg.norm(product))
            if np.linalg.norm(path[-1] - path[-2]) < 1000 * tol:
                return np.array(path)
        """,
        "two products a step": """
            product = X.T @ (X @ (X.T @ (X @ path[-1])))
            path.append(product / np.linalg.norm(product))
            if np.linalg.norm(path[-1] - path[-2]) < tol:
                return np.array(path)
        """,
        "half a product": """
            product = np.sqrt(np.diag(X.T @ X)) * path[-1]
            path.append(product / np.linalg.norm(product))
            if np.linalg.norm(path[-1] - path[-2]) < tol:
                return np.array(path)
        """,
        "mixed with the vector before": """
            product = X.T @ (X @ path[-1])
            mixed = product / np.linalg.norm(product) + path[-1]
            path.append(mixed / np.linalg.norm(mixed))
            if np.linalg.norm(path[-1] - path[-2]) < tol:
                return np.array(path)
        """,
        "only the last vector returned": """
            product = X.T @ (X @ path[-1])
            path.append(product / np.linalg.norm(product))
            if np.linalg.norm(path[-1] - path[-2]) < tol:
                return path[-1]
        """,
    },
}
