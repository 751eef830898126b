"""The command: so many graphs, on so many processes, and a report of what was tried and what failed."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from tests.fuzz.report import failure_text, summary
from tests.fuzz.runner import BATCH, Report, run_batch


def _parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--graphs", type=int, default=1000, help="how many to examine")
    parser.add_argument("--seed", type=int, default=0, help="the same graphs for the same seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--batch", type=int, help=f"only this batch of {BATCH} graphs")
    parser.add_argument("--no-shrink", action="store_true", help="tell failures as they are found")
    return parser.parse_args(arguments)


def _size(options: argparse.Namespace, number: int) -> int:
    """How many graphs a batch has."""
    return BATCH if options.batch is not None else min(BATCH, options.graphs - number * BATCH)


def main() -> int:
    """Run all batches; 1 if something failed."""
    options = _parsed()
    numbers = range(-(-options.graphs // BATCH)) if options.batch is None else [options.batch]
    start = time.perf_counter()
    total = Report()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.processes, context) as pool:
        pending = [
            pool.submit(run_batch, number, options.seed, _size(options, number), shrink=not options.no_shrink)
            for number in numbers
        ]
        for done in as_completed(pending):
            told = {failure.name for failure in total.failures}
            total += done.result()
            for failure in total.failures:
                if failure.name not in told:
                    print(failure_text(failure, options.seed), flush=True)
            print(
                f"{total.graphs} graphs, {sum(total.broken.values())} failures", file=sys.stderr, flush=True
            )
    print(summary(total, options.seed, options.processes, time.perf_counter() - start))
    return bool(total.broken)


if __name__ == "__main__":
    sys.exit(main())
