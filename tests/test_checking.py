"""The checker of rewrites: wrong rules of every kind are named, right ones pass however badly conditioned."""

import threading
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.errors import RewriteError
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.entries.elementwise import Sigmoid, Tanh
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.shape.shaping import Concatenate
from symdiff.rewrite import checking as checking_file
from symdiff.rewrite.checking import Checker, checking, current
from symdiff.rewrite.checking.fields import PRIME, Exact
from symdiff.rewrite.checking.reals import High
from symdiff.rewrite.checking.sampling import Point
from symdiff.wiring import Wiring
from tests.cases import interpret, named_cases, variables
from tests.profiles import examples
from tests.test_random_graphs import graphs

N, M = sd.Dim("n"), sd.Dim("m")
X = sd.Variable([0.4, -1.2, 2.1], "x")
Y = sd.Variable([1.5, 0.3, -0.7], "y")
Z = sd.Variable([0.2, 0.9, 0.1], "z")
A = sd.Variable(np.random.default_rng(0).normal(size=(3, 3)), "a")
B = sd.Variable(np.random.default_rng(1).normal(size=(3, 3)), "b")
F = sd.Variable(np.array([0.5, 1.5, -2.0], "float32"), "f")
C = sd.Variable(np.array([1 + 2j, -0.5j, 2.0]), "c")
K = sd.Variable([2, 0, 1], "k", dtype=int)
I = sd.Placeholder((3,), int, "i")  # noqa: E741
P = sd.Placeholder((N, 3), name="p")
Q = sd.Placeholder((N, N), name="q")
U = sd.Variable([0.5, 2.0], "u", positive=True)
S = sd.Variable([[2.0, 1.0], [1.0, 3.0]], "s", symmetric=True)
O = sd.Placeholder((4, 2), name="o", orthonormal=True)  # noqa: E741
W = sd.Placeholder((2, 3), name="w", sums_to_one=1)
HILBERT = sd.Variable(1 / (np.arange(8)[:, None] + np.arange(8) + 1.0), "h")
EXTREME = sd.Variable([-300.0, -40.0, -1e-9, 0.0, 1e-12, 35.0, 700.0], "e")


def sums(*terms, coefficients):
    """A sum exactly as it is written."""
    return Add(*terms, coefficients=coefficients)


def swapped(x, wiring, coefficient=1):
    """An einsum exactly as it is written."""
    return Einsum(*x, wiring=wiring, coefficient=coefficient, result=x[0].dtype)


WRONG_RULES = {
    "a coefficient": (3 * X * Y, 2 * X * Y),
    "a small coefficient": (X + Y / 1024, X + Y / 1000),
    "a third": (X / 3, 0.3333 * X),
    "a sign": (sd.log(sd.exp(X)), -X),
    "a dropped term": (X * Y + X * Z, X * Y),
    "a dropped factor": (X * Y * Z, X * Y),
    "a dropped size": (X.sum() + sd.ones(3).sum(), X.sum() + 1),
    "a dropped symbolic size": (P.sum(1) * sd.ones(N).sum(), P.sum(1)),
    "another symbolic size": (P.sum(0) * sd.ones(N).sum(), P.sum(0) * 3),
    "a dropped integer size": (sd.ones((N, 3), int).sum(0), sd.ones(3, int)),
    "labels that changed places": (
        A @ B,
        contract([A, B], Wiring.of(["ij", "kj"], "ik", {"i": 3, "j": 3, "k": 3})),
    ),
    "factors that changed places": (A @ B, B @ A),
    "a dropped transpose": (A.T, A),
    "symbolic matrices that changed places": (Q @ Q.T, Q.T @ Q),
    "a missing delta": ((A @ B) * sd.eye(3), A @ B),
    "a sum that became a diagonal": (A.sum(1), sd.diagonal(A)),
    "a polynomial": (1 - sd.tanh(X) ** 2, 1 + sd.tanh(X) ** 2),
    "a power": (X**3 / X, X**3),
    "a reciprocal": (1 / (X * Y), Y / X),
    "another slice": (X[1:], X[:-1]),
    "another order of parts": (sd.concatenate([X, Y]), sd.concatenate([Y, X])),
    "a reshape that transposes": (A.reshape(9), A.T.reshape(9)),
    "another index": (sd.take(A, [2, 0, 1]), sd.take(A, [0, 2, 1])),
    "an index that varies": (sd.take(A, K), A),
    "integers": (I * I, I),
    "integer sizes": (K + K, K),
    "a choice": (sd.where(X > 0, X, Y), X),
    "the other branch": (sd.where(X > 0, X, Y), sd.where(X < 0, X, Y)),
    "no fact": (sd.abs(X), X),
    "no fact of a root": (sd.sqrt(X * X), X),
    "no fact of a logarithm": (sd.log(X * Y), sd.log(X) + sd.log(Y)),
    "no fact of a matrix": (A @ A.T, A @ A),
    "the wrong fact of columns": (O @ O.T, sd.eye(4)),
    "the wrong fact of axes": (W.sum(0), sd.ones(3)),
    "a lost domain": (X, sd.exp(sd.log(X))),
    "a value that overflows": (sd.softplus(1e4 * X), sd.log(1 + sd.exp(1e4 * X))),
    "a value that underflows": (1e-200 * (1e-200 * X), sd.zeros(3)),
    "a bias of float32": (sd.exp(F), sd.exp(F) * 1.01),
    "a complex conjugate": (C * C, C * sd.conj(C)),
    "an imaginary unit": ((C * 1j) * 1j, C),
    "an inverse": (sd.linalg.inv(A @ B), sd.linalg.inv(A) @ sd.linalg.inv(B)),
    "something singular": (A, sd.linalg.inv(sd.diag(sd.zeros(3)) @ A)),
    "an index out of range": (sd.take(X, K), sd.take(X[:2], K)),
}


@pytest.mark.parametrize("name", WRONG_RULES)
@pytest.mark.parametrize("seed", [0, 1])
def test_wrong_rules_are_named(name, seed):
    """The message names the rule and holds both formulas; the error has the nodes."""
    before, after = WRONG_RULES[name]

    with pytest.raises(RewriteError) as caught:
        Checker(seed).check("rule_of_thumb", before, after)

    message = str(caught.value)
    for part in ("rule_of_thumb", "before:", "after:"):
        assert part in message
    assert (caught.value.rule, caught.value.before, caught.value.after) == ("rule_of_thumb", before, after)


def test_the_message_has_the_point_and_both_values():
    """So that the failure can be followed with a pencil."""
    x = sd.Variable(3.0, "x")

    with pytest.raises(RewriteError) as caught:
        Checker().check("doubling", sd.exp(x), sd.exp(x) + 1)

    message = str(caught.value)
    value = float(message.split("x = ")[1].split()[0])
    shown = [float(word) for word in message.split("value: ")[1].splitlines()[0].split(" became ")]
    np.testing.assert_allclose(shown, [np.exp(value), np.exp(value) + 1], rtol=1e-5)
    for part in ("exp(x)", "exp(x) + 1", "where:"):
        assert part in message


def test_sizes_are_part_of_the_point():
    """A symbolic size is a number at each point."""
    with pytest.raises(RewriteError, match=r"where: .*n = \d"):
        Checker().check("rows", P.sum(0), P.sum(0) + 1)


@pytest.mark.parametrize(
    ("before", "after"), [(X, X.sum()), (X, sd.cast(X, "float32")), (P, P.reshape(-1)), (P[1:], P[2:])]
)
def test_shape_and_dtype_stay(before, after):
    """The values are not even computed."""
    with pytest.raises(RewriteError, match="changed a type"):
        Checker().check("shapely", before, after)


RIGHT_RULES = {
    "distribution": (X * (Y + Z), X * Y + X * Z),
    "distribution of a sum as written": (X * (Y + Z), sums(X * Z, X * Y, coefficients=(1.0, 1.0))),
    "logarithm of an exponential": (sd.log(sd.exp(X)), X),
    "exponential of a logarithm": (sd.exp(sd.log(X)), X),
    "rounded coefficients": (sums(X, X, X, coefficients=(0.1, 0.2, -0.3)), X * (0.1 + 0.2 - 0.3)),
    "thirds": (sums(X, X, coefficients=(Fraction(1, 3), Fraction(2, 3))), X),
    "a pair of numbers in float32": (
        swapped([F * 0.1], Wiring.of(["i"], "i", {"i": 3}), 0.7),
        F * (0.7 * 0.1),
    ),
    "a quotient": (X / Y / Y, X / (Y * Y)),
    "cancelling": ((X * Y) / Y, X),
    "associativity": ((A @ B) @ A, A @ (B @ A)),
    "transposes": ((A @ B).T, B.T @ A.T),
    "a delta": (sd.eye(3) @ A, A),
    "a size": (P.sum(1) * sd.ones(M).sum() / sd.ones(M).sum(), P.sum(1)),
    "a symbolic trace": (sd.einsum("ij,ji->", Q, Q), sd.einsum("ij,ji->", Q.T, Q.T)),
    "a symbolic slice": (sd.concatenate([P[:2], P[2:]]), P),
    "integer sizes": (sd.ones((N, 3), int).sum(0), sd.ones(N, int).sum() * sd.ones(3, int)),
    "a polynomial": ((X + 1) ** 3, sums(X**3, X * X, X, sd.ones(3), coefficients=(1.0, 3.0, 3.0, 1.0))),
    "a function of parts": (sd.exp(X)[1:], sd.exp(X[1:])),
    "integers": (I * 2, I + I),
    "a choice": (sd.where(X > 0, X, -X), sd.abs(X)),
    "the fact that numbers are positive": (sd.abs(U), U),
    "a logarithm of positive numbers": (sd.log(U * U), 2 * sd.log(U)),
    "the fact that a matrix is symmetric": (S @ S.T, S @ S),
    "the fact that columns are orthonormal": (O.T @ O, sd.eye(2)),
    "the fact that rows sum to one": (W.sum(1), sd.ones(2)),
    "the fact that rows sum to one, outside": (sd.exp(W.sum(1)), sd.exp(sd.ones(2))),
    "a wider domain": (X * X / X, X),
    "a wider range": (sd.log(sd.exp(EXTREME)), EXTREME),
    "conjugates": (sd.conj(sd.conj(C) * C), sd.conj(C) * C),
    "an imaginary unit": ((C * 1j) * 1j, -C),
    "complex powers": (C**3 / C, C * C),
    "softplus at extreme values": (sd.log(1 + sd.exp(EXTREME)), sd.softplus(EXTREME)),
    "log1p at small values": (sd.log(1 + EXTREME), sd.log1p(EXTREME)),
    "expm1 at small values": (sd.exp(EXTREME) - 1, sd.expm1(EXTREME)),
    "sigmoid at extreme values": (1 / (1 + sd.exp(-EXTREME)), sd.sigmoid(EXTREME)),
    "logsumexp": (sd.log(sd.exp(EXTREME).sum()), sd.logsumexp(EXTREME)),
    "softmax": (sd.exp(EXTREME) / sd.exp(EXTREME).sum(), sd.softmax(EXTREME)),
    "log_softmax": (sd.log(sd.softmax(EXTREME)), sd.log_softmax(EXTREME)),
    "saturation": (1 - sd.tanh(EXTREME) ** 2, 1 / sd.cosh(EXTREME) ** 2),
    "saturation in double precision": (1 - sd.erf(EXTREME / 40), sd.erfc(EXTREME / 40)),
    "saturation in float32": (1 - sd.tanh(F * 8), 2 / (1 + sd.exp(F * 16))),
    "cancellation": ((X + 1e9) - 1e9, X),
    "an ill-conditioned inverse": (sd.linalg.inv(sd.linalg.inv(HILBERT)), HILBERT),
    "an ill-conditioned system": (HILBERT @ sd.linalg.solve(HILBERT, HILBERT), HILBERT),
    "an ill-conditioned determinant": (sd.linalg.det(HILBERT) ** 2, sd.linalg.det(HILBERT @ HILBERT.T)),
    "an inverse of a product": (sd.linalg.inv(A @ B), sd.linalg.inv(B) @ sd.linalg.inv(A)),
    "a transform": (sd.ifft(sd.fft(C)), C),
    "nothing": (sd.zeros((0, 3)) + 1, sd.ones((0, 3))),
    "something that has no value": (sd.linalg.inv(sd.zeros((2, 2))), sd.zeros((2, 2))),
}


@pytest.mark.parametrize("name", RIGHT_RULES)
@pytest.mark.parametrize("seed", range(4))
def test_right_rules_pass(name, seed):
    """However badly conditioned, extreme or cancelling the point is."""
    before, after = RIGHT_RULES[name]

    Checker(seed).check(name, before, after)


def rewritings(node):
    """Equal nodes, by rules that need no facts."""
    if isinstance(node, Einsum):
        yield node.expanded()
        for k, x in enumerate(node.operands):
            before, after = node.operands[:k], node.operands[k + 1 :]
            if isinstance(x, Add):
                parts = [
                    contract([*before, t, *after], node.wiring, node.coefficient, node.dtype)
                    for t in x.operands
                ]
                yield combine(parts, x.coefficients)
            if isinstance(x, Einsum) and x.operands:
                nested = node.wiring.nest(k, x.wiring)
                yield contract(
                    [*before, *x.operands, *after], nested, node.coefficient * x.coefficient, node.dtype
                )
    if isinstance(node, Add):
        yield Add(*node.operands[::-1], coefficients=node.coefficients[::-1])
    if isinstance(node, Polynomial):
        (x,) = node.operands
        yield combine([x**k for k in range(len(node.coefficients))], node.coefficients)
    if isinstance(node, Tanh):
        yield 2 * sd.sigmoid(2 * node.operands[0]) - 1
    if isinstance(node, Sigmoid):
        yield (1 + sd.tanh(node.operands[0] / 2)) / 2
    if isinstance(node, Concatenate):
        yield sd.concatenate(list(node.operands[::-1]), node.axis)[::-1][:: (-1 if not node.axis else 1)]


def sides(node):
    """Pairs of equal nodes that *node* is one of."""
    if not isinstance(node, Concatenate):
        for after in rewritings(node):
            yield node, after
    yield sd.log(sd.exp(node)), node
    yield sd.sign(node) * sd.sqrt(node * node), node
    yield (node + Fraction(1, 3).numerator / 3) - 1 / 3, node
    yield (node * sd.exp(node / 64)) * sd.exp(node / -64), node
    if node.ndim == 2 and node.shape[0] == node.shape[1]:
        yield sd.linalg.inv(sd.linalg.inv(node)), node


@given(graphs(), st.sampled_from(["float64", "float32"]))
@examples(40)
def test_right_rules_pass_on_random_graphs(sample, dtype):
    """Everything in a gradient, rewritten in every way there is, with one memory of values."""
    y, xs = sample
    if dtype == "float32":
        narrow = [sd.Variable(x.value.astype(dtype) * 4, x.name) for x in xs]
        casts = {x: sd.cast(n, "float64") for x, n in zip(xs, narrow, strict=True)}
        (y,) = sd.substitute([y], casts)
        xs = narrow
    checker = Checker()

    for node in sd.toposort(y, *sd.grad(y, xs)):
        for before, after in sides(node) if node.dtype.kind == "f" else ():
            checker.check("right", before, after)


@given(graphs())
@examples(40)
def test_wrong_coefficients_are_caught_on_random_graphs(sample):
    """A sum or product that is 1.001 times what it was, wherever it is not zero."""
    y, xs = sample
    checker = Checker()

    for node in sd.toposort(y, *sd.grad(y, xs)):
        if isinstance(node, Einsum) and node.operands and np.abs(interpret(node)).max() > 1e-6:
            wrong = swapped(node.operands, node.wiring, node.coefficient * 1.001)
            with pytest.raises(RewriteError):
                checker.check("wrong", node, wrong)


def test_values_in_high_precision_are_those_of_the_operations():
    """Every row of the table of operations, at the values that its variables have."""
    for name, _, case in named_cases():
        node = case.f(*variables(case, "float64"))
        with np.errstate(all="ignore"):
            expected = interpret(node)
            found = High(Point("current", 0))(node)
            assert found is not None, name
            narrowed = found.astype(expected.dtype)
        np.testing.assert_allclose(narrowed, expected, rtol=1e-9, atol=1e-9, err_msg=name)


def test_residues_are_those_of_the_exact_values():
    """Small integers stand for themselves, so graphs of field operations can be computed in integers."""
    a, b = (sd.constant(np.random.default_rng(k).integers(-5, 6, (4, 4)).astype(float)) for k in (0, 1))
    y = sd.einsum("ij,jk,ki->ik", a, b, a) * 3 - (a @ b.T)[::-1] ** 3 + sd.diag(sd.diagonal(a)) / 4

    found = Exact(Point("positive", 0))(y)

    expected = np.rint(4 * interpret(y)).astype(int) * pow(4, -1, PRIME) % PRIME
    assert found.pure
    np.testing.assert_array_equal(found.array, expected)


def test_division_is_exact():
    """x / 3 * 3 is x, and 1 / x * x is 1, to the last residue."""
    exact = Exact(Point("positive", 0))

    np.testing.assert_array_equal(
        exact(
            swapped(
                [swapped([X], Wiring.of(["i"], "i", {"i": 3}), Fraction(1, 3))],
                Wiring.of(["i"], "i", {"i": 3}),
                3,
            )
        ).array,
        exact(X).array,
    )
    np.testing.assert_array_equal(
        exact(
            Einsum(X**-3, X, wiring=Wiring.of(["i", "i"], "i", {"i": 3}), coefficient=1, result=X.dtype)
        ).array,
        exact(X**-2).array,
    )


def test_every_value_is_computed_once(monkeypatch):
    """A chain of 300 nodes that is rewritten 300 times costs 300 values at each point, not 45,000."""
    calls = []
    compute = High.compute
    monkeypatch.setattr(High, "compute", lambda *given: calls.append(given[1]) or compute(*given))
    checker, x = Checker(), X

    for _ in range(300):
        before = sd.sin(x)
        checker.check("half_angle", before, 2 * sd.sin(x / 2) * sd.cos(x / 2))
        x = before

    assert len(calls) < 300 * 3 * 8


def test_deep_graphs_need_no_recursion():
    """A chain of 4,000 nodes is one walk."""
    x = X
    for _ in range(2_000):
        x = sd.sin(x) * 0.99

    Checker().check("deep", sd.log(sd.exp(x)), x)


def test_large_graphs_are_not_computed():
    """Neither arrays of more than 2**20 entries nor contractions of more than 2**22 operations."""
    x = sd.Placeholder((2000, 2000), name="x")
    y = sd.Placeholder((400, 400), name="y")

    Checker().check("large array", x + 1, x + 2)
    Checker().check("large product", (y @ y).sum(), (y @ y).sum() + 1)


def test_random_numbers_are_the_same_on_both_sides():
    """A draw is a function of its key."""
    key = sd.random.key(3)
    fed = sd.Placeholder((), int, "step")
    x = sd.random.normal(sd.random.fold_in(key, fed), (3,))

    Checker().check("doubled", x + x, 2 * x)
    with pytest.raises(RewriteError):
        Checker().check("another key", sd.random.normal(key, (3,)), sd.random.normal(sd.random.key(4), (3,)))


def test_operations_from_outside_are_checked():
    """By their own compute, entry by entry."""

    class Cube(sd.Elementwise):
        """x cubed"""

        def compute(self, xp, x):
            return x * x * x

    Checker().check("cubes", Cube(X), X**3)
    with pytest.raises(RewriteError):
        Checker().check("cubes", Cube(X), X**2)


def test_without_a_wider_type_doubles_do(monkeypatch):
    """Where NumPy's long double is a double, as on Windows."""
    from symdiff.rewrite.checking import reals, sampling

    monkeypatch.setattr(np, "longdouble", np.float64)
    monkeypatch.setattr(np, "clongdouble", np.complex128)
    monkeypatch.setattr(reals, "WIDE", {"f": np.dtype(float), "c": np.dtype(complex)})
    assert sampling.widened(X.value).dtype == np.float64

    for name, (before, after) in RIGHT_RULES.items():
        if "range" not in name:
            Checker().check(name, before, after)
    for name, (before, after) in WRONG_RULES.items():
        if name != "a value that underflows":
            with pytest.raises(RewriteError):
                Checker().check(name, before, after)


def test_checking_is_on_inside_only():
    """A fresh checker for every call of simplify, none outside, and off again where that is asked for."""
    with checking(seed=3):
        first, second = current(), current()
        assert isinstance(first, Checker)
        assert first is not second
        with checking(False):
            assert current() is None
        assert current() is not None


def test_checking_ends_after_an_error():
    """The exception passes through."""
    with checking(False):
        with pytest.raises(ZeroDivisionError), checking():
            1 / 0  # noqa: B018
        assert current() is None


def test_checking_is_of_one_thread():
    """Another thread computes as before."""
    found = []
    with checking():
        thread = threading.Thread(target=lambda: found.append(current()))
        thread.start()
        thread.join()
    assert found == [None]


def test_every_public_name_exists():
    """What the file lists is there."""
    assert {Checker, checking, current} == {getattr(checking_file, name) for name in checking_file.__all__}
