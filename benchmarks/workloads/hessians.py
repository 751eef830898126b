"""Hessians of four functions against NumPy written by hand, JAX, PyTorch and autograd, in one table.

    Q   x.T @ A @ x                                    by x, A is n x n
    L   sum(log(1 + exp(-y * (X @ w))))                by w, X is 2n x n
    F   norm(T - U @ V.T) ** 2, also masked            by U, n x 5, and V fixed
    N   cross-entropy of ten dense layers with relu    by the first layer's weights, n x n

Each as a dense array ("full") and, where it has one, as the core that its entries are made of; the other
libraries only know the dense one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from harness import Contest, Settings, Side, contest, ready
from hessian_problems import Problem, problems
from others.hessians import PEERS, Library
from outcomes import Outcome, Target, duration

import symdiff as sd

__all__ = ["outcomes"]

LARGEST = 2 << 30  # bytes that the largest intermediate result of a peer may take
SIDES = ("hand", "symdiff", *PEERS)
SYMDIFF = Library(sd.constant, sd.softplus, sd.relu, sd.logsumexp)
TARGETS = {"Q": 1.3, "L": 1.1, "F": 1.2, "F masked": 1.2, "N": 1.2}
CALLS = 5e-6  # seconds of calls that a small Hessian may take besides


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """A line for each problem, size and form; a peer's time is for the dense Hessian."""
    title = f"{'Hessians, float64':17} {'n':>5} {'form':5}" + "".join(f"{name:>10}" for name in SIDES)
    settings = replace(settings, budget=2.0)  # the slowest peers take seconds
    first = True
    for problem in problems(settings.quick):
        for form, sides in forms(problem).items():
            targets = (Target("hand", TARGETS[problem.name], plus=CALLS),)
            name = f"Hessian {problem.name}, n = {problem.size}, {form}"
            outcome = contest(Contest(name, sides, targets, 1e-9), settings)
            if problem.bulk > LARGEST:
                outcome.absent |= dict.fromkeys(PEERS, f"> {LARGEST >> 30} GiB")
            outcome.compact = True
            outcome.lines = [f"{title} {'x hand':>7}"] * first + [line(problem, form, outcome)]
            first = False
            yield outcome


def line(problem: Problem, form: str, outcome: Outcome) -> str:
    """One line of the table."""
    cells = [f"{problem.name:17} {problem.size:5} {form:5}"]
    for name in SIDES:
        known = outcome.timings.get(name)
        cells.append(f"{duration(known.median) if known else outcome.absent.get(name, '-')[:9]:>10}")
    return "".join(cells) + f" {outcome.ratio('symdiff', 'hand')[1]:7.2f}"


def forms(problem: Problem) -> dict[str, dict[str, Side]]:
    """The sides that give the dense Hessian, and those that give its core."""
    w = sd.Variable(problem.point, "w")
    data: dict[str, sd.Node] = {name: sd.Variable(value, name) for name, value in problem.data.items()}
    if "Omega" in data:
        data["Omega"] = sd.constant(problem.data["Omega"])  # a mask stays what it is, as in the one by hand
    loss = problem.loss(SYMDIFF, w, data)
    full = {
        "hand": Side(ready(problem.full), read=_alone),
        "symdiff": Side(lambda: sd.compile(sd.hessian(loss, w)), read=_alone),
    }
    if problem.bulk <= LARGEST:
        for name, make in PEERS.items():
            made = partial(make, problem.loss, problem.point, problem.data)
            full[name] = Side(made, name, read=_alone)
    found = {"full": full}
    if problem.core is not None:
        core = core_node(problem, data, w, loss)
        found["core"] = {
            "hand": Side(ready(problem.core), read=_alone),
            "symdiff": Side(lambda: sd.compile(core), read=_alone),
        }
    return found


def core_node(problem: Problem, data: Mapping[str, sd.Node], w: sd.Node, loss: sd.Node) -> sd.Node:
    """What the entries of the Hessian are made of."""
    if problem.inner is None:
        return sd.structured(sd.hessian(loss, w)).core
    z = w @ data["x"]
    return sd.hessian(problem.inner(SYMDIFF, z, data), z)


def _alone(result: Any) -> list[Any]:
    return [result]
