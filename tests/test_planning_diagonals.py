"""Arrays that are zero off some diagonals: the core is written once, or added to what is there."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.planning.memory.heap import rounded

N = 6


@pytest.fixture
def p(rng):
    return sd.softmax(sd.Variable(rng.normal(size=N), "x"))


@pytest.fixture
def a(rng):
    return sd.Variable(rng.normal(size=(N, N)), "a")


def plan(*nodes):
    """The plan of the program of *nodes*."""
    return sd.compile(list(nodes)).kernel({}).plan


def kinds(*nodes):
    """The kinds of steps that write diagonals."""
    return [
        step.kind for step in plan(*nodes).steps if step.kind.startswith(("write_diagonal", "add_diagonal"))
    ]


def test_a_core_is_written_once(rng):
    """A block on the diagonal of a large array is one small product and one write."""
    v = sd.Variable(rng.normal(size=(7, 3)), "v")
    node = sd.einsum("nk,nl,->kl", v, v, 2.0)
    dense = sd.einsum("kl,i->ikl", node, sd.ones(4))
    hessian = sd.einsum("ikl->ikil", dense)
    steps = plan(hessian).steps

    large = [step for step in steps if step.size >= 4 * 3 * 4 * 3]
    assert [(step.kind, step.flops) for step in large] == [("write_diagonal", 0)]
    expected = np.einsum("ij,kl->ikjl", np.eye(4), 2 * v.value.T @ v.value)
    np.testing.assert_allclose(hessian(), expected, rtol=1e-12)


def test_a_diagonal_is_added_to_a_dense_term_in_place(p):
    """diag(p) - p p.T takes one array: the sign goes into a vector, and nothing is multiplied by zeros."""
    node = sd.diag(p) - sd.outer(p, p)

    assert kinds(node) == ["add_diagonal"]
    np.testing.assert_allclose(node(), np.diag(p()) - np.outer(p(), p()), rtol=1e-12)
    assert "copyto" not in sd.compile(node).source


def test_an_array_with_other_readers_is_copied_first(p, a):
    """Neither inputs, nor other results, nor what is read later are written into."""
    outer = sd.outer(p, p)
    before = a.value.copy()

    assert kinds(a - sd.diag(p)) == ["add_diagonal"]
    np.testing.assert_allclose((a - sd.diag(p))(), a.value - np.diag(p()), rtol=1e-12)
    np.testing.assert_array_equal(a.value, before)
    whole = sd.diag(p) + outer
    assert kinds(outer, whole) == ["add_diagonal"]
    for nodes in ([sd.diag(p) - outer, outer], [outer, whole], [whole, sd.exp(outer)]):
        one, two = sd.compile(nodes)()
        np.testing.assert_allclose(one, nodes[0](), rtol=1e-12)
        np.testing.assert_allclose(two, nodes[1](), rtol=1e-12)
        assert not np.shares_memory(one, two)


def test_a_broadcast_term_is_made_whole_first(p):
    """A row that is repeated is no array to add to."""
    node = sd.broadcast_to(p, (N, N)) + sd.diag(p)
    assert kinds(node) == ["add_diagonal"]
    np.testing.assert_allclose(node(), p() + np.diag(p()), rtol=1e-12)


def test_several_diagonals_share_one_array(p, rng):
    """Terms of different wirings are added to one array of zeros."""
    u = sd.Variable(rng.normal(size=(3, 2, 2)), "u")
    v = sd.Variable(rng.normal(size=(2, 3, 3)), "v")
    node = sd.einsum("ikl->ikil", u) - 3 * sd.einsum("kij->ikjk", v)

    assert kinds(node) == ["write_diagonal"]
    expected = np.einsum("ikl,ij->ikjl", u.value, np.eye(3)) - 3 * np.einsum(
        "kij,kl->ikjl", v.value, np.eye(2)
    )
    np.testing.assert_allclose(node(), expected, rtol=1e-12)


def test_nested_sums_are_added_to_one_array(p, a):
    """Each sum takes over the array of the one inside it."""
    node = a.T @ a - 2 * sd.diag(p) + sd.eye(N)
    assert set(kinds(node)) == {"add_diagonal"}
    assert "copyto" not in sd.compile(node).source
    np.testing.assert_allclose(node(), a.value.T @ a.value - 2 * np.diag(p()) + np.eye(N), rtol=1e-12)


def test_memory_of_what_is_written_in_place_is_counted_once(p):
    """The planned peak is that of the array and a few vectors."""
    assert sd.compile(sd.diag(p) - sd.outer(p, p)).cost.peak_bytes <= 8 * N * N + 3 * rounded(8 * N)


def test_a_name_does_not_collide_with_the_view():
    """The source writes through a view, whose name no input has."""
    view = sd.Variable(np.arange(3.0), "view")
    np.testing.assert_array_equal(
        (sd.diag(view) + sd.outer(view, view))(), np.diag([0, 1, 2.0]) + np.outer(range(3), range(3))
    )


@pytest.mark.parametrize("n", [1, 4])
def test_a_constant_is_a_dense_term_too(n):
    """2 * eye - 3 * ones, of any size."""
    x = sd.Variable(np.ones(n), "x")
    node = sd.hessian((x * x).sum() - 1.5 * x.sum() ** 2, x)
    np.testing.assert_array_equal(node(), 2 * np.eye(n) - 3 * np.ones((n, n)))
    np.testing.assert_array_equal((2 * sd.eye(n) - 3 * sd.ones((n, n)))(), node())
