"""The forms that a person would write: what derivatives come out as, and how they grow."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.ops.einsum import Einsum

RNG = np.random.default_rng(3)


def variable(name, *shape, **facts):
    """Normally distributed numbers."""
    return sd.Variable(RNG.normal(size=shape), name, **facts)


def wired(node):
    """The equation of an einsum."""
    assert isinstance(node, Einsum)
    return str(node.wiring)


def size(*nodes):
    """Nodes of a graph."""
    return len(sd.toposort(*nodes))


def test_quadratic_forms():
    """a + a.T, and twice a symmetric matrix."""
    x, a = variable("x", 3), variable("a", 3, 3)
    s = sd.Variable(np.eye(3), "s", symmetric=True)

    assert sd.hessian(x @ a @ x, x) is a + a.T
    assert sd.hessian(x @ s @ x, x) is 2 * s
    assert sd.simplify(sd.grad(x @ s @ x, x)) is sd.simplify(2 * s @ x)


@pytest.mark.parametrize("stable", [True, False])
def test_logistic_loss(stable):
    """A matrix times residuals; one contraction of the matrix with itself and with weights."""
    X, y, w = variable("X", 6, 3), variable("y", 6), variable("w", 3)
    z = -y * (X @ w)
    loss = (sd.softplus(z) if stable else sd.log(1 + sd.exp(z))).sum()
    gradient, hessian = sd.grad(loss, w), sd.hessian(loss, w)

    assert str(gradient) == "-X.T @ (y * sigmoid(-y * (X @ w)))"
    assert wired(hessian) == "ab,ac,a,a,a->bc"
    assert hessian.operands[:4] == (X, X, y, y)
    s = 1 / (1 + np.exp(y.value * (X.value @ w.value)))
    np.testing.assert_allclose(hessian(), (X.value.T * s * (1 - s) * y.value**2) @ X.value)


def test_matrix_factorisation():
    """A k x k core, and with a mask one for each row; never m k m k numbers."""
    T, U, V, M = variable("T", 5, 4), variable("U", 5, 2), variable("V", 4, 2), variable("M", 5, 4)
    plain = sd.structured(sd.hessian(((T - U @ V.T) ** 2).sum(), U))
    masked = sd.structured(sd.hessian(((M * (T - U @ V.T)) ** 2).sum(), U))

    assert sd.simplify(plain.core) is sd.simplify(2 * V.T @ V)
    assert [str(term.wiring) for term in plain.terms] == ["ab->cacb"]
    assert masked.core.shape == (5, 2, 2)
    assert [str(term.wiring) for term in masked.terms] == ["abc->abac"]
    np.testing.assert_allclose(masked.core(), 2 * np.einsum("in,nk,nl->ikl", M.value**2, V.value, V.value))


def test_softmax_cross_entropy():
    """p - y and diag(p) - p p.T, in which targets that sum to one do not occur."""
    z = variable("z", 4)
    y = sd.Variable([0.1, 0.2, 0.3, 0.4], "y", sums_to_one=0)
    loss = -(y * sd.log_softmax(z)).sum()
    p = sd.softmax(z)

    assert sd.grad(loss, z) is p - y
    assert sd.hessian(loss, z) is sd.diag(p) - sd.outer(p, p)
    assert y not in sd.toposort(sd.hessian(loss, z))


def test_batches_of_cross_entropies():
    """One block for each row."""
    z, labels = variable("z", 6, 4), sd.constant([0, 1, 2, 3, 0, 1])
    hessian = sd.structured(sd.hessian(sd.softmax_cross_entropy(z, labels).sum(), z))

    assert hessian.structure == "block diagonal, blocks low rank plus diagonal"
    assert labels not in sd.toposort(hessian.dense())


def test_log_determinant():
    """The inverse, and two of them."""
    a = sd.Variable(np.eye(3) * 2, "a")
    y = sd.linalg.slogdet(a).logabsdet

    assert sd.grad(y, a) is sd.linalg.inv(a).T
    assert wired(sd.hessian(y, a)) == "ab,cd->bcda"
    assert sd.structured(sd.hessian(y, a)).structure == "Kronecker"


def test_a_function_of_a_linear_map():
    """a.T diag(..) a"""
    a, z = variable("a", 6, 3), variable("z", 3)
    hessian = sd.hessian((sd.tanh(a @ z) ** 2).sum(), z)

    assert wired(hessian) == "ab,ac,a->bc"
    assert str(hessian) == "a.T @ diag(2 - 8 * tanh(a @ z)**2 + 6 * tanh(a @ z)**4) @ a"


# --- growth ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [sd.tanh, sd.sigmoid, sd.softplus, sd.erf, sd.log1p, sd.sin, sd.exp])
def test_derivatives_of_any_order_stay_small(f):
    """At most 4 nodes besides the variable, for orders 1 to 10."""
    x = sd.Variable(0.3, "x")
    y = f(x)

    for n in range(1, 11):
        y = sd.grad(y, x)
        assert size(y) <= 5, n


def net(layers, residual):
    """A scalar function of a vector through dense layers."""
    h = x = variable("x", 4)
    for k in range(layers):
        step = sd.tanh(variable(f"w{k}", 4, 4) @ h)
        h = h + step if residual else step
    return (h * h).sum(), x


def test_growth_with_depth_is_linear():
    """Each further block of a residual net adds as many nodes as the one before, to second order."""
    sizes = []
    for depth in (10, 20, 30, 40):
        y, x = net(depth, residual=True)
        sizes.append([size(y), size(sd.grad(y, x)), size(sd.hessian(y, x))])
    steps = np.diff(sizes, axis=0)

    assert (steps == steps[0]).all()
    assert (steps[0] <= [45, 85, 160]).all()


def test_third_derivatives_of_a_net():
    """Three tanh layers: what is shared between orders is there once."""
    y, x = net(3, residual=False)
    third = sd.jacobian(sd.hessian(y, x), x)

    assert size(third) < 6 * size(y)
    assert third.shape == (4, 4, 4)


# --- formulas of contractions -----------------------------------------------------------------------------

FORMULAS = {
    "mi,m,mj->ij": "X.T @ diag(v) @ X",
    "mi,m,m->i": "X.T @ v**2",
    "i,ij,j->": "w @ A @ w",
    "mi,ij,jk->mk": "X @ A @ A",
    "mi,i,ij->mj": "X @ diag(w) @ A",
    "m,i->i": "sum(v) * w",
    "m,i,i->": "sum(v) * (w @ w)",
    "mi,ij,m->mj": "v[:, None] * (X @ A)",
    "ij,kj,i->k": "A @ A.T @ w",
    "ij,ji->": "sum(A * A.T)",
    "ij,ij->": "sum(A**2)",
    "m,mi,i->m": "v * (X @ w)",
    "ij,j,k->ik": "(A @ w)[:, None] * w",
    "m,i->ii": "diag(sum(v) * w)",
    "i,i,i->i": "w**3",
    "mi,mj,mk->ijk": 'einsum("ab,ac,ad->bcd", X, X, X)',
    "ij,jk,ki->": 'einsum("ab,bc,ca->", A, A, A)',
}


@pytest.mark.parametrize("spec", FORMULAS)
def test_contractions_read_as_matrix_products(spec):
    """Chains, weights between them, sums and outer products; the equation where nothing else fits."""
    named = {("m", "i"): variable("X", 6, 3), ("m",): variable("v", 6), ("i",): variable("w", 3)}
    square = variable("A", 3, 3)
    inputs = spec.split("->")[0].split(",")
    operands = [
        named.get(tuple("m" if c == "m" else "i" for c in labels), square)
        if len(labels) < 2 or "m" in labels
        else square
        for labels in inputs
    ]

    assert str(sd.einsum(spec, *operands)) == FORMULAS[spec]
