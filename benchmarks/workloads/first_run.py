"""From an expression of under 20 nodes to its first gradient: build, differentiate, compile and run.

Every repetition makes new variables, so nothing of the last one is reused but the caches of equations
and contraction orders.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from harness import Contest, Settings, Side, contest, ready
from outcomes import Outcome, Verdict, duration

import symdiff as sd

__all__ = ["outcomes"]

LIMIT = 2e-3  # seconds
RNG = np.random.default_rng(0)
MATRIX, VECTOR = RNG.normal(size=(4, 3)), RNG.normal(size=3)


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Three expressions, beside one another."""
    sides = {f.__name__: Side(ready(f), checked=False) for f in (scalar, layer, evaluated)}
    outcome = contest(Contest("first gradient of a small expression", sides, base="scalar"), settings)
    outcome.plotted = False
    for name, timing in outcome.timings.items():
        spent = timing.median
        outcome.verdicts.append(Verdict(f"{name} <= {duration(LIMIT)}", duration(spent), spent <= LIMIT))
    yield outcome


def scalar() -> object:
    """x * y + exp(x + 3) and both derivatives."""
    x, y = sd.Variable(3.0, "x"), sd.Variable(4.0, "y")
    z = x * y + sd.exp(x + 3)
    return sd.compile([z, *sd.grad(z, [x, y])])()


def layer() -> object:
    """The squared error of a tanh layer and its gradients."""
    w, x = sd.Variable(MATRIX, "w"), sd.Variable(VECTOR, "x")
    loss = ((sd.tanh(w @ x) - 1) ** 2).sum()
    return sd.compile([loss, *sd.grad(loss, [w, x])])()


def evaluated() -> object:
    """The same gradient by calling it, without compile."""
    w, x = sd.Variable(MATRIX, "w"), sd.Variable(VECTOR, "x")
    return sd.grad(((sd.tanh(w @ x) - 1) ** 2).sum(), w)()
