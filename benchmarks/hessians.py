"""Hessians of four functions against NumPy written by hand, JAX, PyTorch and autograd, in one run.

    Q   x.T @ A @ x                                    by x, A is n x n
    L   sum(log(1 + exp(-y * (X @ w))))                by w, X is 2n x n
    F   norm(T - U @ V.T) ** 2, also masked            by U, n x 5, and V fixed
    N   cross-entropy of ten dense layers with relu    by the first layer's weights, n x n

Each as a dense array ("full") and, where it has one, as the core that its entries are made of; the other
libraries only know the dense one. Run with ``--json FILE`` or ``--csv FILE`` to keep the table.
"""

from __future__ import annotations

from harness import agree, sample_times  # first, since it pins the BLAS threads

import argparse
import csv
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from hessian_peers import Library, peers

import symdiff as sd

RANK, LAYERS = 5, 10
SLOWEST = 3.0  # seconds that a call of a peer may take
LARGEST = 2 << 30  # bytes that the largest intermediate result of a peer may take
SIDES = ("by hand", "symdiff", "JAX", "torch", "autograd")
SYMDIFF = Library(sd.constant, sd.softplus, sd.relu, sd.logsumexp)


@dataclass
class Problem:
    """A loss, where it is taken, and its Hessian written by hand."""

    name: str
    size: int
    loss: Callable[[Library, Any, Mapping[str, Any]], Any]
    point: np.ndarray
    data: dict[str, np.ndarray]
    full: Callable[[], np.ndarray]
    core: Callable[[], np.ndarray] | None = None
    core_node: Callable[[Mapping[str, sd.Node], sd.Node, sd.Node], sd.Node] | None = None
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
        return half.T @ half

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

    def core_node(_: Mapping[str, sd.Node], u: sd.Node, loss: sd.Node) -> sd.Node:
        return sd.structured(sd.hessian(loss, u)).core

    data = {"T": t, "V": v} | ({"Omega": mask} if masked else {})
    name, bulk = ("F masked", 8 * n**3 * RANK) if masked else ("F", 8 * n**3 * RANK)
    return Problem(name, n, loss, rng.normal(size=(n, RANK)), data, full, core, core_node, bulk)


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
        return through.T @ (p[:, None] * through) - np.multiply.outer(q, q)

    def full() -> np.ndarray:
        return (core()[:, None, :] * x[:, None])[..., None] * x

    def loss(lib: Library, w: Any, d: Mapping[str, Any]) -> Any:
        return _score(lib, w @ d["x"], d)

    def core_node(d: Mapping[str, sd.Node], w: sd.Node, _: sd.Node) -> sd.Node:
        z = w @ d["x"]
        return sd.hessian(_score(SYMDIFF, z, d), z)

    data = {"x": x} | {f"W{k}": weight for k, weight in enumerate(rest, 1)}
    return Problem("N", n, loss, first, data, full, core, core_node, 8 * n**4)


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


def symdiff_calls(problem: Problem) -> dict[str, Callable[[], Any]]:
    """Programs for the dense Hessian and for its core."""
    w = sd.Variable(problem.point, "w")
    data: dict[str, sd.Node] = {name: sd.Variable(value, name) for name, value in problem.data.items()}
    if "Omega" in data:
        data["Omega"] = sd.constant(problem.data["Omega"])  # a mask stays what it is, as in the one by hand
    loss = problem.loss(SYMDIFF, w, data)
    calls: dict[str, Callable[[], Any]] = {"full": sd.compile(sd.hessian(loss, w))}
    if problem.core_node is not None:
        calls["core"] = sd.compile(problem.core_node(data, w, loss))
    return calls


def peer_calls(problem: Problem, makers: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The peers that can take part, and for the others why not; all of them agree with the one by hand."""
    calls, absent = {}, {}
    expected = problem.full()
    for name, make in makers.items():
        if problem.bulk > LARGEST:
            absent[name] = f"> {LARGEST >> 30} GiB"
            continue
        call = make(problem.loss, problem.point, problem.data)
        agree([call()], [expected], 1e-9)
        start = time.perf_counter()
        call()
        spent = time.perf_counter() - start
        if spent > SLOWEST:
            absent[name] = f"{spent:.0f} s once"
        else:
            calls[name] = call
    return calls, absent


def rows(problem: Problem, makers: Mapping[str, Any], rounds: int) -> Iterator[dict[str, Any]]:
    """The lines of the table for one problem: milliseconds of each side, and ratios."""
    own = symdiff_calls(problem)
    hand = {"full": problem.full, "core": problem.core}
    others, absent = peer_calls(problem, makers)
    dense: dict[str, float] = {}
    for form, call in own.items():
        written = hand[form]
        assert written is not None
        agree([call()], [written()], 1e-10)
        sides = {"by hand": written, "symdiff": call} | (others if form == "full" else {})
        samples = sample_times(sides, rounds, budget=2.0)
        times = {name: statistics.median(values) for name, values in samples.items()}
        dense = dense or times
        peers_here = {name: dense[name] for name in others}
        row: dict[str, Any] = {"problem": problem.name, "n": problem.size, "form": form}
        row |= {name: 1e3 * seconds for name, seconds in (times | peers_here).items()} | absent
        pairs = zip(samples["symdiff"], samples["by hand"], strict=False)  # side by side in time
        row["x by hand"] = statistics.median(mine / theirs for mine, theirs in pairs)
        row["JAX / symdiff"] = dense["JAX"] / times["symdiff"] if "JAX" in dense else None
        yield row


def line(row: Mapping[str, Any]) -> str:
    """One line of the printed table."""
    cells = [f"{row['problem']:9} {row['n']:5} {row['form']:5}"]
    for name in SIDES:
        value = row.get(name, "-")
        cells.append(f"{value:11.4f}" if isinstance(value, float) else f"{value:>11}")
    faster = row["JAX / symdiff"]
    cells += [f"{row['x by hand']:8.2f}", f"{faster:12.1f}" if faster is not None else f"{'-':>12}"]
    return " ".join(cells)


def main() -> None:
    """Print the table, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the smaller half of the sizes")
    parser.add_argument("--only", default="", help="problems whose name starts so")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--csv", type=Path)
    given = parser.parse_args()
    makers = {} if given.no_peers else peers()
    print(f"milliseconds per call, float64, one thread, median of up to {given.rounds} alternating rounds;")
    print("the other libraries' times are for the dense Hessian in both forms\n")
    titles = "".join(f"{name:>12}" for name in SIDES)
    print(f"{'':9} {'n':>5} {'form':5}{titles} {'x hand':>8} {'JAX/symdiff':>12}")
    found = []
    for problem in problems(given.quick):
        if problem.name.startswith(given.only):
            for row in rows(problem, makers, given.rounds):
                found.append(row)
                print(line(row), flush=True)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))
    if given.csv:
        with given.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in found for name in row}))
            writer.writeheader()
            writer.writerows(found)


if __name__ == "__main__":
    main()
