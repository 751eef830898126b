"""symdiff differentiates graphs: nodes in, nodes out, to any order."""

from symdiff import modules, optim
from symdiff.check import check_grad
from symdiff.derivative import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from symdiff.dims import Dim
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import substitute, toposort
from symdiff.methods import Methods
from symdiff.node import Node
from symdiff.ops.add import add, negative, subtract
from symdiff.ops.base import Elementwise, Linear
from symdiff.ops.broadcast import broadcast_to, expand_dims, multiply, squeeze, transpose
from symdiff.ops.cast import cast, identity, stop_gradient
from symdiff.ops.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_not,
    not_equal,
    where,
)
from symdiff.ops.contractions import (
    diag,
    diagonal,
    dot,
    einsum,
    matmul,
    mean,
    norm,
    outer,
    size,
    sum,
    tensordot,
    trace,
)
from symdiff.ops.einsum import Einsum
from symdiff.ops.elementwise import (
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
from symdiff.ops.filled import eye, ones, ones_like, zeros, zeros_like
from symdiff.ops.indexing import one_hot, scatter_add, take
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.losses import sigmoid_cross_entropy, softmax_cross_entropy
from symdiff.ops.operands import constant, full
from symdiff.ops.padding import pad
from symdiff.ops.powers import divide, floor_divide, log, power, reciprocal, remainder, sqrt, square
from symdiff.ops.reductions import argmax, argmin, max, min
from symdiff.ops.reshaping import reshape
from symdiff.ops.shaping import concatenate, stack
from symdiff.ops.softmax import log_softmax, logsumexp, softmax
from symdiff.plot import plot, to_dot
from symdiff.printing import listing
from symdiff.program import Program, compile
from symdiff.scopes import scope

__version__ = "0.1.0"
__all__ = [
    "Constant",
    "Dim",
    "Einsum",
    "Elementwise",
    "GraphError",
    "Linear",
    "Node",
    "Placeholder",
    "Program",
    "ShapeError",
    "Variable",
    "abs",
    "add",
    "argmax",
    "argmin",
    "broadcast_to",
    "cast",
    "check_grad",
    "compile",
    "concatenate",
    "constant",
    "cos",
    "diag",
    "diagonal",
    "divide",
    "dot",
    "einsum",
    "equal",
    "exp",
    "expand_dims",
    "expm1",
    "eye",
    "floor_divide",
    "full",
    "grad",
    "greater",
    "greater_equal",
    "hessian",
    "hvp",
    "identity",
    "jacobian",
    "jvp",
    "less",
    "less_equal",
    "listing",
    "log",
    "log1p",
    "log_softmax",
    "logical_not",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "modules",
    "multiply",
    "negative",
    "norm",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "optim",
    "outer",
    "pad",
    "plot",
    "power",
    "reciprocal",
    "relu",
    "remainder",
    "reshape",
    "scatter_add",
    "scope",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sign",
    "sin",
    "size",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "substitute",
    "subtract",
    "sum",
    "take",
    "tanh",
    "tensordot",
    "to_dot",
    "toposort",
    "trace",
    "transpose",
    "value_and_grad",
    "vjp",
    "where",
    "zeros",
    "zeros_like",
]

del Methods  # imported so that nodes have their operators
