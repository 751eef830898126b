"""Graphs as text: what a person would type, and what Python would read back."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symdiff as sd
from tests.cases import CASES, named_cases, variables

X = sd.Variable([1.0, 2.0, 3.0], "x")
Y = sd.Variable([4.0, 5.0, 6.0], "y")
A = sd.Variable(np.arange(9.0).reshape(3, 3) + 1, "a")
S = sd.Variable(2.0, "s")
NAMES = {"x": X, "y": Y, "a": A, "s": S}

FORMULAS = {  # what is printed: how it may be built
    "x + y": X + Y,
    "x - y": X - Y,
    "y - x": Y - X,
    "-x": -X,
    "2 * x": X * 2,
    "2 * x + 1": 1 + X * 2,
    "1 - x": 1 - X,
    "x / 3": X / 3,
    "x / y": X / Y,
    "1 / x": 1 / X,
    "2.5 / x": 2.5 / X,
    "x**2": X * X,
    "x**3": X**3,
    "sqrt(x)": X**0.5,
    "2**x": 2**X,
    "(x + y)**2": (X + Y) ** 2,
    "(x * y)**2": (X * Y) ** 2,
    "(-x)**3": (-X) ** 3,
    "-(x + y)": -(X + Y),
    "x - (y - x)": X - (Y - X),
    "(x + y) / 2": (X + Y) / 2,
    "(x + 1) / (y + 1)": (X + 1) / (Y + 1),
    "(x / y) / x": X / Y / X,
    "a @ x": A @ X,
    "x @ a": X @ A,
    "a.T @ a": A.T @ A,
    "(a + a.T) @ x": (A + A.T) @ X,
    "2 * a.T": (2 * A).T,
    "sum(a)": A.sum(),
    "sum(a, axis=0)": A.sum(0),
    "sum(a) / 9": A.mean(),
    "trace(a)": A.trace(),
    "diag(x)": sd.diag(X),
    "diagonal(a)": A.diagonal(),
    "x[:, None] * y": X[:, None] * Y,
    "exp(x)**2": sd.exp(X) ** 2,
    "1 - tanh(x)**2": sd.grad(sd.tanh(X).sum(), X),
    "sigmoid(x) - sigmoid(x)**2": sd.grad(sd.sigmoid(X).sum(), X),
    "a + a.T": sd.hessian(X @ A @ X, X),
    "6 * diag(x)": sd.hessian((X**3).sum(), X),
    "x[1:]": X[1:],
    "x[0]": X[0],
    "a[0]": A[0],
    "a[:, 1]": A[:, 1],
    "max(a, axis=0)": A.max(0),
    "logsumexp(a, axis=1)": sd.logsumexp(A, 1),
    "softmax(x)": sd.softmax(X),
    "maximum(x, y)": sd.maximum(X, Y),
    "eye(3)": sd.eye(3),
    "2.5": sd.constant(2.5),
    "x + [1.0, 2.0, 3.0]": X + np.array([1.0, 2.0, 3.0]),
    "abs(x)": abs(X),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_read_as_they_are_typed(text):
    """Operators, quotients, powers, products of matrices and slices look like themselves."""
    assert str(FORMULAS[text]) == text


def read(text: str, names: dict[str, sd.Node]) -> sd.Node:
    """A formula evaluated as Python, with the names of symdiff and of its linear algebra."""
    known = {**vars(sd.linalg), **{name: getattr(sd, name) for name in sd.__all__}}
    return sd.constant(eval(text, {**OPERATIONS, **known, **names}))


def operation(kind):
    """An operation without a public function, called by the name under which it is printed."""
    return lambda *operands, **settings: kind(*map(sd.constant, operands), **settings)


OPERATIONS = {re.sub("(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): operation(kind) for kind in CASES}
OPERATIONS |= {kind.__name__.lower(): operation(kind) for kind in CASES if kind.__name__.startswith("Arg")}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_mean_what_they_say(text):
    """Read back by Python, a formula has the value of its graph."""
    node = FORMULAS[text]

    np.testing.assert_allclose(read(text, NAMES)(), node(), rtol=1e-13)


# operations without a public function of their name
PRIVATE = ("Cofactor", "InverseGaps", "Triangle", "LastWriter", "Place", "Pick", "Inverse", "Length")
# rows of single operations; functions made of many are printed for people, and may be cut short
READABLE = [row for row in named_cases() if row[1].__name__ not in (*PRIVATE, "Cast", "Compare", "Node")]


@pytest.mark.parametrize("case", [row[2] for row in READABLE], ids=[row[0] for row in READABLE])
def test_whole_table_reads_back(case):
    """Names, axes and precedence are right: the value of the text is that of the graph."""
    xs = variables(case, "float64")
    y = case.f(*xs)
    text = str(y)

    back = read(text, {x.name: x for x in xs})
    found, expected = np.broadcast_arrays(back(), y())
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def test_repr_is_one_line():
    """The kind of node, its name or equation, dtype and shape."""
    assert repr(X) == "<variable x float64[3]>"
    assert repr(sd.Placeholder((sd.Dim("n"), 2), "float32", "p")) == "<placeholder p float32[n,2]>"
    assert repr(A.sum(0)) == "<einsum ab->b float64[3]>"
    assert repr(sd.tanh(S)) == "<tanh float64[]>"


def test_listing_is_a_typed_program():
    """One line per node, operands first, shared nodes once."""
    e = sd.exp(X)
    text = sd.listing(e * e + e)
    lines = text.splitlines()

    assert lines[0].split() == ["x", ":", "float64[3]", "variable"]
    assert sum("exp" in line for line in lines) == 1
    assert lines[-1] == "returns %3"
    assert len(lines) == 5


def test_listing_of_several_nodes_returns_them_all():
    """In the order they were given in."""
    text = sd.listing(X + 1, sd.exp(X))

    assert text.splitlines()[-1].startswith("returns %")
    assert text.count("\n") >= 3


def test_unnamed_leaves_have_names_of_their_own():
    """Two leaves without names are told apart."""
    v, w = sd.Variable(1.0), sd.Variable(2.0)
    p = sd.Placeholder()

    assert len({str(v), str(w), str(p)}) == 3
    assert str(v) in str(sd.exp(v))


@pytest.mark.parametrize("size", [10, 1000])
def test_long_sums_and_wide_graphs_are_cut(size):
    """Text has a bound, whatever the size of the graph."""
    total = sd.add(*[sd.sin(X * (k + 1)) for k in range(size)])

    assert len(str(total)) < 6000
    assert ("…" in str(total)) == (size > 100)


def test_printing_is_deterministic():
    """Twice the same text, and the same text for the same graph built again."""
    y = sd.hessian((sd.tanh(A @ X) ** 2).sum(), X)

    assert str(y) == str(y)
    assert str(sd.hessian((sd.tanh(A @ X) ** 2).sum(), X)) == str(y)


def test_symbolic_sizes_are_printed():
    """A size that is open has its name in formulas and listings."""
    n = sd.Dim("n")
    p = sd.Placeholder((n, 2), name="p")

    assert "n" in str(p.mean())
    assert "float64[n,2]" in sd.listing(p * 2)
    assert str(sd.size(n)) == "n"


def test_formatting_a_node_says_what_to_do():
    """A node has no digits; its value has."""
    assert f"{X}" == "x"
    with pytest.raises(TypeError, match="symbolic"):
        f"{X:.2f}"
