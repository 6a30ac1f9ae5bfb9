"""Day 8: plausible wrong averages and ROC curves; the day's checks must reject each of them."""

# What a body gets right, so that each wrong one below has a single mistake.
POOL = """
if average == "binary":
    top, bottom = (x[labels == 1].sum(keepdims=True) for x in (top, bottom))
if average == "micro":
    top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
"""
EACH = """
each = np.full(len(top), float(zero_division))
np.divide(top, bottom, out=each, where=bottom > 0)
"""
MEAN = """
return mean_known(each, actual if average == "weighted" else np.ones(len(each)))
"""
SORT = """
order = np.argsort(-scores, kind="stable")
positive, scores = y_true[order] == 1, scores[order]
"""
ENDS = """
ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
"""
COUNT = """
hits = np.cumsum(positive)[ends]
misses = ends + 1 - hits
"""
RATES = """
fpr, tpr = np.append(0, misses / misses[-1]), np.append(0, hits / hits[-1])
return fpr, tpr, np.append(np.inf, scores[ends])
"""

WRONG = {
    "averaged": {
        "micro as the mean of ratios": """
if average == "binary":
    top, bottom = (x[labels == 1].sum(keepdims=True) for x in (top, bottom))
""" + EACH + MEAN,
        "macro pooled like micro": """
if average == "binary":
    top, bottom = (x[labels == 1].sum(keepdims=True) for x in (top, bottom))
else:
    top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
""" + EACH + """
return mean_known(each, np.ones(1))
""",
        "the zero rule forgotten": POOL + """
with np.errstate(divide="ignore", invalid="ignore"):
    each = top / bottom
""" + MEAN,
        "0 wherever the denominator is 0": POOL + """
each = top / np.maximum(bottom, 1)
""" + MEAN,
        "labels without a denominator left out, whatever the rule": POOL + """
each = np.full(len(top), np.nan)
np.divide(top, bottom, out=each, where=bottom > 0)
""" + MEAN,
        "the zero rule applied to the mean instead of each label": POOL + """
each = np.full(len(top), np.nan)
np.divide(top, bottom, out=each, where=bottom > 0)
found = mean_known(each, actual if average == "weighted" else np.ones(len(each)))
return float(zero_division) if np.isnan(found) else found
""",
        "a plain mean that NaN spoils": POOL + EACH + """
return float(np.average(each, weights=actual if average == "weighted" else None))
""",
        "weighted by the denominator": POOL + EACH + """
return mean_known(each, bottom if average == "weighted" else np.ones(len(each)))
""",
        "weighted forgotten": POOL + EACH + """
return mean_known(each, np.ones(len(each)))
""",
        "macro weighted as well": POOL + EACH + """
return mean_known(each, np.ones(1) if average in ("binary", "micro") else actual)
""",
        "binary takes the last label": """
if average == "binary":
    top, bottom = top[-1:], bottom[-1:]
if average == "micro":
    top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
""" + EACH + MEAN,
        "binary takes the first label": """
if average == "binary":
    top, bottom = top[:1], bottom[:1]
if average == "micro":
    top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
""" + EACH + MEAN,
        "binary averages both labels": """
if average == "micro":
    top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
""" + EACH + MEAN,
        "nothing is returned": POOL + EACH,
    },
    "roc_curve": {
        "ties ignored: a point for every row": SORT + """
ends = np.arange(len(scores))
""" + COUNT + RATES,
        "counted up to the first row of a tie": SORT + """
ends = np.append(0, np.flatnonzero(np.diff(scores)) + 1)
""" + COUNT + """
hits[-1], misses[-1] = positive.sum(), (~positive).sum()
""" + RATES,
        "sorted upwards": """
order = np.argsort(scores, kind="stable")
positive, scores = y_true[order] == 1, scores[order]
""" + ENDS + COUNT + RATES,
        "the start at (0, 0) forgotten": SORT + ENDS + COUNT + """
return misses / misses[-1], hits / hits[-1], scores[ends]
""",
        "the last score forgotten": SORT + """
ends = np.flatnonzero(np.diff(scores))
""" + COUNT + RATES,
        "divided by all rows": SORT + ENDS + COUNT + """
fpr, tpr = np.append(0, misses / len(scores)), np.append(0, hits / len(scores))
return fpr, tpr, np.append(np.inf, scores[ends])
""",
        "the two rates swapped": SORT + ENDS + COUNT + """
fpr, tpr = np.append(0, misses / misses[-1]), np.append(0, hits / hits[-1])
return tpr, fpr, np.append(np.inf, scores[ends])
""",
        "precision in the place of the true positive rate": SORT + ENDS + COUNT + """
fpr, tpr = np.append(0, misses / misses[-1]), np.append(0, hits / (ends + 1))
return fpr, tpr, np.append(np.inf, scores[ends])
""",
        "scores sorted, labels left behind": """
positive, scores = y_true == 1, np.sort(scores)[::-1]
""" + ENDS + COUNT + RATES,
        "an extra threshold of the highest score plus one": SORT + ENDS + COUNT + """
fpr, tpr = np.append(0, misses / misses[-1]), np.append(0, hits / hits[-1])
return fpr, tpr, np.append(scores[0] + 1, scores[ends])
""",
    },
}  # fmt: skip
