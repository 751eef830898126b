"""Wrong declarations of leaves, and values that do not keep to what was declared."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import ShapeError

N = sd.Dim("n")
A = np.array([[2.0, 1.0], [1.0, 3.0]])


def _set(leaf: Any, value: Any) -> None:
    leaf.value = value


def _symmetric(name: str = "a") -> Any:
    return sd.Variable(A, name, symmetric=True)


def _fed(value: Any, **facts: Any) -> None:
    p = sd.Placeholder(np.shape(value), name="p", **facts)
    (2 * p)({p: value})


def _updated() -> None:
    a = _symmetric()
    sd.compile([], updates={a: a @ sd.constant([[1.0, 2.0], [3.0, 4.0]])})()


def _loaded() -> None:
    layer = sd.modules.Linear(2, 2)
    layer.weight = _symmetric("w")
    layer.load_state({**layer.state(), "weight": [[1.0, 2.0], [3.0, 4.0]]})


def _fed_variable() -> None:
    a = _symmetric()
    sd.compile(a * 2, [a])([[1.0, 2.0], [3.0, 4.0]])


WRONG: dict[str, Any] = {
    "Variable: symmetric oblong": (
        lambda: sd.Variable(np.ones((2, 3)), "a", symmetric=True),
        ShapeError,
        ["Variable a", "symmetric", "2×3", "leave symmetric out"],
    ),
    "Variable: symmetric vector": (
        lambda: sd.Variable([1.0], "a", symmetric=True),
        ShapeError,
        ["Variable a", "symmetric", "last two axes", "shape is 1"],
    ),
    "Variable: orthonormal wide": (
        lambda: sd.Variable(np.eye(2, 3), "q", orthonormal=True),
        ShapeError,
        ["Variable q", "orthonormal", "rows", "2×3", "transpose"],
    ),
    "Variable: no such axis": (
        lambda: sd.Variable([0.5, 0.5], "q", sums_to_one=1),
        ShapeError,
        ["Variable q", "axis 1", "1 axes", "between -1 and 0"],
    ),
    "Variable: scalar sums": (
        lambda: sd.Variable(1.0, "q", sums_to_one=0),
        ShapeError,
        ["Variable q", "axis 0", "scalar"],
    ),
    "Variable: an axis twice": (
        lambda: sd.Variable(A, "q", sums_to_one=(0, -2)),
        ShapeError,
        ["Variable q", "(0, -2)", "twice", "2 axes"],
    ),
    "Variable: no axis": (
        lambda: sd.Variable([0.5, 0.5], "q", sums_to_one=True),
        TypeError,
        ["Variable q", "sums_to_one", "axis", "True"],
    ),
    "Variable: no flag": (
        lambda: sd.Variable(A, "a", symmetric=1),
        TypeError,
        ["Variable a", "symmetric", "True or False", "1"],
    ),
    "Variable: positive complex": (
        lambda: sd.Variable([1j], "z", positive=True),
        TypeError,
        ["Variable z", "complex128", "positive", "real"],
    ),
    "Variable: positive bool": (
        lambda: sd.Variable([True], "z", dtype=bool, positive=True),
        TypeError,
        ["Variable z", "bool", "positive"],
    ),
    "Variable: orthonormal complex": (
        lambda: sd.Variable(np.eye(2) * 1j, "z", orthonormal=True),
        TypeError,
        ["Variable z", "complex128", "orthonormal"],
    ),
    "Variable: zero": (
        lambda: sd.Variable([1.0, 0.0], "p", positive=True),
        ValueError,
        ["variable p", "not positive", "0.0 at [1]", "clip"],
    ),
    "Variable: unsigned zero": (
        lambda: sd.Variable([1, 0], "p", dtype="uint8", positive=True),
        ValueError,
        ["variable p", "not positive", "0 at [1]"],
    ),
    "Variable: not a number": (
        lambda: sd.Variable([1.0, np.nan], "p", positive=True),
        ValueError,
        ["variable p", "not positive", "nan at [1]"],
    ),
    "Variable: not symmetric": (
        lambda: sd.Variable([[1.0, 2.0], [3.0, 4.0]], "a", symmetric=True),
        ValueError,
        ["variable a", "not symmetric", "2.0 at [0, 1]", "3.0 at [1, 0]", "1.0", "(a + a.T) / 2", "declare"],
    ),
    "Variable: one matrix of several": (
        lambda: sd.Variable(np.stack([A * 1e9, np.triu(A)]), "a", symmetric=True),
        ValueError,
        ["variable a", "not symmetric", "[1, 0, 1]"],
    ),
    "Variable: NaN is not symmetric": (
        lambda: sd.Variable([[1.0, np.nan], [np.nan, 1.0]], "a", symmetric=True),
        ValueError,
        ["variable a", "not symmetric", "nan"],
    ),
    "Variable: integers not symmetric": (
        lambda: sd.Variable([[1, 2], [3, 4]], "a", dtype=int, symmetric=True),
        ValueError,
        ["variable a", "not symmetric"],
    ),
    "Variable: not orthonormal": (
        lambda: sd.Variable([[1.0, 0.0], [1.0, 1.0]], "q", orthonormal=True),
        ValueError,
        ["variable q", "orthonormal", "off the identity by 1.0", "qr"],
    ),
    "Variable: sums": (
        lambda: sd.Variable([[0.5, 0.5], [0.5, 0.6]], "q", sums_to_one=-1),
        ValueError,
        ["variable q", "sum to one along 1", "1.1 at [1]", "divide"],
    ),
    "Variable: infinite sum": (
        lambda: sd.Variable([1.0, np.inf], "q", sums_to_one=0),
        ValueError,
        ["variable q", "the sum is inf"],
    ),
    "Variable: assigned": (
        lambda: _set(_symmetric(), [[1.0, 2.0], [3.0, 4.0]]),
        ValueError,
        ["variable a", "not symmetric", "differ by 1.0"],
    ),
    "Variable: assigned to a copy": (
        lambda: _set(copy.deepcopy(_symmetric()), [[1.0, 2.0], [3.0, 4.0]]),
        ValueError,
        ["variable a", "not symmetric"],
    ),
    "Variable: updated": (_updated, ValueError, ["variable a", "not symmetric", "8.0 at [0, 1]"]),
    "Variable: loaded": (_loaded, ValueError, ["variable w", "not symmetric"]),
    "Variable: fed": (_fed_variable, ValueError, ["variable a", "not symmetric", "differ by 1.0"]),
    "Placeholder: anonymous sizes": (
        lambda: sd.Placeholder((None, None), name="p", symmetric=True),
        ShapeError,
        ["Placeholder p", "symmetric", "?×?", "same Dim"],
    ),
    "Placeholder: symbolic sizes": (
        lambda: sd.Placeholder((N, N + 1), name="p", symmetric=True),
        ShapeError,
        ["Placeholder p", "symmetric", "n×n + 1", "same Dim"],
    ),
    "Placeholder: fed asymmetric": (
        lambda: _fed([[1.0, 2.0], [3.0, 4.0]], symmetric=True),
        ValueError,
        ["placeholder p", "not symmetric", "2.0 at [0, 1]"],
    ),
    "Placeholder: fed negative": (
        lambda: _fed([1.0, -2.0], positive=True),
        ValueError,
        ["placeholder p", "not positive", "-2.0 at [1]"],
    ),
    "Placeholder: fed sums": (
        lambda: _fed([[0.5, 0.5], [1.0, 0.0]], sums_to_one=(0, 1)),
        ValueError,
        ["placeholder p", "along 0,1", "2.0", "off by 1.0"],
    ),
    "Placeholder: fed columns": (
        lambda: _fed([[2.0], [0.0]], orthonormal=True),
        ValueError,
        ["placeholder p", "orthonormal", "off the identity by 3.0"],
    ),
}
