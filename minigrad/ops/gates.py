"""Activations with a second operand: prelu, whose slope is learnt, and glu, which has a gate."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import view
from minigrad.ops.export import export, functional
from minigrad.ops.join import cat_op, split_op
from minigrad.ops.pointwise import sigmoid
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor

# --- prelu

_INPUTS = ("grad_output", "self", "weight")

prelu_backward = Op(
    "PreluKernelBackwardBackward0",
    lambda grad_output, self, weight: np.where(self > 0, grad_output, grad_output * weight),
    inputs=_INPUTS,
    grad_output=lambda grad, self, weight: prelu_backward(grad, self, weight),
    self=lambda grad, self: zeros_like(self),
    weight=lambda grad, grad_output, self: grad * grad_output * (self <= 0))  # fmt: skip

prelu_weight_backward = Op(
    "PreluKernelBackwardBackward0",
    lambda grad_output, self, weight: grad_output * np.minimum(self, 0), inputs=_INPUTS,
    grad_output=lambda grad, self, weight: prelu_weight_backward(grad, self, weight),
    self=lambda grad, grad_output, self: grad * grad_output * (self <= 0),
    weight=lambda grad, weight: zeros_like(weight))  # fmt: skip

prelu_op = Op(
    "PreluKernelBackward0",
    lambda self, weight: np.where(self > 0, self, self * weight),
    self=lambda grad, self, weight: prelu_backward(grad, self, weight),
    weight=lambda grad, self, weight: prelu_weight_backward(grad, self, weight),
    says="the gradient passes where the input is positive, else times the slope")  # fmt: skip


@export("prelu", method=False, to=functional)
@export("prelu")
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`input` where it is positive, else `weight` times it.

    Parameters
    ----------
    weight : Tensor
        One slope, or one for each channel (dimension 1).

    Raises
    ------
    RuntimeError
        If there are as many slopes as neither 1 nor channels, or the dtypes differ.
    """
    check(weight.ndim < 2, "prelu_weight", weight.ndim)
    kinds = [errors.kind(t) for t in (input, weight)]
    check(kinds[0] == kinds[1], "prelu_dtype", *kinds)
    number, channels = weight.numel(), input.shape[1] if input.ndim > 1 else 1
    check(number == 1 or input.ndim, "prelu_number")
    check(number in (1, channels), "prelu_channels", number, channels)
    if weight.ndim != input.ndim:
        shape = [number if d == 1 else 1 for d in range(input.ndim)]
        weight = view.apply(weight, tuple(shape))
    return prelu_op.apply(input, weight)


# --- glu


def _halves(value: Any, dim: int) -> Any:
    return split_op(value, value.shape[dim] // 2, dim)


def _glu(self: Any, dim: int) -> Any:
    first, second = _halves(self, dim)
    return first * sigmoid(second)


def _glu_back(grad_output: Any, self: Any, dim: int) -> Any:
    first, second = _halves(self, dim)
    gate = sigmoid(second)
    return cat_op([grad_output * gate, grad_output * first * gate * (1 - gate)], dim)


def _glu_by_grad(grad: Any, self: Any, dim: int) -> Any:
    (first, second), (one, two) = _halves(self, dim), _halves(grad, dim)
    gate = sigmoid(second)
    return one * gate + two * first * gate * (1 - gate)


def _glu_by_self(grad: Any, grad_output: Any, self: Any, dim: int) -> Any:
    (first, second), (one, two) = _halves(self, dim), _halves(grad, dim)
    gate = sigmoid(second)
    slope = grad_output * gate * (1 - gate)
    return cat_op([two * slope, (one + two * first * (1 - gate - gate)) * slope], dim)


glu_backward = Op(
    "GluBackwardBackward0", _glu_back, inputs=("grad_output", "self"), grad_output=_glu_by_grad,
    self=_glu_by_self)  # fmt: skip

glu_op = Op(
    "GluBackward0", _glu, inputs=("self",),
    self=lambda grad, self, dim: glu_backward(grad, self, dim),
    says="each half receives the gradient times the derivative by that half")  # fmt: skip


@export("glu", method=False, to=functional)
def glu(input: Tensor, dim: int = -1) -> Tensor:
    """The first half of `input` along `dim` times the sigmoid of the second half.

    Raises
    ------
    RuntimeError
        If there are no two halves.
    """
    shape = input._data.shape
    check(shape, "glu_number")
    along = errors.checked_dim(dim, len(shape))
    check(shape[along] % 2 == 0, "glu_even", along, shape[along])
    if input._data.dtype.kind != "f":
        raise errors.not_implemented_for("glu_cpu", input._data.dtype)
    return glu_op.apply(input, dim)
