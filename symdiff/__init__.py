"""symdiff differentiates graphs: nodes in, nodes out, to any order."""

from math import inf, nan, pi

from symdiff import linalg, modules, optim, random
from symdiff.check import check_grad
from symdiff.curvature import hessian_diagonal, laplacian
from symdiff.derivative import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from symdiff.dims import Dim
from symdiff.errors import GraphError, MemoryLimitError, NonFiniteError, RewriteError, ShapeError
from symdiff.graph import substitute, toposort
from symdiff.interop import ScipyProblem, to_scipy
from symdiff.linear_operator import Structured
from symdiff.methods import Methods
from symdiff.node import Node
from symdiff.operators import derivative, taylor
from symdiff.ops.add import add, negative, subtract
from symdiff.ops.axes.differences import cumulative_trapezoid, diff, ediff1d, trapezoid
from symdiff.ops.axes.losses import sigmoid_cross_entropy, softmax_cross_entropy
from symdiff.ops.axes.norms import norm
from symdiff.ops.axes.products import prod
from symdiff.ops.axes.quantiles import median, percentile, quantile
from symdiff.ops.axes.reductions import argmax, argmin, max, min
from symdiff.ops.axes.scans import cumprod, cumsum, cumulative_prod, cumulative_sum
from symdiff.ops.axes.softmax import log_softmax, logsumexp, softmax
from symdiff.ops.axes.sorting import argsort, cummax, cummin, sort, topk
from symdiff.ops.axes.statistics import amax, amin, average, corrcoef, cov, ptp, std, var
from symdiff.ops.axes.truth import all, any, count_nonzero
from symdiff.ops.base import Elementwise, Linear
from symdiff.ops.broadcast import broadcast_to, expand_dims, multiply, squeeze, transpose
from symdiff.ops.cast import cast, identity, stop_gradient
from symdiff.ops.contractions import dot, einsum, matmul, mean, outer, size, sum, tensordot, trace
from symdiff.ops.diagonals import diag, diagonal, tri, tril, triu
from symdiff.ops.drawn.dropout import dropout
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries.activations import elu, gelu, log_sigmoid, mish, selu, silu, softsign, swish
from symdiff.ops.entries.clipping import clip, nan_to_num
from symdiff.ops.entries.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_not,
    not_equal,
    where,
)
from symdiff.ops.entries.complex import angle, complex, conj, imag, real
from symdiff.ops.entries.densities import (
    lognormal_logpdf,
    lognormal_pdf,
    normal_cdf,
    normal_logpdf,
    normal_pdf,
)
from symdiff.ops.entries.elementwise import (
    abs,
    cos,
    exp,
    expm1,
    log1p,
    maximum,
    minimum,
    relu,
    sigmoid,
    sign,
    sin,
    softplus,
    tanh,
)
from symdiff.ops.entries.hyperbolic import arccosh, arcsinh, arctanh, cosh, sinh
from symdiff.ops.entries.logarithms import cbrt, exp2, log1mexp, log2, log10, logaddexp, logit
from symdiff.ops.entries.logic import isfinite, isinf, isnan, logical_and, logical_or, logical_xor
from symdiff.ops.entries.piecewise import hard_sigmoid, hard_silu, hard_tanh, leaky_relu, relu6
from symdiff.ops.entries.rounding import ceil, floor, fmod, mod, round, trunc
from symdiff.ops.entries.sinc import sinc
from symdiff.ops.entries.special import digamma, erf, erfc, gammaln, polygamma
from symdiff.ops.entries.trigonometry import (
    arccos,
    arcsin,
    arctan,
    arctan2,
    deg2rad,
    degrees,
    hypot,
    rad2deg,
    radians,
    tan,
)
from symdiff.ops.filled import eye, ones, ones_like, zeros, zeros_like
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.operands import constant, full
from symdiff.ops.places.gather import ravel_multi_index, take_along_axis
from symdiff.ops.places.indexing import one_hot, scatter_add, take
from symdiff.ops.places.updates import put_along_axis
from symdiff.ops.powers import divide, floor_divide, log, power, reciprocal, remainder, sqrt, square
from symdiff.ops.shape.joining import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_arrays,
    column_stack,
    dstack,
    hstack,
    meshgrid,
    vstack,
)
from symdiff.ops.shape.padding import pad
from symdiff.ops.shape.ranges import arange, linspace
from symdiff.ops.shape.rearranging import (
    flip,
    fliplr,
    flipud,
    moveaxis,
    ravel,
    roll,
    rollaxis,
    rot90,
    swapaxes,
)
from symdiff.ops.shape.repeating import kron, repeat, tile
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import concatenate, stack
from symdiff.ops.shape.splitting import array_split, dsplit, hsplit, split, unstack, vsplit
from symdiff.ops.signals.convolution import (
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
)
from symdiff.ops.signals.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from symdiff.ops.signals.spectra import (
    fft,
    fft2,
    fftn,
    fftshift,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
from symdiff.ops.signals.windows import overlap_add, sliding_windows
from symdiff.origins import record_lines
from symdiff.plot import plot, to_dot
from symdiff.printing import listing
from symdiff.program import Program, compile
from symdiff.recompute import checkpoint
from symdiff.residuals import gauss_newton, gauss_newton_vp
from symdiff.rewrite import simplify
from symdiff.rewrite.checking import checking
from symdiff.rules import custom_rule
from symdiff.scopes import scope
from symdiff.structured import structured

__version__ = "0.1.0"
__all__ = [
    "Constant",
    "Dim",
    "Einsum",
    "Elementwise",
    "GraphError",
    "Linear",
    "MemoryLimitError",
    "Node",
    "NonFiniteError",
    "Placeholder",
    "Program",
    "RewriteError",
    "ScipyProblem",
    "ShapeError",
    "Structured",
    "Variable",
    "abs",
    "add",
    "all",
    "amax",
    "amin",
    "angle",
    "any",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argsort",
    "array_split",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "broadcast_arrays",
    "broadcast_to",
    "cast",
    "cbrt",
    "ceil",
    "check_grad",
    "checking",
    "checkpoint",
    "clip",
    "column_stack",
    "compile",
    "complex",
    "concatenate",
    "conj",
    "constant",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "corrcoef",
    "cos",
    "cosh",
    "count_nonzero",
    "cov",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_prod",
    "cumulative_sum",
    "cumulative_trapezoid",
    "custom_rule",
    "deg2rad",
    "degrees",
    "derivative",
    "diag",
    "diagonal",
    "diff",
    "digamma",
    "divide",
    "dot",
    "dropout",
    "dsplit",
    "dstack",
    "ediff1d",
    "einsum",
    "elu",
    "equal",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "eye",
    "fft",
    "fft2",
    "fftn",
    "fftshift",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmod",
    "full",
    "gammaln",
    "gauss_newton",
    "gauss_newton_vp",
    "gelu",
    "grad",
    "greater",
    "greater_equal",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "hessian",
    "hessian_diagonal",
    "hsplit",
    "hstack",
    "hvp",
    "hypot",
    "identity",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "imag",
    "inf",
    "irfft",
    "irfft2",
    "irfftn",
    "isfinite",
    "isinf",
    "isnan",
    "jacobian",
    "jvp",
    "kron",
    "laplacian",
    "leaky_relu",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "listing",
    "log",
    "log1mexp",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logit",
    "lognormal_logpdf",
    "lognormal_pdf",
    "logsumexp",
    "matmul",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mish",
    "mod",
    "modules",
    "moveaxis",
    "multiply",
    "nan",
    "nan_to_num",
    "negative",
    "norm",
    "normal_cdf",
    "normal_logpdf",
    "normal_pdf",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "optim",
    "outer",
    "overlap_add",
    "pad",
    "percentile",
    "pi",
    "plot",
    "polygamma",
    "power",
    "prod",
    "ptp",
    "put_along_axis",
    "quantile",
    "rad2deg",
    "radians",
    "random",
    "ravel",
    "ravel_multi_index",
    "real",
    "reciprocal",
    "record_lines",
    "relu",
    "relu6",
    "remainder",
    "repeat",
    "reshape",
    "rfft",
    "rfft2",
    "rfftn",
    "roll",
    "rollaxis",
    "rot90",
    "round",
    "scatter_add",
    "scope",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sign",
    "silu",
    "simplify",
    "sin",
    "sinc",
    "sinh",
    "size",
    "sliding_windows",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "softsign",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "stop_gradient",
    "structured",
    "substitute",
    "subtract",
    "sum",
    "swapaxes",
    "swish",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "taylor",
    "tensordot",
    "tile",
    "to_dot",
    "to_scipy",
    "topk",
    "toposort",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "trunc",
    "unstack",
    "value_and_grad",
    "var",
    "vjp",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]

del Methods  # imported so that nodes have their operators
