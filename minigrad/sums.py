"""Sums of floating-point numbers in the order in which PyTorch adds them, so that every bit agrees.

The order decides how a sum is rounded. PyTorch adds several numbers at once (the lanes of a
vector), keeps four such accumulators, and moves a partial sum on after every 16 terms, so that
large and small numbers seldom meet. Source: aten/src/ATen/native/cpu/SumKernel.cpp, as measured.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.rounded import HALF

Sum = Callable[[Any], Any]
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
        add_in_order = _plan(array.shape, axes, keepdims, 32 // array.itemsize)
        if add_in_order is not None:
            return add_in_order(array)
    if array.dtype is HALF:
        return in_order(array.astype(np.float32), axes, keepdims).astype(HALF)
    return laid_out(add_up(array, axis=axes, keepdims=keepdims))


def in_turn(array: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """The sum over `axes` of one number after the other."""
    if not array.size:
        return add_up(array, axis=axes, keepdims=keepdims)
    others = [d for d in range(array.ndim) if d not in axes]
    rows = array.transpose(*others, *axes).reshape(-1, _count(array.shape, axes))
    return np.add.accumulate(rows, 1)[:, -1].copy().reshape(_kept(array.shape, axes, keepdims))[()]


def of_squares(array: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """The sum of the squares over `axes`, in the order in which PyTorch adds them for a norm.

    Numbers that lie side by side are added vector by vector, then the lanes, then what is left.
    Of these the last, three at most, are squared and added in one. Source: ReduceOpsKernel.cpp.
    """
    count = _count(array.shape, axes)
    if not (count and array.flags.c_contiguous) or math.prod(array.shape[min(axes) :]) != count:
        return in_turn(array * array, axes, keepdims)
    rows, lanes = array.reshape(-1, count), 32 // array.itemsize
    full, end = count - count % lanes, max(count - count % 4, 1)
    terms = rows[:, :end] * rows[:, :end]
    if full:
        sums = add_up(terms[:, :full].reshape(len(rows), -1, lanes), 1)
        terms = np.concatenate([sums, terms[:, full:]], 1)
    total = np.add.accumulate(terms, 1)[:, -1].copy()
    for square in np.square(rows.T[end:], dtype=np.float64):  # where it is exact
        total = (total + square).astype(array.dtype)
    return total.reshape(_kept(array.shape, axes, keepdims))[()]


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    return math.prod([shape[d] for d in axes])


def _kept(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> tuple[int, ...]:
    """The shape of a sum over `axes`."""
    return tuple([1 if d in axes else n for d, n in enumerate(shape) if keepdims or d not in axes])


def laid_out(array: Any) -> Any:
    """`array` row by row in memory, as PyTorch's reductions give their results."""
    return array if array.flags.c_contiguous else array.copy()


# The order follows from the shape. So these functions do not add: each returns a function that adds
# up arrays of one shape, and that is kept. Most sums are so short that planning would take longer.


@functools.lru_cache(1024)
def _plan(shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool, lanes: int) -> Sum | None:
    """How to add up an array of `shape`, by vectors of so many `lanes`."""
    count, first = _count(shape, axes), max(axes) < len(axes)
    others = math.prod(shape) // count
    kept = _kept(shape, axes, keepdims)
    if min(axes) == len(shape) - len(axes) or (first and others == 1):
        add = _rows(others, count, lanes)
    elif first:
        add = _columns(count, others, lanes)
    else:
        return None
    if kept == ((others,) if others > 1 else ()):
        return add
    return lambda array: add(array).reshape(kept)


def _rows(length: int, count: int, lanes: int) -> Sum:
    """The sum of each of `length` rows, whose `count` numbers lie side by side, or of one row."""
    outer = (length,) if length > 1 else ()
    vectors = count // lanes
    full = vectors * lanes
    add = _four(vectors or count, (*outer, lanes) if vectors else outer)

    def rows(array: Any) -> Any:
        if not full:
            return add(array.reshape(*outer, count).T)
        left = array.reshape(*outer, count)[..., full:] if full < count else None
        terms = array if left is None else array.reshape(*outer, count)[..., :full]
        terms = terms.reshape(*outer, vectors, lanes)
        terms = add(terms.swapaxes(0, 1) if outer else terms)
        if left is not None:
            terms = np.concatenate([left, terms], -1)
        sums = np.add.accumulate(terms, -1)[..., -1]
        return sums.copy() if outer else sums[()]  # no view of more

    return rows


def _columns(count: int, width: int, lanes: int) -> Sum:
    """The sum of each of `width` columns of `count` numbers."""
    group = 4 if width < lanes else 4 * lanes
    wide = width // group * group
    left, right = _cascade(count, (wide,)), _four(count, (width - wide,))

    def columns(array: Any) -> Any:
        array = array if array.ndim == 2 else array.reshape(count, width)
        if wide in (0, width):
            return left(array) if wide else right(array)
        return np.concatenate([left(array[:, :wide]), right(array[:, wide:])])

    return columns


def _four(count: int, rest: tuple[int, ...]) -> Sum:
    """The sum of `count` terms with four accumulators; what is left over goes to the first."""
    fours, left = divmod(count, 4)
    if not fours:
        return one_by_one
    shape, end, add = (fours, 4, *rest), 4 * fours, _cascade(fours, (4, *rest))

    def four(terms: Any) -> Any:
        parts = add((terms[:end] if left else terms).reshape(shape))
        for term in terms[end:] if left else ():
            parts[0] += term
        return one_by_one(parts)

    return four


def _cascade(count: int, rest: tuple[int, ...]) -> Sum:
    """The sum of `count` terms, level by level."""
    levels: list[tuple[int, tuple[int, ...]]] = []
    while count >= STEP and len(levels) < 3:
        count, left = divmod(count, STEP)
        levels.append((count * STEP if left else 0, (count, STEP, *rest)))
    if not levels:
        return one_by_one

    def cascade(terms: Any) -> Any:
        ends: list[Any] = []
        for end, shape in levels:
            if end:
                ends.append(one_by_one(terms[end:]))
                terms = terms[:end]
            terms = add_up(terms.reshape(shape), 1)
        total = one_by_one(terms)
        return one_by_one(np.array([*ends, total])) if ends else total

    return cascade


def one_by_one(terms: Any) -> Any:
    """The sum of `terms`, from the first to the last."""
    if terms.size > len(terms):  # numpy then adds row by row
        return add_up(terms, 0)
    return np.add.accumulate(terms, 0)[-1]
