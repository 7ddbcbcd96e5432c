"""Products of matrices whose terms are added up as for PyTorch, so that every bit agrees.

PyTorch leaves products to Intel's MKL. Measured on a processor of AMD, that multiplies and adds in
one, one term after the other, up to 192 of them, and adds such sums. Of few rows or columns it
rounds each term and adds it, in an order that depends on how the matrices lie in memory. The first
numpy's library does too, but at the edges of a matrix; the second is done here term by term.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from minigrad.digits.sums import across, add_up, one_by_one

_FEW = 1 << 18
"""Up to so many terms in all PyTorch's steps are taken where a matrix is narrow."""
_MANY = 1 << 23
"""Up to so many elsewhere. Of more they would take long."""
_AT_ONCE = 192


def times(left: Any, right: Any, start: Any = None) -> Any:
    """The product of two matrices; what it is added to is `start`, if there is one."""
    (rows, inner), columns = left.shape, right.shape[1]
    terms = rows * inner * columns
    if rows > 3 and columns > 11:
        most = _MANY if min(rows, inner) > 11 else _FEW
        if left.dtype.char == "f" and inner > 7 and terms <= most:
            return _in_steps(left, right, start)
    elif 1 < inner <= terms <= _FEW and left.dtype.char in "fd":
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
    # of one term numpy's library leaves out a factor 0, even of nan, and a zero keeps its sign
    product = left * right if inner == 1 else left.dot(right)
    if inner == 1 == min(rows, columns):
        product += 0
    if start is not None:
        product += start
    return product


def times_vector(matrix: Any, vector: Any) -> Any:
    """A matrix times a vector."""
    rows, inner = matrix.shape
    if not 1 < inner <= matrix.size <= _FEW or matrix.dtype.char not in "fd":
        return matrix.dot(vector) if inner != 1 else matrix[:, 0] * vector + 0
    terms = np.multiply(matrix.T, vector[:, None], order="C")
    if inner < 5 or not matrix.flags.c_contiguous:
        return one_by_one(terms)
    fours = rows // 4 * 4
    sums = _by_lanes(terms[:, :fours], (inner - 1) % (16 // terms.itemsize) + 1)
    return sums if fours == rows else np.concatenate([sums, _last_rows(terms[:, fours:])])


def times_batch(left: Any, right: Any) -> Any:
    """The products of two batches of matrices."""
    (batch, rows, inner), columns = left.shape, right.shape[2]
    terms = rows * inner * columns
    if terms >= 400 and rows > 3 and columns > 11:
        if left.dtype.char == "f" and inner > 7 and batch * terms <= _MANY:
            return _in_steps(left, right)
    elif 1 < inner <= batch * terms <= _FEW and left.dtype.char in "fd":
        if terms < 400:  # which PyTorch computes itself
            return one_by_one(_terms(left.transpose(2, 0, 1), right.swapaxes(0, 1)))
        if batch == 1 or (rows == 1 and _lie_by_rows(left, right)):
            return np.stack([*map(times, left, right)])
        return (_rows_by_rows if _lie_by_rows(left, right) else _in_turn)(left, right)
    return left @ right


def dot(left: Any, right: Any) -> Any:
    """The product of two vectors: 64 bytes at once, then vector by vector, then one by one."""
    if not 2 < left.size <= _FEW or left.dtype.char not in "fd":
        return left.dot(right)
    terms, lanes = left * right, 16 // left.itemsize
    if len(terms) < lanes:
        return one_by_one(terms) + left.dtype.type(0)  # whose zeros are all positive
    end = len(terms) // (4 * lanes) * 4 * lanes
    vectors, terms = add_up(terms[:end].reshape(-1, 4, lanes), 0), terms[end:]
    if lanes == 4 and len(terms) >= 8:
        vectors[:2] += terms[:8].reshape(2, 4)
        terms = terms[8:]
    while len(terms) >= lanes:
        vectors[0] += terms[:lanes]
        terms = terms[lanes:]
    for term in terms:
        vectors[0, 0] += term
    return across(add_up(vectors, 0))


# --- by numpy's library
#
# Its sums are in order inside a matrix, not at the edges: of 12 rows (or 24, 36 ...) and a number
# of columns that is a multiple of 16 those are the first and the last 8 columns. So a matrix is
# taken in blocks of rows and panels of columns, with zeros at the edges. More than 320 columns or
# terms it makes in parts, and a product of more than 2**18 terms in all it divides among threads.
# On processors with AVX-512 it has other steps for matrices that lie column by column.

_ROWS, _EDGE, _TERMS, _UNDIVIDED = 12, 8, 320, 1 << 18


@functools.lru_cache(1024)
def _plan(rows: int, inner: int, columns: int) -> tuple[int, int, int, int, int]:
    """How many blocks of how many rows, panels of how many columns, and terms at a time."""
    terms = inner if inner <= _TERMS else _TERMS // 2
    most = min(_UNDIVIDED // (_ROWS * terms), _TERMS) // 16 * 16 - 2 * _EDGE
    panels = -(-columns // most)
    size = -(-columns // (16 * panels)) * 16
    if terms < inner:
        terms = min(_UNDIVIDED // (_ROWS * (size + 2 * _EDGE)), _TERMS)
        most = _ROWS
    else:
        most = _UNDIVIDED // (terms * (size + 2 * _EDGE))
    blocks = -(-rows // (most // _ROWS * _ROWS))
    return blocks, -(-rows // (blocks * _ROWS)) * _ROWS, panels, size, terms


def fused_product(left: Any, right: Any) -> Any:
    """The products of matrices of float32; each number times and plus another is rounded once."""
    (*batch, rows, inner), columns = left.shape, right.shape[-1]
    blocks, height, panels, size, terms = _plan(rows, inner, columns)
    lines = np.zeros((*batch, blocks * height, inner), left.dtype)
    lines[..., :rows, :] = left
    whole = np.zeros((*batch, inner, panels * size + 2 * _EDGE), left.dtype)
    whole[..., _EDGE : _EDGE + columns] = right
    if blocks == panels == 1 and terms == inner:
        product = lines @ whole if batch else lines.dot(whole)  # the same, in less time
        return product[..., :rows, _EDGE : _EDGE + columns]
    lines = lines.reshape(*batch, blocks, 1, height, inner)
    framed = _panels(whole, panels, size)
    total = lines[..., :terms] @ framed[..., :terms, :]
    if terms < inner:
        # what there is so far, times 1, is the first of the next terms
        ones = np.broadcast_to(np.eye(height, dtype=left.dtype), (*lines.shape[:-1], height))
        framed = np.broadcast_to(framed, (*total.shape[:-2], *framed.shape[-2:]))
        for first in range(terms, inner, terms - height):
            those = slice(first, first + terms - height)
            factors = np.concatenate([ones, lines[..., those]], -1)
            total = factors @ np.concatenate([total, framed[..., those, :]], -2)
        if not np.isfinite(total).all():  # which 0 times infinity spoils
            return left @ right
    before = _EDGE
    if panels > 1:  # the edges between them go
        before, total = 0, total[..., _EDGE:-_EDGE].swapaxes(-2, -3)
    total = total.reshape(*batch, blocks * height, -1)
    return total[..., :rows, before : before + columns]


def _panels(whole: Any, count: int, size: int) -> Any:
    """So many columns at a time, each time with the neighbours on both sides as edges."""
    *batch, inner, _ = whole.shape
    *steps, down, along = whole.strides
    shape = (*batch, 1, count, inner, size + 2 * _EDGE)
    return as_strided(whole, shape, (*steps, 0, size * along, down, along))


def _in_steps(left: Any, right: Any, start: Any = None) -> Any:
    """The sum of `fused_product` of 192 terms at a time."""
    inner = left.shape[-1]
    if inner <= _AT_ONCE:
        total = fused_product(left, right)
        return total.copy() if start is None else total + start
    step = min(inner // 2, _AT_ONCE)
    total = _in_steps(left[..., :step], right[..., :step, :], start)
    for first in range(step, inner, step):
        total += fused_product(left[..., first : first + step], right[..., first : first + step, :])
    return total


# --- term by term


def _last_rows(terms: Any) -> Any:
    """The sums of the columns, three at most, that are left when four are made at once."""
    inner = len(terms)
    if inner < 12:
        return one_by_one(terms)
    end = inner - (inner - 4) % 8
    sums = [_by_lanes(row, 4, count) for row, count in zip(terms[:end].T, (2, 1, 2), strict=False)]
    return one_by_one(np.stack([sums, *terms[end:]]))


def _in_turn(left: Any, right: Any, start: Any = None) -> Any:
    """The products of matrices, each the sum of its terms one after the other.

    Where a row of the result does not begin at a multiple of 16 bytes in memory, its first
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
    if rows == columns == 1:
        total += 0  # as in `dot`
    if inner > 7 and goes_along_rows:
        lanes = 16 // total.itemsize
        for row in range(min(len(total), lanes)):
            count = -row * columns % lanes
            if 0 < count <= columns - lanes:
                total[row::lanes, :count] = _by_eight(terms[:, row::lanes, :count])
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
    with one vector each; the columns that are left over with eight numbers each.
    """
    (batch, rows, inner), columns = left.shape, right.shape[2]
    lanes, fours = 16 // left.itemsize, columns // 4 * 4
    found = np.empty((batch * rows, columns), left.dtype)
    left, right = left.reshape(-1, inner), right.transpose(1, 2, 0)
    step = lanes // math.gcd(inner, lanes)
    for nr in range(min(step, len(left))):
        row = np.ascontiguousarray(left[nr::step].T)[:, None]  # which numpy goes along quickly
        those = right[:, :, np.arange(nr, len(left), step) // rows] if batch > 1 else right
        for start, end, vectors in ((0, fours, 1), (fours, columns, 8 // lanes)):
            if start < end:
                terms = np.multiply(row, those[:, start:end], order="C")
                found[nr::step, start:end] = _by_lanes(terms, -nr * inner % lanes, vectors).T
    return found.reshape(batch, rows, columns)


def _by_lanes(terms: Any, first: int, vectors: int = 1) -> Any:
    """Sums of columns: in the first lane, then so many vectors at once, then what is left."""
    lanes = 16 // terms.itemsize
    count = (len(terms) - first) // (vectors * lanes)
    if not count:
        return one_by_one(terms)
    end = first + count * vectors * lanes
    parts = terms[first:end].reshape(count, vectors, lanes, *terms.shape[1:])
    if first:
        parts[0, 0, 0] += one_by_one(terms[:first])
    total = add_up(parts, 0)
    while len(total) > 1:
        total = total[::2] + total[1::2]
    total = across(total[0])
    for rest in terms[end:]:
        total = total + rest
    return total
