"""The contraction ab,bcd,de,efc,fg,ga-> of a ring with a chord, and its gradient by each operand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["network"]

Array = np.ndarray[Any, np.dtype[Any]]


def network(operands: Sequence[Array]) -> Callable[[], list[Any]]:
    """The three matrices between the two cubes are one, G[f, b]; six products of four labels are left.

    They are in such an order that no cube is ever turned.
    """
    p, x, q, y, r, s = operands  # ab, bcd, de, efc, fg, ga
    (n_a, n_b), (n_d, n_e), (n_f, n_g) = p.shape, q.shape, r.shape
    n_c = x.shape[1]

    def new(*shape: int) -> Array:
        return np.empty(shape, p.dtype)

    sp, g, m, gs, mp = new(n_g, n_b), new(n_f, n_b), new(n_f, n_b), new(n_f, n_a), new(n_f, n_a)
    yq, d_yq = new(n_f * n_c, n_d), new(n_f * n_c, n_d)
    by_f, d_by_f = yq.reshape(n_f, -1), d_yq.reshape(n_f, -1)
    flat_x, flat_y = x.reshape(n_b, -1), y.reshape(n_e, -1)
    gradients = [np.empty_like(array) for array in operands]
    d_p, d_x, d_q, d_y, d_r, d_s = gradients

    def call() -> list[Any]:
        np.dot(s, p, out=sp)
        np.dot(r, sp, out=g)
        np.dot(flat_y.T, q.T, out=yq)
        np.dot(by_f, flat_x.T, out=m)
        np.dot(g, flat_x, out=d_by_f)
        np.dot(g.T, by_f, out=d_x.reshape(n_b, -1))
        np.dot(q.T, d_yq.T, out=d_y.reshape(n_e, -1))
        np.dot(d_yq.T, flat_y.T, out=d_q)
        np.dot(m, sp.T, out=d_r)
        np.dot(r, s, out=gs)
        np.dot(gs.T, m, out=d_p)
        np.dot(m, p.T, out=mp)
        np.dot(r.T, mp, out=d_s)
        return [np.vdot(g, m), *gradients]

    return call
