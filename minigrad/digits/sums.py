"""Sums of floating-point numbers in the order in which PyTorch adds them, so that every bit agrees.

The order decides how a sum is rounded. PyTorch adds several numbers at once (the lanes of a
vector), keeps four such accumulators, and moves a partial sum on after every 16 terms, so that
large and small numbers seldom meet. Source: aten/src/ATen/native/cpu/SumKernel.cpp, as measured.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.digits.rounded import HALF

Sum = Callable[[Any], Any]
add_up: Any = np.add.reduce
STEP = 16
"""After so many terms a partial sum is added to the next level."""


def add(array: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """``np.add.reduce``; `in_order` for floating-point numbers."""
    if dtype is not None:
        array = array.astype(dtype, copy=False)
    if array.dtype.kind != "f" or array.size < 5:
        return laid_out(np.add.reduce(array, axis=axis, keepdims=keepdims, dtype=dtype))
    axes = range(array.ndim) if axis is None else [d % array.ndim for d in axis]
    return in_order(array, tuple(axes), keepdims)


def in_order(array: Any, axes: tuple[int, ...], keepdims: bool = False) -> Any:
    """``np.add.reduce(array, axes)`` in PyTorch's order, where that is known."""
    if array.dtype.char in "fd" and array.size > 4:
        add_in_order = _plan(array.shape, array.strides, axes, keepdims, array.itemsize)
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
    is_whole = math.prod(array.shape[min(axes) :]) == count
    in_rows = array.flags.c_contiguous or [array.strides[d] for d in axes] == [array.itemsize]
    if not (array.size and is_whole and in_rows):
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


def _count(shape: tuple[int, ...], axes: Sequence[int]) -> int:
    return math.prod([shape[d] for d in axes])


def _kept(shape: tuple[int, ...], axes: Sequence[int], keepdims: bool) -> tuple[int, ...]:
    """The shape of a sum over `axes`."""
    return tuple([1 if d in axes else n for d, n in enumerate(shape) if keepdims or d not in axes])


def laid_out(array: Any) -> Any:
    """`array` row by row in memory, as PyTorch's reductions give their results."""
    return array if array.flags.c_contiguous else array.copy()


# The order follows from the shape, and from how the array lies in memory. So these functions do not
# add: each returns a function that adds up such arrays, and that is kept. Most sums are so short
# that planning would take longer.


@functools.lru_cache(1024)
def _plan(
    shape: tuple[int, ...], strides: tuple[int, ...], axes: tuple[int, ...], keepdims: bool,
    size: int,
) -> Sum | None:  # fmt: skip
    """How to add up an array of elements of `size` bytes that lies so."""
    kept = [d for d in range(len(shape)) if d not in axes]
    summed = sorted(axes, key=lambda d: -strides[d])
    others, parts = _joined(shape, strides, kept), _joined(shape, strides, summed)
    if not parts or 0 in [step for _, step in parts]:
        return None
    (count, step), (width, by) = parts[-1], others[-1] if others else (1, size)
    rest, repeats = _count(shape, kept), math.prod([n for n, _ in parts[:-1]])
    lanes = 32 // size
    along, across = [gap == size and n >= lanes for n, gap in ((count, step), (width, by))]
    if along or repeats > 1 or (step < by and not across) or not others:
        order, add = (*kept, *summed), _rows(rest * repeats, count, lanes if along else count + 1)
    else:
        order, one = (*summed, *kept), lanes if across else width + 1
        add = _columns(count, rest // width, width, one)
    result = _kept(shape, axes, keepdims)
    as_it_lies = order == (*range(len(shape)),)
    if as_it_lies and repeats == 1 and result == (rest,) * (rest > 1):
        return add

    def total(array: Any) -> Any:
        sums = add(array if as_it_lies else array.transpose(order))
        if repeats > 1:  # of parts that do not lie side by side one is added after the other
            sums = np.add.accumulate(sums.reshape(rest, repeats), 1)[:, -1].copy()
        return sums if sums.shape == result else sums.reshape(result)[()]

    return total


def _joined(
    shape: tuple[int, ...], strides: tuple[int, ...], dims: list[int]
) -> list[tuple[int, int]]:
    """The lengths and strides of dimensions, those joined into one that lie side by side."""
    parts: list[tuple[int, int]] = []
    for length, stride in [(shape[d], strides[d]) for d in dims if shape[d] > 1]:
        before = parts.pop() if parts and parts[-1][1] == length * stride else (1, 0)
        parts.append((before[0] * length, stride))
    return parts


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


def _columns(count: int, blocks: int, width: int, lanes: int) -> Sum:
    """The sum of each of `width` columns of `count` numbers, in each of so many blocks."""
    group = 4 if width < lanes else 4 * lanes
    wide = width // group * group
    several = (blocks,) * (blocks > 1)
    left, right = _cascade(count, (*several, wide)), _four(count, (*several, width - wide))

    def columns(array: Any) -> Any:
        if several or array.ndim > 2:
            array = np.ascontiguousarray(array).reshape(count, *several, width)
        if wide in (0, width):
            return left(array) if wide else right(array)
        return np.concatenate([left(array[..., :wide]), right(array[..., wide:])], -1)

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


def across(lanes: Any) -> Any:
    """The sum of the lanes: the upper half is added to the lower one, again and again."""
    while half := len(lanes) // 2:
        lanes = lanes[:half] + lanes[half:]
    return lanes[0]


def one_by_one(terms: Any) -> Any:
    """The sum of `terms`, from the first to the last."""
    if terms.size > len(terms):  # numpy then adds row by row
        return add_up(terms, 0)
    return np.add.accumulate(terms, 0)[-1].copy()
