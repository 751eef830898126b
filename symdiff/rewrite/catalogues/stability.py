"""STABILITY: the same value, computed without overflow and without cancellation.

What these rules look for is what a formula from a book looks like when it is typed in. A function is
stabilised before it is differentiated, so its derivatives are those of the stable form.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from symdiff.coefficients import inverse
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.axes.softmax import LogSoftmax, LogSumExp, Softmax, softmax_along
from symdiff.ops.einsum import Einsum, contract, scale
from symdiff.ops.entries.elementwise import Abs, Exp, Expm1, Log1p, LogSigmoid, Sigmoid, Sign, Softplus
from symdiff.ops.entries.logarithms import Log1mexp, Logaddexp
from symdiff.ops.entries.special import Erf, Erfc
from symdiff.ops.operands import full
from symdiff.ops.powers import Log, Power
from symdiff.rewrite.catalogues.patterns import negated, shifted, terms, without
from symdiff.rewrite.rule import Around, contextual, rule
from symdiff.wiring import Wiring

__all__ = ["STABILITY"]


@rule(Log)
def log_of_one_plus(node: Log) -> Node | None:
    """log(1 + x) = log1p(x)"""
    (x,) = node.operands
    number, rest = shifted(x)
    return Log1p(rest) if number == 1 and rest is not None else None


@rule(Log1p)
def log_of_one_plus_exp(node: Log1p) -> Node | None:
    """log1p(exp(x)) = softplus(x); log1p(-exp(x)) = log1mexp(x)"""
    match _one_term(node.operands[0]):
        case 1, Exp(operands=(x,)) if node.dtype.kind == "f":
            return Softplus(x)
        case -1, Exp(operands=(x,)) if node.dtype.kind == "f":
            return Log1mexp(x)
    return None


@rule(Log)
def log_of_expm1(node: Log) -> Node | None:
    """log(-expm1(x)) = log1mexp(x)"""
    match _one_term(node.operands[0]):
        case -1, Expm1(operands=(x,)) if node.dtype.kind == "f":
            return Log1mexp(x)
    return None


@rule(Log, Log1p)
def log_of_sigmoid(node: Node) -> Node | None:
    """log(sigmoid(x)) = log_sigmoid(x); log1p(-sigmoid(x)) = -softplus(x)"""
    match type(node) is Log, *_one_term(node.operands[0]):
        case True, 1, Sigmoid(operands=(x,)):
            return LogSigmoid(x)
        case False, -1, Sigmoid(operands=(x,)):
            return scale(Softplus(x), -1)
    return None


@contextual(Log)
def log_of_two_exponentials(node: Log, around: Around) -> Node | None:
    """log(exp(x) + exp(y)) = logaddexp(x, y); log(exp(x) - exp(y)) = x + log1mexp(y - x)"""
    (total,) = node.operands
    if not isinstance(total, Add) or len(total.operands) != 2 or node.dtype.kind != "f":
        return None
    match sorted(terms(total), key=lambda term: -term[0]):
        case [(1, Exp(operands=(x,))), (1, Exp(operands=(y,)))]:
            return Logaddexp(x, y)
        case [(1, Exp(operands=(x,))), (-1, Exp(operands=(y,)))] if around.alone(total):
            return x + Log1mexp(y - x)
    return None


@rule(Log)
def log_of_softmax(node: Log) -> Node | None:
    """log(softmax(x)) = log_softmax(x)"""
    match node.operands:
        case (Softmax(operands=(x,), axes=axes),):
            return LogSoftmax(x, axes=axes)
    return None


@rule(Exp)
def exp_of_log_softmax(node: Exp) -> Node | None:
    """exp(log_softmax(x)) = softmax(x)"""
    match node.operands:
        case (LogSoftmax(operands=(x,), axes=axes),):
            return softmax_along(x, axes)
    return None


def _without_new_axes(spread: Wiring) -> bool:
    """Whether all that happens is that axes of size 1 are inserted."""
    (own,), output, sizes = spread
    return own == tuple(x for x in output if x in own) and all(sizes[x] == 1 for x in output if x not in own)


class _Reduced(NamedTuple):
    """A multiple of the sum of exp(x) along axes, and how it is spread over a larger shape."""

    x: Node
    axes: tuple[int, ...]
    factor: Any
    spread: Wiring


def _sum_of_exponentials(node: Node) -> _Reduced | None:
    if not isinstance(node, Einsum) or len(node.operands) != 1 or node.wiring.orphans:
        return None
    ((labels,), output, sizes), (inner,) = node.wiring, node.operands
    kept = [label for label in labels if label in output]
    plain = len(set(labels)) == len(labels) and len(set(output)) == len(output)
    if not isinstance(inner, Exp) or not plain or inner.dtype.kind != "f" or len(kept) == len(labels):
        return None
    axes = tuple(axis for axis, label in enumerate(labels) if label not in output)
    spread = Wiring.of([kept], output, {label: sizes[label] for label in (*kept, *output)})
    return _Reduced(inner.operands[0], axes, node.coefficient, spread)


@rule(Log)
def log_of_sum_of_exponentials(node: Log) -> Node | None:
    """log(c * sum(exp(x))) = logsumexp(x) + log(c)"""
    found = _sum_of_exponentials(node.operands[0])
    if found is None or not found.factor > 0:
        return None
    moved = contract((LogSumExp(found.x, axes=found.axes),), found.spread)
    if found.factor == 1:
        return moved
    offset = full(node.shape, math.log(found.factor), node.dtype)
    return combine([moved, offset], [1, 1]) if found.spread.is_identity else None


@rule(Einsum, over=(Power,))
def normalised_exponentials(node: Einsum) -> Node | None:
    """exp(x) / sum(exp(x)) = softmax(x)"""
    for k, (below, kept) in enumerate(zip(node.operands, node.wiring.inputs, strict=True)):
        match below:
            case Power(operands=(total,), exponent=-1):
                found = _sum_of_exponentials(total)
            case _:
                continue
        if found is None or not _without_new_axes(found.spread):
            continue
        own = found.spread.inputs[0]
        kept = tuple(label for label, of in zip(kept, found.spread.output, strict=True) if of in own)
        for j, (above, labels) in enumerate(zip(node.operands, node.wiring.inputs, strict=True)):
            rest = tuple(label for axis, label in enumerate(labels) if axis not in found.axes)
            if above is Exp(found.x) and rest == kept:
                share = without(node, [j, k], [(softmax_along(found.x, found.axes), labels)])
                inverted = inverse(found.factor)
                return None if inverted is None else scale(share, inverted)
    return None


@rule(Power)
def sigmoid_from_exp(node: Power) -> Node | None:
    """1 / (1 + exp(-x)) = sigmoid(x)"""
    number, rest = shifted(node.operands[0])
    match _one_term(rest):
        case 1, Exp(operands=(x,)) if node.exponent == -1 and number == 1 and node.dtype.kind == "f":
            return Sigmoid(negated(x))
    return None


@rule(Einsum, over=(Sigmoid,))
def sigmoid_times_exp(node: Einsum) -> Node | None:
    """sigmoid(-x) * exp(x) = sigmoid(x)"""
    pairs = list(zip(node.operands, node.wiring.inputs, strict=True))
    places = {pair: k for k, pair in enumerate(pairs)}
    for k, (operand, labels) in enumerate(pairs):
        if isinstance(operand, Sigmoid):
            (x,) = operand.operands
            flipped = negated(x)
            j = places.get((Exp(flipped), labels))
            if j is not None:
                return without(node, [k, j], [(Sigmoid(flipped), labels)])
    return None


@rule(Einsum, over=(Power,))
def sign_from_quotient(node: Einsum) -> Node | None:
    """x / |x| = sign(x)"""
    pairs = list(zip(node.operands, node.wiring.inputs, strict=True))
    places = {pair: k for k, pair in enumerate(pairs)}
    for k, (operand, labels) in enumerate(pairs):
        match operand:
            case Power(operands=(Abs(operands=(x,)),), exponent=-1) if (x, labels) in places:
                return without(node, [k, places[x, labels]], [(Sign(x), labels)])
    return None


@contextual(Add, over=(Exp,))
def exp_minus_one(node: Add, around: Around) -> Node | None:
    """c * exp(x) - c = c * expm1(x)"""
    number, rest = shifted(node)
    if not number or rest is None or around.user is Add:
        return None
    found = terms(rest)
    for k, (c, x) in enumerate(found):
        if isinstance(x, Exp) and c == -number:
            found[k] = c, Expm1(*x.operands)
            return combine([x for _, x in found], [c for c, _ in found])
    return None


@contextual(Add, over=(Erf, Erfc))
def complement_of_erf(node: Add, around: Around) -> Node | None:
    """1 - erf(x) = erfc(x); 1 - erfc(x) = erf(x)"""
    number, rest = shifted(node)
    if around.user is Add:
        return None
    match _one_term(rest):
        case c, Erf(operands=(x,)) if c == -number:
            return scale(Erfc(x), number)
        case c, Erfc(operands=(x,)) if c == -number:
            return scale(Erf(x), number)
    return None


def _one_term(node: Node | None) -> tuple[Any, Node | None]:
    """A node that is a multiple of another one, as the factor and that."""
    if node is None:
        return 0, None
    found = terms(node)
    return found[0] if len(found) == 1 else (1, node)


STABILITY = (
    log_of_one_plus,
    log_of_one_plus_exp,
    log_of_expm1,
    log_of_sigmoid,
    log_of_two_exponentials,
    log_of_softmax,
    exp_of_log_softmax,
    log_of_sum_of_exponentials,
    normalised_exponentials,
    sigmoid_from_exp,
    sigmoid_times_exp,
    sign_from_quotient,
    exp_minus_one,
    complement_of_erf,
)
