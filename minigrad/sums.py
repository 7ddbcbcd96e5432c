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

add_up: Any = np.add.reduce
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
        way, sizes, kept = _plan(array.shape, axes, keepdims)
        if way is not None:
            total = way(array if array.shape == sizes else array.reshape(sizes))
            return (total if total.shape == kept else total.reshape(kept))[()]
    return laid_out(add_up(array, axis=axes, keepdims=keepdims))


@functools.lru_cache(1024)
def _plan(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> Any:
    """How such an array is added up: a function of a matrix, its shape, the shape that results."""
    count, first = math.prod([shape[d] for d in axes]), max(axes) < len(axes)
    others = math.prod(shape) // count
    kept = tuple([1 if d in axes else n for d, n in enumerate(shape) if keepdims or d not in axes])
    if min(axes) == len(shape) - len(axes) or (first and others == 1):
        return _rows, (others, count) if others != 1 else (count,), kept
    return (_columns if first else None), (count, others), kept


def laid_out(array: Any) -> Any:
    """`array` row by row in memory, as PyTorch's reductions give their results."""
    return array if array.flags.c_contiguous else array.copy()


def _rows(array: Any) -> Any:
    """The sum of each row, whose numbers lie side by side, or of one row."""
    count, lanes = array.shape[-1], 32 // array.itemsize
    full = count // lanes * lanes
    if not full:
        return _four(array.T)
    terms = array[..., :full] if full < count else array
    terms = _four(terms.reshape(*array.shape[:-1], -1, lanes).swapaxes(0, -2))
    if full < count:
        terms = np.concatenate([array[..., full:], terms], -1)
    return np.add.accumulate(terms, -1)[..., -1].copy()  # no view of more


def _columns(array: Any) -> Any:
    """The sum of each column."""
    lanes, width = 32 // array.itemsize, array.shape[1]
    group = 4 if width < lanes else 4 * lanes
    wide = width // group * group
    if wide in (0, width):
        return (_cascade if wide else _four)(array)
    return np.concatenate([_cascade(array[:, :wide]), _four(array[:, wide:])])


def _four(terms: Any) -> Any:
    """The sum of `terms` with four accumulators; what is left over goes to the first of them."""
    fours, rest = divmod(len(terms), 4)
    if not fours:
        return _one_by_one(terms)
    by_four = terms[: 4 * fours] if rest else terms
    parts = _cascade(by_four.reshape(fours, 4, *terms.shape[1:]))
    for term in terms[4 * fours :] if rest else ():
        parts[0] += term
    return _one_by_one(parts)


def _cascade(terms: Any) -> Any:
    """The sum of `terms`, level by level."""
    if len(terms) < STEP:
        return _one_by_one(terms)
    levels: list[Any] = []
    for _ in range(3):
        full = len(terms) // STEP * STEP
        if not full:
            break
        if full < len(terms):
            levels.append(_one_by_one(terms[full:]))
        terms = add_up(terms[:full].reshape(full // STEP, STEP, *terms.shape[1:]), 1)
    total = _one_by_one(terms)
    return _one_by_one(np.array([*levels, total])) if levels else total


def _one_by_one(terms: Any) -> Any:
    """The sum of `terms`, from the first to the last."""
    if terms.size > len(terms):  # numpy then adds row by row
        return add_up(terms, 0)
    return np.add.accumulate(terms, 0)[-1]
