"""Products of a matrix with its own transpose: one array, half the work, no root of what may be negative."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.graph import Graph
from symdiff.ops.einsum import Einsum
from symdiff.planning.calls.products import halves_pay
from symdiff.planning.graphs.grams import share_roots
from symdiff.wiring import Wiring

M, N = 90, 70


@pytest.fixture
def x(rng):
    return sd.Variable(rng.normal(size=(M, N)), "x")


@pytest.fixture
def s(rng):
    """Something between 0 and 1, one number per row."""
    return sd.sigmoid(sd.Variable(rng.normal(size=M), "u"))


def halves(node):
    """The one product in the program of *node*, and whether it is of an array with its own transpose."""
    plan = sd.compile(node).kernel({}).plan
    (dot,) = [step for step in plan.steps if step.kind == "dot" and step.flops > M * N]
    left, right = (plan.steps[register] for register in dot.arguments)
    turned = left if left.kind == "transpose" else right
    other = dot.arguments[1] if turned is left else dot.arguments[0]
    return turned.kind == "transpose" and turned.arguments[0] == other


def weighted(x, *weights):
    """x.T @ diag(product of the weights) @ x"""
    labels = ",".join("m" for _ in weights)
    return sd.einsum(f"mi,mj,{labels}->ij" if weights else "mi,mj->ij", x, x, *weights)


def by_hand(x, *weights):
    """The same from values."""
    v = np.prod([weight() for weight in weights], axis=0)
    return x.value.T @ (v[:, None] * x.value)


def test_a_matrix_times_its_transpose_reads_one_array(x):
    """Both arguments of the product are views of one buffer."""
    assert halves(x.T @ x)
    assert halves(x @ x.T)
    np.testing.assert_allclose((x.T @ x)(), x.value.T @ x.value, rtol=1e-12)


@pytest.mark.parametrize("case", ["bounded", "square", "both", "negative", "polynomial", "two"])
def test_weights_that_are_never_negative_are_split_between_the_two(x, s, rng, case):
    """Their root goes into the matrix; of an even number of equal weights, half of them; a sign does not."""
    y = sd.Variable(rng.normal(size=M), "y")
    weights, sign = {
        "bounded": ([s], 1),
        "square": ([y, y], 1),
        "both": ([y, s, y, s], 1),
        "negative": ([s, -s * (1 - s)], -1),
        "polynomial": ([s * (1 - s)], 1),
        "two": ([s, sd.exp(y)], 1),
    }[case]
    node = weighted(x, *weights)

    assert halves(node)
    np.testing.assert_allclose(node(), by_hand(x, *weights), rtol=1e-10, atol=1e-12)
    assert np.array_equal(np.sign(np.diag(node())), np.full(N, sign))


@pytest.mark.parametrize("case", ["any sign", "odd power", "difference"])
def test_weights_of_either_sign_have_no_root(x, s, rng, case):
    """The product is then the usual one, with one scaled copy of the matrix."""
    y = sd.Variable(rng.normal(size=M), "y")
    weights = {"any sign": [y], "odd power": [y, y, y], "difference": [s, s - 0.5]}[case]
    node = weighted(x, *weights)

    assert not halves(node)
    np.testing.assert_allclose(node(), by_hand(x, *weights), rtol=1e-10, atol=1e-12)
    scaled = [step for step in sd.compile(node).kernel({}).plan.steps if step.shape == (M, N) and step.flops]
    assert len(scaled) == 1


def test_rounding_below_zero_does_no_harm(x):
    """A weight that is 0 but for rounding counts as 0."""
    u = sd.Variable(np.full(M, 800.0), "u")
    s = sd.sigmoid(u)
    assert np.isfinite(weighted(x, s * (1 - s))()).all()
    assert np.isnan(weighted(x, sd.sigmoid(sd.Variable(np.full(M, np.nan), "v")))()).all()


def test_a_small_product_is_computed_whole():
    """There half the work takes longer; a coefficient then goes into the smaller array."""
    assert not halves_pay((0, 1), (0, 2), (1000, 5, 5))
    assert not halves_pay((0, 1), (0, 2), (5, 1000, 1000))
    assert halves_pay((0, 1), (0, 2), (100, 100, 100))
    v = sd.Variable(np.ones((50, 5)), "v")
    steps = sd.compile(2 * v.T @ v).kernel({}).plan.steps
    assert [step.shape for step in steps if step.settings == ("multiply",)] == [(50, 5)]


def test_a_product_that_ends_in_a_vector_stays_a_chain(x, s):
    """Nothing is gained where the matrix in the middle is never made."""
    w = sd.Variable(np.ones(N), "w")
    node = sd.einsum("mi,mj,m,j->i", x, x, s, w)
    assert share_roots(graph := Graph([node])) is graph
    assert sd.compile(node).cost.flops < 5 * M * N


def test_products_over_two_labels(rng):
    """Rows that are pairs, and weights for either of the two."""
    x = sd.Variable(rng.normal(size=(9, 10, N)), "x")
    s = sd.sigmoid(sd.Variable(rng.normal(size=9), "s"))
    t = sd.sigmoid(sd.Variable(rng.normal(size=(9, 10)), "t"))
    node = sd.einsum("abi,abj,a,ab->ij", x, x, s, t)

    assert halves(node)
    expected = np.einsum("abi,abj,a,ab->ij", x.value, x.value, s(), t())
    np.testing.assert_allclose(node(), expected, rtol=1e-11, atol=1e-12)


def test_batches_and_other_readers_are_left_alone(x, s, rng):
    """The two matrices must share summed rows only, which nothing but weights reads."""
    z = sd.Variable(rng.normal(size=(M, 3)), "z")
    for node in (sd.einsum("mi,mj,m->mij", x, x, s), sd.einsum("mi,mj,mk->ijk", x, x, sd.exp(z))):
        assert share_roots(graph := Graph([node])) is graph


def test_the_hessian_of_a_logistic_loss_is_half_a_product(rng):
    """sum(log(1 + exp(-y * (x @ w)))) by w: m * n * n multiplications and additions, and not much else."""
    x, w = sd.Variable(rng.normal(size=(200, 100)) / 10, "x"), sd.Variable(rng.normal(size=100), "w")
    y = sd.Variable(np.sign(rng.normal(size=200)), "y")
    program = sd.compile(sd.hessian(sd.softplus(-y * (x @ w)).sum(), w))
    p = 1 / (1 + np.exp(y.value * (x.value @ w.value)))

    np.testing.assert_allclose(
        program(), x.value.T @ ((p * (1 - p))[:, None] * x.value), rtol=1e-11, atol=1e-14
    )
    dots = [step for step in program.kernel({}).plan.steps if step.kind == "dot"]
    copies = [step for step in program.kernel({}).plan.steps if step.shape == (200, 100) and step.flops]
    assert [step.shape for step in dots] == [(200,), (100, 100)]
    assert len(copies) == 1


def test_a_multiple_of_a_product_is_a_product_with_a_coefficient():
    """However it was written, the number goes into the smaller array."""
    v = sd.Variable(np.ones((50, 5)), "v")
    gram = v.T @ v
    apart = Einsum(gram, wiring=Wiring.of(["ij"], "ij", {"i": 5, "j": 5}), coefficient=2.0, result=v.dtype)
    for node in (2 * gram, apart):
        steps = sd.compile(node).kernel({}).plan.steps
        scales = [step.shape for step in steps if step.settings == ("multiply",)]
        assert scales == [(50, 5)]
        np.testing.assert_allclose(node(), np.full((5, 5), 100.0))
