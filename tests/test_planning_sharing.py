"""Long products: in pairs, with what several of them have in common computed once."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import symdiff as sd
from symdiff.graph import Graph
from symdiff.ops.einsum import Einsum
from symdiff.planning.graphs.factoring import factor_sums
from symdiff.planning.graphs.sharing import share_parts

N = 20


@pytest.fixture
def chain(rng):
    return [sd.Variable(rng.normal(size=(N, N)) / 4, f"m{k}") for k in range(6)]


def joined(*operands):
    """The product of matrices as one einsum."""
    parts = [part for k, x in enumerate(operands) for part in (x, [k, k + 1])]
    return sd.einsum(*parts, [0, len(operands)])


def dots(*nodes):
    """How many products of matrices the program of *nodes* takes."""
    steps = sd.compile(list(nodes)).kernel({}).plan.steps
    return sum(step.kind == "dot" and step.flops == 2 * N**3 for step in steps)


def test_a_chain_that_two_products_contain_is_computed_once(chain, rng):
    """Whatever stands before and after it."""
    a, b, c = (sd.Variable(rng.normal(size=(N, N)), name) for name in "abc")
    one, two = joined(a, *chain, b), joined(c, *chain)

    assert dots(one) + dots(two) == 7 + 6
    assert dots(one, two) == 5 + 2 + 1
    for found, node in zip(sd.compile([one, two])(), (one, two), strict=True):
        np.testing.assert_allclose(found, node(), rtol=1e-10)


def test_a_chain_and_its_transpose_are_one(chain, rng):
    """p.T @ (d @ p) takes the product p, one scaling and one product more."""
    d = sd.Variable(rng.normal(size=N), "d")
    v = sd.Variable(rng.normal(size=N), "v")
    p = [x.value for x in chain]
    inner = d[:, None] * joined(*chain) - sd.outer(v, v)
    node = sd.einsum(*[part for k, x in enumerate(chain) for part in (x, [k, k + 1])], inner, [0, 9], [6, 9])

    whole = reduce(np.matmul, p)
    expected = whole.T @ (d.value[:, None] * whole - np.outer(v.value, v.value))
    np.testing.assert_allclose(node(), expected, rtol=1e-9, atol=1e-9)
    assert dots(node) == 6


def test_nothing_is_shared_at_a_loss(chain, rng):
    """A chain that ends in a vector is contracted from there, although another product has the matrix."""
    v = sd.Variable(rng.normal(size=N), "v")
    long = sd.einsum("ab,bc,cd,d->a", *chain[:3], v)
    scaled = sd.einsum("ab,bc,c->ab", *chain[:2], v)
    assert share_parts(graph := Graph([long, scaled])) is graph
    assert dots(long, scaled) == 0


def test_entrywise_products_are_left_alone(rng):
    """Only parts that sum something are put together."""
    a, b, c, d = (sd.Variable(rng.normal(size=N), name) for name in "abcd")
    nodes = [sd.einsum("i,i,i->i", a, b, c), sd.einsum("i,i,i->i", a, b, d)]
    assert share_parts(graph := Graph(nodes)) is graph


def test_repeated_operands_are_left_alone(chain):
    """Which of two equal factors is meant is not guessed."""
    m = chain[0]
    nodes = [joined(m, m, m), joined(m, m, chain[1])]
    values = [node() for node in nodes]
    for found, expected in zip(sd.compile(nodes)(), values, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(values[0], np.linalg.matrix_power(m.value, 3), rtol=1e-12)


def test_a_scaled_diagonal_of_a_long_product_is_scaled_small(rng):
    """The coefficient goes into the core, not into the array that is mostly zeros."""
    v, o = sd.Variable(rng.normal(size=(9, 3)), "v"), sd.Variable(rng.normal(size=(8, 9)), "o")
    node = 2 * sd.einsum("nk,nl,in,in->ikil", v, v, o, o)
    steps = sd.compile(node).kernel({}).plan.steps

    assert [step.kind for step in steps if step.size >= 8 * 3 * 8 * 3] == ["write_diagonal"]
    core = 2 * np.einsum("nk,nl,in->ikl", v.value, v.value, o.value**2)
    np.testing.assert_allclose(node(), np.einsum("ikl,ij->ikjl", core, np.eye(8)), rtol=1e-12)


def test_the_hessian_of_a_deep_network_takes_one_product_per_layer(rng):
    """By what enters the first: the product of all layers, and one product with its own transpose."""
    weights = [sd.Variable(rng.normal(size=(N, N)) / 3, f"w{k}") for k in range(6)]
    z0 = z = sd.Variable(rng.normal(size=N), "z")
    for weight in weights:
        z = weight @ sd.relu(z)
    node = sd.hessian(sd.logsumexp(z), z0)

    assert dots(node) == 5 + 1
    h, through = z0.value, np.eye(N)
    for weight in weights:
        through = weight.value @ (through * (h > 0)[:, None])
        h = weight.value @ np.maximum(h, 0)
    p = np.exp(h - h.max()) / np.exp(h - h.max()).sum()
    expected = through.T @ (np.diag(p) - np.outer(p, p)) @ through
    np.testing.assert_allclose(node(), expected, rtol=1e-9, atol=1e-12)


# --- within one product ------------------------------------------------------------------------------------


def test_a_chain_and_its_transpose_in_one_product_are_one(chain, rng):
    """p.T @ diag(d) @ p, written out: the product p, and one product of two."""
    d = sd.Variable(rng.normal(size=N), "d")
    forth = [part for k, x in enumerate(chain) for part in (x, [k, k + 1])]
    back = [part for k, x in enumerate(chain) for part in (x, [k and k + 10, k + 11])]
    node = sd.einsum(*forth, *back, d, [0], [6, 16])

    whole = reduce(np.matmul, [x.value for x in chain])
    np.testing.assert_allclose(node(), whole.T @ (d.value[:, None] * whole), rtol=1e-9, atol=1e-9)
    assert dots(node) == 5 + 1


def test_a_power_of_a_product_is_squared(chain):
    """a b a b is the square of a b."""
    a, b = chain[:2]
    node = joined(a, b, a, b)
    ab = a.value @ b.value
    np.testing.assert_allclose(node(), ab @ ab, rtol=1e-11)
    assert dots(node) == 2


def test_twins_that_end_in_vectors_stay_vectors(chain, rng):
    """The outer product of a chain times a vector with itself never multiplies matrices."""
    v = sd.Variable(rng.normal(size=N), "v")
    node = sd.einsum("ab,bc,c,de,ef,f->ad", *chain[:2], v, *chain[:2], v)
    p = chain[0].value @ (chain[1].value @ v.value)
    np.testing.assert_allclose(node(), np.outer(p, p), rtol=1e-11)
    assert dots(node) == 0
    assert sd.compile(node).cost.flops <= 2 * 2 * N * N + N * N


# --- sums of products ---------------------------------------------------------------------------------------


def test_common_factors_are_multiplied_once_and_last(chain, rng):
    """x[a] x[b] (p - q)[i, j]: the array of four axes is made once."""
    x = sd.Variable(rng.normal(size=N), "x")
    p, q, _, _, _, _ = chain
    node = 3 * sd.einsum("a,b,ij->iajb", x, x, p) - sd.einsum("a,b,kj,ki->iajb", x, x, q, q)
    steps = sd.compile(node).kernel({}).plan.steps

    assert [step.settings for step in steps if step.size == N**4] == [("multiply",)]
    m = 3 * p.value - q.value.T @ q.value
    np.testing.assert_allclose(node(), np.einsum("a,b,ij->iajb", x.value, x.value, m), rtol=1e-10, atol=1e-12)


def test_terms_without_an_axis_are_constant_along_it(rng):
    """x[a] * u[i] + x[a] * 1 has a row for each a, and one sum over i."""
    x, u = sd.Variable(rng.normal(size=5), "x"), sd.Variable(rng.normal(size=4), "u")
    node = sd.einsum("a,i->ia", x, u) + sd.broadcast_to(x, (4, 5))
    np.testing.assert_allclose(node(), (u.value[:, None] + 1) * x.value, rtol=1e-13)


def test_factors_of_entries_are_pulled_out_of_some_of_the_terms(chain):
    """Also where other terms lack them, and where a product that only this sum uses holds them."""
    a, b, c, d = chain[:4]
    node = a * b + a * c + sd.sin(d)
    (factored,) = factor_sums(Graph([node])).outputs
    products = [x for x in sd.toposort(factored) if type(x) is Einsum]
    assert len(products) == 1
    np.testing.assert_allclose(node(), a.value * (b.value + c.value) + np.sin(d.value), rtol=1e-13)
    g = a * sd.exp(b)
    nested = g * c + g * d + a * sd.cos(c)
    (factored,) = factor_sums(Graph([nested])).outputs
    assert sum(len(x.operands) - 1 for x in sd.toposort(factored) if type(x) is Einsum) == 2
    expected = a.value * (np.exp(b.value) * (c.value + d.value) + np.cos(c.value))
    np.testing.assert_allclose(nested(), expected, rtol=1e-13)


def test_reciprocals_are_pulled_out_of_higher_ones(rng):
    """a / r - b / r**3 is (a - b / r**2) / r, and the square of a root is what is below it."""
    z, a, b = (sd.Variable(rng.uniform(1, 2, 7), name) for name in "zab")
    r = sd.sqrt(z)
    node = a / r - b * sd.sin(a) / r**3
    steps = sd.compile(node).kernel({}).plan.steps
    used = [step.settings[0] for step in steps if step.kind == "entries"]
    assert sorted(used) == ["divide", "divide", "multiply", "sin", "sqrt", "subtract"]
    root = np.sqrt(z.value)
    np.testing.assert_allclose(node(), a.value / root - b.value * np.sin(a.value) / root**3, rtol=1e-14)


def test_factors_are_not_pulled_out_of_terms_that_something_else_uses(chain):
    """What is there already is not computed again."""
    x = sd.Variable(np.ones(N), "x")
    term = sd.einsum("a,i->ia", x, x)
    shared = [term + sd.einsum("a,i->ia", x, sd.exp(x)), term]
    assert factor_sums(Graph(shared)).outputs == tuple(shared)


@pytest.mark.parametrize("seed", range(30))
def test_random_sums_of_long_products_keep_their_values(seed):
    """Whatever the wiring: repeated operands, diagonals, sums and broadcasts."""
    rng = np.random.default_rng(seed)
    pool = [sd.Variable(rng.normal(size=(3,) * n), f"v{k}") for k, n in enumerate([1, 1, 2, 2, 2, 3])]
    terms = []
    for _ in range(rng.integers(1, 4)):
        chosen = [pool[k] for k in rng.integers(0, len(pool), rng.integers(2, 7))]
        labels = [list(map(int, rng.integers(0, 6, x.ndim))) for x in chosen]
        present = sorted({label for group in labels for label in group})
        output = [int(label) for label in rng.choice(present, 2)]
        terms.append((chosen, labels, output, int(rng.integers(-2, 3))))
    nodes = [
        factor * sd.einsum(*[part for pair in zip(chosen, labels, strict=True) for part in pair], output)
        for chosen, labels, output, factor in terms
    ]
    expected = [
        factor * by_definition([x.value for x in chosen], labels, output)
        for chosen, labels, output, factor in terms
    ]

    for found, value in zip(sd.compile([*nodes, sum(nodes)])(), [*expected, sum(expected)], strict=True):
        np.testing.assert_allclose(found, value, rtol=1e-10, atol=1e-10)


def by_definition(arrays, labels, output):
    """The value of an einsum, whose output may repeat a label."""
    distinct = list(dict.fromkeys(output))
    core = np.einsum(*[part for pair in zip(arrays, labels, strict=True) for part in pair], distinct)
    return core if len(distinct) == len(output) else np.diag(core)
