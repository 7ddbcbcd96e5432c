"""Functions of float32 numbers by the steps of Intel's MKL: sine, cosine, tanh, exp, log, roots.

PyTorch takes these from MKL, which stops where its own approximation is within 0.6 to 0.97 units of
the last place: so 1 sine in 20, 1 logarithm in 12 and 1 root in 6 is not the true value rounded; an
optimizer that divides by a root carries that on. The steps and numbers here were found by comparing
results. They give the same bits, but for 1 sine of a large angle in 20,000 and 1 tanh in 50,000, on
processors of AMD.

See Also
--------
P. T. P. Tang: Table-driven implementation of the exponential function, 1989
D. Das Sarma, D. W. Matula: Faithful Bipartite ROM Reciprocal Tables, 1995
"""

from __future__ import annotations

import functools
import itertools
import math
from bisect import bisect
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.digits import rounded
from minigrad.digits.rounded import DOUBLE, SINGLE, by_parts


def _polynomial(x: Any, factors: Any) -> Any:
    result = factors[-1] * x + factors[-2]
    for factor in factors[-3::-1]:
        result *= x  # in place, which is quicker
        result += factor
    return result


def _or_true(result: Any, array: Any, is_ordinary: Any, true: Callable[[Any], Any]) -> Any:
    """`result`, but the true value where the steps lead astray."""
    if not is_ordinary.all():
        result = np.asarray(result)
        np.copyto(result, true(array), where=~is_ordinary)
    return result[()]


# --- sine and cosine, in float64

_OF_SINE = -0.1666665955042, 0.008333066245759, -0.0001980960286101, 2.60578050578e-06
_LARGEST_ANGLE = 10_000


def sin(array: Any) -> Any:
    """``x + x**3 * (-1/6 + ...)`` of the distance `x` to the nearest multiple of pi."""
    return _sine(array, 0, np.sin)


def cos(array: Any) -> Any:
    """The same, a quarter of a turn further."""
    return _sine(array, 0.5, np.cos)


def _sine(array: Any, shift: float, true: np.ufunc) -> Any:
    if array.dtype != SINGLE:
        return true(array)
    wide: Any = np.positive(array, dtype=DOUBLE)  # laid out as all functions do
    half_turns = np.rint(wide / np.pi + shift)
    x = wide - (half_turns - shift) * np.pi
    square = x * x
    slope = _polynomial(square, _OF_SINE)
    result = x * (1 + square * slope) * (1 - 2 * (half_turns % 2))
    return _or_true(result, wide, abs(wide) < _LARGEST_ANGLE, true).astype(SINGLE)


# --- hyperbolic tangent, in float64


@functools.cache
def _of_tanh() -> Any:
    """For each range its middle, and the factors of its polynomial: to 1/8, then 4 an octave.

    By ranges as lists of numbers, and as an array; and where the ranges after the first begin.
    """
    edges = [1e-9, *[2.0 ** (nr // 4) * (1 + nr % 4 / 4) for nr in range(-12, 14)]]
    ranges = np.array([_near_tanh(*ends, ends[0] < 0.1) for ends in itertools.pairwise(edges)])
    return ranges.tolist(), ranges.T.copy(), edges[1:-1]


def _near_tanh(low: float, high: float, is_first: bool) -> Any:
    """The best polynomial: its relative error goes up and down by turns, each time as far.

    The first of Remez's steps suffices: the peaks of the error are taken to be Chebyshev's.
    """
    points = 8 - is_first
    peaks = np.cos(np.linspace(0, np.pi, points)) * (high - low) / 2 + (low + high) / 2
    middle = 0 if is_first else (low + high) / 2
    powers = (peaks[:, None] - middle) ** np.arange(is_first, 7) / np.tanh(peaks)[:, None]
    signs = (-1.0) ** np.arange(points)
    factors = np.linalg.solve(np.column_stack((powers, signs)), np.ones(points))[:-1]
    return [middle, *[0] * is_first, *factors]


@by_parts(rounded.rounded(np.tanh))
def tanh(array: Any) -> Any:
    """A polynomial of the sixth degree."""
    ranges, table, edges = _of_tanh()
    if not array.ndim:  # a number; Python's own are quicker
        size = min(abs(array.item()), 9.5)  # from 9.01 on it is 1
        middle, *factors = ranges[bisect(edges, size)]
        return SINGLE.type(math.copysign(_polynomial(size - middle, factors), array))
    size = np.minimum(abs(array), SINGLE.type(9.5))
    # a range is found by the exponent and two digits
    middle, *factors = table.take((size.view(np.int32) >> 21) - 495, 1, mode="clip")
    return np.copysign(_polynomial(size - middle, factors), array, out=size)


# --- exp and log, all in float32

_OF_LOG = tuple(map(SINGLE.type, (
    -0.5, 0.33333215, -0.24999797, 0.20010406, -0.16680488, 0.1400587, -0.12184261, 0.13984437,
    -0.12891686,
)))  # fmt: skip
_TWO_THIRDS = np.int32(0x3F2AAAAB)  # its bits
_FRACTION = np.int32(0x7FFFFF)
_POWER = np.exp2(np.arange(128) / 128)
_HIGH = _POWER.astype(SINGLE)
_LOW = (_POWER - _HIGH).astype(SINGLE)


@by_parts(rounded.log)
def log(array: Any) -> Any:
    """``n log 2 + x - x**2 / 2 + ...`` of the number as ``2**n (1 + x)``, `x` within a third."""
    bits = np.asarray(array).view(np.int32) - _TWO_THIRDS
    x = ((bits & _FRACTION) + _TWO_THIRDS).view(SINGLE) - SINGLE.type(1)
    n = (bits >> 23).astype(SINGLE)
    fraction = _polynomial(x, _OF_LOG) * x * x + x
    result = n * 0.693145751953125 + (n * 1.4286068e-06 + fraction)  # log 2 in two parts
    return _or_true(result, array, (array > 1.2e-38) & (array < np.inf), rounded.log)


@by_parts(rounded.exp)
def exp(array: Any) -> Any:
    """``2**(i/128) * (1 + x + x**2 / 2)`` of the distance `x` to ``i/128 * log 2``."""
    n = np.rint(array * 184.66496)
    x = array - n * 0.0054168701171875 + n * 1.6577691e-06  # log 2 / 128 in two parts
    i = n.astype(np.int32)
    high, low = _HIGH[i & 127], _LOW[i & 127]
    result = high + (low + high * (x + x * x * 0.5))
    result = (result.view(np.int32) + (i >> 7 << 23)).view(SINGLE)
    return _or_true(result, array, abs(array) < 87.336, rounded.exp)


# --- square root
#
# Processors have an instruction that looks up ``1 / sqrt(x)`` to 12 binary digits. It adds entries
# of two small tables, the second of which knows fewer digits of `x`; here they are written as what
# is added to the nearest lower number, and as the places where the entries go down by one.

# fmt: off
_UP = int(
    "67b5206511fe4ad9fe25f6e7f8cd55b307c1994ad6ceffff611252a949331e0f1101a7f54f37403701e355df"
    "c4ab2006dfdb1fe72556ffff1892aadb3e0c0632", 16)
_DOWN = int(
    "5b6d35b6356a35552aaa4aa92952294a149424922492492212241224222222227f7f77f76f7d6ddd376d5b5b"
    "356d2b5655552aaa2a5552a9252a294925291292", 16)
# fmt: on


@functools.cache
def _seeds() -> Any:
    """``1 / sqrt(x)``, nearly, by the last digit of the exponent of `x` and 12 of its fraction."""
    keys = np.arange(0, 8192, 16)
    centre = np.where(keys < 4096, 2 + (keys + 0.5) / 2048, (keys + 0.5) / 4096)
    first = np.floor(8192 / np.sqrt(centre)) + _bits(_UP, 512)
    down = np.cumsum(_bits(_DOWN, 512).reshape(32, 1, 16), 2)
    return ((first.reshape(32, 16, 1) - down).reshape(-1) / 8192).astype(SINGLE)


def _bits(number: int, count: int) -> Any:
    return np.array([number >> nr & 1 for nr in range(count)][::-1])


@by_parts(np.sqrt)
def sqrt(array: Any) -> Any:
    """Two steps of Newton's from a number that is looked up, each rounded to float32."""
    bits = np.asarray(array).view(np.int32)
    seed = np.ldexp(_seeds()[bits >> 11 & 8191], -((bits >> 23) - 127 >> 1))
    root, half = array * seed, seed / 2
    error = SINGLE.type(0.5) - root * half
    root += root * error
    root += (array - root * root) * (half + half * error)
    return _or_true(root, array, (array > 1.2e-38) & (array < 3.4e38), np.sqrt)
