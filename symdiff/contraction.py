"""How a contraction of many operands becomes pairs, what that costs, and what its value is by definition."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import opt_einsum

from symdiff.coefficients import number
from symdiff.dims import Size
from symdiff.wiring import Labels, Wiring

__all__ = ["CALL", "MOVE", "binary_tree", "contract_arrays", "pair_cost", "pair_flops"]

NOMINAL = 32  # stands for a symbolic size while an order is chosen
CALL = 50_000  # what BLAS does in the time of one call from Python: 0.5 us at 100 operations a nanosecond
MOVE = 16  # what it does in the time of reading or writing one entry: 0.16 ns
CYCLES = 13  # independent cycles of a network up to which the best order is found in a tenth of a second
FEW = 16  # factors up to which it is found, however they are joined


@lru_cache(maxsize=4096)
def binary_tree(wiring: Wiring) -> tuple[tuple[int, int, Wiring], ...]:
    """Pairs of places to contract, each with its wiring; the results join the list at its end.

    The order is opt_einsum's for these sizes; the last pair has the labels of the whole.

    Examples
    --------
    >>> chain = Wiring.of(["ij", "jk", "kl"], "il", {"i": 2, "j": 9, "k": 9, "l": 2})
    >>> for i, j, pair in binary_tree(chain):
    ...     print(i, j, pair)
    0 1 ab,bc->ac
    0 1 ab,ca->cb
    """
    sizes = [size if isinstance(size, int) else NOMINAL for size in wiring.sizes]
    parts: list[Labels] = list(wiring.inputs)
    steps = []
    for i, j in contraction_order(tuple(parts), frozenset(wiring.output), tuple(sizes)):
        second, first = parts.pop(max(i, j)), parts.pop(min(i, j))
        needed = set(wiring.output).union(*parts)
        kept = tuple(dict.fromkeys(label for label in (*first, *second) if label in needed))
        output = kept if parts else wiring.output
        involved: dict[Any, Size] = {label: wiring.sizes[label] for label in (*first, *second, *output)}
        if not parts:  # factors that are sizes belong to the whole, and so to the last pair
            involved |= {("factor", k): size for k, size in enumerate(wiring.orphans)}
        steps.append((i, j, Wiring.of((first, second), output, involved)))
        parts.append(kept)
    return tuple(steps)


@lru_cache(maxsize=4096)
def contraction_order(
    inputs: tuple[Labels, ...], output: frozenset[int], sizes: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Pairs of places, in opt_einsum's convention: results join the list at its end.

    Factors over the same labels are multiplied first, each with the product of those before it, so that
    one product is kept at a time; labels of size 1 are left out of the search.
    """
    present: dict[frozenset[int], int] = {}  # labels of factors, and their names as results join them
    together = []
    for name, labels in enumerate(inputs):
        long = frozenset([label for label in labels if sizes[label] > 1])
        if long in present:
            together.append((present[long], name))
            name = len(inputs) + len(together) - 1
        present[long] = name
    sets, names = list(present), list(present.values())
    table = {label: max(size, 2) for label, size in enumerate(sizes)}
    for group in _search(sets)(sets, frozenset(output), table) if len(sets) > 1 else ():
        members = [names[place] for place in group]
        names = [name for k, name in enumerate(names) if k not in group]
        while len(members) > 1:  # a group of three or more is contracted two by two
            together.append((members.pop(0), members.pop(0)))
            members.insert(0, len(inputs) + len(together) - 1)
        names += members
    return _places(together, len(inputs))


def _places(together: Sequence[tuple[int, int]], count: int) -> tuple[tuple[int, int], ...]:
    """Pairs of names as pairs of places in a list that loses both and gains the result at its end."""
    present = list(range(count))
    pairs = []
    for name, pair in enumerate(together, count):
        i, j = sorted(map(present.index, pair))
        pairs.append((i, j))
        del present[j], present[i]
        present.append(name)
    return tuple(pairs)


def _search(sets: Sequence[frozenset[int]]) -> Any:
    """The search that suits a network: exact where labels join few factors, else what is quick.

    How long an exact search takes is bounded by the shape of the network, never by a clock, so that the
    same network always has the same order.
    """
    counts = Counter(label for labels in sets for label in labels)
    joints = sum(count - 1 for count in counts.values())
    bounded = len(sets) <= FEW or (len(sets) <= 2 * FEW and joints - len(sets) < CYCLES)
    if len(sets) > 4 and bounded and max(counts.values(), default=0) <= 4:
        return opt_einsum.paths.DynamicProgramming(minimize=f"combo-{MOVE}")  # counts one operation for two
    return opt_einsum.paths.auto


def pair_flops(wiring: Wiring) -> int:
    """Multiplications and additions of one contraction: 2 per entry of the label space, or 1."""
    count = 1
    for size in wiring.sizes:
        count *= size if isinstance(size, int) else NOMINAL
    adds = any(wiring.sizes[label] != 1 for label in wiring.summed)
    return count * (len(wiring.inputs) - 1 + adds)


def pair_cost(wiring: Wiring) -> int:
    """What a contraction of at most two operands takes: operations, entries moved, and the call.

    All are counted as the operations that BLAS does in the time. A view takes nothing.

    Examples
    --------
    >>> product = Wiring.of(["ij", "jk"], "ik", {"i": 10, "j": 20, "k": 30})
    >>> pair_flops(product), pair_cost(product) - CALL
    (12000, 29600)
    """
    if not wiring.inputs or wiring.is_view:
        return 0
    entries = 0
    for labels in (*wiring.inputs, wiring.output):
        count = 1
        for label in labels:
            size = wiring.sizes[label]
            count *= size if isinstance(size, int) else NOMINAL
        entries += count
    return pair_flops(wiring) + MOVE * entries + CALL


def contract_arrays(xp: Any, wiring: Wiring, values: Sequence[Any], coefficient: Any, dtype: Any) -> Any:
    """The value of an einsum by its definition, pair by pair: the meaning that programs must match."""
    if not values:
        core = xp.asarray(number(coefficient), dtype=dtype)
        return _write(xp, core, (), wiring)
    parts = list(values)
    labels = list(wiring.inputs)
    for i, j, _ in binary_tree(wiring) if len(parts) > 1 else ():
        second, first = labels.pop(max(i, j)), labels.pop(min(i, j))
        right, left = parts.pop(max(i, j)), parts.pop(min(i, j))
        needed = set(wiring.output).union(*labels)
        kept = tuple(dict.fromkeys(label for label in (*first, *second) if label in needed))
        parts.append(_einsum(xp, (left, right), (first, second), kept))
        labels.append(kept)
    (core,) = parts
    kept = tuple(dict.fromkeys(label for label in wiring.output if label in labels[0]))
    core = _einsum(xp, (core,), tuple(labels), kept)
    if coefficient != 1:
        core = xp.asarray(core * number(coefficient), dtype=dtype)
    return _write(xp, core, kept, wiring)


def _einsum(xp: Any, values: tuple[Any, ...], inputs: tuple[Labels, ...], output: Labels) -> Any:
    if len(values) > 1 and all(labels == output for labels in inputs) and len(set(output)) == len(output):
        return math.prod(values[1:], start=values[0])  # einsum adds to 0, which loses the sign of -0
    names: dict[int, int] = {}
    sublists = [[names.setdefault(label, len(names)) for label in labels] for labels in inputs]
    arguments = [item for pair in zip(values, sublists, strict=True) for item in pair]
    return xp.einsum(*arguments, [names[label] for label in output])


def _write(xp: Any, core: Any, labels: Labels, wiring: Wiring) -> Any:
    """Broadcast *core* to the labels it lacks, and write repeated labels on the diagonal."""
    distinct = tuple(dict.fromkeys(wiring.output))
    key = tuple(slice(None) if label in labels else None for label in distinct)
    shape: list[Size] = [wiring.sizes[label] for label in distinct]
    core = xp.broadcast_to(core[key], shape)
    for label in distinct:
        core = _diagonal(xp, core, label, wiring)
    order = sorted(range(len(wiring.output)), key=lambda axis: distinct.index(wiring.output[axis]))
    inverse = sorted(range(len(order)), key=order.__getitem__)
    return xp.transpose(core, inverse)


def _diagonal(xp: Any, core: Any, label: int, wiring: Wiring) -> Any:
    """*core* times a Kronecker delta for each repetition of *label*, next to its first axis."""
    axis = _expanded_labels(wiring, label).index(label)
    for _ in range(wiring.output.count(label) - 1):
        size = wiring.sizes[label]
        delta = xp.eye(size, dtype=bool)
        delta = delta.reshape((size, size) + (1,) * (core.ndim - axis - 1))
        core = xp.where(delta, xp.expand_dims(core, axis + 1), xp.zeros((), dtype=core.dtype))
    return core


def _expanded_labels(wiring: Wiring, until: int) -> list[int]:
    """Distinct output labels, those written before *until* as often as they are repeated."""
    labels: list[int] = []
    for label in dict.fromkeys(wiring.output):
        if label == until:
            return [*labels, label]
        labels += [label] * wiring.output.count(label)
    return labels
