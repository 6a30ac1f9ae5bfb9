"""Day 29: plausible wrong backward passes; the day's checks must reject each of them."""

SWEEP = """
    flow = {result: 1.0}
    for node in reversed(ancestors(result)):
        node.grad += flow[node]
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            flow[parent] = flow.get(parent, 0.0) + slope * flow[node]
"""


def spoilt(old: str, new: str) -> str:
    """The right sweep with one piece of its text replaced."""
    assert old in SWEEP
    return SWEEP.replace(old, new)


WRONG = {
    "backward": {
        "the last arrival wins": spoilt("flow.get(parent, 0.0) + slope", "slope"),
        "the first arrival wins": spoilt(
            "flow[parent] = flow.get(parent, 0.0) + slope * flow[node]",
            "flow.setdefault(parent, slope * flow[node])",
        ),
        "slopes added instead of multiplied": spoilt("+ slope * flow[node]", "+ slope + flow[node]"),
        "local slopes only": spoilt("slope * flow[node]", "slope"),
        "the seed forgotten": spoilt("{result: 1.0}", "{result: 0.0}"),
        "the seed is the result's value": spoilt("{result: 1.0}", "{result: result.data}"),
        "set, not added, on a second call": spoilt("node.grad += flow[node]", "node.grad = flow[node]"),
        "only the leaves get a slope": spoilt(
            "node.grad += flow[node]", "node.grad += 0.0 if node.parents else flow[node]"
        ),
        "the result itself left out": spoilt(
            "node.grad += flow[node]", "node.grad += flow[node] * (node is not result)"
        ),
        "summed up in .grad, so that old slopes go round again": """
            result.grad += 1.0
            for node in reversed(ancestors(result)):
                for parent, slope in zip(node.parents, node.slopes, strict=True):
                    parent.grad += slope * node.grad
        """,
        "walked forwards": """
            result.grad += 1.0
            for node in ancestors(result):
                for parent, slope in zip(node.parents, node.slopes, strict=True):
                    parent.grad += slope * node.grad
        """,
        "parents of the result only": """
            result.grad += 1.0
            for parent, slope in zip(result.parents, result.slopes, strict=True):
                parent.grad += slope
        """,
        "level by level, each value passing on what it has so far": """
            flow, queue, seen = {result: 1.0}, [result], {result}
            while queue:
                node = queue.pop(0)
                for parent, slope in zip(node.parents, node.slopes, strict=True):
                    flow[parent] = flow.get(parent, 0.0) + slope * flow[node]
                    if parent not in seen:
                        seen.add(parent)
                        queue.insert(0, parent)
            for node, slope in flow.items():
                node.grad += slope
        """,
        "along every path": """
            def push(node, arriving):
                node.grad += arriving
                for parent, slope in zip(node.parents, node.slopes, strict=True):
                    push(parent, slope * arriving)

            push(result, 1.0)
        """,
    },
}  # fmt: skip
