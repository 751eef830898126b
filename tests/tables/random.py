"""Random numbers against NumPy's generator from the same key, dropout, and marked regions."""

from __future__ import annotations

from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import GraphError, ShapeError
from symdiff.node import Node
from symdiff.ops import regions
from symdiff.ops.drawn import draws, keys
from symdiff.recompute import Checkpoint
from symdiff.rules import CustomRule
from tests.rows import Case, exact, flat, near, normal, positive, spread

SEED = np.random.SeedSequence(7).generate_state(2, np.uint64)  # what key(7) is
Q = sd.Variable([1.0, 2.0], "q")


def numpy_rng() -> np.random.Generator:
    """NumPy's generator at the start of the key of seed 7."""
    return np.random.Generator(np.random.Philox(key=SEED))


def raw(purpose: int, word: int, count: int) -> Any:
    """Words of the generator from another place of its counter."""
    counter = np.array([0, 0, word, purpose], np.uint64)
    return np.random.Philox(key=SEED, counter=counter).random_raw(count)


def kept(x: Any, rate: float) -> Any:
    """Dropout by NumPy."""
    return np.where(numpy_rng().random(x.shape, x.dtype) < rate, 0, x / x.dtype.type(1 - rate)).astype(
        x.dtype
    )


@sd.custom_rule(vjp=lambda y, x, g: g * sd.sigmoid(x), jvp=lambda y, x, dx: dx * sd.sigmoid(x))
def log1pexp(x: Any) -> Node:
    """log(1 + exp(x)), whose own derivative would be inf / inf at large x."""
    return sd.log1p(sd.exp(x))


@sd.custom_rule(vjp=lambda z, x, y, g: (g * y, g * x))
def times(x: Any, y: Any) -> Node:
    """A product, differentiated as products are, by a cotangent rule alone."""
    return sd.exp(sd.log(x) + sd.log(y))


@sd.custom_rule(jvp=lambda z, x, y, dx, dy: dx * y + x * dy)
def times_forwards(x: Any, y: Any) -> Node:
    """The same by a tangent rule alone."""
    return sd.exp(sd.log(x) + sd.log(y))


@sd.custom_rule(vjp=lambda y, x, g: 2 * g)
def wrong_shape(x: Any) -> Node:
    """A sum whose author forgot to broadcast the cotangent."""
    return x.sum()


@sd.custom_rule(vjp=lambda y, x, g: (g, g))
def too_many(x: Any) -> Node:
    """One argument, two cotangents."""
    return sd.exp(x)


@sd.custom_rule(vjp=lambda y, x, g: sd.maximum(g, 0))
def bent(x: Any) -> Node:
    """A rule that is not linear in the cotangent."""
    return 2 * x


CASES: dict[type[Node], list[Case]] = {
    draws.Uniform: [
        flat(
            lambda x: sd.random.uniform(7, x.shape, dtype=x.dtype),
            lambda x: numpy_rng().random(x.shape, x.dtype),
            x,
        )
        for x in (spread(2, 3), spread(), spread(1), spread(2, 0))
    ]
    + [
        near(
            lambda x, y: sd.random.uniform(7, (2, 3), x, y) * x,
            lambda x, y: (x + (y - x) * numpy_rng().random((2, 3), x.dtype)) * x,
            spread(3),
            positive(2, 1),
        )
    ],
    draws.Normal: [
        flat(
            lambda x: sd.random.normal(7, x.shape, dtype=x.dtype),
            lambda x: numpy_rng().standard_normal(x.shape, x.dtype),
            spread(2, 3),
        ),
        near(
            lambda x, y: sd.random.normal(7, (2, 3), x, y) ** 2,
            lambda x, y: (x + y * numpy_rng().standard_normal((2, 3), x.dtype)) ** 2,
            spread(2, 1),
            positive(3),
        ),
        near(
            lambda x: sd.random.normal(7, None, x, x) * x,
            lambda x: (x + x * numpy_rng().standard_normal(x.shape, x.dtype)) * x,
            spread(2, 1),
        ),
    ],
    draws.Exponential: [
        near(
            lambda x: sd.random.exponential(7, None, x) * x,
            lambda x: x * x * numpy_rng().standard_exponential(x.shape, x.dtype),
            positive(2, 3),
        ),
        flat(
            lambda x: sd.random.exponential(7, (0, 2), dtype=x.dtype),
            lambda x: np.zeros((0, 2), x.dtype),
            spread(1),
        ),
    ],
    draws.Gumbel: [
        near(
            lambda x, y: sd.random.gumbel(7, (2, 3), x, y) * y,
            lambda x, y: (x + y * numpy_rng().gumbel(size=(2, 3)).astype(x.dtype)) * y,
            spread(3),
            positive(),
        ),
    ],
    draws.Integers: [
        flat(
            lambda x: sd.random.integers(7, (3, 2), -2, 5),
            lambda x: numpy_rng().integers(-2, 5, (3, 2)),
            spread(1),
        ),
        flat(
            lambda x: sd.random.integers(7, 4, 0, 256, "uint8"),
            lambda x: numpy_rng().integers(0, 256, 4, np.uint8),
            spread(1),
        ),
        near(
            lambda x: x[sd.random.integers(7, 5, 0, 3)] * x[:1],
            lambda x: x[numpy_rng().integers(0, 3, 5)] * x[:1],
            spread(3),
        ),
    ],
    draws.Permutation: [
        flat(lambda x: sd.random.permutation(7, 5), lambda x: numpy_rng().permutation(5), spread(1)),
        flat(lambda x: sd.random.permutation(7, 0), lambda x: np.zeros(0, np.intp), spread(1)),
        exact(lambda x: sd.random.permutation(7, x), lambda x: x[numpy_rng().permutation(4)], normal(4, 2)),
        near(
            lambda x: sd.random.permutation(7, x, axis=-1) * x,
            lambda x: x[:, numpy_rng().permutation(3)] * x,
            normal(2, 3),
        ),
    ],
    keys.Split: [
        flat(lambda x: sd.random.split(7, 3), lambda x: raw(1, 0, 6).reshape(3, 2), spread(1)),
        flat(
            lambda x: sd.random.split(sd.random.split(7)[1] * 0 + sd.random.key(7)),
            lambda x: raw(1, 0, 4).reshape(2, 2),
            spread(1),
        ),
        flat(lambda x: sd.random.split(7, 0), lambda x: np.zeros((0, 2), np.uint64), spread(1)),
    ],
    keys.FoldIn: [
        flat(lambda x: sd.random.fold_in(7, 5), lambda x: raw(2, 5, 2), spread(1)),
        flat(lambda x: sd.random.fold_in(7, -1), lambda x: raw(2, 2**64 - 1, 2), spread(1)),
        flat(lambda x: sd.random.fold_in(7, sd.argmax(x)), lambda x: raw(2, int(x.argmax()), 2), spread(3)),
    ],
    regions.Barrier: [
        near(
            lambda x: sd.grad((sd.checkpoint(lambda x: sd.tanh(x) ** 2)(x) * x).sum(), x),
            lambda x: np.tanh(x) ** 2 + 2 * x * np.tanh(x) * (1 - np.tanh(x) ** 2),
            spread(2, 3),
        ),
        near(
            lambda x, y: sd.grad(sd.tanh(sd.checkpoint(lambda x: sd.exp(x * y))(x)).sum(), y),
            lambda x, y: (x * np.exp(x * y) / np.cosh(np.exp(x * y)) ** 2).sum(0),
            spread(2, 3),
            spread(3),
        ),
        near(lambda x: regions.Barrier(x * x, x, x) * x, lambda x: x**3, spread(2)),
    ],
    Checkpoint: [
        near(lambda x: sd.checkpoint(sd.tanh)(x) * x, lambda x: np.tanh(x) * x, x)
        for x in (spread(2, 3), spread(), spread(1), spread(0, 2))
    ]
    + [
        near(
            lambda x, y: sd.checkpoint(lambda a, b: sd.tanh(a @ b) @ b)(x, y) + sd.checkpoint(sd.exp)(x),
            lambda x, y: np.tanh(x @ y) @ y + np.exp(x),
            normal(2, 2),
            spread(2, 2),
        ),
        near(
            lambda x: sd.checkpoint(lambda a, b: sd.sin(a * b))(x, x) * sd.checkpoint(sd.sin)(2 * x),
            lambda x: np.sin(x * x) * np.sin(2 * x),
            spread(3),
        ),
    ],
    CustomRule: [
        near(log1pexp, lambda x: np.log1p(np.exp(x)), x)
        for x in (spread(2, 3), spread(), spread(1), spread(0))
    ]
    + [
        near(lambda x, y: times(x, y) * x, lambda x, y: x * y * x, positive(2, 3), positive(2, 3)),
        near(lambda x: times(x, x), lambda x: x * x, positive(3)),
        near(
            lambda x, y: times_forwards(x, y) * y,
            lambda x, y: x * y * y,
            positive(3),
            positive(3)[::-1].copy(),
        ),
        near(lambda x: times_forwards(2 * x, x), lambda x: 2 * x * x, positive(2, 1)),
    ],
}

FUNCTIONS: dict[str, list[Case]] = {
    "dropout": [
        near(lambda x: sd.dropout(x, 0.4, 7) * x, lambda x: kept(x, 0.4) * x, x)
        for x in (spread(3, 4), spread(), spread(1), spread(0, 2))
    ]
    + [
        near(lambda x: sd.dropout(x, 0, 7) * x, lambda x: x * x, spread(3)),
        near(lambda x: sd.dropout(x, 1.0, 7) + x * x, lambda x: x * x, spread(3)),
    ],
    "bernoulli": [
        flat(
            lambda x: sd.random.bernoulli(7, x, (4, 3)),
            lambda x: numpy_rng().random((4, 3), x.dtype) < x,
            spread(3, low=0.1, high=0.9),
        ),
        flat(lambda x: sd.random.bernoulli(7, shape=5), lambda x: numpy_rng().random(5) < 0.5, spread(1)),
        near(
            lambda x: sd.where(sd.random.bernoulli(7, shape=x.shape), x, x**2),
            lambda x: np.where(numpy_rng().random(x.shape) < 0.5, x, x**2),
            spread(2, 3),
        ),
    ],
    "categorical": [
        flat(
            lambda x: sd.random.categorical(7, x),
            lambda x: (x + numpy_rng().gumbel(size=(2, 4)).astype(x.dtype)).argmax(-1),
            spread(2, 4),
        ),
        flat(
            lambda x: sd.random.categorical(7, x, axis=0, shape=(5, 2)),
            lambda x: (x.T + numpy_rng().gumbel(size=(5, 2, 4)).astype(x.dtype)).argmax(-1),
            spread(4, 2),
        ),
        flat(
            lambda x: sd.random.categorical(7, x),
            lambda x: (x + numpy_rng().gumbel(size=3).astype(x.dtype)).argmax(-1),
            spread(3),
        ),
    ],
    "key": [flat(lambda x: sd.random.key(7) + 0, lambda x: SEED, spread(1))],
    "checkpoint of several": [
        near(
            lambda x: sd.add(*sd.checkpoint(lambda x: (sd.tanh(x), (x * x).sum(), x[:1]))(x)),
            lambda x: np.tanh(x) + (x * x).sum() + x[:1],
            spread(2, 3),
        ),
        near(
            lambda x, y: (
                sd.checkpoint(sd.checkpoint(lambda a, scale: sd.tanh(a * scale) * y))(x, scale=y) * x
            ),
            lambda x, y: np.tanh(x * y) * y * x,
            spread(2, 3),
            positive(3),
        ),
        near(
            lambda x: sd.checkpoint(lambda x: sd.dropout(sd.tanh(x), 0.5, 7) * x)(x),
            lambda x: kept(np.tanh(x), 0.5) * x,
            spread(3, 2),
        ),
    ],
}

WRONG: dict[str, Any] = {
    "key: negative": (lambda: sd.random.key(-1), TypeError, ["key", "non-negative", "-1"]),
    "key: missing": (lambda: sd.random.normal(None, (2,)), TypeError, ["normal", "random.key", "None"]),
    "key: a float": (lambda: sd.random.key(0.5), TypeError, ["key", "0.5", "seed"]),
    "split: an array of floats": (
        lambda: sd.random.split([0.5, 1.0]),
        TypeError,
        ["split", "uint64", "float64"],
    ),
    "split: several keys": (
        lambda: sd.random.split(sd.random.split(0, 3)),
        ShapeError,
        ["split", "3×2", "keys[0]"],
    ),
    "split: count": (lambda: sd.random.split(0, -1), ShapeError, ["split", "-1"]),
    "fold_in: a float": (lambda: sd.random.fold_in(0, 0.5), TypeError, ["fold_in", "float64", "cast"]),
    "fold_in: many": (lambda: sd.random.fold_in(0, [1, 2]), ShapeError, ["fold_in", "2", "one"]),
    "uniform: shape": (lambda: sd.random.uniform(0, (3,), high=Q), ShapeError, ["uniform", "2", "3"]),
    "uniform: smaller shape": (
        lambda: sd.random.uniform(0, (), high=Q),
        ShapeError,
        ["uniform", "2", "()", "larger"],
    ),
    "uniform: size": (lambda: sd.random.uniform(0, (-3,)), ShapeError, ["uniform", "-3", "non-negative"]),
    "normal: dtype": (
        lambda: sd.random.normal(0, (3,), dtype=int),
        TypeError,
        ["normal", "int64", "float32"],
    ),
    "exponential: shape": (lambda: sd.random.exponential(0, 3, Q), ShapeError, ["exponential", "2", "3"]),
    "gumbel: complex": (lambda: sd.random.gumbel(0, 3, 1j), TypeError, ["gumbel", "complex128"]),
    "bernoulli: shape": (lambda: sd.random.bernoulli(0, Q, 3), ShapeError, ["bernoulli", "2", "3"]),
    "bernoulli: complex": (lambda: sd.random.bernoulli(0, 1j), TypeError, ["bernoulli", "complex128"]),
    "integers: none": (lambda: sd.random.integers(0, 3, 5, 5), ShapeError, ["integers", "5", "below"]),
    "integers: range": (
        lambda: sd.random.integers(0, 3, 0, 999, "int8"),
        TypeError,
        ["integers", "999", "int8"],
    ),
    "integers: dtype": (
        lambda: sd.random.integers(0, 3, 0, 5, float),
        TypeError,
        ["integers", "float64", "cast"],
    ),
    "permutation: axis": (lambda: sd.random.permutation(0, Q, 1), ShapeError, ["permutation", "axis 1"]),
    "permutation: negative": (lambda: sd.random.permutation(0, -2), ShapeError, ["permutation", "-2"]),
    "categorical: axis": (lambda: sd.random.categorical(0, Q, 1), ShapeError, ["categorical", "axis 1"]),
    "categorical: shape": (
        lambda: sd.random.categorical(0, [Q.value] * 3, shape=2),
        ShapeError,
        ["categorical", "3", "2"],
    ),
    "dropout: rate": (lambda: sd.dropout(Q, 1.5, 0), ValueError, ["dropout", "1.5", "between 0 and 1"]),
    "dropout: rate node": (lambda: sd.dropout(Q, Q, 0), TypeError, ["dropout", "rate", "number"]),
    "dropout: key": (lambda: sd.dropout(Q, 0.5, None), TypeError, ["dropout", "key", "None"]),
    "custom_rule: no rule": (lambda: sd.custom_rule(sd.exp), TypeError, ["custom_rule", "vjp=", "jvp="]),
    "custom_rule: no function": (
        lambda: sd.custom_rule(3, vjp=sd.exp),
        TypeError,
        ["custom_rule", "3", "function"],
    ),
    "custom_rule: no node": (
        lambda: sd.custom_rule(lambda x: (x, x), vjp=sd.exp)(Q),
        TypeError,
        ["one node", "tuple", "concatenate"],
    ),
    "custom_rule: captured": (
        lambda: sd.custom_rule(lambda x: x * Q, vjp=lambda y, x, g: g)(Q),
        GraphError,
        ["q", "argument", "stop_gradient"],
    ),
    "custom_rule: shape": (
        lambda: sd.grad(wrong_shape(Q), Q),
        ShapeError,
        ["wrong_shape", "vjp", "()", "2", "from the end"],
    ),
    "custom_rule: count": (lambda: sd.grad(too_many(Q).sum(), Q), GraphError, ["too_many", "2", "1", "None"]),
    "custom_rule: not linear": (lambda: sd.jvp(bent(Q), Q, Q), GraphError, ["bent", "linear", "jvp="]),
    "checkpoint: a node": (
        lambda: sd.checkpoint(sd.exp(Q)),
        TypeError,
        ["checkpoint", "function", "checkpoint(f)(x)"],
    ),
    "checkpoint: no nodes": (lambda: sd.checkpoint(lambda: 3.0)(), TypeError, ["checkpoint", "3.0"]),
    "Checkpoint: no module": (
        lambda: sd.modules.Checkpoint(sd.exp),
        TypeError,
        ["Checkpoint", "module", "checkpoint"],
    ),
    "Dropout: rate": (lambda: sd.modules.Dropout(-0.1), ValueError, ["Dropout", "-0.1"]),
}
