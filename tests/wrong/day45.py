"""Day 45: plausible wrong overlaps and losses; the day's checks must reject each of them."""

COUNTS = "both, total = (prediction & truth).sum(), prediction.sum() + truth.sum()"
WRONG = {
    "overlap": {
        "the accuracy of pixels": f"""
            {COUNTS}
            return ((prediction == truth).mean(), both / max(1, total - both))
        """,
        "the common pixels counted once": f"""
            {COUNTS}
            return (both / total, both / (total - both)) if total else (1.0, 1.0)
        """,
        "the union counts the common pixels twice": f"""
            {COUNTS}
            return (2 * both / total, both / total) if total else (1.0, 1.0)
        """,
        "a mean over tiles": """
            scores = []
            for p, t in zip(prediction, truth):
                both, total = (p & t).sum(), p.sum() + t.sum()
                scores.append((2 * both / total, both / (total - both)) if total else (1.0, 1.0))
            return tuple(sum(column) / len(column) for column in zip(*scores))
        """,
        "precision": f"""
            {COUNTS}
            dice = both / max(1, prediction.sum())
            return (dice, both / (total - both)) if total else (1.0, 1.0)
        """,
        "recall": f"""
            {COUNTS}
            dice = both / max(1, truth.sum())
            return (dice, both / (total - both)) if total else (1.0, 1.0)
        """,
        "NaN for two empty masks": f"""
            {COUNTS}
            with np.errstate(invalid="ignore"):
                return 2 * both / total, both / (total - both)
        """,
        "nothing to find counts as a failure": f"""
            {COUNTS}
            return (2 * both / total, both / (total - both)) if total else (0.0, 0.0)
        """,
        "an empty prediction counts as perfect": f"""
            {COUNTS}
            if not prediction.any():
                return 1.0, 1.0
            return 2 * both / total, both / (total - both)
        """,
        "the other way round": f"""
            {COUNTS}
            return (both / (total - both), 2 * both / total) if total else (1.0, 1.0)
        """,
        "Dice alone": f"""
            {COUNTS}
            return [2 * both / total if total else 1.0]
        """,
        "a 1 added above and below": f"""
            {COUNTS}
            return (2 * both + 1) / (total + 1), (both + 1) / (total - both + 1)
        """,
    },
    "soft_dice_loss": {
        "the score, not the loss": """
            p = logits.sigmoid()
            return (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
        """,
        "minus the score": """
            p = logits.sigmoid()
            return -(2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
        """,
        "logits taken for probabilities": """
            return 1 - (2 * (logits * y).sum() + 1) / (logits.sum() + y.sum() + 1)
        """,
        "a threshold": """
            p = (logits > 0).float()
            return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
        """,
        "a plain number": """
            p = logits.sigmoid()
            return (1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)).detach()
        """,
        "one loss a picture": """
            p = logits.sigmoid()
            return 1 - (2 * (p * y).sum((1, 2)) + 1) / (p.sum((1, 2)) + y.sum((1, 2)) + 1)
        """,
        "a mean over pictures": """
            p = logits.sigmoid()
            score = (2 * (p * y).sum((1, 2)) + 1) / (p.sum((1, 2)) + y.sum((1, 2)) + 1)
            return 1 - score.mean()
        """,
        "the 2 forgotten": """
            p = logits.sigmoid()
            return 1 - ((p * y).sum() + 1) / (p.sum() + y.sum() + 1)
        """,
        "no 1 above": """
            p = logits.sigmoid()
            return 1 - 2 * (p * y).sum() / (p.sum() + y.sum() + 1)
        """,
        "no 1 at all": """
            p = logits.sigmoid()
            return 1 - 2 * (p * y).sum() / (p.sum() + y.sum() + 1e-12)
        """,
        "means in the place of sums": """
            p = logits.sigmoid()
            return 1 - (2 * (p * y).mean() + 1) / (p.mean() + y.mean() + 1)
        """,
        "softmax over a row": """
            p = logits.softmax(-1)
            return 1 - (2 * (p * y).sum() + 1) / (p.sum() + y.sum() + 1)
        """,
        "IoU": """
            p = logits.sigmoid()
            both = (p * y).sum()
            return 1 - (both + 1) / (p.sum() + y.sum() - both + 1)
        """,
        "squares below": """
            p = logits.sigmoid()
            return 1 - (2 * (p * y).sum() + 1) / ((p**2).sum() + y.sum() + 1)
        """,
    },
}
