"""Functions of float32 numbers by the steps of Intel's MKL: sine, cosine, root, exp and log.

PyTorch takes these from MKL, which stops where its own approximation is within 0.6 or 0.75 units of
the last place, of logarithms within 1: so 1 sine in 20, 1 root in 6 and 1 logarithm in 12 is not
the true value rounded; an optimizer that divides by a root carries that on. The steps and numbers
here were found by comparing results; they give the same bits, but for 1 sine in 8,000, on
processors of AMD.

See Also
--------
P. T. P. Tang: Table-driven implementation of the exponential function, 1989
D. Das Sarma, D. W. Matula: Faithful Bipartite ROM Reciprocal Tables, 1995
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import rounded
from minigrad.rounded import DOUBLE, SINGLE, SMALL


def _polynomial(x: Any, factors: Any) -> Any:
    result = factors[-1]
    for factor in factors[-2::-1]:
        result = result * x + factor
    return result


def _or_true(result: Any, array: Any, is_ordinary: Any, true: Callable[[Any], Any]) -> Any:
    """`result`, but the true value where the steps lead astray."""
    if not is_ordinary.all():
        result = np.asarray(result)
        np.copyto(result, true(array), where=~is_ordinary)
    return result[()]


# --- sine and cosine

_OF_SINE = -0.16666659545, 0.0083330660656, -0.00019809588603, 2.6057481517e-06
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


# --- exp and log, all in float32

_OF_LOG = tuple(map(SINGLE.type, (
    -0.5, 0.33333215, -0.24999797, 0.20010406, -0.16680488, 0.1400587, -0.12184261, 0.13984437,
    -0.12891686,
)))  # fmt: skip
_TWO_THIRDS = np.int32(0x3F2AAAAB)  # its bits
_FRACTION = np.int32(0x7FFFFF)


def log(array: Any) -> Any:
    """``n log 2 + x - x**2 / 2 + ...`` of the number as ``2**n (1 + x)``, `x` within a third."""
    if array.dtype != SINGLE or array.size > SMALL:
        return rounded.log(array)
    bits = np.asarray(array).view(np.int32) - _TWO_THIRDS
    x = ((bits & _FRACTION) + _TWO_THIRDS).view(SINGLE) - SINGLE.type(1)
    n = (bits >> 23).astype(SINGLE)
    fraction = _polynomial(x, _OF_LOG) * x * x + x
    result = n * 0.693145751953125 + (n * 1.4286068e-06 + fraction)  # log 2 in two parts
    return _or_true(result, array, (array > 1.2e-38) & (array < np.inf), rounded.log)


@functools.cache
def _powers() -> Any:
    """``2**(i/128)``, rounded, and what that leaves."""
    true = np.exp2(np.arange(128) / 128)
    high = true.astype(SINGLE)
    return high, (true - high).astype(SINGLE)


def exp(array: Any) -> Any:
    """``2**(i/128) * (1 + x + x**2 / 2)`` of the distance `x` to ``i/128 * log 2``."""
    if array.dtype != SINGLE or array.size > SMALL:
        return rounded.exp(array)
    n = np.rint(array * 184.66496)
    x = array - n * 0.0054168701171875 + n * 1.6577691e-06  # log 2 / 128 in two parts
    i = n.astype(np.int32)
    high, low = (part[i & 127] for part in _powers())
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


def sqrt(array: Any) -> Any:
    """Two steps of Newton's from a number that is looked up, each rounded to float32."""
    if array.dtype != SINGLE or array.size > SMALL:
        return np.sqrt(array)
    bits = np.asarray(array).view(np.int32)
    seed = np.ldexp(_seeds()[bits >> 11 & 8191], -((bits >> 23) - 127 >> 1))
    root, half = array * seed, seed / 2
    error = SINGLE.type(0.5) - root * half
    root += root * error
    root += (array - root * root) * (half + half * error)
    return _or_true(root, array, (array > 1.2e-38) & (array < 3.4e38), np.sqrt)
