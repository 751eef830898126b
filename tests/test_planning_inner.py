"""Inner products that are taken with a derivative which is computed anyway."""

import numpy as np

import symdiff as sd
from symdiff.graph import Graph
from symdiff.planning.graphs.inner import by_derivatives
from symdiff.planning.graphs.pairs import in_pairs
from tests.rows import spread


def matrices(*shapes):
    """Variables of these shapes."""
    return [sd.Variable(spread(*shape), f"x{k}") for k, shape in enumerate(shapes)]


def trace(a, b, c, d):
    """The trace of a product of four, by products of two."""
    return sd.einsum("ij,ji->", a @ b, c @ d)


def paired(value, wrt):
    """The graph of a value and its gradients, in pairs."""
    return in_pairs(Graph([value, *sd.grad(value, wrt)]))


def test_a_value_is_read_from_its_gradient():
    """Of two products whose axes lie in two orders, neither has to be read across."""
    xs = matrices((3, 3), (3, 3), (3, 3), (3, 3))

    value, first, *_ = by_derivatives(paired(trace(*xs), xs)).outputs

    assert value is sd.einsum("ij,ij->", xs[0], first)


def test_factors_are_read_as_they_lie():
    """No step of a value and its gradients turns a product that was computed."""
    xs = matrices(*[(4, 5, 5)] * 6)
    value = sd.einsum("zab,zbc,zcd,zde,zef,zfa->", *xs)

    program = sd.compile([value, *sd.grad(value, xs)])

    kinds = [row for row in program.source.splitlines() if "copyto" in row or "einsum" in row]
    arrays = [x.value for x in xs]
    np.testing.assert_allclose(
        program()[0], np.einsum("zab,zbc,zcd,zde,zef,zfa->", *arrays, optimize=True), rtol=1e-12
    )
    assert kinds == []
    assert program.cost.flops <= 12 * 2 * 4 * 5**3 + 2 * 4 * 5**2


def test_a_value_alone_stays():
    """Without the derivative in the graph there is nothing to gain."""
    graph = in_pairs(Graph([trace(*matrices((3, 3), (3, 3), (3, 3), (3, 3)))]))

    assert by_derivatives(graph) is graph


def test_larger_factors_stay():
    """An inner product of matrices that are larger than the product would take more time."""
    xs = matrices((2, 50), (50, 2), (2, 2))
    graph = paired(sd.einsum("ij,ji->", xs[0] @ xs[1], sd.exp(xs[2])), xs[:2])

    assert by_derivatives(graph) is graph


def test_coefficients_are_kept():
    """The derivative has the coefficient of the inner product in it."""
    xs = matrices((3, 3), (3, 3), (3, 3), (3, 3))
    value = 2.5 * trace(*xs)

    found = sd.compile([value, *sd.grad(value, xs)])()

    a, b, c, d = [x.value for x in xs]
    np.testing.assert_allclose(found[0], 2.5 * np.trace(a @ b @ c @ d), rtol=1e-12)
    np.testing.assert_allclose(found[1], 2.5 * (b @ c @ d).T, rtol=1e-12)
