"""Writing into a copy: over ranges of each axis, or at places along one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Shape, Size, shape_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_to
from symdiff.ops.entries.comparison import where
from symdiff.ops.operands import constant, full
from symdiff.ops.places.indexing import check_range, known, take
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import Range, place, slice_ranges, whole

__all__ = ["overwrite", "put", "rounds", "subset"]


class Overwrite(Node):
    """x, with v written at ranges of its axes"""

    __slots__ = ()
    ranges: tuple[Range, ...]

    def infer_shape(self) -> Shape:
        x, v = self.operands
        target = tuple(places.length for places in self.ranges)
        fits = all(places.within(size) for places, size in zip(self.ranges, x.shape, strict=True))
        if v.shape != target or not fits:
            raise ShapeError(
                f"overwrite: values of shape {shape_text(v.shape)} do not fill {shape_text(target)} entries "
                f"of {shape_text(x.shape)}; broadcast them, or write less"
            )
        return x.shape

    def compute(self, xp: Any, x: Any, v: Any) -> Any:
        result = xp.array(x)
        result[tuple(places.slice for places in self.ranges)] = v
        return result

    def vjp(self, k: int, g: Node) -> Node | None:
        batch = g.shape[: g.ndim - self.ndim]
        ranges = (*map(whole, batch), *self.ranges)
        if k == 1:
            return slice_ranges(g, ranges)
        return overwrite(g, full(batch + self.operands[1].shape, 0, g.dtype), ranges)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return place(dx, self.ranges, self.shape) if k == 1 else self.vjp(k, dx)


class Put(Node):
    """x, with v written at places along an axis; of several writers to one place the last one wins"""

    __slots__ = ()
    axis: int
    repeats: str  # "none": no place twice, known; "last": the last one wins; "refused": found out when run

    def infer_shape(self) -> Shape:
        x, v, places = self.operands
        expected = (*x.shape[: self.axis], *places.shape, *x.shape[self.axis + 1 :])
        if v.shape != expected:
            raise ShapeError(
                f"put: the values are {shape_text(v.shape)}, but the places take {shape_text(expected)}; "
                "broadcast them"
            )
        return x.shape

    def infer_dtype(self) -> DType:
        x, v, _ = self.operands
        if x.dtype != v.dtype:
            raise TypeError(f"put: the array is {x.dtype}, the values are {v.dtype}; convert one with cast")
        return x.dtype

    def compute(self, xp: Any, x: Any, v: Any, places: Any) -> Any:
        size, before = x.shape[self.axis], (slice(None),) * self.axis
        check_range("put", places, -size, size)
        result = xp.array(x)
        if self.repeats == "none":
            result[(*before, places)] = v
            return result
        flat, kept = places.ravel(), last_places(xp, places, size)
        if self.repeats == "refused" and kept.size < flat.size:
            raise IndexError(
                "x.at[...]: indices name a place more than once; only set, add and subtract take repeated "
                "indices that are not constant"
            )
        rest = x.shape[self.axis + 1 :]
        values = v.reshape((*x.shape[: self.axis], flat.size, *rest))
        result[(*before, flat[kept])] = values[(*before, kept)]
        return result

    def vjp(self, k: int, g: Node) -> Node | None:
        _, v, places = self.operands
        batch = g.shape[: g.ndim - self.ndim]
        axis = self.axis + len(batch)
        if k == 0:
            return Put(g, full(batch + v.shape, 0, g.dtype), places, axis=axis, repeats=self.repeats)
        return self.winners(take(g, places, axis)) if k == 1 else None

    def jvp(self, k: int, dx: Node) -> Node | None:
        if k != 1:
            return self.vjp(k, dx)
        _, _, places = self.operands
        return Put(full(self.shape, 0, dx.dtype), dx, places, axis=self.axis, repeats=self.repeats)

    def winners(self, v: Node) -> Node:
        """*v*, cleared where a later value overwrites it; leading axes are kept."""
        x, _, places = self.operands
        if self.repeats != "last":
            return v
        last = LastWriter(places, length=x.shape[self.axis])
        mask = reshape(last, (*last.shape, *[1] * (x.ndim - self.axis - 1)))
        return where(broadcast_to(mask, v.shape), v, 0)


class LastWriter(Node):
    """whether no later entry of an array of places names the same one"""

    __slots__ = ()
    length: Size

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return np.dtype(bool)

    def compute(self, xp: Any, places: Any) -> Any:
        result = xp.zeros(places.size, dtype=bool)
        result[last_places(xp, places, self.length)] = True
        return result.reshape(places.shape)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


def last_places(xp: Any, places: Any, size: Any) -> Any:
    """Where in the flattened *places* each place stands last, in order of place; -1 counts from *size*."""
    flat = places.ravel().astype(np.intp)
    flat = xp.where(flat < 0, flat + size, flat)
    last = xp.full(size, -1, dtype=np.intp)
    xp.maximum.at(last, flat, xp.arange(flat.size))
    return last[last >= 0]


def overwrite(x: Node, v: Node, ranges: tuple[Range, ...]) -> Node:
    """*x* with *v* written at these places of each axis; *v* itself where that is everything."""
    return v if ranges == tuple(map(whole, x.shape)) else Overwrite(x, v, ranges=ranges)


def put(x: Node, v: Node, places: Node, axis: int, refused: bool = False) -> Node:
    """*x* with *v* written at *places* along *axis*, the last of several writers to a place winning.

    Where the places are constant, those who lose are left out when the graph is built.
    """
    values, size = known(places), x.shape[axis]
    if values is None or (not isinstance(size, int) and (values < 0).any()):
        return Put(x, v, places, axis=axis, repeats="refused" if refused else "last")
    kept = np.sort(last_places(np, values, size))
    if kept.size < values.size:
        v, places = subset(v, values, kept, axis)
    return Put(x, v, places, axis=axis, repeats="none")


def subset(v: Node, places: Any, kept: Any, axis: int) -> tuple[Node, Node]:
    """The values that stand at *kept* in the flattened *places*, and the places they go to."""
    shape = (*v.shape[:axis], places.size, *v.shape[axis + places.ndim :])
    return take(reshape(v, shape), kept, axis), constant(places.ravel()[kept])


def rounds(places: Any, size: Any) -> list[Any]:
    """Rounds of writing: the positions in the flattened *places*, each round naming no place twice."""
    flat = places.ravel().astype(np.intp)
    flat = np.where(flat < 0, flat + size, flat)
    order = np.argsort(flat, kind="stable")
    starts = np.flatnonzero(np.diff(flat[order], prepend=-1))
    counts = np.arange(flat.size) - np.repeat(starts, np.diff(starts, append=flat.size))
    return [np.sort(order[counts == k]) for k in range(int(counts.max(initial=-1)) + 1)]
