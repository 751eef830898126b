"""Declared facts are kept and checked; what is said to follow from them holds at random points."""

from __future__ import annotations

import copy
import pickle
import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.facts import Facts
from symdiff.rewrite.facts import (
    Known,
    bounds,
    is_nonnegative,
    is_positive,
    is_symmetric,
    orthonormal_columns,
    sums_to_one,
    swaps,
)
from symdiff.rewrite.facts.intervals import Interval
from tests.profiles import examples

INF = float("inf")
N = 3
SYMMETRIC = np.array([[2.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 4.0]])
X = sd.Placeholder((N,), name="x")
P = sd.Placeholder((N,), name="p", positive=True)
Q = sd.Placeholder((N,), name="q", positive=True, sums_to_one=0)
A = sd.Placeholder((N, N), name="a")
B = sd.Placeholder((N, N), name="b")
S = sd.Placeholder((N, N), name="s", symmetric=True)
T = sd.Placeholder((N, N), name="t", symmetric=True)
U = sd.Placeholder((N, N), name="u", orthonormal=True)
M = sd.Placeholder((4, N), name="m", sums_to_one=1)
PAIR = sd.Placeholder((N, N), name="pair", sums_to_one=(0, 1))


def point(seed: int) -> dict[Any, Any]:
    """Values of all leaves: of every size, with zeros and ones among them."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Any:
        values = rng.normal(size=shape) * 10.0 ** rng.integers(-2, 2, shape)
        return np.where(rng.random(shape) < 0.3, rng.integers(-1, 2, shape), values)

    q, m, pair = rng.random(N) + 1e-3, draw(4, N), draw(N, N)
    m[:, 0] += 1 - m.sum(1)
    pair[0, 0] += 1 - pair.sum()
    s, t = draw(N, N), draw(N, N)
    return {
        X: draw(N),
        P: np.abs(draw(N)) + 1e-3,
        Q: q / q.sum(),
        A: draw(N, N),
        B: draw(N, N),
        S: s + s.T,
        T: t + t.T,
        U: np.linalg.qr(rng.normal(size=(N, N)))[0],
        M: m,
        PAIR: pair,
    }


# --- declarations ---------------------------------------------------------------------------------------


def test_facts_are_false_when_there_are_none():
    assert not Facts()
    assert not sd.Variable(1.0).facts
    assert sd.Variable([1.0, 2.0], positive=True).facts == Facts(positive=True)
    assert M.facts.sums_to_one == (1,)
    assert PAIR.facts.sums_to_one == (0, 1)
    assert sd.Placeholder((2, 2), sums_to_one=(-1, 0)).facts.sums_to_one == (0, 1)


def test_leaves_say_what_is_declared():
    a = sd.Variable(SYMMETRIC, "a", symmetric=True, positive=False)
    assert repr(a) == "<variable a float64[3,3] symmetric>"
    assert repr(PAIR) == "<placeholder pair float64[3,3] sums to one along 0,1>"
    assert sd.listing(2 * a).splitlines()[0] == "a  : float64[3,3] variable symmetric"


@pytest.mark.parametrize("remade", [copy.deepcopy, lambda leaf: pickle.loads(pickle.dumps(leaf))])
def test_facts_survive_copies_and_pickles(remade):
    for leaf in (S, PAIR, sd.Variable(SYMMETRIC, "a", symmetric=True, trainable=False)):
        twin = remade(leaf)
        assert twin.facts == leaf.facts
        assert repr(twin) == repr(leaf)
    graph = remade(sd.Variable(np.eye(2), "u", orthonormal=True) @ [1.0, 2.0])
    assert [leaf.facts.orthonormal for leaf in sd.toposort(graph) if isinstance(leaf, sd.Variable)] == [True]


def test_facts_survive_the_choice_of_sizes():
    """A graph with symbolic sizes is specialised over placeholders of the same facts."""
    from symdiff.planning import specialise

    n = sd.Dim("n")
    s = sd.Placeholder((n, n), name="s", symmetric=True, sums_to_one=-1)
    (output,), (given_,) = specialise([s @ s], [s], {"n": 3})
    assert given_.shape == (3, 3)
    assert given_.facts == s.facts
    assert output.operands[0] is given_


def test_what_was_given_with_rounding_is_accepted():
    """Values keep to the facts up to half of their digits, relative to their size."""
    rounded = SYMMETRIC * 1e6 + np.triu(np.full((N, N), 1e-3))
    a = sd.Variable(rounded, "a", symmetric=True)
    a.value = a.value * (1 + 1e-15)
    half = np.array([0.3, 0.3, 0.3985], "float16")
    assert sd.Variable(half, sums_to_one=0).value.sum() != 1
    endless = np.array([[0.0, np.inf], [np.inf, 0.0]])
    assert sd.Variable(endless, "distances", symmetric=True).value[0, 1] == np.inf
    assert sd.Variable(np.zeros((0, 2, 2)), symmetric=True, orthonormal=True).shape == (0, 2, 2)
    assert sd.Variable([[True, False], [False, True]], dtype=bool, symmetric=True).facts.symmetric
    assert sd.Variable(np.eye(2, dtype=int), orthonormal=True, sums_to_one=0).facts.orthonormal


def test_a_refused_value_changes_nothing():
    a = sd.Variable(SYMMETRIC, "a", symmetric=True)
    layer = sd.modules.Linear(N, N)
    layer.weight = a
    state = {name: value + 1.0 for name, value in layer.state().items()}
    with pytest.raises(ValueError, match="not symmetric"):
        a.value = np.triu(SYMMETRIC)
    with pytest.raises(ValueError, match="not symmetric"):
        layer.load_state({**state, "weight": np.triu(SYMMETRIC)})
    assert np.array_equal(a.value, SYMMETRIC)
    assert layer.bias is not None
    assert not layer.bias.value.any()


def test_gradients_are_by_entries_as_if_they_were_independent():
    """And so they are right along directions that keep to the facts, and symmetric where the function is."""
    a = sd.Variable(SYMMETRIC, "a", symmetric=True)
    assert np.array_equal(sd.grad(a[0, 1], a)(), np.eye(N)[:1].T @ np.eye(N)[1:2])
    slope = sd.grad(sd.linalg.slogdet(a).logabsdet, a)()
    assert np.allclose(slope, np.linalg.inv(SYMMETRIC))
    step = 1e-6 * np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    there, here = (np.linalg.slogdet(SYMMETRIC + s)[1] for s in (step, -step))
    assert np.isclose(2 * (slope * step).sum(), there - here, rtol=1e-6)


def test_derivatives_by_leaves_with_facts_can_be_checked():
    """Finite differences leave what was declared, so they are taken of a graph over free leaves."""
    a = sd.Variable(SYMMETRIC, "a", symmetric=True)
    p = sd.Variable([0.2, 0.3, 0.5], "p", positive=True, sums_to_one=0)
    sd.check_grad(sd.log(p @ sd.linalg.inv(a) @ p), [a, p])
    sd.check_grad(sd.trace(S @ S @ S), S, feeds={S: SYMMETRIC})


# --- bounds at random points ----------------------------------------------------------------------------

UNARY = (
    lambda x: x * x,
    lambda x: x**3,
    lambda x: x**-2,
    lambda x: 1 / x,
    lambda x: sd.abs(x) ** 0.5,
    lambda x: x - x * x,
    lambda x: 2 - x,
    lambda x: 1 + x + x**4 / 3,
    lambda x: 3 * x - 1,
    sd.exp,
    sd.expm1,
    sd.log,
    sd.log1p,
    sd.sqrt,
    sd.tanh,
    sd.sigmoid,
    sd.softplus,
    sd.sin,
    sd.cosh,
    sd.sinh,
    sd.arctan,
    sd.relu,
    sd.abs,
    sd.sign,
    sd.floor,
    sd.cbrt,
    sd.log2,
    sd.softsign,
    sd.softmax,
    sd.log_softmax,
    sd.cumsum,
    sd.cumprod,
    lambda x: sd.grad(sd.tanh(x).sum(), x) if x is X else sd.tanh(x) ** 2,
    lambda x: sd.norm(x) + 0 * x,
    lambda x: x.sum() * x.sum() - x,
    lambda x: sd.clip(x, -1, 2),
    lambda x: x[::-1],
    lambda x: sd.pad(x[1:], (1, 0), 0),
    lambda x: sd.concatenate([x[:1], x[1:] * 2]),
    lambda x: sd.cast(x, "float32").astype(float),
    lambda x: sd.logsumexp(x) - x,
    lambda x: A @ x,
    lambda x: x @ A.T @ A @ x + 0 * x,
    lambda x: sd.diag(x).sum(0),
    lambda x: x.mean() + 0 * x,
    lambda x: sd.prod(sd.abs(x)) + 0 * x,
    lambda x: sd.max(x) - x,
    lambda x: sd.round(x).astype(int).astype(float) * 0.5,
    lambda x: sd.take(x, [2, 0, 0]),
    lambda x: sd.scatter_add(x * x, [0, 0, 1], N),
    lambda x: sd.stop_gradient(sd.identity(x)),
    lambda x: x % 2.0,
    lambda x: sd.erf(x),
)
BINARY = (
    lambda x, y: x + y,
    lambda x, y: x - 2 * y,
    lambda x, y: x * y,
    lambda x, y: x * y * x,
    lambda x, y: x / y,
    sd.maximum,
    sd.minimum,
    lambda x, y: sd.where(x > y, x, y * y),
    lambda x, y: sd.where(x > y, x, -np.inf),
    lambda x, y: sd.hypot(x, y),
    lambda x, y: sd.logaddexp(x, y),
    lambda x, y: sd.abs(x) ** y,
    lambda x, y: (x[:, None] * y).sum(1),
    lambda x, y: x @ y + 0 * x,
    lambda x, y: sd.clip(x, -1.0, sd.abs(y)),
)


@st.composite
def vectors(draw: Any) -> sd.Node:
    """Random functions of X, P and Q, of depth up to six."""
    nodes: list[sd.Node] = [X, P, Q]
    for _ in range(draw(st.integers(1, 6))):
        latest = nodes[-1] if draw(st.booleans()) else draw(st.sampled_from(nodes))
        if draw(st.integers(0, 2)):
            nodes.append(draw(st.sampled_from(UNARY))(latest))
        else:
            nodes.append(draw(st.sampled_from(BINARY))(latest, draw(st.sampled_from(nodes))))
    return nodes[-1]


def values(node: sd.Node, seed: int) -> tuple[Any, float]:
    """The value at a point, and how far off rounding may be: by the largest number on the way to it."""
    order = sd.toposort(node)
    leaves = [leaf for leaf in order if isinstance(leaf, sd.Placeholder)]
    *others, value = sd.compile(order, leaves)(*[point(seed)[leaf] for leaf in leaves])
    sizes = [np.abs(other[np.isfinite(other)]).max(initial=1) for other in (*others, value)]
    return value.astype(float), 1e-9 * float(max(sizes))


def check_bounds(node: sd.Node) -> None:
    """Values lie within the bounds, where they are defined."""
    low, high = bounds(node)
    for seed in range(4):
        value, room = values(node, seed)
        found = value[np.isfinite(value)]
        assert np.all(found >= low - room)
        assert np.all(found <= high + room)


@examples(300)
@given(vectors())
def test_values_lie_within_bounds(node):
    check_bounds(node)
    low, high = bounds(node)

    assert low <= high
    assert is_nonnegative(node) == (low >= 0)
    assert low < 0 or is_positive(node) or low == 0


@examples(100)
@given(vectors())
def test_gradients_lie_within_bounds(node):
    check_bounds(sd.grad(node.sum(), X))


SIGMOID, TANH = sd.sigmoid(X), sd.tanh(X)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (X, (-INF, INF)),
        (P, (0, INF)),
        (Q, (0, 1)),
        (U, (-1, 1)),
        (SIGMOID - SIGMOID**2, (0, 0.25)),
        (2 * SIGMOID - SIGMOID**2, (0, 1)),
        (1 - TANH**2, (0, 1)),
        (X**2 - X + 1, (0.75, INF)),
        (3 - X**4, (-INF, 3)),
        (sd.exp(-(X**2)), (0, 1)),
        (1 / (1 + X**2), (0, 1)),
        (1 / Q, (1, INF)),
        (sd.relu(X) * 3 + 1, (1, INF)),
        (sd.eye(3) * -2.5, (-2.5, 0)),
        (sd.ones((2, 3)).sum(), (6, 6)),
        (sd.mean(SIGMOID), (0, 1)),
        (sd.constant(np.arange(6.0)), (0, 5)),
        (sd.arange(5), (0, 4)),
        (sd.one_hot([2, 0], 3), (0, 1)),
        (X > 0, (0, 1)),
        (sd.linalg.qr(A).Q, (-1, 1)),
        (sd.linalg.svd(A).S, (0, INF)),
        (sd.maximum(TANH, 0.5) * 2, (1, 2)),
        (sd.log(Q), (-INF, 0)),
    ],
    ids=str,
)
def test_bounds_are_as_narrow_as_they_should_be(node, expected):
    assert bounds(node) == expected


@pytest.mark.parametrize(
    "node",
    [
        P,
        Q,
        P @ Q,
        sd.exp(X),
        SIGMOID - SIGMOID**2,
        1 - TANH**2,
        X**2 + 1,
        sd.softmax(X),
        P**-1.5,
        sd.cosh(X),
        sd.prod(P),
        sd.cumsum(P),
        sd.norm(P, 3),
        sd.sqrt(P),
        sd.logsumexp(P),
        P / (P + X**2),
        sd.log1p(P),
    ],
    ids=str,
)
def test_what_is_positive(node):
    assert is_positive(node)
    assert is_nonnegative(node)


@pytest.mark.parametrize(
    "node",
    [
        X**2,
        X**4,
        X @ X,
        sd.abs(X),
        sd.relu(X),
        sd.norm(X),
        X @ A.T @ A @ X,
        (A @ X) @ (A @ X),
        X.sum() ** 2,
        X**2 * P,
        sd.var(X),
        sd.log(1 + X**2),
        sd.trace(A @ A.T),
        sd.exp(sd.where(X > 0, X, -np.inf)),
        sd.einsum("ab,cb,cd,ad->", A, A, A, A),
        sd.softmax(sd.where(X > 0, X, -np.inf)),
        sd.eye(3),
    ],
    ids=str,
)
def test_what_is_nonnegative_and_may_be_zero(node):
    assert is_nonnegative(node)
    assert not is_positive(node)


@pytest.mark.parametrize(
    "node",
    [
        X,
        X**3,
        1 / X,
        X @ A @ X,
        sd.trace(A @ A),
        sd.trace(A @ B.T),
        2 * SIGMOID - SIGMOID**2 - 0.1,
        TANH,
        sd.log(P),
        P - 1,
        X**2 - X,
        X * sd.sign(P - 1),
        -(X**2),
        X**2 - 1,
        sd.sin(X),
        sd.gelu(X),
        X[0] * X[1],
        sd.einsum("a,b->ab", X, X),
        sd.einsum("ab,bc->ac", A, A),
        A @ A.T,
        (1j * X) * (1j * X),
        P**X - 1,
    ],
    ids=str,
)
def test_what_is_neither(node):
    assert not is_nonnegative(node)
    assert not is_positive(node)


def test_symbolic_sizes_may_be_zero():
    """A sum over no entries is 0, so a sum of positive entries is only known not to be negative."""
    p = sd.Placeholder((sd.Dim("n"),), name="p", positive=True)
    assert is_positive(p)
    assert is_nonnegative(p.sum())
    assert not is_positive(p.sum())
    assert not is_positive(sd.norm(p, 3))
    assert bounds(1 + p.sum()) == (1, INF)
    assert bounds(sd.Placeholder((0, 2), positive=True).sum(0)) == (0, 0)


def test_integers_that_wrap_around_may_be_anything():
    k = sd.Placeholder((3,), np.int8, name="k")
    assert bounds(k) == (-128, 127)
    assert bounds(k * k) == (-128, 127)
    small = sd.one_hot([1, 0], 2, np.int8)
    assert bounds(small * 3 + 1) == (1, 4)
    assert bounds(sd.cast(k, float) ** 2) == (0, 128**2)
    assert bounds(sd.Placeholder((), "uint8") - 1) == (0, 255)
    assert bounds((sd.sigmoid(X) * 3.7).astype(int)) == (0, 3)


def test_the_ends_of_intervals_belong_to_them_or_not():
    """Products, sums and powers of half-open intervals, by hand."""
    unit, half = Interval.of(0, 1, True), Interval.of(-2, 3, False, True)
    assert unit.times(half) == Interval.of(-2, 3, False, True)
    assert unit.times(unit) == unit
    assert unit.plus(half) == Interval.of(-2, 4, True, True)
    assert half.power(2) == Interval.of(0, 9, False, True)
    assert half.power(3) == Interval.of(-8, 27, False, True)
    assert unit.reciprocal() == Interval.of(1, INF, False, True)
    assert Interval.of(0, 1).times(Interval.of(-INF, INF, True, True)) == Interval.of(-INF, INF, True, True)
    assert Interval.of(0, 0).times(Interval.of(1, INF)) == Interval.of(0, 0)
    assert half.meet(Interval.of(3, 4)) is None
    assert unit.holds(Fraction(1))
    assert not unit.holds(Fraction(0))


def test_bounds_of_far_away_numbers_are_rounded_outwards():
    tiny, huge = sd.exp(TANH * 2000 - 2001), sd.exp(TANH + 5000)
    assert bounds(tiny)[0] == 0
    assert is_positive(tiny)
    assert bounds(tiny)[1] > np.exp(-1)
    assert bounds(huge)[1] == INF
    assert np.isfinite(bounds(huge)[0])
    assert bounds(huge)[0] > 1e299
    many = sd.prod(sd.ones((5,)) * 3) * 1e300
    assert bounds(many * many * many)[1] == INF


# --- symmetry -------------------------------------------------------------------------------------------

MATRICES = (
    lambda x, y: x @ y,
    lambda x, y: x + y,
    lambda x, y: x - 3 * y,
    lambda x, y: x * y,
    lambda x, y: x.T,
    lambda x, y: x.T @ x,
    lambda x, y: x @ y @ x.T,
    lambda x, y: x @ y + y @ x,
    lambda x, y: x @ y + y.T @ x.T,
    lambda x, y: sd.exp(x),
    lambda x, y: sd.maximum(x, y),
    lambda x, y: sd.maximum(x, x.T),
    lambda x, y: sd.where(x > 0, x, y),
    lambda x, y: sd.linalg.inv(sd.tanh(x) + 5 * sd.eye(N)),
    lambda x, y: sd.linalg.pinv(sd.tanh(x) + 5 * sd.eye(N)),
    lambda x, y: x.T * sd.sigmoid(X) @ x,
    lambda x, y: sd.einsum("i,j->ij", X, X) + x,
    lambda x, y: sd.diag(X) + x,
    lambda x, y: sd.eye(N) * x,
    lambda x, y: sd.softmax(x),
    lambda x, y: sd.softmax(x, axis=(0, 1)),
    lambda x, y: x[::-1, ::-1],
    lambda x, y: x[::-1],
    lambda x, y: sd.tril(x),
    lambda x, y: sd.cumsum(x, axis=0),
    lambda x, y: x.sum(0) + y,
    lambda x, y: sd.einsum("ik,jk->ij", x, y),
    lambda x, y: sd.einsum("ik,jk,ik,jk->ij", x, y, y, x),
)


@st.composite
def matrices(draw: Any) -> sd.Node:
    """Random functions of matrices, of depth up to five."""
    nodes: list[sd.Node] = [A, S, T]
    for _ in range(draw(st.integers(1, 5))):
        f = draw(st.sampled_from(MATRICES))
        nodes.append(f(draw(st.sampled_from(nodes[-3:])), draw(st.sampled_from(nodes))))
    return nodes[-1]


@examples(300)
@given(matrices())
def test_symmetry_that_is_claimed_is_there(node):
    for seed in range(3 if is_symmetric(node) else 0):
        value, room = values(node, seed)
        fine = np.isfinite(value) & np.isfinite(value.T)

        assert np.abs(np.where(fine, value, 0) - np.where(fine, value.T, 0)).max() <= room


@pytest.mark.parametrize(
    "node",
    [
        S,
        A.T @ A,
        A @ A.T,
        A.T * P @ A,
        A @ S @ A.T,
        A.T @ (S @ A),
        A + A.T,
        A * A.T,
        S * T,
        S + 2 * T - sd.eye(N),
        S @ T + T @ S,
        S @ T @ S,
        A @ S + (A @ S).T,
        A @ B + B.T @ A.T,
        sd.einsum("i,j->ij", X, X),
        sd.diag(X),
        sd.exp(S),
        sd.linalg.inv(S),
        sd.linalg.expm(S),
        sd.maximum(A, A.T),
        S[::-1, ::-1],
        S[1:, 1:],
        sd.hessian(sd.exp(A @ X).sum(), X),
        sd.hessian((sd.tanh(A @ X) ** 2).sum(), X),
        sd.softmax(S, axis=(0, 1)),
        sd.constant(SYMMETRIC),
        sd.linalg.inv(A.T @ A + sd.eye(N)),
        sd.pad(S, 1),
        sd.concatenate([S[None], T[None]]),
        sd.max(sd.stack([S, T]), axis=0),
        sd.einsum("bij,bjk,blk->bil", sd.stack([A, B]), sd.stack([S, T]), sd.stack([A, B])),
    ],
    ids=str,
)
def test_what_is_symmetric(node):
    assert is_symmetric(node)
    assert is_symmetric(node, (-1, -2))


@pytest.mark.parametrize(
    "node",
    [
        A,
        A @ B,
        S @ T,
        A.T @ B,
        S[::-1],
        A + 2 * A.T,
        A - A.T,
        S * X,
        sd.softmax(S),
        sd.einsum("i,j->ij", X, P),
        sd.cumsum(S, 0),
        A @ S @ A,
        A @ S,
        sd.constant(np.triu(SYMMETRIC)),
        sd.tril(S),
        sd.maximum(A, B),
        sd.linalg.inv(A),
        S[:, 1:],
        sd.linalg.eigh(S).eigenvectors,
        sd.where(A > 0, S, T),
        S.reshape(-1),
        X,
        X[0],
        sd.einsum("ab,bc,ca->ab", A, A, A),
    ],
    ids=str,
)
def test_what_is_not(node):
    assert not is_symmetric(node)


def test_all_pairs_of_axes_are_found():
    third = sd.jacobian(sd.hessian(sd.exp(A @ X).sum(), X), X)
    assert swaps(third) == [(0, 1), (0, 2), (1, 2)]
    assert swaps(sd.einsum("i,j,k->ikj", X, P, X)) == [(0, 1)]
    assert swaps(sd.einsum("ij,kl->ijkl", S, T)) == [(0, 1), (2, 3)]
    assert swaps(sd.einsum("ij,kl->ikjl", S, A)) == [(0, 2)]
    assert swaps(sd.ones((2, 3, 2))) == [(0, 2)]
    assert swaps(X[:, None, None]) == [(1, 2)]
    assert swaps(sd.eye((2, 3))) == [(0, 2), (1, 3)]


# --- sums and columns -----------------------------------------------------------------------------------

ROWS = sd.softmax(A)


@pytest.mark.parametrize(
    ("node", "axes"),
    [
        (Q, 0),
        (M, 1),
        (PAIR, (1, 0)),
        (PAIR.T, (0, 1)),
        (ROWS, -1),
        (ROWS.T, 0),
        (Q @ ROWS, 0),
        (ROWS @ sd.softmax(B), 1),
        (sd.softmax(A, axis=(0, 1)), (0, 1)),
        (sd.softmax(A, axis=(0, 1)).sum(0), 0),
        (sd.one_hot([2, 0], 3), -1),
        (0.9 * sd.one_hot([2, 0], 3) + 0.1 / 3, -1),
        (0.25 * Q + 0.75 * Q[::-1], 0),
        (ROWS[1:, ::-1], 1),
        (ROWS[None].sum(0), 1),
        (sd.take(ROWS, [[0, 1], [2, 2]]), 2),
        (sd.stack([ROWS, ROWS]).reshape(6, 3), 1),
        (sd.einsum("i,j->ij", Q, sd.softmax(X)), (0, 1)),
        (sd.eye(3), 0),
        (sd.ones((4, 5)) / 5, 1),
        (sd.constant([[0.1] * 10, [0.2] * 5 + [0.0] * 5]), 1),
        (sd.stop_gradient(sd.cast(ROWS, "float32")), 1),
        (sd.softmax(A.reshape(1, 9)).reshape(1, 1, 9), 2),
        (ROWS + (ROWS - ROWS[::-1]), 1),
    ],
    ids=str,
)
def test_what_sums_to_one(node, axes):
    leaves = [leaf for leaf in sd.toposort(node) if isinstance(leaf, sd.Placeholder)]
    sums = node({leaf: point(1)[leaf] for leaf in leaves}).sum(axis=axes)

    assert np.allclose(sums, 1, atol=1e-5)
    assert sums_to_one(node, axes)


@pytest.mark.parametrize(
    ("node", "axes"),
    [
        (M, 0),
        (PAIR, 0),
        (PAIR, 1),
        (ROWS, 0),
        (ROWS, (0, 1)),
        (ROWS[:, 1:], 1),
        (2 * Q, 0),
        (Q * Q, 0),
        (Q * P, 0),
        (ROWS @ A, 1),
        (A @ ROWS, 1),
        (ROWS @ ROWS.T, 1),
        (0.5 * Q + 0.4 * Q[::-1], 0),
        (sd.softmax(A.reshape(1, 9)).reshape(3, 3), 1),
        (sd.eye(3), (0, 1)),
        (sd.einsum("ii->i", sd.softmax(A, axis=0)), 0),
        (X, 0),
        (Q, ()),
        (Q, 3),
        (sd.take(ROWS, [[0, 1], [2, 2]], axis=1), (1, 2)),
        (sd.ones((4, sd.Dim("n"))), 1),
    ],
    ids=str,
)
def test_what_does_not(node, axes):
    assert not sums_to_one(node, axes)


@pytest.mark.parametrize(
    "node",
    [
        U,
        U.T,
        U @ U,
        U.T @ U.T,
        -U,
        sd.eye(4),
        sd.linalg.qr(M).Q,
        sd.linalg.qr(M).Q @ U,
        sd.linalg.qr(M).Q[:, 1:],
        sd.linalg.eigh(S).eigenvectors.T,
        sd.linalg.svd(M).U,
        sd.linalg.svd(M).Vh.T,
        sd.linalg.svd(M).Vh,
        sd.stop_gradient(U),
        sd.linalg.qr(sd.stack([A, B])).Q,
        sd.linalg.svd(M.T).Vh.T,
    ],
    ids=str,
)
def test_whose_columns_are_orthonormal(node):
    leaves = [leaf for leaf in sd.toposort(node) if isinstance(leaf, sd.Placeholder)]
    value = node({leaf: point(2)[leaf] for leaf in leaves})
    assert orthonormal_columns(node)
    assert np.allclose(value.swapaxes(-1, -2) @ value, np.eye(value.shape[-1]))


@pytest.mark.parametrize(
    "node",
    [
        A,
        S,
        2 * U,
        U * U,
        U + U,
        sd.linalg.qr(M).Q.T,
        sd.linalg.qr(M).R,
        U[1:],
        sd.linalg.svd(M.T).Vh,
        U @ A,
        sd.einsum("ij,jk,k->ik", U, U, X),
        sd.einsum("ij,ij->ij", U, sd.eye(3)),
        sd.einsum("i->iii", sd.ones(3)),
        sd.einsum("ij->iij", U),
        sd.diag(X),
        X,
        sd.ones((3, 3)),
        sd.einsum("ij,ik->jk", U, A),
        sd.linalg.svd(M).S,
        sd.einsum("ij,jk,jk->ik", U, U, U),
    ],
    ids=str,
)
def test_whose_are_not(node):
    assert not orthonormal_columns(node)


# --- cost -----------------------------------------------------------------------------------------------


def test_questions_about_long_chains_are_answered_at_once():
    """What is far down is not looked at, and counts as unknown."""
    y: sd.Node = sd.exp(S)
    for _ in range(20_000):
        y = sd.tanh(y) + S
    start = time.perf_counter()
    assert bounds(y) == (-INF, INF)
    assert not sums_to_one(y)
    assert not orthonormal_columns(y)
    assert bounds(sd.tanh(y)) == (-1, 1)
    assert isinstance(is_symmetric(y), bool)
    assert time.perf_counter() - start < 1


def test_shared_answers_are_not_looked_for_again():
    """A notebook answers from what it holds, as deep as the question may look, and no less."""
    known, y = Known(), X * X
    for _ in range(30):
        y = y * y + 1
    assert is_positive(y, known) == is_positive(y)
    deep = sd.sqrt(X * X)
    for _ in range(11):
        deep = sd.identity(deep)
    outer = sd.identity(deep)
    assert not is_nonnegative(outer, known) or is_nonnegative(deep, known)
    assert is_nonnegative(deep, known)


def test_what_is_left_of_an_identity_is_no_constant():
    """The sum of a product of two identities along an axis of one of them is the other."""
    e = sd.einsum("ik,jl->ijkl", sd.eye(2), sd.eye(1))

    assert not sums_to_one(e, 1)
    np.testing.assert_array_equal(sd.einsum("abcd->adc", e[:, :, 1:])(), [[[0]], [[1]]])
