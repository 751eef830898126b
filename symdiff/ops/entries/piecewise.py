"""Activation functions of neural networks that are made of straight lines."""

from __future__ import annotations

from typing import Any

from symdiff.node import Node
from symdiff.ops.broadcast import multiply
from symdiff.ops.entries.clipping import clip
from symdiff.ops.entries.comparison import greater, where
from symdiff.ops.powers import divide
from symdiff.ops.reals import reals, smooth_reals

__all__ = ["hard_sigmoid", "hard_silu", "hard_tanh", "leaky_relu", "relu6"]


def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Node:
    """*x* where it is positive, a fraction of it elsewhere; the slope at 0 is *negative_slope*.

    Parameters
    ----------
    x : array_like
    negative_slope : array_like
        A number, or a node of slopes that are learned.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> leaky_relu([-2.0, 3.0], 0.1)()
    array([-0.2,  3. ])
    """
    x, slope = smooth_reals("leaky_relu", x, negative_slope)
    return where(greater(x, 0), x, multiply(slope, x))


def hard_tanh(x: Any) -> Node:
    """*x* between -1 and 1, as `clip` has it: the slope at -1 and 1 is 1.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> hard_tanh([-3.0, 0.5])()
    array([-1. ,  0.5])
    """
    (x,) = smooth_reals("hard_tanh", x)
    return clip(x, -1, 1)


def relu6(x: Any) -> Node:
    """*x* between 0 and 6, as `clip` has it: the slope at 0 and 6 is 1.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> relu6([-3.0, 0.5, 9.0])()
    array([0. , 0.5, 6. ])
    """
    (x,) = reals("relu6", x)
    return clip(x, 0, 6)


def hard_sigmoid(x: Any) -> Node:
    """relu6(x + 3) / 6, a sigmoid of straight lines; the slope at -3 and 3 is 1/6.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> hard_sigmoid([-4.0, 0.0, 1.5])()
    array([0.  , 0.5 , 0.75])
    """
    (x,) = smooth_reals("hard_sigmoid", x)
    return divide(relu6(x + 3), 6)


def hard_silu(x: Any) -> Node:
    """x * hard_sigmoid(x), also called hard swish.

    Raises
    ------
    TypeError
        If the operand is complex.

    References
    ----------
    Howard et al., "Searching for MobileNetV3", 2019.

    Examples
    --------
    >>> hard_silu([-4.0, 1.0, 4.0])()
    array([0.        , 0.66666667, 4.        ])
    """
    (x,) = smooth_reals("hard_silu", x)
    return multiply(x, hard_sigmoid(x))
