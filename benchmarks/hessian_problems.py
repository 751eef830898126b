"""Four functions in several sizes, their data, and their Hessians by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from others.hessians import Library

__all__ = ["Problem", "problems"]

RANK, LAYERS = 5, 10


@dataclass(frozen=True)
class Problem:
    """A loss, where it is taken, and its Hessian written by hand."""

    name: str
    size: int
    loss: Callable[[Library, Any, Mapping[str, Any]], Any]
    point: np.ndarray
    data: dict[str, np.ndarray]
    full: Callable[[], np.ndarray]
    core: Callable[[], np.ndarray] | None = None
    inner: Callable[[Library, Any, Mapping[str, Any]], Any] | None = None  # the loss by what w times x gives
    bulk: int = 0  # bytes of what a dense Hessian goes through


def quadratic(n: int, rng: np.random.Generator) -> Problem:
    """Q: the Hessian never reads x."""
    a = rng.normal(size=(n, n))
    return Problem("Q", n, lambda lib, x, d: x @ d["A"] @ x, rng.normal(size=n), {"A": a}, lambda: a + a.T)


def logistic(n: int, rng: np.random.Generator) -> Problem:
    """L: a product of a matrix with its own transpose, so half of one."""
    x, y = rng.normal(size=(2 * n, n)) / np.sqrt(n), np.sign(rng.normal(size=2 * n))
    w = rng.normal(size=n)

    def full() -> np.ndarray:
        s = 1.0 / (1.0 + np.exp(y * (x @ w)))
        half = np.sqrt(s * (1.0 - s))[:, None] * x
        result: np.ndarray = half.T @ half
        return result

    def loss(lib: Library, w: Any, d: Mapping[str, Any]) -> Any:
        return lib.softplus(-d["y"] * (d["X"] @ w)).sum()

    return Problem("L", n, loss, w, {"X": x, "y": y}, full)


def factorisation(n: int, rng: np.random.Generator, masked: bool) -> Problem:
    """F: one small block, or one for each row, on the diagonal of a large array."""
    v, t = rng.normal(size=(n, RANK)), rng.normal(size=(n, n))
    mask = (rng.random((n, n)) < 0.5).astype(float)

    def blocks() -> np.ndarray:
        pairs = (v[:, :, None] * v[:, None, :]).reshape(n, -1)
        return 2.0 * (mask @ pairs).reshape(n, RANK, RANK)

    def block() -> np.ndarray:
        return 2 * v.T @ v

    core = blocks if masked else block

    def full() -> np.ndarray:
        result = np.zeros((n, RANK, n, RANK))
        np.einsum("ikil->ikl", result)[...] = core()
        return result

    def loss(lib: Library, u: Any, d: Mapping[str, Any]) -> Any:
        error = d["T"] - u @ d["V"].T
        return ((d["Omega"] * error if masked else error) ** 2).sum()

    data = {"T": t, "V": v} | ({"Omega": mask} if masked else {})
    name = "F masked" if masked else "F"
    return Problem(name, n, loss, rng.normal(size=(n, RANK)), data, full, core, None, 8 * n**3 * RANK)


def network(n: int, rng: np.random.Generator) -> Problem:
    """N: one matrix times the input twice."""
    first, *rest = [rng.normal(size=(n, n)) * np.sqrt(2.0 / n) for _ in range(LAYERS)]
    x = rng.normal(size=n)

    def core() -> np.ndarray:
        z = first @ x
        through = rest[0] * (z > 0)
        z = rest[0] @ np.maximum(z, 0.0)
        for weight in rest[1:]:
            through *= (z > 0)[:, None]
            through = weight @ through
            z = weight @ np.maximum(z, 0.0)
        p = np.exp(z - z.max())
        p /= p.sum()
        q = p @ through
        result: np.ndarray = through.T @ (p[:, None] * through) - np.multiply.outer(q, q)
        return result

    def full() -> np.ndarray:
        return (core()[:, None, :] * x[:, None])[..., None] * x

    def loss(lib: Library, w: Any, d: Mapping[str, Any]) -> Any:
        return _score(lib, w @ d["x"], d)

    data = {"x": x} | {f"W{k}": weight for k, weight in enumerate(rest, 1)}
    return Problem("N", n, loss, first, data, full, core, _score, 8 * n**4)


def _score(lib: Library, z: Any, d: Mapping[str, Any]) -> Any:
    """The cross-entropy with the first class of all layers but the first."""
    for k in range(1, LAYERS):
        z = d[f"W{k}"] @ lib.relu(z)
    return lib.logsumexp(z) - z[0]


def problems(quick: bool) -> Iterator[Problem]:
    """All problems in all sizes, one at a time; with *quick* the smaller half of the sizes."""
    rng = np.random.default_rng(0)
    table: list[tuple[Callable[[int], Problem], tuple[int, ...]]] = [
        (lambda n: quadratic(n, rng), (256, 512, 1024, 2048)),
        (lambda n: logistic(n, rng), (100, 250, 500, 1000)),
        (lambda n: factorisation(n, rng, masked=False), (50, 100, 200, 500)),
        (lambda n: factorisation(n, rng, masked=True), (50, 100, 200, 500)),
        (lambda n: network(n, rng), (10, 20, 40)),
    ]
    for make, sizes in table:
        for n in sizes[: len(sizes) // 2] if quick else sizes:
            yield make(n)
