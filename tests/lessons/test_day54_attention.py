"""Day 54's exported attention: equal to torch for any shape and mask, and clear about bad shapes."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lessons.day54_attention import (
    attention,
    causal_mask,
    merge_heads,
    multi_head_attention,
    padding_mask,
    softmax,
    split_heads,
)

SEEDS = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 9)
properties = settings(max_examples=60, deadline=None)


@st.composite
def problems(draw):
    """Q, K, V in float64 with any leading axes, and a boolean mask or None."""
    rng = np.random.default_rng(draw(SEEDS))
    leading = draw(st.sampled_from([(), (2,), (2, 3), (1, 2, 2)]))
    n, m, d, d_v = (draw(sizes) for _ in range(4))
    spread = draw(st.sampled_from([0.1, 1.0, 30.0]))
    shapes = [(n, d), (m, d), (m, d_v)]
    Q, K, V = (rng.normal(0, spread, (*leading, *shape)) for shape in shapes)
    mask = draw(st.sampled_from(["none", "any", "nothing", "causal"]))
    chosen = {
        "none": None,
        "any": rng.random((n, m)) < 0.5,
        "nothing": np.zeros((n, m), dtype=bool),
        "causal": causal_mask(n, m),
    }[mask]
    return Q, K, V, chosen


def by_torch(Q, K, V, mask):
    # torch's function wants a batch and a head axis.
    Q, K, V = (torch.from_numpy(x.reshape(-1, 1, *x.shape[-2:])) for x in (Q, K, V))
    allowed = None if mask is None else torch.from_numpy(mask)
    return F.scaled_dot_product_attention(Q, K, V, attn_mask=allowed).numpy()


@properties
@given(problems())
def test_attention_equals_torch(problem):
    Q, K, V, mask = problem
    output, weights = attention(Q, K, V, mask)
    assert output.shape == (*Q.shape[:-1], V.shape[-1])
    assert weights.shape == (*Q.shape[:-1], K.shape[-2])
    assert not np.isnan(output).any()
    expected = by_torch(Q, K, V, mask).reshape(output.shape)
    assert np.abs(output - expected).max() <= 1e-6


@properties
@given(problems())
def test_weights_are_shares_and_the_forbidden_get_none(problem):
    Q, K, V, mask = problem
    _, weights = attention(Q, K, V, mask)
    allowed = np.ones(weights.shape[-2:], dtype=bool) if mask is None else mask
    assert (weights >= 0).all()
    assert (weights[..., ~allowed] == 0).all()
    np.testing.assert_allclose(
        weights.sum(-1), np.broadcast_to(allowed.any(-1), weights.shape[:-1])
    )


@properties
@given(problems(), SEEDS)
def test_the_order_of_keys_does_not_matter(problem, seed):
    Q, K, V, mask = problem
    order = np.random.default_rng(seed).permutation(K.shape[-2])
    moved = None if mask is None else mask[:, order]
    output, _ = attention(Q, K[..., order, :], V[..., order, :], moved)
    np.testing.assert_allclose(output, attention(Q, K, V, mask)[0], atol=1e-9)


def test_arguments_stay_as_they_were_and_so_does_float32():
    Q, K, V = np.random.default_rng(0).normal(size=(3, 2, 4, 6)).astype(np.float32)
    before, mask = [x.copy() for x in (Q, K, V)], causal_mask(4)
    output, weights = attention(Q, K, V, mask)
    assert output.dtype == weights.dtype == np.float32
    for x, kept in zip((Q, K, V), before, strict=True):
        np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(mask, causal_mask(4))


def test_heads_may_share_keys_and_values():
    """Leading axes broadcast: eight query heads over one key head, as on Day 71."""
    rng = np.random.default_rng(0)
    Q, K, V = (
        rng.normal(size=(2, 8, 5, 4)),
        rng.normal(size=(2, 1, 5, 4)),
        rng.normal(size=(2, 1, 5, 3)),
    )
    shared = attention(Q, K, V)[0]
    repeated = attention(Q, np.repeat(K, 8, axis=1), np.repeat(V, 8, axis=1))[0]
    np.testing.assert_allclose(shared, repeated)


@properties
@given(SEEDS, st.sampled_from([-1, 0, 1]))
def test_softmax_equals_torch_and_ignores_a_shift(seed, axis):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0, 300, (3, 5))
    scores[:, 0] = -np.inf
    scores[0, :] = np.where(rng.random(5) < 0.3, -np.inf, scores[0])
    scores[1, 1] = scores[2, 1] = 0.0  # no axis without a finite score but the first column
    ours, theirs = softmax(scores, axis), torch.softmax(torch.from_numpy(scores), axis).numpy()
    np.testing.assert_allclose(ours, np.nan_to_num(theirs), atol=1e-12)
    np.testing.assert_allclose(softmax(scores + 1000, axis), ours, atol=1e-9)


@given(sizes, sizes)
def test_causal_mask_ends_at_the_last_key(n, more):
    mask = causal_mask(n, n + more)
    assert mask.shape == (n, n + more) and mask.dtype == bool
    assert mask[-1].all() and mask.sum(axis=1).tolist() == list(range(more + 1, n + more + 1))
    np.testing.assert_array_equal(causal_mask(n), causal_mask(n, n))
    np.testing.assert_array_equal(causal_mask(n), np.arange(n)[None] <= np.arange(n)[:, None])


@given(st.lists(st.integers(0, 7), min_size=1, max_size=4))
def test_padding_mask_keeps_the_first_keys(lengths):
    mask = padding_mask(lengths, 7)
    assert mask.shape == (len(lengths), 1, 1, 7)
    assert mask.sum(axis=(1, 2, 3)).tolist() == lengths
    assert all(mask[b, 0, 0, :n].all() for b, n in enumerate(lengths))


@properties
@given(sizes, sizes, st.integers(1, 4), st.integers(1, 4), SEEDS)
def test_many_heads_equal_torchs_module(batch, tokens, heads, head_dim, seed):
    dim, rng = heads * head_dim, np.random.default_rng(seed)
    torch.manual_seed(seed)
    layer = torch.nn.MultiheadAttention(
        dim, heads, bias=False, batch_first=True, dtype=torch.float64
    )
    inward = np.split(layer.in_proj_weight.detach().numpy(), 3)
    params = {name: W.T for name, W in zip(("W_q", "W_k", "W_v"), inward, strict=True)}
    params["W_o"] = layer.out_proj.weight.detach().numpy().T
    X, mask = rng.normal(size=(batch, tokens, dim)), causal_mask(tokens)
    output, weights = multi_head_attention(X, params, heads, mask)
    with torch.no_grad():
        expected, theirs = layer(
            *[torch.from_numpy(X)] * 3,
            attn_mask=torch.from_numpy(~mask),
            average_attn_weights=False,
        )
    assert not np.isnan(output).any()
    assert np.abs(output - expected.numpy()).max() <= 1e-6
    assert np.abs(weights - theirs.numpy()).max() <= 1e-6


@given(sizes, sizes, sizes, sizes)
def test_merging_undoes_splitting(batch, tokens, heads, head_dim):
    X = np.arange(batch * tokens * heads * head_dim).reshape(batch, tokens, heads * head_dim)
    pieces = split_heads(X, heads)
    assert pieces.shape == (batch, heads, tokens, head_dim)
    np.testing.assert_array_equal(pieces[:, -1], X[..., -head_dim:])
    np.testing.assert_array_equal(merge_heads(pieces), X)


def zeros(*shapes):
    return [np.zeros(shape) for shape in shapes]


@pytest.mark.parametrize(
    ("arrays", "mask", "says"),
    [
        (zeros((3, 4), (5, 6), (5, 4)), None, "Queries have 4 numbers, keys 6"),
        (zeros((3, 4), (5, 4), (6, 4)), None, "5 keys but 6 values"),
        (zeros((4,), (5, 4), (5, 4)), None, "two axes"),
        (zeros((3, 4), (0, 4), (0, 4)), None, "at least one query, one key"),
        (zeros((2, 3, 4), (3, 5, 4), (3, 5, 4)), None, "batch and head axes"),
        (zeros((3, 4), (5, 4), (5, 4)), np.ones((3, 5)), "A mask is boolean"),
        (zeros((3, 4), (5, 4), (5, 4)), np.ones((5, 3), bool), "doesn't fit scores"),
        (zeros((3, 4), (5, 4), (5, 4)), np.ones((2, 3, 5), bool), "doesn't fit scores"),
        (zeros((2, 3, 4), (2, 5, 4), (2, 5, 4)), np.ones((7, 3, 5), bool), "doesn't fit scores"),
    ],
)
def test_bad_shapes_end_in_one_clear_sentence(arrays, mask, says):
    with pytest.raises(ValueError, match=says) as caught:
        attention(*arrays, mask)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match=r"10 numbers can't be shared evenly among 3 heads\."):
        split_heads(np.zeros((1, 2, 10)), 3)
