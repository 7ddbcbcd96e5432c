"""Sums of floating-point numbers in the order in which PyTorch adds them, so that every bit agrees.

The order decides how a sum is rounded. PyTorch adds several numbers at once (the lanes of a
vector), keeps four such accumulators, and moves a partial sum on after every 16 terms, so that
large and small numbers seldom meet. Source: aten/src/ATen/native/cpu/SumKernel.cpp, as measured.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

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
    axes = range(array.ndim) if axis is None else axis
    return in_order(array, tuple([d % array.ndim for d in axes]), keepdims)


def in_order(array: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """``np.add.reduce(array, axes)`` in PyTorch's order, where that is known.

    It is for contiguous arrays, over all dimensions, over the last ones or over the first ones.
    """
    shape, count = array.shape, len(axes)
    if array.dtype.char in "fd" and 4 < array.size < LARGEST and array.flags.c_contiguous:
        added = math.prod([shape[d] for d in axes])
        result = None
        if min(axes) == array.ndim - count or (added == array.size and max(axes) < count):
            result = _rows(array.reshape(array.size // added, added))
        elif max(axes) < count:
            result = _columns(array.reshape(added, array.size // added))
        if result is not None:
            kept = [1 if d in axes else n for d, n in enumerate(shape) if keepdims or d not in axes]
            return result.copy().reshape(kept)[()]  # not a view of all that was added up
    return laid_out(np.add.reduce(array, axis=axes, keepdims=keepdims))


def laid_out(array: Any) -> Any:
    """`array` row by row in memory, as PyTorch's reductions give their results."""
    return array if array.flags.c_contiguous else array.copy()


def _rows(array: Any) -> Any:
    """The sum of each row, whose numbers lie side by side."""
    lanes = 32 // array.itemsize
    if array.shape[1] < lanes:
        return _four(array.T)
    full = array.shape[1] // lanes * lanes
    summed = _four(array[:, :full].reshape(len(array), full // lanes, lanes).swapaxes(0, 1))
    terms = summed if full == array.shape[1] else np.concatenate([array[:, full:], summed], 1)
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
    fours = len(terms) // 4 * 4
    if not fours:
        return _one_by_one(terms)
    parts = _cascade(terms[:fours].reshape(fours // 4, 4, *terms.shape[1:]))
    for term in terms[fours:]:
        parts[0] += term
    return _one_by_one(parts)


def _cascade(terms: Any) -> Any:
    """The sum of `terms`, level by level."""
    levels: list[Any] = []
    while len(terms) >= STEP and len(levels) < 3:
        full = len(terms) // STEP * STEP
        levels.append(_one_by_one(terms[full:]))
        blocks = terms[:full].reshape(full // STEP, STEP, *terms.shape[1:])
        terms = _one_by_one(blocks.swapaxes(0, 1))
    total = _one_by_one(terms)
    return _one_by_one(np.array([*levels, total])) if levels else total


def _one_by_one(terms: Any) -> Any:
    """The sum of `terms`, from the first to the last."""
    if terms.size > len(terms):  # numpy then adds row by row
        return np.add.reduce(terms, axis=0)
    return np.add.accumulate(terms, 0)[-1] if len(terms) else np.zeros(terms.shape[1:], terms.dtype)
