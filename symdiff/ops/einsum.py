"""Every contraction is one operation: products, sums, transposes, diagonals, broadcasts, identities.

`Einsum` is closed under differentiation: it can say everything its own derivative needs, so no
derivative of an einsum is ever anything but one einsum, and an identity is never an array.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from operator import lt
from typing import Any

from symdiff.coefficients import Coefficient, converted, in_dtype, joined, product
from symdiff.contraction import binary_tree, contract_arrays
from symdiff.dims import Shape, shape_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.interning import canonical
from symdiff.node import Node
from symdiff.wiring import Wiring

__all__ = ["Einsum", "contract", "is_scalar_constant", "scale"]


_ONE = canonical(1.0)


class Einsum(Node):
    """c * sum over labels not in the output of the product of the operands

    In normal form: a coefficient, operands, and a `Wiring` that gives one tuple of labels per operand
    and one for the output. `contract` builds it and simplifies on the way.
    """

    __slots__ = ()
    wiring: Wiring
    coefficient: Any
    result: DType

    @classmethod
    def _key(cls, attributes: tuple[Any, ...]) -> Sequence[Hashable]:
        wiring, coefficient, result = attributes
        if coefficient == 1 and type(coefficient) is float:  # of most einsums
            return wiring, _ONE, result
        return wiring, canonical(coefficient), result

    def infer_shape(self) -> Shape:
        wiring: Wiring = self.attributes[0]
        operands = self.operands
        expected = wiring.input_shapes
        if tuple([operand.shape for operand in operands]) == expected:
            return wiring.shape
        if len(expected) != len(operands):
            raise ShapeError(f"Einsum: {len(expected)} label groups for {len(operands)} operands")
        for k, operand in enumerate(operands):
            if operand.shape != expected[k]:
                raise ShapeError(
                    f"Einsum {wiring}: operand {k} is {shape_text(operand.shape)}, but its labels "
                    f"say {shape_text(expected[k])}"
                )
        return wiring.shape

    def infer_dtype(self) -> DType:
        result: DType = self.attributes[2]
        for k, operand in enumerate(self.operands):
            if operand.dtype is not result and operand.dtype != result:
                raise TypeError(
                    f"Einsum {self.wiring}: operand {k} is {operand.dtype} but the result is "
                    f"{result}; convert one of them with cast"
                )
        return result

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        wiring, coefficient, result = attributes
        return contract(operands, wiring, coefficient, result)

    def compute(self, xp: Any, *values: Any) -> Any:
        return contract_arrays(xp, self.wiring, values, self.coefficient, self.result)

    def transposed(self, k: int, g: Node) -> Node:
        """The cotangent of operand *k*, given the cotangent *g* of the result.

        Put *g* in the operand's place and swap its labels with the output's:

            ij,jk->ik  by ij  is  ik,jk->ij
            ij->j      by ij  is  j->ij       a label summed away is broadcast back
            ii->i      by ii  is  i->ii       a diagonal read is written back
            i->ii      by i   is  ii->i       and the other way round
            ij->ik     by ij  is  ik->ij      summed and broadcast change places

        That is all: it holds for repeated operands (each position has its own cotangent, and they
        add up), for identities and broadcasts, and to every order, because the result is an einsum
        again. Leading batch axes of *g* stay where they are.
        """
        batch = g.shape[: g.ndim - self.ndim]
        operands = (*self.operands[:k], g, *self.operands[k + 1 :])
        return contract(operands, self.wiring.swap(k, batch), self.coefficient, self.result)

    vjp = transposed

    def jvp(self, k: int, dx: Node) -> Node:
        return self.with_operands(*self.operands[:k], dx, *self.operands[k + 1 :])

    def expanded(self) -> Node:
        """The same contraction as a tree of pairs, so that the derivatives by all operands share it.

        Differentiating n operands one by one costs n times the contraction; through the tree, three
        times in all.
        """
        if len(self.operands) < 3:
            return self
        parts = list(self.operands)
        for i, j, wiring in binary_tree(self.wiring):
            pair = parts.pop(max(i, j)), parts.pop(min(i, j))
            parts.append(contract(pair[::-1], wiring, 1, self.result))
        return scale(parts[0], self.coefficient)

    @property
    def melts(self) -> bool:
        return bool(self.operands) and self.wiring.is_view

    def retyped(self, dtype: DType) -> Node | None:
        if self.operands:
            return None
        return contract((), self.wiring, converted(self.coefficient, self.dtype, dtype), dtype)


def contract(
    operands: Sequence[Node], wiring: Wiring, coefficient: Coefficient = 1, dtype: DType | None = None
) -> Node:
    """The einsum of *operands* in its simplest form: views merged, constants folded, operands sorted."""
    dtype = operands[0].dtype if dtype is None else dtype
    operands = list(operands)
    for k in range(len(operands) - 1, -1, -1) if Einsum in map(type, operands) else ():
        inner = operands[k]
        if type(inner) is Einsum:
            within, own, _ = inner.attributes
            factor = None
            if within.is_view:
                factor = coefficient if own == 1 else joined(coefficient, own, dtype)
            if factor is not None:
                wiring = wiring.nest(k, within)
                operands[k : k + 1] = inner.operands
                coefficient = factor
    wiring, count = wiring.without_orphans
    if count != 1 or type(coefficient) is not float or dtype.kind != "f":
        coefficient = in_dtype(product(coefficient, count) if count != 1 else coefficient, dtype)
    if operands and (coefficient == 0 or wiring.is_empty):
        kept = {label: wiring.sizes[label] for label in wiring.output}
        return contract((), Wiring.of((), wiring.output, kept), 0, dtype)
    if wiring.has_like_inputs:
        operands, wiring = _merged(operands, wiring)
    if len(operands) > 1:
        operands, wiring = _sorted(operands, wiring)
    if coefficient != 1:
        for k, operand in enumerate(operands):
            scaled = operand.scaled(coefficient)
            if scaled is not None:
                return contract([*operands[:k], scaled, *operands[k + 1 :]], wiring, 1, dtype)
    elif len(operands) == 1 and wiring.is_identity:
        return operands[0]
    return Einsum.only(tuple(operands), (wiring, coefficient, dtype))


def _merged(operands: list[Node], wiring: Wiring) -> tuple[list[Node], Wiring]:
    """Factors over the same labels that know their product, such as two polynomials of one node."""
    for i, j in itertools.combinations(range(len(operands)), 2):
        if wiring.inputs[i] == wiring.inputs[j]:
            left, right = operands[i], operands[j]
            joined = left.times(right)
            joined = right.times(left) if joined is None else joined
            if joined is not None:
                kept = [k for k in range(len(operands)) if k not in (i, j)]
                inputs = [wiring.inputs[k] for k in (*kept, i)]
                merged = Wiring.of(inputs, wiring.output, wiring.sizes)
                return _merged([*(operands[k] for k in kept), joined], merged)
    return operands, wiring


def _sorted(operands: list[Node], wiring: Wiring) -> tuple[list[Node], Wiring]:
    """Operands by age; among equal ones, the order whose labels come first."""
    if len(operands) == 2 and operands[0].serial < operands[1].serial:
        return operands, wiring
    serials = [operand.serial for operand in operands]
    if all(map(lt, serials, serials[1:])):
        return operands, wiring
    order = tuple(sorted(range(len(operands)), key=serials.__getitem__))
    if len(set(serials)) < len(serials):
        order = _first(wiring, [tuple(group) for _, group in itertools.groupby(order, serials.__getitem__)])
    return [operands[k] for k in order], _arrange(wiring, order)


def _first(wiring: Wiring, groups: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Of the orders of operands that differ within groups, the one whose labels come first."""
    if math.prod(math.factorial(len(group)) for group in groups) > 24:
        return tuple(itertools.chain(*groups))
    permuted = itertools.product(*map(itertools.permutations, groups))
    orders = [tuple(itertools.chain(*choice)) for choice in permuted]
    return min(orders, key=lambda order: _arrange(wiring, order)[:2])


@lru_cache(maxsize=4096)
def _arrange(wiring: Wiring, order: tuple[int, ...]) -> Wiring:
    return wiring.arrange(order)


def scale(x: Node, factor: Coefficient) -> Node:
    """*x* times a Python number, in the dtype of *x*."""
    return x if factor == 1 else contract((x,), _same(x.shape), factor)


@lru_cache(maxsize=4096)
def _same(shape: Shape) -> Wiring:
    labels = tuple(range(len(shape)))
    return Wiring((labels,), labels, shape)


def is_scalar_constant(node: Node) -> bool:
    """Whether every entry of *node* is one known number."""
    return type(node) is Einsum and not node.operands and node.wiring.is_uniform
