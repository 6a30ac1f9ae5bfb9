"""Day 39's exports: generators and orders put back, files whole or refused, runs resumed."""

import copy
import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import DaysError
from shared.lessons import day39_checkpoints as lesson


def draws():
    return random.random(), random.gauss(0, 1), np.random.randn(3).tolist(), torch.rand(4).tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.integers(0, 2**31))
def test_generators_go_on_where_they_stood_even_through_a_file(drawn, seed):
    random.seed(seed), np.random.seed(seed), torch.manual_seed(seed)
    for _ in range(drawn):
        draws()
    before = lesson.rng_states()
    expected = [draws(), draws()]
    lesson.set_rng_states(copy.deepcopy(before))
    assert [draws(), draws()] == expected


def test_generators_that_are_left_out_stay_where_they_are():
    random.seed(1), torch.manual_seed(1)
    before = lesson.rng_states()
    first = random.random(), torch.rand(1).item()
    lesson.set_rng_states({"python": before["python"]})
    assert random.random() == first[0] and torch.rand(1).item() != first[1]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 25), st.integers(0, 99))
def test_an_order_goes_on_in_a_copy_of_another_seed(n, batch_size, taken, seed):
    order, other = (
        lesson.BatchOrder(n, batch_size, seed),
        lesson.BatchOrder(n, batch_size, -seed - 1),
    )
    for _ in range(taken):
        next(order)
    other.load_state_dict(copy.deepcopy(order.state_dict()))
    for _ in range(2 * order.batches + 1):
        assert torch.equal(next(order), next(other))
    assert order.epoch == other.epoch and order.position == other.position


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 99))
def test_every_epoch_holds_every_row_once(n, batch_size, seed):
    order = lesson.BatchOrder(n, batch_size, seed)
    for epoch in range(3):
        rows = torch.cat([next(order) for _ in range(order.batches)])
        assert sorted(rows.tolist()) == list(range(n)) and order.epoch == epoch


def test_the_newest_whole_checkpoint_is_loaded_and_only_the_last_are_kept(tmp_path, capsys):
    assert lesson.load_newest(tmp_path) is None
    for step in (2, 4, 10, 100_000):
        lesson.save_checkpoint(tmp_path, {"step": step, "w": torch.full((3,), step)}, step)
    lesson.save_checkpoint(tmp_path, {"step": 1}, 1, "best", keep=1)
    paths = lesson.checkpoints(tmp_path)
    assert [int(path.name[4:10]) for path in paths] == [4, 10, 100_000]
    assert lesson.load_newest(tmp_path)["step"] == 100_000
    assert lesson.load_newest(tmp_path, "best") == {"step": 1}
    assert len(list(tmp_path.iterdir())) == 4, "no draft may be left"
    paths[-1].write_bytes(paths[-1].read_bytes()[:-1])
    assert lesson.load_newest(tmp_path)["step"] == 10
    assert capsys.readouterr().out == "step100000 is damaged; trying the one before\n"
    data = bytearray(paths[-2].read_bytes())
    data[len(data) // 2] ^= 1
    paths[-2].write_bytes(data)
    paths[-3].write_bytes(b"")
    with pytest.raises(DaysError, match="All 3 checkpoints of kind 'step' are damaged"):
        lesson.load_newest(tmp_path)


def test_a_step_taken_again_replaces_its_file(tmp_path):
    for value in (1, 2):
        lesson.save_checkpoint(tmp_path, {"value": value}, 7)
    assert len(lesson.checkpoints(tmp_path)) == 1
    assert lesson.load_newest(tmp_path) == {"value": 2}


def test_keeping_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one"):
        lesson.save_checkpoint(tmp_path, {}, 1, keep=0)


def test_nothing_but_data_is_loaded(tmp_path):
    lesson.save_checkpoint(tmp_path, {"code": DaysError("boom")}, 1)
    with pytest.raises(Exception, match=r"[Ww]eights.only"):
        lesson.load_newest(tmp_path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.pt"
    lesson.write_atomically(path, b"old")
    monkeypatch.setattr(lesson.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        lesson.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"


def make_run(epochs=2):
    rng = torch.Generator().manual_seed(0)
    X = torch.randint(0, 256, (100, 28, 28), generator=rng, dtype=torch.uint8)
    y = torch.randint(0, 10, (100,), generator=rng)
    return lesson.Run((X, y, X[:20], y[:20]), epochs)  # two batches an epoch


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_a_run_put_down_anywhere_ends_with_the_same_weights(tmp_path, stop):
    whole = make_run()
    assert [step for step, _ in lesson.train(whole, tmp_path / "none", 99)] == [1, 2, 3, 4]
    for step, _ in lesson.train(make_run(), tmp_path, 1):
        if step == stop:
            break
    again = lesson.resume(make_run(), tmp_path)
    assert len(again.log["losses"]) == stop
    assert list(dict(lesson.train(again, tmp_path, 1))) == list(range(stop + 1, 5))
    assert again.log == whole.log
    for name, wanted in whole.parts["model"].state_dict().items():
        assert torch.equal(again.parts["model"].state_dict()[name], wanted)


def test_a_snapshot_without_a_part_is_refused():
    run = make_run()
    state = lesson.snapshot({"model": run.parts["model"]})
    with pytest.raises(DaysError, match="no state for optimizer, order"):
        lesson.restore(state, {name: run.parts[name] for name in ("model", "order", "optimizer")})
