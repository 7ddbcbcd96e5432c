"""Exponentials and logarithms of float32 numbers by the steps of the SLEEF library.

Where PyTorch computes several numbers at once it calls SLEEF, which does not always give the true
value rounded: of exponentials one in ten is off in the last bit. The same steps give the same bits.
They take several times as long as numpy's, so of many numbers these are the true values rounded.

See Also
--------
https://sleef.org, and N. Shibata, F. Petrogalli: SLEEF: A Portable Vectorized Library of C Standard
Mathematical Functions, 2020
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.digits import glibc, rounded
from minigrad.digits.rounded import DOUBLE, SINGLE, by_parts, fused
from minigrad.strides import order, side_by_side

# fmt: off
_LOG2_E, _LN2_HIGH, _LN2_LOW, _LOWEST, _HIGHEST = [np.array(number, SINGLE) for number in (
    math.log2(math.e), 0.693145751953125, 1.428606765330187e-06, -104, 104)]
_OF_EXP, _OF_LOG = [[DOUBLE.type(SINGLE.type(factor)) for factor in factors] for factors in (
    (0.00019852762, 0.0013930436, 0.008333361, 0.041666485, 0.16666667, 0.5),
    (0.3027294874, 0.3996108174, 0.6666694880))]
# fmt: on
_true_log1p = rounded.rounded(np.log1p)


@by_parts(rounded.exp)
def exp(array: Any) -> Any:
    """``2 ** twos`` times 1 + rest + rest**2 * (0.5 + ...), where `rest` is small."""
    array = np.minimum(np.maximum(array, _LOWEST), _HIGHEST)  # whose exp is 0 and infinite
    twos = np.rint(array * _LOG2_E)
    rest = array - twos * _LN2_HIGH
    rest -= twos * _LN2_LOW
    result = fused(rest, rest * rest, _polynomial(rest, _OF_EXP)) + 1
    return np.ldexp(result, twos.astype(np.int32))


def _polynomial(x: Any, factors: Any) -> Any:
    """By Horner's rule, the highest power first; each step is rounded once."""
    wide, value = x.astype(DOUBLE), factors[0]
    for factor in factors[1:]:
        value = (value * wide + factor).astype(SINGLE).astype(DOUBLE)
    return value.astype(SINGLE)


def exp_at_once(array: Any, like: Any = None) -> Any:
    """`exp` where PyTorch takes 32 elements at once, and the others one by one.

    So many must lie side by side in `like`, of which `array` has been made.
    """
    if array.dtype is not SINGLE or array.size < 32:
        return glibc.exp(array)
    like = array if like is None else like
    if like.flags.c_contiguous:  # as most often
        return _rows(array, array.size)
    dims = order(like)
    result = _rows(array.transpose(dims), side_by_side(like.transpose(dims)))
    return result.transpose(np.argsort(dims))


def _rows(array: Any, length: int) -> Any:
    rows, count = array.reshape(-1, length), length // 32 * 32
    parts = [exp(rows[:, :count]), glibc.exp(rows[:, count:])]
    result = np.concatenate(parts, 1) if 0 < count < length else parts[not count]
    return result.reshape(array.shape)


@by_parts(rounded.log)
def log(array: Any) -> Any:
    """The logarithm of positive numbers: each is taken as (1 + rest) * ``2 ** twos``."""
    twos = _twos(array)
    return _log(np.ldexp(array, -twos) - 1, twos)


@by_parts(_true_log1p)
def log1p(array: Any) -> Any:
    """The logarithm of 1 more than `array`, which keeps the digits of small numbers."""
    twos = _twos(array + 1)
    part = np.ldexp(1.0, -twos)
    result = np.asarray(_log((array * part + (part - 1)).astype(SINGLE), twos))
    ordinary = (array > -1) & (array != 0) & (array < 1e38)
    np.copyto(result, _true_log1p(array), where=~ordinary)
    return result[()]


def _twos(array: Any) -> Any:
    """How often to halve numbers to have them between 3/4 and 3/2."""
    return np.frexp(array * SINGLE.type(4 / 3))[1] - 1


def _log(rest: Any, twos: Any) -> Any:
    """The logarithm of (1 + `rest`) * ``2 ** twos``, from 2x + x**3 * (2/3 + ...)."""
    wide = rest.astype(DOUBLE)
    short = rest * (1 / (rest + 2))
    square = short * short
    slope = _polynomial(square, _OF_LOG)
    total = wide / (wide + 2) * 2 + twos * math.log(2) + (square * short * slope).astype(DOUBLE)
    return total.astype(SINGLE)
