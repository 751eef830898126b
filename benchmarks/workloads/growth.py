"""How derivatives grow: nodes by order and by depth, and the time to simplify graphs of many nodes.

The counts are exact and the same on every machine; the times are those of this one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np
from harness import Settings
from outcomes import Outcome

import symdiff as sd

__all__ = ["outcomes"]


def size(*nodes: sd.Node) -> int:
    """Nodes of a graph, its leaves included."""
    return len(sd.toposort(*nodes))


def variable(rng: np.random.Generator, *shape: int) -> sd.Variable:
    """Normally distributed numbers."""
    return sd.Variable(rng.normal(size=shape) / np.sqrt(max(shape)))


def by_order(f: object, orders: Sequence[int]) -> list[int]:
    """Nodes of the derivatives of a function of a scalar."""
    x = sd.Variable(0.3, "x")
    return [size(sd.derivative(f(x), x, n)) for n in orders]  # type: ignore[operator]


def tanh_net(rng: np.random.Generator, layers: int) -> tuple[sd.Node, sd.Node]:
    """A scalar function of a vector, through dense layers."""
    x = variable(rng, 4)
    h: sd.Node = x
    for _ in range(layers):
        h = sd.tanh(variable(rng, 4, 4) @ h)
    return h.sum(), x


def residual_net(rng: np.random.Generator, depth: int) -> tuple[sd.Node, sd.Node]:
    """A scalar function of a vector, through blocks that add to it."""
    x = variable(rng, 4)
    h: sd.Node = x
    for _ in range(depth):
        h = h + sd.tanh(variable(rng, 4, 4) @ h)
    return (h * h).sum(), x


def wide_sum(terms: int) -> sd.Node:
    """A graph of many nodes in which rules apply everywhere."""
    x = sd.Variable(np.linspace(0.1, 0.9, 3), "x")
    h: sd.Node = x
    for k in range(terms):
        h = sd.tanh(sd.log(sd.exp(h)) + x * (1.0 + k))
    return h


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Three tables."""
    rng = np.random.default_rng(0)
    orders = range(1, 11)
    functions = (sd.tanh, sd.sigmoid, sd.softplus, sd.erf, sd.log1p, sd.sin)
    counts = [(f.__name__, *by_order(f, orders)) for f in functions]
    yield listed("nodes of the n-th derivative", ("n =", *orders), counts)

    counts = []
    for layers in (1, 2, 3):
        y, x = tanh_net(rng, layers)
        g = sd.grad(y, x)
        h = sd.jacobian(g, x)
        counts.append((f"tanh net, {layers} layers", *map(size, (y, g, h, sd.jacobian(h, x)))))
    for depth in settings.sizes(25, 50, 100, 200):
        y, x = residual_net(rng, depth)
        counts.append((f"residual, depth {depth}", *map(size, (y, sd.grad(y, x), sd.hessian(y, x))), ""))
    yield listed("nodes of derivatives by order", ("", "function", "gradient", "Hessian", "third"), counts)

    times = [simplified(terms) for terms in settings.sizes(300, 1000, 3000, 10_000, 25_000)]
    yield listed("time to simplify", ("", "before", "after", "seconds", "us a node", "same again"), times)


def simplified(terms: int) -> tuple[object, ...]:
    """A line of the last table."""
    y = wide_sum(terms)
    start = time.perf_counter()
    simple = sd.simplify(y)
    seconds = time.perf_counter() - start
    again = sd.simplify(simple) is simple
    return f"{terms} terms", size(y), size(simple), f"{seconds:.2f}", f"{1e6 * seconds / size(y):.1f}", again


def listed(title: str, head: Sequence[object], rows: Sequence[Sequence[object]]) -> Outcome:
    """A table of counts."""
    lines = [
        f"  {row[0]!s:24}" + "".join(f"{cell!s:>{12 if len(row) < 8 else 6}}" for cell in row[1:])
        for row in (head, *rows)
    ]
    return Outcome(title, lines=lines, plotted=False)
