"""Activation functions made of straight lines: relu and its relatives.

Elu, whose one side is curved.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops import with_number
from minigrad.ops.export import export, functional
from minigrad.ops.with_number import zeros_like
from minigrad.symbol import PRODUCT
from minigrad.tensor import Tensor


def choose(op: Op, inplace: bool, input: Tensor, *parameters: Any, floats: str = "") -> Tensor:
    """``op(input)``, or its in-place form.

    `floats` is what PyTorch calls an operation that takes only those.
    """
    if floats and input._data.dtype.kind != "f":
        raise errors.not_implemented_for(floats, input._data.dtype)
    return apply_in_place(op, input, parameters, {}) if inplace else op.apply(input, *parameters)


# --- relu and threshold


def _gate(closed: Any, grad: Any) -> Any:
    """`grad` where not `closed`, else 0."""
    if isinstance(closed, np.bool_) and isinstance(grad, np.generic):
        return grad.dtype.type(0) if closed else grad
    return np.where(closed, 0, grad)


threshold_backward = Op(
    "ThresholdBackwardBackward0",
    lambda grad_output, self, threshold: _gate(self <= threshold, grad_output),
    inputs=("grad_output", "self"),
    tex=r"{grad_output} \cdot [{self} > {threshold}]",
    precedence=PRODUCT,
    grad_output=lambda grad, self, threshold: threshold_backward(grad, self, threshold),
    self=lambda grad: zeros_like(grad),
    says="the same gate once more: the gradient passes where the value is above the threshold",
)

def _relu(self: Any) -> Any:
    if isinstance(self, np.generic):  # for scalars, Python is many times faster
        return self.dtype.type(0) if self <= 0 else self
    return np.maximum(self, 0)


relu = Op(
    "ReluBackward0",
    _relu,
    tex=r"\operatorname{{relu}}({self})",
    self=lambda grad, result: threshold_backward(grad, result, 0),
    says="the gradient passes where the result is positive, and stops where it is 0",
)
export("relu", in_place=True)(relu)

threshold_op = Op(
    "ThresholdBackward0",
    lambda self, threshold, value: np.where(self <= threshold, self.dtype.type(value), self),
    inputs=("self",),
    self=lambda grad, self, threshold: threshold_backward(grad, self, threshold),
    says="the gradient passes where the input is above the threshold",
)


@export("relu", method=False, to=functional)
def functional_relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``."""
    return choose(relu, inplace, input)


@export("threshold", method=False)
@export("threshold", method=False, to=functional)
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`input` where it is above `threshold`, else `value`."""
    return choose(threshold_op, inplace, input, threshold, value)


# --- hardtanh and relu6

hardtanh_backward = Op(
    "HardtanhBackwardBackward0",
    lambda grad_output, self, min_val, max_val: _gate(
        (self <= min_val) | (self >= max_val), grad_output
    ),
    inputs=("grad_output", "self"),
    tex=r"{grad_output} \cdot [{min_val} < {self} < {max_val}]",
    precedence=PRODUCT,
    grad_output=lambda grad, self, min_val, max_val: hardtanh_backward(
        grad, self, min_val, max_val
    ),
    self=lambda grad: zeros_like(grad),
    says="the same gate once more",
)

hardtanh_op = Op(
    "HardtanhBackward0",
    lambda self, min_val, max_val: np.minimum(np.maximum(self, min_val), max_val),
    inputs=("self",),
    tex=r"\operatorname{{hardtanh}}({self})",
    self=lambda grad, self, min_val, max_val: hardtanh_backward(grad, self, min_val, max_val),
    says="the gradient passes where the input is between the limits",
)


@export("hardtanh", method=False, to=functional)
def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """`input` held between two limits."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return choose(hardtanh_op, inplace, input, min_val, max_val)


@export("relu6", method=False, to=functional)
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` held between 0 and 6."""
    return choose(hardtanh_op, inplace, input, 0, 6)


# --- leaky_relu

leaky_relu_backward = Op(
    "LeakyReluBackwardBackward0",
    lambda grad_output, self, negative_slope, self_is_result: np.where(
        self > 0, grad_output, grad_output * negative_slope
    ),
    inputs=("grad_output", "self"),
    tex=r"{grad_output} \cdot [{self} > 0 \mathbin{{?}} 1 : {negative_slope}]",
    precedence=PRODUCT,
    grad_output=lambda grad, self, negative_slope: leaky_relu_backward(
        grad, self, negative_slope, False
    ),
    self=lambda grad: zeros_like(grad),
    says="the same two slopes once more",
)

leaky_relu_op = Op(
    "LeakyReluBackward0",
    lambda self, negative_slope: np.where(self > 0, self, self * negative_slope),
    inputs=("self",),
    tex=r"\operatorname{{leaky\_relu}}({self})",
    self=lambda grad, self, negative_slope: leaky_relu_backward(grad, self, negative_slope, False),
    says="the gradient passes where the input is positive, and is made smaller by the slope "
    "elsewhere",
)


@export("leaky_relu", method=False, to=functional)
def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `negative_slope` times it."""
    return choose(leaky_relu_op, inplace, input, negative_slope, floats="leaky_relu_cpu")


# --- elu, celu, selu


def _elu(self: Any, alpha: float, scale: float, input_scale: float) -> Any:
    below = np.expm1(np.minimum(self, 0) * input_scale) * (alpha * scale)
    return np.where(self > 0, self * scale, below)


def _elu_backward(
    grad_output: Any,
    self_or_result: Any,
    alpha: float,
    scale: float,
    input_scale: float,
    is_result: bool,
) -> Any:
    below = grad_output * (input_scale * alpha * scale) * np.exp(self_or_result * input_scale)
    return np.where(self_or_result <= 0, below, grad_output * scale)


def _elu_backward_self(
    grad: Any, grad_output: Any, self_or_result: Any, alpha: float, scale: float, input_scale: float
) -> Any:
    twice = with_number.scale(grad * grad_output, input_scale)
    return elu_backward(twice, self_or_result, alpha, scale, input_scale, False) * (
        self_or_result < 0
    )


elu_backward = Op(
    "EluBackwardBackward0",
    _elu_backward,
    inputs=("grad_output", "self_or_result"),
    grad_output=lambda grad, self_or_result, alpha, scale, input_scale, is_result: elu_backward(
        grad, self_or_result, alpha, scale, input_scale, is_result
    ),
    self_or_result=_elu_backward_self,
    says="the derivative of elu, differentiated once more",
)

elu_op = Op(
    "EluBackward0",
    _elu,
    inputs=("self",),
    tex=r"\operatorname{{elu}}({self})",
    self=lambda grad, self, alpha, scale, input_scale: elu_backward(
        grad, self, alpha, scale, input_scale, False
    ),
    says="the gradient passes where the input is positive; elsewhere it is multiplied by alpha "
    "times exp of the input",
)

celu_op = Op(
    "CeluBackward0",
    lambda self, alpha: _elu(self, alpha, 1, 1 / alpha),
    inputs=("self",),
    self=lambda grad, self, alpha: elu_backward(grad, self, alpha, 1, 1 / alpha, False),
    says="the gradient passes where the input is positive; elsewhere it is multiplied by "
    "exp(input / alpha)",
)

# Chosen so that mean 0 and variance 1 are kept (Klambauer and others, 2017).
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@export("elu", method=False, to=functional)
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else ``alpha * (exp(input) - 1)``."""
    return choose(elu_op, inplace, input, alpha, 1, 1, floats="elu_cpu")


@export("celu", method=False)
@export("celu", method=False, to=functional)
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else ``alpha * (exp(input / alpha) - 1)``."""
    return choose(celu_op, inplace, input, alpha, floats="elu_cpu")


@export("selu", method=False)
@export("selu", method=False, to=functional)
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with the alpha and the scale that keep mean 0 and variance 1."""
    return choose(elu_op, inplace, input, _SELU_ALPHA, _SELU_SCALE, 1, floats="elu_cpu")


# --- shrink

shrink_backward = Op(
    "HardshrinkBackwardBackward0",
    lambda grad_output, self, lambd: _gate((self >= -lambd) & (self <= lambd), grad_output),
    inputs=("grad_output", "self"),
    grad_output=lambda grad, self, lambd: shrink_backward(grad, self, lambd),
    self=lambda grad: zeros_like(grad),
    says="the same gate once more",
)

hardshrink_op = Op(
    "HardshrinkBackward0",
    lambda self, lambd: np.where((self >= -lambd) & (self <= lambd), 0, self),
    inputs=("self",),
    self=lambda grad, self, lambd: shrink_backward(grad, self, lambd),
    says="the gradient stops where the input is small",
)


@export("hardshrink")
@export("hardshrink", method=False, to=functional)
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`input`, but 0 where it is between ``-lambd`` and ``lambd``."""
    return choose(hardshrink_op, False, input, lambd, floats="hardshrink_cpu")
