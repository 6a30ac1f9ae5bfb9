"""Day 47's exports: the interpreter against onnxruntime, folding and export against torch."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from onnx.parser import parse_graph
from torch import nn
from torch.nn import functional as F

from shared.lessons import day47_onnx_export as lesson

small, seeds = st.integers(1, 3), st.integers(0, 2**31)


@st.composite
def convolutions(draw):
    """(X, weight, bias, group, strides, pads) for which at least one window fits."""
    n, group, c, o, kh, kw = (draw(small) for _ in range(6))
    pads, strides = [draw(st.integers(0, 2)) for _ in range(4)], [draw(small), draw(small)]
    h = draw(st.integers(max(1, kh - pads[0] - pads[2]), 8))
    w = draw(st.integers(max(1, kw - pads[1] - pads[3]), 8))
    rng = np.random.default_rng(draw(seeds))
    shapes = (n, group * c, h, w), (group * o, c, kh, kw), (group * o,)
    return *(rng.normal(size=s).astype(np.float32) for s in shapes), group, strides, pads


@settings(max_examples=50, deadline=None)
@given(case=convolutions())
def test_the_convolution_is_torchs(case):
    X, weight, bias, group, strides, (top, left, bottom, right) = case
    padded = F.pad(torch.from_numpy(X), (left, right, top, bottom))
    tensors = torch.from_numpy(weight), torch.from_numpy(bias)
    expected = F.conv2d(padded, *tensors, stride=strides, groups=group)
    ours = lesson.convolve(X, weight, bias, group, strides, (top, left, bottom, right))
    assert ours.shape == tuple(expected.shape)
    assert np.allclose(ours, expected, atol=1e-4)


def test_windows_with_holes_are_refused():
    X, weight = np.zeros((1, 1, 5, 5)), np.zeros((1, 1, 2, 2))
    with pytest.raises(ValueError, match="holes"):
        lesson.convolve(X, weight, dilations=(2, 2))


@settings(max_examples=25, deadline=None)
@given(case=convolutions(), seed=seeds)
def test_a_convolution_and_its_batch_norm_are_one_convolution(case, seed):
    X, weight, bias = (torch.from_numpy(array) for array in case[:3])
    rng, out = torch.Generator().manual_seed(seed), len(weight)
    gamma, beta, mean = torch.randn(3, out, generator=rng)
    variance = torch.rand(out, generator=rng) + 0.01
    options = {"stride": case[4], "padding": 2, "groups": case[3]}
    expected = F.batch_norm(F.conv2d(X, weight, bias, **options), mean, variance, gamma, beta)
    folded = lesson.fold_batch_norm(weight, bias, gamma, beta, mean, variance, 1e-5)
    assert torch.allclose(F.conv2d(X, *folded, **options), expected, atol=1e-3)


class Residual(nn.Module):
    """A block with everything that the interpreter knows: shortcut, groups, clips, mean, linear."""

    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Conv2d(3, 6, 1, bias=False), nn.BatchNorm2d(6), nn.ReLU6())
        self.deep = nn.Conv2d(6, 6, 3, padding=1, groups=6)
        self.head = nn.Linear(6, 4)

    def forward(self, X):
        X = self.wide(X)
        return self.head((X + self.deep(X)).mean((2, 3)))


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    torch.manual_seed(0)
    model = Residual()
    for values in model.buffers():
        if values.ndim:
            nn.init.uniform_(values, 0.5, 2.0)
    path = tmp_path_factory.mktemp("day47") / "block.onnx"
    lesson.to_onnx(model.eval(), torch.randn(1, 3, 5, 7), path)
    return model, path


def test_one_example_is_enough_for_batches_of_every_size(exported):
    model, path = exported
    session, graph = lesson.open_session(path), onnx.load(path).graph
    for n in (1, 2, 9):
        X = torch.randn(n, 3, 5, 7)
        expected = model(X).detach().numpy()
        for logits in (
            session.run(None, {"input": X.numpy()}),
            lesson.run_graph(graph, {"input": X.numpy()}),
        ):
            assert logits[0].shape == (n, 4)
            assert np.allclose(logits[0], expected, atol=1e-5)


def test_operators_are_counted_and_the_batch_norm_is_gone(exported):
    counts = lesson.operators(onnx.load(exported[1]))
    assert counts["Conv"] == 2 and counts["Clip"] == counts["Gemm"] == 1
    assert counts["BatchNormalization"] == 0


def test_training_mode_is_refused(exported, tmp_path):
    with pytest.raises(ValueError, match="eval"):
        lesson.to_onnx(Residual(), torch.randn(2, 3, 5, 7), tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())


def test_sessions_open_from_bytes_and_save_what_they_run(exported, tmp_path):
    kept = tmp_path / "kept.onnx"
    session = lesson.open_session(exported[1].read_bytes(), 1, "DISABLE_ALL", kept)
    assert session.get_inputs()[0].shape == ["batch", 3, 5, 7]
    assert lesson.operators(onnx.load(kept)) == lesson.operators(onnx.load(exported[1]))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=seeds)
def test_random_graphs_give_what_onnxruntime_gives(data, seed):
    names, nodes = ["a", "b"], []
    for i in range(data.draw(st.integers(1, 6))):
        kind, pick = data.draw(st.sampled_from(["Add", "Clip", "Gemm"])), st.sampled_from(names)
        first, second = data.draw(pick), data.draw(pick)
        ends = data.draw(st.sampled_from([["low", "high"], ["", "high"], ["low"]]))
        inputs = [first, *ends] if kind == "Clip" else [first, second]
        options = {"transB": data.draw(st.integers(0, 1)), "alpha": 0.5} if kind == "Gemm" else {}
        nodes.append(helper.make_node(kind, inputs, [f"v{i}"], **options))
        names.append(f"v{i}")
    wanted = data.draw(st.lists(st.sampled_from(names[2:]), min_size=1, max_size=3, unique=True))
    ends = [
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, [3, 3]) for n in part]
        for part in (["a", "b"], wanted)
    ]
    bounds = [
        helper.make_tensor(n, TensorProto.FLOAT, [], [v]) for n, v in (("low", -1), ("high", 2))
    ]
    graph = helper.make_graph(nodes, "random", *ends, bounds)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    rng = np.random.default_rng(seed)
    inputs = {n: rng.normal(size=(3, 3)).astype(np.float32) for n in "ab"}
    providers = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=providers)
    ours = lesson.run_graph(graph, inputs)
    for mine, theirs in zip(ours, session.run(None, inputs), strict=True):
        assert np.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


def test_an_unknown_operator_is_named():
    graph = parse_graph("toy (float[2] a) => (float[2] b) {b = Erf(a)}")
    with pytest.raises(ValueError, match="no function for Erf"):
        lesson.run_graph(graph, {"a": np.zeros(2, np.float32)})


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.floats(0, 100))
def test_percentiles_are_numpys(values, q):
    assert lesson.percentile(values, q) == pytest.approx(
        np.percentile(values, q), rel=1e-9, abs=1e-6
    )


def test_no_values_have_no_percentile():
    with pytest.raises(ValueError, match="nothing"):
        lesson.percentile([], 50)


def test_latency_leaves_the_first_calls_out_and_counts_milliseconds():
    durations = [60.0, 30.0, *(0.001 * k for k in range(1, 102))]
    times, left = [0.0], list(durations)
    row = lesson.latency(
        lambda: times.append(times[-1] + left.pop(0)), 101, 2, clock=lambda: times[-1]
    )
    assert not left
    assert row == pytest.approx({"p50": 51.0, "p90": 91.0, "p99": 100.0})
