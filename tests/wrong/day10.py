"""Day 10: plausible wrong searches; the day's checks must reject each of them."""


def body(fit, score, loops="for i, setting in enumerate(settings):", after=""):
    """Both loops around a line that fits and a line that scores."""
    return f"""
{loops}
    for k in range(folds.max() + 1):
        hidden = folds == k
        {fit}
        {score}
{after}
"""


FIT = "model = make(**setting).fit(X[~hidden], y[~hidden])"
SCORE = "scores[i, k] = np.mean((model.predict_proba(X[hidden])[:, 1] > 0.5) == y[hidden])"

WRONG = {
    "grid_scores": {
        "fitted on all rows": body("model = make(**setting).fit(X, y)", SCORE),
        "scored on the training rows": body(
            FIT, SCORE.replace("X[hidden]", "X[~hidden]").replace("y[hidden]", "y[~hidden]")
        ),
        "scored on all rows": body(FIT, SCORE.replace("X[hidden]", "X").replace("y[hidden]", "y")),
        "fitted on the hidden fold, scored on the rest": body(
            "model = make(**setting).fit(X[hidden], y[hidden])",
            SCORE.replace("X[hidden]", "X[~hidden]").replace("y[hidden]", "y[~hidden]"),
        ),
        "setting not passed on": body(FIT.replace("**setting", ""), SCORE),
        "one setting for all": body(FIT.replace("**setting", "**settings[0]"), SCORE),
        "probability of class 0": body(FIT, SCORE.replace("[:, 1]", "[:, 0]")),
        "probabilities compared with labels": body(FIT, SCORE.replace(" > 0.5", "")),
        "errors instead of accuracy": body(FIT, SCORE.replace("==", "!=")),
        "a count instead of a share": body(FIT, SCORE.replace("np.mean", "np.sum")),
        "the last fold forgotten": body(FIT, SCORE).replace("folds.max() + 1", "folds.max()")
        + "\nscores[:, -1] = scores[:, 0]",
        "settings and folds swapped": body(FIT, SCORE, after="return scores.T"),
        "means returned": body(FIT, SCORE, after="return scores.mean(axis=1)"),
        "every fold gets the mean": body(
            FIT, SCORE, after="scores[:] = scores.mean(axis=1, keepdims=True)"
        ),
        "fitted once for each setting": """
for i, setting in enumerate(settings):
    model = make(**setting).fit(X[folds != 0], y[folds != 0])
    for k in range(folds.max() + 1):
        hidden = folds == k
        scores[i, k] = np.mean((model.predict_proba(X[hidden])[:, 1] > 0.5) == y[hidden])
""",
        "the next fold scored": """
for i, setting in enumerate(settings):
    for k in range(folds.max() + 1):
        model = make(**setting).fit(X[folds != k], y[folds != k])
        hidden = folds == (k + 1) % (folds.max() + 1)
        scores[i, k] = np.mean((model.predict_proba(X[hidden])[:, 1] > 0.5) == y[hidden])
""",
        "fitted on one other fold only": """
for i, setting in enumerate(settings):
    for k in range(folds.max() + 1):
        rest, hidden = folds == (k + 1) % (folds.max() + 1), folds == k
        model = make(**setting).fit(X[rest], y[rest])
        scores[i, k] = np.mean((model.predict_proba(X[hidden])[:, 1] > 0.5) == y[hidden])
""",
    },
}
