"""Activation functions without corners: gelu, silu, mish, softplus, logsigmoid and others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import random
from minigrad.op import Op
from minigrad.ops.activation import activation, choose
from minigrad.ops.arithmetic import exp, mul, sub
from minigrad.ops.export import export, functional
from minigrad.ops.forms import underived
from minigrad.ops.pointwise import erf, log1p, sigmoid, sigmoid_backward, tanh
from minigrad.ops.with_number import add_number, div_number, scale, sub_number
from minigrad.tensor import Tensor, wrap

# --- gelu

_SLOPE, _CUBE, _NORMAL = math.sqrt(2 / math.pi), 0.044715, 1 / math.sqrt(2 * math.pi)


def _bend(x: Any) -> Any:
    return np.tanh(_SLOPE * (x + _CUBE * x * x * x))


def _below(x: Any) -> Any:
    """The probability that a normal number is below `x`."""
    return 0.5 * (1 + erf.forward(x * math.sqrt(0.5)))


def _gelu(self: Any, approximate: str) -> Any:
    return self * (0.5 * (1 + _bend(self)) if approximate == "tanh" else _below(self))


def _gelu_backward(grad_output: Any, self: Any, approximate: str) -> Any:
    if approximate == "tanh":
        bend = _bend(self)
        slope = _SLOPE * (1 + 3 * _CUBE * self * self)
        return grad_output * (0.5 * (1 + bend) + 0.5 * self * (1 - bend * bend) * slope)
    return grad_output * (_below(self) + self * _NORMAL * np.exp(-0.5 * self * self))


def _gelu_backward_rule(grad: Any, grad_output: Any, self: Any, approximate: str) -> Any:
    square = self * self
    if approximate == "tanh":
        bend = tanh(scale(self + scale(square * self, _CUBE), _SLOPE))
        slope = scale(add_number(scale(square, 3 * _CUBE), 1), _SLOPE)
        curve = slope * sub(1, self * bend * slope) + scale(square, 3 * _CUBE * _SLOPE)
        return grad * grad_output * sub(1, bend * bend) * curve
    return grad * grad_output * scale(exp(scale(square, -0.5)), _NORMAL) * sub(2, square)


# fmt: off
gelu_backward = Op("GeluBackwardBackward0", _gelu_backward, self=_gelu_backward_rule,
    grad_output=lambda grad, self, approximate: gelu_backward(grad, self, approximate),
    says="the derivative of gelu, differentiated once more")
gelu_op = Op("GeluBackward0", _gelu, tex=r"\operatorname{{gelu}}({self})",
    self=lambda grad, self, approximate: gelu_backward(grad, self, approximate),
    says="gelu is x times the normal distribution up to x; the product rule gives that plus x "
    "times the density")
# fmt: on


@activation()
def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """`input` times the probability that a normal number is below it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return choose(gelu_op, False, input, approximate, floats="GeluKernelImpl")


# --- silu and mish


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _mish_rule(grad: Any, self: Any) -> Any:
    bend = tanh(log1p(exp(self)))
    return grad * (bend + self * sigmoid(self) * sub(1, bend * bend))


# fmt: off
silu_op = Op("SiluBackward0", lambda self: self * _logistic(self),
    tex=r"\operatorname{{silu}}({self})",
    self=lambda grad, self: grad * sigmoid(self) * add_number(self * sub(1, sigmoid(self)), 1),
    says="silu is x times sigmoid(x); the product rule gives sigmoid times (1 + x (1 - sigmoid))")
mish_op = Op("MishBackward0", lambda self: self * np.tanh(np.logaddexp(self, 0)), self=_mish_rule,
    says="mish is x times tanh(softplus(x)); the product rule")
# fmt: on


@activation()
def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * sigmoid(input)``."""
    return choose(silu_op, inplace, input, floats="silu_cpu")


@activation()
def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * tanh(softplus(input))``."""
    return choose(mish_op, inplace, input, floats="mish_cpu")


# --- softplus and logsigmoid


def _softplus(self: Any, beta: float, threshold: float) -> Any:
    steep = self * beta
    return np.where(steep > threshold, self, np.log1p(np.exp(np.minimum(steep, threshold))) / beta)


def _softplus_backward(grad_output: Any, self: Any, beta: float, threshold: float) -> Any:
    return np.where(self * beta > threshold, grad_output, grad_output * _logistic(self * beta))


def _softplus_backward_rule(
    grad: Any, grad_output: Any, self: Any, beta: float, threshold: float
) -> Any:
    curve = sigmoid_backward(grad * grad_output, sigmoid(scale(self, beta)))
    return scale(curve * (self * beta < threshold), beta)


def _logsigmoid_backward(grad_output: Any, self: Any, buffer: Any) -> Any:
    return grad_output * np.where(self < 0, 1 / (1 + buffer), buffer / (1 + buffer))


# fmt: off
softplus_backward = Op("SoftplusBackwardBackward0", _softplus_backward,
    self=_softplus_backward_rule,
    grad_output=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold),
    says="the derivative of softplus, differentiated once more")
softplus_op = Op("SoftplusBackward0", _softplus, tex=r"\operatorname{{softplus}}({self})",
    self=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold),
    says="the derivative of softplus is sigmoid")
logsigmoid_backward = Op("LogSigmoidBackwardBackward0", _logsigmoid_backward,
    grad_output=lambda grad, self, buffer: logsigmoid_backward(grad, self, buffer),
    self=lambda grad, grad_output, self: grad * grad_output * sub_number(sigmoid(self), 1) *
        sigmoid(self), says="the derivative of logsigmoid, differentiated once more")
logsigmoid_op = Op("LogSigmoidBackward0",
    lambda self, buffer: np.minimum(self, 0) - np.log1p(buffer),
    tex=r"\operatorname{{logsigmoid}}({self})",
    self=lambda grad, self, buffer: logsigmoid_backward(grad, self, buffer),
    says="the derivative of log(sigmoid(x)) is 1 - sigmoid(x)")
# fmt: on


@activation()
def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """``log(1 + exp(beta * input)) / beta``; above `threshold`, `input` itself."""
    return choose(softplus_op, False, input, beta, threshold, floats="softplus_cpu")


@activation()
def logsigmoid(input: Tensor) -> Tensor:
    """``log(sigmoid(input))``."""
    return choose(logsigmoid_op, False, input, np.exp(-abs(input._data)), floats="log_sigmoid_cpu")


# --- hardsigmoid and hardswish


def _ramp(x: Any) -> Any:
    return np.minimum(np.maximum(x + 3, 0), 6) / 6


def _on_ramp(x: Any) -> Any:
    return (x > -3) * (x < 3)


# fmt: off
hardsigmoid_backward = underived("hardsigmoid_backward",
    lambda grad_output, self: grad_output / 6 * _on_ramp(self), "grad_output", "self")
hardsigmoid_op = Op("HardsigmoidBackward0", lambda self: _ramp(self),
    self=lambda grad, self: hardsigmoid_backward(grad, self),
    says="the gradient passes, a sixth of it, where the input is between -3 and 3")
hardswish_backward = Op("HardswishBackwardBackward0", lambda grad_output, self: np.where(self < -3,
        0, np.where(self <= 3, grad_output * (self / 3 + 0.5), grad_output)),
    grad_output=lambda grad, self: hardswish_backward(grad, self),
    self=lambda grad, grad_output, self: div_number(grad * grad_output, 3) * _on_ramp(self))
hardswish_op = Op("HardswishBackward0", lambda self: self * _ramp(self),
    self=lambda grad, self: hardswish_backward(grad, self),
    says="hardswish is x times hardsigmoid(x); the product rule")
# fmt: on


@activation()
def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """``relu6(input + 3) / 6``."""
    return choose(hardsigmoid_op, inplace, input, floats="hardsigmoid_cpu")


@activation()
def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * relu6(input + 3) / 6``."""
    return choose(hardswish_op, inplace, input, floats="hardswish_cpu")


# --- made of other operations

for _name, _op in {"sigmoid": sigmoid, "tanh": tanh}.items():
    export(_name, method=False, to=functional)(_op)


@activation()
def softsign(input: Tensor) -> Tensor:
    """``input / (1 + abs(input))``."""
    return input / (input.abs() + 1)


@activation()
def tanhshrink(input: Tensor) -> Tensor:
    """``input - tanh(input)``."""
    return input - tanh.apply(input)


@activation()
def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set elements to 0 with probability `p`, divide the others by ``1 - p``, while training.

    Raises
    ------
    ValueError
        If `p` is no probability.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p == 0 or not training or input.numel() == 0:
        return input
    data = input._data
    if p == 1:
        return choose(mul, inplace, input, wrap(np.zeros((), data.dtype)))
    kept = random.bernoulli_p(data.shape, data.dtype, 1 - p)
    return choose(mul, inplace, input, wrap(kept / data.dtype.type(1 - p)))


@activation()
def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """`input` divided by its norm along `dim`, so that the norm becomes 1."""
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
