"""Day 54, Scaled-dot attention NumPy demo: what later days import.

Made from days/phase5_nlp/day54_attention.ipynb by `days refresh 54`; edit it there.
"""

import numpy as np


def softmax(scores, axis=-1):
    """Shares that sum to 1 along `axis`, for scores of any shape and size.

    -inf gets the share 0. Where everything along `axis` is -inf, all shares are 0, not NaN.
    """
    top = scores.max(axis=axis, keepdims=True)
    exps = np.exp(scores - np.where(np.isneginf(top), 0, top))
    total = exps.sum(axis=axis, keepdims=True)
    return exps / np.where(total == 0, 1, total)


def causal_mask(n_queries, n_keys=None):
    """True where a query may look: keys up to its own place. Shape (n_queries, n_keys).

    With more keys than queries, the queries are the last ones of the sequence.
    """
    n_keys = n_queries if n_keys is None else n_keys
    return np.tril(np.ones((n_queries, n_keys), dtype=bool), k=n_keys - n_queries)


def padding_mask(lengths, n_keys):
    """True for the first `lengths[b]` keys of sequence b. Shape (batch, 1, 1, n_keys)."""
    return np.arange(n_keys) < np.asarray(lengths)[:, None, None, None]


def check_shapes(Q, K, V, mask=None):
    """Raise ValueError unless Q (..., n, d), K (..., m, d), V (..., m, d_v) and the mask fit."""
    if min(Q.ndim, K.ndim, V.ndim) < 2:
        raise ValueError("Q, K and V each need at least two axes: (tokens, dim).")
    if Q.shape[-1] != K.shape[-1]:
        raise ValueError(
            f"Queries have {Q.shape[-1]} numbers, keys {K.shape[-1]}; they must agree."
        )
    if K.shape[-2] != V.shape[-2]:
        raise ValueError(f"There are {K.shape[-2]} keys but {V.shape[-2]} values; pair them.")
    if 0 in (*K.shape[-2:], Q.shape[-2]):
        raise ValueError("There must be at least one query, one key and one dimension.")
    leading = [Q.shape[:-2], K.shape[:-2], V.shape[:-2]]
    try:
        scores = (*np.broadcast_shapes(*leading), Q.shape[-2], K.shape[-2])
    except ValueError:
        raise ValueError(f"The batch and head axes don't fit together: {leading}.") from None
    if mask is None:
        return
    if mask.dtype != bool:
        raise ValueError(f"A mask is boolean, True where a query may look; this is {mask.dtype}.")
    axes = zip(mask.shape[::-1], scores[::-1], strict=False)
    if mask.ndim > len(scores) or any(have not in (1, want) for have, want in axes):
        raise ValueError(f"A mask of shape {mask.shape} doesn't fit scores of shape {scores}.")


def attention(Q, K, V, mask=None):
    """Scaled dot-product attention (Vaswani et al., Attention Is All You Need, 2017, eq. 1).

    Q (..., n, d), K (..., m, d), V (..., m, d_v); mask: boolean, broadcast to (..., n, m),
    True where a query may look. Returns the output (..., n, d_v) and the weights (..., n, m);
    a query that may look nowhere gets zeros. Raises ValueError when shapes don't fit.
    """
    check_shapes(Q, K, V, mask)
    scores = Q @ K.swapaxes(-1, -2) / Q.shape[-1] ** 0.5
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    weights = softmax(scores)
    return weights @ V, weights


def split_heads(X, n_heads):
    """(batch, tokens, heads·head_dim) -> (batch, heads, tokens, head_dim)."""
    batch, tokens, width = X.shape
    if width % n_heads:
        raise ValueError(f"{width} numbers can't be shared evenly among {n_heads} heads.")
    return X.reshape(batch, tokens, n_heads, width // n_heads).swapaxes(1, 2)


def merge_heads(X):
    """(batch, heads, tokens, head_dim) -> (batch, tokens, heads·head_dim)."""
    batch, heads, tokens, head_dim = X.shape
    return X.swapaxes(1, 2).reshape(batch, tokens, heads * head_dim)


def multi_head_attention(X, params, n_heads, mask=None):
    """Self-attention with several heads, without biases (Vaswani et al., 2017, section 3.2.2).

    X (batch, tokens, dim); params: W_q, W_k, W_v (dim, width) and W_o (width, dim); mask:
    broadcast to (batch, heads, tokens, tokens). Returns the output (batch, tokens, dim) and
    the weights (batch, heads, tokens, tokens).
    """
    Q, K, V = (split_heads(X @ params[name], n_heads) for name in ("W_q", "W_k", "W_v"))
    heads, weights = attention(Q, K, V, mask)
    return merge_heads(heads) @ params["W_o"], weights
