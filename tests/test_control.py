"""Rules of one's own, and regions that are recomputed: values, derivatives, errors and memory."""

import gc
import pickle
import weakref

import numpy as np
import pytest

import symdiff as sd
from symdiff.check import check_grad
from symdiff.errors import GraphError
from symdiff.planning import plan
from symdiff.recompute import Checkpoint
from symdiff.rules import CustomRule

ROWS, WIDTH = 512, 8
LAYER = ROWS * WIDTH * 8  # bytes of the value of one layer


def network(layers, each, mark):
    """tanh layers in segments of *each*, each segment passed through *mark*; the loss, the variables."""
    rng = np.random.default_rng(0)
    weights = [sd.Variable(0.3 * rng.normal(size=(WIDTH, WIDTH)), f"w{k}") for k in range(layers)]
    x = sd.Variable(rng.normal(size=(ROWS, WIDTH)), "x")

    def segment(h, parts):
        for w in parts:
            h = sd.tanh(h @ w)
        return h

    h = x
    for start in range(0, layers, each):
        h = mark(segment)(h, weights[start : start + each])
    return (h * h).sum(), [x, *weights]


def plain(function):
    """A function, not marked."""
    return function


def gradients(layers, each, mark):
    """The program of the loss and its gradient."""
    loss, wrt = network(layers, each, mark)
    return sd.compile([loss, *sd.grad(loss, wrt)])


# --- rules of one's own -------------------------------------------------------------------------------


def clip_gradient(x, limit):
    """*x*, with cotangents clipped entry by entry."""
    rule = sd.custom_rule(
        lambda x: x, vjp=lambda y, x, g: sd.maximum(sd.minimum(g, limit), -limit), jvp=lambda y, x, dx: dx
    )
    return rule(x)


@sd.custom_rule(vjp=lambda y, x, g: g)
def round_through(x):
    """The nearest integer below x + 1/2, with the slope of x."""
    return (x + 0.5) // 1


@sd.custom_rule(vjp=lambda y, x, g: g * sd.sigmoid(x))
def log1pexp(x):
    """log(1 + exp(x)) with the derivative that does not overflow."""
    return sd.log1p(sd.exp(x))


@sd.custom_rule(vjp=lambda y, x, g: g * y)
def exponential(x):
    """exp(x), whose derivative is its result."""
    return sd.exp(x)


def test_a_clipped_gradient_leaves_the_value_alone():
    """The value passes unchanged, its cotangent is cut off."""
    x = sd.Variable([1.0, -2.0, 3.0], "x")
    y = (clip_gradient(x, 5.0) ** 2).sum()

    np.testing.assert_array_equal(y(), 14.0)
    np.testing.assert_array_equal(sd.grad(y, x)(), [2.0, -4.0, 5.0])
    np.testing.assert_array_equal(sd.jvp(y, x, [1.0, 1.0, 1.0])(), 4.0)


def test_clipping_keeps_the_batch_of_a_jacobian():
    """A rule that counts axes from the end works for many cotangents at once."""
    x = sd.Variable([1.0, -2.0], "x")

    np.testing.assert_array_equal(sd.jacobian(clip_gradient(x, 0.5) * 3, x)(), 0.5 * np.eye(2))


def test_rounding_is_passed_straight_through():
    """The slope is 1 in both modes and 0 at second order, although the value is a step."""
    x = sd.Variable([0.4, 1.6, -0.7], "x")
    y = round_through(x)

    np.testing.assert_array_equal(y(), [0.0, 2.0, -1.0])
    np.testing.assert_array_equal(sd.grad(y.sum(), x)(), np.ones(3))
    np.testing.assert_array_equal(sd.jvp(y, x, [1.0, 2.0, 3.0])(), [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(sd.hessian((y * y).sum(), x)(), 2 * np.eye(3))


def test_a_rule_can_be_more_stable_than_its_function():
    """Where the chain rule gives inf / inf, the rule gives the right slope."""
    x = sd.Variable([-1000.0, 0.0, 1000.0], "x")

    np.testing.assert_array_equal(sd.grad(log1pexp(x).sum(), x)(), [0.0, 0.5, 1.0])
    np.testing.assert_array_equal(sd.grad(sd.grad(log1pexp(x).sum(), x).sum(), x)(), [0.0, 0.25, 0.0])


def test_a_rule_that_uses_its_result_holds_at_every_order():
    """The result that the rule is given has the rule's own derivative."""
    x = sd.Variable([0.3, -1.0], "x")
    y = exponential(x * x)
    first = sd.grad(y.sum(), x)

    check_grad(y, x, 4)
    assert any(isinstance(node, CustomRule) for node in sd.toposort(first))


def test_settings_are_not_told_to_the_rule():
    """Keyword arguments belong to the function."""
    power = sd.custom_rule(lambda x, n: x**n, vjp=lambda y, x, g: 7 * g)
    x = sd.Variable([2.0], "x")

    np.testing.assert_array_equal(power(x, n=3)(), [8.0])
    np.testing.assert_array_equal(sd.grad(power(x, n=3).sum(), x)(), [7.0])


def test_arguments_without_derivative_get_none():
    """Integers are arguments too, and float constants that stay constant are not asked for."""
    pick = sd.custom_rule(lambda x, k: x[k], vjp=lambda y, x, k, g: (sd.scatter_add(g, k, 3, axis=-1), None))
    x = sd.Variable([1.0, 2.0, 4.0], "x")
    y = pick(x, [2, 0]) ** 2

    check_grad(y, x, 2)
    assert pick(x, np.array([2, 0])) is pick(x, np.array([2, 0]))


def test_stopped_variables_may_be_captured():
    """A function may read what it says is constant."""
    x, w = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "w")
    f = sd.custom_rule(lambda x: x * sd.stop_gradient(w), vjp=lambda y, x, g: g)

    np.testing.assert_array_equal(f(x)(), [3.0, 8.0])
    assert sd.grad(f(x).sum(), w) is sd.zeros_like(w)


def test_a_node_inside_a_rule_cannot_be_differentiated_by():
    """Zeros would be wrong, so it is an error that says so."""
    inner = []

    def f(x):
        inner.append(sd.exp(x))
        return inner[0] * 2

    x = sd.Variable([1.0], "x")
    y = sd.custom_rule(f, vjp=lambda y, x, g: g)(x)

    with pytest.raises(GraphError, match="argument"):
        sd.grad(y.sum(), inner[0])


def test_views_as_arguments_are_kept_apart():
    """An argument that products would swallow still gets its cotangent."""
    x = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "x")
    f = sd.custom_rule(lambda a, b: a @ b, vjp=lambda y, a, b, g: (g @ b.T, a.T @ g))

    check_grad(f(2 * x.T, x), x, 3)
    (moved,) = sd.substitute([f(x.T, x)], {x: 3 * x})
    check_grad(moved, x, 2)


# --- regions that are recomputed ----------------------------------------------------------------------


@pytest.mark.parametrize(("layers", "each"), [(1, 1), (6, 2), (7, 3), (16, 4)])
def test_gradients_are_the_same_to_the_last_bit(layers, each):
    """Recomputing does the same arithmetic once more."""
    for one, two in zip(
        gradients(layers, each, plain)(), gradients(layers, each, sd.checkpoint)(), strict=True
    ):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("layers", "each"), [(16, 4), (64, 8), (256, 16)])
def test_memory_grows_with_the_square_root(layers, each):
    """All layers are held without marks; with them one segment, and the ends of all."""
    whole, marked = (gradients(layers, each, mark).cost for mark in (plain, sd.checkpoint))

    assert whole.peak_bytes >= layers * LAYER
    assert marked.peak_bytes <= (2 * each + 6) * LAYER
    assert marked.flops < 1.5 * whole.flops


def test_nested_regions_need_less_still():
    """Segments of segments hold a segment of segments, a segment and their ends."""

    def nested(function):
        def outer(h, parts):
            for start in range(0, len(parts), 4):
                h = sd.checkpoint(function)(h, parts[start : start + 4])
            return h

        return sd.checkpoint(outer)

    flat, deep = gradients(64, 16, sd.checkpoint), gradients(64, 16, nested)

    assert deep.cost.peak_bytes < 0.75 * flat.cost.peak_bytes
    for one, two in zip(flat(), deep(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_peak_is_what_is_held_at_once():
    """Inputs and constants aside, views free, outputs to the end."""
    x = sd.Variable(np.ones((4, 4)), "x")
    a = sd.exp(x)
    b = sd.sin(a.T)

    assert plan([sd.cos(b)], [x]).buffers.peak == 2 * 128
    assert plan([sd.cos(b), a], [x]).buffers.peak == 2 * 128
    assert plan([x], [x]).buffers.peak == 128


@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_order_is_that_of_the_plain_function(order):
    """Derivatives of derivatives agree with those without marks."""
    x, w = sd.Variable([0.3, -0.7], "x"), sd.Variable([[0.5, 1.0], [-0.4, 0.2]], "w")

    def f(x):
        return sd.tanh(x @ w) * sd.sin(x)

    found, expected = [], []
    for mark, values in ((sd.checkpoint, found), (plain, expected)):
        y = mark(f)(mark(f)(x)).sum()
        for _ in range(order):
            y = (sd.grad(y, w) ** 2).sum() + (sd.grad(y, x) * x).sum()
        values.append(y())
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    check_grad(sd.checkpoint(f)(x), [x, w], order)


def test_variables_and_nodes_come_in_by_closure():
    """What a function reads without being given it is kept, and has its gradient."""
    x, w = sd.Variable([0.3, -0.7], "x"), sd.Variable([1.5, 2.0], "w")
    outside = sd.exp(w)
    y = sd.checkpoint(lambda a: sd.tanh(a * outside) * w)(x)
    (region,) = [node for node in sd.toposort(y) if isinstance(node, Checkpoint)]

    assert outside in region.operands
    check_grad(y, [x, w], 3)


def test_the_same_call_is_the_same_node():
    """A region has no identity but its meaning."""
    x = sd.Variable([0.3, -0.7], "x")
    f = sd.checkpoint(lambda x: sd.tanh(x) * x)

    assert f(x) is f(x)
    assert sd.grad(f(x).sum(), x) is sd.grad(f(x).sum(), x)


def test_a_recomputed_node_is_not_the_original():
    """The gradient holds nothing of the region's inside but its copy."""
    x = sd.Variable([0.3, -0.7], "x")
    y = sd.checkpoint(lambda x: sd.sin(sd.tanh(x)))(x)

    assert sd.tanh(x) not in sd.toposort(sd.grad(y.sum(), x, None))
    program = sd.compile([y, sd.grad(y.sum(), x)])
    assert program.source.count(" tanh(") == 2


def test_results_of_a_region_are_recomputed_together():
    """Outputs in tuples and dicts come back as they were, and share one copy."""
    x, w = sd.Variable(np.linspace(-1, 1, 6).reshape(2, 3), "x"), sd.Variable([0.5, 1.0, 2.0], "w")

    def f(state, *, scale):
        h = sd.tanh(state["h"] * scale)
        return {"h": h * h, "parts": (h.sum(axis=0), h, sd.argmax(h)), "same": state["h"]}

    plain_result, marked = f({"h": x}, scale=w), sd.checkpoint(f)({"h": x}, scale=w)
    assert marked["same"] is x
    assert marked["parts"][2].dtype == plain_result["parts"][2].dtype
    loss = (marked["h"].sum(0) * marked["parts"][0] + marked["parts"][1][1]).sum()
    expected = (plain_result["h"].sum(0) * plain_result["parts"][0] + plain_result["parts"][1][1]).sum()
    program = sd.compile([loss, *sd.grad(loss, [x, w])])

    np.testing.assert_allclose(program()[0], expected(), rtol=1e-14)
    for one, two in zip(program()[1:], sd.grad(expected, [x, w]), strict=True):
        np.testing.assert_allclose(one, two(), rtol=1e-13)
    assert program.source.count(" tanh(") == 2
    check_grad(loss, [x, w], 2)


def test_a_region_of_one_node_or_none():
    """Marking what computes nothing gives what it was."""
    x = sd.Variable([1.0, 2.0], "x")

    assert sd.checkpoint(lambda x: x)(x) is x
    assert sd.checkpoint(lambda: x)() is x
    assert sd.checkpoint(sd.argmax)(x) is sd.argmax(x)
    assert sd.checkpoint(sd.ones_like)(x) is sd.ones_like(x)


def test_inner_nodes_can_still_be_differentiated_by():
    """A source inside a region gets its gradient, without recomputing."""
    inner = []

    def f(x):
        inner.append(sd.tanh(x))
        return inner[0] ** 3

    x = sd.Variable([0.3, -0.7], "x")
    y = sd.checkpoint(f)(x)
    by_inner, by_x = sd.grad(y.sum(), [inner[0], x])

    np.testing.assert_allclose(by_inner(), 3 * np.tanh(x.value) ** 2)
    np.testing.assert_allclose(by_x(), sd.grad(f(x).sum(), x)())


def test_random_numbers_are_drawn_again_alike():
    """A mask inside a region is recomputed, not kept, and is the same mask."""
    x = sd.Variable(np.linspace(-1, 1, 50), "x")
    keys = sd.Placeholder((2,), "uint64", name="key")
    f = sd.checkpoint(lambda x: sd.tanh(sd.dropout(x * x, 0.5, keys)) * x)
    y = f(x).sum()
    program = sd.compile([y, sd.grad(y, x)], [keys])

    assert program.source.count("_uniform") == 2
    check_grad(y, x, 2, feeds={keys: sd.random.key(3)()})


def test_sizes_may_be_open():
    """A region of symbolic sizes, several results included, runs at any size."""
    x = sd.Placeholder((None, 3), name="x")
    w = sd.Variable([[1.0, 0.5], [0.2, -0.3], [0.1, 0.4]], "w")
    h, total = sd.checkpoint(lambda x: (sd.tanh(x @ w), sd.exp(x).sum(1)))(x)
    y = (h.sum(1) * total).sum()

    for rows in (1, 4, 0):
        check_grad(y, [w, x], 1, feeds={x: np.linspace(-1, 1, 3 * rows).reshape(rows, 3)})


def test_views_and_substitutions_do_not_lose_gradients():
    """What a region reads is found again when its graph is rebuilt."""
    x, w = sd.Variable([[0.3, -0.7]], "x"), sd.Variable([[0.5, 1.0], [-0.4, 0.2]], "w")
    y = sd.checkpoint(lambda a, b: sd.tanh(a @ b))(2 * x, w.T)

    check_grad(y, [x, w], 2)
    (moved,) = sd.substitute([y], {w: 3 * w.T, x: sd.exp(x) - 1})
    check_grad(moved, [x, w], 2)
    (same,) = sd.substitute([sd.checkpoint(lambda a, b: a * b + a)(x, w[:1])], {w: sd.stack([x[0], x[0]])})
    check_grad(same, x, 2)


def test_outputs_do_not_share_memory_with_variables():
    """A gradient that is just a value of the graph is a copy of it."""
    x, w = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "w")
    y = sd.checkpoint(lambda x: x * w)(x).sum()

    gradient = sd.compile(sd.grad(y, x))()
    gradient[:] = 0

    np.testing.assert_array_equal(w.value, [3.0, 4.0])


def test_single_precision_stays_single():
    """Regions keep dtypes."""
    x = sd.Variable(np.array([0.3, -0.7], "float32"), "x")
    a, b = sd.checkpoint(lambda x: (sd.tanh(x), x.astype("float64") * 2))(x)

    assert (a.dtype, b.dtype) == (np.float32, np.float64)
    assert sd.grad((a * 3).sum() + b.sum().astype("float32"), x)().dtype == np.float32


def test_a_module_can_be_a_region():
    """Parameters, values and gradients are those of the module."""
    layer = sd.modules.Linear(3, 2, rng=0)
    marked = sd.modules.Checkpoint(layer)
    x = sd.Variable([[0.1, 0.2, 0.3]], "x")

    assert marked.parameters() == layer.parameters()
    for w in layer.parameters():
        one, two = (sd.grad(sd.tanh(f(x)).sum(), w)() for f in (layer, marked))
        np.testing.assert_array_equal(one, two)
    check_grad(marked(x), layer.parameters(), 2)


def test_regions_pickle_copy_and_are_freed():
    """Regions are nodes like any other, and nothing keeps their graph alive."""
    x = sd.Variable([0.3, -0.7], "x")
    y = sd.checkpoint(lambda x: sd.tanh(x) * x)(x)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(y))(), y())
    gradient = sd.grad(y.sum(), x)
    assert str(y) == "x * tanh(x)"
    assert "checkpoint" in sd.listing(y)
    assert "barrier" in sd.listing(gradient)
    watched = weakref.ref(gradient)
    gradient()
    del gradient, y
    gc.collect()

    assert watched() is None


def test_many_regions_do_not_recurse():
    """A chain of a thousand regions is built, differentiated and run."""
    x = sd.Variable([0.3], "x")
    f = sd.checkpoint(lambda x: sd.sin(x) + 0.1)
    y = x
    for _ in range(1000):
        y = f(y)

    slope = sd.compile(sd.grad(y.sum(), x))()

    assert np.isfinite(slope).all()
