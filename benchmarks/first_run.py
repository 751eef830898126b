"""From expression to first gradient: build, differentiate, compile and run a graph of under 20 nodes.

Every repetition makes new variables, so nothing of the last one is reused but the program's own caches
of equations and contraction orders.
"""

from __future__ import annotations

from harness import compare  # first, since it pins the BLAS threads

import numpy as np

import symdiff as sd

RNG = np.random.default_rng(0)
MATRIX, VECTOR = RNG.normal(size=(4, 3)), RNG.normal(size=3)


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


if __name__ == "__main__":
    for case in (scalar, layer, evaluated):
        print(f"{case.__name__}: {case.__doc__}")
    compare("first run", {"scalar": scalar, "layer": layer, "evaluated": evaluated}, base="scalar")
