"""C to functions: a compiler that is found, and libraries that are built once and kept."""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from functools import cache, lru_cache
from pathlib import Path

__all__ = ["CompilerError", "compiler", "library"]

FLAGS = (
    *("-O3", "-shared", "-fPIC", "-fopenmp-simd", "-fno-strict-aliasing"),
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),  # none of these changes a result
)
NAMES = ("cc", "gcc", "clang")
OWN: tuple[tuple[str, ...], ...] = (
    ("-march=native",),
    (),
)  # for this processor's vectors, if the compiler knows how
PROBE = "double twice(double x) { return 2 * x; }\n"


class CompilerError(RuntimeError):
    """The C compiler refused what was generated, or what it made cannot be loaded."""


@cache
def compiler() -> tuple[str, ...]:
    """The command of a C compiler that works here, () if there is none: ``CC`` if set, or the first found."""
    named = shlex.split(os.environ.get("CC", ""))
    for name, *options in [named] if named else [[name] for name in NAMES]:
        path = shutil.which(name)
        for own in OWN if path else ():
            if _works((str(path), *options, *own)):
                return (str(path), *options, *own)
    return ()


def _works(command: tuple[str, ...]) -> bool:
    try:
        twice = _built(PROBE, command).twice
    except (CompilerError, OSError):
        return False
    twice.argtypes, twice.restype = [ctypes.c_double], ctypes.c_double
    return bool(twice(1.5) == 3.0)


@lru_cache(maxsize=256)
def library(source: str) -> ctypes.CDLL:
    """The functions of a C file, built unless that has been done before on this kind of processor.

    Raises
    ------
    CompilerError
        If there is no compiler, or if it refuses.
    """
    if not compiler():
        raise CompilerError("no C compiler was found: install one, or set CC to its command")
    return _built(source, compiler())


def _built(source: str, command: tuple[str, ...]) -> ctypes.CDLL:
    """A library from the folder of those that are kept, or a new one."""
    text = "\0".join([source, *command, *FLAGS, _processor()])
    name = hashlib.sha256(text.encode()).hexdigest()[:32] + ".so"
    try:
        folder = _folder()
        path = folder / name
        if not path.exists():
            _build(source, command, folder, path)
        return ctypes.CDLL(str(path))
    except OSError:  # a home that cannot be written, or a file there that is broken
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / name
            _build(source, command, Path(place), path)
            return ctypes.CDLL(str(path))


def _build(source: str, command: tuple[str, ...], folder: Path, path: Path) -> None:
    """Compile into a file of another name, which then gets its own: others see all of it or nothing."""
    handle, made = tempfile.mkstemp(suffix=".so", dir=folder)
    os.close(handle)
    try:
        done = subprocess.run(
            [*command, *FLAGS, "-x", "c", "-", "-o", made, "-lm"],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CompilerError(f"{' '.join(command)} refused generated C:\n{done.stderr.strip()}")
        os.replace(made, path)
    finally:
        Path(made).unlink(missing_ok=True)


def _folder() -> Path:
    """Where libraries are kept: the user's own cache."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "symdiff"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@cache
def _processor() -> str:
    """What libraries for one processor may differ by from those for another."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kinds = {line for line in lines if line.startswith(("flags", "Features", "model name", "CPU part"))}
    return "\n".join(sorted(kinds)) or f"{platform.processor()} {platform.node()}"
