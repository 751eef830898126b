"""What follows from constants alone is computed once, when the program is made."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd


@pytest.fixture
def mask(rng):
    return sd.constant((rng.random((20, 30)) < 0.5).astype(float))


def steps(*nodes):
    """The kinds of steps in the program of *nodes*, inputs and constants left out."""
    plan = sd.compile(list(nodes)).kernel({}).plan
    return [step.kind for step in plan.steps if step.kind not in ("input", "constant")]


def test_products_of_constants_are_constants(mask, rng):
    """Also inside a longer product."""
    v = sd.Variable(rng.normal(size=(30, 3)), "v")
    node = sd.einsum("in,in,nk->ik", mask, mask, v)

    assert steps(node) == ["dot"]
    np.testing.assert_allclose(node(), (mask.value**2) @ v.value, rtol=1e-12)


def test_functions_and_sums_of_constants_are_constants(mask):
    """A result that is a constant is a copy of it."""
    node = sd.exp(mask * 2 + mask.sum(axis=0)) - 1
    program = sd.compile(node)
    first = program()
    np.testing.assert_allclose(first, np.exp(mask.value * 2 + mask.value.sum(0)) - 1, rtol=1e-12)
    first[...] = 0
    assert (program() > -1).all()
    assert program().any()
    assert steps(node) == []


def test_nothing_large_is_made_of_something_small(rng):
    """An outer product of constants is computed when it is asked for."""
    u = sd.constant(rng.normal(size=100))
    assert steps(sd.einsum("i,j->ij", u, u)) != []
    np.testing.assert_allclose(sd.einsum("i,j->ij", u, u)(), np.outer(u.value, u.value), rtol=1e-12)


def test_a_constant_that_is_fed_is_none(rng):
    """Any node may be an input, and then its own value does not count."""
    u = sd.constant(rng.normal(size=100))
    f = sd.compile(sd.exp(u) * u, [u])
    np.testing.assert_allclose(f(np.ones(100)), np.full(100, np.e), rtol=1e-12)


def test_operations_from_outside_run_when_the_program_runs():
    """They may do more than compute."""
    calls = []

    class Counted(sd.Elementwise):
        """x, counted"""

        def compute(self, xp, x):
            calls.append(1)
            return x + 0

        def partials(self):
            return (sd.ones_like(self),)

    program = sd.compile(Counted(sd.constant(np.arange(100.0))))
    assert calls == []
    program()
    program()
    assert len(calls) == 2
