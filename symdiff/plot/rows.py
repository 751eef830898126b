"""The first line of a box: what arrives where, with a port for every operand that has its own place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.leaves import Placeholder
from symdiff.plot.words import WIDTH
from symdiff.printing import formula
from symdiff.printing.notation import number_text
from symdiff.wiring import Wiring

__all__ = ["Row", "row", "sorted_operands"]

Row: TypeAlias = tuple[tuple[str, int | None], ...]  # texts, and the operand whose edge ends there


def row(node: Node, order: Sequence[int], inlined: bool) -> Row:
    """The equation or formula of *node*, its operands taken in *order*.

    With *inlined*, known factors of constant terms are left to the chips of these constants.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable([1.0], "x"), sd.Variable([2.0], "y")
    >>> row(sd.outer(x, y), (0, 1), True)
    (('a', 0), (',', None), ('b', 1), ('→ab', None))
    >>> row(x - y, (0, 1), True)
    (('x', 0), (' − ', None), ('y', 1))
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
    texts: list[tuple[str, int | None]] = []
    for place, labels in zip(order, left.split(","), strict=True):
        texts += [(",", None)] if texts else []
        texts.append((labels or "·", place if len(order) > 1 else None))
    return (*texts, (f"→{right or '·'}", None))


def _sum(node: Add, order: Sequence[int], inlined: bool) -> Row:
    """The signs and factors of a sum, when there are any: ``x − 2 y``."""
    texts: list[tuple[str, int | None]] = []
    plain = True
    for place, name in zip(order, _names(len(order)), strict=True):
        factor = node.coefficients[place]
        negative = not isinstance(factor, complex) and factor < 0
        size = -factor if negative else factor
        if inlined and is_scalar_constant(node.operands[place]):
            size = 1
        plain = plain and size == 1 and not negative
        if texts or negative:
            texts.append((" − " if negative else " + ", None))
        texts.append((name if size == 1 else f"{number_text(size)} {name}", place))
    return () if plain else tuple(texts)


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
    text = text.removeprefix("(").removesuffix(")") if text.startswith("(") else text
    if len(node.operands) == 1:
        return ((text.replace("**", "^"), None),)
    parts = re.split(rf"\b({'|'.join(names)})\b", text)
    return tuple((part, names.index(part) if part in names else None) for part in parts if part)


def _names(count: int) -> list[str]:
    """Letters for a few operands, numbered ones for many."""
    return ["x", "y", "z"][:count] if count <= 3 else [f"x{k}" for k in range(1, count + 1)]
