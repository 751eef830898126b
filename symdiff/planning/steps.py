"""What a plan is: straight-line steps on registers, each computed once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from symdiff.dtypes import DType, result_dtype
from symdiff.interning import canonical
from symdiff.node import Node

if TYPE_CHECKING:
    from symdiff.planning.memory.buffers import Buffers
    from symdiff.planning.memory.tiles import Tile

__all__ = [
    "Argument",
    "Builder",
    "Literal",
    "Plan",
    "Sizes",
    "Step",
    "is_own",
    "joint_shape",
    "literal_dtype",
    "owner",
    "owners",
    "pruned",
]

Sizes: TypeAlias = tuple[int, ...]
VIEWS = frozenset(
    {"transpose", "reshape", "diagonal", "broadcast", "slice", "barrier", "windows"}
)  # kinds of steps whose result shares the memory of their first argument
GIVEN = frozenset({"input", "constant"})  # kinds of steps whose memory is not the program's
IDLE = VIEWS | GIVEN


class Literal(NamedTuple):
    """A number written into the program."""

    value: Any
    written: str  # keeps apart what is equal: 1 and 1.0 and True, 0.0 and -0.0

    @classmethod
    def of(cls, value: Any) -> Literal:
        """The literal for a coefficient."""
        return cls(value, repr(value))


Argument: TypeAlias = int | Literal  # a register, or a number


class Step(NamedTuple):
    """One call: what is done, to which registers, and what comes out."""

    kind: str
    arguments: tuple[Argument, ...]
    settings: tuple[Any, ...]
    shape: Sizes
    dtype: DType
    flops: int = 0
    operation: Node | None = None

    @property
    def size(self) -> int:
        """The number of entries of the result."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """The bytes that the result takes, nothing for a view."""
        return 0 if self.kind in VIEWS or self.kind == "input" else self.size * self.dtype.itemsize

    @property
    def computes(self) -> bool:
        """Whether something is computed: what is given is there, and a view only shows it."""
        return self.kind not in IDLE

    @property
    def result(self) -> str:
        """What comes out, as in float64[3,4]."""
        return _described(self.dtype, self.shape)

    def moved(self, new: Mapping[int, int] | Sequence[int]) -> Step:
        """The step, reading registers under their *new* numbers."""
        arguments = tuple([new[a] if type(a) is int else a for a in self.arguments])
        return self if arguments == self.arguments else _step((self.kind, arguments, *self[2:]))


_step: Callable[[tuple[Any, ...]], Step] = partial(tuple.__new__, Step)  # in less time than by the class


@lru_cache(maxsize=4096)
def _described(dtype: DType, shape: Sizes) -> str:
    return f"{dtype}[{','.join(map(str, shape))}]"


@dataclass(slots=True)
class Plan:
    """Steps in order; step k writes register k. The first ones are the inputs."""

    steps: list[Step]
    inputs: list[Node]
    outputs: list[int]
    tiles: list[Tile]
    buffers: Buffers

    @property
    def flops(self) -> int:
        """Additions, multiplications and calls of functions, counted entry by entry."""
        return sum(step.flops for step in self.steps)


def pruned(steps: list[Step], outputs: list[int]) -> tuple[list[Step], list[int]]:
    """The steps that the outputs need, and the outputs' new registers; inputs all stay."""
    needed = set(outputs)
    for register in reversed(range(len(steps))):
        if register in needed:
            needed.update([a for a in steps[register].arguments if type(a) is int])
    kept = [k for k, step in enumerate(steps) if k in needed or step.kind == "input"]
    if len(kept) == len(steps):
        return steps, outputs
    new = {register: place for place, register in enumerate(kept)}
    return [steps[k].moved(new) for k in kept], [new[register] for register in outputs]


def is_own(operation: Node | None) -> bool:
    """Whether an operation is the package's own: it only looks at its operands, and returns none of them."""
    return operation is None or type(operation).__module__.startswith("symdiff.")


def owner(steps: Sequence[Step], register: int) -> int:
    """The register whose memory this one shows; itself unless it is a view."""
    while steps[register].kind in VIEWS and isinstance(source := steps[register].arguments[0], int):
        register = source
    return register


def owners(steps: Sequence[Step]) -> list[int]:
    """For each register, the one whose memory it shows; itself unless it is a view."""
    found: list[int] = []
    for k, step in enumerate(steps):
        source = step.arguments[0] if step.kind in VIEWS else k
        found.append(found[source] if isinstance(source, int) and source != k else k)
    return found


def literal_dtype(steps: Sequence[Step], step: Step, literal: Literal) -> DType:
    """The dtype in which a number takes part in a function of entries."""
    kinds = [steps[a].dtype for a in step.arguments if isinstance(a, int)]
    return result_dtype(*kinds, literal.value) if kinds else step.dtype


def joint_shape(shapes: Sequence[Sizes]) -> Sizes:
    """The shape to which shapes broadcast that are known to fit."""
    first = shapes[0]
    return first if all(shape == first for shape in shapes) else _joint(tuple(shapes))


@lru_cache(maxsize=4096)
def _joint(shapes: tuple[Sizes, ...]) -> Sizes:
    length = max(map(len, shapes))
    padded = [(1,) * (length - len(shape)) + shape for shape in shapes]
    return tuple([next((size for size in column if size != 1), 1) for column in zip(*padded, strict=True)])


@dataclass(slots=True)
class Builder:
    """Collects steps; a step that was asked for before is not taken again."""

    steps: list[Step] = field(default_factory=list)
    known: dict[Any, int] = field(default_factory=dict)

    def add(
        self,
        kind: str,
        arguments: tuple[Argument, ...],
        shape: Sizes,
        dtype: DType,
        settings: tuple[Any, ...] = (),
        flops: int = 0,
        operation: Node | None = None,
    ) -> int:
        """The register that holds this step's result."""
        step = _step((kind, arguments, settings, shape, dtype, flops, operation))
        key = step if operation is None else (*step[:-1], type(operation), canonical(operation.attributes))
        found = self.known.setdefault(key, len(self.steps))
        if found == len(self.steps):
            self.steps.append(step)
        return found

    def shape(self, argument: Argument) -> Sizes:
        """The shape of a register; () for a number."""
        return () if isinstance(argument, Literal) else self.steps[argument].shape

    # --- views ------------------------------------------------------------------------------------

    def reshape(self, register: int, shape: Sizes) -> int:
        """The same entries in another shape."""
        step = self.steps[register]
        if step.shape == shape:
            return register
        source = step.arguments[0] if step.arguments else None
        if step.kind == "reshape" and isinstance(source, int):
            return self.reshape(source, shape)
        if step.kind == "slice" and isinstance(source, int):
            kept = tuple(size for size in step.shape if size != 1)
            if kept == shape:
                places = tuple(
                    [
                        places.start if size == 1 else places
                        for places, size in zip(step.settings[0], step.shape, strict=True)
                    ]
                )
                return self.add("slice", (source,), shape, step.dtype, (places,))
        return self.add("reshape", (register,), shape, step.dtype, (shape,))

    def transpose(self, register: int, order: Sizes) -> int:
        """The axes permuted."""
        step = self.steps[register]
        if order == tuple(range(len(order))):
            return register
        shape = tuple(step.shape[axis] for axis in order)
        return self.add("transpose", (register,), shape, step.dtype, (order,))

    def expand(self, register: int, axes: tuple[int | None, ...]) -> int:
        """Axes of size 1 inserted where *axes* is None; leading ones are left to broadcasting."""
        while axes and axes[0] is None:
            axes = axes[1:]
        step = self.steps[register]
        if None not in axes:
            return register
        return self.reshape(register, tuple([1 if axis is None else step.shape[axis] for axis in axes]))

    def broadcast(self, argument: Argument, shape: Sizes, dtype: DType) -> int:
        """Exactly *shape*, as an array."""
        if isinstance(argument, Literal):
            return self.add("fill", (argument,), shape, dtype, (shape, dtype))
        step = self.steps[argument]
        if step.shape == shape:
            return argument
        if step.size == math.prod(shape):
            return self.reshape(argument, shape)
        return self.add("broadcast", (argument,), shape, dtype, (shape,))
