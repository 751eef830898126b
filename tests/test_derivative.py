"""Derivatives of graphs: what is asked for, what is refused, what it costs, and where it is stable."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest
import scipy.special as special

import symdiff as sd
from symdiff.check import GradientError, check_grad

# --- size and cost --------------------------------------------------------------------------------------

TANH_NODES = {1: 10, 2: 40, 3: 90, 4: 160, 5: 250, 6: 360, 7: 490, 8: 640}


@pytest.mark.parametrize(("order", "most"), TANH_NODES.items())
def test_nth_derivative_of_tanh_stays_short(order, most):
    """Derivatives of tanh are polynomials of tanh, so no order has more than 10 n**2 nodes."""
    x = sd.Variable([0.3, -0.7], "x")
    y = sd.tanh(x).sum()
    for _ in range(order):
        y = sd.grad(y, x).sum()

    assert len(sd.toposort(y)) <= most


def test_eighth_derivative_of_tanh_is_right():
    """The Taylor coefficient of tanh at 0: x**7 has -17/315."""
    x = sd.Variable(0.0, "x")
    y = sd.tanh(x)
    for _ in range(7):
        y = sd.grad(y, x)

    np.testing.assert_allclose(y(), -17 / 315 * special.factorial(7), rtol=1e-13)
    assert sd.grad(y, x)() == 0


def chains(n: int, size: int) -> dict[str, tuple[sd.Node, list[sd.Variable]]]:
    """A product of n matrices as a scalar: one contraction, and one pair after the other."""
    rng = np.random.default_rng(n)
    matrices = [sd.Variable(rng.normal(size=(size, size)), f"m{k}") for k in range(n)]
    product = matrices[0]
    for m in matrices[1:]:
        product = product @ m
    arguments = [item for k, m in enumerate(matrices) for item in (m, [k, k + 1])]
    return {"pairs": (product.sum(), matrices), "one": (sd.einsum(*arguments, []), matrices)}


@pytest.mark.parametrize("spelling", ["pairs", "one"])
@pytest.mark.parametrize("wrap", [lambda y: y, sd.tanh], ids=["linear", "tanh"])
def test_gradients_of_a_product_of_16_matrices_cost_three_products(spelling, wrap):
    """All gradients together take at most three times the operations of the value, as in any graph."""
    n, size = 16, 20
    y, matrices = chains(n, size)[spelling]
    y = wrap(y)
    forward = sd.compile(y).cost.flops

    together = sd.compile([y, *sd.grad(y, matrices)]).cost.flops

    assert together <= 3 * forward


def test_gradients_of_a_full_matrix_product_cost_three_products():
    """The same where the result is a matrix, so that no cheaper order hides the cost."""
    _, matrices = chains(16, 20)["one"]
    product = sd.einsum(*[item for k, m in enumerate(matrices) for item in (m, [k, k + 1])], [0, 16])
    weights = sd.Variable(np.ones(product.shape), "w")
    forward = sd.compile(product).cost.flops

    assert sd.compile(sd.vjp(product, matrices, weights)).cost.flops <= 3 * forward


def test_one_contraction_and_pairs_have_equal_gradients():
    """How a product was spelled does not matter to its gradients."""
    one, two = (sd.grad(y, matrices) for y, matrices in chains(5, 3).values())

    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a(), b(), rtol=1e-12)


VISITS: list[sd.Node] = []


class Spy(sd.Elementwise):
    """x, which remembers whenever it is differentiated"""

    def compute(self, xp, x):
        return x * 1

    def vjp(self, k, g):
        VISITS.append(self)
        return g

    def jvp(self, k, dx):
        VISITS.append(self)
        return dx


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_only_what_lies_between_is_visited(mode):
    """Nodes below wrt, and nodes that do not depend on it, are not differentiated."""
    x, other = sd.Variable([1.0, 2.0], "x"), sd.Variable([1.0, 2.0], "other")
    below = Spy(sd.sin(x))
    h = sd.exp(below)
    beside = Spy(sd.cos(other))
    between = Spy(sd.tanh(h))
    y = (between * beside).sum()
    above = Spy(y)
    VISITS.clear()

    if mode == "reverse":
        sd.grad(y, h)
    else:
        sd.jvp(y, h, [1.0, 1.0])

    assert [between] == VISITS
    assert above not in VISITS


def test_shared_nodes_are_visited_once():
    """A node that is used in many places hands its cotangent down once."""
    x = sd.Variable(1.0, "x")
    y = x
    for _ in range(12):
        y = Spy(y)
        y = y * y + y
    VISITS.clear()

    sd.grad(y, x)

    assert len(VISITS) == 12


# --- what to differentiate by ---------------------------------------------------------------------------


def test_unconnected_nodes_have_structural_zeros():
    """No dependence is a constant without operands, of the shape and dtype of what was asked for."""
    x = sd.Variable(np.ones((2, 3), "float32"), "x")
    y = sd.Variable(1.0, "y")

    slope = sd.grad(y * y, x)

    assert slope is sd.zeros((2, 3), "float32")
    assert slope.operands == ()
    assert sd.jvp(y, x, np.ones((2, 3))) is sd.zeros(())
    assert sd.jacobian(sd.stack([y, y]), x).shape == (2, 2, 3)
    assert sd.hessian(y * y, x) is sd.zeros((2, 3, 2, 3), "float32")


@pytest.mark.parametrize(
    "make",
    [
        lambda x: sd.exp(x),
        lambda x: x * x,
        lambda x: x @ x,
        lambda x: sd.tanh(x)[1:],
        lambda x: sd.identity(2 * x),
        lambda x: sd.softmax(x),
        lambda x: sd.concatenate([x, x]) * 1.5 + 1,
    ],
)
def test_any_node_can_be_differentiated_by(make):
    """The gradient by an intermediate node is that of a variable in its place."""
    x = sd.Variable([0.5, -1.0, 2.0], "x")
    h = make(x)
    stand_in = sd.Variable(h(), "h")
    y = sd.sin(h * h).sum() * 2

    (expected,) = sd.substitute([y], {h: stand_in})

    np.testing.assert_allclose(sd.grad(y, h)(), sd.grad(expected, stand_in)(), rtol=1e-14)


VIEWS = {
    "scaled": lambda x: 2 * x,
    "negative": lambda x: -x,
    "transposed": lambda x: x.T,
    "expanded": lambda x: x[None],
    "broadcast": lambda x: sd.broadcast_to(x, (4, 2, 2)),
    "diagonal": lambda x: x.diagonal(),
    "slice": lambda x: x[1:],
    "reshaped": lambda x: x.reshape(-1),
    "concatenated": lambda x: sd.concatenate([x, x]),
    "padded": lambda x: sd.pad(x, 1),
    "sum": lambda x: x.sum(0),
    "power": lambda x: x**-1,
    "polynomial": lambda x: sd.grad(sd.tanh(x).sum(), x),
    "add": lambda x: x + 1,
    "cast": lambda x: x.astype("complex128"),
}


@pytest.mark.parametrize(
    "use", [lambda h: h * h, lambda h: h.T * 3, lambda h: h[:1] + 1, lambda h: h.reshape(-1) ** 3]
)
@pytest.mark.parametrize("view", VIEWS)
def test_derivative_by_a_view_is_right_or_refused(view, use):
    """A node that construction merged away is never reported to have gradient zero."""
    x = sd.Variable([[0.5, -1.0], [2.0, 0.25]], "x")
    h = VIEWS[view](x)
    stand_in = sd.Variable(h(), "h")
    y, expected = use(h), use(stand_in)
    weights = np.cos(1 + np.arange(y.size)).reshape(y.shape)

    for derive in (lambda f, x: sd.vjp(f, x, weights), lambda f, x: sd.jvp(f, x, np.ones(h.shape))):
        message = refusal(derive, y, h)
        if message:
            assert "identity" in message
        else:
            np.testing.assert_allclose(derive(y, h)(), derive(expected, stand_in)(), rtol=1e-13)


def refusal(derive, y, h):
    """Why a derivative is not given, if it is not."""
    try:
        derive(y, h)
    except sd.GraphError as error:
        return str(error)
    return ""


def test_results_have_the_structure_of_wrt():
    """A node, list, tuple, named tuple or dict in; the same out."""
    a, b = sd.Variable(2.0, "a"), sd.Variable(5.0, "b")
    pair = namedtuple("pair", "left right")

    y = a * a * b
    da, db = sd.grad(y, a), sd.grad(y, b)

    assert sd.grad(y, [a, b]) == [da, db]
    assert sd.grad(y, (a, b)) == (da, db)
    assert sd.grad(y, {"one": a, "two": b}) == {"one": da, "two": db}
    assert sd.grad(y, pair(a, b)) == pair(da, db)
    assert sd.grad(y, []) == []
    assert sd.grad(y, [a, a]) == [da, da]
    assert sd.hessian(y, {"a": a})["a"]["a"] is sd.hessian(y, a)
    assert sd.hessian(y, (a, b))[0][1] is sd.hessian(y, (a, b))[1][0]
    assert isinstance(sd.hessian(y, pair(a, b)), pair)
    assert sd.jacobian(y, [a]) == [da]
    assert sd.value_and_grad(y, a) == (y, da)
    np.testing.assert_allclose(sd.jvp(y, {"a": a, "b": b}, {"b": 1.0, "a": 2.0})(), 2 * 20 + 4)
    np.testing.assert_allclose([n() for n in sd.hvp(y, (a, b), (1.0, 2.0))], [2 * 5 + 2 * 4, 4])


def test_nested_sources_have_total_derivatives():
    """With x and h = f(x) both asked for, the one by x includes the way through h."""
    x = sd.Variable([0.5, -1.0], "x")
    h = sd.exp(x)
    y = (h * h * x).sum()
    e, v = np.exp(x.value), x.value

    dx, dh = sd.grad(y, [x, h])

    np.testing.assert_allclose(dh(), 2 * e * v, rtol=1e-14)
    np.testing.assert_allclose(dx(), e * e + 2 * e * e * v, rtol=1e-14)
    np.testing.assert_allclose(sd.grad(y, [h, x])[1](), dx(), rtol=1e-14)
    np.testing.assert_allclose(
        sd.jvp(y, [x, h], [[1.0, 2.0], [3.0, 4.0]])(), dx() @ [1, 2] + dh() @ [3, 4], rtol=1e-14
    )


def test_gradient_of_a_node_by_itself_is_one():
    """Also when the node is a leaf, and in forward mode."""
    x = sd.Variable(2.0, "x")
    y = sd.exp(x)

    assert sd.grad(x, x)() == sd.grad(y, y)() == sd.jvp(y, y, 1.0)() == 1
    assert sd.jacobian(sd.stack([x, x]), x)().tolist() == [1, 1]


def test_gradients_have_exactly_the_variables_shape():
    """Broadcasting is undone: axes of size 1 and missing axes come back."""
    for shape in [(), (1,), (3,), (2, 1), (1, 1, 1), (2, 3), (4, 1, 3), (0,)[:0]]:
        x = sd.Variable(np.ones(shape), "x")
        for y in (x + np.ones((4, 2, 3)), x * np.ones((4, 2, 3)), sd.where(np.ones((4, 2, 3)) > 0, x, 0)):
            slope = sd.grad(y.sum(), x)
            assert slope.shape == slope().shape == shape
            np.testing.assert_allclose(slope(), np.full(shape, 24 / x.size))


def test_repeated_operands_count_every_time():
    """x stands in two places, and both of them move."""
    x = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "x")
    v = x.value

    np.testing.assert_allclose(sd.grad((x * x).sum(), x)(), 2 * v)
    np.testing.assert_allclose(sd.grad((x @ x).sum(), x)(), v.sum(1)[None] + v.sum(0)[:, None], rtol=1e-14)
    np.testing.assert_allclose(sd.grad(sd.concatenate([x, x]).sum(), x)(), np.full((2, 2), 2.0))
    np.testing.assert_allclose(sd.grad((x - x).sum(), x)(), np.zeros((2, 2)))
    np.testing.assert_allclose(sd.grad((x / x).sum(), x)(), np.zeros((2, 2)), atol=1e-15)
    np.testing.assert_allclose(sd.grad(sd.maximum(x, x).sum(), x)(), np.ones((2, 2)))
    np.testing.assert_allclose(sd.grad(sd.where(x > 2, x, x).sum(), x)(), np.ones((2, 2)))


def test_hessian_vector_product_is_the_hessian_times_the_vector(rng):
    """Without building the Hessian, along a list of directions as well."""
    x, w = sd.Variable(rng.normal(size=3), "x"), sd.Variable(rng.normal(size=(2, 3)), "w")
    y = (sd.tanh(w @ x) ** 3).sum()
    dx, dw = rng.normal(size=3), rng.normal(size=(2, 3))
    (xx, xw), (wx, ww) = sd.hessian(y, [x, w])

    hx, hw = sd.hvp(y, [x, w], [dx, dw])

    np.testing.assert_allclose(hx(), xx() @ dx + np.einsum("ijk,jk->i", xw(), dw), rtol=1e-12)
    np.testing.assert_allclose(hw(), wx() @ dx + np.einsum("ijkl,kl->ij", ww(), dw), rtol=1e-12)


def test_gradient_descent_can_be_differentiated_through():
    """Derivatives are graphs, so the result of steps along them has derivatives as well."""
    x, rate = sd.Variable([0.5, -0.8], "x"), sd.Variable(0.1, "rate")
    point = x
    for _ in range(3):
        point = point - rate * sd.grad((point**4).sum(), point)

    check_grad((point**2).sum(), [x, rate], 2)


def test_third_derivative_of_a_square_at_zero_is_zero():
    """Not NaN from 0 * 0**-1."""
    x = sd.Variable(0.0, "x")
    y = x**2
    values = []
    for _ in range(4):
        y = sd.grad(y, x)
        values.append(float(y()))

    assert values == [0, 2, 0, 0]


# --- wrong rules are found --------------------------------------------------------------------------------


class WrongValue(sd.Elementwise):
    """x squared, with a derivative that lacks its factor 2"""

    def compute(self, xp, x):
        return x * x

    def partials(self):
        return self.operands


class WrongForward(sd.Elementwise):
    """x cubed, right backwards and wrong forwards"""

    def compute(self, xp, x):
        return x**3

    def partials(self):
        return (3 * self.operands[0] ** 2,)

    def jvp(self, k, dx):
        return dx * self


class WrongSecond(sd.Elementwise):
    """x cubed, with a derivative whose own derivative is lost"""

    def compute(self, xp, x):
        return x**3

    def partials(self):
        return (sd.stop_gradient(3 * self.operands[0] ** 2),)


class WrongShape(sd.Linear):
    """the first row, with a transpose that forgets the other rows"""

    def infer_shape(self):
        return self.operands[0].shape[1:]

    def compute(self, xp, x):
        return x[0] * 1

    def transposed(self, k, g):
        return g[None]


class WrongDtype(sd.Elementwise):
    """2 x, whose derivative is always float64"""

    def compute(self, xp, x):
        return 2 * x

    def vjp(self, k, g):
        return 2 * sd.cast(g, "float64")


class OneOperandForgotten(sd.Elementwise):
    """x y, where only x is differentiated"""

    def compute(self, xp, x, y):
        return x * y

    def partials(self):
        return self.operands[1], None


class NotFinite(sd.Elementwise):
    """x, with a derivative that is NaN"""

    def compute(self, xp, x):
        return x * 1

    def partials(self):
        return (sd.full(self.shape, float("nan"), self.dtype),)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (WrongValue, ("order 1", "reverse", "by x")),
        (WrongForward, ("order 1", "forward", "by x")),
        (WrongSecond, ("order 2", "after reverse", "by x")),
        (lambda x: OneOperandForgotten(sd.sin(x), x), ("order 1", "by x")),
        (NotFinite, ("order 1", "NaN")),
    ],
)
def test_wrong_rules_are_named(build, words):
    """The message says which order, which mode and which variable."""
    x = sd.Variable([0.4, -1.1, 0.8], "x")

    with pytest.raises(GradientError) as caught:
        check_grad(build(x), x)

    for word in words:
        assert word in str(caught.value)


def test_wrong_shapes_and_dtypes_are_found():
    """A cotangent that only broadcasts to the right shape, or only converts to the right dtype."""
    m = sd.Variable(np.ones((2, 3)), "m")
    with pytest.raises(GradientError, match=r"1×3.*2×3|order 1"):
        check_grad(WrongShape(m), m)

    x = sd.Variable(np.ones(3, "float32"), "x")
    with pytest.raises(GradientError, match="float64"):
        check_grad(WrongDtype(x), x, 1, modes=["reverse"])


def test_only_the_wrong_variable_is_named():
    """With several variables, the message names the one that is wrong."""
    x, y = sd.Variable([0.4, -1.1], "x"), sd.Variable([0.3, 0.9], "y")

    check_grad(OneOperandForgotten(x, sd.stop_gradient(y)), x, 1)
    with pytest.raises(GradientError, match="by y"):
        check_grad(OneOperandForgotten(x, y), [x, y])


def test_check_grad_leaves_variables_alone_and_takes_feeds(rng):
    """Values are perturbed in the program's inputs, never in the variables; placeholders are fed."""
    n = sd.Dim("n")
    p, w = sd.Placeholder((n, 3), name="p"), sd.Variable(rng.normal(size=3), "w")
    before = w.value.copy()

    check_grad(sd.softmax(p * w), {"p": p, "w": w}, feeds={p: rng.normal(size=(2, 3))})
    check_grad((p @ w).sum(), w, feeds={p: rng.normal(size=(4, 3))})

    np.testing.assert_array_equal(w.value, before)


# --- stability --------------------------------------------------------------------------------------------

FAR = np.array([-1e3, -800.0, -40.0, -1.0, 0.0, 1.0, 40.0, 800.0, 1e3])


def finite_differences_free(x, name):
    """Value, first and second derivative in closed form, each stable."""
    s, c = special.expit(x), special.expit(-x)
    return {
        "sigmoid": (s, s * c, s * c * (c - s)),
        "softplus": (np.logaddexp(0, x), s, s * c),
        "tanh": (np.tanh(x), 1 / np.cosh(np.clip(x, -300, 300)) ** 2, None),
        "bce": (np.logaddexp(0, x) - 0.25 * x, s - 0.25, s * c),
    }[name]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("sigmoid", sd.sigmoid),
        ("softplus", sd.softplus),
        ("tanh", sd.tanh),
        ("bce", lambda x: sd.sigmoid_cross_entropy(x, sd.full(x.shape, 0.25, x.dtype))),
    ],
)
def test_functions_of_entries_are_stable(name, f, dtype):
    """Value, gradient and Hessian are finite and right at plus and minus a thousand."""
    x = sd.Variable(FAR.astype(dtype), "x")
    y = f(x)
    slope = sd.grad(y.sum(), x)
    curve = sd.grad(slope.sum(), x)
    eps = np.finfo(dtype).eps

    for found, expected in zip((y, slope, curve), finite_differences_free(FAR, name), strict=True):
        assert np.isfinite(found()).all()
        if expected is not None:
            np.testing.assert_allclose(found(), expected, rtol=8 * eps, atol=8 * eps)


@pytest.mark.parametrize(
    "row", [[1e3, -1e3, 0.0], [1e3, 1e3, -1e3], [-1e3, -1e3, -1e3], [1e3, 999.0, 998.0], [0.0, 1.0, 2.0]]
)
def test_functions_of_rows_are_stable(row):
    """logsumexp, softmax and log_softmax with entries a thousand apart."""
    v = np.array(row)
    x = sd.Variable(v, "x")
    p = special.softmax(v)

    np.testing.assert_allclose(sd.logsumexp(x)(), special.logsumexp(v), rtol=1e-15)
    np.testing.assert_allclose(sd.grad(sd.logsumexp(x), x)(), p, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(sd.hessian(sd.logsumexp(x), x)(), np.diag(p) - np.outer(p, p), atol=1e-15)
    np.testing.assert_allclose(sd.softmax(x)(), p, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(sd.jacobian(sd.softmax(x), x)(), np.diag(p) - np.outer(p, p), atol=1e-15)
    np.testing.assert_allclose(sd.log_softmax(x)(), special.log_softmax(v), rtol=4e-15)
    np.testing.assert_allclose(sd.jacobian(sd.log_softmax(x), x)(), np.eye(3) - p, atol=1e-15)
    third = sd.jacobian(sd.hessian(sd.logsumexp(x), x), x)
    assert np.isfinite(third()).all()


def test_cross_entropy_is_stable_and_smooth_in_both_arguments():
    """Class indices and distributions, with gradients of both kinds."""
    v = np.array([[1e3, 0.0, -1e3], [0.0, 1e3, 1e3]])
    x, t = sd.Variable(v, "x"), sd.Variable([[0.0, 0.0, 1.0], [0.25, 0.5, 0.25]], "t")
    p, logp = special.softmax(v, 1), special.log_softmax(v, 1)
    by_class, by_share = sd.softmax_cross_entropy(x, [2, 0]), sd.softmax_cross_entropy(x, t)

    np.testing.assert_allclose(by_class(), [2000.0, 1000 + np.log(2)], rtol=4e-15)
    np.testing.assert_allclose(sd.grad(by_class.sum(), x)(), p - np.eye(3)[[2, 0]], atol=1e-15)
    np.testing.assert_allclose(by_share(), -(t.value * logp).sum(1), rtol=4e-15)
    np.testing.assert_allclose(sd.grad(by_share.sum(), t)(), -logp, rtol=4e-15)
    np.testing.assert_allclose(sd.grad(by_share.sum(), x)(), p - t.value, atol=1e-15)
    assert np.isfinite(sd.hessian(by_share.sum(), x)()).all()


def test_single_precision_probabilities_of_large_scores_add_up():
    """Scores are shifted before anything is rounded: equal ones of a million share exactly."""
    x = sd.Variable(np.full(2, 1e6, "float32"), "x")

    np.testing.assert_array_equal(sd.softmax(x)(), np.full(2, 0.5, "float32"))
    np.testing.assert_allclose(sd.softmax_cross_entropy(x, 1)(), np.log(2), rtol=1e-6)


def test_masked_classes_have_loss_and_gradient():
    """A logit of minus infinity is a class with probability zero, not NaN."""
    x = sd.Variable([[-np.inf, 0.0, 1.0]], "x")
    y = sd.softmax_cross_entropy(x, [2]).sum()

    np.testing.assert_allclose(y(), np.log(1 + np.exp(-1)), rtol=1e-15)
    np.testing.assert_allclose(sd.grad(y, x)(), [[0, special.expit(-1), -special.expit(-1)]], rtol=1e-14)


def test_unused_branches_do_not_leak():
    """A branch that is not taken may be infinite: its derivative is exactly zero."""
    x = sd.Variable([-1.0, 0.0, 4.0], "x")
    safe = sd.where(x > 0, x, 1)
    y = sd.where(x > 0, sd.log(safe), 0)

    np.testing.assert_array_equal(sd.grad(y.sum(), x)(), [0, 0, 0.25])
    np.testing.assert_array_equal(sd.grad(sd.where(x > 0, sd.sqrt(x), 0).sum(), x)()[2], 0.25)


# --- kinks ------------------------------------------------------------------------------------------------


def slope_at(f, *values):
    """The gradient of the sum of f at values."""
    x = sd.Variable(list(values), "x")
    return sd.grad(f(x).sum(), x)().tolist()


def test_kinks_follow_the_convention():
    """The slope of relu and abs at 0 is 0; ties share equally."""
    assert slope_at(sd.relu, 0.0, -0.0, 1.0) == [0, 0, 1]
    assert slope_at(sd.abs, 0.0, -2.0, 3.0) == [0, -1, 1]
    assert slope_at(sd.sign, 0.0, 1.0) == [0, 0]
    assert slope_at(sd.max, 2.0, 1.0, 2.0) == [0.5, 0, 0.5]
    assert slope_at(sd.min, 2.0, 1.0, 1.0, 1.0) == [0, *[1 / 3] * 3]
    assert slope_at(lambda x: sd.maximum(x, 1), 0.0, 1.0, 2.0) == [0, 0.5, 1]
    assert slope_at(lambda x: sd.minimum(x, 1), 0.0, 1.0, 2.0) == [1, 0.5, 0]
    assert slope_at(sd.norm, 0.0, 0.0) == [0, 0]
    assert slope_at(sd.sqrt, 0.0, 1.0) == [np.inf, 0.5]


def test_ties_of_a_maximum_share_with_both_operands():
    """Each operand of a tie has slope one half, whichever side it is on."""
    x, y = sd.Variable([1.0, 2.0], "x"), sd.Variable([1.0, 1.0], "y")

    dx, dy = sd.grad(sd.maximum(x, y).sum(), [x, y])

    assert dx().tolist() == [0.5, 1]
    assert dy().tolist() == [0.5, 0]


def test_norm_at_zero_is_flat_to_second_order():
    """No NaN from 0/0 in value, gradient or Hessian, and other rows are not affected."""
    x = sd.Variable([[0.0, 0.0], [3.0, 4.0]], "x")
    y = sd.norm(x, axis=1)

    np.testing.assert_array_equal(y(), [0, 5])
    np.testing.assert_allclose(sd.grad(y.sum(), x)(), [[0, 0], [0.6, 0.8]], rtol=1e-15)
    h = sd.hessian(y.sum(), x)()
    assert np.isfinite(h).all()
    np.testing.assert_allclose(h[1, :, 1, :], [[16 / 125, -12 / 125], [-12 / 125, 9 / 125]], rtol=1e-13)


def test_powers_with_array_exponents_are_flat_where_they_should_be():
    """x**0 is constant, x**1 has no curvature, also at x = 0."""
    x = sd.Variable(np.zeros(4), "x")
    y = (x ** np.array([0.0, 1.0, 2.0, 3.0])).sum()

    np.testing.assert_array_equal(sd.grad(y, x)(), [0, 1, 0, 0])
    np.testing.assert_array_equal(np.diag(sd.hessian(y, x)()), [0, 0, 2, 0])


# --- complex ----------------------------------------------------------------------------------------------

HOLOMORPHIC = {
    "exp": (sd.exp, np.exp, np.exp),
    "sin": (sd.sin, np.sin, np.cos),
    "tanh": (sd.tanh, np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "square": (lambda z: z * z, lambda z: z * z, lambda z: 2 * z),
    "cube": (lambda z: z**3, lambda z: z**3, lambda z: 3 * z**2),
    "quotient": (lambda z: 1 / z, lambda z: 1 / z, lambda z: -1 / z**2),
    "rotation": (lambda z: (1 + 2j) * z + 1j, lambda z: (1 + 2j) * z + 1j, lambda z: 1 + 2j + 0 * z),
    "log": (sd.log, np.log, lambda z: 1 / z),
    "sqrt": (sd.sqrt, np.sqrt, lambda z: 0.5 / np.sqrt(z)),
}


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_holomorphic_functions_have_complex_derivatives(name, dtype):
    """The cotangent is not conjugated: the gradient of f is f', as in JAX's holomorphic grad."""
    f, value, slope = HOLOMORPHIC[name]
    v = np.array([0.5 + 1.2j, 1.3 - 0.7j], dtype)
    z = sd.Variable(v, "z")
    g = np.array([1 + 1j, -0.5j], dtype)
    close = {"rtol": 1e-13} if dtype == "complex128" else {"rtol": 3e-6}

    assert f(z).dtype == f(z)().dtype == dtype
    np.testing.assert_allclose(f(z)(), value(v), **close)
    np.testing.assert_allclose(sd.vjp(f(z), z, g)(), g * slope(v), **close)
    np.testing.assert_allclose(sd.jvp(f(z), z, g)(), g * slope(v), **close)
    check_grad(f(z), z, 2)


def test_complex_einsums_are_not_conjugated(rng):
    """Products, sums and traces of complex matrices, against holomorphic differences."""
    a = sd.Variable(rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)), "a")
    b = sd.Variable(rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)), "b")

    np.testing.assert_allclose(sd.vjp((a @ b).trace(), a, 1.0)(), b.value.T, rtol=1e-14)
    check_grad(sd.einsum("ij,jk,ki->", a, b, a), [a, b], 3)
    check_grad(sd.einsum("ii,ij->j", a, b) * 1j, [a, b], 2)


def test_real_results_of_complex_steps_are_real_derivatives(rng):
    """The imaginary part of f(x + ih) / h is the derivative without rounding: the complex step."""
    v = rng.normal(size=4)
    x, z = sd.Variable(v, "x"), sd.Variable(v + 1e-30j, "z")

    def f(x):
        return sd.exp(x) * sd.sin(x) / (2 + x * x) + x**5

    np.testing.assert_allclose(sd.grad(f(x).sum(), x)(), f(z)().imag / 1e-30, rtol=1e-13)


def test_directions_are_not_differentiated():
    """The Hessian times a direction that depends on the variable is still that product."""
    x = sd.Variable([1.0, 2.0, 3.0], "x")
    f = (x**3).sum()
    hessian = np.diag(6 * x.value)

    np.testing.assert_allclose(sd.hvp(f, x, x)(), hessian @ x.value)
    np.testing.assert_allclose(sd.hvp(f, x, sd.grad(f, x))(), hessian @ (3 * x.value**2))
    assert sd.hvp(f, {"a": x}, {"a": 2 * x})["a"]().tolist() == [12, 48, 108]


def test_a_product_with_the_hessian_may_be_differentiated_by_its_direction():
    """It is linear in the direction, so its derivative by it is the Hessian."""
    x, v = sd.Variable([1.0, 2.0], "x"), sd.Variable([3.0, 4.0], "v")

    np.testing.assert_allclose(sd.jacobian(sd.hvp((x**3).sum(), x, v), v)(), np.diag([6.0, 12.0]))


def test_traces_of_oblong_matrices_are_numpys():
    """The diagonal ends where the shorter axis does."""
    a = sd.Variable(np.arange(12.0).reshape(3, 4), "a")

    assert a.trace()() == np.trace(a.value)
    np.testing.assert_array_equal(sd.grad(a.trace(), a)(), np.eye(3, 4))
