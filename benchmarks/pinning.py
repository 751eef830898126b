"""The same number of threads and the same cores for every library; call `pin` before NumPy is imported."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["pin"]

LIBRARIES = ("OPENBLAS", "OMP", "MKL", "VECLIB", "NUMEXPR", "NUMBA")


def pin(threads: int) -> list[int]:
    """Give every library *threads* threads and the process as many cores, the idlest; returns these."""
    for library in LIBRARIES:
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    eigen = "true" if threads > 1 else "false"
    flags = f"--xla_cpu_multi_thread_eigen={eigen} intra_op_parallelism_threads={threads}"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}".strip()
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if not hasattr(os, "sched_setaffinity"):
        return []
    cores = _idlest(sorted(os.sched_getaffinity(0)), threads)
    os.sched_setaffinity(0, cores)
    return cores


def _idlest(cores: list[int], count: int) -> list[int]:
    """Those of *cores* that did least in the last fifth of a second."""
    before = _idle()
    time.sleep(0.2)
    after = _idle()
    idle = {core: after.get(core, 0) - before.get(core, 0) for core in cores}
    return sorted(sorted(cores, key=lambda core: -idle[core])[:count])


def _idle() -> dict[int, int]:
    """Ticks that each core has been idle, as Linux counts them; nothing elsewhere."""
    path = Path("/proc/stat")
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    cells = [line.split() for line in lines if line.startswith("cpu") and line[3].isdigit()]
    return {int(row[0][3:]): int(row[4]) for row in cells}
