"""What losses have in common: one loss per element, and then the mean or the sum of them."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minigrad import errors, sums
from minigrad.ops.broadcast import expand, sum_all
from minigrad.ops.with_number import div_number
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

NONE, MEAN, SUM = 0, 1, 2
_NUMBERS = {"none": NONE, "mean": MEAN, "sum": SUM}


def reduction_number(
    reduction: str, size_average: bool | None = None, reduce: bool | None = None
) -> int:
    """PyTorch's number of a reduction, from its name or from the two arguments of old.

    Raises
    ------
    ValueError
        If there is no such reduction.
    """
    if size_average is not None or reduce is not None:
        averages, reduces = size_average is not False, reduce is not False
        reduction = ("mean" if averages else "sum") if reduces else "none"
        warnings.warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' "
            "instead.",
            stacklevel=3,
        )
    if reduction not in _NUMBERS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _NUMBERS[reduction]


def reduced(values: Any, reduction: int) -> Any:
    """An array of losses as `reduction` says: for forward functions."""
    if reduction == NONE:
        return values
    total = sums.add(values)
    return total / values.dtype.type(values.size) if reduction == MEAN else total


def share(grad: Any, like: Any, reduction: int) -> Any:
    """The gradient of a mean divided by the number of elements of `like`; any other as it is."""
    if reduction != MEAN:
        return grad
    return div_number(grad, Symbol("n") if isinstance(like, Symbol) else math.prod(like.shape))


def total(values: Any, reduction: int) -> Any:
    """The sum of `values` if the loss was one number: the derivative by its gradient."""
    return values if reduction == NONE else sum_all(values)


def reduce_tensor(values: Tensor, reduction: int) -> Tensor:
    """A tensor of losses as `reduction` says, by operations that are recorded."""
    if reduction == NONE:
        return values
    return values.mean() if reduction == MEAN else values.sum()


def warn_of_size(input: Tensor, target: Tensor) -> None:
    """Warn where a target will be broadcast, which is nearly always a mistake."""
    if input.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            stacklevel=3,
        )


def broadcast_pair(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Both in their common shape.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    a, b = input._data.shape, target._data.shape
    if a == b:
        return input, target
    mismatch = errors.broadcast_mismatch(a, b)
    if mismatch is not None:
        raise mismatch
    shape = np.broadcast_shapes(a, b)
    return (
        input if a == shape else expand.apply(input, shape),
        target if b == shape else expand.apply(target, shape),
    )
