"""How results lie in memory: in the order of what they are made of, and without gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def order(*operands: Any) -> list[int]:
    """The dimensions of arrays of one shape, from long steps to short ones.

    Where the first moves nowhere along one of two dimensions, the next decides, in the end the
    order that they have (``TensorIteratorBase::reorder_dimensions``).
    """
    dims = list(range(operands[0].ndim))[::-1]
    for place in range(1, len(dims)):
        for before in reversed(range(place)):
            longer = _longer(dims[before], dims[place], operands)
            if longer < 0:
                break
            if longer > 0:
                dims[before], dims[place] = dims[place], dims[before]
                place = before  # noqa: PLW2901
    return dims[::-1]


def _longer(dim: int, other: int, operands: Any) -> int:
    """Whose steps are longer: more than 0 for `dim`, less for `other`, 0 if nobody can tell."""
    for each in operands:
        step, step_of_other = each.strides[dim], each.strides[other]
        if step and step_of_other and step != step_of_other:
            return step - step_of_other
        if step and step_of_other and each.shape[dim] > each.shape[other]:
            return 1
    return 0


def packed(data: Any, *like: Any) -> Any:
    """`data` copied into the order of `like`, if it does not lie so."""
    dims = order(*like)
    if data.transpose(dims).flags.c_contiguous:
        return data
    result = np.empty([data.shape[dim] for dim in dims], data.dtype).transpose(np.argsort(dims))
    result[...] = data
    return result


def filled(first: Any, fill: Callable[[tuple[int, ...]], Any]) -> Any:
    """What `fill` makes in the shape of `first`, in its order: as ``empty_like`` lays it out."""
    if first.flags.c_contiguous and min(first.shape, default=0) > 1:
        return fill(first.shape)  # as most often
    dims = order(first)
    made = fill(tuple([first.shape[dim] for dim in dims]))
    return stepping_as(first, made.transpose(np.argsort(dims))) if dims else made


def fills_its_memory(data: np.ndarray[Any, Any]) -> bool:
    """Whether there are no gaps between the elements."""
    return data.transpose(np.argsort(data.strides)[::-1]).flags.c_contiguous


def side_by_side(data: np.ndarray[Any, Any]) -> int:
    """How many elements, from the first, follow each other without gaps."""
    length = 1
    for size, step in zip(data.shape[::-1], data.strides[::-1], strict=True):
        if size > 1 and step != length * data.itemsize:
            break
        length *= size
    return length


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
    made = packed(data, data) if 0 in data.strides else data
    made = made.astype(dtype, order="K", copy=made is data)
    return stepping_as(data, made) if 1 in data.shape and data.ndim > 1 else made
