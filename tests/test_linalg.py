"""Linear algebra beyond single values: degenerate points, structure of derivatives, costs, failures."""

import copy
import pickle

import numpy as np
import pytest
import scipy.linalg

import symdiff as sd
from symdiff.check import check_grad
from symdiff.ops.einsum import Einsum
from symdiff.ops.linalg.gaps import InverseGaps
from symdiff.ops.linalg.inverses import Inv
from symdiff.ops.linalg.spectral import Eigh

LA = sd.linalg
RNG = np.random.default_rng(5)
TURN = np.linalg.qr(RNG.normal(size=(4, 4)))[0]


def variable(array, name="a"):
    return sd.Variable(np.asarray(array), name)


# --- equal eigenvalues ----------------------------------------------------------------------------------


def test_sum_of_equal_eigenvalues_has_its_derivative():
    """What does not tell equal eigenvalues apart has the derivative it would have without eigenvectors."""
    a = variable(TURN @ np.diag([1.0, 1.0, 1.0, 3.0]) @ TURN.T)

    np.testing.assert_allclose(sd.grad(LA.eigh(a)[0].sum(), a)(), np.eye(4), atol=1e-14)
    np.testing.assert_allclose(
        sd.grad(LA.eigvalsh(a)[:3].sum(), a)(), np.eye(4) - np.outer(*2 * [TURN[:, 3]])
    )


def test_projector_on_equal_eigenvalues_has_its_derivative():
    """Vectors of one eigenspace have no derivative along one another, and their projector needs none."""
    a = variable(TURN @ np.diag([1.0, 1.0, 2.0, 3.5]) @ TURN.T)
    v = LA.eigh(a).eigenvectors[:, :2]
    weights = RNG.normal(size=(4, 4))
    y = ((v @ v.T) * weights).sum()

    check_grad(y, a, 1)


@pytest.mark.parametrize("array", [np.eye(3), np.zeros((3, 3)), np.diag([2.0, 2.0, -1.0]), np.ones((3, 3))])
def test_derivatives_at_equal_eigenvalues_are_finite(array):
    """Between equal values the weight is zero, to second order as well."""
    a = variable(array)
    w, v = LA.eigh(a)
    u, s, vh = LA.svd(a)

    for y in (w @ v @ w, s @ u @ vh @ s + u[0, 0]):
        gradient = sd.grad(y, a)
        assert np.isfinite(gradient()).all()
        assert np.isfinite(sd.jvp(gradient, a, np.arange(9.0).reshape(3, 3))()).all()


def test_eigenvalues_equal_up_to_rounding_are_equal():
    """Gaps that rounding makes count as none; small gaps that are real do not."""
    w = np.array([1.0, 1.0 + 4e-16, 1.0 + 1e-9])

    found = InverseGaps(variable(w, "w"))()

    assert found[0, 1] == found[1, 0] == 0
    assert found[0, 2] > 1e8


def test_gradients_of_symmetric_functions_are_symmetric():
    """The symmetric part is what is decomposed, so no triangle of the gradient is special."""
    a = variable([[3.0, 0.5], [0.5, 2.0]])

    for y in (LA.cholesky(a)[1, 0], LA.eigh(a)[1][0, 0], LA.eigvalsh(a)[0]):
        gradient = sd.grad(y, a)()
        np.testing.assert_allclose(gradient, gradient.T)


def test_singular_values_of_matrices_of_low_rank():
    """The largest singular value is differentiable where the others are 0."""
    a = variable(np.outer([1.0, 2.0, 2.0], [3.0, 4.0]))

    np.testing.assert_allclose(sd.grad(LA.matrix_norm(a, 2), a)(), np.outer([1, 2, 2], [3, 4]) / 15)
    np.testing.assert_allclose(sd.grad(LA.svd(a).S[0], a)(), np.outer([1, 2, 2], [3, 4]) / 15)


# --- singular matrices ----------------------------------------------------------------------------------


def test_gradient_of_a_vanishing_determinant_is_its_cofactors():
    """No division by the determinant: right for singular matrices, even for zeros."""
    array = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    minors = np.array(
        [
            [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(array, i, 0), j, 1)) for j in range(3)]
            for i in range(3)
        ]
    )
    a, zero = variable(array), variable(np.zeros((3, 3)))

    np.testing.assert_allclose(sd.grad(LA.det(a), a)(), minors, atol=1e-12)
    np.testing.assert_array_equal(sd.grad(LA.det(zero), zero)(), 0)


def test_logarithm_of_a_determinant_out_of_range():
    """The logarithm and its gradient are right where the determinant itself is not a float."""
    a = variable(np.diag(np.full(200, 1e3)))

    assert LA.det(a)() == np.inf
    np.testing.assert_allclose(LA.slogdet(a).logabsdet(), 200 * np.log(1e3))
    np.testing.assert_allclose(sd.grad(LA.slogdet(a)[1], a)(), np.eye(200) / 1e3)


def test_pseudo_inverse_of_low_rank():
    """Along matrices of the same rank, the derivative is that of the differences."""
    x = variable(np.array([[1.0, 0.2], [0.3, -0.5], [0.7, 0.4]]), "x")

    check_grad(LA.pinv(x @ x.T, 1e-6), x, 1)


# --- structure and cost ---------------------------------------------------------------------------------


def test_hessian_of_a_log_determinant_is_two_inverses():
    """One einsum of the inverse with itself; nothing of four axes is stored."""
    a = variable(np.eye(3) * 2.0)

    hessian = sd.hessian(LA.slogdet(a).logabsdet, a)

    assert type(hessian) is Einsum
    assert {type(operand) for operand in hessian.operands} == {Inv}
    assert hessian.ndim == 4


def test_both_results_come_from_one_decomposition():
    """Values, vectors and derivatives to second order decompose once."""
    a = variable(np.diag([1.0, 2.0, 4.0]))
    w, v = LA.eigh(a)
    y = (w * v[0]).sum()
    gradient = sd.grad(y, a)

    graph = sd.toposort(w, v, gradient, sd.grad(gradient.sum(), a))

    assert sum(isinstance(node, Eigh) for node in graph) == 1


def test_unused_results_cost_nothing():
    """The cotangent of results that nobody used is a known zero, which leaves no trace."""
    a = variable(np.diag([1.0, 2.0, 4.0]))

    gradient = sd.grad(LA.eigh(a).eigenvalues.sum(), a)

    assert not any(isinstance(node, InverseGaps) for node in sd.toposort(gradient))
    assert sd.grad(LA.slogdet(a).sign, a)().tolist() == np.zeros((3, 3)).tolist()


@pytest.mark.parametrize("solve", [LA.solve, LA.triangular_solve])
def test_jacobian_of_a_solution_factors_the_matrix_once(solve):
    """Right-hand sides along leading axes become columns of one system."""
    a, b = variable(np.eye(3) * 2 + 0.1), variable([1.0, 2.0, 3.0], "b")

    by_a, by_b = sd.jacobian(solve(a, b), [a, b])

    assert (
        max(len(node.operands[0].shape) for node in sd.toposort(by_b) if "Solve" in type(node).__name__) == 2
    )
    np.testing.assert_allclose(by_b(), np.linalg.inv(a.value if solve is LA.solve else np.triu(a.value)))
    assert by_a.shape == (3, 3, 3)


def test_products_of_many_matrices_start_at_the_cheap_end():
    """Matrix after matrix is applied to the vector."""
    a = variable(np.ones((50, 50)))

    cost = sd.compile(LA.multi_dot([a, a, a, np.ones(50)])).cost

    assert cost.flops < 4 * 2 * 50 * 50


# --- the exponential ------------------------------------------------------------------------------------


def test_exponential_of_large_and_small_matrices():
    """Every matrix of a stack is scaled by itself."""
    stack = np.stack(
        [1e-8 * np.ones((2, 2)), [[0.0, 40.0], [-40.0, 0.0]], -1e3 * np.eye(2), np.zeros((2, 2))]
    )

    found = LA.expm(stack)()

    np.testing.assert_allclose(found, [scipy.linalg.expm(each) for each in stack], rtol=1e-12, atol=1e-13)
    assert np.isfinite(found).all()


def test_derivatives_of_the_exponential_at_zero():
    """At the zero matrix the exponential is x + x @ x / 2, so its derivatives are those."""
    a = variable(np.zeros((2, 2)))
    e = np.array([[1.0, 2.0], [3.0, 4.0]])

    np.testing.assert_allclose(sd.jvp(LA.expm(a), a, e)(), e)
    np.testing.assert_allclose(sd.jvp(sd.jvp(LA.expm(a), a, e), a, e)(), e @ e)


def test_systems_of_one_equation():
    """A vector of one entry stays a vector, and a power of no factors is an identity for every matrix."""
    a, b = variable([[2.0]]), variable([3.0], "b")

    np.testing.assert_array_equal(LA.solve(a, b)(), [1.5])
    np.testing.assert_array_equal(sd.jacobian(LA.triangular_solve(a, b), a)(), [[[-0.75]]])
    np.testing.assert_array_equal(LA.matrix_power(np.ones((3, 2, 2)), 0)(), np.stack([np.eye(2)] * 3))


# --- types, sizes, copies, pictures ---------------------------------------------------------------------


def test_integers_become_floats_and_single_stays_single():
    """The dtype rules are those of every smooth function."""
    whole = np.array([[2, 1], [1, 3]])

    for f in (LA.inv, LA.det, LA.cholesky, LA.expm, LA.pinv, LA.svdvals, LA.cond):
        assert f(whole).dtype == f(whole)().dtype == np.float64
        assert f(whole.astype("float32")).dtype == f(whole.astype("float32"))().dtype == np.float32


def test_sizes_may_be_known_only_when_a_program_runs():
    """One graph for matrices of every size, derivatives included."""
    n = sd.Dim("n")
    a, b = sd.Placeholder((n, n), name="a"), sd.Placeholder((n,), name="b")
    y = (
        LA.slogdet(a).logabsdet
        + LA.solve(a, b) @ b
        + LA.eigh(a)[0] @ b
        + LA.cholesky(a).sum()
        + LA.qr(a)[1].sum()
    )
    program = sd.compile([y, sd.grad(y, a)], [a, b])

    for size in (1, 3):
        array = np.diag(np.arange(1.0, size + 1)) + 0.1
        value, gradient = program(array, np.ones(size))
        assert value.shape == ()
        assert gradient.shape == (size, size)
        check_grad(y, a, 1, feeds={a: array, b: np.ones(size)})


def test_results_survive_pickling_and_copying():
    """Graphs with decompositions travel."""
    a = variable([[2.0, 1.0], [1.0, 3.0]])
    w, v = LA.eigh(a)
    y = sd.grad((w * v).sum(), a)

    for other in (pickle.loads(pickle.dumps(y)), copy.deepcopy(y)):
        np.testing.assert_array_equal(other(), y())


def test_results_print_and_plot_as_parts_of_one_node():
    """A result is an item of the decomposition, in formulas, listings and pictures."""
    a = variable([[2.0, 1.0], [1.0, 3.0]])
    result = LA.eigh(a)

    assert str(result.eigenvalues) == "eigh(a)[0]"
    assert str(result.eigenvectors) == "eigh(a)[1]"
    assert str(LA.solve(a, a)) == "solve(a, a)"
    assert str(sd.grad(LA.slogdet(a).logabsdet, a)) == "inv(a).T"
    assert "eigh a" in sd.listing(*result)
    assert sd.to_dot(list(result)).count("eigh") >= 1


def test_results_have_numpys_names():
    """The results unpack, and have the fields of NumPy's."""
    a = np.array([[2.0, 1.0], [1.0, 3.0]])

    for name in ("eigh", "svd", "qr", "slogdet"):
        ours, theirs = getattr(LA, name)(a), getattr(np.linalg, name)(a)
        assert ours._fields == theirs._fields
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine(), other, rtol=1e-14)


def test_one_singular_matrix_of_a_stack_is_an_error():
    """As in NumPy; and the program works again with other values."""
    a = variable(np.stack([np.eye(2), np.zeros((2, 2))]))
    inverse = LA.inv(a)

    with pytest.raises(np.linalg.LinAlgError, match=r"inv: Singular matrix; .* pinv"):
        inverse()

    a.value = np.stack([np.eye(2), np.eye(2)])
    np.testing.assert_array_equal(inverse(), a.value)
