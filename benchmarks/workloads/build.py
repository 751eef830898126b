"""From nothing to the first gradient: a tanh RNN unrolled for 50, 200 and 800 steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from harness import Contest, Settings, Side, contest, ready
from outcomes import Bound, Outcome, Target, Verdict

import symdiff as sd

__all__ = ["outcomes"]

BATCH, HIDDEN = 32, 64
SECONDS = {50: 0.1, 200: 0.4, 800: 1.6}


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """h = tanh(x[t] @ W + h @ U + b); the mean square of the last state, and its gradients."""
    rates = {}
    for steps in settings.sizes(50, 200, 800):
        rng = np.random.default_rng(0)
        W, U = (rng.normal(size=(HIDDEN, HIDDEN)) * s / np.sqrt(HIDDEN) for s in (0.5, 1.5))
        arrays = rng.normal(size=(steps, BATCH, HIDDEN)), W, U, np.zeros(HIDDEN)
        given = [array.astype(np.float32) for array in arrays]
        sides = {
            "symdiff": Side(ready(by_symdiff, *given)),
            "jax unrolled": Side(ready(by_jax, *given), "jax", once=True),
            "hand, run only": Side(ready(by_hand, *given)),
        }
        targets = Bound(SECONDS[steps]), Target("jax unrolled", 1 / 20)
        title = f"RNN of {steps} steps: build, differentiate, compile and run once"
        outcome = contest(Contest(title, sides, targets, tolerance=1e-2, base="symdiff"), settings)
        outcome.plotted = False
        rates[steps] = outcome.timings["symdiff"].median / steps
        if len(rates) > 1:
            growth = rates[steps] / rates[50]
            words = f"{steps} steps: <= 1.30 x the time per step of 50"
            outcome.verdicts.append(Verdict(words, f"{growth:.2f}", growth <= 1.3))
        yield outcome


def by_symdiff(x: np.ndarray, *arrays: np.ndarray) -> Any:
    """New variables every time, so that nothing is known from before but the orders of contractions."""
    W, U, b = weights = [sd.Variable(array, name) for array, name in zip(arrays, "WUb", strict=True)]
    given = sd.Placeholder(x.shape, x.dtype, "x")
    h = sd.zeros((BATCH, HIDDEN), x.dtype)
    for t in range(len(x)):
        h = sd.tanh(given[t] @ W + h @ U + b)
    loss = (h * h).mean()
    return sd.compile([loss, *sd.grad(loss, weights)], [given])(x)


def by_jax(x: np.ndarray, *arrays: np.ndarray) -> Any:
    """Traced, lowered, compiled and run."""
    import jax
    import jax.numpy as jnp

    def value(weights: Any, x: Any) -> Any:
        W, U, b = weights
        h = jnp.zeros((BATCH, HIDDEN), x.dtype)
        for row in x:
            h = jnp.tanh(row @ W + h @ U + b)
        return (h * h).mean()

    compiled = jax.jit(lambda *given: jax.tree.leaves(jax.value_and_grad(value)(*given)))
    return jax.block_until_ready(compiled([jnp.asarray(a) for a in arrays], jnp.asarray(x)))


def by_hand(x: np.ndarray, *weights: np.ndarray) -> Any:
    """Nothing to build: one run of NumPy."""
    W, U, b = weights
    states = np.zeros((len(x) + 1, BATCH, HIDDEN), x.dtype)
    for t, drive in enumerate((x.reshape(-1, HIDDEN) @ W + b).reshape(x.shape)):
        np.tanh(drive + states[t] @ U, out=states[t + 1])
    h = states[-1]
    loss, d = (h * h).mean(), h * x.dtype.type(2 / h.size)
    ds = np.empty_like(x)
    for t in range(len(x) - 1, -1, -1):
        np.multiply(d, 1 - states[t + 1] ** 2, out=ds[t])
        d = ds[t] @ U.T
    rows = ds.reshape(-1, HIDDEN)
    d_U = states[:-1].reshape(-1, HIDDEN).T @ rows
    return [loss, x.reshape(-1, HIDDEN).T @ rows, d_U, rows.sum(0)]
