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


def fused(array: Any, a: Any, b: Any, out: Any = None) -> Any:
    """``array + a * b``, rounded once if it is small; written into `out` if that is given."""
    once = array.dtype == np.float32 and array.size <= SMALL
    product = np.multiply(a, np.asarray(b, array.dtype), dtype=np.float64 if once else array.dtype)
    return np.add(
        array, product, out=np.empty_like(array) if out is None else out, casting="unsafe"
    )


def opened(tensor: Tensor) -> Any:
    """The numbers of `tensor`, to be changed once: its version goes up by one."""
    tensor._share().version += 1
    return tensor._data


def change(tensor: Tensor, a: Any = None, b: Any = None, keep: float | None = None) -> None:
    """Multiply `tensor` by `keep`, then add `a` or ``a * b``: each counts as one change."""
    if keep is not None:
        array = opened(tensor)
        array *= float(keep)
    if a is not None:
        array = opened(tensor)
        if b is None:
            array += a
        else:
            fused(array, a, b, out=array)


def approach(tensor: Tensor, end: Any, weight: float) -> None:
    """Bring `tensor` nearer to `end` by the part `weight` of the way: ``lerp_``."""
    array = opened(tensor)
    way, part = end - array, array.dtype.type(weight)
    start, part = (array, part) if part < 0.5 else (end, part - 1)
    fused(start, way, part, out=array)
