"""From nodes of known size to steps: each node once, broadcasts left to the steps that use them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast, Identity, StopGradient
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.leaves import Constant, Placeholder
from symdiff.ops.powers import Power
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.reshaping import Reshape
from symdiff.ops.shaping import Slice
from symdiff.ops.windows import Windows
from symdiff.planning.einsums import Contraction, Factor, contract_factors, scaled
from symdiff.planning.merging import merge_products
from symdiff.planning.order import in_place
from symdiff.planning.stacking import stack_sums
from symdiff.planning.steps import VIEWS, Argument, Builder, Literal, Plan, Sizes, Step, pruned

__all__ = ["plan"]


def plan(outputs: Sequence[Node], inputs: Sequence[Node]) -> Plan:
    """The steps that compute *outputs* from *inputs*, which are nodes whose values are given.

    All sizes are known. Whatever else the outputs need must be constant.
    """
    marks = [node if not node.operands else _stand_in(node) for node in inputs]
    outputs = _cut(outputs, dict(zip(inputs, marks, strict=True)))
    ranks = {node: float(place) for place, node in enumerate(toposort(*outputs))}
    merged = merge_products(stack_sums(outputs, ranks), ranks)
    lowering = Lowering(marks)
    for node in in_place(merged, ranks):
        if node not in lowering.values:
            lowering.values[node] = lowering.lower(node)
    registers = [lowering.exact(node) for node in merged]
    steps, registers = pruned(lowering.build.steps, registers)
    return Plan(steps, list(inputs), registers, _shared(steps, registers))


def _stand_in(node: Node) -> Node:
    """A placeholder for a node whose value is given."""
    return Placeholder(node.shape, node.dtype)


def _cut(outputs: Sequence[Node], given: dict[Node, Node]) -> list[Node]:
    if all(node is mark for node, mark in given.items()):
        return list(outputs)
    new = dict(given)
    for node in toposort(*outputs, stop=given.keys()):
        if node not in new:
            new[node] = node.with_operands(*[new[operand] for operand in node.operands])
    return [new[output] for output in outputs]


def _shared(steps: Sequence[Step], registers: list[int]) -> list[bool]:
    """Which outputs must be copied, since they share memory with an input or an earlier output."""
    taken: set[int] = set()
    copied = []
    for register in registers:
        root = register
        stretched = False
        while steps[root].kind in VIEWS:
            stretched |= steps[root].kind == "broadcast"
            root = steps[root].arguments[0]  # type: ignore[assignment]
        owned = steps[root].kind not in ("input", "constant") and not _foreign(steps[root].operation)
        copied.append(not owned or root in taken or stretched)
        taken.add(root)
    return copied


def _foreign(operation: Node | None) -> bool:
    """Whether an operation returns a view, or comes from outside the package, so that it might."""
    known = operation is None or type(operation).__module__.startswith("symdiff.")
    return not known or isinstance(operation, Windows)


class Lowering:
    """The registers of nodes. A register may be smaller than its node: it broadcasts to it."""

    def __init__(self, inputs: Sequence[Node]) -> None:
        self.build = Builder()
        self.values: dict[Node, Argument] = {}
        for place, node in enumerate(inputs):
            self.values[node] = self.build.add("input", (), sizes(node), node.dtype, (place,))

    def exact(self, node: Node) -> int:
        """A register of the node's own shape."""
        return self.build.broadcast(self.values[node], sizes(node), node.dtype)

    def operand(self, node: Node) -> Argument:
        """A register that broadcasts to the node, or a number."""
        return self.values[node]

    def lower(self, node: Node) -> Argument:
        """The steps of one node, whose operands are done."""
        match node:
            case Constant():
                return self.build.add("constant", (), sizes(node), node.dtype, (node.content,))
            case Einsum():
                return self.einsum(node)
            case Add():
                return self.add(node)
            case StopGradient(operands=(x,)) | Identity(operands=(x,)):
                return self.values[x]
            case Region():
                return self.values[node.operands[0]]
            case Barrier():
                return self.barrier(node)
            case Elementwise() | Cast():
                return self.elementwise(node)
            case Reshape(operands=(x,)):
                return self.build.reshape(self.exact(x), sizes(node))
            case Slice(operands=(x,), ranges=ranges):
                return self.build.add("slice", (self.exact(x),), sizes(node), node.dtype, (ranges,))
        return self.call(node)

    def call(self, node: Node) -> int:
        """An operation that computes itself."""
        arguments = tuple([self.exact(operand) for operand in node.operands])
        flops = max([math.prod(sizes(operand)) for operand in (*node.operands, node)])
        return self.build.add("call", arguments, sizes(node), node.dtype, (), flops, detached(node))

    def barrier(self, node: Barrier) -> Argument:
        """The operand under another name, from when the others are there."""
        first, *after = [self.values[operand] for operand in node.operands]
        if isinstance(first, Literal):
            return first
        arguments = (first, *[argument for argument in after if not isinstance(argument, Literal)])
        return self.build.add("barrier", arguments, self.build.shape(first), node.dtype)

    def elementwise(self, node: Node) -> int:
        """A function of entries, on registers that broadcast against each other."""
        arguments = [self.operand(operand) for operand in node.operands]
        typed = {
            operand.dtype
            for operand, argument in zip(node.operands, arguments, strict=True)
            if not isinstance(argument, Literal)
        }
        for k, operand in enumerate(node.operands):
            if operand.dtype not in typed:  # a bare number would take NumPy's default type
                arguments[k] = self.build.broadcast(arguments[k], (), operand.dtype)
        shape = joint_shape([self.build.shape(argument) for argument in arguments])
        return self.build.add(
            "elementwise", tuple(arguments), shape, node.dtype, (), math.prod(shape), detached(node)
        )

    def add(self, node: Add) -> int:
        """A sum, the widest term first, so that the others can be added in place."""
        terms = [
            (self.operand(operand), factor)
            for operand, factor in zip(node.operands, node.coefficients, strict=True)
        ]
        rest = [self.build.shape(argument) for argument, _ in terms]
        shape = joint_shape(rest)
        terms.sort(key=lambda term: (-math.prod(self.build.shape(term[0])), term[1] != 1))
        factors = tuple(Literal.of(factor) for _, factor in terms)
        flops = math.prod(shape) * (len(terms) - 1 + sum(f.value not in (1, -1) for f in factors))
        arguments = tuple([argument for argument, _ in terms])
        return self.build.add("add", arguments, shape, node.dtype, factors, flops)

    # --- einsums ----------------------------------------------------------------------------------

    def einsum(self, node: Einsum) -> Argument:
        """A contraction; what comes out may still have to be broadcast."""
        wiring = node.wiring
        if is_scalar_constant(node):
            return Literal.of(node.coefficient)
        lengths: list[int] = list(wiring.sizes)  # type: ignore[arg-type]
        work = Contraction(self.build, lengths, node.dtype)
        factors, coefficient = [], node.coefficient
        for labels, operand in zip(wiring.inputs, node.operands, strict=True):
            factors.append(self.factor(work, labels, operand))
        present = {label for factor in factors for label in factor.labels}
        for label in wiring.summed - present:
            coefficient *= lengths[label]  # summed, but constant along it
        target = tuple(dict.fromkeys(label for label in wiring.output if label in present))
        if not factors:
            core = self.build.broadcast(Literal.of(coefficient), (), node.dtype)
            return self.write(node, Factor(core, ()))
        factors, coefficient = self.scale_early(work, factors, coefficient, target)
        core_factor = contract_factors(work, factors, frozenset(target), target)
        if core_factor.inverted:
            core_factor, coefficient = self.invert(work, core_factor, coefficient)
        register = scaled(self.build, core_factor.register, coefficient, node.dtype)
        assert isinstance(register, int)
        return self.write(node, Factor(register, core_factor.labels))

    def factor(self, work: Contraction, labels: tuple[int, ...], operand: Node) -> Factor:
        """An operand without axes of size 1, with its reciprocal left to be a division."""
        inverted = isinstance(operand, Power) and operand.exponent == -1
        argument = self.operand(operand.operands[0] if inverted else operand)
        register = self.build.broadcast(argument, self.build.shape(argument), operand.dtype)
        shape = self.build.shape(register)
        aligned = labels[len(labels) - len(shape) :]
        kept = tuple(label for label, size in zip(aligned, shape, strict=True) if size != 1)
        register = self.build.reshape(register, tuple(size for size in shape if size != 1))
        return Factor(register, kept, inverted)

    def scale_early(
        self, work: Contraction, factors: list[Factor], coefficient: Any, target: tuple[int, ...]
    ) -> tuple[list[Factor], Any]:
        """The coefficient applied to the smallest factor, when that is smaller than the result."""
        if coefficient in (1, -1) or len(factors) < 2:
            return factors, coefficient
        counts = [work.count(factor.labels) for factor in factors]
        k = counts.index(min(counts))
        if counts[k] >= work.count(target) or factors[k].inverted:
            return factors, coefficient
        register = scaled(self.build, factors[k].register, coefficient, work.dtype)
        return [*factors[:k], Factor(register, factors[k].labels), *factors[k + 1 :]], 1  # type: ignore[arg-type]

    def invert(self, work: Contraction, factor: Factor, coefficient: Any) -> tuple[Factor, Any]:
        """coefficient / x as one division."""
        shape = self.build.shape(factor.register)
        register = self.build.add(
            "divide",
            (Literal.of(coefficient), factor.register),
            shape,
            work.dtype,
            flops=math.prod(shape),
        )
        return Factor(register, factor.labels), 1

    def write(self, node: Einsum, core: Factor) -> int:
        """The core with axes in the output's order; repeated labels written on the diagonal."""
        output = node.wiring.output
        distinct = tuple(dict.fromkeys(output))
        work = Contraction(self.build, node.wiring.sizes, node.dtype)  # type: ignore[arg-type]
        register = work.arranged(core, distinct)
        if distinct == output:
            return register
        return self.build.add("write_diagonal", (register,), sizes(node), node.dtype, (output, distinct), 0)


def sizes(node: Node) -> Sizes:
    """The shape of a node whose sizes are all known."""
    return node.shape  # type: ignore[return-value]


def joint_shape(shapes: Sequence[Sizes]) -> Sizes:
    """The shape to which shapes broadcast that are known to fit."""
    length = max(map(len, shapes), default=0)
    padded = [(1,) * (length - len(shape)) + shape for shape in shapes]
    return tuple(next((size for size in column if size != 1), 1) for column in zip(*padded, strict=True))


def detached(node: Node) -> Node:
    """The operation with its settings and the shapes of its operands, but without the graph below."""
    twin = object.__new__(type(node))
    operands = tuple([Placeholder(operand.shape, operand.dtype) for operand in node.operands])
    for name, value in (
        ("operands", operands),
        ("attributes", node.attributes),
        ("shape", node.shape),
        ("dtype", node.dtype),
        ("serial", node.serial),
    ):
        object.__setattr__(twin, name, value)
    return twin
