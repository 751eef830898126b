"""Programs of numbers run on floats: the same results as on arrays, at less cost."""

from __future__ import annotations

import itertools
import math
import pickle
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.backends.native.compiler import compiler
from symdiff.backends.native.numbers import translated
from symdiff.backends.numpy import Kernel
from symdiff.backends.scalars import ScalarKernel, scalar_kernel, written
from symdiff.planning import plan

X, Y = sd.Placeholder((), name="x"), sd.Placeholder((), name="y")
MODERATE = [
    -7.7,
    -2.5,
    -1.0,
    -0.7,
    -0.5,
    -0.0,
    0.0,
    1e-3,
    0.3,
    0.5,
    1.0,
    1.5,
    2.5,
    3.0,
    7.7,
    30.0,
    100.3,
    math.nan,
]
EXTREME = [
    5e-324,
    1e-308,
    1e-200,
    1e-16,
    709.0,
    710.0,
    745.5,
    1e15 + 0.5,
    1e16,
    1e100,
    1e154,
    1e200,
    1.7e308,
    math.inf,
]
POINTS = [*MODERATE, *EXTREME, *(-point for point in EXTREME)]
ULPS = 32  # several functions of an ulp each, and what cancels
SMALLEST = 1e-300  # powers of negative exponents are reciprocals, which lose digits where the powers overflow

UNARY = {
    f.__name__: f
    for f in (
        sd.abs,
        sd.arccos,
        sd.arccosh,
        sd.arcsin,
        sd.arcsinh,
        sd.arctan,
        sd.arctanh,
        sd.cbrt,
        sd.ceil,
        sd.cos,
        sd.cosh,
        sd.deg2rad,
        sd.elu,
        sd.erf,
        sd.exp,
        sd.exp2,
        sd.expm1,
        sd.floor,
        sd.hard_sigmoid,
        sd.hard_silu,
        sd.hard_tanh,
        sd.identity,
        sd.isfinite,
        sd.isinf,
        sd.isnan,
        sd.leaky_relu,
        sd.log,
        sd.log10,
        sd.log1mexp,
        sd.log1p,
        sd.log2,
        sd.log_sigmoid,
        sd.logit,
        sd.mish,
        sd.nan_to_num,
        sd.negative,
        sd.normal_logpdf,
        sd.normal_pdf,
        sd.rad2deg,
        sd.reciprocal,
        sd.relu,
        sd.relu6,
        sd.round,
        sd.selu,
        sd.sigmoid,
        sd.sign,
        sd.silu,
        sd.sin,
        sd.sinh,
        sd.softplus,
        sd.softsign,
        sd.sqrt,
        sd.square,
        sd.stop_gradient,
        sd.swish,
        sd.tan,
        sd.tanh,
        sd.trunc,
    )
} | {
    **{f"power {e}": lambda x, e=e: x**e for e in (-3, -2, -1, -0.5, 0.5, 1.5, 2, 2.5, 3, 4, 17, 1 / 3)},
    "clip": lambda x: sd.clip(x, -1, 2),
    "clip from below": lambda x: sd.clip(x, -1),
    "polynomial": lambda x: 3 * x**3 - x**2 / 7 + 2 * x - 1,
    "sums and views": lambda x: sd.reshape(sd.sum(sd.broadcast_to(x, ())), ()) - sd.mean(x) / 3 + math.inf,
    "constants": lambda x: (
        x * np.float64(math.pi) + sd.constant(np.array(-0.25)) - sd.where(x > 1, math.nan, 2)
    ),
}
BINARY = {
    f.__name__: f
    for f in (
        sd.add,
        sd.arctan2,
        sd.divide,
        sd.equal,
        sd.floor_divide,
        sd.fmod,
        sd.greater,
        sd.greater_equal,
        sd.hypot,
        sd.less,
        sd.less_equal,
        sd.logaddexp,
        sd.maximum,
        sd.minimum,
        sd.mod,
        sd.multiply,
        sd.not_equal,
        sd.power,
        sd.subtract,
    )
} | {
    "where": lambda x, y: sd.where(x > y, sd.log(x), sd.sqrt(y) / x),
    "logic": lambda x, y: sd.logical_xor(
        sd.logical_and(x > 0, y < 1), sd.logical_or(sd.isnan(x), sd.logical_not(y > x))
    ),
    "truth": lambda x, y: (x > y).astype(float) - 0.5 * (x < y).astype(float) * x.astype(bool).astype(float),
    "nested": lambda x, y: x - (y - (x / (y / (x * (y + 1) - 2)))) ** 2 - (-x) * -(y + x) / (2 * -y),
    "clip": lambda x, y: sd.clip(x, y, 1.0),
}


def compared(outputs, inputs, rows):
    """The results of all kernels are arrays of the same kind, and equal up to rounding."""
    steps = plan(outputs, inputs)
    on_floats, on_arrays = scalar_kernel(steps, Kernel), Kernel(steps)
    assert on_floats is not None
    truths = [steps.steps[k].dtype == bool for k in steps.outputs]
    text = translated(on_floats.text, truths) if compiler() else None
    kernels = [on_floats, *([ScalarKernel(steps, text, Kernel)] if text else [])]
    for row in rows:
        arrays = [np.array(value) for value in row]
        for kernel in kernels:
            for one, other in zip(kernel.run(arrays), on_arrays.run(arrays), strict=True):
                assert (type(one), one.shape, one.dtype) == (np.ndarray, (), other.dtype)
                assert agree(one.item(), other.item()), (row, one, other)


def agree(one, other):
    """Whether two numbers are equal up to rounding, or both NaN."""
    if one == other or (one != one and other != other):
        return True
    return math.isfinite(other) and abs(one - other) <= ULPS * math.ulp(other) + SMALLEST


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name):
    """At ordinary numbers, zeros of both signs, huge ones, infinities and NaN."""
    compared([UNARY[name](X)], [X], [(point,) for point in POINTS])


@pytest.mark.parametrize("name", UNARY)
def test_their_derivatives(name):
    """Where nothing cancels or overflows on the way."""
    y = UNARY[name](X).astype(float)

    compared([y, sd.grad(y, X)], [X], [(point,) for point in MODERATE])


# NumPy takes roots for powers of 1/2: of -inf it makes a NaN, where C and Python have inf
ROOTS = {(-math.inf, 0.5)}


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_numbers(name):
    """At all pairs."""
    points = MODERATE if name in ("where", "nested") else POINTS
    pairs = [pair for pair in itertools.product(points, POINTS) if name != "power" or pair not in ROOTS]

    compared([BINARY[name](X, Y)], [X, Y], pairs)


@pytest.mark.parametrize("name", BINARY)
def test_derivatives_by_two_numbers(name):
    """Both at once."""
    y = BINARY[name](X, Y).astype(float)

    compared(sd.grad(y, [X, Y]), [X, Y], itertools.product(MODERATE, MODERATE))


@pytest.mark.parametrize("name", ["sinc", "erfc", "gammaln", "digamma"])
def test_what_has_no_form_is_computed_on_arrays(name):
    """`math` has no such function, or one that differs by more than rounding."""
    f = sd.compile(getattr(sd, name)(X) + 1, [X])

    assert not isinstance(f.kernel({}), ScalarKernel)
    np.testing.assert_array_equal(f(0.3), getattr(sd, name)(0.3)() + 1)


class Doubled(sd.Elementwise):
    """an operation from outside"""

    def compute(self, xp, x):
        return xp.add(x, x)


@pytest.mark.parametrize(
    "outputs",
    [
        lambda: sd.sum(sd.Variable([1.0, 2.0])),
        lambda: sd.Variable(np.float32(1.0)) * 2,
        lambda: sd.Variable(3, dtype=int) + 1,
        lambda: sd.complex(X, 1.0),
        lambda: Doubled(X),
        lambda: [sd.exp(X), sd.zeros(2)],
    ],
)
def test_what_is_not_all_numbers_is_computed_on_arrays(outputs):
    """Arrays, other dtypes, operations of others."""
    assert not isinstance(
        sd.compile(outputs(), [X] if "X" in outputs.__code__.co_names else None).kernel({}), ScalarKernel
    )


# --- text ---------------------------------------------------------------------------------------------


def test_what_is_used_once_is_written_where_it_is_used():
    """And what is used twice has a name; powers are products, products with reciprocals divisions."""
    f = sd.compile([sd.tanh(X * Y) + X**3, Y / sd.sqrt(X * Y) / X, (X > Y) & (Y < 2)], [X, Y])

    assert f.source == (
        "from math import sqrt, tanh\n\n"
        "def program(x, y):\n"
        "    t2 = x * y\n"
        "    return (tanh(t2) + x * x * x, y / sqrt(t2) / x, x > y and y < 2.0, )\n"
    )


def test_a_number_used_many_times_stays_a_number():
    """The gradient by a weight of all steps of a recurrence is a sum of numbers, not a product of stacks."""
    y = X
    for _ in range(9):
        y = sd.tanh(Y * y)

    assert isinstance(sd.compile(sd.grad(y, Y), [X, Y]).kernel({}), ScalarKernel)


def test_source_runs_on_its_own():
    """It imports what it needs, whatever the inputs are called."""
    names = ["sin", "t1", "program", "round", "if", "α", "e", "sin"]
    inputs = [sd.Placeholder((), name=name) for name in names]
    f = sd.compile(sd.sin(sum(k * x for k, x in enumerate(inputs, 1))) * sd.exp(-inputs[6]), inputs)
    space = {}
    exec(f.source, space)

    assert isinstance(f.kernel({}), ScalarKernel)
    assert space["program"](*range(8))[0] == pytest.approx(math.sin(168) * math.exp(-6), rel=1e-13)
    assert f(*range(8)) == pytest.approx(math.sin(168) * math.exp(-6), rel=1e-13)


def test_expressions_stay_short():
    """Chains of a thousand operations of each kind: no line is long, no nesting deep."""
    y = X
    for k in range(1000):
        y = sd.sin(y) if k % 2 else 2 / (1 + y)
    f = sd.compile([y, sum(sd.sin(k * X) for k in range(1000))], [X])

    assert isinstance(f.kernel({}), ScalarKernel)
    assert max(map(len, f.source.splitlines())) < 200
    np.testing.assert_allclose(f(0.4)[0], y({X: 0.4}), rtol=1e-12)


# --- calls --------------------------------------------------------------------------------------------


W = sd.Variable(0.5, "w")
GIVEN = [2.0, 2, np.float64(2), np.array(2.0), np.array(2), np.float32(2), True, np.int8(2)]


@pytest.mark.parametrize("value", GIVEN, ids=lambda value: f"{type(value).__name__} {np.ndim(value)}")
def test_numbers_of_all_kinds_may_be_given(value):
    """By position and by name; results are arrays without axes, as ever."""
    f = sd.compile(sd.exp(X) * W, [X])
    expected = math.exp(float(value)) * 0.5

    for found in (f(value), f(x=value)):
        assert (type(found), found.shape, found.dtype) == (np.ndarray, (), float)
        assert found == pytest.approx(expected, rel=1e-15)


def test_results_have_their_structure():
    """Lists, dicts, booleans, inputs and constants as outputs; each an array of its own."""
    f = sd.compile({"a": [X, X], "b": (X > 1, sd.constant(3.0)), "c": W}, [X])
    first, second = f(2.0), f(2.0)

    assert first == {"a": [2, 2], "b": (True, 3), "c": 0.5}
    assert first["b"][0].dtype == bool
    first["a"][0][...] = 7
    assert second["a"][0] == first["a"][1] == 2
    assert sd.compile([], [])() == []
    assert sd.compile(W * 2)() == 1


@pytest.mark.parametrize("value", [1j, "2", None, [2.0], np.ones(1), 1 << 70, np.ones(2)], ids=repr)
def test_what_is_no_number_is_refused_as_ever(value):
    """With the errors that arrays get."""
    f = sd.compile(sd.exp(X), [X])

    with pytest.raises((TypeError, sd.ShapeError, ValueError)):
        f(value)
    with pytest.raises(sd.GraphError, match="values for"):
        f(1.0, 2.0)
    with pytest.raises(sd.GraphError, match="values for"):
        f()


def test_facts_are_checked():
    """A declared input is looked at in every call."""
    p = sd.Placeholder((), name="p", positive=True)
    f = sd.compile(sd.log(p), [p])

    assert isinstance(f.kernel({}), ScalarKernel)
    assert f(1.0) == 0
    with pytest.raises(ValueError, match="positive"):
        f(-1.0)


def test_infinities_and_nans_come_out_of_every_call():
    """The error of `math` in one call is forgotten by the next."""
    f = sd.compile([1 / X, sd.log(X), sd.exp(1000 * X), X**0.5], [X])

    for _ in range(2):
        assert [float(value) for value in f(0.0)] == [math.inf, -math.inf, 1, 0]
        assert str(f(-1.0)[1:]) == str([np.array(math.nan), np.array(0.0), np.array(math.nan)])
        assert f(1.0)[2] == math.inf
        assert f(0.25)[0] == 4


def test_variables_and_updates():
    """Current values are read, updates stored."""
    v = sd.Variable(3.0, "v")
    value, step = sd.compile(v**2), sd.compile(v**2, updates={v: v - 0.25 * sd.grad(v**2, v)})

    assert (value(), step(), value(), step(), v.value) == (9, 9, 2.25, 2.25, 0.75)
    assert isinstance(v.value, np.ndarray)
    v.value = 2
    assert value() == 4


def test_nan_and_infinity_are_found():
    """`check_finite` names the node."""
    f = sd.compile(sd.sin(sd.log(X)), [X], check_finite=True)

    assert f(1.0) == 0
    with pytest.raises(sd.NonFiniteError, match=r"log\(x\) is -inf"):
        f(0.0)


def test_copies_cost_and_threads():
    """A pickled program runs on floats as well, in many threads at once."""
    y = sd.exp(sd.sin(X) * X)
    f = pickle.loads(pickle.dumps(sd.compile([y, sd.grad(y, X)], [X])))
    expected = [f(k / 7) for k in range(50)]
    wrong = []

    def work():
        wrong.extend(k for k in range(50) for _ in range(20) if f(k / 7) != expected[k])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert f.cost.flops == f.cost.steps > 0
    assert "def program(x):" in str(f)


EXPRESSIONS = st.recursive(
    st.sampled_from([X, Y, 2.0, -0.5]),
    lambda inner: st.one_of(
        st.tuples(
            st.sampled_from(["sin", "tanh", "exp", "abs", "square", "relu", "negative", "floor"]), inner
        ),
        st.tuples(
            st.sampled_from(["add", "subtract", "multiply", "divide", "maximum", "less"]), inner, inner
        ),
    ),
    max_leaves=12,
)


def built(tree):
    """The graph of nested tuples."""
    if not isinstance(tree, tuple):
        return sd.constant(tree)
    name, *parts = tree
    return getattr(sd, name)(*map(built, parts)).astype(float)


@given(EXPRESSIONS, st.floats(-3, 3), st.floats(-3, 3))
def test_random_expressions(tree, x, y):
    """Operators are nested as they should be: the value is that of the graph, node by node."""
    node = built(tree)
    steps = plan([node], [X, Y])
    found = float(scalar_kernel(steps, Kernel).run([np.array(x), np.array(y)])[0])
    expected = float(Kernel(steps).run([np.array(x), np.array(y)])[0])

    assert written(steps) is not None
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)
