"""Operations with several results: one node holds them side by side, and each result is an `Output` of it.

The value of such a node is one array, with one result after another along an axis: eigenvalues as a
row above the rows of eigenvectors. So its cotangent is an array like any other, and sweeps, programs
and pictures need to know nothing new.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from symdiff.dims import Shape
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import expand_dims, squeeze
from symdiff.ops.linalg.matrices import turned
from symdiff.ops.operands import full
from symdiff.ops.shape.shaping import Place, Range, place, slice_ranges, whole

__all__ = ["Output", "Piece", "Several"]


class Piece(NamedTuple):
    """Where a result stands along an axis, and whether it is one row, some rows, or their transpose."""

    places: Range
    form: str = "rows"  # or "row", or "columns"
    axis: int = -2

    def among(self, shape: Shape) -> tuple[Range, ...]:
        """The places of this piece in an array."""
        ranges = list(map(whole, shape))
        ranges[self.axis] = self.places
        return tuple(ranges)

    def cut(self, x: Node) -> Node:
        """The piece of *x*, which may have leading batch axes."""
        y = _zeros(x, self)
        y = slice_ranges(x, self.among(x.shape)) if y is None else y
        if self.form == "row":
            return squeeze(y, self.axis)
        return turned(y) if self.form == "columns" else y

    def paste(self, y: Node, shape: Shape) -> Node:
        """Zeros with *y* as this piece: the adjoint of `cut`."""
        if self.form == "row":
            y = expand_dims(y, self.axis)
        y = turned(y) if self.form == "columns" else y
        full_shape = y.shape[: y.ndim - len(shape)] + shape
        return place(y, self.among(full_shape), full_shape)


def _zeros(x: Node, piece: Piece) -> Node | None:
    """Known zeros, where *x* is another piece among zeros."""
    if type(x) is not Place:
        return None
    one, two = x.ranges[piece.axis], piece.places
    if not all(isinstance(size, int) for size in (*one, *two)):
        return None
    if one.start + one.length <= two.start or two.start + two.length <= one.start:  # type: ignore[operator]
        return full(tuple(places.length for places in piece.among(x.shape)), 0, x.dtype)
    return None


class Several(Node):
    """An operation whose value holds several results, as its pieces say."""

    __slots__ = ()

    def pieces(self) -> tuple[Piece, ...]:
        """Where the results are."""
        raise NotImplementedError(f"{type(self).__name__} does not say where its results are: define pieces")

    def results(self) -> list[Node]:
        """The results, each a node of its own."""
        return [Output(self, part=k, piece=piece) for k, piece in enumerate(self.pieces())]

    def parts(self, like: Node) -> list[Node]:
        """The pieces of an array like the value, such as a cotangent."""
        return [piece.cut(like) for piece in self.pieces()]


class Output(Linear):
    """one of the results of an operation that has several"""

    __slots__ = ()
    part: int
    piece: Piece

    def infer_shape(self) -> Shape:
        shape = list(self.operands[0].shape)
        shape[self.piece.axis] = self.piece.places.length
        if self.piece.form == "row":
            del shape[self.piece.axis]
        if self.piece.form == "columns":
            shape[-2:] = shape[:-3:-1]
        return tuple(shape)

    def compute(self, xp: Any, x: Any) -> Any:
        places, form, axis = self.piece
        y = xp.moveaxis(xp.moveaxis(x, axis, 0)[places.slice], 0, axis)
        y = xp.squeeze(y, axis) if form == "row" else y
        return xp.array(xp.swapaxes(y, -1, -2) if form == "columns" else y, order="C")

    def transposed(self, k: int, g: Node) -> Node:
        return self.piece.paste(g, self.operands[0].shape)

    def jvp(self, k: int, dx: Node) -> Node:
        return self.piece.cut(dx)
