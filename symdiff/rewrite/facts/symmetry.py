"""Pairs of axes that may be exchanged without a change of the node."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from symdiff.node import Node
from symdiff.ops import cast
from symdiff.ops.add import Add
from symdiff.ops.axes import reductions, scans
from symdiff.ops.axes.softmax import LogSoftmax, Softmax
from symdiff.ops.base import Elementwise
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.entries import elementwise
from symdiff.ops.entries.logarithms import Logaddexp
from symdiff.ops.entries.trigonometry import Hypot
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.linalg.determinants import Cofactor
from symdiff.ops.linalg.exponential import Expm
from symdiff.ops.linalg.inverses import Inv
from symdiff.ops.linalg.pseudoinverse import Pinv
from symdiff.ops.places.indexing import OneHot
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.shaping import Concatenate, Place, Slice
from symdiff.rewrite.facts.bounds import LARGEST
from symdiff.rewrite.facts.known import Known
from symdiff.rewrite.facts.matching import MANY, Pair, matches, written_out
from symdiff.wiring import Wiring

__all__ = ["symmetries"]

TERMS = 64  # terms up to which sums are looked at
COMMUTATIVE = (elementwise.Maximum, elementwise.Minimum, Hypot, Logaddexp)


def symmetries(node: Node, known: Known) -> frozenset[Pair]:
    """All pairs of axes, the smaller first, under whose exchange the node stays the same."""
    sizes = node.shape
    pairs = [(i, j) for i, j in itertools.combinations(range(node.ndim), 2) if sizes[i] == sizes[j]]
    if not pairs or node.ndim > MANY:
        return frozenset()
    rule = RULES.get(type(node))
    if rule is None and isinstance(node, Elementwise | Region):
        rule = _elementwise if isinstance(node, Elementwise) else _operand
    found = frozenset(rule(node, pairs, known)) if rule else frozenset[Pair]()
    return frozenset(pair for pair in pairs if pair in found or sizes[pair[0]] == 1)


def _of(node: Node, known: Known) -> frozenset[Pair]:
    found: frozenset[Pair] = known.answer(symmetries, node, unknown=frozenset())
    return found


# --- leaves ---------------------------------------------------------------------------------------------


def _declared(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    return [(node.ndim - 2, node.ndim - 1)] if node.facts.symmetric else []


def _constant(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """As the entries are, if there are not too many of them."""
    value = node.value
    if value.size > LARGEST:
        return []
    return [pair for pair in pairs if np.array_equal(value, value.swapaxes(*pair))]


# --- what keeps axes apart ------------------------------------------------------------------------------


def _operand(node: Node, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of operand 0."""
    return _of(node.operands[0], known)


def _elementwise(node: Node, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those that all operands share, and those that exchange operands which may change places."""
    shared = frozenset[Pair](pairs).intersection(*(_of(operand, known) for operand in node.operands))
    if type(node) not in COMMUTATIVE:
        return shared
    x, y = node.operands
    return shared.union(pair for pair in pairs if y in _exchanged(x, pair))


def _sliced(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of the operand along which the same places are taken, or written."""
    return [(i, j) for i, j in _of(node.operands[0], known) if node.ranges[i] == node.ranges[j]]


def _joined(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those that all operands share, but for the axis along which they are joined."""
    shared = frozenset[Pair](pairs).intersection(*(_of(operand, known) for operand in node.operands))
    return [pair for pair in shared if node.axis not in pair]


def _scanned(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of the operand, but for the axis along which entries are added up or multiplied."""
    return [pair for pair in _of(node.operands[0], known) if node.axis % node.ndim not in pair]


def _slicewise(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of the operand that exchange two axes within slices, or two across them."""
    return [(i, j) for i, j in _of(node.operands[0], known) if (i in node.axes) == (j in node.axes)]


def _reduced(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of the operand among the axes that are left."""
    left = [axis for axis in range(node.operands[0].ndim) if axis not in node.axes]
    found = _of(node.operands[0], known)
    return [(i, j) for i, j in pairs if (left[i], left[j]) in found]


def _of_matrix(node: Node, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those of the operand that exchange rows and columns, or leading axes."""
    first = node.ndim - 2
    return [(i, j) for i, j in _of(node.operands[0], known) if (i >= first) == (j >= first)]


# --- sums and contractions ------------------------------------------------------------------------------


def _exchanged(node: Node, pair: Pair) -> list[Node]:
    """The node with two axes exchanged, in the forms that it may have."""
    labels = list(range(node.ndim))
    turned = _turned(labels, pair)
    forms = [contract((node,), Wiring.of([labels], turned, node.shape))]
    if type(node) is Einsum:
        wiring = Wiring.of(node.wiring.inputs, _turned(node.wiring.output, pair), _sizes(node.wiring))
        forms.append(contract(node.operands, wiring, node.coefficient, node.dtype))
    return forms


def _turned(labels: Any, pair: Pair) -> list[int]:
    result = list(labels)
    i, j = pair
    result[i], result[j] = result[j], result[i]
    return result


def _sizes(wiring: Wiring) -> dict[int, Any]:
    return dict(enumerate(wiring.sizes))


def _sum(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those under which every term stays, or becomes another term with the same coefficient."""
    terms = dict(zip(node.operands, node.coefficients, strict=True))
    for pair in pairs if len(terms) <= TERMS else ():
        if all(pair in _of(term, known) or _has_partner(term, pair, terms, known) for term in terms):
            yield pair


def _has_partner(term: Node, pair: Pair, terms: dict[Node, Any], known: Known) -> bool:
    """Whether another term with the same coefficient is the transpose of this one."""
    if any(terms.get(form) == terms[term] for form in _exchanged(term, pair)):
        return True
    if type(term) is not Einsum:
        return False
    operands, wiring = _sorted(*written_out(term))
    turned = wiring._replace(output=tuple(_turned(wiring.output, pair)))
    own = [_of(operand, known) for operand in operands]
    return any(
        parts == operands and matches(operands, own, turned, other_wiring)
        for other in terms
        if type(other) is Einsum and terms[other] == terms[term] and other.coefficient == term.coefficient
        for parts, other_wiring in [_sorted(*written_out(other))]
    )


def _sorted(operands: list[Node], wiring: Wiring) -> tuple[list[Node], Wiring]:
    order = sorted(range(len(operands)), key=lambda k: operands[k].serial)
    return [operands[k] for k in order], wiring.arrange(order)


def _einsum(node: Any, pairs: list[Pair], known: Known) -> Iterable[Pair]:
    """Those under which the operands change places among themselves, as those of x.T @ x do."""
    flat = written_out(node)
    for pair in pairs:
        for operands, wiring in ((node.operands, node.wiring), flat):
            other = Wiring(wiring.inputs, tuple(_turned(wiring.output, pair)), wiring.sizes)
            own = [_of(operand, known) for operand in operands]
            if matches(operands, own, wiring, other):
                yield pair
                break


RULES: dict[type[Node], Callable[[Any, list[Pair], Known], Iterable[Pair]]] = {
    Variable: _declared,
    Placeholder: _declared,
    Constant: _constant,
    Einsum: _einsum,
    Add: _sum,
    Concatenate: _joined,
    **dict.fromkeys((cast.Identity, cast.StopGradient, cast.Cast, Barrier, OneHot), _operand),
    **dict.fromkeys((Slice, Place), _sliced),
    **dict.fromkeys((scans.Cumsum, scans.Cumprod), _scanned),
    **dict.fromkeys((Softmax, LogSoftmax), _slicewise),
    **dict.fromkeys((reductions.Max, reductions.Min), _reduced),
    **dict.fromkeys((Inv, Expm, Cofactor, Pinv), _of_matrix),
}
