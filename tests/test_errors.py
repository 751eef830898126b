"""Wrong calls, and the words that their messages must hold: the operation, both facts, a way out."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad
from symdiff.errors import GraphError, ShapeError
from symdiff.ops.einsum import Einsum
from symdiff.wiring import Wiring
from tests import cases

X = sd.Variable([1.0, 2.0, 3.0], "x")
Y = sd.Variable([1.0, 2.0], "y")
A = sd.Variable(np.ones((3, 4)), "a")
B = sd.Variable(np.ones((5, 2)), "b")
S = sd.Variable(2.0, "s")
K = sd.Variable([0, 1, 2], "k", dtype=int)
T = sd.Variable([True, False], "t", dtype=bool)
P = sd.Placeholder((3,), name="p")
F32 = sd.Variable(np.ones(3, "float32"), "f")


class NoRule(sd.Elementwise):
    """an operation whose author wrote no derivative"""

    def compute(self, xp, x):
        return x * 1


class NoTranspose(sd.Linear):
    """a linear operation without a transpose"""

    def infer_shape(self):
        return self.operands[0].shape

    def compute(self, xp, x):
        return x * 1


class NoShape(sd.Node):
    """an operation that does not say its shape"""


class NoValue(NoTranspose):
    """an operation that does not say its value"""

    compute = sd.Node.compute


def assign(x, value):
    x.value = value


def set_item(x):
    x[0] = 1


WRONG = {
    # --- sizes that disagree ------------------------------------------------------------------------
    "add": (lambda: X + Y, ShapeError, ["add", "3", "2", "broadcast"]),
    "subtract": (lambda: X - Y, ShapeError, ["subtract", "3", "2"]),
    "multiply": (lambda: A * X, ShapeError, ["multiply", "3×4", "axis -1", "4", "3", "reshape"]),
    "divide": (lambda: A / B, ShapeError, ["3×4", "5×2"]),
    "power": (lambda: X**Y, ShapeError, ["pow", "3", "2"]),
    "maximum": (lambda: sd.maximum(X, Y), ShapeError, ["maximum", "3", "2"]),
    "compare": (lambda: X < Y, ShapeError, ["less", "3", "2"]),
    "where": (lambda: sd.where(X > 0, Y, 0), ShapeError, ["where", "3", "2"]),
    "matmul": (lambda: A @ B, ShapeError, ["matmul", "a: 3×4", "4", "b: 5×2", "5", "transpose"]),
    "matmul vector": (lambda: A @ X, ShapeError, ["matmul", "a: 3×4", "x: 3"]),
    "matmul scalar": (lambda: S @ X, ShapeError, ["matmul", "operand 0 (s)", "scalar", "*"]),
    "matmul batch": (
        lambda: sd.ones((2, 3, 3)) @ sd.ones((4, 3, 3)),
        ShapeError,
        ["2", "4", "operand 0", "operand 1"],
    ),
    "tensordot": (lambda: sd.tensordot(A, B, 1), ShapeError, ["4", "5"]),
    "tensordot axes": (
        lambda: sd.tensordot(A, B, ([0, 1], [0])),
        ShapeError,
        ["tensordot", "2 axes", "1 axes"],
    ),
    "broadcast_to": (lambda: sd.broadcast_to(A, (3, 5)), ShapeError, ["broadcast_to", "3×4", "3×5"]),
    "broadcast_to smaller": (lambda: sd.broadcast_to(A, (4,)), ShapeError, ["broadcast_to", "3×4", "4"]),
    "reshape": (lambda: A.reshape(5, 2), ShapeError, ["reshape", "3×4", "12", "5×2"]),
    "reshape open": (lambda: A.reshape(-1, 5), ShapeError, ["reshape", "12", "5"]),
    "reshape two open": (lambda: A.reshape(-1, -1), ShapeError, ["reshape", "more than one"]),
    "reshape negative": (lambda: A.reshape(-2, -6), ShapeError, ["reshape", "-2"]),
    "concatenate": (lambda: sd.concatenate([A, B]), ShapeError, ["concatenate", "3×4", "5×2", "axis 0"]),
    "concatenate ranks": (
        lambda: sd.concatenate([A, X]),
        ShapeError,
        ["concatenate", "3×4", "operand 1 is 3"],
    ),
    "concatenate empty": (lambda: sd.concatenate([np.ones((0, 5)), A]), ShapeError, ["0×5", "3×4"]),
    "concatenate nothing": (lambda: sd.concatenate([]), ShapeError, ["concatenate", "at least one"]),
    "concatenate scalars": (lambda: sd.concatenate([S, S]), ShapeError, ["concatenate", "axis 0"]),
    "concatenate node": (lambda: sd.concatenate(A), ShapeError, ["concatenate", "list"]),
    "stack": (lambda: sd.stack([X, Y]), ShapeError, ["stack", "operand 1 is 2", "operand 0 is 3"]),
    "stack nothing": (lambda: sd.stack([]), ShapeError, ["stack", "at least one"]),
    "pad pairs": (lambda: sd.pad(A, ((1, 1), (1, 1), (1, 1))), ShapeError, ["pad", "2 axes"]),
    "pad negative": (lambda: sd.pad(X, -1), ShapeError, ["pad", "negative", "slice"]),
    "diag": (lambda: sd.diag(np.ones((2, 2, 2))), ShapeError, ["diag", "3 axes", "diagonal"]),
    "diag scalar": (lambda: sd.diag(S), ShapeError, ["diag", "0 axes"]),
    "diagonal axes": (lambda: sd.diagonal(A, 0, 1, 1), ShapeError, ["diagonal", "twice"]),
    "scatter_add": (lambda: sd.scatter_add(X, [0, 1], 4), ShapeError, ["scatter_add", "3", "2"]),
    "cross entropy": (
        lambda: sd.softmax_cross_entropy(A, np.ones((3, 2))),
        ShapeError,
        ["softmax_cross_entropy", "3×2", "3×4", "4 classes", "integers of shape 3"],
    ),
    "cross entropy classes": (lambda: sd.softmax_cross_entropy(A, [0, 1]), ShapeError, ["int64 2", "3×4"]),
    "max of nothing": (lambda: sd.max(np.ones((0, 2))), ShapeError, ["max", "without entries"]),
    "full": (lambda: sd.full((2, -3), 1.0), ShapeError, ["full", "-3", "non-negative"]),
    "ones": (lambda: sd.ones(2.5), ShapeError, ["2.5"]),
    # --- axes ---------------------------------------------------------------------------------------
    "sum axis": (lambda: A.sum(2), ShapeError, ["sum", "axis 2", "2 axes", "-2 and 1"]),
    "sum axis twice": (lambda: A.sum((0, -2)), ShapeError, ["sum", "twice"]),
    "sum axis kind": (lambda: A.sum("rows"), TypeError, ["sum", "'rows'"]),
    "mean axis": (lambda: A.mean(-3), ShapeError, ["axis -3"]),
    "max axis": (lambda: A.max(5), ShapeError, ["max", "axis 5"]),
    "argmax axes": (lambda: sd.argmax(A, (0, 1)), TypeError, ["argmax", "one int"]),
    "softmax axis": (lambda: sd.softmax(A, 3), ShapeError, ["axis 3"]),
    "transpose": (lambda: A.transpose(0, 0), ShapeError, ["transpose", "twice"]),
    "transpose rank": (lambda: A.transpose(0), ShapeError, ["transpose", "1 axes", "2"]),
    "squeeze": (lambda: A.squeeze(0), ShapeError, ["squeeze", "axis 0", "3"]),
    "expand_dims": (lambda: sd.expand_dims(X, 3), ShapeError, ["expand_dims", "axis 3"]),
    "stack axis": (lambda: sd.stack([X, X], 2), ShapeError, ["axis 2"]),
    "take axis": (lambda: sd.take(A, [0], 2), ShapeError, ["take", "axis 2"]),
    # --- indices ------------------------------------------------------------------------------------
    "index": (lambda: X[3], ShapeError, ["indexing", "3", "axis 0", "size 3", "x"]),
    "negative index": (lambda: A[0, -5], ShapeError, ["-5", "axis 1", "size 4"]),
    "too many indices": (lambda: X[0, 0], ShapeError, ["2 indices", "1 axes"]),
    "two ellipses": (lambda: A[..., ...], ShapeError, ["ellipsis"]),
    "mask": (lambda: X[X > 0], TypeError, ["boolean mask", "where"]),
    "float index": (lambda: X[1.5], TypeError, ["integers", "float64"]),
    "text index": (lambda: X["a"], TypeError, ["ind"]),
    "two arrays": (lambda: A[[0, 1], [0, 1, 2]], ShapeError, ["indexing", "2", "3", "broadcast"]),
    "separated indices": (
        lambda: sd.ones((3, 4, 5))[0, :, [0, 5]],
        IndexError,
        ["index 5", "axis 2", "size 5"],
    ),
    "slice": (lambda: X["a":], TypeError, ["slice"]),
    "zero step": (lambda: X[::0], (TypeError, ValueError), ["slice", "zero"]),
    "take float": (lambda: sd.take(X, [0.5]), TypeError, ["integers", "float64"]),
    "take range": (lambda: sd.take(X, [3])(), IndexError, ["take", "3"]),
    "one_hot range": (lambda: sd.one_hot([-1], 3)(), IndexError, ["one_hot", "-1", "3"]),
    "class range": (lambda: sd.softmax_cross_entropy(A, [0, 4, 1])(), IndexError, ["4"]),
    "assignment": (lambda: set_item(X), TypeError, ["immutable", "where"]),
    # --- einsum -------------------------------------------------------------------------------------
    "einsum sizes": (
        lambda: sd.einsum("ij,jk->ik", A, B),
        ShapeError,
        ['einsum("ij,jk->ik")', "label j", "4", "operand 0 (a: 3×4)", "5", "operand 1 (b: 5×2)"],
    ),
    "einsum diagonal": (lambda: sd.einsum("ii->i", A), ShapeError, ["label i", "3", "4", "diagonal"]),
    "einsum terms": (lambda: sd.einsum("ij->i", A, B), ShapeError, ["1 terms", "2 operands"]),
    "einsum labels": (lambda: sd.einsum("i->i", A), ShapeError, ["operand 0", "2 axes", "1 labels", "..."]),
    "einsum too many": (lambda: sd.einsum("ijk->i", A), ShapeError, ["2 axes", "3 labels"]),
    "einsum output": (lambda: sd.einsum("ij->ik", A), ShapeError, ["label k", "only in the output", "sizes"]),
    "einsum characters": (lambda: sd.einsum("i1->i", A), ShapeError, ["'1'", "letters"]),
    "einsum dots": (lambda: sd.einsum("..ij->ij", A), ShapeError, ["..", "ellipsis"]),
    "einsum hidden": (lambda: sd.einsum("i...->i", A), ShapeError, ["...", "output"]),
    "einsum extra size": (lambda: sd.einsum("ij->i", A, sizes={"z": 2}), ShapeError, ["z"]),
    "einsum two sizes": (lambda: sd.einsum("i->ii", X, sizes={"i": 4}), ShapeError, ["label i", "4", "3"]),
    "einsum nothing": (lambda: sd.einsum(), TypeError, ["equation", "operands"]),
    "einsum node": (
        lambda: Einsum(X, wiring=Wiring.of(["i"], "i", {"i": 4}), coefficient=1.0, result=X.dtype),
        ShapeError,
        ["operand 0 is 3", "4"],
    ),
    # --- dtypes -------------------------------------------------------------------------------------
    "boolean difference": (lambda: T - T, TypeError, ["subtract", "not_equal"]),
    "boolean negative": (lambda: -T, TypeError, ["negative", "logical_not"]),
    "integer power": (lambda: K**-1, TypeError, ["power", "integer", "float"]),
    "text operand": (lambda: sd.exp("text"), TypeError, ["constant", "str"]),
    "object operand": (lambda: sd.add(X, object()), TypeError, ["object"]),
    "list of nodes": (lambda: sd.exp([X, X]), TypeError, ["stack"]),
    "ragged list": (lambda: sd.constant([[1], [1, 2]]), TypeError, ["constant", "list"]),
    "date": (lambda: sd.constant(np.array(["2020-01-01"], "M8[D]")), TypeError, ["datetime64"]),
    "unknown dtype": (lambda: X.astype("nonsense"), TypeError, ["nonsense"]),
    "unsupported dtype": (lambda: X.astype("S4"), TypeError, ["S4"]),
    "strict dtypes": (
        lambda: type(X + 1)(X, F32, coefficients=(1, 1)),
        TypeError,
        ["float32", "float64", "cast"],
    ),
    "small integers": (lambda: sd.Variable(np.ones(2, "int8")) + 300, OverflowError, ["300", "int8"]),
    "imaginary part": (lambda: sd.full((), 1j, float), TypeError, ["1j", "float64"]),
    # --- leaves -------------------------------------------------------------------------------------
    "value shape": (lambda: assign(X, [1.0, 2.0]), ShapeError, ["x", "3", "2", "reshape"]),
    "value dtype": (lambda: assign(X, [1j, 0, 0]), TypeError, ["x", "float64", "complex128", "astype"]),
    "value text": (lambda: assign(X, ["a", "b", "c"]), TypeError, ["x", "float64"]),
    "variable of a node": (lambda: sd.Variable(X + 1), TypeError, ["Variable", "evaluate"]),
    "variable name": (lambda: sd.Variable(1.0, 2.0), TypeError, ["name", "2.0", "list"]),
    "placeholder size": (lambda: sd.Placeholder((2, -1)), ShapeError, ["Placeholder", "-1"]),
    "placeholder name": (lambda: sd.Placeholder((), float, 3), TypeError, ["name", "3"]),
    "dim name": (lambda: sd.Dim("2 n"), ValueError, ["identifier", "2 n"]),
    # --- derivatives --------------------------------------------------------------------------------
    "grad of a vector": (
        lambda: sd.grad(X * 2, X),
        GraphError,
        ["grad", "3", "scalar", "cotangent", "jacobian"],
    ),
    "hessian of a vector": (lambda: sd.hessian(X * 2, X), GraphError, ["3", "scalar"]),
    "grad of integers": (lambda: sd.grad(K.sum(), K), TypeError, ["int64", "floating point", "cast"]),
    "grad by integers": (lambda: sd.grad(X.sum(), K), TypeError, ["int64", "k"]),
    "grad of a number": (lambda: sd.grad(3.0, X), TypeError, ["grad", "node", "float"]),
    "grad by a number": (lambda: sd.grad(X.sum(), 3.0), TypeError, ["grad", "wrt", "3.0"]),
    "grad by a list of numbers": (lambda: sd.grad(X.sum(), [X, 1.0]), TypeError, ["node", "1.0"]),
    "cotangent shape": (lambda: sd.vjp(X * 2, X, [1.0, 2.0]), ShapeError, ["cotangent", "2", "3"]),
    "tangent shape": (lambda: sd.jvp(X * 2, X, [1.0, 2.0]), ShapeError, ["tangent", "x", "2", "3"]),
    "tangent count": (lambda: sd.jvp(X.sum(), [X, Y], [X]), GraphError, ["jvp", "1", "2 nodes"]),
    "tangent structure": (lambda: sd.jvp(X.sum(), [X], 1.0), (GraphError, TypeError), ["jvp", "1 nodes"]),
    "tangent keys": (lambda: sd.jvp(X.sum(), {"a": X}, {"b": X}), GraphError, ["jvp", "'a'"]),
    "no rule": (lambda: sd.grad(NoRule(X).sum(), X), NotImplementedError, ["NoRule", "partials"]),
    "no transpose": (
        lambda: sd.grad(NoTranspose(X).sum(), X),
        NotImplementedError,
        ["NoTranspose", "operand 0", "transposed"],
    ),
    "no shape": (lambda: NoShape(X), NotImplementedError, ["NoShape", "infer_shape"]),
    "no value": (lambda: NoValue(X)(), NotImplementedError, ["NoValue", "compute"]),
    "missing attribute": (lambda: type(X[1:])(X), TypeError, ["Slice", "ranges"]),
    "unknown attribute": (lambda: type(sd.exp(X))(X, speed=2), TypeError, ["Exp", "speed"]),
    "merged node": (lambda: sd.grad(((2 * X) * (2 * X)).sum(), 2 * X), GraphError, ["identity"]),
    "check of a node": (lambda: check_grad(X * 2, X + 1), GraphError, ["check_grad", "Variable"]),
    "check without value": (lambda: check_grad(P * 2, P), GraphError, ["check_grad", "p", "feeds"]),
    "check mode": (lambda: check_grad(X, X, modes=["back"]), GraphError, ["modes", "reverse"]),
    # --- evaluation and programs --------------------------------------------------------------------
    "unfed": (lambda: (P * 2)(), GraphError, ["p", "no value"]),
    "fed by name": (lambda: (P * 2)({"p": [1, 2, 3]}), GraphError, ["feeds", "'p'"]),
    "fed shape": (lambda: (P * 2)({P: [1, 2]}), ShapeError, ["p", "3", "2"]),
    "fed dtype": (lambda: (P * 2)({P: [1j, 2, 3]}), TypeError, ["p", "float64", "complex128", "astype"]),
    "missing input": (lambda: sd.compile(P * 2, [X]), GraphError, ["compile", "p", "inputs"]),
    "input twice": (lambda: sd.compile(P * 2, [P, P]), GraphError, ["twice"]),
    "too few values": (lambda: sd.compile(P * 2, [P])(), GraphError, ["0 values", "1 inputs", "p"]),
    "too many values": (lambda: sd.compile(P * 2, [P])(1, 2), GraphError, ["2 values", "1 inputs"]),
    "unknown name": (lambda: sd.compile(P * 2, [P])(q=1), GraphError, ["'q'", "p"]),
    "outputs": (lambda: sd.compile(3.0), TypeError, ["compile", "3.0"]),
    "outputs inside": (lambda: sd.compile([X, "y"]), TypeError, ["compile", "'y'"]),
    "update shape": (lambda: sd.compile(X, updates={X: Y}), ShapeError, ["update", "x", "2", "3"]),
    "update dtype": (lambda: sd.compile(X, updates={X: K}), TypeError, ["update", "x", "int64", "astype"]),
    "update of a node": (lambda: sd.compile(X, updates={X + 1: X}), GraphError, ["updates", "variables"]),
    "update to a number": (lambda: sd.compile(X, updates={X: 3.0}), GraphError, ["updates", "3.0"]),
    # --- what a symbol is not -----------------------------------------------------------------------
    "truth": (lambda: bool(X > 0), TypeError, ["truth value", "where", "evaluate"]),
    "equality": (lambda: X == 3.0, TypeError, ["==", "identity", "equal"]),
    "inequality": (lambda: np.ones(3) != X, TypeError, ["identity", "equal"]),
    "membership": (lambda: 1.0 in X, TypeError, ["in", "evaluate"]),
    "length": (lambda: len(S), TypeError, ["scalar", "length"]),
    "iteration": (lambda: list(S), TypeError, ["scalar"]),
    "float": (lambda: float(S), TypeError, ["float"]),
    "numpy function": (lambda: np.unique(X), TypeError, ["np.unique", "no counterpart", "x()"]),
    "array": (lambda: np.asarray(X, dtype=float), (TypeError, ValueError), []),
    "format": (lambda: f"{S:.3f}", TypeError, ["symbolic", "{x():.3f}"]),
    "operand of no kind": (lambda: X + "a", TypeError, ["unsupported"]),
    "hidden attribute": (lambda: setattr(X, "name", "z"), AttributeError, ["immutable", "name"]),
}


WRONG = {**WRONG, **cases.WRONG}


@pytest.mark.parametrize("name", WRONG)
def test_messages_say_what_is_wrong(name):
    """A wrong call raises the right exception, and its message names what one needs to know."""
    call, kind, words = WRONG[name]

    with pytest.raises(kind) as caught:
        call()

    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


def test_errors_are_value_errors():
    """Whoever catches ValueError, as for NumPy, catches these."""
    assert issubclass(ShapeError, ValueError)
    assert issubclass(GraphError, ValueError)


def test_a_failed_call_leaves_values_alone():
    """An assignment that is refused changes nothing."""
    x = sd.Variable([1.0, 2.0], "x")

    with pytest.raises(ShapeError):
        x.value = [1.0]

    assert x.value.tolist() == [1, 2]
