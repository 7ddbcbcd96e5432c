"""Logarithms and exponentials of float32 numbers by the steps of the C library of Linux, glibc.

PyTorch calls them where it computes element by element, as in the binary cross-entropy. One
logarithm in 150 is not the true value rounded, of those of 1 minus a number one in 14, and one
exponential in 1,500.

See Also
--------
https://sourceware.org/glibc: sysdeps/ieee754/flt-32/e_logf.c, e_expf.c (Arm, 2017), s_log1pf.c
(Sun, 1993)
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.digits import rounded
from minigrad.digits.rounded import DOUBLE, SINGLE, by_parts

# fmt: off
_ONE_OVER, _LOG_OF = np.array([[float.fromhex(number) for number in column.split()] for column in (
    """0x1.661ec79f8f3bep+0 0x1.571ed4aaf883dp+0 0x1.49539f0f010bp+0 0x1.3c995b0b80385p+0
    0x1.30d190c8864a5p+0 0x1.25e227b0b8eap+0 0x1.1bb4a4a1a343fp+0 0x1.12358f08ae5bap+0
    0x1.0953f419900a7p+0 0x1p+0 0x1.e608cfd9a47acp-1 0x1.ca4b31f026aap-1 0x1.b2036576afce6p-1
    0x1.9c2d163a1aa2dp-1 0x1.886e6037841edp-1 0x1.767dcf5534862p-1""",
    """-0x1.57bf7808caadep-2 -0x1.2bef0a7c06ddbp-2 -0x1.01eae7f513a67p-2 -0x1.b31d8a68224e9p-3
    -0x1.6574f0ac07758p-3 -0x1.1aa2bc79c81p-3 -0x1.a4e76ce8c0e5ep-4 -0x1.1973c5a611cccp-4
    -0x1.252f438e10c1ep-5 0x0p+0 0x1.aa5aa5df25984p-5 0x1.c5e53aa362eb4p-4 0x1.526e57720db08p-3
    0x1.bc2860d224770p-3 0x1.1058bc8a07ee1p-2 0x1.4043057b6ee09p-2""")])
_OF_LOG = -0.25089342214237154, 0.333456765744066, -0.4999997485802103
_OF_LOG1P = [SINGLE.type(factor) for factor in (
    0.14798198640, 0.15313838422, 0.18183572590, 0.22222198546, 0.28571429849, 0.4, 0.66666668653)]
_LN2_HIGH, _LN2_LOW = SINGLE.type(0.69313812256), SINGLE.type(9.0580006145e-06)
_OF_EXP = [float.fromhex(factor) / 32**n for factor, n in (
    ("0x1.c6af84b912394p-5", 3), ("0x1.ebfce50fac4f3p-3", 2), ("0x1.62e42ff0c52d6p-1", 1))]
_TWO_TO, _STEPS = 2.0 ** (np.arange(32) / 32), 32 / math.log(2)
# fmt: on
_true_log1p = rounded.rounded(np.log1p)
_choose: Any = np.where


def log(array: Any) -> Any:
    """The logarithm: of a number that is looked up, and of what is left, by a polynomial."""
    if array.dtype != SINGLE:
        return rounded.log(array)
    bits = np.asarray(array).view(np.int32)
    above = bits - 0x3F330000
    twos, nr = above >> 23, above >> 19 & 15
    rest = (bits - (twos << 23)).view(SINGLE).astype(DOUBLE) * _ONE_OVER[nr] - 1
    square = rest * rest
    slope = _OF_LOG[0] * square + (_OF_LOG[1] * rest + _OF_LOG[2])
    result = (slope * square + (_LOG_OF[nr] + twos * np.log(2) + rest)).astype(SINGLE)
    return _where((array > 1.2e-38) & (array < np.inf), result, rounded.log(array))


def log1p(array: Any) -> Any:
    """``log(1 + array)`` of numbers from -1 to 0."""
    if array.dtype != SINGLE:
        return np.log1p(array)
    whole = 1 + array
    fraction, twos = np.frexp(whole)
    low = fraction < SINGLE.type(np.sqrt(0.5))
    twos = (twos - low).astype(SINGLE)
    lost = (array - (whole - 1)) / whole
    near = array > -0.29289323
    rest = _choose(near, array, fraction + fraction * low - 1)
    twos, lost = _choose(near, SINGLE.type(0), twos), _choose(near, SINGLE.type(0), lost)
    half = rest * rest * SINGLE.type(0.5)
    ratio = rest / (2 + rest)
    square, slope = ratio * ratio, _OF_LOG1P[0]
    for factor in _OF_LOG1P[1:]:
        slope = slope * square + factor
    least = ratio * (half + square * slope) + (twos * _LN2_LOW + lost)
    result = twos * _LN2_HIGH - ((half - least) - rest)
    tiny = abs(array) < 2**-15
    result = _choose(tiny, array - array * array * SINGLE.type(0.5), result)
    return _where((array > -1) & (array < 0), result, _true_log1p(array))


def exp(array: Any) -> Any:
    """``2 ** (whole / 32)``, of which a part is looked up, times ``2 ** (rest / 32)``."""
    if array.__class__ is not SINGLE.type or not abs(array) < 87:
        return _exp(array)
    steps = float(array) * _STEPS
    whole = round(steps)  # of one number Python is quicker than numpy
    return SINGLE.type(math.ldexp(_power(steps - whole) * _TWO_TO[whole & 31], whole >> 5))


@by_parts(rounded.exp)
def _exp(array: Any) -> Any:
    steps = np.minimum(np.maximum(array, -104), 89).astype(DOUBLE) * _STEPS
    whole = np.rint(steps)
    nr = whole.astype(np.int64)
    return np.ldexp(_power(steps - whole) * _TWO_TO[nr & 31], nr >> 5).astype(SINGLE)


def _power(rest: Any) -> Any:
    return (_OF_EXP[0] * rest + _OF_EXP[1]) * (rest * rest) + (_OF_EXP[2] * rest + 1)


def _where(those: Any, result: Any, others: Any) -> Any:
    """`result` where the steps hold, elsewhere the true values: of 0, say."""
    return _choose(those, result, others)[()]
