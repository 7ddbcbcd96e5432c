"""Functions of float32 numbers to the last digit.

numpy's own are off by up to two units in the last place. PyTorch's are nearly always the true value
rounded, which is what comes of computing in float64.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

_IN_MATH = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}
float32, float64 = np.float32, np.float64


def rounded(function: np.ufunc) -> Callable[[Any], Any]:
    """`function` of one array or number; for float32 it is computed in float64 and rounded."""
    name = function.__name__
    of_number: Callable[[Any], float] = getattr(math, _IN_MATH.get(name, name))

    @functools.wraps(function)
    def run(self: Any) -> Any:
        if self.__class__ is float32:
            try:
                return float32(of_number(self))
            except (ValueError, OverflowError):  # Python refuses where numpy gives nan or inf
                return function(self)
        if self.dtype.char == "f":
            return function(self, dtype=float64).astype(float32)
        return function(self)

    return run


exp, log = map(rounded, (np.exp, np.log))
