"""The rows of the table of operations on any value: each runs near the point it was written for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.dtypes import is_inexact
from symdiff.node import Node
from tests.cases import named_cases
from tests.fuzz.operations import Operation
from tests.rows import Case

__all__ = ["SAMPLES"]

STEP = 0.02  # how far values move from the point of a row; kinks are further away
LARGEST = 24  # entries of a row's operands


def _fitted(x: Node, shape: tuple[int, ...]) -> Node:
    """A node of the shape, which depends on *x*."""
    return sd.broadcast_to(x if x.shape == shape else x.sum(), shape)


def _operation(name: str, case: Case) -> Operation:
    def build(o: object, *nodes: Node) -> Node:
        operands: Sequence[Any] = [
            sd.constant(array.astype(nodes[0].dtype))
            + STEP * sd.tanh(_fitted(nodes[k % len(nodes)], array.shape))
            for k, array in enumerate(map(np.asarray, case.arrays))
        ]
        found = case.f(*operands)
        return found if is_inexact(found.dtype) and found.dtype.kind == "f" else sd.real(found)

    return Operation(f"row {name}", build)


def _is_small(case: Case) -> bool:
    return case.smooth and sum(np.size(array) for array in case.arrays) <= LARGEST


SAMPLES = [_operation(name, case) for name, _, case in named_cases() if _is_small(case)]
