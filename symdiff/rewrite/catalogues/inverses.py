"""Functions that undo each other, and functions that know what a sign or a range does to them."""

from __future__ import annotations

import numpy as np

from symdiff.coefficients import inverse
from symdiff.dtypes import is_inexact
from symdiff.node import Node
from symdiff.ops.add import unscaled
from symdiff.ops.einsum import Einsum, contract, scale
from symdiff.ops.entries.comparison import Where
from symdiff.ops.entries.elementwise import (
    Abs,
    Cos,
    Exp,
    Expm1,
    Log1p,
    Maximum,
    Minimum,
    Relu,
    Sigmoid,
    Sign,
    Sin,
    Tanh,
)
from symdiff.ops.entries.hyperbolic import Arccosh, Arcsinh, Arctanh, Cosh, Sinh
from symdiff.ops.entries.logarithms import Cbrt, Exp2, Log2, Logit
from symdiff.ops.entries.special import Erf
from symdiff.ops.entries.trigonometry import Arccos, Arcsin, Arctan, Tan
from symdiff.ops.filled import eye
from symdiff.ops.linalg.inverses import Inv
from symdiff.ops.operands import full
from symdiff.ops.powers import Log
from symdiff.rewrite.catalogues.patterns import negated, number_of
from symdiff.rewrite.facts import is_nonnegative, is_positive
from symdiff.rewrite.rule import Around, contextual, rule

__all__ = ["INVERSES"]

UNDOES = {  # f(g(x)) = x wherever the left side is a number
    Exp: Log,
    Expm1: Log1p,
    Log1p: Expm1,
    Exp2: Log2,
    Log2: Exp2,
    Log: Exp,
    Tanh: Arctanh,
    Arctanh: Tanh,
    Sinh: Arcsinh,
    Arcsinh: Sinh,
    Cosh: Arccosh,
    Sin: Arcsin,
    Cos: Arccos,
    Tan: Arctan,
    Sigmoid: Logit,
    Logit: Sigmoid,
    Inv: Inv,
}
BRANCHED = (Log, Log2, Log1p, Arctanh, Arcsinh)  # of a complex number, these have many values


@rule(*UNDOES, over=tuple(UNDOES.values()))
def undone(node: Node) -> Node | None:
    """f(inverse of f(x)) = x"""
    (inner,) = node.operands
    if type(inner) is not UNDOES[type(node)] or (node.dtype.kind == "c" and isinstance(node, BRANCHED)):
        return None
    return inner.operands[0]


def _flipped(x: Node) -> Node | None:
    """-x, where *x* is written as a negative multiple of another node."""
    core, factor = unscaled(x)
    return negated(x) if core is not x and not isinstance(factor, complex) and factor < 0 else None


@rule(Abs, Cos, Cosh, over=(Einsum,))
def even(node: Node) -> Node | None:
    """f(-x) = f(x) for the absolute value, cos and cosh"""
    flipped = _flipped(node.operands[0])
    return None if flipped is None else node.with_operands(flipped)


@contextual(Sin, Tan, Tanh, Sinh, Arcsin, Arctan, Arcsinh, Arctanh, Erf, Cbrt, Sign, over=(Einsum,))
def odd(node: Node, around: Around) -> Node | None:
    """f(-x) = -f(x) for sin, tan, tanh, their inverses, erf, the cube root and the sign"""
    (x,) = node.operands
    flipped = _flipped(x)
    if flipped is None or unscaled(x)[0] is not flipped or not is_inexact(x.dtype) or not around.alone(x):
        return None
    return scale(node.with_operands(flipped), -1)


@contextual(Abs, Relu)
def already_positive(node: Node, around: Around) -> Node | None:
    """|x| = relu(x) = x for x >= 0"""
    (x,) = node.operands
    return x if is_nonnegative(x, around.known) else None


@contextual(Sign)
def sign_of_positive(node: Node, around: Around) -> Node | None:
    """sign(x) = 1 for x > 0"""
    return full(node.shape, 1, node.dtype) if is_positive(node.operands[0], around.known) else None


@rule(Maximum, Minimum, Where)
def no_choice(node: Node) -> Node | None:
    """max(x, x) = min(x, x) = where(c, x, x) = x"""
    *_, x, y = node.operands
    return x if x is y else None


@contextual(Inv)
def inverse_of_view(node: Inv, around: Around) -> Node | None:
    """inv(c * x.T) = inv(x).T / c"""
    (x,) = node.operands
    if not isinstance(x, Einsum) or len(x.operands) != 1 or not around.alone(x):
        return None
    ((labels,), output, sizes), (source,) = x.wiring, x.operands
    plain = len(set(labels)) == len(labels) and sorted(labels) == sorted(output) and len(sizes) == len(labels)
    if not plain or {*labels[-2:]} != {*output[-2:]} or isinstance(x.coefficient, complex):
        return None
    factor = inverse(x.coefficient)
    return None if factor is None else contract((Inv(source),), x.wiring, factor, x.dtype)


@rule(Inv)
def inverse_of_identity(node: Inv) -> Node | None:
    """inv(eye(n)) = eye(n)"""
    (x,) = node.operands
    return x if x.ndim == 2 and x is eye(x.shape[0], x.dtype) else None


@rule(*UNDOES, Abs, Relu, over=(Einsum,))
def function_of_number(node: Node) -> Node | None:
    """exp(0) = 1: functions of numbers whose values are whole numbers"""
    value = number_of(node.operands[0])
    if value is None or isinstance(value, complex) or node.dtype.kind != "f" or isinstance(node, Inv):
        return None
    with np.errstate(all="ignore"):
        result = float(node.compute(np, np.asarray(float(value), node.dtype)))
    return full(node.shape, result, node.dtype) if result.is_integer() else None


INVERSES = (
    undone,
    even,
    odd,
    already_positive,
    sign_of_positive,
    no_choice,
    inverse_of_view,
    inverse_of_identity,
    function_of_number,
)
