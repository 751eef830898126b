"""The first line of a box: what arrives where, with a port for every operand that has its own place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.leaves import Placeholder
from symdiff.plot.words import WIDTH, clipped, factor_text
from symdiff.printing import formula
from symdiff.wiring import Wiring

__all__ = ["Row", "row", "signed", "sorted_operands"]

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Row: TypeAlias = tuple[tuple[str, int | None], ...]  # texts, and the operand whose edge ends there


def row(node: Node, order: Sequence[int], inlined: bool) -> Row:
    """The equation or formula of *node*, its operands taken in *order*.

    With *inlined*, known factors of constant terms are left to the chips of these constants.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable([1.0], "x"), sd.Variable([2.0], "y")
    >>> row(sd.outer(x, y), (0, 1), True)
    (('a,', 0), ('b', 1), ('→ab', None))
    >>> row(x - y, (0, 1), True)
    (('x −', 0), ('y', 1))
    >>> row(x + y, (0, 1), True), row(sd.exp(x), (0,), True)
    ((), ())
    """
    match node:
        case Einsum():
            return _fitting(_equation(node.wiring, order))
        case Add():
            return _fitting(_sum(node, order, inlined))
    return _fitting(_formula(node))


def sorted_operands(node: Node, fixed: set[Node]) -> list[int]:
    """Places of the operands as they are drawn: what never changes last, and ``ab,bc→ac`` in this order."""
    places = list(range(len(node.operands)))
    if not isinstance(node, Einsum | Add):
        return places
    places.sort(key=lambda k: node.operands[k] in fixed)
    if isinstance(node, Einsum) and len(places) == 2:
        return min(places, places[::-1], key=lambda order: node.wiring.arrange(order).output)
    return places


def _fitting(texts: Row) -> Row:
    """The row; one that is too long to read is replaced by the numbers of its operands, or cut."""
    text = "".join(text for text, _ in texts)
    if len(text) <= WIDTH:
        return texts
    numbered = tuple((str(k), port) for k, (_, port) in enumerate(texts, 1) if port is not None)
    return numbered if 0 < len(numbered) <= WIDTH // 2 else ((clipped(text), None),)


def _equation(wiring: Wiring, order: Sequence[int]) -> Row:
    """An einsum's equation, one port per operand; nothing for a product of scalars."""
    if not any(wiring.inputs) and not wiring.output:
        return ()
    left, right = str(wiring.arrange(order)).split("->")
    groups = [labels or "·" for labels in left.split(",")]
    result = f"→{right or '·'}"
    if wiring.is_elementwise or len(groups) == 1:
        return ((",".join(groups) + result, None),)
    texts = [f"{labels}," for labels in groups[:-1]] + groups[-1:]
    return (*zip(texts, order, strict=True), (result, None))


def _sum(node: Add, order: Sequence[int], inlined: bool) -> Row:
    """The signs and factors of a sum, when there are any: ``x − 2 y``; of a long one, these alone."""
    signs, factors = [], []
    for place in order:
        sign, size = signed(node.coefficients[place])
        bare = size == 1 or (inlined and is_scalar_constant(node.operands[place]))
        signs.append(sign)
        factors.append("" if bare else f"{factor_text(size)} ")
    if set(signs) == {"+"} and not any(factors):
        return ()
    if len(order) > 3:
        texts = [f"{sign}{factor}".rstrip() for sign, factor in zip(signs, factors, strict=True)]
    else:
        terms = [factor + name for factor, name in zip(factors, _names(len(order)), strict=True)]
        terms[0] = f"{signs[0].replace('+', '')}{terms[0]}"
        texts = [f"{term} {sign}" for term, sign in zip(terms, [*signs[1:], ""], strict=True)]
    return tuple((text.rstrip(), place) for text, place in zip(texts, order, strict=True))


def signed(factor: Any) -> tuple[str, Any]:
    """The sign of a factor, and its size; complex numbers are left as they are."""
    if isinstance(factor, complex) or factor >= 0:
        return "+", factor
    return "−", -factor


def _formula(node: Node) -> Row:
    """An operation on stand-ins for its operands, when that says more than its name."""
    if not node.attributes and len(node.operands) < 2:
        return ()
    operands = list(dict.fromkeys(node.operands))
    names = _names(len(operands))
    stand_ins = {
        operand: Placeholder(operand.shape, operand.dtype, name)
        for operand, name in zip(operands, names, strict=True)
    }
    text = _typeset(formula(node.with_operands(*[stand_ins[operand] for operand in node.operands])))
    start, *parts = re.split(rf"\b({'|'.join(names)})\b", text)
    if len(names) == 1 or not parts:
        return ((text, None),)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    places = {name: node.operands.index(operand) for name, operand in zip(names, operands, strict=True)}
    cells = [(name + after.rstrip(), places[name]) for name, after in pairs]
    return ((start + cells[0][0], cells[0][1]), *cells[1:])


def _typeset(text: str) -> str:
    """Python's notation as it is printed in books: ``1 - x**2`` becomes ``1 − x²``."""
    text = re.sub(r"\*\*(?:\((-\d+)\)|(\d+)\b(?!\.))", _raised, text)
    text = text.replace(" - ", " − ").replace(" * ", " ")
    return re.sub(r"^\(([^()]*)\)$", r"\1", text)


def _raised(power: re.Match[str]) -> str:
    return (power[1] or power[2]).translate(_RAISED)


def _names(count: int) -> list[str]:
    """Letters for a few operands, numbered ones for many."""
    return ["x", "y", "z"][:count] if count <= 3 else [f"x{k}" for k in range(1, count + 1)]
