"""Exact values modulo a prime: equal formulas are equal there, and different ones almost never.

Sums, products, quotients and moves of entries are computed as they are. Any other operation is a random
function: equal for equal arguments, and nothing else is known of it. So two graphs that agree at a random
point are equal whatever those functions are; two that differ are different if they consist of field
operations only, and may be equal otherwise, as log(exp(x)) and x are.
"""

from __future__ import annotations

import hashlib
import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from symdiff.dtypes import is_inexact
from symdiff.facts import Facts
from symdiff.node import Leaf, Node
from symdiff.ops.add import Add
from symdiff.ops.axes.scans import Cumsum
from symdiff.ops.base import Elementwise, Linear
from symdiff.ops.cast import Cast
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries.comparison import Where
from symdiff.ops.leaves import Constant
from symdiff.ops.places.indexing import ScatterAdd
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Power
from symdiff.ops.signals.windows import Overlap
from symdiff.rewrite.checking.evaluation import MOVES, PASSED, Difference, Evaluation, called, combination
from symdiff.rewrite.checking.sampling import Point

__all__ = ["PRIME", "Exact", "Residues", "coefficients", "is_short"]

PRIME = 1048573  # below 2**20, so that 2**23 products can be added up in 64 bits; 1 more than a multiple of 4
ROOT = next(r for r in (pow(k, PRIME // 4, PRIME) for k in range(2, 99)) if r * r % PRIME == PRIME - 1)
HALVES = np.array([pow(2, k - 1200, PRIME) for k in range(2400)])  # powers of 2, from the exponent -1200 on
ADDS = (ScatterAdd, Overlap, Cumsum)
Array = np.ndarray[Any, np.dtype[Any]]


class Residues(NamedTuple):
    """A value: residues for real and complex numbers, integers and booleans as they are.

    Attributes
    ----------
    array : array or None
        None for integers and booleans that depend on real numbers, or on what a program is fed.
    pure : bool
        Whether only field operations and numbers that are not rounded led here.
    token : int
        What to know the value by where there is no array.
    """

    array: Array | None
    pure: bool
    token: int = 0

    @property
    def fingerprint(self) -> object:
        """Equal for equal values."""
        if self.array is None:
            return self.token
        content = hashlib.blake2b(np.ascontiguousarray(self.array).tobytes(), digest_size=16).digest()
        return content, self.array.shape, self.array.dtype.kind


class Exact(Evaluation):
    """The values of nodes modulo `PRIME`."""

    def __init__(self, point: Point) -> None:
        super().__init__(point)
        self.tokens: dict[object, int] = {}

    def agree(self, before: Node, after: Node) -> bool:
        """Whether both graphs have a value here, and the same one."""
        one, two = self(before), self(after)
        return one is not None and two is not None and bool(one.fingerprint == two.fingerprint)

    def difference(self, before: Node, after: Node) -> Difference | None:
        """An entry in which the graphs differ; None if that may be for lack of knowledge."""
        one, two = self(before), self(after)
        if one is None or two is None or not (one.pure and two.pure) or self.agree(before, after):
            return None
        first = tuple(map(int, np.argwhere(one.array != two.array)[0]))
        return Difference(first, one.array[first], two.array[first])

    def compute(self, node: Node, concrete: Node, operands: list[Residues]) -> Residues:
        """The value by the operation itself where it is one of fields, else by a random function."""
        if isinstance(node, Constant):
            return _known(node.value)
        if isinstance(node, Leaf):
            return self._leaf(node, concrete)
        if isinstance(node, PASSED):
            return operands[0]
        arrays = [x.array for x in operands if x.array is not None]
        real = all(not is_inexact(operand.dtype) for operand in node.operands)
        if len(arrays) == len(operands):
            found = None
            if is_inexact(node.dtype):
                found = self._field(concrete, arrays)
            if found is not None:
                exact = all(x.pure for x in operands) and _is_pure(node)
                return Residues(_shaped(found, concrete), exact)
            if real:
                return _known(called(concrete, arrays))
        return self._unknown(node, concrete, operands)

    def _field(self, node: Node, arrays: list[Array]) -> Array | None:
        """The value of a field operation, or of one that moves entries; None for others."""
        found = combination(node, arrays, residue, _reduced, np.int64)
        if found is not None:
            return found
        match node:
            case Power(exponent=int(exponent)):
                return _power(arrays[0], exponent)
            case Cast(operands=(x,)) if x.dtype.kind != "c" or node.dtype.kind == "c":
                return _residues(arrays[0]) if not is_inexact(x.dtype) else arrays[0]
            case Where() if not is_inexact(node.operands[0].dtype):
                return np.where(*arrays)
            case Linear() if is_inexact(node.operands[0].dtype):
                value = np.asarray(node.compute(np, *arrays))
                return _reduced(value) if value.dtype == np.int64 else None
        return None

    def _unknown(self, node: Node, concrete: Node, operands: list[Residues]) -> Residues:
        """A random function of the operands: entry by entry where the operation is."""
        arrays = [x.array for x in operands]
        kind = type(node), node.attributes, node.dtype.kind
        if isinstance(node, Elementwise) and is_inexact(node.dtype) and all(x is not None for x in arrays):
            return Residues(_mixed(self._token(kind), arrays), False)
        token = self._token((kind, tuple([x.fingerprint for x in operands])))
        return self._random(token, concrete)

    def _random(self, token: int, concrete: Node) -> Residues:
        if not is_inexact(concrete.dtype):
            return Residues(None, False, token)
        rng = np.random.default_rng([token, PRIME])
        return Residues(rng.integers(1, PRIME, concrete.shape), False)  # type: ignore[arg-type]

    def _leaf(self, node: Node, concrete: Node) -> Residues:
        drawn = self._random(self._token(node), concrete)
        facts = getattr(node, "facts", None) or Facts()
        if drawn.array is None:
            return drawn
        array = drawn.array
        if facts.symmetric:
            array = (array + array.swapaxes(-1, -2)) % PRIME
        return Residues(array, not facts.orthonormal and not facts.sums_to_one)

    def _token(self, key: object) -> int:
        return self.tokens.setdefault(key, len(self.tokens) + 1)


def _is_pure(node: Node) -> bool:
    """Whether the residues of *node* say all about it: no numbers that were rounded."""
    if isinstance(node, (Power, Cast, Where, *MOVES, *ADDS)):
        return True
    return isinstance(node, (Einsum, Add, Polynomial)) and all(
        is_short(c, node.dtype) for c in coefficients(node)
    )


def coefficients(node: Node) -> tuple[Any, ...]:
    """The numbers that a sum of products is made with; none of other nodes."""
    match node:
        case Einsum(coefficient=one):
            return (one,)
        case Add(coefficients=some) | Polynomial(coefficients=some):
            return tuple(some)
    return ()


def is_short(value: Any, dtype: Any) -> bool:
    """Whether a coefficient has at most half the digits of its dtype, so that products with it are exact."""
    if isinstance(value, complex):
        return is_short(value.real, dtype) and is_short(value.imag, dtype)
    bits = np.finfo(dtype).nmant // 2
    exact = Fraction(value) if math.isfinite(value) else Fraction(1, 3**99)
    return exact.numerator.bit_length() <= bits and exact.denominator.bit_length() <= bits


def residue(value: Any) -> int:
    """A coefficient modulo `PRIME`.

    Raises
    ------
    ValueError, OverflowError
        If it has no residue: infinities, NaN, fractions of `PRIME`.

    Examples
    --------
    >>> residue(-1), residue(0.5) * 2 % PRIME, residue(1j) ** 2 % PRIME
    (1048572, 1, 1048572)
    """
    if isinstance(value, complex):
        return (residue(value.real) + ROOT * residue(value.imag)) % PRIME
    exact = Fraction(value) if math.isfinite(value) else Fraction(1, 3**99)
    return exact.numerator * pow(exact.denominator, -1, PRIME) % PRIME


def _reduced(values: Any) -> Any:
    return values % PRIME


def _known(array: Array) -> Residues:
    """A value that is known: as residues if it is real or complex."""
    if array.dtype.kind not in "fc":
        return Residues(array, True)
    wide = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    short = 2.0 ** (np.finfo(array.dtype).nmant // 2)
    moved = np.array([wide.real, wide.imag]) * 64
    return Residues(_residues(wide), bool(np.all((moved == np.rint(moved)) & (np.abs(moved) < short))))


def _residues(array: Array) -> Array:
    """Integers, floats and complex numbers modulo `PRIME`."""
    if array.dtype.kind == "c":
        return np.asarray((_residues(array.real) + ROOT * _residues(array.imag)) % PRIME)
    if array.dtype.kind == "f":
        if not np.all(np.isfinite(array)):
            raise ValueError("infinities and NaN have no residue")
        mantissa, exponent = np.frexp(array)
        digits = (mantissa * 2.0**53).astype(np.int64) % PRIME
        return np.asarray(digits * HALVES[exponent - 53 + 1200] % PRIME)
    return np.asarray((array % PRIME).astype(np.int64) if array.dtype.kind != "b" else array.astype(np.int64))


def _power(x: Array, exponent: int) -> Array:
    """x to an integer power, by squaring."""
    if exponent < 0:
        if np.any(x == 0):
            raise ZeroDivisionError("0 has no inverse")
        exponent = exponent % (PRIME - 1)
    result, square = np.ones_like(x), x
    while exponent:
        if exponent & 1:
            result = result * square % PRIME
        square = square * square % PRIME
        exponent >>= 1
    return result


def _mixed(token: int, arrays: list[Any]) -> Array:
    """Random residues that depend on the entries of arrays, by the finaliser of splitmix64."""
    state: Any = np.uint64(token * 0x9E3779B97F4A7C15 % 2**64)
    for array in arrays:
        state = (state ^ array.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        state = state ^ (state >> np.uint64(31))
    return np.asarray(state % np.uint64(PRIME)).astype(np.int64)


def _shaped(array: Array, node: Node) -> Array:
    if array.shape != node.shape:
        raise ValueError(f"{node!r} runs to shape {array.shape}")
    return array
