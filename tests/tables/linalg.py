"""Linear algebra: NumPy or SciPy as the oracle, matrices alone, in batches, and without entries."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.linalg import (
    cholesky_factor,
    conditioning,
    determinants,
    exponential,
    gaps,
    inverses,
    orthogonal,
    pseudoinverse,
    results,
    singular,
    spectral,
    triangular,
)
from tests.rows import Array, Case, exact, flat, near, normal, spread

LA = sd.linalg


def square(*shape: int) -> Array:
    """Matrices far from singular."""
    return spread(*shape) / 2 + np.diag([2.0, -1.5, 1.2][: shape[-1]])


def hilly(*shape: int) -> Array:
    """Matrices, not symmetric, whose symmetric parts have eigenvalues far apart, all of them positive.

    No entry is near 0, where LAPACK turns the sign of an eigenvector.
    """
    return spread(*shape, low=0.2, high=0.8) + np.diag([4.0, 1.0, 2.5][: shape[-1]])


def tall(*shape: int) -> Array:
    """Matrices with singular values far apart and far from 0."""
    return spread(*shape) / 4 + np.eye(*shape[-2:]) * np.array([2.5, 1.2, 0.6])[: shape[-1]]


def wide(*shape: int) -> Array:
    """The transposes of `tall` matrices."""
    return tall(*shape[:-2], shape[-1], shape[-2]).swapaxes(-1, -2).copy()


def half(x: Array) -> Array:
    """The symmetric part."""
    return (x + x.swapaxes(-1, -2)) / 2


def reduced(x: Array) -> Any:
    """NumPy's reduced singular value decomposition."""
    return np.linalg.svd(x, full_matrices=False)


def triangle(a: Array, b: Array, **settings: Any) -> Array:
    """SciPy's triangular solver."""
    return scipy.linalg.solve_triangular(a, b, **settings)


def nuclear(x: Array) -> Array:
    """The sum of singular values."""
    return np.linalg.svd(x, compute_uv=False).sum(-1)


def _lower(x: Node) -> Node:
    return triangular.Triangle(x, lower=True, strict=False)


def inverse_gaps(w: Array) -> Array:
    """1 / (w_j - w_i), and 0 on the diagonal."""
    difference = w[..., None, :] - w[..., :, None]
    return np.where(difference == 0, 0, 1 / np.where(difference == 0, 1, difference)).astype(w.dtype)


CASES: dict[type[Node], list[Case]] = {
    inverses.Inv: [
        near(LA.inv, np.linalg.inv, square(2, 2)),
        near(LA.inv, np.linalg.inv, square(2, 3, 3)),
        near(LA.inv, np.linalg.inv, square(1, 1)),
        near(LA.inv, np.linalg.inv, normal(0, 0)),
        near(LA.inv, np.linalg.inv, normal(0, 2, 2)),
        near(
            lambda x: LA.inv(x) @ x.T @ LA.inv(x),
            lambda x: np.linalg.inv(x) @ x.T @ np.linalg.inv(x),
            square(2, 2),
        ),
    ],
    inverses.Solve: [
        near(LA.solve, np.linalg.solve, square(3, 3), normal(3)),
        near(LA.solve, np.linalg.solve, square(2, 2), normal(2, 3)),
        near(LA.solve, np.linalg.solve, square(2, 2, 2), normal(2)),
        near(LA.solve, np.linalg.solve, square(2, 2), normal(3, 2, 1)),
        near(LA.solve, np.linalg.solve, square(2, 1, 2, 2), normal(1, 2, 2, 1)),
        near(LA.solve, np.linalg.solve, square(1, 1), normal(1, 2)),
        near(LA.solve, np.linalg.solve, normal(0, 0), normal(0, 2)),
        near(LA.solve, np.linalg.solve, square(2, 2), normal(2, 0)),
        near(lambda x: LA.solve(x, x.T), lambda x: np.linalg.solve(x, x.T), square(2, 2)),
        near(lambda x: LA.solve(x, x[0]), lambda x: np.linalg.solve(x, x[0]), square(2, 2)),
    ],
    triangular.Triangle: [
        near(_lower, np.tril, normal(3, 2)),
        near(_lower, np.tril, normal(2, 2, 3)),
        near(
            lambda x: triangular.Triangle(x * x, lower=False, strict=True),
            lambda x: np.triu(x * x, 1),
            normal(3, 3),
        ),
        near(
            lambda x: triangular.Triangle(x, lower=True, strict=True), lambda x: np.tril(x, -1), normal(0, 2)
        ),
    ],
    triangular.TriangularSolve: [
        near(LA.triangular_solve, triangle, square(3, 3), normal(3)),
        near(
            lambda a, b: LA.triangular_solve(a, b, lower=True),
            lambda a, b: triangle(a, b, lower=True),
            square(2, 2),
            normal(2, 3),
        ),
        near(
            lambda a, b: LA.triangular_solve(a, b, trans=1),
            lambda a, b: triangle(a, b, trans=1),
            square(2, 2),
            normal(2, 1),
        ),
        near(
            lambda a, b: LA.triangular_solve(a, b, True, 1),
            lambda a, b: triangle(a, b, lower=True, trans=1),
            square(2, 2),
            normal(2),
        ),
        near(
            lambda a, b: LA.triangular_solve(a, b, lower=True),
            lambda a, b: np.linalg.solve(np.tril(a), b),
            square(2, 2),
            normal(2, 2, 1),
        ),
        near(LA.triangular_solve, triangle, square(1, 1), normal(1, 2)),
        near(LA.triangular_solve, lambda a, b: b, normal(0, 0), normal(0, 2)),
        near(lambda x: LA.triangular_solve(x, x.T), lambda x: np.linalg.solve(np.triu(x), x.T), square(2, 2)),
    ],
    determinants.Det: [
        near(LA.det, np.linalg.det, square(3, 3)),
        near(LA.det, np.linalg.det, square(2, 2, 2)),
        near(LA.det, np.linalg.det, normal(1, 1)),
        near(LA.det, np.linalg.det, normal(0, 0)),
        near(lambda x: LA.det(x) * x[0] * LA.det(x.T), lambda x: np.linalg.det(x) ** 2 * x[0], square(2, 2)),
    ],
    determinants.Cofactor: [
        near(
            lambda x: sd.grad(LA.det(x).sum(), x),
            lambda x: np.linalg.det(x)[..., None, None] * np.linalg.inv(x).swapaxes(-1, -2),
            square(*shape),
        )
        for shape in [(2, 2), (3, 3), (2, 2, 2), (1, 1), (0, 0)]
    ],
    determinants.Slogdet: [
        near(lambda x: LA.slogdet(x).logabsdet, lambda x: np.linalg.slogdet(x)[1], square(3, 3)),
        near(lambda x: LA.slogdet(x)[1], lambda x: np.linalg.slogdet(x)[1], square(2, 2, 2)),
        near(lambda x: LA.slogdet(x).sign * x, lambda x: np.linalg.slogdet(x)[0] * x, square(2, 2)),
        near(
            lambda x: LA.slogdet(x).sign * LA.slogdet(x).logabsdet * LA.slogdet(x[:1, :1])[1],
            lambda x: np.prod(np.linalg.slogdet(x)) * np.linalg.slogdet(x[:1, :1])[1],
            square(2, 2),
        ),
        near(lambda x: LA.slogdet(x)[1], lambda x: np.linalg.slogdet(x)[1], normal(0, 0)),
    ],
    cholesky_factor.Cholesky: [
        near(LA.cholesky, lambda x: np.linalg.cholesky(half(x)), hilly(3, 3)),
        near(LA.cholesky, lambda x: np.linalg.cholesky(half(x)), hilly(2, 2, 2)),
        near(LA.cholesky, np.linalg.cholesky, np.array([[2.0]])),
        near(LA.cholesky, np.linalg.cholesky, normal(0, 0)),
        near(lambda x: LA.cholesky(x @ x.T) @ x, lambda x: np.linalg.cholesky(x @ x.T) @ x, square(2, 2)),
    ],
    spectral.Eigh: [
        near(lambda x: LA.eigh(x).eigenvalues, lambda x: np.linalg.eigh(half(x))[0], hilly(3, 3)),
        near(lambda x: LA.eigh(x).eigenvectors, lambda x: np.linalg.eigh(half(x))[1], hilly(3, 3)),
        near(lambda x: LA.eigh(x)[1], lambda x: np.linalg.eigh(half(x))[1], hilly(2, 2, 2)),
        near(
            lambda x: LA.eigh(x)[0][..., None] * LA.eigh(x)[1] * x,
            lambda x: np.linalg.eigh(half(x))[0][..., None] * np.linalg.eigh(half(x))[1] * x,
            hilly(2, 2),
        ),
        near(lambda x: LA.eigh(x)[0], lambda x: np.linalg.eigh(half(x))[0], normal(1, 1)),
        near(lambda x: LA.eigh(x)[1], lambda x: np.linalg.eigh(half(x))[1], normal(0, 0)),
    ],
    spectral.Eigvalsh: [
        near(LA.eigvalsh, lambda x: np.linalg.eigvalsh(half(x)), hilly(3, 3)),
        near(LA.eigvalsh, lambda x: np.linalg.eigvalsh(half(x)), hilly(2, 2, 2)),
        near(LA.eigvalsh, np.linalg.eigvalsh, normal(1, 1)),
        near(LA.eigvalsh, np.linalg.eigvalsh, normal(0, 0)),
        near(lambda x: LA.eigvalsh(x) @ x, lambda x: np.linalg.eigvalsh(half(x)) @ x, hilly(2, 2)),
    ],
    gaps.InverseGaps: [
        near(gaps.InverseGaps, inverse_gaps, np.array([0.5, 2.0, -1.0])),
        near(gaps.InverseGaps, inverse_gaps, np.array([[1.5, -1.0], [3.0, 0.0]])),
        near(gaps.InverseGaps, inverse_gaps, normal(1)),
        near(gaps.InverseGaps, inverse_gaps, normal(0)),
        near(lambda w: gaps.InverseGaps(w) @ w, lambda w: inverse_gaps(w) @ w, np.array([1.5, -1.0])),
    ],
    results.Output: [
        near(lambda x: LA.eigh(x)[1] * x, lambda x: np.linalg.eigh(half(x))[1] * x, hilly(2, 2)),
        near(
            lambda x: LA.qr(x).R.T @ LA.qr(x).R,
            lambda x: np.linalg.qr(x)[1].swapaxes(-1, -2) @ np.linalg.qr(x)[1],
            tall(3, 2),
        ),
        near(
            lambda x: LA.slogdet(x)[1] * x[..., 0, 0],
            lambda x: np.linalg.slogdet(x)[1] * x[..., 0, 0],
            square(2, 2, 2),
        ),
        near(lambda x: LA.svd(x)[2] @ x.T, lambda x: reduced(x)[2] @ x.T, wide(2, 3)),
    ],
    singular.Svd: [
        near(lambda x: LA.svd(x).S, lambda x: reduced(x)[1], tall(3, 2)),
        near(lambda x: LA.svd(x).U, lambda x: reduced(x)[0], tall(3, 2)),
        near(lambda x: LA.svd(x).Vh, lambda x: reduced(x)[2], tall(3, 2)),
        near(lambda x: LA.svd(x).U, lambda x: reduced(x)[0], wide(2, 3)),
        near(lambda x: LA.svd(x).Vh, lambda x: reduced(x)[2], wide(2, 3)),
        near(lambda x: LA.svd(x).Vh, lambda x: reduced(x)[2], tall(2, 2, 2)),
        near(lambda x: LA.svd(x).U, lambda x: reduced(x)[0], normal(2, 1)),
        near(lambda x: LA.svd(x, full_matrices=True).U, lambda x: np.linalg.svd(x)[0], tall(2, 2)),
        near(lambda x: LA.svd(x).S, lambda x: reduced(x)[1], normal(2, 0)),
        near(
            lambda x: LA.svd(x).U * LA.svd(x).S @ x,
            lambda x: reduced(x)[0] * reduced(x)[1] @ x,
            tall(2, 2),
        ),
    ],
    singular.Svdvals: [
        near(LA.svdvals, np.linalg.svdvals, tall(3, 2)),
        near(LA.svdvals, np.linalg.svdvals, wide(2, 2, 3)),
        near(LA.svdvals, np.linalg.svdvals, normal(1, 3)),
        near(LA.svdvals, np.linalg.svdvals, normal(0, 3)),
        near(lambda x: LA.svdvals(x) @ x, lambda x: np.linalg.svdvals(x) @ x, tall(2, 2)),
    ],
    orthogonal.Qr: [
        near(lambda x: LA.qr(x).Q, lambda x: np.linalg.qr(x)[0], tall(3, 2)),
        near(lambda x: LA.qr(x).R, lambda x: np.linalg.qr(x)[1], tall(3, 2)),
        near(lambda x: LA.qr(x).Q, lambda x: np.linalg.qr(x)[0], square(2, 2, 2)),
        near(lambda x: LA.qr(x).R, lambda x: np.linalg.qr(x)[1], wide(2, 3)),
        near(lambda x: LA.qr(x).Q, lambda x: np.linalg.qr(x)[0], wide(2, 3)),
        near(lambda x: LA.qr(x).R, lambda x: np.linalg.qr(x)[1], wide(2, 1, 2)),
        near(lambda x: LA.qr(x).R, lambda x: np.linalg.qr(x)[1], normal(1, 1)),
        near(lambda x: LA.qr(x).Q, lambda x: np.linalg.qr(x)[0], normal(2, 0)),
        near(
            lambda x: LA.qr(x).R @ x @ LA.qr(x).Q,
            lambda x: np.linalg.qr(x)[1] @ x @ np.linalg.qr(x)[0],
            square(2, 2),
        ),
    ],
    pseudoinverse.Pinv: [
        near(LA.pinv, np.linalg.pinv, tall(3, 2)),
        near(LA.pinv, np.linalg.pinv, wide(2, 3)),
        near(LA.pinv, np.linalg.pinv, tall(2, 2, 2)),
        near(LA.pinv, np.linalg.pinv, normal(1, 2)),
        near(LA.pinv, np.linalg.pinv, normal(0, 2)),
        near(lambda x: LA.pinv(x, 1e-3) @ x.T, lambda x: np.linalg.pinv(x, 1e-3) @ x.T, tall(2, 2)),
        near(  # of rank one wherever it moves to
            lambda x: LA.pinv(sd.outer(x, x**2)),
            lambda x: np.outer(x**2, x) / ((x @ x) * (x**2 @ x**2)),
            np.array([1.1, -0.7]),
        ),
    ],
    exponential.Expm: [
        near(LA.expm, scipy.linalg.expm, normal(2, 2)),
        near(LA.expm, scipy.linalg.expm, spread(2, 2, 2)),
        near(LA.expm, scipy.linalg.expm, np.array([[-1.5]])),
        near(LA.expm, lambda x: x, normal(0, 0)),
        near(lambda x: LA.expm(4 * x), lambda x: scipy.linalg.expm(4 * x), spread(2, 2)),
        near(lambda x: LA.expm(x @ x) @ x, lambda x: scipy.linalg.expm(x @ x) @ x, spread(2, 2)),
    ],
    conditioning.MatrixRank: [
        flat(LA.matrix_rank, np.linalg.matrix_rank, normal(2, 3)),
        flat(
            LA.matrix_rank,
            np.linalg.matrix_rank,
            np.array([[[1.0, 2.0], [2.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]]]),
        ),
        flat(lambda x: LA.matrix_rank(x, rtol=0.5), lambda x: np.linalg.matrix_rank(x, rtol=0.5), tall(3, 3)),
    ],
}


FUNCTIONS: dict[str, list[Case]] = {
    "lstsq": [
        near(LA.lstsq, lambda a, b: np.linalg.lstsq(a, b)[0], tall(3, 2), normal(3)),
        near(LA.lstsq, lambda a, b: np.linalg.lstsq(a, b)[0], tall(3, 2), normal(3, 2)),
        near(LA.lstsq, lambda a, b: np.linalg.pinv(a) @ b, tall(2, 3, 2), normal(3, 1)),
        near(LA.lstsq, np.linalg.solve, square(2, 2), normal(2)),
    ],
    "matrix_power": [
        *[
            near(
                lambda x, n=n: LA.matrix_power(x, n),
                lambda x, n=n: np.linalg.matrix_power(x, n),
                square(2, 2),
            )
            for n in (0, 1, 2, 3, 5, -1, -2)
        ],
        near(lambda x: LA.matrix_power(x, 6), lambda x: np.linalg.matrix_power(x, 6), spread(2, 2, 2)),
        near(
            lambda x: LA.matrix_power(x, 0) * x, lambda x: np.linalg.matrix_power(x, 0) * x, spread(2, 2, 2)
        ),
    ],
    "matrix_norm": [
        *[
            near(
                lambda x, p=p: LA.matrix_norm(x, p),
                lambda x, p=p: np.linalg.matrix_norm(x, ord=p),
                tall(*shape),
            )
            for p in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
            for shape in ((3, 2), (2, 2, 2))
        ],
        near(
            lambda x: x / LA.matrix_norm(x, 2, keepdims=True),
            lambda x: x / np.linalg.matrix_norm(x, ord=2, keepdims=True),
            tall(2, 2, 2),
        ),
        near(lambda x: LA.matrix_norm(x, "nuc"), nuclear, normal(0, 2)),
    ],
    "multi_dot": [
        near(
            lambda x, y, z: LA.multi_dot([x, y, z, x]),
            lambda x, y, z: np.linalg.multi_dot([x, y, z, x]),
            normal(3),
            normal(3, 2),
            normal(2, 3),
        ),
        near(lambda x: LA.multi_dot([x, x, x]), lambda x: x @ x @ x, normal(2, 2)),
        near(lambda x, y: LA.multi_dot([x, y]), np.matmul, normal(2, 0), normal(0)),
    ],
    "views of matrices": [
        exact(LA.matrix_transpose, lambda x: x.swapaxes(-1, -2), normal(2, 3, 2)),
        near(LA.diagonal, np.linalg.diagonal, normal(2, 3, 3)),
        near(lambda x: LA.diagonal(x, offset=-1), lambda x: np.linalg.diagonal(x, offset=-1), normal(3, 2)),
        near(LA.trace, np.linalg.trace, normal(2, 3, 3)),
        near(lambda x: LA.trace(x, offset=1) * x, lambda x: np.linalg.trace(x, offset=1) * x, normal(2, 3)),
        near(lambda x: LA.trace(x @ x.T), lambda x: np.trace(x @ x.T), normal(2, 2)),
    ],
    "cond": [
        near(lambda x: LA.cond(x), np.linalg.cond, tall(3, 2)),
        *[
            near(lambda x, p=p: LA.cond(x, p), lambda x, p=p: np.linalg.cond(x, p), tall(2, 2))
            for p in (-2, "fro", 1, np.inf)
        ],
    ],
    "gaussian likelihood": [
        near(
            lambda c, x: LA.slogdet(c @ c.T)[1] + x @ LA.solve(c @ c.T, x),
            lambda c, x: np.linalg.slogdet(c @ c.T)[1] + x @ np.linalg.solve(c @ c.T, x),
            square(2, 2),
            normal(2),
        ),
    ],
}


OBLONG = sd.Variable(np.ones((2, 3)), "oblong")
WHOLE = sd.Variable(np.eye(3), "whole")
NOTHING = sd.Variable(np.zeros((2, 2)), "nothing")
VECTOR = sd.Variable(np.ones(2), "vector")
COMPLEX = sd.Variable(np.eye(2) * 1j, "z")
SHORT = sd.Variable(np.eye(2, dtype="float16"), "short")
N = sd.Dim("n")
OPEN = sd.Placeholder((N, 3), name="open")
Failure = np.linalg.LinAlgError


def _square(name: str, *rest: Any) -> dict[str, Any]:
    """What every function of square matrices refuses."""
    f = getattr(LA, name)
    return {
        f"{name}: oblong": (lambda: f(OBLONG, *rest), ShapeError, [name, "oblong", "2×3", "square", "use"]),
        f"{name}: vector": (lambda: f(VECTOR, *rest), ShapeError, [name, "vector", "2 axes"]),
        f"{name}: complex": (lambda: f(COMPLEX, *rest), TypeError, [name, "complex128", "real"]),
        f"{name}: half": (lambda: f(SHORT, *rest), TypeError, [name, "float16", "float32", "cast"]),
    }


def _system(name: str) -> dict[str, Any]:
    """What every solver refuses."""
    f = getattr(LA, name)
    return {
        f"{name}: oblong": (lambda: f(OBLONG, np.ones(2)), ShapeError, [name, "oblong", "2×3"]),
        f"{name}: rows": (
            lambda: f(WHOLE, VECTOR),
            ShapeError,
            [name, "whole: 3×3", "right-hand side (", "3", "2"],
        ),
        f"{name}: batch": (
            lambda: f(np.ones((2, 3, 3)), np.ones((4, 3, 1))),
            ShapeError,
            [name if name != "lstsq" else "2", "2", "4"],
        ),
        f"{name}: scalar": (lambda: f(WHOLE, 1.0), ShapeError, [name, "1 axes"]),
        f"{name}: complex": (lambda: f(COMPLEX, VECTOR), TypeError, [name, "complex128"]),
        f"{name}: singular": (lambda: f(NOTHING, VECTOR)(), Failure, ["ingular", "pinv"]),
    }


WRONG: dict[str, Any] = {
    **{
        key: row
        for name in ("inv", "det", "slogdet", "cholesky", "eigh", "eigvalsh", "expm")
        for key, row in _square(name).items()
    },
    **_square("matrix_power", 2),
    **_system("solve"),
    **_system("triangular_solve"),
    **_system("lstsq"),
    "inv: singular": (lambda: LA.inv(NOTHING)(), Failure, ["inv", "Singular", "pinv"]),
    "slogdet: singular": (
        lambda: sd.grad(LA.slogdet(NOTHING)[1], NOTHING)(),
        Failure,
        ["inv", "Singular", "pinv"],
    ),
    "cholesky: indefinite": (
        lambda: LA.cholesky(-WHOLE)(),
        Failure,
        ["cholesky", "positive definite", "eye"],
    ),
    "triangular_solve: trans": (
        lambda: LA.triangular_solve(WHOLE, WHOLE, trans=2),
        TypeError,
        ["triangular_solve", "0 or 1", "2"],
    ),
    "svd: full": (lambda: LA.svd(OBLONG, True), ShapeError, ["svd", "oblong", "2×3", "full_matrices=False"]),
    "svd: open size": (lambda: LA.svd(OPEN), ShapeError, ["svd", "n", "3", "fixed"]),
    "svd: vector": (lambda: LA.svd(VECTOR), ShapeError, ["svd", "vector", "2 axes"]),
    "svd: NaN": (lambda: LA.svd([[np.nan]]).S(), Failure, ["svd", "NaN"]),
    "svdvals: open size": (lambda: LA.svdvals(OPEN), ShapeError, ["svdvals", "n", "3"]),
    "qr: open size": (lambda: LA.qr(OPEN), ShapeError, ["qr", "n", "3"]),
    "qr: complex": (lambda: LA.qr(COMPLEX), TypeError, ["qr", "complex128"]),
    "qr: wide": (lambda: orthogonal.Qr(OBLONG), ShapeError, ["Qr", "2×3", "call qr"]),
    "solve: strict": (lambda: inverses.Solve(WHOLE, VECTOR), ShapeError, ["Solve", "3×3", "2", "lower-case"]),
    "pinv: vector": (lambda: LA.pinv(VECTOR), ShapeError, ["pinv", "vector", "2 axes"]),
    "pinv: rtol": (lambda: LA.pinv(WHOLE, VECTOR), TypeError, ["pinv", "rtol", "number"]),
    "lstsq: wide": (lambda: LA.lstsq(OBLONG, np.ones(2)), ShapeError, ["lstsq", "fewer rows", "pinv(a) @ b"]),
    "matrix_power: exponent": (
        lambda: LA.matrix_power(WHOLE, 0.5),
        TypeError,
        ["matrix_power", "0.5", "eigh"],
    ),
    "matrix_rank: rtol": (lambda: LA.matrix_rank(WHOLE, rtol="x"), TypeError, ["matrix_rank", "'x'"]),
    **{
        f"{name}: vector": (
            lambda name=name: getattr(LA, name)(VECTOR),
            ShapeError,
            [name, "vector", "2 axes"],
        )
        for name in ("matrix_transpose", "diagonal", "trace", "matrix_norm", "matrix_rank", "cond", "svdvals")
    },
    "trace: vector": (lambda: LA.trace(sd.ones(3)), ShapeError, ["trace", "no 2 axes"]),
    "matrix_norm: ord": (lambda: LA.matrix_norm(WHOLE, 3), ValueError, ["matrix_norm", "3", "'fro'"]),
    "multi_dot: sizes": (
        lambda: LA.multi_dot([WHOLE, OBLONG, VECTOR]),
        ShapeError,
        ["multi_dot", "whole: 3×3", "oblong: 2×3", "transpose"],
    ),
    "multi_dot: one": (lambda: LA.multi_dot([WHOLE]), TypeError, ["multi_dot", "two", "1"]),
    "multi_dot: axes": (
        lambda: LA.multi_dot([WHOLE, VECTOR, WHOLE]),
        ShapeError,
        ["multi_dot", "vector", "matrix"],
    ),
    "cond: p": (lambda: LA.cond(WHOLE, 0), ValueError, ["cond", "0", "'nuc'"]),
    "cond: oblong": (lambda: LA.cond(OBLONG, 1), ShapeError, ["inv", "2×3"]),
}
