"""Day 6, Numerical gradient checker: what later days import.

Made from days/phase1_groundwork/day06_grad_check.ipynb by `days refresh 6`; edit it there.
"""

import numpy as np


def refuse(params):
    """Raise ValueError unless `params` is a dict of NumPy arrays of floats, and not empty."""
    if not params:
        raise ValueError("There are no parameters to move.")
    for name, value in params.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            raise ValueError(f"{name} is no array of floats; an integer would swallow the step.")


def numeric_gradient(f, params, h=1e-5):
    """Central differences of f by every number in `params`: the same names, shapes, dtypes.

    f(params) -> a number. params: {name: array of floats}, left as it was. Calls f twice for each
    number. Raises ValueError on anything but floats (Press et al., Numerical Recipes, 5.7).
    """
    refuse(params)
    params = {name: value.copy() for name, value in params.items()}
    gradients = {name: np.zeros_like(value) for name, value in params.items()}
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            kept = value[index]
            value[index] = kept + h
            above = f(params)
            value[index] = kept - h
            below = f(params)
            value[index] = kept
            gradients[name][index] = (above - below) / (2 * h)
    return gradients


def grad_check(f, params, h=1e-5, floor=1e-8):
    """Hold the gradients that f returns against central differences, array by array.

    f(params) -> loss, {name: gradient}. Returns {name: {"difference", "relative", "at"}}: the
    largest difference; the same divided by the array's largest slope (at least `floor`); its index.
    Raises ValueError where a gradient is missing or has another shape than its parameter.
    """
    refuse(params)
    gradients, report = f(params)[1], {}
    for name, value in params.items():
        shape = np.shape(gradients.get(name))
        if name not in gradients or shape != value.shape:
            raise ValueError(f"{name} needs a gradient of shape {value.shape}; there is {shape}.")
    for name, slow in numeric_gradient(lambda p: f(p)[0], params, h).items():
        apart = np.abs(gradients[name] - slow)
        largest = max(np.abs(slow).max(initial=0), np.abs(gradients[name]).max(initial=0), floor)
        at = np.unravel_index(apart.argmax(), apart.shape) if apart.size else ()
        worst = float(apart.max(initial=0))
        report[name] = {
            "difference": worst,
            "relative": worst / float(largest),
            "at": tuple(map(int, at)),
        }
    return report


def flatten(params):
    """All numbers of a dict of arrays as one vector (P,), in the dict's order."""
    return np.concatenate([value.ravel() for value in params.values()])


def unflatten(W, shapes):
    """Vectors W (..., P) -> {name: (..., *shape)}, for shapes {name: shape} in `flatten`'s order."""
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    if W.shape[-1] != sum(sizes):
        raise ValueError(f"The shapes hold {sum(sizes)} numbers; the vectors have {W.shape[-1]}.")
    parts = np.split(W, np.cumsum(sizes)[:-1], axis=-1)
    pairs = zip(shapes.items(), parts, strict=True)
    return {name: part.reshape((*W.shape[:-1], *shape)) for (name, shape), part in pairs}


def numeric_gradient_batched(f, w, h=1e-5, chunk=32):
    """Central differences of f by every number in w (P,), `chunk` of them in one call; (P,).

    f(W) -> losses (k,), for k parameter vectors W (k, P), here k = 2 * chunk.
    """
    refuse({"w": w})
    slopes = np.empty_like(w)
    for start in range(0, w.size, chunk):
        moved = np.arange(start, min(start + chunk, w.size))
        nudges = np.zeros((len(moved), w.size), dtype=w.dtype)
        nudges[np.arange(len(moved)), moved] = h
        above, below = np.split(f(np.concatenate([w + nudges, w - nudges])), 2)
        slopes[moved] = (above - below) / (2 * h)
    return slopes
