"""Layer normalisation of rows of float32, each step in PyTorch's order and rounded as there.

PyTorch takes eight columns at once, as lanes; the columns that are left over come one by one.

See Also
--------
B. P. Welford: Note on a Method for Calculating Corrected Sums of Squares and Products, 1962
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.digits.rounded import SINGLE, fused, sum_of_products
from minigrad.digits.sums import across, one_by_one

LANES = 8


def are_small(rows: Any) -> bool:
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


def input_gradient(weight: Any, grad: Any, rows: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised rows times `weight`, which may be 1 for none."""
    scale = SINGLE.type(1) / SINGLE.type(rows.shape[1])
    along = _sums(grad, rows) if np.ndim(weight) == 0 else _sums(grad * rows, weight)
    total = _sums(grad, weight)
    slope = fused(-along, total, mean) * rstd * rstd * rstd * scale
    offset = fused(-(total * rstd * scale), -slope, mean)
    return fused(rstd * grad * weight, slope, rows) + offset


def weight_gradient(grad: Any, rows: Any, mean: Any, rstd: Any) -> Any:
    """The sum over the rows, one after the other, of `grad` times what is normalised."""
    return sum_of_products(grad, fused(-rstd * mean, rows, rstd))


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


def bias_gradient(grad: Any) -> Any:
    """The sum over the rows."""
    return one_by_one(grad)
