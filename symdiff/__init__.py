"""symdiff differentiates graphs: nodes in, nodes out, to any order."""

from symdiff import methods as _methods
from symdiff.derivative import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from symdiff.dims import Dim
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import substitute, toposort
from symdiff.node import Node
from symdiff.ops.add import add, negative, subtract
from symdiff.ops.base import Elementwise, Linear
from symdiff.ops.broadcast import broadcast_to, expand_dims, squeeze, transpose
from symdiff.ops.cast import cast, stop_gradient
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
    eye,
    matmul,
    mean,
    norm,
    ones,
    ones_like,
    outer,
    size,
    sum,
    tensordot,
    trace,
    zeros,
    zeros_like,
)
from symdiff.ops.einsum import Einsum, constant, full, multiply
from symdiff.ops.elementwise import (
    abs,
    cos,
    divide,
    exp,
    expm1,
    floor_divide,
    log,
    log1p,
    maximum,
    minimum,
    power,
    reciprocal,
    relu,
    remainder,
    sigmoid,
    sign,
    sin,
    softplus,
    sqrt,
    square,
    tanh,
)
from symdiff.ops.indexing import one_hot, scatter_add, take
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.losses import log_softmax, sigmoid_cross_entropy, softmax, softmax_cross_entropy
from symdiff.ops.reductions import argmax, argmin, logsumexp, max, min
from symdiff.ops.shaping import concatenate, pad, reshape, stack
from symdiff.printing import listing
from symdiff.program import Program, compile
