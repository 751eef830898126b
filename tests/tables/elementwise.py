"""Functions of entries: angles, hyperbolas, logarithms, rounding, logic, special functions, activations."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as special

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.entries import (
    activations,
    clipping,
    elementwise,
    hyperbolic,
    logarithms,
    logic,
    rounding,
    sinc,
    trigonometry,
)
from symdiff.ops.entries import special as special_ops
from tests.rows import Array, Case, away, everywhere, exact, flat, near, pairs, positive, spread


def inside(*shape: int) -> Array:
    """Values between -0.8 and 0.8."""
    return spread(*shape, low=-0.8, high=0.8)


def unit(*shape: int) -> Array:
    """Values between 0.1 and 0.9."""
    return spread(*shape, low=0.15, high=0.9)


def below_zero(*shape: int) -> Array:
    """Values between -2 and -0.3, on both sides of -log 2."""
    return spread(*shape, low=-2.0, high=-0.3)


def above_one(*shape: int) -> Array:
    """Values between 1.5 and 3."""
    return 1 + positive(*shape)


def thirds(*shape: int) -> Array:
    """Values that are not near halves of integers."""
    return np.round(6 * spread(*shape)) / 2 + 0.3


def typed(oracle: Any) -> Any:
    """An oracle whose values have the dtype of its first operand."""
    return lambda x, *rest: np.asarray(oracle(x, *rest)).astype(x.dtype)


def steps(f: Any, oracle: Any) -> list[Case]:
    """A function that jumps: its values, and that its derivative is zero in between."""
    return [
        *[flat(f, oracle, thirds(*shape)) for shape in [(), (1,), (0,), (2, 3)]],
        near(lambda x: f(x) * x, lambda x: oracle(x) * x, thirds(4)),
        near(lambda x: f(x) + x**2, lambda x: oracle(x) + x**2, thirds(2, 2)),
    ]


def predicates(f: Any, oracle: Any) -> list[Case]:
    """A function whose values are booleans."""
    odd = np.array([[0.0, np.nan, 1.5], [np.inf, -np.inf, -0.0]])
    return [
        *[flat(f, oracle, values) for values in (odd, odd[:, 1], odd[:0], odd[0, 1])],
        near(lambda x: sd.where(f(x), 1, x**2), lambda x: np.where(oracle(x), 1, x**2), spread(3)),
    ]


def connective(name: str) -> list[Case]:
    """A function of two truth values, on booleans and on numbers."""
    f, oracle = getattr(sd, name), getattr(np, name)
    numbers = np.array([[0.0, 2.0], [-1.0, 0.0]])
    return [
        flat(lambda x: f(x > 0, x < 1), lambda x: oracle(x > 0, x < 1), spread(2, 3)),
        flat(lambda x: f(x > 0, x > 0), lambda x: oracle(x > 0, x > 0), spread(1)),
        flat(lambda x: f(x, True), lambda x: oracle(x, True), numbers),
        flat(f, oracle, numbers, numbers[1]),
        flat(f, oracle, np.array(2.0), numbers[:0]),
        near(
            lambda x: sd.where(f(x > 0, x < 0.6), x**3, x),
            lambda x: np.where(oracle(x > 0, x < 0.6), x**3, x),
            spread(4),
        ),
    ]


def polygamma(n: int) -> Any:
    return typed(lambda x: special.polygamma(n, x.astype(float)))


def sinc_slope(x: Any) -> Any:
    return (np.cos(np.pi * x) - np.sinc(x)) / x


def log_normal(x: Any, m: Any, s: Any) -> Any:
    return (-(((np.log(x) - m) / s) ** 2) / 2 - np.log(s * x) - np.log(2 * np.pi) / 2).astype(x.dtype)


def lognormal(*values: Any) -> Any:
    return np.exp(log_normal(*values))


def normal_log(x: Any, m: Any, s: Any) -> Any:
    return (-(((x - m) / s) ** 2) / 2 - np.log(s) - np.log(2 * np.pi) / 2).astype(x.dtype)


PLACES = np.array([0.0, -0.4, 1.9, 0.02, -3.3])

CASES: dict[type[Node], list[Case]] = {
    # --- angles -------------------------------------------------------------------------------------
    trigonometry.Tan: [*everywhere(sd.tan, np.tan, inside), exact(sd.tan, np.tan, inside(3))],
    trigonometry.Arcsin: everywhere(sd.arcsin, np.arcsin, inside),
    trigonometry.Arccos: everywhere(sd.arccos, np.arccos, inside),
    trigonometry.Arctan: everywhere(sd.arctan, np.arctan),
    trigonometry.Arctan2: [
        *pairs(sd.arctan2, np.arctan2, away, positive),
        exact(sd.arctan2, np.arctan2, away(2, 3), away(3)),
        near(lambda x: sd.arctan2(x, x**2), lambda x: np.arctan2(x, x**2), away(3)),
        near(lambda x: sd.arctan2(x, -1), lambda x: np.arctan2(x, x.dtype.type(-1)), positive(3)),
        near(lambda x: sd.arctan2(2, x) * x, lambda x: np.arctan2(x.dtype.type(2), x) * x, away(3)),
    ],
    trigonometry.Hypot: [
        *pairs(sd.hypot, np.hypot, away, positive),
        exact(sd.hypot, np.hypot, spread(2, 1), away(1, 3)),
        near(lambda x: sd.hypot(x, x), lambda x: np.hypot(x, x), away(3)),
        near(lambda x: sd.hypot(x, 1) * x, lambda x: np.hypot(x, x.dtype.type(1)) * x, spread(3)),
    ],
    # --- hyperbolas ---------------------------------------------------------------------------------
    hyperbolic.Sinh: everywhere(sd.sinh, np.sinh),
    hyperbolic.Cosh: everywhere(sd.cosh, np.cosh),
    hyperbolic.Arcsinh: everywhere(sd.arcsinh, np.arcsinh),
    hyperbolic.Arccosh: everywhere(sd.arccosh, np.arccosh, above_one),
    hyperbolic.Arctanh: everywhere(sd.arctanh, np.arctanh, inside),
    # --- logarithms ---------------------------------------------------------------------------------
    logarithms.Exp2: everywhere(sd.exp2, np.exp2),
    logarithms.Log2: everywhere(sd.log2, np.log2, positive),
    logarithms.Log10: everywhere(sd.log10, np.log10, positive),
    logarithms.Cbrt: [*everywhere(sd.cbrt, np.cbrt, away), exact(sd.cbrt, np.cbrt, away(4))],
    logarithms.Log1mexp: everywhere(sd.log1mexp, lambda x: np.log(-np.expm1(x)), below_zero),
    logarithms.OddsOfExp: everywhere(logarithms.OddsOfExp, lambda x: 1 / np.expm1(-x), below_zero),
    elementwise.LogSigmoid: everywhere(elementwise.LogSigmoid, special.log_expit),
    logarithms.Logaddexp: [
        *pairs(sd.logaddexp, np.logaddexp, spread, positive),
        near(lambda x: sd.logaddexp(x, x**2), lambda x: np.logaddexp(x, x**2), spread(3)),
        near(lambda x: sd.logaddexp(x, x), lambda x: np.logaddexp(x, x), spread(2)),
        near(lambda x: sd.logaddexp(0, x), lambda x: np.logaddexp(x.dtype.type(0), x), spread(2, 2)),
    ],
    logarithms.Logit: everywhere(sd.logit, lambda x: np.log(x / (1 - x)), unit),
    sinc.Sinc: [
        *everywhere(sd.sinc, np.sinc),
        exact(sd.sinc, np.sinc, PLACES),
        near(sd.sinc, np.sinc, np.zeros(())),
        near(lambda x: sd.sinc(x, 1), sinc_slope, away(2, 3)),
    ],
    # --- rounding and ranges ------------------------------------------------------------------------
    rounding.Floor: steps(sd.floor, np.floor),
    rounding.Ceil: steps(sd.ceil, np.ceil),
    rounding.Trunc: steps(sd.trunc, np.trunc),
    rounding.Round: [
        *steps(sd.round, np.round),
        flat(lambda x: sd.round(x, 1), lambda x: np.round(x, 1), spread(5)),
        flat(lambda x: sd.round(1000 * x, -2), lambda x: np.round(1000 * x, -2), spread(5)),
    ],
    rounding.Fmod: [
        exact(sd.fmod, np.fmod, np.array([0.6, -1.1, 2.3]), np.array([0.45, 0.7, -1.0])),
        exact(lambda x: sd.fmod(x, 0.5), lambda x: np.fmod(x, x.dtype.type(0.5)), np.array([[0.7, -1.2]])),
        near(
            lambda x, y: sd.fmod(x, y) * y,
            lambda x, y: np.fmod(x, y) * y,
            np.array([[2.5], [3.5]]),
            np.array([1.0, 1.4]),
        ),
        near(lambda x: sd.fmod(x, x), lambda x: np.fmod(x, x), np.zeros((0, 2))),
        near(lambda x: sd.fmod(7, x) * x, lambda x: np.fmod(x.dtype.type(7), x) * x, np.array(2.0)),
    ],
    clipping.Clip: [
        exact(lambda x: sd.clip(x, -0.5, 0.8), lambda x: np.clip(x, -0.5, 0.8), spread(2, 3)),
        exact(lambda x: sd.clip(x, -0.3), lambda x: np.clip(x, -0.3, None), spread(1, 5)),
        exact(lambda x: sd.clip(x, max=0.3), lambda x: np.clip(x, None, 0.3), spread(5)),
        exact(sd.clip, np.clip, spread(2, 3), np.array([[-0.9], [-0.4]]), np.array([0.4, 0.9, 0.5])),
        near(
            lambda x, a, b: sd.clip(x, a, b) * x**2,
            lambda x, a, b: np.clip(x, a, b) * x**2,
            spread(6),
            np.array([-0.5, 0.33]).repeat(3),
            np.array(0.1),
        ),
        near(lambda x: sd.clip(x, x - 1, x + 1), lambda x: np.clip(x, x - 1, x + 1), spread(3)),
        near(
            lambda x, a: sd.clip(x, max=a) ** 3,
            lambda x, a: np.minimum(x, a) ** 3,
            spread(3),
            0.8 * spread(2, 1),
        ),
        exact(lambda x: sd.clip(x, 0, 1), lambda x: np.clip(x, 0, 1), spread(0, 2)),
        exact(lambda x: sd.clip(x, -1, 1), lambda x: np.clip(x, -1, 1), spread()),
    ],
    # --- logic --------------------------------------------------------------------------------------
    logic.LogicalAnd: connective("logical_and"),
    logic.LogicalOr: connective("logical_or"),
    logic.LogicalXor: connective("logical_xor"),
    logic.Isnan: predicates(sd.isnan, np.isnan),
    logic.Isinf: predicates(sd.isinf, np.isinf),
    logic.Isfinite: predicates(sd.isfinite, np.isfinite),
    # --- special functions --------------------------------------------------------------------------
    special_ops.Erf: everywhere(sd.erf, special.erf),
    special_ops.Erfc: everywhere(sd.erfc, special.erfc),
    special_ops.Gammaln: [
        *everywhere(sd.gammaln, special.gammaln, above_one),
        near(sd.gammaln, special.gammaln, np.array([-0.6, -1.5, 4.0])),
    ],
    special_ops.Polygamma: [
        *everywhere(sd.digamma, typed(special.digamma), above_one),
        *[near(lambda x, n=n: sd.polygamma(n, x), polygamma(n), above_one(3)) for n in (0, 1, 2, 3)],
        near(lambda x: sd.polygamma(1, x), polygamma(1), np.array([-0.6, -1.5])),
    ],
    activations.Softsign: everywhere(sd.softsign, lambda x: x / (1 + np.abs(x))),
}


def _elu(x: Any, alpha: Any = 1.0) -> Any:
    return np.where(x > 0, x, alpha * np.expm1(x))


def _hard_sigmoid(x: Any) -> Any:
    return np.clip(x + 3, 0, 6) / 6


def _gelu(x: Any) -> Any:
    return x * special.ndtr(x)


def _gelu_tanh(x: Any) -> Any:
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x**3)))


def _selu(x: Any) -> Any:
    return 1.0507009873554805 * _elu(x, 1.6732632423543772)


ODD = np.array([1.5, np.nan, np.inf, -np.inf, -0.5])

FUNCTIONS: dict[str, list[Case]] = {
    "degrees": everywhere(sd.degrees, np.degrees),
    "radians": [*everywhere(sd.radians, np.radians), near(sd.deg2rad, np.deg2rad, 90 * spread(3))],
    "rad2deg": [near(sd.rad2deg, np.rad2deg, spread(3))],
    "mod": [exact(sd.mod, np.mod, np.array([0.6, -1.1, 2.3]), np.array([0.45, 0.7, -1.0]))],
    "clip without bounds": [exact(sd.clip, lambda x: np.clip(x, None, None), spread(3))],
    "nan_to_num": [
        flat(sd.nan_to_num, np.nan_to_num, ODD),
        flat(
            lambda x: sd.nan_to_num(x, 2, posinf=7.5, neginf=-1),
            lambda x: np.nan_to_num(x, nan=2, posinf=7.5, neginf=-1),
            ODD,
        ),
        near(lambda x: sd.nan_to_num(x) ** 2, lambda x: x**2, spread(2, 3)),
        near(sd.nan_to_num, np.nan_to_num, spread()),
        near(sd.nan_to_num, np.nan_to_num, spread(0, 2)),
    ],
    "leaky_relu": [
        *everywhere(sd.leaky_relu, lambda x: np.where(x > 0, x, x * x.dtype.type(0.01))),
        near(sd.leaky_relu, lambda x, a: np.where(x > 0, x, a * x), spread(2, 3), positive(3)),
    ],
    "elu": [*everywhere(sd.elu, _elu), near(sd.elu, _elu, spread(2, 3), positive(2, 1))],
    "selu": everywhere(sd.selu, _selu),
    "gelu": everywhere(sd.gelu, _gelu),
    "gelu tanh": everywhere(lambda x: sd.gelu(x, approximate="tanh"), _gelu_tanh),
    "silu": [
        *everywhere(sd.silu, lambda x: x * special.expit(x)),
        near(sd.swish, lambda x: x * special.expit(x), spread(2)),
    ],
    "mish": everywhere(sd.mish, lambda x: x * np.tanh(np.logaddexp(x, x.dtype.type(0)))),
    "hard_tanh": everywhere(sd.hard_tanh, lambda x: np.clip(x, -1, 1), lambda *shape: 1.7 * spread(*shape)),
    "relu6": everywhere(sd.relu6, lambda x: np.clip(x, 0, 6), lambda *shape: 7 * spread(*shape)),
    "hard_sigmoid": everywhere(sd.hard_sigmoid, _hard_sigmoid, lambda *shape: 4 * spread(*shape)),
    "hard_silu": everywhere(sd.hard_silu, lambda x: x * _hard_sigmoid(x), lambda *shape: 4 * spread(*shape)),
    "log_sigmoid": everywhere(sd.log_sigmoid, special.log_expit),
    "normal_logpdf": [
        *everywhere(sd.normal_logpdf, lambda x: normal_log(x, 0, 1)),
        near(sd.normal_logpdf, normal_log, spread(2, 3), spread(3), positive(2, 1)),
        near(lambda x: sd.normal_logpdf(x, x**2, x + 3), lambda x: normal_log(x, x**2, x + 3), spread(3)),
        near(sd.normal_logpdf, normal_log, spread(), spread(0), positive()),
    ],
    "normal_cdf": [
        *everywhere(sd.normal_cdf, special.ndtr),
        near(sd.normal_cdf, lambda x, m, s: special.ndtr((x - m) / s), spread(3), spread(2, 1), positive(3)),
    ],
    "normal_pdf": [
        *everywhere(sd.normal_pdf, lambda x: np.exp(normal_log(x, 0, 1))),
        near(sd.normal_pdf, lambda *a: np.exp(normal_log(*a)), spread(3), spread(2, 1), positive(3)),
    ],
    "lognormal_logpdf": [
        *[near(sd.lognormal_logpdf, lambda x: log_normal(x, 0, 1), positive(*n)) for n in [(), (1,), (0, 2)]],
        near(sd.lognormal_logpdf, log_normal, positive(2, 3), spread(3), positive(2, 1)),
        near(lambda x: sd.lognormal_logpdf(x, x, x), lambda x: log_normal(x, x, x), positive(3)),
    ],
    "lognormal_pdf": [
        *[near(sd.lognormal_pdf, lambda x: lognormal(x, 0, 1), positive(*n)) for n in [(), (1,), (0, 2)]],
        near(sd.lognormal_pdf, lognormal, positive(3), spread(3), positive(3)),
        near(sd.lognormal_pdf, lognormal, positive(3), spread(3), positive()),
        near(lambda x: sd.lognormal_pdf(x, x, 1), lambda x: lognormal(x, x, 1), positive(3)),
    ],
    "negative product in a sum": [
        near(lambda x: -x * x / 2 - sd.exp(x), lambda x: -x * x / 2 - np.exp(x), spread(3)),
    ],
    "operators of booleans": [
        flat(lambda x: (x > 0) & (x < 1), lambda x: (x > 0) & (x < 1), spread(2, 3)),
        flat(lambda x: (x > 1) | (x < 0), lambda x: (x > 1) | (x < 0), spread(5)),
        flat(lambda x: (x > 0) ^ True, lambda x: (x > 0) ^ True, spread(3)),
        flat(lambda x: ~(x > 0), lambda x: ~(x > 0), spread(3)),
        flat(
            lambda x: np.array([True, False]) & (x > 0),
            lambda x: np.array([True, False]) & (x > 0),
            spread(2),
        ),
        flat(lambda x: False | (True ^ (x > 0)), lambda x: False | (True ^ (x > 0)), spread(2)),
    ],
}

THREE, TWO = np.ones(3), np.ones(2)
Z = np.ones(2, complex)
ANYTHING = "arccos arccosh arcsin arcsinh arctan arctanh cosh deg2rad degrees exp2 isfinite isinf isnan log10"
ANYTHING += " log2 rad2deg radians sinc sinh tan"
REAL = (
    "cbrt ceil digamma log1mexp elu erf erfc floor gammaln gelu hard_tanh leaky_relu log_sigmoid logit mish"
)
REAL += " nan_to_num"
REAL += " selu silu softsign swish trunc clip relu6 hard_sigmoid hard_silu"
REAL += " normal_cdf normal_pdf normal_logpdf lognormal_pdf lognormal_logpdf"
TWO_OPERANDS = "arctan2 clip elu fmod hypot leaky_relu logaddexp logical_and logical_or logical_xor"
TWO_OPERANDS += " lognormal_logpdf lognormal_pdf normal_cdf normal_logpdf normal_pdf"

WRONG: dict[str, Any] = {
    **{
        f"{name}: text": (lambda name=name: getattr(sd, name)("text"), TypeError, ["constant", "str"])
        for name in ANYTHING.split()
    },
    **{
        f"{name}: complex": (
            lambda name=name: getattr(sd, name)(Z),
            TypeError,
            [{"swish": "silu"}.get(name, name), "complex128", "real"],
        )
        for name in REAL.split()
    },
    **{
        f"{name}: sizes": (
            lambda name=name: getattr(sd, name)(THREE, TWO),
            ShapeError,
            [name, "3", "2", "reshape"],
        )
        for name in TWO_OPERANDS.split()
    },
    "mod: sizes": (lambda: sd.mod(THREE, TWO), ShapeError, ["remainder", "3", "2"]),
    "sinc: order": (lambda: sd.sinc(THREE, 0.5), TypeError, ["sinc", "order", "0.5", "int"]),
    "sinc: negative": (lambda: sd.sinc(THREE, -1), ValueError, ["sinc", "order", "-1", "0"]),
    "round: decimals": (lambda: sd.round(THREE, 0.5), TypeError, ["round", "decimals", "0.5", "int"]),
    "clip: integers": (lambda: sd.clip(np.ones(2, "int8"), 0, 300), OverflowError, ["300", "int8"]),
    "clip: upper bound": (lambda: sd.clip(THREE, 0, TWO), ShapeError, ["clip", "3", "2"]),
    "polygamma: order": (lambda: sd.polygamma(0.5, THREE), TypeError, ["polygamma", "0.5", "int"]),
    "polygamma: negative": (lambda: sd.polygamma(-1, THREE), ValueError, ["polygamma", "-1", "digamma"]),
    "gelu: approximate": (lambda: sd.gelu(THREE, "erf"), ValueError, ["gelu", "'erf'", "'none'", "'tanh'"]),
    "&: numbers": (lambda: sd.constant(THREE) & True, TypeError, ["&", "float64", "logical_and", "compare"]),
    "|: numbers": (lambda: (sd.constant(THREE) > 0) | 1, TypeError, ["|", "int64", "logical_or"]),
    "^: numbers": (lambda: sd.constant([1, 2]) ^ [True, False], TypeError, ["^", "int64", "logical_xor"]),
    "~: numbers": (lambda: ~sd.constant([1, 2]), TypeError, ["~", "int64", "logical_not"]),
    "&: text": (lambda: (sd.constant(THREE) > 0) & "a", TypeError, ["unsupported"]),
}
