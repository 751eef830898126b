"""Where operations are smooth and well-conditioned, and expressions that lead any value there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.node import Node

__all__ = ["DOMAINS", "LARGEST_CONDITION", "Domain", "apart"]

Array = Any
LARGEST_CONDITION = 30.0  # of matrices that are inverted
GAP = 0.02  # between values that are compared with each other


class Domain(NamedTuple):
    """A test of a value, and functions of nodes whose values pass it; of both, the shape stays."""

    holds: Callable[[Array], bool]
    guards: tuple[Callable[[Node], Node], ...] = ()
    rank: int = 0  # axes that the value must have at least
    square: bool = False  # whether the last two of them are of one size, which is not 0


def apart(value: Array) -> bool:
    """Whether no two entries lie near each other."""
    return value.size < 2 or float(np.diff(np.sort(value, axis=None)).min()) > GAP


def _ramp(x: Node) -> Node:
    """Distinct numbers in no order, of the shape of *x*."""
    size = int(np.prod(x.shape))
    numbers = np.random.default_rng(size).permutation(size).reshape(x.shape)
    return sd.constant((numbers / max(size, 1) * 2 - 0.9).astype(x.dtype))


def _condition(value: Array) -> bool:
    return bool(np.all(np.linalg.cond(value.astype(np.float64)) < LARGEST_CONDITION))


def _generic(value: Array) -> bool:
    """No zeros either: factors of matrices jump where a reflection is not needed."""
    return _condition(value) and bool(np.abs(value).min(initial=1.0) > 1e-3)


def _definite(value: Array) -> bool:
    wide = value.astype(np.float64)
    mirrored = np.array_equal(wide, wide.swapaxes(-1, -2))
    return mirrored and bool(np.all(np.linalg.eigvalsh(wide) > 0.2)) and _condition(value)


def _eye(x: Node) -> Node:
    return sd.eye(x.shape[-1], dtype=x.dtype)


def _gram(x: Node) -> Node:
    return x @ sd.swapaxes(x, -1, -2)


POSITIVE = (
    lambda x: x * x + 0.5,
    lambda x: sd.exp(x / 2),
    lambda x: sd.softplus(x) + 0.25,
    lambda x: 1.5 + sd.sin(x),
    lambda x: sd.sqrt(1 + x * x),
    lambda x: sd.sigmoid(x) + 0.25,
    lambda x: sd.exp(sd.tanh(x)),
    lambda x: 0.5 + x**4 / 8,
)

INVERTIBLE = (
    lambda x: _gram(x) + _eye(x),
    lambda x: sd.tanh(x) / 4 + 2 * _eye(x),
    lambda x: sd.linalg.expm(x / 4),
)

DOMAINS: dict[str, Domain] = {
    "any": Domain(lambda v: True),
    "positive": Domain(lambda v: v.min(initial=1.0) > 0.2, POSITIVE),
    "nonzero": Domain(
        lambda v: np.abs(v).min(initial=1.0) > 0.1,
        (*POSITIVE, lambda x: -1.5 - x * x, lambda x: sd.tanh(x) + 1.25, lambda x: sd.sin(x) - 1.25),
    ),
    "unit": Domain(
        lambda v: np.abs(v).max(initial=0.0) < 0.85,
        (lambda x: sd.tanh(x) * 0.8, lambda x: sd.sin(x) / 2, lambda x: x / (1 + x * x)),
    ),
    "fraction": Domain(
        lambda v: v.min(initial=0.5) > 0.1 and v.max(initial=0.5) < 0.9,
        (lambda x: sd.sigmoid(x / 2), lambda x: 0.5 + sd.tanh(x) / 3, lambda x: 1 / (1.2 + x * x) + 0.05),
    ),
    "above one": Domain(
        lambda v: v.min(initial=2.0) > 1.2,
        (lambda x: 1.5 + x * x, lambda x: sd.cosh(x) + 0.5, lambda x: sd.exp(sd.sin(x)) + 1),
    ),
    "distinct": Domain(apart, (lambda x: _ramp(x) + sd.sin(x) / 999, lambda x: sd.exp(_ramp(x) + x / 999))),
    "invertible": Domain(_condition, INVERTIBLE, rank=2, square=True),
    "generic": Domain(_generic, INVERTIBLE, rank=2, square=True),
    "definite": Domain(
        _definite,
        (lambda x: _gram(x) / 4 + _eye(x), lambda x: _gram(sd.tanh(x)) + 2 * _eye(x)),
        rank=2,
        square=True,
    ),
}
