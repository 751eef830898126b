"""Derivatives of any order, Taylor series, Laplacians, Hessian diagonals and Gauss-Newton matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from numpy.polynomial import Polynomial as NumpyPolynomial
from scipy import special
from scipy.optimize import approx_fprime
from scipy.optimize._numdiff import approx_derivative

import symdiff as sd
from tests.profiles import examples
from tests.test_random_graphs import graphs

POINTS = np.linspace(-1.4, 1.6, 7)
ORDERS = range(11)

# f' as a polynomial of t = f(x): d/dx P(t) = P'(t) f'
CLOSED = {
    "tanh": (sd.tanh, np.tanh, NumpyPolynomial([1, 0, -1])),
    "sigmoid": (sd.sigmoid, special.expit, NumpyPolynomial([0, 1, -1])),
}


def recurrence(name, n, x):
    """The n-th derivative by P_{n+1}(t) = P_n'(t) f'(t)."""
    _, f, slope = CLOSED[name]
    p = NumpyPolynomial([0, 1])
    for _ in range(n):
        p = p.deriv() * slope
    return p(f(x))


def differences(f, x):
    """The Jacobian by SciPy's central differences."""
    return approx_derivative(f, x, method="3-point", rel_step=1e-6)


def weights(rng):
    return sd.Variable(rng.normal(size=(5, 3)), "w")


# --- derivative -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("n", ORDERS)
def test_orders_of_saturating_functions(name, n):
    """Every order to the tenth is the polynomial that the recurrence by hand gives."""
    f = CLOSED[name][0]
    x = sd.Variable(POINTS, "x")
    s = sd.Variable(0.7, "s")

    by_entry, by_scalar = sd.derivative(f(x), x, n), sd.derivative(f(s), s, n)

    expected = recurrence(name, n, POINTS)
    np.testing.assert_allclose(by_entry(), expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())
    np.testing.assert_allclose(by_scalar(), recurrence(name, n, 0.7), rtol=1e-9)
    assert len(sd.toposort(by_entry)) <= 1 + 4 + n
    assert len(sd.toposort(by_scalar)) <= 1 + 4 + n


@pytest.mark.parametrize(
    ("f", "oracle"),
    [
        (sd.sin, lambda n, x: np.sin(x + n * np.pi / 2)),
        (lambda x: sd.exp(-2 * x), lambda n, x: (-2.0) ** n * np.exp(-2 * x)),
        (lambda x: sd.log(x + 3), lambda n, x: (-1) ** (n - 1) * math.factorial(n - 1) / (x + 3) ** n),
        (lambda x: x * sd.exp(x), lambda n, x: (x + n) * np.exp(x)),
        (lambda x: x**3, lambda n, x: [3 * x**2, 6 * x, 6 + 0 * x, 0 * x, 0 * x][n - 1]),
        (
            lambda x: sd.exp(-x * x),
            lambda n, x: (-1) ** n * special.eval_hermite(n, x) * np.exp(-x * x),
        ),
    ],
    ids=["sin", "exp", "log", "product", "power", "hermite"],
)
@pytest.mark.parametrize("n", range(1, 6))
def test_orders_with_a_closed_form(f, oracle, n):
    """Derivatives entry by entry, and by a scalar, are those of the textbook."""
    x = sd.Variable(POINTS, "x")
    s = sd.Variable(0.7, "s")

    np.testing.assert_allclose(sd.derivative(f(x), x, n)(), oracle(n, POINTS), rtol=1e-11, atol=1e-10)
    np.testing.assert_allclose(sd.derivative(f(s), s, n)(), oracle(n, 0.7), rtol=1e-11, atol=1e-10)


def test_order_zero_is_the_node_itself():
    """No derivative is what it is no derivative of."""
    x = sd.Variable(POINTS, "x")
    y = sd.exp(x)

    assert sd.derivative(y, x, 0) is y
    assert sd.derivative(y, x, np.int64(1)) is sd.derivative(y, x)


def test_an_array_by_a_scalar():
    """A scalar moves every entry: of any shape, without ever asking for a diagonal."""
    t = sd.Variable(0.3, "t")
    a = np.arange(6.0).reshape(2, 3)

    np.testing.assert_allclose(
        sd.derivative(sd.softmax(t * a), t)(),
        differences(lambda t: special.softmax(t * a, -1).ravel(), 0.3).reshape(2, 3),
        atol=1e-8,
    )
    np.testing.assert_allclose(sd.derivative(sd.sin(t * a), t, 2)(), -(a**2) * np.sin(0.3 * a))


ENTRYWISE = {  # a function of a column, and its slope
    "wires": (lambda x: sd.einsum("iji->ij", sd.einsum("ij->iji", sd.exp(x))), np.exp),
    "diagonals": (
        lambda x: sd.diagonal(sd.diag(sd.tanh(x.T[0])))[:, None] * x,
        lambda x: np.tanh(x) + x / np.cosh(x) ** 2,
    ),
    "where": (
        lambda x: sd.where(x > x.mean(), x**2, sd.sin(x)),
        lambda x: np.where(x > x.mean(), 2 * x, np.cos(x)),
    ),
    "stopped": (lambda x: sd.exp(x) + sd.stop_gradient(x).sum() * x, lambda x: np.exp(x) + x.sum()),
    "checkpoint": (
        lambda x: sd.checkpoint(lambda z: sd.tanh(z) * z)(x),
        lambda x: np.tanh(x) + x / np.cosh(x) ** 2,
    ),
    "cast": (lambda x: sd.cast(sd.cast(sd.identity(x), "float32") ** 2, float), lambda x: 2 * x),
    "transposed": (lambda x: sd.transpose(sd.sin(x.T) * x.T), lambda x: np.sin(x) + x * np.cos(x)),
    "axis of size one": (
        lambda x: sd.exp(x.sum(axis=1, keepdims=True)) * x[:, :, None].sum(-1),
        lambda x: (1 + x) * np.exp(x),
    ),
}


@pytest.mark.parametrize("name", ENTRYWISE)
def test_entrywise_is_seen_through_the_wires(name):
    """What a graph does on the way does not matter, as long as every entry goes its own way."""
    f, slope = ENTRYWISE[name]
    x = sd.Variable(np.linspace(-1.2, 1.3, 4)[:, None], "x")

    np.testing.assert_allclose(sd.derivative(f(x), x)(), slope(x.value), rtol=2e-7, atol=1e-12)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.T,
        lambda x: sd.sin(x) + sd.tanh(x.T),
        lambda x: x @ x,
        lambda x: sd.cumsum(x, 0),
        lambda x: x[::-1],
        lambda x: x - x.mean(axis=1),
        lambda x: sd.exp(sd.diagonal(x)) * x,
        lambda x: sd.einsum("ij,jj->ij", sd.exp(x), x),
        lambda x: sd.where(x.T > 0, x, x.T),
    ],
)
def test_entries_that_meet_others_are_refused(f):
    """A wrong answer would be silent, so whatever is not seen to be diagonal is an error."""
    x = sd.Variable(np.arange(9.0).reshape(3, 3), "x")

    for ask in (lambda: sd.derivative(f(x), x), lambda: sd.taylor(f(x), x, 1)):
        with pytest.raises(sd.GraphError, match="entry by entry"):
            ask()


@given(graphs())
@examples(60)
def test_random_graphs_have_a_derivative_or_are_refused(sample):
    """Whatever is taken for entry by entry has a diagonal Jacobian; diagonals agree with differences."""
    y, (a, _) = sample
    gradient = sd.grad(y, a)
    program = sd.compile(gradient, [a])
    dense = differences(lambda z: program(z.reshape(3, 3)).ravel(), a.value.ravel())
    room = 1e-6 * (1 + np.abs(dense).max())

    diagonal, trace = sd.compile([sd.hessian_diagonal(y, a), sd.laplacian(y, a)])()

    np.testing.assert_allclose(diagonal.ravel(), np.diag(dense), atol=room)
    np.testing.assert_allclose(trace, np.trace(dense), atol=9 * room)
    try:
        slope = sd.derivative(gradient, a)()
    except sd.GraphError:
        return
    np.testing.assert_allclose(np.diag(slope.ravel()), dense, atol=room)


def test_a_constant_has_no_slope():
    """What does not depend on the point is zero, in its shape."""
    x, other = sd.Variable(POINTS, "x"), sd.Variable(POINTS, "other")

    assert sd.derivative(other, x)().tolist() == [0.0] * 7
    assert sd.derivative(x * other, x, 2)().tolist() == [0.0] * 7


def test_a_large_array_costs_one_sweep():
    """Nothing of the size of the Jacobian is made."""
    x = sd.Variable(np.linspace(-1, 1, 100_000), "x")
    y = sd.tanh(sd.sin(sd.exp(x))) * x

    cost = sd.compile(sd.derivative(y, x, 2)).cost

    assert cost.peak_bytes < 20 * x.value.nbytes


def test_derivative_by_an_inner_node_and_in_single_precision():
    """What to differentiate by need not be a leaf; dtypes stay."""
    x = sd.Variable(np.float32([0.5, 2.0]), "x")
    h = sd.exp(x)

    slope = sd.derivative(sd.log(h) * h, h)

    assert slope.dtype == np.float32
    np.testing.assert_allclose(slope(), x.value + 1, rtol=1e-6)


def test_holomorphic_functions():
    """A complex variable has complex derivatives."""
    z = sd.Variable([0.3 + 0.4j, -1 + 2j], "z")

    np.testing.assert_allclose(
        sd.derivative(sd.exp(1j * z) * z, z, 2)(), (-z.value + 2j) * np.exp(1j * z.value)
    )


# --- taylor -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "coefficients"),
    [
        (sd.exp, [1 / math.factorial(k) for k in range(8)]),
        (lambda x: 1 / (1 - x), [1.0] * 8),
        (sd.log1p, [0, *[(-1) ** (k + 1) / k for k in range(1, 8)]]),
        (sd.tanh, [0, 1, 0, -1 / 3, 0, 2 / 15, 0, -17 / 315]),
        (sd.tan, [0, 1, 0, 1 / 3, 0, 2 / 15, 0, 17 / 315]),
        (lambda x: sd.sqrt(1 + x), [special.binom(0.5, k) for k in range(8)]),
    ],
    ids=["exp", "geometric", "log1p", "tanh", "tan", "binomial"],
)
def test_series_at_zero(f, coefficients):
    """Coefficients are those of the textbook, by a scalar and entry by entry."""
    s, x = sd.Variable(0.0, "s"), sd.Variable(np.zeros(2), "x")

    np.testing.assert_allclose([c() for c in sd.taylor(f(s), s, 7)], coefficients, atol=1e-14)
    np.testing.assert_allclose([c()[1] for c in sd.taylor(f(x), x, 7)], coefficients, atol=1e-14)


def test_factors_are_exact():
    """A third of a half stays a sixth: six times it is the derivative again."""
    x = sd.Variable(0.2, "x")
    third = sd.taylor(sd.exp(x), x, 3)[3]

    assert 6 * third is sd.exp(x)


def test_series_along_a_direction(rng):
    """The value further along is the polynomial in the step, up to the next order."""
    w = weights(rng)
    x, b = sd.Variable(rng.normal(size=3), "x"), sd.Variable(rng.normal(size=5), "b")
    y = sd.logsumexp(sd.tanh(w @ x + b))
    dx, db = rng.normal(size=3), rng.normal(size=5)

    coefficients = np.array([c() for c in sd.taylor(y, {"x": x, "b": b}, 6, {"x": dx, "b": db})])

    for t in (0.02, -0.02):
        moved = y({x: x.value + t * dx, b: b.value + t * db})
        assert abs(coefficients @ t ** np.arange(7) - moved) < 1e-9
    np.testing.assert_allclose(
        coefficients[2],
        0.5 * np.vdot(dx, sd.hvp(y, [x, b], [dx, db])[0]())
        + 0.5 * np.vdot(db, sd.hvp(y, [x, b], [dx, db])[1]()),
    )


def test_a_direction_that_depends_on_the_point_is_constant():
    """Along x itself, x.T x grows as (1 + t)**2."""
    x = sd.Variable([1.0, 2.0], "x")

    assert [c().item() for c in sd.taylor(x @ x, x, 3, direction=x)] == [5.0, 10.0, 5.0, 0.0]


# --- less than a Hessian ----------------------------------------------------------------------------------

SCALARS = {
    "separable": lambda x, w: (sd.tanh(sd.sin(sd.exp(x))) * x).sum(),
    "layer": lambda x, w: sd.tanh(w @ x).sum(),
    "both": lambda x, w: 0.5 * sd.tanh(w @ x).sum() + (x**4).mean() + x[0] * x[1],
    "softmax": lambda x, w: sd.logsumexp(w @ x),
    "norm": lambda x, w: sd.norm(x) ** 3,
    "sliced": lambda x, w: (x[1:] * x[:-1] ** 2).sum() + sd.concatenate([x, w[:, 0]]).prod(),
    "linear": lambda x, w: (w @ x).sum(),
    "constant": lambda x, w: w.sum(),
}


@pytest.mark.parametrize("name", SCALARS)
def test_laplacian_and_diagonal_by_differences(name, rng):
    """They are the trace and the diagonal of the matrix of differences of gradients of differences."""
    w, x = weights(rng), sd.Variable(rng.normal(size=3), "x")
    y = SCALARS[name](x, w)
    gradient = sd.compile(sd.grad(y, x), [x])
    np.testing.assert_allclose(gradient(x.value), approx_fprime(x.value, sd.compile(y, [x]), 1e-7), atol=2e-5)

    expected = np.diag(differences(gradient, x.value))

    np.testing.assert_allclose(sd.hessian_diagonal(y, x)(), expected, atol=1e-7)
    np.testing.assert_allclose(sd.laplacian(y, x)(), expected.sum(), atol=1e-7)


def test_laplacian_of_textbook_functions():
    """Harmonic functions have none, powers of the distance a multiple of a lower power."""
    x = sd.Variable([0.3, -0.4, 1.2], "x")
    r = np.linalg.norm(x.value)

    np.testing.assert_allclose(sd.laplacian(1 / sd.norm(x), x)(), 0, atol=1e-13)
    np.testing.assert_allclose(sd.laplacian(sd.norm(x) ** 5, x)(), 5 * 6 * r**3)
    np.testing.assert_allclose(sd.laplacian(sd.exp(-(x @ x)), x)(), (4 * r**2 - 6) * np.exp(-(r**2)))
    wave = sd.sin(x[0]) * sd.cos(2 * x[1]) * sd.exp(x[2])
    np.testing.assert_allclose(sd.laplacian(wave, x)(), -4 * wave())


def test_several_nodes_and_matrices(rng):
    """The Laplacian is a sum over all of them; diagonals come in the structure that was given."""
    w, x = weights(rng), sd.Variable(rng.normal(size=3), "x")
    y = sd.exp(w @ x / 3).sum() + (w**3).sum()
    e = np.exp(w.value @ x.value / 3) / 9

    diagonal = sd.hessian_diagonal(y, {"w": w, "x": (x,)})

    by_w, by_x = np.outer(e, x.value**2) + 6 * w.value, (e @ w.value**2)
    np.testing.assert_allclose(diagonal["w"](), by_w)
    np.testing.assert_allclose(diagonal["x"][0](), by_x)
    np.testing.assert_allclose(sd.laplacian(y, [w, x])(), by_w.sum() + by_x.sum())


def test_mixed_precision_laplacian_keeps_the_dtype_of_the_scalar():
    """Variables of another precision are summed in that of what is differentiated."""
    x, z = sd.Variable(np.float32([1.0, 2.0]), "x"), sd.Variable([1.0, 2.0], "z")
    y = (x**3).sum() * (z**2).sum()

    assert sd.laplacian(y, [x, z]).dtype == np.float64
    np.testing.assert_allclose(sd.laplacian(y, [x, z])(), 18 * 5 + 9 * 4)


@pytest.mark.parametrize("summed", [True, False])
def test_no_dense_hessian(summed):
    """Separable terms, a factorised one and their sum never fill a matrix of n times n."""
    n = 20_000
    rng = np.random.default_rng(0)
    x, w = sd.Variable(rng.normal(size=n), "x"), sd.Variable(rng.normal(size=(n, 4)) / n, "w")
    y = sd.tanh(x @ w).sum() + (sd.tanh(sd.sin(x)) * x).sum() - 0.5 * ((x @ w) ** 2).sum()

    program = sd.compile((sd.laplacian if summed else sd.hessian_diagonal)(y, x))

    assert program.cost.peak_bytes < 40 * x.value.nbytes
    assert np.isfinite(program()).all()


# --- Gauss-Newton -----------------------------------------------------------------------------------------


def model(rng):
    x = rng.normal(size=(6, 3))
    w, b = sd.Variable(rng.normal(size=(3, 2)), "w"), sd.Variable(rng.normal(size=2), "b")
    return sd.tanh(x @ w + b) * (1 + b), w, b


def flat_jacobian(residual, variables):
    """The Jacobian over all entries, by differences."""
    program = sd.compile(residual, variables)
    ends = np.cumsum([0, *[v.value.size for v in variables]])

    def f(z):
        parts = [z[a:b].reshape(v.shape) for a, b, v in zip(ends, ends[1:], variables, strict=False)]
        return program(*parts).ravel()

    return differences(f, np.concatenate([v.value.ravel() for v in variables]))


LOSSES = {
    "squares": (None, lambda r: np.eye(r.size)),
    "exponential": (lambda r: sd.exp(r).sum(), lambda r: np.diag(np.exp(r.ravel()))),
    "entropy": (
        lambda r: sd.softmax_cross_entropy(r, [0, 1, 1, 0, 1, 0]).mean(),
        lambda r: _softmax_blocks(special.softmax(r, -1)) / len(r),
    ),
    "coupled": (lambda r: (r.sum() ** 2) / 2, lambda r: np.ones((r.size, r.size))),
}


def _softmax_blocks(p):
    """diag(p) - p p.T for every row, on the diagonal of a matrix over all entries."""
    full = np.einsum("nc,nm,cd->ncmd", p, np.eye(len(p)), np.eye(p.shape[1]))
    full -= np.einsum("nc,nd,nm->ncmd", p, p, np.eye(len(p)))
    return full.reshape(p.size, p.size)


@pytest.mark.parametrize("name", LOSSES)
def test_gauss_newton_is_the_product_of_jacobians(name, rng):
    """J.T H J, with J by differences and H by hand, in blocks; and its product with a direction."""
    loss, curvature = LOSSES[name]
    residual, w, b = model(rng)
    jacobian = flat_jacobian(residual, [w, b])
    expected = jacobian.T @ curvature(residual()) @ jacobian
    dw, db = rng.normal(size=(3, 2)), rng.normal(size=2)

    blocks = sd.gauss_newton(residual, [w, b], loss=loss)
    product = sd.gauss_newton_vp(residual, {"w": w, "b": b}, {"w": dw, "b": db}, loss=loss)

    sizes = [6, 2]
    found = [[blocks[i][j]().reshape(sizes[i], sizes[j]) for j in range(2)] for i in range(2)]
    assert blocks[0][1].shape == (3, 2, 2)
    np.testing.assert_allclose(np.block(found), expected, atol=1e-7)
    along = expected @ np.concatenate([dw.ravel(), db])
    np.testing.assert_allclose(np.concatenate([product["w"]().ravel(), product["b"]()]), along, atol=1e-7)


def test_gauss_newton_of_a_linear_residual_is_the_hessian(rng):
    """Without curvature of the residual nothing is left out."""
    a = sd.Variable(rng.normal(size=(6, 3)), "a")
    x = sd.Variable(rng.normal(size=3), "x")
    residual = a @ x - 1

    assert sd.gauss_newton(residual, x) is sd.hessian(0.5 * (residual**2).sum(), x)
    np.testing.assert_allclose(sd.gauss_newton(residual, x)(), a.value.T @ a.value)


def test_gauss_newton_product_forms_no_jacobian():
    """A hundred thousand residuals by as many entries cost a few sweeps."""
    n = 100_000
    x = sd.Variable(np.linspace(0, 1, n), "x")
    residual = sd.tanh(x) * x.sum() / n

    product = sd.gauss_newton_vp(residual, x, np.ones(n), loss=lambda r: sd.logsumexp(r))

    assert sd.compile(product).cost.peak_bytes < 20 * x.value.nbytes


def test_a_loss_may_use_other_nodes_and_the_product_follows_the_point(rng):
    """Targets are constants of the loss; graphs are evaluated at current values."""
    residual, w, _ = model(rng)
    targets = sd.Variable(np.ones((6, 2)), "targets")
    product = sd.gauss_newton_vp(residual, w, w, loss=lambda r: ((r - targets) ** 4).sum() / 12)
    before = product()

    w.value = w.value * 0.5

    j = flat_jacobian(residual, [w])
    expected = j.T @ np.diag((residual().ravel() - 1) ** 2) @ j @ w.value.ravel()
    np.testing.assert_allclose(product().ravel(), expected, atol=1e-7)
    assert np.abs(product() - before).max() > 1e-3
