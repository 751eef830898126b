"""What programs are made of: operations taken apart into single calls, and calls that are cheaper."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.planning.calls.tracing import calls_of
from symdiff.planning.steps import Literal
from tests.cases import interpret


@pytest.fixture
def x(rng):
    return sd.Variable(rng.normal(size=(6, 5)), "x")


# --- operations on stand-ins ------------------------------------------------------------------------------


def test_an_operation_is_the_calls_that_it_makes(x):
    """A sigmoid is four functions of entries, a softmax a few more, along its axis."""
    assert [call.name for call in calls_of(sd.sigmoid(x))] == ["negative", "exp", "add", "divide"]
    softmax = calls_of(sd.softmax(x, axis=1))
    assert [(call.name, call.axes) for call in softmax] == [
        ("maximum", (1,)),
        ("reshape", None),
        ("subtract", None),
        ("exp", None),
        ("add", (1,)),
        ("reshape", None),
        ("divide", None),
    ]
    assert [call.dtype.kind for call in calls_of(x > 0)] == ["b"]
    assert calls_of(sd.where(x > 0, x, 1.0))[-1].name == "where"
    assert calls_of(sd.log1p(x))[0].arguments[0].number == 0
    assert [type(a) for a in calls_of(sd.relu(x))[0].arguments][1] is Literal


def test_what_looks_at_values_is_called_as_it_is(x):
    """Operations that are no functions of entries, and those from outside the package."""

    class Doubled(sd.Elementwise):
        """2 x"""

        def compute(self, xp, x):
            return x + x

    assert calls_of(Doubled(x)) is None
    assert calls_of(sd.argmax(x, axis=0)) is None
    np.testing.assert_array_equal(sd.tanh(Doubled(x))(), np.tanh(2 * x.value))


def test_a_program_says_the_same_as_its_operations(x):
    """Every function of entries, taken apart, on awkward numbers."""
    value = np.array([0, -0.0, 1, -1, 1e-300, 1e300, -1e300, np.inf, -np.inf, np.nan, 0.5, 800, -800])
    p = sd.Placeholder(value.shape, name="p")
    functions = (
        *(sd.sigmoid, sd.softplus, sd.log_sigmoid, sd.relu, sd.gelu, sd.tanh, sd.expm1, sd.log1p),
        *(sd.reciprocal, sd.sign, sd.abs, sd.logit, sd.log1mexp, sd.softsign, sd.elu, sd.square),
    )
    for function in functions:
        node = function(p)
        with np.errstate(all="ignore"):
            (expected,) = (interpret(sd.substitute([node], {p: sd.constant(value)})[0]),)
        np.testing.assert_allclose(sd.compile(node, [p])(value), expected, rtol=1e-14, err_msg=str(node))


# --- cheaper calls ----------------------------------------------------------------------------------------


def test_a_product_with_a_reciprocal_is_a_division(x):
    """Where nothing else needs the reciprocal."""
    g = sd.exp(x)
    source = sd.compile(g * sd.sigmoid(x)).source
    assert source.count("divide(") == 1
    assert "multiply(" not in source
    np.testing.assert_allclose((g * sd.sigmoid(x))(), np.exp(x.value) / (1 + np.exp(-x.value)), rtol=1e-15)
    s = sd.sigmoid(x)
    assert sd.compile([g * s, s]).source.count("multiply(") == 1


def test_a_rectifier_is_applied_in_place(x):
    """Its derivative asks whether the result is positive, so that what it was applied to is not kept."""
    h = sd.relu(sd.sin(x))
    program = sd.compile([h * 1.0, sd.grad(h.sum(), x)])
    assert program.source.count("maximum(") == 1
    value, gradient = program()
    np.testing.assert_array_equal(value, np.maximum(np.sin(x.value), 0))
    np.testing.assert_array_equal(gradient, np.cos(x.value) * (np.sin(x.value) > 0))


def test_a_transposed_weight_is_copied_once_for_many_products(rng):
    """Few rows on the left, many products: one copy before the first of them."""
    u = sd.Variable(rng.normal(size=(40, 40)), "u")
    h = sd.Variable(rng.normal(size=(32, 40)), "h")
    y = h
    for _ in range(10):
        y = sd.tanh(y @ u.T)
    steps = sd.compile(y).kernel({}).plan.steps
    assert [step.kind for step in steps].count("copy") == 1
    expected = h.value
    for _ in range(10):
        expected = np.tanh(expected @ u.value.T)
    np.testing.assert_allclose(y(), expected, rtol=1e-12)
    few = sd.compile(sd.tanh(h @ u.T) @ u.T).kernel({}).plan.steps
    assert "copy" not in [step.kind for step in few]


def test_taking_writes_where_the_entries_belong(rng):
    """Negative places count from the end; wrong ones are refused before anything is written."""
    table = sd.Variable(rng.normal(size=(7, 3)), "table")
    codes = sd.Placeholder((4, 5), int, "codes")
    program = sd.compile(sd.tanh(sd.take(table, codes)), [codes])
    places = rng.integers(-7, 7, (4, 5))
    np.testing.assert_array_equal(program(places), np.tanh(table.value[places]))
    for wrong in (7, -8):
        with pytest.raises(IndexError, match="7 places"):
            program(np.full((4, 5), wrong))
    np.testing.assert_array_equal(program(places), np.tanh(table.value[places]))


def test_windows_are_views_of_the_workspace(rng):
    """What slides along an intermediate array is copied only where a product needs it."""
    x = sd.Variable(rng.normal(size=(9, 4)), "x")
    w = sd.sliding_windows(sd.tanh(x), 3, axis=0, stride=2)
    np.testing.assert_array_equal(
        sd.exp(w)(), np.exp(np.lib.stride_tricks.sliding_window_view(np.tanh(x.value), 3, axis=0)[::2])
    )
    first, second = sd.compile([w, sd.tanh(x)])()
    assert not np.shares_memory(first, second)
    first[...] = 0


# --- numbers ------------------------------------------------------------------------------------------


def test_long_sums_in_single_precision_keep_their_digits():
    """Along every axis the error is that of adding pairwise, not of adding one by one."""
    value = np.full((300_001, 3), 0.1, np.float32)
    x = sd.Placeholder(value.shape, np.float32, "x")
    exact = np.float64(np.float32(0.1)) * 300_001

    naive = np.add.reduce(value, axis=0)
    assert (abs(naive - exact) > 50).all()
    for total in (sd.compile(x.sum(axis=0), [x])(value), sd.compile(x.sum(), [x])(value) / 3):
        assert (abs(total - exact) < 0.1).all()


def test_powers_are_products():
    """Whole powers take a few multiplications; their values are NumPy's up to rounding."""
    x = sd.Variable(np.linspace(-2, 3, 11), "x")
    for exponent in (2, 3, 4, 5, 8, 15, 16, -2, -3):
        source = sd.compile(sd.tanh(x**exponent)).source
        assert "power(" not in source
        with np.errstate(divide="ignore"):
            np.testing.assert_allclose((x**exponent)(), x.value**exponent, rtol=1e-14)
    assert "power(" in sd.compile(x**17).source


def test_a_softmax_and_its_logarithm_share_their_exponentials(x):
    """Loss and gradient of a classifier take one maximum and one exponential."""
    codes = sd.constant(np.arange(6) % 5)
    loss = sd.softmax_cross_entropy(x, codes).mean()
    source = sd.compile([loss, sd.grad(loss, x)]).source
    assert source.count(" exp(") == source.count("maximum.reduce(") == 1
