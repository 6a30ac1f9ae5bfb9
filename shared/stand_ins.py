"""Generated stand-ins for data that only the web or a mirror has: for the quick scale alone.

Each has the shape and the dtypes of what it stands in for, and is the same in every run.
"""

import numpy as np
import pandas as pd

from shared.pictures import Images


def mall_stand_in(seed: int = 21) -> pd.DataFrame:
    """A stand-in for the mall's table: five groups of 40 by income and score, 200 rows."""
    rng = np.random.default_rng(seed)
    centres = np.array([[26, 20], [26, 79], [55, 50], [87, 17], [87, 82]])
    income, score = rng.normal(np.repeat(centres, 40, axis=0), (8, 7)).round().T
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, 201),
            "gender": rng.choice(["Female", "Male"], 200),
            "age": rng.integers(18, 71, 200),
            "income": income.clip(10, 140).astype(np.int64),
            "score": score.clip(1, 100).astype(np.int64),
        }
    )


def shape_pictures(n_train: int = 6000, n_test: int = 1500, seed: int = 10) -> Images:
    """A stand-in for CIFAR-10: five shapes, plain or striped, in any colour, place and size.

    Colour says nothing about the class, so a network has to look at edges and texture. The
    background is noisy on purpose: a blank one would make the task trivial.
    """
    rng = np.random.default_rng(seed)
    n = n_train + n_test
    y = rng.integers(0, 10, n)
    centre = rng.uniform(11, 21, (2, n, 1, 1))
    size = rng.uniform(5, 10, (n, 1, 1))
    angle = rng.uniform(0, np.pi / 4, (n, 1, 1))
    rows, columns = np.mgrid[0:32, 0:32].astype(float)
    dy, dx = rows - centre[0], columns - centre[1]
    u = (dx * np.cos(angle) + dy * np.sin(angle)) / size
    v = (dy * np.cos(angle) - dx * np.sin(angle)) / size
    radius = np.hypot(u, v)
    shapes = [
        radius < 1,
        np.maximum(abs(u), abs(v)) < 0.9,
        (v < 0.7) & (v > 2 * abs(u) - 1),
        (radius < 1) & (radius > 0.55),
        (np.minimum(abs(u), abs(v)) < 0.3) & (np.maximum(abs(u), abs(v)) < 1),
    ]
    inside = np.choose((y % 5)[:, None, None], shapes)
    striped = (y >= 5)[:, None, None] & (np.sin(size * u * 2.1) > 0)
    colours = rng.uniform(40, 215, (2, n, 1, 1, 3))
    mask = (inside & ~striped)[..., None]
    X = np.where(mask, colours[0], colours[1]) + rng.normal(0, 25, (n, 32, 32, 3))
    X = X.clip(0, 255).astype(np.uint8)
    names = ["disc", "square", "triangle", "ring", "cross"]
    classes = names + [f"striped {name}" for name in names]
    y = y.astype(np.int64)
    return Images(X[:n_train], y[:n_train], X[n_train:], y[n_train:], classes)


def drawn_flowers(n_train: int = 400, n_test: int = 150, seed: int = 37) -> Images:
    """A stand-in for flowers10: 3, 4, 5, 6 or 8 petals, round or pointed, 128 x 128.

    Petals, heart and ground have any colour, the flower any place, size and turn: only the
    number and the shape of the petals tell the ten classes apart. The ground is mottled.
    """
    rng = np.random.default_rng(seed)
    n, side = n_train + n_test, 128
    y = rng.integers(0, 10, n)
    petals = np.array([3, 4, 5, 6, 8])[y % 5]
    cx, cy = rng.uniform(48, 80, (2, n))
    size, turn = rng.uniform(28, 44, n), rng.uniform(0, 2 * np.pi, n)
    colours = _colours(rng, n, 3)  # of the ground, the petals, the heart
    mottle = rng.normal(0, 22, (n, side // 4, side // 4, 3)).astype(np.float32)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    X = np.empty((n, side, side, 3), np.uint8)
    for i in range(n):  # one at a time: all at once would not fit the processor's cache
        dx, dy = columns - np.float32(cx[i]), rows - np.float32(cy[i])
        radius = np.hypot(dx, dy) / np.float32(size[i])
        # 0 along the middle of a petal, 1 half-way between two.
        across = np.abs((np.arctan2(dy, dx) + turn[i]) * petals[i] / np.pi % 2 - 1)
        outline = np.sqrt(1 - across**2) if y[i] < 5 else 1 - across
        layer = (radius < 0.3 + 0.7 * outline).astype(np.uint8)
        layer[radius < 0.22] = 2
        noise = mottle[i].repeat(4, axis=0).repeat(4, axis=1)
        X[i] = (colours[i][layer] + noise).clip(0, 255)
    counts = ["three", "four", "five", "six", "eight"]
    classes = [f"{count} {shape} petals" for shape in ("round", "pointed") for count in counts]
    y = y.astype(np.int64)
    return Images(X[:n_train], y[:n_train], X[n_train:], y[n_train:], classes)


def drawn_pets(n_train: int = 2000, n_test: int = 500, seed: int = 42) -> Images:
    """A stand-in for cats_dogs: heads with pointed ears up (cat) or round ears down (dog), 64 x 64.

    Any colours, place, size and tilt, on noisy ground: colour and brightness say nothing.
    """
    rng = np.random.default_rng(seed)
    n, side = n_train + n_test, 64
    y = rng.integers(0, 2, n)
    cx, cy = rng.uniform(26, 38, (2, n))
    size, tilt = rng.uniform(9, 15, n), rng.uniform(-0.5, 0.5, n)
    colours = _colours(rng, n, 4)  # of the ground, the head, the ears, the eyes and nose
    noise = rng.integers(-40, 41, (n, side, side, 3), dtype=np.int8)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    X = np.empty((n, side, side, 3), np.uint8)
    for i in range(n):  # one at a time: all at once would not fit the processor's cache
        dx, dy = (columns - np.float32(cx[i])) / size[i], (rows - np.float32(cy[i])) / size[i]
        u, v = (
            dx * np.cos(tilt[i]) + dy * np.sin(tilt[i]),
            dy * np.cos(tilt[i]) - dx * np.sin(tilt[i]),
        )
        aside = abs(u)  # a head is its own mirror image
        if y[i] == 0:
            ears = (v < -0.4) & (v > -1.7) & (abs(aside - 0.6) < (v + 1.7) / 3)
        else:
            ears = ((aside - 1.05) / 0.38) ** 2 + ((v - 0.15) / 0.8) ** 2 < 1
        layer = 2 * ears.astype(np.uint8)
        layer[np.hypot(u, v) < 1] = 1
        layer[(np.hypot(aside - 0.4, v + 0.2) < 0.14) | (np.hypot(u, v - 0.35) < 0.16)] = 3
        X[i] = (colours[i][layer] + noise[i]).clip(0, 255)
    y = y.astype(np.int64)
    return Images(X[:n_train], y[:n_train], X[n_train:], y[n_train:], ["cat", "dog"])


def _colours(rng: np.random.Generator, n: int, layers: int) -> np.ndarray:
    """For each of `n` pictures a colour of its ground and of `layers` - 1 things on it.

    float32 (n, layers, 3), 30 to 225. All are uniform, so that none gives a class away; what
    lies on a ground differs from it by 60 or more in every channel, so that it can be seen.
    """
    ground = rng.uniform(0, 195, (n, 1, 3))
    things = (ground + rng.uniform(60, 135, (n, layers - 1, 3))) % 195
    return np.concatenate([ground, things], axis=1).astype(np.float32) + 30
