"""Losses of yes or no: binary_cross_entropy, of probabilities and of scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import mul, pow_number, sub
from minigrad.ops.export import export, functional
from minigrad.ops.pointwise import logit, sigmoid
from minigrad.ops.reduction import MEAN, reduced, reduction_number, share, total
from minigrad.ops.smooth_activation import logsigmoid, softplus_op
from minigrad.ops.with_number import add_number, scale
from minigrad.tensor import Tensor

_EPSILON = 1e-12  # keeps the denominator from 0 where a probability is 0 or 1
_LEAST_LOG = -100  # what PyTorch takes for log(0), so that the loss stays finite


def _weighted(values: Any, weight: Any) -> Any:
    return values if weight is None else mul(values, weight)


# --- of probabilities


def _bce(self: Any, target: Any, weight: Any, reduction: int) -> Any:
    yes, no = np.maximum(np.log(self), _LEAST_LOG), np.maximum(np.log1p(-self), _LEAST_LOG)
    return reduced(_weighted((target - 1) * no - target * yes, weight), reduction)


def _bce_backward(grad_output: Any, self: Any, target: Any, weight: Any, reduction: int) -> Any:
    values = grad_output * (self - target) / np.maximum((1 - self) * self, _EPSILON)
    values = _weighted(values, weight)
    return values / self.dtype.type(self.size) if reduction == MEAN else values


def _bce_by_grad(grad: Any, self: Any, target: Any, weight: Any, reduction: int) -> Any:
    slope = (self - target) / (add_number(self, _EPSILON) * add_number(sub(1, self), _EPSILON))
    return total(share(_weighted(slope * grad, weight), self, reduction), reduction)


def _bce_curve(
    grad: Any, grad_output: Any, self: Any, target: Any, weight: Any, reduction: int
) -> Any:
    numerator = self * self - scale(self, 2) * target + target
    denominator = pow_number(add_number(self, _EPSILON), 2) * pow_number(
        add_number(sub(1, self), _EPSILON), 2
    )
    return share(_weighted(numerator / denominator * (grad * grad_output), weight), self, reduction)


def _bce_by_target(grad: Any, grad_output: Any, self: Any, weight: Any, reduction: int) -> Any:
    slope = -(grad * grad_output) / (
        add_number(self, _EPSILON) * add_number(sub(1, self), _EPSILON)
    )
    return share(_weighted(slope, weight), self, reduction)


bce_backward = Op(
    "BinaryCrossEntropyBackwardBackward0",
    _bce_backward,
    inputs=("grad_output", "self", "target"),
    tex=r"{grad_output} \cdot \frac{{{self} - {target}}}{{n \cdot {self} \left(1 - {self}\right)}}",
    grad_output=_bce_by_grad,
    self=_bce_curve,
    target=_bce_by_target,
    says="the derivative of binary_cross_entropy, differentiated once more",
)

bce_op = Op(
    "BinaryCrossEntropyBackward0",
    _bce,
    inputs=("self", "target"),
    tex=r"\operatorname{{bce}}({self}, {target})",
    self=lambda grad, self, target, weight, reduction: bce_backward(
        grad, self, target, weight, reduction
    ),
    target=lambda grad, self, weight, reduction: share(
        _weighted(-logit(self) * grad, weight), self, reduction
    ),
    says="each probability p receives (p - target) / (p (1 - p)), divided by their number for a "
    "mean",
)


@export("binary_cross_entropy", method=False, to=functional)
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the logarithm of the probability that was given to the right answer.

    Parameters
    ----------
    input : Tensor
        Probabilities.
    target : Tensor
        Of the same shape: 1 for yes, 0 for no, or a number between.
    weight : Tensor, optional
        Broadcast to that shape.

    Raises
    ------
    ValueError
        If the shapes differ.
    RuntimeError
        If an element is no probability, or the dtypes differ.
    """
    number = reduction_number(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )
    if input._data.dtype != target._data.dtype:
        raise RuntimeError(f"Found dtype {errors.kind(target)} but expected {errors.kind(input)}")
    for name, tensor in (("input", input), ("target", target)):
        if not np.all((tensor._data >= 0) & (tensor._data <= 1)):
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    weights = None if weight is None else np.broadcast_to(weight._data, input._data.shape)
    return bce_op.apply(input, target, weights, number)


# --- of scores


def _logits_loss(self: Any, target: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    softened = np.log1p(np.exp(-abs(self))) + np.maximum(-self, 0)
    if pos_weight is not None:
        softened = softened * ((pos_weight - 1) * target + 1)
    return reduced(_weighted((1 - target) * self + softened, weight), reduction)


def _logits_rule(
    grad: Any, self: Any, target: Any, weight: Any, pos_weight: Any, reduction: int
) -> Any:
    if pos_weight is None:
        slope = sigmoid(self) - target
    else:
        positive = mul(pos_weight, target)
        slope = mul(sub(add_number(positive, 1), target), sigmoid(self)) - positive
    return share(_weighted(slope * grad, weight), self, reduction)


def _logits_target_rule(grad: Any, self: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    slope = -self
    if pos_weight is not None:
        slope = log_sigmoid(-self) - mul(pos_weight, log_sigmoid(self))
    return share(_weighted(slope * grad, weight), self, reduction)


def log_sigmoid(value: Any) -> Any:
    """``log(sigmoid(value))`` for derivative rules, on any kind of value."""
    return logsigmoid(value) if isinstance(value, Tensor) else -softplus_op(-value, 1, 20)


logits_op = Op(
    "BinaryCrossEntropyWithLogitsBackward0",
    _logits_loss,
    inputs=("self", "target"),
    tex=r"\operatorname{{bce}}(\sigma({self}), {target})",
    self=_logits_rule,
    target=_logits_target_rule,
    says="each score receives sigmoid(score) minus its target, divided by their number for a mean",
)


@export("binary_cross_entropy_with_logits", method=False, to=functional)
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Sigmoid and `binary_cross_entropy` in one, without overflow.

    Parameters
    ----------
    input : Tensor
        Scores.
    target, weight : Tensor
        As for `binary_cross_entropy`.
    pos_weight : Tensor, optional
        How much more a positive target counts.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    number = reduction_number(reduction, size_average, reduce)
    if target.shape != input.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    arrays = [None if t is None else t._data for t in (weight, pos_weight)]
    return logits_op.apply(input, target, *arrays, number)
