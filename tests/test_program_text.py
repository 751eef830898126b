"""Programs as text: readable source, any names, the cost said beforehand."""

from __future__ import annotations

import ast

import numpy as np
import pytest

import symdiff as sd


def test_source_is_valid_readable_python(rng):
    """One function, one statement per line, shapes as comments, NumPy's names."""
    x = sd.Variable(rng.normal(size=(3, 4)), "x")
    w = sd.Variable(rng.normal(size=4), "w")
    loss = (sd.tanh(x @ w) ** 2 / 3).sum() + sd.logsumexp(w)
    source = sd.compile([loss, *sd.grad(loss, [x, w])]).source

    tree = ast.parse(source)

    workspace = tree.body[0]
    assert isinstance(workspace, ast.FunctionDef)
    program = workspace.body[-2]
    assert isinstance(program, ast.FunctionDef)
    assert [argument.arg for argument in program.args.args] == ["x", "w"]
    for part in ("tanh(", ".dot(", "# float64[3]", "return"):
        assert part in source
    assert "einsum" not in source


@pytest.mark.parametrize(
    "name",
    [
        *(
            "lambda",
            "np",
            "t1",
            "c0",
            "1x",
            "a b",
            "",
            "x.y",
            "π",
            "return",
            "_",
            "x0",
            "program",
            "__import__",
        ),
        *("range", "type", "piece1", "exp", "b0", "m", "knan", "k2_0"),
    ],
)
def test_any_name_makes_valid_source(name):
    """Names that are no identifiers, or that the program needs itself, are replaced."""
    a, b = sd.Variable(2.0, name), sd.Variable(5.0, name)
    p = sd.Placeholder(name=name)
    c = sd.constant(np.arange(100.0))

    y = sd.exp(a * b - 10) * c.sum() / 4950 + sd.max(c) * sd.stop_gradient(p) * sd.take(c, 1)

    np.testing.assert_allclose(sd.compile(y, [p])(1.0), 1 + 99.0, rtol=1e-14)


def test_division_and_subtraction_are_written_as_such():
    """What is a product with a power in the graph is a quotient in the program."""
    x, y = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "y")
    source = sd.compile([x / y, x - y, x / 3, x**2, -x]).source

    for part in ("divide(x, y, ", "subtract(x, y, ", "divide(x, k3_0, ", "multiply(x, x, ", "negative(x, "):
        assert part in source


def test_cost_is_stated_before_running():
    """Operations, steps and bytes moved and held of a matrix product."""
    a, b = sd.Variable(np.ones((30, 40)), "a"), sd.Variable(np.ones((40, 50)), "b")
    cost = sd.compile(a @ b).cost

    assert cost.flops == 2 * 30 * 40 * 50
    assert cost.bytes == (30 * 40 + 40 * 50 + 30 * 50) * 8
    assert cost.peak_bytes == 30 * 50 * 8
    assert cost.steps == 1


def test_common_work_is_done_once():
    """A value and its gradient share what they have in common."""
    x = sd.Variable(np.ones((20, 20)), "x")
    y = sd.exp(x @ x).sum()

    alone, together = (sd.compile(what).source for what in (y, [y, sd.grad(y, x)]))

    assert alone.count(" exp(") == together.count(" exp(") == 1
