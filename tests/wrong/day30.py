"""Day 30: plausible wrong epochs; the day's checks must reject each of them."""

STEP = """
            logits = model(X[batch])
            loss = F.cross_entropy(logits, y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach() * len(batch)
            right += (logits.argmax(1) == y[batch]).sum()
"""
EPOCH = f"""
        model.train()
        loss_sum, right = 0.0, 0
        for batch in torch.randperm(len(y), generator=generator).split(batch_size):
{STEP.strip(chr(10))}
        return float(loss_sum / len(y)), float(right / len(y))
"""


def spoilt(*changes: tuple[str, str]) -> str:
    """The right epoch with some of its text replaced."""
    body = EPOCH
    for old, new in changes:
        assert old in body
        body = body.replace(old, new)
    return body


SHUFFLED = "torch.randperm(len(y), generator=generator)"
WRONG = {
    "train_one_epoch": {
        "the gradients are never cleared": spoilt(("            optimizer.zero_grad()\n", "")),
        "cleared between backward and step": spoilt(
            ("            optimizer.zero_grad()\n", ""),
            ("loss.backward()\n", "loss.backward(); optimizer.zero_grad()\n"),
        ),
        "no step": spoilt(("            optimizer.step()\n", "")),
        "the loss summed over the batch": spoilt(
            ("F.cross_entropy(logits, y[batch])", "F.cross_entropy(logits, y[batch], reduction='sum')"),
            ("loss.detach() * len(batch)", "loss.detach()"),
        ),
        "the loss a mean of batch means": spoilt(
            ("loss.detach() * len(batch)", "loss.detach()"),
            ("loss_sum / len(y)", "loss_sum / -(-len(y) // batch_size)"),
        ),
        "the accuracy a mean of batch means": spoilt(
            ("(logits.argmax(1) == y[batch]).sum()", "(logits.argmax(1) == y[batch]).float().mean()"),
            ("right / len(y)", "right / -(-len(y) // batch_size)"),
        ),
        "every batch counted as full": spoilt(("loss.detach() * len(batch)", "loss.detach() * batch_size")),
        "left in eval mode": spoilt(("model.train()", "model.eval()")),
        "the mode not set at all": spoilt(("        model.train()\n", "")),
        "never shuffled": spoilt((SHUFFLED, "torch.arange(len(y))")),
        "shuffled alike in every epoch": spoilt(
            (SHUFFLED, "torch.randperm(len(y), generator=torch.Generator().manual_seed(0))")
        ),
        "rows drawn with replacement": spoilt(
            (SHUFFLED, "torch.randint(len(y), (len(y),), generator=generator)")
        ),
        "a new random batch each time": spoilt(
            (f"{SHUFFLED}.split(batch_size)",
             "[torch.randperm(len(y), generator=generator)[:batch_size] for _ in range(3)]")
        ),
        "the ragged last batch dropped": spoilt(
            (SHUFFLED, SHUFFLED + "[: len(y) // batch_size * batch_size]")
        ),
        "measured after the steps": spoilt(
            ("return float(loss_sum / len(y)), float(right / len(y))",
             "logits = model(X); return F.cross_entropy(logits, y).item(), "
             "(logits.argmax(1) == y).float().mean().item()")
        ),
    },
}  # fmt: skip
