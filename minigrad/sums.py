"""Sums of floating-point numbers in the order in which PyTorch adds them, so that every bit agrees.

The order decides how a sum is rounded. PyTorch adds several numbers at once (the lanes of a
vector), keeps four such accumulators, and moves a partial sum on after every 16 terms, so that
large and small numbers seldom meet. Source: aten/src/ATen/native/cpu/SumKernel.cpp, as measured.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

add_up = np.add.reduce
STEP = 16
"""After so many terms a partial sum is added to the next level."""

LARGEST = 32768
"""From so many numbers on PyTorch shares the work among threads: the order is not one any more."""


def add(array: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """``np.add.reduce``; `in_order` for floating-point numbers."""
    if dtype is not None:
        array = array.astype(dtype, copy=False)
    if array.dtype.kind != "f" or array.size < 5:
        return laid_out(np.add.reduce(array, axis=axis, keepdims=keepdims, dtype=dtype))
    ndim = array.ndim
    axes = range(ndim) if axis is None else [d % ndim for d in axis]
    return in_order(array, tuple(axes), keepdims)


def in_order(array: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """``np.add.reduce(array, axes)`` in PyTorch's order, where that is known.

    It is for contiguous arrays, over all dimensions, over the last ones or over the first ones.
    """
    if array.dtype.char in "fd" and 4 < array.size < LARGEST and array.flags.c_contiguous:
        steps, way, sizes, kept = _plan(array.shape, axes, keepdims, 32 // array.itemsize)
        for rows, axis in steps:
            array = add_up(array.reshape(rows), axis, None, None, False, 0.0)
        if way is not None:
            array = way(array.reshape(sizes)).copy()  # no view of more
        if steps or way is not None:
            return array.reshape(kept)[()]
    return laid_out(add_up(array, axis=axes, keepdims=keepdims))


@functools.lru_cache(1024)
def _plan(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool, lanes: int) -> Any:
    """How such an array is added up: steps, then a function of a matrix; the shape that results."""
    count, size = len(axes), math.prod(shape)
    added = math.prod([shape[d] for d in axes])
    kept = [1 if d in axes else n for d, n in enumerate(shape) if keepdims or d not in axes]
    if min(axes) == len(shape) - count or (added == size and max(axes) < count):
        steps = _steps(size // lanes, lanes, lanes) if added == size and size % lanes == 0 else []
        way, sizes = (_along, (1, lanes)) if steps else (_rows, (size // added, added))
        return steps, way, sizes, kept
    steps = _steps(added, size // added, lanes) if max(axes) < count else []
    way = None if steps or max(axes) >= count else _columns
    return steps, way, (added, size // added), kept


def _steps(count: int, width: int, lanes: int) -> list[Any]:
    """What shapes to see `count` rows in, and to add up along what dimension; [] if that is uneven.

    It comes to the same as `_columns`.
    """
    group = 4 if width < lanes else 4 * lanes
    fours = width % group > 0
    if fours and (width > group or count % 4):
        return []
    rows, columns = (count // 4, 4 * width) if fours else (count, width)
    steps: list[Any] = []
    while rows >= STEP and len(steps) < 3:
        if rows % STEP:
            return []
        rows //= STEP
        steps.append(((rows, STEP, columns), 1))
    return [*steps, ((rows, columns), 0), *[((4, width), 0)] * fours]


def laid_out(array: Any) -> Any:
    """`array` row by row in memory, as PyTorch's reductions give their results."""
    return array if array.flags.c_contiguous else array.copy()


def _rows(array: Any) -> Any:
    """The sum of each row, whose numbers lie side by side."""
    lanes = 32 // array.itemsize
    if array.shape[1] < lanes:
        return _four(array.T)
    rows, count = array.shape
    full = count // lanes * lanes
    whole = array if full == count else array[:, :full]
    summed = _four(whole.reshape(rows, full // lanes, lanes).swapaxes(0, 1))
    terms = summed if full == count else np.concatenate([array[:, full:], summed], 1)
    return _along(terms)


def _along(terms: Any) -> Any:
    """The sum of each row, from the first number to the last."""
    return np.add.accumulate(terms, 1)[:, -1]


def _columns(array: Any) -> Any:
    """The sum of each column."""
    lanes, width = 32 // array.itemsize, array.shape[1]
    group = 4 if width < lanes else 4 * lanes
    wide = width // group * group
    if wide == width:
        return _cascade(array)
    rest = _four(array[:, wide:])
    return np.concatenate([_cascade(array[:, :wide]), rest]) if wide else rest


def _four(terms: Any) -> Any:
    """The sum of `terms` with four accumulators; what is left over goes to the first of them."""
    fours = len(terms) // 4
    if not fours:
        return _one_by_one(terms)
    parts = _cascade(terms[: 4 * fours].reshape(fours, 4, *terms.shape[1:]))
    for term in terms[4 * fours :]:
        parts[0] += term
    return _one_by_one(parts)


def _cascade(terms: Any) -> Any:
    """The sum of `terms`, level by level."""
    levels: list[Any] = []
    while len(terms) >= STEP and len(levels) < 3:
        full = len(terms) // STEP * STEP
        levels.append(_one_by_one(terms[full:]))
        terms = add_up(terms[:full].reshape(full // STEP, STEP, *terms.shape[1:]), 1)
    total = _one_by_one(terms)
    return _one_by_one(np.array([*levels, total])) if levels else total


def _one_by_one(terms: Any) -> Any:
    """The sum of `terms`, from the first to the last."""
    if terms.size > len(terms):  # numpy then adds row by row
        return add_up(terms, 0)
    return np.add.accumulate(terms, 0)[-1] if len(terms) else np.zeros(terms.shape[1:], terms.dtype)
