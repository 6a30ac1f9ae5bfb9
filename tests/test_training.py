"""shared/training.py against a loop written out here, and on input that it must refuse."""

import copy
from itertools import chain

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from shared import training
from shared.errors import DaysError

N, FEATURES, CLASSES = 23, 5, 3


def make(seed: int = 0):
    """A small network with dropout and batch norm, 23 samples, and an optimiser."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Linear(FEATURES, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, CLASSES)
    )
    X, y = torch.randn(N, FEATURES), torch.arange(N) % CLASSES
    return model, X, y, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def fitted(seed: int = 0, batch_size: int = 5, **options):
    model, X, y, optimizer = make()
    torch.manual_seed(seed)
    options = {"epochs": 3, "progress": False, **options}
    generator = torch.Generator().manual_seed(seed)
    history = training.fit(
        model, X, y, X[:7], y[:7], batch_size=batch_size, optimizer=optimizer,
        generator=generator, **options,
    )  # fmt: skip
    return model, history


def test_it_is_the_loop_written_by_hand():
    model, X, y, optimizer = make()
    torch.manual_seed(4)
    generator, losses, accuracies = torch.Generator().manual_seed(4), [], []
    for _ in range(3):
        model.train()
        loss_sum, right = 0.0, 0
        order = torch.randperm(N, generator=generator).tolist()
        for start in range(0, N, 5):
            batch = order[start : start + 5]
            logits = model(X[batch])
            loss = F.cross_entropy(logits, y[batch])
            for parameter in model.parameters():
                parameter.grad = None
            loss.backward()
            optimizer.step()
            loss_sum += loss.item() * len(batch)
            right += (logits.argmax(1) == y[batch]).sum().item()
        losses.append(loss_sum / N)
        accuracies.append(right / N)
    ours, history = fitted(seed=4)
    assert history["train_loss"] == pytest.approx(losses, abs=1e-6)
    assert history["train_accuracy"] == pytest.approx(accuracies, abs=1e-12)
    for a, b in zip(ours.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_augment_changes_what_is_trained_on_and_not_what_is_validated():
    seen = []

    def augment(X):
        seen.append(len(X))
        return X + 100

    class Recorder(nn.Linear):
        def forward(self, X):
            means[self.training].append(X.mean().item())
            return super().forward(X)

    means = {True: [], False: []}
    model = Recorder(FEATURES, CLASSES)
    _, X, y, _ = make()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    training.fit(
        model, X, y, X, y, epochs=2, batch_size=10, optimizer=optimizer, augment=augment,
        progress=False,
    )  # fmt: skip
    assert seen == [10, 10, 3] * 2
    assert min(means[True]) > 90 and max(means[False]) < 10


def test_the_last_batch_is_weighed_by_its_size():
    """At learning rate 0 an epoch's loss is the loss on all samples, however they are cut."""
    model, X, y, _ = make()
    model = nn.Sequential(model[0], model[4])  # nothing that depends on the batch or on chance
    for batch_size in (1, 5, 22, 23, 100):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        history = training.fit(
            model, X, y, X, y, epochs=1, batch_size=batch_size, optimizer=optimizer, progress=False
        )
        assert history["train_loss"] == pytest.approx(history["val_loss"], abs=1e-6)
        assert history["train_accuracy"] == pytest.approx(history["val_accuracy"], abs=1e-12)


def test_every_sample_once_an_epoch_in_a_new_order():
    class Witness(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.seen = nn.Linear(1, 2), []

        def forward(self, X):
            if self.training:
                self.seen.append(X[:, 0].int().tolist())
            return self.layer(X)

    model, X = Witness(), torch.arange(10.0)[:, None]
    y = torch.arange(10) % 2
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    training.fit(
        model, X, y, X, y, epochs=2, batch_size=4, optimizer=optimizer, progress=False,
        generator=torch.Generator().manual_seed(1),
    )  # fmt: skip
    assert [len(batch) for batch in model.seen] == [4, 4, 2] * 2
    first, second = list(chain(*model.seen[:3])), list(chain(*model.seen[3:]))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second


def test_the_same_seed_gives_the_same_run_and_another_does_not():
    (a, first), (b, again), (_, other) = fitted(1), fitted(1), fitted(2)
    assert first == again != other
    assert all(map(torch.equal, a.state_dict().values(), b.state_dict().values()))


def test_the_scheduler_steps_after_every_batch():
    model, X, y, optimizer = make()
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + step))
    training.fit(
        model, X, y, X, y, epochs=2, batch_size=5, optimizer=optimizer, scheduler=scheduler,
        progress=False,
    )  # fmt: skip
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 / 11)


@pytest.mark.parametrize("mode", [True, False])
def test_measuring_changes_nothing_and_leaves_the_mode(mode):
    model, X, y, _ = make()
    model.train(mode)
    before = copy.deepcopy(model.state_dict())
    loss, accuracy = training.evaluate(model, X, y)
    assert model.training is mode and model[3].training is mode
    assert all(map(torch.equal, before.values(), model.state_dict().values()))
    model.eval()
    logits = model(X)
    assert loss == pytest.approx(F.cross_entropy(logits, y).item(), abs=1e-6)
    assert accuracy == pytest.approx((logits.argmax(1) == y).float().mean().item())


def test_the_mode_comes_back_after_a_crash_too():
    model, *_ = make()
    with pytest.raises(RuntimeError):
        training.predict(model, torch.zeros(3, FEATURES + 1))
    assert model.training


def test_predict_in_batches_is_predict_at_once():
    model, X, *_ = make()
    whole = training.predict(model, X)
    assert whole.shape == (N, CLASSES) and not whole.requires_grad
    assert torch.allclose(training.predict(model, X, batch_size=4), whole, atol=1e-6)


def test_the_bar_is_plain_text_and_can_be_silenced(capsys):
    fitted(progress=True)
    assert "15/15" in capsys.readouterr().err
    fitted()
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_it_runs_on_a_gpu_as_on_the_processor():
    runs = []
    for device in ("cpu", "cuda"):
        model, X, y, _ = make()
        model, X, y = (
            nn.Sequential(model[0], model[2], model[4]).to(device),
            X.to(device),
            y.to(device),
        )
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        history = training.fit(
            model, X, y, X, y, epochs=3, batch_size=5, optimizer=optimizer, progress=False,
            generator=torch.Generator().manual_seed(0),
        )  # fmt: skip
        runs.append(history["train_loss"])
    assert runs[0] == pytest.approx(runs[1], abs=1e-4)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda X, y: (X, y[:-1]), "23 samples but 22 labels"),
        (lambda X, y: (X[:0], y[:0]), "empty"),
        (lambda X, y: (X, y + 1), "from 1 to 3, but the model has outputs for 0 to 2"),
        (lambda X, y: (X, y - 1), "from -1 to 1"),
    ],
)
def test_bad_sets_are_refused_in_a_sentence_before_any_step(spoil, message):
    model, X, y, optimizer = make()
    before = copy.deepcopy(model.state_dict())
    bad, good, options = spoil(X, y), (X, y), {"epochs": 1, "batch_size": 5, "optimizer": optimizer}
    for sets in ((*bad, *good), (*good, *bad)):
        with pytest.raises(DaysError, match=message):
            training.fit(model, *sets, **options)
    with pytest.raises(DaysError, match=message):
        training.evaluate(model, *bad)
    assert all(map(torch.equal, before.values(), model.state_dict().values()))


def test_nothing_to_do_or_to_predict_is_refused():
    model, X, *_ = make()
    with pytest.raises(DaysError, match="X is empty"):
        training.predict(model, X[:0])
    for options in ({"epochs": 0}, {"batch_size": 0}):
        with pytest.raises(DaysError, match="1 or more"):
            fitted(**options)
