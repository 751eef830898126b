"""Reductions, scans, sorting and norms against NumPy and SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.ops.axes import norms, products, scans, sorting, truth
from tests.rows import away, exact, flat, near, normal, positive, spread

ZEROS = np.array([[0.7, 0.0, -1.1], [0.0, 0.0, 0.4], [0.5, 1.2, -0.8]])  # no, one and two zeros in a row
MARKS = np.array([[0.5, 0.0, -1.0], [0.0, 0.0, 0.0]])
SIGNED = np.array([0.7, -1.2, 0.4, 1.6, -0.95, 0.2])  # no two of a size
WEIGHTS = np.array([1.0, 2.0, 4.0])
INF = np.inf


def _ahead(x: Any, axis: int) -> Any:
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


def _behind(x: Any, axis: int) -> Any:
    return np.flip(np.cumprod(np.flip(x, axis), axis), axis)


def _recurrence(a: Any, b: Any) -> Any:
    out = b.copy()
    for k in range(1, len(b)):
        out[k] = a[k] * out[k - 1] + b[k]
    return out


def _recur(a: Any, b: Any, axis: int, reverse: bool = False) -> Any:
    return scans.Recurrence(a, b, axis=axis, reverse=reverse)


def _shift(x: Any, axis: int, by: int, entering: int) -> Any:
    return scans.Shift(x, axis=axis, by=by, entering=entering)


def _norm(ord: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The call of our norm, and of NumPy's."""
    return (
        lambda x: sd.norm(x, ord, axis, keepdims),
        lambda x: np.linalg.norm(x, ord, axis, keepdims).astype(x.dtype),
    )


CASES = {
    # --- products -----------------------------------------------------------------------------------
    products.Prod: [
        exact(sd.prod, np.prod, spread(2, 3)),
        exact(sd.prod, np.prod, ZEROS),
        exact(lambda x: sd.prod(x, 1), lambda x: np.prod(x, 1), ZEROS),
        exact(lambda x: sd.prod(x, 0, True), lambda x: np.prod(x, 0, keepdims=True), ZEROS),
        exact(lambda x: sd.prod(x, (0, 2)), lambda x: np.prod(x, (0, 2)), normal(2, 3, 2)),
        exact(lambda x: x.prod((2, 0), True), lambda x: x.prod((2, 0), keepdims=True), normal(2, 1, 2)),
        exact(sd.prod, np.prod, spread()),
        exact(lambda x: sd.prod(x, -1), lambda x: np.prod(x, -1), spread(2, 1)),
        exact(lambda x: sd.prod(x, -1), lambda x: np.prod(x, -1), spread(2, 0)),
        exact(lambda x: sd.prod(x, 0), lambda x: np.prod(x, 0), spread(2, 0)),
        exact(lambda x: sd.prod(x, ()), lambda x: np.prod(x, ()), spread(2)),
        near(lambda x: sd.prod(x[:, None] * x, 1) + x, lambda x: np.prod(x[:, None] * x, 1) + x, spread(3)),
    ],
    scans.Cumprod: [
        exact(sd.cumprod, np.cumprod, spread(2, 2)),
        exact(sd.cumprod, np.cumprod, ZEROS[0]),
        exact(lambda x: sd.cumprod(x, 1), lambda x: np.cumprod(x, 1), ZEROS),
        exact(lambda x: sd.cumprod(x, 0), lambda x: np.cumprod(x, 0), ZEROS),
        exact(lambda x: sd.cumprod(x, 0, reverse=True), lambda x: _behind(x, 0), ZEROS),
        exact(lambda x: x.cumprod(-2), lambda x: np.cumprod(x, -2), spread(2, 3, 1)),
        exact(sd.cumprod, np.cumprod, spread()),
        exact(lambda x: sd.cumprod(x, 0), lambda x: np.cumprod(x, 0), spread(0, 2)),
        exact(lambda x: sd.cumprod(x, 1), lambda x: np.cumprod(x, 1), spread(2, 1)),
        near(lambda x: sd.cumprod(x * x) / x, lambda x: np.cumprod(x * x) / x, away(3)),
    ],
    scans.Cumsum: [
        exact(sd.cumsum, np.cumsum, spread(2, 3)),
        exact(lambda x: sd.cumsum(x, 1), lambda x: np.cumsum(x, 1), spread(2, 3)),
        exact(lambda x: sd.cumsum(x, 0, reverse=True), lambda x: _ahead(x, 0), spread(3, 2)),
        exact(lambda x: x.cumsum(-2), lambda x: x.cumsum(-2), spread(2, 3, 1)),
        exact(sd.cumsum, np.cumsum, spread()),
        exact(lambda x: sd.cumsum(x, -1), lambda x: np.cumsum(x, -1), spread(2, 0)),
        near(lambda x: sd.cumsum(x * x, 0) * x, lambda x: np.cumsum(x * x, 0) * x, spread(3, 2)),
    ],
    scans.Recurrence: [
        near(lambda a, b: _recur(a, b, -1), _recurrence, spread(4), positive(4)),
        near(lambda a, b: _recur(a, b, -2), _recurrence, spread(3, 2), positive(3, 2)),
        near(
            lambda a, b: _recur(a, b, -1, True),
            lambda a, b: _recurrence(a[::-1], b[::-1])[::-1],
            spread(3),
            positive(3),
        ),
        near(lambda a: _recur(a, a, -1), lambda a: _recurrence(a, a), spread(3)),
        near(lambda a, b: _recur(a, b, -1), lambda a, b: b, spread(2, 1), positive(2, 1)),
        near(lambda a, b: _recur(a, b, -1), lambda a, b: b, spread(0), positive(0)),
    ],
    scans.Shift: [
        exact(lambda x: _shift(x, -1, 1, 1), lambda x: np.array([1, *x[:-1]], x.dtype), spread(3)),
        exact(
            lambda x: _shift(x, -2, -1, 0),
            lambda x: np.concatenate([x[1:], 0 * x[:1]]),
            spread(3, 2),
        ),
        exact(lambda x: _shift(x, -1, 1, 0), np.zeros_like, spread(2, 1)),
        exact(lambda x: _shift(x, -1, -1, 0), lambda x: x, spread(2, 0)),
        near(lambda x: _shift(x, -1, 1, 1) * x, lambda x: x * np.array([1, *x[:-1]], x.dtype), spread(3)),
    ],
    # --- order --------------------------------------------------------------------------------------
    sorting.ArgSort: [
        flat(sd.argsort, np.argsort, spread(2, 3)),
        flat(lambda x: sd.argsort(x, 0), lambda x: np.argsort(x, 0), spread(3, 2)),
        flat(lambda x: x.argsort(None), lambda x: x.argsort(None), spread(3, 2)),
        flat(lambda x: sd.argsort(x, descending=True), lambda x: np.argsort(-x), spread(2, 3)),
        flat(sd.argsort, np.argsort, spread(2, 0)),
        exact(sd.sort, np.sort, spread(2, 3)),
        exact(lambda x: sd.sort(x, 0), lambda x: np.sort(x, 0), spread(3, 2)),
        exact(lambda x: x.sort(None), lambda x: np.sort(x, None), spread(3, 2)),
        exact(lambda x: sd.sort(x, descending=True), lambda x: -np.sort(-x), spread(2, 3)),
        exact(sd.sort, np.sort, spread(3, 1)),
        exact(sd.sort, np.sort, spread(2, 0)),
        near(lambda x: sd.sort(x * x, 0) * x, lambda x: np.sort(x * x, 0) * x, normal(4)),
    ],
    sorting.ArgOrder: [
        exact(sd.median, np.median, spread(3)),
        exact(lambda x: sd.median(x, 0), lambda x: np.median(x, 0), spread(4, 2)),
        flat(
            lambda x: sorting.ArgOrder(x, axis=-2),
            lambda x: np.array([[2, 1], [1, 1], [0, 1]]),
            np.array([[2.0, 1.0], [1.0, np.nan], [0.5, np.nan]]),
        ),
        flat(lambda x: sorting.ArgOrder(x, axis=-1), lambda x: np.zeros((2, 0), np.intp), spread(2, 0)),
    ],
    sorting.ArgRunning: [
        exact(sd.cummax, np.maximum.accumulate, spread(5)),
        exact(lambda x: sd.cummax(x, 1), lambda x: np.maximum.accumulate(x, 1), spread(3, 4)),
        exact(lambda x: sd.cummin(x, 0), lambda x: np.minimum.accumulate(x, 0), spread(4, 2)),
        exact(sd.cummin, lambda x: np.minimum.accumulate(x.ravel()), spread(2, 3)),
        exact(lambda x: sd.cummax(x, 0), lambda x: x, spread(0, 2)),
        exact(lambda x: sd.cummax(x, 1), lambda x: x, spread(2, 1)),
        near(lambda x: sd.cummax(x**2) * x, lambda x: np.maximum.accumulate(x**2) * x, normal(4)),
    ],
    # --- truth --------------------------------------------------------------------------------------
    truth.Any: [
        flat(sd.any, np.any, MARKS),
        flat(lambda x: sd.any(x > 0.3, 1), lambda x: np.any(x > 0.3, 1), spread(2, 3)),
        flat(lambda x: x.any((0, 1), True), lambda x: x.any((0, 1), keepdims=True), MARKS),
        flat(lambda x: sd.any(x, 1), lambda x: np.any(x, 1), MARKS[:, :0]),
        flat(lambda x: sd.any(x, ()), lambda x: np.any(x, ()), MARKS),
    ],
    truth.All: [
        flat(sd.all, np.all, MARKS),
        flat(lambda x: sd.all(x < 1, 0), lambda x: np.all(x < 1, 0), spread(2, 3)),
        flat(lambda x: x.all(-1, True), lambda x: x.all(-1, keepdims=True), MARKS),
        flat(lambda x: sd.all(x, 0), lambda x: np.all(x, 0), MARKS[:0]),
    ],
    # --- norms --------------------------------------------------------------------------------------
    norms.PowerNorm: [
        *[near(*_norm(p), away(4)) for p in (3, 1.5, 0.5, -1, -2.5)],
        near(*_norm(3, 1), away(2, 3)),
        near(*_norm(4, 0, True), away(3, 2)),
        near(*_norm(3), spread(1)),
        near(*_norm(3), spread(0)),
        near(lambda x: x / sd.norm(x, 3), lambda x: x / np.linalg.norm(x, 3), away(3)),
    ],
    norms.FlatPower: [
        near(lambda x: norms.FlatPower(x, exponent=2.5), lambda x: x**2.5, positive(2, 2)),
        near(lambda x: norms.FlatPower(x, exponent=-0.5) * x, lambda x: x**0.5, positive(3)),
        near(lambda x: norms.FlatPower(x, exponent=2.0), lambda x: x * x, positive()),
    ],
}

FUNCTIONS = {
    "norm": [
        *[exact(*_norm(ord), SIGNED) for ord in (None, 1, INF, -INF)],
        near(*_norm(2), away(5)),
        exact(*_norm(0), MARKS[0]),
        near(*_norm(None), spread(2, 3)),
        *[exact(*_norm(ord), SIGNED.reshape(3, 2)) for ord in (1, -1, INF, -INF)],
        *[near(*_norm(ord), normal(3, 2)) for ord in ("fro", "nuc", 2, -2)],
        near(*_norm("nuc", (2, 0), True), normal(2, 3, 2)),
        exact(*_norm(1, (2, 0), True), normal(2, 3, 2)),
        exact(*_norm(INF, (0, 2)), normal(2, 3, 2)),
        near(*_norm("fro", (-1, 0)), away(2, 3, 2)),
        exact(*_norm(1, 0, True), away(2, 3)),
        exact(*_norm(INF, -1), SIGNED.reshape(2, 3)),
    ],
    "var": [
        near(sd.var, np.var, normal(2, 3)),
        exact(lambda x: x.var(0), lambda x: x.var(0), normal(4, 2)),
        near(
            lambda x: x.var((0, -1), keepdims=True), lambda x: x.var((0, -1), keepdims=True), normal(2, 3, 2)
        ),
        near(lambda x: sd.var(x, 1, ddof=1), lambda x: np.var(x, 1, ddof=1), normal(2, 3)),
        near(lambda x: sd.var(x, 1, correction=0.5), lambda x: np.var(x, 1, ddof=0.5), normal(2, 3)),
        near(sd.var, np.var, spread(1)),
    ],
    "std": [
        near(sd.std, np.std, normal(2, 3)),
        exact(lambda x: x.std(1), lambda x: x.std(1), normal(3, 4)),
        near(lambda x: sd.std(x, 0, 1, True), lambda x: np.std(x, 0, ddof=1, keepdims=True), normal(3, 2)),
        near(
            lambda x: (x - x.mean(-1, True)) / x.std(-1, keepdims=True),
            lambda x: (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True),
            normal(2, 3),
        ),
    ],
    "average": [
        near(lambda x: sd.average(x), np.average, normal(2, 3)),
        near(
            lambda x: sd.average(x, 1, WEIGHTS.astype(x.dtype)),
            lambda x: np.average(x, 1, WEIGHTS.astype(x.dtype)),
            normal(2, 3),
        ),
        near(
            lambda x, w: sd.average(x, None, w),
            lambda x, w: np.average(x, None, w),
            normal(2, 3),
            positive(2, 3),
        ),
        near(
            lambda x, w: sd.average(x, (2, 0), w, True),
            lambda x, w: np.average(x, (2, 0), w, keepdims=True),
            normal(2, 2, 3),
            positive(3, 2),
        ),
        near(lambda x: sd.average(x, 0, x), lambda x: np.average(x, 0, x), positive(3, 2)),
    ],
    "cov": [
        near(sd.cov, lambda x: np.cov(x, dtype=x.dtype), normal(3, 4)),
        near(
            lambda x, y: sd.cov(x, y, ddof=0),
            lambda x, y: np.cov(x, y, ddof=0, dtype=x.dtype),
            normal(4),
            normal(2, 4),
        ),
        near(
            lambda x: sd.cov(x, rowvar=False), lambda x: np.cov(x, rowvar=False, dtype=x.dtype), normal(3, 2)
        ),
        near(sd.cov, lambda x: np.cov(x, dtype=x.dtype), normal(4)),
    ],
    "corrcoef": [
        near(sd.corrcoef, lambda x: np.corrcoef(x, dtype=x.dtype), normal(2, 4)),
        near(
            lambda x, y: sd.corrcoef(x, y),
            lambda x, y: np.corrcoef(x, y, dtype=x.dtype),
            normal(3),
            positive(3),
        ),
    ],
    "ptp": [
        exact(sd.ptp, np.ptp, spread(2, 3)),
        exact(lambda x: sd.ptp(x, 0, True), lambda x: np.ptp(x, 0, keepdims=True), spread(3, 2)),
    ],
    "amax": [exact(lambda x: sd.amax(x, 1), lambda x: np.amax(x, 1), spread(2, 3))],
    "amin": [exact(lambda x: sd.amin(x, 1), lambda x: np.amin(x, 1), spread(2, 3))],
    "count_nonzero": [
        flat(sd.count_nonzero, np.count_nonzero, MARKS),
        flat(lambda x: sd.count_nonzero(x, 1), lambda x: np.count_nonzero(x, 1), MARKS),
        flat(
            lambda x: sd.count_nonzero(x > 0, 0, True),
            lambda x: np.count_nonzero(x > 0, 0, keepdims=True),
            MARKS,
        ),
    ],
    "median": [
        exact(sd.median, np.median, spread(3)),
        exact(sd.median, np.median, spread(2, 2)),
        exact(lambda x: sd.median(x, 0), lambda x: np.median(x, 0), spread(4, 3)),
        exact(
            lambda x: sd.median(x, (0, 2), True),
            lambda x: np.median(x, (0, 2), keepdims=True),
            spread(2, 2, 3),
        ),
        near(lambda x: sd.median(x * x) * x, lambda x: np.median(x * x) * x, normal(4)),
        exact(sd.median, np.median, spread()),
        exact(lambda x: sd.median(x, 1), lambda x: np.median(x, 1), spread(0, 3)),
    ],
    "quantile": [
        near(lambda x: sd.quantile(x, 0.3), lambda x: np.quantile(x, 0.3), spread(5)),
        near(
            lambda x: sd.quantile(x, [[0.25, 1.0], [0.0, 0.6]], 1),
            lambda x: np.quantile(x, np.array([[0.25, 1.0], [0.0, 0.6]], x.dtype), 1),
            spread(2, 4),
        ),
        near(
            lambda x: sd.quantile(x, [0.2, 0.9], (0, 2), True),
            lambda x: np.quantile(x, np.array([0.2, 0.9], x.dtype), (0, 2), keepdims=True),
            spread(2, 3, 2),
        ),
        near(lambda x, q: sd.quantile(x, q), np.quantile, spread(4), np.array([0.4, 0.8])),
        *[
            near(
                lambda x, m=method: sd.quantile(x, 0.4, 0, method=m),
                lambda x, m=method: np.quantile(x, 0.4, 0, method=m),
                spread(4, 2),
            )
            for method in ("lower", "higher", "midpoint")
        ],
    ],
    "percentile": [
        near(lambda x: sd.percentile(x, 30), lambda x: np.percentile(x, 30), spread(5)),
        near(
            lambda x: sd.percentile(x, 75, 1, True),
            lambda x: np.percentile(x, 75, 1, keepdims=True),
            spread(2, 4),
        ),
        near(lambda x, q: sd.percentile(x, q), np.percentile, spread(4), np.array([40.0, 80.0])),
    ],
    "topk": [
        exact(lambda x: sd.topk(x, 2)[0], lambda x: -np.sort(-x)[:, :2], spread(2, 4)),
        exact(lambda x: sd.topk(x, 3, 0, largest=False)[0], lambda x: np.sort(x, 0), spread(3, 2)),
        exact(lambda x: sd.topk(x, 0)[0], lambda x: x[:, :0], spread(2, 3)),
        flat(lambda x: sd.topk(x, 2)[1], lambda x: np.argsort(-x)[:, :2], spread(2, 4)),
        near(lambda x: sd.topk(x, 2)[0] ** 3, lambda x: -(np.sort(-x)[:2] ** 3), spread(4)),
    ],
    "cumulative_sum": [
        exact(sd.cumulative_sum, np.cumulative_sum, spread(3)),
        exact(
            lambda x: sd.cumulative_sum(x, 1, include_initial=True),
            lambda x: np.cumulative_sum(x, axis=1, include_initial=True),
            spread(2, 3),
        ),
    ],
    "cumulative_prod": [
        exact(lambda x: sd.cumulative_prod(x, -2), lambda x: np.cumulative_prod(x, axis=-2), ZEROS),
        exact(
            lambda x: sd.cumulative_prod(x, include_initial=True),
            lambda x: np.cumulative_prod(x, include_initial=True),
            spread(3),
        ),
    ],
    "diff": [
        exact(sd.diff, np.diff, spread(2, 4)),
        exact(lambda x: sd.diff(x, 2, 0), lambda x: np.diff(x, 2, 0), spread(4, 2)),
        exact(lambda x: sd.diff(x, 0), lambda x: x, spread(3)),
        exact(lambda x: sd.diff(x, 5), lambda x: np.diff(x, 5), spread(3)),
        exact(
            lambda x: sd.diff(x, prepend=0, append=x),
            lambda x: np.diff(x, prepend=x[:1] * 0, append=x),
            spread(3),
        ),
        near(lambda x: sd.diff(x**3), lambda x: np.diff(x**3), spread(4)),
    ],
    "ediff1d": [exact(sd.ediff1d, np.ediff1d, spread(2, 3))],
    "trapezoid": [
        near(sd.trapezoid, np.trapezoid, spread(2, 4)),
        near(
            lambda y: sd.trapezoid(y, dx=0.5, axis=0), lambda y: np.trapezoid(y, dx=0.5, axis=0), spread(3, 2)
        ),
        near(
            lambda y, x: sd.trapezoid(y, x, axis=0),
            lambda y, x: np.trapezoid(y, x, axis=0),
            spread(3, 2),
            normal(3),
        ),
        near(lambda y, x: sd.trapezoid(y, x), np.trapezoid, spread(2, 3), normal(2, 3)),
        near(lambda y: sd.trapezoid(y, y), lambda y: np.trapezoid(y, y), spread(3)),
        near(lambda y: sd.trapezoid(y), np.trapezoid, spread(2, 1)),
        near(
            lambda y, d: sd.trapezoid(y, dx=d), lambda y, d: np.trapezoid(y, dx=d), spread(2, 3), positive(2)
        ),
    ],
    "cumulative_trapezoid": [
        near(sd.cumulative_trapezoid, integrate.cumulative_trapezoid, spread(2, 4)),
        near(
            lambda y, x: sd.cumulative_trapezoid(y, x, axis=0, initial=0),
            lambda y, x: integrate.cumulative_trapezoid(y, x, axis=0, initial=0).astype(y.dtype),
            spread(3, 2),
            normal(3),
        ),
    ],
}

_A = np.ones((2, 3))
_C = np.ones(2, complex)


def _axis(name: str) -> Any:
    return lambda: getattr(sd, name)(_A, axis=2), ShapeError, [name, "axis 2", "2 axes"]


WRONG = {
    **{
        f"{name}: axis": _axis(name)
        for name in (
            "any",
            "all",
            "argsort",
            "cummax",
            "cummin",
            "cumprod",
            "cumsum",
            "cumulative_prod",
            "cumulative_sum",
            "cumulative_trapezoid",
            "diff",
            "median",
            "norm",
            "prod",
            "sort",
            "std",
            "trapezoid",
            "var",
        )
    },
    "amax: axis": (lambda: sd.amax(_A, 2), ShapeError, ["max", "axis 2"]),
    "amin: axis": (lambda: sd.amin(_A, 2), ShapeError, ["min", "axis 2"]),
    "ptp: nothing": (lambda: sd.ptp(np.ones((0, 2))), ShapeError, ["max", "without entries"]),
    "count_nonzero: axis": (lambda: sd.count_nonzero(_A, 2), ShapeError, ["axis 2"]),
    "prod: axis twice": (lambda: sd.prod(_A, (0, -2)), ShapeError, ["prod", "twice"]),
    "cumsum: axes": (lambda: sd.cumsum(_A, (0, 1)), TypeError, ["cumsum", "one int"]),
    "sort: axes": (lambda: sd.sort(_A, "rows"), TypeError, ["sort", "'rows'"]),
    "cumulative_sum: no axis": (
        lambda: sd.cumulative_sum(_A),
        ShapeError,
        ["cumulative_sum", "2 axes", "axis"],
    ),
    "cumulative_prod: no axis": (lambda: sd.cumulative_prod(1.0), ShapeError, ["cumulative_prod", "0 axes"]),
    "topk: too many": (lambda: sd.topk(_A, 4), ShapeError, ["topk", "4", "3 entries"]),
    "topk: negative": (lambda: sd.topk(_A, -1), ShapeError, ["topk", "-1"]),
    "topk: kind": (lambda: sd.topk(_A, 1.5), TypeError, ["topk", "1.5", "int"]),
    "topk: no axis": (lambda: sd.topk(_A, 1, None), TypeError, ["topk", "reshape(-1)"]),
    "median: nothing": (lambda: sd.median(np.ones((2, 0))), ShapeError, ["median", "without entries"]),
    "median: complex": (lambda: sd.median(_C), TypeError, ["median", "complex"]),
    "quantile: nothing": (lambda: sd.quantile([], 0.5), ShapeError, ["quantile", "without entries"]),
    "quantile: q": (lambda: sd.quantile(_A, 50), ValueError, ["quantile", "50", "percentile"]),
    "quantile: method": (
        lambda: sd.quantile(_A, 0.5, method="best"),
        ValueError,
        ["quantile", "'best'", "linear"],
    ),
    "percentile: q": (lambda: sd.percentile(_A, 101), ValueError, ["percentile", "101", "100"]),
    "var: complex": (lambda: sd.var(_C), TypeError, ["var", "complex", "real"]),
    "std: complex": (lambda: sd.std(_C), TypeError, ["std", "complex", "real"]),
    "average: weights": (lambda: sd.average(_A, 0, [1, 2, 3]), ShapeError, ["average", "3", "2×3", "axis 0"]),
    "cov: axes": (lambda: sd.cov(np.ones((2, 2, 2))), ShapeError, ["cov", "2×2×2", "two axes"]),
    "cov: observations": (lambda: sd.cov(_A, np.ones(2)), ShapeError, ["concatenate", "2×3", "1×2"]),
    "corrcoef: axes": (lambda: sd.corrcoef(np.ones((2, 2, 2))), ShapeError, ["2×2×2"]),
    "diff: negative": (lambda: sd.diff(_A, -1), ShapeError, ["diff", "-1"]),
    "diff: kind": (lambda: sd.diff(_A, 1.5), TypeError, ["diff", "1.5", "int"]),
    "diff: scalar": (lambda: sd.diff(1.0), ShapeError, ["diff", "scalar", "axis"]),
    "ediff1d: bool": (lambda: sd.ediff1d([True, False]), TypeError, ["ediff1d", "bool", "diff"]),
    "trapezoid: scalar": (lambda: sd.trapezoid(1.0), ShapeError, ["trapezoid", "scalar"]),
    "trapezoid: places": (lambda: sd.trapezoid(_A, [1, 2]), ShapeError, ["trapezoid", "2", "3 samples"]),
    "trapezoid: nothing": (lambda: sd.trapezoid([]), ShapeError, ["trapezoid", "no samples"]),
    "cumulative_trapezoid: scalar": (
        lambda: sd.cumulative_trapezoid(1.0),
        ShapeError,
        ["cumulative_trapezoid", "scalar"],
    ),
    "norm: order": (lambda: sd.norm([1.0, 2.0], "l2"), (ValueError, ShapeError), ["norm", "'l2'"]),
    "norm: text for a vector": (lambda: sd.norm([1.0], "fro"), ShapeError, ["norm", "'fro'", "two axes"]),
    "norm: matrix order": (lambda: sd.norm(_A, 3), ValueError, ["norm", "3", "fro"]),
    "norm: axes": (
        lambda: sd.norm(np.ones((2, 2, 2)), 1),
        ShapeError,
        ["norm", "ord=1", "3", "one axis or two"],
    ),
    "norm: kind": (lambda: sd.norm([1.0], True), ValueError, ["norm", "True"]),
}
