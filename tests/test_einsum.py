"""Einsum: every equation that NumPy takes and more, exact derivatives, and the algebra of wirings.

An einsum is linear in each operand, so its derivatives of every order are known exactly: put the
directions in the operands' places, in every way. No step size is needed, and none is used.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.check import check_grad
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Constant
from symdiff.wiring import Wiring
from tests.cases import interpret
from tests.profiles import examples

FORMS = [  # an equation, shapes of its operands; operands with one name are one variable
    ("i,i->", "xx", {"x": (3,)}),
    ("i,i->i", "xx", {"x": (3,)}),
    ("ij,jk->ik", "xx", {"x": (3, 3)}),
    ("ij,kj->ik", "xx", {"x": (2, 3)}),
    ("ij,ji", "xx", {"x": (2, 2)}),
    ("i,i,i->i", "xxx", {"x": (3,)}),
    ("i,j,k->ijk", "xxx", {"x": (2,)}),
    ("i,ij,j->", "xmx", {"x": (2,), "m": (2, 2)}),
    ("ii->i", "x", {"x": (3, 3)}),
    ("ii->", "x", {"x": (3, 3)}),
    ("ii", "x", {"x": (3, 3)}),
    ("iii->i", "x", {"x": (2, 2, 2)}),
    ("iij->j", "x", {"x": (2, 2, 3)}),
    ("iij->ij", "x", {"x": (2, 2, 3)}),
    ("iji->j", "x", {"x": (2, 3, 2)}),
    ("ii,jj->ij", "xy", {"x": (2, 2), "y": (3, 3)}),
    ("ii,ii->", "xx", {"x": (2, 2)}),
    ("ij->j", "x", {"x": (2, 3)}),
    ("ij->", "x", {"x": (2, 3)}),
    ("ij,k->k", "xy", {"x": (2, 3), "y": (2,)}),
    ("ij,jk,kl->il", "xyz", {"x": (2, 3), "y": (3, 2), "z": (2, 2)}),
    ("ij,jk,kl->", "xyx", {"x": (2, 3), "y": (3, 2)}),
    ("ji", "x", {"x": (2, 3)}),
    ("ba,cb", "xy", {"x": (2, 3), "y": (2, 2)}),
    ("ij,jk", "xy", {"x": (2, 3), "y": (3, 2)}),
    ("...ij,...jk->...ik", "xy", {"x": (2, 2, 3), "y": (3, 2)}),
    ("i...,i...->...", "xy", {"x": (3, 2), "y": (3, 2)}),
    ("i...j,j...->i...", "xy", {"x": (2, 3, 2), "y": (2, 3)}),
    ("i...j->j...i", "x", {"x": (2, 2, 2, 3)}),
    ("...i,...i", "xx", {"x": (2, 3)}),
    ("i...", "x", {"x": (2, 3)}),
    ("...,...", "xy", {"x": (2, 1), "y": (3,)}),
    ("...j,j->...", "xy", {"x": (3,), "y": (3,)}),
    ("ij,ij->ij", "xy", {"x": (2, 1), "y": (2, 3)}),
    ("ij,jk->ik", "xy", {"x": (2, 1), "y": (3, 2)}),
    ("i,i", "xy", {"x": (1,), "y": (3,)}),
    ("...i,...i->...", "xy", {"x": (1, 2), "y": (3, 2)}),
    ("ij,jk->ik", "xy", {"x": (2, 0), "y": (0, 3)}),
    ("ij->i", "x", {"x": (2, 0)}),
    ("ij,jk->ik", "xy", {"x": (0, 2), "y": (2, 3)}),
    ("ii->i", "x", {"x": (0, 0)}),
    (" i j , j k -> i k ", "xy", {"x": (2, 3), "y": (3, 2)}),
    ("i ... -> ... i", "x", {"x": (2, 3)}),
    (",->", "xy", {"x": (), "y": ()}),
    (",i->i", "xy", {"x": (), "y": (3,)}),
    (",,->", "xxx", {"x": ()}),
    ("->", "x", {"x": ()}),
    ("", "x", {"x": ()}),
    ("...", "x", {"x": ()}),
    ("Zz,zA->AZ", "xy", {"x": (2, 3), "y": (3, 2)}),
    ("abc,abd,aed->ce", "xxy", {"x": (2, 2, 2), "y": (2, 3, 2)}),
]


class Sample(NamedTuple):
    """An einsum in terms of integer labels, with the variables and arrays that fill its places."""

    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    sizes: tuple[int, ...]
    places: tuple[sd.Variable, ...]

    @property
    def variables(self) -> list[sd.Variable]:
        """The variables, each once."""
        return list(dict.fromkeys(self.places))

    @property
    def node(self) -> sd.Node:
        """The graph, from an equation with letters."""
        letters = ["".join("abcdefgh"[label] for label in labels) for labels in (*self.inputs, self.output)]
        held = {label for labels in self.inputs for label in labels}
        new = {"abcdefgh"[label]: self.sizes[label] for label in self.output if label not in held}
        return sd.einsum(f"{','.join(letters[:-1])}->{letters[-1]}", *self.places, sizes=new)


def meaning(sample: Sample, arrays: list[Any]) -> Any:
    """Multiply over all label assignments, and add up into the output."""
    used = {label for labels in (*sample.inputs, sample.output) for label in labels}
    sizes = [size if label in used else 1 for label, size in enumerate(sample.sizes)]
    index = np.indices(sizes)
    product = np.ones(sizes)
    for labels, array in zip(sample.inputs, arrays, strict=True):
        product = product * array[tuple(index[label] for label in labels)]
    result = np.zeros([1, *(sizes[label] for label in sample.output)])
    np.add.at(result, (np.zeros(sizes, int), *(index[label] for label in sample.output)), product)
    return result[0]


def derivative(sample: Sample, moves: list[tuple[sd.Variable, Any]]) -> Any:
    """The derivative along directions: each in some place of its variable, in every way."""
    total = np.zeros([sample.sizes[label] for label in sample.output])
    for chosen in itertools.permutations(range(len(sample.places)), len(moves)):
        if all(sample.places[k] is variable for k, (variable, _) in zip(chosen, moves, strict=True)):
            arrays: list[Any] = [variable.value for variable in sample.places]
            for k, (_, direction) in zip(chosen, moves, strict=True):
                arrays[k] = direction
            total = total + meaning(sample, arrays)
    return total


def assert_derivatives_are_exact(sample: Sample, order: int) -> None:
    """Forward and reverse derivatives along random directions, against the definition."""
    rng = np.random.default_rng(5)
    y = sample.node
    weights = rng.normal(size=y.shape)
    for variables in itertools.combinations_with_replacement(sample.variables, order):
        moves = [(variable, rng.normal(size=variable.shape)) for variable in variables]
        expected = derivative(sample, moves)
        ahead, back = y, sd.einsum(y, list(range(y.ndim)), weights, list(range(y.ndim)), [])
        for variable, direction in moves:
            ahead = sd.jvp(ahead, variable, direction)
            back = (sd.grad(back, variable) * direction).sum()
        np.testing.assert_allclose(ahead(), expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(back(), (weights * expected).sum(), rtol=1e-12, atol=1e-12)


# --- NumPy's forms --------------------------------------------------------------------------------------


def form(equation: str, names: str, shapes: dict[str, tuple[int, ...]]) -> tuple[sd.Node, list[sd.Variable]]:
    """The graph of a row of FORMS, and its variables."""
    rng = np.random.default_rng(len(equation))
    made = {name: sd.Variable(rng.normal(size=shape), name) for name, shape in shapes.items()}
    return sd.einsum(equation, *[made[name] for name in names]), list(made.values())


@pytest.mark.parametrize(("equation", "names", "shapes"), FORMS)
def test_forms_mean_what_numpy_means(equation, names, shapes):
    """The friendly function takes every form that NumPy takes."""
    y, variables = form(equation, names, shapes)
    arrays = {variable.name: variable.value for variable in variables}
    expected = np.asarray(np.einsum(equation, *[arrays[name] for name in names]))

    assert y.shape == expected.shape
    np.testing.assert_allclose(y(), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(("equation", "names", "shapes"), FORMS)
def test_forms_have_right_derivatives(equation, names, shapes):
    """Three orders agree with finite differences, in both modes."""
    y, variables = form(equation, names, shapes)

    check_grad(y, variables, 3)


@pytest.mark.parametrize(("equation", "names", "shapes"), FORMS)
def test_forms_are_homogeneous(equation, names, shapes):
    """<gradient by x, x> is the value, as often as x occurs: Euler's identity, to rounding."""
    y, variables = form(equation, names, shapes)
    weights = np.random.default_rng(3).normal(size=y.shape)
    value = (weights * y()).sum()

    for x in variables:
        slope = sd.vjp(y, x, weights)
        count = names.count(x.name)
        np.testing.assert_allclose((slope() * x.value).sum(), count * value, rtol=1e-12, atol=1e-12)
        twice = sd.grad((slope * x.value).sum(), x)
        expected = count * (count - 1) * value
        np.testing.assert_allclose((twice() * x.value).sum(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("output", [None, [0, 2], [2, 0], [], [1]])
def test_interleaved_form_is_numpys(output, rng):
    """Operands and label lists in turn, with or without an output."""
    x, y = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    tail = [] if output is None else [output]

    found = sd.einsum(sd.Variable(x), [0, 1], sd.Variable(y), [1, 2], *tail)

    np.testing.assert_allclose(found(), np.einsum(x, [0, 1], y, [1, 2], *tail), rtol=1e-13)


def test_interleaved_form_takes_an_ellipsis(rng):
    """`Ellipsis` in a label list stands for the axes that it stands for in NumPy."""
    x = rng.normal(size=(2, 3, 4))

    found = sd.einsum(sd.Variable(x), [0, ..., 5], [5, ...])

    np.testing.assert_allclose(found(), np.einsum(x, [0, ..., 5], [5, ...]), rtol=1e-13)


def test_more_than_52_labels(rng):
    """NumPy gives up after 52 labels; a chain of 60 matrices has 61."""
    matrices = [sd.Variable(rng.normal(size=(2, 2))) for _ in range(60)]
    arguments = [item for k, m in enumerate(matrices) for item in (m, [1000 + k, 1001 + k])]
    y = sd.einsum(*arguments, [1000, 1060])
    dx = rng.normal(size=(2, 2))

    np.testing.assert_allclose(y(), np.linalg.multi_dot([m.value for m in matrices]), rtol=1e-11)
    moved = [m.value for m in matrices]
    moved[31] = dx
    np.testing.assert_allclose(sd.jvp(y, matrices[31], dx)(), np.linalg.multi_dot(moved), rtol=1e-11)
    assert "a1" in str(Wiring.of([range(60)], [59], [1] * 60))


@pytest.mark.parametrize(
    ("equation", "shape", "sizes"),
    [
        ("i->ii", (3,), {}),
        ("ij->iij", (2, 3), {}),
        ("ij->jij", (2, 3), {}),
        ("i->iii", (2,), {}),
        ("ii->ii", (3, 3), {}),
        ("ij->ii", (2, 3), {}),
        ("i->iji", (2,), {"j": 3}),
        ("i->jj", (2,), {"j": 3}),
        ("->ii", (), {"i": 3}),
        ("i->ij", (2,), {"j": 4}),
        ("i->j", (2,), {"j": 0}),
        ("i->ii", (0,), {}),
        ("i->ii", (1,), {}),
    ],
)
def test_output_labels_beyond_numpy(equation, shape, sizes, rng):
    """A label repeated in the output writes a diagonal; one that is only there broadcasts."""
    left, right = equation.split("->")
    table = {**dict(zip(left, shape, strict=True)), **sizes}
    names = sorted(table)
    x = sd.Variable(rng.normal(size=shape), "x")
    sample = Sample(
        (tuple(names.index(label) for label in left),),
        tuple(names.index(label) for label in right),
        tuple(table[label] for label in names),
        (x,),
    )
    y = sd.einsum(equation, x, sizes=sizes)

    np.testing.assert_allclose(y(), meaning(sample, [x.value]), rtol=1e-13)
    assert_derivatives_are_exact(sample, 1)
    check_grad(y * y, x, 2)


# --- random equations -----------------------------------------------------------------------------------


@st.composite
def samples(draw: Any) -> Sample:
    """1 to 4 operands over up to 5 labels, with repeats, sizes 0 and 1, and shared variables."""
    sizes = tuple(draw(st.lists(st.sampled_from([2, 3, 2, 1, 0]), min_size=1, max_size=5)))
    labels = st.lists(st.integers(0, len(sizes) - 1), max_size=3).map(tuple)
    inputs = tuple(draw(st.lists(labels, min_size=1, max_size=4)))
    output = tuple(draw(st.lists(st.integers(0, len(sizes) - 1), max_size=4)))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    places: list[sd.Variable] = []
    for labels_ in inputs:
        shape = tuple(sizes[label] for label in labels_)
        alike = [variable for variable in places if variable.shape == shape]
        if alike and draw(st.booleans()):
            places.append(alike[0])
        else:
            places.append(sd.Variable(rng.normal(size=shape), f"x{len(places)}"))
    return Sample(inputs, output, sizes, tuple(places))


@given(samples())
@examples(150)
def test_random_equations_have_the_value_of_their_definition(sample):
    """Whatever the equation, the program computes its definition."""
    y = sample.node

    expected = meaning(sample, [variable.value for variable in sample.places])

    assert y.shape == expected.shape
    np.testing.assert_allclose(y(), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(interpret(y), expected, rtol=1e-12, atol=1e-12)


@given(samples(), st.integers(1, 3))
@examples(120)
def test_random_equations_have_exact_derivatives(sample, order):
    """Three orders, in both modes, to rounding."""
    assert_derivatives_are_exact(sample, order)


@given(samples())
@examples(60)
def test_random_jacobians_are_exact(sample):
    """The cotangent with leading axes: contracted with a direction, the Jacobian is the derivative."""
    y = sample.node
    for variable in sample.variables:
        direction = np.cos(np.arange(variable.size)).reshape(variable.shape)
        dense = sd.jacobian(y, variable)()
        found = np.tensordot(dense, direction, variable.ndim)
        np.testing.assert_allclose(found, derivative(sample, [(variable, direction)]), rtol=1e-12, atol=1e-12)


@given(samples(), samples())
@examples(60)
def test_einsums_of_einsums_keep_their_value(outer, inner):
    """Nesting, merging and planning change how a value is computed, never what it is."""
    variable = outer.places[0]
    replaced = inner.node.sum() * variable + variable
    (y,) = sd.substitute([outer.node], {variable: replaced})
    total = meaning(inner, [x.value for x in inner.places]).sum()
    arrays = [x.value * (1 + total * (x is variable)) for x in outer.places]

    np.testing.assert_allclose(y(), meaning(outer, arrays), rtol=1e-10, atol=1e-10)


@given(samples())
@examples(80)
def test_derivatives_of_random_einsums_hold_no_arrays(sample):
    """No ones and no identities among the factors: only variables and wires."""
    y = sample.node
    for variable in sample.variables:
        second = sd.jacobian(sd.jacobian(y, variable), variable)
        for node in sd.toposort(second):
            assert not isinstance(node, Constant)
            assert (
                not node.operands
                or all(x.operands or x in sample.places for x in node.operands)
                or (isinstance(node, Add))
            )


# --- structure ------------------------------------------------------------------------------------------


def test_hessian_of_a_quadratic_form_is_the_symmetric_matrix():
    """Interning makes 'the same graph' the same object."""
    x, a = sd.Variable(np.ones(3), "x"), sd.Variable(np.eye(3), "a")

    assert sd.hessian(x @ a @ x, x) is a + a.T


def test_hessian_of_a_factorisation_is_one_small_core():
    """The Hessian of ||T - U V'||² by U is a delta times 2 V'V, never written out."""
    t, u, v = (
        sd.Variable(np.ones(shape), name) for name, shape in [("t", (4, 5)), ("u", (4, 2)), ("v", (5, 2))]
    )

    h = sd.hessian(((t - u @ v.T) ** 2).sum(), u)

    assert isinstance(h, Einsum)
    assert h.operands == (v, v)
    assert h.coefficient == 2
    assert str(h.wiring) == "ab,ac->dbdc"
    np.testing.assert_allclose(h(), 10 * np.einsum("ij,kl->ikjl", np.eye(4), np.ones((2, 2))))


def test_third_derivative_of_a_separable_cube_is_a_delta():
    """A diagonal in four dimensions is one einsum with a repeated output label."""
    x = sd.Variable([1.0, 2.0], "x")

    third = sd.jacobian(sd.hessian((x * x * x).sum(), x), x)

    assert third is sd.einsum("->iii", 6.0 * sd.ones(()), sizes={"i": 2})


def test_identity_disappears_in_a_product():
    """Contracting with an identity renames a label."""
    a = sd.Variable(np.ones((3, 3)), "a")

    assert a @ sd.eye(3) is a
    assert sd.eye(3) @ a is a
    assert (a * sd.eye(3)).sum() is a.trace()


def test_one_equation_in_any_letters_is_one_node():
    """Labels are renamed canonically at construction."""
    x, y = sd.Variable(np.ones((2, 3)), "x"), sd.Variable(np.ones((3, 2)), "y")
    first = sd.einsum("ij,jk->ik", x, y)

    assert sd.einsum("pq,qr->pr", x, y) is first
    assert sd.einsum(x, [7, 3], y, [3, 9], [7, 9]) is first
    assert sd.einsum("ij,jk", x, y) is first
    assert sd.einsum("jk,ij->ik", y, x) is first
    assert x @ y is first


@pytest.mark.parametrize("equation", ["i,i,i->", "ij,jk,ki->", "i,j->ij", "ij,ji->", "ii,jj->"])
def test_equal_operands_have_one_order(equation):
    """However equal operands are listed, the node is the same."""
    left, right = equation.split("->")
    terms = left.split(",")
    x = sd.Variable(np.ones([2] * len(terms[0])), "x")
    swapped = {
        sd.einsum(f"{','.join(order)}->{output}", *[x] * len(terms))
        for order in itertools.permutations(terms)
        for output in {right}
    }

    assert len(swapped) == 1


def test_views_merge_at_construction():
    """A transpose, a broadcast, a diagonal or a scaling is no node of its own below a product."""
    x, y = sd.Variable(np.ones((3, 3)), "x"), sd.Variable(np.ones((3, 3)), "y")

    assert (x.T @ (2 * y).T).operands == (x, y)
    assert x.T.T is x
    assert sd.negative(-x) is x
    assert (x / 3) * 3 is x


# --- the algebra of wirings -----------------------------------------------------------------------------


@given(samples(), st.data())
@examples(100)
def test_swapping_twice_changes_nothing(sample, data):
    """The derivative of the derivative by the same place is the contraction itself."""
    wiring = Wiring.of(sample.inputs, sample.output, dict(enumerate(sample.sizes)))
    k = data.draw(st.integers(0, len(sample.inputs) - 1))

    assert wiring.swap(k).swap(k) == wiring


@given(samples())
@examples(50)
def test_renaming_labels_changes_nothing(sample):
    """Labels of any kind give the same wiring."""
    renamed = [[f"label {9 - label}" for label in labels] for labels in (*sample.inputs, sample.output)]
    sizes = {f"label {9 - label}": size for label, size in enumerate(sample.sizes)}

    one = Wiring.of(sample.inputs, sample.output, dict(enumerate(sample.sizes)))

    assert Wiring.of(renamed[:-1], renamed[-1], sizes) == one


@given(st.data())
@examples(100)
def test_nesting_is_associative(data):
    """Contractions of contractions may be merged from inside or from outside."""
    sizes = (2, 2, 2)

    def draw(rank: int, count: int) -> Wiring:
        label = st.integers(0, 2)
        inputs = [data.draw(st.lists(label, min_size=2, max_size=2)) for _ in range(count)]
        output = data.draw(st.lists(label, min_size=rank, max_size=rank))
        used = {label for labels in (*inputs, output) for label in labels}
        return Wiring.of(inputs, output, {label: sizes[label] for label in used})

    outer, middle, inner = draw(2, 2), draw(2, 2), draw(2, 1)

    assert outer.nest(1, middle.nest(0, inner)) == outer.nest(1, middle).nest(1, inner)


def test_nesting_a_view_is_what_einsum_means(rng):
    """A wiring nested in another is the contraction of the contraction."""
    x, y = sd.Variable(rng.normal(size=(2, 3)), "x"), sd.Variable(rng.normal(size=(2, 4)), "y")
    inner = Wiring.of(["ij"], "ji", {"i": 2, "j": 3})
    outer = Wiring.of(["ab", "bc"], "ac", {"a": 3, "b": 2, "c": 4})

    merged = outer.nest(0, inner)

    assert str(merged) == "ab,ac->bc"
    np.testing.assert_allclose(sd.einsum(str(merged), x, y)(), x.value.T @ y.value, rtol=1e-13)


# --- messages -------------------------------------------------------------------------------------------


def test_disagreeing_sizes_name_label_sizes_and_operands():
    """The message holds the two facts that disagree and who they belong to."""
    w, x = sd.Variable(np.ones((3, 4)), "w"), sd.Variable(np.ones((5, 2)), "x")

    with pytest.raises(sd.ShapeError) as caught:
        sd.einsum("ij,jk->ik", w, x)

    for part in ('einsum("ij,jk->ik")', "label j", "is 4", "operand 0 (w: 3×4)", "5", "operand 1 (x: 5×2)"):
        assert part in str(caught.value)
