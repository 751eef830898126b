"""The memory of programs: written in place, beside each other, piece by piece, and used again."""

from __future__ import annotations

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.backends.outputs import Output
from symdiff.planning.calls.views import contiguous, fits_blas, reshaped
from symdiff.planning.memory.heap import ALIGNMENT, Block, Heap, packed_offsets, rounded
from tests.cases import interpret

LARGE = (700, 500)  # an array that functions of entries go through piece by piece


def plan_of(*nodes):
    """The plan of a program of nodes."""
    return sd.compile(list(nodes)).kernel({}).plan


@pytest.fixture
def x(rng):
    return sd.Variable(rng.normal(size=(6, 5)), "x")


# --- a block of memory --------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 30)), max_size=60))
def test_room_is_never_given_twice(wishes):
    """What is taken at the same time does not overlap, and begins at a cache line."""
    heap, held = Heap(), []
    for size, until in wishes:
        offset = heap.take(size)
        assert offset % ALIGNMENT == 0
        for other, room, _ in held:
            assert size == 0 or room == 0 or offset + size <= other or other + room <= offset
        held.append((offset, size, until))
        for one in [entry for entry in held if entry[2] % 7 == len(held) % 7]:
            heap.give(one[0], one[1])
            held.remove(one)
    for offset, size, _ in held:
        heap.give(offset, size)
    assert heap.gaps in ([], [(0, heap.size)])


def test_gaps_are_used_before_the_block_grows():
    """The smallest gap that fits is taken; the last one grows."""
    heap = Heap()
    a, b, c = heap.take(640), heap.take(64), heap.take(128)
    heap.give(a, 640)
    heap.give(c, 128)
    assert heap.take(100) == c
    assert heap.take(600) == a
    heap.give(c, 100)
    assert heap.take(1024) == c
    assert heap.size == rounded(640) + rounded(64) + rounded(1024)
    assert b == 640


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20), st.integers(0, 20)), max_size=40))
def test_blocks_that_are_needed_together_lie_apart(wishes):
    """Largest first, and never more room than all of them side by side."""
    blocks = [Block(size, min(a, b), max(a, b)) for size, a, b in wishes]
    offsets, total = packed_offsets(blocks)

    assert total <= sum(rounded(block.size) for block in blocks)
    for k, one in enumerate(blocks):
        assert offsets[k] + rounded(one.size) <= total or not one.size
        for m, other in enumerate(blocks[:k]):
            together = one.born <= other.died and other.born <= one.died
            apart = offsets[k] + one.size <= offsets[m] or offsets[m] + other.size <= offsets[k]
            assert apart or not together or 0 in (one.size, other.size)


# --- views --------------------------------------------------------------------------------------------


@given(st.data())
def test_reshapes_are_views_where_numpy_says_so(data):
    """The strides are NumPy's, and a copy is made exactly where it makes one."""
    shape = tuple(data.draw(st.lists(st.sampled_from([1, 2, 3, 4]), max_size=4)))
    size = int(np.prod(shape))
    cuts = data.draw(st.permutations([*shape, 1]))
    middle = data.draw(st.integers(0, len(cuts)))
    target = (int(np.prod(cuts[:middle])), *cuts[middle:])
    order = data.draw(st.permutations(range(len(shape))))
    array = np.zeros(2 * size, np.int8)[:: data.draw(st.sampled_from([1, 2]))][:size].reshape(shape)
    array = array.transpose(order)
    found = reshaped(array.shape, array.strides, target)
    shown = np.shares_memory(array, array.reshape(target))

    assert (found is not None) == shown
    if found is not None:
        expected = array.reshape(target).strides
        assert [s for s, n in zip(found, target, strict=True) if n > 1] == [
            s for s, n in zip(expected, target, strict=True) if n > 1
        ]


def test_products_read_rows_or_columns_side_by_side():
    """What BLAS cannot read as it lies is copied in a step of its own, and counted."""
    assert fits_blas((4, 3), contiguous((4, 3)))
    assert fits_blas((3, 4), (1, 3))
    assert not fits_blas((2, 3), (6, 2))
    a = sd.Variable(np.arange(24.0).reshape(4, 6), "a")
    plan = plan_of(a[:, ::2] @ np.ones((3, 2)))
    assert [step.kind for step in plan.steps].count("copy") == 1
    np.testing.assert_array_equal((a[:, ::2] @ np.ones((3, 2)))(), a.value[:, ::2] @ np.ones((3, 2)))


# --- buffers ------------------------------------------------------------------------------------------


def test_a_chain_of_functions_takes_one_array(x):
    """Each result is written over its operand, the last one into what is handed out."""
    y = sd.exp(sd.tanh(sd.sin(sd.cos(x))))
    program = sd.compile(y)

    assert program.cost.peak_bytes == x.value.nbytes
    assert program.source.count("empty(") == 1
    np.testing.assert_array_equal(program(), np.exp(np.tanh(np.sin(np.cos(x.value)))))


def test_an_operand_that_is_read_again_is_kept(x):
    """Nothing is written over what a later step, a transposed view or an output needs."""
    y = sd.exp(x)
    for nodes in ([sd.sin(y) * y], [sd.sin(y), y], [sd.sin(y[:5]) + y[:5].T], [y[::-1] + y, sd.cos(y)]):
        for value, node in zip(sd.compile(nodes)(), nodes, strict=True):
            np.testing.assert_allclose(value, interpret(node), rtol=1e-15)


def test_a_choice_is_written_over_what_is_not_chosen(x):
    """where(c, a, b) over b, never over a."""
    a, b = sd.exp(x), sd.sin(x)
    for node in (sd.where(x > 0, a, b), sd.where(x > 0, 1.0, b), sd.where(x > 0, a, 2.0)):
        np.testing.assert_array_equal(sd.compile(sd.tanh(node))(), np.tanh(interpret(node)))


def test_what_is_concatenated_is_computed_in_its_place(x):
    """Along any axis; inputs, and what stands in two places, are copied."""
    parts = [sd.sin(x), sd.cos(x), sd.exp(x)]
    for axis, copies in ((0, 0), (1, 0)):
        y = sd.tanh(sd.concatenate(parts, axis))
        assert "copyto" not in sd.compile(y).source
        assert copies == 0
        np.testing.assert_array_equal(y(), np.tanh(np.concatenate([p() for p in parts], axis)))
    twice = sd.tanh(sd.concatenate([parts[0], x, parts[0]]))
    assert sd.compile(twice).source.count("copyto(") == 2
    np.testing.assert_array_equal(twice(), np.tanh(np.concatenate([parts[0](), x.value, parts[0]()])))


def test_products_are_written_into_rows_and_columns(rng):
    """Matrix products too stand where a stack, or columns side by side, want them."""
    a, b = (sd.Variable(rng.normal(size=(8, 8)), name) for name in "ab")
    for axis in (0, 1):
        y = sd.concatenate([a @ b, b @ a, a @ a], axis)
        source = sd.compile(sd.tanh(y)).source
        assert "copyto" not in source
        expected = np.concatenate(
            [p @ q for p, q in [(a.value, b.value), (b.value, a.value), (a.value,) * 2]], axis
        )
        np.testing.assert_allclose(sd.tanh(y)(), np.tanh(expected), rtol=1e-13)


def test_results_share_memory_with_nothing(x, rng):
    """Neither with inputs and variables, nor with each other, nor with what an earlier call returned."""
    p = sd.Placeholder((6, 5), name="p")
    nodes = [sd.exp(p), sd.exp(p).T, p, x, p[1:], sd.concatenate([sd.exp(p), x]), x + p, -(x + p)]
    program = sd.compile(nodes, [p])
    given = rng.normal(size=(6, 5))
    first, second = program(given), program(given)

    arrays = [*first, *second]
    for k, one in enumerate(arrays):
        for other in [given, x.value, *arrays[:k]]:
            assert not np.shares_memory(one, other)


def test_a_part_that_is_read_later_keeps_its_place(x):
    """A concatenation is not written over while one of its parts is needed, also for a result."""
    p = sd.sin(x)
    whole = sd.concatenate([p, sd.cos(x)])
    e = sd.tanh(sd.exp(whole))
    for nodes in ([sd.exp(whole), sd.broadcast_to(p, (3, 6, 5))], [e, p.T @ e[:6]]):
        for value, node in zip(sd.compile(nodes)(), nodes, strict=True):
            np.testing.assert_allclose(value, interpret(node), rtol=1e-14)


def test_what_is_reshaped_lies_side_by_side(x):
    """A part of columns is no view of other shape; it is computed apart and copied."""
    p, q = sd.tanh(x), sd.sin(x)
    for axis in (0, 1):
        node = sd.exp(sd.concatenate([p, q], axis=axis)).sum() + sd.cos(p.reshape(30)).sum()
        np.testing.assert_allclose(node(), interpret(node), rtol=1e-14)
        stacked = sd.exp(sd.stack([p, q], axis=axis))
        assert "copyto" not in sd.compile(stacked).source
        np.testing.assert_array_equal(stacked(), np.exp(np.stack([np.tanh(x.value), np.sin(x.value)], axis)))


# --- results that are used again ----------------------------------------------------------------------


def test_memory_that_was_let_go_is_used_again():
    """The same array comes back once nobody has it, and never before."""
    output = Output((100, 100), np.float64)
    first = output.array()
    address = first.ctypes.data
    assert not np.shares_memory(output.array(), first)
    view = first[3:]
    del first
    assert output.array().ctypes.data != address
    del view
    assert output.array().ctypes.data == address


def test_what_a_caller_keeps_is_not_overwritten():
    """Results, views of them and values of variables stay as they are."""
    w = sd.Variable(np.ones((200, 100)), "w")
    step = sd.compile(w * 3, updates={w: w + 1})
    kept, views, values = [], [], []
    for k in range(5):
        result = step()
        kept.append(result)
        views.append(step()[3:])
        values.append(w.value)
        assert (w.value == 2 * k + 3).all()
    assert [float(a[0, 0]) for a in kept] == [3.0 * (2 * k + 1) for k in range(5)]
    assert [float(a[0, 0]) for a in views] == [3.0 * (2 * k + 2) for k in range(5)]
    assert [float(a[0, 0]) for a in values] == [2 * k + 3 for k in range(5)]


def test_a_steady_program_allocates_nothing():
    """After two calls, calls whose results are let go take no more memory."""
    w = sd.Variable(np.ones((200, 300)), "w")
    x = sd.Placeholder((400, 200), name="x")
    loss = (sd.tanh(x @ w) ** 2).sum()
    step = sd.compile(loss, [x], updates={w: w - 0.01 * sd.grad(loss, w)})
    given = np.ones((400, 200))
    for _ in range(3):
        step(given)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for _ in range(3):
        step(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - before < 1 << 14


def test_what_a_caller_does_to_a_result_is_no_later_calls_business():
    """A result that was reshaped, made read-only or written into is whole again when its memory is used."""
    x = sd.Placeholder((200, 100), name="x")
    program = sd.compile(x + 1, [x])
    for change in ("shape", "strides", "writeable", "values"):
        result = program(np.ones((200, 100)))
        if change == "shape":
            result = result.view()
            result.shape = (100, 200)
        elif change == "strides":
            result = np.lib.stride_tricks.as_strided(result, (200, 100), (0, 8))
        elif change == "writeable":
            result.flags.writeable = False
        else:
            result[...] = 0
        del result
        np.testing.assert_array_equal(program(np.full((200, 100), 2.0)), np.full((200, 100), 3.0))


# --- pieces -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [LARGE, (350_001,), (3, 120_000), (2, 3, 70_000)])
def test_pieces_make_the_whole(shape, rng):
    """Whatever the shape and what is left over: values are those of NumPy, inputs are not written to."""
    a = sd.Placeholder(shape, name="a")
    b = sd.Placeholder(shape, name="b")
    row = sd.Placeholder(shape[-1:], name="row")
    y = sd.sigmoid(a) * b + sd.tanh(row) * sd.exp(-a * a)
    z = sd.where(a > b, sd.sin(y), y * 2)
    given = [rng.normal(size=size) for size in (shape, shape, shape[-1:])]
    before = [array.copy() for array in given]
    program = sd.compile([y, z], [a, b, row])

    first, second = program(*given)

    expected = before[1] / (1 + np.exp(-before[0])) + np.tanh(before[2]) * np.exp(-(before[0] ** 2))
    np.testing.assert_allclose(first, expected, rtol=1e-12)
    np.testing.assert_allclose(
        second, np.where(before[0] > before[1], np.sin(expected), expected * 2), rtol=1e-11
    )
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_large_arrays_go_in_pieces_and_intermediates_are_small(rng):
    """What only a piece needs has the size of a piece."""
    a = sd.Placeholder((2000, 500), name="a")
    program = sd.compile(sd.tanh(sd.exp(sd.sin(a) + 1) * sd.cos(a)), [a])

    assert "def piece" in program.source
    assert program.cost.peak_bytes < 1.5 * 2000 * 500 * 8
    value = rng.normal(size=(2000, 500))
    np.testing.assert_allclose(program(value), np.tanh(np.exp(np.sin(value) + 1) * np.cos(value)), rtol=1e-12)
    np.testing.assert_allclose(program(value.T.copy().T), program(value), rtol=1e-15)


def test_pieces_do_not_read_what_they_have_overwritten(rng):
    """An array that is read in another order is not written over."""
    a = sd.Variable(rng.normal(size=(800, 800)), "a")
    e = sd.exp(a)
    y = sd.tanh(sd.sin(e) + sd.cos(e.T) + e[::-1])
    value = np.exp(a.value)
    np.testing.assert_allclose(y(), np.tanh(np.sin(value) + np.cos(value.T) + value[::-1]), rtol=1e-12)


def test_what_an_earlier_run_of_pieces_made_is_kept_to_the_end_of_a_later_one(rng):
    """Pieces read all of it, so nothing else may lie there before the last piece is done."""
    x = sd.Variable(rng.normal(size=LARGE), "x")
    w = sd.Variable(rng.normal(size=(LARGE[1], 3)), "w")
    y = sd.exp(sd.sin(x * 2) * 0.5)
    z = y + (y @ w).sum()
    u, v = sd.sin(z), sd.cos(z)
    result = (sd.tanh(u) * sd.exp(v) + u * v * sd.sin(v + u)) @ w
    assert sd.compile(result).source.count("def piece") == 2
    np.testing.assert_allclose(result(), interpret(result), rtol=1e-6, atol=1e-6)


def test_what_an_operation_returns_may_lie_in_any_order(rng):
    """Pieces of it are rows, since its entries need not lie as they count."""
    x = sd.Placeholder(LARGE, name="x")
    y = sd.erf(x)
    program = sd.compile((sd.cos(sd.sin(sd.exp(y * 0.1))) * y) @ np.ones((LARGE[1], 3)), [x])
    value = rng.normal(size=LARGE)
    np.testing.assert_allclose(program(value), program(np.asfortranarray(value)), rtol=1e-12)
    turned = x.T[:, None, :]
    program = sd.compile(sd.sin(sd.cos(sd.exp(turned * 0.1))) * turned, [x])
    old = value.T[:, None, :]
    np.testing.assert_allclose(program(value), np.sin(np.cos(np.exp(old * 0.1))) * old, rtol=1e-12)


# --- threads ------------------------------------------------------------------------------------------


def test_ten_threads_have_the_results_of_one(rng):
    """Each call has a workspace of its own, and compiling is safe as well."""
    x = sd.Placeholder((40, 30), name="x")
    w = sd.Variable(rng.normal(size=(30, 30)), "w")

    def build():
        h = x
        for _ in range(4):
            h = sd.tanh(h @ w)
        loss = (h * h).sum()
        return sd.compile([loss, sd.grad(loss, w)], [x])

    program = build()
    values = [rng.normal(size=(40, 30)) for _ in range(10)]
    expected = [program(value) for value in values]
    wrong: list[int] = []

    def work(k: int) -> None:
        own = build()
        for turn in range(100):
            for run in (program, own) if turn % 10 == 0 else (program,):
                for one, two in zip(run(values[k]), expected[k], strict=True):
                    if not np.array_equal(one, two):
                        wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
