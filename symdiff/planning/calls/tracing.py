"""The NumPy functions that an operation consists of, found by computing it on stand-ins."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from symdiff.coefficients import number
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast
from symdiff.ops.leaves import Placeholder
from symdiff.planning.steps import Literal, Sizes, is_own, joint_shape

__all__ = ["Call", "Place", "calls_of"]

LONGEST = 16  # exponents up to which powers are products


class Place(NamedTuple):
    """What a call is applied to: an operand of the operation, or the result of an earlier call."""

    of_call: bool
    number: int


class Call(NamedTuple):
    """A universal function of NumPy, its arguments and the dtype of its result.

    It is applied to entries or, where there are *axes*, along these. The name ``reshape`` stands for a new
    *shape*, ``cast`` for a new dtype and ``where`` for a choice.
    """

    name: str
    arguments: tuple[Place | Literal, ...]
    dtype: DType
    shape: Sizes
    axes: tuple[int, ...] | None = None


class UntraceableError(Exception):
    """The operation does something else than apply functions of entries."""


def calls_of(operation: Node) -> tuple[Call, ...] | None:
    """The calls that make up a function of entries or of slices, the last of which gives its value.

    None for an operation that is not the package's own, since it might look at the values, and for one
    that applies something else than NumPy's universal functions and ``where``.
    """
    if not is_own(operation):
        return None
    entries = isinstance(operation, Elementwise | Cast)  # for which all shapes are alike
    operands = tuple([(() if entries else x.shape, x.dtype) for x in operation.operands])
    return _calls(type(operation), operation.attributes, operands)  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _calls(
    kind: type[Node], attributes: tuple[Any, ...], given: tuple[tuple[Any, DType], ...]
) -> tuple[Call, ...] | None:
    """The calls of an operation with operands of these shapes and dtypes."""
    node = kind.make(tuple([Placeholder(shape, dtype) for shape, dtype in given]), attributes)
    recorder = Recorder()
    operands = [Entries(recorder, Place(False, k), dtype, shape) for k, (shape, dtype) in enumerate(given)]
    try:
        result = node.compute(recorder, *operands)
        if not isinstance(result, Entries):
            return None
        if result.dtype != node.dtype or not result.place.of_call:
            result = result.astype(node.dtype)
    except (UntraceableError, TypeError, AttributeError):
        return None
    return tuple(recorder.calls[: result.place.number + 1])


class Recorder:
    """An array library that writes down what is asked of it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(np, name, None)
        if not isinstance(function, np.ufunc) or function.nout != 1:
            raise UntraceableError(name)
        return lambda *values: self.record(function, values)

    def record(self, function: np.ufunc, values: Sequence[Any]) -> Entries:
        """The result of a universal function."""
        kinds = [value.dtype if isinstance(value, Entries) else type(value) for value in values]
        dtype = function.resolve_dtypes((*kinds, None))[-1]
        return self.add(function.__name__, values, dtype)

    def add(self, name: str, values: Sequence[Any], dtype: DType) -> Entries:
        """The result of a call that is written down."""
        shape = joint_shape([value.shape for value in values if isinstance(value, Entries)])
        return self.note(name, values, dtype, shape)

    def note(
        self,
        name: str,
        values: Sequence[Any],
        dtype: DType,
        shape: Sizes,
        axes: tuple[int, ...] | None = None,
    ) -> Entries:
        """The result of a call, of this shape."""
        arguments = tuple(
            [value.place if isinstance(value, Entries) else Literal.of(value) for value in values]
        )
        self.calls.append(Call(name, arguments, dtype, shape, axes))
        return Entries(self, Place(True, len(self.calls) - 1), dtype, shape)

    def sum(self, x: Entries, axis: tuple[int, ...], keepdims: bool = False) -> Entries:
        """A sum along axes."""
        return self.reduced("add", x, axis, keepdims)

    def max(self, x: Entries, axis: tuple[int, ...], keepdims: bool = False) -> Entries:
        """The largest entries along axes."""
        return self.reduced("maximum", x, axis, keepdims)

    def min(self, x: Entries, axis: tuple[int, ...], keepdims: bool = False) -> Entries:
        """The smallest entries along axes."""
        return self.reduced("minimum", x, axis, keepdims)

    def reduced(self, name: str, x: Entries, axes: tuple[int, ...], keepdims: bool) -> Entries:
        """A function of slices along axes."""
        if x.dtype.kind in "biu":
            raise UntraceableError(name)
        shape = tuple([size for axis, size in enumerate(x.shape) if axis not in axes])
        value = self.note(name, (x,), x.dtype, shape, axes)
        kept = tuple([1 if axis in axes else size for axis, size in enumerate(x.shape)])
        return self.note("reshape", (value,), x.dtype, kept) if keepdims else value

    def squeeze(self, x: Entries, axis: tuple[int, ...]) -> Entries:
        """The same without axes of size 1."""
        shape = tuple([size for k, size in enumerate(x.shape) if k not in axis])
        return self.note("reshape", (x,), x.dtype, shape)

    def zeros_like(self, x: Entries) -> Any:
        """A number, which stands for an array of it."""
        return np.zeros((), x.dtype).item()

    def where(self, chosen: Any, x: Any, y: Any) -> Entries:
        """Entries of *x* or of *y*."""
        kinds = [value.dtype if isinstance(value, Entries) else value for value in (x, y)]
        return self.add("where", (chosen, x, y), np.result_type(*kinds))

    def zeros(self, shape: Any, dtype: DType) -> Any:
        """A number, where an array without axes is asked for."""
        return _lone(shape, np.zeros((), dtype))

    def ones(self, shape: Any, dtype: DType) -> Any:
        """A number, where an array without axes is asked for."""
        return _lone(shape, np.ones((), dtype))


Operand: TypeAlias = "Entries | complex"


class Entries:
    """Stands for any array in a computation that applies functions of entries."""

    def __init__(self, recorder: Recorder, place: Place, dtype: DType, shape: Sizes) -> None:
        self.recorder, self.place, self.dtype, self.shape = recorder, place, dtype, shape
        self.size = math.prod(shape)

    def astype(self, dtype: DType) -> Entries:
        """The entries converted."""
        return self.recorder.add("cast", (self,), dtype)

    def __neg__(self) -> Entries:
        return self.recorder.record(np.negative, (self,))

    def __bool__(self) -> bool:
        raise UntraceableError("the values decide what is computed")

    def __pow__(self, exponent: Any) -> Entries:
        exponent = float(exponent) if isinstance(exponent, Fraction) else exponent
        if isinstance(exponent, int) and self.dtype.kind in "fc" and 2 <= abs(exponent) <= LONGEST:
            power = _multiplied(self, abs(exponent))
            return power if exponent > 0 else self.recorder.record(np.divide, (1, power))
        if exponent == 0.5:
            return self.recorder.record(np.sqrt, (self,))
        return self.recorder.record(np.power, (self, exponent))


def _lone(shape: Any, value: Any) -> Any:
    """The entry of an array without axes."""
    if shape != ():
        raise UntraceableError("an array that is no operand")
    return value.item()


def _multiplied(x: Entries, exponent: int) -> Entries:
    """A power by squaring."""
    if exponent == 1:
        return x
    half: Any = _multiplied(x, exponent // 2)
    square = half * half
    return square * x if exponent % 2 else square  # type: ignore[no-any-return]


def _operator(name: str, swapped: bool = False) -> Callable[[Entries, Any], Entries]:
    """A method of `Entries` for a Python operator."""

    def method(self: Entries, other: Any) -> Entries:
        other = other if isinstance(other, Entries) else number(other)
        pair = (other, self) if swapped else (self, other)
        return self.recorder.record(getattr(np, name), pair)

    return method


for _symbol, _name in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "and": "bitwise_and",
    "or": "bitwise_or",
}.items():
    setattr(Entries, f"__{_symbol}__", _operator(_name))
    setattr(Entries, f"__r{_symbol}__", _operator(_name, swapped=True))
for _symbol, _name in {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}.items():
    setattr(Entries, f"__{_symbol}__", _operator(_name))
