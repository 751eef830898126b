"""Random graphs: the program means what the nodes say, and every derivative agrees with differences."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import symdiff as sd
from symdiff.check import check_grad
from tests.cases import interpret
from tests.profiles import examples

SMOOTH = [
    sd.tanh,
    sd.sigmoid,
    sd.sin,
    sd.softplus,
    sd.softmax,
    lambda x: sd.exp(x / 4),
    lambda x: sd.log1p(x * x),
    lambda x: x / (1 + x * x),
    lambda x: sd.sqrt(1 + x * x),
    lambda x: x**3 / 8,
    lambda x: 2 * x - 1,
    lambda x: x.T,
    lambda x: x[::-1],
    lambda x: sd.where(sd.constant(np.eye(3) > 0), x, 0),
    lambda x: x - x.mean(axis=0),
    lambda x: sd.logsumexp(x, axis=0) + x,
    lambda x: sd.einsum("ij,ij->i", x, x)[:, None] * x / 4,
    lambda x: sd.einsum("ii,jk->jk", x, x) / 4,
    lambda x: sd.concatenate([x[1:], x[:1]]),
    lambda x: sd.take(x, [2, 0, 2]),
    lambda x: sd.pad(x[1:, :2], ((0, 1), (1, 0))),
    lambda x: sd.diag(sd.diagonal(x)) + x,
]
JOINED = [
    sd.add,
    sd.subtract,
    sd.multiply,
    lambda x, y: x @ y / 3,
    lambda x, y: x @ y.T / 3,
    lambda x, y: x / (2 + y * y),
    lambda x, y: sd.einsum("ij,jk,ki->ik", x, y, x) / 4,
    lambda x, y: sd.outer(x.sum(axis=0), y.sum(axis=1)) / 4,
]


@st.composite
def graphs(draw):
    """A scalar of two 3 x 3 variables through a random graph in which everything may be shared."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    variables = [sd.Variable(rng.normal(size=(3, 3)) / 2, name) for name in "ab"]
    nodes = list(variables)
    for _ in range(draw(st.integers(1, 7))):
        if draw(st.booleans()):
            f, x = draw(st.sampled_from(SMOOTH)), draw(st.sampled_from(nodes))
            nodes.append(f(x))
        else:
            f = draw(st.sampled_from(JOINED))
            nodes.append(f(draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))))
    weights = sd.constant(rng.normal(size=(3, 3)))
    return sum((weights * node).sum() for node in nodes[-2:]), variables


@given(graphs())
@examples(80)
def test_programs_of_random_graphs_mean_what_the_nodes_say(sample):
    """Value, gradient and Hessian, compiled together, equal the nodes' own computes."""
    y, variables = sample
    outputs = [y, *sd.grad(y, variables), sd.hessian(y, variables[0])]

    for found, node in zip(sd.compile(outputs)(), outputs, strict=True):
        np.testing.assert_allclose(found, interpret(node), rtol=1e-8, atol=1e-8)
        assert found.shape == node.shape
        assert found.dtype == node.dtype


@given(graphs())
@examples(80)
def test_derivatives_of_random_graphs(sample):
    """Both modes, to second order, against finite differences."""
    y, variables = sample
    check_grad(y, variables, order=2)


@given(graphs())
@examples(80)
def test_hessians_of_random_graphs_are_symmetric(sample):
    """Mixed partial derivatives commute, and the Hessian times a vector is its product with it."""
    y, (a, b) = sample
    v = np.cos(np.arange(9.0)).reshape(3, 3)
    ((aa, ab), (ba, _)), product = sd.compile([sd.hessian(y, [a, b]), sd.hvp(y, a, v)])()

    scale = 1 + np.abs(aa).max()
    np.testing.assert_allclose(aa, aa.transpose(2, 3, 0, 1), atol=1e-9 * scale)
    np.testing.assert_allclose(ab, ba.transpose(2, 3, 0, 1), atol=1e-9 * scale)
    np.testing.assert_allclose(product, np.tensordot(aa, v, 2), atol=1e-9 * scale)
