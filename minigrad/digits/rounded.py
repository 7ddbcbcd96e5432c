"""Functions of float32 numbers to the last digit, and of float16 in float32.

numpy's own are off by up to two units in the last place. PyTorch's are nearly always the true value
rounded, which is what comes of computing in float64. Of float16 PyTorch computes each operation in
float32, and rounds its result.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad.dtypes import dtype
from minigrad.strides import copied

Function = Callable[[Any], Any]
_IN_MATH = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
float32, float64 = np.float32, np.float64
HALF, SINGLE, DOUBLE = map(np.dtype, (np.float16, float32, float64))


def rounded(function: np.ufunc) -> Function:
    """`function` of one array or number; for float32 it is computed in float64 and rounded."""
    name = function.__name__
    of_number: Callable[[Any], float] = getattr(math, _IN_MATH.get(name, name))

    def run(self: Any) -> Any:
        if self.__class__ is float32:
            try:
                return float32(of_number(self))
            except (ValueError, OverflowError):  # Python refuses where numpy gives nan or inf
                return function(self)
        if self.dtype.char == "f":
            return function(self, dtype=float64).astype(float32)
        return function(self)

    run.__name__ = name
    return run


exp, log = map(rounded, (np.exp, np.log))

SMALL, _AT_HAND = 1 << 17, 1 << 13
"""Up to so many elements last digits are worth their time; so many are taken at once."""


def by_parts(true: Function) -> Callable[[Function], Function]:
    """Take the steps of a function for small arrays of float32, for others `true`.

    They are taken part by part, so that a processor has all at hand that comes in between.
    """

    def take(steps: Function) -> Function:
        @functools.wraps(steps)
        def run(array: Any) -> Any:
            if array.dtype is not SINGLE or array.size > SMALL:
                return true(array)
            if array.size == 1 and array.ndim:  # numpy is quicker with a number
                return steps(array.reshape(-1)[0]).reshape(array.shape)
            if array.size <= _AT_HAND:
                return steps(array)
            result = np.positive(array)  # laid out as all functions do
            line = result.ravel("K")
            for first in range(0, line.size, _AT_HAND):
                part = line[first : first + _AT_HAND]
                part[:] = steps(part)
            return result

        return run

    return take


def power(base: Any, exponent: Any) -> Any:
    """``base ** exponent``; for float32 it is computed in float64 and rounded.

    PyTorch does so too, but where it takes 32 elements at once a number is one of float32.
    """
    if base.dtype is not SINGLE:
        return base**exponent
    result = np.power(base, exponent, dtype=float64)
    count = at_once(base)
    if count and not hasattr(exponent, "dtype") and exponent != single(exponent):
        result.reshape(-1)[:count] = np.power(base.reshape(-1)[:count], single(exponent))
    return result.astype(float32)


def at_once(array: Any) -> int:
    """How many elements, from the first, PyTorch computes by vectors: 32 at once."""
    return array.size // 32 * 32 if array.flags.c_contiguous else 0


# --- a sum and a product
#
# PyTorch computes ``a + b * c`` by one instruction of the processor, which rounds once. In float64
# the product of two float32 numbers is exact; so the sum, stored as float32, is the same number
# (but for one in 2**29). Sums of float64, and of large arrays, where it would take several times as
# long, are rounded twice here: the last bit may differ.


def fused(array: Any, a: Any, b: Any, out: Any = None) -> Any:
    """``array + a * b``, rounded once if it is small; written into `out` if that is given."""
    if a.dtype is not SINGLE or a.size > SMALL:
        return np.add(array, a * b, out=out)
    factor = b if hasattr(b, "dtype") else single(b)
    if out is None:
        product = np.multiply(a, factor, dtype=DOUBLE)  # laid out as all functions do
        return (product + array).astype(SINGLE)
    out[...] = a.astype(DOUBLE) * factor + array
    return out


def sum_of_products(left: Any, right: Any) -> Any:
    """The sum of ``left * right`` over the first dimension, rounded once for each product."""
    total = np.zeros(left.shape[1:], left.dtype)
    for a, b in zip(left, right, strict=True):
        total = fused(total, a, b)
    return total


@functools.lru_cache(64)
def single(number: float) -> Any:
    """The nearest number of float32, as one of float64; numpy is quicker with an array of it."""
    return np.array(SINGLE.type(number), DOUBLE)


# --- float16


def in_single(forward: Callable[..., Any], arguments: Any) -> Any:
    """``forward(*arguments)``; if these are of float16, and no dtype is asked for, in float32."""
    kinds = {a.dtype for a in arguments if hasattr(a, "dtype") and a.dtype.kind == "f"}
    if kinds != {HALF} or any(isinstance(a, (dtype, np.dtype)) for a in arguments):
        return forward(*arguments)
    found: Any = forward(*[_cast(a, HALF, SINGLE) for a in arguments])
    if isinstance(found, tuple):
        return tuple([_cast(each, SINGLE, HALF) for each in cast("tuple[Any, ...]", found)])
    return _cast(found, SINGLE, HALF)


def _cast(value: Any, of: Any, to: Any) -> Any:
    return copied(value, to) if getattr(value, "dtype", None) == of else value
