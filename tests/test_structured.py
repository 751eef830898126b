"""Structured derivatives: every method against NumPy on the dense array, in every structure."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.sparse.linalg

import symdiff as sd
from symdiff.check import check_grad
from symdiff.errors import GraphError
from symdiff.node import Node
from symdiff.ops.einsum import contract
from symdiff.structured import Structured
from symdiff.structured.solving import division
from symdiff.structured.ties import ties
from symdiff.wiring import Wiring

RNG = np.random.default_rng(3)
N, M, K = 12, 9, 3
U = sd.Variable(RNG.normal(size=(N, K)), "u")
V = sd.Variable(RNG.normal(size=(M, K)), "v")
T = sd.Variable(RNG.normal(size=(N, M)), "t")
MASK = sd.Variable((RNG.random((N, M)) < 0.7).astype(float), "mask")
X = sd.Variable(RNG.uniform(0.5, 2.0, size=N), "x")
Y = sd.Variable(RNG.normal(size=N), "y")
A = sd.Variable(RNG.normal(size=(4, 4)) + 3 * np.eye(4), "a")
B = sd.Variable(RNG.normal(size=(4, 4)) - 2 * np.eye(4), "b")
DATA = sd.Variable(RNG.normal(size=(5, N)), "data")
FIT = ((T - U @ V.T) ** 2).sum()


def chain() -> Node:
    """The loss of a network, whose Hessian by the first matrix is one matrix and two vectors."""
    y = X
    for layer in [U.T, A[:3, :3], B[:3, :3]]:
        y = sd.tanh(layer @ y)
    return (y**2).sum()


class Case(NamedTuple):
    """An operator, the name of its structure and how its terms are wired."""

    make: Callable[[], Node]
    structure: str
    wirings: list[str]


CASES = {
    "separable": Case(lambda: sd.hessian(sd.exp(X).sum(), X), "diagonal", ["a->aa"]),
    "norm": Case(lambda: sd.hessian((X**2).sum(), X), "scaled identity", ["->aa"]),
    "two axes": Case(lambda: sd.hessian(sd.cosh(U).sum(), U), "diagonal", ["ab->abab"]),
    "factorisation": Case(lambda: sd.hessian(FIT, U), "block diagonal", ["ab->cacb"]),
    "masked": Case(
        lambda: sd.hessian((MASK * (T - U @ V.T) ** 2).sum() + (U**2).sum(), U),
        "block diagonal",
        ["->abab", "abc->abac"],
    ),
    "logdet": Case(lambda: sd.hessian(sd.linalg.slogdet(A).logabsdet, A), "Kronecker", ["ab,cd->acdb"]),
    "sandwich": Case(lambda: sd.jacobian(B @ A @ B, A), "Kronecker", ["ab,cd->acbd"]),
    "turned": Case(lambda: sd.jacobian(A.T * B, A), "permuted diagonal", ["ab->abba"]),
    "outer weights": Case(
        lambda: sd.jacobian(sd.einsum("i,k,ik->ik", X, V[0], U), U), "diagonal", ["a,b->abab"]
    ),
    "softmax": Case(
        lambda: sd.hessian(sd.logsumexp(X) + (X**2).sum(), X),
        "low rank plus diagonal",
        ["->aa", "a->aa", "a,b->ab"],
    ),
    "sum squared": Case(
        lambda: sd.hessian((X**3).sum() + X.sum() ** 2, X), "low rank plus diagonal", ["a->aa", "->ab"]
    ),
    "two outer": Case(
        lambda: sd.eye(N) * 3.0 + sd.outer(X, Y) - sd.outer(Y, X),
        "low rank plus scaled identity",
        ["->aa", "a,b->ab", "a,b->ba"],
    ),
    "ridge": Case(
        lambda: sd.hessian(sd.softplus(DATA @ X).sum() + (X**2).sum(), X),
        "low rank plus scaled identity",
        ["->aa", "ab->ab"],
    ),
    "gram": Case(
        lambda: sd.hessian(X @ (DATA.T @ DATA) @ X + (X**4).sum(), X),
        "low rank plus diagonal",
        ["a,a->aa", "ab->ab"],
    ),
    "rows of softmax": Case(
        lambda: sd.hessian(sd.logsumexp(U, axis=1).sum() + (U**2).sum(), U),
        "block diagonal, blocks low rank plus diagonal",
        ["->abab", "ab->abab", "ab,ac->abac"],
    ),
    "columns coupled": Case(
        lambda: sd.hessian(FIT + (U.sum(0) ** 2).sum(), U),
        "low rank plus block diagonal",
        ["ab->cacb", "->abcb"],
    ),
    "nested": Case(
        lambda: sd.hessian(sd.logsumexp(U, axis=1).sum() + (U**2).sum() + U.sum() ** 2, U),
        "low rank plus block diagonal, blocks low rank plus diagonal",
        ["->abab", "ab->abab", "ab,ac->abac", "->abcd"],
    ),
    "Kronecker plus outer": Case(
        lambda: sd.jacobian(B @ A @ B, A) + sd.einsum("ij,kl->ijkl", A, B),
        "low rank plus Kronecker",
        ["ab,cd->abcd", "ab,cd->acbd"],
    ),
    "network": Case(
        lambda: sd.hessian(chain(), U) + sd.eye((N, K)),
        "low rank plus scaled identity",
        [],
    ),
    "Sylvester": Case(lambda: sd.jacobian(A @ B + B @ A, A), "dense", ["ab->acbc", "ab->cacb"]),
    "matrix": Case(lambda: sd.exp(sd.tanh(A)), "dense", ["ab->ab"]),
    "one by one": Case(
        lambda: sd.hessian((X[:1] ** 4).sum() + sd.exp(X[:1]).sum(), X)[:1, :1], "diagonal", []
    ),
}
SINGULAR = {
    "rank one": (lambda: sd.outer(X, Y), "low rank"),
    "ones": (lambda: sd.ones((4, 4)), "low rank"),
    "zeros": (lambda: sd.zeros((4, 4)), "zero"),
    "gram": (lambda: sd.hessian(sd.softplus(DATA @ X).sum(), X), "low rank"),
    "first layer": (lambda: sd.hessian(chain(), U), "low rank"),
    "oblong factors": (
        lambda: sd.einsum("ij,kl->ijkl", U[:3, :2], V[:3, :2]).transpose(0, 3, 1, 2),
        "low rank",
    ),
    "delta of rows": (lambda: sd.einsum("i,jk->iijk", X[:3], A[:3, :3]), "low rank"),
}
every = pytest.mark.parametrize("name", CASES)


def operator(name: str) -> Structured:
    return sd.structured(CASES[name].make())


def matrix(s: Structured) -> Any:
    """The dense array as a matrix."""
    return s.dense()().reshape(int(np.prod(s.rows)), int(np.prod(s.columns)))


def close(value: Any, expected: Any, rtol: float = 1e-10) -> None:
    """Equal relative to the largest entry."""
    value, expected = np.asarray(value), np.asarray(expected)
    assert value.shape == expected.shape
    np.testing.assert_allclose(
        value, expected, rtol=0, atol=rtol * (np.max(np.abs(expected), initial=1e-300))
    )


# --- the methods ------------------------------------------------------------------------------------------


@every
def test_structure(name):
    """Structure and wiring are what the formula says."""
    s = operator(name)

    assert s.structure == CASES[name].structure
    assert not CASES[name].wirings or sorted(str(t.wiring) for t in s.terms) == sorted(CASES[name].wirings)
    assert s.structure in repr(s)


@every
def test_terms_add_up(name):
    """Factors, wired as the terms say, are the dense array."""
    s = operator(name)

    parts = [np.asarray(np.einsum(*wired(term), optimize=True)) for term in s.terms]

    close(sum(parts), s.dense()())


def wired(term: Any) -> list[Any]:
    """NumPy's arguments for the product of the factors, with deltas and broadcasts as arrays."""
    w, fresh = term.wiring, itertools.count(len(term.wiring.sizes))
    arguments: list[Any] = []
    for factor, labels in zip(term.factors, w.inputs, strict=True):
        arguments += [factor(), list(labels)]
    output: list[int] = []
    for label in w.output:
        new = next(fresh)
        arguments += [np.eye(w.sizes[label]), [label, new]]
        output.append(new)
    return [*arguments, output]


@every
def test_products(name, rng):
    """Products with one vector and with several, and with the transpose."""
    s = operator(name)
    dense = matrix(s)
    v, many = rng.normal(size=s.columns), rng.normal(size=(*s.columns, 2))
    w = rng.normal(size=s.rows)

    close(s.matvec(v)().ravel(), dense @ v.ravel())
    close((s @ many)(), (dense @ many.reshape(-1, 2)).reshape(*s.rows, 2))
    close(s.rmatvec(w)().ravel(), dense.T @ w.ravel())
    close(s.T.matvec(w)().ravel(), dense.T @ w.ravel())
    close(matrix(s.T), dense.T)


@every
def test_diagonal_and_trace(name):
    """The diagonal, and its sum."""
    s = operator(name)

    close(s.diagonal()().ravel(), np.diagonal(matrix(s)))
    close(s.trace()(), np.trace(matrix(s)))


@every
def test_solve(name, rng):
    """Solutions for one right-hand side and for several, also of the transpose."""
    s = operator(name)
    dense = matrix(s)
    b, many = rng.normal(size=s.rows), rng.normal(size=(*s.rows, 2, 1))

    close(s.solve(b)().ravel(), np.linalg.solve(dense, b.ravel()))
    close(s.solve(many)(), np.linalg.solve(dense, many.reshape(-1, 2)).reshape(*s.columns, 2, 1))
    close(s.T.solve(b)().ravel(), np.linalg.solve(dense.T, b.ravel()))


@every
def test_logdet(name):
    """The logarithm of the size of the determinant."""
    s = operator(name)

    close(s.logdet()(), np.linalg.slogdet(matrix(s))[1])
    close(s.T.logdet()(), np.linalg.slogdet(matrix(s))[1])


@every
def test_inverse(name, rng):
    """The inverse is an operator again, with methods of its own, and undoes what the operator does."""
    s = operator(name)
    dense, inverse = matrix(s), s.inverse()
    expected = np.linalg.inv(dense)
    b = rng.normal(size=s.rows)

    close(matrix(inverse), expected)
    close(inverse.matvec(b)().ravel(), expected @ b.ravel())
    close(inverse.solve(b)().ravel(), dense @ b.ravel(), 1e-9)
    close(inverse.logdet()(), -np.linalg.slogdet(dense)[1])
    close(inverse.trace()(), np.trace(expected))


@pytest.mark.parametrize("name", sorted(set(CASES) - {"Sylvester", "matrix", "gram", "sum squared"}))
def test_inverse_keeps_the_structure(name):
    """The inverse of a sum of low rank is one, that of a product a product."""
    words = operator(name).inverse().structure

    assert words.split(",")[0] == CASES[name].structure.split(",")[0]


@pytest.mark.parametrize("name", SINGULAR)
def test_singular(name):
    """What the wires alone make singular cannot be solved with; products work."""
    make, words = SINGULAR[name]
    s = sd.structured(make())
    dense = matrix(s)

    assert s.structure == words
    assert np.linalg.matrix_rank(dense) < len(dense)
    for method in (lambda: s.solve(np.ones(s.rows)), s.logdet, s.inverse):
        with pytest.raises(GraphError, match="singular"):
            method()
    close(s.matvec(np.ones(s.columns))().ravel(), dense.sum(1))


@every
def test_scipy(name, rng):
    """A linear operator of SciPy's with the same products, for the values of now."""
    s = operator(name)
    linear = s.as_linear_operator()
    dense = matrix(s)
    v, many = rng.normal(size=len(dense)), rng.normal(size=(len(dense), 3))

    assert linear.shape == dense.shape
    assert linear.dtype == np.float64
    close(linear @ v, dense @ v)
    close(linear @ many, dense @ many)
    close(linear.T @ v, dense.T @ v)
    close(linear.H @ many, dense.T @ many)


def test_scipy_solver_and_values():
    """Conjugate gradients run on it, and later assignments leave it as it is."""
    x = sd.Variable([1.0, 2.0, 3.0], "x")
    s = sd.structured(sd.hessian((x**4).sum() + x.sum() ** 2, x))
    linear, dense = s.as_linear_operator(), s.dense()()

    solution, failed = scipy.sparse.linalg.cg(linear, np.ones(3), rtol=1e-12)
    x.value = [9.0, 9.0, 9.0]

    assert not failed
    close(solution, np.linalg.solve(dense, np.ones(3)))
    close(linear @ np.ones(3), dense.sum(1))
    with pytest.raises(TypeError, match="complex"):
        linear.matvec(np.array([1j, 0, 0]))


# --- what is asked of sizes, dtypes and placeholders --------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["separable", "factorisation", "masked", "sandwich", "softmax", "ridge", "matrix"]
)
def test_single_precision(name):
    """float32 stays float32, and a vector of float64 makes float64 of it."""
    node = sd.cast(CASES[name].make(), "float32")
    s = sd.structured(node)
    v = np.linspace(1, 2, int(np.prod(s.rows)), dtype="float32").reshape(s.rows)
    dense = matrix(operator(name))

    for made, expected in [
        (s.matvec(v), dense @ v.ravel()),
        (s.solve(v), np.linalg.solve(dense, v.ravel())),
        (s.diagonal(), np.diagonal(dense)),
        (s.inverse().matvec(v), np.linalg.solve(dense, v.ravel())),
    ]:
        assert made.dtype == made().dtype == np.float32
        close(made().ravel(), expected, 1e-3)
    assert s.logdet().dtype == np.float32
    assert s.matvec(v.astype(float)).dtype == s.solve(v.astype(float)).dtype == np.float64


def test_integers_and_complex_numbers():
    """Integers become floats; products of complex operators are conjugated on the way back."""
    whole = sd.structured(sd.constant([[2, 1], [1, 3]]))
    c = sd.Variable([1 + 2j, 3 - 1j], "c")
    s = sd.structured(sd.diag(c))

    close(whole.solve([3, 4])(), [1.0, 1.0])
    close(s.matvec([1.0, 1.0])(), c.value)
    close(s.rmatvec([1.0, 1j])(), np.conj(c.value) * [1, 1j])
    close(s.solve([1.0, 1.0])(), 1 / c.value)
    close(s.logdet()(), np.log(np.abs(c.value)).sum())
    close(s.as_linear_operator().rmatvec(np.array([1.0, 1j])), np.conj(c.value) * [1, 1j])


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("k", [0, 1, 2])
def test_small_sizes(n, k):
    """Axes of sizes 0 and 1 are as good as any."""
    u = sd.Variable(RNG.normal(size=(n, k)), "u")
    v = sd.Variable(RNG.normal(size=(4, k)), "v")
    for f in [
        ((u @ v.T) ** 2).sum(),
        (u**2).sum(),
        (u**2).sum() + u.sum() ** 2,
        sd.exp(u).sum() + (u.sum(0) ** 2).sum(),
    ]:
        s = sd.structured(sd.hessian(f, u))
        dense = matrix(s).reshape(n * k, n * k)
        b = RNG.normal(size=(n, k))
        close(s.matvec(b)().ravel(), dense @ b.ravel())
        close(s.diagonal()().ravel(), np.diagonal(dense))
        close(s.trace()(), np.trace(dense))
        close(s.solve(b)().ravel(), np.linalg.solve(dense, b.ravel()))
        close(s.logdet()(), np.linalg.slogdet(dense)[1])
        close(s.inverse().dense()().reshape(n * k, n * k), np.linalg.inv(dense))


def test_open_sizes(rng):
    """Sizes that are known at run time only: every method of every structure that needs no comparison."""
    n = sd.Dim("n")
    x, u, a = (
        sd.Placeholder((n,), name="x"),
        sd.Placeholder((n, K), name="u"),
        sd.Placeholder((n, n), name="a"),
    )
    v = sd.Variable(V.value, "v")
    operators = [
        (sd.hessian(sd.exp(x).sum(), x), x, "diagonal"),
        (sd.hessian(sd.logsumexp(x) + (x**2).sum(), x), x, "low rank plus diagonal"),
        (sd.hessian(((u @ v.T) ** 2).sum(), u), u, "block diagonal"),
        (sd.hessian(((u @ v.T) ** 2).sum() + u.sum() ** 2, u), u, "low rank plus block diagonal"),
        (sd.hessian(sd.linalg.slogdet(a).logabsdet, a), a, "Kronecker"),
        (a * 2, a, "dense"),
    ]
    for node, source, words in operators:
        s = sd.structured(node)
        feeds = {source: rng.normal(size=[5 if size == n else size for size in source.shape])}
        dense = node(feeds)
        square = dense.reshape(int(np.sqrt(dense.size)), -1)
        b = rng.normal(size=dense.shape[: len(s.rows)])
        right = sd.Placeholder(s.rows, name="right")
        both = {**feeds, right: b}
        assert s.structure == words
        close(s.matvec(right)(both).ravel(), square @ b.ravel())
        close(s.solve(right)(both).ravel(), np.linalg.solve(square, b.ravel()))
        close(s.diagonal()(feeds).ravel(), np.diagonal(square))
        close(s.trace()(feeds), np.trace(square))
        close(s.logdet()(feeds), np.linalg.slogdet(square)[1])
        close(s.as_linear_operator(feeds) @ b.ravel(), square @ b.ravel())


def test_rows_and_oblong_operators(rng):
    """A Jacobian with more columns than rows."""
    s = sd.structured(sd.jacobian(A @ X[:4], A), rows=1)
    v, w = rng.normal(size=(4, 4)), rng.normal(size=4)

    assert (s.rows, s.columns, s.shape) == ((4,), (4, 4), (4, 4, 4))
    assert s.structure == "block diagonal"
    close(s.matvec(v)(), v @ X.value[:4])
    close(s.rmatvec(w)(), np.outer(w, X.value[:4]))
    close(s.as_linear_operator() @ v.ravel(), v @ X.value[:4])


def test_rows_that_are_shaped_otherwise():
    """Rows of another shape than the columns can be solved with, if there are as many."""
    node = sd.einsum("ij,kl->ikjl", sd.reshape(A, (4, 4)), B)
    s = sd.structured(sd.reshape(node, (16, 4, 4)), rows=1)
    b = np.arange(16.0)

    close(s.solve(b)().ravel(), np.linalg.solve(matrix(s), b))


# --- random networks ---------------------------------------------------------------------------------------


def random_term(rng: np.random.Generator, sizes: list[int]) -> Node:
    """A product with random wires: an operator on axes of these sizes."""
    labels = "abcd"[: len(sizes)] + "efgh"[: len(sizes)]
    output = list(labels)
    for axis, size in enumerate(sizes):
        places = [q for q, other in enumerate(sizes) if other == size]
        if rng.random() < 0.6:
            output[len(sizes) + axis] = output[rng.choice(places)]
    known = dict(zip(labels, sizes + sizes, strict=True)) | {"x": 2}
    free = [*dict.fromkeys(output), "x"]
    operands, inputs = [], []
    for _ in range(rng.integers(1, 4)):
        own = [label for label in free if rng.random() < 0.5]
        operands.append(sd.Variable(rng.normal(size=[known[label] for label in own])))
        inputs.append(own)
    used = {label for own in inputs for label in own} | set(output)
    return contract(operands, Wiring.of(inputs, output, {label: known[label] for label in used}), 1.5)


@pytest.mark.parametrize("seed", range(150))
def test_random_sums(seed):
    """Sums of terms with random wires: right, or refused where the array is singular."""
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(1, 4)) for _ in range(rng.integers(1, 4))]
    node = sum((random_term(rng, sizes) for _ in range(rng.integers(1, 4))), sd.zeros((*sizes, *sizes)))
    if seed % 2:  # a sum inside of a product
        node = node * rng.normal(size=[*sizes[:1], *(1 for _ in (*sizes[1:], *sizes))])
    s = sd.structured(node)
    dense = node().reshape(int(np.prod(sizes)), -1)
    b = rng.normal(size=sizes)

    close(s.matvec(b)().ravel(), dense @ b.ravel())
    close(s.rmatvec(b)().ravel(), dense.T @ b.ravel())
    close(s.diagonal()().ravel(), np.diagonal(dense))
    close(s.trace()(), np.trace(dense), 1e-9)
    base = division(s.terms, ties(s.terms))
    easy = (
        base is None or np.linalg.cond(np.atleast_2d(sum(matrix(Structured([t])) for t in base.base))) < 1e3
    )
    try:
        x = s.solve(b)()
    except (GraphError, np.linalg.LinAlgError):
        assert np.linalg.matrix_rank(dense) < len(dense) or not easy
        return
    if easy and np.linalg.cond(dense) < 1e3:
        close(x.ravel(), np.linalg.solve(dense, b.ravel()), 1e-9)
        np.testing.assert_allclose(s.logdet()(), np.linalg.slogdet(dense)[1], rtol=0, atol=1e-9)
        close(matrix(s.inverse()), np.linalg.inv(dense), 1e-9)


def test_pickled():
    """An operator is pickled as its terms."""
    s = pickle.loads(pickle.dumps(operator("nested")))

    assert s.structure == CASES["nested"].structure
    close(s.diagonal()(), operator("nested").diagonal()())


# --- derivatives and cost ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["separable", "factorisation", "masked", "logdet", "softmax", "ridge"])
def test_differentiable(name):
    """Solutions and determinants have derivatives, as all nodes do."""
    sources = {"separable": X, "factorisation": V, "masked": V, "logdet": A, "softmax": X, "ridge": DATA}
    s = operator(name)
    wrt = sources[name]

    check_grad(s.solve(np.ones(s.rows)).sum(), wrt, order=1, rtol=1e-5)
    check_grad(s.logdet(), wrt, order=1, rtol=1e-5)
    check_grad(s.inverse().trace(), wrt, order=1, rtol=1e-5)


def large(n: int) -> dict[str, Node]:
    """Operators on 2 n or n entries whose dense array has at least n squared."""
    u, v = (sd.Variable(RNG.normal(size=(rows, 2)), name) for rows, name in ((n, "u"), (8, "v")))
    t, mask = sd.Variable(RNG.normal(size=(n, 8)), "t"), sd.Variable(RNG.normal(size=(n, 8)) ** 2, "mask")
    x, data = sd.Variable(RNG.uniform(1, 2, size=n), "x"), sd.Variable(RNG.normal(size=(3, n)), "data")
    fit = ((t - u @ v.T) ** 2).sum()
    return {
        "diagonal": sd.hessian(sd.exp(x).sum(), x),
        "factorisation": sd.hessian(fit, u),
        "masked": sd.hessian((mask * (t - u @ v.T) ** 2).sum(), u),
        "softmax": sd.hessian(sd.logsumexp(x) + (x**2).sum(), x),
        "ridge": sd.hessian(sd.softplus(data @ x).sum() + (x**2).sum(), x),
        "rows of softmax": sd.hessian(sd.logsumexp(u, axis=1).sum() + (u**2).sum(), u),
        "coupled": sd.hessian(fit + (u.sum(0) ** 2).sum(), u),
        "nested": sd.hessian(sd.logsumexp(u, axis=1).sum() + (u**2).sum() + u.sum() ** 2, u),
    }


@pytest.mark.parametrize("name", large(2))
def test_nothing_dense_is_made(name):
    """Memory grows as the number of rows does, for every method: no array is made that has its square."""
    peaks = []
    for n in (100, 200):
        s = sd.structured(large(n)[name])
        b = sd.Placeholder(s.rows, name="b")
        inverse = s.inverse()
        methods = [
            s.matvec(b),
            s.rmatvec(b),
            s.diagonal(),
            s.trace(),
            s.solve(b),
            s.logdet(),
            inverse.matvec(b),
            inverse.diagonal(),
        ]
        peaks.append([sd.compile(method, [b]).cost.peak_bytes for method in methods])

    small, double = map(np.array, peaks)
    assert (double <= 2 * small + 64).all()  # and a few numbers
    assert (small < 100 * 100 * 8 / 3).all()


def test_kronecker_factors_stay_apart():
    """Solving with two matrices of n by n needs a few of that size, and none of n**2 by n**2."""
    n = 20
    a = sd.Variable(RNG.normal(size=(n, n)), "a")
    s = sd.structured(sd.hessian(sd.linalg.slogdet(a).logabsdet, a))
    b = sd.Placeholder((n, n), name="b")

    for method in (s.solve(b), s.matvec(b), s.logdet(), s.trace(), s.inverse().matvec(b)):
        assert sd.compile(method, [b]).cost.peak_bytes <= 6 * n * n * 8


def test_one_factorisation_for_equal_blocks():
    """The Newton step of a factorisation is one small system with all rows as right-hand sides."""
    g = sd.Placeholder((N, K), name="g")
    s = sd.structured(sd.hessian(FIT, U))
    program = sd.compile(s.solve(g), [g])

    assert program.source.count("_solve") == 1
    assert program.cost.peak_bytes <= 3 * N * K * 8
    close(s.solve(sd.grad(FIT, U))().ravel(), np.linalg.solve(matrix(s), sd.grad(FIT, U)().ravel()))
    assert np.array_equal(s.core(), 2 * V.value.T @ V.value)
