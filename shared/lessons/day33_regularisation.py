"""Day 33, Regularisation tricks: what later days import.

Made from days/phase3_deep_learning/day33_regularisation.ipynb by `days refresh 33`; edit it there.
"""

import torch
from torch import nn


def dropout(X, p=0.3, training=True):
    """Inverted dropout of X (any shape): a new tensor; X itself when not `training`.

    Each number is zeroed with probability 0 <= p < 1, independently, and the others divided by
    1 - p (Srivastava et al., Dropout, JMLR 2014, section 10, in its inverted form).
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is the probability of a zero, from 0 to below 1, not {p}")
    if not training:
        return X
    mask = torch.rand_like(X) >= p
    return X * mask / (1 - p)


class BatchNorm1d(nn.Module):
    """Batch normalisation of (n, features), as torch.nn.BatchNorm1d (Ioffe and Szegedy, 2015)."""

    def __init__(self, features, momentum=0.1, eps=1e-5):
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.weight, self.bias = (nn.Parameter(t(features)) for t in (torch.ones, torch.zeros))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def forward(self, X):
        """X (n, features) -> the same shape; in training mode n >= 2, and the statistics move."""
        if self.training and len(X) < 2:
            raise ValueError("a batch of one has no variance: BatchNorm needs 2 rows to train")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = X.mean(0), X.var(0, unbiased=False)
            unbiased = X.detach().var(0)
            self.running_mean.lerp_(mean.detach(), self.momentum)
            self.running_var.lerp_(unbiased, self.momentum)
        return (X - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias
