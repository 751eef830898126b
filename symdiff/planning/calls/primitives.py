"""Steps taken apart until each is one call that writes one array."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from symdiff.coefficients import number
from symdiff.dtypes import DType
from symdiff.ops.axes.reductions import Reduction
from symdiff.ops.axes.softmax import LogSumExp, Slicewise
from symdiff.ops.places.indexing import Take
from symdiff.ops.shape.shaping import Concatenate, Range
from symdiff.ops.signals.windows import Windows
from symdiff.planning.calls.tracing import Call, calls_of
from symdiff.planning.steps import Argument, Builder, Literal, Sizes, Step, joint_shape, pruned

__all__ = ["in_calls"]

BLOCK = 128  # terms that are added one after the other where NumPy does not add them pairwise
SLABS = 8  # places along leading axes up to which arrays of that many entries are taken one by one:
SLAB = 1 << 10  # NumPy does the same, but slowly where they lie apart


def in_calls(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The same steps, in which functions of entries are single NumPy functions."""
    split = Splitter()
    for step in steps:
        split.take(step)
    return with_quotients(*pruned(split.build.steps, [split.new[register] for register in outputs]))


def with_quotients(steps: list[Step], outputs: list[int]) -> tuple[list[Step], list[int]]:
    """The steps, where a product with a reciprocal that nothing else needs is one division."""
    reciprocals = [step.settings == ("divide",) and _is_one(step.arguments[0]) for step in steps]
    if not any(reciprocals):
        return steps, outputs
    uses = Counter([a for step in steps for a in step.arguments if isinstance(a, int)])
    uses.update(outputs)
    result = list(steps)
    for k, step in enumerate(steps):
        if step.settings != ("multiply",) or step.kind != "entries":
            continue
        for a, b in (step.arguments, step.arguments[::-1]):
            if isinstance(b, int) and reciprocals[b] and uses[b] == 1:
                result[k] = step._replace(arguments=(a, steps[b].arguments[1]), settings=("divide",))
                break
    return pruned(result, outputs)


class Splitter:
    """Takes steps apart, one after the other."""

    def __init__(self) -> None:
        self.build = Builder()
        self.new: list[int] = []  # where the results of the old steps are

    def take(self, step: Step) -> None:
        """The calls of one step."""
        arguments = tuple([a if isinstance(a, Literal) else self.new[a] for a in step.arguments])
        match step.kind:
            case "multiply" | "divide":
                register = self.call(step.kind, arguments, step.dtype)
            case "scale":
                register = self.scaled(arguments[0], step.settings[0].value, step.dtype)
            case "add":
                register = self.total(arguments, [f.value for f in step.settings], step.dtype)
            case "sum":
                register = self.sum(arguments[0], step)
            case "elementwise":
                register = self.traced(step, arguments)
            case "write_diagonal" | "add_diagonal":
                register = self.diagonals(step, arguments)
            case "call" if isinstance(step.operation, Concatenate):
                register = self.again(step, arguments, kind="concatenate", settings=(step.operation.axis,))
            case "call" if isinstance(step.operation, Windows) and step.size:
                settings = step.operation.axes, step.operation.windows
                register = self.again(step, arguments, kind="windows", settings=settings)
            case "call" if isinstance(step.operation, Take):
                register = self.again(step, arguments, kind="take", settings=(step.operation.axis,))
            case "call" if isinstance(step.operation, Reduction | Slicewise):
                register = self.traced(step, arguments)
            case _:
                register = self.again(step, arguments)
        self.new.append(register)

    def again(self, step: Step, arguments: tuple[Argument, ...], **changes: Any) -> int:
        """The step itself, on registers as they are now."""
        kind, settings = changes.get("kind", step.kind), changes.get("settings", step.settings)
        operation = None if kind in ("concatenate", "take", "windows") else step.operation
        return self.build.add(kind, arguments, step.shape, step.dtype, settings, step.flops, operation)

    def call(self, name: str, arguments: Sequence[Argument], dtype: DType) -> int:
        """One function of entries."""
        shape = joint_shape([self.build.shape(argument) for argument in arguments])
        if name == "greater":
            arguments = [self.rectified(arguments[0], arguments[1]), arguments[1]]
        plain = tuple([Literal.of(number(a.value)) if isinstance(a, Literal) else a for a in arguments])
        return self.build.add("entries", plain, shape, dtype, (name,), math.prod(shape))

    def rectified(self, x: Argument, bound: Argument) -> Argument:
        """max(x, 0) in place of x, if it is there, where only x > 0 is asked: x itself need not be kept."""
        if isinstance(x, Literal) or not isinstance(bound, Literal) or bound.value != 0:
            return x
        step = self.build.steps[x]
        above = Step("entries", (x, Literal.of(0)), ("maximum",), step.shape, step.dtype, step.size)
        return self.build.known.get(above, x)

    def traced(self, step: Step, arguments: Sequence[Argument]) -> int:
        """The functions that an operation consists of, or the operation if that is not known."""
        assert step.operation is not None
        calls = calls_of(step.operation)
        if calls is None:
            return self.again(step, tuple(arguments), kind="call")
        if isinstance(step.operation, LogSumExp) and self.is_topped(arguments[0], step.operation.axes):
            powers = self.call("exp", arguments, step.dtype)
            return self.call(
                "log", [self.reduced("add", powers, step.operation.axes, step.shape, step.dtype)], step.dtype
            )
        done: list[int] = []
        for call in calls:
            x = _arguments(call, arguments, done)
            if call.axes is not None:
                assert isinstance(x[0], int)
                done.append(self.reduced(call.name, x[0], call.axes, call.shape, call.dtype))
            elif call.name == "reshape":
                assert isinstance(x[0], int)
                done.append(self.build.reshape(x[0], call.shape))
            else:
                done.append(self.call(call.name, x, call.dtype))
        return self.build.broadcast(done[-1], step.shape, step.dtype)

    def is_topped(self, x: Argument, axes: tuple[int, ...]) -> bool:
        """Whether x is y - max(y) along axes, the largest entries of which are 0, or nothing finite."""
        step = self.build.steps[x] if isinstance(x, int) else None
        if step is None or step.settings != ("subtract",):
            return False
        whole, top = step.arguments
        level = tuple([1 if axis in axes else size for axis, size in enumerate(step.shape)])
        if (
            not isinstance(top, int)
            or self.build.shape(top) != level[len(level) - len(self.build.shape(top)) :]
        ):
            return False
        found = self.build.steps[top]
        while found.kind == "reshape":
            found = self.build.steps[found.arguments[0]]  # type: ignore[index]
        every = axes if found.shape else None
        return found.arguments == (whole,) and found.settings == ("maximum", every)

    def scaled(self, x: Argument, factor: Any, dtype: DType) -> int:
        """x times a number: by division where the inverse is exact and the number is not."""
        if not isinstance(factor, Fraction):
            if factor == -1 and dtype.kind in "fc":
                return self.call("negative", [x], dtype)
            return self.call("multiply", [Literal.of(factor), x], dtype)
        inverse = 1 / factor
        if Fraction(float(inverse)) == inverse:
            return self.call("divide", [x, Literal.of(float(inverse))], dtype)
        above = self.call("multiply", [Literal.of(float(factor.numerator)), x], dtype)
        return self.call("divide", [above, Literal.of(float(factor.denominator))], dtype)

    def total(self, terms: Sequence[Argument], factors: Sequence[Any], dtype: DType) -> int:
        """A sum, term by term."""
        pairs = list(zip(terms, factors, strict=True))
        first, factor = pairs.pop(0)
        if factor == -1 and pairs and pairs[0][1] == 1:  # y - x takes one call, -x + y two
            pairs[0], (first, factor) = (first, factor), pairs[0]
        value = self.multiple(first, factor, dtype)
        for term, factor in pairs:
            if isinstance(factor, complex) or not factor < 0:
                value = self.call("add", [value, self.multiple(term, factor, dtype)], dtype)
            else:
                value = self.call("subtract", [value, self.multiple(term, -factor, dtype)], dtype)
        assert isinstance(value, int)
        return value

    def multiple(self, term: Argument, factor: Any, dtype: DType) -> Argument:
        """A term times its factor; a number at once."""
        if factor == 1:
            return term
        if isinstance(term, Literal):
            return Literal.of(number(factor) * term.value)
        return self.scaled(term, factor, dtype)

    def diagonals(self, step: Step, arguments: Sequence[Argument]) -> int:
        """Cores with their factors, which are 1 and -1 from then on, written on diagonals."""
        ahead = len(arguments) - len(step.settings)
        cores, settings = list(arguments[:ahead]), []
        for core, (factor, output, distinct) in zip(arguments[ahead:], step.settings, strict=True):
            whole = factor.value in (1, -1)
            cores.append(core if whole else self.scaled(core, factor.value, step.dtype))
            settings.append((factor if whole else Literal.of(1), output, distinct))
        return self.again(step, tuple(cores), settings=tuple(settings))

    # --- sums -------------------------------------------------------------------------------------

    def sum(self, x: Argument, step: Step) -> int:
        """A sum along axes, in blocks where NumPy would add up one by one what is long.

        NumPy adds pairwise only along the last axis; along others rounding errors would grow with the
        number of terms (Higham, "The accuracy of floating point summation", 1993).
        """
        (axes,) = step.settings
        assert isinstance(x, int)
        shape = self.build.shape(x)
        if axes == (0,) and step.dtype.kind in "fc" and len(shape) > 1 and shape[0] > 2 * BLOCK:
            return self.in_blocks(x, step.dtype)
        return self.reduced("add", x, axes, step.shape, step.dtype)

    def reduced(self, name: str, x: int, axes: tuple[int, ...] | None, shape: Sizes, dtype: DType) -> int:
        """One call of a function along axes, or of the same function for each of a few places along them."""
        every = None if not shape else axes
        places = self.build.shape(x)[: len(axes or ())]
        leading = axes == tuple(range(len(places))) and dtype.kind == "f"
        if leading and 1 < math.prod(places) <= SLABS and math.prod(shape) >= SLAB:
            slabs = [self.slab(x, place, shape) for place in itertools.product(*map(range, places))]
            return reduce(lambda value, slab: self.call(name, [value, slab], dtype), slabs)
        return self.build.add("reduce", (x,), shape, dtype, (name, every), math.prod(self.build.shape(x)))

    def in_blocks(self, x: int, dtype: DType) -> int:
        """A sum along the first axis: sums of blocks, then the sum of these, then what is left over."""
        length, *rest = self.build.shape(x)
        blocks, left = divmod(length, BLOCK)
        if blocks < 2:
            return self.reduced("add", x, (0,), tuple(rest), dtype)
        front = self.part(x, 0, blocks * BLOCK) if left else x
        split = self.build.reshape(front, (blocks, BLOCK, *rest))
        value = self.in_blocks(self.reduced("add", split, (1,), (blocks, *rest), dtype), dtype)
        if not left:
            return value
        tail = self.reduced("add", self.part(x, length - left, left), (0,), tuple(rest), dtype)
        return self.call("add", [value, tail], dtype)

    def slab(self, x: int, place: Sizes, shape: Sizes) -> int:
        """The entries at one place along the first axes, as a view."""
        ranges = tuple([Range(0, size, 1) for size in shape])
        return self.build.add("slice", (x,), shape, self.build.steps[x].dtype, ((*place, *ranges),))

    def part(self, x: int, start: int, length: int) -> int:
        """Rows of an array, as a view."""
        step = self.build.steps[x]
        ranges = (Range(start, length, 1), *[Range(0, size, 1) for size in step.shape[1:]])
        return self.build.add("slice", (x,), (length, *step.shape[1:]), step.dtype, (ranges,))


def _is_one(argument: Argument) -> bool:
    return isinstance(argument, Literal) and argument.value == 1


def _arguments(call: Call, operands: Sequence[Argument], done: Sequence[int]) -> list[Argument]:
    """Registers and numbers for the arguments of a call."""
    return [
        place
        if isinstance(place, Literal)
        else done[place.number]
        if place.of_call
        else operands[place.number]
        for place in call.arguments
    ]
