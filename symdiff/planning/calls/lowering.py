"""From nodes of known size to steps: each node once, broadcasts left to the steps that use them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from symdiff.coefficients import product
from symdiff.dims import Shape
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast, Identity, StopGradient
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.leaves import Constant, Placeholder
from symdiff.ops.powers import Power
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Slice
from symdiff.planning.calls.diagonals import Written
from symdiff.planning.calls.einsums import Contraction, Factor, contract_factors, scaled
from symdiff.planning.calls.products import halves_pay
from symdiff.planning.steps import Argument, Builder, Literal, Sizes, joint_shape
from symdiff.wiring import Labels, Wiring

__all__ = ["Lowering"]


class Lowering:
    """The registers of nodes. A register may be smaller than its node: it broadcasts to it."""

    def __init__(self, inputs: Sequence[Node], alone: Collection[Node]) -> None:
        self.build = Builder()
        self.values: dict[Node, Argument] = {}
        self.written: dict[Node, Written] = {}
        self.alone = alone  # nodes with one user
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
        return self.build.add("call", arguments, sizes(node), node.dtype, (), node.flops(), detached(node))

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
        pairs = list(zip(node.operands, node.coefficients, strict=True))
        dense = [pair for pair in pairs if pair[0] not in self.written]
        if len(dense) < len(pairs):
            return self.add_diagonals(node, dense, [pair for pair in pairs if pair[0] in self.written])
        return self.total(dense, node.dtype)

    def total(self, pairs: Sequence[tuple[Node, Any]], dtype: DType) -> int:
        """A sum of terms with their factors."""
        terms = [(self.operand(operand), factor) for operand, factor in pairs]
        rest = [self.build.shape(argument) for argument, _ in terms]
        shape = joint_shape(rest)
        terms.sort(key=lambda term: (-math.prod(self.build.shape(term[0])), term[1] != 1))
        factors = tuple(Literal.of(factor) for _, factor in terms)
        flops = math.prod(shape) * (len(terms) - 1 + sum(f.value not in (1, -1) for f in factors))
        arguments = tuple([argument for argument, _ in terms])
        return self.build.add("add", arguments, shape, dtype, factors, flops)

    def add_diagonals(
        self, node: Add, dense: Sequence[tuple[Node, Any]], sparse: Sequence[tuple[Node, Any]]
    ) -> int:
        """A sum with terms that are zero off some diagonals, of which only the cores are added."""
        written = [self.written[operand] for operand, _ in sparse]
        writes = tuple(
            (Literal.of(factor), where.output, where.distinct)
            for where, (_, factor) in zip(written, sparse, strict=True)
        )
        cores = tuple([where.register for where in written])
        flops = sum(math.prod(self.build.shape(core)) for core in cores)
        if not dense:
            return self.build.add("write_diagonal", cores, sizes(node), node.dtype, writes, flops)
        if len(dense) > 1:
            base: Argument = self.total(dense, node.dtype)
        else:
            base = self.multiple(*dense[0])
        whole = self.build.broadcast(base, sizes(node), node.dtype)
        return self.build.add("add_diagonal", (whole, *cores), sizes(node), node.dtype, writes, flops)

    def multiple(self, operand: Node, factor: Any) -> Argument:
        """A term with its factor, which goes into the product that the term is, if it is one."""
        if factor != 1 and isinstance(operand, Einsum) and operand.operands and operand in self.alone:
            coefficient = product(operand.coefficient, factor)
            multiple = Einsum(
                *operand.operands, wiring=operand.wiring, coefficient=coefficient, result=operand.result
            )
            return self.einsum(multiple)
        value = self.values[operand]
        if isinstance(value, Literal):
            return Literal.of(product(value.value, factor))
        return scaled(self.build, value, factor, operand.dtype)

    # --- einsums ----------------------------------------------------------------------------------

    def einsum(self, node: Einsum) -> Argument:
        """A contraction; what comes out may still have to be broadcast."""
        wiring = node.wiring
        if is_scalar_constant(node):
            return Literal.of(node.coefficient)
        lengths: Sizes = wiring.sizes  # type: ignore[assignment]
        work = Contraction(self.build, lengths, node.dtype)
        factors, coefficient = [], node.coefficient
        for labels, operand in zip(wiring.inputs, node.operands, strict=True):
            factors.append(self.factor(work, labels, operand))
        constant, target = _roles(wiring, tuple([factor.labels for factor in factors]))
        for label in constant:
            coefficient *= lengths[label]
        if not factors:
            core = self.build.broadcast(Literal.of(coefficient), (), node.dtype)
            return self.write(node, work, Factor(core, ()))
        factors, coefficient = self.scale_early(work, factors, coefficient, target)
        core_factor = contract_factors(work, factors, frozenset(target), target)
        if core_factor.inverted:
            core_factor, coefficient = self.invert(work, core_factor, coefficient)
        register = scaled(self.build, core_factor.register, coefficient, node.dtype)
        assert isinstance(register, int)
        return self.write(node, work, Factor(register, core_factor.labels))

    def factor(self, work: Contraction, labels: tuple[int, ...], operand: Node) -> Factor:
        """An operand without axes of size 1, with its reciprocal left to be a division."""
        inverted = isinstance(operand, Power) and operand.exponent == -1
        argument = self.operand(operand.operands[0] if inverted else operand)
        if isinstance(argument, Literal):
            argument = self.build.broadcast(argument, (), operand.dtype)
        shape = self.build.steps[argument].shape
        kept = labels[len(labels) - len(shape) :]
        if 1 in shape:
            kept = tuple([label for label, size in zip(kept, shape, strict=True) if size != 1])
            argument = self.build.reshape(argument, tuple([size for size in shape if size != 1]))
        return Factor(argument, kept, inverted)

    def scale_early(
        self, work: Contraction, factors: list[Factor], coefficient: Any, target: tuple[int, ...]
    ) -> tuple[list[Factor], Any]:
        """The coefficient applied to the smallest factor, when that is smaller than the result."""
        if coefficient == 1 or len(factors) < 2:
            return factors, coefficient
        counts = [work.count(factor.labels) for factor in factors]
        k = counts.index(min(counts))
        smaller = counts[k] < work.count(target)
        twice = factors[0].register == factors[1].register and factors[0].labels != factors[1].labels
        if twice and len(factors) == 2:  # half a product of a large matrix, but all of a small one
            smaller = not halves_pay(factors[0].labels, factors[1].labels, work.sizes)
        if not smaller or factors[k].inverted:
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

    def write(self, node: Einsum, work: Contraction, core: Factor) -> int:
        """The core with axes in the output's order; repeated labels written on the diagonal."""
        output = node.wiring.output
        distinct = tuple(dict.fromkeys(output))
        register = work.arranged(core, distinct)
        if distinct == output:
            return register
        self.written[node] = Written(register, output, distinct)
        write = ((Literal.of(1), output, distinct),)
        return self.build.add("write_diagonal", (register,), sizes(node), node.dtype, write, 0)


@lru_cache(maxsize=4096)
def _roles(wiring: Wiring, groups: tuple[Labels, ...]) -> tuple[frozenset[int], Labels]:
    """The labels that are summed, but in none of these *groups* of factors; and those that are not."""
    present = set(itertools.chain(*groups))
    kept = dict.fromkeys([label for label in wiring.output if label in present])
    return wiring.summed - present, tuple(kept)


def sizes(node: Node) -> Sizes:
    """The shape of a node whose sizes are all known."""
    return node.shape  # type: ignore[return-value]


@lru_cache(maxsize=1024)
def _stand_in(shape: Shape, dtype: DType) -> Placeholder:
    """Anything of this shape and dtype."""
    return Placeholder(shape, dtype)


def detached(node: Node) -> Node:
    """The operation with its settings and the shapes of its operands, but without the graph below."""
    twin = object.__new__(type(node))
    operands = tuple([_stand_in(operand.shape, operand.dtype) for operand in node.operands])
    for name, value in (
        ("operands", operands),
        ("attributes", node.attributes),
        ("shape", node.shape),
        ("dtype", node.dtype),
        ("serial", node.serial),
    ):
        object.__setattr__(twin, name, value)
    return twin
