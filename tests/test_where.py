"""A choice is safe in the branch that is not taken: no infinity there reaches a derivative, at any order."""

import numpy as np
import pytest

import symdiff as sd

POINTS = np.array([-1.0, 0.0, 0.5, 2.0])

# a function that is singular, or no number, where it is not taken; the same function where it is; where
GUARDED = {
    "log": (lambda x: sd.where(x > 0, sd.log(x), 0), sd.log, lambda x: x > 0),
    "sqrt in a product": (
        lambda x: sd.where(x > 0, sd.sqrt(x) * sd.exp(x), 0),
        lambda x: sd.sqrt(x) * sd.exp(x),
        lambda x: x > 0,
    ),
    "quotient": (lambda x: sd.where(x > 0, 1 / x, 0) * x**2, lambda x: 1 / x * x**2, lambda x: x > 0),
    "sinc": (
        lambda x: sd.where(sd.equal(x, 0), 0, sd.sin(x) / x),
        lambda x: sd.sin(x) / x,
        lambda x: x != 0,
    ),
    "other branch": (lambda x: sd.where(x <= 0, 0, x * sd.log(x)), lambda x: x * sd.log(x), lambda x: x > 0),
    "nested": (
        lambda x: sd.where(x > 0, sd.where(x > 1, sd.log(x - 1), 0) + sd.sqrt(x), 0),
        lambda x: sd.where(x > 1, sd.log(x - 1), 0) + sd.sqrt(x),
        lambda x: x > 0,
    ),
}


def derivatives(f, x):
    """The first three derivatives of a function of entries, in reverse mode."""
    result = [f(x)]
    for _ in range(3):
        result.append(sd.grad(result[-1].sum(), x))
    return result[1:]


@pytest.mark.parametrize("name", GUARDED)
def test_derivatives_are_zero_where_nothing_depends_on_the_variable(name):
    """Exactly zero outside, and those of the plain function inside, to third order."""
    guarded, plain, taken = GUARDED[name]
    inside = taken(POINTS)
    x, inner = sd.Variable(POINTS, "x"), sd.Variable(POINTS[inside], "x")

    for found, expected in zip(derivatives(guarded, x), derivatives(plain, inner), strict=True):
        values = found()
        assert (values[~inside] == 0).all()
        np.testing.assert_allclose(values[inside], expected(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", GUARDED)
def test_forward_mode_is_as_safe(name):
    """The tangent is that of the branch that is taken."""
    x = sd.Variable(POINTS, "x")
    y = GUARDED[name][0](x)

    np.testing.assert_allclose(sd.jvp(y, x, np.ones(4))(), sd.grad(y.sum(), x)(), rtol=1e-12, atol=1e-12)


def test_a_choice_through_a_product_of_matrices_is_safe(rng):
    """What reaches the weights of a layer is finite as well."""
    w = sd.Variable(rng.normal(size=(4, 3)), "w")
    x = sd.Variable(rng.normal(size=(5, 4)), "x")
    h = x @ w
    loss = sd.where(h > 0, sd.log(h), 0).sum()

    positive = h() > 0
    expected = x.value.T @ (positive / np.where(positive, h(), 1))
    np.testing.assert_allclose(sd.grad(loss, w)(), expected, rtol=1e-12)


def test_choices_of_one_condition_are_collected():
    """where(c, x, 0) + where(c, y, 0) is one choice, and a multiple of it another."""
    x, y = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "y")
    c = sd.Variable(np.array([True, False]), "c")

    assert sd.where(c, x, 0) + 2 * sd.where(c, y, 0) is sd.where(c, x + 2 * y, 0)
    assert sd.where(c, x, 0) * y is sd.where(c, x * y, 0)
    assert sd.where(c, 0, x) * y is sd.where(c, 0, x * y)
