"""Day 2: plausible wrong backward passes; the day's checks must reject each of them."""

WRONG = {
    "backward": {
        "sums over the batch where the loss is a mean": """
            d_scores = probs - np.eye(probs.shape[1])[y]
            d_hidden = (d_scores @ params["W2"].T) * (1 - hidden**2)
            return {"W1": X.T @ d_hidden, "b1": d_hidden.sum(axis=0),
                    "W2": hidden.T @ d_scores, "b2": d_scores.sum(axis=0)}
        """,
        "one-hot minus probabilities": """
            d_scores = (np.eye(probs.shape[1])[y] - probs) / len(y)
            d_hidden = (d_scores @ params["W2"].T) * (1 - hidden**2)
            return {"W1": X.T @ d_hidden, "b1": d_hidden.sum(axis=0),
                    "W2": hidden.T @ d_scores, "b2": d_scores.sum(axis=0)}
        """,
        "tanh's slope taken as 1 - h": """
            d_scores = (probs - np.eye(probs.shape[1])[y]) / len(y)
            d_hidden = (d_scores @ params["W2"].T) * (1 - hidden)
            return {"W1": X.T @ d_hidden, "b1": d_hidden.sum(axis=0),
                    "W2": hidden.T @ d_scores, "b2": d_scores.sum(axis=0)}
        """,
        "the hidden bias averaged, so 1/n goes in twice": """
            d_scores = (probs - np.eye(probs.shape[1])[y]) / len(y)
            d_hidden = (d_scores @ params["W2"].T) * (1 - hidden**2)
            return {"W1": X.T @ d_hidden, "b1": d_hidden.mean(axis=0),
                    "W2": hidden.T @ d_scores, "b2": d_scores.sum(axis=0)}
        """,
        "tanh's slope forgotten": """
            d_scores = (probs - np.eye(probs.shape[1])[y]) / len(y)
            d_hidden = d_scores @ params["W2"].T
            return {"W1": X.T @ d_hidden, "b1": d_hidden.sum(axis=0),
                    "W2": hidden.T @ d_scores, "b2": d_scores.sum(axis=0)}
        """,
    },
}
