"""Day 40, PyTorch Lightning intro: what later days import.

Made from days/phase3_deep_learning/day40_lightning_intro.ipynb by `days refresh 40`; edit it there.
"""

import logging
import warnings

import lightning as L
import torch
from torch.nn import functional as F

from shared.lessons.day37_transfer_learning import flower_sets, one_cycle


def quieten():
    """Turn off Lightning's announcements and the two warnings that these days have answered."""
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", r"Found \d+ module\(s\) in eval mode")
    warnings.filterwarnings("ignore", r".*isinstance\(treespec, LeafSpec\).*")


quieten()


class Batches:
    """(X, y) in batches; shuffled anew each time round when there is a generator."""

    def __init__(self, X, y, batch_size, generator=None):
        self.X, self.y, self.batch_size, self.generator = X, y, batch_size, generator

    def __len__(self):
        return -(-len(self.y) // self.batch_size)

    def __iter__(self):
        rows = torch.arange(len(self.y))
        if self.generator is not None:
            rows = torch.randperm(len(self.y), generator=self.generator)
        for batch in rows.split(self.batch_size):
            yield self.X[batch], self.y[batch]


class FlowerData(L.LightningDataModule):
    """Day 37's flowers for a Backbone, on the CPU: the Trainer moves each batch to its device."""

    def __init__(self, images, backbone, size, batch_size=16, seed=0):
        super().__init__()
        self.images, self.backbone, self.size = images, backbone, size
        self.batch_size, self.seed, self.sets = batch_size, seed, None

    def setup(self, stage=None):
        if self.sets is None:  # it is called for each stage: fit, predict ...
            self.sets = flower_sets(self.images, self.backbone, self.size, self.seed)

    def train_dataloader(self):
        generator = torch.Generator().manual_seed(self.seed)
        return Batches(self.sets.X_train, self.sets.y_train, self.batch_size, generator)

    def val_dataloader(self):
        return Batches(self.sets.X_val, self.sets.y_val, 250)

    def predict_dataloader(self):
        return Batches(self.sets.X_test, self.sets.y_test, 250)


class FlowerSteps(L.LightningModule):
    """What one batch (X, y) does to a classifier; `losses`: one for each training step."""

    def __init__(self, net):
        super().__init__()
        self.net, self.losses = net, []

    def forward(self, X):
        return self.net(X)

    def training_step(self, batch, index):
        loss = F.cross_entropy(self(batch[0]), batch[1])
        self.losses.append(loss.detach())
        return loss

    def validation_step(self, batch, index):
        logits, y = self(batch[0]), batch[1]
        right = (logits.argmax(1) == y).float().mean()
        scores = {"val_loss": F.cross_entropy(logits, y), "val_accuracy": right}
        self.log_dict(scores, batch_size=len(y))

    def predict_step(self, batch, index):
        return self(batch[0]).softmax(1)


class FlowerModule(FlowerSteps):
    """A FlowerNet, trained for `steps` steps by Day 37's optimizer and schedule."""

    def __init__(self, net, steps, lr=1e-4, head_lr=3e-3):
        super().__init__(net)
        self.steps, self.rates = steps, (lr, head_lr)

    def configure_optimizers(self):
        """{"optimizer": ..., "lr_scheduler": {"scheduler": ..., "interval": "step" or "epoch"}}.

        Day 37's `one_cycle` of `self.net`, with `self.steps` and `self.rates` = (lr, head_lr).
        """
        optimizer, cycle = one_cycle(self.net, self.steps, *self.rates)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}


def trainer_for(kind, **options):
    """An L.Trainer on one "cuda" or "cpu" that draws, logs and saves nothing unless told to."""
    silent = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    silent["enable_checkpointing"] = False
    return L.Trainer(accelerator=kind, devices=1, **(silent | options))
