"""Day 72's lesson: a cache changes nothing but the clock, however the text is cut up."""

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from shared.lessons.day72_kv_cache import (
    GPT,
    GPTShape,
    after,
    cache_bytes,
    cached_attention,
    from_gpt2,
    generate,
    held_bytes,
    library_step,
)

SMALL = GPTShape(vocabulary=61, context=24, layers=2, heads=4, width=32)
CUTS = st.lists(st.integers(1, 6), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def library():
    torch.manual_seed(0)
    sizes = {"vocab_size": 61, "n_positions": 24, "n_layer": 2, "n_head": 4, "n_embd": 32}
    model = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(**sizes, bos_token_id=0, eos_token_id=0)
    )
    with torch.no_grad():
        for value in model.parameters():
            value += 0.2 * torch.randn_like(value)  # no bias left at zero
    return model.eval()


@pytest.fixture(scope="module")
def model(library):
    return from_gpt2(library)


@settings(max_examples=30, deadline=None)
@given(CUTS, st.integers(1, 3), st.integers(1, 3))
def test_attention_in_parts_is_attention_in_one_go(cuts, batch, heads):
    draw = torch.Generator().manual_seed(sum(cuts))
    q, k, v = torch.randn(3, batch, heads, sum(cuts), 5, generator=draw, dtype=torch.float64)
    whole = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    past, outputs = None, []
    for part in torch.arange(sum(cuts)).split(cuts):
        out, past = cached_attention(q[:, :, part], k[:, :, part], v[:, :, part], past)
        outputs.append(out)
    torch.testing.assert_close(torch.cat(outputs, 2), whole)
    assert torch.equal(past[0], k) and torch.equal(past[1], v)


def test_the_past_that_was_handed_in_stays_as_it_was():
    q, k, v = torch.randn(3, 1, 2, 4, 5)
    before = (k.clone(), v.clone())
    cached_attention(q[:, :, :1], k[:, :, :1], v[:, :, :1], (k, v))
    assert torch.equal(k, before[0]) and torch.equal(v, before[1])


def test_our_decoder_is_the_librarys(library, model):
    ids = torch.randint(61, (3, 24))
    with torch.no_grad():
        torch.testing.assert_close(model(ids)[0], library(ids).logits, atol=1e-5, rtol=0)


@settings(max_examples=20, deadline=None)
@given(cuts=CUTS)
def test_logits_with_a_cache_are_those_without_one(cuts, model):
    ids = torch.arange(2 * sum(cuts)).reshape(2, -1) * 7 % 61
    with torch.no_grad():
        cache, parts = None, []
        for part in ids.split(cuts, dim=1):
            logits, cache = model(part, cache)
            parts.append(logits)
        torch.testing.assert_close(torch.cat(parts, 1), model(ids)[0], atol=1e-4, rtol=0)
        torch.testing.assert_close(model(ids, last=1)[0], parts[-1][:, -1:], atol=1e-4, rtol=0)


def test_generate_writes_the_same_tokens_with_and_without_a_cache(library, model):
    ids = torch.tensor([[3, 14, 15, 9, 2], [6, 5, 35, 8, 9]])
    plain = generate(model, ids, 12, use_cache=False)
    assert plain.shape == (2, 17) and torch.equal(plain[:, :5], ids)
    assert torch.equal(generate(model, ids, 12), plain)
    for use_cache in (True, False):
        assert torch.equal(generate(library_step(library), ids, 12, use_cache), plain)


def test_a_forgotten_offset_is_noticed(model):
    """The day's control must fail on any network whose positions matter."""
    ids = torch.randint(61, (1, 12), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        _, cache = model(ids[:, :11])
        wrong, _ = model(ids[:, 11:], cache, after(0, 1))
        assert (wrong - model(ids)[0][:, -1:]).abs().max() > 0.1


def test_a_fresh_network_starts_as_gpt2_does():
    torch.manual_seed(0)
    wide = GPT(GPTShape(vocabulary=2000, context=64, layers=3, heads=4, width=256))
    state = dict(wide.named_parameters())
    assert len(state) == 4 + 3 * 12, "embeddings tied: the output layer has no matrix of its own"
    stds = {name: value.std().item() for name, value in state.items() if value.dim() == 2}
    for name, std in stds.items():
        wanted = 0.02 / 6**0.5 if "c_proj" in name else 0.02
        assert std == pytest.approx(wanted, rel=0.05), name
    assert all(value.abs().max() == 0 for name, value in state.items() if name.endswith("bias"))
    assert all((v == 1).all() for n, v in state.items() if "ln_" in n and n.endswith("weight"))


def test_memory_computed_is_memory_held_once_the_prompt_was_copied(model):
    with torch.no_grad():
        _, first = model(torch.zeros(3, 7, dtype=torch.long))
        _, second = model(torch.zeros(3, 1, dtype=torch.long), first)
    shape = (SMALL.layers, SMALL.heads, SMALL.width // SMALL.heads)
    assert held_bytes(second) == 3 * cache_bytes(*shape, tokens=8)
    assert held_bytes(first) == 3 * cache_bytes(*shape, tokens=7) * 3 // 2, "the queries, too"
    assert cache_bytes(32, 8, 128, 8192, 2) == 2**30, "Llama-3 8B in float16: a GiB at 8,192 tokens"
