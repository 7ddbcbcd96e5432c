"""Layer and batch norm of float32, each step in PyTorch's order and rounded as there.

Layer norm is one of `ROWS`, batch norm of a matrix one of `COLUMNS`. Images are `PLANES`, arrays of
shape (N, C, L) with L pixels. PyTorch takes eight columns or pixels at once, as lanes; those that
are left over come one by one. What comes of planes it adds in double precision.

See Also
--------
B. P. Welford: Note on a Method for Calculating Corrected Sums of Squares and Products, 1962
https://github.com/pytorch/pytorch: aten/src/ATen/native/cpu/batch_norm_kernel.cpp
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from minigrad.digits import rounded
from minigrad.digits.products import fused_product
from minigrad.digits.rounded import DOUBLE, SINGLE, fused
from minigrad.digits.sums import across, add_up, one_by_one

LANES = 8
_ONE_BY_ONE = 32
"""Up to so many rows are added one by one."""
_LARGEST = 1 << 15


class Gradients(NamedTuple):
    """The gradients of a norm from that of its result."""

    of_input: Callable[..., Any]
    of_weight: Callable[..., Any]
    of_bias: Callable[..., Any]


# --- rows


def are_small_rows(rows: Any) -> bool:
    """Whether steps are few enough here: of more numbers mean and variance have other last bits."""
    return rows.dtype is SINGLE and rows.size > 0 and max(rows.shape) <= 16 * LANES


def moments(rows: Any) -> tuple[Any, Any]:
    """Mean and variance of each row: of each lane by Welford's steps, then of all lanes."""
    count, columns = rows.shape
    steps = columns // LANES
    means, squares = np.zeros((2, count, LANES), SINGLE)
    for nr in range(steps):
        x = rows[:, nr * LANES : (nr + 1) * LANES]
        away = x - means
        means = fused(means, away, 1 / (nr + 1))
        squares = fused(squares, away, x - means)
    mean, square = np.zeros((2, count), SINGLE)
    for nr, x in enumerate(rows[:, steps * LANES :].T):
        away = x - mean
        mean = mean + away / (nr + 1)
        square = square + away * (x - mean)
    seen = columns - steps * LANES
    for lane in range(LANES if steps else 0):
        away, share = means[:, lane] - mean, steps / (seen + steps)
        mean = fused(mean, away, share)
        square = square + fused(squares[:, lane], away * away * share, seen)
        seen += steps
    return mean[:, None], (square / columns)[:, None]


def _of_rows(weight: Any, grad: Any, rows: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised rows times `weight`, which may be 1 for none."""
    scale = SINGLE.type(1) / SINGLE.type(rows.shape[1])
    along = _sums(grad, rows) if np.ndim(weight) == 0 else _sums(grad * rows, weight)
    total = _sums(grad, weight)
    slope = fused(-along, total, mean) * rstd * rstd * rstd * scale
    offset = fused(-(total * rstd * scale), -slope, mean)
    return fused(rstd * grad * weight, slope, rows) + offset


def _sums(left: Any, right: Any) -> Any:
    """The sums of products over each row, as a column."""
    columns = left.shape[1]
    terms, end = left * right, columns // LANES * LANES
    if not end:
        return one_by_one(terms.T)[:, None]
    lanes = np.add.reduce(terms[:, :end].reshape(len(left), -1, LANES), 1)
    rest = np.broadcast_to(right, left.shape)[:, end:]
    lanes[:, : columns - end] = fused(lanes[:, : columns - end], left[:, end:], rest)
    return across(lanes.T)[:, None]


def _weight_of_rows(grad: Any, rows: Any, mean: Any, rstd: Any) -> Any:
    """The sum over the rows, one after the other, of `grad` times what is normalised."""
    return rounded.sum_of_products(grad, fused(-rstd * mean, rows, rstd))


ROWS = Gradients(_of_rows, _weight_of_rows, one_by_one)

# --- columns


def are_small_columns(columns: Any) -> bool:
    """Whether steps are few enough here: of more numbers the last bits are others."""
    return columns.dtype is SINGLE and 0 < columns.size <= _LARGEST


def sum_of_products(left: Any, right: Any) -> Any:
    """The sum of ``left * right`` over the rows, rounded once for each product."""
    if len(left) <= _ONE_BY_ONE:
        return rounded.sum_of_products(left, right)
    return fused_product(left.T[:, None], right.T[..., None]).reshape(-1)


def _of_columns(weight: Any, grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised columns times `weight`, which may be 1 for none."""
    away = input - mean
    slope = sum_of_products(away, grad) * rstd * rstd / len(grad)
    rest = grad - one_by_one(grad) / len(grad)
    result = rest - away * slope
    end = grad.shape[1] // LANES * LANES  # what is computed as vectors is rounded once
    result[:, :end] = fused(rest, -away, slope)[:, :end]
    return result * rstd * weight


def _weight_of_columns(grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The sum over the rows of `grad` times what is normalised."""
    return sum_of_products(input - mean, grad) * rstd


COLUMNS = Gradients(_of_columns, _weight_of_columns, one_by_one)

# --- planes


def _of_planes(weight: Any, grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised channels times `weight`, which may be 1 for none."""
    away, count = input - mean, grad.size // grad.shape[1]
    slope = _over_planes(away, grad).astype(SINGLE) * rstd * rstd / count
    rest = grad - (_over_planes(grad) / count).astype(SINGLE)
    return fused(rest, -away, slope) * rstd * np.reshape(weight, (-1, 1))


def _weight_of_planes(grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The sum over each channel of `grad` times what is normalised."""
    return (_over_planes(input - mean, grad) * rstd).astype(SINGLE)


def _bias_of_planes(grad: Any) -> Any:
    """The sum over each channel."""
    return _over_planes(grad).astype(SINGLE)


def _over_planes(values: Any, factors: Any = None) -> Any:
    """The sum of `values` over each channel, or of their products: of each plane, then of all."""
    terms = values if factors is None else values * factors
    end = terms.shape[2] // LANES * LANES
    if not end:
        return _of_all(np.add.accumulate(terms, 2)[..., -1])
    lanes = add_up(terms[..., :end].reshape(*terms.shape[:2], -1, LANES), 2)
    rest = slice(terms.shape[2] - end)
    if factors is None:
        lanes[..., rest] += terms[..., end:]
    else:
        lanes[..., rest] = fused(lanes[..., rest], values[..., end:], factors[..., end:])
    return _of_all(across(lanes.transpose(2, 0, 1)))


def _of_all(planes: Any) -> Any:
    return add_up(planes, axis=0, dtype=DOUBLE, keepdims=True)[..., None]


PLANES = Gradients(_of_planes, _weight_of_planes, _bias_of_planes)
