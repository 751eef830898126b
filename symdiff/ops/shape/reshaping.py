"""The same entries in another shape."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from symdiff.dims import Shape, Size, product, quotient, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import as_shape
from symdiff.ops.einsum import contract
from symdiff.ops.operands import constant
from symdiff.wiring import Wiring

__all__ = ["reshape"]


class Reshape(Linear):
    """the same entries, in row-major order, in another shape"""

    __slots__ = ()
    target: Shape

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return reshape(operands[0], attributes[0])

    def infer_shape(self) -> Shape:
        return self.target

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.reshape(x, self.target)

    def transposed(self, k: int, g: Node) -> Node:
        return reshape(g, g.shape[: g.ndim - self.ndim] + self.operands[0].shape)

    def jvp(self, k: int, dx: Node) -> Node:
        return reshape(dx, self.target)


def reshape(x: Any, shape: int | Size | Sequence[Size]) -> Node:
    """The entries of *x* in row-major order in another shape; one size may be -1.

    Inserting and dropping axes of size 1 is an einsum, so it costs nothing and merges.

    Raises
    ------
    ShapeError
        If the number of entries differs.

    Examples
    --------
    >>> reshape([1, 2, 3, 4], (2, -1))()
    array([[1, 2],
           [3, 4]])
    """
    node = constant(x)
    target = _inferred(node, as_shape(shape))
    if target == node.shape:
        return node
    long = [size for size in node.shape if size != 1]
    if long == [size for size in target if size != 1]:
        return contract((node,), _respaced(node.shape, target))
    if isinstance(node, Reshape):
        return reshape(node.operands[0], target)
    return Reshape(node, target=target)


@lru_cache(maxsize=4096)
def _respaced(own: Shape, target: Shape) -> Wiring:
    """The view that drops and inserts axes of size 1."""
    long = [axis for axis, size in enumerate(own) if size != 1]
    places = iter(long)
    output = [next(places) if size != 1 else f"1 at {k}" for k, size in enumerate(target)]
    sizes: dict[object, Size] = {**dict(enumerate(own)), **{k: 1 for k in output if isinstance(k, str)}}
    return Wiring.of([range(len(own))], output, sizes)


def _inferred(x: Node, shape: Shape) -> Shape:
    """*shape* with a size of -1 worked out."""
    count, known = product(x.shape), product(size for size in shape if size != -1)
    if shape.count(-1) > 1:
        raise ShapeError(f"reshape: {shape_text(shape)} leaves more than one size open; give one of them")
    fits = count == known
    if -1 in shape:
        try:
            open_size: Size = quotient(count, known)
            fits = open_size * known == count
        except ValueError:
            open_size, fits = 0, False
        shape = tuple(open_size if size == -1 else size for size in shape)
    if not fits or any(isinstance(size, int) and size < 0 for size in shape):
        raise ShapeError(
            f"reshape: {shape_text(x.shape)} has {size_text(count)} entries, which do not fill "
            f"{shape_text(shape)}"
        )
    return shape
