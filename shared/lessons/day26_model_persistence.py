"""Day 26, Model persistence: what later days import.

Made from days/phase2_classic_ml/day26_model_persistence.ipynb by `days refresh 26`; edit it there.
"""

import hashlib
import io
import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import joblib

LIBRARIES = ["scikit-learn", "numpy", "joblib"]  # whose classes the file is made of


def versions():
    """What runs here: Python (major.minor) and LIBRARIES; "none" for what isn't installed."""
    found = {"python": ".".join(platform.python_version_tuple()[:2])}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def stamp_path(path):
    """Where the stamp of the model in `path` lies: beside it, with .json added."""
    return path.with_name(path.name + ".json")


def save_model(model, path, **facts):
    """Write a fitted model to `path` by joblib, compressed, and its stamp beside it; returns the stamp.

    The stamp: sha256 and size of the file, `versions()`, the columns that `fit` saw, the time,
    and `facts`, anything more that JSON can hold.
    """
    joblib.dump(model, path, compress=3)
    content = path.read_bytes()
    stamp = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "versions": versions(),
        "features": [str(name) for name in getattr(model, "feature_names_in_", [])],
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **facts,
    }
    stamp_path(path).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    return stamp


def read_stamp(path):
    """The stamp of the model in `path`, a dict; ValueError if there is none, or it isn't JSON."""
    try:
        return json.loads(stamp_path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{path.name} has no stamp beside it; save it with save_model.") from None


def differences(stamp):
    """A text for each version in the stamp that isn't the one running here; [] if all agree."""
    here = versions()
    return [
        f"{name} {then} made it, {here.get(name, 'none')} runs here"
        for name, then in stamp["versions"].items()
        if here.get(name) != then
    ]


def load_model(path, sha256=None, any_version=False):
    """The model in `path`, unpickled only after its bytes and its versions have passed.

    sha256: the sum to hold the file against, 64 hex digits kept in a safe place; without it, the
    stamp's. any_version: load it even if `differences` finds some. Raises ValueError, and runs
    nothing of the file, if the sum differs or a version does.
    """
    content, stamp = path.read_bytes(), read_stamp(path)
    found = hashlib.sha256(content).hexdigest()
    wanted = sha256 or stamp["sha256"]
    if found != wanted:
        raise ValueError(
            f"{path.name} has the sum {found[:12]}…, not {wanted[:12]}…: another file."
        )
    other = differences(stamp)
    if other and not any_version:
        raise ValueError(f"{path.name}: {'; '.join(other)}. Train it again here, or install those.")
    return joblib.load(io.BytesIO(content))
