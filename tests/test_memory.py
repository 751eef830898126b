"""Programs within a memory limit: as little as possible is computed again, and no bit of a result changes."""

from __future__ import annotations

import pickle
import tracemalloc
from math import comb

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import GraphError, MemoryLimitError
from symdiff.planning.limits.eager import eager
from symdiff.planning.limits.eviction import Way, evicting
from symdiff.planning.limits.footprint import Footprint
from symdiff.planning.limits.gathering import gathered
from symdiff.planning.limits.lineage import Flow
from symdiff.planning.limits.recomputing import recomputed
from symdiff.planning.limits.schedules import Advance, Budgets, Leaf, binomial, forwards
from symdiff.planning.limits.trimming import estimated_peak, trimmed
from symdiff.planning.memory.peak import peak_bytes
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


# --- programs of other shapes ---------------------------------------------------------------------------


def weights(*shapes):
    """Matrices that keep the size of what they multiply."""
    rng = np.random.default_rng(len(shapes))
    return [sd.Variable(rng.normal(size=s) / np.sqrt(s[0]), f"w{k}") for k, s in enumerate(shapes)]


def gradient_of_gradient():
    """The gradient of the size of a gradient, through ten layers."""
    x, *ws = weights((64, 32), *[(32, 32)] * 10)
    h = x
    for w in ws:
        h = sd.tanh(h @ w)
    first = sd.grad((h * h).sum(), x)
    return [sd.grad((first * first).sum(), x)]


def hessian_vector_product():
    """The Hessian of a tanh RNN's loss by its weights, times a vector."""
    outputs, _ = network(24, batch=32)
    (u, w, b) = [node for node in sd.toposort(*outputs) if isinstance(node, sd.Variable)]
    along = sum((g * v).sum() for g, v in zip(outputs[1:], weights((16, 16), (16, 16), (16,)), strict=True))
    return sd.grad(along, [u, w, b])


def network_with_skips():
    """A loss and its gradients, where what goes down in width is joined with what comes up again."""
    widths, ws = (64, 32, 16), []
    (h,) = weights((256, 64))

    def layers(h, *sizes):
        for size in sizes:
            (w,) = weights((h.shape[1], size))
            ws.append(w)
            h = sd.tanh(h @ w)
        return h

    skips = []
    for width in widths:
        skips.append(layers(h, *[width] * 4))
        h = layers(skips[-1], width // 2)
    for width, skip in zip(reversed(widths), reversed(skips), strict=True):
        h = layers(sd.concatenate([layers(h, width), skip], axis=1), *[width] * 4)
    loss = (h * h).mean()
    return [loss, *sd.grad(loss, ws)]


def two_branches():
    """A loss and its gradients, of a thin branch and a wide one that meet now and then."""
    thin, wide = weights((512, 8), (512, 64))
    ws = weights(*[(8, 8), (64, 64)] * 8, *[(64, 8)] * 2)
    crossings = iter(ws[16:])
    for k in range(8):
        thin, wide = sd.tanh(thin @ ws[2 * k]), sd.sin(wide @ ws[2 * k + 1])
        if k % 4 == 3:
            thin = thin + wide @ next(crossings)
    loss = (thin * thin).mean() + (wide * wide).mean()
    return [loss, *sd.grad(loss, ws)]


def attention_blocks():
    """The gradient of four blocks of attention by what goes in."""
    x, *ws = weights((64, 32), *[(32, 32)] * 16)
    h = x
    for q, k, v, o in zip(ws[::4], ws[1::4], ws[2::4], ws[3::4], strict=True):
        p = sd.softmax((h @ q) @ (h @ k).T / np.sqrt(32), axis=-1)
        h = h + sd.tanh(p @ (h @ v)) @ o
    return [sd.grad((h * h).mean(), x)]


SHAPES = [gradient_of_gradient, hessian_vector_product, network_with_skips, two_branches, attention_blocks]


@pytest.mark.parametrize("graph", SHAPES)
def test_programs_of_other_shapes_fit_into_half(graph):
    """The same bits in half of the memory, for at most twice the arithmetic, and a plan that says how."""
    outputs = graph()
    inputs = [node for node in sd.toposort(*outputs) if isinstance(node, sd.Placeholder)]
    values = [np.random.default_rng(1).normal(size=node.shape) for node in inputs]
    whole = sd.compile(outputs, inputs)
    limit = whole.cost.peak_bytes // 2

    program = sd.compile(outputs, inputs, memory_limit=limit)

    assert program.cost.peak_bytes <= limit
    assert whole.cost.flops < program.cost.flops < 2 * whole.cost.flops
    assert same(program(*values), whole(*values))
    plan = program.plan
    assert plan.once_flops == whole.cost.flops
    assert sum((value.times - 1) * value.flops for value in plan.repeated) > 0
    assert all(value.times > 1 for value in plan.repeated)
    assert sum(value.bytes for value in plan.kept) <= limit
    for part in ("allowed", "arrays held at the peak", "values computed again", "flops more"):
        assert part in str(plan)


@pytest.mark.parametrize("graph", SHAPES)
def test_no_more_is_held_than_planned(graph):
    """What NumPy takes from first call to last is the peak, and small change."""
    outputs = graph()
    inputs = [node for node in sd.toposort(*outputs) if isinstance(node, sd.Placeholder)]
    values = [np.random.default_rng(1).normal(size=node.shape) for node in inputs]
    program = sd.compile(outputs, inputs, memory_limit=sd.compile(outputs, inputs).cost.peak_bytes // 2)
    sd.compile(outputs, inputs)(*values)

    tracemalloc.start()
    program(*values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < program.cost.peak_bytes + 100_000


@pytest.mark.parametrize("graph", [gradient_of_gradient, two_branches, attention_blocks])
def test_more_memory_never_takes_more_arithmetic(graph):
    """From the smallest limit to all that is wanted."""
    outputs = graph()
    natural, smallest = sd.compile(outputs).cost.peak_bytes, least(outputs)
    limits = [int(limit) for limit in np.linspace(smallest, natural, 8)]

    programs = [sd.compile(outputs, memory_limit=limit) for limit in limits]

    assert all(p.cost.peak_bytes <= limit for p, limit in zip(programs, limits, strict=True))
    flops = [program.cost.flops for program in programs]
    assert flops == sorted(flops, reverse=True)
    assert flops[-1] == sd.compile(outputs).cost.flops


def tangle(seed):
    """A gradient through values of all sizes that are read here and there."""
    rng = np.random.default_rng(seed)
    values = leaves = [sd.Variable(rng.normal(size=int(n)), f"x{n}") for n in rng.integers(8, 300, 3)]
    for k in range(24):
        a, b = (values[int(j)] for j in rng.integers(max(0, len(values) - 6), len(values), 2))
        match k % 3:
            case 0:
                new = sd.sin(a) * b.mean()
            case 1:
                new = sd.tanh(a) + sd.cos(b).sum()
            case _:
                new = sd.concatenate(
                    [sd.exp(-a * a)[: a.shape[0] // 2 + 1], sd.sin(b)[: b.shape[0] // 2 + 1]]
                )
        values = [*values, new]
    loss = sum((value * value).mean() for value in values[-4:])
    return [loss, *sd.grad(loss, leaves)]


@pytest.mark.parametrize("seed", range(6))
def test_the_smallest_limit_of_any_program_works(seed):
    """What the error promises is kept, and no value is different."""
    outputs = tangle(seed)
    whole, smallest = sd.compile(outputs), least(outputs)

    program = sd.compile(outputs, memory_limit=smallest)

    assert smallest < 0.6 * whole.cost.peak_bytes
    assert program.cost.peak_bytes <= smallest
    assert same(program(), whole())


class Same(sd.Elementwise):
    """An operation of somebody's own that hands back what it is given."""

    def compute(self, xp, x):
        return x

    def partials(self):
        return (sd.ones(self.shape),)


def test_operations_that_return_what_they_read_keep_it():
    """What a user's operation shares with its operand is not written over while it is needed."""
    x, w = weights((64, 32), (32, 32))
    h = x
    for _ in range(12):
        h = Same(sd.tanh(h @ w)) + sd.sin(h)
    gradient = [sd.grad((h * h).sum(), x)]
    whole = sd.compile(gradient)

    for share in (2, 3):
        program = sd.compile(gradient, memory_limit=max(least(gradient), whole.cost.peak_bytes // share))
        assert same([program()[0]], [whole()[0]])


# --- budgets ------------------------------------------------------------------------------------------


def flow_of(outputs):
    """The steps of a program, and who reads what."""
    plan = sd.compile(outputs)._newest().plan
    return Flow.of(plan.steps, plan.outputs)


@pytest.mark.parametrize(("length", "states"), [(60, 4), (100, 6), (200, 10), (200, 40)])
def test_a_chain_run_with_a_budget_is_near_the_fewest(length, states):
    """Without knowing that it is a chain: a quarter more sines than the best schedule takes, or fewer."""
    plan = flow_of(sines(length))
    flow = Flow.of(*eager(plan.steps, plan.outputs))
    takes = Footprint(flow)
    budget = STATE * (states + 2)

    order = trimmed(takes, evicting(takes, budget, Way(0.5, True)), budget)

    sines_run = sum(flow.steps[k].settings == ("sin",) for k in order)
    assert estimated_peak(takes, order) <= budget
    assert sines_run <= 1.25 * forwards(length, states)


@pytest.mark.parametrize("way", [Way(0.5, True), Way(0.5, False), Way(1.0, True)])
@pytest.mark.parametrize("share", [1.0, 0.6, 0.4])
def test_runs_with_a_budget_read_what_is_there(way, share):
    """Every step comes after what it reads, every step of the program is run, and the budget is kept."""
    flow = flow_of(two_branches())
    takes = Footprint(flow)
    budget = int(estimated_peak(takes, takes.tasks) * share)

    order = evicting(takes, budget, way)

    done = set()
    for k in order:
        assert done.issuperset(flow.reads[k])
        done.add(k)
    assert done == set(takes.tasks)
    assert estimated_peak(takes, order) <= budget
    assert (len(order) == len(takes.tasks)) == (share == 1.0)


def test_a_budget_below_what_a_step_takes_is_too_little():
    """Nothing helps where operands and result do not fit."""
    takes = Footprint(flow_of(gradient_of_gradient()))

    assert evicting(takes, takes.least - 1, Way(0.5, True)) is None


def test_runs_for_which_there_is_room_are_left_out():
    """With all the memory there is, nothing is run twice; with the budget it was made for, little is."""
    takes = Footprint(flow_of(gradient_of_gradient()))
    natural = estimated_peak(takes, takes.tasks)
    order = evicting(takes, natural // 3, Way(0.5, True))
    assert len(order) > len(takes.tasks)

    assert sorted(trimmed(takes, order, natural * 2)) == takes.tasks
    assert len(trimmed(takes, order, natural // 3)) <= len(order)
    assert estimated_peak(takes, trimmed(takes, order, natural // 3)) <= natural // 3


def test_a_part_that_waits_for_the_others_does_not_hold_their_places():
    """It is made apart and copied, which takes three states less while two large arrays are there."""
    x = sd.Variable(np.linspace(0, 1, SIZE), "x")
    early = sd.tanh(x)
    wide = sd.outer(sd.exp(x), sd.cos(x))
    late = sd.sin(wide @ wide) @ early
    joined = sd.concatenate([early, sd.sin(late), sd.cos(late), sd.tanh(late)])
    flow = flow_of([sd.exp(joined).reshape((4, SIZE)).sum(0)])

    steps, outputs = gathered(flow.steps, flow.outputs)

    assert [step.arguments[0] for step in steps if step.kind == "copy"] == [
        k for k, step in enumerate(flow.steps) if step.settings == ("tanh",)
    ][:1]
    assert peak_bytes(steps, outputs) == peak_bytes(flow.steps, flow.outputs) - 3 * STATE


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
