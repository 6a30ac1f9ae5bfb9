"""Day 47: plausible wrong foldings and walks; the day's checks must reject each of them."""

SCALE = "scale = gamma / (variance + eps) ** 0.5"
WALK = """
    values |= inputs
    for node in graph.node:
        arguments = [values[name] if name else None for name in node.input]
        values[node.output[0]] = function_for(node.op_type)(*arguments, **attributes(node))
    return [values[output.name] for output in graph.output]
"""


def spoilt(old: str, new: str) -> str:
    """The right walk with one piece of its text replaced."""
    assert old in WALK
    return WALK.replace(old, new)


WRONG = {
    "fold_batch_norm": {
        "the input channels scaled": f"""
            {SCALE}
            return weight * scale[:, None, None], (bias - mean) * scale + beta
        """,
        "the root forgotten": """
            scale = gamma / (variance + eps)
            return weight * scale[:, None, None, None], (bias - mean) * scale + beta
        """,
        "eps beside the root": """
            scale = gamma / (variance**0.5 + eps)
            return weight * scale[:, None, None, None], (bias - mean) * scale + beta
        """,
        "eps forgotten": """
            scale = gamma / variance**0.5
            return weight * scale[:, None, None, None], (bias - mean) * scale + beta
        """,
        "gamma forgotten": """
            scale = 1 / (variance + eps) ** 0.5
            return weight * scale[:, None, None, None], (bias - mean) * scale + beta
        """,
        "the convolution's own bias dropped": f"""
            {SCALE}
            return weight * scale[:, None, None, None], beta - mean * scale
        """,
        "the convolution's own bias not scaled": f"""
            {SCALE}
            return weight * scale[:, None, None, None], bias + beta - mean * scale
        """,
        "the mean added": f"""
            {SCALE}
            return weight * scale[:, None, None, None], (bias + mean) * scale + beta
        """,
        "the mean not scaled": f"""
            {SCALE}
            return weight * scale[:, None, None, None], bias * scale + beta - mean
        """,
        "beta scaled as well": f"""
            {SCALE}
            return weight * scale[:, None, None, None], (bias - mean + beta) * scale
        """,
        "only the weights": f"""
            {SCALE}
            return weight * scale[:, None, None, None], bias
        """,
    },
    "run_graph": {
        "each result handed to the next node": """
            result = list(inputs.values())
            for node in graph.node:
                stored = [values[name] for name in node.input if name in values]
                count = len([name for name in node.input if name not in values])
                result = [function_for(node.op_type)(*(result * count)[:count], *stored, **attributes(node))]
            return result
        """,
        "inputs in the order of the dictionary": spoilt(
            "arguments = [values[name] if name else None for name in node.input]",
            "arguments = [a for name, a in values.items() for n in node.input if n == name]",
        ),
        "the attributes ignored": spoilt(", **attributes(node)", ""),
        "left-out arguments dropped": spoilt(
            "[values[name] if name else None for name in node.input]",
            "[values[name] for name in node.input if name]",
        ),
        "the last node's result returned": spoilt(
            "return [values[output.name] for output in graph.output]",
            "return [values[node.output[0]]]",
        ),
        "only the first output returned": spoilt(
            "return [values[output.name] for output in graph.output]",
            "return [values[graph.output[0].name]]",
        ),
        "every node's result returned": spoilt(
            "return [values[output.name] for output in graph.output]",
            "return [values[node.output[0]] for node in graph.node]",
        ),
        "stored values before those put in": spoilt("values |= inputs", "values = inputs | values"),
    },
}
