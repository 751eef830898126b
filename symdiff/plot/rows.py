"""The first line of a box: what arrives where, with a port for every operand that has its own place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.leaves import Placeholder
from symdiff.plot.words import WIDTH, factor_text
from symdiff.printing import formula
from symdiff.wiring import Wiring

__all__ = ["Row", "row", "signed", "sorted_operands"]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
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
    """Places of the operands as they are drawn: terms and factors that never change come last."""
    places = range(len(node.operands))
    if not isinstance(node, Einsum | Add):
        return list(places)
    return sorted(places, key=lambda k: node.operands[k] in fixed)


def _fitting(texts: Row) -> Row:
    """The row, without ports and shortened when it is too long to read."""
    text = "".join(text for text, _ in texts)
    return texts if len(text) <= WIDTH else ((f"{text[: WIDTH - 1]}…", None),)


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
    """The signs and factors of a sum, when there are any: ``x − 2 y``."""
    signs, terms = [], []
    for place, name in zip(order, _names(len(order)), strict=True):
        sign, size = signed(node.coefficients[place])
        shown = (
            ""
            if size == 1 or (inlined and is_scalar_constant(node.operands[place]))
            else f"{factor_text(size)} "
        )
        signs.append(sign)
        terms.append(shown + name)
    if set(signs) == {"+"} and terms == _names(len(order)):
        return ()
    first = "−" if signs[0] == "−" else ""
    texts = [f"{term} {sign}" for term, sign in zip(terms, signs[1:], strict=False)] + terms[-1:]
    return tuple(zip([first + texts[0], *texts[1:]], order, strict=True))


def signed(factor: Any) -> tuple[str, Any]:
    """The sign of a factor, and its size; complex numbers are left as they are."""
    if isinstance(factor, complex) or factor >= 0:
        return "+", factor
    return "−", -factor


def _formula(node: Node) -> Row:
    """An operation on stand-ins for its operands, when that says more than its name."""
    if not node.attributes and len(node.operands) < 2:
        return ()
    names = _names(len(node.operands))
    stand_ins = {
        operand: Placeholder(operand.shape, operand.dtype, name)
        for operand, name in zip(node.operands, names, strict=True)
    }
    text = formula(node.with_operands(*[stand_ins[operand] for operand in node.operands]))
    text = _typeset(text)
    text = text.removeprefix("(").removesuffix(")") if text.startswith("(") else text
    if len(node.operands) == 1:
        return ((text, None),)
    start, *parts = re.split(rf"\b({'|'.join(names)})\b", text)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    cells = [(name + after.rstrip(), names.index(name)) for name, after in pairs]
    return ((start + cells[0][0], cells[0][1]), *cells[1:])


def _typeset(text: str) -> str:
    """Python's notation as it is printed in books: ``1 - x**2`` becomes ``1 − x²``."""
    text = re.sub(r"\*\*(\d+)", lambda power: power[1].translate(_RAISED), text)
    return text.replace(" - ", " − ").replace(" * ", " ")


def _names(count: int) -> list[str]:
    """Letters for a few operands, numbered ones for many."""
    return ["x", "y", "z"][:count] if count <= 3 else [f"x{k}" for k in range(1, count + 1)]
