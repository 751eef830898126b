"""Linear algebra with NumPy's names: `symdiff.linalg.inv`, `solve`, `eigh` and so on.

Every function takes anything array-like, works on the last two axes and batches over the others. Real
floating types only; integers become float64. Where an operation cannot be computed, such as the
inverse of a singular matrix, running it raises `numpy.linalg.LinAlgError`.
"""

from symdiff.ops.axes.norms import norm
from symdiff.ops.contractions import matmul, tensordot
from symdiff.ops.linalg import (
    EighResult,
    QRResult,
    SlogdetResult,
    SVDResult,
    cholesky,
    cond,
    det,
    diagonal,
    eigh,
    eigvalsh,
    expm,
    inv,
    lstsq,
    matrix_norm,
    matrix_power,
    matrix_rank,
    matrix_transpose,
    multi_dot,
    pinv,
    qr,
    slogdet,
    solve,
    svd,
    svdvals,
    trace,
    triangular_solve,
)

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
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "trace",
    "triangular_solve",
]
