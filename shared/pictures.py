"""What the loaders of pictures return."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Images:
    """Labelled pictures, split for training and test.

    X_*: uint8 (n, height, width) or (n, height, width, 3), RGB; y_*: int64 (n,), indices
    into `classes`; `source`: one line that says where they came from.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    classes: list[str]
    source: str = ""


@dataclass(frozen=True)
class Photos:
    """A few labelled photos, to look at rather than to learn from.

    X: uint8 (n, height, width, 3), RGB; y: int64 (n,), indices into `classes`; `source`: one
    line that says where they came from.
    """

    X: np.ndarray
    y: np.ndarray
    classes: list[str]
    source: str = ""


@dataclass(frozen=True)
class Nuclei:
    """One microscope picture of cell nuclei, outlined by hand.

    image: uint16 (height, width), brightness; labels: uint16 (height, width), 0 outside, the
    nucleus's number inside; `source`: one line that says where they came from.
    """

    image: np.ndarray
    labels: np.ndarray
    source: str = ""


@dataclass(frozen=True)
class Boxed:
    """Pictures with boxes around things of one kind.

    X: uint8 (n, height, width, 3), RGB; boxes: for each picture float32 (k, 4), its boxes as
    x1, y1, x2, y2 in pixels; origin: int64 (n,), the number of the larger picture that each was
    cut from; `source`: one line that says where they came from.
    """

    X: np.ndarray
    boxes: list[np.ndarray]
    origin: np.ndarray
    source: str = ""
