"""Methods of arrays that are functions of symdiff under the same name, looked up when they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symdiff.node import Node

__all__ = ["ArrayMethods", "public", "required"]


def public(name: str) -> Any:
    """The function or module that `symdiff` exports under *name*, dots included; None if it has none."""
    import symdiff

    found: Any = symdiff
    for part in name.split("."):
        if part not in getattr(found, "__all__", ()):
            return None
        found = getattr(found, part)
    return None if isinstance(found, type) else found


def required(name: str) -> Callable[..., Any]:
    """The function that `symdiff` exports under *name*, or a TypeError."""
    function = public(name)
    if not callable(function):
        raise TypeError(f"symdiff has no function {name!r}; write it with functions that exist")
    return function  # type: ignore[no-any-return]


def _passed_on(name: str, summary: str) -> Callable[..., Any]:
    """The method that calls the function *name* with the node in front."""

    def method(self: Any, *arguments: Any, **options: Any) -> Any:
        return required(name)(self, *arguments, **options)

    method.__name__ = name
    method.__qualname__ = f"Node.{name}"
    method.__doc__ = f"{summary}; see `symdiff.{name}`."
    return method


class ArrayMethods:
    """Methods that pass the node on to a function, and the few that need none."""

    __slots__ = ()

    std = _passed_on("std", "The standard deviation along an axis")
    var = _passed_on("var", "The variance along an axis")
    prod = _passed_on("prod", "The product along an axis")
    any = _passed_on("any", "Whether any entry along an axis is true")
    all = _passed_on("all", "Whether all entries along an axis are true")
    cumsum = _passed_on("cumsum", "The sums of all entries so far")
    cumprod = _passed_on("cumprod", "The products of all entries so far")
    argsort = _passed_on("argsort", "The places of the entries in ascending order")
    sort = _passed_on("sort", "The entries in ascending order, as a new node")
    clip = _passed_on("clip", "The entries, kept between two bounds")
    round = _passed_on("round", "The entries rounded to decimals")
    conj = _passed_on("conj", "The complex conjugate")
    conjugate = conj
    swapaxes = _passed_on("swapaxes", "Two axes exchanged")
    repeat = _passed_on("repeat", "Every entry several times")

    def eval(self: Any, feeds: Mapping[Node, Any] | None = None) -> Any:
        """The value; the same as calling the node."""
        return self(feeds)

    def copy(self: Any) -> Node:
        """Itself: what cannot change needs no copy."""
        node: Node = self
        return node

    def flatten(self: Any) -> Node:
        """The entries along one axis; the same as ``ravel``."""
        node: Node = self.ravel()
        return node

    @property
    def mT(self: Any) -> Node:  # noqa: N802 (NumPy's name)
        """The last two axes exchanged."""
        order = (*range(self.ndim - 2), self.ndim - 1, self.ndim - 2)
        return self.transpose(order)  # type: ignore[no-any-return]

    @property
    def real(self: Any) -> Node:
        """The real part."""
        return self if self.dtype.kind != "c" else required("real")(self)  # type: ignore[no-any-return]

    @property
    def imag(self: Any) -> Node:
        """The imaginary part."""
        if self.dtype.kind != "c":
            return 0 * self  # type: ignore[no-any-return]
        return required("imag")(self)  # type: ignore[no-any-return]
