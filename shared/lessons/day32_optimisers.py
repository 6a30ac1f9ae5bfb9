"""Day 32, Optimisers showdown: what later days import.

Made from days/phase3_deep_learning/day32_optimisers.ipynb by `days refresh 32`; edit it there.
"""

import torch


class Optimizer:
    """Moves weights; a subclass's `move(weight, gradient, state)` says what to subtract from each.

    parameters: tensors with gradients; lr: the learning rate, above 0; weight_decay: L2, added to
    the gradient. `state` is a dict of the weight's own, in which t counts its steps from 1.
    Raises ValueError when there is nothing to move, or lr isn't positive.
    """

    def __init__(self, parameters, lr, weight_decay=0.0):
        self.parameters, self.lr, self.weight_decay = list(parameters), lr, weight_decay
        self.states = [{"t": 0} for _ in self.parameters]
        if not self.parameters or not lr > 0:
            raise ValueError("An optimiser needs parameters to move, and a learning rate above 0.")

    def zero_grad(self):
        for weight in self.parameters:
            weight.grad = None

    @torch.no_grad()
    def step(self):
        for weight, state in zip(self.parameters, self.states, strict=True):
            if weight.grad is not None:
                state["t"] += 1
                weight -= self.move(weight, weight.grad + self.weight_decay * weight, state)


class SGD(Optimizer):
    """Gradient descent on batches (Robbins and Monro, 1951)."""

    def move(self, weight, gradient, state):
        return self.lr * gradient


class Momentum(Optimizer):
    """SGD with a velocity, in torch's form (Sutskever et al., On the importance of..., 2013)."""

    def __init__(self, parameters, lr, momentum=0.9, nesterov=False, **options):
        super().__init__(parameters, lr, **options)
        self.momentum, self.nesterov = momentum, nesterov

    def move(self, weight, gradient, state):
        state["velocity"] = self.momentum * state.get("velocity", 0.0) + gradient
        ahead = gradient + self.momentum * state["velocity"]
        return self.lr * (ahead if self.nesterov else state["velocity"])


class RMSProp(Optimizer):
    """The gradient over its running root mean square (Tieleman and Hinton, lecture 6.5, 2012)."""

    def __init__(self, parameters, lr, alpha=0.99, eps=1e-8, **options):
        super().__init__(parameters, lr, **options)
        self.alpha, self.eps = alpha, eps

    def move(self, weight, gradient, state):
        state["square"] = self.alpha * state.get("square", 0.0) + (1 - self.alpha) * gradient**2
        return self.lr * gradient / (state["square"].sqrt() + self.eps)


class Adam(Optimizer):
    """Averages of gradient and square, both bias-corrected (Kingma and Ba, 2015, algorithm 1)."""

    def __init__(self, parameters, lr, betas=(0.9, 0.999), eps=1e-8, **options):
        super().__init__(parameters, lr, **options)
        self.betas, self.eps = betas, eps

    def move(self, weight, gradient, state):
        """What to subtract from `weight`: a tensor of its shape and of `gradient`'s.

        Both are left as they are; the averages live in `state`, which also holds t (1, 2, ...).
        """
        (beta1, beta2), t = self.betas, state["t"]
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * gradient
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * gradient**2
        return self.lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + self.eps)


class AdamW(Adam):
    """Adam with decay outside the averages (Loshchilov and Hutter, Decoupled Weight Decay, 2019)."""

    def __init__(self, parameters, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01):
        super().__init__(parameters, lr, betas, eps)
        self.decay = weight_decay

    def move(self, weight, gradient, state):
        return self.lr * self.decay * weight + super().move(weight, gradient, state)
