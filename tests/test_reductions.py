"""Reductions, scans, sorting and norms where tables do not look: zeros, ties, NaN, open sizes, extremes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad

ZEROS = [[0.7, 0.4, -1.1], [0.0, 2.0, 3.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]


def others(row, *places):
    """The product of the entries of a row that are not at these places."""
    return np.prod([value for k, value in enumerate(row) if k not in places])


@pytest.mark.parametrize("row", ZEROS)
def test_derivatives_of_products_are_products_of_the_others(row):
    """Gradient, Hessian and third derivative, with no, one, two and three zeros."""
    x = sd.Variable(row, "x")
    first = sd.grad(sd.prod(x), x)
    second = sd.jacobian(first, x)
    third = sd.jacobian(second, x)()

    np.testing.assert_allclose(first(), [others(row, i) for i in range(3)], rtol=1e-15)
    for i, j in itertools.product(range(3), repeat=2):
        assert second()[i, j] == pytest.approx(0.0 if i == j else others(row, i, j))
    for i, j, k in itertools.product(range(3), repeat=3):
        assert third[i, j, k] == (1.0 if len({i, j, k}) == 3 else 0.0)


@pytest.mark.parametrize("row", ZEROS)
@pytest.mark.parametrize("reverse", [False, True])
def test_running_products_of_zeros_are_differentiable(row, reverse):
    """Three orders of cumprod at zeros, where a rule that divides would give NaN."""
    x = sd.Variable(row, "x")

    check_grad(sd.cumprod(x, reverse=reverse), x, 3)


def test_running_products_cost_one_pass():
    """The gradient of a long running product is found without a matrix, and is right."""
    values = 1 + 0.001 * np.cos(np.arange(3000.0))
    x = sd.Variable(values, "x")
    program = sd.compile(sd.grad(sd.cumprod(x).sum(), x))
    expected = np.flip(np.cumsum(np.flip(np.cumprod(values)))) / values

    assert program.cost.flops < 100_000
    np.testing.assert_allclose(program(), expected, rtol=1e-12)


def test_adjoint_of_cumsum_is_cumsum_from_the_other_end():
    """As nodes, and twice over the same."""
    x, g = sd.Variable([1.0, 2.0, 4.0], "x"), sd.Variable([1.0, 10.0, 100.0], "g")

    (slope,) = sd.vjp(sd.cumsum(x), [x], g)

    assert slope is sd.cumsum(g, reverse=True)
    np.testing.assert_array_equal(slope(), [111.0, 110.0, 100.0])


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 1.5, 7, np.inf])
def test_vector_norms_are_flat_at_zero(ord):
    """Gradient and Hessian at the origin are 0, and no NaN."""
    x = sd.Variable(np.zeros(3), "x")
    y = sd.norm(x, ord)

    np.testing.assert_array_equal(sd.grad(y, x)(), np.zeros(3))
    np.testing.assert_array_equal(sd.hessian(y, x)(), np.zeros((3, 3)))


@pytest.mark.parametrize("ord", [1.5, 2.5, 3])
def test_zero_entries_do_not_disturb_norms(ord):
    """An entry that is 0 gets slope 0, and the others what they get without it."""
    x, y = sd.Variable([3.0, 0.0, -4.0], "x"), sd.Variable([3.0, -4.0], "y")
    slope, curvature = (f(sd.norm(x, ord), x)() for f in (sd.grad, sd.hessian))

    np.testing.assert_allclose(slope[[0, 2]], sd.grad(sd.norm(y, ord), y)(), rtol=1e-14)
    np.testing.assert_allclose(
        curvature[np.ix_([0, 2], [0, 2])], sd.hessian(sd.norm(y, ord), y)(), atol=1e-14
    )
    assert slope[1] == 0
    assert np.isfinite(curvature).all()


@pytest.mark.parametrize(("dtype", "size"), [("float64", 1e150), ("float64", 1e-150), ("float32", 1e20)])
def test_power_norms_neither_overflow_nor_vanish(dtype, size):
    """The norm of a multiple is the multiple of the norm, and the slope is the same."""
    x = sd.Variable(np.array([1.0, -2.0, 3.0]) * size, "x", dtype=dtype)
    small = sd.Variable(np.array([1.0, -2.0, 3.0]), "x", dtype=dtype)
    tolerance = 1e-13 if dtype == "float64" else 1e-5

    np.testing.assert_allclose(sd.norm(x, 5)() / size, sd.norm(small, 5)(), rtol=tolerance)
    slopes = [sd.grad(sd.norm(each, 5), each)() for each in (x, small)]
    np.testing.assert_allclose(*slopes, rtol=tolerance)


def test_norms_of_complex_numbers_are_norms_of_their_sizes():
    """All orders that need no singular values."""
    z = np.array([[3 + 4j, 1j], [0, -2]])

    for ord in (None, "fro", 1, -1, np.inf, -np.inf):
        np.testing.assert_allclose(sd.norm(z, ord)(), np.linalg.norm(z, ord), rtol=1e-15)
    for ord in (0, 1, 2, 3, np.inf):
        np.testing.assert_allclose(sd.norm(z[0], ord)(), np.linalg.norm(z[0], ord), rtol=1e-15)
    assert sd.norm(z).dtype == np.float64


def test_spread_of_equal_entries_has_slope_zero():
    """std is not smooth where nothing varies; its slope there is 0, and that of var is 0 anyway."""
    x = sd.Variable([[2.0, 2.0, 2.0], [1.0, 2.0, 6.0]], "x")

    slope = sd.grad(sd.std(x, 1).sum(), x)()
    curvature = sd.hessian(sd.std(x, 1).sum(), x)()

    np.testing.assert_array_equal(slope[0], np.zeros(3))
    np.testing.assert_array_equal(curvature[0], np.zeros((3, 2, 3)))
    assert slope[1].all()


def test_variance_far_from_zero_is_precise():
    """A mean of 1e8 does not eat the digits of a variance of 1."""
    x = sd.Variable(1e8 + np.array([-1.0, 1.0, -1.0, 1.0]), "x")

    assert sd.var(x)() == 1.0
    np.testing.assert_array_equal(sd.grad(sd.var(x), x)(), [-0.5, 0.5, -0.5, 0.5])


def test_variance_without_freedom_is_numpys():
    """One entry with ddof=1 has no variance: NaN, and infinite where there is something to divide."""
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        expected = np.var([3.0], ddof=1)

    np.testing.assert_array_equal(sd.var([3.0], ddof=1)(), expected)
    assert sd.var([3.0, 4.0], ddof=2)() == np.inf


@pytest.mark.parametrize("function", ["sort", "median", "cummax", "cummin"])
def test_nan_goes_where_numpy_puts_it(function):
    """Last when sorted; everywhere after it in a running extreme; over everything in a median."""
    values = np.array([2.0, np.nan, 1.0, 5.0])
    oracle = {"cummax": np.maximum.accumulate, "cummin": np.minimum.accumulate}

    found = getattr(sd, function)(values)()

    np.testing.assert_array_equal(found, oracle.get(function, getattr(np, function, None))(values))


def test_nan_makes_quantiles_nan():
    """Only in the rows where it stands."""
    values = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 4.0]])

    np.testing.assert_array_equal(sd.quantile(values, 0.5, 1)(), [np.nan, 2.0])


def test_equal_entries_keep_their_order():
    """Ascending and descending; so do the cotangents that they pass on."""
    x = sd.Variable([2.0, 1.0, 2.0, 1.0], "x")

    np.testing.assert_array_equal(sd.argsort(x)(), [1, 3, 0, 2])
    np.testing.assert_array_equal(sd.argsort(x, descending=True)(), [0, 2, 1, 3])
    np.testing.assert_array_equal(sd.grad((sd.sort(x) * [1, 2, 3, 4]).sum(), x)(), [3, 1, 4, 2])
    np.testing.assert_array_equal(sd.topk(x, 1)[1](), [0])


def test_running_maximum_belongs_to_the_first_entry_that_reached_it():
    """Later equal entries get nothing."""
    x = sd.Variable([1.0, 3.0, 3.0, 2.0], "x")

    np.testing.assert_array_equal(sd.grad(sd.cummax(x).sum(), x)(), [1.0, 3.0, 0.0, 0.0])


def test_median_shares_between_the_two_in_the_middle():
    """One entry of an odd number, halves of an even one."""
    odd, even = sd.Variable([5.0, 1.0, 2.0], "odd"), sd.Variable([5.0, 1.0, 2.0, 9.0], "even")

    np.testing.assert_array_equal(sd.grad(sd.median(odd), odd)(), [0, 0, 1])
    np.testing.assert_array_equal(sd.grad(sd.median(even), even)(), [0.5, 0, 0.5, 0])


OPEN = {
    "prod": (lambda x: sd.prod(x, 0), lambda x: np.prod(x, 0)),
    "prod of all": (sd.prod, np.prod),
    "cumprod": (lambda x: sd.cumprod(x, 0), lambda x: np.cumprod(x, 0)),
    "cumsum": (sd.cumsum, np.cumsum),
    "sort": (lambda x: sd.sort(x, 0), lambda x: np.sort(x, 0)),
    "topk": (lambda x: sd.topk(x, 2, 0)[0], lambda x: -np.sort(-x, 0)[:2]),
    "cummax": (lambda x: sd.cummax(x, 0), lambda x: np.maximum.accumulate(x, 0)),
    "median": (lambda x: sd.median(x, 0), lambda x: np.median(x, 0)),
    "median of all": (sd.median, np.median),
    "quantile": (lambda x: sd.quantile(x, [0.3, 1.0], 0), lambda x: np.quantile(x, [0.3, 1.0], 0)),
    "var": (lambda x: sd.var(x, 0, ddof=1), lambda x: np.var(x, 0, ddof=1)),
    "std": (sd.std, np.std),
    "cov": (sd.cov, np.cov),
    "diff": (lambda x: sd.diff(x, axis=0), lambda x: np.diff(x, axis=0)),
    "trapezoid": (lambda x: sd.trapezoid(x, axis=0), lambda x: np.trapezoid(x, axis=0)),
    "any": (lambda x: sd.any(x > 1, 0), lambda x: np.any(x > 1, 0)),
    "count_nonzero": (lambda x: sd.count_nonzero(x > 1, 0), lambda x: np.count_nonzero(x > 1, 0)),
    "norm": (lambda x: sd.norm(x, 3, 0), lambda x: np.linalg.norm(x, 3, 0)),
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("rows", [3, 4])
def test_sizes_may_be_open(name, rows, rng):
    """One graph, and its gradient, for axes whose size is known only when the program runs."""
    f, oracle = OPEN[name]
    x = sd.Placeholder((sd.Dim("n"), 2), name="x")
    values = rng.normal(size=(rows, 2))
    fixed = sd.Variable(values, "fixed")
    y = f(x)

    np.testing.assert_allclose(y({x: values}), oracle(values), rtol=1e-13)
    if y.dtype.kind == "f":
        slope = sd.grad(sd.sum(y * y), x)({x: values})
        np.testing.assert_allclose(slope, sd.grad(sd.sum(f(fixed) ** 2), fixed)(), rtol=1e-12, atol=1e-14)


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint32", "bool"]
WIDENING = [
    "prod",
    "cumprod",
    "cumsum",
    "sort",
    "argsort",
    "median",
    "var",
    "std",
    "any",
    "all",
    "count_nonzero",
]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("name", WIDENING)
def test_integers_have_numpys_values_and_dtypes(name, dtype):
    """Products and sums widen, order keeps the dtype, spreads are float64."""
    array = np.array([[1, 0, 3], [100, 2, 1]], dtype)

    node = getattr(sd, name)(sd.Variable(array))
    expected = np.asarray(getattr(np, name)(array))

    assert node.dtype == node().dtype == expected.dtype
    np.testing.assert_allclose(node(), expected, rtol=1e-15)


@pytest.mark.parametrize("name", ["any", "all", "argsort", "count_nonzero"])
def test_counts_and_places_have_no_derivative(name):
    """Their slope is a structural zero."""
    x = sd.Variable([0.5, -1.0], "x")
    y = getattr(sd, name)(x)

    (slope,) = sd.vjp(sd.cast(y, float), [x], np.ones(y.shape))

    assert slope is sd.zeros_like(x)


def test_settings_of_a_norm_are_printed():
    """The order is part of the formula."""
    x, y = sd.Variable([[1.0, 2.0]], "x"), sd.Variable([1.0, 2.0], "y")

    assert str(sd.norm(x, 3, axis=1)) == "norm(x, 3, axis=1)"
    assert str(sd.norm(y, 1.5)) == "norm(y, 1.5)"


def test_quantile_of_infinite_entries():
    """A quantile that is an entry is that entry, even an infinite one."""
    values = [1.0, 2.0, np.inf]

    assert sd.quantile(values, 1.0)() == np.inf
    assert sd.median(values)() == 2.0


def test_reductions_over_no_axes_change_nothing():
    """axis=() leaves every entry as it is."""
    x = sd.Variable([1.0, -2.0], "x")

    for f in (sd.prod, sd.var, sd.median):
        expected = 0 * x.value if f is sd.var else x.value
        np.testing.assert_array_equal(f(x, ())(), expected)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["mean", "var", "std"])
@pytest.mark.parametrize(("shape", "axis"), [((0,), None), ((2, 0), 1), ((0, 3), 0), ((0, 3), 1)])
def test_the_mean_of_nothing_is_no_number(name, shape, axis):
    """Sums of nothing are 0, and what is divided by their number is NaN, as in NumPy."""
    found = getattr(sd, name)(sd.zeros(shape), axis)()

    np.testing.assert_array_equal(found, getattr(np, name)(np.zeros(shape), axis))
