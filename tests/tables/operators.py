"""Wrong calls of operators made of derivatives, and of what hands a loss to SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import GraphError, ShapeError

X = sd.Variable([1.0, 2.0, 3.0], "x")
Y = sd.Variable([1.0, 2.0], "y")
S = sd.Variable(2.0, "s")
K = sd.Variable([0, 1, 2], "k", dtype=int)
Z = sd.Variable([1j, 2, 3], "z")
P = sd.Placeholder((3,), name="p")
LOSS = (X**2).sum()
PROBLEM = sd.to_scipy(LOSS + (Y**2).sum(), [X, Y])

WRONG: dict[str, Any] = {
    # --- derivatives and series ---------------------------------------------------------------------
    "derivative: number": (lambda: sd.derivative(3.0, X), TypeError, ["derivative", "node", "float 3.0"]),
    "derivative: list": (
        lambda: sd.derivative(X, [X]),
        TypeError,
        ["derivative", "differentiate by", "list"],
    ),
    "derivative: integers": (lambda: sd.derivative(X, K), TypeError, ["derivative", "k", "int64", "cast"]),
    "derivative: shapes": (
        lambda: sd.derivative(Y, X),
        ShapeError,
        ["derivative", "y", "is 2", "x", "is 3", "jacobian", "jvp"],
    ),
    "derivative: of a sum": (lambda: sd.derivative(X.sum(), X), ShapeError, ["derivative", "x", "is 3"]),
    "derivative: mixed entries": (
        lambda: sd.derivative(X * X.sum(), X),
        GraphError,
        ["derivative", "x", "entry by entry", "jacobian"],
    ),
    "derivative: mixed by softmax": (lambda: sd.derivative(sd.softmax(X), X), GraphError, ["entry", "jvp"]),
    "derivative: reversed": (lambda: sd.derivative(sd.sin(X[::-1]), X), GraphError, ["entry", "jacobian"]),
    "derivative: order": (lambda: sd.derivative(S, S, -1), GraphError, ["derivative", "order", "-1", "0"]),
    "derivative: fraction": (lambda: sd.derivative(S, S, 1.5), TypeError, ["derivative", "int", "1.5"]),
    "derivative: truth": (lambda: sd.derivative(S, S, True), TypeError, ["derivative", "int", "True"]),
    "taylor: order": (lambda: sd.taylor(S, S, -2), GraphError, ["taylor", "order", "-2"]),
    "taylor: number": (lambda: sd.taylor(3.0, S, 2, 1.0), TypeError, ["taylor", "node", "float 3.0"]),
    "taylor: several": (
        lambda: sd.taylor(X, [X, X], 2),
        TypeError,
        ["taylor", "without a direction", "list"],
    ),
    "taylor: mixed entries": (lambda: sd.taylor(X * X[0], X, 1), GraphError, ["taylor", "entry by entry"]),
    "taylor: direction": (
        lambda: sd.taylor(X, X, 2, [1.0, 1.0]),
        ShapeError,
        ["taylor", "x", "is 2", "is 3"],
    ),
    "taylor: directions": (
        lambda: sd.taylor(X, [X, Y], 2, [X]),
        GraphError,
        ["taylor", "1 values", "2 nodes"],
    ),
    # --- less than a Hessian ------------------------------------------------------------------------
    "laplacian: vector": (lambda: sd.laplacian(X, X), GraphError, ["laplacian", "shape 3", "scalar", "sum"]),
    "laplacian: number": (lambda: sd.laplacian(LOSS, 2.0), TypeError, ["laplacian", "2.0"]),
    "laplacian: complex": (
        lambda: sd.laplacian(abs(Z).sum(), Z),
        TypeError,
        ["laplacian", "z", "complex128", "real"],
    ),
    "hessian_diagonal: vector": (
        lambda: sd.hessian_diagonal(X, X),
        GraphError,
        ["hessian_diagonal", "shape 3", "scalar"],
    ),
    "hessian_diagonal: integers": (
        lambda: sd.hessian_diagonal(LOSS, [X, K]),
        TypeError,
        ["hessian_diagonal", "k", "int64"],
    ),
    "hessian_diagonal: complex": (
        lambda: sd.hessian_diagonal(Z.sum(), X),
        TypeError,
        ["hessian_diagonal", "complex128", "real"],
    ),
    "gauss_newton: number": (
        lambda: sd.gauss_newton(1.0, X),
        TypeError,
        ["gauss_newton", "node", "float 1.0"],
    ),
    "gauss_newton: by integers": (lambda: sd.gauss_newton(X, K), TypeError, ["gauss_newton", "k", "int64"]),
    "gauss_newton: complex": (
        lambda: sd.gauss_newton(Z, X),
        TypeError,
        ["gauss_newton", "z", "complex128", "real"],
    ),
    "gauss_newton: loss": (
        lambda: sd.gauss_newton(X, X, loss=LOSS),
        TypeError,
        ["gauss_newton", "loss=", "function", "lambda"],
    ),
    "gauss_newton: vector loss": (
        lambda: sd.gauss_newton(X, X, loss=sd.exp),
        GraphError,
        ["gauss_newton", "loss", "shape 3", "scalar"],
    ),
    "gauss_newton: loss of a number": (
        lambda: sd.gauss_newton(X, X, loss=lambda r: 2.0),
        TypeError,
        ["gauss_newton", "the loss", "float 2.0"],
    ),
    "gauss_newton: loss of something else": (
        lambda: sd.gauss_newton(X, X, loss=lambda r: LOSS),
        GraphError,
        ["gauss_newton", "argument", "residual"],
    ),
    "gauss_newton_vp: direction": (
        lambda: sd.gauss_newton_vp(X * 2, X, [1.0]),
        ShapeError,
        ["gauss_newton_vp", "x", "is 1", "is 3"],
    ),
    "gauss_newton_vp: complex": (
        lambda: sd.gauss_newton_vp(Z, Z, Z),
        TypeError,
        ["gauss_newton_vp", "complex128"],
    ),
    "gauss_newton_vp: loss": (
        lambda: sd.gauss_newton_vp(X, X, X, loss=3),
        TypeError,
        ["gauss_newton_vp", "loss=", "3"],
    ),
    # --- SciPy --------------------------------------------------------------------------------------
    "to_scipy: vector": (lambda: sd.to_scipy(X, X), GraphError, ["to_scipy", "is 3", "scalar", "sum"]),
    "to_scipy: number": (lambda: sd.to_scipy(3.0, X), TypeError, ["to_scipy", "loss", "float 3.0"]),
    "to_scipy: integer loss": (lambda: sd.to_scipy(K.sum(), X), TypeError, ["to_scipy", "loss", "int64"]),
    "to_scipy: integers": (lambda: sd.to_scipy(LOSS, K), TypeError, ["to_scipy", "k", "int64", "float"]),
    "to_scipy: complex": (lambda: sd.to_scipy(LOSS, Z), TypeError, ["to_scipy", "z", "complex128", "real"]),
    "to_scipy: node": (lambda: sd.to_scipy(LOSS, 2 * X), TypeError, ["to_scipy", "not a Variable"]),
    "to_scipy: placeholder": (lambda: sd.to_scipy(P.sum(), P), GraphError, ["to_scipy", "p", "feeds="]),
    "to_scipy: name": (lambda: sd.to_scipy(LOSS, "x"), TypeError, ["to_scipy", "variables", "'x'"]),
    "to_scipy: twice": (lambda: sd.to_scipy(LOSS, [X, X]), GraphError, ["2 variables", "1 of them"]),
    "to_scipy: nothing": (lambda: sd.to_scipy(LOSS, []), GraphError, ["to_scipy", "0 variables"]),
    "to_scipy: unfed": (lambda: sd.to_scipy((X * P).sum(), X), GraphError, ["to_scipy", "p", "feeds="]),
    "to_scipy: fed variable": (lambda: sd.to_scipy(LOSS, X, {Y: [1, 2]}), GraphError, ["feeds", "y"]),
    "to_scipy: fed shape": (lambda: sd.to_scipy(P @ X, X, {P: [1.0]}), ShapeError, ["p", "3", "1"]),
    "to_scipy: length": (
        lambda: PROBLEM.fun([1.0, 2.0]),
        ShapeError,
        ["fun", "is 2", "x: 3", "y: 2", "5 entries", "x0"],
    ),
    "to_scipy: matrix": (lambda: PROBLEM.jac(np.ones((5, 1))), ShapeError, ["jac", "5×1", "5 entries"]),
    "to_scipy: direction": (lambda: PROBLEM.hessp(np.ones(5), np.ones(4)), ShapeError, ["hessp", "is 4"]),
    "to_scipy: complex vector": (lambda: PROBLEM.hess(np.ones(5) * 1j), TypeError, ["hess", "complex128"]),
    "to_scipy: args": (lambda: PROBLEM.fun(np.ones(5), 3.0), TypeError, ["fun", "no args", "feeds="]),
    "to_scipy: assignment": (lambda: PROBLEM.assign([1.0]), ShapeError, ["assign", "is 1", "5 entries"]),
}
