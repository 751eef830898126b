"""Losses handed to SciPy: its own checks of derivatives, and its optimizers, are the oracle."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from scipy import optimize
from scipy.optimize._numdiff import approx_derivative

import symdiff as sd
from symdiff.linearised import linearised
from symdiff.program import Program


def rosenbrock(n=5):
    """SciPy's test function, with its classical start."""
    x = sd.Variable(np.linspace(-1.2, 1.4, n), "x")
    return sd.to_scipy((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(), x), x


def several(rng, structure=list, dtype=float):
    """A loss of a matrix, a vector and a scalar that all meet."""
    data = rng.normal(size=(8, 3))
    w = sd.Variable(rng.normal(size=(3, 2)).astype(dtype), "w")
    b = sd.Variable(rng.normal(size=2).astype(dtype), "b")
    s = sd.Variable(np.asarray(0.7, dtype), "s")
    loss = (
        (sd.tanh(data.astype(dtype) @ w + b) ** 2 * s * s).mean()
        + sd.exp(s) * (w**2).sum() / 9
        + (b**4).sum()
    )
    variables = {"w": w, "b": b, "s": s}
    return loss, variables if structure is dict else structure(variables.values())


@pytest.fixture
def runs(monkeypatch):
    """How many times each program ran."""
    counts: dict[Program, int] = {}
    call = Program.__call__

    def counted(self, *values, **named):
        counts[self] = counts.get(self, 0) + 1
        return call(self, *values, **named)

    monkeypatch.setattr(Program, "__call__", counted)
    return counts


# --- values and derivatives -------------------------------------------------------------------------------


def test_the_functions_are_those_of_scipy():
    """Value, gradient, Hessian and product of the Rosenbrock function are SciPy's own."""
    problem, _ = rosenbrock()
    p = np.arange(5.0)

    for x in (problem.x0, problem.x0 + 0.3):
        np.testing.assert_allclose(problem.fun(x), optimize.rosen(x))
        np.testing.assert_allclose(problem.jac(x), optimize.rosen_der(x))
        np.testing.assert_allclose(problem.hess(x), optimize.rosen_hess(x))
        np.testing.assert_allclose(problem.hessp(x, p), optimize.rosen_hess_prod(x, p))
        value, slope = problem.fun_and_jac(x)
        assert (value, slope.tolist()) == (problem.fun(x), problem.jac(x).tolist())


@pytest.mark.parametrize("structure", [list, tuple, dict])
def test_several_variables_are_one_vector(structure, rng):
    """SciPy's differences of the flat functions agree with the flat derivatives, mixed blocks included."""
    problem = sd.to_scipy(*several(rng, structure))
    x = problem.x0

    assert x.shape == (9,)
    assert optimize.check_grad(problem.fun, problem.jac, x) < 1e-6
    expected = approx_derivative(problem.jac, x, method="3-point")
    np.testing.assert_allclose(problem.hess(x), expected, atol=1e-7)
    assert (problem.hess(x) == problem.hess(x).T)[:6, 6:].all()
    p = rng.normal(size=9)
    np.testing.assert_allclose(problem.hessp(x, p), expected @ p, atol=1e-6)


def test_the_order_is_that_of_the_list(rng):
    """Entries stand one variable after the other, in C order."""
    loss, (w, b, s) = several(rng)

    x = sd.to_scipy(loss, [s, w, b]).x0

    assert x.tolist() == [0.7, *w.value.ravel(), *b.value]


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_single_precision_variables_in_a_double_vector(dtype):
    """SciPy gets float64, variables keep their dtype, numbers agree to that precision."""
    loss, variables = several(np.random.default_rng(3), dtype=dtype)
    problem = sd.to_scipy(loss, variables)
    x, p = problem.x0, np.ones(9)

    exact, wide = several(np.random.default_rng(3))
    reference = sd.to_scipy(exact, wide)
    rtol = 20 * np.finfo(dtype).eps
    for name, arguments in [("fun", [x]), ("jac", [x]), ("hess", [x]), ("hessp", [x, p])]:
        found, expected = getattr(problem, name)(*arguments), getattr(reference, name)(*arguments)
        assert np.asarray(found).dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)
    assert [part.dtype for part in problem.unflatten(x)] == [dtype] * 3


def test_mixed_precision():
    """Variables of different dtypes share a vector."""
    a, b = sd.Variable(np.float32([0.5, 1.5]), "a"), sd.Variable([2.0, 3.0], "b")
    problem = sd.to_scipy((a**2 * b**3).sum(), [a, b])

    u, v = a.value.astype(float), b.value
    np.testing.assert_allclose(problem.jac(problem.x0), [*(2 * u * v**3), *(3 * u**2 * v**2)], rtol=1e-6)
    mixed = np.diag(6 * u * v**2)
    expected = np.block([[np.diag(2 * v**3), mixed], [mixed, np.diag(6 * u**2 * v)]])
    np.testing.assert_allclose(problem.hess(problem.x0), expected, rtol=1e-6)


def test_placeholders_are_fed_once(rng):
    """Data come in through feeds, open sizes included, and are copied."""
    rows = sd.Dim("rows")
    x, y = sd.Placeholder((rows, 2), name="x"), sd.Placeholder(rows, name="y")
    w = sd.Variable(np.zeros(2), "w")
    data, targets = rng.normal(size=(20, 2)), rng.normal(size=20)
    problem = sd.to_scipy(((x @ w - y) ** 2).sum(), w, feeds={x: data, y: targets})
    expected = np.linalg.lstsq(data, targets, rcond=None)[0]
    data[:] = np.nan

    found = optimize.minimize(
        problem.fun, problem.x0, jac=problem.jac, hess=problem.hess, method="trust-exact"
    )

    np.testing.assert_allclose(found.x, expected, atol=1e-8)


def test_a_variable_without_influence_has_zeros():
    """A loss that ignores a variable does not move with it."""
    a, b = sd.Variable([1.0, 2.0], "a"), sd.Variable(np.ones((2, 2)), "b")
    problem = sd.to_scipy((a**2).sum(), [b, a])

    assert problem.jac(problem.x0).tolist() == [0, 0, 0, 0, 2, 4]
    assert problem.hess(problem.x0).tolist() == np.diag([0, 0, 0, 0, 2, 2]).tolist()


# --- optimizers -------------------------------------------------------------------------------------------

METHODS = {
    "Nelder-Mead": [],
    "BFGS": ["jac"],
    "L-BFGS-B": ["jac"],
    "Newton-CG": ["jac", "hessp"],
    "trust-ncg": ["jac", "hessp"],
    "trust-krylov": ["jac", "hessp"],
    "trust-exact": ["jac", "hess"],
    "trust-constr": ["jac", "hess"],
}


@pytest.mark.filterwarnings("ignore:delta_grad == 0.0:UserWarning")
@pytest.mark.parametrize("method", METHODS)
def test_optimizers_find_the_minimum(method):
    """Every method takes the functions as they are; variables change when they are told to."""
    problem, x = rosenbrock(3)
    start = x.value
    given = {name: getattr(problem, name) for name in METHODS[method]}

    found = optimize.minimize(problem.fun, problem.x0, method=method, **given)

    np.testing.assert_allclose(found.x, 1, atol=1e-3)
    assert x.value is start
    problem.assign(found.x)
    assert x.value.tolist() == found.x.tolist()


def test_value_and_gradient_in_one_function(rng):
    """``jac=True`` takes both at once, and reaches what separate functions reach."""
    problem = sd.to_scipy(*several(rng))

    one = optimize.minimize(problem.fun_and_jac, problem.x0, jac=True, method="BFGS")
    two = optimize.minimize(problem.fun, problem.x0, jac=problem.jac, method="BFGS")

    assert (one.fun, one.nit) == (two.fun, two.nit)
    assert np.linalg.norm(one.jac) < 1e-4


# --- what is computed, and when ---------------------------------------------------------------------------


def test_value_and_gradient_at_a_point_are_one_run(runs):
    """The value alone is cheap until a gradient is asked for; from then on both come together."""
    problem, _ = rosenbrock()
    x = problem.x0

    problem.fun(x)
    (values,) = runs
    assert runs == {values: 1}

    for point in (x, x + 1, x + 2):
        problem.jac(point), problem.fun(point), problem.fun_and_jac(point), problem.jac(point.copy())
    (_, slopes) = runs
    assert runs == {values: 1, slopes: 3}

    for point in (x + 3, x + 4):
        problem.fun(point), problem.jac(point)
    assert runs == {values: 1, slopes: 5}


def test_directions_from_one_point_share_what_the_point_decides(runs, rng):
    """The first half of a Hessian-vector product runs once per point, the second once per direction."""
    problem = sd.to_scipy(*several(rng))
    x, matrix = problem.x0, problem.hess(problem.x0)
    runs.clear()

    for p in np.eye(9):
        np.testing.assert_allclose(problem.hessp(x, p), matrix @ p, atol=1e-12)
    x += 0.1
    np.testing.assert_allclose(problem.hessp(x, p), problem.hess(x) @ p, atol=1e-12)

    assert sorted(runs.values()) == [1, 2, 10]


def test_what_is_kept_for_directions_is_no_larger_than_what_it_is_made_of(rng):
    """An outer product of two factors is left to the half that knows the direction."""
    a, b = sd.Placeholder((50, 2), name="a"), sd.Placeholder((2, 50), name="b")
    left, right, direction = rng.normal(size=(50, 2)), rng.normal(size=(2, 50)), rng.normal(size=50)
    y = sd.Placeholder((50,), name="y")
    first, second = linearised([(sd.exp(a) @ sd.exp(b)) @ y, sd.exp(a).sum()], [a, b], [y])

    kept = first(left, right)
    assert max(array.size for array in kept) == 100
    along, total = second(left, right, *kept, direction)
    np.testing.assert_allclose(along, np.exp(left) @ np.exp(right) @ direction)
    np.testing.assert_allclose(total, np.exp(left).sum())


def test_methods_without_derivatives_run_no_gradient(runs):
    """A simplex search computes values only."""
    problem, _ = rosenbrock(2)

    found = optimize.minimize(problem.fun, problem.x0, method="Nelder-Mead")

    assert list(runs.values()) == [found.nfev]


def test_a_point_changed_in_place_is_another_point():
    """SciPy may write into the array that it gave."""
    problem, _ = rosenbrock()
    x = problem.x0
    problem.jac(x)

    x += 0.5

    np.testing.assert_allclose(problem.jac(x), optimize.rosen_der(x))
    np.testing.assert_allclose(problem.fun(x), optimize.rosen(x))


def test_results_are_the_callers():
    """Writing into a result changes no later one."""
    problem, x = rosenbrock()
    start = problem.x0
    first = problem.jac(start)
    expected = first.copy()
    first[:] = 0
    problem.x0[:] = 0
    problem.unflatten(start)[:] = 0

    assert problem.jac(start).tolist() == expected.tolist()
    assert start.tolist() == problem.x0.tolist() == x.value.tolist()


def test_other_variables_are_read_at_each_call():
    """A value that is assigned between calls at one point is seen, by cached results as well."""
    x, a = sd.Variable([1.0, 2.0], "x"), sd.Variable(3.0, "a")
    problem = sd.to_scipy(a * (x**2).sum(), x)
    assert problem.jac(problem.x0).tolist() == [6.0, 12.0]
    assert problem.fun(problem.x0) == 15.0
    assert problem.hessp(problem.x0, [1.0, 1.0]).tolist() == [6.0, 6.0]

    a.value = 10.0

    assert problem.fun(problem.x0) == 50.0
    assert problem.jac(problem.x0).tolist() == [20.0, 40.0]
    assert problem.hess(problem.x0).tolist() == [[20.0, 0.0], [0.0, 20.0]]
    assert problem.hessp(problem.x0, [1.0, 1.0]).tolist() == [20.0, 20.0]


def test_there_and_back(rng):
    """A vector comes back in the structure, shapes and dtypes of the variables."""
    loss, variables = several(rng, dict)
    problem = sd.to_scipy(loss, variables)

    parts = problem.unflatten(problem.x0)

    assert {name: part.tolist() for name, part in parts.items()} == {
        name: v.value.tolist() for name, v in variables.items()
    }
    problem.assign(np.arange(9))
    assert variables["w"].value.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert (variables["b"].value.tolist(), variables["s"].value.tolist()) == ([6, 7], 8)
    assert problem.x0.tolist() == list(range(9))


def test_infinities_are_the_optimizers_concern():
    """A point at which the loss is not finite is no error."""
    x = sd.Variable([1.0], "x")
    problem = sd.to_scipy(sd.log(x).sum(), x)

    assert problem.fun([0.0]) == -np.inf
    assert problem.jac([0.0]).tolist() == [np.inf]
    assert np.isnan(problem.fun([np.nan]))
    assert np.isnan(problem.jac([np.nan])).all()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_problems_travel(copied, rng):
    """A copy, such as a worker process gets, computes the same, used before or not."""
    problem = sd.to_scipy(*several(rng))
    fresh = copied(problem)
    problem.jac(problem.x0), problem.hess(problem.x0)
    used = copied(problem)

    for other in (fresh, used):
        np.testing.assert_allclose(other.fun(problem.x0), problem.fun(problem.x0))
        np.testing.assert_allclose(other.jac(problem.x0), problem.jac(problem.x0))
    assert "9 entries in 3 variables" in repr(fresh)
