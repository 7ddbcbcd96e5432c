"""Functions of float32 numbers to the last digit, and of float16 in float32.

numpy's own are off by up to two units in the last place. PyTorch's are nearly always the true value
rounded, which is what comes of computing in float64. Of float16 PyTorch computes each operation in
float32, and rounds its result.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad.dtypes import dtype
from minigrad.strides import copied

_IN_MATH = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
float32, float64 = np.float32, np.float64
HALF, SINGLE = np.dtype(np.float16), np.dtype(np.float32)


def rounded(function: np.ufunc) -> Callable[[Any], Any]:
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
