"""Entries taken in the order in which they lie: pooling by corners, and gradients of windows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff as sd
from symdiff.planning.calls.lying import as_they_lie
from symdiff.planning.calls.primitives import SLAB
from symdiff.planning.steps import Literal, Step
from tests.cases import interpret

FLOAT = np.dtype("float64")


def steps_of(*nodes):
    """The steps of a program."""
    return sd.compile(list(nodes)).kernel({}).plan.steps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("places", "one_by_one"), [((2, 2), True), ((8,), True), ((9,), False)])
@pytest.mark.parametrize(("function", "oracle"), [(sd.max, np.max), (sd.min, np.min), (sd.sum, np.sum)])
def test_few_places_along_leading_axes_are_taken_one_by_one(function, oracle, places, one_by_one, dtype, rng):
    """With the bits of one call of NumPy's, which does just that; NaNs stay NaNs."""
    value = rng.normal(size=(*places, SLAB // 32, 32)).astype(dtype)
    value[(0,) * len(places) + (1, 2)] = np.nan
    x = sd.Variable(value, "x")
    axes = tuple(range(len(places)))
    y = function(x, axis=axes)

    np.testing.assert_array_equal(y(), oracle(value, axis=axes))
    assert ("reduce" in {step.kind for step in steps_of(y)}) is not one_by_one


def test_small_arrays_are_one_call(rng):
    """Calls would cost more than they save."""
    x = sd.Variable(rng.normal(size=(4, SLAB - 1)), "x")
    assert [step.kind for step in steps_of(sd.max(x, axis=0))].count("reduce") == 1


def test_pooling_and_its_gradient_touch_no_short_axes(rng):
    """Products with the places of the maxima are taken corner by corner, and added where they belong."""
    x = sd.Variable(rng.normal(size=(3, 40, 20, 5)), "x")
    weights = rng.normal(size=(3, 20, 10, 5))
    loss = (sd.max_pool2d(x, 2, layout="NHWC") * weights).sum()
    (gradient,) = sd.grad(loss, [x])

    found = gradient()

    corners = x.value.reshape(3, 20, 2, 10, 2, 5)
    top = corners.max(axis=(2, 4), keepdims=True)
    expected = (corners == top) * weights[:, :, None, :, None, :]
    np.testing.assert_array_equal(found, expected.reshape(x.shape))
    products = [step for step in steps_of(gradient) if step.settings == ("multiply",)]
    assert {step.shape[:2] for step in products if len(step.shape) == 6} == {(2, 2)}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_results_of_the_pass_are_what_they_were(order, rng):
    """Operands of fewer axes, of size 1 and numbers among them, with and without readers that mind."""
    x, row = sd.Variable(rng.normal(size=(4, 6, 5)), "x"), sd.Variable(rng.normal(size=5), "row")
    shape = tuple(x.shape[axis] for axis in order)
    column = sd.Variable(rng.normal(size=(shape[0], 1, 1)), "column")
    t = sd.transpose(x, order)
    middle = sd.sin(t) * column + 2 if shape[-1] != 5 else sd.sin(t) * column + row
    y = sd.grad(sd.sum(sd.sliding_windows(sd.exp(middle), 2, axis=1) ** 3), x)
    for nodes in ([y], [y, middle], [y, middle.reshape(-1), middle @ sd.ones((shape[-1], 2))]):
        for one, node in zip(sd.compile(nodes)(), nodes, strict=True):
            np.testing.assert_allclose(one, interpret(node), rtol=1e-12, atol=1e-12)


def test_who_minds_gets_what_lies_side_by_side():
    """Without an operation that takes any order, and for outputs, nothing changes."""
    steps = [
        Step("input", (), (), (3, 4), FLOAT),
        Step("transpose", (0,), ((1, 0),), (4, 3), FLOAT),
        Step("entries", (1, Literal.of(2)), ("add",), (4, 3), FLOAT),
        Step("reshape", (2,), ((12,),), (12,), FLOAT),
    ]
    assert as_they_lie(steps, [3]) == (steps, [3])
