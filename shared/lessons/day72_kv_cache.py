"""Day 72, KV cache timing DistilGPT2: what later days import.

Made from days/phase6_llm_internals/day72_kv_cache.ipynb by `days refresh 72`; edit it there.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


def cached_attention(q, k, v, past=None):
    """Causal attention of new tokens over kept ones and themselves (Vaswani et al., 2017).

    q, k, v: (batch, heads, new, head_dim), of the new tokens only; past: None, or the pair (k, v)
    of the old ones, (batch, heads, old, head_dim) each. Returns the output, shaped like q, and the
    pair (k, v) of all old + new tokens, in order, for the next call. `past` itself stays as it is.
    """
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    new, total = q.shape[2], k.shape[2]
    visible = torch.ones(new, total, dtype=torch.bool, device=q.device).tril(total - new)
    scores = (q @ k.transpose(-2, -1)) / q.shape[-1] ** 0.5
    return scores.masked_fill(~visible, -torch.inf).softmax(dim=-1) @ v, (k, v)


@dataclass(frozen=True)
class GPTShape:
    """The sizes of a GPT; the defaults are DistilGPT2's."""

    vocabulary: int = 50_257
    context: int = 1024
    layers: int = 6
    heads: int = 12
    width: int = 768


def after(old, new):
    """Positions (new,) of new tokens that follow `old` kept ones."""
    return torch.arange(old, old + new)


class CachedSelfAttention(nn.Module):
    """Multi-head causal attention: x (batch, new, width), past -> the same shape, and the cache."""

    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.c_attn = nn.Linear(shape.width, 3 * shape.width)
        self.c_proj = nn.Linear(shape.width, shape.width)

    def forward(self, x, past=None):
        q, k, v = self.c_attn(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        out, kept = cached_attention(q, k, v, past)
        return self.c_proj(out.transpose(1, 2).flatten(2)), kept


class MLP(nn.Sequential):
    """width -> 4 width -> width, with GPT-2's tanh form of GELU; x (batch, tokens, width)."""

    def __init__(self, width):
        super().__init__()
        self.add_module("c_fc", nn.Linear(width, 4 * width))
        self.add_module("act", nn.GELU(approximate="tanh"))
        self.add_module("c_proj", nn.Linear(4 * width, width))


class Block(nn.Module):
    """One decoder layer, normalised before each half (Radford et al., GPT-2, 2019)."""

    def __init__(self, shape):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(shape.width), nn.LayerNorm(shape.width)
        self.attn, self.mlp = CachedSelfAttention(shape), MLP(shape.width)

    def forward(self, x, past=None):
        out, kept = self.attn(self.ln_1(x), past)
        x = x + out
        return x + self.mlp(self.ln_2(x)), kept


class GPT(nn.Module):
    """GPT-2 (Radford et al., 2019), embeddings tied, no dropout; weights start as GPT-2's do."""

    def __init__(self, shape):
        super().__init__()
        self.wte = nn.Embedding(shape.vocabulary, shape.width)
        self.wpe = nn.Embedding(shape.context, shape.width)
        self.h = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(shape.width)
        for name, value in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(value)
            elif "ln_" not in name:  # a layer adds to the residual stream twice
                shrink = (2 * shape.layers) ** 0.5 if "c_proj" in name else 1
                nn.init.normal_(value, std=0.02 / shrink)

    def forward(self, ids, cache=None, positions=None, last=0):
        """ids (batch, new) -> logits (batch, new, vocabulary), or of the `last` tokens; the cache."""
        if positions is None:
            positions = after(cache[0][0].shape[2] if cache else 0, ids.shape[1]).to(ids.device)
        x, kept = self.wte(ids) + self.wpe(positions), []
        for layer, past in zip(self.h, cache or [None] * len(self.h), strict=True):
            x, pair = layer(x, past)
            kept.append(pair)
        return F.linear(self.ln_f(x[:, -last:]), self.wte.weight), kept


def from_gpt2(library):
    """Our GPT with the weights of a transformers GPT2LMHeadModel (matrices turned, the rest shared)."""
    sizes = library.config
    with torch.device("meta"):
        model = GPT(
            GPTShape(sizes.vocab_size, sizes.n_positions, sizes.n_layer, sizes.n_head, sizes.n_embd)
        )
    turned = {
        name: value.T.contiguous() if ".c_" in name and name.endswith("weight") else value
        for name, value in library.transformer.state_dict().items()
    }
    model.load_state_dict(turned, assign=True)
    return model.eval().requires_grad_(False)


@torch.inference_mode()
def generate(step, ids, n_new, use_cache=True, place=after):
    """Greedy continuation of ids (batch, tokens) by n_new tokens: (batch, tokens + n_new).

    step(ids, cache, positions, last) returns logits (batch, last, vocabulary) and a cache. Without
    a cache the whole text is read for each token; `place` tells positions from (old, new).
    """
    cache, text, new = None, ids, ids
    for _ in range(n_new):
        if not use_cache:
            cache, new = None, text
        old = text.shape[1] - new.shape[1]
        logits, cache = step(new, cache, place(old, new.shape[1]).to(ids.device), 1)
        new = logits[:, -1:].argmax(dim=-1)
        text = torch.cat([text, new], dim=1)
    return text


def library_step(model):
    """A transformers causal model as a `step` for `generate`."""

    def step(ids, cache=None, positions=None, last=0):
        places = None if positions is None else positions[None]
        out = model(
            ids, past_key_values=cache, position_ids=places, use_cache=True, logits_to_keep=last
        )
        return out.logits, out.past_key_values

    return step


def cache_bytes(layers, kv_heads, head_dim, tokens, bytes_a_number=4):
    """Bytes of a key-value cache: a key and a value for each layer, head and token."""
    return 2 * layers * kv_heads * head_dim * tokens * bytes_a_number


def held_bytes(pairs):
    """Bytes of the distinct memory blocks under the tensors of a cache, a list of (k, v)."""
    blocks = [tensor.untyped_storage() for pair in pairs for tensor in pair]
    return sum({block.data_ptr(): block.nbytes() for block in blocks}.values())
