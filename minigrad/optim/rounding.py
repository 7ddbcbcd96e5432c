"""Changing the numbers of a tensor in place, with the roundings and the versions of PyTorch.

PyTorch computes ``a + b * c`` by one instruction of the processor, which rounds once. In float64
the product of two float32 numbers is exact; so the sum, stored as float32, is the same number (but
for one in 2**29). Sums of float64, and of large arrays, where it would take several times as long,
are rounded twice here: the last bit may differ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.tensor import Tensor

SMALL = 8192
"""Up to so many elements a sum is rounded once."""
SINGLE, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def fused(array: Any, a: Any, b: Any, out: Any = None) -> Any:
    """``array + a * b``, rounded once if it is small; written into `out` if that is given."""
    if array.dtype is not SINGLE or array.size > SMALL:
        return np.add(array, a * b, out=out)
    total = a.astype(DOUBLE)  # whole arrays are converted faster than a ufunc does it bit by bit
    total *= b.astype(DOUBLE) if type(b) is np.ndarray else float(SINGLE.type(b))
    total += array.astype(DOUBLE)
    if out is None:
        return total.astype(SINGLE)
    out[...] = total
    return out


def opened(tensor: Tensor) -> Any:
    """The numbers of `tensor`, to be changed once: its version goes up by one."""
    tensor._share().version += 1
    return tensor._data


def scale(tensor: Tensor, factor: float) -> Tensor:
    """Multiply `tensor` by `factor`, and return it."""
    opened(tensor)[...] *= factor
    return tensor


def add(tensor: Tensor, a: Any, b: Any = 1.0) -> None:
    """Add ``a * b`` to `tensor`."""
    array = opened(tensor)
    fused(array, a, b, array)


def approach(tensor: Tensor, end: Any, weight: float) -> None:
    """Bring `tensor` nearer to `end` by the part `weight` of the way: ``lerp_``."""
    array = opened(tensor)
    start, part = (array, weight) if weight < 0.5 else (end, weight - 1)
    fused(start, end - array, part, out=array)
