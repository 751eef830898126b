"""What is computed row by row on a long stack runs in chunks: the same values, in less memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import symdiff as sd
from symdiff.modules import LSTM, RNN, Linear
from symdiff.optim import Adam
from symdiff.planning.graphs import chunks, rowwise
from symdiff.planning.graphs.rowwise import Wire, wires

# --- heads on the states of a loop ----------------------------------------------------------------------


def plain(states, w, b, y):
    return [sd.softmax_cross_entropy(sd.stack(states) @ w + b, y).mean()]


def in_one_row(states, w, b, y):
    """Steps and batch as one axis."""
    stack = sd.stack(states)
    count = stack.shape[0] * stack.shape[1]
    scores = stack.reshape((count, stack.shape[2])) @ w + b
    return [sd.softmax_cross_entropy(scores, y.reshape((count,))).mean()]


def concatenated(states, w, b, y):
    rows = sd.concatenate(states)
    return [sd.softmax_cross_entropy(rows @ w + b, y.reshape((rows.shape[0],))).mean()]


def batch_first(states, w, b, y):
    return [sd.softmax_cross_entropy(sd.stack(states, axis=1) @ w + b, y.T).mean()]


def read_along_time(states, w, b, y):
    """A second reader of the stack, which needs all of it at once, and the stack as a result."""
    stack = sd.stack(states)
    return [sd.softmax_cross_entropy(stack @ w + b, y).mean() + (sd.cumsum(stack, 0) ** 2).mean(), stack]


def attention(states, w, b, y):
    """Every step reads every other one."""
    stack = sd.stack(states)
    p = sd.softmax(sd.einsum("tbh,sbh->bts", stack, stack), axis=-1)
    return [sd.softmax_cross_entropy(sd.einsum("bts,sbh->tbh", p, stack) @ w + b, y).mean()]


def scores_as_results(states, w, b, y):
    scores = sd.stack(states) @ w + b
    return [sd.softmax_cross_entropy(scores, y).mean(), scores, sd.argmax(scores, axis=-1), scores.max()]


def normalised_over_time(states, w, b, y):
    """A sum over all chunks that each of them needs."""
    stack = sd.stack(states)
    return [sd.softmax_cross_entropy((stack - stack.mean(axis=0)) / stack.std() @ w + b, y).mean()]


def beside_one_step(states, w, b, y):
    """The gradient by that step sums up what is cut, in a part of an array as long as the stack."""
    stack = sd.concatenate(states).reshape((len(states), *states[0].shape))
    return [sd.softmax_cross_entropy(1.5 * (stack + stack[3]), y).mean() + (w * w).sum() + (b * b).sum()]


def two_heads(states, w, b, y):
    stack, mask = sd.stack(states), sd.cast(y > 0, w.dtype)
    loss = (sd.softmax_cross_entropy(stack @ w + b, y) * mask).sum() / mask.sum()
    return [loss + (sd.relu(stack) @ w).max(), stack[3], stack[2:7].sum()]


def another_loop(states, w, b, y):
    """A loop that reads what comes out of the head step by step."""
    scores = sd.tanh(sd.stack(states) @ w + b)
    state, later = sd.zeros(scores.shape[1:], scores.dtype), []
    for t in range(len(states)):
        state = sd.tanh(scores[t] + state * 0.5)
        later.append(state)
    return [sd.softmax_cross_entropy(sd.stack(later), y).mean()]


def cut_by_hand(states, w, b, y):
    """Chunks that the user made, of the same length."""
    stack = sd.stack(states)
    parts = [sd.softmax_cross_entropy(stack[t : t + 2] @ w + b, y[t : t + 2]).sum() for t in range(0, 8, 2)]
    return [sum(parts) + sd.softmax_cross_entropy(stack @ w + b, y).mean()]


def after_a_while(states, w, b, y):
    return [sd.softmax_cross_entropy(sd.stack(states)[5:] @ w + b, y[5:]).mean()]


HEADS = [
    plain,
    in_one_row,
    concatenated,
    batch_first,
    read_along_time,
    attention,
    scores_as_results,
    normalised_over_time,
    beside_one_step,
    two_heads,
    another_loop,
    cut_by_hand,
    after_a_while,
]


def loop(head, length=23, batch=4, hidden=6, scores=5, dtype=np.float64):
    """A tanh loop with a head, the loss's gradients, the inputs and values of them."""
    rng = np.random.default_rng(0)
    u, w, out, b = (
        sd.Variable((rng.normal(size=shape) / 2).astype(dtype), name)
        for shape, name in (
            ((3, hidden), "u"),
            ((hidden, hidden), "w"),
            ((hidden, scores), "out"),
            (scores, "b"),
        )
    )
    x, y = sd.Placeholder((length, batch, 3), dtype, "x"), sd.Placeholder((length, batch), int, "y")
    state, states = sd.zeros((batch, hidden), dtype), []
    for t in range(length):
        state = sd.tanh(x[t] @ u + state @ w)
        states.append(state)
    outputs = head(states, out, b, y)
    values = rng.normal(size=x.shape).astype(dtype), rng.integers(0, scores, y.shape)
    return [*outputs, *sd.grad(outputs[0], [u, w, out, b])], [x, y], values


@pytest.fixture
def small(monkeypatch):
    """Chunks of few rows, wherever they can be."""
    monkeypatch.setattr(rowwise, "LITTLE", 1e9)
    monkeypatch.setattr(chunks, "ROWS", 8)


@pytest.mark.parametrize(("length", "batch", "dtype"), [(23, 4, np.float64), (18, 1, np.float32)])
@pytest.mark.parametrize("head", HEADS)
def test_chunks_have_the_values_of_the_whole(monkeypatch, head, length, batch, dtype):
    """Losses, gradients and whatever else is read, up to the rounding of sums."""
    outputs, inputs, values = loop(head, length, batch, dtype=dtype)
    expected = sd.compile(outputs, inputs)(*values)
    monkeypatch.setattr(rowwise, "LITTLE", 1e9)

    for rows in (7, 8):
        monkeypatch.setattr(chunks, "ROWS", rows)
        for one, other in zip(sd.compile(outputs, inputs)(*values), expected, strict=True):
            scale = np.abs(other).max() + 1e-3
            assert one.dtype == other.dtype
            np.testing.assert_allclose(one, other, atol=2e3 * np.finfo(dtype).eps * scale)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.usefixtures("small")
def test_limits_change_no_bit(head):
    """Whatever has to be made again."""
    outputs, inputs, values = loop(head, length=9, batch=8)
    whole = sd.compile(outputs, inputs)
    try:
        limit = int(0.75 * whole.cost.peak_bytes)
        program = sd.compile(outputs, inputs, memory_limit=limit)
    except sd.MemoryLimitError as error:
        limit = error.smallest
        program = sd.compile(outputs, inputs, memory_limit=limit)

    assert program.cost.peak_bytes <= limit
    for one, other in zip(program(*values), whole(*values), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.usefixtures("small")
def test_gradients_of_chunks_are_slopes():
    """Finite differences say the same."""
    outputs, inputs, values = loop(plain, length=12, batch=3)
    variables = [node for node in sd.toposort(*outputs) if isinstance(node, sd.Variable)]

    sd.check_grad(outputs[0], variables, 1, feeds=dict(zip(inputs, values, strict=True)))


def test_a_chunk_is_done_before_the_steps_that_need_no_more_of_it():
    """The scores of one chunk are there at a time, and half of the memory is enough without a limit."""
    outputs, inputs, _ = loop(plain, length=64, batch=128, hidden=32, scores=40, dtype=np.float32)
    program = sd.compile(outputs, inputs)
    chunk, whole = 8 * 128, 64 * 128

    shapes = [row.result for row in program.cost.table]

    assert f"float32[{chunk},40]" in shapes
    assert f"float32[{whole},40]" not in shapes
    states = 4 * whole * 32
    assert program.cost.peak_bytes < 2.2 * states


def test_few_rows_stay_whole():
    """A stack of no more rows than two chunks have is not cut."""
    outputs, inputs, _ = loop(plain, length=64, batch=32, hidden=4)

    assert "float64[64,32,5]" in {row.result for row in sd.compile(outputs, inputs).cost.table}


# --- char-RNNs ------------------------------------------------------------------------------------------


def char_rnn(kind, length, batch, hidden=32, vocabulary=20, dtype=np.float32):
    """The loss of a character model over all steps, its variables, and its inputs with values."""
    cell, head = kind(vocabulary, hidden, rng=0, dtype=dtype), Linear(hidden, vocabulary, rng=1, dtype=dtype)
    x, y = (sd.Placeholder((length, batch), int, name) for name in "xy")
    states, _ = cell(x)
    loss = sd.softmax_cross_entropy(head(states), y).mean()
    rng = np.random.default_rng(2)
    values = [rng.integers(0, vocabulary, (length, batch)) for _ in range(2)]
    return loss, [*cell.parameters(), *head.parameters()], [x, y], values


def measured(program, values):
    """The most bytes that a first call holds, and its results."""
    tracemalloc.start()
    results = program(*values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, results


@pytest.mark.parametrize(("kind", "length", "batch"), [(RNN, 120, 256), (LSTM, 80, 256)])
def test_a_char_rnn_runs_in_a_fifth(kind, length, batch):
    """Loss over all steps and all gradients: the peak as planned and as measured, and the same bits."""
    loss, variables, inputs, values = char_rnn(kind, length, batch)
    outputs = [loss, *sd.grad(loss, variables)]
    whole = sd.compile(outputs, inputs)
    limit = whole.cost.peak_bytes // 5

    program = sd.compile(outputs, inputs, memory_limit=limit)

    assert program.cost.peak_bytes <= limit
    peak, results = measured(program, values)
    assert abs(peak - program.cost.peak_bytes) <= 0.05 * program.cost.peak_bytes + (1 << 16)
    for one, other in zip(results, whole(*values), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("length", "batch", "dtype"), [(37, 50, np.float64), (90, 1, np.float32)])
@pytest.mark.parametrize("kind", [RNN, LSTM])
def test_other_sizes_of_char_rnns(monkeypatch, kind, length, batch, dtype):
    """Lengths that no chunk divides, and a batch of one."""
    monkeypatch.setattr(chunks, "ROWS", 8 * batch)
    loss, variables, inputs, values = char_rnn(kind, length, batch, hidden=24, vocabulary=8, dtype=dtype)
    outputs = [loss, *sd.grad(loss, variables)]
    whole = sd.compile(outputs, inputs)

    program = sd.compile(outputs, inputs, memory_limit=int(0.8 * whole.cost.peak_bytes))

    for one, other in zip(program(*values), whole(*values), strict=True):
        np.testing.assert_array_equal(one, other)


def test_training_steps_are_limited_as_well():
    """Two steps of Adam end at the same weights."""
    ends: list = []
    natural = 0
    for share in (1, 0.4):
        loss, variables, inputs, values = char_rnn(RNN, 80, 128)
        updates = Adam(0.01).updates(variables, sd.grad(loss, variables))
        limit = int(share * natural) if natural else None
        program = sd.compile(loss, inputs, updates=updates, memory_limit=limit)
        natural = program.cost.peak_bytes
        losses = [program(*values) for _ in range(2)]
        ends.append([*losses, *[variable.value for variable in variables]])

    for one, other in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, other)


# --- what operations work row by row --------------------------------------------------------------------


class Reversed(sd.Node):
    """An operation of somebody's own, that mixes rows."""

    def infer_shape(self):
        return self.operands[0].shape

    def compute(self, xp, x):
        return x[::-1]


def test_what_nothing_is_known_of_is_whole():
    """An operation of somebody's own has no axes along which it may be cut."""
    x = sd.Placeholder((4, 3), name="x")

    assert wires(Reversed(x)) == ()
    assert wires(sd.cumsum(x, 0)) == ()
    assert Wire((0,), 0) in wires(sd.sin(x))


@pytest.mark.usefixtures("small")
def test_own_operations_read_and_give_whole_arrays():
    """They stand between two stretches."""

    def head(states, w, b, y):
        return [sd.softmax_cross_entropy(Reversed(sd.stack(states) @ w + b), y).mean()]

    rng = np.random.default_rng(0)
    x = sd.Placeholder((24, 4, 6), name="x")
    y = sd.Placeholder((24, 4), int, "y")
    states = [sd.tanh(x[t]) for t in range(24)]
    w, b = sd.Variable(rng.normal(size=(6, 5)), "w"), sd.Variable(rng.normal(size=5), "b")
    (loss,) = head(states, w, b, y)
    given, codes = rng.normal(size=x.shape), rng.integers(0, 5, y.shape)

    scores = (np.tanh(given) @ w.value + b.value)[::-1]
    picked = np.take_along_axis(scores, codes[..., None], -1)[..., 0]
    expected = (np.log(np.exp(scores).sum(-1)) - picked).mean()

    np.testing.assert_allclose(sd.compile(loss, [x, y])(given, codes), expected)
