"""Sizes known only at run time: arithmetic, binding, and checks that say what disagrees."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
import scipy.special as special

import symdiff as sd
from symdiff.dims import quotient

N, M = sd.Dim("n"), sd.Dim("m")


def test_equal_names_are_equal_sizes():
    """A name means one size; a size without a name equals only itself."""
    assert sd.Dim("n") == N != M
    assert hash(sd.Dim("n")) == hash(N)
    assert sd.Dim() != sd.Dim()
    size = sd.Dim()
    assert size == size
    assert N != 3
    assert (N - N) == 0
    assert type(N - N) is int


def test_arithmetic_is_that_of_polynomials():
    """Sums and products in any order are one size."""
    assert (N + 1) * (N - 1) == N * N - 1
    assert 2 * N + M - N == N + M
    assert 3 - N + N == 3
    assert N * M == M * N
    assert quotient(6 * N * M, 2 * M) == 3 * N
    assert quotient(12, 4) == 3
    assert 0 * N == 0
    assert (N + M).bind({"n": 2}) == 2 + M
    assert (N * M + 1).bind({"n": 2, "m": 3}) == 7
    assert str([N, 2 * N + 1, N * M]) == '[Dim("n"), Dim("2*n + 1"), Dim("m*n")]'


@pytest.mark.parametrize(("size", "divisor"), [(N, 2), (N, M), (N + 1, N), (7, 2)])
def test_inexact_division_is_refused(size, divisor):
    """A size is never rounded."""
    with pytest.raises(ValueError, match="multiple"):
        quotient(size, divisor)


def test_programs_bind_sizes_at_each_call():
    """One program serves every size, from one place or another."""
    x, w = sd.Placeholder((N, 2), name="x"), sd.Variable(np.ones((2, 3)), "w")
    f = sd.compile([sd.tanh(x @ w).sum(0), sd.size(N) * 1.0, x.reshape(-1)], [x])

    for n in (1, 4, 0, 7, 4):
        v = np.arange(2.0 * n).reshape(n, 2)
        total, count, flat = f(v)
        np.testing.assert_allclose(total, np.tanh(v @ w.value).sum(0), rtol=1e-14)
        assert count == n
        np.testing.assert_array_equal(flat, v.reshape(-1))


CASES = {
    "sum": (lambda x: x.sum(), lambda v: v.sum()),
    "mean": (lambda x: x.mean(), lambda v: v.mean()),
    "mean over n": (lambda x: x.mean(0), lambda v: v.mean(0)),
    "gram": (lambda x: x @ x.T, lambda v: v @ v.T),
    "outer": (lambda x: x[:, None] * x[None], lambda v: v[:, None] * v[None]),
    "softmax over n": (lambda x: sd.softmax(x, 0), lambda v: special.softmax(v, 0)),
    "tail": (lambda x: x[1:] * 2, lambda v: v[1:] * 2),
    "inner": (lambda x: x[1:-1], lambda v: v[1:-1]),
    "last": (lambda x: x[-1], lambda v: v[-1]),
    "difference": (lambda x: x[1:] - x[:-1], lambda v: v[1:] - v[:-1]),
    "joined": (lambda x: sd.concatenate([x, x[:1]]), lambda v: np.concatenate([v, v[:1]])),
    "joined twice": (lambda x: sd.concatenate([x, x]) ** 2, lambda v: np.concatenate([v, v]) ** 2),
    "padded": (lambda x: sd.pad(x, ((1, 2), (0, 0))), lambda v: np.pad(v, ((1, 2), (0, 0)))),
    "flat": (lambda x: x.reshape(-1), lambda v: v.reshape(-1)),
    "regrouped": (lambda x: x.reshape(2, -1), lambda v: v.reshape(2, -1)),
    "largest": (lambda x: x.max(0), lambda v: v.max(0)),
    "place": (lambda x: x.argmax(0), lambda v: v.argmax(0)),
    "where": (lambda x: sd.where(x > 0, x, 0), lambda v: np.where(v > 0, v, 0)),
    "taken": (lambda x: x[[0, -1]], lambda v: v[[0, -1]]),
    "diagonal written": (
        lambda x: sd.einsum("ij->iij", x),
        lambda v: np.einsum("ij,ik->ikj", v, np.eye(len(v))),
    ),
    "ones": (lambda x: x + sd.ones((N, 2)), lambda v: v + 1),
    "eye": (lambda x: sd.eye(N) @ x, lambda v: v),
    "trace": (lambda x: (x @ x.T).trace(), lambda v: (v @ v.T).trace()),
    "norm": (lambda x: sd.norm(x, axis=0), lambda v: np.linalg.norm(v, axis=0)),
    "logsumexp": (lambda x: sd.logsumexp(x), lambda v: special.logsumexp(v)),
    "stacked": (lambda x: sd.stack([x, x], 1), lambda v: np.stack([v, v], 1)),
}


@pytest.mark.parametrize("name", CASES)
def test_operations_take_symbolic_sizes(name, rng):
    """Value, and gradient where there is one, equal those of a graph with the size spelled out."""
    f, oracle = CASES[name]
    x = sd.Placeholder((N, 2), name="x")
    y = f(x)
    run = sd.compile(y, [x])
    slope = None if y.dtype.kind != "f" else sd.compile(sd.grad((y * y).sum(), x), [x])

    for n in (5, 3, 8):
        v = rng.normal(size=(n, 2))
        np.testing.assert_allclose(run(v), oracle(v), rtol=1e-13, atol=1e-13)
        np.testing.assert_allclose(y({x: v}), oracle(v), rtol=1e-13, atol=1e-13)
        if slope is not None and name not in ("ones", "eye"):
            fixed = sd.Variable(v)
            expected = sd.grad((f(fixed) ** 2).sum(), fixed)()
            np.testing.assert_allclose(slope(v), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "name", ["gram", "softmax over n", "difference", "joined twice", "mean over n", "norm"]
)
def test_second_derivatives_with_symbolic_sizes(name, rng):
    """A Hessian of shape n×2×n×2, evaluated at two sizes."""
    f, _ = CASES[name]
    x = sd.Placeholder((N, 2), name="x")
    h = sd.hessian((f(x) ** 2).sum(), x)

    assert h.shape == (N, 2, N, 2)
    for n in (3, 4):
        v = rng.normal(size=(n, 2))
        fixed = sd.Variable(v)
        np.testing.assert_allclose(
            h({x: v}), sd.hessian((f(fixed) ** 2).sum(), fixed)(), rtol=1e-10, atol=1e-11
        )


def test_open_sizes_are_equal_to_no_other():
    """None is a size that must be found, and two of them need not be equal."""
    x = sd.Placeholder((None, None), name="x")

    assert x.shape[0] != x.shape[1]
    assert (x.sum(1))({x: np.ones((2, 3))}).tolist() == [3, 3]
    with pytest.raises(sd.ShapeError):
        x @ x


def test_size_one_broadcasts_and_an_open_size_does_not():
    """A symbolic size is not 1, so it never stretches."""
    x, y = sd.Placeholder((N, 1), name="x"), sd.Placeholder((1, M), name="y")

    assert (x + y).shape == (N, M)
    np.testing.assert_array_equal((x * y)({x: [[1], [2]], y: [[3, 4]]}), [[3, 4], [6, 8]])
    assert (x * y)({x: [[2]], y: [[3]]}).tolist() == [[6]]
    with pytest.raises(sd.ShapeError, match=r"n.*m"):
        sd.Placeholder(N) + sd.Placeholder(M)


def test_one_name_is_one_size():
    """The message names the size, both values, and both inputs."""
    x, y = sd.Placeholder((N, 2), name="left"), sd.Placeholder(N, name="right")
    f = sd.compile(x.T @ y, [x, y])

    assert f(np.ones((3, 2)), np.ones(3)).tolist() == [3, 3]
    with pytest.raises(sd.ShapeError) as caught:
        f(np.ones((3, 2)), np.ones(4))
    for part in ("n is 3", "left", "4", "right"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.ones((3, 3)), ("x", "n×2", "3×3")),
        (np.ones(3), ("x", "n×2", "3")),
        (np.ones((3, 2), complex), ("x", "float64", "complex128", "astype")),
        ("text", ("x", "float64")),
    ],
)
def test_wrong_inputs_are_named(given, words):
    """What the input takes, and what it was given."""
    x = sd.Placeholder((N, 2), name="x")
    f = sd.compile(x.sum(0), [x])

    with pytest.raises((sd.ShapeError, TypeError, ValueError)) as caught:
        f(given)

    for word in words:
        assert word in str(caught.value)


def test_an_expression_of_sizes_is_checked_too():
    """A placeholder of size 2 n must be fed twice as many entries."""
    x, y = sd.Placeholder(N, name="x"), sd.Placeholder(2 * N, name="y")
    f = sd.compile(sd.concatenate([x, x]) + y, [x, y])

    assert f([1, 2], [1, 1, 1, 1]).tolist() == [2, 3, 2, 3]
    with pytest.raises(sd.ShapeError, match=r"2\*n.*4.*3"):
        f([1, 2], [1, 1, 1])


@pytest.mark.parametrize("key", [np.s_[2:], np.s_[:4], np.s_[-3:], np.s_[3], np.s_[1:-1]])
def test_slices_beyond_the_size_that_is_fed_are_refused(key):
    """The shape was promised when the size was open, so it is not cut short now."""
    x = sd.Placeholder(N, name="x")
    f = sd.compile(x[key] * 1.0, [x])

    np.testing.assert_array_equal(f([1, 2, 3, 4, 5]), np.arange(1.0, 6)[key])
    with pytest.raises((sd.ShapeError, IndexError)):
        f([1])


def test_lengths_of_open_axes_are_refused():
    """len needs a number; the message says what to use instead."""
    with pytest.raises(TypeError, match="shape"):
        len(sd.Placeholder(N, name="x"))


def test_dims_copy_and_pickle():
    """As values: equal names stay equal, also through a copy."""
    assert pickle.loads(pickle.dumps(N * 2 + 1)) == 2 * N + 1
    assert copy.deepcopy(N) == N
    size = sd.Dim()
    assert pickle.loads(pickle.dumps([size, size])) == [size, size]


def test_open_sizes_of_another_process_are_other_sizes():
    """An anonymous size that was pickled elsewhere equals none that is made here."""
    code = (
        "import pickle, sys, symdiff as sd\n"
        "sys.stdout.buffer.write(pickle.dumps([sd.Dim() for _ in range(2000)]))"
    )
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout

    assert sd.Dim() not in pickle.loads(output)


@pytest.mark.parametrize("name", ["", "2n", "a b", "?1", 3, b"n"])
def test_names_of_sizes_are_identifiers(name):
    """Anything else is refused, so that sizes can be printed."""
    with pytest.raises((TypeError, ValueError), match=r"name|identifier"):
        sd.Dim(name)


def test_kernels_of_many_sizes_are_forgotten():
    """A program called with ever new sizes does not grow without end."""
    x = sd.Placeholder(N, name="x")
    f = sd.compile(x.sum(), [x])

    for n in range(100):
        assert f(np.ones(n)) == n
    assert len(f._kernels) < 50
    assert "np." in f.source


def test_source_of_open_sizes_waits_for_a_run():
    """Before the first call there is no code yet, and the message says so."""
    x = sd.Placeholder(N, name="x")
    f = sd.compile(x.sum(), [x])

    with pytest.raises(sd.GraphError, match="n"):
        f.source  # noqa: B018


@pytest.mark.parametrize(
    "function",
    [
        lambda q: sd.einsum("ij,jk,kl->", q, q, q),
        lambda q: sd.einsum("ia,ij,ja->a", q, q, q).sum(),
        lambda q: sd.einsum("ij,ij,ij->", q, q, q),
        lambda q: sd.einsum("i,j,ij->", q.sum(axis=0), q.sum(axis=1), q),
        lambda q: (sd.linalg.eigvalsh(q + q.T) ** 2).sum(),
        lambda q: (sd.linalg.inv(q) ** 2).sum(),
        lambda q: (sd.linalg.pinv(q) ** 2).sum(),
    ],
)
def test_contractions_of_many_operands_have_symbolic_hessians(rng, function):
    """A size that is not known yet is no factor of the result, and the batch axes of a Hessian are none."""
    value = rng.normal(size=(4, 4))
    open_, fixed = sd.Placeholder((N, N), name="q"), sd.Variable(value, "q")

    for derive in (sd.grad, sd.hessian):
        expected = derive(function(fixed), fixed)()
        found = derive(function(open_), open_)({open_: value})
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
