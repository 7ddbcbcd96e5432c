"""First values of parameters: constant, uniform, normal, and scaled to the size of a layer."""

from __future__ import annotations

import math
import warnings
from typing import Any

from minigrad.factories import eye
from minigrad.missing import absent
from minigrad.tensor import Tensor

_GAINS = {"tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4} | dict.fromkeys(
    ("linear", "conv1d", "conv2d", "conv3d", "sigmoid"), 1.0
)


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


def _fill(tensor: Tensor, method: str, *args: Any, **kwargs: Any) -> Tensor:
    """Call a method of `tensor` that changes it, without a node."""
    getattr(tensor.detach(), method)(*args, **kwargs)
    return tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Numbers evenly spread over [a, b)."""
    return _fill(tensor, "uniform_", a, b, generator=generator)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal numbers."""
    return _fill(tensor, "normal_", mean, std, generator=generator)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The number `val` everywhere."""
    return _fill(tensor, "fill_", val)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return _fill(tensor, "copy_", eye(*tensor.shape))


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers flow into and out of one unit of a layer with this weight.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.
    """
    if tensor.ndim < 2:
        text = "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions"
        raise ValueError(text)
    outputs, inputs, *field = tensor.shape
    return inputs * math.prod(field), outputs * math.prod(field)


def _xavier(tensor: Tensor, gain: float) -> float:
    """The standard deviation of Glorot and Bengio, 2010."""
    return gain * math.sqrt(2.0 / float(sum(fans(tensor))))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Uniform numbers of variance ``2 gain² / (fan_in + fan_out)`` (Glorot and Bengio, 2010)."""
    bound = math.sqrt(3.0) * _xavier(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """Normal numbers of variance ``2 gain² / (fan_in + fan_out)`` (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, _xavier(tensor, gain), generator)


def _kaiming(tensor: Tensor, slope: float, mode: str, nonlinearity: str) -> float | None:
    """The standard deviation of He and others, 2015; None if there is nothing to fill."""
    if 0 in tensor.shape:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
        return None
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(
            f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']"
        )
    fan = fans(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, slope) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:  # fmt: skip
    """Uniform numbers of variance ``gain² / fan`` (He and others, 2015).

    `a` is the slope of leaky_relu.
    """
    std = _kaiming(tensor, a, mode, nonlinearity)
    if std is None:
        return tensor
    return uniform_(tensor, -math.sqrt(3.0) * std, math.sqrt(3.0) * std, generator)


def kaiming_normal_(
    tensor: Tensor, a: float = 0, mode: str = "fan_in", nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:  # fmt: skip
    """Normal numbers of variance ``gain² / fan`` (He and others, 2015)."""
    std = _kaiming(tensor, a, mode, nonlinearity)
    return tensor if std is None else normal_(tensor, 0.0, std, generator)


__getattr__ = absent("torch.nn.init")
