"""What a NumPy person types without thinking: functions of NumPy, arrays on the left, methods, refusals."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import numpy as np
import pytest

import symdiff as sd
from symdiff.array_methods import public
from symdiff.methods import Methods
from symdiff.node import Node
from symdiff.numpy_functions import UFUNCS

M = np.array([[0.25, -0.5, 0.75], [0.3, 0.6, -0.9]])
V = np.array([0.2, -0.4, 0.6])
S = np.array([[2.0, 0.5], [0.25, 1.5]])
X, W, A = sd.Variable(M, "x"), sd.Variable(V, "w"), sd.Variable(S, "a")
BOTH = {id(X): M, id(W): V, id(A): S}


def same(found, expected):
    """The values of a result that may be a node, a tuple of nodes or a plain value."""
    if isinstance(expected, tuple | list):
        assert len(found) == len(expected)
        for one, two in zip(found, expected, strict=True):
            same(one, two)
        return
    if isinstance(expected, np.ndarray | np.generic):
        assert isinstance(found, Node), type(found)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        found = found()
    if isinstance(expected, np.dtype):
        assert found == expected
        return
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


# --- ufuncs -----------------------------------------------------------------------------------------------

NAMED = {f.__name__: f for f in map(np.__dict__.get, dir(np)) if isinstance(f, np.ufunc)}
HAVE = [name for name in NAMED if name in UFUNCS or callable(public(name))]
BOOLEAN = {"bitwise_and", "bitwise_or", "bitwise_xor", "invert", "logical_and", "logical_or", "logical_xor"}
OTHERS = {"equal", "not_equal", "vecdot", "matvec", "vecmat", "matmul"}  # tested by themselves


@pytest.mark.parametrize("name", sorted(set(HAVE) - OTHERS))
def test_ufuncs_of_nodes_are_nodes(name):
    """np.sin(node) is the node of sin; value and dtype are NumPy's."""
    ufunc = NAMED[name]
    one = np.abs(M) + (name == "arccosh")
    one, two = (one > 0.5, one < 0.7) if name in BOOLEAN else (one, np.abs(V))
    x, y = sd.Variable(one, "x", dtype=one.dtype), sd.Variable(two, "y", dtype=two.dtype)

    with np.errstate(invalid="ignore"):
        if ufunc.nin == 1:
            same(ufunc(x), ufunc(one))
        else:
            for operands, arrays in (((x, y), (one, two)), ((one, y), (one, two)), ((x, two), (one, two))):
                same(ufunc(*operands), ufunc(*arrays))


def test_a_ufunc_builds_the_node_of_the_function():
    """NumPy's name and symdiff's give one object."""
    assert np.exp(X) is sd.exp(X)
    assert np.absolute(X) is abs(X)
    assert np.multiply(X, W) is X * W
    assert np.multiply(2.0, X) is 2 * X
    assert np.positive(X) is X
    assert np.conjugate(X) is X


def test_ufuncs_of_matrices():
    """matmul, and the products of vectors that NumPy 2 added."""
    same(np.matmul(M.T, X), np.matmul(M.T, M))
    for name in ("vecdot", "matvec", "vecmat"):
        first, second = (V, M.T) if name == "vecmat" else (M, V)
        found = UFUNCS[name](sd.Variable(first), second)
        same(found, first @ second)
        if name in NAMED:  # newer NumPy only
            same(NAMED[name](sd.Variable(first), second), found())


def test_reductions_of_ufuncs():
    """np.add.reduce and its kin reduce along axis 0 by default."""
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum):
        for options in ({}, {"axis": 1}, {"axis": None}, {"axis": (0, 1), "keepdims": True}):
            same(ufunc.reduce(X, **options), np.asarray(ufunc.reduce(M, **options)))
    for ufunc in (np.logical_and, np.logical_or):
        same(ufunc.reduce(X > 0), ufunc.reduce(M > 0))


def test_outer_of_ufuncs():
    """Every entry of one with every entry of the other; for products an einsum."""
    same(np.multiply.outer(W, X), np.multiply.outer(V, M))
    same(np.subtract.outer(M, W), np.subtract.outer(M, V))
    same(np.less.outer(W, V), np.less.outer(V, V))
    assert isinstance(np.multiply.outer(W, W), sd.Einsum)


def test_differentiated_like_any_node():
    """What came through NumPy's names has derivatives."""
    y = np.sum(np.sin(X) * M / (1 + np.exp(-X)))

    sd.check_grad(y, X, order=2)


# --- functions --------------------------------------------------------------------------------------------

CALLS = {
    "sum": [(X,), (X, 0), (X, {"axis": 1, "keepdims": True}), (X, (0, 1)), (X, {"dtype": None, "out": None})],
    "mean": [(X,), (X, 1), (X, {"axis": (0, 1)})],
    "max": [(X,), (X, 0)],
    "min": [(X, {"axis": -1, "keepdims": True})],
    "amax": [(X, 1)],
    "amin": [(X,)],
    "einsum": [("ij,j->i", X, V), ("ij->j", X), ("ij,kj", X, M, {"optimize": True}), (X, [0, 1], [1])],
    "dot": [(X, V), (V, W), (2.0, X)],
    "inner": [(X, M), (V, W), (2.0, X)],
    "vdot": [(X, M)],
    "matmul": [(X, V)],
    "tensordot": [(X, M, {"axes": ([0, 1], [0, 1])}), (M.T, X, 1), (X, M)],
    "where": [(M > 0, X, 0.0), (M > 0, V, W)],
    "concatenate": [([X, M],), ([M, X], 1), ((X, W), None), ([X, X], {"axis": -1})],
    "stack": [([X, M],), ([X, M], {"axis": 1})],
    "transpose": [(X,), (X, (1, 0))],
    "permute_dims": [(X, (1, 0))],
    "matrix_transpose": [(X,)],
    "reshape": [(X, (3, 2)), (X, -1), (X, {"shape": (6,)})],
    "ravel": [(X,)],
    "broadcast_to": [(W, (2, 3))],
    "clip": [(X, -0.5, 0.5), (X, {"a_min": None, "a_max": 0.3}), (X, {"min": 0.1, "max": 0.4})],
    "take": [(X, [1, 4]), (X, [1, 0], 1), (X, {"indices": [0], "axis": 0})],
    "diagonal": [(A,), (A, 0, 1, 0)],
    "trace": [(A,)],
    "outer": [(W, V), (M, W)],
    "shape": [(X,)],
    "ndim": [(X,)],
    "size": [(X,), (X, 1)],
    "expand_dims": [(X, 0), (X, (0, -1))],
    "squeeze": [(X,)],
    "argmax": [(X,), (X, 1), (X, {"axis": 0, "keepdims": True})],
    "argmin": [(X, 0)],
    "zeros_like": [(X,), (X, "float32"), (X, {"shape": (2,)})],
    "ones_like": [(X,), (X, {"dtype": int})],
    "full_like": [(X, 3.0), (X, V), (X, 2, {"dtype": "float32", "shape": 4})],
    "swapaxes": [(X, 0, 1)],
    "moveaxis": [(X, 0, -1), (X, [0, 1], [1, 0])],
    "rollaxis": [(X, 1)],
    "split": [(X, 3, 1), (W, [1])],
    "array_split": [(W, 2)],
    "pad": [(X, 1), (W, (1, 2), "constant"), (W, 1, {"constant_values": 7.0})],
    "cumsum": [(X,), (X, 1)],
    "cumprod": [(X, 0)],
    "prod": [(X,), (X, 1)],
    "var": [(X,), (X, 0, {"ddof": 1})],
    "std": [(X,), (X, {"axis": 1, "keepdims": True})],
    "sort": [(X,), (X, 0), (X, None)],
    "argsort": [(X,), (X, 0)],
    "median": [(X,), (X, 1)],
    "average": [(X,), (X, 0, [1.0, 2.0])],
    "ptp": [(X,), (X, 0)],
    "diff": [(X,), (X, 2), (X, 1, 0)],
    "count_nonzero": [(X,), (X, 0)],
    "any": [(X > 0,), (X > 0, 0)],
    "all": [(X > 0,), (X > 0, 1)],
    "flip": [(X,), (X, 1)],
    "fliplr": [(X,)],
    "flipud": [(X,)],
    "rot90": [(X,), (X, 2)],
    "roll": [(X, 1), (X, 1, 0)],
    "tile": [(X, 2), (X, (2, 1))],
    "repeat": [(X, 2), (X, 2, 1), (X, [1, 2], 0)],
    "tril": [(A,), (A, 1)],
    "triu": [(A,), (A, -1)],
    "kron": [(A, S)],
    "hstack": [([X, M],)],
    "vstack": [([X, V],)],
    "dstack": [([X, M],)],
    "column_stack": [([W, V],)],
    "atleast_2d": [(W,)],
    "meshgrid": [(W, [1.0, 2.0])],
    "round": [(X, 1), (X,)],
    "around": [(X, 1)],
    "nan_to_num": [(X,)],
    "take_along_axis": [(X, np.argsort(M, 1), 1)],
    "trapezoid": [(W,)],
    "quantile": [(X, 0.3), (X, [0.25, 0.5], 1)],
    "percentile": [(X, 40, 0)],
    "cov": [(X,)],
    "angle": [(X,)],
    "diag": [(A,), (W,), (A, 1)],
    "sinc": [(X,)],
    "hsplit": [(X, 3)],
    "broadcast_arrays": [(X, W)],
    "real": [(X,)],
    "copy": [(X,)],
    "result_type": [(sd.Variable(np.ones(2, "float32")), 2.0), (X, np.float32)],
    "iscomplexobj": [(X,)],
    "isrealobj": [(X,)],
    "linalg.norm": [(X,), (X, {"axis": 1}), (W,), (X, None, 0, True)],
    "linalg.inv": [(A,)],
    "linalg.solve": [(A, S), (S, W[:2])],
    "linalg.det": [(A,)],
    "linalg.slogdet": [(A,)],
    "linalg.pinv": [(A,)],
    "linalg.matrix_power": [(A, 3)],
    "linalg.multi_dot": [([A, M, W],)],
    "linalg.trace": [(A,), (A, {"offset": 1}), (np.multiply.outer([1.0, 2.0], A),)],
    "linalg.diagonal": [(A,), (np.multiply.outer([1.0, 2.0], A), {"offset": -1})],
    "linalg.cholesky": [(A @ S.T,)],
    "linalg.eigvalsh": [(A + S.T,)],
    "linalg.svdvals": [(X,)],
    "linalg.matrix_rank": [(X,)],
    "linalg.cond": [(A,)],
    "linalg.matmul": [(A, S)],
    "linalg.outer": [(W, V)],
    "fft.fft": [(W,), (X, {"axis": 0}), (W, 2), (W, {"norm": "ortho"}), (W, {"norm": None})],
    "fft.irfft": [(X[0],), (X, 5)],
    "fft.fftn": [(X,)],
    "fft.rfft": [(W,)],
    "fft.fftshift": [(W,)],
}


def values(argument):
    """The argument with arrays in place of nodes, at any depth."""
    if isinstance(argument, Node):
        return argument()
    if isinstance(argument, list | tuple):
        return type(argument)(values(item) for item in argument)
    return argument


@pytest.mark.parametrize("name", CALLS)
def test_functions_of_numpy_take_nodes(name):
    """np.sum(node, axis=0) and many more give the node of symdiff's function; arguments mean NumPy's."""
    function = operator.attrgetter(name)(np)
    for *arguments, last in CALLS[name]:
        options = last if isinstance(last, dict) else {}
        arguments = arguments if options else [*arguments, last]
        same(function(*arguments, **options), _plainly(function(*values(arguments), **options)))


def _plainly(expected):
    """NumPy's scalars as arrays, tuples of results as tuples."""
    if isinstance(expected, tuple | list) and any(isinstance(item, np.ndarray) for item in expected):
        return [np.asarray(item) for item in expected]
    return expected


def test_functions_that_symdiff_lacks_name_their_neighbours():
    """The message lists the nearest names and the other way out."""
    with pytest.raises(
        TypeError, match=r"np\.logaddexp3|np\.nanmax.*symdiff\.argmax|np\.nanmax.*symdiff\.max"
    ):
        np.nanmax(X)
    with pytest.raises(TypeError, match=r"np\.unique has no counterpart.*evaluate the node with x\(\)"):
        np.unique(X)
    with pytest.raises(TypeError, match=r"np\.modf has no counterpart"):
        np.modf(X)
    with pytest.raises(TypeError, match=r"np\.linalg\.eigvals has no counterpart"):
        np.linalg.eigvals(A)


# --- arrays and numbers on the left -----------------------------------------------------------------------


def test_arrays_on_the_left_make_nodes():
    """No array of nodes, no error: the operators reach the node."""
    for symbol in (operator.add, operator.sub, operator.mul, operator.truediv, operator.lt, operator.ge):
        same(symbol(V, X), symbol(V, M))
    same(M.T @ X, M.T @ M)
    same(2.0 ** sd.Variable(V), 2.0**V)
    same(np.float64(2) * X, np.float64(2) * M)
    same(np.int32(2) - X, np.int32(2) - M)
    same(np.array(2.0) / X, np.array(2.0) / M)


def test_python_numbers_are_weak_and_numpys_are_not():
    """float32 times 2.0 is float32, times np.float64(2) it is float64, on both sides and by ufunc."""
    x = sd.Variable(np.ones(2, "float32"))

    assert {(x * 2.0).dtype, (2.0 * x).dtype, np.multiply(2.0, x).dtype} == {np.dtype("float32")}
    assert {(x * np.float64(2)).dtype, (np.float64(2) * x).dtype} == {np.dtype("float64")}
    assert (np.float32(2) * x).dtype == np.float32


def test_quotient_and_remainder_at_once():
    """divmod, on both sides and as NumPy's function."""
    for found in (divmod(X, 0.4), np.divmod(X, 0.4)):
        same(found, divmod(M, 0.4))
    same(divmod(2.0, X), divmod(2.0, M))


def test_foreign_operands_reach_the_node():
    """Lists on the left, and series that look at the priority; other types are refused."""

    class Series:
        """An array type of another library, which defers to higher priorities as pandas does."""

        dtype = np.dtype(float)

        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.array(self.values, dtype)

        def __mul__(self, other):
            return NotImplemented if getattr(other, "__pandas_priority__", 0) > 4000 else "lost"

    same(Series(V) * X, V * M)
    same(operator.add([1.0, 2.0, 3.0], X), np.array([1.0, 2.0, 3.0]) + M)
    assert X.__array_priority__ > 100
    for stranger in ("text", Fraction(1, 2), {}, None, object()):
        with pytest.raises(TypeError, match="unsupported operand"):
            X + stranger


def test_masked_arrays_are_refused():
    """A mask would be lost, so the product is an error."""
    with pytest.raises(TypeError, match="symbolic"):
        np.ma.array(V, mask=[0, 1, 0]) * W


def test_arrays_are_copied_when_they_enter():
    """Later changes by the caller change nothing."""
    array = V.copy()
    y = array + W
    array[:] = 9

    same(y, V + V)


# --- refusals ---------------------------------------------------------------------------------------------


def _increment(array):
    array += W


def _store(array):
    array[0] = W[0]


def _assign(node):
    node[0] = 1.0


REFUSED = {
    "truth": (lambda: bool(W[0] > 0), ["truth value", "symdiff.where", "x()"]),
    "branch": (lambda: 1 if W[0] else 2, ["truth value"]),
    "and": (lambda: (X > 0) and (X < 1), ["truth value"]),
    "chained": (lambda: 0 < X < 1, ["truth value"]),
    "assert": (lambda: operator.truth(X), ["truth value"]),
    "sorted": (lambda: sorted([X, 2 * X]), ["truth value"]),
    "python's max": (lambda: max(X, 2 * X), ["truth value"]),
    "in": (lambda: 1.0 in X, ["'in'", "x()"]),
    "float": (lambda: float(W[0]), ["no number", "x()"]),
    "int": (lambda: int(W[0]), ["no number"]),
    "complex": (lambda: complex(W[0]), ["no number"]),
    "math.exp": (lambda: math.exp(W[0]), ["no number", "math", "symdiff's function"]),
    "index": (lambda: [1, 2][W[0]], ["indices must be integers"]),
    "range": (lambda: range(W), ["integer"]),
    "asarray": (lambda: np.asarray(X), ["no array", "x()", "symdiff.stack"]),
    "asarray dtype": (lambda: np.asarray(X, dtype="float32"), ["no array"]),
    "array": (lambda: np.array([W, W]), ["no array", "symdiff.stack"]),
    "sum of a list": (lambda: np.sum([W, W]), ["no array", "symdiff.stack"]),
    "assert_allclose": (lambda: np.testing.assert_allclose(X, M), ["no array", "x()"]),
    "length": (lambda: len(W[0]), ["scalar", "length"]),
    "unpacking": (lambda: [*W[0]], ["scalar"]),
    "== number": (lambda: W == 0.5, ["identity", "symdiff.equal"]),
    "number ==": (lambda: operator.eq(0.5, W), ["identity", "symdiff.equal"]),
    "== array": (lambda: X == M, ["identity", "symdiff.equal"]),
    "array ==": (lambda: M == X, ["identity", "symdiff.equal"]),
    "array !=": (lambda: M != X, ["identity", "symdiff.not_equal"]),
    "float64 ==": (lambda: np.float64(1) == W, ["identity", "symdiff.equal"]),
    "in a list of arrays": (lambda: X in [M], ["symdiff.equal"]),
    "arr += node": (lambda: _increment(V.copy()), ["np.add", "out=", "a = a + x"]),
    "node[i] = v": (lambda: _assign(W), ["immutable", "x.at[i].set(v)", "where"]),
    "fill": (lambda: W.fill(0), ["immutable", "symdiff.full"]),
    "put": (lambda: W.put(0, 1), ["immutable", "x.at[i].set(v)"]),
    "resize": (lambda: W.resize(4), ["immutable", "reshape"]),
    "format": (lambda: f"{W[0]:.3f}", ["symbolic", "{x():.3f}"]),
    "item": (lambda: W[0].item(), ["symbolic", "x().item()"]),
    "tolist": (lambda: W.tolist(), ["symbolic", "x().tolist()"]),
    "nonzero": (lambda: W.nonzero(), ["depends on values", "symdiff.where"]),
    "out": (lambda: np.add(X, M, out=M.copy()), ["np.add", "out=", "cannot hold a symbol"]),
    "ufunc where": (lambda: np.sin(X, where=M > 0), ["where=", "symdiff.where"]),
    "ufunc dtype": (lambda: np.sin(X, dtype="float32"), ["dtype=", "astype"]),
    "ufunc casting": (lambda: np.sin(X, casting="unsafe"), ["casting=", "astype"]),
    "at": (lambda: np.add.at(M.copy(), [0], X), ["np.add.at", "scatter_add"]),
    "accumulate": (lambda: np.add.accumulate(X), ["np.add.accumulate", "cumsum"]),
    "reduceat": (lambda: np.add.reduceat(X, [0, 1]), ["np.add.reduceat", "slice"]),
    "reduce": (lambda: np.subtract.reduce(X), ["np.subtract.reduce", "add"]),
    "reduce initial": (lambda: np.add.reduce(X, initial=1.0), ["initial="]),
    "function out": (lambda: np.sum(X, out=np.zeros(())), ["np.sum", "out=", "cannot hold a symbol"]),
    "einsum out": (lambda: np.einsum("ij->i", X, out=V), ["np.einsum", "out=", "cannot hold a symbol"]),
    "clip out": (lambda: np.clip(X, 0, 1, out=M), ["np.clip", "out=", "cannot hold a symbol"]),
    "ravel order": (lambda: np.ravel(X, order="F"), ["np.ravel", "order="]),
    "trace dtype": (lambda: np.linalg.trace(A, dtype=int), ["np.trace", "dtype=", "astype"]),
    "function dtype": (lambda: np.mean(X, dtype="float32"), ["np.mean", "dtype=", "astype"]),
    "function order": (lambda: np.reshape(X, 6, order="F"), ["np.reshape", "order="]),
    "function where": (lambda: np.sum(X, where=M > 0), ["np.sum", "where=", "symdiff.where"]),
    "where of one": (lambda: np.where(X > 0), ["depends on values", "symdiff.where"]),
    "take mode": (lambda: np.take(X, [9], mode="clip"), ["np.take", "mode="]),
    "concatenate dtype": (lambda: np.concatenate([X, X], dtype="f4"), ["np.concatenate", "astype"]),
    "bits": (lambda: np.bitwise_and(sd.constant(3), 1), ["booleans", "int64"]),
    "lstsq": (lambda: np.linalg.lstsq(A, S), ["four results", "symdiff.linalg.lstsq"]),
    "put_along_axis": (lambda: np.put_along_axis(X, M > 0, 0, 1), ["writes", "symdiff.put_along_axis"]),
    "logarithm of bits": (lambda: np.logaddexp2(X, X), ["np.logaddexp2", "symdiff.logaddexp"]),
    "save": (lambda: np.save("nowhere", X), ["np.save", "x()"]),
    "allclose": (lambda: np.allclose(X, M), ["np.allclose", "x()"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_symbol_cannot_do_is_refused_with_a_remedy(name):
    """A TypeError that says why, and what to do instead."""
    call, words = REFUSED[name]

    with pytest.raises(TypeError) as caught:
        call()

    assert [word for word in words if word not in str(caught.value)] == [], str(caught.value)


def test_an_array_cannot_store_a_node():
    """``arr[0] = node`` raises by itself, and the array keeps its value."""
    array = V.copy()

    with pytest.raises((TypeError, ValueError)):
        _store(array)

    assert array.tolist() == V.tolist()


def test_equality_is_identity():
    """Nodes live in dictionaries and sets, and find themselves there."""
    assert X == X
    assert X != W
    assert {X: 1}[X] == 1
    assert X in [W, X]
    assert X in {X, W}
    assert (X == "x") is False
    assert X != None  # noqa: E711
    assert hash(X) == hash(X)


def test_iteration_and_unpacking_go_along_the_first_axis():
    """len, for and unpacking agree with arrays."""
    one, two = X
    same(two, M[1])
    assert len(X) == 2
    assert [row.shape for row in X] == [(3,), (3,)]
    same(one[::-1], M[0, ::-1])


# --- methods ----------------------------------------------------------------------------------------------

METHODS = {
    "sum": lambda a: a.sum(axis=0),
    "mean": lambda a: a.mean(axis=1, keepdims=True),
    "T": lambda a: a.T,
    "mT": lambda a: a[None].mT,
    "reshape": lambda a: a.reshape(3, 2),
    "dot": lambda a: a.dot(V),
    "max": lambda a: a.max(axis=1),
    "min": lambda a: a.min(),
    "argmax": lambda a: a.argmax(axis=1),
    "argmin": lambda a: a.argmin(),
    "trace": lambda a: a[:, :2].trace(),
    "diagonal": lambda a: a[:, :2].diagonal(),
    "squeeze": lambda a: a[:, :1].squeeze(),
    "transpose": lambda a: a.transpose(),
    "ravel": lambda a: a.ravel(),
    "flatten": lambda a: a.flatten(),
    "astype": lambda a: a.astype("float32"),
    "take": lambda a: a.take([4, 0]),
    "take axis": lambda a: a.take([2, 0], axis=1),
    "copy": lambda a: a.copy(),
    "real": lambda a: a.real,
    "imag": lambda a: a.imag,
    "std": lambda a: a.std(axis=0),
    "var": lambda a: a.var(axis=0, ddof=1),
    "prod": lambda a: a.prod(axis=1),
    "cumsum": lambda a: a.cumsum(axis=1),
    "cumprod": lambda a: a.cumprod(axis=1),
    "clip": lambda a: a.clip(-0.4, 0.4),
    "round": lambda a: a.round(1),
    "conj": lambda a: a.conj(),
    "swapaxes": lambda a: a.swapaxes(0, 1),
    "any": lambda a: (a > 0).any(axis=0),
    "all": lambda a: (a > 0).all(),
    "argsort": lambda a: a.argsort(axis=0),
    "repeat": lambda a: a.repeat(2, axis=0),
    "repeat flat": lambda a: a.repeat(2),
}


@pytest.mark.parametrize("name", METHODS)
def test_methods_mean_what_they_mean_on_arrays(name):
    """The method of a node is the method of its value."""
    method = METHODS[name]

    same(method(X), np.asarray(method(M)))


def test_eval_is_calling():
    """x.eval() and x() are one thing, with feeds too."""
    p = sd.Placeholder(2, name="p")

    np.testing.assert_array_equal(X.eval(), X())
    np.testing.assert_array_equal((2 * p).eval({p: [1.0, 2.0]}), [2.0, 4.0])


def test_a_copy_is_the_node_itself():
    """What cannot change needs no copy."""
    assert X.copy() is X
    assert np.copy(X) is X
    assert X.real is X


def test_parts_of_complex_nodes():
    """Real and imaginary part and conjugate, as attributes, methods and functions of NumPy."""
    values = V + 1j * V[::-1]
    z = sd.Variable(values, "z")

    for function in (
        lambda a: a.real,
        lambda a: a.imag,
        lambda a: a.conj(),
        lambda a: a.conjugate(),
        np.real,
        np.imag,
        np.conj,
        np.abs,
        np.angle,
        lambda a: np.vdot(a, a),
    ):
        same(function(z), np.asarray(function(values)))


def test_attributes_of_arrays():
    """Shape, rank, size and dtype, as attributes and as functions of NumPy."""
    n = sd.Dim("n")
    p = sd.Placeholder((n, 2), name="p")

    assert (X.shape, X.ndim, X.size, X.dtype) == (M.shape, M.ndim, M.size, M.dtype)
    assert (np.shape(p), np.ndim(p), np.size(p, 0), np.size(p, 1)) == ((n, 2), 2, n, 2)


def test_no_operation_hides_a_method():
    """Attributes of operations have names of their own."""
    methods = {name for kind in Methods.__mro__[:-1] for name in vars(kind)}

    def below(kind):
        yield kind
        for sub in kind.__subclasses__():
            yield from below(sub)

    hidden = [
        (kind.__name__, set(kind.fields) & methods) for kind in below(Node) if set(kind.fields) & methods
    ]

    assert hidden == []
