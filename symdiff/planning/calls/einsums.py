"""Contractions as views, products and matrix products: one einsum to a few steps."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from symdiff.contraction import contraction_order
from symdiff.dtypes import DType
from symdiff.ops.signals.windows import Windows
from symdiff.planning.calls.products import Form, best_form
from symdiff.planning.steps import Argument, Builder, Literal, Sizes
from symdiff.wiring import Labels

__all__ = ["Factor", "contract_factors"]


class Factor(NamedTuple):
    """A register, the label of each of its axes, and whether its reciprocal is meant."""

    register: int
    labels: Labels
    inverted: bool = False


class Contraction:
    """Builds the steps of one einsum; every label has a known size above 1."""

    def __init__(self, build: Builder, sizes: Sizes, dtype: DType) -> None:
        self.build = build
        self.sizes = sizes
        self.dtype = dtype

    def count(self, labels: Collection[int]) -> int:
        """The number of assignments of *labels*."""
        return math.prod([self.sizes[label] for label in labels])

    def shape(self, labels: Labels) -> Sizes:
        """Sizes of *labels*."""
        return tuple([self.sizes[label] for label in labels])

    # --- one factor -------------------------------------------------------------------------------

    def read_diagonals(self, factor: Factor) -> Factor:
        """Repeated labels read once, as a view."""
        distinct = tuple(dict.fromkeys(factor.labels))
        if distinct == factor.labels:
            return factor
        register = self.build.add(
            "diagonal", (factor.register,), self.shape(distinct), self.dtype, (factor.labels, distinct)
        )
        return Factor(register, distinct, factor.inverted)

    def as_it_lies(self, factor: Factor) -> Factor:
        """The factor with its axes in the order in which they were computed."""
        step = self.build.steps[factor.register]
        if isinstance(step.operation, Windows):
            order = step.operation.order_in_memory
            labels = tuple([factor.labels[axis] for axis in order])
            return Factor(self.build.transpose(factor.register, order), labels, factor.inverted)
        source = step.arguments[0] if step.kind == "transpose" else None
        if not isinstance(source, int):
            return factor
        (order,) = step.settings
        labels = tuple([factor.labels[order.index(axis)] for axis in range(len(order))])
        return Factor(source, labels, factor.inverted)

    def upright(self, factor: Factor) -> Factor:
        """The reciprocal computed, where one is meant."""
        if not factor.inverted:
            return factor
        shape = self.build.steps[factor.register].shape
        one = Literal.of(1.0)
        register = self.build.add("divide", (one, factor.register), shape, self.dtype, flops=math.prod(shape))
        return Factor(register, factor.labels)

    def sum_over(self, factor: Factor, kept: Collection[int]) -> Factor:
        """The factor summed over labels that nothing else needs."""
        gone = tuple([axis for axis, label in enumerate(factor.labels) if label not in kept])
        if not gone:
            return factor
        factor = self.upright(factor)
        labels = tuple(label for label in factor.labels if label in kept)
        register = self.build.add(
            "sum",
            (factor.register,),
            self.shape(labels),
            self.dtype,
            (gone if labels else None,),
            flops=self.count(factor.labels),
        )
        return Factor(register, labels)

    def arranged(self, factor: Factor, order: Labels) -> int:
        """The factor's axes in *order*, with axes of size 1 for labels it lacks."""
        if order == factor.labels:
            return factor.register
        own = tuple([label for label in order if label in factor.labels])
        return self.build.expand(self.ordered(factor, own), _places(order, own))

    def ordered(self, factor: Factor, order: Labels) -> int:
        """The factor's axes in *order*, which has them all."""
        if order == factor.labels:
            return factor.register
        return self.build.transpose(factor.register, _places(order, factor.labels))

    # --- two factors ------------------------------------------------------------------------------

    def pair(self, a: Factor, b: Factor, kept: frozenset[int], target: Labels) -> Factor:
        """The product of two factors, summed over the labels that are not *kept*."""
        if not kept >= {*a.labels} ^ {*b.labels}:
            a, b = self.sum_over(a, {*kept, *b.labels}), self.sum_over(b, {*kept, *a.labels})
        if kept >= {*a.labels} & {*b.labels}:
            return self.product(a, b, target)
        a, b = self.upright(a), self.upright(b)
        form = best_form(a.labels, b.labels, kept, target, self.sizes)
        a, b = (b, a) if form.swapped else (a, b)
        return self.batched(a, b, form) if form.batch else self.matrix_product(a, b, form)

    def product(self, a: Factor, b: Factor, target: Labels) -> Factor:
        """Entry by entry, broadcast: a * b, or a / b."""
        if a.inverted and not b.inverted:
            a, b = b, a
        a = self.upright(a)
        every = {*a.labels, *b.labels}
        if every == set(target):
            order = target
        elif set(b.labels) <= set(a.labels):
            order = a.labels
        else:
            order = (*(label for label in a.labels if label not in b.labels), *b.labels)
        registers = self.arranged(a, order), self.arranged(b, order)
        kind = "divide" if b.inverted else "multiply"
        shape = self.shape(order)
        register = self.build.add(kind, registers, shape, self.dtype, flops=math.prod(shape))
        return Factor(register, order)

    def matrix_product(self, a: Factor, b: Factor, form: Form) -> Factor:
        """One matrix product, with free and summed labels merged into one axis each."""
        _, _, left, inner, right, _ = form
        first = self.matrix(a, left, inner)
        second = self.matrix(b, inner, right)
        shape = tuple([self.count(group) for group in (left, right) if group])
        flops = 2 * self.count((*left, *inner, *right))
        register = self.build.add("dot", (first, second), shape, self.dtype, flops=flops)
        return Factor(self.build.reshape(register, self.shape(left + right)), left + right)

    def matrix(self, factor: Factor, rows: Labels, columns: Labels) -> int:
        """The factor as a matrix of merged axes, or a vector, as a view where its labels allow."""
        turned = bool(rows and columns) and factor.labels == columns + rows
        groups = (columns, rows) if turned else (rows, columns)
        register = self.ordered(factor, groups[0] + groups[1])
        if len(rows) > 1 or len(columns) > 1:
            register = self.build.reshape(register, tuple([self.count(group) for group in groups if group]))
        return self.build.transpose(register, (1, 0)) if turned else register

    def batched(self, a: Factor, b: Factor, form: Form) -> Factor:
        """Many matrix products at once, over labels that are kept."""
        _, batch, left, inner, right, _ = form
        flops = 2 * self.count((*batch, *left, *inner, *right))
        if not left and not right and self.dtype.kind != "c":
            registers = [self.stacked(factor, batch, (inner,)) for factor in (a, b)]
            shape = self.shape(batch)
            register = self.build.add("vecdot", tuple(registers), shape, self.dtype, flops=flops)
            return Factor(register, batch)
        registers = [self.stacked(a, batch, (left, inner)), self.stacked(b, batch, (inner, right))]
        shape = (*self.shape(batch), self.count(left), self.count(right))
        register = self.build.add("matmul", tuple(registers), shape, self.dtype, flops=flops)
        return Factor(self.build.reshape(register, self.shape(form.result)), form.result)

    def stacked(self, factor: Factor, batch: Labels, groups: tuple[Labels, ...]) -> int:
        """Batch axes first, of size 1 where the factor lacks them, then one merged axis per group."""
        own = tuple([label for label in batch if label in factor.labels])
        order = sum(groups, own)
        register = self.ordered(factor, order)
        merged = tuple([self.count(group) for group in groups])
        register = self.build.reshape(register, (*self.shape(own), *merged))
        return self.build.expand(register, (*_places(batch, own), *range(len(own), len(own) + len(groups))))


def _places(order: Labels, labels: Labels) -> tuple[Any, ...]:
    """Where each label of *order* stands among *labels*; None where it does not."""
    return tuple([labels.index(label) if label in labels else None for label in order])


def contract_factors(
    work: Contraction, factors: Sequence[Factor], output: Collection[int], target: Labels
) -> Factor:
    """All factors contracted to the labels in *output*, pair by pair in the planned order."""
    parts = [work.as_it_lies(work.read_diagonals(factor)) for factor in factors]
    if len(parts) > 1:
        inputs = tuple([factor.labels for factor in parts])
        for i, j in contraction_order(inputs, frozenset(output), work.sizes):
            b, a = parts.pop(max(i, j)), parts.pop(min(i, j))
            needed = frozenset(output).union(*[factor.labels for factor in parts])
            parts.append(work.pair(a, b, needed, target))
    (last,) = parts
    return work.sum_over(last, output)


def scaled(build: Builder, argument: Argument, value: object, dtype: DType) -> Argument:
    """A register times a coefficient; by division where that is exact."""
    if value == 1:
        return argument
    shape = build.shape(argument)
    return build.add("scale", (argument,), shape, dtype, (Literal.of(value),), flops=math.prod(shape))
