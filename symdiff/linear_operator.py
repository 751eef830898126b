"""Structured derivatives as SciPy's linear operators, for solvers that only multiply."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from symdiff.binding import as_value, bind
from symdiff.dims import Dim, Size, bind_size, product
from symdiff.dtypes import result_dtype
from symdiff.errors import GraphError
from symdiff.graph import leaves
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.program import compile
from symdiff.structured import Structured
from symdiff.structured.labelled import Labelled
from symdiff.structured.terms import Block, Term, blocks

__all__ = ["Structured", "as_linear_operator"]

Array = np.ndarray[Any, np.dtype[Any]]


def as_linear_operator(self: Structured, feeds: Mapping[Node, Any] | None = None) -> Any:
    """A SciPy linear operator on flat vectors, for the values that the variables have now.

    The factors are computed once, so that the operator is a fixed matrix that is never made: each
    product is a run of a compiled program.

    Parameters
    ----------
    feeds : mapping of Placeholder to value, optional
        Values of placeholders.

    Returns
    -------
    scipy.sparse.linalg.LinearOperator
        With ``matvec``, ``rmatvec``, ``matmat`` and ``rmatmat``; in float64, or complex128.

    Raises
    ------
    GraphError
        If a placeholder is not fed.
    ImportError
        If SciPy is not installed.

    Examples
    --------
    >>> import numpy as np, symdiff as sd
    >>> from symdiff.structured import structured
    >>> x = sd.Variable([1.0, 2.0, 4.0], "x")
    >>> h = structured(sd.hessian((x**3).sum(), x)).as_linear_operator()
    >>> h @ np.ones(3)
    array([ 6., 12., 24.])
    """
    kind = _scipy()
    fixed = _fixed(self, feeds or {})
    (rows, columns), dtype = (fixed.rows, fixed.columns), fixed.dtype
    return kind(
        (product(rows), product(columns)),
        dtype=dtype,
        matvec=_flat(fixed.matvec, columns, dtype, ()),
        rmatvec=_flat(fixed.rmatvec, rows, dtype, ()),
        matmat=_flat(fixed.matvec, columns, dtype, (Dim(),)),
        rmatmat=_flat(fixed.rmatvec, rows, dtype, (Dim(),)),
    )


Structured.as_linear_operator = as_linear_operator  # type: ignore[method-assign]


def _scipy() -> Any:
    """SciPy's class of linear operators."""
    try:
        return importlib.import_module("scipy.sparse.linalg").LinearOperator
    except ImportError as reason:
        raise ImportError(
            "as_linear_operator: SciPy, whose linear operators these are, is not installed here; run "
            "pip install scipy, or use matvec"
        ) from reason


def _flat(
    operation: Callable[[Any], Node], shape: Sequence[Any], dtype: Any, extra: Any
) -> Callable[[Any], Array]:
    """*operation* as a function of arrays whose axes of *shape* are one."""
    vector = Placeholder((*shape, *extra), dtype)
    program = compile(operation(vector), [vector])
    last = len(extra)

    def apply(x: Any) -> Array:
        array = np.asarray(x).astype(dtype, casting="same_kind", copy=False)
        behind = array.shape[1:] if last else ()
        result: Array = program(array.reshape(*shape, *behind))
        return result.reshape(-1, *behind)

    return apply


def _fixed(operator: Structured, feeds: Mapping[Node, Any]) -> Structured:
    """The operator with variables that hold the values of its factors now."""
    held = [
        [_held(term, block) for block in blocks(term, term.tied) if block.parts] for term in operator.terms
    ]
    nodes = [part.node for parts in held for group in parts for part in group]
    for leaf in leaves(*nodes):
        if isinstance(leaf, Placeholder) and leaf not in feeds:
            raise GraphError(
                f"as_linear_operator: {leaf!r} has no value; pass it, as in "
                f"as_linear_operator({{x: array}}), for the placeholder {leaf}"
            )
    given = list(feeds)
    arrays = [as_value(node, value) for node, value in feeds.items()]
    sizes = bind(given, arrays)
    values = iter(compile(nodes, given)(*arrays))
    dtype = result_dtype(operator.dtype, np.dtype(np.float64))
    terms = []
    for term, parts in zip(operator.terms, held, strict=True):
        new = [
            Labelled(Variable(next(values), dtype=dtype), part.labels) for group in parts for part in group
        ]
        known = {label: bind_size(size, sizes) for label, size in term.sizes.items()}
        terms.append(replace(term, parts=tuple(new), sizes=known, dtype=dtype))
    return Structured(terms)


def _held(term: Term, block: Block) -> list[Labelled]:
    """What is kept of a block: its core, or its parts where these are fewer numbers."""
    core = block.core(term)
    apart = sum(product(part.node.shape) for part in block.parts)
    return [core] if _fewer(product(core.node.shape), apart) else list(block.parts)


def _fewer(one: Size, two: Size) -> bool:
    return isinstance(one, int) and isinstance(two, int) and one <= two
