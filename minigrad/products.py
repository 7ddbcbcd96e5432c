"""Products of small matrices, whose terms are added up as for PyTorch, so that every bit agrees.

PyTorch leaves products to Intel's MKL. Measured on a processor of AMD, that rounds each term of a
product of few rows or columns and adds it, in an order that depends on how the matrices lie in
memory. In others it multiplies and adds in one, one after the other. So does numpy's library: it
gives the same bits for up to seven terms, and for more if it makes four columns at once.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.rounded import SMALL
from minigrad.sums import add_up, one_by_one


def times(left: Any, right: Any) -> Any:
    """The product of two matrices."""
    rows, inner = left.shape
    columns = right.shape[1]
    if rows * inner * columns > SMALL:
        return left.dot(right)
    if rows > 3 and columns > 11:
        in_order = inner < 8 or left.dtype.char != "f"
        return left.dot(right) if in_order else _four_by_four(left, right)
    if rows == 1:
        return times_vector(right.T, left[0])[None]
    if columns == 1:
        return times_vector(left, right[:, 0])[:, None]
    if inner < 2 or left.dtype.char not in "fd":
        return left.dot(right)
    if inner > 3 and left.flags.c_contiguous and right.flags.f_contiguous:
        return _rows_by_rows(left, right.T)
    return _in_turn(left.T, right)


def times_vector(matrix: Any, vector: Any) -> Any:
    """A matrix times a vector."""
    rows, inner = matrix.shape
    if not 1 < inner <= matrix.size <= SMALL or matrix.dtype.char not in "fd":
        return matrix.dot(vector)
    if rows < 4 or inner < 5 or not matrix.flags.c_contiguous:
        return _in_turn(matrix.T, vector[:, None])[:, 0]
    fours = rows // 4 * 4
    sums = _by_lanes(matrix[:fours] * vector, (inner - 1) % 4 + 1, 4)
    rest = matrix[fours:]
    return sums if fours == rows else np.concatenate([sums, times_vector(rest, vector)])


def times_batch(left: Any, right: Any) -> Any:
    """The products of two batches of matrices."""
    (batch, rows, inner), columns = left.shape, right.shape[2]
    terms = rows * inner * columns
    in_turn = right.flags.c_contiguous and (rows < 4 or columns < 12)
    in_turn = in_turn or terms < 400  # which PyTorch computes itself
    if not in_turn or not 1 < inner <= batch * terms <= SMALL or left.dtype.char not in "fd":
        return left @ right
    return _in_turn(left.transpose(2, 0, 1), right.swapaxes(0, 1))


def dot(left: Any, right: Any) -> Any:
    """The product of two vectors: 16 terms at once, then 8, then 4, then one after the other."""
    if not 2 < left.size <= SMALL or left.dtype.char != "f":
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
    return _across(add_up(vectors, 0))[()]


def _in_turn(left: Any, right: Any) -> Any:
    """The products of each row of `left` with that of `right`, added up one after the other."""
    return one_by_one(np.multiply(left[..., None], right[..., None, :], order="C")).copy()


def _four_by_four(left: Any, right: Any) -> Any:
    """The product, four columns at once: of so few numpy's library adds one after the other."""
    columns = right.shape[1]
    found = np.empty((len(left), columns), left.dtype)
    for first in (*range(0, columns - 4, 4), columns - 4):  # never one: another order
        found[:, first : first + 4] = left.dot(right[:, first : first + 4])
    return found


def _rows_by_rows(left: Any, right: Any) -> Any:
    """The sums of the products of each row of `left` with each of `right`.

    Vectors begin where memory is aligned, which depends on the row. Four columns are made at once,
    with one vector each; the columns that are left over with two.
    """
    (rows, inner), columns = left.shape, len(right)
    lanes = 16 // left.itemsize
    found = np.empty((rows, columns), left.dtype)
    step = lanes // math.gcd(inner, lanes)
    for nr in range(step):
        terms, first = left[nr::step, None] * right, -nr * inner % lanes
        end = columns // 4 * 4
        found[nr::step, :end] = _by_lanes(terms[:, :end], first, lanes)
        found[nr::step, end:] = _by_lanes(terms[:, end:], first, 2 * lanes)
    return found


def _by_lanes(terms: Any, first: int, lanes: int) -> Any:
    """Sums over the last dimension: in the first lane, then vector by vector, then what is left."""
    outer, vectors = terms.shape[:-1], (terms.shape[-1] - first) // lanes
    end = first + vectors * lanes
    parts = np.zeros((*outer, first + vectors, lanes), terms.dtype)
    parts[..., :first, 0] = terms[..., :first]
    parts[..., first:, :] = terms[..., first:end].reshape(*outer, vectors, lanes)
    total = _across(add_up(parts, -2))
    for nr in range(end, terms.shape[-1]):
        total = total + terms[..., nr]
    return total


def _across(lanes: Any) -> Any:
    """The sum of the lanes: the upper half is added to the lower one, again and again."""
    while half := lanes.shape[-1] // 2:
        lanes = lanes[..., :half] + lanes[..., half:]
    return lanes[..., 0]
