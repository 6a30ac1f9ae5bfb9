"""constraints.txt: Colab's own `pip freeze`, made usable on any machine.

    python -m tools.constraints FREEZE.txt > constraints.txt

Left out is what only Colab's image can hold: CUDA and RAPIDS wheels, jax, TensorFlow's
companions of the GPU, and packages that Google installs from its own builds.
"""

import re
import sys
from pathlib import Path

# Names as the freeze spells them, lower case. Everything here is either tied to Colab's
# CUDA image or is installed there from a place that no index serves.
LEFT_OUT = re.compile(
    r"^(nvidia-(?!ml-py$)|cuda-|cupy-|jax|lib\w+-cu12|[\w-]+-cu1\d$|dask-cuda|rapids-|ucxx|nvtx$|numba-cuda$|rmm-|"
    r"google-colab|python-apt$|dbus-python$|pygobject$|gdal$|pip$|setuptools$|wheel$)",
    re.IGNORECASE,
)

# What the days or the tools add and Colab doesn't ship, pinned so that CI repeats itself.
EXTRAS = {
    "check-jsonschema": "0.38.1",
    "fairlearn": "0.15.0",
    "gguf": "0.19.0",
    "grad-cam": "1.5.7",
    "gunicorn": "27.0.1",
    "hypothesis": "6.170.15",
    "lightning": "2.6.6",
    "nbval": "0.11.0",
    "onnx": "1.22.0",
    "onnxruntime": "1.31.1",
    "onnxscript": "0.7.2",
    "papermill": "2.7.0",
    "pytest-xdist": "3.8.0",
    "ruff": "0.17.5",
    "selenium": "4.39.0",
    "skops": "0.16.0",
    "streamlit": "1.67.0",
    "ultralytics": "8.4.190",
    "uv": "0.13.8",
    "zizmor": "1.32.0",
}

# Colab's release of these needs a newer Python than 3.11; there, the range in
# requirements.txt, or of the package that brings them, alone decides.
NEEDS_3_12 = ("shap", "tifffile", "xgboost")


def from_freeze(freeze: str, extras: dict[str, str] = EXTRAS) -> str:
    """The text of constraints.txt for the text of a freeze.

    Keeps `name==version` lines, drops local version labels such as `+cu128`, and adds
    the extras. Lines without a version (installed from a file) are dropped.
    """
    pins = {}
    for line in freeze.splitlines():
        name, _, version = line.strip().partition("==")
        if version and not line.startswith("#") and not LEFT_OUT.match(name):
            pins[name] = version.partition("+")[0]
    head = "# Colab's freeze plus the extras' pins; made by tools/constraints.py, not by hand.\n"
    rows = [f"{name}=={version}" for name, version in (pins | extras).items()]
    newer = tuple(f"{name}==" for name in NEEDS_3_12)
    rows = [f'{row}; python_version >= "3.12"' if row.startswith(newer) else row for row in rows]
    return head + "\n".join(sorted(rows, key=str.lower)) + "\n"


if __name__ == "__main__":
    sys.stdout.write(from_freeze(Path(sys.argv[1]).read_text(encoding="utf-8")))
