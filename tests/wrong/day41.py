"""Day 41: plausible wrong rules of patience and keepers; the day's checks must reject each of them."""

FINITE = """
if not math.isfinite(score):
    return True
"""
COUNT = """
if score < self.best:
    self.best, self.waited = score, 0
else:
    self.waited += 1
"""
RETURN = """
return self.waited >= self.patience
"""
SCORE = """
score = trainer.callback_metrics["val_loss"].item()
"""
KEEP = """
if not trainer.sanity_checking and score < self.score:
    self.score, self.epoch = score, trainer.current_epoch
    self.weights = copy.deepcopy(module.state_dict())
"""

WRONG = {
    "Patience.should_stop": {
        "one epoch too patient": FINITE + COUNT + "return self.waited > self.patience",
        "the count never set back": FINITE
        + COUNT.replace("score, 0", "score, self.waited")
        + RETURN,
        "compared with the epoch before": FINITE + COUNT + "self.best = score" + RETURN,
        "as good as the best counts as a record": FINITE + COUNT.replace("<", "<=") + RETURN,
        "a rising score": FINITE + COUNT.replace("<", ">") + RETURN,
        "NaN not asked for": COUNT + RETURN,
        "only NaN asked for": FINITE.replace("not math.isfinite", "math.isnan") + COUNT + RETURN,
    },
    "KeepBest.on_validation_end": {
        "the tensors themselves": SCORE
        + KEEP.replace("copy.deepcopy(module.state_dict())", "module.state_dict()"),
        "the dictionary copied, its tensors not": SCORE
        + KEEP.replace("copy.deepcopy(module.state_dict())", "dict(module.state_dict())"),
        "the sanity check taken for an epoch": SCORE
        + KEEP.replace("not trainer.sanity_checking and ", ""),
        "the last of equals": SCORE + KEEP.replace("score < self.score", "score <= self.score"),
        "the highest": SCORE + KEEP.replace("score < self.score", "score > -self.score"),
        "every epoch": SCORE + KEEP.replace(" and score < self.score", ""),
        "parameters without names": SCORE
        + KEEP.replace("module.state_dict()", "list(module.parameters())"),
    },
}
