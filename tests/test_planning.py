"""Plans: which steps are taken, what they share, and that rewriting them changes no value."""

from functools import reduce
from operator import matmul

import numpy as np
import pytest

import symdiff as sd
from symdiff.contraction import binary_tree, contract_arrays, contraction_order
from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.planning import plan
from symdiff.planning.graphs.merging import merge_products
from symdiff.planning.graphs.stacking import stack_sums
from symdiff.rewrite import tidied
from symdiff.wiring import Wiring


def kinds(*nodes):
    """The kinds of steps in the program of *nodes*, inputs left out."""
    program = sd.compile(list(nodes))
    steps = program.kernel({}).plan.steps
    return [
        step.settings[0] if step.kind in ("entries", "reduce") else step.kind
        for step in steps
        if step.kind not in ("input", "constant")
    ]


def ranks(*nodes):
    """The order of a graph as it was built."""
    return {node: float(place) for place, node in enumerate(sd.toposort(*nodes))}


@pytest.fixture
def a(rng):
    return sd.Variable(rng.normal(size=(3, 4)), "a")


@pytest.fixture
def b(rng):
    return sd.Variable(rng.normal(size=(4, 5)), "b")


def test_a_matrix_product_is_one_dot(a, b):
    """Two matrices joined by one axis need one call and no copy."""
    assert kinds(a @ b) == ["dot"]


def test_a_transposed_product_is_the_same_dot(a, b):
    """Both orders of the result come from one product."""
    assert kinds(a @ b, (a @ b).T) == ["dot", "transpose"]


def test_transposes_of_operands_are_views(a, b):
    """A transposed factor reaches the product as a view."""
    assert sorted(set(kinds(b.T @ a.T))) == ["dot", "transpose"]


def test_a_sum_of_a_product_is_not_stored(a):
    """The sum of squares is an inner product."""
    assert "multiply" not in kinds((a * a).sum())


def test_a_product_with_two_users_is_computed_once(a, b):
    """A shared product is not merged into either of its users."""
    p = a @ b
    assert kinds(p.sum(axis=0), p.sum(axis=1)).count("dot") == 1


def test_a_quotient_is_a_division(a):
    """No reciprocal is computed where a division will do."""
    *_, last = kinds(a / (a * a + 1))
    assert last == "divide"
    assert sd.compile(a / (a * a + 1)).source.count("divide(") == 1


def test_an_identity_is_no_array(a):
    """Multiplying by the identity takes no step."""
    assert a @ sd.eye(4) is a
    assert kinds(sd.jacobian(a.sum(axis=1), a)) == ["fill", "write_diagonal"]


def test_nothing_is_computed_that_no_output_needs(a, b):
    """The gradient of a product by one factor does not need the product."""
    assert kinds(sd.grad((a @ b).sum(), a)) == ["add", "broadcast"]


def loop(rng, steps, size=6, batch=2):
    """A tanh recurrence with one weight used at every step."""
    w = sd.Variable(rng.normal(size=(size, size)) / 3, "w")
    x = sd.Variable(rng.normal(size=(steps, batch, size)), "x")
    h, outputs = sd.zeros((batch, size)), []
    for t in range(steps):
        h = sd.tanh(x[t] + h @ w)
        outputs.append(h)
    return (sd.stack(outputs) ** 2).sum(), w, x


@pytest.mark.parametrize("steps", [2, 5, 9])
def test_stacking_a_sum_of_products_keeps_its_value(rng, steps):
    """The gradient of a weight used in a loop is the same, added up or contracted at once."""
    loss, w, _ = loop(rng, steps)
    added = sd.grad(loss, w)
    (stacked,) = stack_sums(Graph([added]), ranks(added)).outputs

    np.testing.assert_allclose(sd.compile(stacked)(), contract_by_definition(added), rtol=1e-12)


def test_a_long_sum_of_products_is_one_product(rng):
    """One product per step forward, one per step back, and one for the weight in all.

    The first state is zero, so the first step takes no product, and nothing is handed back to it.
    """
    loss, w, _ = loop(rng, 10)
    assert kinds(sd.grad(loss, w)).count("dot") == 9 + 8 + 1


def test_stacked_operands_are_slices_of_what_is_there(rng):
    """States and cotangents that already lie side by side are not copied again."""
    loss, w, x = loop(rng, 10)
    program = sd.compile([loss, *sd.grad(loss, [w, x])])
    assert kinds(loss, *sd.grad(loss, [w, x])).count("concatenate") == 2
    assert "copyto" not in program.source


def contract_by_definition(node):
    """The value of a graph with every einsum computed by its definition and the rest by its own compute."""
    values = {}
    for current in sd.toposort(node):
        if isinstance(current, sd.Variable | sd.Constant):
            values[current] = current.value
        else:
            values[current] = current.compute(np, *[values[operand] for operand in current.operands])
    return values[node]


def test_merging_products_keeps_the_value(rng):
    """Products of products, merged and reordered, mean the same."""
    m = [sd.Variable(rng.normal(size=(4, 4)), f"m{k}") for k in range(5)]
    v = sd.Variable(rng.normal(size=4), "v")
    y = reduce(matmul, [*m, v])
    (merged,) = merge_products(Graph([y]), ranks(y)).outputs

    assert isinstance(merged, Einsum)
    assert len(merged.operands) == 6
    np.testing.assert_allclose(y(), contract_by_definition(y), rtol=1e-12)


def test_a_chain_ending_in_a_vector_is_contracted_from_the_vector(rng):
    """Matrix times matrix times vector never multiplies the matrices."""
    m = [sd.Variable(rng.normal(size=(20, 20)), f"m{k}") for k in range(4)]
    v = sd.Variable(rng.normal(size=20), "v")
    assert sd.compile(reduce(matmul, [*m, v])).cost.flops == 4 * 2 * 20 * 20


def test_all_gradients_of_a_product_share_their_work(rng):
    """Sixteen gradients cost less than three times the product, however it was written."""
    m = [sd.Variable(rng.normal(size=(20, 20)), f"m{k}") for k in range(16)]
    c = rng.normal(size=(20, 20))
    joined = sd.einsum(*[part for k, x in enumerate(m) for part in (x, [k, k + 1])], [0, 16])
    for y in (joined, reduce(matmul, m)):
        forward, backward = sd.compile(y).cost.flops, sd.compile(sd.grad(y, m, c)).cost.flops
        assert forward == 15 * 2 * 20**3
        assert backward <= 3 * forward


def test_contraction_order_is_deterministic_and_ignores_size_one():
    """Axes of size 1 change nothing about the order."""
    inputs = ((0, 1), (1, 2), (2, 3), (3, 4))
    sizes = (10, 2, 10, 2, 10)
    order = contraction_order(inputs, frozenset((0, 4)), sizes)
    longer = tuple((*labels, 5) for labels in inputs)

    assert contraction_order(inputs, frozenset((0, 4)), sizes) == order
    assert contraction_order(longer, frozenset((0, 4)), (*sizes, 1)) == order


def test_the_last_pair_of_a_tree_has_the_output_of_the_whole():
    """Repeated output labels are written by the last pair."""
    wiring = Wiring.of(["ij", "jk", "k"], "ii", {"i": 2, "j": 3, "k": 4})
    *_, (_, _, last) = binary_tree(wiring)
    assert last.shape == (2, 2)


@pytest.mark.parametrize("equation", ["ij->ji", "ii->i", "i->ii", "ij,jk->ik", "ij,ij->", "i,j->jij"])
def test_programs_agree_with_the_definition(rng, equation):
    """Views, products and diagonals come out as the definition says."""
    left, right = equation.split("->")
    arrays = [rng.normal(size=(3,) * len(term)) for term in left.split(",")]
    variables = [sd.Variable(array) for array in arrays]
    y = sd.einsum(equation, *variables)
    wiring = Wiring.of(left.split(","), right, dict.fromkeys(left.replace(",", ""), 3))

    expected = contract_arrays(np, wiring, arrays, 1.0, np.dtype(float))
    np.testing.assert_allclose(y(), expected, rtol=1e-13)


def test_symbolic_sizes_are_planned_when_they_are_known():
    """The order of contraction follows the sizes of each call."""
    n = sd.Dim("n")
    x, m = sd.Placeholder((n, 8), name="x"), sd.Variable(np.ones((8, 8)), "m")
    program = sd.compile(x @ m @ sd.Variable(np.ones((8, 1)), "v"), [x])
    flops = []
    for size in (1, 100):
        program(np.ones((size, 8)))
        flops.append(program.cost.flops)

    assert flops == [2 * 8 * 8 + 2 * 8, 2 * 8 * 8 + 2 * 100 * 8]


def test_rewritten_nodes_are_computed_where_they_were_asked_for():
    """A sum over chunks holds one chunk at a time, although the products in it are merged."""
    w, v = sd.Variable(np.ones((8, 8)), "w"), sd.Variable(np.ones(8), "v")
    x = sd.Variable(np.ones((16 * 64, 8)), "x")
    y = sum((sd.tanh(x[64 * k : 64 * (k + 1)] @ w) @ v).sum() for k in range(16))
    chunk = 64 * 8 * 8

    assert sd.compile(y).cost.peak_bytes < 3 * chunk


def test_passes_that_find_nothing_ask_no_node_for_itself(monkeypatch):
    """A graph that is best computed as it stands goes through the planner as it is."""
    x = sd.Placeholder((3,), name="x")
    y = x
    for _ in range(20):
        y = sd.sin(y)
    asked = []
    ask = Node.with_operands
    monkeypatch.setattr(Node, "with_operands", lambda node, *new: asked.append(node) or ask(node, *new))

    steps = plan(tidied([y]), [x]).steps

    assert [step.kind for step in steps] == ["input", *["entries"] * 20]
    assert asked == []
