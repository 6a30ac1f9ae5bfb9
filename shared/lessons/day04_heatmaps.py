"""Day 4, Matplotlib heat-maps: what later days import.

Made from days/phase1_groundwork/day04_heatmaps.ipynb by `days refresh 4`; edit it there.
"""

import numpy as np


def correlation(X):
    """Pearson's correlations (k, k) of the columns of X (n, k), n at least 2; X stays as it is.

    A constant column, or one with a NaN, gives NaN. Covariances come from centred columns
    (Chan, Golub and LeVeque, Algorithms for Computing the Sample Variance, 1983). Raises
    ValueError when X is not a table with two rows or more.
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or len(X) < 2:
        raise ValueError(f"A table (rows, columns) of two rows or more is needed, not {X.shape}.")
    centred = X - X.mean(axis=0)
    covariance = centred.T @ centred / (len(X) - 1)
    spread = np.sqrt(np.diag(covariance))
    spread = np.where(np.ptp(X, axis=0) == 0, np.nan, spread)
    return covariance / np.outer(spread, spread)


LUMINANCE = [0.2126, 0.7152, 0.0722]  # shares of red, green, blue (ITU-R BT.709)


def linear_light(rgb):
    """Physical light, 0 to 1, from sRGB values 0 to 1 of any shape (IEC 61966-2-1)."""
    rgb = np.asarray(rgb, dtype=float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(rgb):
    """Relative luminance Y (...), 0 for black and 1 for white, of sRGB colours (..., 3)."""
    return linear_light(rgb) @ LUMINANCE


def contrast(one, other):
    """Contrast ratio, 1 to 21, of two sRGB colours (..., 3), in any order (WCAG 2.2)."""
    Y = luminance(one), luminance(other)
    return (np.maximum(*Y) + 0.05) / (np.minimum(*Y) + 0.05)


def ink(rgb):
    """ "black" or "white": whichever has more contrast with the sRGB colour rgb (3,)."""
    on_black, on_white = contrast(rgb, [0, 0, 0]), contrast(rgb, [1, 1, 1])
    return "black" if on_black >= on_white else "white"


def heatmap(ax, matrix, names, cmap="RdBu_r", ink=ink, fontsize=8):
    """Draw the lower half of correlations (k, k) with a number in each cell; returns the mesh.

    names: k labels; ink: a function from an sRGB colour (3,) to a colour. NaN stays empty.
    """
    matrix = np.asarray(matrix, dtype=float)
    hidden = np.triu(np.ones(matrix.shape, dtype=bool), k=1) | np.isnan(matrix)
    cells = np.ma.array(matrix, mask=hidden)
    mesh = ax.pcolormesh(cells, vmin=-1, vmax=1, cmap=cmap, edgecolors="white")
    style = {"ha": "center", "va": "center", "fontsize": fontsize}
    for row, column in np.argwhere(~hidden):
        value = matrix[row, column]
        label = f"{round(value, 2) + 0:.2f}"  # adding 0 turns -0.00 into 0.00
        ax.text(column + 0.5, row + 0.5, label, color=ink(mesh.to_rgba(value)[:3]), **style)
    centres = np.arange(len(names)) + 0.5
    ax.set_xticks(centres, names, rotation=45, ha="right")
    ax.set_yticks(centres, names)
    ax.set(aspect="equal", ylim=(len(names), 0))
    ax.grid(False)
    return mesh


DEUTERANOPIA = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
]
RGB_TO_XYZ = [[0.4124, 0.3576, 0.1805], LUMINANCE, [0.0193, 0.1192, 0.9505]]


def screen_value(light):
    """sRGB values 0 to 1 from physical light of any shape; undoes `linear_light`."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def deuteranope(rgb):
    """sRGB colours (..., 3) as a deuteranope sees them (Machado et al., 2009, severity 1)."""
    return screen_value(linear_light(rgb) @ np.transpose(DEUTERANOPIA))


def grey_print(rgb):
    """sRGB colours (..., 3) as a grey printer gives them: the same luminance, no hue."""
    return screen_value(np.repeat(luminance(rgb)[..., None], 3, axis=-1))


def lab(rgb):
    """CIELAB coordinates L*, a*, b* (..., 3) of sRGB colours (..., 3), white point D65 (CIE 15)."""
    xyz = linear_light(rgb) @ np.transpose(RGB_TO_XYZ) / np.sum(RGB_TO_XYZ, axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
