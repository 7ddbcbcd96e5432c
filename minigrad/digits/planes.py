"""Batch norm of images of float32, each step in PyTorch's order and rounded as there.

Arrays have shape (N, C, L): L are the pixels of a plane. PyTorch adds up eight of them at once, as
lanes, and what comes of planes in double precision. Source: native/cpu/batch_norm_kernel.cpp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.digits.rounded import DOUBLE, SINGLE, fused
from minigrad.digits.rows import LANES
from minigrad.digits.sums import across, add_up


def input_gradient(weight: Any, grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The vjp of normalised channels times `weight`, which may be 1 for none."""
    away, count = input - mean, grad.size // grad.shape[1]
    slope = _over_planes(away, grad).astype(SINGLE) * rstd * rstd / count
    rest = grad - (_over_planes(grad) / count).astype(SINGLE)
    return fused(rest, -away, slope) * rstd * np.reshape(weight, (-1, 1))


def weight_gradient(grad: Any, input: Any, mean: Any, rstd: Any) -> Any:
    """The sum over each channel of `grad` times what is normalised."""
    return (_over_planes(input - mean, grad) * rstd).astype(SINGLE)


def bias_gradient(grad: Any) -> Any:
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
