"""Single operations on values of any shape, and where each of them is smooth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.node import Node

__all__ = ["BINARY", "OPERATIONS", "UNARY", "Operation"]

Build = Callable[..., Node]


class Operation(NamedTuple):
    """A function of an ordering and nodes.

    Attributes
    ----------
    build : callable
    domain : str
        Where the first operand must lie.
    rank : int
        Axes that the first operand has at least.
    filled : bool
        Whether no size of it may be 0.
    """

    name: str
    build: Build
    domain: str = "any"
    rank: int = 0
    filled: bool = False


def _one(name: str, f: Callable[[Node], Node], domain: str, rank: int = 0, filled: bool = False) -> Operation:
    """An operation of one node, whatever the order."""
    return Operation(name, lambda o, x: f(x), domain, rank, filled)


def _plain(*names: str, domain: str = "any") -> list[Operation]:
    """Functions of one node, by their public names."""
    return [_one(name, getattr(sd, name), domain) for name in names]


def _of(
    domain: str, rank: int = 0, filled: bool = False, **builds: Callable[[Node], Node]
) -> list[Operation]:
    """Functions of one node, by names made up here."""
    return [_one(name, build, domain, rank, filled) for name, build in builds.items()]


def _weights(*shape: int) -> Any:
    size = int(np.prod(shape))
    return (np.random.default_rng(size).permutation(size).reshape(shape) - size / 3) / max(size, 1)


def _mask(x: Node) -> Any:
    return _weights(*x.shape) > 0.1  # type: ignore[arg-type]


def _last(x: Node) -> int:
    return int(x.shape[-1])  # type: ignore[arg-type]


SMOOTH = _plain(
    "tanh", "sigmoid", "sin", "cos", "softplus", "exp", "expm1", "exp2", "sinh", "cosh", "arctan", "arcsinh",
    "erf", "erfc", "gelu", "silu", "mish", "log_sigmoid", "normal_cdf", "normal_pdf", "normal_logpdf", "sinc",
    "square", "identity", "stop_gradient", "negative", "degrees",
)  # fmt: skip
SMOOTH += _of(
    "any",
    cube=lambda x: x**3,
    fourth=lambda x: x**4,
    doubled=lambda x: 2 * x,
    third=lambda x: x / 3,
    tenth=lambda x: x * 0.1,
    affine=lambda x: 1 - 2 * x,
    more=lambda x: x + 1,
    less=lambda x: x - 0.5,
    rational=lambda x: x / (1 + x * x),
    log1p_of_square=lambda x: sd.log1p(x * x),
    two_to=lambda x: 2**x,
    there_and_back=lambda x: x.astype("float32").astype(x.dtype),
    masked=lambda x: sd.where(sd.constant(_mask(x)), x, 0),
    chosen=lambda x: sd.where(sd.constant(_mask(x)), sd.exp(x), x * x),
    weighted=lambda x: x * sd.constant(_weights(*x.shape).astype(x.dtype)),
    polynomial=lambda x: 1 + x * (2 + x * (3 + x)) / 4,
    self_gradient=lambda x: sd.grad(sd.tanh(x).sum(), x),
    total=lambda x: x.sum(),
    flat=lambda x: x.reshape(-1),
    turned=lambda x: x.T,
    new_axis=lambda x: x[None],
    new_last=lambda x: x[..., None],
    squeezed=lambda x: x.squeeze(),
    tiled=lambda x: sd.tile(x, 2),
    outer=lambda x: sd.outer(x, x),
    pair=lambda x: sd.stack([x, x]),
    ravelled_twice=lambda x: sd.concatenate([x.ravel(), 2 * x.ravel()]),
    length=lambda x: sd.sqrt(1 + (x * x).sum()),
)
EDGES = _plain("log", "log2", "log10", "sqrt", "gammaln", "digamma", domain="positive")
EDGES += _plain("log1p", "arcsin", "arccos", "arctanh", domain="unit") + _plain("logit", domain="fraction")
EDGES += _plain("arccosh", domain="above one")
EDGES += _plain("reciprocal", "abs", "sign", "relu", "cbrt", "elu", "selu", "softsign", domain="nonzero")
EDGES += _of(
    "positive",
    root_cubed=lambda x: x**1.5,
    inverse_root=lambda x: x**-0.5,
    inverse_square=lambda x: x**-2,
    to_itself=lambda x: x**x,
    entropy=lambda x: -x * sd.log(x),
    log1p_of=lambda x: sd.log1p(x),
)
EDGES += _of(
    "nonzero",
    inverse_cube=lambda x: x**-3,
    leaky=lambda x: sd.leaky_relu(x, 0.1),
    above=lambda x: sd.maximum(x, 0),
    below=lambda x: sd.minimum(x, 0),
    clipped=lambda x: sd.clip(x, 0, 50),
    where_positive=lambda x: sd.where(x > 0, x**2, sd.sin(x)),
    norm=lambda x: sd.norm(x),
    product=lambda x: sd.prod(x),
)
AXES = _of(
    "any",
    rank=1,
    filled=True,
    softmax=lambda x: sd.softmax(x),
    softmax_first=lambda x: sd.softmax(x, axis=0),
    log_softmax=lambda x: sd.log_softmax(x),
    logsumexp=lambda x: sd.logsumexp(x, axis=-1),
    mean=lambda x: x.mean(),
    variance=lambda x: sd.var(x, axis=0),
    sum_kept=lambda x: x.sum(axis=-1, keepdims=True),
    averages=lambda x: sd.mean(x, axis=-1, keepdims=True) + x,
    centred=lambda x: x - x.mean(axis=0),
    sum_first=lambda x: x.sum(axis=0),
    cumsum=lambda x: sd.cumsum(x, axis=-1),
    flipped=lambda x: x[::-1],
    rest=lambda x: x[1:],
    front=lambda x: x[..., :1],
    item=lambda x: x[0],
    last=lambda x: x[..., -1],
    every_other=lambda x: x[..., ::2],
    rolled=lambda x: sd.roll(x, 1, axis=-1),
    padded=lambda x: sd.pad(x, 1),
    repeated=lambda x: sd.repeat(x, 2, axis=0),
    diff=lambda x: sd.diff(x),
    doubled_rows=lambda x: sd.concatenate([x, x * 3]),
    taken=lambda x: sd.take(x, [0, -1, 0], axis=0),
    taken_last=lambda x: sd.take(x, [[0, -1]], axis=-1),
    along=lambda x: sd.take_along_axis(x, sd.constant(np.zeros(x.shape, int)), -1),
    scattered=lambda x: sd.scatter_add(x, sd.constant(np.arange(x.shape[0]) % 2), 3),
    placed=lambda x: x.at[0].set(1.0) if hasattr(x, "at") else x,
    one_hot=lambda x: x @ sd.one_hot(sd.constant(np.arange(_last(x)) // 2 % 3), 3).astype(x.dtype),
    windows=lambda x: sd.sliding_windows(x, 1, axis=-1),
    spectrum=lambda x: sd.real(sd.fft(x)) + sd.imag(sd.fft(x)),
    there_and_back_again=lambda x: sd.real(sd.ifft(sd.fft(x))),
    diagonal_matrix=lambda x: sd.diag(x.reshape(-1)[:3]),
    trapezoid=lambda x: sd.trapezoid(x),
)
AXES += _of(
    "distinct",
    rank=1,
    filled=True,
    sorted=lambda x: sd.sort(x),
    max=lambda x: sd.max(x, axis=-1),
    min=lambda x: sd.min(x),
    median=lambda x: sd.median(x),
    quantile=lambda x: sd.quantile(x, 0.3, axis=-1),
    ptp=lambda x: sd.ptp(x),
    cummax=lambda x: sd.cummax(x, axis=-1),
    std=lambda x: sd.std(x) if int(np.prod(x.shape)) > 1 else x,
    topk=lambda x: sd.topk(x, 1)[0],
    in_order=lambda x: sd.take(x.ravel(), sd.argsort(x.ravel())),
)
AXES += _of(
    "nonzero",
    rank=1,
    filled=True,
    cumprod=lambda x: sd.cumprod(x, axis=-1),
    norms=lambda x: sd.norm(x, axis=-1),
    unit=lambda x: x / sd.norm(x, axis=-1, keepdims=True),
    prods=lambda x: sd.prod(x, axis=0),
    energy=lambda x: sd.abs(sd.rfft(x + 3)),
)
MATRICES = _of(
    "any",
    rank=2,
    lower=lambda x: sd.tril(x),
    upper=lambda x: sd.triu(x),
    swapped=lambda x: sd.swapaxes(x, -1, -2),
    moved=lambda x: sd.moveaxis(x, 0, -1),
    gram=lambda x: x @ sd.swapaxes(x, -1, -2),
    diagonal=lambda x: x.diagonal(0, -2, -1),
    plus_transpose=lambda x: x.T + x if x.shape == x.shape[::-1] else x.T,
    wide=lambda x: sd.kron(x, sd.constant(np.ones((1, 2), x.dtype))),
)
INVERTED = _of(
    "invertible",
    rank=2,
    inv=lambda x: sd.linalg.inv(x),
    det=lambda x: sd.linalg.det(x),
    logdet=lambda x: sd.linalg.slogdet(x)[1],
    solved=lambda x: sd.linalg.solve(x, sd.sin(x)),
    squared=lambda x: sd.linalg.matrix_power(x, 2),
    inverted_squared=lambda x: sd.linalg.matrix_power(x, -2),
    expm=lambda x: sd.linalg.expm(x / 4),
    pinv=lambda x: sd.linalg.pinv(x),
)
INVERTED += _of(
    "definite",
    rank=2,
    cholesky=lambda x: sd.linalg.cholesky(x),
    triangular=lambda x: sd.linalg.triangular_solve(sd.linalg.cholesky(x), x),
    log_of_det=lambda x: sd.log(sd.linalg.det(x)),
    spectral=lambda x: sd.linalg.eigvalsh(
        x + sd.constant(np.diag(np.arange(x.shape[-1]) * 3.0).astype(x.dtype))
    ),
)

UNARY = [*SMOOTH, *EDGES, *AXES, *MATRICES, *INVERTED]

BINARY = [  # of two nodes of shapes that broadcast, the first of them in the domain
    Operation("sum", lambda o, x, y: o.add(x, y)),
    Operation("difference", lambda o, x, y: o.add(x, -y)),
    Operation("subtract", lambda o, x, y: x - y),
    Operation("times", lambda o, x, y: o.multiply(x, y)),
    Operation("combination", lambda o, x, y: o.add(2 * x, y / 3, x * y)),
    Operation("ratio", lambda o, x, y: y / x, "nonzero"),
    Operation("safe_ratio", lambda o, x, y: x / (2 + y * y)),
    Operation("power", lambda o, x, y: x**y, "positive"),
    Operation("hypot", lambda o, x, y: sd.hypot(x, y), "nonzero"),
    Operation("angle", lambda o, x, y: sd.arctan2(x, y), "positive"),
    Operation("logaddexp", lambda o, x, y: sd.logaddexp(x, y)),
    Operation("larger", lambda o, x, y: sd.maximum(x, -y * y), "positive"),
    Operation("smaller", lambda o, x, y: sd.minimum(x, -sd.exp(y)), "positive"),
    Operation("choice", lambda o, x, y: sd.where(x > 0, x * y, y), "nonzero"),
    Operation("cross_entropy", lambda o, x, y: sd.sigmoid_cross_entropy(x, y)),
    Operation("joined", lambda o, x, y: sd.concatenate([x.ravel(), y.ravel()])),
    Operation("outer_pair", lambda o, x, y: sd.outer(x, y)),
    Operation("stacked", lambda o, x, y: sd.stack(sd.broadcast_arrays(x, y), -1)),
]  # fmt: skip
OPERATIONS = [*UNARY, *BINARY]
