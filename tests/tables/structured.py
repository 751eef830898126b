"""Wrong calls of structured operators."""

from __future__ import annotations

import numpy as np

import symdiff as sd
from symdiff.errors import GraphError, ShapeError

X = sd.Variable([1.0, 2.0, 3.0], "x")
W = sd.Variable(np.ones((2, 3)), "w")
P = sd.Placeholder((3,), name="p")
CUBE = sd.structured(sd.hessian((X**3).sum(), X))
SUM = sd.structured(sd.hessian((X**3).sum() + X.sum() ** 2, X))
OUTER = sd.structured(sd.outer(X, X))
WIDE = sd.structured(W)
FED = sd.structured(sd.hessian((P**3).sum(), P))

WRONG = {
    "structured: list": (
        lambda: sd.structured(sd.hessian((X**3).sum(), [X])),
        TypeError,
        ["structured", "node", "list", "take one"],
    ),
    "structured: vector": (lambda: sd.structured(X), ShapeError, ["structured", "x", "1 axes", "rows="]),
    "structured: odd": (
        lambda: sd.structured(sd.jacobian(W @ X, W)),
        ShapeError,
        ["structured", "3 axes", "rows="],
    ),
    "structured: rows": (lambda: sd.structured(W, rows=2), ShapeError, ["rows=2", "no columns", "1 to 1"]),
    "structured: rows kind": (lambda: sd.structured(W, rows=1.0), TypeError, ["rows=", "int", "1.0"]),
    "matvec: shape": (lambda: WIDE.matvec([1.0, 2.0]), ShapeError, ["matvec", "columns", "3", "2", "T"]),
    "rmatvec: shape": (lambda: WIDE.rmatvec(X), ShapeError, ["rmatvec", "rows", "2", "x", "3"]),
    "solve: shape": (lambda: CUBE.solve([1.0, 2.0]), ShapeError, ["solve", "rows", "3", "2"]),
    "solve: oblong": (
        lambda: WIDE.solve([1.0, 2.0]),
        ShapeError,
        ["solve", "2 rows", "3 columns", "square", "lstsq"],
    ),
    "logdet: oblong": (lambda: WIDE.logdet(), ShapeError, ["logdet", "2 rows", "3 columns"]),
    "inverse: oblong": (lambda: WIDE.inverse(), ShapeError, ["inverse", "2 rows", "3 columns"]),
    "solve: outer": (lambda: OUTER.solve(X), GraphError, ["solve", "low rank", "rank 1", "3", "identity"]),
    "logdet: outer": (lambda: OUTER.logdet(), GraphError, ["logdet", "singular", "pinv"]),
    "inverse: zero": (
        lambda: sd.structured(sd.zeros((3, 3))).inverse(),
        GraphError,
        ["inverse", "zero", "rank 0"],
    ),
    "diagonal: oblong": (lambda: WIDE.diagonal(), ShapeError, ["diagonal", "2", "3", "rows="]),
    "trace: oblong": (lambda: WIDE.trace(), ShapeError, ["trace", "2", "3"]),
    "core: sum": (lambda: SUM.core, GraphError, ["core", "2 terms", "terms"]),
    "core: product": (lambda: OUTER.core, GraphError, ["core", "a,b->ab", "2 factors", "factors"]),
    "as_linear_operator: unfed": (
        lambda: FED.as_linear_operator(),
        GraphError,
        ["as_linear_operator", "p", "no value"],
    ),
    "structured: assignment": (lambda: setattr(CUBE, "rows", (2,)), AttributeError, ["immutable", "rows"]),
}
