"""The one table that every operation appears in: sample graphs, with NumPy as the oracle.

A row is a function of nodes, the same function of arrays, and the arrays. Points stay away from kinks
by more than the steps of finite differences. A new operation adds one line here.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.special as special

import symdiff as sd
from symdiff import ops
from symdiff.node import Leaf, Node
from symdiff.ops import add, cast, powers
from symdiff.ops.axes import reductions, softmax
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries import comparison, elementwise
from symdiff.ops.leaves import Constant
from symdiff.ops.places import indexing
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.shape import reshaping, shaping
from tests.rows import Array, Case, away, everywhere, exact, flat, near, normal, pairs, positive, spread


def _complex(x: Any) -> str:
    return "complex128" if x.dtype == "float64" else "complex64"


def _scatter(x: Any) -> Any:
    out = np.zeros((4, 2), x.dtype)
    np.add.at(out, [3, 0, 3], x)
    return out


def _lse(x: Any, axis: Any = None) -> Any:
    return special.logsumexp(x, axis=axis).astype(x.dtype)


INDICES = np.array([[2, 0], [2, 2]])

CASES: dict[type[Node], list[Case]] = {
    # --- functions of entries -----------------------------------------------------------------------
    elementwise.Exp: everywhere(sd.exp, np.exp),
    elementwise.Expm1: everywhere(sd.expm1, np.expm1),
    elementwise.Log1p: everywhere(sd.log1p, np.log1p, positive),
    elementwise.Sin: everywhere(sd.sin, np.sin),
    elementwise.Cos: everywhere(sd.cos, np.cos),
    elementwise.Tanh: everywhere(sd.tanh, np.tanh),
    elementwise.Sigmoid: everywhere(sd.sigmoid, special.expit),
    elementwise.Softplus: [
        *everywhere(sd.softplus, lambda x: np.logaddexp(x, np.zeros_like(x))),
        near(
            lambda x, t: sd.sigmoid_cross_entropy(x, t),
            lambda x, t: -t * special.log_expit(x) - (1 - t) * special.log_expit(-x),
            spread(2, 3),
            positive(2, 3),
        ),
    ],
    elementwise.Abs: [exact(sd.abs, np.abs, spread(5)), *everywhere(sd.abs, np.abs)],
    elementwise.Sign: [
        exact(sd.sign, np.sign, spread(4)),
        near(lambda x: sd.sign(x) * x**2, lambda x: np.sign(x) * x**2, spread(4)),
    ],
    elementwise.Relu: [
        exact(sd.relu, lambda x: np.maximum(x, 0), spread(2, 3)),
        *everywhere(sd.relu, lambda x: np.maximum(x, 0)),
    ],
    elementwise.Maximum: [
        *pairs(sd.maximum, np.maximum, positive, lambda *shape: -positive(*shape)),
        exact(sd.maximum, np.maximum, spread(6), spread(6)[::-1].copy()),
        exact(lambda x: sd.maximum(x, 0.5) * x, lambda x: np.maximum(x, 0.5) * x, spread(4)),
    ],
    elementwise.Minimum: [
        *pairs(sd.minimum, np.minimum, positive, lambda *shape: -positive(*shape)),
        exact(sd.minimum, np.minimum, spread(6), spread(6)[::-1].copy()),
        near(lambda x: sd.minimum(x, -x) * x, lambda x: np.minimum(x, -x) * x, spread(4)),
    ],
    Polynomial: [
        near(
            lambda x: sd.grad(sd.tanh(x).sum(), x) + sd.tanh(x) / 3 - 2,
            lambda x: np.tanh(x) / 3 - 1 - np.tanh(x) ** 2,
            spread(3),
        ),
        near(lambda x: sd.grad(sd.tanh(x).sum(), x), lambda x: 1 - np.tanh(x) ** 2, spread(2, 2)),
        near(
            lambda x: sd.grad(sd.sigmoid(x).sum(), x) * x / 3,
            lambda x: special.expit(x) * special.expit(-x) * x / 3,
            spread(3),
        ),
    ],
    # --- powers -------------------------------------------------------------------------------------
    powers.Log: everywhere(sd.log, np.log, positive),
    powers.Sqrt: [exact(sd.sqrt, np.sqrt, positive(5)), *everywhere(sd.sqrt, np.sqrt, positive)],
    powers.Length: [
        near(sd.norm, np.linalg.norm, spread(4)),
        near(lambda x: sd.norm(x, axis=1), lambda x: np.linalg.norm(x, axis=1), spread(3, 2)),
        near(
            lambda x: x / sd.norm(x, axis=-1, keepdims=True),
            lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True),
            spread(2, 3),
        ),
    ],
    powers.Inverse: [
        near(lambda x: sd.grad(sd.norm(x), x), lambda x: x / np.linalg.norm(x), spread(4)),
        near(
            lambda x: sd.grad(sd.norm(x, axis=0).sum(), x),
            lambda x: x / np.linalg.norm(x, axis=0),
            spread(3, 2),
        ),
    ],
    powers.Power: [
        exact(lambda x: x**-1, lambda x: x**-1, away(2, 3)),
        *[near(lambda x, n=n: x**n, lambda x, n=n: x**n, away(2, 3)) for n in (3, -2, 7, -5)],
        *[exact(lambda x, n=n: x**n, lambda x, n=n: x**n, positive(4)) for n in (1.5, -0.5, 2.5)],
        *everywhere(sd.reciprocal, np.reciprocal, away),
        exact(lambda x, y: x / y, lambda x, y: x / y, away(2, 3), away(3)),
        exact(lambda x, y: x / y, lambda x, y: x / y, away(3), positive()),
        exact(lambda x: 1 / x, lambda x: 1 / x, away(3)),
        exact(lambda x: 2.5 / x, lambda x: 2.5 / x, away(3)),
        near(lambda x: x / x.sum(), lambda x: x / x.sum(), positive(3)),
        near(lambda x, y: x / y / y, lambda x, y: x / y / y, away(3), positive(3)),
        near(lambda x, y: x / (y[:, None] * x), lambda x, y: x / (y[:, None] * x), away(2, 3), positive(2)),
    ],
    powers.Pow: [
        *pairs(sd.power, np.power, positive, spread),
        exact(lambda x, y: x**y, lambda x, y: x**y, positive(3), spread(3)),
        near(lambda x: x**x, lambda x: x**x, positive(3)),
        near(lambda x: 2**x, lambda x: 2**x, spread(3)),
    ],
    powers.FloorDivide: [
        flat(lambda x: x // 0.4, lambda x: x // 0.4, spread(2, 3)),
        flat(lambda x, y: x // y, lambda x, y: x // y, spread(2, 3), positive(3)),
        flat(lambda x: 3 // x, lambda x: 3 // x, spread(3)),
    ],
    powers.Remainder: [
        exact(lambda x: x % 5, lambda x: x % 5, positive(2, 3)),
        exact(lambda x, y: x % y, lambda x, y: x % y, np.array([0.6, -1.1, 2.3]), np.array([0.45, 0.7, 1.0])),
        exact(lambda x: -7.1 % x, lambda x: -7.1 % x, np.array([2.0, 3.0])),
    ],
    # --- comparisons and choices --------------------------------------------------------------------
    comparison.Compare: [
        *[
            flat(lambda x, y, name=name: getattr(sd, name)(x, y), getattr(np, name), values, spread(2, 3))
            for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
            for values in (spread(3), spread(2, 3))
        ],
        flat(lambda x: sd.less(0.2, x), lambda x: x > 0.2, spread(3)),
    ],
    comparison.Not: [flat(lambda x: sd.logical_not(x > 0), lambda x: np.logical_not(x > 0), spread(4))],
    comparison.Where: [
        exact(lambda x: sd.where(x > 0, x, 0), lambda x: np.where(x > 0, x, np.zeros_like(x)), spread(2, 3)),
        exact(
            lambda x, y: sd.where(x[:, None] > 0, y, x[0]),
            lambda x, y: np.where(x[:, None] > 0, y, x[0]),
            spread(2),
            spread(2, 3),
        ),
        near(
            lambda x: sd.where(x > 0, x**3, sd.exp(x)),
            lambda x: np.where(x > 0, x**3, np.exp(x)),
            spread(5),
        ),
        near(lambda x: sd.where(x > 9, x, x), lambda x: x, spread(0, 2)),
    ],
    # --- sums and products --------------------------------------------------------------------------
    add.Add: [
        exact(lambda x, y: x + y, np.add, spread(2, 3), spread(3)),
        exact(lambda x, y: x - y, np.subtract, spread(2, 3), spread(3)),
        exact(lambda x, y: y - x, lambda x, y: y - x, spread(2, 1), spread(1, 3)),
        exact(lambda x: x + 0.1, lambda x: x + 0.1, spread(3)),
        exact(lambda x: 2 - x, lambda x: 2 - x, spread(3)),
        near(lambda x, y: x / 3 - 2 * y + x, lambda x, y: x / 3 - 2 * y + x, spread(3), spread(3)),
        near(
            lambda x, y, z: sd.add(x, 2 * y, -z, x, 1) * x,
            lambda x, y, z: (2 * x + 2 * y - z + 1) * x,
            spread(2),
            positive(2),
            normal(1),
        ),
        near(
            lambda x, y: x - y + (y - x[None]), lambda x, y: np.zeros((1, 2), x.dtype), spread(2), positive(2)
        ),
        near(lambda x, y: x + y, np.add, spread(0, 3), spread(1)),
    ],
    Einsum: [
        exact(lambda x: 2 * x, lambda x: 2 * x, spread(3)),
        exact(lambda x: x * 0.1, lambda x: x * 0.1, spread(3)),
        exact(lambda x: x / 3, lambda x: x / 3, spread(2, 3)),
        exact(lambda x: x / 0.1, lambda x: x / 0.1, spread(2, 3)),
        exact(lambda x: -x, np.negative, spread(3)),
        exact(lambda x: x**2, lambda x: x**2, spread(3)),
        exact(sd.square, np.square, spread(3)),
        exact(lambda x, y: x * y, np.multiply, spread(2, 1), spread(3)),
        exact(lambda x: x.sum(), np.sum, normal(17)),
        exact(lambda x: x.sum(axis=0), lambda x: x.sum(axis=0), normal(5, 4)),
        exact(
            lambda x: x.sum((0, 2), keepdims=True), lambda x: x.sum((0, 2), keepdims=True), normal(2, 3, 2)
        ),
        exact(lambda x: x.mean(), np.mean, normal(7)),
        exact(lambda x: x.mean(1), lambda x: x.mean(1), normal(2, 3)),
        exact(lambda x: x.mean(-1, True), lambda x: x.mean(-1, keepdims=True), normal(2, 3)),
        exact(lambda x: x.T, np.transpose, normal(2, 3)),
        exact(lambda x: x.transpose(1, 2, 0), lambda x: x.transpose(1, 2, 0), normal(2, 3, 2)),
        exact(lambda x: sd.broadcast_to(x, (2, 3)), lambda x: np.broadcast_to(x, (2, 3)), normal(3)),
        exact(lambda x: sd.expand_dims(x, (0, 2)), lambda x: np.expand_dims(x, (0, 2)), normal(3)),
        exact(lambda x: x.squeeze(), np.squeeze, normal(1, 3, 1)),
        exact(lambda x: sd.diag(x), np.diag, normal(3)),
        exact(lambda x: sd.diag(x), np.diag, normal(3, 3)),
        near(lambda x: x.trace(), np.trace, normal(3, 3)),
        exact(lambda x: x.diagonal(0, 1, 2), lambda x: x.diagonal(axis1=1, axis2=2), normal(2, 3, 3)),
        near(lambda x, y: x @ y, np.matmul, normal(2, 3), normal(3, 2)),
        near(lambda x, y: x @ y, np.matmul, normal(3), normal(3)),
        near(lambda x, y: x @ y, np.matmul, normal(2, 1, 2, 3), normal(4, 3, 2)),
        near(lambda x, y: x @ y, np.matmul, normal(2, 0), normal(0, 3)),
        near(lambda x: x @ x, lambda x: x @ x, normal(3, 3)),
        near(lambda x: x @ x.T @ x, lambda x: x @ x.T @ x, normal(2, 3)),
        near(lambda x: sd.outer(x, x), lambda x: np.outer(x, x), normal(3)),
        near(
            lambda x, y: sd.tensordot(x, y, ([0, 1], [1, 0])),
            lambda x, y: np.tensordot(x, y, ([0, 1], [1, 0])),
            normal(2, 3, 2),
            normal(3, 2),
        ),
        near(lambda x, y: sd.dot(x, y), np.dot, normal(2, 3), normal(2, 3, 2)),
        near(lambda x: sd.einsum("ij,kj,kl->il", x, x, x), lambda x: x @ x.T @ x, normal(2, 2)),
        near(lambda x: sd.eye(3) * x, lambda x: np.eye(3) * x, normal(3)),
        near(lambda x: sd.einsum("i->ii", x) @ x, lambda x: x * x, normal(3)),
        near(lambda x: (x[:, None] * sd.ones((3, 4), x.dtype)).sum(), lambda x: 4 * x.sum(), normal(3)),
    ],
    # --- rearranging --------------------------------------------------------------------------------
    reshaping.Reshape: [
        exact(lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), normal(2, 3)),
        exact(lambda x: x.T.reshape(-1), lambda x: x.T.reshape(-1), normal(2, 3)),
        near(lambda x: x.reshape(2, -1) @ x[1:3], lambda x: x.reshape(2, -1) @ x[1:3], normal(4)),
        exact(lambda x: x.ravel().reshape(2, 0), lambda x: x.reshape(2, 0), normal(0, 3)),
        near(lambda x: x.reshape(2, 3) ** 2, lambda x: x.reshape(2, 3) ** 2, normal(6)),
    ],
    shaping.Slice: [
        *[
            exact(lambda x, key=key: x[key], lambda x, key=key: x[key], normal(4, 3))
            for key in [
                np.s_[1:],
                np.s_[::-1],
                np.s_[::2, 1:2],
                np.s_[-1, ::-2],
                np.s_[2],
                np.s_[1, 2],
                np.s_[..., 1],
                np.s_[None, 3:0:-2],
                np.s_[3:1],
                np.s_[-10::-1],
                np.s_[5:],
                np.s_[1:2, None, 0:0],
            ]
        ],
        exact(lambda x: x[::-1][3:], lambda x: x[::-1][3:], normal(3)),
        exact(lambda x: x[1::2][::-1][1:], lambda x: x[1::2][::-1][1:], normal(7)),
        near(lambda x: x[1:] * x[:-1], lambda x: x[1:] * x[:-1], normal(4)),
        near(lambda x: x[0] * x[1] + x[-1], lambda x: x[0] * x[1] + x[-1], normal(2, 2)),
    ],
    shaping.Place: [
        exact(lambda x: sd.pad(x, (1, 2)), lambda x: np.pad(x, (1, 2)), normal(3)),
        exact(
            lambda x: sd.pad(x, ((0, 1), (2, 0)), 3.5),
            lambda x: np.pad(x, ((0, 1), (2, 0)), constant_values=3.5),
            normal(2, 2),
        ),
        near(
            lambda x: sd.grad((x[::-2] ** 3).sum(), x),
            lambda x: 3 * x**2 * np.array([1, 0, 1], x.dtype),
            normal(3),
        ),
        near(
            lambda x: sd.pad(x, 1) * sd.pad(x, (0, 2)), lambda x: np.pad(x, 1) * np.pad(x, (0, 2)), normal(3)
        ),
        near(
            lambda x, y: sd.pad(x, (0, 1)) / 3 - sd.pad(y, (1, 0)),
            lambda x, y: np.pad(x, (0, 1)) / 3 - np.pad(y, (1, 0)),
            normal(2),
            spread(2),
        ),
    ],
    shaping.Concatenate: [
        near(
            lambda x, y: sd.add(sd.pad(x, (0, 2)), sd.pad(y, (2, 0)), sd.concatenate([x, y])),
            lambda x, y: 2 * np.concatenate([x, y]),
            normal(2),
            spread(2),
        ),
        exact(
            lambda x, y: sd.concatenate([x, y]),
            lambda x, y: np.concatenate([x, y]),
            normal(2, 3),
            normal(1, 3),
        ),
        exact(lambda x: sd.concatenate([x, x, x], 1), lambda x: np.concatenate([x, x, x], 1), normal(2, 1)),
        exact(
            lambda x, y: sd.stack([x, y, x], -1),
            lambda x, y: np.stack([x, y, x], -1),
            normal(2, 2),
            spread(2, 2),
        ),
        exact(lambda x: sd.stack([x, x]), lambda x: np.stack([x, x]), normal()),
        near(
            lambda x, y: sd.concatenate([x, y, x[:0]])[1:] ** 3,
            lambda x, y: np.concatenate([x, y])[1:] ** 3,
            normal(2),
            spread(3),
        ),
        near(
            lambda x, y: sd.concatenate([x * y, y / 3], 0) * sd.concatenate([y, x]),
            lambda x, y: np.concatenate([x * y, y / 3]) * np.concatenate([y, x]),
            normal(2),
            spread(2),
        ),
    ],
    # --- selecting ----------------------------------------------------------------------------------
    indexing.Take: [
        exact(lambda x: sd.take(x, INDICES), lambda x: np.take(x, INDICES, 0), normal(3, 2)),
        exact(lambda x: sd.take(x, INDICES, 1), lambda x: np.take(x, INDICES, 1), normal(2, 3)),
        exact(lambda x: x[[-1, 0, -1]], lambda x: x[[-1, 0, -1]], normal(3)),
        exact(lambda x: x[1:, INDICES[0]], lambda x: x[1:, INDICES[0]], normal(3, 3)),
        exact(lambda x: x[None, :, INDICES], lambda x: x[None, :, INDICES], normal(2, 3)),
        exact(lambda x: x[[]], lambda x: x[[]], normal(3)),
        exact(lambda x: x[sd.constant(2)], lambda x: x[2], normal(3, 2)),
        near(lambda x: x[[0, 0, 1]] * x[[1, 0, 1]], lambda x: x[[0, 0, 1]] * x[[1, 0, 1]], normal(2)),
    ],
    indexing.ScatterAdd: [
        exact(lambda x: sd.scatter_add(x, [3, 0, 3], 4), _scatter, normal(3, 2)),
        near(
            lambda x: sd.grad((x[[0, 0, -1]] ** 3).sum(), x),
            lambda x: 3 * x**2 * np.array([2, 0, 1], x.dtype),
            normal(3),
        ),
        exact(lambda x: sd.scatter_add(x, [-1, 0], 2, axis=1), lambda x: x[:, ::-1], normal(3, 2)),
    ],
    indexing.OneHot: [
        flat(
            lambda x: sd.one_hot(INDICES, 3, x.dtype), lambda x: np.eye(3, dtype=x.dtype)[INDICES], normal(1)
        ),
        near(lambda x: sd.one_hot([1, 1, 0], 2, x.dtype) @ x, lambda x: x[[1, 1, 0]], normal(2, 2)),
    ],
    indexing.Pick: [
        near(
            lambda x: sd.softmax_cross_entropy(x, [1, 0]),
            lambda x: _lse(x, 1) - x[[0, 1], [1, 0]],
            spread(2, 3),
        ),
        near(
            lambda x: sd.softmax_cross_entropy(x, INDICES, axis=1),
            lambda x: _lse(x, 1) - np.take_along_axis(x, INDICES[:, None], 1)[:, 0],
            normal(2, 3, 2),
        ),
        near(lambda x: sd.softmax_cross_entropy(x, 2), lambda x: _lse(x) - x[2], spread(3)),
    ],
    # --- reductions ---------------------------------------------------------------------------------
    reductions.Max: [
        exact(sd.max, np.max, spread(2, 3)),
        exact(lambda x: x.max(0, keepdims=True), lambda x: x.max(0, keepdims=True), spread(2, 3)),
        near(lambda x: x / x.max(-1, True), lambda x: x / x.max(-1, keepdims=True), positive(2, 3)),
        exact(lambda x: x.max((0, 2)), lambda x: x.max((0, 2)), spread(2, 2, 2)),
        exact(lambda x: x.max(1), lambda x: x.max(1), spread(0, 2)),
    ],
    reductions.Min: [
        exact(sd.min, np.min, spread(2, 3)),
        near(lambda x: x.min(1) ** 3, lambda x: x.min(1) ** 3, spread(2, 3)),
        exact(lambda x: x.min(-1), lambda x: x.min(-1), spread(3, 1)),
    ],
    softmax.LogSumExp: [
        near(sd.logsumexp, _lse, spread(2, 3)),
        near(lambda x: sd.logsumexp(x, 0), lambda x: _lse(x, 0), spread(2, 3)),
        near(lambda x: sd.logsumexp(x, (0, 2)), lambda x: _lse(x, (0, 2)), spread(2, 2, 2)),
    ],
    softmax.Softmax: [
        near(sd.softmax, lambda x: special.softmax(x, -1), spread(2, 3)),
        near(lambda x: sd.softmax(x, 0) * x, lambda x: special.softmax(x, 0) * x, spread(3, 2)),
        near(lambda x: sd.softmax(x, (0, 2)), lambda x: special.softmax(x, (0, 2)), spread(2, 1, 3)),
    ],
    softmax.LogSoftmax: [
        near(sd.log_softmax, lambda x: special.log_softmax(x, -1), spread(1, 3)),
        near(lambda x: sd.log_softmax(x, 0) * x, lambda x: special.log_softmax(x, 0) * x, spread(3, 2)),
        near(
            lambda x, t: sd.softmax_cross_entropy(x, t),
            lambda x, t: -(t * special.log_softmax(x, -1)).sum(-1),
            spread(2, 3),
            positive(2, 3),
        ),
    ],
    reductions.ArgMax: [
        flat(sd.argmax, np.argmax, spread(2, 3)),
        flat(lambda x: x.argmax(1), lambda x: x.argmax(1), spread(2, 3)),
        flat(lambda x: sd.argmax(x, 0, True), lambda x: np.argmax(x, 0, keepdims=True), spread(2, 3)),
    ],
    reductions.ArgMin: [
        flat(sd.argmin, np.argmin, spread(2, 3)),
        flat(lambda x: sd.argmin(x, None, True), lambda x: np.argmin(x, keepdims=True), spread(2, 3)),
    ],
    # --- dtypes and marks ---------------------------------------------------------------------------
    cast.Cast: [
        near(
            lambda x: ((x * (1 + 2j)).astype(_complex(x)) ** 3 * 1j).astype(x.dtype),
            lambda x: ((x * (1 + 2j)).astype(_complex(x)) ** 3 * 1j).real,
            away(3),
        ),
        flat(lambda x: (x > 0).astype(x.dtype), lambda x: (x > 0).astype(x.dtype), spread(3)),
        flat(lambda x: (4 * x).astype("int8"), lambda x: (4 * x).astype("int8"), spread(3)),
    ],
    cast.Identity: [near(lambda x: sd.identity(2 * x) * x, lambda x: 2 * x * x, spread(2, 3))],
    cast.StopGradient: [
        flat(lambda x: sd.stop_gradient(x) + 1, lambda x: x + 1, spread(3)),
    ],
}


FUNCTIONS: dict[str, list[Case]] = {}  # functions that are made of operations, by name
WRONG: dict[str, Any] = {}  # wrong calls: name -> (call, exception, words of its message)
for _path in sorted((Path(__file__).parent / "tables").glob("*.py")):  # one file per family of operations
    _table = importlib.import_module(f"tests.tables.{_path.stem}")
    CASES.update(getattr(_table, "CASES", {}))
    FUNCTIONS.update(getattr(_table, "FUNCTIONS", {}))
    WRONG.update(getattr(_table, "WRONG", {}))


def concrete_operations() -> set[type[Node]]:
    """Every class of node in `symdiff.ops` that nobody specialises further, leaves aside."""
    for module in pkgutil.iter_modules(ops.__path__, "symdiff.ops."):
        importlib.import_module(module.name)

    def below(kind: type[Node]) -> Iterator[type[Node]]:
        inner = [sub for sub in kind.__subclasses__() if sub.__module__.startswith("symdiff.")]
        if not inner:
            yield kind
        for sub in inner:
            yield from below(sub)

    return {kind for kind in below(Node) if not issubclass(kind, Leaf | Constant)}


def named_cases() -> Iterator[tuple[str, type[Node], Case]]:
    """Every row of the table, with a name."""
    for kind, cases in CASES.items():
        for k, case in enumerate(cases):
            yield f"{kind.__name__}-{k}", kind, case
    for name, cases in FUNCTIONS.items():
        for k, case in enumerate(cases):
            yield f"{name}-{k}", Node, case


def variables(case: Case, dtype: str) -> list[sd.Variable]:
    """The variables of a row, in a dtype."""
    return [sd.Variable(array.astype(dtype), name) for array, name in zip(case.arrays, "xyz", strict=False)]


def interpret(node: Node) -> Array:
    """The value of a graph by each node's own `compute`, one after the other."""
    values: dict[Node, Array] = {}
    for each in sd.toposort(node):
        operands = [values[operand] for operand in each.operands]
        with np.errstate(all="ignore"):
            stored = isinstance(each, sd.Variable | Constant)
            values[each] = each.value if stored else each.compute(np, *operands)
    return values[node]
