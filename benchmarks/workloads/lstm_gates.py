"""The elementwise part of an LSTM step on 2048 x 512 float32 entries: no product, all memory and tanh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from harness import Call, Contest, Settings, Side, contest
from outcomes import Outcome, Target

import symdiff as sd

__all__ = ["outcomes"]

Array = np.ndarray[Any, np.dtype[Any]]
SHAPE = (2048, 512)
TILE = 1 << 17  # entries of a tile: 512 KB; smaller ones lose more to calls than they win


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """c' = f * c + i * g and h' = o * tanh(c'), with i, f, o = sigmoid(...) and g = tanh(...)."""
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=SHAPE).astype(np.float32) for _ in range(5)]
    sides = {
        "hand": Side(partial(by_hand, inputs, inputs[0].size)),
        "hand, tiled": Side(partial(by_hand, inputs, TILE)),
        "symdiff": Side(partial(by_symdiff, inputs)),
        "symdiff, C": Side(partial(by_symdiff, inputs, "c")),
        "jax": Side(partial(by_jax, inputs), "jax"),
        "torch eager": Side(partial(by_torch, inputs), "torch"),
    }
    targets = Target("hand", 1.1), Target("hand", 0.85, who="symdiff, C")
    yield contest(Contest("LSTM gates, 2048 x 512, float32", sides, targets), settings)


def by_hand(inputs: Sequence[Array], tile: int) -> Call:
    """Buffers for everything, sigmoid by tanh; in tiles of so many entries."""
    flat = [array.reshape(-1) for array in inputs]
    cell, state = (np.empty(SHAPE, np.float32) for _ in range(2))
    scratch = np.empty((2, tile), np.float32)
    starts = range(0, flat[0].size, tile)
    parts = [[array[k : k + tile] for array in (*flat, cell.reshape(-1), state.reshape(-1))] for k in starts]

    def sigmoid(z: Array, out: Array) -> None:
        np.multiply(z, 0.5, out=out)
        np.tanh(out, out=out)
        np.multiply(out, 0.5, out=out)
        np.add(out, 0.5, out=out)

    def call() -> list[Array]:
        for i, f, o, g, c, new, h in parts:
            a, b = scratch[:, : len(i)]
            sigmoid(f, a)
            np.multiply(a, c, out=new)
            sigmoid(i, a)
            np.tanh(g, out=b)
            np.multiply(a, b, out=a)
            np.add(new, a, out=new)
            sigmoid(o, a)
            np.tanh(new, out=b)
            np.multiply(a, b, out=h)
        return [cell, state]

    return call


def by_symdiff(inputs: Sequence[Array], backend: str = "numpy") -> Call:
    """A program of the five inputs."""
    i, f, o, g, c = given = [sd.Placeholder(SHAPE, np.float32, name) for name in "ifogc"]
    cell = sd.sigmoid(f) * c + sd.sigmoid(i) * sd.tanh(g)
    state = sd.sigmoid(o) * sd.tanh(cell)
    return partial(sd.compile([cell, state], given, backend=backend), *inputs)


def by_jax(inputs: Sequence[Array]) -> Call:
    """One jitted function."""
    import jax
    import jax.numpy as jnp

    def gates(i: Any, f: Any, o: Any, g: Any, c: Any) -> Any:
        cell = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return cell, jax.nn.sigmoid(o) * jnp.tanh(cell)

    given = [jnp.asarray(array) for array in inputs]
    compiled = jax.jit(gates)
    return lambda: jax.block_until_ready(compiled(*given))


def by_torch(inputs: Sequence[Array]) -> Call:
    """Eager, without recording for a derivative."""
    import torch

    i, f, o, g, c = (torch.tensor(array) for array in inputs)

    def call() -> Any:
        with torch.no_grad():
            cell = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            return cell, torch.sigmoid(o) * torch.tanh(cell)

    return call
