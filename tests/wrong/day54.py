"""Day 54: plausible wrong attentions; the day's checks must reject each of them."""

WRONG = {
    "attention": {
        "divides by d, not by its root": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1]
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "does not divide at all": """
            scores = Q @ K.swapaxes(-1, -2)
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "softmax over the queries": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            weights = softmax(scores, axis=-2)
            return weights @ V, weights
        """,
        "masks after the softmax, so shares are lost": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            weights = softmax(scores)
            if mask is not None:
                weights = np.where(mask, weights, 0.0)
            return weights @ V, weights
        """,
        "takes True for forbidden": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, -np.inf, scores)
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "adds the boolean mask to the scores": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = scores + mask
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "multiplies the scores by the mask, so forbidden keys score 0": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = scores * mask
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "reshapes the keys instead of transposing them": """
            scores = Q @ K.reshape(*K.shape[:-2], K.shape[-1], K.shape[-2]) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "-1e9 for -inf: an empty row becomes an even mix": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, scores, -1e9)
            weights = softmax(scores)
            return weights @ V, weights
        """,
        "a softmax of its own: an empty row becomes NaN": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            with np.errstate(invalid="ignore"):
                weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
            return weights @ V, weights
        """,
        "ignores the mask": """
            weights = softmax(Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5)
            return weights @ V, weights
        """,
        "mixes the keys instead of the values": """
            scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
            if mask is not None:
                scores = np.where(mask, scores, -np.inf)
            weights = softmax(scores)
            return weights @ K[..., : V.shape[-1]], weights
        """,
    },
}
