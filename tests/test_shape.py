"""Shapes and indices beyond the table: symbolic sizes, symbolic indices, whose value an update keeps."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad
from symdiff.errors import ShapeError
from symdiff.ops.places.gather import FlatIndex
from symdiff.ops.places.overwriting import Overwrite, Put

N = sd.Dim("n")
A = np.arange(12.0).reshape(4, 3) - 5

SYMBOLIC = {
    "two arrays": (lambda x: x[[0, 2], [1, -1]], lambda x: x[[0, 2], [1, -1]]),
    "arrays apart": (lambda x: x[:, None][[0, 2], :, [1, -1]], lambda x: x[:, None][[0, 2], :, [1, -1]]),
    "mask": (lambda x: x[:, [True, False, True]], lambda x: x[:, [True, False, True]]),
    "backwards": (lambda x: x[::-1], lambda x: x[::-1]),
    "flip": (sd.flip, np.flip),
    "roll": (lambda x: sd.roll(x, (1, -2), (0, 0)), lambda x: np.roll(x, -1, 0)),
    "roll flat": (lambda x: sd.roll(x, 5), lambda x: np.roll(x, 5)),
    "tile": (lambda x: sd.tile(x, (2, 2)), lambda x: np.tile(x, (2, 2))),
    "tile by a size": (lambda x: sd.tile(x[0], x.shape[:1]), lambda x: np.tile(x[0], 4)),
    "repeat": (lambda x: sd.repeat(x, 2, 0), lambda x: np.repeat(x, 2, 0)),
    "repeat by a size": (lambda x: sd.repeat(x[0], x.shape[0]), lambda x: np.repeat(x[0], 4)),
    "moveaxis": (lambda x: sd.moveaxis(x, 0, -1), lambda x: x.T),
    "tril": (sd.tril, np.tril),
    "triu": (lambda x: sd.triu(x, 1), lambda x: np.triu(x, 1)),
    "diagonal": (lambda x: sd.diagonal(x @ x.T, offset=-1), lambda x: np.diagonal(x @ x.T, -1)),
    "diag": (lambda x: sd.diag(x[:, 0], 2), lambda x: np.diag(x[:, 0], 2)),
    "kron": (lambda x: sd.kron(x, x[0]), lambda x: np.kron(x, x[0])),
    "arange": (lambda x: x * sd.arange(x.shape[0])[:, None], lambda x: x * np.arange(4)[:, None]),
    "pad": (
        lambda x: sd.pad(x, ((0, 0), (1, 2)), mode="edge"),
        lambda x: np.pad(x, ((0, 0), (1, 2)), "edge"),
    ),
    "vstack": (lambda x: sd.vstack([x, x[0]]), lambda x: np.vstack([x, x[0]])),
    "take_along_axis": (
        lambda x: sd.take_along_axis(x, sd.argmax(x, 1, keepdims=True), 1),
        lambda x: x.max(1, keepdims=True),
    ),
    "put_along_axis": (
        lambda x: sd.put_along_axis(x, sd.argmax(x, 1, keepdims=True), x[:, :1] ** 2, 1),
        lambda x: np.concatenate([x[:, :2], x[:, :1] ** 2], 1),
    ),
    "at add": (lambda x: x.at[[0, 0], [1, 2]].add(x[0, :2]), lambda x: x + _added(x)),
    "at set": (lambda x: x.at[1:, 0].set(x[0, 0]), lambda x: np.where(_first_column(x), x[0, 0], x)),
}


EMPTY = np.zeros((4, 0), int)
MORE = {
    "integer and array apart": (lambda x: x[:, None][1, :, [1, 1]], lambda x: x[:, None][1, :, [1, 1]]),
    "inserted between": (lambda x: x[0, None, [1, 1]], lambda x: x[0, None, [1, 1]]),
    "new axes around": (lambda x: x[None, 0, [1], None], lambda x: x[None, 0, [1], None]),
    "no places": (lambda x: sd.take_along_axis(x, EMPTY, 1), lambda x: np.take_along_axis(x, EMPTY, 1)),
    "added backwards": (
        lambda x: x.at[0, ::-1, None].add(x[1][:, None]),
        lambda x: np.concatenate([x[:1] + x[1, ::-1], x[1:]]),
    ),
    "added to mixed places": (
        lambda x: x[None].at[0, :, [1, 1]].set(x[:, :2].T),
        lambda x: np.stack([x[:, 0], x[:, 1], x[:, 2]], -1)[None],
    ),
    "kron with a scalar": (lambda x: sd.kron(x[0, 0], x), lambda x: np.kron(x[0, 0], x)),
    "unstacked": (lambda x: sd.stack(sd.unstack(x)) ** 2, lambda x: x**2),
    "linspace to a number": (lambda x: sd.linspace(x[0], 2, 5), lambda x: np.linspace(x[0], 2, 5)),
    "linspace of nothing": (lambda x: sd.linspace(x[0], 2, 0), lambda x: np.zeros((0, 3))),
    "lower triangle": (lambda x: sd.tril(x, -1), lambda x: np.tril(x, -1)),
    "upper triangle": (lambda x: sd.triu(x, 1), lambda x: np.triu(x, 1)),
    **{
        mode: (
            lambda x, m=mode: sd.pad(x, ((5, 2), (3, 7)), mode=m),
            lambda x, m=mode: np.pad(x, ((5, 2), (3, 7)), mode=m),
        )
        for mode in ("edge", "reflect", "symmetric", "wrap")
    },
}


@pytest.mark.parametrize("name", MORE)
def test_more_shapes(name):
    """Value, shape and derivatives of graphs that the table has no room for."""
    f, oracle = MORE[name]
    x = sd.Variable(A, "x")
    value = f(x)()

    assert value.shape == f(x).shape == oracle(A).shape
    np.testing.assert_allclose(value, oracle(A), rtol=1e-14, atol=1e-14)
    check_grad(f(x), x, 2)


def _added(x):
    result = np.zeros_like(x)
    result[0, 1:] = x[0, :2]
    return result


def _first_column(x):
    rows, columns = np.indices(x.shape)
    return (rows > 0) & (columns == 0)


@pytest.mark.parametrize("name", SYMBOLIC)
def test_symbolic_sizes(name):
    """A graph over an axis of unknown size is NumPy's at every size, and so is its gradient."""
    f, oracle = SYMBOLIC[name]
    p, x = sd.Placeholder((N, 3), name="p"), sd.Variable(A, "x")

    np.testing.assert_allclose(f(p)({p: A}), oracle(A), rtol=1e-14)
    gradient, expected = sd.grad((f(p) ** 2).sum(), p), sd.grad((f(x) ** 2).sum(), x)
    np.testing.assert_allclose(gradient({p: A}), expected(), rtol=1e-13)
    check_grad(f(x), x, 2)


def test_indices_may_be_placeholders():
    """Several index arrays that are fed broadcast, and change with every run."""
    x, i = sd.Variable(A, "x"), sd.Placeholder((None,), int, "i")
    y = x[i, [[0], [2]]]

    for fed in ([0, 1], [-1, 2], []):
        index = np.array(fed, int)
        np.testing.assert_array_equal(y({i: index}), A[index, [[0], [2]]])
        slope = sd.grad((y**2).sum(), x)({i: index})
        expected = np.zeros_like(A)
        np.add.at(expected, (index, [[0], [2]]), 2 * A[index, [[0], [2]]])
        np.testing.assert_array_equal(slope, expected)


def test_small_integers_do_not_overflow():
    """Places are counted in full, whatever the dtype of the indices."""
    x = sd.Variable(np.arange(400.0).reshape(20, 20), "x")
    i = sd.Variable(np.array([19, -1], "int8"), "i")

    np.testing.assert_array_equal(x[i, i](), [399, 399])
    np.testing.assert_array_equal(x[np.array([19, 18], "uint8"), np.array([19, 0], "uint8")](), [399, 360])


def test_constant_places_are_found_when_building():
    """Index arrays that are all known become one array of places, and masks are index arrays."""
    x = sd.Variable(A, "x")

    assert x[[0, 1], [1, 2]] is x[[True, True, False, False], [1, 2]]
    assert not [node for node in sd.toposort(x[A > 0]) if isinstance(node, FlatIndex)]


def test_updates_leave_values_alone():
    """Neither a variable nor a fed array is written to."""
    x, p = sd.Variable([1.0, 2.0], "x"), sd.Placeholder(2, name="p")
    fed = np.array([3.0, 4.0])

    results = sd.compile([x.at[0].set(9), x.at[[1]].set(9), p.at[0].set(9), p.at[[1]].set(9)], [p])(fed)

    assert [result.tolist() for result in results] == [[9, 2], [1, 9], [9, 4], [3, 9]]
    assert x.value.tolist() == [1, 2]
    assert fed.tolist() == [3, 4]


@pytest.mark.parametrize("symbolic", [False, True])
def test_the_last_value_wins_and_has_the_gradient(symbolic):
    """Of several values for one entry, those overwritten have derivative 0."""
    x, v = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0, 5.0], "v")
    i = sd.Variable([0, 0, -2], "i", dtype=int) if symbolic else [0, 0, -2]
    y = x.at[i].set(v)

    assert y().tolist() == [5, 2]
    assert sd.grad(y.sum(), v)().tolist() == [0, 0, 1]
    assert sd.grad(y.sum(), x)().tolist() == [0, 1]


def test_overwritten_nan_leaves_no_trace():
    """A NaN that is overwritten is in no value and no derivative."""
    x, v = sd.Variable([np.nan, 2.0], "x"), sd.Variable(3.0, "v")

    for y in (x.at[0].set(v), x.at[[0]].set(v), x.at[[0, 0]].set(v)):
        assert y().tolist() == [3, 2]
        assert sd.grad((y**2).sum(), x)().tolist() == [0, 4]
        assert sd.grad((y**2).sum(), v)() == 6


def test_updates_that_change_everything_or_nothing_are_short():
    """Writing all entries is the values; repeated constant places are settled when building."""
    x, v = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "v")

    assert x.at[:].set(v) is v
    assert type(x.at[:1].set(0)) is Overwrite
    put = x.at[[1, 1]].set(v)
    assert isinstance(put, Put)
    assert put.repeats == "none"


@pytest.mark.parametrize("dtype", ["int32", "float32", "bool", "complex64"])
def test_updates_keep_the_dtype(dtype):
    """The array's dtype stays, and weak numbers take it."""
    x = sd.Variable(np.array([1, 0, 1], dtype), "x")

    for y in (x.at[0].set(True), x.at[[1, 1]].multiply(x[1:]), x.at[2].set(x[0])):
        assert y.dtype == y().dtype == np.dtype(dtype)


def test_keys_that_cannot_be_read_are_refused():
    """An index on an axis of known size is checked against it even in the middle of a key."""
    p = sd.Placeholder((N, 3), name="p")

    with pytest.raises(IndexError, match="index 3 is out of range for axis 1"):
        p[[0, 7], [0, 3]]
    with pytest.raises(IndexError, match="7"):
        p[[0, 7], [0, 2]]({p: A})
    with pytest.raises(ShapeError):
        sd.roll(p, 5, 0)({p: A})


def test_a_long_repetition_of_places():
    """Products over repeated constant places are the products of all their values."""
    rng = np.random.default_rng(0)
    places = rng.integers(0, 3, 12)
    x, v = sd.Variable(rng.normal(size=3), "x"), sd.Variable(rng.normal(size=12), "v")
    expected = x.value.copy()
    np.multiply.at(expected, places, v.value)

    np.testing.assert_allclose(x.at[places].multiply(v)(), expected, rtol=1e-14)
    check_grad(x.at[places].multiply(v), [x, v], 2)
