"""Day 2, NumPy two-layer perceptron: what later days import.

Made from days/phase1_groundwork/day02_numpy_mlp.ipynb by `days refresh 2`; edit it there.
"""

import numpy as np


def init_params(n_in, n_hidden, n_out, rng):
    """Weights and biases of a two-layer perceptron.

    Returns W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,); weights
    are normal with standard deviation 1/sqrt(fan-in), biases zero (LeCun et al., Efficient
    BackProp, 1998, section 4.6).
    """
    return {
        "W1": rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_hidden)),
        "b1": np.zeros(n_hidden),
        "W2": rng.normal(0, 1 / np.sqrt(n_hidden), (n_hidden, n_out)),
        "b2": np.zeros(n_out),
    }


def softmax(scores):
    """Probabilities (n, classes) from scores (n, classes); shifted so that exp can't overflow."""
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def forward(params, X):
    """X (n, n_in) -> hidden activations (n, n_hidden) and probabilities (n, n_out)."""
    hidden = np.tanh(X @ params["W1"] + params["b1"])
    return hidden, softmax(hidden @ params["W2"] + params["b2"])


def cross_entropy(params, X, y):
    """Mean negative log-probability, in nats, of the labels y (n,) given X (n, n_in)."""
    _, probs = forward(params, X)
    return -np.log(probs[np.arange(len(y)), y]).mean()


def numeric_gradients(params, X, y, eps=1e-5):
    """Central differences of the loss by every parameter; the same shapes as `params`."""
    params = {name: value.copy() for name, value in params.items()}
    gradients = {name: np.zeros_like(value) for name, value in params.items()}
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            kept = value[index]
            value[index] = kept + eps
            above = cross_entropy(params, X, y)
            value[index] = kept - eps
            below = cross_entropy(params, X, y)
            value[index] = kept
            gradients[name][index] = (above - below) / (2 * eps)
    return gradients


def backward(params, X, y):
    """Gradient of the mean cross-entropy by every parameter, for X (n, n_in) and y (n,).

    Returns a dict with the names and shapes of `params` (Rumelhart, Hinton and Williams,
    Learning representations by back-propagating errors, 1986).
    """
    hidden, probs = forward(params, X)
    d_scores = (probs - np.eye(probs.shape[1], dtype=probs.dtype)[y]) / len(y)
    d_hidden = (d_scores @ params["W2"].T) * (1 - hidden**2)
    return {
        "W1": X.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "W2": hidden.T @ d_scores,
        "b2": d_scores.sum(axis=0),
    }


class TwoLayerMLP:
    """A tanh layer and a softmax layer, trained by plain stochastic gradient descent."""

    def __init__(self, n_in, n_hidden, n_out, rng):
        self.params = init_params(n_in, n_hidden, n_out, rng)
        self.rng = rng

    def fit(self, X, y, steps=1000, lr=0.2, batch_size=16):
        """Take `steps` steps on random batches; returns the loss on all of X after each."""
        history = []
        for _ in range(steps):
            batch = self.rng.choice(len(y), batch_size, replace=False)
            gradients = backward(self.params, X[batch], y[batch])
            for name, gradient in gradients.items():
                self.params[name] -= lr * gradient
            history.append(cross_entropy(self.params, X, y))
        return history

    def predict(self, X):
        """The most probable class, an integer, for each row of X (n, n_in)."""
        return forward(self.params, X)[1].argmax(axis=1)
