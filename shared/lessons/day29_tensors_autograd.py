"""Day 29, PyTorch tensors & autograd: what later days import.

Made from days/phase3_deep_learning/day29_tensors_autograd.ipynb by `days refresh 29`; edit it there.
"""


class Derived:
    """What follows from +, * and **, and so needs no slopes of its own."""

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -1.0 * other

    def __rsub__(self, other):
        return other + -1.0 * self

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return other * self**-1.0

    def __ge__(self, other):  # NumPy's max asks for it
        return self.data >= getattr(other, "data", other)


import math


class Value(Derived):
    """A float, what it was made from, and its slope by each; raises where `math` does."""

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = float(data), 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, k):  # k is a plain number
        slope = k * math.pow(self.data, k - 1) if k else 0.0
        return Value(math.pow(self.data, k), (self,), (slope,))

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def tanh(self):
        return Value(math.tanh(self.data), (self,), (1 - math.tanh(self.data) ** 2,))


def ancestors(result):
    """All Values that `result` was made from, each once, after its parents; `result` comes last."""
    order, seen, stack = [], set(), [(result, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack += [(node, True), *((parent, False) for parent in node.parents)]
    return order


def backward(result):
    """Add to the .grad of `result` and of all its ancestors the slope of `result` by each.

    Every value is visited once, by the chain rule in reverse (Linnainmaa, 1970). Called twice,
    it leaves twice the slopes.
    """
    flow = {result: 1.0}
    for node in reversed(ancestors(result)):
        node.grad += flow[node]
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            flow[parent] = flow.get(parent, 0.0) + slope * flow[node]
