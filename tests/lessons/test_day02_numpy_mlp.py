"""Day 2's exported network, against autograd and over random shapes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day02_numpy_mlp import (
    TwoLayerMLP,
    backward,
    cross_entropy,
    forward,
    init_params,
    numeric_gradients,
    softmax,
)

SIZES = st.integers(1, 7)


@st.composite
def problems(draw):
    n, n_in, n_hidden, n_out = (draw(SIZES) for _ in range(4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    params = init_params(n_in, n_hidden, n_out + 1, rng)
    for name in ("b1", "b2"):
        params[name] += rng.normal(size=params[name].shape)
    return params, rng.normal(size=(n, n_in)), rng.integers(0, n_out + 1, n)


def torch_loss(params, X, y):
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
    hidden = torch.tanh(torch.tensor(X) @ tensors["W1"] + tensors["b1"])
    logits = hidden @ tensors["W2"] + tensors["b2"]
    return tensors, torch.nn.functional.cross_entropy(logits, torch.tensor(y))


@settings(max_examples=60, deadline=None)
@given(problems())
def test_loss_and_gradients_equal_autograd(problem):
    params, X, y = problem
    tensors, loss = torch_loss(params, X, y)
    loss.backward()
    assert cross_entropy(params, X, y) == pytest.approx(loss.item(), abs=1e-12)
    for name, gradient in backward(params, X, y).items():
        np.testing.assert_allclose(gradient, tensors[name].grad.numpy(), atol=1e-12, err_msg=name)


@settings(max_examples=10, deadline=None)
@given(problems())
def test_finite_differences_agree_and_leave_the_parameters_alone(problem):
    params, X, y = problem
    before = {name: value.copy() for name, value in params.items()}
    slow, fast = numeric_gradients(params, X, y), backward(params, X, y)
    for name in params:
        np.testing.assert_allclose(fast[name], slow[name], atol=1e-8)
        np.testing.assert_array_equal(params[name], before[name])


def test_single_precision_stays_single_precision():
    params = init_params(4, 5, 3, np.random.default_rng(0))
    params = {name: value.astype(np.float32) for name, value in params.items()}
    X, y = np.ones((2, 4), np.float32), np.array([0, 2])
    assert {value.dtype for value in backward(params, X, y).values()} == {np.dtype(np.float32)}


def test_softmax_survives_huge_scores():
    probs = softmax(np.array([[1e4, 0.0, -1e4]]))
    np.testing.assert_allclose(probs, [[1, 0, 0]])


def test_initial_weights_have_the_promised_spread():
    params = init_params(400, 100, 300, np.random.default_rng(0))
    assert params["W1"].std() == pytest.approx(1 / 20, rel=0.02)
    assert params["W2"].std() == pytest.approx(1 / 10, rel=0.02)
    assert abs(params["W1"].mean()) < 1e-3
    assert not params["b1"].any() and not params["b2"].any()


def test_fit_repeats_for_one_seed_and_learns_what_can_be_learned():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    X = np.eye(3)[y] * 2 + rng.normal(size=(60, 3)) * 0.2

    def train():
        model = TwoLayerMLP(3, 8, 3, np.random.default_rng(1))
        return model, model.fit(X, y, steps=200)

    (model, history), (_, again) = train(), train()
    assert history == again and len(history) == 200
    assert (model.predict(X) == y).mean() == 1
    assert forward(model.params, X)[1].shape == (60, 3)
