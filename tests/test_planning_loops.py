"""Loops unrolled: products of many steps taken together, in chunks, and sums added up as they go."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
import symdiff.planning.graphs.chunks as rule
from symdiff.graph import Graph
from symdiff.planning.graphs.accumulating import Term, accumulated
from symdiff.planning.graphs.chunks import chunk_length, chunks
from symdiff.planning.graphs.stacking import stack_sums


def ranks(*nodes):
    """The order of a graph as it was built."""
    return {node: float(place) for place, node in enumerate(sd.toposort(*nodes))}


def loop(rng, steps, batch=2, hidden=5, inputs=3, start=None, backwards=False):
    """The loss of a tanh recurrence over a sequence, its parameters, and the sequence."""
    x = sd.Variable(rng.normal(size=(steps, batch, inputs)), "x")
    w = sd.Variable(rng.normal(size=(inputs, hidden)), "w")
    u = sd.Variable(rng.normal(size=(hidden, hidden)) / 3, "u")
    b = sd.Variable(rng.normal(size=hidden), "b")
    h = sd.zeros((batch, hidden)) if start is None else start
    for t in reversed(range(steps)) if backwards else range(steps):
        h = sd.tanh(x[t] @ w + h @ u + b)
    return (h * h).mean(), [w, u, b, x]


def steps_of(nodes, kind):
    """The steps of one kind in the program of *nodes*."""
    return [step for step in sd.compile(list(nodes)).kernel({}).plan.steps if step.kind == kind]


def by_definition(*nodes):
    """The values of nodes with every einsum computed by its definition and the rest by its own compute."""
    values = {}
    for node in sd.toposort(*nodes):
        stored = isinstance(node, sd.Variable | sd.Constant)
        values[node] = node.value if stored else node.compute(np, *[values[x] for x in node.operands])
    return [values[node] for node in nodes]


def check(nodes):
    """The program of *nodes* has their values."""
    for found, expected in zip(sd.compile(list(nodes))(), by_definition(*nodes), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


@pytest.fixture
def short(monkeypatch):
    """Chunks of eight rows."""
    monkeypatch.setattr(rule, "ROWS", 8)


def test_chunks_are_few_and_even():
    """As many rows as a product needs to be large, whatever the rows of a step."""
    assert [chunk_length(rows) for rows in (1, 2, 32, 128, 600, 5000, 0)] == [1024, 512, 32, 8, 1, 1, 1024]
    assert chunks(range(20), 8) == [[*range(6)], [*range(6, 13)], [*range(13, 20)]]
    assert chunks("ab", 3) == [["a", "b"]]


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [3, 4, 9, 17])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("started", [False, True])
def test_loops_keep_their_values_in_any_chunks(rng, short, steps, backwards, started):
    """Forwards and backwards in time, from zeros or from a state that is given."""
    start = sd.Variable(rng.normal(size=(2, 5)), "h") if started else None
    loss, parameters = loop(rng, steps, start=start, backwards=backwards)
    parameters += [start] if started else []
    check([loss, *sd.grad(loss, parameters)])


def test_second_derivatives_of_loops_keep_their_values(rng, short):
    """A Hessian times a vector, through all steps."""
    loss, (w, u, _, _) = loop(rng, 6)
    v = sd.constant(rng.normal(size=u.shape))
    check(sd.grad((sd.grad(loss, u) * v).sum(), [w, u]))


def test_sequences_may_run_along_any_axis(rng, short):
    """Batch first: the steps are slices of the second axis."""
    x = sd.Variable(rng.normal(size=(2, 9, 3)), "x")
    w = sd.Variable(rng.normal(size=(3, 4)), "w")
    y = sum(sd.tanh((k + 1) * sd.exp(x[:, k] @ w)) for k in range(9))
    assert [step.shape[-1] for step in steps_of([y], "dot")] == [4] * 3
    check([y, *sd.grad(y.sum(), [x, w])])


def test_sequences_of_vectors_become_matrices(rng):
    """One vector a step: a product of matrices instead of one product with a vector for each."""
    x = sd.Variable(rng.normal(size=(7, 3)), "x")
    w = sd.Variable(rng.normal(size=(4, 3)), "w")
    h = sd.zeros(4)
    for t in range(7):
        h = sd.sin(w @ x[t] + h)
    (product,) = steps_of([h], "dot")
    assert sorted(product.shape) == [4, 7]
    check([h, *sd.grad(h.sum(), [w, x])])


def test_steps_that_are_left_out_end_a_chunk(rng):
    """Only slices that follow each other are taken together."""
    x, w = sd.Variable(rng.normal(size=(12, 2, 3)), "x"), sd.Variable(rng.normal(size=(3, 3)), "w")
    used = [0, 1, 2, 3, 4, 6, 7, 9, 10, 11]
    y = sum(sd.tanh(x[t] @ w) ** (k + 1) for k, t in enumerate(used))
    assert sorted(step.shape for step in steps_of([y], "dot")) == [(2, 3)] * 5 + [(10, 3)]
    check([y])


# --- products -------------------------------------------------------------------------------------


def test_products_of_a_sequence_with_a_weight_are_one(rng):
    """One for all inputs, and one per step for the states, of which the first is zero."""
    loss, _ = loop(rng, 6)
    assert sorted(step.shape for step in steps_of([loss], "dot") if step.shape) == [(2, 5)] * 5 + [(12, 5)]


def test_products_of_a_sequence_are_taken_in_chunks(rng, monkeypatch):
    """A thousand rows at a time: eight steps of 128."""
    loss, _ = loop(rng, 20, batch=128)
    rows = [step.shape[0] for step in steps_of([loss], "dot") if step.shape and step.shape[0] != 128]
    assert rows == [128 * n for n in (6, 7, 7)]


def test_gradients_of_weights_are_one_product_for_each_chunk(rng):
    """For both weights from the same cotangents, which are put side by side once."""
    loss, (w, u, b, _) = loop(rng, 20, batch=128)
    gradients = sd.grad(loss, [w, u, b])
    shapes = [step.shape for step in steps_of(gradients, "dot")]
    assert shapes.count((3, 5)) == 3
    assert shapes.count((5, 5)) == 3
    cotangents_and_states = 3 + 3
    assert len(steps_of(gradients, "concatenate")) == cotangents_and_states
    check(gradients)


def test_the_gradient_of_a_bias_is_summed_from_what_is_stacked(rng):
    """One product of ones with all steps of a chunk, instead of one addition for each step."""
    loss, (w, _, b, _) = loop(rng, 20, batch=128)
    gradients = sd.grad(loss, [w, b])
    assert [step.flops for step in steps_of(gradients, "dot") if step.shape == (5,)] == [
        2 * 128 * n * 5 for n in (6, 7, 7)
    ]
    check(gradients)


def test_products_with_enough_rows_stay_alone(rng):
    """A step of a thousand rows is as fast by itself."""
    loss, (w, _, _, _) = loop(rng, 5, batch=600)
    assert [step.shape for step in steps_of([sd.grad(loss, w)], "dot")].count((3, 5)) == 5


def test_a_factor_that_is_the_same_at_every_step_is_not_stacked(rng):
    """The other factors are summed, and there is one product."""
    w = sd.Variable(rng.normal(size=(5, 5)), "w")
    v = [sd.Variable(rng.normal(size=(4, 5)), f"v{k}") for k in range(6)]
    y = sum(sd.tanh(x) @ w for x in v)
    flops = [step.flops for step in steps_of([y], "dot")]
    assert sum(flops) == 2 * 4 * 5 * 5
    check([y])


def test_two_weights_of_one_loop_share_the_cotangents_of_both(rng):
    """Gates: four weights, one state."""
    steps, batch, hidden = 6, 2, 4
    x = sd.Variable(rng.normal(size=(steps, batch, hidden)), "x")
    weights = [sd.Variable(rng.normal(size=(hidden, hidden)) / 2, f"w{k}") for k in range(4)]
    h = c = sd.zeros((batch, hidden))
    for t in range(steps):
        i, f, o, g = (x[t] + h @ w for w in weights)
        c = sd.sigmoid(f) * c + sd.sigmoid(i) * sd.tanh(g)
        h = sd.sigmoid(o) * sd.tanh(c)
    gradients = sd.grad((h * h).sum(), weights)
    whole = [step for step in steps_of(gradients, "dot") if step.shape == (hidden, hidden)]
    assert [step.flops for step in whole] == [2 * hidden * hidden * batch * (steps - 1)] * 4
    check(gradients)


# --- sums -----------------------------------------------------------------------------------------


def test_long_sums_are_added_up_as_they_go(rng):
    """Sixteen arrays are never kept at once."""
    x = sd.Variable(rng.normal(size=(64, 64)), "x")
    y = sum(sd.tanh((k + 2) * x) for k in range(16))
    assert sd.compile(y).cost.peak_bytes <= 3 * x.value.nbytes
    check([y])


def test_gradients_of_a_weight_are_added_up_chunk_by_chunk(rng):
    """What a chunk was made of is let go once it is contracted."""
    a = sd.Variable(rng.normal(size=(40, 256, 16)), "a")
    terms = [sd.tanh(a[t]).T @ sd.sin(a[t]) for t in range(40)]
    y = sum(terms)
    step = 256 * 16 * 8
    assert [step.shape for step in steps_of([y], "dot")] == [(16, 16)] * 10
    assert sd.compile(y).cost.peak_bytes <= (2 * 4 + 2) * step
    check([y])


def test_factors_of_terms_stay(rng):
    """Differences and multiples of like products, stacked by their factors."""
    x = sd.Variable(rng.normal(size=(8, 4, 3)), "x")
    terms = [(-1) ** t * sd.tanh(x[t]).T @ sd.exp(x[t]) for t in range(8)]
    y = 3 * sum(terms)
    assert [step.flops for step in steps_of([y], "dot")] == [2 * 3 * 3 * 4 * 4] * 2
    check([y, y.sum(axis=0)])


def test_sums_of_numbers_are_left_as_they_are(rng):
    """A loss of many steps takes no memory worth saving."""
    x = sd.Variable(rng.normal(size=(9, 4)), "x")
    y = sum(sd.exp(x[t].sum()) for t in range(9))
    assert stack_sums(graph := Graph([y]), ranks(y)) is graph


def test_terms_are_added_in_the_order_in_which_they_are_ready(rng):
    """What is given anyway comes last, and each sum is ranked as its newest term."""
    x, y, z = (sd.exp(sd.Variable(rng.normal(size=3), name)) for name in "xyz")
    given = sd.Variable(np.ones(3), "g")
    order = {}
    total = accumulated([Term(z, 2, 7.0), Term(given, 1, 0.0), Term(x, -1, 3.0), Term(y, 1, 5.0)], order)

    assert sorted(order.values()) == [5.0, 7.0]
    expected = -x() + y() + 2 * z() + 1
    np.testing.assert_allclose(total(), expected, rtol=1e-13)
    np.testing.assert_allclose(accumulated([Term(x, 3, 1.0)], {})(), 3 * x(), rtol=1e-13)
