"""A graph as a typed program: one line per node, shapes first, shared nodes once."""

from __future__ import annotations

from typing import Any

from symdiff.dims import size_text
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.printing.formula import leaf_name
from symdiff.printing.notation import number_text

__all__ = ["listing", "operation_text"]

LINES = 60


def listing(*nodes: Node, lines: int = LINES) -> str:
    """The graph of *nodes* as a typed program; the middle of a long one is left out.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> m = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "m")
    >>> print(listing(sd.grad(x @ m @ x, x)))
    x  : float64[2]   variable
    m  : float64[2,2] variable
    %1 : float64[2]   einsum a,ab->b x m
    %2 : float64[2]   einsum a,ba->b x m
    %3 : float64[2]   add %1 %2
    returns %3
    """
    names: dict[Node, str] = {}
    rows = []
    count = 0
    for node in toposort(*nodes):
        if isinstance(node, Variable | Placeholder | Constant):
            names[node] = leaf_name(node)
        else:
            count += 1
            names[node] = f"%{count}"
        kind = f"{node.dtype}[{','.join(map(size_text, node.shape))}]"
        inputs = "".join(f" {names[operand]}" for operand in node.operands)
        rows.append((names[node], kind, operation_text(node) + inputs))
    if len(rows) > lines:
        half = lines // 2
        rows = [*rows[:half], ("...", "", f"{len(rows) - 2 * half} more"), *rows[len(rows) - half :]]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    text = [f"{name:{widths[0]}} : {kind:{widths[1]}} {rest}" for name, kind, rest in rows]
    return "\n".join([*text, "returns " + ", ".join(names[node] for node in nodes)])


def operation_text(node: Node) -> str:
    """An operation with its settings: ``einsum ab,b->a``, ``slice [0:2]``."""
    name = type(node).__name__.lower()
    match node:
        case Variable(facts=facts) | Placeholder(facts=facts) if facts:
            return f"{name} {facts}"
        case Variable() | Placeholder() | Constant():
            return name
        case Einsum():
            factors = [] if node.coefficient == 1 else [number_text(node.coefficient)]
            factors += map(size_text, node.wiring.orphans)
            return " * ".join([*factors, f"einsum {node.wiring}"])
        case Add(coefficients=coefficients):
            plain = all(c == 1 for c in coefficients)
            return name if plain else f"{name} {','.join(map(number_text, coefficients))}"
    settings = " ".join(map(_setting, node.attributes))
    return f"{name} {settings}".rstrip()


def _setting(value: Any) -> str:
    """An attribute as it is printed; whole numbers without a decimal point."""
    if type(value) is tuple:
        return f"({', '.join(map(_setting, value))})"
    return number_text(value)
