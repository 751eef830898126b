"""Modules made of modules, and layers that normalise."""

import numpy as np
import pytest

import symdiff as sd
from symdiff.modules import MLP, BatchNorm, LayerNorm, Linear, Sequential, initial


def test_an_mlp_is_its_layers_with_relu_between(rng):
    """The value is that of the same products written with NumPy."""
    model = MLP([4, 5, 3], rng=0)
    x = rng.normal(size=(7, 4))
    (w0, b0, w1, b1) = (p.value for p in model.parameters())

    expected = np.maximum(x @ w0 + b0, 0) @ w1 + b1
    np.testing.assert_allclose(model(sd.constant(x))(), expected, rtol=1e-13)


def test_an_mlp_needs_two_sizes():
    """One size gives no layer."""
    with pytest.raises(sd.ShapeError, match=r"MLP.*\[4\]"):
        MLP([4])


def test_a_sequence_applies_functions_and_modules_in_order(rng):
    """Functions of one node stand beside modules, and have no parameters."""
    layer = Linear(3, 2, rng=1)
    model = Sequential(layer, sd.tanh, lambda node: 2 * node)
    x = sd.Variable(rng.normal(size=(4, 3)), "x")

    assert model(x) is 2 * sd.tanh(layer(x))
    assert model.parameters() == layer.parameters()


def test_layer_norm_is_numpys(rng):
    """Every row has mean 0 and variance 1 before scale and offset."""
    layer = LayerNorm(5, epsilon=1e-5)
    layer.scale.value, layer.offset.value = rng.normal(size=5), rng.normal(size=5)
    x = rng.normal(size=(2, 3, 5))

    expected = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    expected = expected * layer.scale.value + layer.offset.value
    np.testing.assert_allclose(layer(sd.constant(x))(), expected, rtol=1e-12)


@pytest.mark.parametrize(("axis", "shape"), [(-1, (6, 3)), (1, (4, 3, 2, 2)), (-1, (2, 2, 2, 3))])
def test_batch_norm_is_numpys(rng, axis, shape):
    """Every feature has mean 0 and variance 1 over all other axes; running ones are used when asked."""
    layer = BatchNorm(3, axis=axis)
    others = tuple(k for k in range(len(shape)) if k != axis % len(shape))
    x = rng.normal(size=shape)
    mean, variance = x.mean(others, keepdims=True), x.var(others, keepdims=True)

    trained = layer(sd.constant(x))()
    np.testing.assert_allclose(trained, (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-11, atol=1e-13)
    running = layer(sd.constant(x), training=False)()
    np.testing.assert_allclose(running, x / np.sqrt(1 + 1e-3), rtol=1e-12)


def test_running_statistics_follow_the_batches(rng):
    """After many equal batches the running statistics are those of the batch."""
    layer = BatchNorm(2, decay=0.5)
    x = sd.Variable(rng.normal(3.0, 2.0, size=(50, 2)), "x")
    step = sd.compile(layer(x), updates=layer.updates(x))
    for _ in range(60):
        step()

    np.testing.assert_allclose(layer.mean.value, x.value.mean(0), rtol=1e-12)
    np.testing.assert_allclose(layer.variance.value, x.value.var(0), rtol=1e-12)
    assert [p.name for p in layer.parameters()] == ["batchnorm_scale", "batchnorm_offset"]


@pytest.mark.parametrize("layer", [LayerNorm(3), BatchNorm(3), BatchNorm(3, axis=1)], ids=lambda m: m.name)
def test_normalisation_has_right_derivatives(rng, layer):
    """By the input and by both parameters, to second order."""
    x = sd.Variable(rng.normal(size=(4, 3)), "x")
    sd.check_grad(layer(x) ** 2, [x, *layer.parameters()], order=2)


@pytest.mark.parametrize(
    ("draw", "variance"),
    [
        (initial.glorot_uniform, 2 / 500),
        (initial.glorot_normal, 2 / 500),
        (initial.he_uniform, 2 / 300),
        (initial.he_normal, 2 / 300),
    ],
)
def test_initial_values_have_their_variance(draw, variance):
    """The variance of 300 x 200 draws is within 3 % of the formula, and the mean near 0."""
    values = draw((300, 200), rng=0)

    assert values.var() == pytest.approx(variance, rel=0.03)
    assert abs(values.mean()) < 4 * np.sqrt(variance / values.size)
    assert draw((3, 2), rng=0, dtype=np.float32).dtype == np.float32


def test_truncated_normals_stay_within_two_deviations():
    """None of many draws is further out, and nearly all of the range is used."""
    values = initial.truncated_normal((200, 100), rng=0, scale=0.5)

    assert np.abs(values).max() <= 1.0
    assert np.abs(values).max() > 0.99
