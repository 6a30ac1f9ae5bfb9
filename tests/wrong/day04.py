"""Day 4: plausible wrong correlations and inks; the day's checks must reject each of them."""

WRONG = {
    "correlation": {
        "n in the covariance, n - 1 in the spreads": """
            centred = X - X.mean(axis=0)
            spread = X.std(axis=0, ddof=1)
            spread = np.where(np.ptp(X, axis=0) == 0, np.nan, spread)
            return centred.T @ centred / len(X) / np.outer(spread, spread)
        """,
        "n - 1 in the covariance, n in the spreads": """
            spread = X.std(axis=0)
            spread = np.where(np.ptp(X, axis=0) == 0, np.nan, spread)
            return np.cov(X, rowvar=False) / np.outer(spread, spread)
        """,
        "covariance, never normalised": """
            centred = X - X.mean(axis=0)
            return centred.T @ centred / (len(X) - 1)
        """,
        "divided by variances instead of spreads": """
            centred = X - X.mean(axis=0)
            covariance = centred.T @ centred / (len(X) - 1)
            variance = np.diag(covariance)
            return covariance / np.outer(variance, variance)
        """,
        "divided by one spread only": """
            centred = X - X.mean(axis=0)
            covariance = centred.T @ centred / (len(X) - 1)
            return covariance / np.diag(covariance)
        """,
        "not centred at all": """
            products = X.T @ X
            spread = np.sqrt(np.diag(products))
            return products / np.outer(spread, spread)
        """,
        "centred by the mean of the whole table": """
            centred = X - X.mean()
            covariance = centred.T @ centred
            spread = np.sqrt(np.diag(covariance))
            return covariance / np.outer(spread, spread)
        """,
        "mean of products minus product of means": """
            means = X.mean(axis=0)
            covariance = X.T @ X / len(X) - np.outer(means, means)
            spread = np.sqrt(np.diag(covariance))
            spread = np.where(np.ptp(X, axis=0) == 0, np.nan, spread)
            return covariance / np.outer(spread, spread)
        """,
        "rows correlated instead of columns": """
            return np.corrcoef(X)
        """,
        "the caller's table centred in place": """
            constant = np.ptp(X, axis=0) == 0
            X -= X.mean(axis=0)
            covariance = X.T @ X
            spread = np.where(constant, np.nan, np.sqrt(np.diag(covariance)))
            return covariance / np.outer(spread, spread)
        """,
        "a constant column divided by its rounding error": """
            centred = X - X.mean(axis=0)
            covariance = centred.T @ centred
            spread = np.sqrt(np.diag(covariance))
            with np.errstate(all="ignore"):
                return covariance / np.outer(spread, spread)
        """,
        "a constant column said to have correlation 0": """
            with np.errstate(all="ignore"):
                centred = X - X.mean(axis=0)
                centred[:, np.ptp(X, axis=0) == 0] = 0
                spread = np.sqrt(np.diag(centred.T @ centred))
                return np.nan_to_num(centred.T @ centred / np.outer(spread, spread))
        """,
    },
    "ink": {
        "the ground's own colour": """
            return "white" if contrast(rgb, [0, 0, 0]) >= contrast(rgb, [1, 1, 1]) else "black"
        """,
        "the mean of the channels": """
            return "black" if np.mean(rgb) > 0.5 else "white"
        """,
        "a threshold at half the luminance": """
            return "black" if luminance(rgb) > 0.5 else "white"
        """,
        "seaborn's threshold": """
            return "black" if luminance(rgb) > 0.408 else "white"
        """,
        "channels weighed, but screen values taken for light": """
            return "black" if np.dot(rgb, LUMINANCE) > 0.179 else "white"
        """,
        "black everywhere": """
            return "black"
        """,
        "a number instead of a name": """
            return max(contrast(rgb, [0, 0, 0]), contrast(rgb, [1, 1, 1]))
        """,
    },
}
