"""Linear algebra over the last two axes: inverses, determinants, decompositions, functions of matrices."""

from symdiff.ops.linalg.cholesky_factor import cholesky
from symdiff.ops.linalg.conditioning import cond, matrix_norm, matrix_rank
from symdiff.ops.linalg.determinants import SlogdetResult, det, slogdet
from symdiff.ops.linalg.exponential import expm, matrix_power
from symdiff.ops.linalg.inverses import inv, solve
from symdiff.ops.linalg.orthogonal import QRResult, qr
from symdiff.ops.linalg.products import multi_dot
from symdiff.ops.linalg.pseudoinverse import lstsq, pinv
from symdiff.ops.linalg.singular import SVDResult, svd, svdvals
from symdiff.ops.linalg.spectral import EighResult, eigh, eigvalsh
from symdiff.ops.linalg.triangular import triangular_solve
from symdiff.ops.linalg.views import diagonal, matrix_transpose, trace

__all__ = [
    "EighResult",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "cholesky",
    "cond",
    "det",
    "diagonal",
    "eigh",
    "eigvalsh",
    "expm",
    "inv",
    "lstsq",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "trace",
    "triangular_solve",
]
