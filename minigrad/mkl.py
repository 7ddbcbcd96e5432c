"""Sine, cosine and square root of float32 numbers by the steps of Intel's MKL.

PyTorch takes these from MKL where several numbers are computed at once. MKL stops where its own
approximation is within 0.6 or 0.75 units of the last place, so 1 sine in 20 and 1 root in 6 is not
the true value rounded; an optimizer that divides by a root carries that on. The steps and numbers
here were found by comparing results; they give the same bits, but for 1 sine in 8,000, on
processors of AMD.

See Also
--------
D. Das Sarma, D. W. Matula: Faithful Bipartite ROM Reciprocal Tables, 1995
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from minigrad.rounded import DOUBLE, SINGLE, SMALL

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
    slope = _OF_SINE[3]
    for factor in _OF_SINE[2::-1]:
        slope = slope * square + factor
    result = np.asarray(x * (1 + square * slope) * (1 - 2 * (half_turns % 2)))
    is_large = ~(abs(wide) < _LARGEST_ANGLE)
    if np.any(is_large):
        np.copyto(result, true(wide), where=is_large)
    return result.astype(SINGLE)[()]


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


_AT_HAND = 8192


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
    """The square root; of many numbers part by part, as many as a processor keeps at hand."""
    if array.dtype != SINGLE or array.size > SMALL:
        return np.sqrt(array)
    if array.size <= _AT_HAND:
        return _root(array)
    result = np.positive(array)  # laid out as all functions do
    line = result.ravel("K")
    for first in range(0, line.size, _AT_HAND):
        part = line[first : first + _AT_HAND]
        part[:] = _root(part)
    return result


def _root(array: Any) -> Any:
    """Two steps of Newton's from a number that is looked up, each rounded to float32."""
    bits = np.asarray(array).view(np.int32)
    seed = np.ldexp(_seeds()[bits >> 11 & 8191], -((bits >> 23) - 127 >> 1))
    root, half = array * seed, seed / 2
    error = SINGLE.type(0.5) - root * half
    root += root * error
    root += (array - root * root) * (half + half * error)
    root = np.asarray(root)
    is_ordinary = (array > 1.2e-38) & (array < 3.4e38)
    np.copyto(root, np.sqrt(array), where=~is_ordinary)
    return root[()]
