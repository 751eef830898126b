"""What is chosen by what NumPy is good at: sigmoids in single precision, and matrix products in blocks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import special

import symdiff as sd
from symdiff import machine
from symdiff.ops.entries import elementwise
from symdiff.planning import planner
from symdiff.planning.calls import blocking, products
from symdiff.planning.calls.blocking import block_sizes

LAYOUTS = list(itertools.product([False, True], repeat=2))


@pytest.mark.parametrize("threads", [1, 2, None])
def test_blocks_are_for_one_thread_of_a_library_with_such_kernels(threads, monkeypatch):
    """None stands for another library, or for a processor without these kernels."""
    count = None if threads is None else lambda: threads
    monkeypatch.setattr(machine, "_thread_count", lambda: count)

    assert machine.multiplies_unpacked() is (threads == 1)


def test_what_numpy_says_of_its_functions():
    """A function that NumPy does not list is not vectorised; a sum is, on every processor it is built for."""
    assert machine.is_vectorised("add", "float32") in (True, False)
    assert not machine.is_vectorised("no_such_function", "float32")


def test_without_word_from_numpy_nothing_is_vectorised(monkeypatch):
    """Older releases have no such list."""
    monkeypatch.delattr(np.lib, "introspect", raising=False)

    assert not machine.is_vectorised.__wrapped__("add", "float32")


@pytest.mark.parametrize("vectorised", [False, True])
def test_sigmoids_in_single_precision_are_right_to_the_last_digits(vectorised, monkeypatch):
    """In either form the relative error is below 5 / 2^24, as far as results are normal numbers."""
    monkeypatch.setattr(elementwise, "is_vectorised", lambda *_: vectorised)
    x = np.linspace(-86, 86, 100_001).astype(np.float32)
    with np.errstate(over="ignore"):
        found = sd.sigmoid(sd.Placeholder(x.shape, np.float32)).compute(np, x)
        ends = sd.sigmoid(sd.Placeholder((2,), np.float32)).compute(np, np.array([-1e30, 1e30], np.float32))

    expected = special.expit(x.astype(np.float64))
    assert found.dtype == np.float32
    assert np.max(np.abs(found / expected - 1)) < 5 * 2.0**-24
    assert ends.tolist() == [0, 1]


# --- which products are cut ---------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "right"), LAYOUTS)
def test_blocks_fill_the_product_and_stay_within_their_bounds(left, right):
    """Whole blocks only, small enough for BLAS to read them as they lie."""
    sizes = [1, 3, 8, 10, 16, 31, 64, 65, 100, 128, 500, 512, 784, 997, 1024, 1600, 5000]
    cut = 0
    for rows, inner, columns in itertools.product(sizes, repeat=3):
        blocks = block_sizes(rows, inner, columns, left, right)
        if blocks is not None:
            high, wide = blocks
            cut += 1
            assert rows % high == columns % wide == 0
            assert (high, wide) != (rows, columns)
            assert high * inner * wide <= blocking.SMALL
            assert high * wide <= blocking.SMALL_TURNED or not right
            assert high * wide >= blocking.LEAST

    assert cut > 100


@pytest.mark.parametrize(
    ("shape", "turned", "blocks"),
    [
        ((16, 784, 512), (False, False), (16, 64)),  # few rows
        ((784, 16, 512), (True, False), (196, 128)),  # a gradient by a weight
        ((16, 512, 784), (False, True), (8, 112)),  # a gradient by a layer's input
        ((100, 100, 100), (False, False), None),  # small enough as it is
        ((32, 128, 128), (False, True), (16, 64)),  # small, but slow if transposed
        ((512, 5000, 512), (False, False), None),  # sums so long that packing is quick beside them
        ((997, 512, 997), (False, False), None),  # nothing divides it
    ],
)
def test_blocks_of_common_products(shape, turned, blocks):
    """Rows, summed entries, columns; which of the factors are transposed."""
    assert block_sizes(*shape, *turned) == blocks


# --- what they compute --------------------------------------------------------------------------------


@pytest.fixture
def cut(monkeypatch):
    """Programs with blocks, whatever the machine; the plans of products know of it."""
    monkeypatch.setattr(planner, "multiplies_unpacked", lambda: True)
    monkeypatch.setattr(products, "multiplies_unpacked", lambda: True)


@pytest.fixture
def tiny_blocks(cut, monkeypatch):
    """Blocks of a few rows and columns, in all products of more than a few numbers."""
    bounds = {"SMALL": 400, "SMALL_TURNED": 64, "LINE": 1, "LEAST": 1, "WIDE": 4, "HIGH": 16}
    for name, bound in bounds.items():
        monkeypatch.setattr(blocking, name, bound)
    monkeypatch.setattr(blocking, "_gains_turned", lambda *_: True)
    block_sizes.cache_clear()
    products._sorted_forms.cache_clear()
    yield
    block_sizes.cache_clear()
    products._sorted_forms.cache_clear()


def blocks_of(program):
    """The settings of the products of a program that are cut."""
    return [s.settings for s in program.kernel({}).plan.steps if s.kind in ("dot", "matmul") and s.settings]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_and_its_gradients(cut, dtype, rng):
    """x W of a batch of 16, and both gradients, in blocks and right."""
    x, w, g = [rng.normal(size=s).astype(dtype) for s in [(16, 784), (784, 512), (16, 512)]]
    a, b = sd.Placeholder(x.shape, dtype, "x"), sd.Placeholder(w.shape, dtype, "w")
    y = a @ b
    program = sd.compile([y, *sd.grad(y, [a, b], g)], [a, b])
    found = program(x, w)

    assert len(blocks_of(program)) == 3
    long = [array.astype(np.float64) for array in (x, w, g)]
    expected = [long[0] @ long[1], long[2] @ long[1].T, long[0].T @ long[2]]
    tolerance = 2e-4 if dtype == "float32" else 1e-11
    for result, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(result, right, rtol=0, atol=tolerance)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_read_in_any_order(cut, order, rng):
    """What is given need not lie row by row, nor side by side."""
    x, w = rng.normal(size=(16, 784)), rng.normal(size=(784, 1024))
    a, b = sd.Placeholder(x.shape, name="x"), sd.Placeholder((784, 512), name="w")
    program = sd.compile(a @ b, [a, b])

    assert blocks_of(program)
    x, w = np.array(x, order=order), np.array(w, order=order)[:, ::2]
    np.testing.assert_allclose(program(x, w), x @ w, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    "equation",
    [
        "ij,jk->ik",
        "ji,jk->ik",
        "ij,kj->ik",
        "ji,kj->ik",
        "ij,jk->ki",
        "bij,bjk->bik",
        "bij,bkj->bik",
        "bij,jk->bik",
        "ij,bjk->bik",
        "bhij,bhkj->bhik",
        "bihj,bkhj->bhik",
        "ij,jk,kl->il",
        "ij,ij,jk->ik",
    ],
)
def test_products_in_tiny_blocks(tiny_blocks, equation, rng):
    """Every layout, alone and in batches, with gradients, within a concatenation and elementwise work."""
    inputs, output = equation.split("->")
    sizes = dict(zip("bhijkl", [2, 3, 16, 6, 8, 4], strict=True))
    shapes = [tuple(sizes[label] for label in labels) for labels in inputs.split(",")]
    arrays = [rng.normal(size=shape) for shape in shapes]
    x = [sd.Placeholder(shape, name=f"x{k}") for k, shape in enumerate(shapes)]
    y = sd.einsum(equation, *x)
    both = sd.concatenate([y, sd.tanh(y)], axis=-1)
    program = sd.compile([y, both, *sd.grad((y**2).sum() / 2, x)], x)
    found = program(*arrays)

    assert blocks_of(program)
    value = np.einsum(equation, *arrays)
    np.testing.assert_allclose(found[0], value, atol=1e-10)
    np.testing.assert_allclose(found[1], np.concatenate([value, np.tanh(value)], -1), atol=1e-10)
    for k, gradient in enumerate(found[2:]):
        others = [array for j, array in enumerate(arrays) if j != k]
        terms = [labels for j, labels in enumerate(inputs.split(",")) if j != k]
        expected = np.einsum(f"{','.join([*terms, output])}->{inputs.split(',')[k]}", *others, value)
        np.testing.assert_allclose(gradient, expected, atol=1e-9)


def test_symmetric_products_stay_whole(cut, rng):
    """BLAS computes half of X.T @ X, which no blocks would know of."""
    x = sd.Placeholder((600, 300), name="X")
    program = sd.compile(x.T @ x, [x])
    array = rng.normal(size=(600, 300))

    assert blocks_of(program) == []
    np.testing.assert_array_equal(program(array), program(array).T)
