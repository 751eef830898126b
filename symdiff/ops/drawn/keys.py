"""Keys, from which random numbers are made: seeds, and keys from keys.

A key is an array of two unsigned 64-bit integers, a node like any other. Each operation that uses one
starts the counter-based generator Philox from it (Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", 2011), so that nothing is remembered between operations, and a value that
is computed twice is the same value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.operands import constant

__all__ = ["as_key", "fold_in", "key", "philox", "split"]

KEY = np.dtype(np.uint64)
DRAW, SPLIT, FOLD = range(3)  # the last word of the counter, which keeps these apart


def philox(key: Any, purpose: int, word: int = 0) -> Any:
    """The generator of bits that starts at *key*, for one purpose."""
    return np.random.Philox(key=key, counter=np.array([0, 0, word, purpose], KEY))


class Split(Node):
    """several keys from one"""

    __slots__ = ()
    count: Size

    def infer_shape(self) -> Shape:
        return (self.count, 2)

    def compute(self, xp: Any, key: Any) -> Any:
        return philox(key, SPLIT).random_raw(2 * self.count).reshape(self.count, 2)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class FoldIn(Node):
    """another key from a key and an integer"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, key: Any, data: Any) -> Any:
        return philox(key, FOLD, int(data) % 2**64).random_raw(2)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


def as_key(name: str, key: Any) -> Node:
    """A key as a node: a node of key's dtype and shape, a seed, or a generator that draws one.

    Raises
    ------
    TypeError
        If it is neither an integer nor an array of key's dtype, or is missing.
    ShapeError
        If it is not one key.
    """
    if isinstance(key, np.random.Generator):
        return constant(key.integers(0, 2**64, 2, KEY))
    if isinstance(key, int | np.integer) and not isinstance(key, bool):
        if key < 0:
            raise TypeError(f"{name}: a seed is a non-negative integer, not {key}")
        return constant(np.random.SeedSequence(int(key)).generate_state(2, np.uint64))
    if key is None or isinstance(key, bool | float | complex | str):
        raise TypeError(f"{name}: a key comes from random.key(seed), or is a seed itself; {key!r} is neither")
    node = constant(key, KEY) if _are_words(key) else constant(key)
    if node.shape == () and node.dtype.kind in "iu":
        return FoldIn(as_key(name, 0), node)
    if node.dtype != KEY:
        raise TypeError(f"{name}: a key is {KEY}, not {node.dtype}; make one with random.key(seed)")
    if node.shape != (2,):
        raise ShapeError(
            f"{name}: a key has shape 2, not {shape_text(node.shape)}; take one of several, as in keys[0]"
        )
    return node


def _are_words(key: Any) -> bool:
    """Whether *key* is a list of Python integers, as a key is printed."""
    return isinstance(key, list | tuple) and all(type(word) is int and word >= 0 for word in key)


def key(seed: Any) -> Node:
    """A key from a seed.

    Parameters
    ----------
    seed : int, integer node, numpy.random.Generator or key
        A generator is asked for one key; a key stays itself. Every function here takes a seed for a key.

    Returns
    -------
    Node
        uint64 of shape ``(2,)``.

    Raises
    ------
    TypeError
        If the seed is negative or no integer.

    Examples
    --------
    >>> key(0).shape, key(0).dtype, key(0) is key(0)
    ((2,), dtype('uint64'), True)
    """
    return as_key("key", seed)


def split(key: Any, count: Size = 2) -> Node:
    """Several keys from one, independent of each other and of what is drawn with it.

    Parameters
    ----------
    key : key or seed
    count : int or Dim

    Returns
    -------
    Node
        uint64 of shape ``(count, 2)``; iterate over it, or index it, for the keys.

    Raises
    ------
    ShapeError
        If *count* is negative.

    Examples
    --------
    >>> first, second = split(0)
    >>> bool((first() != second()).all())
    True
    """
    if not isinstance(count, Dim) and (not isinstance(count, int | np.integer) or count < 0):
        raise ShapeError(f"split: a number of keys is a non-negative int or a Dim, not {count!r}")
    return Split(as_key("split", key), count=count)


def fold_in(key: Any, data: Any) -> Node:
    """Another key from a key and an integer, such as the number of a layer or of a step.

    Parameters
    ----------
    key : key or seed
    data : int or integer node of shape ()

    Raises
    ------
    TypeError
        If *data* is no integer.
    ShapeError
        If *data* has axes.

    Examples
    --------
    >>> import symdiff as sd
    >>> step = sd.Placeholder((), int, name="step")
    >>> noise = sd.random.normal(fold_in(0, step))
    >>> bool(noise({step: 1}) == noise({step: 2}))
    False
    """
    node = constant(data)
    if node.dtype.kind not in "iu":
        raise TypeError(f"fold_in: data is an integer, not {node.dtype}; cast it")
    if node.shape:
        raise ShapeError(f"fold_in: data is one integer, not {shape_text(node.shape)}; fold in one at a time")
    return FoldIn(as_key("fold_in", key), node)
