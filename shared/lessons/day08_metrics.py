"""Day 8, Metrics from scratch: what later days import.

Made from days/phase1_groundwork/day08_metrics.ipynb by `days refresh 8`; edit it there.
"""

import numpy as np


def paired(y_true, y_pred):
    """Both as arrays (n,), n > 0.

    Raises ValueError on other shapes, on no rows, on NaN, and on text beside numbers.
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim != 1 or y_true.shape != y_pred.shape:
        shapes = f"{y_true.shape} and {y_pred.shape}"
        raise ValueError(f"Give two flat lists of equal length; these have the shapes {shapes}.")
    if len(y_true) == 0:
        raise ValueError("There are no rows, so there is nothing to score.")
    if (y_true != y_true).any() or (y_pred != y_pred).any():  # only NaN differs from itself
        raise ValueError("A label or score is NaN; decide what to do with that row first.")
    if (y_true.dtype.kind in "OUS") != (y_pred.dtype.kind in "OUS"):
        raise ValueError("One list holds text and the other numbers; name the labels alike.")
    return y_true, y_pred


def accuracy(y_true, y_pred):
    """Share of rows where y_pred (n,) names the label in y_true (n,). Raises as `paired` does."""
    y_true, y_pred = paired(y_true, y_pred)
    return float(np.mean(y_true == y_pred))


def tally(y_true, y_pred):
    """Labels in order, and for each: hits, times said, times true. Four arrays (k,).

    A label counts if it occurs on either side. Raises as `paired` does.
    """
    y_true, y_pred = paired(y_true, y_pred)
    labels, codes = np.unique(np.concatenate([y_true, y_pred]), return_inverse=True)
    true, said = np.split(codes, 2)
    counts = [np.bincount(x, minlength=len(labels)) for x in (true[true == said], said, true)]
    return labels, *counts


def mean_known(values, weights):
    """Mean of the values (k,) that aren't NaN by weights (k,); a plain mean where all weigh 0."""
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    weights = weights[known] if weights[known].any() else None
    return float(np.average(values[known], weights=weights))


def averaged(top, bottom, labels, actual, average, zero_division):
    """One number from each label's ratio top / bottom, as scikit-learn averages them.

    top, bottom, labels, actual: arrays (k,), `actual` being how often each label is true;
    average: binary, micro, macro or weighted; zero_division: 0, 1 or NaN, in the place of x / 0.
    Raises ValueError on another average, and on "binary" where a third label occurs beside 1.
    """
    if average not in ("binary", "micro", "macro", "weighted"):
        raise ValueError(f"No average is called {average!r}: binary, micro, macro or weighted.")
    if average == "binary" and len({*labels.tolist(), 1}) > 2:
        raise ValueError(f"'binary' scores the label 1 against one other, not {labels.tolist()}.")
    if average == "binary":
        top, bottom = (x[labels == 1].sum(keepdims=True) for x in (top, bottom))
    if average == "micro":
        top, bottom = top.sum(keepdims=True), bottom.sum(keepdims=True)
    each = np.full(len(top), float(zero_division))
    np.divide(top, bottom, out=each, where=bottom > 0)
    return mean_known(each, actual if average == "weighted" else np.ones(len(each)))


def precision(y_true, y_pred, average="binary", zero_division=0):
    """Of the rows said to have a label, the share that has it (van Rijsbergen, 1979, ch. 7).

    y_true, y_pred: labels (n,). Averages, zero rule and errors: see `averaged`, `paired`.
    """
    labels, hits, said, true = tally(y_true, y_pred)
    return averaged(hits, said, labels, true, average, zero_division)


def recall(y_true, y_pred, average="binary", zero_division=0):
    """Of the rows that have a label, the share said to have it. Arguments as for `precision`."""
    labels, hits, _, true = tally(y_true, y_pred)
    return averaged(hits, true, labels, true, average, zero_division)


def f1(y_true, y_pred, average="binary", zero_division=0):
    """Harmonic mean of precision and recall. Arguments as for `precision`."""
    labels, hits, said, true = tally(y_true, y_pred)
    return averaged(2 * hits, said + true, labels, true, average, zero_division)


def roc_curve(y_true, scores):
    """False and true positive rates and thresholds, from (0, 0) at infinity to (1, 1).

    y_true: labels (n,), 1 being positive; scores (n,): higher means more likely positive. Returns
    three arrays (m + 1,), m being the number of different scores: rows count as positive from the
    threshold upwards (Fawcett, An introduction to ROC analysis, 2006, algorithm 1). Raises
    ValueError unless there are two labels, one of them 1, and every score is finite.
    """
    y_true, scores = paired(y_true, scores)
    labels = np.unique(y_true).tolist()
    if len(labels) != 2 or 1 not in labels:
        raise ValueError(f"A ROC curve needs two labels, one of them 1; here are {labels}.")
    scores = scores.astype(float)
    if np.isinf(scores).any():
        raise ValueError("A score is infinite; scores must be finite numbers.")
    order = np.argsort(-scores, kind="stable")
    positive, scores = y_true[order] == 1, scores[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # last row of each score
    hits = np.cumsum(positive)[ends]
    misses = ends + 1 - hits
    rates = [np.append(0, count / count[-1]) for count in (misses, hits)]
    return *rates, np.append(np.inf, scores[ends])


def roc_auc(y_true, scores):
    """Area under `roc_curve`, 0 to 1: the chance that a positive outscores a negative, ties half.

    Arguments and errors as for `roc_curve` (Hanley and McNeil, Radiology 143, 1982).
    """
    fpr, tpr, _ = roc_curve(y_true, scores)
    return float(np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1]) / 2))
