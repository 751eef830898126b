"""Reading einsum equations as NumPy writes them: text in, labels out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from symdiff.dims import Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.wiring import Wiring

__all__ = ["interleaved", "parse"]

Terms = list[list[Any]]


def parse(equation: str, shapes: Sequence[Shape], names: Sequence[str], sizes: Mapping[str, Size]) -> Wiring:
    """The wiring of an equation such as ``"ij,jk->ik"`` for operands of these shapes.

    Implicit output, spaces, an ellipsis in any place and size-1 broadcasting follow NumPy; beyond
    NumPy, an output label may be repeated (a diagonal is written) or, with a size in *sizes*, new.

    Examples
    --------
    >>> print(parse("i...j, j", [(2, 5, 3), (3,)], ["x", "y"], {}))
    abc,c->ba
    """
    return _parsed(equation, tuple(shapes), tuple(names), tuple(sizes.items()))


@lru_cache(maxsize=4096)
def _parsed(
    equation: str, shapes: tuple[Shape, ...], names: tuple[str, ...], sizes: tuple[tuple[str, Size], ...]
) -> Wiring:
    title = f'einsum("{equation}")'
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_characters(title, term) for term in left.split(",")] if left or shapes else []
    output = _characters(title, right) if arrow else None
    return _wire(title, terms, output, shapes, names, dict(sizes))


def interleaved(
    labels: Sequence[Sequence[Any]],
    output: Sequence[Any] | None,
    shapes: Sequence[Shape],
    names: Sequence[str],
) -> Wiring:
    """The wiring of ``einsum(x, [0, 1], y, [1, 2], [0, 2])``; labels may be any hashable things."""
    terms = [list(term) for term in labels]
    return _wire("einsum", terms, None if output is None else list(output), shapes, names, {})


def _characters(title: str, term: str) -> list[Any]:
    """The labels of one term, an ellipsis as `Ellipsis`."""
    if term.count(".") not in (0, 3) or (term.count(".") == 3 and "..." not in term):
        raise ShapeError(f'{title}: "{term}" has dots that are no ellipsis; write "..." once per term')
    head, dots, tail = term.partition("...")
    for label in head + tail:
        if not label.isalpha():
            raise ShapeError(
                f"{title}: {label!r} in {term!r} is no label; labels are letters, terms are separated "
                'by "," and the output follows "->"'
            )
    return [*head, ..., *tail] if dots else list(head)


def _wire(
    title: str,
    terms: Terms,
    output: list[Any] | None,
    shapes: Sequence[Shape],
    names: Sequence[str],
    sizes: Mapping[str, Size],
) -> Wiring:
    if len(terms) != len(shapes):
        raise ShapeError(
            f"{title}: {len(terms)} terms for {len(shapes)} operands; write one term per operand, "
            'separated by ","'
        )
    described = [f"({name}: {shape_text(shape)})" for name, shape in zip(names, shapes, strict=True)]
    dots = 0
    for k, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        hidden = len(shape) - len(term) + (... in term)
        if hidden < 0 or (hidden and ... not in term):
            raise ShapeError(
                f"{title}: operand {k} {described[k]} has {len(shape)} axes, but its term has "
                f'{len(term) - (... in term)} labels; add labels, or "..." for the other axes'
            )
        dots = max(dots, hidden if ... in term else 0)
        terms[k] = _spread(term, hidden)
    table = _sizes(title, terms, shapes, described, sizes)
    if output is not None and dots and ... not in output:
        raise ShapeError(
            f'{title}: "..." stands for {dots} axes that the output lacks; write "..." there too'
        )
    output = _implicit(terms, dots) if output is None else _spread(output, dots)
    for label in sizes:
        if label not in output:
            raise ShapeError(f"{title}: sizes= gives label {label}, which the output lacks")
    for label in output:
        if label not in table:
            raise ShapeError(
                f"{title}: label {label} stands only in the output, so its size is unknown; pass "
                f"sizes={{'{label}': ...}}, or use broadcast_to"
            )
    return Wiring.of(_stretched(terms, shapes, table), output, table)


def _spread(term: list[Any], hidden: int) -> list[Any]:
    """*term* with its ellipsis replaced by labels for that many axes, counted from the last."""
    if ... not in term:
        return term
    place = term.index(...)
    return [*term[:place], *((..., axis) for axis in range(-hidden, 0)), *term[place + 1 :]]


def _implicit(terms: Terms, dots: int) -> list[Any]:
    """NumPy's output when none is given: the ellipsis, then labels that stand once, sorted."""
    flat = [label for term in terms for label in term if not isinstance(label, tuple)]
    return [*((..., axis) for axis in range(-dots, 0)), *sorted(x for x in flat if flat.count(x) == 1)]


def _sizes(
    title: str,
    terms: Terms,
    shapes: Sequence[Shape],
    described: Sequence[str],
    given: Mapping[str, Size],
) -> dict[Any, Size]:
    """The size of each label; 1 gives way to any other size of the label in another operand."""
    table: dict[Any, tuple[Size, str]] = {label: (size, "sizes=") for label, size in given.items()}
    for k, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        own: dict[Any, Size] = {}
        for label, size in zip(term, shape, strict=True):
            if own.setdefault(label, size) != size:
                raise ShapeError(
                    f"{title}: label {_name(label)} is both {size_text(own[label])} and "
                    f"{size_text(size)} in operand {k} {described[k]}; a diagonal needs equal sizes"
                )
        for label, size in own.items():
            known, where = table.get(label, (1, ""))
            if known != 1 and size not in (1, known):
                raise ShapeError(
                    f"{title}: label {_name(label)} is {size_text(known)} in {where} but "
                    f"{size_text(size)} in operand {k} {described[k]}; "
                    "equal labels need equal sizes, or a size of 1"
                )
            if known == 1:
                table[label] = (size, f"operand {k} {described[k]}")
    return {label: size for label, (size, _) in table.items()}


def _name(label: Any) -> str:
    return f"... (axis {label[1]})" if isinstance(label, tuple) else str(label)


def _stretched(terms: Terms, shapes: Sequence[Shape], table: dict[Any, Size]) -> Terms:
    """The terms with a label of its own wherever an axis of size 1 is stretched."""
    result = []
    for k, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        labels = []
        for label, size in zip(term, shape, strict=True):
            if size == 1 and table[label] != 1:
                label = ("stretched", k, label)
                table[label] = 1
            labels.append(label)
        result.append(labels)
    return result
