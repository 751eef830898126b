"""What a node is: one object per meaning, immutable, with NumPy's operators and dtypes."""

from __future__ import annotations

import copy
import gc
import operator
import pickle
import threading
import weakref

import numpy as np
import pytest

import symdiff as sd
from symdiff.interning import Interned, Marked, canonical
from symdiff.node import _table


def variable(value, name="x", dtype=None):
    return sd.Variable(np.array(value, dtype), name)


# --- identity ---------------------------------------------------------------------------------------------


def test_equal_expressions_are_one_object():
    """Structural equality is `is`, so common subexpressions never exist."""
    x, y = variable([1.0, 2.0]), variable([3.0, 4.0], "y")

    assert sd.exp(x) is sd.exp(x)
    assert x + y is y + x
    assert x * y is y * x
    assert (x + y) * 2 is 2 * (y + x)
    assert sd.Variable(1.0) is not sd.Variable(1.0)
    assert sd.Placeholder() is not sd.Placeholder()


def test_like_terms_and_factors_are_collected():
    """x + x is 2 x, x - x is zero, 2 (3 x) is 6 x, and a third times three is one."""
    x = variable([1.0, 2.0])

    assert x + x is 2 * x
    assert x - x is sd.zeros(2)
    assert 2 * (3 * x) is 6 * x
    assert (x / 3) * 3 is x
    assert x / 3 + x / 3 + x / 3 is x
    assert x + 0 is x
    assert 1 * x is x
    assert x**1 is x
    assert sd.negative(-x) is x


def test_constants_of_one_value_are_one_object():
    """Small arrays are equal by content, shape and dtype."""
    assert sd.constant([1.0, 2.0]) is sd.constant(np.array([1.0, 2.0]))
    assert sd.constant([1.0, 2.0]) is not sd.constant([1, 2])
    assert sd.constant([1.0, 2.0]) is not sd.constant([[1.0, 2.0]])
    assert sd.constant(np.zeros(3)) is not sd.constant(np.zeros(3, "float32"))
    assert sd.ones(3) is sd.ones((3,))


@pytest.mark.parametrize(
    ("one", "two"), [(0.0, -0.0), (1, 1.0), (1, True), (True, 1.0), (0, False), (1.0, 1.0 + 0j)]
)
def test_numbers_that_python_confuses_stay_apart(one, two):
    """0.0 and -0.0, 1 and True and 1.0 hash alike, and mean different things."""
    a, b = sd.constant(one), sd.constant(two)

    assert a is not b
    assert np.array_equal(np.signbit(np.real(a())), np.signbit(np.float64(one.real)))
    assert b().dtype == np.asarray(two).dtype
    assert np.signbit(np.real(b())) == np.signbit(np.real(two))


def test_nan_is_one_constant():
    """NaN is unequal to itself, but not as a key."""
    x = variable(1.0)

    assert x + float("nan") is x + float("nan")
    assert np.isnan((x + float("nan"))())


def test_nodes_are_immutable():
    """Neither attributes nor operands can be set or deleted."""
    y = sd.exp(variable([1.0]))

    for change in (
        lambda: setattr(y, "operands", ()),
        lambda: setattr(y, "anything", 1),
        lambda: delattr(y, "shape"),
    ):
        with pytest.raises(AttributeError, match="immutable"):
            change()
    with pytest.raises(ValueError, match="read-only"):
        variable([1.0]).value[0] = 2
    with pytest.raises(ValueError, match="read-only"):
        sd.constant([1.0, 2.0]).value[0] = 2


def test_operands_are_older_than_their_users():
    """Sorting by serial is a topological order."""
    x = variable([0.5, 0.25])
    y = sd.hessian((sd.tanh(x) ** 3).sum(), x)

    for node in sd.toposort(y):
        assert all(operand.serial < node.serial for operand in node.operands)


def test_values_are_copied_in():
    """Changing the array afterwards changes nothing."""
    array = np.array([1.0, 2.0])
    x, c = sd.Variable(array), sd.constant(array)
    y = x * 1.5
    array[:] = 9

    np.testing.assert_array_equal(y(), [1.5, 3.0])
    np.testing.assert_array_equal(c(), [1.0, 2.0])
    x.value = array
    array[:] = 5
    np.testing.assert_array_equal(y(), [13.5, 13.5])


def test_unused_nodes_are_freed():
    """The table of nodes holds none of them alive; neither does an evaluated program."""
    gc.collect()
    before = len(_table)
    x = sd.Variable([1.0])
    y = sd.exp(x) * x + 1
    dy = sd.grad(y.sum(), x)
    for node in (x, y, dy):
        node()
    references = [weakref.ref(node) for node in (x, y, dy)]

    del x, y, dy, node
    gc.collect()

    assert [reference() for reference in references] == [None, None, None]
    assert len(_table) == before


class Thing:
    """What can be referred to weakly."""


def test_a_key_is_free_once_its_object_is_gone():
    """The first object of a key is the one that everybody gets, for as long as there is one."""
    table = Interned()
    one, two = Thing(), Thing()

    assert table.enter("key", one) is one
    assert table.enter("key", two) is one is table.get("key")
    del one
    assert table.get("key") is None
    assert len(table) == 0
    assert table.enter("key", two) is two is table.get("key")


@pytest.mark.parametrize("first", [True, False])
def test_what_takes_the_place_of_a_dying_object_stays(first):
    """Whoever hears of an object's end, before the table does or after, may ask for it again."""
    table, one = Interned(), Thing()
    again = []

    def watch(thing):
        return weakref.ref(thing, lambda _: again.append(table.enter("key", Thing())))

    watches = [watch(one)] if first else []
    table.enter("key", one)
    watches += [watch(one)]
    del one

    assert len(again) == len(watches)
    assert all(table.get("key") is found for found in again)
    assert len(table) == 1


def test_threads_get_the_same_objects():
    """Threads that build equal expressions at once build one graph."""
    x = variable(np.linspace(0, 1, 5))
    results: list[list[sd.Node]] = [[] for _ in range(8)]
    barrier = threading.Barrier(8)

    def build(found):
        barrier.wait()
        for k in range(60):
            y = sd.tanh(x * (k + 2)) @ sd.exp(x + k)
            found.append(sd.grad(y, x))

    threads = [threading.Thread(target=build, args=(found,)) for found in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for found in results[1:]:
        assert all(one is two for one, two in zip(found, results[0], strict=True))


# --- copies -----------------------------------------------------------------------------------------------


def graphs():
    """A graph with every kind of leaf and attribute."""
    x = variable([[1.0, 2.0], [3.0, 4.0]])
    big = np.arange(200.0).reshape(100, 2)
    y = sd.softmax(x[::-1] @ sd.constant(big).T / 3) ** 1.5
    return x, sd.concatenate([y, sd.pad(y, 1, 2.5)[1:-1, 1:-1]], 1)[[0, 1, 0]].max(0).astype("float32")


def test_copy_is_itself():
    """A copy of what cannot change is the same object."""
    x, y = graphs()

    assert copy.copy(y) is y
    assert copy.copy(x) is x


def test_deepcopy_has_variables_of_its_own():
    """The same graph over copies of the variables, each copied once."""
    x, y = graphs()
    x2, y2, z2 = copy.deepcopy([x, y, x * 2])

    assert x2 is not x
    assert x2 in sd.toposort(y2)
    assert x2 in sd.toposort(z2)
    np.testing.assert_array_equal(y2(), y())
    x2.value = np.ones((2, 2))
    assert x.value[0, 1] == 2
    assert y2 is not y


def test_pickle_restores_values_and_sharing():
    """A graph pickles with its variables' values; what is shared stays shared."""
    x, y = graphs()
    x2, y2, again = pickle.loads(pickle.dumps([x, y, y]))

    assert again is y2
    assert x2 in sd.toposort(y2)
    assert (x2.name, x2.trainable) == (x.name, x.trainable)
    assert (y2.shape, y2.dtype) == (y.shape, y.dtype)
    np.testing.assert_array_equal(y2(), y())


def test_pickled_derivatives_are_the_same_graphs():
    """Over the restored variables, a derivative is built of the same nodes again."""
    x = variable([0.5, 1.5])
    y = (sd.tanh(x) ** 3 / 3).sum()
    x2, y2, dy2 = pickle.loads(pickle.dumps((x, y, sd.grad(y, x))))

    assert sd.grad(y2, x2) is dy2


def test_placeholders_pickle_with_their_sizes():
    """Named sizes are equal after a round trip, in all places."""
    n = sd.Dim("n")
    x = sd.Placeholder((n, None), name="x")
    y = pickle.loads(pickle.dumps(x @ x.T))
    (x2,) = [node for node in sd.toposort(y) if isinstance(node, sd.Placeholder)]

    assert y.shape == (n, n)
    np.testing.assert_array_equal(y({x2: [[1.0, 2.0]]}), [[5.0]])


# --- operators --------------------------------------------------------------------------------------------

OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OTHERS = {
    "int": 3,
    "float": 2.5,
    "bool": True,
    "list": [1.5, 2.0],
    "array": np.array([[1.5], [3.0]]),
    "float32 array": np.array([1.5, 2.0], "float32"),
    "int array": np.array([2, 3]),
    "scalar array": np.array(2.0),
    "float64": np.float64(2.5),
    "float32": np.float32(2.5),
    "int32": np.int32(3),
    "node": None,
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("name", OPERATORS)
def test_operators_are_numpys_on_both_sides(name, other, side, dtype):
    """Values, shapes and dtypes of an operator are NumPy's, whatever the other operand is."""
    array = np.array([1.5, 4.0]).astype(dtype)
    x = variable(array, dtype=dtype)
    value = array * 2 if other == "node" else OTHERS[other]
    operand = x * 2 if other == "node" else value
    f = OPERATORS[name]
    plain = np.asarray(value) if other == "list" else value

    found = f(x, operand) if side == "left" else f(operand, x)
    expected = f(array, plain) if side == "left" else f(plain, array)

    assert isinstance(found, sd.Node)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert found().dtype == expected.dtype
    np.testing.assert_array_equal(found(), expected)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("kind", [list, np.array, lambda m: sd.Variable(np.array(m))])
def test_matmul_is_numpys_on_both_sides(kind, side):
    """Lists, arrays and nodes, on the left and on the right."""
    m = [[1.0, 2.0], [3.0, 4.0]]
    x = variable([5.0, 6.0])

    found = kind(m) @ x if side == "left" else x @ kind(m)

    expected = np.array(m) @ x.value if side == "left" else x.value @ np.array(m)
    np.testing.assert_array_equal(found(), expected)


def test_unary_operators_are_numpys():
    """-x, +x and abs(x)."""
    x = variable([1.5, -2.0])

    assert (-x)().tolist() == [-1.5, 2.0]
    assert +x is x
    assert abs(x)().tolist() == [1.5, 2.0]


def test_methods_are_numpys():
    """What one types on an array means the same on a node."""
    v = np.arange(6.0).reshape(2, 3)
    x = variable(v)

    for f in (
        lambda a: a.T,
        lambda a: a.transpose(1, 0),
        lambda a: a.transpose((1, 0)),
        lambda a: a.reshape(3, 2),
        lambda a: a.reshape((-1,)),
        lambda a: a.ravel(),
        lambda a: a[None].squeeze(0),
        lambda a: a.sum(axis=1, keepdims=True),
        lambda a: a.mean(0),
        lambda a: a.max(),
        lambda a: a.min(axis=-1),
        lambda a: a.argmax(1),
        lambda a: a.dot(a.T),
        lambda a: a[:, :2].trace(),
        lambda a: a[:, 1:].diagonal(),
        lambda a: a.astype("int32"),
        lambda a: a.take([1, 0], 1),
    ):
        np.testing.assert_array_equal(f(x)(), f(v))
    assert (x.ndim, x.size, len(x)) == (v.ndim, v.size, len(v))
    assert [row() @ [1, 1, 1] for row in x] == [3, 12]


# --- dtypes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64", "int8", "int32", "bool"])
@pytest.mark.parametrize("number", [True, 2, 2.5, 1j])
def test_python_numbers_are_weak(dtype, number):
    """A Python number gives way to an array's dtype, as far as its kind allows."""
    array = np.array([1, 0], dtype)
    x = variable(array, dtype=dtype)

    for f in (operator.add, operator.mul):
        assert f(x, number).dtype == f(array, number).dtype
        np.testing.assert_array_equal(f(x, number)(), f(array, number))


@pytest.mark.parametrize(
    "one", ["float16", "float32", "float64", "int8", "int64", "uint8", "bool", "complex64"]
)
@pytest.mark.parametrize("two", ["float32", "int32", "uint8", "bool", "complex128"])
def test_arrays_promote_as_in_numpy(one, two):
    """Two arrays of different dtypes meet in NumPy's common type."""
    a, b = np.array([1, 1], one), np.array([1, 0], two)

    for f in (
        operator.add,
        operator.mul,
        lambda x, y: sd.where(x == 0 if False else True, x, y) if 0 else x * y,
    ):
        found = f(variable(a, dtype=one), variable(b, dtype=two))
        assert found.dtype == found().dtype == f(a, b).dtype
        np.testing.assert_array_equal(found(), f(a, b))


def test_single_precision_stays_single_through_a_model():
    """Numbers, means, derivatives and constants leave float32 alone."""
    x = variable(np.ones((4, 3)), dtype="float32")
    w = variable(np.ones(3), "w", "float32")
    loss = ((sd.sigmoid(x @ w / 3 - 0.5) * 2) ** 2).mean() + 0.01 * (w**2).sum() + sd.norm(w) / 7

    for node in (loss, *sd.grad(loss, [x, w]), sd.hessian(loss, w), sd.hvp(loss, w, np.ones(3))):
        assert node.dtype == node().dtype == np.float32


def test_casts_are_numpys():
    """Conversions of constants are those of arrays, rounding included."""
    assert sd.constant(1.9).astype(int)() == 1
    assert sd.constant(-1.9).astype("int8")() == -1
    assert sd.constant(0.1).astype("float32").astype("float64")() == np.float64(np.float32(0.1))
    assert sd.full((2,), 2.5).astype(bool)().tolist() == [True, True]
    assert sd.constant(300).astype("uint8")() == np.int64(300).astype("uint8")


def test_byte_order_is_the_machines():
    """Arrays from files of the other byte order are converted on the way in."""
    x = sd.Variable(np.array([1.0, 2.0], ">f8"))

    assert x.dtype == sd.exp(x).dtype == sd.exp(x)().dtype == np.dtype("float64")
    np.testing.assert_array_equal((x * 2)(), [2.0, 4.0])


def test_marked_objects_leave_when_they_end():
    """They are remembered one by one, twice or not, and keep nothing alive."""
    marked = Marked()
    one, two = Thing(), Thing()

    marked.update([one, two, one])
    assert one in marked
    assert Thing() not in marked
    assert len(marked) == 2
    del one
    assert list(marked) == [two]
    assert len(marked) == 1
    del two
    assert len(marked) == 0


def test_keys_keep_apart_what_python_takes_for_equal():
    """A number of each type has a key of its own, inside tuples as well."""
    values = [1, 1.0, True, np.float32(1), np.int64(1), 0.0, -0.0, 0, (1, 0.0), (1.0, 0.0), (1, -0.0), (1j,)]

    assert len({canonical(value) for value in values}) == len(values)
    assert canonical(float("nan")) == canonical(float("nan"))
    assert canonical((2.5, ("x", None))) == canonical((2.5, ("x", None)))


def test_one_integer_means_what_it_means_in_a_tuple():
    """The short way of reading a row gives the same node, and the same complaint."""
    x = sd.Placeholder((3, 4), name="x")

    assert x[1] is x[1,]
    assert x[-1] is x[2, :]
    with pytest.raises(IndexError, match="index 3 is out of range for axis 0"):
        x[3]
