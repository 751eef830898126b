"""What rules of simplification look for: formulas as they are typed in, which a random walk seldom meets."""

from __future__ import annotations

import symdiff as sd
from symdiff.node import Node
from tests.fuzz.operations import Operation
from tests.fuzz.ordering import Ordering

__all__ = ["PAIRS", "PATTERNS"]


def _shares(o: Ordering, x: Node) -> Node:
    e = sd.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def _stable_shares(o: Ordering, x: Node) -> Node:
    e = sd.exp(x - sd.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _logs(o: Ordering, x: Node) -> Node:
    return x - sd.log(sd.exp(x).sum(axis=-1, keepdims=True))


def _tanh_typed(o: Ordering, x: Node) -> Node:
    one, two = sd.exp(x), sd.exp(-x)
    return (one - two) / (one + two)


def _cycle(o: Ordering, x: Node) -> Node:
    """The same number three times, with its labels permuted."""
    y = sd.swapaxes(x, -1, -2)
    return o.add(
        o.einsum("...ij,...ji->...", x, x), o.einsum("...ij,...ji->...", y, y), (x * y).sum(axis=(-1, -2))
    )


ONE: dict[str, tuple[str, object]] = {
    "log of one plus": ("positive", lambda o, x: sd.log(o.add(x, sd.constant(1.0).astype(x.dtype)))),
    "log of exp": ("any", lambda o, x: sd.log(sd.exp(x))),
    "exp of log": ("positive", lambda o, x: sd.exp(sd.log(x))),
    "log of a square": ("nonzero", lambda o, x: sd.log(x * x)),
    "log of a cube": ("positive", lambda o, x: sd.log(x**3)),
    "log of a root": ("positive", lambda o, x: sd.log(sd.sqrt(x))),
    "log of a multiple": ("positive", lambda o, x: sd.log(3 * x)),
    "log of a reciprocal": ("positive", lambda o, x: sd.log(1 / x)),
    "typed sigmoid": ("any", lambda o, x: sd.exp(x) / (1 + sd.exp(x))),
    "other sigmoid": ("any", lambda o, x: 1 / (1 + sd.exp(-x))),
    "sigmoid of both signs": ("any", lambda o, x: o.multiply(sd.sigmoid(x), sd.sigmoid(-x))),
    "rest of a sigmoid": ("any", lambda o, x: 1 - sd.sigmoid(x)),
    "slope of a sigmoid": ("any", lambda o, x: sd.sigmoid(x) * (1 - sd.sigmoid(x))),
    "log of a sigmoid": ("any", lambda o, x: sd.log(sd.sigmoid(x))),
    "log of the rest": ("any", lambda o, x: sd.log(1 - sd.sigmoid(x))),
    "typed softplus": ("any", lambda o, x: sd.log(1 + sd.exp(x))),
    "log1p of exp": ("any", lambda o, x: sd.log1p(sd.exp(x))),
    "log1p of minus exp": ("positive", lambda o, x: sd.log1p(-sd.exp(-x))),
    "typed tanh": ("any", _tanh_typed),
    "slope of tanh": ("any", lambda o, x: 1 - sd.tanh(x) ** 2),
    "powers of tanh": ("any", lambda o, x: sd.tanh(x) ** 3 - sd.tanh(x) + x),
    "chain of tanh": ("any", lambda o, x: sd.tanh(sd.sigmoid(sd.erf(x)))),
    "rest of erf": ("any", lambda o, x: 1 - sd.erf(x)),
    "exp minus one": ("any", lambda o, x: sd.exp(x) - 1),
    "sum of exp and its inverse": ("any", lambda o, x: o.add(sd.exp(x), sd.exp(-x))),
    "exp times its inverse": ("any", lambda o, x: o.multiply(sd.exp(x), sd.exp(-x), x)),
    "exp to a power": ("any", lambda o, x: sd.exp(x / 2) ** 2),
    "root of exp": ("any", lambda o, x: sd.sqrt(sd.exp(x))),
    "circle": ("any", lambda o, x: o.add(sd.sin(x) ** 2, sd.cos(x) ** 2)),
    "log of expm1": ("positive", lambda o, x: sd.log(-sd.expm1(-x)) + sd.log(1 - sd.exp(-x))),
    "sign of a quotient": ("nonzero", lambda o, x: sd.abs(x) / x),
    "scaled by its length": ("nonzero", lambda o, x: sd.norm(x) * x / sd.norm(x)),
    "hyperbola": ("any", lambda o, x: sd.cosh(x) ** 2 - sd.sinh(x) ** 2),
    "sine of minus": ("any", lambda o, x: o.multiply(sd.sin(-x), sd.cos(-x))),
    "odd of a multiple": ("any", lambda o, x: sd.tanh(-2 * x) + sd.erf(-x) + sd.arctan(-x / 3)),
    "sign by division": ("nonzero", lambda o, x: x / sd.abs(x)),
    "sign times x": ("nonzero", lambda o, x: o.multiply(sd.sign(x), x)),
    "root of a square": ("nonzero", lambda o, x: sd.sqrt(x * x)),
    "square of a root": ("positive", lambda o, x: sd.sqrt(x) ** 2),
    "roots multiplied": ("positive", lambda o, x: o.multiply(sd.sqrt(x), sd.sqrt(x), x)),
    "abs of minus": ("nonzero", lambda o, x: sd.abs(-2 * x)),
    "abs of a square": ("any", lambda o, x: sd.abs(x * x)),
    "relu of positive": ("any", lambda o, x: sd.relu(sd.exp(x))),
    "relu twice": ("nonzero", lambda o, x: sd.relu(sd.relu(x)) - sd.relu(-x)),
    "powers collected": ("nonzero", lambda o, x: o.multiply(x**2, x**3, x**-4)),
    "powers of both kinds": ("positive", lambda o, x: o.multiply(x**0.5, x**2, x**-1)),
    "power of a power": ("positive", lambda o, x: (x**2) ** 1.5),
    "whole power of a power": ("nonzero", lambda o, x: (x**-2) ** 3),
    "x over x": ("nonzero", lambda o, x: x / x + x),
    "reciprocal twice": ("nonzero", lambda o, x: 1 / (1 / x)),
    "polynomial": ("any", lambda o, x: o.add(x, x * x, 3 * x**3, x * x)),
    "square written out": ("any", lambda o, x: o.add(x * x, 2 * x, sd.constant(1.0).astype(x.dtype))),
    "difference of squares": ("any", lambda o, x: (x + 1) * (x - 1)),
    "nothing": ("any", lambda o, x: o.add(x, -x, x * x)),
    "the same choice": ("any", lambda o, x: sd.maximum(x, x) + sd.minimum(x, 1 * x)),
    "arcs": ("unit", lambda o, x: sd.sin(sd.arcsin(x)) + sd.tanh(sd.arctanh(x))),
    "arcs back": ("any", lambda o, x: sd.arcsinh(sd.sinh(x)) + sd.arctan(sd.tan(sd.tanh(x)))),
    "logits": ("any", lambda o, x: sd.logit(sd.sigmoid(x))),
    "log of base two": ("any", lambda o, x: sd.log2(sd.exp2(x))),
    "mean of a constant": ("any", lambda o, x: (x * 0 + 1).sum() + x),
    "selu of a multiple": ("any", lambda o, x: sd.silu(2 * x) / 2),
    "kept twice": ("any", lambda o, x: sd.broadcast_to(x, (2, *x.shape)).sum(axis=0)),
    "transposed twice": ("any", lambda o, x: sd.sin(x.T).T),
    "reshaped back": ("any", lambda o, x: sd.sin(x.reshape(-1)).reshape(x.shape)),
    "stopped": ("any", lambda o, x: x * sd.stop_gradient(sd.exp(sd.log(sd.exp(x))))),
    "gradient of a norm": ("nonzero", lambda o, x: x / sd.norm(x)),
    "length squared": ("nonzero", lambda o, x: sd.norm(x) ** 2),
    "gradient of log": ("positive", lambda o, x: x * sd.grad(sd.log(x).sum(), x)),
}
ALONG: dict[str, tuple[str, object]] = {  # at least one axis, and no empty one
    "typed softmax": ("any", _shares),
    "typed stable softmax": ("distinct", _stable_shares),
    "typed log softmax": ("any", _logs),
    "typed logsumexp": ("any", lambda o, x: sd.log(sd.exp(x).sum(axis=-1))),
    "typed mean of exp": ("any", lambda o, x: sd.log(sd.mean(sd.exp(x), axis=0))),
    "log of softmax": ("any", lambda o, x: sd.log(sd.softmax(x))),
    "exp of log softmax": ("any", lambda o, x: sd.exp(sd.log_softmax(x))),
    "softmax of a shift": ("any", lambda o, x: sd.softmax(x + x.sum(axis=-1, keepdims=True))),
    "logsumexp of a shift": ("any", lambda o, x: sd.logsumexp(x + 2, axis=-1) - 2),
    "sum of softmax": ("any", lambda o, x: sd.softmax(x).sum(axis=-1) + x.sum()),
    "cross entropy": ("any", lambda o, x: sd.softmax_cross_entropy(x, sd.softmax(x * x))),
    "slope of logsumexp": ("any", lambda o, x: sd.grad(sd.logsumexp(x), x)),
    "parts joined": ("any", lambda o, x: sd.concatenate([x[:1], x[1:]])),
    "parts exchanged": ("any", lambda o, x: sd.concatenate([x[1:], x[:1]]) * x),
    "flipped back": ("any", lambda o, x: sd.exp(x[::-1])[::-1]),
    "sum of broadcast": (
        "any",
        lambda o, x: (x[:, None] * sd.ones((x.shape[0], 2), x.dtype)[..., *[None] * (x.ndim - 1)]).sum(),
    ),
    "variance by hand": ("any", lambda o, x: (x * x).mean() - x.mean() ** 2),
    "sum of squares": ("any", lambda o, x: (x * x).sum(axis=-1)),
    "differences": ("any", lambda o, x: sd.cumsum(sd.diff(x, axis=0), axis=0)),
    "quadratic form": ("any", lambda o, x: o.einsum("i,ij,j->", x.ravel(), sd.outer(x, x) + 1, x.ravel())),
    "written on a diagonal": ("any", lambda o, x: sd.einsum("i->ii", x.ravel()) @ x.ravel()),
    "delta": ("any", lambda o, x: sd.einsum("ij,j...->i...", sd.eye(x.shape[0], dtype=x.dtype), x)),
    "one hot rows": (
        "any",
        lambda o, x: sd.one_hot(sd.constant([0, 0]), x.shape[0]).astype(x.dtype) @ x.reshape(x.shape[0], -1),
    ),
    "taken and scattered": (
        "any",
        lambda o, x: sd.scatter_add(sd.take(x, [0, 0]), sd.constant([0, 0]), x.shape[0]),
    ),
    "weighted average": ("positive", lambda o, x: x / x.sum()),
    "unit twice": ("nonzero", lambda o, x: x / sd.norm(x) / sd.norm(x / sd.norm(x))),
}
SQUARE: dict[str, tuple[str, object]] = {
    "inverse twice": ("invertible", lambda o, x: sd.linalg.inv(sd.linalg.inv(x))),
    "inverse of transpose": ("invertible", lambda o, x: sd.linalg.inv(sd.swapaxes(x, -1, -2)) + x),
    "inverse of a multiple": ("invertible", lambda o, x: sd.linalg.inv(2 * x)),
    "inverse times itself": ("invertible", lambda o, x: sd.linalg.inv(x) @ x @ x),
    "inverse on the left": ("invertible", lambda o, x: x @ sd.linalg.inv(x)),
    "trace of inverse": ("invertible", lambda o, x: sd.einsum("...ii->...", sd.linalg.inv(x) @ x)),
    "inverse of a product": ("invertible", lambda o, x: sd.linalg.inv(x @ x)),
    "inverse applied": ("invertible", lambda o, x: sd.linalg.inv(x) @ sd.sin(x)),
    "solve of identity": ("invertible", lambda o, x: sd.linalg.solve(x, x * x)),
    "det of transpose": (
        "invertible",
        lambda o, x: sd.linalg.det(sd.swapaxes(x, -1, -2)) + sd.linalg.det(2 * x),
    ),
    "det of a product": ("invertible", lambda o, x: sd.linalg.det(x @ x) / 8),
    "det of inverse": ("invertible", lambda o, x: sd.linalg.det(sd.linalg.inv(x))),
    "logdet of a square": ("invertible", lambda o, x: sd.linalg.slogdet(x @ sd.swapaxes(x, -1, -2))[1]),
    "log of det": ("definite", lambda o, x: sd.log(sd.linalg.det(x))),
    "cholesky multiplied": (
        "definite",
        lambda o, x: sd.linalg.cholesky(x) @ sd.swapaxes(sd.linalg.cholesky(x), -1, -2),
    ),
    "gaussian": (
        "definite",
        lambda o, x: (
            sd.linalg.slogdet(x)[1] + o.einsum("...i,...ij,...j->...", x[..., 0], sd.linalg.inv(x), x[..., 0])
        ),
    ),
    "square root": ("definite", lambda o, x: x + sd.swapaxes(x, -1, -2)),
    "orthonormal factor": ("generic", lambda o, x: sd.linalg.qr(x)[0] @ sd.swapaxes(x, -1, -2)),
    "trace of powers": ("invertible", lambda o, x: sd.einsum("...ij,...jk,...ki->...", x, x, x) / 8),
    "cycle": ("invertible", _cycle),
    "inverse of a product with itself": (
        "invertible",
        lambda o, x: sd.linalg.inv(x) @ sd.swapaxes(x, -1, -2) + x,
    ),
    "inverse of identity": (
        "any",
        lambda o, x: sd.linalg.inv(sd.eye(x.shape[-1], dtype=x.dtype)) + x[0].sum(),
    ),
    "columns multiplied": ("any", lambda o, x: sd.swapaxes(x, -1, -2) @ x),
    "length of turned columns": ("any", lambda o, x: sd.norm(x @ x[0]) if x.ndim == 2 else x),
}

PATTERNS = [
    *[Operation(name, build, domain) for name, (domain, build) in ONE.items()],  # type: ignore[arg-type]
    *[Operation(name, build, domain, 1, True) for name, (domain, build) in ALONG.items()],  # type: ignore[arg-type]
    *[Operation(name, build, domain, 2, True) for name, (domain, build) in SQUARE.items()],  # type: ignore[arg-type]
]

PAIRS = [  # of two nodes of one shape
    Operation("distributed", lambda o, x, y: o.add(x * y, x * x, x)),
    Operation("factored and taken back", lambda o, x, y: o.add((x + y) * x, -(x * y))),
    Operation("square of a sum", lambda o, x, y: o.add(x * x, 2 * x * y, y * y)),
    Operation("common factor", lambda o, x, y: o.add(o.multiply(x, y, x), o.multiply(y, x, y))),
    Operation("three factors", lambda o, x, y: o.multiply(x, sd.sin(y), y, sd.exp(x / 2))),
    Operation("four terms", lambda o, x, y: o.add(x, sd.sin(y), y, -x, x * y)),
    Operation("exps multiplied", lambda o, x, y: o.multiply(sd.exp(x / 2), sd.exp(y / 2), x)),
    Operation("exps divided", lambda o, x, y: sd.exp(x / 2) / sd.exp(y / 2)),
    Operation("log of a product", lambda o, x, y: sd.log(o.multiply(x, sd.exp(y))), "positive"),
    Operation("log of a ratio", lambda o, x, y: sd.log(x / (1 + y * y)), "positive"),
    Operation("log of two exps", lambda o, x, y: sd.log(o.add(sd.exp(x), sd.exp(y)))),
    Operation("log of three exps", lambda o, x, y: sd.log(o.add(sd.exp(x), sd.exp(y), sd.exp(x * y / 4)))),
    Operation("log of exps taken away", lambda o, x, y: sd.log(sd.exp(sd.exp(y / 2) + x) - sd.exp(x))),
    Operation("ratio twice", lambda o, x, y: y / x / x, "nonzero"),
    Operation("ratio taken back", lambda o, x, y: o.multiply(y / x, x), "nonzero"),
    Operation("sum over product", lambda o, x, y: o.add(x, y) / (x * sd.exp(y / 4)), "nonzero"),
    Operation("equal terms, other labels", lambda o, x, y: o.add((x * y).sum(), (y.T * x.T).sum())),
    Operation("mixture", lambda o, x, y: o.add(sd.sigmoid(x) * y, (1 - sd.sigmoid(x)) * x)),
    Operation("squared distance", lambda o, x, y: ((x - y) ** 2).sum()),
    Operation(
        "distance written out", lambda o, x, y: o.add((x * x).sum(), -2 * (x * y).sum(), (y * y).sum())
    ),
    Operation("where both agree", lambda o, x, y: sd.where(x > 0, y * x, x * y), "nonzero"),
    Operation("same in both", lambda o, x, y: sd.where(x > 0, x, -x) + y, "nonzero"),
    Operation("halves joined", lambda o, x, y: sd.concatenate([x.ravel(), y.ravel()])[: x.ravel().shape[0]]),
    Operation("interleaved", lambda o, x, y: (sd.stack([x, y]) * sd.stack([y, x])).sum(axis=0)),
    Operation("log of a power", lambda o, x, y: sd.log(x**y), "positive"),
    Operation("power of a product", lambda o, x, y: (x * sd.exp(y)) ** 0.5, "positive"),
    Operation("residual", lambda o, x, y: o.add(x, sd.tanh(o.add(x, y)))),
]

PRODUCTS = [  # of two nodes that a matrix product accepts
    Operation("matmul", lambda o, x, y: x @ y),
    Operation("product transposed", lambda o, x, y: (x @ y).T),
    Operation("transposes multiplied", lambda o, x, y: y.T @ x.T),
    Operation("sandwich", lambda o, x, y: x @ y @ y.T / 4),
    Operation("trace two ways", lambda o, x, y: o.add(o.einsum("ij,jk->", x, y), o.einsum("jk,ij->", y, x))),
    Operation("nested", lambda o, x, y: sd.einsum("ik,jk->ij", o.einsum("ij,jk->ik", x, y), x @ y)),
    Operation("half distributed", lambda o, x, y: o.add((x + 1) @ y, -(x @ y))),
    Operation("sum first", lambda o, x, y: (x @ y).sum(axis=0)),
    Operation("squared error", lambda o, x, y: ((x @ y - 1) ** 2).sum() / 4),
    Operation("layer", lambda o, x, y: sd.tanh(x @ y + 0.5)),
]
