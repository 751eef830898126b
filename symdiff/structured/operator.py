"""Linear operators that are a sum of terms: products, diagonals, solutions, determinants, inverses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.dims import Shape, product, shape_text, size_text
from symdiff.dtypes import DType, result_dtype
from symdiff.errors import GraphError, ShapeError
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.cast import cast
from symdiff.ops.entries.complex import conj
from symdiff.ops.operands import constant
from symdiff.structured.corrections import Solver
from symdiff.structured.labelled import Labelled, joined
from symdiff.structured.solving import rank, solver
from symdiff.structured.terms import Term
from symdiff.structured.ties import column, row, ties
from symdiff.structured.words import described

__all__ = ["Structured"]

_set = object.__setattr__


class Structured:
    """A linear operator from some axes of a node, the columns, to the others, the rows.

    It is a sum of terms, each made of factors that hold the distinct numbers and of wires that spread
    them: repeated labels are Kronecker deltas, labels that no factor has are broadcasts, and factors
    without a common label are a Kronecker product. Everything it computes is a node, made of the factors
    and never of the dense array where the structure allows. `structured` makes it.

    Vectors have the shape of the columns (or rows), and may have more axes behind: as many vectors at once.

    Attributes
    ----------
    terms : tuple of Term
        The terms, each with its ``factors``, its ``wiring`` and, if it has one factor, its ``core``.
    rows, columns : tuple of int or Dim
        The shapes of results and of operands.
    dtype : numpy.dtype
    """

    __slots__ = ("_node", "columns", "dtype", "rows", "terms")

    terms: tuple[Term, ...]
    rows: Shape
    columns: Shape
    dtype: DType
    _node: Node

    def __init__(self, terms: Sequence[Term], node: Node | None = None) -> None:
        dense = combine([term.dense() for term in terms], [1] * len(terms)) if node is None else node
        rows = len(terms[0].rows)
        _set(self, "terms", tuple(terms))
        _set(self, "_node", dense)
        _set(self, "rows", dense.shape[:rows])
        _set(self, "columns", dense.shape[rows:])
        _set(self, "dtype", dense.dtype)

    @property
    def shape(self) -> Shape:
        """The row shape, then the column shape: the shape of `dense`."""
        return self.rows + self.columns

    @property
    def core(self) -> Node:
        """The distinct numbers of an operator of one term with one factor.

        Raises
        ------
        GraphError
            If there are several terms, or several factors.
        """
        if len(self.terms) > 1:
            raise GraphError(f"core: {self!r} has {len(self.terms)} terms; use terms, and the core of each")
        return self.terms[0].core

    @property
    def structure(self) -> str:
        """What `solve` makes use of, in words.

        One of ``"zero"``, ``"scaled identity"``, ``"diagonal"``, ``"block diagonal"``, ``"Kronecker"``,
        ``"low rank"``, ``"low rank plus ..."`` and ``"dense"``; blocks may have a structure of their own.
        """
        return described(self.terms)

    @property
    def T(self) -> Structured:  # noqa: N802 - as in NumPy
        """The transpose: rows and columns exchanged."""
        return Structured([term.transposed() for term in self.terms])

    def dense(self) -> Node:
        """The node itself: rows, then columns."""
        return self._node

    def matvec(self, v: Any) -> Node:
        """The operator times *v*, of the shape of the columns.

        Raises
        ------
        ShapeError
            If *v* has another shape.
        """
        vector = self._vector("matvec", v, self.columns, "columns")
        extra = [("extra", k) for k in range(vector.ndim - len(self.columns))]
        products = [
            term.product([Labelled(vector, (*term.columns, *extra))], (*term.rows, *extra))
            for term in self._in(vector.dtype)
        ]
        return combine(products, [1] * len(products))

    def rmatvec(self, v: Any) -> Node:
        """The conjugate transpose times *v*, of the shape of the rows; for real numbers, the transpose."""
        vector = self._vector("rmatvec", v, self.rows, "rows")
        return conj(self.T.matvec(conj(vector)))

    def __matmul__(self, v: Any) -> Node:
        return self.matvec(v)

    def diagonal(self) -> Node:
        """The diagonal, of the shape of the rows.

        Raises
        ------
        ShapeError
            If rows and columns have not the same shape.
        """
        return self._on_diagonal("diagonal", range(len(self.rows)))

    def trace(self) -> Node:
        """The sum of the diagonal; `ShapeError` as for `diagonal`."""
        return self._on_diagonal("trace", ())

    def solve(self, b: Any) -> Node:
        """The solution x of A x = *b*, where *b* has the shape of the rows.

        Blocks along shared wires are solved one by one, or all at once where they are equal; Kronecker
        factors in turn; terms of low rank by Woodbury's identity, for which what they are added to must
        not be singular. Nothing is inverted, and nothing larger than a block is made.

        Raises
        ------
        ShapeError
            If there are not as many rows as columns, or *b* has another shape.
        GraphError
            If the wires alone make every such operator singular, as those of an outer product do.
        numpy.linalg.LinAlgError
            When it is run, if a matrix that is factored is singular.
        """
        right = self._vector("solve", b, self.rows, "rows")
        extra = [("extra", k) for k in range(right.ndim - len(self.rows))]
        labels = (*[row(p) for p in range(len(self.rows))], *extra)
        x = self._solver("solve", self._in(right.dtype)).solve(Labelled(right, labels))
        output = (*[column(q) for q in range(len(self.columns))], *extra)
        return joined([x], output).node

    def logdet(self) -> Node:
        """The logarithm of the absolute value of the determinant; errors as for `solve`.

        Of a product of factors it is a sum, each factor's as often as it is repeated.
        """
        return self._solver("logdet", self.terms).logdet()

    def inverse(self) -> Structured:
        """The inverse, an operator of the same structure; errors as for `solve`."""
        return Structured(self._solver("inverse", self.terms).inverse())

    if TYPE_CHECKING:

        def as_linear_operator(self, feeds: Mapping[Node, Any] | None = None) -> Any:
            """A SciPy linear operator; `symdiff.linear_operator` gives it to the class."""

    # --- what the methods have in common --------------------------------------------------------------

    def _vector(self, name: str, v: Any, shape: Shape, role: str) -> Node:
        """*v* as a node of the common dtype, if its shape fits."""
        node = constant(v)
        if node.shape[: len(shape)] != shape:
            raise ShapeError(
                f"{name}: the {role} of {self!r} are {shape_text(shape)}, but the operand ({node!r}) is "
                f"{shape_text(node.shape)}; reshape it, or use the transpose T"
            )
        return cast(node, result_dtype(self.dtype, node.dtype))

    def _in(self, dtype: DType) -> tuple[Term, ...]:
        """The terms in another dtype."""
        return self.terms if dtype == self.dtype else tuple([term.cast(dtype) for term in self.terms])

    def _on_diagonal(self, name: str, kept: Sequence[int]) -> Node:
        """The entries whose row and column agree, summed over the axes that are not kept."""
        if self.rows != self.columns:
            raise ShapeError(
                f"{name}: rows and columns of {self!r} are {shape_text(self.rows)} and "
                f"{shape_text(self.columns)}, and only equal shapes have a diagonal; give rows= to structured"
            )
        parts = [term.along_diagonal(kept) for term in self.terms]
        return combine(parts, [1] * len(parts))

    def _solver(self, name: str, terms: Sequence[Term]) -> Solver:
        """The way to solve with the terms, if there is one."""
        count, width = product(self.rows), product(self.columns)
        if count != width:
            raise ShapeError(
                f"{name}: {self!r} has {size_text(count)} rows and {size_text(width)} columns, and only a "
                "square operator can be solved with; use its dense() with lstsq or pinv"
            )
        found = solver(terms)
        if found is None:
            indices = ties(terms)
            raise GraphError(
                f"{name}: {self!r} is singular whatever its numbers are: its wires leave rank "
                f"{size_text(rank(terms, indices))} at most where {size_text(indices.block[0])} is needed; "
                "add a multiple of the identity, or use pinv of its dense()"
            )
        return found

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Structured is immutable: make another one instead of setting {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.terms, self._node)

    def __repr__(self) -> str:
        terms = ", ".join(str(term.wiring) for term in self.terms)
        return (
            f"<structured {shape_text(self.rows)} by {shape_text(self.columns)}, {self.structure}: {terms}>"
        )
