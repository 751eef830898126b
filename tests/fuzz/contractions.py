"""Random equations of einsums: repeated labels on both sides, sums, outer products, diagonals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

__all__ = ["spec_of"]

LARGEST = 40  # entries of the result
LETTERS = "ijklmnopqrst"


def spec_of(draw: Any, shapes: Sequence[tuple[int, ...]]) -> str:
    """An equation for operands of these shapes; every axis gets a label of its size, new or known."""
    sizes: dict[str, int] = {}
    inputs = []
    for shape in shapes:
        labels = ""
        for size in shape:
            known = [label for label, other in sizes.items() if other == size]
            k = draw(st.integers(0, len(known)))
            label = known[k] if k < len(known) else LETTERS[len(sizes)]
            sizes[label] = size
            labels += label
        inputs.append(labels)
    return f"{','.join(inputs)}->{_output(draw, sizes)}"


def _output(draw: Any, sizes: dict[str, int]) -> str:
    """Some of the labels in some order; now and then one of them twice."""
    output = ""
    entries = 1
    labels = draw(st.permutations(list(sizes)))[: draw(st.integers(0, 3))] if sizes else []
    if labels and draw(st.integers(0, 7)) == 7:
        labels = [*labels[:2], labels[0]]
    for label in labels:
        if entries * max(sizes[label], 1) <= LARGEST:
            output += label
            entries *= max(sizes[label], 1)
    return output
