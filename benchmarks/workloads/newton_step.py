"""A Newton step of a matrix factorisation through its structured Hessian, against the dense system.

f = sum((T - U @ V.T)**2) by U: the Hessian has (n k)**2 entries, of which k * k are distinct numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from harness import Call, Contest, Settings, Side, contest, ready
from outcomes import Outcome

import symdiff as sd

__all__ = ["outcomes"]

K = 10
LARGEST = 100  # rows up to which the dense system is solved as well


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Rows of U: 30 to 1000; the dense solve is given its matrix, the others compute the block."""
    for n in settings.sizes(30, 100, 300, 1000):
        hessian, gradient, u, v = problem(n)
        value = gradient()
        sides = {
            "hand": Side(ready(by_hand, v.value, value)),
            "symdiff": Side(partial(by_symdiff, hessian, value)),
        }
        if n <= LARGEST:
            matrix = hessian.dense()().reshape(u.value.size, -1)
            sides["dense solve"] = Side(ready(by_dense_solve, matrix, value))
        title = f"Newton step of a factorisation, n = {n}, k = {K} ({hessian.structure})"
        yield contest(Contest(title, sides, tolerance=1e-8), settings)


def problem(n: int) -> tuple[sd.Structured, sd.Node, sd.Variable, sd.Variable]:
    """The Hessian as an operator, the gradient, what it is by, and the other factor."""
    rng = np.random.default_rng(0)
    T, U, V = (
        sd.Variable(rng.normal(size=s), name) for s, name in [((n, n), "T"), ((n, K), "U"), ((n, K), "V")]
    )
    f = ((T - U @ V.T) ** 2).sum()
    return sd.structured(sd.hessian(f, U)), sd.grad(f, U), U, V


def by_hand(v: np.ndarray, value: np.ndarray) -> list[np.ndarray]:
    """One small system with a right-hand side for each row."""
    return [np.linalg.solve(2 * v.T @ v, value.T).T]


def by_dense_solve(matrix: np.ndarray, value: np.ndarray) -> list[np.ndarray]:
    """The system as large as it is, with its matrix at hand."""
    return [np.linalg.solve(matrix, value.ravel()).reshape(value.shape)]


def by_symdiff(hessian: sd.Structured, value: np.ndarray) -> Call:
    """A program of the right-hand side."""
    g = sd.Placeholder(value.shape, name="g")
    return partial(sd.compile([hessian.solve(g)], [g]), value)
