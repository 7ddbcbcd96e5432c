"""Products of matrices whose terms are added up as for PyTorch, so that every bit agrees.

PyTorch leaves products to Intel's MKL. Measured on a processor of AMD, that multiplies and adds in
one, one term after the other, up to 192 of them, and adds such sums. Of few rows or columns it
rounds each term and adds it, in an order that depends on how the matrices lie in memory. The first
numpy's library does too, but at the edges of a matrix; the second is done here term by term.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.sums import add_up, one_by_one

FEW = 1 << 17
"""Up to so many terms in all are added one by one."""
MANY = 1 << 23
"""Up to so many are added 192 at a time."""


def times(left: Any, right: Any, start: Any = None) -> Any:
    """The product of two matrices; what it is added to is `start`, if there is one."""
    (rows, inner), columns = left.shape, right.shape[1]
    if rows > 3 and columns > 11:
        if left.dtype.char == "f" and inner > 7 and rows * inner * columns <= MANY:
            return _in_one(left, right, start)
    elif 1 < inner <= rows * inner * columns <= FEW and left.dtype.char in "fd":
        goes_down = right.strides[0] < right.strides[1]
        if goes_down and rows == 1 and (columns > 1 or start is not None):
            product = times_vector(right.T, left[0])[None]
        elif columns == 1 < rows and left.flags.c_contiguous:
            product = times_vector(left, right[:, 0])[:, None]
        elif rows > 1 and _lie_by_rows(left, right):
            product = _rows_by_rows(left[None], right[None])[0]
        else:
            return _in_turn(left[None], right[None], start)[0]
        return product if start is None else product + start
    product = left.dot(right)
    if start is not None:
        product += start
    return product


def times_vector(matrix: Any, vector: Any) -> Any:
    """A matrix times a vector."""
    rows, inner = matrix.shape
    if not 1 < inner <= matrix.size <= FEW or matrix.dtype.char not in "fd":
        return matrix.dot(vector)
    terms = np.multiply(matrix.T, vector[:, None], order="C")
    if inner < 5 or not matrix.flags.c_contiguous:
        return one_by_one(terms)
    fours = rows // 4 * 4
    sums = _by_lanes(terms[:, :fours], (inner - 1) % 4 + 1, 4)
    return sums if fours == rows else np.concatenate([sums, _last_rows(terms[:, fours:])])


def times_batch(left: Any, right: Any) -> Any:
    """The products of two batches of matrices."""
    (batch, rows, inner), columns = left.shape, right.shape[2]
    terms = rows * inner * columns
    if terms >= 400 and rows > 3 and columns > 11:
        if left.dtype.char == "f" and inner > 7 and batch * terms <= MANY:
            return _in_one(left, right)
    elif 1 < inner <= batch * terms <= FEW and left.dtype.char in "fd":
        if terms < 400:  # which PyTorch computes itself
            return one_by_one(_terms(left.transpose(2, 0, 1), right.swapaxes(0, 1)))
        if batch == 1 or (rows == 1 and _lie_by_rows(left, right)):
            return np.stack([*map(times, left, right)])
        return (_rows_by_rows if _lie_by_rows(left, right) else _in_turn)(left, right)
    return left @ right


def dot(left: Any, right: Any) -> Any:
    """The product of two vectors: 16 terms at once, then 8, then 4, then one after the other."""
    if not 2 < left.size <= FEW or left.dtype.char != "f":
        return left.dot(right)
    terms = left * right
    if len(terms) < 4:
        return one_by_one(terms)
    end = len(terms) // 16 * 16
    vectors, terms = add_up(terms[:end].reshape(-1, 4, 4), 0), terms[end:]
    for count in (8, 4):
        if len(terms) >= count:
            vectors[: count // 4] += terms[:count].reshape(-1, 4)
            terms = terms[count:]
    for term in terms:
        vectors[0, 0] += term
    return _across(add_up(vectors, 0))


# --- by numpy's library
#
# It makes the edges of a matrix in another order: that of at most 12 rows and of columns that are a
# multiple of 16 are the first and the last 8 columns, so there zeros are put. A product of up to
# 2**18 terms it does not divide among threads, which would make more edges.

_ROWS, _COLUMNS, _EDGE, _INNER, _UNDIVIDED = 12, 96, 8, 192, 1 << 18


def _in_one(left: Any, right: Any, start: Any = None) -> Any:
    """The products of matrices; each multiplication with its addition is rounded once."""
    (*batch, rows, inner), columns = left.shape, right.shape[-1]
    step = inner if inner <= _INNER else min(inner // 2, _INNER)
    most = _UNDIVIDED // (step * _width(min(columns, _COLUMNS))) // _ROWS * _ROWS
    blocks = -(-rows // most)
    height = -(-rows // (blocks * _ROWS)) * _ROWS
    lines = _zeros(left, blocks * height, inner)
    lines[..., :rows, :] = left
    if blocks == 1 and step == inner and columns <= _COLUMNS:
        made = (lines @ _panel(right))[..., :rows, _EDGE : _EDGE + columns]
        return made.copy() if start is None else made + start
    parts = lines.reshape(*batch, blocks, height, inner)
    result = np.empty((*batch, rows, columns), left.dtype)
    for first in range(0, columns, _COLUMNS):
        those = slice(first, min(first + _COLUMNS, columns))
        panel = _panel(right[..., those])[..., None, :, :]
        total = parts[..., :step] @ panel[..., :step, :]
        made = total.reshape(*batch, blocks * height, -1)[..., :rows, _EDGE:]
        made = made[..., : those.stop - first]
        if start is not None:
            made += start[..., those]
        for k in range(step, inner, step):
            total += parts[..., k : k + step] @ panel[..., k : k + step, :]
        result[..., those] = made
    return result


def _panel(right: Any) -> Any:
    """The columns, between zeros."""
    inner, columns = right.shape[-2:]
    panel = _zeros(right, inner, _width(columns))
    panel[..., _EDGE : _EDGE + columns] = right
    return panel


def _width(columns: int) -> int:
    """Of a panel with so many columns inside its edges."""
    return (columns + 2 * _EDGE + 15) // 16 * 16


def _zeros(like: Any, rows: int, columns: int) -> Any:
    """Matrices of zeros that lie in memory, row by row or column by column, as `like` does."""
    batch = like.shape[:-2]
    if like.strides[-2] < like.strides[-1]:
        return np.zeros((*batch, columns, rows), like.dtype).swapaxes(-1, -2)
    return np.zeros((*batch, rows, columns), like.dtype)


# --- term by term


def _last_rows(terms: Any) -> Any:
    """The sums of the columns, three at most, that are left when four are made at once."""
    inner = len(terms)
    if inner < 12:
        return one_by_one(terms)
    end = inner - (inner - 4) % 8
    sums = [_by_lanes(row, 4, lanes) for row, lanes in zip(terms[:end].T, (8, 4, 8), strict=False)]
    return one_by_one(np.stack([sums, *terms[end:]]))


def _in_turn(left: Any, right: Any, start: Any = None) -> Any:
    """The products of matrices, each the sum of its terms one after the other.

    Where a row of the result does not begin at a multiple of four numbers in memory, its first
    elements are made otherwise (`_by_eight`).
    """
    (batch, rows, inner), columns = left.shape, right.shape[2]
    left, right = left.transpose(2, 0, 1), right.swapaxes(0, 1)
    terms = _terms(right, left).swapaxes(2, 3) if rows > columns else _terms(left, right)
    goes_along_rows = right.strides[2] == right.itemsize
    if start is not None and goes_along_rows:
        terms[0] += start
    terms = terms.reshape(inner, -1, columns)
    total = np.ascontiguousarray(one_by_one(terms))
    if columns > 4 and inner > 7 and goes_along_rows:
        for row in range(min(len(total), 4)):
            count = -row * columns % 4
            if 0 < count < columns - 3:
                total[row::4, :count] = _by_eight(terms[:, row::4, :count])
    total = total.reshape(batch, rows, columns)
    return total if start is None or goes_along_rows else total + start


def _by_eight(terms: Any) -> Any:
    """The sum of the terms, one after the other; of eight the last four are added up first."""
    end = len(terms) // 8 * 8
    eights = terms[:end].reshape(-1, 8, *terms.shape[1:])
    fours = one_by_one(eights[:, 4:].swapaxes(0, 1))
    fives = np.concatenate([eights[:, :4], fours[:, None]], 1).reshape(-1, *terms.shape[1:])
    return one_by_one(np.ascontiguousarray(np.concatenate([fives, terms[end:]])))


def _terms(left: Any, right: Any) -> Any:
    """Each number of a row of `left` times each of that of `right`."""
    return np.multiply(left[..., None], right[..., None, :], order="C")


def _lie_by_rows(left: Any, right: Any) -> bool:
    """Whether the numbers that are multiplied lie side by side in both."""
    step = left.itemsize
    return left.shape[-1] > 3 and left.strides[-1] == step == right.strides[-2]


def _rows_by_rows(left: Any, right: Any) -> Any:
    """The products of matrices that `_lie_by_rows`.

    Vectors begin where memory is aligned, which depends on the row. Four columns are made at once,
    with one vector each; the columns that are left over with two.
    """
    (batch, rows, inner), columns = left.shape, right.shape[2]
    lanes, fours = 16 // left.itemsize, columns // 4 * 4
    found = np.empty((batch * rows, columns), left.dtype)
    left, right = left.reshape(-1, inner), right.transpose(1, 2, 0)
    step = lanes // math.gcd(inner, lanes)
    for nr in range(min(step, len(left))):
        those = right[:, :, np.arange(nr, len(left), step) // rows] if batch > 1 else right
        terms = np.multiply(left[nr::step].T[:, None], those, order="C")
        first = -nr * inner % lanes
        found[nr::step, :fours] = _by_lanes(terms[:, :fours], first, lanes).T
        found[nr::step, fours:] = _by_lanes(terms[:, fours:], first, 2 * lanes).T
    return found.reshape(batch, rows, columns)


def _by_lanes(terms: Any, first: int, lanes: int) -> Any:
    """Sums of columns: in the first lane, then vector by vector, then what is left."""
    count = (len(terms) - first) // lanes
    if not count:
        return one_by_one(terms)
    end = first + count * lanes
    vectors = terms[first:end].reshape(count, lanes, *terms.shape[1:])
    if first:
        vectors[0, 0] += one_by_one(terms[:first])
    total = _across(add_up(vectors, 0))
    for rest in terms[end:]:
        total = total + rest
    return total


def _across(lanes: Any) -> Any:
    """The sum of the lanes: the upper half is added to the lower one, again and again."""
    while half := len(lanes) // 2:
        lanes = lanes[:half] + lanes[half:]
    return lanes[0]
