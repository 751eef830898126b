"""Where values enter a graph: variables hold one, placeholders are fed one, constants are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text
from symdiff.dtypes import DEFAULT, DType, as_dtype
from symdiff.errors import ShapeError
from symdiff.facts import Axes, Facts, check_facts, declared_facts
from symdiff.node import Leaf, Node

__all__ = ["Constant", "Placeholder", "Variable", "frozen_array"]

Array = np.ndarray[Any, np.dtype[Any]]
NOTHING = Facts()
SMALL = 64  # entries up to which equal constants are one node


class Variable(Leaf):
    """A leaf with a current value: a parameter, or an input that keeps what it was last given.

    The value is not part of the variable's identity. It is copied in, and read when a program runs.

    Parameters
    ----------
    value : array_like
        The initial value. Python numbers and lists of them become float64; arrays keep their dtype.
    name : str, optional
        How the variable is printed.
    dtype : dtype, optional
        Overrides the dtype of *value*.
    trainable : bool
        Whether `Module.parameters` reports it.
    symmetric, positive, orthonormal : bool
        What is known of every value: the last two axes may be exchanged; every entry is above 0; the
        columns of the matrices in the last two axes are orthonormal.
    sums_to_one : int or sequence of int, optional
        The axes along which, together, the entries add up to 1.

    Raises
    ------
    ShapeError
        If a fact speaks of axes that the value lacks, or that have the wrong sizes.
    TypeError
        If the value is a node, or a fact means nothing for the dtype.
    ValueError
        If a value, the first or a later one, does not keep to the facts, up to half its digits.

    Notes
    -----
    Facts serve simplification. The derivative is by the entries as if they were independent, whatever
    the facts: by a symmetric ``a``, that of ``a[0, 1]`` is 1 at ``[0, 1]`` and 0 at ``[1, 0]``. Such
    derivatives are right along every direction that keeps to the facts.

    Examples
    --------
    >>> x = Variable([1.0, 2.0], "x")
    >>> y = x * x
    >>> y()
    array([1., 4.])
    >>> x.value = [3, 4]
    >>> y()
    array([ 9., 16.])
    >>> Variable([[2.0, 1.0], [1.0, 3.0]], "a", symmetric=True)
    <variable a float64[2,2] symmetric>
    """

    __slots__ = ("_value",)
    declared: Shape
    kind: DType
    name: str | None
    trainable: bool
    facts: Facts
    _value: Array

    def __new__(
        cls,
        value: Any,
        name: str | None = None,
        *,
        dtype: Any = None,
        trainable: bool = True,
        symmetric: bool = False,
        positive: bool = False,
        orthonormal: bool = False,
        sums_to_one: Axes = None,
    ) -> Self:
        if isinstance(value, Node):
            raise TypeError(f"Variable: a value is an array, not the graph {value!r}; evaluate it first")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Variable: a name is a string, not {name!r}; numbers go in a list")
        if dtype is None and not hasattr(value, "dtype"):
            dtype = np.result_type(DEFAULT, np.asarray(value))
        array = frozen_array(value, dtype)
        flags = symmetric, positive, orthonormal
        facts = declared_facts(_role("Variable", name), array.shape, array.dtype, flags, sums_to_one)
        self = cls.make((), (array.shape, array.dtype, name, bool(trainable), facts))
        self.adopt(array)
        return self

    def infer_shape(self) -> Shape:
        return self.declared

    def infer_dtype(self) -> DType:
        return self.kind

    @property
    def value(self) -> Array:
        """The current value, read-only; assign to change it."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        array = np.asarray(value)
        if array.shape != self.shape:
            raise ShapeError(
                f"{self!r}: its value is {shape_text(self.shape)}, but the new one is "
                f"{shape_text(array.shape)}; reshape it, or make another variable"
            )
        if not np.can_cast(array.dtype, self.dtype, "same_kind"):
            raise TypeError(
                f"{self!r}: its value is {self.dtype}, but the new one is {array.dtype}; "
                f"convert it with astype({self.dtype.name!r})"
            )
        self.adopt(frozen_array(array, self.dtype))

    def adopt(self, array: Array) -> None:
        """Take *array* as the value without a copy; its maker must not change it afterwards.

        Raises
        ------
        ValueError
            If it does not keep to the facts that the variable was declared with.
        """
        if self.facts:
            check_facts(self, self.facts, array)
        array.flags.writeable = False
        object.__setattr__(self, "_value", array)

    def __setattr__(self, name: str, value: object) -> None:
        if name != "value":
            super().__setattr__(name, value)
        type(self).value.fset(self, value)  # type: ignore[attr-defined]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copy: Self = _variable(type(self), self._value, self.name, self.trainable, self.facts)
        memo[id(self)] = copy
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        return (_variable, (type(self), self._value, self.name, self.trainable, self.facts))


def _variable(
    cls: type[Variable], value: Array, name: str | None, trainable: bool, facts: Facts = NOTHING
) -> Any:
    return cls(value, name, trainable=trainable, **facts._asdict())


def _role(kind: str, name: str | None) -> str:
    return f"{kind} {name}" if name else kind


class Placeholder(Leaf):
    """A leaf that is fed a value at each run.

    Parameters
    ----------
    shape : tuple of int, Dim or None
        ``None`` stands for a size that is known only at run time and equal to no other.
    dtype : dtype
    name : str, optional
    symmetric, positive, orthonormal, sums_to_one : optional
        What is known of every value, as for a `Variable`; the values that are fed are checked.

    Raises
    ------
    ShapeError
        If a size is neither an int nor a Dim, or a fact speaks of axes that the shape lacks.
    TypeError
        If the name is no string, or a fact means nothing for the dtype.

    Examples
    --------
    >>> x = Placeholder((None, 2), name="x")
    >>> x.sum(axis=1)({x: [[1, 2], [3, 4]]})
    array([3., 7.])
    """

    __slots__ = ()
    declared: Shape
    kind: DType
    name: str | None
    facts: Facts

    def __new__(
        cls,
        shape: int | Dim | Sequence[Size | None] = (),
        dtype: Any = DEFAULT,
        name: str | None = None,
        *,
        symmetric: bool = False,
        positive: bool = False,
        orthonormal: bool = False,
        sums_to_one: Axes = None,
    ) -> Self:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"Placeholder: a name is a string, not {name!r}")
        sizes = (shape,) if isinstance(shape, int | Dim) else tuple(shape)
        for size in sizes:
            known = isinstance(size, int | np.integer) and not isinstance(size, bool) and size >= 0
            if not (known or size is None or isinstance(size, Dim)):
                raise ShapeError(f"Placeholder: a size is a non-negative int, a Dim or None, not {size!r}")
        declared = tuple(
            Dim() if size is None else size if isinstance(size, Dim) else int(size) for size in sizes
        )
        kind = as_dtype(dtype)
        flags = symmetric, positive, orthonormal
        facts = declared_facts(_role("Placeholder", name), declared, kind, flags, sums_to_one)
        return cls.make((), (declared, kind, name, facts))

    def infer_shape(self) -> Shape:
        return self.declared

    def infer_dtype(self) -> DType:
        return self.kind

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (_placeholder, (type(self), *self.attributes))


def _placeholder(
    cls: type[Placeholder], shape: Shape, dtype: DType, name: str | None, facts: Facts = NOTHING
) -> Placeholder:
    return cls.make((), (shape, dtype, name, facts))


class Content:
    """A frozen array as an attribute: small ones are equal by content, large ones are themselves."""

    __slots__ = ("array", "key")

    def __init__(self, array: Array) -> None:
        array.flags.writeable = False
        self.array = array
        self.key: object = id(self)
        if array.size <= SMALL:
            self.key = (array.shape, array.dtype.str, array.tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> tuple[Any, ...]:
        return (Content, (self.array,))


class Constant(Node):
    """An array that never changes; `constant` makes one from anything array-like."""

    __slots__ = ()
    content: Content

    @property
    def value(self) -> Array:
        """The array, read-only."""
        return self.content.array

    def infer_shape(self) -> Shape:
        shape: Shape = self.value.shape
        return shape

    def infer_dtype(self) -> DType:
        return self.value.dtype


def frozen_array(value: Any, dtype: Any = None) -> Array:
    """A read-only copy of *value* that nobody else can change.

    Raises
    ------
    TypeError
        If the entries are not numbers or booleans.
    """
    array = np.array(value, dtype=dtype, copy=True, order="C")
    array = array.astype(as_dtype(array.dtype), copy=False)
    array.flags.writeable = False
    return array
