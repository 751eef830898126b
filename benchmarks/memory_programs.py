"""Ten programs of different kinds, of which the memory is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from char_data import char_model
from char_rnn import symdiff_loss

import symdiff as sd

__all__ = ["PROGRAMS", "chain", "text_model", "unrolled"]

Problem = tuple[Any, list[sd.Node], list[np.ndarray]]  # outputs, inputs and their values


def _variable(*shape: int, dtype: Any = np.float64) -> sd.Variable:
    array = np.random.default_rng(sum(shape)).normal(size=shape) / np.sqrt(shape[-1])
    return sd.Variable(array.astype(dtype), f"v{len(shape)}_{shape[0]}")


def _with_gradients(loss: sd.Node, *wrt: sd.Node) -> list[sd.Node]:
    return [loss, *sd.grad(loss, list(wrt))]


def dense() -> Problem:
    """Three dense layers, batch 256."""
    weights = [_variable(*shape) for shape in ((300, 200), (200, 150), (150, 100))]
    h: sd.Node = _variable(256, 300)
    for w in weights:
        h = sd.relu(h @ w)
    return _with_gradients((h * h).mean(), *weights), [], []


def attention() -> Problem:
    """One head of attention over 256 places."""
    q, k, v = (sd.Variable(np.random.default_rng(n).normal(size=(256, 64)), f"x{n}") for n in range(3))
    p = sd.softmax(q @ k.T / 8.0, axis=1)
    return _with_gradients(((p @ v) ** 2).sum(), q, k, v), [], []


def convolutions() -> Problem:
    """Two convolutions and pools."""
    x, first, second = _variable(16, 28, 28, 1), _variable(3, 3, 1, 8), _variable(3, 3, 8, 16)
    h = sd.max_pool2d(sd.relu(sd.conv2d(x, first, padding="same", layout="NHWC")), 2, layout="NHWC")
    h = sd.max_pool2d(sd.relu(sd.conv2d(h, second, padding="same", layout="NHWC")), 2, layout="NHWC")
    return _with_gradients((h * h).sum(), first, second), [], []


def char_rnn() -> Problem:
    """A tanh char-RNN of 20 steps."""
    model = char_model(128, 1, length=20)
    loss, weights, codes = symdiff_loss(model)
    return _with_gradients(loss, *weights), list(codes), [model.x, model.y]


def char_lstm() -> Problem:
    """A char-LSTM of 10 steps."""
    model = char_model(128, 4, length=10)
    loss, weights, codes = symdiff_loss(model)
    return _with_gradients(loss, *weights), list(codes), [model.x, model.y]


def contraction() -> Problem:
    """A ring of tensors with a chord."""
    d = 40
    shapes = ((d, d), (d, d, d), (d, d), (d, d, d), (d, d), (d, d))
    x = [_variable(*shape) for shape in shapes]
    return _with_gradients(sd.einsum("ab,bcd,de,efc,fg,ga->", *x), *x), [], []


def hessian() -> Problem:
    """A dense Hessian of the logistic loss."""
    x, w = _variable(600, 200), _variable(200)
    return sd.hessian(sd.softplus(x @ w).sum(), w), [], []


def elementwise() -> Problem:
    """Gates of a large array."""
    x, y, z = (_variable(500, 400) for _ in range(3))
    return [sd.sigmoid(x) * sd.tanh(y * 2.0) + sd.exp(-z), sd.log1p(x * x) / (1.0 + y * y)], [], []


def statistics() -> Problem:
    """Standardised columns, sums and sorted rows."""
    x = _variable(400, 300)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    return [z, sd.sort(z, axis=1), sd.cumsum(z * z, axis=0), sd.grad((z * z * z).sum(), x)], [], []


def chain(steps: int = 300, size: int = 10_000) -> Problem:
    """A chain of elementwise operations, whose gradient keeps them all."""
    x = _variable(size)
    h: sd.Node = x
    for _ in range(steps):
        h = sd.sin(h) * 1.01
    return _with_gradients(h.sum(), x), [], []


def unrolled(steps: int, batch: int = 128, hidden: int = 64) -> Problem:
    """A tanh RNN of float32, step by step; the mean square of its last state and all gradients."""
    rng = np.random.default_rng(0)
    given = sd.Placeholder((steps, batch, hidden), np.float32, "x")
    W, U = (
        sd.Variable((rng.normal(size=(hidden, hidden)) * s / np.sqrt(hidden)).astype(np.float32), name)
        for s, name in ((0.5, "W"), (1.5, "U"))  # of which the gradient neither dies out nor grows
    )
    b = sd.Variable(np.zeros(hidden, np.float32), "b")
    h: sd.Node = sd.zeros((batch, hidden), np.float32)
    for t in range(steps):
        h = sd.tanh(given[t] @ W + h @ U + b)
    x = rng.normal(size=(steps, batch, hidden)).astype(np.float32)
    return _with_gradients((h * h).mean(), W, U, b), [given], [x]


def text_model(gates: int, length: int, batch: int = 256, hidden: int = 64) -> Problem:
    """A char-RNN whose loss reads the states of all steps, and all gradients."""
    model = char_model(hidden, gates, length=length, batch=batch)
    loss, weights, codes = symdiff_loss(model)
    return _with_gradients(loss, *weights), list(codes), [model.x, model.y]


PROGRAMS: Mapping[str, Callable[[], Problem]] = {
    make.__name__: make
    for make in (
        dense,
        attention,
        convolutions,
        char_rnn,
        char_lstm,
        contraction,
        hessian,
        elementwise,
        statistics,
        chain,
    )
}
