"""Random programs with thresholds so low that arrays are placed in every way: values, and whose memory."""

from __future__ import annotations

import random

import numpy as np
import pytest

import symdiff as sd
import symdiff.backends.numpy as emitter
from symdiff.planning.memory import tiles
from tests.cases import interpret

UNARY = (
    *(sd.sin, sd.cos, sd.tanh, sd.sigmoid, sd.relu, sd.erf, sd.abs, lambda x: x * 0.5, lambda x: 1 - x),
    *(
        lambda x: -x,
        lambda x: x * x,
        lambda x: x / 3,
        lambda x: sd.exp(sd.sin(x)),
        lambda x: sd.clip(x, -1, 1),
    ),
    *(lambda x: sd.where(x > 0, x, sd.sin(x)), lambda x: sd.where(x > 0.1, 1.0, x), lambda x: (x > 0) * x),
    *(lambda x: 1 / (2 + sd.sin(x)), lambda x: x.astype("float32").astype("float64"), lambda x: x**3),
)
SHAPING = (
    *(lambda x: x.T, lambda x: x[::-1], lambda x: x[1:], lambda x: x.reshape(-1), lambda x: x[None]),
    *(lambda x: sd.sum(x, axis=0), lambda x: sd.max(x, axis=-1, keepdims=True), lambda x: sd.mean(x)),
    *(
        lambda x: sd.softmax(x, axis=0),
        lambda x: sd.logsumexp(x, axis=-1),
        lambda x: sd.broadcast_to(x, (2, *x.shape)),
    ),
)
JOINING = (sd.add, sd.multiply, sd.subtract, sd.maximum, lambda x, y: sd.where(x > y, x, y))


def drawn(rng: random.Random, inputs: list[sd.Node]) -> list[sd.Node]:
    """Some outputs of a random graph."""
    pool = list(inputs)

    def pick(fits=lambda node: True):
        found = [node for node in pool if fits(node)]
        return rng.choice(found[-5:] if rng.random() < 0.6 else found) if found else None

    for _ in range(rng.randint(3, 18)):
        x = pick(lambda node: node.ndim > 0)
        like = pick(lambda node, x=x: node.shape == x.shape)
        kind = rng.random()
        if kind < 0.5:
            node = rng.choice(UNARY)(x)
        elif kind < 0.7:
            node = rng.choice(JOINING)(x, like)
        elif kind < 0.8:
            join = rng.choice([sd.concatenate, sd.stack])
            node = join([x, like, pick(lambda node, x=x: node.shape == x.shape)], axis=rng.randrange(x.ndim))
        elif kind < 0.9 and x.ndim == 2:
            other = pick(lambda node, x=x: node.ndim == 2 and node.shape[0] == x.shape[1])
            node = x.T @ x if other is None else x @ other
        else:
            node = rng.choice(SHAPING)(x) if min(x.shape) else -x
        if node.size < 4000:
            pool.append(node)
    loss = sd.tanh(pool[-1]).sum()
    return [rng.choice(pool[len(inputs) // 2 :]) for _ in range(rng.randint(1, 4))] + sd.grad(
        loss, inputs[:1]
    )


def laid_out(rng: random.Random, value: np.ndarray) -> np.ndarray:
    """The same values in some other order in memory."""
    if value.ndim < 2:
        return value.repeat(2)[::2] if value.ndim and rng.random() < 0.3 else value
    return rng.choice([lambda v: v, np.asfortranarray, lambda v: v[::-1].copy()[::-1]])(value)


@pytest.mark.parametrize("batch", range(24))
def test_random_programs_say_what_their_nodes_say(batch, monkeypatch):
    """Also when results are kept, written into or let go, and within a memory limit."""
    rng = random.Random(batch)
    for _ in range(12):
        monkeypatch.setattr(tiles, "LARGE", rng.choice([1, 64, 1 << 20]))
        monkeypatch.setattr(tiles, "PIECE", rng.choice([32, 100, 1 << 18]))
        monkeypatch.setattr(tiles, "FEWEST", rng.choice([2, 3]))
        monkeypatch.setattr(emitter, "RECYCLED", rng.choice([1, 1 << 14]))
        monkeypatch.setattr(emitter, "CROWD", rng.choice([1, 1 << 15]))
        a, b = rng.choice([1, 2, 3, 5]), rng.choice([1, 2, 4])
        inputs = [
            sd.Placeholder(shape, name=name) for shape, name in (((a, b), "x"), ((a, b), "y"), ((b,), "z"))
        ]
        outputs = drawn(rng, inputs)
        program = sd.compile(outputs, inputs)
        check(rng, program, outputs, inputs)


def check(rng: random.Random, program: sd.Program, outputs: list[sd.Node], inputs: list[sd.Node]) -> None:
    """Three calls of a program, and one within a limit."""
    kept = []
    for turn in range(3):
        values = [laid_out(rng, np.random.default_rng(turn).normal(size=node.shape)) for node in inputs]
        before = [value.copy() for value in values]
        given = {node: sd.constant(value) for node, value in zip(inputs, values, strict=True)}
        expected = [interpret(node) for node in sd.substitute(outputs, given)]
        results = program(*values)
        for one, two in zip(results, expected, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-6 * (1 + np.abs(two).max(initial=0)))
        for value, old in zip(values, before, strict=True):
            np.testing.assert_array_equal(value, old)
        for k, one in enumerate(results):
            assert not any(np.shares_memory(one, other) for other in (*values, *results[:k]))
        if rng.random() < 0.5:
            kept += [(result, result.copy()) for result in results]
        else:
            for result in results:
                result[...] = 7
    for result, old in kept:
        np.testing.assert_array_equal(result, old)
    try:
        small = sd.compile(outputs, inputs, memory_limit=int(0.8 * program.cost.peak_bytes))
    except sd.MemoryLimitError:
        return
    for one, two in zip(program(*values), small(*values), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-15)
