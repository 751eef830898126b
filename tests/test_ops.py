"""Every operation of the table: value, shape, dtype and derivatives against independent answers."""

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad
from tests.cases import CASES, concrete_operations, interpret, named_cases, variables

ROWS = list(named_cases())
every_row = pytest.mark.parametrize(("kind", "case"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
SMOOTH = [row for row in ROWS if row[2].smooth]
every_smooth_row = pytest.mark.parametrize("case", [row[2] for row in SMOOTH], ids=[row[0] for row in SMOOTH])
both_precisions = pytest.mark.parametrize("dtype", ["float64", "float32"])
CLOSE = {"float64": {"rtol": 1e-12, "atol": 1e-12}, "float32": {"rtol": 2e-5, "atol": 2e-6}}


def test_every_operation_has_a_row():
    """An operation without a row is an operation without a test."""
    assert set(CASES) == concrete_operations()


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_rows_contain_their_operation(kind):
    """Rows that all simplify to something else would test something else."""
    graphs = [case.f(*variables(case, "float64")) for case in CASES[kind]]

    assert kind in {type(node) for node in sd.toposort(*graphs)}


@both_precisions
@every_row
def test_value_is_numpys(kind, case, dtype):
    """The value, shape and dtype are NumPy's, to the last bit where NumPy has the operation."""
    with np.errstate(all="ignore"):
        expected = np.asarray(case.oracle(*[array.astype(dtype) for array in case.arrays]))

    value = case.f(*variables(case, dtype))()

    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    if case.exact:
        np.testing.assert_array_equal(value, expected)
    else:
        np.testing.assert_allclose(value, expected, **CLOSE[dtype])


@both_precisions
@every_row
def test_shape_and_dtype_are_known_beforehand(kind, case, dtype):
    """What a node says of itself is what its program returns."""
    y = case.f(*variables(case, dtype))

    value = y()

    assert (value.shape, value.dtype) == (y.shape, y.dtype)


@every_row
def test_program_means_what_compute_says(kind, case):
    """The compiled program agrees with each node's own compute, derivatives included."""
    xs = variables(case, "float64")
    y = case.f(*xs)
    graphs = [y]
    if case.smooth:
        graphs += sd.vjp(y, xs, np.cos(np.arange(y.size)).reshape(y.shape))
        graphs += sd.vjp(graphs[-1], xs, np.sin(1 + np.arange(graphs[-1].size)).reshape(graphs[-1].shape))

    for graph, value in zip(graphs, sd.compile(graphs)(), strict=True):
        expected = interpret(graph)
        assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


@every_smooth_row
def test_derivatives_to_third_order(case):
    """Both modes agree with finite differences and with each other, three times over."""
    xs = variables(case, "float64")

    check_grad(case.f(*xs), xs, 3)


@every_smooth_row
def test_derivatives_in_single_precision(case):
    """The derivatives of float32 graphs are float32 and right to its precision."""
    xs = variables(case, "float32")

    check_grad(case.f(*xs), xs, 2)


@every_smooth_row
def test_jacobian_is_its_rows(case):
    """An identity as cotangent, with leading axes, gives what one cotangent at a time gives."""
    xs = variables(case, "float64")
    y = case.f(*xs)
    g = sd.Placeholder(y.shape)
    row = sd.compile(sd.vjp(y, xs, g), [g])
    rows = [row(np.eye(y.size)[k].reshape(y.shape)) for k in range(y.size)]

    for k, (x, full) in enumerate(zip(xs, sd.jacobian(y, xs), strict=True)):
        assert full.shape == y.shape + x.shape
        expected = np.array([found[k] for found in rows]).reshape(full.shape)
        np.testing.assert_allclose(full(), expected, rtol=1e-12, atol=1e-13)


@every_smooth_row
def test_second_jacobian_is_symmetric(case):
    """Mixed second derivatives commute, and along a direction they are two forward sweeps."""
    x = variables(case, "float64")[0]
    y = case.f(x, *variables(case, "float64")[1:])
    dx = np.cos(np.arange(x.size)).reshape(x.shape)
    twice = sd.jacobian(sd.jacobian(y, x), x)()
    flat = twice.reshape(int(np.prod(y.shape)), x.size, x.size)

    np.testing.assert_allclose(flat, flat.swapaxes(1, 2), rtol=1e-10, atol=1e-12)
    along = np.einsum("yij,i,j->y", flat, dx.ravel(), dx.ravel()).reshape(y.shape)
    np.testing.assert_allclose(sd.jvp(sd.jvp(y, x, dx), x, dx)(), along, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "f",
    [sd.sign, lambda x: x // 0.3, lambda x: (x > 0).astype(float), lambda x: sd.stop_gradient(x) * 2],
)
def test_steps_have_structural_zero_derivatives(f):
    """Where the derivative is zero everywhere, it is a constant without operands."""
    x = sd.Variable([0.5, -1.0], "x")

    (slope,) = sd.vjp(f(x), [x], np.ones(2))

    assert slope is sd.zeros_like(x)


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "bool"])
def test_smooth_functions_of_integers_are_float64(dtype):
    """Integers become float64 before a smooth function."""
    x = sd.Variable(np.array([0, 1], dtype))

    for f in (sd.exp, sd.tanh, sd.sqrt, sd.sigmoid, lambda x: x / 2, lambda x: x.mean(), sd.logsumexp):
        assert f(x).dtype == f(x)().dtype == np.float64


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint32", "bool"]
INTEGER_OPERATIONS = [
    "sum",
    "max",
    "argmax",
    "trace",
    "matmul",
    "add",
    "multiply",
    "square",
    "abs",
    "negative",
]


@pytest.mark.parametrize(
    ("name", "dtype"),
    [(n, d) for n in INTEGER_OPERATIONS for d in INTEGERS if (n, d) != ("negative", "bool")],
)
def test_integer_operations_have_numpys_values_and_dtypes(name, dtype):
    """Sums widen, products wrap around, as in NumPy."""
    array = np.array([[1, 0], [100, 3]], dtype)
    f = {
        "sum": lambda m, x: m.sum(x),
        "max": lambda m, x: m.max(x),
        "argmax": lambda m, x: m.argmax(x),
        "trace": lambda m, x: m.trace(x),
        "matmul": lambda m, x: m.matmul(x, x),
        "add": lambda m, x: m.add(x, x),
        "multiply": lambda m, x: m.multiply(x, x),
        "square": lambda m, x: m.multiply(x, x),
        "negative": lambda m, x: m.negative(m.add(x, x)),
        "abs": lambda m, x: m.abs(x),
    }[name]

    node = f(sd, sd.Variable(array))
    expected = f(np, array)

    assert node.dtype == node().dtype == expected.dtype
    np.testing.assert_array_equal(node(), expected)


def test_float16_stays_float16():
    """A half-precision graph and its gradient stay in half precision."""
    x = sd.Variable(np.array([0.5, -1.0], "float16"), "x")
    y = (sd.tanh(x) * 2 + x / 3).sum()

    assert y.dtype == y().dtype == sd.grad(y, x).dtype == sd.grad(y, x)().dtype == np.float16
    check_grad(y, x, 1)


def test_scaled_terms_do_not_overflow_before_they_are_scaled():
    """Halves of two large numbers add up, although the numbers themselves do not."""
    big = np.array([1.5e308])
    x, y = sd.Variable(big, "x"), sd.Variable(big, "y")

    np.testing.assert_array_equal((0.5 * x + 0.5 * y)(), 0.5 * big + 0.5 * big)


def test_fill_value_of_a_border_is_differentiable():
    """The constant around a padded array is a node as well."""
    x, v = sd.Variable([1.0, 2.0], "x"), sd.Variable(3.0, "v")

    check_grad(sd.pad(x, (1, 2), v) ** 2, [x, v], 2)


def test_indices_may_be_variables():
    """Changing an index variable changes what is taken, without a new graph."""
    x, k = sd.Variable([1.0, 2.0, 4.0], "x"), sd.Variable([2, 0], "k", dtype=int)
    y = x[k]
    y()
    k.value = [1, 1]

    np.testing.assert_array_equal(y(), [2.0, 2.0])
    np.testing.assert_array_equal(sd.grad(y.sum(), x)(), [0.0, 2.0, 0.0])


@pytest.mark.parametrize("c", [1e-300, 5e-324, 1e300, -1e-310, 1e-17, 0.1, 3.0, 7e-9])
def test_quotients_by_any_number_are_numpys(c):
    """Dividing by a number is exact as long as NumPy's division is, and never fails."""
    v = np.array([1.0, -2.5, 3e-200, 0.0, 1e200])
    x = sd.Variable(v, "x")

    with np.errstate(all="ignore"):
        np.testing.assert_array_equal((x / c)(), v / c)
        np.testing.assert_array_equal((x * c)(), v * c)
        np.testing.assert_array_equal((c / x)(), c / v)


@pytest.mark.parametrize(("c", "v"), [(1e-200, 1e300), (1e200, 1e-300), (1e160, 1e-300), (-1e-170, 1e250)])
def test_merged_coefficients_do_not_overflow(c, v):
    """Two factors become one only where the one is a number as good as the two."""
    x = sd.Variable([v], "x")

    np.testing.assert_allclose(((x * c) * c)(), [(v * c) * c], rtol=1e-14)
