"""Optimizers against the same formulas written in NumPy, and the graph each of them makes."""

import numpy as np
import pytest

import symdiff as sd
from symdiff.optim import SGD, Adagrad, Adam, Momentum, Nesterov, RMSProp, clip_by_global_norm

STEPS = 5


def sgd(x, g, memory, t):
    return x - 0.1 * g


def momentum(x, g, memory, t):
    memory["v"] = 0.8 * memory.get("v", 0) + g
    return x - 0.1 * memory["v"]


def nesterov(x, g, memory, t):
    memory["v"] = 0.8 * memory.get("v", 0) + g
    return x - 0.1 * (g + 0.8 * memory["v"])


def adagrad(x, g, memory, t):
    memory["s"] = memory.get("s", 0) + g**2
    return x - 0.1 * g / (np.sqrt(memory["s"]) + 1e-6)


def rmsprop(x, g, memory, t):
    memory["s"] = 0.7 * memory.get("s", 0) + 0.3 * g**2
    return x - 0.1 * g / (np.sqrt(memory["s"]) + 1e-6)


def adam(x, g, memory, t):
    memory["m"] = 0.8 * memory.get("m", 0) + 0.2 * g
    memory["v"] = 0.95 * memory.get("v", 0) + 0.05 * g**2
    mean = memory["m"] / (1 - 0.8**t)
    square = memory["v"] / (1 - 0.95**t)
    return x - 0.1 * mean / (np.sqrt(square) + 1e-6)


CASES = [
    (lambda: SGD(0.1), sgd),
    (lambda: Momentum(0.1, momentum=0.8), momentum),
    (lambda: Nesterov(0.1, momentum=0.8), nesterov),
    (lambda: Adagrad(0.1, epsilon=1e-6), adagrad),
    (lambda: RMSProp(0.1, decay=0.7, epsilon=1e-6), rmsprop),
    (lambda: Adam(0.1, beta1=0.8, beta2=0.95, epsilon=1e-6), adam),
]
EVERY = pytest.mark.parametrize(("make", "rule"), CASES, ids=[rule.__name__ for _, rule in CASES])


def problem(dtype):
    """Two parameters and a loss whose gradient is easy to write down."""
    a = sd.Variable(np.array([[1.0, -2.0], [0.5, 3.0]], dtype), "a")
    b = sd.Variable(np.array([0.25, -1.5], dtype), "b")
    loss = (a * a * a).sum() + (b * b * b * b).sum()
    return [a, b], loss, [lambda a: 3 * a**2, lambda b: 4 * b**3]


@EVERY
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_follow_the_formula(make, rule, dtype):
    parameters, loss, slopes = problem(dtype)
    expected = [x.value.astype(float) for x in parameters]
    memories = [{}, {}]
    step = sd.compile(loss, updates=make().updates(parameters, sd.grad(loss, parameters)))

    for t in range(1, STEPS + 1):
        step()
        expected = [
            rule(x, slope(x), memory, t) for x, slope, memory in zip(expected, slopes, memories, strict=True)
        ]

        for x, value in zip(parameters, expected, strict=True):
            assert x.value.dtype == dtype
            np.testing.assert_allclose(x.value, value, rtol=2e-5 if dtype == np.float32 else 1e-12)


@EVERY
def test_memory_has_the_dtype_of_its_parameter(make, rule):
    parameters, loss, _ = problem(np.float32)
    optimizer = make()
    updates = optimizer.updates(parameters, sd.grad(loss, parameters))
    memory = {name: found for name, found in optimizer.variables().items() if name != "steps"}

    assert all(variable.dtype == np.float32 for variable in memory.values())
    assert all(node.dtype == variable.dtype for variable, node in updates.items())
    assert not any(variable.trainable for variable in optimizer.variables().values())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gradient", [1e-4, 1.0, 1e6])
def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(dtype, gradient):
    x = sd.Variable(np.array([1.0, 1.0], dtype), "x")
    loss = (x * np.array([gradient, -gradient], dtype)).sum()
    step = sd.compile(loss, updates=Adam(0.01).updates([x], [sd.grad(loss, x)]))

    step()

    np.testing.assert_allclose(x.value, [0.99, 1.01], atol=0.01 * 2e-4 + np.finfo(dtype).eps, rtol=0)


def test_one_step_of_momentum_is_this_graph():
    x = sd.Variable([1.0], "x")
    optimizer = Momentum(0.5, momentum=0.25)
    updates = optimizer.updates([x], [2 * x])
    (velocity,) = optimizer.memory["velocity"]

    assert updates == {x: x - 0.5 * (0.25 * velocity + 2 * x), velocity: 0.25 * velocity + 2 * x}


def test_a_learning_rate_may_be_fed():
    x = sd.Variable(np.array([1.0, 2.0], np.float32), "x")
    rate = sd.Placeholder((), np.float32, "rate")
    loss = (x * x).sum()
    step = sd.compile(loss, [rate], updates=SGD(rate).updates([x], [sd.grad(loss, x)]))

    step(0.25)
    step(0.0)

    np.testing.assert_array_equal(x.value, [0.5, 1.0])


def test_a_learning_rate_may_be_a_variable():
    x = sd.Variable([1.0], "x")
    rate = sd.Variable(0.25, "rate", trainable=False)
    optimizer = SGD(rate)
    step = sd.compile([], updates={**optimizer.updates([x], [x]), rate: rate / 2})

    step()
    step()

    np.testing.assert_array_equal(x.value, [0.75 * 0.875])
    assert list(optimizer.state()) == ["learning_rate"]


def test_an_update_can_be_differentiated_through():
    """The best learning rate for one step down x**2 is one half: there the slope is 0."""
    x, rate = sd.Variable(3.0, "x"), sd.Variable(0.5, "rate")
    after = SGD(rate).updates([x], [2 * x])[x]
    slope = sd.grad(after * after, rate)

    assert slope() == 0
    rate.value = 0.25
    assert slope() == -18


def test_training_goes_on_where_the_state_was_saved():
    def trained(steps, state=None, start=None):
        x = sd.Variable([3.0, -4.0] if start is None else start, "x")
        loss = (x * x).sum()
        adam = Adam(0.1)
        step = sd.compile(loss, updates=adam.updates([x], [sd.grad(loss, x)]))
        if state is not None:
            adam.load_state(state)
        for _ in range(steps):
            step()
        return x.value, adam.state()

    middle, state = trained(3)

    np.testing.assert_array_equal(trained(4, state, middle)[0], trained(7)[0])
    assert list(state) == ["memory.mean.0", "memory.squares.0", "steps"]
    assert state["steps"] == 3


def test_programs_of_the_same_parameters_share_their_state():
    parameters, loss, _ = problem(np.float64)
    adam = Adam()
    first = adam.updates(parameters, sd.grad(loss, parameters))
    second = adam.updates(parameters, sd.grad(2 * loss, parameters))

    assert list(first) == list(second)


def test_parameters_and_gradients_may_be_mappings():
    a, b = sd.Variable(1.0, "a"), sd.Variable(2.0, "b")
    updates = SGD(1.0).updates({"a": a, "b": b}, {"a": b, "b": a})

    assert updates == {a: a - b, b: b - a}


def test_other_parameters_need_another_optimizer():
    x, y = sd.Variable(1.0, "x"), sd.Variable(1.0, "y")
    adam = Adam()
    adam.updates([x], [x])

    with pytest.raises(sd.GraphError, match="trains other parameters already"):
        adam.updates([y], [y])


def test_gradients_must_pair_up():
    x = sd.Variable([1.0, 2.0], "x")

    with pytest.raises(sd.GraphError, match="2 parameters and 1 gradients"):
        SGD().updates([x, x], [x])
    with pytest.raises(sd.GraphError, match="do not pair up"):
        SGD().updates({"x": x}, {"y": x})
    with pytest.raises(sd.ShapeError, match="its gradient is"):
        SGD().updates([x], [x.sum()])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_keeps_short_gradients_and_the_direction_of_long_ones(dtype):
    parts = [sd.Variable(np.array(value, dtype)) for value in ([3.0, 0.0], [[4.0]])]

    for limit in (5.0, 7.0):
        for part, clipped in zip(parts, clip_by_global_norm(parts, limit), strict=True):
            np.testing.assert_array_equal(clipped(), part.value)
    first, second = clip_by_global_norm(parts, 1.0)
    np.testing.assert_allclose(first(), [0.6, 0.0], rtol=1e-6)
    np.testing.assert_allclose(second(), [[0.8]], rtol=1e-6)
    assert first.dtype == second.dtype == dtype


def test_clipping_keeps_the_structure():
    x = sd.Variable([0.5], "x")

    assert list(clip_by_global_norm({"x": x}, 1.0)) == ["x"]
    assert isinstance(clip_by_global_norm((x,), 1.0), tuple)
    assert clip_by_global_norm([], 1.0) == []
    np.testing.assert_array_equal(clip_by_global_norm([x * 0], 1.0)[0](), [0.0])
