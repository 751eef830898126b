"""The equations on which opt_einsum tests itself: values, and gradients by the multilinearity identity."""

import numpy as np
import pytest
from opt_einsum.parser import find_output_str
from opt_einsum.testing import build_shapes, rand_equation
from opt_einsum.tests import test_backends, test_contract, test_sharing

import symdiff as sd

EQUATIONS = sorted({*test_contract.tests, *test_backends.tests, *test_sharing.equations})
RANDOM = [
    rand_equation(n, regularity, n_out=n_out, global_dim=shared, seed=seed)
    for seed, (n, regularity, n_out, shared) in enumerate(
        (n, r, o, g) for n in (4, 5) for r in (2, 3) for o in (0, 2) for g in (False, True)
    )
]


def variables(equation, seed):
    """A variable of opt_einsum's own size for each term."""
    draw = np.random.default_rng(seed)
    shapes = build_shapes(equation, {letter: 2 + ord(letter) % 3 for letter in equation})
    return [sd.Variable(draw.normal(size=shape), f"x{k}") for k, shape in enumerate(shapes)]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_values_are_numpys(equation):
    """The whole corpus has NumPy's values."""
    xs = variables(equation, 1)

    expected = np.einsum(equation, *[x.value for x in xs], optimize="greedy")
    np.testing.assert_allclose(sd.einsum(equation, *xs)(), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("equation", EQUATIONS)
def test_gradients_are_multilinear(equation):
    """<c, f(.., x, ..)> = <df/dx, x> for every operand, with no step size."""
    xs = variables(equation, 2)
    y = sd.einsum(equation, *xs)
    weights = np.random.default_rng(3).normal(size=y.shape)
    value, gradients = sd.compile([y, sd.vjp(y, xs, weights)])()

    for x, gradient in zip(xs, gradients, strict=True):
        assert gradient.shape == x.shape
        np.testing.assert_allclose(np.vdot(gradient, x.value), np.vdot(weights, value), rtol=1e-10)


@pytest.mark.parametrize("equation", EQUATIONS)
def test_gradients_are_einsums_of_the_others(equation):
    """The gradient by an operand is the contraction of the weights with the other operands."""
    xs = variables(equation, 4)
    left, arrow, output = equation.partition("->")
    output = output if arrow else find_output_str(left)
    terms = left.split(",")
    y = sd.einsum(equation, *xs)
    weights = np.random.default_rng(5).normal(size=y.shape)
    for k, gradient in enumerate(sd.compile(sd.vjp(y, xs, weights))()):
        others = [x.value for j, x in enumerate(xs) if j != k]
        names = [term for j, term in enumerate(terms) if j != k]
        missing = "".join(dict.fromkeys(c for c in terms[k] if c not in "".join(names) + output))
        if len(set(terms[k])) < len(terms[k]):
            continue  # a diagonal: NumPy cannot write it, and the identity above has checked it
        spread = [np.ones([xs[k].shape[terms[k].index(c)] for c in missing])] if missing else []
        equation_k = ",".join([output, *names, *([missing] if missing else [])]) + "->" + terms[k]
        expected = np.einsum(equation_k, weights, *others, *spread, optimize="greedy")
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("equation", "shapes"), RANDOM, ids=range(len(RANDOM)))
def test_random_networks(equation, shapes, rng):
    """Networks of opt_einsum's generator have NumPy's values and multilinear gradients."""
    xs = [sd.Variable(rng.normal(size=shape)) for shape in shapes]
    y = sd.einsum(equation, *xs)
    weights = rng.normal(size=y.shape)
    value, gradients = sd.compile([y, sd.vjp(y, xs, weights)])()

    expected = np.einsum(equation, *[x.value for x in xs], optimize="greedy")
    np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9)
    for x, gradient in zip(xs, gradients, strict=True):
        np.testing.assert_allclose(np.vdot(gradient, x.value), np.vdot(weights, value), rtol=1e-8, atol=1e-9)
