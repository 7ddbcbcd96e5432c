"""First values of parameters: constant, uniform, normal, and scaled to the size of a layer."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minigrad import random
from minigrad.generator import default_generator
from minigrad.in_place import write
from minigrad.tensor import Tensor

_GAINS = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4} | dict.fromkeys(
    ("linear", "conv1d", "conv2d", "conv3d", "sigmoid"), 1.0
)


def _fill(tensor: Tensor, data: Any) -> Tensor:
    """Write `data` into `tensor`, without a node."""
    write(tensor, data)
    return tensor


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much larger weights must be before `nonlinearity` to keep the variance."""
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, (int, float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return _GAINS[nonlinearity]


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = default_generator
) -> Tensor:
    """Numbers evenly spread over [a, b)."""
    return _fill(tensor, random.uniform(tensor._data.shape, tensor._data.dtype, a, b, generator))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = default_generator
) -> Tensor:
    """Normal numbers."""
    return _fill(
        tensor, random.normal(tensor._data.shape, tensor._data.dtype, mean, std, generator)
    )


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The number `val` everywhere."""
    return _fill(tensor, val)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return _fill(tensor, 1)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return _fill(tensor, 0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return _fill(tensor, np.eye(*tensor._data.shape))


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers flow into and out of one unit of a layer with this weight.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.
    """
    shape = tensor._data.shape
    if len(shape) < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _fan(tensor: Tensor, mode: str) -> int:
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return fans(tensor)[mode == "fan_out"]


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Any = default_generator
) -> Tensor:
    """Uniform numbers of variance ``2 gain² / (fan_in + fan_out)`` (Glorot and Bengio, 2010)."""
    std = gain * math.sqrt(2.0 / float(sum(fans(tensor))))
    bound = math.sqrt(3.0) * std
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = default_generator) -> Tensor:
    """Normal numbers of variance ``2 gain² / (fan_in + fan_out)`` (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(sum(fans(tensor)))), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = default_generator,
) -> Tensor:
    """Uniform numbers of variance ``gain² / fan`` (He and others, 2015).

    `a` is the slope of leaky_relu.
    """
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * (calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)))
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = default_generator,
) -> Tensor:
    """Normal numbers of variance ``gain² / fan`` (He and others, 2015)."""
    if _is_empty(tensor):
        return tensor
    return normal_(
        tensor, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(_fan(tensor, mode)), generator
    )


def _is_empty(tensor: Tensor) -> bool:
    if 0 in tensor._data.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return True
    return False
