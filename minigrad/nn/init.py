"""First values of parameters: constant, uniform, normal, and scaled to the size of a layer."""

from __future__ import annotations

import math
import warnings
from typing import Any

from minigrad import errors
from minigrad.missing import absent
from minigrad.modes import no_grad
from minigrad.tensor import Tensor

_LINEAR = {f"conv{kind}{dims}d": 1 for kind in ("", "_transpose") for dims in (1, 2, 3)}
_GAINS = {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4, "linear": 1, "sigmoid": 1, **_LINEAR}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """How much larger weights must be before `nonlinearity` to keep the variance."""
    if nonlinearity == "leaky_relu":
        errors.check(param is None or type(param) in (int, float), "negative_slope", f"{param}")
        return math.sqrt(2.0 / (1 + (0.01 if param is None else param) ** 2))
    errors.check(nonlinearity in _GAINS, "nonlinearity", nonlinearity)
    return _GAINS[nonlinearity]


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Numbers evenly spread over [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Normal numbers."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """The number `val` everywhere."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """1 everywhere."""
    return constant_(tensor, 1.0)


@no_grad()
def zeros_(tensor: Tensor) -> Tensor:
    """0 everywhere."""
    return tensor.zero_()


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers flow into and out of one unit of a layer with this weight.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.
    """
    errors.check(tensor.dim() >= 2, "no_fans")
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


def _is_empty(tensor: Tensor) -> bool:
    """Whether there is nothing to be drawn, which is left alone with a warning."""
    if 0 in tensor.shape:
        warnings.warn(errors.NOTHING_TO_INITIALIZE, stacklevel=3)
        return True
    return False


def _kaiming(tensor: Tensor, slope: float, mode: str, nonlinearity: str) -> float:
    """The standard deviation of He and others, 2015."""
    errors.check(mode.lower() in ("fan_in", "fan_out"), "fan_mode", mode)
    return calculate_gain(nonlinearity, slope) / math.sqrt(fans(tensor)[mode.lower() == "fan_out"])


def kaiming_uniform_(tensor: Tensor, a: float = 0, mode: str = "fan_in",
        nonlinearity: str = "leaky_relu", generator: Any = None) -> Tensor:  # fmt: skip
    """Uniform numbers of variance ``gain² / fan`` (He and others, 2015).

    `a` is the slope of leaky_relu.
    """
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(tensor: Tensor, a: float = 0, mode: str = "fan_in",
        nonlinearity: str = "leaky_relu", generator: Any = None) -> Tensor:  # fmt: skip
    """Normal numbers of variance ``gain² / fan`` (He and others, 2015)."""
    if _is_empty(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming(tensor, a, mode, nonlinearity), generator)


__getattr__ = absent("torch.nn.init")
