"""Sizes that are known only when a program runs: integer polynomials in named symbols.

A size is an `int` or a `Dim`. Sums, differences and products of sizes are sizes again, so that
slicing, concatenating and flattening a symbolic axis work; two sizes agree when they are equal as
polynomials. A result that no longer mentions a symbol is a plain `int`.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import TypeAlias

__all__ = ["Dim", "Shape", "Size", "bind_size", "product", "quotient", "shape_text", "size_text"]

Monomial: TypeAlias = tuple[str, ...]
_process = uuid.uuid4().hex[:12]  # keeps nameless sizes of two processes apart
_anonymous = itertools.count(1)


class Dim:
    """A size with a name, such as ``Dim("batch")``; equal names are equal sizes.

    Without a name, the size is equal only to itself.

    Raises
    ------
    TypeError
        If the name is not a string.
    ValueError
        If the name is not an identifier.

    Examples
    --------
    >>> n = Dim("n")
    >>> n == Dim("n"), n == Dim("m")
    (True, False)
    >>> 2 * n + 1
    Dim("2*n + 1")
    >>> (n + 3) - n
    3
    """

    __slots__ = ("terms",)
    terms: tuple[tuple[Monomial, int], ...]

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = f"?{_process}_{next(_anonymous)}"
        elif not isinstance(name, str):
            raise TypeError(f"Dim: a name is a string such as 'batch', not {name!r}")
        elif not re.fullmatch(r"[^\W\d]\w*", name):
            raise ValueError(f"Dim: a name is an identifier such as 'batch', not {name!r}")
        self.terms = (((name,), 1),)

    @property
    def symbols(self) -> frozenset[str]:
        """The names that this size mentions."""
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    @property
    def is_symbol(self) -> bool:
        """Whether this is one bare name, so that an array's size determines it."""
        ((monomial, factor), *rest) = self.terms
        return not rest and factor == 1 and len(monomial) == 1

    def bind(self, sizes: Mapping[str, int]) -> Size:
        """The size with some of its symbols replaced by integers."""
        total: Size = 0
        for monomial, factor in self.terms:
            total = total + factor * product(sizes.get(name, _symbol(name)) for name in monomial)
        return total

    def __add__(self, other: Size) -> Size:
        if not isinstance(other, int | Dim):
            return NotImplemented
        return _collect([*self.terms, *_terms(other)])

    __radd__ = __add__

    def __mul__(self, other: Size) -> Size:
        if not isinstance(other, int | Dim):
            return NotImplemented
        pairs = itertools.product(self.terms, _terms(other))
        return _collect([(tuple(sorted(a + b)), p * q) for (a, p), (b, q) in pairs])

    __rmul__ = __mul__

    def __neg__(self) -> Size:
        return self * -1

    def __sub__(self, other: Size) -> Size:
        return self + other * -1

    def __rsub__(self, other: Size) -> Size:
        return self * -1 + other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.terms)

    def __repr__(self) -> str:
        return f'Dim("{size_text(self)}")'


Size: TypeAlias = int | Dim
Shape: TypeAlias = tuple[Size, ...]


def _terms(size: Size) -> Iterable[tuple[Monomial, int]]:
    return size.terms if isinstance(size, Dim) else [((), int(size))]


def _symbol(name: str) -> Dim:
    return _polynomial([((name,), 1)])


def _polynomial(terms: Iterable[tuple[Monomial, int]]) -> Dim:
    dim = object.__new__(Dim)
    dim.terms = tuple(terms)
    return dim


def _collect(terms: Iterable[tuple[Monomial, int]]) -> Size:
    """The sum of *terms* in canonical order: highest degree first, then by name."""
    total: dict[Monomial, int] = {}
    for monomial, factor in terms:
        total[monomial] = total.get(monomial, 0) + factor
    kept = [(monomial, factor) for monomial, factor in total.items() if factor]
    if all(not monomial for monomial, _ in kept):
        return sum(factor for _, factor in kept)
    return _polynomial(sorted(kept, key=lambda term: (-len(term[0]), term[0])))


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes; 1 for none.

    Examples
    --------
    >>> product((2, 3)), product((Dim("n"), 4))
    (6, Dim("4*n"))
    """
    total: Size = 1
    for size in sizes:
        total = size * total
    return total


def quotient(size: Size, divisor: Size) -> Size:
    """The exact quotient of two sizes.

    Raises
    ------
    ValueError
        If *size* is not a multiple of *divisor*, or the divisor has several terms.

    Examples
    --------
    >>> quotient(6 * Dim("n"), 3)
    Dim("2*n")
    """
    below = list(_terms(divisor))
    terms = []
    for monomial, factor in _terms(size):
        left = list(monomial)
        for name in below[0][0]:
            if name in left:
                left.remove(name)
        exact = len(below) == 1 and len(left) + len(below[0][0]) == len(monomial)
        if not exact or not below[0][1] or factor % below[0][1]:
            raise ValueError(f"{size_text(size)} is not a multiple of {size_text(divisor)}")
        terms.append((tuple(left), factor // below[0][1]))
    return _collect(terms)


def bind_size(size: Size, sizes: Mapping[str, int]) -> Size:
    """*size* with its symbols replaced."""
    return size.bind(sizes) if isinstance(size, Dim) else size


def size_text(size: Size) -> str:
    """A size as it is printed: ``3``, ``batch``, ``2*n + 1``."""
    if not isinstance(size, Dim):
        return str(size)
    parts = []
    for monomial, factor in size.terms:
        names = "*".join("?" if name.startswith("?") else name for name in monomial)
        magnitude = abs(factor)
        body = names if names and magnitude == 1 else f"{magnitude}*{names}".rstrip("*")
        parts.append(f"- {body}" if factor < 0 else f"+ {body}")
    return " ".join(parts).removeprefix("+ ").replace("- ", "-", 1 if parts[0][0] == "-" else 0)


def shape_text(shape: Iterable[Size]) -> str:
    """A shape as it is printed: ``3×4``, ``batch×8``, ``()`` for a scalar.

    Examples
    --------
    >>> shape_text((3, Dim("n")))
    '3×n'
    """
    return "×".join(map(size_text, shape)) or "()"
