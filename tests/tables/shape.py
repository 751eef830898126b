"""Rows for shapes and indices: keys in all their forms, updates, axes, parts, grids, diagonals, borders."""

from __future__ import annotations

from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.places import gather, overwriting
from symdiff.ops.shape import ranges
from tests.rows import Array, Case, exact, flat, near, normal, positive, spread

I = np.array([[0, 1], [1, -1]])  # noqa: E741
J = np.array([2, 0])
MASK = np.array([[True, False, True], [False, True, False]])
X = sd.Variable(np.ones((3, 4)), "x")
S = sd.Variable(2.0, "s")
N = sd.Dim("n")
P = sd.Placeholder((N, 3), name="p")
K = sd.Variable([0, 1], "k", dtype=int)


def node(values: Any) -> Node:
    """An array of integers that is computed only when a program runs."""
    return sd.maximum(np.asarray(values), -9)


def key(k: Any, *shape: int) -> Case:
    """``x[k]``."""
    return exact(lambda x: x[k], lambda x: x[k], normal(*shape))


def changed(name: str, k: Any, x: Array, v: Array, where: Any = None) -> Case:
    """``x.at[k].name(v)``, with NumPy's assignment or ``ufunc.at``; the key of the node may be another."""

    def oracle(x: Array, v: Array) -> Array:
        x = x.copy()
        if name == "set":
            x[k] = v
        else:
            getattr(np, name).at(x, k, v)
        return x

    return near(lambda x, v: getattr(x.at[k if where is None else where], name)(v), oracle, x, v)


def putting(x: Array, indices: Array, v: Array, axis: int) -> Array:
    x = x.copy()
    np.put_along_axis(x, indices, v, axis)
    return x


CASES: dict[type[Node], list[Case]] = {
    gather.FlatIndex: [
        exact(lambda x: x[node([0, 1]), node([2, -1])], lambda x: x[[0, 1], [2, -1]], normal(2, 3)),
        exact(lambda x: x[node(I), :, J], lambda x: x[I, :, J], normal(2, 2, 3)),
        exact(lambda x: x[:, node(J), 1:, [[0]]], lambda x: x[:, J, 1:, [[0]]], normal(1, 3, 2, 2)),
        exact(lambda x: x[node(1), node(0)], lambda x: x[1, 0], normal(2, 2)),
        near(
            lambda x: x[node([0, 0]), [1, 1]] * x[[1, 1], node([0, 1])],
            lambda x: x[[0, 0], [1, 1]] * x[[1, 1], [0, 1]],
            normal(2, 2),
        ),
    ],
    overwriting.Overwrite: [
        changed("set", np.s_[1:], spread(3), normal(2)),
        changed("set", np.s_[0], spread(2, 2), normal(2)),
        changed("set", np.s_[0, 1], spread(2, 2), normal()),
        changed("set", np.s_[::-2, None, :1], spread(3, 2), normal(1, 1)),
        changed("set", np.s_[::-1], spread(3), normal(3)),
        changed("set", np.s_[2:2], spread(3), normal(1)),
        changed("set", ..., spread(2, 2), normal(2)),
        changed("multiply", np.s_[:, 1], spread(2, 2), normal(2)),
        changed("divide", np.s_[1:], spread(3), positive(2)),
        near(
            lambda x: x.at[1:].set(x[:-1] * x[1:]) * x,
            lambda x: np.concatenate([x[:1], x[:-1] * x[1:]]) * x,
            normal(3),
        ),
    ],
    overwriting.Put: [
        changed("set", [2, 0], spread(3), normal(2)),
        changed("set", [2, 0, 2, -1], spread(3), normal(4)),
        changed("set", np.s_[:, I, 0], spread(2, 2, 2), normal(2, 2, 2)),
        changed("set", np.s_[I, :, J], spread(2, 2, 3), normal(2, 2, 2)),
        changed("set", MASK, spread(2, 3), normal(3)),
        changed("set", MASK[0], spread(3), normal()),
        changed("set", np.s_[[], 0], spread(3, 2), normal(0)),
        changed("multiply", [1, 1, 0], spread(2), normal(3)),
        changed("divide", [[1, 1], [0, 1]], spread(2, 2), positive(2, 2, 2)),
        changed("minimum", [1, 1, 0], spread(2), spread(3)),
        changed("maximum", np.s_[[1, 1], [0, 0]], spread(2, 2), spread(2)),
        changed("multiply", [1, 0], spread(2, 2), normal(2, 2), node([1, 0])),
        changed("maximum", [0], spread(2), spread(1), node([0])),
        near(
            lambda x: sd.put_along_axis(x, [[1, 0]], x[:1] ** 2, 0) * x,
            lambda x: putting(x, np.array([[1, 0]]), x[:1] ** 2, 0) * x,
            normal(2, 2),
        ),
    ],
    overwriting.LastWriter: [
        near(
            lambda x, v: sd.grad((x.at[node([1, 0, 1])].set(v) ** 3).sum(), v),
            lambda x, v: 3 * v**2 * np.array([0, 1, 1], v.dtype),
            spread(2),
            normal(3),
        ),
        changed("set", [2, 0, 2, -1], spread(3), normal(4), node([2, 0, 2, -1])),
        changed("set", np.s_[:, I], spread(2, 2, 2), normal(2, 2, 2, 2), np.s_[:, node(I)]),
        changed("set", np.s_[[0], [1]], spread(1, 2), normal(1), np.s_[node([0]), node([1])]),
    ],
    ranges.Arange: [
        flat(
            lambda x: ranges.Arange(length=3, to=x.dtype) + sd.stop_gradient(x),
            lambda x: np.arange(3, dtype=x.dtype) + x,
            normal(3),
        ),
        flat(lambda x: ranges.Arange(length=0, to=x.dtype), lambda x: np.arange(0, dtype=x.dtype), normal(1)),
        near(
            lambda x: ranges.Arange(length=2, to=x.dtype) * x**2,
            lambda x: np.arange(2, dtype=x.dtype) * x**2,
            normal(2),
        ),
    ],
}


def listed(name: str, *arguments: Any, part: int = 0, shape: tuple[int, ...] = (4, 3)) -> Case:
    """One of the parts that a function returns."""
    return exact(
        lambda x: getattr(sd, name)(x, *arguments)[part],
        lambda x: getattr(np, name)(x, *arguments)[part],
        normal(*shape),
    )


def same(name: str, *arguments: Any, shape: tuple[int, ...] = (2, 3), **options: Any) -> Case:
    """A function of the same name and arguments in NumPy."""
    return exact(
        lambda x: getattr(sd, name)(x, *arguments, **options),
        lambda x: getattr(np, name)(x, *arguments, **options),
        normal(*shape),
    )


def joined(name: str, *shapes: tuple[int, ...]) -> Case:
    """A function of a list."""
    return exact(
        lambda *xs: getattr(sd, name)([*xs, xs[0]]),
        lambda *xs: getattr(np, name)([*xs, xs[0]]),
        *(normal(*shape) for shape in shapes),
    )


FUNCTIONS: dict[str, list[Case]] = {
    "key": [
        *[
            key(k, 2, 3, 2)
            for k in [
                np.s_[I],
                np.s_[I, J],
                np.s_[:, J, I],
                np.s_[I, :, [0, 1]],
                np.s_[0, :, [0, 1]],
                np.s_[0, [1]],
                np.s_[..., J, 0],
                np.s_[[0], None, [1]],
                np.s_[[0, 1], ..., [0, 1]],
                np.s_[[[0]], [0], [1]],
                np.s_[[], []],
                np.s_[[0], 0:0, [1]],
                np.s_[1:, ::-2, I],
                np.s_[np.array(1), :, np.array(0)],
                np.s_[np.int8(1), np.uint8([2, 0])],
            ]
        ],
        *[
            key(k, 2, 3)
            for k in [
                MASK,
                MASK[0, :2],
                np.s_[:, MASK[0]],
                np.s_[[True, False], [0, 2]],
                np.s_[[[True, False, False], [False, False, True]]],
                ~MASK & MASK,
                True,
                False,
                np.s_[0, True, :],
                np.s_[:, True, [0, 1]],
                np.s_[None, MASK],
                np.s_[..., np.array(True)],
            ]
        ],
        key(np.s_[0::-1], 3),
        key(np.s_[:, -3::-2], 2, 3),
        key(np.s_[[0, 0], None], 1),
        key(np.s_[()], 0, 2),
        near(
            lambda x: x[[0, 1], [1, 1]] * x[sd.constant(MASK[:, :2])],
            lambda x: x[[0, 1], [1, 1]] * x[MASK[:, :2]],
            normal(2, 2),
        ),
    ],
    "at": [
        changed("add", np.s_[1:], spread(3), normal(2)),
        changed("add", [0, 0, 2], spread(3), normal(3)),
        changed("add", [0, 0, 2], spread(3), normal(), node([0, 0, 2])),
        changed("add", np.s_[I, :, J], spread(2, 2, 3), normal(2)),
        changed("add", np.s_[None, np.array(-1), 0], spread(2, 2), normal(1)),
        changed("add", MASK, spread(2, 3), normal(3)),
        changed("subtract", np.s_[[1, 1], [0, 0]], spread(2, 2), normal(2)),
        changed("subtract", np.s_[()], spread(), normal()),
        exact(lambda x: x.at[0].set(3), lambda x: np.array([3, x[1]], x.dtype), normal(2)),
        exact(lambda x: x.at[1].get(), lambda x: x[1], normal(2)),
        exact(lambda x: x.at[0].min(-5).at[1].max(5), lambda x: np.array([-5, 5], x.dtype), spread(2)),
        near(
            lambda x: x.at[[0, 1]].multiply(x).at[::2].add(x.sum()),
            lambda x: np.array([x[0] * x[0] + x[0] + x[1], x[1] * x[1]]),
            normal(2),
        ),
    ],
    "along axis": [
        exact(lambda x: sd.take_along_axis(x, I, 1), lambda x: np.take_along_axis(x, I, 1), normal(2, 3)),
        exact(lambda x: sd.take_along_axis(x, I, 0), lambda x: np.take_along_axis(x, I, 0), normal(3, 2)),
        exact(
            lambda x: sd.take_along_axis(x, node(I[:, :, None]), 1),
            lambda x: np.take_along_axis(x, I[:, :, None], 1),
            normal(2, 2, 3),
        ),
        exact(
            lambda x: sd.take_along_axis(x, node([[1, 1]]), -1),
            lambda x: np.take_along_axis(x, np.array([[1, 1], [1, 1]]), -1),
            normal(2, 2),
        ),
        exact(lambda x: sd.take_along_axis(x, [3, 0, 3], None), lambda x: x.ravel()[[3, 0, 3]], normal(2, 2)),
        near(
            lambda x, v: sd.put_along_axis(x, node(I), v, 1),
            lambda x, v: putting(x, I, v, 1),
            spread(2, 2),
            normal(2, 2),
        ),
        near(
            lambda x, v: sd.put_along_axis(x, I[:, :1], v),
            lambda x, v: putting(x, I[:, :1], v, -1),
            spread(2, 3),
            normal(),
        ),
    ],
    "places": [
        flat(
            lambda x: sd.ravel_multi_index([node([[0], [1]]), [1, 2]], (2, 3)),
            lambda x: np.ravel_multi_index([[[0], [1]], [[1, 2]]], (2, 3)),
            normal(1),
        ),
        flat(lambda x: sd.ravel_multi_index([[0, -1]], 3), lambda x: np.array([0, 2]), normal(1)),
    ],
    "axes": [
        same("ravel"),
        same("swapaxes", 0, -1),
        same("moveaxis", 0, -1, shape=(2, 1, 3)),
        same("moveaxis", (0, 1), (2, 0), shape=(2, 1, 3)),
        *[same("rollaxis", 1, start, shape=(2, 1, 3)) for start in (0, 1, 2, 3, -1)],
        exact(lambda x: x.swapaxes(0, 1).flatten(), lambda x: x.swapaxes(0, 1).flatten(), normal(2, 3)),
        same("atleast_1d", shape=()),
        *[same("atleast_2d", shape=shape) for shape in [(), (2,), (2, 1)]],
        *[same("atleast_3d", shape=shape) for shape in [(), (2,), (2, 3), (1, 2, 1)]],
    ],
    "order": [
        same("flip"),
        same("flip", 0),
        same("flip", (0, -1), shape=(2, 0)),
        same("flip", shape=()),
        same("fliplr"),
        same("flipud"),
        *[same("rot90", k) for k in (0, 1, 2, 3, -1)],
        same("rot90", 1, (2, 0), shape=(2, 1, 3)),
        same("roll", 2),
        same("roll", -5, 1),
        same("roll", (1, -1), (0, 1)),
        same("roll", 1, (0, 1, 1)),
        same("roll", 3, 0, shape=(0, 2)),
        same("roll", 1, shape=()),
        near(lambda x: sd.roll(x, 1) * x, lambda x: np.roll(x, 1) * x, normal(3)),
    ],
    "copies": [
        same("tile", 2),
        same("tile", (2, 1, 2)),
        same("tile", (2, 2), shape=(3,)),
        same("tile", 3, shape=()),
        same("tile", 0),
        same("tile", ()),
        same("repeat", 2),
        same("repeat", 2, 0),
        same("repeat", 0, 1),
        same("repeat", [1, 0, 2], 1),
        same("repeat", [2], 0),
        same("repeat", 2, shape=()),
        exact(lambda x: x.repeat([2, 1]), lambda x: x.repeat([2, 1]), normal(2)),
        near(lambda x: sd.repeat(x, 2) * sd.tile(x, 2), lambda x: np.repeat(x, 2) * np.tile(x, 2), normal(2)),
        *[
            near(lambda x, y: sd.kron(x, y), np.kron, normal(*left), normal(*right))
            for left, right in [((2,), (3,)), ((2, 2), (1, 3)), ((2,), (2, 2)), ((2, 1, 2), (2,))]
        ],
        near(lambda x: sd.kron(x, x), lambda x: np.kron(x, x), normal(2)),
    ],
    "joins": [
        joined("hstack", (2,), (3,)),
        joined("hstack", (2, 1), (2, 2)),
        joined("hstack", (), ()),
        joined("vstack", (2,), (2,)),
        joined("vstack", (1, 2), (2, 2)),
        joined("dstack", (2,), (2,)),
        joined("dstack", (2, 1), (2, 1)),
        joined("column_stack", (2,), (2, 2)),
        exact(
            lambda x, y: sd.hstack([x, y, x[:1]]),
            lambda x, y: np.array([*x, *y, x[0]], x.dtype),
            normal(2),
            normal(0),
        ),
    ],
    "parts": [
        *[listed("split", 2, part=k) for k in (0, 1)],
        *[listed("split", [1, 3], part=k) for k in (0, 1, 2)],
        *[listed("split", [3, 1, -1], part=k) for k in range(4)],
        *[listed("array_split", 3, part=k) for k in (0, 1, 2)],
        listed("array_split", 5, 1, part=4),
        listed("hsplit", 3, part=1),
        listed("hsplit", 2, part=1, shape=(4,)),
        listed("vsplit", 2, part=1),
        listed("dsplit", 2, part=1, shape=(1, 2, 2)),
        exact(lambda x: sd.unstack(x, -1)[1], lambda x: x[..., 1], normal(2, 3)),
        near(
            lambda x: sd.concatenate(sd.split(x, 2)[::-1]) * x,
            lambda x: np.concatenate([x[1:], x[:1]]) * x,
            normal(2),
        ),
    ],
    "grids": [
        *[
            exact(
                lambda x, y, k=k, o=options: sd.meshgrid(x, y, **o)[k],
                lambda x, y, k=k, o=options: np.meshgrid(x, y, **o)[k],
                normal(2),
                spread(3),
            )
            for k in (0, 1)
            for options in ({}, {"indexing": "ij"}, {"sparse": True})
        ],
        exact(lambda x: sd.meshgrid(x, x[0], x)[2], lambda x: np.meshgrid(x, x[0], x)[2], normal(2)),
        exact(lambda x: sd.meshgrid(x)[0], lambda x: np.meshgrid(x)[0], normal(2)),
        near(
            lambda x, y: sd.broadcast_arrays(x, y)[0] * y,
            lambda x, y: np.broadcast_to(x, (2, 3)) * y,
            normal(3),
            normal(2, 1),
        ),
        flat(lambda x: sd.arange(4, dtype=x.dtype), lambda x: np.arange(4, dtype=x.dtype), normal(1)),
        flat(
            lambda x: sd.arange(1, -0.5, -0.5, x.dtype),
            lambda x: np.arange(1, -0.5, -0.5, x.dtype),
            normal(1),
        ),
        flat(
            lambda x: sd.linspace(-1, 2, 4, dtype=x.dtype),
            lambda x: np.linspace(-1, 2, 4, dtype=x.dtype),
            normal(1),
        ),
        near(
            lambda x, y: sd.linspace(x, y, 3, False) * x,
            lambda x, y: np.linspace(x, y, 3, False).astype(x.dtype) * x,
            normal(2),
            spread(1),
        ),
    ],
    "diagonals": [
        *[same("tril", k, shape=(2, 2)) for k in (-1, 0, 1, 5)],
        *[same("triu", k, shape=(1, 3)) for k in (-1, 0, 1)],
        same("tril", shape=(2, 2, 2)),
        same("triu", shape=(2,)),
        near(lambda x: sd.tril(x) @ sd.triu(x), lambda x: np.tril(x) @ np.triu(x), normal(2, 2)),
        *[same("diag", k, shape=shape) for k in (0, 1, -2) for shape in [(2,), (3, 3), (2, 4), (0,)]],
        *[
            same("diagonal", offset=k, shape=shape)
            for k in (0, 1, -1, 3)
            for shape in [(3, 3), (2, 3), (3, 1)]
        ],
        exact(
            lambda x: x.diagonal(-1, 0, 2),
            lambda x: x.diagonal(-1, 0, 2),
            normal(2, 2, 3),
        ),
        near(lambda x: sd.trace(x, offset=1), lambda x: np.trace(x, 1), normal(3, 3)),
        near(
            lambda x: sd.diag(sd.diag(x, 1), -1) @ x, lambda x: np.diag(np.diag(x, 1), -1) @ x, normal(2, 2)
        ),
        flat(lambda x: sd.tri(2, 2, -1, "bool"), lambda x: np.tri(2, 2, -1, bool), normal(1)),
    ],
    "pad": [
        *[
            exact(
                lambda x, w=width, m=mode: sd.pad(x, w, mode=m),
                lambda x, w=width, m=mode: np.pad(x, w, mode=m),
                normal(*shape),
            )
            for mode in ("edge", "reflect", "symmetric", "wrap")
            for width, shape in [((1, 1), (2,)), (((0, 0), (2, 0)), (1, 2)), ((0, 3), (1,)), (0, ())]
        ],
        near(lambda x: sd.pad(x, 1, mode="wrap") ** 2, lambda x: np.pad(x, 1, mode="wrap") ** 2, normal(2)),
    ],
}

WRONG: dict[str, Any] = {
    "take_along_axis: axes": (
        lambda: sd.take_along_axis(X, [0]),
        ShapeError,
        ["take_along_axis", "1 axes", "2", "take"],
    ),
    "take_along_axis: sizes": (
        lambda: sd.take_along_axis(X, np.zeros((2, 1), int)),
        ShapeError,
        ["take_along_axis", "2", "3"],
    ),
    "take_along_axis: longer": (
        lambda: sd.take_along_axis(np.ones((1, 2)), np.zeros((2, 1), int)),
        ShapeError,
        ["take_along_axis", "axis 0", "2", "1"],
    ),
    "take_along_axis: range": (lambda: sd.take_along_axis(X, [[4]]), IndexError, ["4", "axis 1", "size 4"]),
    "take_along_axis: floats": (lambda: sd.take_along_axis(X, [[0.0]]), TypeError, ["integers", "float64"]),
    "take_along_axis: run": (lambda: sd.take_along_axis(X, node([[7]]))(), IndexError, ["7", "4"]),
    "put_along_axis: axes": (lambda: sd.put_along_axis(X, [0], 1), ShapeError, ["put_along_axis", "1 axes"]),
    "put_along_axis: values": (
        lambda: sd.put_along_axis(X, [[0]], [1.0, 2.0]),
        ShapeError,
        ["broadcast", "2", "3×1"],
    ),
    "put_along_axis: types": (
        lambda: sd.put_along_axis(K, [0], 1.5),
        TypeError,
        ["put_along_axis", "int64", "float64", "astype"],
    ),
    "index: constant range": (lambda: X[[0, 3]], IndexError, ["index 3", "axis 0", "size 3"]),
    "index: constant range below": (lambda: X[0, [[-5]]], IndexError, ["index -5", "axis 1", "size 4"]),
    "index: integer as NumPy": (lambda: X[3], IndexError, ["index 3", "axis 0", "size 3"]),
    "index: several arrays": (lambda: X[[0, 1], [0, 1, 2]], ShapeError, ["indexing", "2", "3", "broadcast"]),
    "index: run": (lambda: X[K, node([0, 9])](), IndexError, ["indexing", "9", "4 places"]),
    "index: mask": (lambda: X[MASK], ShapeError, ["mask", "2×3", "3×4", "axis 0"]),
    "index: mask of a symbolic axis": (lambda: P[[True, False]], ShapeError, ["mask", "2", "n"]),
    "index: too many masks": (lambda: X[np.ones((3, 4), bool), 0], ShapeError, ["3 indices", "2 axes"]),
    "index: ragged": (lambda: X[[[0], [0, 1]]], TypeError, ["list"]),
    "at: shape": (lambda: X.at[0].set([1.0, 2.0]), ShapeError, ["at", "set", "2", "4"]),
    "at: larger values": (
        lambda: X.at[0].add(np.ones((2, 4))),
        ShapeError,
        ["add", "2×4", "do not broadcast", "4", "drop"],
    ),
    "at: types": (lambda: K.at[0].set(0.5), TypeError, ["set", "int64", "float64", "astype"]),
    "at: quotients": (lambda: K.at[0].divide(2), TypeError, ["divide", "int64", "astype"]),
    "at: repeated": (
        lambda: X.at[node([1, 1])].multiply(2)(),
        IndexError,
        ["at", "more than once", "set, add"],
    ),
    "at: index": (lambda: X.at[5].set(1), IndexError, ["5", "axis 0", "size 3"]),
    "ravel_multi_index: axes": (
        lambda: sd.ravel_multi_index([[0], [1]], (2, 3, 4)),
        ShapeError,
        ["ravel_multi_index", "2 arrays", "3 axes", "2×3×4"],
    ),
    "ravel_multi_index: range": (
        lambda: sd.ravel_multi_index([[0], [3]], (2, 3)),
        IndexError,
        ["index 3", "axis 1", "size 3"],
    ),
    "swapaxes: axis": (lambda: sd.swapaxes(X, 0, 2), ShapeError, ["swapaxes", "axis 2"]),
    "moveaxis: axis": (lambda: sd.moveaxis(X, 2, 0), ShapeError, ["moveaxis", "axis 2"]),
    "moveaxis: count": (lambda: sd.moveaxis(X, (0, 1), 0), ShapeError, ["moveaxis", "2 axes", "1 places"]),
    "rollaxis: axis": (lambda: sd.rollaxis(X, 2), ShapeError, ["rollaxis", "axis 2"]),
    "rollaxis: start": (lambda: sd.rollaxis(X, 0, 3), ShapeError, ["rollaxis", "3"]),
    "ravel: text": (lambda: sd.ravel("ab"), TypeError, ["constant", "str"]),
    "flip: axis": (lambda: sd.flip(X, 2), ShapeError, ["flip", "axis 2"]),
    "fliplr: axes": (lambda: sd.fliplr([1]), ShapeError, ["fliplr", "1 axes", "2"]),
    "flipud: axes": (lambda: sd.flipud(S), ShapeError, ["flipud", "0 axes", "1"]),
    "rot90: plane": (lambda: sd.rot90(X, 1, (0,)), ShapeError, ["rot90", "two"]),
    "rot90: axes": (lambda: sd.rot90(X, 1, (0, 0)), ShapeError, ["rot90", "twice"]),
    "roll: axis": (lambda: sd.roll(X, 1, 2), ShapeError, ["roll", "axis 2"]),
    "roll: shifts": (lambda: sd.roll(X, (1, 2, 3), (0, 1)), ShapeError, ["roll", "3 shifts", "2 axes"]),
    "roll: kind": (lambda: sd.roll(X, 0.5, 0), TypeError, ["roll", "0.5"]),
    "tile: negative": (lambda: sd.tile(X, -1), ShapeError, ["tile", "-1"]),
    "tile: kind": (lambda: sd.tile(X, 1.5), TypeError, ["tile", "1.5"]),
    "repeat: negative": (lambda: sd.repeat(X, -1), ShapeError, ["repeat", "-1"]),
    "repeat: negative array": (lambda: sd.repeat(X, [1, -2, 1], 0), ShapeError, ["repeat", "-2"]),
    "repeat: count": (lambda: sd.repeat(X, [1, 2], 0), ShapeError, ["repeat", "2", "3", "axis 0"]),
    "repeat: symbolic": (lambda: sd.repeat(X, K), TypeError, ["repeat", "symbolic", "ints"]),
    "kron: text": (lambda: sd.kron(X, "a"), TypeError, ["constant", "str"]),
    **{
        f"{name}: nothing": (lambda name=name: getattr(sd, name)([]), ShapeError, [name, "at least one"])
        for name in ("hstack", "vstack", "dstack", "column_stack")
    },
    **{
        f"{name}: sizes": (
            lambda name=name: getattr(sd, name)([X, np.ones((2, 5))]),
            ShapeError,
            ["concatenate", "3×4", "2×5"],
        )
        for name in ("hstack", "vstack", "column_stack")
    },
    **{
        f"{name}: text": (lambda name=name: getattr(sd, name)("a"), TypeError, ["constant", "str"])
        for name in ("atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays")
    },
    "dstack: sizes": (lambda: sd.dstack([X, X[0]]), ShapeError, ["concatenate", "3×4×1", "1×4×1"]),
    "broadcast_arrays: sizes": (
        lambda: sd.broadcast_arrays(X, [1, 2]),
        ShapeError,
        ["broadcast_arrays", "4", "2"],
    ),
    "meshgrid: shape": (lambda: sd.meshgrid(X), ShapeError, ["meshgrid", "operand 0", "3×4", "ravel"]),
    "meshgrid: indexing": (lambda: sd.meshgrid([1], indexing="yx"), ValueError, ["meshgrid", "'yx'", "ij"]),
    "split: sizes": (lambda: sd.split(X, 2), ShapeError, ["split", "size 3", "2 parts", "array_split"]),
    "split: symbolic": (lambda: sd.split(P, 2), ShapeError, ["split", "symbolic size n", "slice"]),
    "array_split: parts": (lambda: sd.array_split(X, 0), ShapeError, ["array_split", "0 parts"]),
    "array_split: kind": (lambda: sd.array_split(X, 1.5), TypeError, ["array_split", "1.5"]),
    "hsplit: scalar": (lambda: sd.hsplit(S, 1), ShapeError, ["hsplit", "()", "1 axes"]),
    "vsplit: vector": (lambda: sd.vsplit([1, 2], 1), ShapeError, ["vsplit", "2 axes", "split"]),
    "dsplit: matrix": (lambda: sd.dsplit(X, 1), ShapeError, ["dsplit", "3×4", "3 axes"]),
    "unstack: symbolic": (lambda: sd.unstack(P), ShapeError, ["unstack", "n", "index"]),
    "unstack: axis": (lambda: sd.unstack(X, 2), ShapeError, ["unstack", "axis 2"]),
    "tril: scalar": (lambda: sd.tril(S), ShapeError, ["tril", "scalar", "matrix"]),
    "triu: scalar": (lambda: sd.triu(S), ShapeError, ["triu", "scalar", "matrix"]),
    "triu: kind": (lambda: sd.triu(X, 0.5), TypeError, ["triu", "0.5"]),
    "tri: kind": (lambda: sd.tri(2, k=1.5), TypeError, ["tri", "1.5"]),
    "diag: kind": (lambda: sd.diag(X, "a"), TypeError, ["diag", "'a'"]),
    "diagonal: unknown": (lambda: sd.diagonal(P), ShapeError, ["diagonal", "n rows", "3 columns", "slice"]),
    "pad: width": (lambda: sd.pad(X, 1.5), TypeError, ["pad", "1.5", "pair"]),
    "trace: offset": (lambda: sd.trace(X, offset=0.5), TypeError, ["diagonal", "0.5"]),
    "arange: node": (lambda: sd.arange(S), TypeError, ["arange", "number", "Dim"]),
    "arange: symbolic step": (lambda: sd.arange(0, N, 2), ShapeError, ["arange", "symbolic", "scale"]),
    "arange: step": (lambda: sd.arange(0, 3, 0), ShapeError, ["arange", "step 0", "3"]),
    "linspace: count": (lambda: sd.linspace(0, 1, -2), ShapeError, ["linspace", "-2"]),
    "linspace: kind": (lambda: sd.linspace(0, 1, 2.5), TypeError, ["linspace", "2.5"]),
    "linspace: shapes": (lambda: sd.linspace(K, X[0], 2), ShapeError, ["linspace", "2", "4"]),
    "pad: mode": (lambda: sd.pad(X, 1, mode="mirror"), ValueError, ["pad", "'mirror'", "reflect"]),
    "pad: mode as value": (lambda: sd.pad(X, 1, "edge"), TypeError, ["pad", "mode='edge'"]),
    "pad: symbolic": (lambda: sd.pad(P, 1, mode="edge"), ShapeError, ["pad", "'edge'", "axis 0", "n"]),
    "pad: nothing inside": (
        lambda: sd.pad(np.ones(0), 1, mode="wrap"),
        ShapeError,
        ["pad", "axis 0", "size 0"],
    ),
}
