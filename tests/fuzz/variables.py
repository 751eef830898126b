"""Random variables: their shapes, dtypes, values, and what is declared of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

import symdiff as sd

__all__ = ["FACTS", "variables"]

SHAPES = [(3,), (2, 2), (), (2, 3), (3, 3), (3, 2), (1,), (2,), (1, 3), (0,), (2, 0), (2, 1, 2), (4,), (1, 1)]
FACTS = ("none", "none", "none", "positive", "symmetric", "sums to one", "orthonormal", "symmetric positive")
MOST = 14  # entries of all variables together


def _declared(fact: str, value: Any) -> tuple[Any, dict[str, Any]]:
    """A value near the given one that keeps to the fact, and the words that declare it."""
    n = value.ndim
    square = n == 2 and value.shape[0] == value.shape[1]
    if fact.startswith("symmetric") and square:
        value = (value + value.T) / 2
        if fact == "symmetric positive":
            return np.abs(value) + 0.25, {"symmetric": True, "positive": True}
        return value, {"symmetric": True}
    if fact == "positive":
        return np.abs(value) + 0.25, {"positive": True}
    if fact == "sums to one" and n and 0 not in value.shape:
        positive = np.exp(value)
        return positive / positive.sum(axis=-1, keepdims=True), {"sums_to_one": -1, "positive": True}
    if fact == "orthonormal" and n == 2 and value.shape[0] >= value.shape[1] > 0:
        return np.linalg.qr(value)[0], {"orthonormal": True}
    return value, {}


@st.composite
def variables(draw: Any) -> list[sd.Variable]:
    """One to three variables of few entries, all of one dtype."""
    dtype = "float32" if draw(st.integers(0, 9)) == 9 else "float64"
    found: list[sd.Variable] = []
    room = MOST
    for name in "xyz"[: draw(st.integers(1, 3))]:
        shapes = [shape for shape in SHAPES if np.prod(shape) <= room]
        if found and found[-1].shape in shapes:  # the same shape again, often
            shapes = [found[-1].shape] * 4 + shapes
        shape = shapes[draw(st.integers(0, len(shapes) - 1))] if shapes else ()
        room -= int(np.prod(shape))
        rng = np.random.default_rng([len(found), draw(st.integers(0, 99))])
        value, words = _declared(FACTS[draw(st.integers(0, len(FACTS) - 1))], rng.normal(size=shape))
        found.append(sd.Variable(value.astype(dtype), name, **words))
    return found
