"""Activation functions without corners: gelu, silu, mish, softplus, logsigmoid and others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import random
from minigrad.op import Op
from minigrad.ops.activation import choose
from minigrad.ops.arithmetic import exp, mul, sub
from minigrad.ops.export import export, functional
from minigrad.ops.pointwise import erf, log1p, sigmoid, sigmoid_backward, tanh
from minigrad.ops.with_number import add_number, div_number, scale, sub_number
from minigrad.tensor import Tensor, wrap


def _logistic(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


# --- gelu

_TANH_SLOPE, _TANH_CUBE = math.sqrt(2 / math.pi), 0.044715
_NORMAL = 1 / math.sqrt(2 * math.pi)


def _gelu(self: Any, approximate: str) -> Any:
    if approximate == "tanh":
        return 0.5 * self * (1 + np.tanh(_TANH_SLOPE * (self + _TANH_CUBE * self * self * self)))
    return self * (0.5 * (1 + erf.forward(self * math.sqrt(0.5))))


def _gelu_backward(grad_output: Any, self: Any, approximate: str) -> Any:
    if approximate == "tanh":
        bend = np.tanh(_TANH_SLOPE * (self + _TANH_CUBE * self * self * self))
        slope = _TANH_SLOPE * (1 + 3 * _TANH_CUBE * self * self)
        return grad_output * (0.5 * (1 + bend) + 0.5 * self * (1 - bend * bend) * slope)
    density = _NORMAL * np.exp(-0.5 * self * self)
    return grad_output * (0.5 * (1 + erf.forward(self * math.sqrt(0.5))) + self * density)


def _gelu_backward_self(grad: Any, grad_output: Any, self: Any, approximate: str) -> Any:
    if approximate == "tanh":
        bend = tanh(scale(self + scale(self**3, _TANH_CUBE), _TANH_SLOPE))
        slope = scale(add_number(scale(self * self, 3 * _TANH_CUBE), 1), _TANH_SLOPE)
        steep = sub(1, bend * bend) * slope
        curve = (
            steep
            - scale(self, 1) * bend * steep * slope
            + scale(self * sub(1, bend * bend), 3 * _TANH_CUBE * _TANH_SLOPE) * self
        )
        return grad * grad_output * curve
    density = scale(exp(scale(self * self, -0.5)), _NORMAL)
    return grad * grad_output * (scale(density, 2) - self * self * density)


gelu_backward = Op(
    "GeluBackwardBackward0",
    _gelu_backward,
    inputs=("grad_output", "self"),
    grad_output=lambda grad, self, approximate: gelu_backward(grad, self, approximate),
    self=_gelu_backward_self,
    says="the derivative of gelu, differentiated once more",
)

gelu_op = Op(
    "GeluBackward0",
    _gelu,
    inputs=("self",),
    tex=r"\operatorname{{gelu}}({self})",
    self=lambda grad, self, approximate: gelu_backward(grad, self, approximate),
    says="gelu is x times the normal distribution up to x; the product rule gives that plus x "
    "times the density",
)


@export("gelu", method=False, to=functional)
def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """`input` times the probability that a normal number is below it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return choose(gelu_op, False, input, approximate, floats="GeluKernelImpl")


# --- silu and mish

silu_op = Op(
    "SiluBackward0",
    lambda self: self * _logistic(self),
    tex=r"\operatorname{{silu}}({self})",
    self=lambda grad, self: grad * sigmoid(self) * add_number(self * sub(1, sigmoid(self)), 1),
    says="silu is x times sigmoid(x); the product rule gives sigmoid times (1 + x (1 - sigmoid))",
)


def _mish_rule(grad: Any, self: Any) -> Any:
    bend = tanh(log1p(exp(self)))
    return grad * (bend + self * sigmoid(self) * sub(1, bend * bend))


mish_op = Op(
    "MishBackward0",
    lambda self: self * np.tanh(np.logaddexp(self, 0)),
    inputs=("self",),
    tex=r"\operatorname{{mish}}({self})",
    self=_mish_rule,
    says="mish is x times tanh(softplus(x)); the product rule",
)


@export("silu", method=False, to=functional)
def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * sigmoid(input)``."""
    return choose(silu_op, inplace, input, floats="silu_cpu")


@export("mish", method=False, to=functional)
def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * tanh(softplus(input))``."""
    return choose(mish_op, inplace, input, floats="mish_cpu")


# --- softplus and logsigmoid


def _softplus(self: Any, beta: float, threshold: float) -> Any:
    steep = self * beta
    return np.where(steep > threshold, self, np.log1p(np.exp(np.minimum(steep, threshold))) / beta)


def _softplus_backward(grad_output: Any, self: Any, beta: float, threshold: float) -> Any:
    return np.where(self * beta > threshold, grad_output, grad_output * _logistic(self * beta))


softplus_backward = Op(
    "SoftplusBackwardBackward0",
    _softplus_backward,
    inputs=("grad_output", "self"),
    grad_output=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold),
    self=lambda grad, grad_output, self, beta, threshold: scale(
        sigmoid_backward(grad * grad_output, sigmoid(scale(self, beta)))
        * (self * beta < threshold),
        beta,
    ),
    says="the derivative of softplus, differentiated once more",
)

softplus_op = Op(
    "SoftplusBackward0",
    _softplus,
    inputs=("self",),
    tex=r"\operatorname{{softplus}}({self})",
    self=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold),
    says="the derivative of softplus is sigmoid",
)


@export("softplus", method=False, to=functional)
def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """``log(1 + exp(beta * input)) / beta``; above `threshold`, `input` itself."""
    return choose(softplus_op, False, input, beta, threshold, floats="softplus_cpu")


def _logsigmoid_backward(grad_output: Any, self: Any, buffer: Any) -> Any:
    return grad_output * np.where(self < 0, 1 / (1 + buffer), buffer / (1 + buffer))


logsigmoid_backward = Op(
    "LogSigmoidBackwardBackward0",
    _logsigmoid_backward,
    inputs=("grad_output", "self"),
    grad_output=lambda grad, self, buffer: logsigmoid_backward(grad, self, buffer),
    self=lambda grad, grad_output, self: (
        grad * grad_output * sub_number(sigmoid(self), 1) * sigmoid(self)
    ),
    says="the derivative of logsigmoid, differentiated once more",
)

logsigmoid_op = Op(
    "LogSigmoidBackward0",
    lambda self, buffer: np.minimum(self, 0) - np.log1p(buffer),
    inputs=("self",),
    tex=r"\operatorname{{logsigmoid}}({self})",
    self=lambda grad, self, buffer: logsigmoid_backward(grad, self, buffer),
    says="the derivative of log(sigmoid(x)) is 1 - sigmoid(x)",
)


@export("logsigmoid", method=False, to=functional)
def logsigmoid(input: Tensor) -> Tensor:
    """``log(sigmoid(input))``."""
    return choose(logsigmoid_op, False, input, np.exp(-abs(input._data)), floats="log_sigmoid_cpu")


# --- hardsigmoid and hardswish

hardsigmoid_op = Op(
    "HardsigmoidBackward0",
    lambda self: np.minimum(np.maximum(self + 3, 0), 6) / 6,
    self=lambda grad, self: div_number(grad, 6) * ((self > -3) * (self < 3)),
    says="the gradient passes, a sixth of it, where the input is between -3 and 3",
)

hardswish_backward = Op(
    "HardswishBackwardBackward0",
    lambda grad_output, self: np.where(
        self < -3, 0, np.where(self <= 3, grad_output * (self / 3 + 0.5), grad_output)
    ),
    inputs=("grad_output", "self"),
    grad_output=lambda grad, self: hardswish_backward(grad, self),
    self=lambda grad, grad_output, self: (
        div_number(grad * grad_output, 3) * ((self > -3) * (self < 3))
    ),
    says="the derivative of hardswish, differentiated once more",
)

hardswish_op = Op(
    "HardswishBackward0",
    lambda self: self * np.minimum(np.maximum(self + 3, 0), 6) / 6,
    self=lambda grad, self: hardswish_backward(grad, self),
    says="hardswish is x times hardsigmoid(x); the product rule",
)


@export("hardsigmoid", method=False, to=functional)
def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """``relu6(input + 3) / 6``."""
    return choose(hardsigmoid_op, inplace, input, floats="hardsigmoid_cpu")


@export("hardswish", method=False, to=functional)
def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * relu6(input + 3) / 6``."""
    return choose(hardswish_op, inplace, input, floats="hardswish_cpu")


# --- made of other operations


@export("sigmoid", method=False, to=functional)
def functional_sigmoid(input: Tensor) -> Tensor:
    """``1 / (1 + exp(-input))``."""
    return sigmoid.apply(input)


@export("tanh", method=False, to=functional)
def functional_tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return tanh.apply(input)


@export("softsign", method=False, to=functional)
def softsign(input: Tensor) -> Tensor:
    """``input / (1 + abs(input))``."""
    return input / (input.abs() + 1)


@export("tanhshrink", method=False, to=functional)
def tanhshrink(input: Tensor) -> Tensor:
    """``input - tanh(input)``."""
    return input - tanh.apply(input)


@export("dropout", method=False, to=functional)
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


@export("normalize", method=False, to=functional)
def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """`input` divided by its norm along `dim`, so that the norm becomes 1."""
    return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)
