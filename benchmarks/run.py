"""Named workloads against hand-written NumPy and the installed peers: tables, targets and a plot."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import time
import traceback
import warnings
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from pinning import pin
from workloads import NAMES

if TYPE_CHECKING:
    from outcomes import Outcome

__all__ = ["main"]


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="workloads; all by default (see --list)")
    parser.add_argument("--threads", type=int, default=1, help="threads and cores of every side")
    parser.add_argument("--peers", nargs="*", help="modules that may be imported; by default all")
    parser.add_argument("--rounds", type=int, default=40, help="turns that every side takes")
    parser.add_argument("--quick", action="store_true", help="one size of each, a quarter of the rounds")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="cpu: that of the process")
    parser.add_argument("--output", type=Path, help="write the tables to a .txt, or the numbers to a .json")
    parser.add_argument("--plot", type=Path, help="write a picture of the ratios")
    parser.add_argument("--list", action="store_true", help="print the names of the workloads and stop")
    found = parser.parse_args(given)
    unknown = [name for name in found.names if name not in NAMES]
    if unknown:
        parser.error(f"no workload is called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Pin the threads, then import what computes: BLAS reads their number when it is loaded."""
    given = arguments(argv)
    cores = pin(given.threads)
    modules = [importlib.import_module(f"workloads.{name}") for name in given.names or NAMES]
    if given.list:
        for module in modules:
            print(f"{module.__name__.split('.')[1]:16} {(module.__doc__ or '').splitlines()[0]}")
    else:
        measure(given, cores, modules)


def measure(given: argparse.Namespace, cores: list[int], modules: Sequence[ModuleType]) -> None:
    """Run the workloads, print as they end, and write what is asked for."""
    from harness import Settings
    from tables import summary, table

    warnings.filterwarnings("error", 'compile: backend="c"', RuntimeWarning)  # then that side is absent
    clock = time.process_time if given.clock == "cpu" else time.perf_counter
    peers = None if given.peers is None else tuple(given.peers)
    rounds = max(3, given.rounds // 4) if given.quick else given.rounds
    settings = Settings(rounds, given.threads, given.quick, peers, clock)
    texts, outcomes = [heading(given, cores, rounds)], []
    print(texts[0], flush=True)
    failed = []
    for module in modules:
        try:
            for outcome in module.outcomes(settings):
                outcomes.append(outcome)
                texts.append(table(outcome))
                print(texts[-1], flush=True)
        except Exception as error:  # the others still run
            traceback.print_exc()
            failed.append(f"{module.__name__} ended early: {type(error).__name__}: {error}")
    texts.append("\n".join([summary(outcomes), *failed]))
    print(texts[-1])
    write(given, texts, outcomes)
    raise SystemExit(1 if failed else 0)


def write(given: argparse.Namespace, texts: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """The files that are asked for."""
    from outcomes import as_data

    if given.output and given.output.suffix == ".json":
        data = {"heading": texts[0], "outcomes": [as_data(outcome) for outcome in outcomes]}
        given.output.write_text(json.dumps(data, indent=1), encoding="utf-8")
    elif given.output:
        given.output.write_text("\n".join(texts) + "\n", encoding="utf-8")
    if given.plot:
        from picture import draw

        draw(outcomes, given.plot)


def heading(given: argparse.Namespace, cores: list[int], rounds: int) -> str:
    """What was measured on, and how."""
    found = ("symdiff-einsum", "numpy", "jax", "torch", "autograd", "opt_einsum", "casadi", "pytensor")
    libraries = ", ".join(f"{name} {version}" for name in found if (version := installed(name)))
    where = f" on core {', '.join(map(str, cores))}" if cores else ""
    threads = f"{given.threads} thread{'s' * (given.threads > 1)}"
    return (
        f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {libraries}, {processor()}\n"
        f"{threads}{where}, {given.clock} time, medians of {rounds} rounds in which the sides take turns\n"
        f"'to the first': from nothing to the first result\n"
    )


def processor() -> str:
    """What the machine calls its processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def installed(name: str) -> str | None:
    """The version of a distribution, if there is one."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
