"""Wrong calls of functions that no other table has: one row for each, named after it."""

from __future__ import annotations

from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import GraphError, ShapeError

X = sd.Variable([1.0, 2.0, 3.0], "x")
Y = sd.Variable([1.0, 2.0], "y")
K = sd.Variable([0, 1, 2], "k", dtype=int)
P = sd.Placeholder((3,), name="p")


def _scope(name: Any) -> None:
    with sd.scope(name):
        pass


UNARY = (
    "abs",
    "cos",
    "exp",
    "expm1",
    "log",
    "log1p",
    "logical_not",
    "reciprocal",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softplus",
    "sqrt",
    "square",
    "tanh",
)
BINARY = ("equal", "greater", "greater_equal", "less", "less_equal", "minimum", "not_equal", "remainder")
AXES = ("argmin", "log_softmax", "logsumexp", "min")

WRONG: dict[str, Any] = {
    **{
        f"{name}: text": (
            lambda name=name: getattr(sd, name)("text"),
            TypeError,
            ["constant", "str", "numbers"],
        )
        for name in UNARY
    },
    **{
        f"{name}: list of nodes": (lambda name=name: getattr(sd, name)([X, X]), TypeError, ["list", "stack"])
        for name in UNARY
    },
    **{
        f"{name}: sizes": (
            lambda name=name: getattr(sd, name)(X, Y),
            ShapeError,
            [name, "3 and 2", "axis -1", "reshape"],
        )
        for name in BINARY
    },
    **{
        f"{name}: axis": (
            lambda name=name: getattr(sd, name)(X, 3),
            ShapeError,
            [name, "axis 3", "1 axes", "between -1 and 0"],
        )
        for name in AXES
    },
    "argmin: axes": (lambda: sd.argmin(X, (0,)), TypeError, ["argmin", "one int", "(0,)"]),
    "cast: dtype": (lambda: sd.cast(X, "S3"), TypeError, ["numbers", "S3"]),
    "cast: number": (lambda: sd.cast(1.5, int), TypeError, ["cast", "float 1.5", "constant"]),
    "check_grad: order": (lambda: sd.check_grad(X, X, order=0), GraphError, ["check_grad", "order 0", "1"]),
    "check_grad: integers": (lambda: sd.check_grad(K * 2, K), TypeError, ["int64", "floating point"]),
    "compile: input": (lambda: sd.compile(P * 2, [X]), GraphError, ["compile", "p", "inputs"]),
    "constant: text": (lambda: sd.constant("text"), TypeError, ["constant", "str", "numbers"]),
    "constant: nodes": (lambda: sd.constant([X, X]), TypeError, ["constant", "list", "stack"]),
    "dot: sizes": (lambda: sd.dot(X, Y), ShapeError, ["3", "2", "x: 3", "y: 2"]),
    "eye: negative": (lambda: sd.eye(-2), ShapeError, ["-2", "non-negative"]),
    "eye: fraction": (lambda: sd.eye(2.5), ShapeError, ["2.5", "int"]),
    "floor_divide: sizes": (lambda: sd.floor_divide(X, Y), ShapeError, ["3 and 2", "reshape"]),
    "hvp: direction": (lambda: sd.hvp((X**2).sum(), X, [1.0, 2.0]), ShapeError, ["x", "is 2", "is 3"]),
    "hvp: vector": (lambda: sd.hvp(X**2, X, X), GraphError, ["shape 3", "scalar"]),
    "identity: number": (lambda: sd.identity(3.0), TypeError, ["identity", "float 3.0", "constant"]),
    "jacobian: number": (lambda: sd.jacobian(3.0, X), TypeError, ["jacobian", "node", "3.0"]),
    "jacobian: integers": (lambda: sd.jacobian(X, K), TypeError, ["jacobian", "k", "int64", "cast"]),
    "jvp: count": (lambda: sd.jvp(X.sum(), [X, Y], [X]), GraphError, ["jvp", "1 values", "2 nodes"]),
    "listing: number": (lambda: sd.listing(3.0), TypeError, ["nodes", "3.0"]),
    "norm: axis": (lambda: sd.norm(X, axis=3), ShapeError, ["axis 3", "1 axes"]),
    "ones_like: text": (lambda: sd.ones_like("a"), TypeError, ["str", "numbers"]),
    "outer: text": (lambda: sd.outer("a", X), TypeError, ["str", "numbers"]),
    "plot: numbers": (lambda: sd.plot([3.0]), TypeError, ["plot", "nodes", "float 3.0"]),
    "plot: ending": (lambda: sd.plot(X, "x.nonsense"), ValueError, ["plot", "x.nonsense", ".svg"]),
    "scope: number": (lambda: _scope(3), TypeError, ["scope", "string", "3"]),
    "sigmoid_cross_entropy: sizes": (
        lambda: sd.sigmoid_cross_entropy(X, Y),
        ShapeError,
        ["3", "2", "broadcast"],
    ),
    "size: negative": (lambda: sd.size(-2), TypeError, ["size", "-2", "Dim"]),
    "size: node": (lambda: sd.size(X), TypeError, ["size", "x.shape[0]", "variable x"]),
    "softmax_cross_entropy: sizes": (
        lambda: sd.softmax_cross_entropy(sd.ones((3, 4)), np.ones((3, 2))),
        ShapeError,
        ["softmax_cross_entropy", "3×2", "3×4", "4 classes"],
    ),
    "stop_gradient: number": (lambda: sd.stop_gradient(3.0), TypeError, ["stop_gradient", "float 3.0"]),
    "substitute: sizes": (lambda: sd.substitute([X * 2], {X: Y}), ShapeError, ["substitute", "x", "y"]),
    "substitute: name": (lambda: sd.substitute([X], {"x": Y}), TypeError, ["substitute", "'x'", "constant"]),
    "substitute: one node": (lambda: sd.substitute(X * 2, {X: P}), TypeError, ["substitute", "list"]),
    "to_dot: numbers": (lambda: sd.to_dot([3.0]), TypeError, ["nodes", "float 3.0"]),
    "to_dot: direction": (lambda: sd.to_dot(X, direction="up"), ValueError, ["direction", "'up'", "'TB'"]),
    "toposort: number": (lambda: sd.toposort(3.0), TypeError, ["toposort", "3.0", "one by one"]),
    "value_and_grad: vector": (lambda: sd.value_and_grad(X, X), GraphError, ["shape 3", "scalar"]),
    "vjp: cotangent": (lambda: sd.vjp(X * 2, X, [1.0, 2.0]), ShapeError, ["cotangent", "is 2", "is 3"]),
    "zeros: negative": (lambda: sd.zeros(-1), ShapeError, ["-1", "non-negative"]),
    "zeros_like: text": (lambda: sd.zeros_like("a"), TypeError, ["str", "numbers"]),
}
