"""Programs: never stale, never aliasing, given and giving any structure, updating after everything."""

from __future__ import annotations

import copy
import pickle
from collections import namedtuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.ops.base import Elementwise


class Same(Elementwise):
    """x, returned as it was given: an operation from outside that shares memory"""

    def compute(self, xp, x):
        return x

    def partials(self):
        return (sd.ones_like(self),)


class Labelled(np.ndarray):
    """An array of somebody else's kind"""


# --- what comes in, what goes out -------------------------------------------------------------------------


def test_values_are_never_stale():
    """Neither evaluation nor a program remembers an old value."""
    x = sd.Variable([1.0, 2.0], "x")
    y = x * x
    f = sd.compile(y)
    assert (y().tolist(), f().tolist()) == ([1, 4], [1, 4])

    x.value = [3, 4]

    assert (y().tolist(), f().tolist()) == ([9, 16], [9, 16])
    assert x().tolist() == [3, 4]


OUTPUTS = {
    "itself": lambda x: x,
    "transpose": lambda x: x.T,
    "slice": lambda x: x[1:],
    "reversed": lambda x: x[::-1, ::2],
    "reshape": lambda x: x.reshape(-1),
    "expanded": lambda x: x[None],
    "broadcast": lambda x: sd.broadcast_to(x, (2, 3, 3)),
    "diagonal": lambda x: x.diagonal(),
    "cast": lambda x: x.astype("float64"),
    "identity": sd.identity,
    "stopped": sd.stop_gradient,
    "taken": lambda x: x[[0, 1, 2]],
    "user operation": Same,
    "user operation on a view": lambda x: Same(x.T),
    "maximum over nothing": lambda x: x.max(()),
    "scaled by one": lambda x: 1 * x,
    "constant": lambda x: sd.constant(np.arange(200.0)),
    "ones": lambda x: sd.ones((3, 3)),
    "computed": lambda x: x * 2,
    "view of computed": lambda x: (x * 2).T,
    "scalar": lambda x: x[0, 0],
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_share_no_memory_with_inputs_or_variables(name):
    """A result may be changed by its receiver, and nobody else notices."""
    v = np.arange(9.0).reshape(3, 3)
    given, variable = sd.Placeholder((3, 3), name="p"), sd.Variable(v, "x")
    array = v.copy()
    f = sd.compile([OUTPUTS[name](given), OUTPUTS[name](variable)], [given])
    one, two = f(array)
    again = [one.copy(), two.copy()]

    for result in (one, two):
        assert result.flags.writeable
        assert not np.shares_memory(result, array)
        assert not np.shares_memory(result, variable.value)
        result[...] = -7

    np.testing.assert_array_equal(array, v)
    np.testing.assert_array_equal(variable.value, v)
    for found, expected in zip(f(array), again, strict=True):
        np.testing.assert_array_equal(found, expected)
    direct = OUTPUTS[name](variable)()
    direct[...] = -7
    np.testing.assert_array_equal(variable.value, v)


@pytest.mark.parametrize("first", OUTPUTS)
@pytest.mark.parametrize("second", ["itself", "transpose", "view of computed", "user operation"])
def test_outputs_share_no_memory_with_each_other(first, second):
    """Also when they are views of one result."""
    x = sd.Variable(np.arange(9.0).reshape(3, 3), "x")
    base = x * 2
    for source in (x, base):
        one, two, three = sd.compile([OUTPUTS[first](source), OUTPUTS[second](source), source])()

        assert not np.shares_memory(one, two)
        assert not np.shares_memory(one, three)
        assert not np.shares_memory(two, three)


def test_inputs_are_never_modified(rng):
    """Sums are added in place, but never into what was given."""
    shape = (4, 4)
    nodes = [sd.Placeholder(shape, name=f"p{k}") for k in range(5)]
    a, b, c, d, e = nodes
    f = sd.compile([a + b - c + d * e + a.T, sd.add(a, b, c, d, e), -a + 1, a[::-1] + b + c + d + e], nodes)
    arrays = [rng.normal(size=shape) for _ in nodes]
    copies = [array.copy() for array in arrays]

    f(*arrays)

    for array, copied in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copied)
        array.flags.writeable = False
    f(*arrays)


def test_inputs_of_any_layout_are_taken(rng):
    """Fortran order, negative strides, lists, numbers, other floats, and subclasses of arrays."""
    p = sd.Placeholder((3, 2), name="p")
    f = sd.compile(sd.exp(p) @ p.T, [p])
    v = rng.normal(size=(3, 2))
    expected = np.exp(v) @ v.T

    for given in (
        v,
        np.asfortranarray(v),
        v[::-1][::-1],
        v.T.copy().T,
        v.tolist(),
        v.astype(">f8"),
        v.view(Labelled),
    ):
        found = f(given)
        assert type(found) is np.ndarray
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    np.testing.assert_allclose(f(v.astype("float32")), expected, rtol=1e-5)
    assert sd.compile(p.sum(), [p])([[1, 2], [3, 4], [5, 6]]) == 21


def test_results_have_the_structure_of_outputs():
    """Lists, tuples, named tuples and dicts, nested; a node alone is an array alone."""
    x = sd.Variable(2.0, "x")
    pair = namedtuple("pair", "left right")

    assert sd.compile(x)() == 2
    assert sd.compile([x, (x * 2, {"a": x * 3})])() == [2, (4, {"a": 6})]
    assert sd.compile(pair(x, [x]))() == pair(2, [2])
    assert sd.compile([])() == []
    assert sd.compile([x, x])() == [2, 2]


def test_inputs_are_given_by_place_or_by_name():
    """As with any Python function."""
    a, b = sd.Placeholder(name="a"), sd.Placeholder(name="b")
    f = sd.compile(a - b, [a, b])

    assert f(5, 3) == f(5, b=3) == f(b=3, a=5) == 2
    assert sd.compile(a - b, [b, a])(5, 3) == -2
    assert sd.compile(a - b)(5, 3) == 2


def test_any_node_may_be_an_input():
    """What it was computed from is not looked at."""
    p = sd.Placeholder(name="p")
    h = sd.exp(p)
    x = sd.Variable(3.0, "x")

    assert sd.compile(h * h, [h])(3) == 9
    assert (h * h)({h: 3}) == 9
    assert sd.compile(x * 2, [x])(5) == 10
    assert x.value == 3
    assert (x * 2)({x: 7}) == 14
    assert sd.compile(h, [h])(4) == 4


def test_constants_need_no_inputs():
    """A graph without leaves is a program as well."""
    assert sd.compile(sd.eye(2) * 3)().tolist() == [[3, 0], [0, 3]]
    assert (sd.ones(3) * 2).sum()() == 6
    assert sd.zeros((0, 2))().shape == (0, 2)


# --- updates ------------------------------------------------------------------------------------------------


def test_updates_happen_after_everything():
    """Results and other updates see the old values."""
    a, b = sd.Variable(1.0, "a"), sd.Variable(10.0, "b")
    f = sd.compile([a, a + b], updates={a: b, b: a + b})

    assert f() == [1, 11]
    assert (a.value, b.value) == (10, 11)
    assert f() == [10, 21]
    assert (a.value, b.value) == (11, 21)


def test_updated_values_are_nobody_elses():
    """An update that is also a result, or another variable, is a copy."""
    a, b, c = (sd.Variable(np.full(3, float(k)), f"v{k}") for k in range(3))
    new = a + 1
    result, _ = sd.compile([new, a], updates={a: new, b: a, c: new[::-1]})()
    result[...] = -7

    assert a.value.tolist() == [1, 1, 1]
    assert b.value.tolist() == [0, 0, 0]
    assert c.value.tolist() == [1, 1, 1]
    assert not np.shares_memory(a.value, c.value)
    assert not a.value.flags.writeable


def test_a_training_step_is_one_program(rng):
    """Gradient descent on least squares arrives where lstsq does."""
    m, t = rng.normal(size=(20, 3)), rng.normal(size=20)
    w = sd.Variable(np.zeros(3), "w")
    loss = ((m @ w - t) ** 2).mean()
    step = sd.compile(loss, updates={w: w - 0.2 * sd.grad(loss, w)})

    losses = [float(step()) for _ in range(400)]

    assert losses[-1] < losses[0]
    np.testing.assert_allclose(w.value, np.linalg.lstsq(m, t, rcond=None)[0], rtol=1e-6)


def test_a_failed_run_updates_nothing():
    """An error at run time leaves all variables as they were."""
    x, k = sd.Variable([1.0, 2.0], "x"), sd.Placeholder((1,), int, "k")
    f = sd.compile(x[k], [k], updates={x: x + 1})

    with pytest.raises(IndexError):
        f([5])

    assert x.value.tolist() == [1, 2]


# --- failures, copies -------------------------------------------------------------------------------------


def test_indices_out_of_range_are_refused_at_run_time():
    """With the range of the indices and the number of places."""
    x, k = sd.Variable([1.0, 2.0, 3.0], "x"), sd.Placeholder((2,), int, "k")

    for y in (x[k], sd.one_hot(k, 3), sd.scatter_add(x[:2], k, 3)):
        assert np.isfinite(sd.compile(y, [k])([0, 2])).all()
        with pytest.raises(IndexError, match=r"5.*3"):
            sd.compile(y, [k])([0, 5])
    np.testing.assert_array_equal(sd.compile(x[k], [k])([-1, -3]), [3, 1])
    with pytest.raises(IndexError):
        sd.compile(x[k], [k])([0, -4])


def test_a_program_is_pickled_as_its_graph():
    """A copy has variables of its own, and updates those."""
    w = sd.Variable([1.0, 2.0], "w")
    step = sd.compile({"loss": (w * w).sum()}, updates={w: w / 2})
    for twin in (pickle.loads(pickle.dumps(step)), copy.deepcopy(step)):
        assert [float(twin()["loss"]), float(twin()["loss"])] == [5.0, 1.25]

    assert w.value.tolist() == [1, 2]
