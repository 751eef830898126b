"""Rows of the table of test cases, and the values they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from symdiff.node import Node

Array = Any


class Case(NamedTuple):
    """One sample graph: *f* of nodes must be *oracle* of arrays."""

    f: Callable[..., Node]
    oracle: Callable[..., Array]
    arrays: tuple[Array, ...]
    exact: bool = False  # equal to NumPy's own operation to the last bit
    smooth: bool = True  # has derivatives that finite differences can see


def spread(*shape: int, low: float = -1.3, high: float = 1.3) -> Array:
    """Distinct values, none near another nor near 0, in no order."""
    n = int(np.prod(shape))
    values = low + (np.arange(n) + 0.5) * (high - low) / max(n, 1)
    values = np.where(np.abs(values) < 0.09, 0.09 + 0.5 * np.abs(values), values)
    return np.random.default_rng(n).permutation(values).reshape(shape)


def positive(*shape: int) -> Array:
    """Values between 0.5 and 2."""
    return spread(*shape, low=0.5, high=2.0)


def normal(*shape: int) -> Array:
    """Values of a normal distribution."""
    return np.random.default_rng(sum(shape) + 7 * len(shape)).normal(size=shape)


def exact(f: Callable[..., Node], oracle: Callable[..., Array], *arrays: Array) -> Case:
    """A row that must agree with NumPy to the last bit."""
    return Case(f, oracle, arrays, exact=True)


def near(f: Callable[..., Node], oracle: Callable[..., Array], *arrays: Array) -> Case:
    """A row that agrees with NumPy up to rounding."""
    return Case(f, oracle, arrays)


def flat(f: Callable[..., Node], oracle: Callable[..., Array], *arrays: Array) -> Case:
    """A row without derivatives."""
    return Case(f, oracle, arrays, exact=True, smooth=False)


def everywhere(f: Callable[..., Node], oracle: Callable[..., Array], values: Any = spread) -> list[Case]:
    """A function of one operand: on a scalar, sizes 1 and 0, and inside a graph that uses it twice."""
    return [
        *[near(f, oracle, values(*shape)) for shape in [(), (1,), (0,), (2, 0), (2, 3)]],
        near(lambda x: f(x) * x, lambda x: oracle(x) * x, values(3)),
        near(lambda x: (f(x[:, None]) + x).sum(0), lambda x: (oracle(x[:, None]) + x).sum(0), values(3)),
    ]


def pairs(f: Callable[..., Node], oracle: Callable[..., Array], one: Any, two: Any) -> list[Case]:
    """A function of two operands: broadcast, empty, and with both of them in one graph."""
    shapes = [((), ()), ((2, 3), (3,)), ((2, 1), (1, 3)), ((1,), (1,)), ((0,), (1,)), ((2, 0), (0,))]
    return [near(f, oracle, one(*left), two(*right)) for left, right in shapes]


def away(*shape: int) -> Array:
    """Values of both signs, further from 0 than 0.5."""
    values = spread(*shape)
    return values + 0.5 * np.sign(values)
