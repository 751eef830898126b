"""What a NumPy person types on an array, on nodes: operators, methods, evaluation, pictures.

`symdiff.node` cannot know the operations, which are built from it; this file gives them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from symdiff import node as core
from symdiff.dims import Dim, Size, product
from symdiff.dtypes import is_number
from symdiff.graph import copied, restored, rows
from symdiff.node import Node
from symdiff.ops import add as sums
from symdiff.ops import (
    broadcast,
    cast,
    comparison,
    contractions,
    elementwise,
    getitem,
    indexing,
    powers,
    reductions,
    reshaping,
)
from symdiff.plot import plot
from symdiff.printing import describe, formula
from symdiff.program import evaluate

__all__ = ["Methods"]

Axis = int | Sequence[int] | None


def _binary(function: Callable[[Any, Any], Node], x: Any, y: Any) -> Node:
    """The node, or NotImplemented for an operand that is neither a node, a number nor an array."""
    for operand in (x, y):
        if not (is_number(operand) or isinstance(operand, list) or hasattr(operand, "dtype")):
            return NotImplemented  # type: ignore[no-any-return]
    return function(x, y)


class Methods:
    """Operators and methods that every node has; each one calls the function of its name."""

    __slots__ = ()

    # --- operators, on both sides ---------------------------------------------------------------

    def __add__(self, other: Any) -> Node:
        return _binary(sums.add, self, other)

    def __radd__(self, other: Any) -> Node:
        return _binary(sums.add, other, self)

    def __sub__(self, other: Any) -> Node:
        return _binary(sums.subtract, self, other)

    def __rsub__(self, other: Any) -> Node:
        return _binary(sums.subtract, other, self)

    def __mul__(self, other: Any) -> Node:
        return _binary(broadcast.multiply, self, other)

    def __rmul__(self, other: Any) -> Node:
        return _binary(broadcast.multiply, other, self)

    def __truediv__(self, other: Any) -> Node:
        return _binary(powers.divide, self, other)

    def __rtruediv__(self, other: Any) -> Node:
        return _binary(powers.divide, other, self)

    def __floordiv__(self, other: Any) -> Node:
        return _binary(powers.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Node:
        return _binary(powers.floor_divide, other, self)

    def __mod__(self, other: Any) -> Node:
        return _binary(powers.remainder, self, other)

    def __rmod__(self, other: Any) -> Node:
        return _binary(powers.remainder, other, self)

    def __pow__(self, other: Any) -> Node:
        return _binary(powers.power, self, other)

    def __rpow__(self, other: Any) -> Node:
        return _binary(powers.power, other, self)

    def __matmul__(self, other: Any) -> Node:
        return _binary(contractions.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Node:
        return _binary(contractions.matmul, other, self)

    def __lt__(self, other: Any) -> Node:
        return _binary(comparison.less, self, other)

    def __le__(self, other: Any) -> Node:
        return _binary(comparison.less_equal, self, other)

    def __gt__(self, other: Any) -> Node:
        return _binary(comparison.greater, self, other)

    def __ge__(self, other: Any) -> Node:
        return _binary(comparison.greater_equal, self, other)

    def __neg__(self) -> Node:
        return sums.negative(self)

    def __pos__(self: Any) -> Node:
        node: Node = self
        return node

    def __abs__(self) -> Node:
        return elementwise.abs(self)

    # --- shape ----------------------------------------------------------------------------------

    @property
    def T(self) -> Node:
        """The axes in reverse order."""
        return broadcast.transpose(self)

    @property
    def size(self: Any) -> Size:
        """The number of entries."""
        return product(self.shape)

    def transpose(self, *axes: Any) -> Node:
        """The axes permuted; reversed by default."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], Sequence) else axes
        return broadcast.transpose(self, order or None)

    def reshape(self, *shape: Any) -> Node:
        """The entries in another shape; one size may be -1."""
        return reshaping.reshape(self, shape[0] if len(shape) == 1 else shape)

    def ravel(self) -> Node:
        """The entries along one axis."""
        return reshaping.reshape(self, -1)

    def squeeze(self, axis: Axis = None) -> Node:
        """Without axes of size 1."""
        return broadcast.squeeze(self, axis)

    def astype(self: Any, dtype: Any) -> Node:
        """Converted to another dtype."""
        return cast.cast(self, dtype)

    def take(self, indices: Any, axis: int = 0) -> Node:
        """Entries along *axis* at integer places."""
        return indexing.take(self, indices, axis)

    def __getitem__(self: Any, key: Any) -> Node:
        return getitem.getitem(self, key)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "a node is immutable, so x[i] = v does not exist; build the new value with where, "
            "concatenate or scatter_add"
        )

    def __len__(self: Any) -> int:
        if not self.shape:
            raise TypeError("a scalar node has no length")
        if isinstance(self.shape[0], Dim):
            raise TypeError(f"the length of {self!r} is known only when a program runs; use x.shape[0]")
        return int(self.shape[0])

    def __iter__(self: Any) -> Iterator[Node]:
        return (self[k] for k in range(len(self)))

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError("'in' would need the values of a symbolic node; evaluate it first")

    # --- reductions -----------------------------------------------------------------------------

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """The sum along *axis*."""
        return contractions.sum(self, axis, keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """The mean along *axis*."""
        return contractions.mean(self, axis, keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """The largest entry along *axis*."""
        return reductions.max(self, axis, keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """The smallest entry along *axis*."""
        return reductions.min(self, axis, keepdims)

    def argmax(self, axis: int | None = None) -> Node:
        """The first place of the largest entry."""
        return reductions.argmax(self, axis)

    def argmin(self, axis: int | None = None) -> Node:
        """The first place of the smallest entry."""
        return reductions.argmin(self, axis)

    def dot(self, other: Any) -> Node:
        """NumPy's dot."""
        return contractions.dot(self, other)

    def trace(self) -> Node:
        """The sum of the diagonal."""
        return contractions.trace(self)

    def diagonal(self, axis1: int = 0, axis2: int = 1) -> Node:
        """The entries whose two indices agree."""
        return contractions.diagonal(self, axis1, axis2)

    # --- identity, and refusals that say what to do -----------------------------------------------

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Node):
            return self is other
        if is_number(other) or isinstance(other, np.ndarray | np.generic):
            raise TypeError("== compares nodes by identity; for values, use symdiff.equal(x, y)")
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        same = self == other
        return same if same is NotImplemented else not same

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"{self!r} is symbolic and has no truth value; choose with symdiff.where, or evaluate it with x()"
        )

    def _no_number(self) -> NoReturn:
        raise TypeError(f"{self!r} is symbolic and no number; evaluate it with x() first")

    __float__ = __int__ = __complex__ = _no_number

    def __array__(self, *arguments: Any, **options: Any) -> NoReturn:
        raise TypeError(
            f"{self!r} is symbolic and no array; evaluate it with x(), or join nodes with symdiff.stack"
        )

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError(f"{self!r} is symbolic; format its value instead: f'{{x():{spec}}}'")
        return str(self)

    # --- evaluation, text and pictures ----------------------------------------------------------

    def __call__(self: Any, feeds: Mapping[Node, Any] | None = None) -> Any:
        """The value, with the variables' current values and the placeholders fed as given.

        Raises
        ------
        GraphError
            If a placeholder is not fed.
        """
        return evaluate(self, feeds or {})

    def __repr__(self: Any) -> str:
        return describe(self)

    def __str__(self: Any) -> str:
        return formula(self)

    def plot(self: Any, file: Any = None, **options: Any) -> Any:
        """The picture of the graph; see `symdiff.plot`."""
        return plot(self, file, **options)

    # --- copies ---------------------------------------------------------------------------------

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Node:
        """The same graph over copies of its variables."""
        return copied(self, memo)

    def __reduce__(self: Any) -> tuple[Any, ...]:
        return restored, (rows(self),)


for _name, _member in vars(Methods).items():
    if _name not in ("__module__", "__dict__", "__weakref__", "__doc__", "__slots__", "__qualname__"):
        setattr(core.Methods, _name, _member)  # type: ignore[attr-defined]
