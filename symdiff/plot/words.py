"""Nodes in plain words: ``matmul``, ``sum``, ``subtract``, and the line that says the shape."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from symdiff.dims import shape_text
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries.comparison import Compare
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.powers import Power
from symdiff.printing import formula
from symdiff.printing.notation import number_text
from symdiff.wiring import Wiring

__all__ = ["clipped", "factor_text", "kind_text", "leaf_text", "word"]

WIDTH = 40  # characters of a name or a formula that are shown


def clipped(text: str, width: int = WIDTH) -> str:
    r"""*text* on one line, without characters that do not print, and of bounded length.

    Examples
    --------
    >>> clipped("two\nlines")
    'two lines'
    """
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"


def kind_text(node: Node) -> str:
    """Shape and dtype: ``32×8 float32``, or the dtype alone for a scalar."""
    return f"{shape_text(node.shape)} {node.dtype}" if node.shape else str(node.dtype)


def leaf_text(node: Node, numbers: Mapping[Node, int]) -> str:
    """What a chip says: a name, a number, or for leaves without a name the number of their kind."""
    match node:
        case Variable() | Placeholder() if node.name:
            return node.name
        case Constant() if node.value.size == 1:
            return str(node.value.item())
        case Constant() if node.value.size <= 4:
            return str(node.value.tolist())
        case Variable() | Placeholder() | Constant():
            return f"{type(node).__name__.lower()} {numbers[node]}"
    return formula(node)


def factor_text(factor: Any) -> str:
    """A factor in few characters: ``−2``, ``1/64``, ``0.3333``.

    Examples
    --------
    >>> factor_text(-2.0), factor_text(1 / 64), factor_text(1 / 3 + 1e-9)
    ('−2', '1/64', '0.3333')
    """
    if isinstance(factor, float) and math.isfinite(factor) and factor != int(factor):
        inverse = round(1 / factor) if abs(factor) > 1e-6 else 0
        factor = Fraction(1, inverse) if inverse and 1 / inverse == factor else f"{factor:.4g}"
    return number_text(factor).replace("-", "−")


def word(node: Node) -> str:
    """The operation in a word or two.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "x")
    >>> [word(node) for node in (x @ x, x * x, 2 * x.T, x.sum(), x - sd.exp(x), 1 / x, sd.logsumexp(x))]
    ['matmul', 'square', '2 × transpose', 'sum', 'subtract', 'reciprocal', 'log sum exp']
    """
    match node:
        case Einsum():
            return _einsum_word(node)
        case Add():
            negative = [str(c).startswith("-") for c in node.coefficients]
            return "subtract" if sorted(negative) == [False, True] else "add"
        case Power(exponent=-1):
            return "reciprocal"
        case Compare():
            return node.name.replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def _einsum_word(node: Einsum) -> str:
    """The word for a contraction, after its coefficient."""
    wiring, coefficient = node.wiring, node.coefficient
    core = _product_word(node) if len(node.operands) > 1 else _view_word(wiring)
    if coefficient == 1:
        return core
    if coefficient == -1:
        return "negate" if core == "scale" else f"−{core}"
    factor = factor_text(coefficient)
    return f"times {factor}" if core == "scale" else f"{factor} × {core}"


def _view_word(wiring: Wiring) -> str:
    """The word for an einsum of one operand."""
    (labels,), output = wiring.inputs, wiring.output
    fresh = set(output) - set(labels)
    if len(set(labels)) < len(labels):
        return "einsum" if fresh else "diagonal" if output else "trace"
    if len(set(output)) < len(output):
        return "diag" if set(output) == set(labels) else "einsum"
    if wiring.summed:
        squeezed = all(wiring.sizes[label] == 1 for label in wiring.summed)
        return "einsum" if fresh else "squeeze" if squeezed else "sum"
    if fresh:
        return "broadcast"
    return "scale" if labels == output else "transpose"


def _product_word(node: Einsum) -> str:
    """The word for an einsum of several operands."""
    inputs, output, _ = node.wiring
    if any(len(set(labels)) < len(labels) for labels in (*inputs, output)):
        return "einsum"
    summed = node.wiring.summed
    fresh = set(output) - {label for labels in inputs for label in labels}
    if not summed and not fresh:
        if len(set(node.operands)) == 1 and node.wiring.is_elementwise:
            return "square" if len(inputs) == 2 else f"power {len(inputs)}"
        outer = all(inputs) and sum(map(len, inputs)) == len(output)
        return "outer product" if outer else "multiply"
    if len(inputs) > 2 or summed != set(inputs[0]) & set(inputs[1]) or fresh:
        return "einsum"
    if not output:
        return "dot product"
    return "matmul" if max(map(len, inputs)) <= 2 else "contract"
