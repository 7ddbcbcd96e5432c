"""Batch norm of a matrix of float32, each step in PyTorch's order and rounded as there."""

from __future__ import annotations

from typing import Any

from minigrad.digits import rounded
from minigrad.digits.products import fused_product
from minigrad.digits.rounded import SINGLE, fused
from minigrad.digits.rows import LANES
from minigrad.digits.sums import one_by_one

_ONE_BY_ONE = 32
"""Up to so many rows are added one by one."""
_LARGEST = 1 << 15


def are_small(columns: Any) -> bool:
    """Whether steps are few enough here: of more numbers the last bits are others."""
    return columns.dtype is SINGLE and 0 < columns.size <= _LARGEST


def sum_of_products(left: Any, right: Any) -> Any:
    """The sum of ``left * right`` over the rows, rounded once for each product."""
    if len(left) <= _ONE_BY_ONE:
        return rounded.sum_of_products(left, right)
    return fused_product(left.T[:, None], right.T[..., None]).reshape(-1)


def squares(away: Any) -> Any:
    """The sum of squares of what is left of each column without its mean."""
    return sum_of_products(away, away)[None]


def input_gradient(weight: Any, grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised columns times `weight`, which may be 1 for none."""
    away = input - mean
    slope = sum_of_products(away, grad) * rstd * rstd / len(grad)
    rest = grad - one_by_one(grad) / len(grad)
    result = rest - away * slope
    end = grad.shape[1] // LANES * LANES  # what is computed as vectors is rounded once
    result[:, :end] = fused(rest, -away, slope)[:, :end]
    return result * rstd * weight


def weight_gradient(grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The sum over the rows of `grad` times what is normalised."""
    return sum_of_products(input - mean, grad) * rstd


def bias_gradient(grad: Any) -> Any:
    """The sum over the rows."""
    return one_by_one(grad)
