"""Programs within a memory limit: as little as possible is computed again, and no bit of a result changes."""

from __future__ import annotations

import pickle
from math import comb

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import GraphError, MemoryLimitError
from symdiff.planning.memory import peak_bytes
from symdiff.planning.recomputing import recomputed
from symdiff.planning.schedules import Advance, Budgets, Leaf, binomial, forwards
from symdiff.quantities import bytes_of, bytes_text, count_text

SIZE = 128  # entries of a state
STATE = 8 * SIZE  # bytes of it


def sines(length):
    """The gradient of the sum of sin(sin(... x)) by x."""
    x = sd.Variable(np.linspace(0, 1, SIZE), "x")
    y = x
    for _ in range(length):
        y = sd.sin(y)
    return sd.grad(y.sum(), x)


def network(steps, batch=256, width=16):
    """The loss of a recurrent network built step by step, and its gradients."""
    rng = np.random.default_rng(0)
    x = sd.Placeholder((steps, batch, width), name="x")
    u, w = (sd.Variable(rng.normal(size=(width, width)) / 4, name) for name in "uw")
    b = sd.Variable(np.zeros(width), "b")
    h = sd.zeros((batch, width))
    for k in range(steps):
        h = sd.tanh(x[k] @ u + h @ w + b)
    loss = (h * h).mean()
    return [loss, *sd.grad(loss, [u, w, b])], x


def least(outputs):
    """The smallest limit that can be kept."""
    with pytest.raises(MemoryLimitError) as caught:
        sd.compile(outputs, memory_limit=0)
    return caught.value.smallest


def count(program, operation):
    """How often a program does something."""
    return sum(row.operation == operation for row in program.cost.table)


def same(one, two):
    """Whether two programs return the same bits."""
    return all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


# --- schedules ----------------------------------------------------------------------------------------


def fewest(length, states, known={}):  # noqa: B006
    """The fewest cells run to reverse a chain, by trying everything."""
    if length == 1:
        return 0
    if states == 1:
        return length * (length - 1) // 2
    if (length, states) not in known:
        known[length, states] = min(
            k + fewest(k, states) + fewest(length - k, states - 1) for k in range(1, length)
        )
    return known[length, states]


@pytest.mark.parametrize("length", range(1, 60))
@pytest.mark.parametrize("states", [1, 2, 3, 4, 7, 60])
def test_schedules_of_equal_cells_are_optimal(length, states):
    """The formula of Griewank and Walther, the moves, and an exhaustive search agree."""
    moves = list(binomial(length, states))
    run = sum(move.stop - move.start for move in moves if isinstance(move, Advance))

    assert run == forwards(length, states) == fewest(length, states)
    assert [move.start for move in moves if isinstance(move, Leaf)] == list(reversed(range(length)))


def test_schedules_of_unlike_cells_use_their_budget():
    """A large state is not held where a small one is next to it, and leaves are as long as fits."""
    states, kept = np.array([0, 5, 1, 5]), np.zeros((4, 5), int)
    again = np.zeros((4, 5), int)
    for a in range(4):
        for b in range(a + 1, 5):
            kept[a, b], again[a, b] = 2 * (b - a - 1), b - a - 1
    budgets = Budgets([0, 1, 2, 3, 4], states, again, kept, 6)

    assert list(budgets.moves(6)) == [Leaf(0, 4)]
    assert list(budgets.moves(3)) == [Advance(0, 2, 4), Leaf(2, 4), Leaf(0, 2)]
    assert budgets.cost[0, 4, 6] == 3
    assert budgets.cost[0, 4, 3] == 2 + 1 + 1


# --- limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "states"), [(30, 3), (100, 4), (200, 6), (1000, 10)])
def test_a_chain_of_equal_steps_takes_the_fewest(length, states):
    """With s states, that before the first sine among them, exactly the sines of the formula are run.

    The first state is the input, which does not count. Besides the s - 1 others there is room for the state
    under way, the adjoint, and the result that is handed out: s + 2 states.
    """
    gradient = sines(length)
    whole = sd.compile(gradient)
    rounds = next(r for r in range(length) if comb(states + r, states) >= length)
    expected = rounds * length - comb(states + rounds, rounds - 1)

    limits = [sd.compile(gradient, memory_limit=STATE * (states + room)) for room in (1, 2, 3, 6)]

    assert count(limits[1], "sin") == expected
    for program in limits:
        assert program.cost.peak_bytes <= program.memory_limit
        assert count(program, "cos") == length
        np.testing.assert_array_equal(program(), whole())
    assert [count(p, "sin") for p in limits] == sorted([count(p, "sin") for p in limits], reverse=True)


@pytest.mark.parametrize("share", [2, 3, 5, 8])
def test_a_recurrent_network_is_the_same_to_the_last_bit(share):
    """Loss and gradients of a network whose states do not fit."""
    outputs, x = network(200)
    value = np.random.default_rng(1).normal(size=x.shape)
    whole = sd.compile(outputs, x)

    program = sd.compile(outputs, x, memory_limit=whole.cost.peak_bytes // share)

    assert program.cost.peak_bytes <= whole.cost.peak_bytes // share
    assert whole.cost.flops < program.cost.flops < 3 * whole.cost.flops
    assert same(program(value), whole(value))


def test_what_fits_is_left_alone():
    """No limit, and a limit that is kept anyway, give the same program."""
    gradient = sines(20)
    whole = sd.compile(gradient)

    assert sd.compile(gradient, memory_limit=whole.cost.peak_bytes).source == whole.source
    assert sd.compile(gradient, memory_limit="1 TB").source == whole.source


def test_the_smallest_limit_is_one_that_works():
    """The error says what is needed, what could be, and what is in the way."""
    gradient = sines(50)
    with pytest.raises(MemoryLimitError, match="smallest limit is memory_limit=") as caught:
        sd.compile(gradient, memory_limit=STATE)
    error = caught.value

    assert isinstance(error, GraphError)
    assert isinstance(error, MemoryError)
    assert (error.limit, error.natural) == (STATE, sd.compile(gradient).cost.peak_bytes)
    assert f"float64[{SIZE}]" in str(error)
    program = sd.compile(gradient, memory_limit=error.smallest)
    assert program.cost.peak_bytes <= error.smallest
    with pytest.raises(MemoryLimitError):
        sd.compile(gradient, memory_limit=error.smallest - 1)


def test_programs_of_other_shapes_stay_right():
    """Whatever the graph, a limit gives the same values or an error."""
    rng = np.random.default_rng(2)
    x = sd.Variable(rng.normal(size=(20, 20)), "x")
    w = sd.Variable(rng.normal(size=(20, 20)) / 5, "w")
    y = sd.tanh(x @ w)
    z = sd.exp(-y * y) @ w.T + y
    graphs = [
        [y, z, (y @ z).sum()],
        sd.grad(sd.softmax(z).sum(0)[0], [x, w]),
        sd.grad((sd.grad((z * z).sum(), x) ** 2).sum(), [x, w]),
        [sd.concatenate([y, z]), sd.linalg.inv(z @ z.T + sd.eye(20)), sd.diag(sd.sin(z[0])) + z],
    ]
    for outputs in graphs:
        whole = sd.compile(outputs)
        for share in (0.9, 0.7, 0.5, 0.3):
            limit = max(least(outputs), int(whole.cost.peak_bytes * share))
            program = sd.compile(outputs, memory_limit=limit)
            assert program.cost.peak_bytes <= limit
            assert same(program(), whole())


def test_a_value_that_is_used_throughout_is_made_once():
    """What all steps read is not made again with each of them."""
    x, w = sd.Variable(np.linspace(0, 1, SIZE), "x"), sd.Variable(np.linspace(1, 2, SIZE), "w")
    scale, y = sd.exp(w), x
    for _ in range(60):
        y = sd.sin(y * scale)
    gradient = sd.grad(y.sum(), x)
    whole = sd.compile(gradient)

    program = sd.compile(gradient, memory_limit=whole.cost.peak_bytes // 3)

    assert count(program, "exp") == count(whole, "exp")
    assert count(program, "sin") > count(whole, "sin")
    np.testing.assert_array_equal(program(), whole())


def test_draws_are_the_same_when_made_again():
    """A mask that is not kept is drawn again from its key."""
    key = sd.random.key(7)
    x = sd.Variable(np.linspace(-1, 1, SIZE), "x")
    y = x
    for k in range(40):
        y = sd.dropout(sd.tanh(y * 1.5), 0.1, sd.random.fold_in(key, k))
    gradient = sd.grad((y * y).sum(), x)
    whole = sd.compile(gradient)

    program = sd.compile(gradient, memory_limit=whole.cost.peak_bytes // 3)

    assert program.plan.repeated
    np.testing.assert_array_equal(program(), whole())


def test_regions_and_limits_go_together():
    """What a user marked is computed again, and more if it must be."""
    x = sd.Variable(np.linspace(0, 1, SIZE), "x")
    plain = marked = x

    def four(y):
        return sd.sin(sd.sin(sd.sin(sd.sin(y))))

    for _ in range(16):
        plain, marked = four(plain), sd.checkpoint(four)(marked)
    whole, regions = sd.compile(sd.grad(plain.sum(), x)), sd.compile(sd.grad(marked.sum(), x))
    assert regions.cost.peak_bytes < whole.cost.peak_bytes / 2

    program = sd.compile(sd.grad(marked.sum(), x), memory_limit=regions.cost.peak_bytes * 3 // 4)

    np.testing.assert_array_equal(program(), regions())


def test_every_size_has_its_own_plan():
    """Symbolic sizes: what fits at one size is computed again at another."""
    x = sd.Placeholder((None,), name="x")
    y = x
    for _ in range(30):
        y = sd.sin(y)
    gradient = sd.grad(y.sum(), x)
    program = sd.compile(gradient, x, memory_limit="20 kB")

    for size in (10, 100, 150):
        value = np.linspace(0, 1, size)
        np.testing.assert_array_equal(program(value), sd.compile(gradient, x)(value))
        assert program.cost.peak_bytes <= 20_000
        assert bool(program.plan.repeated) == (size > 100 or program.plan.once_bytes > 20_000)
    with pytest.raises(MemoryLimitError):
        program(np.zeros(10_000))


def test_limits_survive_pickling():
    """A program is made again with its limit."""
    program = sd.compile(sines(30), memory_limit=12 * STATE)

    again = pickle.loads(pickle.dumps(program))

    assert again.memory_limit == 12 * STATE
    assert again.source == program.source


def test_updates_count_as_outputs():
    """A step that trains keeps its limit, and its values."""
    outputs, x = network(60)
    (u, w, b) = [node for node in sd.toposort(*outputs) if isinstance(node, sd.Variable)]
    new = {v: v - 0.1 * sd.grad(outputs[0], v) for v in (u, w, b)}
    value = np.random.default_rng(1).normal(size=x.shape)
    start = [v.value.copy() for v in new]
    results = []
    for limit in (None, sd.compile(outputs[0], x, new).cost.peak_bytes // 2):
        for v, old in zip(new, start, strict=True):
            v.value = old
        program = sd.compile(outputs[0], x, new, memory_limit=limit)
        results.append([*(program(value) for _ in range(3)), *(v.value.copy() for v in new)])

    assert same(*results)


def test_planning_time_is_near_linear():
    """Ten times the steps take little more than ten times the schedules that are tried."""
    gradient = sd.compile(sines(2000))
    tried = []

    def peak(steps, outputs):
        tried.append(len(steps))
        return peak_bytes(steps, outputs)

    plan = gradient._newest().plan
    recomputed(plan.steps, plan.outputs, gradient.cost.peak_bytes // 10, peak)

    assert len(tried) <= 20
    assert max(tried) <= 2 * len(plan.steps)


# --- what is said of it -------------------------------------------------------------------------------


def test_the_plan_says_what_is_kept_and_what_is_made_again():
    """Bytes, flops, times, and what would be without."""
    gradient = sines(30)
    whole, program = sd.compile(gradient), sd.compile(gradient, memory_limit=10 * STATE)
    plan = program.plan

    assert plan.limit == 10 * STATE
    assert plan.peak_bytes == program.cost.peak_bytes <= plan.limit < plan.once_bytes
    assert plan.flops == program.cost.flops
    assert plan.once_flops == whole.cost.flops
    assert sum(value.times - 1 for value in plan.repeated) == count(program, "sin") - count(whole, "sin")
    assert {value.operation for value in plan.repeated} == {"sin"}
    assert all(value.bytes == STATE for value in plan.kept)
    for part in ("kB allowed", "if each value were computed once", f"sin  float64[{SIZE}]", "times"):
        assert part in str(plan)
    assert whole.plan.repeated == ()
    assert "0 values computed again" in str(whole.plan)


def test_marked_regions_show_as_values_made_again():
    """A region's copies are the same values, though they never are the same steps."""
    x = sd.Variable(np.linspace(0, 1, SIZE), "x")
    y = sd.checkpoint(lambda x: sd.sin(sd.tanh(x)))(x)

    plan = sd.compile([y, sd.grad(y.sum(), x)]).plan

    assert [(value.operation, value.times) for value in plan.repeated] == [("tanh", 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (5, 5),
        (np.int64(7), 7),
        ("64KiB", 65536),
        ("1.5 GiB", 3 * 2**29),
        ("200MB", 200_000_000),
        ("200 mb", 200_000_000),
        ("2_000", 2000),
        (" 1,000 B ", 1000),
        (".5 kB", 500),
        ("3 bytes", 3),
    ],
)
def test_limits_are_read_as_bytes(text, expected):
    """Numbers, and text with decimal and binary units."""
    assert bytes_of(text, "limit") == expected


def test_numbers_are_written_for_readers():
    """Three digits and a unit."""
    assert [bytes_text(n) for n in (0, 999, 1000, 999_600, 2**40)] == [
        "0 B",
        "999 B",
        "1 kB",
        "1 MB",
        "1.1 TB",
    ]
    assert [count_text(n) for n in (0, 12, 12_345, 10**18)] == ["0", "12", "12.3 k", "1e+03 P"]


@pytest.mark.parametrize(
    ("limit", "error", "match"),
    [
        ("many", ValueError, "'200 MB'"),
        ("-1 MB", ValueError, "no number of bytes"),
        ("3 apples", ValueError, "no number of bytes"),
        (-1, ValueError, "negative"),
        (1.5, TypeError, "integer"),
        (True, TypeError, "integer"),
    ],
)
def test_wrong_limits_are_errors(limit, error, match):
    """A limit is bytes, or text that says bytes."""
    with pytest.raises(error, match=match):
        sd.compile(sd.Variable([1.0], "x") * 2, memory_limit=limit)


def test_inputs_stay_the_callers_in_whatever_order_steps_run(rng):
    """A sum that is taken early, before other inputs are looked at, does not take their place."""
    x, y = sd.Placeholder((40, 50), name="x"), sd.Placeholder((40, 50), name="y")
    h = x
    for _ in range(60):
        h = sd.sin(h * 1.1)
    loss = (h * sd.sum(x) + sd.sum(y, axis=0) * y).sum()
    outputs = [loss, *sd.grad(loss, [x, y])]
    whole = sd.compile(outputs, [x, y])
    small = sd.compile(outputs, [x, y], memory_limit=whole.cost.peak_bytes // 3)
    given = [rng.normal(size=(40, 50)) for _ in range(2)]
    before = [array.copy() for array in given]
    for one, two in zip(whole(*given), small(*given), strict=True):
        np.testing.assert_array_equal(one, two)
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)
