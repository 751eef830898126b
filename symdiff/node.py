"""What a node is: an operation applied to nodes, immutable, and one object per meaning.

Building the same expression twice gives the same object, so ``is`` is structural equality and common
subexpressions never exist. A node holds no values, no gradients and no caches.
"""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from operator import is_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from symdiff.dims import Shape
from symdiff.dtypes import DType
from symdiff.interning import Interned, canonical_all

if TYPE_CHECKING:
    from symdiff.methods import Methods
else:

    class Methods:
        """Operators and methods of nodes, filled in by `symdiff.methods`."""

        __slots__ = ()


__all__ = ["Leaf", "Node", "next_serial", "number", "replacing", "witnesses"]

_table: Interned[Node] = Interned()
SPAN = 1 << 40  # serial numbers between two creations, for nodes that replace the first of them
_serials = itertools.count(0, SPAN)
_replacements = itertools.count(1)
witnesses: list[Callable[[Node], None]] = []  # told of every node that is asked for, while there are any


class _Place(threading.local):
    """The serial number of the node that new nodes replace, if any."""

    serial: int | None = None


_place = _Place()


class Node(Methods):
    """An operation applied to operands, with fixed attributes, a shape and a dtype.

    A subclass names its attributes by annotating them, and says what it computes and how it is
    differentiated. Operands are data, attributes are settings: ``Reshape(x, target=(3, 4))``.

    Attributes
    ----------
    operands : tuple of Node
        What the operation is applied to; operands are always older than their users.
    attributes : tuple
        Hashable settings, in the order of the class's annotations.
    shape : tuple of int or Dim
    dtype : numpy.dtype
    serial : int
        Grows with creation, except that what replaces a node stands right behind it; sorting by it is a
        topological order.
    """

    __slots__ = ("__weakref__", "attributes", "dtype", "operands", "serial", "shape")
    fields: ClassVar[tuple[str, ...]] = ()

    operands: tuple[Node, ...]
    attributes: tuple[Any, ...]
    shape: Shape
    dtype: DType
    serial: int

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [
            name
            for name, kind in cls.__annotations__.items()
            if not name.startswith("_") and "ClassVar" not in str(kind)
        ]
        start = len(cls.fields)
        cls.fields = (*cls.fields, *own)
        for place, name in enumerate(own, start):
            if hasattr(cls, name):
                raise TypeError(f"{cls.__name__}: a node has {name!r} already; choose another name")
            setattr(cls, name, _attribute(place))

    def __new__(cls, *operands: Node, **attributes: Any) -> Self:
        """The one node of this class with these operands and attributes."""
        if not attributes and not cls.fields:
            return cls.only(operands, ())
        try:
            values = tuple([attributes.pop(name) for name in cls.fields])
        except KeyError as missing:
            raise TypeError(f"{cls.__name__} needs the attribute {missing}") from None
        if attributes:
            raise TypeError(f"{cls.__name__} has no attribute {', '.join(attributes)}")
        return cls.only(operands, values)

    @classmethod
    def only(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Self:
        """The one node of this class with these operands, and attributes in the order of `fields`."""
        key: tuple[Any, ...] = (cls, operands, *cls._key(attributes))
        found = _table.get(key)
        if found is None:
            found = _table.enter(key, cls.make(operands, attributes))
        for witness in witnesses:
            witness(found)
        return found  # type: ignore[return-value]

    @classmethod
    def _key(cls, attributes: tuple[Any, ...]) -> Sequence[Hashable]:
        """What tells these attributes from others."""
        return canonical_all(attributes)

    @classmethod
    def make(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Self:
        """A new object, whether or not an equal one exists; use the class itself instead."""
        self = object.__new__(cls)
        _set_operands(self, operands)
        _set_attributes(self, attributes)
        _set_shape(self, self.infer_shape())
        _set_dtype(self, self.infer_dtype())
        _set_serial(self, next(_serials) if _place.serial is None else _next_to(operands))
        return self

    def with_operands(self, *operands: Node) -> Node:
        """The same operation on other operands; itself when they are the same."""
        if len(operands) == len(self.operands) and all(map(is_, operands, self.operands)):
            return self
        return self.apply(operands, self.attributes)

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        """The node of this class in its simplest form; a class with a smart constructor calls it here."""
        if cls.__new__ is Node.__new__:
            return cls.only(operands, attributes)
        return cls(*operands, **dict(zip(cls.fields, attributes, strict=True)))

    def infer_shape(self) -> Shape:
        """The shape of the result, or a `ShapeError` that names what disagrees."""
        raise NotImplementedError(f"{type(self).__name__} does not say its shape: define infer_shape")

    def infer_dtype(self) -> DType:
        """The dtype of the result; that of the operands unless the class says otherwise."""
        first = self.operands[0].dtype
        for k, operand in enumerate(self.operands):
            if operand.dtype is not first and operand.dtype != first:
                raise TypeError(
                    f"{type(self).__name__}: operand {k} is {operand.dtype} but operand 0 is {first}; "
                    "convert one of them with cast"
                )
        return first

    def compute(self, xp: Any, *values: Any) -> Any:
        """The value, given the operands' values and the array library *xp*.

        It may use the attributes, and the shapes and dtypes of the operands, but not the operands'
        own operands: a program keeps the operation without the graph it came from.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say its value: define compute")

    def flops(self) -> int:
        """Arithmetic operations that `compute` takes, about, at known sizes: one per entry by default."""
        shapes: Any = [node.shape for node in (*self.operands, self)]
        return max(map(math.prod, shapes))

    def scratch(self) -> int:
        """Bytes of the arrays that `compute` makes on the way to its result, at known sizes."""
        return 0

    def vjp(self, k: int, g: Node) -> Node | None:
        """The cotangent of operand *k*, given the cotangent *g* of the result; None for no dependence.

        *g* may have leading batch axes, which the cotangent keeps.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no derivative with respect to operand {k}: define vjp"
        )

    def cotangents(self, g: Node, places: Sequence[int], sources: Collection[Node]) -> list[Node | None]:
        """The cotangents of the operands at *places* at once, as a sweep down to *sources* needs them."""
        return [self.vjp(k, g) for k in places]

    def jvp(self, k: int, dx: Node) -> Node | None:
        """The tangent of the result as operand *k* moves by *dx*; None for no dependence."""
        raise NotImplementedError(
            f"{type(self).__name__} has no derivative with respect to operand {k}: define jvp"
        )

    def expanded(self) -> Node:
        """The same value in pieces whose derivatives share work; itself for most operations."""
        return self

    @property
    def melts(self) -> bool:
        """Whether users of this node may be built without it, from its operands."""
        return False

    def times(self, other: Node) -> Node | None:
        """The product with *other*, entry by entry, when it is an operation of the same kind."""
        return None

    def scaled(self, factor: Any) -> Node | None:
        """The node times a number, when that is an operation of the same kind."""
        return None

    @classmethod
    def collect(cls, terms: dict[Node, Any]) -> dict[Node, Any]:
        """The terms of a sum and their coefficients, rewritten where nodes of this class know how."""
        return terms

    def retyped(self, dtype: DType) -> Node | None:
        """The same values in another dtype, when no conversion is needed to say so."""
        return None

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{type(self).__name__} is immutable: build a new node instead of setting {name!r}"
        )

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be deleted")

    __hash__ = object.__hash__

    def __copy__(self) -> Self:
        return self


_set_operands, _set_attributes, _set_shape, _set_dtype, _set_serial = (
    Node.__dict__[name].__set__ for name in ("operands", "attributes", "shape", "dtype", "serial")
)  # which does what `object.__setattr__` does, without looking for the name


@contextmanager
def replacing() -> Iterator[_Place]:
    """Nodes made inside stand where the node stood whose serial number the place is given.

    A graph that is rewritten thereby keeps its order: what was asked for early is computed early, and
    belongs to the scope of what it replaces.
    """
    outside = _place.serial
    try:
        yield _place
    finally:
        _place.serial = outside


def _next_to(operands: Sequence[Node]) -> int:
    """A serial number right behind that of the node that is replaced, and behind those of *operands*."""
    newest = max([_place.serial or 0, *[operand.serial for operand in operands]])
    return newest // SPAN * SPAN + next(_replacements)


def number(node: Node) -> int:
    """A small number of a node's own, unless it replaces another one."""
    return node.serial // SPAN


def next_serial() -> int:
    """A serial number above those of all nodes so far, which no node will have."""
    return next(_serials)


def _attribute(place: int) -> property:
    """Access to one attribute by its name."""
    return property(lambda node: node.attributes[place])


class Leaf(Node):
    """A node without operands that is itself only: two leaves are never the same."""

    __slots__ = ()

    def __new__(cls, *operands: Node, **attributes: Any) -> Self:
        """A new leaf."""
        return cls.make(operands, tuple(attributes[name] for name in cls.fields))

    def with_operands(self, *operands: Node) -> Node:
        """Itself: a leaf that is made again would be another one."""
        return self
