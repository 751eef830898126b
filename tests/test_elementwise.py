"""Functions of entries far out, at their kinks, of integers, and without SciPy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symdiff as sd
from symdiff.ops.entries.activations import SELU_ALPHA, SELU_SCALE
from symdiff.ops.entries.sinc import Sinc

FAR = np.array([-1000.0, -300.0, 300.0, 1000.0])
LEFT, RIGHT = FAR < 0, FAR > 0
ZERO = np.zeros(4)
SATURATING = {  # value, first derivative and second derivative at FAR
    "logaddexp": (lambda x: sd.logaddexp(x, 0), FAR * RIGHT, 1.0 * RIGHT),
    "logaddexp swapped": (lambda x: sd.logaddexp(0, x), FAR * RIGHT, 1.0 * RIGHT),
    "log_sigmoid": (sd.log_sigmoid, FAR * LEFT, 1.0 * LEFT),
    "gelu": (sd.gelu, FAR * RIGHT, 1.0 * RIGHT),
    "gelu tanh": (lambda x: sd.gelu(x, approximate="tanh"), FAR * RIGHT, 1.0 * RIGHT),
    "silu": (sd.silu, FAR * RIGHT, 1.0 * RIGHT),
    "mish": (sd.mish, FAR * RIGHT, 1.0 * RIGHT),
    "elu": (sd.elu, np.where(RIGHT, FAR, -1), 1.0 * RIGHT),
    "selu": (sd.selu, SELU_SCALE * np.where(RIGHT, FAR, -SELU_ALPHA), SELU_SCALE * RIGHT),
    "hard_tanh": (sd.hard_tanh, np.sign(FAR), ZERO),
    "hard_silu": (sd.hard_silu, FAR * RIGHT, 1.0 * RIGHT),
    "normal_cdf": (sd.normal_cdf, 1.0 * RIGHT, ZERO),
    "leaky_relu": (sd.leaky_relu, np.where(RIGHT, FAR, 0.01 * FAR), np.where(RIGHT, 1, 0.01)),
    "erf": (sd.erf, np.sign(FAR), ZERO),
    "erfc": (sd.erfc, 2.0 * LEFT, ZERO),
    "normal_pdf": (sd.normal_pdf, ZERO, ZERO),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", SATURATING)
def test_values_and_two_derivatives_are_right_far_from_zero(name, dtype):
    """At -1000, -300, 300 and 1000 the functions have reached their straight lines."""
    f, value, slope = SATURATING[name]
    x = sd.Variable(FAR.astype(dtype), "x")
    y = f(x)
    first = sd.grad(y.sum(), x)
    second = sd.grad(first.sum(), x)
    close = {"rtol": 1e-15 if dtype == "float64" else 2e-7, "atol": 1e-30}

    for graph, expected in [(y, value), (first, slope), (second, ZERO)]:
        np.testing.assert_allclose(graph(), expected.astype(dtype), **close)
    np.testing.assert_allclose(sd.jvp(first, x, np.ones(4, dtype))(), ZERO, **close)


def test_algebraic_tails_keep_their_relative_precision():
    """Where a function approaches its limit slowly, the small derivatives are right as well."""
    x = sd.Variable(FAR, "x")
    cases = {
        sd.softsign: (1 / (1 + abs(FAR)) ** 2, -2 * np.sign(FAR) / (1 + abs(FAR)) ** 3),
        sd.arctan: (1 / (1 + FAR**2), -2 * FAR / (1 + FAR**2) ** 2),
        sd.arcsinh: (1 / np.sqrt(1 + FAR**2), -FAR / (1 + FAR**2) ** 1.5),
    }

    for f, (slope, bend) in cases.items():
        first = sd.grad(f(x).sum(), x)
        np.testing.assert_allclose(first(), slope, rtol=1e-14)
        np.testing.assert_allclose(sd.grad(first.sum(), x)(), bend, rtol=1e-14)


def test_log_densities_are_finite_far_out():
    """A thousand standard deviations away, value and derivatives are those of the parabola."""
    x, m, s = (sd.Variable(v, n) for v, n in [(1000.0, "x"), (0.0, "m"), (2.0, "s")])
    y = sd.normal_logpdf(x, m, s)

    np.testing.assert_allclose(y(), -(500.0**2) / 2 - np.log(2 * np.sqrt(2 * np.pi)), rtol=1e-15)
    np.testing.assert_allclose([g() for g in sd.grad(y, [x, m, s])], [-250, 250, 1000**2 / 8 - 0.5])
    np.testing.assert_allclose(sd.hessian(y, x)(), -0.25)


def test_lognormal_density_outside_its_support():
    """Where x is not positive, the density is 0, its logarithm -inf, and all derivatives are 0."""
    x, m, s = sd.Variable([-1.0, 0.0, 2.0], "x"), sd.Variable(0.3, "m"), sd.Variable(0.5, "s")
    pdf, logpdf = sd.lognormal_pdf(x, m, s), sd.lognormal_logpdf(x, m, s)
    z = (np.log(2) - 0.3) / 0.5

    np.testing.assert_array_equal(pdf()[:2], [0, 0])
    np.testing.assert_array_equal(logpdf()[:2], [-np.inf, -np.inf])
    np.testing.assert_allclose(sd.grad(logpdf.sum(), m)(), z / 0.5)
    for y in (pdf, logpdf):
        first = sd.grad(y.sum(), x)
        np.testing.assert_array_equal(first()[:2], [0, 0])
        np.testing.assert_array_equal(sd.grad(first.sum(), x)()[:2], [0, 0])
        assert all(np.isfinite(g()).all() for g in sd.grad(first.sum(), [x, m, s]))


@pytest.mark.parametrize("point", [0.0, 1e-200, -1e-9, 1e-4])
def test_sinc_is_smooth_around_zero(point):
    """Derivatives to order 5 are those of the series 1 - t**2/6 + t**4/120, t = pi x."""
    x = sd.Variable(point, "x")
    y, t = sd.sinc(x), np.pi * point
    expected = [1 - t * t / 6, -t / 3 + t**3 / 30, -1 / 3 + t * t / 10, t / 5 - t**3 / 42, 1 / 5, -t / 7]

    for order, value in enumerate(expected):
        np.testing.assert_allclose(y(), np.pi**order * value, rtol=2e-6 if order > 3 else 1e-13)
        y = sd.grad(y, x)


def test_derivatives_of_sinc_agree_where_two_formulas_meet():
    """The series and the recurrence give the same numbers on both sides of their border."""
    for order in range(9):
        border = (2 + order / 2) / np.pi
        x = sd.Variable(border * (1 + np.array([-1e-12, 1e-12])), "x")
        inner, outer = Sinc(x, order=order)()
        np.testing.assert_allclose(inner, outer, rtol=1e-10, atol=1e-11 * np.pi**order)


def test_logit_is_accurate_near_one_half():
    """Where the logarithms cancel, the leading term of the series remains."""
    d = np.array([1e-3, -1e-9, 2.0**-40])

    np.testing.assert_allclose(sd.logit(0.5 + d)(), 4 * ((0.5 + d) - 0.5), rtol=2e-6)
    np.testing.assert_array_equal(sd.logit([0.0, 0.5, 1.0])(), [-np.inf, 0, np.inf])


def test_slopes_at_the_origin_are_zero():
    """hypot and arctan2 are flat where they have no derivative, and so are their derivatives."""
    x, y = sd.Variable(0.0, "x"), sd.Variable(0.0, "y")

    for f in (sd.hypot(x, y), sd.arctan2(x, y)):
        assert [g() for g in sd.grad(f, [x, y])] == [0, 0]
        assert [g() for g in sd.grad(sd.grad(f, x), [x, y])] == [0, 0]


def test_hypot_does_not_overflow_in_its_derivatives():
    """Lengths whose squares are no numbers have derivatives that are."""
    for size in (1e-170, 1e170):
        x, y = sd.Variable(3 * size, "x"), sd.Variable(4 * size, "y")
        np.testing.assert_allclose([g() for g in sd.grad(sd.hypot(x, y), [x, y])], [0.6, 0.8], rtol=1e-15)
        slopes = [g() * size for g in sd.grad(sd.arctan2(x, y), [x, y])]
        np.testing.assert_allclose(slopes, [0.16, -0.12], rtol=1e-15)


def test_inverse_functions_are_accurate_near_their_ends():
    """Near 1, the derivatives use 1 - x, which is exact, and not 1 - x**2."""
    d = 2.0**-40
    x = sd.Variable(1 - d, "x")

    np.testing.assert_allclose(sd.grad(sd.arcsin(x), x)(), (d * (2 - d)) ** -0.5, rtol=1e-15)
    np.testing.assert_allclose(sd.grad(sd.arccos(x), x)(), -((d * (2 - d)) ** -0.5), rtol=1e-15)
    np.testing.assert_allclose(sd.grad(sd.arctanh(x), x)(), 1 / (d * (2 - d)), rtol=1e-15)


KINKS = {  # the slope at the point
    "clip at the lower bound": (lambda x: sd.clip(x, 0, 1), 0.0, 1),
    "clip at the upper bound": (lambda x: sd.clip(x, 0, 1), 1.0, 1),
    "clip, one bound": (lambda x: sd.clip(x, 0), 0.0, 1),
    "clip, no number": (lambda x: sd.clip(x, 0, 1), np.nan, 0),
    "hard_tanh": (sd.hard_tanh, -1.0, 1),
    "leaky_relu": (lambda x: sd.leaky_relu(x, 0.25), 0.0, 0.25),
    "elu": (lambda x: sd.elu(x, 0.5), 0.0, 0.5),
    "softsign": (sd.softsign, 0.0, 1),
    "nan_to_num": (sd.nan_to_num, np.nan, 0),
    "nan_to_num, infinite": (sd.nan_to_num, np.inf, 0),
    "floor": (sd.floor, 2.0, 0),
    "round": (sd.round, 0.5, 0),
}


@pytest.mark.parametrize("name", KINKS)
def test_slopes_at_kinks(name):
    """The convention that each docstring states."""
    f, point, slope = KINKS[name]
    x = sd.Variable(point, "x")

    assert sd.grad(f(x), x)() == sd.jvp(f(x), x, 1.0)() == slope


def test_clip_at_a_bound_leaves_nothing_to_the_bound():
    """At a tie the derivative belongs to x; where the bounds change places, it belongs to the upper one."""
    x, low, high = (sd.Variable(v, n) for v, n in [([0.0, 1.0, 5.0], "x"), (0.0, "low"), (1.0, "high")])
    slopes = [g() for g in sd.vjp(sd.clip(x, low, high), [x, low, high], np.ones(3))]
    np.testing.assert_array_equal(slopes[0], [1, 1, 0])
    assert slopes[1:] == [0, 1]

    low.value = 9.0
    slopes = [g() for g in sd.vjp(sd.clip(x, low, high), [x, low, high], np.ones(3))]
    np.testing.assert_array_equal(sd.clip(x, low, high)(), np.clip(x.value, 9, 1))
    np.testing.assert_array_equal(slopes[0], [0, 0, 0])
    assert slopes[1:] == [0, 3]


@pytest.mark.parametrize("f", [sd.floor, sd.ceil, sd.trunc, sd.round, lambda x: sd.round(x, 2)])
def test_rounding_has_a_structural_zero_derivative(f):
    """No zeros are computed: the derivative is a constant without operands."""
    x = sd.Variable([0.5, -1.2], "x")

    assert sd.vjp(f(x), x, np.ones(2)) is sd.zeros_like(x)
    assert sd.grad(sd.isfinite(x).astype(float).sum(), x) is sd.zeros_like(x)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "bool"])
def test_rounding_and_ranges_keep_integers(dtype):
    """Integers are round already; bounds that are Python numbers take the operand's dtype."""
    x = np.array([0, 1, 1], dtype)

    for f in (sd.floor, sd.ceil, sd.trunc, sd.round, sd.nan_to_num):
        assert f(x) is sd.constant(f(x))
        np.testing.assert_array_equal(f(x)(), x)
    assert sd.clip(x, max=x).dtype == sd.clip(x, x)().dtype == dtype
    np.testing.assert_array_equal(sd.clip(x, max=x)(), x)
    np.testing.assert_array_equal(sd.clip(x, x)(), x)


SMOOTH = "tan arcsin arccos arctan sinh cosh arcsinh arctanh exp2 cbrt logit sinc erf erfc gammaln digamma"
SMOOTH += " degrees radians elu selu gelu silu mish hard_tanh softsign log_sigmoid leaky_relu normal_pdf"


@pytest.mark.parametrize("name", SMOOTH.split())
def test_smooth_functions_of_integers_are_float64(name):
    """Integers and booleans become float64; float16 and float32 stay what they are."""
    f = getattr(sd, name)

    for source, result in [
        ("int8", "float64"),
        ("bool", "float64"),
        ("float16", "float16"),
        ("float32", "float32"),
    ]:
        x = sd.Variable(np.array([0, 1], source), "x")
        assert f(x).dtype == f(x)().dtype == result


def test_functions_of_two_operands_promote_as_numpy_does():
    """Python numbers are weak, arrays are not; integers become float64."""
    x = np.ones(2, "float32")

    for f in (sd.arctan2, sd.hypot, sd.logaddexp):
        assert f(x, 2.0)().dtype == np.float32
        assert f(x, np.ones(2))().dtype == f([1, 2], 1)().dtype == np.float64
    assert sd.fmod([5, -5], 3)().dtype == np.int64


def test_other_names_are_the_same_functions():
    """An alias is not a second implementation."""
    pairs = {"swish": "silu", "mod": "remainder", "deg2rad": "radians", "rad2deg": "degrees"}

    assert all(getattr(sd, alias) is getattr(sd, name) for alias, name in pairs.items())


def test_holomorphic_functions_take_complex_numbers():
    """Circular and hyperbolic functions have their derivatives in the complex plane as well."""
    z = sd.Variable(np.array([0.3 + 0.4j, -0.5 + 0.2j, 0.7 - 0.6j]), "z")

    for f in (sd.tan, sd.arcsin, sd.arccos, sd.arctan, sd.sinh, sd.cosh, sd.arcsinh, sd.arccosh, sd.arctanh):
        sd.check_grad(f(z), z, 2)


def test_imaginary_numbers_are_true():
    """A complex number counts as false only when it is 0."""
    np.testing.assert_array_equal(sd.logical_and([1j, 0, 1], True)(), [True, False, True])


def test_untaken_branches_of_where_do_no_harm():
    """A logarithm that is not taken may be infinite or NaN, in value and in both modes of derivative."""
    x = sd.Variable([-1.0, 0.0, 2.0], "x")
    y = sd.where(x > 0, sd.log(x), 0)
    first = sd.grad(y.sum(), x)

    np.testing.assert_array_equal(y(), [0, 0, np.log(2)])
    np.testing.assert_array_equal(first(), [0, 0, 0.5])
    np.testing.assert_array_equal(sd.jvp(y, x, np.ones(3))(), [0, 0, 0.5])
    np.testing.assert_array_equal(sd.grad(first.sum(), x)(), [0, 0, -0.25])


def test_a_safe_argument_keeps_where_finite():
    """With the argument replaced where the branch is not taken, nothing infinite is ever computed."""
    x = sd.Variable([-1.0, 0.0, 2.0], "x")
    inside = x > 0
    y = sd.where(inside, sd.sqrt(sd.log1p(sd.where(inside, x, 1))), 0).sum()

    assert np.isfinite(sd.grad(y, x)()).all()
    assert np.isfinite(sd.hessian(y, x)()).all()


def test_operators_of_booleans_are_logic():
    """Signs and functions build the same nodes, on both sides of an array."""
    x = sd.Variable([1.0, -1.0], "x")
    a, b = x > 0, x < 1

    assert (a & b) is sd.logical_and(a, b)
    assert (a | b) is sd.logical_or(a, b)
    assert (a ^ b) is sd.logical_xor(a, b)
    assert ~a is sd.logical_not(a)
    np.testing.assert_array_equal((np.array([True, True]) ^ a)(), [False, True])


def test_scipy_is_needed_only_for_values(monkeypatch):
    """Without SciPy, graphs and their derivatives are built, and the value names what to install."""
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    x = sd.Variable(0.5, "x")

    for name in ("erf", "erfc", "gammaln", "gelu"):
        y = getattr(sd, name)(x)
        assert sd.grad(y, x).shape == ()
        with pytest.raises(ImportError, match="pip install scipy"):
            y()
    with pytest.raises(ImportError, match="polygamma"):
        sd.polygamma(2, x)()
    np.testing.assert_allclose(sd.grad(sd.erf(x), x)(), 2 / np.sqrt(np.pi) * np.exp(-0.25), rtol=1e-15)
    assert np.isfinite(sd.gelu(x, approximate="tanh")())


def test_scipy_is_imported_late():
    """Importing symdiff, and building a graph with erf, does not import SciPy."""
    code = "import sys, symdiff as sd; sd.grad(sd.erf(sd.Variable(1.0)), []); print('scipy' in sys.modules)"
    root = Path(__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)

    assert ran.stdout.strip() == "False"
