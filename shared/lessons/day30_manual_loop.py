"""Day 30, Manual training loop: what later days import.

Made from days/phase3_deep_learning/day30_manual_loop.ipynb by `days refresh 30`; edit it there.
"""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


def make_mlp(widths=(784, 256, 128, 10)):
    """A perceptron with ReLU between its layers: (n, widths[0]) -> logits (n, widths[-1]).

    Weights and biases start as torch draws them, uniform within 1/sqrt(fan-in).
    """
    layers = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train_one_epoch(model, X, y, optimizer, batch_size, generator):
    """One pass over X (n, features) and labels y (n,), in training mode and in a new order.

    The order is `torch.randperm(n, generator=generator)`, drawn on the CPU. Returns
    (loss, accuracy), floats: mean cross-entropy in nats and share of rows named rightly, both
    over all n rows, each row measured in its batch, before that batch's step.
    """
    model.train()
    loss_sum, right = 0.0, 0
    for batch in torch.randperm(len(y), generator=generator).to(X.device).split(batch_size):
        logits = model(X[batch])
        loss = F.cross_entropy(logits, y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        loss_sum += loss.detach() * len(batch)
        right += (logits.argmax(1) == y[batch]).sum()
    return float(loss_sum / len(y)), float(right / len(y))


def evaluate(model, X, y):
    """(mean cross-entropy in nats, accuracy) on X (n, features): eval mode, no graph kept."""
    model.eval()
    with torch.no_grad():
        logits = model(X)
    return F.cross_entropy(logits, y).item(), (logits.argmax(1) == y).float().mean().item()
