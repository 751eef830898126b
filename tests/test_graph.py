"""Walks over graphs, also over very deep ones: nothing here recurses."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import numpy as np
import pytest

import symdiff as sd
from symdiff.graph import Graph, ancestors, consumers, leaves, moved, rebuild, toposort
from symdiff.node import _table

DEEP = 100_000


def chain(x, length):
    """f(f(...f(x)...))"""
    for _ in range(length):
        x = sd.sin(x)
    return x


@pytest.fixture(scope="module")
def deep():
    """A chain of a hundred thousand nodes and its leaf."""
    x = sd.Variable(0.5, "x")
    return x, chain(x, DEEP)


def test_deep_graphs_print(deep):
    """Text of a deep graph is short, and says that something is left out."""
    _, y = deep

    assert len(str(y)) < 4000
    assert "…" in str(y)
    assert len(repr(y)) < 200
    assert "more" in sd.listing(y)
    assert len(sd.listing(y).splitlines()) < 100


def test_deep_graphs_evaluate(deep):
    """One value, as NumPy computes it."""
    x, y = deep
    expected = x.value
    for _ in range(DEEP):
        expected = np.sin(expected)

    assert y() == expected


def test_deep_graphs_copy_and_pickle(deep):
    """copy, deepcopy and pickle walk the graph, they do not descend into it."""
    x, y = deep

    assert copy.copy(y) is y
    twin = copy.deepcopy(y)
    restored = pickle.loads(pickle.dumps(y))

    for other in (twin, restored):
        assert other is not y
        assert len(sd.toposort(other)) == DEEP + 1
        assert leaves(other)[0].value == x.value


def test_deep_graphs_are_differentiated_and_freed():
    """Both sweeps of a chain of 100,000 nodes, and nothing of it remains."""
    gc.collect()
    before = len(_table)
    x = sd.Variable(0.5, "x")
    y = chain(x, DEEP)
    with sd.checking(False):  # which would remember the values of all nodes
        slope, move = sd.grad(y, x), sd.jvp(y, x, 1.0)
    assert slope.shape == move.shape == ()
    (moved,) = sd.substitute([y], {x: x * 1.5})
    references = [weakref.ref(node) for node in (x, y, slope, move, moved)]

    del x, y, slope, move, moved
    gc.collect()

    assert [reference() for reference in references] == [None] * 5
    assert len(_table) == before


def test_gradient_of_a_long_chain_evaluates():
    """The derivative of a chain is the product of the derivatives of its links."""
    x = sd.Variable(0.5, "x")
    value, expected = x.value, 1.0
    for _ in range(5000):
        value, expected = np.sin(value), expected * np.cos(value)

    np.testing.assert_allclose(sd.grad(chain(x, 5000), x)(), expected, rtol=1e-10)


def test_recurrent_network_of_a_thousand_steps(rng):
    """Unrolled, differentiated and run, against a backward pass by hand."""
    steps, size = 1000, 4
    w, h0 = 0.9 * rng.normal(size=(size, size)) / 2, rng.normal(size=size)
    inputs = rng.normal(size=(steps, size))
    weights = sd.Variable(w, "w")
    h = sd.Variable(h0, "h0")
    for row in inputs:
        h = sd.tanh(weights @ h + row)
    loss = (h * h).sum()

    value, slope = sd.compile([loss, sd.grad(loss, weights)])()

    states = [h0]
    for row in inputs:
        states.append(np.tanh(w @ states[-1] + row))
    g, dw = 2 * states[-1], np.zeros_like(w)
    for before, after in zip(states[-2::-1], states[:0:-1], strict=True):
        g = g * (1 - after**2)
        dw += np.outer(g, before)
        g = w.T @ g
    np.testing.assert_allclose(value, states[-1] @ states[-1], rtol=1e-10)
    np.testing.assert_allclose(slope, dw, rtol=1e-8, atol=1e-12)


def test_wide_sums_and_deep_sums_agree():
    """A sum of many terms, built one by one, is right and can be differentiated."""
    x = sd.Variable(np.ones(3), "x")
    total = x
    for k in range(2000):
        total = total + sd.sin(x * k)

    expected = sum(k * np.cos(k) for k in range(2000)) + 1
    np.testing.assert_allclose(sd.grad(total.sum(), x)(), np.full(3, expected), rtol=1e-9)


def test_doubling_graphs_are_walked_once():
    """2**60 paths through 60 nodes."""
    x = sd.Variable(1.0, "x")
    y = x
    for _ in range(60):
        y = sd.sin(y) + sd.cos(y)

    assert len(sd.toposort(y)) == 1 + 3 * 60
    assert np.isfinite(sd.grad(y, x)())
    assert len(str(y)) < 4000


def test_toposort_lists_operands_before_users():
    """Every node once, and the operands of each before it."""
    x = sd.Variable([1.0, 2.0], "x")
    y = sd.exp(x) * x + sd.exp(x)
    order = sd.toposort(y, sd.sin(x))

    assert len(order) == len(set(order))
    for place, node in enumerate(order):
        assert all(order.index(operand) < place for operand in node.operands)
    assert sd.toposort(y, stop=[sd.exp(x)])[0] is x
    assert x not in sd.toposort(sd.exp(x) + 1, stop=[sd.exp(x)])
    assert sd.toposort() == []


def test_ancestors_consumers_and_leaves():
    """Who depends on whom, how often, and where it starts."""
    x, y = sd.Variable(1.0, "x"), sd.Variable(2.0, "y")
    s, t = sd.exp(x), sd.exp(y)
    z = s * s * t
    order = sd.toposort(z)

    assert {s, z} <= ancestors(order, [x])
    assert t not in ancestors(order, [x])
    assert leaves(z) == [x, y]
    assert consumers([s, t])[x] == 1


def test_substitution_replaces_everywhere_at_once():
    """x and y can be exchanged, and what does not change stays the same object."""
    x, y = sd.Variable(2.0, "x"), sd.Variable(5.0, "y")
    z = sd.exp(x) - y * x + sd.sin(y)

    (swapped,) = sd.substitute([z], {x: y, y: x})

    assert swapped is sd.exp(y) - x * y + sd.sin(x)
    assert sd.substitute([z], {}) == [z]
    assert sd.substitute([z], {sd.Variable(1.0): x}) == [z]
    assert sd.substitute([x], {x: y}) == [y]
    assert sd.substitute([z], {z: x}) == [x]


def test_rebuilding_simplifies_again():
    """What is built from new operands is built in its simplest form."""
    x, y = sd.Variable(2.0, "x"), sd.Variable(5.0, "y")

    assert sd.substitute([x - y], {y: x}) == [sd.zeros(())]
    assert rebuild([x * y], lambda node: node) == [x * y]


def test_a_replacement_may_not_change_the_shape():
    """An einsum knows the sizes of its labels, and says so."""
    x = sd.Variable([1.0, 2.0], "x")

    with pytest.raises(sd.ShapeError, match="3"):
        sd.substitute([x * 2], {x: sd.Variable([1.0, 2.0, 3.0])})


def test_a_graph_that_stays_is_given_back():
    """A pass that changes nothing says so, so that the next one need not look for the nodes again."""
    x = sd.Variable([1.0, 2.0], "x")
    graph = Graph([sd.exp(x) * x, sd.sin(x)])

    assert graph.rebuilt(lambda node: node) is graph
    assert graph.rebuilt(lambda node: node).order is graph.order
    assert graph.order == toposort(*graph.outputs)


def test_only_what_uses_a_new_node_is_made_again():
    """Everything else is the same object, and a new node stands where the old one did."""
    x, y = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "y")
    old, other = sd.exp(x), sd.sin(y)
    graph = Graph([old + 1, other])

    new = graph.rebuilt(lambda node: sd.cos(x) if node is old else node)

    assert new.outputs == (sd.cos(x) + 1, other)
    assert moved(other, {old: sd.cos(x)}) is other
    assert new.order.index(sd.cos(x)) < new.order.index(other)


def test_what_is_used_once_is_alone():
    """Results are not, and what fills two positions is not."""
    x = sd.Variable([1.0, 2.0], "x")
    twice, result = sd.exp(x), sd.sin(sd.cos(x))
    graph = Graph([result, sd.tanh(twice) + twice])

    assert graph.alone == {sd.cos(x), sd.tanh(twice)}
