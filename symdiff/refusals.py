"""What a symbol is not: no number, no array, no list, no place to write; each refusal says what to do."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from symdiff.dtypes import is_number
from symdiff.node import Node

__all__ = ["Refusals", "same"]


def same(x: object, y: object) -> Any:
    """Whether two nodes are one object; comparing a node with numbers is refused by name."""
    if isinstance(y, Node):
        return x is y
    if is_number(y) or isinstance(y, np.ndarray | np.generic):
        raise TypeError(
            "== compares nodes by identity, so it means nothing between a node and values; "
            "for values, use symdiff.equal(x, y), or evaluate the node with x()"
        )
    return NotImplemented


def _writing(name: str, instead: str) -> Any:
    """A method that would write into an array, which a node is not."""

    def refuse(self: Any, *arguments: Any, **options: Any) -> NoReturn:
        raise TypeError(f"a node is immutable, so x.{name} does not exist; {instead}")

    refuse.__name__ = name
    refuse.__doc__ = f"Refused: {instead}."
    return refuse


class Refusals:
    """Conversions and assignments that arrays have and symbols cannot have."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return same(self, other)  # type: ignore[no-any-return]

    def __ne__(self, other: object) -> bool:
        equal = same(self, other)
        return equal if equal is NotImplemented else not equal

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is symbolic and has no truth value; choose with symdiff.where, or evaluate it with x()"
        )

    def _no_number(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is symbolic and no number, so float(x), int(x) and functions of math cannot take it; "
            "evaluate it with x() first, or use symdiff's function"
        )

    __float__ = __int__ = __complex__ = _no_number

    def __array__(self, *arguments: Any, **options: Any) -> NoReturn:
        raise TypeError(
            f"{self!r} is symbolic and no array; evaluate it with x(), or join nodes with symdiff.stack"
        )

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError(f"{self!r} is symbolic; format its value instead: f'{{x():{spec}}}'")
        return str(self)

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError("'in' would need the values of a symbolic node; evaluate it with x() first")

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "a node is immutable, so x[i] = v does not exist; x.at[i].set(v) is the new value, or build "
            "it with where or concatenate"
        )

    def item(self, *place: Any) -> NoReturn:
        """Refused: a node has no values; ``x().item()`` has."""
        raise TypeError(f"{self!r} is symbolic and holds no values; evaluate it first: x().item()")

    def tolist(self) -> NoReturn:
        """Refused: a node has no values; ``x().tolist()`` has."""
        raise TypeError(f"{self!r} is symbolic and holds no values; evaluate it first: x().tolist()")

    def nonzero(self) -> NoReturn:
        """Refused: the number of nonzero entries would be a shape that depends on values."""
        raise TypeError(
            "the shape of nonzero depends on values, which a symbolic node does not hold; "
            "evaluate first, x().nonzero(), or keep the shape with symdiff.where(mask, x, 0)"
        )

    fill = _writing("fill(v)", "use symdiff.full(x.shape, v, x.dtype)")
    put = _writing("put(i, v)", "use x.at[i].set(v)")
    resize = _writing("resize(shape)", "use x.reshape(shape) or symdiff.pad")
