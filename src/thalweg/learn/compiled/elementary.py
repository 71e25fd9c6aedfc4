"""exp, sigmoid and tanh for compiled loops, written so that LLVM turns such a loop into vector instructions.

A call of libm's exp keeps a loop scalar. These functions are sums, products and at most one division, with selections
instead of branches, and use nothing that only some processors have. All three are based on

    x = n·ln 2 + r,   |r| ≤ ½ ln 2,   eˣ = 2ⁿ·(1 + q),   q = eʳ − 1 = r + r²·(½ + r·P(r))

n·ln 2 is subtracted in two parts, the first of which is exact (Cody and Waite 1980; the parts are those of Cephes and
fdlibm). P is our own minimax polynomial (Remez); by itself it makes an error of 0.03 ulp in eʳ.

Nothing here may be contracted or reordered, whatever flags the caller is compiled with. A fused multiply-add, which
only some processors have and only some loops get, would change the last bit, and reordering would remove the rounding
to n. So the same x gives the same bits in every loop, at every place, on every processor.

Each function takes float32 or float64 and returns the same type, and NaN for NaN. An ulp is the distance between
neighbouring numbers of that type at the exact result.
"""

# Numba infers all types, and an intrinsic is called without its context:
# ruff: noqa: ANN001, ANN202
# pyright: reportMissingParameterType=false, reportUnknownParameterType=false, reportCallIssue=false
# `min` and `max` might lose a NaN:
# ruff: noqa: FURB136

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

from thalweg.learn.compiled import KEEPS_COMPILATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

# Every flag is set, because Numba takes a missing flag from the caller.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False, "forceinline": True}
compiled = njit(cache=KEEPS_COMPILATIONS, **OPTIONS)


class Precision(NamedTuple):
    """The constants that depend on the precision; each is of that type."""

    zero: np.floating[Any]
    half: np.floating[Any]
    one: np.floating[Any]
    two: np.floating[Any]
    per_log_2: np.floating[Any]  # 1 / ln 2
    log_2_head: np.floating[Any]  # ends in so many zero bits that its product with n is exact
    log_2_tail: np.floating[Any]
    whole: np.floating[Any]  # adding and subtracting it rounds to a whole number
    least: np.floating[Any]  # e to this power is the least normal number
    most: np.floating[Any]  # e to this power is infinite
    settled: np.floating[Any]  # tanh of it is 1


SINGLE = Precision(
    *map(np.float32, (0, 0.5, 1, 2, 1.4426950408889634, 0.693359375, -2.12194440e-4, 1.5 * 2**23)),
    *map(np.float32, (-87.33654, 88.8, 10)),
)
DOUBLE = Precision(
    *map(np.float64, (0, 0.5, 1, 2, 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10)),
    *map(np.float64, (1.5 * 2**52, -708.396418532264, 709.8, 20)),
)
P_SINGLE = tuple(map(np.float32, (0.16666535, 0.041667238, 0.008367476, 0.0013863787)))
P_DOUBLE = (
    0.16666666666666433, 0.04166666666660399, 0.00833333333349992, 0.0013888888926779286, 0.00019841269466423065,
    2.480150870585639e-05, 2.7557640740857657e-06, 2.76251768482014e-07, 2.497839919763306e-08,
)  # fmt: skip


def _by_type(function: Callable[..., Any], single: Callable[..., Any], double: Callable[..., Any]) -> None:
    """In compiled code, replace `function` by `single` for a float32 argument and by `double` for a float64."""

    def choose(x):
        return {types.float32: single, types.float64: double}.get(x)

    overload(function, jit_options=cast("Any", OPTIONS))(choose)


def _precision(x):
    return SINGLE if x.dtype == np.float32 else DOUBLE


def _single(x):  # noqa: ARG001 - only its type matters
    return SINGLE


def _double(x):  # noqa: ARG001 - only its type matters
    return DOUBLE


_by_type(_precision, _single, _double)


def _p(x):
    return _p_single(x) if x.dtype == np.float32 else _p_double(x)


def _p_single(x):
    c0, c1, c2, c3 = P_SINGLE
    return ((c3 * x + c2) * x + c1) * x + c0


def _p_double(x):
    c0, c1, c2, c3, c4, c5, c6, c7, c8 = P_DOUBLE
    return (((((((c8 * x + c7) * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0


_by_type(_p, _p_single, _p_double)


@intrinsic
def _power_of_two(context, shifted):  # noqa: ARG001 - Numba passes it to an intrinsic
    """Return 2ⁿ, where `shifted` is n + `whole`: the last bits of its fraction are n, which becomes the exponent."""
    bits, fraction = {types.float32: (32, 23), types.float64: (64, 52)}[shifted]

    def code(context, builder, signature, arguments):  # noqa: ARG001 - likewise
        integer = ir.IntType(bits)
        n = builder.bitcast(arguments[0], integer)
        bias = integer((2 ** (bits - fraction - 2) - 1) << fraction)
        exponent = builder.add(builder.shl(n, integer(fraction)), bias)
        return builder.bitcast(exponent, context.get_value_type(shifted))

    return shifted(shifted), code


@compiled
def _reduced(x):
    """Return q and n + `whole`, so that eˣ = 2ⁿ·(1 + q)."""
    number = _precision(x)
    shifted = x * number.per_log_2 + number.whole
    n = shifted - number.whole
    r = (x - n * number.log_2_head) - n * number.log_2_tail
    return r + (r * r) * (number.half + r * _p(r)), shifted


@compiled
def exponential(x) -> float:
    """Return eˣ, within 1.1 ulp.

    It is infinite where eˣ exceeds the largest number. Where eˣ is below the least normal number (x < −87.33654 in
    float32 and x < −708.39642 in float64) it is 0, because arithmetic with subnormal numbers is slow.
    """
    number = _precision(x)
    inside = number.least if x < number.least else x
    inside = number.most if inside > number.most else inside
    q, shifted = _reduced(inside)
    # For the largest results 2ⁿ would overflow, so one factor 2 is multiplied separately.
    large = x > number.zero
    part = _power_of_two(shifted - number.one if large else shifted)
    value = (number.one + q) * (number.two if large else number.one) * part
    return number.zero if x < number.least else value


@compiled
def sigmoid(x) -> float:
    """Return σ(x) = 1 / (1 + e⁻ˣ), within 2.5 ulp, even if it is small: left of 0 it is computed as eˣ / (1 + eˣ).

    It is 0 where `exponential` is.
    """
    number = _precision(x)
    away = abs(x)
    away = -number.least if away > -number.least else away
    q, shifted = _reduced(-away)
    e = (number.one + q) * _power_of_two(shifted)
    above = e if x < number.zero else number.one
    above = number.zero if x < number.least else above
    return above / (number.one + e)


@compiled
def tanh(x) -> float:
    """Return tanh x, odd to the last bit and within 3 ulp, even for small x: −m / (2 + m), m = e⁻²ˣ − 1, right of 0."""
    number = _precision(x)
    away = abs(x)
    away = number.settled if away > number.settled else away
    q, shifted = _reduced(-number.two * away)
    power = _power_of_two(shifted)
    m = power * q + (power - number.one)
    return math.copysign(-m / (number.two + m), x)
