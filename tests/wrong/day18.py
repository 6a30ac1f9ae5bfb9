"""Day 18: plausible wrong rounds of boosting; the day's checks must reject each of them."""

WRONG = {
    "boost": {
        "probability minus label": """
            p = sigmoid(scores)
            residuals, curvature = p - y, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "the learning rate forgotten": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "the learning rate on the scores, not in the stump": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + lr * np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "the mean residual instead of Newton's step": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].mean() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "scores never change": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            stumps.append((feature, threshold, *steps))
        """,
        "steps added to the probabilities": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            p = np.clip(p + np.where(left, *steps), 1e-6, 1 - 1e-6)
            scores = np.log(p / (1 - p))
            stumps.append((feature, threshold, *steps))
        """,
        "second_order ignored": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            feature, threshold = best_split(X, residuals, np.ones(len(y)))
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "always weighed by curvature": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            feature, threshold = best_split(X, residuals, curvature)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "the labels split instead of the residuals": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, y.astype(float), weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
            stumps.append((feature, threshold, *steps))
        """,
        "no stump is kept": """
            p = sigmoid(scores)
            residuals, curvature = y - p, p * (1 - p)
            weights = curvature if second_order else np.ones(len(y))
            feature, threshold = best_split(X, residuals, weights)
            left = X[:, feature] <= threshold
            steps = [lr * residuals[side].sum() / curvature[side].sum() for side in (left, ~left)]
            scores = scores + np.where(left, *steps)
        """,
    },
}
