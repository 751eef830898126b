"""Modules against the recurrences that they stand for, written in NumPy; their names and their state."""

import copy

import numpy as np
import pytest

import symdiff as sd
from symdiff.modules import LSTM, RNN, Embedding, Linear, Module, initial
from symdiff.scopes import scope_of

TIME, BATCH, INPUTS, HIDDEN = 4, 3, 5, 2
CELLS = pytest.mark.parametrize("cell", [RNN, LSTM])
LAYERS = pytest.mark.parametrize("layers", [1, 2])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn_step(drive, state, weights):
    (h,) = state
    return (np.tanh(drive + h @ weights),)


def lstm_step(drive, state, weights):
    h, c = state
    i, f, o, g = np.split(drive + h @ weights, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def unrolled(module, x, state):
    """What a recurrent module should return, layer by layer and step by step."""
    step = lstm_step if isinstance(module, LSTM) else rnn_step
    parts = 2 if isinstance(module, LSTM) else 1
    final = []
    for k, layer in enumerate(module.layers):
        own, outputs = state[parts * k : parts * (k + 1)], []
        for row in x:
            own = step(row @ layer.input.value + layer.bias.value, own, layer.recurrent.value)
            outputs.append(own[0])
        x = np.stack(outputs)
        final += own
    return x, final


def random_state(module, rng):
    return [rng.normal(size=part.shape) for part in module.start(BATCH)]


# --- values and gradients ------------------------------------------------------------------------------


@CELLS
@LAYERS
def test_recurrent_modules_follow_their_recurrence(cell, layers, rng):
    module = cell(INPUTS, HIDDEN, layers, rng=rng)
    for variable in module.parameters():
        variable.value = rng.normal(size=variable.shape)
    x, state = rng.normal(size=(TIME, BATCH, INPUTS)), random_state(module, rng)

    outputs, final = module(sd.Variable(x), [sd.Variable(part) for part in state])
    expected, expected_final = unrolled(module, x, state)

    np.testing.assert_allclose(outputs(), expected, rtol=1e-12)
    assert len(final) == len(expected_final)
    for part, value in zip(final, expected_final, strict=True):
        np.testing.assert_allclose(part(), value, rtol=1e-12)


@CELLS
def test_a_recurrent_module_starts_at_zero(cell, rng):
    module = cell(INPUTS, HIDDEN, rng=rng)
    x = rng.normal(size=(TIME, BATCH, INPUTS))
    zeros = [np.zeros(part.shape) for part in module.start(BATCH)]

    outputs, _ = module(sd.Variable(x))

    np.testing.assert_allclose(outputs(), unrolled(module, x, zeros)[0], rtol=1e-12)


@CELLS
@LAYERS
def test_integers_stand_for_one_hot_codes(cell, layers, rng):
    module = cell(INPUTS, HIDDEN, layers, rng=rng)
    codes = rng.integers(INPUTS, size=(TIME, BATCH))

    outputs, _ = module(codes)
    expected, _ = module(sd.one_hot(codes, INPUTS))

    np.testing.assert_allclose(outputs(), expected(), rtol=1e-12)


@CELLS
def test_a_long_sequence_may_be_read_in_parts(cell, rng):
    module = cell(INPUTS, HIDDEN, 2, rng=rng)
    x = sd.Variable(rng.normal(size=(TIME, BATCH, INPUTS)))

    whole, final = module(x)
    first, middle = module(x[:3])
    second, last = module(x[3:], middle)

    np.testing.assert_allclose(np.concatenate([first(), second()]), whole(), rtol=1e-12)
    np.testing.assert_allclose(last[0](), final[0](), rtol=1e-12)


def losses():
    """One scalar loss per kind of module, on fixed random data."""
    rng = np.random.default_rng(5)
    x = sd.Variable(rng.normal(size=(TIME, BATCH, INPUTS)), trainable=False)
    codes = rng.integers(INPUTS, size=(TIME, BATCH))
    weights = rng.normal(size=(TIME, BATCH, HIDDEN))
    for module, inputs in [
        (Linear(INPUTS, HIDDEN, rng=rng), x),
        (Embedding(INPUTS, HIDDEN, rng=rng), codes),
        (RNN(INPUTS, HIDDEN, 2, rng=rng), x),
        (RNN(INPUTS, HIDDEN, rng=rng), codes),
        (LSTM(INPUTS, HIDDEN, 2, rng=rng), x),
        (LSTM(INPUTS, HIDDEN, rng=rng), codes),
    ]:
        outputs = module(inputs)
        outputs = outputs[0] if isinstance(outputs, tuple) else outputs
        yield pytest.param(module, (sd.tanh(outputs) * weights).sum(), id=module.name)


@pytest.mark.parametrize(("module", "loss"), list(losses()))
def test_gradients_agree_with_central_differences(module, loss):
    rng = np.random.default_rng(6)
    parameters = module.parameters()
    slopes = sd.compile(sd.grad(loss, parameters))()
    value = sd.compile(loss)
    for variable, slope in zip(parameters, slopes, strict=True):
        here, direction = variable.value, rng.normal(size=variable.shape)
        ends = []
        for distance in (1e-5, -1e-5):
            variable.value = here + distance * direction
            ends.append(value())
        variable.value = here

        assert (ends[0] - ends[1]) / 2e-5 == pytest.approx((slope * direction).sum(), rel=1e-7, abs=1e-9)


def test_linear_is_one_product_and_a_sum(rng):
    layer = Linear(INPUTS, HIDDEN, rng=rng)
    x = sd.Placeholder((TIME, BATCH, INPUTS), name="x")

    assert layer(x) is x @ layer.weight + layer.bias
    plain = Linear(INPUTS, HIDDEN, bias=False, rng=rng)
    assert plain(x) is x @ plain.weight
    assert len(plain.parameters()) == 1


def test_embedding_looks_up_rows(rng):
    table = Embedding(INPUTS, HIDDEN, rng=rng)
    codes = rng.integers(INPUTS, size=(TIME, BATCH))

    np.testing.assert_array_equal(table(codes)(), table.weight.value[codes])


# --- shapes and dtypes -----------------------------------------------------------------------------------


@CELLS
def test_the_input_is_projected_once(cell):
    """One product for the whole sequence, then one per step: the first state is zero, so not for it."""
    module = cell(INPUTS, HIDDEN, rng=0)
    outputs, _ = module(sd.Placeholder((TIME, BATCH, INPUTS), name="x"))
    products = [
        node
        for node in sd.toposort(outputs)
        if type(node) is sd.Einsum and len(node.operands) == 2 and node.wiring.summed
    ]

    assert len(products) == TIME


@CELLS
def test_float32_stays_float32(cell):
    module = cell(INPUTS, HIDDEN, 2, rng=0, dtype=np.float32)
    outputs, state = module(sd.Placeholder((TIME, BATCH), int, "x"))

    assert all(node.dtype == np.float32 for node in (*module.parameters(), outputs, *state))


@CELLS
def test_the_batch_may_be_open(cell, rng):
    module = cell(INPUTS, HIDDEN, rng=0)
    x = sd.Placeholder((TIME, sd.Dim("batch"), INPUTS), name="x")
    value = rng.normal(size=(TIME, BATCH, INPUTS))
    program = sd.compile(module(x)[0], [x])

    assert program(value).shape == (TIME, BATCH, HIDDEN)
    np.testing.assert_allclose(program(value[:, :1]), program(value)[:, :1], rtol=1e-12)


@CELLS
def test_wrong_sequences_and_states_are_refused(cell):
    module = cell(INPUTS, HIDDEN, rng=0)
    x = sd.Placeholder((TIME, BATCH, INPUTS), name="x")

    with pytest.raises(sd.ShapeError, match=r"a sequence is \(time, batch, 5\)"):
        module(sd.Placeholder((TIME, BATCH, INPUTS + 1)))
    with pytest.raises(sd.ShapeError, match="for integers, not int64"):
        module(sd.Placeholder((TIME,), int))
    with pytest.raises(sd.ShapeError, match="the state has parts none, but 3×2"):
        module(x, [])
    with pytest.raises(sd.ShapeError, match="the state has parts 1×2"):
        module(x, module.start(1))
    with pytest.raises(sd.ShapeError, match="at least one"):
        cell(INPUTS, HIDDEN, layers=0)


# --- names, scopes and state -------------------------------------------------------------------------------


class Model(Module):
    """Modules in attributes, lists and dicts, a variable that is held twice, one that is not trained."""

    def __init__(self):
        super().__init__()
        self.first = Linear(2, 3, rng=0)
        self.more = [RNN(3, 1, rng=1), {"last": Linear(1, 2, bias=False, rng=2)}]
        self.count = sd.Variable(0.0, "count", trainable=False)
        self.tied = self.first.weight
        self.width = 3
        self._hidden = sd.Variable(1.0)


NAMES = [
    "first.weight",
    "first.bias",
    "more.0.layers.0.input",
    "more.0.layers.0.recurrent",
    "more.0.layers.0.bias",
    "more.1.last.weight",
]


def test_variables_are_found_in_the_order_of_definition():
    model = Model()

    assert list(model.named_parameters()) == NAMES
    assert list(model.state()) == [*NAMES, "count"]
    assert model.parameters() == list(model.named_parameters().values())
    assert model.named_parameters()["more.1.last.weight"] is model.more[1]["last"].weight


def test_a_module_that_holds_itself_is_entered_once():
    model = Model()
    model.itself = model

    assert list(model.named_parameters()) == NAMES


def test_the_text_of_a_module_is_its_tree():
    assert repr(Model()).splitlines() == [
        "Model with 16 parameters",
        "  first: Linear",
        "    weight: 2×3",
        "    bias: 3",
        "  more.0: RNN",
        "    layers.0: TanhLayer",
        "      input: 3×1",
        "      recurrent: 1×1",
        "      bias: 1",
        "  more.1.last: Linear",
        "    weight: 1×2",
        "  count: scalar",
        "  tied: 2×3",
    ]


def test_nodes_are_built_in_the_scope_of_their_module():
    x = sd.Placeholder((TIME, BATCH, INPUTS), name="x")

    assert scope_of(Linear(INPUTS, HIDDEN, name="output")(x)) == ("output",)
    assert scope_of(RNN(INPUTS, HIDDEN)(x)[1][0]) == ("rnn", "rnn0")


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="Model does not say what it computes"):
        Model()()


def test_state_goes_from_one_model_to_another():
    model, other = Linear(2, 3, rng=0), Linear(2, 3, rng=1)
    x = np.ones((1, 2))

    other.load_state(model.state())

    np.testing.assert_array_equal(other(x)(), model(x)())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"bias": None}, sd.GraphError, "the state lacks bias"),
        ({"scale": 1.0}, sd.GraphError, "there is no variable scale"),
        ({"bias": np.zeros(4)}, sd.ShapeError, "bias is 3, but its new value is 4"),
        ({"bias": np.zeros(3, complex)}, TypeError, "bias is float64, but its new value is complex128"),
        ({"bias": ["a", "b", "c"]}, TypeError, "bias is float64"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    model = Linear(2, 3, rng=0)
    before = model.state()
    state = {"weight": np.full((2, 3), 7.0), "bias": np.zeros(3), **change}

    with pytest.raises(error, match=message):
        model.load_state({name: value for name, value in state.items() if value is not None})

    assert all(model.state()[name] is value for name, value in before.items())


def test_a_copied_module_has_variables_of_its_own():
    model = Linear(2, 3, rng=0)
    twin = copy.deepcopy(model)
    twin.bias.value = np.ones(3)

    assert list(twin.state()) == list(model.state())
    assert not model.bias.value.any()


# --- initial values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in initial.__all__ if name not in ("Array", "Rng")])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_initial_values_follow_their_seed(name, dtype):
    draw = getattr(initial, name)
    array = draw((3, 4), 7, dtype)

    assert array.shape == (3, 4)
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, draw((3, 4), np.random.default_rng(7), dtype))


@pytest.mark.parametrize(
    ("draw", "deviation"),
    [
        (initial.uniform, np.sqrt(1 / 3)),
        (initial.normal, 1),
        (initial.glorot_uniform, np.sqrt(2 / 500)),
        (initial.he_normal, np.sqrt(2 / 300)),
    ],
)
def test_initial_values_have_the_right_spread(draw, deviation):
    array = draw((300, 200), rng=0)

    assert array.mean() == pytest.approx(0, abs=0.02 * deviation)
    assert array.std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize("shape", [(4, 4), (6, 3), (3, 6)])
def test_orthogonal_matrices_are_orthogonal(shape):
    q = initial.orthogonal(shape, rng=0)
    product = q @ q.T if shape[0] <= shape[1] else q.T @ q

    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-12)


def test_matrix_initialisers_refuse_other_shapes():
    with pytest.raises(sd.ShapeError, match="orthogonal: a matrix"):
        initial.orthogonal((3,))


def test_the_forget_gate_is_open_at_first():
    bias = LSTM(INPUTS, HIDDEN, rng=0).layers[0].bias.value

    np.testing.assert_array_equal(bias, [0, 0, 1, 1, 0, 0, 0, 0])
    assert not RNN(INPUTS, HIDDEN, rng=0).layers[0].bias.value.any()


def test_seeds_reproduce_models_and_leave_the_global_generator_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two, other = (LSTM(INPUTS, HIDDEN, 2, rng=seed).state() for seed in (3, 3, 4))

    assert all((one[name] == two[name]).all() for name in one)
    assert not (one["layers.0.input"] == other["layers.0.input"]).any()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
