"""Einsums as a person would write them: products, quotients, `@`, `.T`, sums, diagonals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff.dims import size_text
from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.ops.powers import Inverse, Power
from symdiff.ops.shape.shaping import Slice
from symdiff.printing.chains import chain_term
from symdiff.printing.indices import index_text
from symdiff.printing.terms import ATOM, POWER, PRODUCT, SUM, Term, Write, wrap
from symdiff.wiring import Labels, Wiring, letters

__all__ = ["einsum_term", "is_reciprocal", "number_text"]


def number_text(value: Any) -> str:
    """A coefficient as it is printed: 2, not 2.0; a third as 1/3."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e16
    return str(int(value)) if whole else str(value)


def einsum_term(node: Einsum, write: Write) -> Term:
    """The most familiar notation for an einsum, or the equation itself."""
    wiring, coefficient = node.wiring, node.coefficient
    if not node.operands:
        return _constant(node)
    core = _core(node, write)
    if core is None:
        arguments = ", ".join(write(operand)[0] for operand in node.operands)
        core = f'einsum("{wiring}", {arguments}{_open_sizes(node)})', ATOM
    for size in wiring.orphans:
        core = f"{size_text(size)} * {wrap(core, PRODUCT)}", PRODUCT
    return _scaled(core, coefficient)


def _open_sizes(node: Einsum) -> str:
    """The sizes of inserted axes of size 1, without which the equation could not be read back."""
    wiring = node.wiring
    known = {label for labels in wiring.inputs for label in labels}
    sizes = [
        f'"{letters(((label,),), ()).removesuffix("->")}": {size_text(wiring.sizes[label])}'
        for label in dict.fromkeys(wiring.output)
        if label not in known and wiring.sizes[label] == 1
    ]
    return f", sizes={{{', '.join(sizes)}}}" if sizes else ""


def _scaled(core: Term, coefficient: Any) -> Term:
    if coefficient == 1:
        return core
    if coefficient == -1:
        return f"-{wrap(core, PRODUCT)}", PRODUCT
    text = wrap(core, PRODUCT)
    if isinstance(coefficient, float) and 0 < abs(coefficient) < 1 and (1 / coefficient).is_integer():
        coefficient = Fraction(1, int(1 / coefficient))
    if isinstance(coefficient, Fraction):
        top, bottom = coefficient.numerator, coefficient.denominator
        lead = "" if top == 1 else "-" if top == -1 else f"{top} * "
        if "@" in text:
            text = f"({text})"
        return f"{lead}{text} / {bottom}", PRODUCT
    if text.startswith("1 / "):
        return number_text(coefficient) + text[1:], PRODUCT
    return f"{number_text(coefficient)} * {text}", PRODUCT


def _constant(node: Einsum) -> Term:
    """A number, an identity, or the equation of a constant without operands."""
    output = node.wiring.output
    value = _scaled(("1", ATOM), node.coefficient)[0].replace(" * 1", "")
    sizes = [size_text(size) for size in node.wiring.orphans]
    if len(set(output)) == len(output):
        factors = ([] if value == "1" and sizes else [value]) + sizes
        text = " * ".join(factors)
        return text, PRODUCT if len(factors) > 1 or "/" in text else SUM if text[0] == "-" else ATOM
    half = len(output) // 2
    if output[:half] == output[half:] and len(set(output)) == half:
        sizes = [size_text(node.wiring.sizes[label]) for label in output[:half]]
        core = f"eye({sizes[0]})" if half == 1 else f"eye(({', '.join(sizes)}))"
        return _scaled((core, ATOM), node.coefficient)
    return _scaled((f'einsum("{node.wiring}")', ATOM), node.coefficient)


def _core(node: Einsum, write: Write) -> Term | None:
    """The contraction without its coefficient."""
    wiring = node.wiring
    inputs, output = wiring.inputs, wiring.output
    if len(set(output)) < len(output):
        if len(output) > 2 or not any(output[0] in labels for labels in inputs):
            return None
        read = Wiring.of(inputs, output[:1], node.wiring.sizes)
        inner = _core(Einsum(*node.operands, wiring=read, coefficient=1, result=node.result), write)
        return None if inner is None else (f"diag({inner[0]})", ATOM)
    if any(len(set(labels)) < len(labels) for labels in inputs):
        return _diagonal(node, write)
    if not any(wiring.sizes[label] != 1 for label in wiring.summed):
        return _product(node, write)
    if len(inputs) == 1:
        return _sum(node, write)
    pair = _matmul(node, write) if len(inputs) == 2 else None
    return pair or chain_term(node, write)


def _diagonal(node: Einsum, write: Write) -> Term | None:
    if node.wiring.inputs != ((0, 0),):
        return None
    name = "diagonal" if node.wiring.output else "trace"
    return f"{name}({write(node.operands[0])[0]})", ATOM


def _sum(node: Einsum, write: Write) -> Term | None:
    labels, output = node.wiring.inputs[0], node.wiring.output
    kept = tuple(label for label in labels if label in output)
    if kept != output:
        return None
    axes = [axis for axis, label in enumerate(labels) if label not in output]
    where = "" if not output else f", axis={axes[0] if len(axes) == 1 else tuple(axes)}"
    return f"sum({write(node.operands[0])[0]}{where})", ATOM


def _matmul(node: Einsum, write: Write) -> Term | None:
    """Matrices and vectors joined by one index, transposed as needed."""
    wiring = node.wiring
    pairs = list(zip(wiring.inputs, node.operands, strict=True))
    shared = set(pairs[0][0]) & set(pairs[1][0])
    if len(shared) != 1 or shared & set(wiring.output) or any(len(labels) > 2 for labels, _ in pairs):
        return None
    (inner,) = shared
    free = [[label for label in labels if label != inner] for labels, _ in pairs]
    if tuple(free[0] + free[1]) != wiring.output:
        pairs, free = pairs[::-1], free[::-1]
        if tuple(free[0] + free[1]) != wiring.output:
            return None
    pairs = _upright(pairs, inner)
    left, right = (
        _matrix(labels, operand, inner, last, write)
        for (labels, operand), last in zip(pairs, (True, False), strict=True)
    )
    return f"{left} @ {right}", PRODUCT


def _upright(pairs: list[tuple[Labels, Node]], inner: int) -> list[tuple[Labels, Node]]:
    """A matrix and a vector in the order that needs no transpose."""
    (left, _), (right, _) = pairs
    turned = left[0] == inner if len(left) == 2 else right[-1] == inner
    return pairs[::-1] if {len(left), len(right)} == {1, 2} and turned else pairs


def _matrix(labels: Labels, operand: Node, inner: int, last: bool, write: Write) -> str:
    turned = len(labels) == 2 and (labels[1] == inner) != last
    text = write(operand)
    return f"{wrap(text, ATOM)}.T" if turned else wrap(text, POWER)


def _product(node: Einsum, write: Write) -> Term | None:
    """Factors over the output's axes, equal ones as a power, reciprocals below the line."""
    output = node.wiring.output
    if len(node.operands) == 1 and isinstance(node.operands[0], Slice):
        (labels,), (source,) = node.wiring.inputs, node.operands[0].operands
        if output == tuple(label for label in labels if label in output):
            dropped = [axis for axis, label in enumerate(labels) if label not in output]
            text = index_text(node.operands[0].ranges, source.shape, dropped)
            return f"{wrap(write(source), ATOM)}[{text}]", ATOM
    above: dict[str, int] = {}
    below: list[str] = []
    for labels, operand in zip(node.wiring.inputs, node.operands, strict=True):
        view = _view(labels, output, node.wiring.sizes)
        if view is None:
            return None
        inverted = is_reciprocal(operand)
        term = write(operand.operands[0] if inverted else operand)
        text = (
            f"{wrap(term, ATOM)}{view}"
            if view
            else wrap(term, POWER + inverted if len(node.operands) > 1 or inverted else SUM)
        )
        if inverted:
            below.append(text)
        else:
            above[text] = above.get(text, 0) + 1
    if len(above) == 1 and not below and list(above.values()) == [1]:
        return next(iter(above)), (ATOM if view else write(node.operands[0])[1])
    powers = [text if n == 1 else f"{_base(text)}**{n}" for text, n in above.items()]
    top = " * ".join(powers) or "1"
    if not below:
        return top, POWER if len(powers) == 1 else PRODUCT
    return f"{top} / {below[0] if len(below) == 1 else '(' + ' * '.join(below) + ')'}", PRODUCT


def is_reciprocal(node: Node) -> bool:
    """Whether *node* is written below the line."""
    return isinstance(node, Inverse) or (isinstance(node, Power) and node.exponent == -1)


def _base(text: str) -> str:
    return f"({text})" if "**" in text and not text.endswith(")") else text


def _view(labels: Labels, output: Labels, sizes: Sequence[Any]) -> str | None:
    """How an operand must be indexed so that it broadcasts: "", ".T", "[:, None]"; None if it cannot."""
    aligned = output[len(output) - len(labels) :]
    if len(aligned) == len(labels) and all(
        own == label or sizes[own] == 1 for own, label in zip(labels, aligned, strict=True)
    ):
        return ""
    long = tuple(label for label in labels if label in output)
    if len(long) < len(labels):
        return None
    if long and long == output[::-1] and len(long) == 2:
        return ".T"
    if tuple(label for label in output if label in long) != long:
        return None
    if long == output[len(output) - len(long) :]:
        return ""
    first = output.index(long[0])
    return "[" + ", ".join(":" if label in long else "None" for label in output[first:]) + "]"
