"""Day 23: plausible wrong cross-validations; the day's checks must reject each of them."""

WRONG = {
    "cross_val": {
        "trained on all rows": """
            fitted = clone(model).fit(X, y)
            folds = range(fold.max() + 1)
            return np.array([np.mean(fitted.predict(X[fold == k]) == y[fold == k]) for k in folds])
        """,
        "scored on the rows it was trained on": """
            scores = []
            for k in range(fold.max() + 1):
                fitted = clone(model).fit(X[fold != k], y[fold != k])
                scores.append(np.mean(fitted.predict(X[fold != k]) == y[fold != k]))
            return np.array(scores)
        """,
        "trained on one fold, scored on the others": """
            scores = []
            for k in range(fold.max() + 1):
                fitted = clone(model).fit(X[fold == k], y[fold == k])
                scores.append(np.mean(fitted.predict(X[fold != k]) == y[fold != k]))
            return np.array(scores)
        """,
        "one model trained on and on": """
            scores = []
            for k in range(fold.max() + 1):
                model.fit(X[fold != k], y[fold != k])
                scores.append(np.mean(model.predict(X[fold == k]) == y[fold == k]))
            return np.array(scores)
        """,
        "one clone for all folds": """
            copy, scores = clone(model), []
            for k in range(fold.max() + 1):
                copy.fit(X[fold != k], y[fold != k])
                scores.append(np.mean(copy.predict(X[fold == k]) == y[fold == k]))
            return np.array(scores)
        """,
        "the mean alone": """
            scores = []
            for k in range(fold.max() + 1):
                fitted = clone(model).fit(X[fold != k], y[fold != k])
                scores.append(np.mean(fitted.predict(X[fold == k]) == y[fold == k]))
            return np.mean(scores)
        """,
        "the last fold left out": """
            scores = []
            for k in range(fold.max()):
                fitted = clone(model).fit(X[fold != k], y[fold != k])
                scores.append(np.mean(fitted.predict(X[fold == k]) == y[fold == k]))
            return np.array(scores)
        """,
        "errors counted instead of hits": """
            scores = []
            for k in range(fold.max() + 1):
                fitted = clone(model).fit(X[fold != k], y[fold != k])
                scores.append(np.mean(fitted.predict(X[fold == k]) != y[fold == k]))
            return np.array(scores)
        """,
        "hits divided by all rows": """
            scores = []
            for k in range(fold.max() + 1):
                fitted = clone(model).fit(X[fold != k], y[fold != k])
                scores.append(np.sum(fitted.predict(X[fold == k]) == y[fold == k]) / len(y))
            return np.array(scores)
        """,
        "trained only on the folds before": """
            scores = []
            for k in range(fold.max() + 1):
                before = fold < k if k else fold != k
                fitted = clone(model).fit(X[before], y[before])
                scores.append(np.mean(fitted.predict(X) == y))
            return np.array(scores)
        """,
    },
}
