"""Day 23, Scikit-learn pipeline: what later days import.

Made from days/phase2_classic_ml/day23_sklearn_pipeline.ipynb by `days refresh 23`; edit it there.
"""

from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from shared.lessons.day22_feature_pipeline import load_adult, make_preprocessor


def make_model(seed=0):
    """The unfitted pipeline: `prepare`, Day 22's preprocessor, and `forest`, 20 trees.

    fit takes load_adult's X (a DataFrame, gaps as NaN) and y (int, 1: over 50,000 dollars a year);
    predict gives such a y, predict_proba (n, 2). Breiman, Random Forests, 2001.
    """
    forest = RandomForestClassifier(n_estimators=20, min_samples_leaf=5, random_state=seed)
    return Pipeline([("prepare", make_preprocessor()), ("forest", forest)])


def fit_model(scale="same", seed=0):
    """The pipeline fitted on load_adult's 26,048 training rows, half a second; may raise SourceError."""
    X_train, _, y_train, _ = load_adult(scale)
    return make_model(seed).fit(X_train, y_train)
