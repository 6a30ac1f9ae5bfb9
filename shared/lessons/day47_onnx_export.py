"""Day 47, ONNX export: what later days import.

Made from days/phase4_vision/day47_onnx_export.ipynb by `days refresh 47`; edit it there.
"""

import warnings
from collections import Counter
from time import perf_counter

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper


def to_onnx(model, example, path, optimize=True):
    """Export a network to the file `path`, for any number of rows; returns torch's ONNXProgram.

    example: float32 (n, ...), on the model's device. The file's input is "input", its output
    "output"; the weights are inside. ValueError when the model is in training mode.
    """
    if model.training:
        raise ValueError(
            "call model.eval() first: batch norm and dropout work differently in training"
        )
    example = torch.cat([example, example]) if len(example) == 1 else example
    options = {"dynamo": True, "optimize": optimize, "verbose": False}
    options |= {"input_names": ["input"], "output_names": ["output"]}
    options["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
    with warnings.catch_warnings():  # torch 2.11 copies a class that it has deprecated itself
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
        program = torch.onnx.export(model, (example,), **options)
    program.save(str(path), external_data=False)
    return program


def operators(model):
    """How often each operator occurs in an ONNX model: a Counter by name."""
    return Counter(node.op_type for node in model.graph.node)


def fold_batch_norm(weight, bias, gamma, beta, mean, variance, eps):
    """Weights and bias of the convolution that does what convolution and batch norm did.

    weight: (out, in, kh, kw); all others (out,), eps a number. Returns (weight, bias) in the
    same shapes (Jacob et al., arXiv:1712.05877, section 3.2).
    """
    scale = gamma / (variance + eps) ** 0.5
    return weight * scale[:, None, None, None], (bias - mean) * scale + beta


def convolve(
    X, weight, bias=0.0, group=1, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1), **_
):
    """ONNX's Conv: X (n, c, h, w), weight (o, c / group, kh, kw) -> (n, o, out_h, out_w)."""
    if tuple(dilations) != (1, 1):
        raise ValueError("windows with holes (dilations) aren't supported")
    (n, _, h, w), (o, _, kh, kw), (top, left, bottom, right) = X.shape, weight.shape, pads
    down, across = strides
    out_h, out_w = (h + top + bottom - kh) // down + 1, (w + left + right - kw) // across + 1
    X = np.pad(X, ((0, 0), (0, 0), (top, bottom), (left, right)))
    weight, Y = weight.reshape(group, o // group, -1, kh, kw), 0
    for u, v in np.ndindex(kh, kw):
        pixels = X[:, :, u : u + down * out_h : down, v : v + across * out_w : across]
        pixels = pixels.reshape(n, group, -1, out_h * out_w)
        one = weight[..., u, v]  # (group, out, in): one number a channel where the groups have one
        Y = Y + (one * pixels if one.shape[1:] == (1, 1) else one @ pixels)
    return Y.reshape(n, o, out_h, out_w) + np.reshape(bias, (-1, 1, 1))


def gemm(A, B, C=0.0, alpha=1.0, beta=1.0, transA=0, transB=0):
    """ONNX's Gemm: alpha A B + beta C, each matrix transposed where its flag says so."""
    return alpha * (A.T if transA else A) @ (B.T if transB else B) + beta * C


def function_for(operator):
    """The NumPy function of one of ONNX's operators; ValueError for one that isn't here."""
    known = {
        "Conv": convolve,
        "Clip": lambda X, low=None, high=None: np.clip(X, low, high),
        "Add": np.add,
        "ReduceMean": lambda X, axes, keepdims=1, **_: X.mean(tuple(axes), keepdims=bool(keepdims)),
        "Reshape": lambda X, shape, **_: X.reshape(shape),
        "Gemm": gemm,
    }
    if operator not in known:
        raise ValueError(f"no function for {operator}; there are {', '.join(known)}")
    return known[operator]


def attributes(node):
    """A node's settings as keyword arguments: {"strides": [2, 2], "group": 1, ...}."""
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def run_graph(graph, inputs):
    """Run an ONNX graph with `function_for` and `attributes`; every node has one output.

    inputs: {name: array}. Returns the list of arrays that `graph.output` names, in its order.
    """
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    values |= inputs
    for node in graph.node:
        arguments = [values[name] if name else None for name in node.input]
        values[node.output[0]] = function_for(node.op_type)(*arguments, **attributes(node))
    return [values[output.name] for output in graph.output]


def open_session(model, threads=1, level="ENABLE_ALL", save_to=None):
    """An onnxruntime session on the CPU, from a file's path or from an ONNX model's bytes.

    threads: within one operator. level: DISABLE_ALL, ENABLE_BASIC, ENABLE_EXTENDED, ENABLE_ALL.
    save_to: where to write the graph as it is really run, if anywhere.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, f"ORT_{level}")
    if save_to:
        options.optimized_model_filepath = str(save_to)
    model = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def percentile(values, q):
    """The q-th percentile, q from 0 to 100, of a list; between two ranks, a straight line."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ranked, place = sorted(values), (len(values) - 1) * q / 100
    below, above = int(place), min(int(place) + 1, len(values) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def latency(run, repeats=20, warmup=2, clock=perf_counter):
    """{"p50": …, "p90": …, "p99": …} of the milliseconds that one call of run() takes.

    The first `warmup` calls aren't counted; clock gives the time in seconds.
    """
    times = []
    for _ in range(warmup + repeats):
        start = clock()
        run()
        times.append(1e3 * (clock() - start))
    return {f"p{q}": percentile(times[warmup:], q) for q in (50, 90, 99)}
