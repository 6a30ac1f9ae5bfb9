"""The training loop, once Day 30 has taught it by hand: fit, evaluate, predict.

Everything is kept in tensors on one device, the model's: no loader, no copies. Losses are
cross-entropies in nats, always the mean over samples, whatever the size of the last batch.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer
from tqdm import tqdm

from shared.errors import DaysError

EVAL_BATCH = 1000  # pictures at a time where no gradient is kept


def fit(
    model: nn.Module,
    X_train: Tensor,
    y_train: Tensor,
    X_val: Tensor,
    y_val: Tensor,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    scheduler=None,
    generator: torch.Generator | None = None,
    augment: Callable[[Tensor], Tensor] | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train a classifier; returns its history, as `plots.training_curves` wants it.

    X_*: (n, ...) float, y_*: (n,) int64 class indices, on the model's device. The batches
    of an epoch follow `torch.randperm(n, generator=generator)`, drawn on the CPU; None is
    torch's global generator. `scheduler`, when there is one, steps after every batch;
    `augment` changes each training batch before the model sees it, never what is validated.

    history: one number an epoch under train_loss, train_accuracy (each batch before its
    step, the mean over samples), val_loss and val_accuracy (after the epoch).
    Raises DaysError on empty sets, lengths that differ and labels the model has no output for.
    """
    if epochs < 1 or batch_size < 1:
        raise DaysError(
            f"Training needs epochs and batches of 1 or more, not {epochs}, {batch_size}."
        )
    _check(model, X_train, y_train)
    _check(model, X_val, y_val)
    history = {name: [] for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy")}
    batches = -(-len(y_train) // batch_size)
    with tqdm(total=epochs * batches, unit="batch", mininterval=0.5, disable=not progress) as bar:
        for _ in range(epochs):
            model.train()
            totals = torch.zeros(2, dtype=torch.float64, device=X_train.device)
            order = torch.randperm(len(y_train), generator=generator).to(X_train.device)
            for batch in order.split(batch_size):
                X = X_train[batch] if augment is None else augment(X_train[batch])
                totals += _step(model, X, y_train[batch], optimizer)
                if scheduler is not None:
                    scheduler.step()
                bar.update()
            train_loss, train_accuracy = (totals / len(y_train)).tolist()
            val_loss, val_accuracy = evaluate(model, X_val, y_val)
            row = (train_loss, train_accuracy, val_loss, val_accuracy)
            for values, value in zip(history.values(), row, strict=True):
                values.append(value)
            bar.set_postfix(val_accuracy=f"{val_accuracy:.3f}")
    return history


def evaluate(model: nn.Module, X: Tensor, y: Tensor) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy (0 to 1) on X (n, ...) with labels y (n,).

    Raises DaysError on what `fit` refuses too.
    """
    _check(model, X, y)
    logits = predict(model, X)
    return F.cross_entropy(logits, y).item(), (logits.argmax(1) == y).double().mean().item()


def predict(model: nn.Module, X: Tensor, batch_size: int = EVAL_BATCH) -> Tensor:
    """Logits (n, classes) for X (n, ...): eval mode, no gradients, `batch_size` rows at a time.

    The model is left in the mode it was in. Raises DaysError when X is empty.
    """
    if len(X) == 0:
        raise DaysError("There is nothing to predict: X is empty.")
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(part) for part in X.split(batch_size)])
    finally:
        model.train(was_training)


def _step(model: nn.Module, X: Tensor, y: Tensor, optimizer: Optimizer) -> Tensor:
    """One step downhill; returns (summed loss, number right) from before it."""
    logits = model(X)
    loss = F.cross_entropy(logits, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return torch.stack([loss.detach() * len(y), (logits.argmax(1) == y).sum()])


def _check(model: nn.Module, X: Tensor, y: Tensor) -> None:
    """Refuse, in a sentence, what would otherwise fail deep inside torch (or not at all)."""
    if len(X) != len(y):
        raise DaysError(f"{len(X)} samples but {len(y)} labels; they must pair up.")
    if len(y) == 0:
        raise DaysError("The set is empty; there is nothing to learn from or to measure.")
    classes = predict(model, X[:1]).shape[1]
    low, high = y.min().item(), y.max().item()
    if low < 0 or high >= classes:
        raise DaysError(
            f"Labels run from {low} to {high}, but the model has outputs for 0 to {classes - 1}."
        )
