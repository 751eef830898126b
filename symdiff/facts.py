"""What the maker of a leaf knows about all of its values, and the check that a value keeps to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from symdiff.dims import Dim, Shape, shape_text
from symdiff.dtypes import DType, is_inexact
from symdiff.errors import ShapeError

__all__ = ["Facts", "check_facts", "declared_facts"]

Array = np.ndarray[Any, np.dtype[Any]]
Axes: TypeAlias = int | Sequence[int] | None


class Facts(NamedTuple):
    """What holds for every value of a leaf; none of it by default, and then it is false.

    Attributes
    ----------
    symmetric : bool
        The last two axes may be exchanged.
    positive : bool
        Every entry is above 0.
    orthonormal : bool
        The columns of the matrices in the last two axes are: ``q.T @ q`` is the identity.
    sums_to_one : tuple of int
        The entries along exactly these axes add up to 1.

    Examples
    --------
    >>> bool(Facts()), str(Facts(symmetric=True, sums_to_one=(0, 1)))
    (False, 'symmetric, sums to one along 0,1')
    """

    symmetric: bool = False
    positive: bool = False
    orthonormal: bool = False
    sums_to_one: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return any(self)

    def __str__(self) -> str:
        words = [name for name in ("symmetric", "positive", "orthonormal") if getattr(self, name)]
        if self.sums_to_one:
            words.append(f"sums to one along {','.join(map(str, self.sums_to_one))}")
        return ", ".join(words)


NONE = Facts()


def declared_facts(
    leaf: str,
    shape: Shape,
    dtype: DType,
    flags: tuple[Any, Any, Any],
    sums_to_one: Axes,
) -> Facts:
    """The facts that a leaf is declared with: the flags symmetric, positive and orthonormal, and axes.

    Raises
    ------
    ShapeError
        If the leaf lacks the axes that a fact speaks of, or they have the wrong sizes.
    TypeError
        If a flag is no boolean, an axis is no int, or the fact means nothing for the dtype.
    """
    if sums_to_one is None and all(flag is False for flag in flags):
        return NONE
    for name, flag in zip(("symmetric", "positive", "orthonormal"), flags, strict=True):
        if not isinstance(flag, bool | np.bool_):
            raise TypeError(f"{leaf}: {name} is True or False, not {flag!r}")
    facts = Facts(bool(flags[0]), bool(flags[1]), bool(flags[2]), _axes(leaf, shape, sums_to_one))
    _check_dtype(leaf, dtype, facts)
    _check_shape(leaf, shape, facts)
    return facts


def _axes(leaf: str, shape: Shape, given: Axes) -> tuple[int, ...]:
    """The axes along which entries sum to one, none of them negative."""
    axes = () if given is None else tuple(given) if isinstance(given, Sequence) else (given,)
    for axis in axes:
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise TypeError(f"{leaf}: sums_to_one is an axis or a tuple of axes, not {given!r}")
        if not -len(shape) <= axis < len(shape):
            raise ShapeError(
                f"{leaf}: sums_to_one names axis {axis}, but its shape {shape_text(shape)} has {len(shape)} "
                f"axes; name one between {-len(shape)} and {len(shape) - 1}"
                if shape
                else f"{leaf}: sums_to_one names axis {axis}, but its shape is (); a scalar has no axes"
            )
    found = tuple(sorted(axis.__index__() % len(shape) for axis in axes))
    if len(set(found)) < len(found):
        raise ShapeError(
            f"{leaf}: sums_to_one={given!r} names one of {len(shape)} axes twice; name each of them once"
        )
    return found


def _check_dtype(leaf: str, dtype: DType, facts: Facts) -> None:
    """Complain about facts that mean nothing for the dtype."""
    wrong = facts if dtype.kind == "b" else Facts(positive=facts.positive, orthonormal=facts.orthonormal)
    wrong = wrong._replace(symmetric=False)
    if dtype.kind in "bc" and wrong:
        raise TypeError(f"{leaf}: it is {dtype}, for which '{wrong}' means nothing; declare real numbers")


def _check_shape(leaf: str, shape: Shape, facts: Facts) -> None:
    """Complain about matrices that no value could make symmetric or orthonormal."""
    text = f"but its shape is {shape_text(shape)}"
    for name in ("symmetric", "orthonormal"):
        if getattr(facts, name) and len(shape) < 2:
            raise ShapeError(
                f"{leaf}: {name} speaks of matrices in the last two axes, {text}; leave {name} out"
            )
    if facts.symmetric and shape[-1] != shape[-2]:
        remedy = "give both the same Dim" if isinstance(shape[-1], Dim) else "leave symmetric out"
        raise ShapeError(f"{leaf}: symmetric needs two last axes of one size, {text}; {remedy}")
    if facts.orthonormal:
        rows, columns = shape[-2:]
        if isinstance(rows, int) and isinstance(columns, int) and columns > rows:
            raise ShapeError(
                f"{leaf}: orthonormal columns are no more than the rows, {text}; declare its transpose"
            )


def check_facts(leaf: Any, facts: Facts, value: Array) -> None:
    """Complain about a *value* of *leaf* that does not keep to the facts, to half its digits.

    Raises
    ------
    ValueError
        Naming the fact, by how much it fails, and where.
    """
    room = float(np.sqrt(np.finfo(value.dtype).eps)) if is_inexact(value.dtype) else 0.0
    with np.errstate(all="ignore"):
        for holds, check in zip(facts, (_symmetric, _positive, _orthonormal, _sums), strict=True):
            problem = check(value, room, facts) if holds else ""
            if problem:
                raise ValueError(f"{leaf!r}: its value {problem}, or declare it without the fact")


def _symmetric(value: Array, room: float, facts: Facts) -> str:
    other = value.swapaxes(-1, -2)
    if np.array_equal(value, other):
        return ""
    wide = _wide(value)
    finite = np.where(np.isfinite(wide), np.abs(wide), 0)
    gap = np.where(value == other, 0, np.abs(wide - wide.swapaxes(-1, -2)))
    place = _worst(gap, gap <= room * finite.max(axis=(-2, -1), keepdims=True))
    if place is None:
        return ""
    mirrored = (*place[:-2], place[-1], place[-2])
    return (
        f"is not symmetric: {value[place]} at {list(place)} and {value[mirrored]} at {list(mirrored)} "
        f"differ by {gap[place]}; symmetrise it, as in (a + a.T) / 2"
    )


def _positive(value: Array, room: float, facts: Facts) -> str:
    place = _worst(-value if value.dtype.kind != "u" else value == 0, value > 0)
    if place is None:
        return ""
    return f"is not positive: {value[place]} at {list(place)}; clip it, as in np.maximum(a, tiny)"


def _orthonormal(value: Array, room: float, facts: Facts) -> str:
    wide = _wide(value)
    gap = np.abs(wide.swapaxes(-1, -2) @ wide - np.eye(value.shape[-1]))
    place = _worst(gap, gap <= room)
    if place is None:
        return ""
    return (
        f"has no orthonormal columns: q.T @ q is off the identity by {gap[place]} at {list(place)}; "
        "orthonormalise it, as by np.linalg.qr"
    )


def _sums(value: Array, room: float, facts: Facts) -> str:
    axes = facts.sums_to_one
    wide = _wide(value)
    total = wide.sum(axis=axes)
    size = np.maximum(1, np.abs(wide).sum(axis=axes))
    gap = np.abs(total - 1)
    place = _worst(gap, (gap <= room * size) & np.isfinite(total))
    if place is None:
        return ""
    where = f" at {list(place)}" if place else ""
    return (
        f"does not sum to one along {','.join(map(str, axes))}: the sum is {total[place]}{where}, off by "
        f"{gap[place]}; divide it by its sum"
    )


def _wide(value: Array) -> Array:
    """The value in at least double precision."""
    return value.astype(np.result_type(value.dtype, np.float64))


def _worst(gap: Array, fine: Array) -> tuple[int, ...] | None:
    """Where the gap is largest, if not all is fine; a NaN is larger than any number."""
    if np.all(fine):
        return None
    gap = np.where(fine, -np.inf, gap)
    return tuple(map(int, np.unravel_index(np.argmax(gap), gap.shape)))
