"""Day 72: plausible wrong attention steps with a cache; the day's checks must reject each of them."""

STEP = """
    if past is not None:
        k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)
    new, total = q.shape[2], k.shape[2]
    visible = torch.ones(new, total, dtype=torch.bool, device=q.device).tril(total - new)
    scores = (q @ k.transpose(-2, -1)) / q.shape[-1] ** 0.5
    return scores.masked_fill(~visible, -torch.inf).softmax(dim=-1) @ v, (k, v)
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The right step with some of its text replaced."""
    body = STEP
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    return body


JOIN = "k, v = torch.cat([past[0], k], dim=2), torch.cat([past[1], v], dim=2)"
KEPT = "@ v, (k, v)"
# The new tokens alone, under other names, before the old ones are put in front of them.
ALONE = ("if past is not None:", "k_new, v_new = k, v\n    if past is not None:")
WRONG = {
    "cached_attention": {
        "the position offset forgotten: new tokens see as if they stood at the start": spoilt(
            (".tril(total - new)", ".tril()")
        ),
        "mask off by one: a token doesn't see itself": spoilt(
            (".tril(total - new)", ".tril(total - new - 1)")
        ),
        "mask off by one: a token sees its successor": spoilt(
            (".tril(total - new)", ".tril(total - new + 1)")
        ),
        "mask shifted by the new tokens, not by the kept ones": spoilt(
            (".tril(total - new)", ".tril(new if total > new else 0)")
        ),
        "no mask where there is a cache": spoilt(
            (".tril(total - new)", ".tril(total if past is not None else 0)")
        ),
        "no mask at all": spoilt((".masked_fill(~visible, -torch.inf)", "")),
        "the cache joined along the heads": spoilt(
            ALONE,
            (
                KEPT,
                "@ v, ((k, v) if past is None else tuple(torch.cat([a, b], dim=1) "
                "for a, b in zip(past, (k_new, v_new))))",
            ),
        ),
        "the cache overwritten by the new tokens": spoilt(ALONE, (KEPT, "@ v, (k_new, v_new)")),
        "a stale cache: the new tokens are never kept": spoilt((KEPT, "@ v, past or (k, v)")),
        "attends to the kept tokens alone": spoilt(
            (JOIN, f"both = {JOIN.partition(' = ')[2]}\n        k, v = past"),
            (KEPT, "@ v, (both if past is not None else (k, v))"),
        ),
        "ignores the cache while it attends": spoilt(
            (JOIN, f"both = {JOIN.partition(' = ')[2]}"),
            (KEPT, "@ v, (both if past is not None else (k, v))"),
        ),
        "the new tokens put before the kept ones": spoilt(
            ("[past[0], k]", "[k, past[0]]"), ("[past[1], v]", "[v, past[1]]")
        ),
        "keys and values change places in the cache": spoilt((KEPT, "@ v, (v, k)")),
        "values appended in front, keys behind": spoilt(("[past[1], v]", "[v, past[1]]")),
        "not divided by the root of head_dim": spoilt((" / q.shape[-1] ** 0.5", "")),
        "divided by the root of heads x head_dim": spoilt(
            ("q.shape[-1] ** 0.5", "(q.shape[1] * q.shape[-1]) ** 0.5")
        ),
        "softmax over the queries": spoilt(("softmax(dim=-1)", "softmax(dim=-2)")),
    },
}
