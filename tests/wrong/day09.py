"""Day 9: plausible wrong gradients and Hessians; the day's checks must reject each of them."""

# What a body gets right, so that each wrong one below has a single mistake.
GRADIENT = """
gradient = X.T @ (p - y) / len(y)
"""
HESSIAN = """
hessian = (X.T * (p * (1 - p))) @ X / len(y)
"""
RETURN = """
return gradient, hessian
"""

WRONG = {
    "slopes": {
        "sign flipped": "gradient = X.T @ (y - p) / len(y)" + HESSIAN + RETURN,
        "gradient summed, not averaged": "gradient = X.T @ (p - y)" + HESSIAN + RETURN,
        "scores instead of probabilities": "gradient = X.T @ (X @ w - y) / len(y)"
        + HESSIAN
        + RETURN,
        "the squared error's slope": "gradient = X.T @ ((p - y) * p * (1 - p)) / len(y)"
        + HESSIAN
        + RETURN,
        "sigmoid applied twice": "gradient = X.T @ (sigmoid(p) - y) / len(y)" + HESSIAN + RETURN,
        "rounded to yes and no": "gradient = X.T @ ((p > 0.5) - y) / len(y)" + HESSIAN + RETURN,
        "averaged over weights": "gradient = X.T @ (p - y) / len(w)" + HESSIAN + RETURN,
        "Hessian summed, not averaged": GRADIENT + "hessian = (X.T * (p * (1 - p))) @ X" + RETURN,
        "Hessian without its weights": GRADIENT + "hessian = X.T @ X / len(y)" + RETURN,
        "Hessian at its bound of a quarter": GRADIENT + "hessian = X.T @ X / 4 / len(y)" + RETURN,
        "Hessian weighted with p": GRADIENT + "hessian = (X.T * p) @ X / len(y)" + RETURN,
        "Hessian weighted with the errors": GRADIENT
        + "hessian = (X.T * (p - y) ** 2) @ X / len(y)"
        + RETURN,
        "weights that are squared": GRADIENT
        + "hessian = (X.T * (p * (1 - p)) ** 2) @ X / len(y)"
        + RETURN,
        "one weight for all rows": GRADIENT
        + "hessian = X.T @ X * np.mean(p * (1 - p)) / len(y)"
        + RETURN,
        "rows instead of columns": GRADIENT
        + "hessian = (X * (p * (1 - p))[:, None]) @ X.T / len(y)"
        + RETURN,
        "the diagonal alone": GRADIENT + HESSIAN + "return gradient, np.diag(hessian)",
        "weights moved on the way": GRADIENT + HESSIAN + "w -= gradient" + RETURN,
        "returned the wrong way round": GRADIENT + HESSIAN + "return hessian, gradient",
    },
}
