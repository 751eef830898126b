"""How derivatives grow: nodes by order and by depth, and the time to simplify graphs of many nodes.

The counts are exact and the same on every machine; the times are those of this one.
"""

from __future__ import annotations

import harness  # noqa: F401  (first, since it pins the BLAS threads)

import time
from collections.abc import Sequence

import numpy as np

import symdiff as sd


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


def main() -> None:
    """Three tables."""
    rng = np.random.default_rng(0)
    orders = range(1, 11)
    print("nodes of the n-th derivative, n =", *orders)
    for f in (sd.tanh, sd.sigmoid, sd.softplus, sd.erf, sd.log1p, sd.sin):
        print(f"  {f.__name__:9}", *by_order(f, orders))

    print("\nnodes:  function  gradient  Hessian  third derivatives")
    for layers in (1, 2, 3):
        y, x = tanh_net(rng, layers)
        g = sd.grad(y, x)
        h = sd.jacobian(g, x)
        print(f"  tanh net, {layers} layers    ", *map(size, (y, g, h, sd.jacobian(h, x))))
    for depth in (25, 50, 100, 200):
        y, x = residual_net(rng, depth)
        print(f"  residual, depth {depth:3}", *map(size, (y, sd.grad(y, x), sd.hessian(y, x))))

    print("\nseconds to simplify:  nodes before  after  seconds  microseconds a node")
    for terms in (300, 1000, 3000, 10_000, 25_000):
        y = wide_sum(terms)
        start = time.perf_counter()
        simple = sd.simplify(y)
        seconds = time.perf_counter() - start
        again = sd.simplify(simple) is simple
        each = 1e6 * seconds / size(y)
        print(f"  {size(y):7} {size(simple):7} {seconds:7.2f} {each:7.1f}  again the same: {again}")


if __name__ == "__main__":
    main()
