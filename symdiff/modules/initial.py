"""Initial values: random arrays, drawn from a generator that the caller seeds.

Matrices are ``(inputs, outputs)``. Every function takes a shape, ``rng`` (a seed or a NumPy generator;
fresh entropy by default) and ``dtype``; nothing global is read or seeded.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from symdiff.errors import ShapeError

__all__ = [
    "Array",
    "Rng",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "normal",
    "ones",
    "orthogonal",
    "truncated_normal",
    "uniform",
    "zeros",
]

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Rng: TypeAlias = "int | np.random.Generator | None"


def zeros(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """All 0; *rng* is not used."""
    return np.zeros(shape, dtype)


def ones(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """All 1; *rng* is not used."""
    return np.ones(shape, dtype)


def uniform(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float, *, limit: float = 1.0) -> Array:
    """Uniform between -limit and limit.

    Examples
    --------
    >>> array = uniform((2, 3), rng=0, limit=0.1)
    >>> array.shape, bool(abs(array).max() <= 0.1)
    ((2, 3), True)
    """
    return np.random.default_rng(rng).uniform(-limit, limit, shape).astype(dtype)


def normal(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float, *, scale: float = 1.0) -> Array:
    """Normal with mean 0 and standard deviation *scale*."""
    return (scale * np.random.default_rng(rng).standard_normal(shape)).astype(dtype)


def truncated_normal(
    shape: tuple[int, ...], rng: Rng = None, dtype: Any = float, *, scale: float = 1.0
) -> Array:
    """Normal with mean 0, drawn again until within two standard deviations *scale*."""
    rng = np.random.default_rng(rng)
    drawn = rng.standard_normal(shape)
    while np.any(far := np.abs(drawn) > 2):
        drawn = np.where(far, rng.standard_normal(shape), drawn)
    return (scale * drawn).astype(dtype)


def glorot_uniform(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """Uniform within sqrt(6 / (inputs + outputs)): keeps the variance of signals and of gradients.

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    """
    inputs, outputs = _matrix("glorot_uniform", shape)
    return uniform(shape, rng, dtype, limit=math.sqrt(6 / max(inputs + outputs, 1)))


def glorot_normal(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """Normal with variance 2 / (inputs + outputs); see `glorot_uniform`."""
    inputs, outputs = _matrix("glorot_normal", shape)
    return normal(shape, rng, dtype, scale=math.sqrt(2 / max(inputs + outputs, 1)))


def he_uniform(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """Uniform within sqrt(6 / inputs); see `he_normal`."""
    inputs, _ = _matrix("he_uniform", shape)
    return uniform(shape, rng, dtype, limit=math.sqrt(6 / max(inputs, 1)))


def he_normal(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """Normal with variance 2 / inputs: keeps the variance of signals through relu.

    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.
    """
    inputs, _ = _matrix("he_normal", shape)
    return normal(shape, rng, dtype, scale=math.sqrt(2 / max(inputs, 1)))


def orthogonal(shape: tuple[int, ...], rng: Rng = None, dtype: Any = float) -> Array:
    """A matrix with orthonormal rows, or columns where those are fewer: keeps lengths.

    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks", 2014.

    Examples
    --------
    >>> q = orthogonal((3, 3), rng=0)
    >>> bool(np.allclose(q @ q.T, np.eye(3)))
    True
    """
    rows, columns = _matrix("orthogonal", shape)
    draw = np.random.default_rng(rng).standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(draw)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)  # uniform over all orthogonal matrices
    return (q if rows >= columns else q.T).astype(dtype)


def _matrix(name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) != 2:
        raise ShapeError(f"{name}: a matrix (inputs, outputs) is needed, not a shape of {len(shape)} axes")
    return shape[0], shape[1]
