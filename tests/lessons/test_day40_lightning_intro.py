"""Day 40's exports: batches, data and modules for Lightning, and a run equal to one by hand."""

import logging
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from shared.checkpoints import Backbone
from shared.lessons import day40_lightning_intro as lesson
from shared.lessons.day37_transfer_learning import FlowerNet, one_cycle
from shared.pictures import Images


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 99))
def test_each_round_holds_every_row_once_in_a_new_order(n, batch_size, seed):
    X, y = torch.arange(n), torch.arange(n) * 2
    batches = lesson.Batches(X, y, batch_size, torch.Generator().manual_seed(seed))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(3):
        rounds = list(batches)
        assert len(rounds) == len(batches) == -(-n // batch_size)
        assert all(torch.equal(2 * part, labels) for part, labels in rounds)
        rows = torch.cat([part for part, _ in rounds])
        assert torch.equal(rows, torch.randperm(n, generator=generator))


def test_without_a_generator_the_order_stays():
    batches = lesson.Batches(torch.arange(7), torch.arange(7), 3)
    for _ in range(2):
        assert [part.tolist() for part, _ in batches] == [[0, 1, 2], [3, 4, 5], [6]]


def tiny():
    """A Backbone of two layers and noise for pictures: 40 to train on, 20 to test."""
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 1280, 8, stride=8), nn.BatchNorm2d(1280), nn.ReLU()
    model = nn.Sequential()
    model.features = nn.Sequential(*layers).eval()
    rng, y = np.random.default_rng(0), np.arange(4).repeat(10)
    X = rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    backbone = Backbone(model, torch.zeros(3, 1, 1), torch.ones(3, 1, 1), 32, "made up")
    return Images(X, y, X[::2], y[::2], list("abcd")), backbone


def test_the_data_module_hands_out_day_37s_sets():
    images, backbone = tiny()
    data = lesson.FlowerData(images, backbone, 32, batch_size=5, seed=2)
    data.prepare_data()
    data.setup("fit")
    sets = data.sets
    data.setup("predict")
    assert data.sets is sets, "the sets are made once"
    first, again = list(data.train_dataloader()), list(data.train_dataloader())
    assert len(first) == 7 and all(
        torch.equal(a[0], b[0]) for a, b in zip(first, again, strict=True)
    )
    assert sorted(torch.cat([y for _, y in first]).tolist()) == sorted(sets.y_train.tolist())
    [(X_val, _)], [(X_test, _)] = data.val_dataloader(), data.predict_dataloader()
    assert torch.equal(X_val, sets.X_val) and torch.equal(X_test, sets.X_test)


def by_hand(data, backbone, epochs):
    torch.manual_seed(4)
    model = FlowerNet(backbone.model.features, classes=4)
    batches, losses = data.train_dataloader(), []
    optimizer, cycle = one_cycle(model, epochs * len(batches), 1e-3, 1e-2)
    for _ in range(epochs):
        model.train()
        for X, y in batches:
            loss = F.cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            losses.append(loss.item())
    return model.eval(), losses


def test_lightning_walks_the_path_walked_by_hand_and_leaves_nothing_behind(tmp_path, capfd):
    images, backbone = tiny()
    data = lesson.FlowerData(images, backbone, 32, batch_size=5)
    data.setup()
    model, losses = by_hand(data, backbone, epochs=3)
    torch.manual_seed(4)
    net = FlowerNet(backbone.model.features, classes=4)
    module = lesson.FlowerModule(net, 3 * len(data.train_dataloader()), lr=1e-3, head_lr=1e-2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lesson.quieten()
        trainer = lesson.trainer_for("cpu", max_epochs=3, default_root_dir=tmp_path)
        trainer.fit(module, data)
        logged = {key: value.item() for key, value in trainer.callback_metrics.items()}
        probs = torch.cat(trainer.predict(module, data))
    assert [loss.item() for loss in module.losses] == losses
    weights = model.state_dict()
    assert all(torch.equal(weights[key], value) for key, value in net.state_dict().items())
    with torch.no_grad():
        logits = model(data.sets.X_val)
        assert torch.allclose(probs, model(data.sets.X_test).softmax(1), atol=1e-6)
    expected = F.cross_entropy(logits, data.sets.y_val).item()
    assert logged["val_loss"] == pytest.approx(expected, abs=1e-6)
    right = (logits.argmax(1) == data.sets.y_val).float().mean().item()
    assert logged["val_accuracy"] == pytest.approx(right, abs=1e-6)
    assert not list(tmp_path.iterdir()), "nothing may be written"
    said = [
        str(w.message)
        for w in caught
        if "Lightning" in str(w.message) or "eval mode" in str(w.message)
    ]
    assert not said, said
    assert capfd.readouterr().out == ""


def test_what_is_asked_for_overrides_the_silence(tmp_path):
    lesson.quieten()
    trainer = lesson.trainer_for("cpu", max_epochs=1, logger=True, default_root_dir=tmp_path)
    assert trainer.logger is not None and trainer.checkpoint_callback is None
    assert lesson.trainer_for("cpu", max_epochs=1).logger is None
    assert logging.getLogger("lightning.pytorch").level == logging.WARNING
