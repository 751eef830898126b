"""What a NumPy person types on an array, on nodes: operators, methods, evaluation, pictures.

`symdiff.node` cannot know the operations, which are built from it; this file gives them to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from symdiff import node as core
from symdiff.array_methods import ArrayMethods
from symdiff.dims import Dim, Size, product
from symdiff.dtypes import is_number
from symdiff.evaluation import evaluate
from symdiff.graph import copied, restored, rows
from symdiff.node import Node
from symdiff.numpy_protocol import NumPyProtocol
from symdiff.ops import add as sums
from symdiff.ops import broadcast, cast, contractions, diagonals, powers
from symdiff.ops.axes import reductions
from symdiff.ops.entries import comparison, elementwise, logic
from symdiff.ops.places import getitem, indexing, updates
from symdiff.ops.shape import reshaping
from symdiff.plot import plot
from symdiff.printing import describe, formula
from symdiff.refusals import Refusals

__all__ = ["Methods"]

Axis = int | Sequence[int] | None


def _binary(function: Callable[[Any, Any], Node], x: Any, y: Any) -> Node:
    """The node, or NotImplemented for an operand that is neither a node, a number nor an array."""
    for operand in (x, y):
        if not (is_number(operand) or isinstance(operand, list) or hasattr(operand, "dtype")):
            return NotImplemented  # type: ignore[no-any-return]
    return function(x, y)


class Methods(Refusals, ArrayMethods, NumPyProtocol):
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

    def __divmod__(self, other: Any) -> tuple[Node, Node]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Node, Node]:
        return other // self, other % self

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

    def __and__(self, other: Any) -> Node:
        return _binary(logic.bit_and, self, other)

    def __rand__(self, other: Any) -> Node:
        return _binary(logic.bit_and, other, self)

    def __or__(self, other: Any) -> Node:
        return _binary(logic.bit_or, self, other)

    def __ror__(self, other: Any) -> Node:
        return _binary(logic.bit_or, other, self)

    def __xor__(self, other: Any) -> Node:
        return _binary(logic.bit_xor, self, other)

    def __rxor__(self, other: Any) -> Node:
        return _binary(logic.bit_xor, other, self)

    def __invert__(self) -> Node:
        return logic.bit_not(self)

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

    def take(self, indices: Any, axis: int | None = None) -> Node:
        """Entries along *axis* at integer places; of the flattened node by default, as in NumPy."""
        return indexing.take(self.ravel() if axis is None else self, indices, axis or 0)

    @property
    def at(self: Any) -> updates.At:
        """New nodes with some entries changed: ``x.at[key].set(v)``, ``x.at[key].add(v)`` and so on."""
        return updates.At(self)

    def __getitem__(self: Any, key: Any) -> Node:
        return getitem.getitem(self, key)

    def __len__(self: Any) -> int:
        if not self.shape:
            raise TypeError("a scalar node has no length")
        if isinstance(self.shape[0], Dim):
            raise TypeError(f"the length of {self!r} is known only when a program runs; use x.shape[0]")
        return int(self.shape[0])

    def __iter__(self: Any) -> Iterator[Node]:
        return (self[k] for k in range(len(self)))

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

    def trace(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
        """The sum of the diagonal."""
        return contractions.trace(self, offset, axis1, axis2)

    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
        """The entries whose two indices agree, or differ by *offset*."""
        return diagonals.diagonal(self, offset, axis1, axis2)

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


for _class in (NumPyProtocol, ArrayMethods, Refusals, Methods):
    for _name, _member in vars(_class).items():
        if _name not in ("__module__", "__dict__", "__weakref__", "__doc__", "__slots__", "__qualname__"):
            setattr(core.Methods, _name, _member)  # type: ignore[attr-defined]
