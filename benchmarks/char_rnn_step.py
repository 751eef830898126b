"""One training step of a tanh char-RNN against backpropagation through time written by hand.

Batch 8, hidden 100, length 20, vocabulary 71: loss, all gradients and the Adam update on both sides.
"""

from __future__ import annotations

from typing import Any

from harness import agree, compare  # first, since it pins the BLAS threads

import numpy as np

import symdiff as sd
from symdiff.modules import RNN, Linear
from symdiff.optim import Adam

BATCH, HIDDEN, LENGTH, VOCABULARY = 8, 100, 20, 71
RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8


class ByHand:
    """The same model with every derivative written out, and products over all steps where possible."""

    def __init__(self, weights: list[np.ndarray]) -> None:
        self.weights = [w.copy() for w in weights]
        self.first = [np.zeros_like(w) for w in weights]
        self.second = [np.zeros_like(w) for w in weights]
        self.t = 0

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[Any, list[np.ndarray]]:
        """The loss, and its derivative by each weight."""
        table, recurrent, bias, output, offset = self.weights
        inputs = (table + bias)[x]
        states = np.zeros((LENGTH + 1, BATCH, HIDDEN), inputs.dtype)
        for t in range(LENGTH):
            np.tanh(inputs[t] + states[t] @ recurrent, out=states[t + 1])
        flat = states[1:].reshape(-1, HIDDEN)
        logits = flat @ output + offset
        logits -= logits.max(axis=1, keepdims=True)
        p = np.exp(logits)
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(p))
        loss = -np.log(p[rows, y.ravel()]).mean()
        p[rows, y.ravel()] -= 1
        p /= len(p)
        d_states = (p @ output.T).reshape(LENGTH, BATCH, HIDDEN)
        d_inputs = np.empty_like(inputs)
        carried = np.zeros((BATCH, HIDDEN), inputs.dtype)
        for t in reversed(range(LENGTH)):
            d_inputs[t] = (d_states[t] + carried) * (1 - states[t + 1] ** 2)
            carried = d_inputs[t] @ recurrent.T
        d = d_inputs.reshape(-1, HIDDEN)
        d_table = np.zeros_like(table)
        np.add.at(d_table, x.ravel(), d)
        d_recurrent = states[:-1].reshape(-1, HIDDEN).T @ d
        return loss, [d_table, d_recurrent, d.sum(axis=0), flat.T @ p, p.sum(axis=0)]

    def step(self, x: np.ndarray, y: np.ndarray) -> Any:
        """The loss, before one Adam update of every weight."""
        loss, gradients = self.gradients(x, y)
        self.t += 1
        shrink, grow = 1 - BETA1**self.t, 1 - BETA2**self.t
        for w, m, v, g in zip(self.weights, self.first, self.second, gradients, strict=True):
            m += (1 - BETA1) * (g - m)
            v += (1 - BETA2) * (g * g - v)
            w -= RATE * (m / shrink) / (np.sqrt(v / grow) + EPSILON)
        return loss


def run(dtype: Any) -> None:
    """Build both sides, check that they agree, and time them."""
    rng = np.random.default_rng(0)
    cell = RNN(VOCABULARY, HIDDEN, rng=rng, dtype=dtype)
    output = Linear(HIDDEN, VOCABULARY, rng=rng, dtype=dtype)
    layer = cell.layers[0]
    weights = [layer.input, layer.recurrent, layer.bias, output.weight, output.bias]
    x = sd.Placeholder((LENGTH, BATCH), np.int64, "x")
    y = sd.Placeholder((LENGTH, BATCH), np.int64, "y")
    states, _ = cell(x)
    loss = sd.softmax_cross_entropy(output(states), y).mean()
    gradients = sd.grad(loss, weights)
    adam = Adam(RATE, beta1=BETA1, beta2=BETA2, epsilon=EPSILON)
    step = sd.compile(loss, [x, y], updates=adam.updates(weights, gradients))

    by_hand = ByHand([w.value for w in weights])
    codes = rng.integers(0, VOCABULARY, (2, LENGTH, BATCH))
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    value, expected = by_hand.gradients(*codes)
    agree(sd.compile([loss, *gradients], [x, y])(*codes), [value, *expected], tolerance)
    sides = {"by hand": lambda: by_hand.step(*codes), "symdiff": lambda: step(*codes)}
    compare(f"char-RNN step, tanh, {np.dtype(dtype).name}", sides, base="by hand")


if __name__ == "__main__":
    run(np.float32)
    run(np.float64)
