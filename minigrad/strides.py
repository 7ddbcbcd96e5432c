"""How results lie in memory: in the order of what they are made of, and without gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def order(shape: tuple[int, ...], *strides: tuple[int, ...]) -> list[int]:
    """The dimensions of a result, from long steps to short ones, by the `strides` of its operands.

    Where an operand does not move it has no say (``TensorIteratorBase::reorder_dimensions``).
    """
    dims = list(range(len(shape)))[::-1]
    for at in range(1, len(dims)):
        for before in reversed(range(at)):
            outer = _compare(dims[before], dims[at], shape, strides)
            if outer > 0:
                dims[before], dims[at] = dims[at], dims[before]
                at = before  # noqa: PLW2901
            elif outer < 0:
                break
    return dims[::-1]


def _compare(a: int, b: int, shape: tuple[int, ...], strides: Any) -> int:
    """Whether the steps along `a` are longer (1) or shorter (-1) than those along `b`."""
    steps = [(s[a], s[b]) for s in strides if s[a] and s[b]]
    differ = [x >= y for x, y in steps if x != y or shape[a] > shape[b]]
    return (1 if differ[0] else -1) if differ else 0


def packed(data: Any, *strides: tuple[int, ...]) -> Any:
    """`data` copied into the order of operands of these `strides`."""
    dims = order(data.shape, *strides)
    result = np.empty([data.shape[dim] for dim in dims], data.dtype).transpose(np.argsort(dims))
    result[...] = data
    return result


def filled(first: Any, fill: Callable[[tuple[int, ...]], Any]) -> Any:
    """What `fill` makes in the shape of `first`, in its order: as ``empty_like`` lays it out."""
    dims = order(first.shape, first.strides)
    made = fill(tuple([first.shape[dim] for dim in dims]))
    return stepping_as(first, made.transpose(np.argsort(dims))) if dims else made


def fills_its_memory(data: np.ndarray[Any, Any]) -> bool:
    """Whether there are no gaps between the elements."""
    return data.transpose(np.argsort(data.strides)[::-1]).flags.c_contiguous


def stepping_as(first: Any, made: Any) -> Any:
    """`made` with the steps of `first` where a dimension is 1 long, if `first` has no gaps."""
    steps = [stride // first.itemsize * made.itemsize for stride in first.strides]
    pairs = zip(made.shape, steps, made.strides, strict=True)
    is_dense = made.size and all(length == 1 or a == b for length, a, b in pairs)
    if not is_dense or 1 not in made.shape:
        return made
    return np.ndarray(made.shape, made.dtype, made.ravel(order="K"), 0, steps)


def copied(data: Any, dtype: np.dtype[Any]) -> Any:
    """A copy of another `dtype`, or of the same, laid out as `data` is."""
    made = packed(data, data.strides) if 0 in data.strides else data
    made = made.astype(dtype, order="K", copy=made is data)
    return stepping_as(data, made) if 1 in data.shape and data.ndim > 1 else made
