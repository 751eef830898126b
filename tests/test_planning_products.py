"""Products of two arrays: how they reach BLAS, and in which order their results lie."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff as sd
from symdiff.contraction import CALL, MOVE, contraction_order, pair_cost
from symdiff.graph import Graph, toposort
from symdiff.ops.einsum import Einsum
from symdiff.planning.calls.products import best_form, forms
from symdiff.planning.graphs.arranging import arrange_results
from symdiff.wiring import Wiring

NETWORKS = {
    "ring": "ab,bc,cd,de,ef,fa->",
    "ring in a batch": "nab,nbc,ncd,nde,nef,nfa->n",
    "chain": "na,ab,bc,cd,de,ef->nf",
    "chord": "ab,bcd,de,efc,fg,ga->",
    "cube": "abc,ax,by,cz,xyw,zw->",
    "states": "ai,aib,bjc,ckd,dl,ijkl->",
}


def steps_of(nodes):
    """The steps of the program of *nodes*, inputs left out."""
    steps = sd.compile(list(nodes)).kernel({}).plan.steps
    return [step for step in steps if step.kind not in ("input", "constant")]


def network(equation, rng, sizes):
    """The value of a contraction of variables and its gradient by each, for a random cotangent."""
    inputs, output = equation.split("->")
    terms = inputs.split(",")
    arrays = [rng.normal(size=[sizes[label] for label in term]) for term in terms]
    x = [sd.Variable(array, f"x{k}") for k, array in enumerate(arrays)]
    g = rng.normal(size=[sizes[label] for label in output])
    y = sd.einsum(equation, *x)
    return [y, *sd.grad(y, x, g)], terms, output, arrays, g


@pytest.mark.parametrize("name", NETWORKS)
def test_value_and_gradients_of_networks(name, rng):
    """Each is what NumPy's einsum says of the other operands."""
    equation = NETWORKS[name]
    sizes = dict(zip("abcdefghijklnwxyz", itertools.cycle([3, 5, 2, 4]), strict=False))
    nodes, terms, output, arrays, g = network(equation, rng, sizes)
    found = sd.compile(nodes)()

    np.testing.assert_allclose(found[0], np.einsum(equation, *arrays), rtol=1e-9, atol=1e-12)
    for k, gradient in enumerate(found[1:]):
        others = [x for j, x in enumerate(arrays) if j != k]
        spec = ",".join([*[t for j, t in enumerate(terms) if j != k], output]) + "->" + terms[k]
        np.testing.assert_allclose(gradient, np.einsum(spec, *others, g), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "products", "labels"),
    [("ring", 12, 3), ("ring in a batch", 12, 4), ("chain", 15, 3)],
)
def test_all_gradients_take_three_products_for_each_joint(name, products, labels, rng):
    """Six operands that are joined two by two take four joints, or five where the ends are open.

    Of the three arrays around a joint each is made of the other two. The value is one product less long.
    """
    d = 16
    nodes, *_ = network(NETWORKS[name], rng, dict.fromkeys("abcdefn", d))
    flops = [step.flops for step in steps_of(nodes) if step.kind in ("dot", "matmul")]
    assert [f for f in flops if f == 2 * d**labels] == [2 * d**labels] * products


@pytest.mark.parametrize("name", ["chain", "chord"])
def test_gradients_of_networks_are_products_without_a_copy(name, rng):
    """Every array lies as the products that read it want it."""
    nodes, *_ = network(NETWORKS[name], rng, dict.fromkeys("abcdefghn", 16))
    assert "copy" not in {step.kind for step in steps_of(nodes)}


@pytest.mark.parametrize("output", ["".join(order) for order in itertools.permutations("lmr")])
def test_a_middle_axis_may_be_summed(output, rng):
    """Into a result in any order, and back."""
    a = sd.Variable(rng.normal(size=(10, 20, 30)), "a")
    b = sd.Variable(rng.normal(size=(20, 25)), "b")
    y = sd.einsum(f"lim,ir->{output}", a, b)
    z = sd.einsum(f"{output},lim->ir", sd.tanh(y), a)

    expected = np.einsum(f"lim,ir->{output}", a.value, b.value)
    np.testing.assert_allclose(y(), expected, rtol=1e-11, atol=1e-12)
    expected = np.einsum(f"{output},lim->ir", np.tanh(expected), a.value)
    np.testing.assert_allclose(z(), expected, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("output", ["lmr", "lrm"])
def test_a_middle_axis_is_summed_without_a_copy(output, rng):
    """By one product for each place of the first axis."""
    a = sd.Variable(rng.normal(size=(10, 20, 30)), "a")
    b = sd.Variable(rng.normal(size=(20, 25)), "b")
    steps = steps_of([sd.einsum(f"lim,ir->{output}", a, b)])
    assert [step.kind for step in steps if step.kind != "transpose"] == ["matmul"]


def test_forms_put_the_result_in_many_orders():
    """Rows first or last, or between cut axes; the cheapest of each, and all with the same operations."""
    found = forms((0, 1, 2), (2, 3), frozenset((0, 1, 3)), (8, 9, 10, 11))
    assert {form.result for form in found} == {(0, 1, 3), (3, 0, 1), (0, 3, 1)}
    assert [form.cost for form in found] == sorted(form.cost for form in found)
    assert best_form((0, 1, 2), (2, 3), frozenset((0, 1, 3)), (0, 3, 1), (8, 9, 10, 11)).batch == (0,)


@pytest.mark.parametrize("seed", range(40))
def test_random_products_of_two_keep_their_values(seed):
    """Whatever is batch, row, column and sum, and in whatever order."""
    rng = np.random.default_rng(seed)
    sizes = dict(zip("abcdefg", rng.integers(1, 5, 7).tolist(), strict=True))
    one, two = ("".join(rng.permutation(list("abcdefg"))[: rng.integers(1, 6)]) for _ in range(2))
    present = rng.permutation(sorted({*one, *two}))
    output = "".join(present[: rng.integers(0, len(present) + 1)])
    arrays = [rng.normal(size=[sizes[label] for label in term]) for term in (one, two)]
    y = sd.einsum(f"{one},{two}->{output}", *[sd.Variable(x) for x in arrays])
    left = "".join(label for label in one if label in output + two)
    other = sd.einsum(f"{output},{two}->{left}", sd.exp(y / 9), sd.Variable(arrays[1]))

    expected = np.einsum(f"{one},{two}->{output}", *arrays)
    np.testing.assert_allclose(y(), expected, rtol=1e-11, atol=1e-11)
    expected = np.einsum(f"{output},{two}->{left}", np.exp(expected / 9), arrays[1])
    np.testing.assert_allclose(other(), expected, rtol=1e-10, atol=1e-10)


def test_results_lie_as_functions_of_entries_read_them(rng):
    """Where a gradient is handed back through a weight and multiplied by a slope, neither is transposed."""
    x, w = (sd.Variable(rng.normal(size=(8, 8)), name) for name in "xw")
    h = sd.tanh(sd.tanh(x @ w) @ w)
    steps = sd.compile(sd.grad((h * h).sum(), x)).kernel({}).plan.steps
    entrywise = [step for step in steps if step.kind == "entries"]

    assert entrywise
    assert not any(
        steps[a].kind == "transpose" for step in entrywise for a in step.arguments if isinstance(a, int)
    )


def test_only_what_is_turned_is_new():
    """A graph whose results lie well already is the same graph."""
    x, w = sd.Variable(np.ones((4, 5)), "x"), sd.Variable(np.ones((5, 6)), "w")
    y = sd.tanh(x @ w)
    assert arrange_results(graph := Graph([y]), {}) is graph


def test_a_product_is_turned_for_those_who_read_it(rng):
    """A product whose label order nobody wants lies in the order of its only reader."""
    a, b, c = (sd.Variable(rng.normal(size=(6, 6)), name) for name in "abc")
    y = sd.tanh(sd.einsum("ij,kj->ik", a, b).T * c)
    (turned,) = arrange_results(Graph([y]), {}).outputs
    (product,) = [x for x in toposort(turned) if type(x) is Einsum and len(x.wiring.summed)]

    assert str(product.wiring) == "ab,cb->ca"
    np.testing.assert_allclose(turned(), np.tanh((a.value @ b.value.T).T * c.value), rtol=1e-12)


def test_the_cost_of_a_pair_counts_operations_entries_and_the_call():
    """A view takes nothing; symbolic sizes count as some number."""
    product = Wiring.of(["ij", "jk"], "ik", {"i": 2, "j": 3, "k": 4})
    assert pair_cost(product) == 2 * 2 * 3 * 4 + MOVE * (6 + 12 + 8) + CALL
    assert pair_cost(Wiring.of(["ij"], "ji", {"i": 2, "j": 3})) == 0
    assert pair_cost(Wiring.of(["i"], "", {"i": sd.Dim("n")})) > CALL


def test_orders_of_large_networks_take_bounded_work_and_are_the_same_each_time():
    """A grid of seven by seven is beyond an exact search."""
    names = itertools.count()
    groups = [[] for _ in range(49)]
    for k in range(49):
        for other in (k + 1 if k % 7 < 6 else 49, k + 7):
            if other < 49:
                label = next(names)
                groups[k].append(label)
                groups[other].append(label)
    inputs, sizes = tuple(map(tuple, groups)), (3,) * next(names)
    first = contraction_order(inputs, frozenset(), sizes)
    contraction_order.cache_clear()

    assert contraction_order(inputs, frozenset(), sizes) == first
    assert len(first) == 48


def test_factors_over_the_same_labels_are_multiplied_from_the_first_on():
    """Each into the product of those before it, however many there are."""
    assert contraction_order(((0,),) * 4, frozenset((0,)), (3,)) == ((0, 1), (0, 2), (0, 1))
    x = sd.Variable(np.linspace(0.1, 1, 5), "x")
    y = sd.einsum("i,i,i,i->i", sd.exp(x), sd.sin(x), sd.cos(x), sd.tanh(x))
    e, s, c, t = (f(x.value) for f in (np.exp, np.sin, np.cos, np.tanh))
    np.testing.assert_array_equal(y(), ((e * s) * c) * t)
