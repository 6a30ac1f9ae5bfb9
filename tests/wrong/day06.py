"""Day 6: plausible wrong difference quotients; the day's checks must reject each of them."""

WRONG = {
    "numeric_gradient": {
        "forward differences": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept, here = value[index], f(params)
                    value[index] = kept + h
                    gradients[name][index] = (f(params) - here) / h
                    value[index] = kept
        """,
        "backward differences": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept, here = value[index], f(params)
                    value[index] = kept - h
                    gradients[name][index] = (here - f(params)) / h
                    value[index] = kept
        """,
        "divided by h, though the points lie 2h apart": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + h
                    above = f(params)
                    value[index] = kept - h
                    gradients[name][index] = (above - f(params)) / h
                    value[index] = kept
        """,
        "back to the start instead of below it": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    value[index] += h
                    above = f(params)
                    value[index] -= h
                    gradients[name][index] = (above - f(params)) / (2 * h)
        """,
        "the number is left below its place": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + h
                    above = f(params)
                    value[index] = kept - h
                    gradients[name][index] = (above - f(params)) / (2 * h)
        """,
        "below minus above": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + h
                    above = f(params)
                    value[index] = kept - h
                    gradients[name][index] = (f(params) - above) / (2 * h)
                    value[index] = kept
        """,
        "the whole array moved at once": """
            for name, value in params.items():
                above, below = f(params | {name: value + h}), f(params | {name: value - h})
                gradients[name] = np.full(value.shape, (above - below) / (2 * h))
        """,
        "whole rows moved at once": """
            for name, value in params.items():
                for row in range(len(value)):
                    kept = value[row].copy()
                    value[row] = kept + h
                    above = f(params)
                    value[row] = kept - h
                    gradients[name][row] = (above - f(params)) / (2 * h)
                    value[row] = kept
        """,
        "a step of its own instead of h": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + 1e-5
                    above = f(params)
                    value[index] = kept - 1e-5
                    gradients[name][index] = (above - f(params)) / 2e-5
                    value[index] = kept
        """,
        "a step in proportion to the number": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    step = h * abs(kept)
                    value[index] = kept + step
                    above = f(params)
                    value[index] = kept - step
                    with np.errstate(invalid="ignore"):
                        gradients[name][index] = (above - f(params)) / (2 * step)
                    value[index] = kept
        """,
        "the loss's rise, not its slope": """
            for name, value in params.items():
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + h
                    above = f(params)
                    value[index] = kept - h
                    gradients[name][index] = above - f(params)
                    value[index] = kept
        """,
        "a sum over the array instead of a slope for each number": """
            for name, value in params.items():
                total = 0
                for index in np.ndindex(value.shape):
                    kept = value[index]
                    value[index] = kept + h
                    above = f(params)
                    value[index] = kept - h
                    total += (above - f(params)) / (2 * h)
                    value[index] = kept
                gradients[name] = total
        """,
    },
}
