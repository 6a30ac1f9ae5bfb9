"""constraints.txt: Colab's freeze, made usable on any machine."""

import re

import pytest

from shared.curriculum import ROOT
from tools import constraints

FREEZE = """\
# a comment with == in it
absl-py==1.4.0
torch==2.11.0+cu128
PyYAML==6.0.3
numpy==2.1.3
nvidia-ml-py==13.610.43
jaxtyped-nothing @ file:///wheels/jaxtyped.whl
en-core-web-sm @ https://example.org/en_core_web_sm-3.8.0.whl#sha256=ab
google-colab @ file:///colabtools/google_colab-1.0.0.tar.gz
unversioned

"""


def pins(text: str) -> dict[str, str]:
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(row.split("==") for row in rows)


def test_names_and_versions_are_kept_and_local_labels_dropped():
    assert pins(constraints.from_freeze(FREEZE, {})) == {
        "absl-py": "1.4.0",
        "numpy": "2.1.3",
        "nvidia-ml-py": "13.610.43",
        "PyYAML": "6.0.3",
        "torch": "2.11.0",
    }


@pytest.mark.parametrize(
    "name",
    [
        "nvidia-cublas-cu12", "nvidia-nccl-cu13", "cuda-python", "cupy-cuda12x", "cudf-cu12",
        "libcudf-cu12", "pylibcugraph-cu12", "dask-cuda", "rapids-logger", "distributed-ucxx-cu12",
        "numba-cuda", "nvtx", "jax", "jaxlib", "jax-cuda12-plugin", "google-colab", "pip",
        "setuptools", "PyGObject",
    ],
)  # fmt: skip
def test_what_only_colabs_image_can_hold_is_left_out(name):
    assert pins(constraints.from_freeze(f"{name}==1.0\nkept==2.0\n", {})) == {"kept": "2.0"}


@pytest.mark.parametrize("name", ["numba", "pipdeptree", "wheel-inspect", "tensorflow", "triton"])
def test_names_that_only_look_alike_are_kept(name):
    assert pins(constraints.from_freeze(f"{name}==1.0\n", {})) == {name: "1.0"}


def test_extras_are_added_and_go_before_the_freeze():
    text = constraints.from_freeze(FREEZE, {"uv": "0.13.8", "numpy": "2.2.0"})
    assert pins(text)["uv"] == "0.13.8" and pins(text)["numpy"] == "2.2.0"
    assert text.count("numpy") == 1


def test_the_rows_are_sorted_whatever_their_case_under_a_line_that_says_who_made_them():
    head, *rows = constraints.from_freeze(FREEZE, {}).splitlines()
    assert "tools/constraints.py" in head
    assert rows == sorted(rows, key=str.lower) and len(rows) == 5


# --- the repository's own files -----------------------------------------------------------


# Colab's freeze gives it no version, and it holds no code: what it pulls in is pinned.
UNPINNED = {"jupyter"}


def requirements() -> list[str]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [re.match(r"[\w.-]+", line) for line in lines if line and not line.startswith("#")]
    return [name[0].lower().replace("_", "-") for name in names if name]


def test_constraints_pin_every_package_that_the_requirements_name():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {name.lower().replace("_", "-") for name in pins(text)}
    assert requirements(), "nothing was read"
    assert set(requirements()) - pinned - UNPINNED == set()


def test_constraints_hold_every_extra_and_nothing_that_ties_them_to_colabs_image():
    found = pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    # A row may carry an environment marker after its version.
    versions = {name: version.partition(";")[0].strip() for name, version in found.items()}
    assert constraints.EXTRAS.items() <= versions.items()
    assert [name for name in versions if constraints.LEFT_OUT.match(name)] == []
    assert [version for version in versions.values() if "+" in version] == []
