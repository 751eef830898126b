"""The derivative of a function of fifty operations, written as a program of Python's math or of NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["RATES", "by_math", "by_numpy", "fifty_operations"]

RATES = (0.5, 0.7, 0.9, 1.1)


def fifty_operations(library: Any, x: Any) -> Any:
    """Four times (tanh(a u) + sin u / sqrt(u^2 + 1)) * log(exp u + 2), twelve operations, then u^2 + u."""
    u = x
    for rate in RATES:
        s = library.sin(u) / library.sqrt(u * u + 1.0)
        u = (library.tanh(u * rate) + s) * library.log(library.exp(u) + 2.0)
    return u * u + u


def by_math() -> Callable[[float], float]:
    """Forward derivatives, each block's factor written out with all that the value has computed."""
    lines = ["def derivative(u):", "    d = 1.0"]
    for rate in RATES:
        lines += [
            f"    t = tanh(u * {rate})",
            "    r = 1.0 / sqrt(u * u + 1.0)",
            "    s = sin(u) * r",
            "    z = t + s",
            "    e = exp(u)",
            "    l = e + 2.0",
            f"    g = {math.log(2)} * log2(l)",  # half the time of log
            f"    d *= ({rate} * (1.0 - t * t) + (cos(u) - s * u * r) * r) * g + z * e / l",
            "    u = z * g",
        ]
    lines.append("    return (u + u + 1.0) * d")
    used = ("sin", "cos", "tanh", "exp", "log2", "sqrt")
    namespace: dict[str, Any] = {name: getattr(math, name) for name in used}
    exec("\n".join(lines), namespace)
    found: Callable[[float], float] = namespace["derivative"]
    return found


def by_numpy(count: int) -> Callable[[np.ndarray], np.ndarray]:
    """The same on vectors, every operation into a buffer that is given by position, which is faster."""
    d, u, *parts = np.empty((9, count))
    slope, _, s, _, _, g, _ = parts
    multiply, add = np.multiply, np.add

    def derivative(x: np.ndarray) -> np.ndarray:
        now = x
        for k, rate in enumerate(RATES):
            block(now, rate, parts)
            if k:
                multiply(d, slope, d)
            else:
                np.copyto(d, slope)
            now = multiply(s, g, u)
        add(u, u, slope)
        add(slope, 1.0, slope)
        return multiply(d, slope, d)

    return derivative


def block(u: np.ndarray, rate: float, buffers: Sequence[np.ndarray]) -> None:
    """The slope of one of the four in the first buffer, and in *s* and *g* what its value is a product of."""
    slope, t, s, r, e, g, b = buffers
    add, subtract, multiply, divide = np.add, np.subtract, np.multiply, np.divide
    multiply(u, rate, t)
    np.tanh(t, t)
    multiply(u, u, r)
    add(r, 1.0, r)
    np.sqrt(r, r)
    np.sin(u, s)
    divide(s, r, s)
    multiply(s, u, b)  # (cos u - s u / r) / r
    divide(b, r, b)
    np.cos(u, slope)
    subtract(slope, b, slope)
    divide(slope, r, slope)
    multiply(t, t, b)  # + rate (1 - t^2)
    multiply(b, rate, b)
    subtract(slope, b, slope)
    add(slope, rate, slope)
    np.exp(u, e)
    add(e, 2.0, b)
    np.log(b, g)
    add(t, s, s)
    multiply(slope, g, slope)
    divide(e, b, e)
    multiply(e, s, e)
    add(slope, e, slope)
