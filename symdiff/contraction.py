"""How a contraction of many operands becomes pairs, and what its value is by definition."""

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

__all__ = ["binary_tree", "contract_arrays", "pair_flops"]

NOMINAL = 32  # stands for a symbolic size while an order is chosen


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

    Factors over the same labels are multiplied first; labels of size 1 are left out of the search.
    """
    sets = [frozenset(label for label in labels if sizes[label] > 1) for labels in inputs]
    names = list(range(len(sets)))  # of the factors, as results join them
    together = []
    while (equal := _equal_pair(sets)) is not None:
        first, second = equal
        together.append((names[first], names[second]))
        sets.append(sets.pop(second))
        names = [name for k, name in enumerate(names) if k not in equal] + [len(inputs) + len(together) - 1]
        del sets[first]
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


def _equal_pair(sets: Sequence[frozenset[int]]) -> tuple[int, int] | None:
    """The first two places with the same labels."""
    seen: dict[frozenset[int], int] = {}
    for place, labels in enumerate(sets):
        if labels in seen:
            return seen[labels], place
        seen[labels] = place
    return None


def _search(sets: Sequence[frozenset[int]]) -> Any:
    """The search that suits a network: exact where labels join few factors, else what is quick."""
    counts = Counter(label for labels in sets for label in labels)
    sparse = len(sets) <= 32 and max(counts.values(), default=0) <= 4
    return opt_einsum.paths.DynamicProgramming() if len(sets) > 4 and sparse else opt_einsum.paths.auto


def pair_flops(wiring: Wiring) -> int:
    """Multiplications and additions of one contraction: 2 per entry of the label space, or 1."""
    count = 1
    for size in wiring.sizes:
        count *= size if isinstance(size, int) else NOMINAL
    adds = any(wiring.sizes[label] != 1 for label in wiring.summed)
    return count * (len(wiring.inputs) - 1 + adds)


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
