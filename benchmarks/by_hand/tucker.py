"""A weighted inner product of a cube with a Tucker form, abc,ad,be,cf,def,a->, and all gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["tucker"]

Array = np.ndarray[Any, np.dtype[Any]]


def tucker(operands: Sequence[Array]) -> Callable[[], list[Any]]:
    """The axis that shrinks most goes first; only small arrays are ever turned."""
    x, u, v, w, core, weight = operands
    n_a, n_b, n_c = x.shape
    n_d, n_e, n_f = core.shape

    def new(*shape: int) -> Array:
        return np.empty(shape, x.dtype)

    scaled, d_scaled = new(n_a, n_d), new(n_a, n_d)
    abf, d_abf = new(n_a, n_b * n_f), new(n_a, n_b * n_f)
    dbf, d_dbf = new(n_d, n_b, n_f), new(n_d, n_b, n_f)
    bdf, d_bdf = new(n_b, n_d, n_f), new(n_b, n_d, n_f)
    edf, d_edf = new(n_e, n_d, n_f), new(n_e, n_d, n_f)
    gradients = [np.empty_like(array) for array in operands]
    d_x, d_u, d_v, d_w, d_core, d_weight = gradients
    long = x.reshape(-1, n_c)

    def call() -> list[Any]:
        np.multiply(u, weight[:, None], out=scaled)
        np.dot(long, w, out=abf.reshape(-1, n_f))
        np.dot(scaled.T, abf, out=dbf.reshape(n_d, -1))
        np.copyto(bdf, dbf.transpose(1, 0, 2))
        np.dot(v.T, bdf.reshape(n_b, -1), out=d_edf.reshape(n_e, -1))
        np.copyto(d_core, d_edf.transpose(1, 0, 2))
        np.copyto(edf, core.transpose(1, 0, 2))
        np.dot(bdf.reshape(n_b, -1), edf.reshape(n_e, -1).T, out=d_v)
        np.dot(v, edf.reshape(n_e, -1), out=d_bdf.reshape(n_b, -1))
        np.copyto(d_dbf, d_bdf.transpose(1, 0, 2))
        np.dot(abf, d_dbf.reshape(n_d, -1).T, out=d_scaled)
        np.dot(scaled, d_dbf.reshape(n_d, -1), out=d_abf)
        np.dot(long.T, d_abf.reshape(-1, n_f), out=d_w)
        np.dot(d_abf.reshape(-1, n_f), w.T, out=d_x.reshape(-1, n_c))
        np.multiply(d_scaled, weight[:, None], out=d_u)
        np.multiply(d_scaled, u, out=d_scaled)
        np.add.reduce(d_scaled, axis=1, out=d_weight)
        return [np.vdot(core, d_core), *gradients]

    return call
