"""Functions of entries in C: the bits of NumPy, wherever arrays lie; a compiler that is found or not."""

from __future__ import annotations

import copy
import os
import pickle
import random
import stat
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.special as special

import symdiff as sd
import symdiff.backends.native.compiler as compiling
from symdiff.backends.native import walks
from symdiff.backends.native.addresses import loop_of
from symdiff.modules import LSTM, Linear
from symdiff.ops.base import Elementwise
from symdiff.optim import Adam
from symdiff.planning.memory import tiles
from tests.cases import CASES
from tests.test_random_programs import drawn, laid_out

SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-42, -1e-42, 3e38, -3e38, 0.3, -7.5, 88.0, -104.0]


@pytest.fixture
def _every_function(monkeypatch):
    """A single function is enough to be done in C, whatever its size."""
    monkeypatch.setattr(tiles, "_fewest", lambda step, native: 1)
    monkeypatch.setattr(tiles, "ROW", 1)


def both(outputs, inputs):
    """The same program twice."""
    return sd.compile(outputs, inputs), sd.compile(outputs, inputs, backend="c")


def assert_same_bits(one, two):
    """Equal in every bit, NaNs aside, which are NaNs."""
    for x, y in zip(one, two, strict=True):
        assert (x.dtype, x.shape) == (y.dtype, y.shape)
        np.testing.assert_array_equal(x, y)
        if x.dtype.kind == "f":
            np.testing.assert_array_equal(np.signbit(x)[x == x], np.signbit(y)[x == x])


def gates(shape, dtype):
    """The entries of an LSTM cell, and its inputs."""
    i, f, o, g, c = given = [sd.Placeholder(shape, dtype, name) for name in "ifogc"]
    cell = sd.sigmoid(f) * c + sd.sigmoid(i) * sd.tanh(g)
    return [cell, sd.sigmoid(o) * sd.tanh(cell)], given


# --- values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shape", [(300, 77), (5000,), (3, 1, 50), (1, 9), (9, 1), (0, 4), (4, 0), (1, 1), (7, 3, 5)]
)
@pytest.mark.usefixtures("_every_function")
def test_gates_are_those_of_scipy(shape, dtype, rng):
    """In any shape, and the same bits as from NumPy."""
    plain, native = both(*gates(shape, dtype))
    i, f, o, g, c = values = [rng.normal(size=shape).astype(dtype) for _ in range(5)]

    results = native(*values)

    assert_same_bits(plain(*values), results)
    cell = special.expit(f) * c + special.expit(i) * np.tanh(g)
    np.testing.assert_allclose(results[1], special.expit(o) * np.tanh(cell), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.usefixtures("_every_function")
def test_special_values_are_numpys(dtype):
    """Signed zeros, infinities, NaNs and denormal numbers, also in numbers that stand in the program."""
    x, y = sd.Placeholder((225,), dtype, "x"), sd.Placeholder((225,), dtype, "y")
    one, two = (column.ravel() for column in np.meshgrid(np.array(SPECIAL, dtype), np.array(SPECIAL, dtype)))
    low, high = sd.logical_and(x > 0, y <= 1), sd.logical_or(x < 1, y.astype(bool))
    functions = [x + y, x - y, x * y, x / y, -x, x * x, 1 / x, sd.maximum(x, y), sd.minimum(x, y), sd.sqrt(x)]
    functions += [sd.where(x < y, x, -y), sd.where(low, x, 0.1), x > y, sd.not_equal(x, y), high]
    functions += [sd.logical_not(x >= y), sd.equal(x, y) * y, sd.exp(x) - 1e30 * y, sd.relu(x) + y, sd.abs(x)]
    functions += [sd.where(x < 0, np.inf, y), sd.where(x < 0, np.nan, y), sd.clip(x, -2, 2)]
    functions += [x.astype("float32") / y.astype("float64"), x.astype("float64"), x.astype(bool)]

    plain, native = both(functions, [x, y])

    assert_same_bits(plain(one, two), native(one, two))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.usefixtures("_every_function")
def test_broadcast_operands(dtype, rng):
    """Rows, columns, numbers and stretched middles, in one function."""
    shapes = [(20, 30, 40), (40,), (30, 1), (20, 1, 1), (1, 30, 40), (1, 1), ()]
    given = [sd.Placeholder(shape, dtype, f"x{k}") for k, shape in enumerate(shapes)]
    x, row, column, block, layer, one, number = given
    y = sd.tanh(x * row + column) / (2 + sd.exp(block * layer)) - one * sd.sin(x - number)
    plain, native = both([y, *sd.grad(sd.tanh(y).sum(), given)], given)
    values = [rng.normal(size=shape).astype(dtype) for shape in shapes]

    assert_same_bits(plain(*values), native(*values))


@pytest.mark.usefixtures("_every_function")
def test_arrays_that_lie_in_any_order(rng):
    """Transposed, reversed, with gaps, and stretched without being copied: each call looks anew."""
    outputs, given = gates((60, 50), "float64")
    plain, native = both(outputs, given)
    base = rng.normal(size=(60, 50))
    layouts = [
        base,
        np.asfortranarray(base),
        base[::-1, ::-1],
        np.repeat(base, 2, axis=1)[:, ::2],
        np.broadcast_to(base[:1], (60, 50)),
        np.broadcast_to(base[:, :1], (60, 50)),
        np.frombuffer(b"." + base.tobytes(), np.float64, offset=1).reshape(60, 50),  # not aligned
    ]
    for turn in range(3):
        for k in range(len(layouts)):
            values = [layouts[(k + j * turn) % len(layouts)] for j in range(5)]
            assert_same_bits(plain(*values), native(*values))


@pytest.mark.usefixtures("_every_function")
def test_every_operation_of_the_table():
    """All rows of the table of operations, which between them call most of NumPy's functions."""
    rows = [case for cases in CASES.values() for case in cases]
    seen = 0
    for start in range(0, len(rows), 60):
        nodes = [case.f(*map(sd.Variable, case.arrays)) for case in rows[start : start + 60]]
        plain, native = sd.compile(nodes), sd.compile(nodes, backend="c")
        assert_same_bits(plain(), native())
        seen += len(nodes)
    assert seen == len(rows)


@pytest.mark.parametrize("batch", range(6))
@pytest.mark.usefixtures("_every_function")
def test_random_programs_have_the_same_bits(batch):
    """Of everything that programs consist of, with arrays in all kinds of places."""
    rng = random.Random(batch)
    for _ in range(4):
        a, b = rng.choice([1, 3, 40]), rng.choice([1, 4, 70])
        dtype = rng.choice([np.float32, np.float64])
        shapes = (((a, b), "x"), ((a, b), "y"), ((b,), "z"))
        inputs = [sd.Placeholder(shape, dtype, name) for shape, name in shapes]
        outputs = drawn(rng, inputs)
        plain, native = both(outputs, inputs)
        for turn in range(2):
            draw = np.random.default_rng(turn)
            values = [laid_out(rng, draw.normal(size=node.shape).astype(dtype)) for node in inputs]
            before = [value.copy() for value in values]
            results = native(*values)
            assert_same_bits(plain(*values), results)
            assert_same_bits(before, values)
            for k, one in enumerate(results):
                assert not any(np.shares_memory(one, other) for other in (*values, *results[:k]))


def lstm_step(rng, **settings):
    """The loss and the gradients of an LSTM over eight steps, as a program and its codes."""
    cell, head = LSTM(11, 24, rng=0), Linear(24, 11, rng=1)
    x, y = (sd.Placeholder((8, 4), int, name) for name in "xy")
    loss = sd.softmax_cross_entropy(head(cell(x)[0]), y).mean()
    weights = [*cell.parameters(), *head.parameters()]
    program = sd.compile([loss, *sd.grad(loss, weights)], [x, y], **settings)
    return program, [rng.integers(0, 11, size=(8, 4)) for _ in range(2)]


def test_a_recurrent_net_and_its_gradient(rng):
    """Equal steps of the loop are one function, whatever arrays they read."""
    (plain, codes), (native, _) = lstm_step(rng), lstm_step(rng, backend="c")

    assert_same_bits(plain(*codes), native(*codes))
    if compiling.compiler():
        assert native.source.count("native.walk") > 2 * native.source.count("\nvoid piece")


def test_a_memory_limit_is_kept(rng):
    """What is computed again is computed by the same functions."""
    plain, codes = lstm_step(rng)
    limit = int(0.95 * sd.compile(plain.structure, plain.inputs, backend="c").cost.peak_bytes)
    small, _ = lstm_step(rng, backend="c", memory_limit=limit)

    assert small.cost.peak_bytes == small.plan.peak_bytes <= limit
    assert_same_bits(plain(*codes), small(*codes))


def test_intermediates_of_a_run_take_no_memory():
    """They are pieces inside of the function: of twenty steps, only the results are arrays."""
    shape = (1 << 17,)
    outputs, given = gates(shape, "float32")
    native = sd.compile(outputs, given, backend="c")
    values = [np.ones(shape, np.float32) for _ in given]
    results = native(*values)
    if compiling.compiler():
        assert native.cost.peak_bytes == sum(x.nbytes for x in results)
    del results
    tracemalloc.start()
    native(*values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < native.cost.peak_bytes + 65_536


# --- how programs behave ----------------------------------------------------------------------------------


def test_updates_and_symbolic_sizes(rng):
    """A training step in which Adam is one function per shape; every size has its own plan, not its own C."""
    n = sd.Dim("n")
    x, y = sd.Placeholder((n, 64), name="x"), sd.Placeholder((n, 32), name="y")
    values = [rng.normal(size=(k, 64)) for k in (5, 40, 5)]

    def trained(**settings):
        layer = Linear(64, 32, rng=0)
        loss = ((sd.tanh(layer(x)) - y) ** 2).mean()
        updates = Adam(0.1).updates(layer.parameters(), sd.grad(loss, layer.parameters()))
        step = sd.compile(loss, [x, y], updates=updates, **settings)
        losses = [step(value, np.ones((len(value), 32))) for value in values]
        return [*losses, *[variable.value for variable in layer.parameters()]]

    assert_same_bits(trained(), trained(backend="c"))


def test_many_threads_call_one_program(rng):
    """Calls that overlap have addresses of their own."""
    outputs, given = gates((50, 40), "float32")
    plain, native = both(outputs, given)
    values = [[rng.normal(size=(50, 40)).astype(np.float32) for _ in given] for _ in range(8)]
    expected = [plain(*row) for row in values]
    seen = {}

    def run(k):
        seen[k] = [native(*values[k]) for _ in range(50)]

    threads = [threading.Thread(target=run, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k, turns in seen.items():
        for results in turns:
            assert_same_bits(expected[k], results)
    assert len(seen) == 8


def test_copies_keep_the_backend():
    """Pickled and copied programs are compiled again."""
    outputs, given = gates((40, 40), "float32")
    native = sd.compile(outputs, given, backend="c")
    values = [np.full((40, 40), k / 4, np.float32) for k in range(5)]
    for other in (pickle.loads(pickle.dumps(native)), copy.deepcopy(native)):
        assert other.backend == "c"
        assert_same_bits(native(*values), other(*values))


def test_short_rows_stay_with_numpy():
    """A loop over rows of ten entries loses more by row than it saves by function."""
    x, row = sd.Placeholder((1000, 10), name="x"), sd.Placeholder((10,), name="row")
    wide, edge = sd.Placeholder((100, 100), name="wide"), sd.Placeholder((100,), name="edge")
    rows = sd.compile(sd.tanh(x + row) * x, [x, row], backend="c")
    flat = sd.compile(sd.tanh(x + 1) * x, x, backend="c")
    long = sd.compile(sd.tanh(wide + edge) * wide, [wide, edge], backend="c")

    assert "native" not in rows.source
    if compiling.compiler():
        assert "native" in flat.source
        assert "native" in long.source


class Careless(Elementwise):
    """x, as somebody's own operation may return it: of another dtype, or as a list"""

    __slots__ = ()
    how: str

    def compute(self, xp, x):
        return x.tolist() if self.how == "list" else x.astype(self.how)

    def partials(self):
        return (sd.ones_like(self),)


@pytest.mark.parametrize("how", ["float64", "float16", ">f4", "list"])
def test_results_of_other_kinds_are_converted(how, rng):
    """NumPy converts what it is given; C would misread it."""
    x = sd.Placeholder((100, 100), np.float32, "x")
    y = sd.tanh(Careless(x, how=how) * 2) + x
    value = rng.integers(-8, 8, size=(100, 100)).astype(np.float32) / 8

    found = sd.compile(y, x, backend="c")(value)

    np.testing.assert_allclose(found, np.tanh(value * 2) + value, rtol=1e-5)
    assert found.dtype == np.float32


def test_a_few_operations_on_numbers_need_no_c():
    """A call would take longer than they do in Python."""
    x = sd.Placeholder((), name="x")
    assert sd.compile(sd.sin(x) * x, [x], backend="c").source == sd.compile(sd.sin(x) * x, [x]).source


def test_many_operations_on_numbers_are_one_function():
    """With the bits of Python's, for which the same library computes; errors of Python's are infinities."""
    x, w = sd.Placeholder((), name="double"), sd.Variable(0.7, "w")
    y = x
    for k in range(5):
        y = sd.tanh(w * y + k) * sd.cos(y) / sd.sqrt(y * y + 1) + sd.log(x)
    outputs = [y, y > x, *sd.grad(y, [x, w])]
    for wanted, given in ((outputs, [x]), (outputs[0], [x]), (outputs[2], [x, w])):
        plain, native = both(wanted, given)
        assert (" program(double x0" in native.source) == bool(compiling.compiler())
        for value in (0.3, 2, np.float64(1.5), np.array(7.0), 1e-300):
            values = [value, 0.5][: len(given)]
            one, two = plain(*values), native(*values)
            assert np.array_equal(one, two)
            assert type(one) is type(two)
        for value in (0.0, -1.0, np.inf, np.nan):
            values = [value, 0.5][: len(given)]
            np.testing.assert_array_equal(plain(*values), native(*values))
    with pytest.raises(TypeError):
        native("0.3", 0.5)
    other = pickle.loads(pickle.dumps(native))
    assert other.source == native.source
    assert other(0.3, 0.5) == native(0.3, 0.5)


def test_updates_of_numbers():
    """A step of gradient descent, in C."""
    finals = []
    for backend in ("numpy", "c"):
        w = sd.Variable(0.3, "w")
        y = w
        for _ in range(6):
            y = sd.sin(y * y) + sd.exp(-y)
        step = sd.compile(y, updates={w: w - 0.01 * sd.grad(y, w)}, backend=backend)
        finals.append(([float(step()) for _ in range(5)], float(w.value)))
    assert finals[0] == finals[1]


@pytest.mark.parametrize("backend", ["C", "cuda", None, 3])
def test_other_backends_are_refused(backend):
    """The message lists those that there are."""
    x = sd.Placeholder((), name="x")
    with pytest.raises(ValueError, match=r"compile: backend is one of 'numpy', 'c', not"):
        sd.compile(x + 1, [x], backend=backend)


def test_inputs_may_have_the_names_that_programs_use(rng):
    """They are renamed."""
    names = ["native", "code", "Native", "q0", "q1", "piece0", "m"]
    given = [sd.Placeholder((3000,), name=name) for name in names]
    y = sd.tanh(sd.exp(sd.add(*given)) * 2 + given[0])
    plain, native = both([y], given)
    values = [rng.normal(size=3000) for _ in names]
    assert_same_bits(plain(*values), native(*values))


# --- the compiler, and what it makes ----------------------------------------------------------------------


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """Nothing is known of a compiler, and the user's cache is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for cached in (compiling.compiler, compiling.library):
        cached.cache_clear()
    yield tmp_path / "symdiff"
    for cached in (compiling.compiler, compiling.library):
        cached.cache_clear()


@pytest.mark.parametrize("command", ["no-such-compiler", "false", "echo"])
def test_without_a_compiler_programs_run_in_numpy(command, fresh, monkeypatch):
    """And say so."""
    monkeypatch.setenv("CC", command)
    outputs, given = gates((40, 40), "float32")

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        program = sd.compile(outputs, given, backend="c")

    (warning,) = caught
    assert "no C compiler" in str(warning.message)
    assert "set CC" in str(warning.message)
    assert warning.filename == __file__
    assert program.source == sd.compile(outputs, given).source


def test_where_numpy_looks_otherwise_programs_run_in_numpy(monkeypatch):
    """As with another implementation of Python."""
    monkeypatch.setattr(walks, "is_readable", lambda: False)
    outputs, given = gates((40, 40), "float32")
    with pytest.warns(RuntimeWarning, match="NumPy's objects do not lie in memory"):
        program = sd.compile(outputs, given, backend="c")
    assert program.source == sd.compile(outputs, given).source


def test_only_functions_that_look_as_expected_are_called():
    """Neither other objects nor signatures that a function does not have."""
    assert loop_of("tanh", "f->f") != loop_of("tanh", "d->d")
    assert loop_of("tanh", "S->S") is loop_of("where", "f->f") is loop_of("no_such", "f->f") is None


def counted(monkeypatch):
    """A list that grows with every run of the compiler."""
    runs = []
    build = compiling._build
    monkeypatch.setattr(compiling, "_build", lambda *given: (runs.append(given), build(*given)))
    return runs


@pytest.mark.skipif(not compiling.compiler(), reason="there is no compiler")
class TestBuilding:
    """Libraries in the user's cache."""

    source = "int three(void) { return 3; }\n"

    def test_a_library_is_built_once(self, fresh, monkeypatch):
        """Another process finds it there."""
        runs = counted(monkeypatch)
        assert compiling.library(self.source).three() == 3
        compiling.library.cache_clear()
        assert compiling.library(self.source).three() == 3

        assert [given[0] for given in runs].count(self.source) == 1
        assert stat.S_IMODE(os.stat(fresh).st_mode) == 0o700
        assert {path.suffix for path in fresh.iterdir()} == {".so"}

    def test_a_broken_file_does_no_harm(self, fresh, monkeypatch):
        """One that was cut short, say: the library is built elsewhere."""
        build = compiling._build

        def torn(source, command, folder, path):
            if source == self.source and folder == fresh:
                path.write_bytes(b"")
            else:
                build(source, command, folder, path)

        monkeypatch.setattr(compiling, "_build", torn)

        assert compiling.library(self.source).three() == 3

    def test_a_home_that_cannot_be_written(self, fresh, monkeypatch):
        """Libraries are then built anew by every process."""
        fresh.write_text("a file where the folder would be")

        assert compiling.library(self.source).three() == 3

    def test_many_threads_build_the_same(self, fresh):
        """None of them sees half a file."""
        results = []
        threads = [
            threading.Thread(target=lambda: results.append(compiling.library(self.source).three()))
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [3] * 6

    def test_what_the_compiler_says_is_passed_on(self, fresh):
        """With its command."""
        with pytest.raises(compiling.CompilerError, match=r"(?s)refused generated C.*three"):
            compiling.library("int three(void) { return }\n")
        assert not [path for path in fresh.iterdir() if path.name.startswith("tmp")]
