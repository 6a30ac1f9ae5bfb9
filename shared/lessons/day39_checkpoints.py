"""Day 39, Checkpoints & resume: what later days import.

Made from days/phase3_deep_learning/day39_checkpoints.ipynb by `days refresh 39`; edit it there.
"""

import hashlib
import io
import os
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from shared.errors import DaysError


def rng_states():
    """The states of Python's, NumPy's and torch's global generators and of each GPU's.

    Nothing but numbers, text and tensors, so that torch.load(weights_only=True) accepts it.
    """
    name, keys, *rest = np.random.get_state()
    return {
        "python": random.getstate(),
        "numpy": [name, keys.tolist(), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),  # an empty list without a GPU
    }


def set_rng_states(states):
    """Put generators back into the states that `rng_states` gave; those not in it stay."""
    setters = {
        "python": random.setstate,
        "numpy": np.random.set_state,
        "torch": torch.set_rng_state,
    }
    setters["cuda"] = torch.cuda.set_rng_state_all
    for name, state in states.items():
        setters[name](tuple(state) if name == "numpy" else state)


class BatchOrder:
    """Endless batches of row numbers: a new shuffle each epoch, the last batch may be smaller."""

    def __init__(self, n, batch_size, seed):
        self.n, self.batch_size, self.batches = n, batch_size, -(-n // batch_size)
        self.generator, self.epoch = torch.Generator().manual_seed(seed), -1
        self.shuffle()

    def shuffle(self):
        self.epoch, self.before = self.epoch + 1, self.generator.get_state()
        self.rows, self.position = torch.randperm(self.n, generator=self.generator), 0

    def __next__(self):
        if self.position == self.n:
            self.shuffle()
        batch = self.rows[self.position : self.position + self.batch_size]
        self.position += len(batch)
        return batch

    def state_dict(self):
        return {"before": self.before, "epoch": self.epoch, "position": self.position}

    def load_state_dict(self, state):
        """Stand where the order stood whose `state_dict` this is; this one's seed doesn't matter."""
        self.generator.set_state(state["before"])
        self.shuffle()
        self.epoch, self.position = state["epoch"], state["position"]


def write_atomically(path, data):
    """Put `data` (bytes) into the file `path` (a Path): whatever happens, the old file or the new.

    The draft is `path` with the suffix .part; a kill may leave one, and it does no harm.
    """
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def checkpoints(folder, kind="step"):
    """The checkpoints of one kind in `folder` (a Path), oldest first."""
    return sorted(folder.glob(f"{kind}[0-9]*-*.pt"))


def save_checkpoint(folder, state, step, kind="step", keep=3):
    """Write `state` to folder/KINDnnnnnn-SHA256.pt, then delete all but the newest `keep`."""
    if keep < 1:
        raise ValueError(f"keep at least one checkpoint, not {keep}")
    buffer = io.BytesIO()
    torch.save(state, buffer)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()[:8]
    path = folder / f"{kind}{step:06d}-{digest}.pt"
    write_atomically(path, buffer.getvalue())
    for old in set(folder.glob(f"{kind}{step:06d}-*.pt")) - {path}:
        old.unlink()  # the same step, written before a resume
    for old in checkpoints(folder, kind)[:-keep]:
        old.unlink()
    return path


def load_newest(folder, kind="step"):
    """The newest whole checkpoint, on the CPU; None when there is none at all.

    Tells which damaged ones it passes by; DaysError when there are only damaged ones.
    """
    found = checkpoints(folder, kind)
    for path in reversed(found):
        data = path.read_bytes()
        if path.stem.endswith("-" + hashlib.sha256(data).hexdigest()[:8]):
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        print(f"{path.name[: len(kind) + 6]} is damaged; trying the one before")
    if found:
        raise DaysError(f"All {len(found)} checkpoints of kind {kind!r} are damaged; begin anew.")
    return None


class Run:
    """A fresh training run on sets = (X_train, y_train, X_val, y_val); X uint8 (n, 28, 28).

    amp: the dtype for autocast, float32 for none. Seeds the global generators with `seed`.
    """

    def __init__(self, sets, epochs=3, seed=0, device="cpu", amp=torch.float32):
        random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
        self.sets, self.amp, self.kind = [part.to(device) for part in sets], amp, str(device)
        layers = nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10)
        model, order = nn.Sequential(*layers).to(device), BatchOrder(len(sets[0]), 64, seed)
        self.steps = epochs * order.batches
        optimizer = torch.optim.AdamW(model.parameters())
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=self.steps)
        scaler = torch.amp.GradScaler(self.kind, 2.0**10, enabled=amp == torch.float16)
        self.parts = {"model": model, "order": order, "optimizer": optimizer}
        self.parts |= {"scheduler": cycle, "scaler": scaler}
        self.log = {"losses": [], "accuracies": []}


def one_step(run):
    """The next batch, shifted and noisy, and one step of the optimiser; returns the loss."""
    (X, y), parts = run.sets[:2], run.parts
    rows = next(parts["order"]).to(X.device)
    X_batch = torch.roll(X[rows] / 255, random.choice((-1, 0, 1)), dims=2)
    noise = np.random.normal(0, 0.1, X_batch.shape)
    X_batch = X_batch + torch.tensor(noise, dtype=torch.float32, device=X.device)
    with torch.autocast(run.kind, dtype=run.amp, enabled=run.amp != torch.float32):
        loss = F.cross_entropy(parts["model"].train()(X_batch), y[rows])
    parts["optimizer"].zero_grad()
    parts["scaler"].scale(loss).backward()
    parts["scaler"].step(parts["optimizer"])
    parts["scaler"].update()
    parts["scheduler"].step()
    return loss.item()


def snapshot(parts, **more):
    """One dictionary of all states: each part's `state_dict`, the generators, and `more`."""
    states = {name: part.state_dict() for name, part in parts.items()}
    return states | {"rng": rng_states()} | more


def restore(state, parts):
    """Put a snapshot back into parts (name -> object) built as those it was taken from.

    The generators come last: building and filling the parts may have drawn from them.
    """
    missing = sorted({"rng", *parts} - set(state))
    if missing:
        raise DaysError(f"The checkpoint has no state for {', '.join(missing)}.")
    for name, part in parts.items():
        part.load_state_dict(state[name])
    set_rng_states(state["rng"])


def resume(run, folder, forget=()):
    """Continue from the newest checkpoint in `folder`, if any; `forget` names what to leave out."""
    state = load_newest(folder)
    if state is not None:
        state["rng"] = {name: s for name, s in state["rng"].items() if name not in forget}
        restore(state, {name: part for name, part in run.parts.items() if name not in forget})
        run.log = state["log"]
    return run


def train(run, folder, save_every):
    """Take the steps that are left and save on the way; yields (step, loss) after each."""
    losses, accuracies, (_, _, X_val, y_val) = *run.log.values(), run.sets
    model, batches = run.parts["model"], run.parts["order"].batches
    for step in range(len(losses) + 1, run.steps + 1):
        losses.append(one_step(run))
        if step % batches == 0:
            with torch.no_grad():
                guess = model.eval()(X_val / 255).argmax(1)
            accuracies.append((guess == y_val).double().mean().item())
            if accuracies[-1] > max([0.0, *accuracies[:-1]]):
                save_checkpoint(folder, {"model": model.state_dict()}, step, "best", keep=1)
        if step % save_every == 0:
            save_checkpoint(folder, snapshot(run.parts, log=run.log), step)
        yield step, losses[-1]
