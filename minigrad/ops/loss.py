"""Losses of numbers: how far an output is from its target."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.ops.reduction import (
    MEAN,
    NONE,
    broadcast_pair,
    reduce_tensor,
    reduced,
    reduction_number,
    share,
    total,
    warn_of_size,
)
from minigrad.ops.with_number import div_number, scale
from minigrad.tensor import Tensor

# --- mse_loss


def _share_array(grad: Any, self: Any, reduction: int) -> Any:
    return grad / self.dtype.type(self.size) if reduction == MEAN else grad


def _mse(self: Any, target: Any, reduction: int) -> Any:
    difference = self - target
    return reduced(difference * difference, reduction)


def _mse_backward(grad_output: Any, self: Any, target: Any, reduction: int) -> Any:
    return 2 * (self - target) * _share_array(grad_output, self, reduction)


def _mse_curve(grad: Any, grad_output: Any, self: Any, reduction: int) -> Any:
    return share(scale(grad * grad_output, 2), self, reduction)


mse_backward = Op(
    "MseLossBackwardBackward0",
    _mse_backward,
    inputs=("grad_output", "self", "target"),
    tex=r"{grad_output} \cdot \frac{{2}}{{n}} \left({self} - {target}\right)",
    grad_output=lambda grad, self, target, reduction: total(
        mse_backward(grad, self, target, reduction), reduction
    ),
    self=_mse_curve,
    target=lambda grad, grad_output, self, reduction: (
        -_mse_curve(grad, grad_output, self, reduction)
    ),
    says="the derivative of the mean of squares, differentiated once more",
)

mse_op = Op(
    "MseLossBackward0",
    _mse,
    inputs=("self", "target"),
    tex=r"\frac{{1}}{{n}} \sum \left({self} - {target}\right)^2",
    self=lambda grad, self, target, reduction: mse_backward(grad, self, target, reduction),
    target=lambda grad, self, target, reduction: mse_backward(grad, target, self, reduction),
    says="each element receives 2 times its difference, divided by the number of elements for a "
    "mean",
)


@export("mse_loss", method=False, to=functional)
def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean of the squared differences between `input` and `target`.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape; other shapes are broadcast, with a warning.
    reduction : {"mean", "sum", "none"}
    weight : Tensor, optional
        One per element; a mean is then divided by their sum.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
    """
    warn_of_size(input, target)
    number = reduction_number(reduction, size_average, reduce)
    self, target = broadcast_pair(input, target)
    if self._data.dtype.kind != "f" and target._data.dtype.kind != "f":
        raise errors.not_implemented_for("mse_cpu", self._data.dtype)
    if weight is None:
        return mse_op.apply(self, target, number)
    return _weighted((self - target) ** 2, weight, number)


def _check_weight(losses: Tensor, weight: Tensor) -> None:
    if weight.shape != losses.shape:
        raise ValueError("Weights and input must have the same size.")


def _weighted(losses: Tensor, weight: Tensor, reduction: int) -> Tensor:
    """Losses times their weights; a mean is a weighted mean."""
    _check_weight(losses, weight)
    weighted = losses * weight
    return (
        weighted.sum() / weight.sum() if reduction == MEAN else reduce_tensor(weighted, reduction)
    )


@export("l1_loss", method=False, to=functional)
def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """The mean of the absolute differences; parameters as for `mse_loss`."""
    warn_of_size(input, target)
    number = reduction_number(reduction, size_average, reduce)
    self, target = broadcast_pair(input, target)
    losses = (self - target).abs()
    return reduce_tensor(losses, number) if weight is None else _weighted(losses, weight, number)


# --- smooth_l1_loss and huber_loss: squares near the target, straight lines further off


def _smooth_l1(self: Any, target: Any, reduction: int, beta: float) -> Any:
    distance = abs(self - target)
    return reduced(
        np.where(distance < beta, 0.5 * distance * distance / beta, distance - 0.5 * beta),
        reduction,
    )


def _smooth_l1_backward(
    grad_output: Any, self: Any, target: Any, reduction: int, beta: float
) -> Any:
    difference = self - target
    slope = np.minimum(np.maximum(difference / beta, -1), 1)
    return slope * _share_array(grad_output, self, reduction)


def _near(self: Any, target: Any, limit: float) -> Any:
    difference = self - target
    return (difference < limit) * (difference > -limit)


def _smooth_l1_curve(
    grad: Any, grad_output: Any, self: Any, target: Any, reduction: int, beta: float
) -> Any:
    return share(div_number(grad * grad_output * _near(self, target, beta), beta), self, reduction)


smooth_l1_backward = Op(
    "SmoothL1LossBackwardBackward0",
    _smooth_l1_backward,
    inputs=("grad_output", "self", "target"),
    grad_output=lambda grad, self, target, reduction, beta: total(
        smooth_l1_backward(grad, self, target, reduction, beta), reduction
    ),
    self=_smooth_l1_curve,
    target=lambda grad, grad_output, self, target, reduction, beta: (
        -_smooth_l1_curve(grad, grad_output, self, target, reduction, beta)
    ),
    says="the derivative of smooth_l1_loss, differentiated once more",
)

smooth_l1_op = Op(
    "SmoothL1LossBackward0",
    _smooth_l1,
    inputs=("self", "target"),
    tex=r"\operatorname{{smooth\_l1}}({self}, {target})",
    self=lambda grad, self, target, reduction, beta: smooth_l1_backward(
        grad, self, target, reduction, beta
    ),
    target=lambda grad, self, target, reduction, beta: smooth_l1_backward(
        grad, target, self, reduction, beta
    ),
    says="the difference divided by beta, but no more than 1 and no less than -1",
)


@export("smooth_l1_loss", method=False, to=functional)
def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Half the square of differences below `beta`, divided by it.

    The difference minus half of `beta` above.
    """
    warn_of_size(input, target)
    number = reduction_number(reduction, size_average, reduce)
    self, target = broadcast_pair(input, target)
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return reduce_tensor((self - target).abs(), number)
    return smooth_l1_op.apply(self, target, number, float(beta))


def _huber(self: Any, target: Any, reduction: int, delta: float) -> Any:
    distance = abs(self - target)
    losses = np.where(
        distance <= delta, 0.5 * distance * distance, delta * (distance - 0.5 * delta)
    )
    return reduced(losses, reduction)


def _huber_backward(grad_output: Any, self: Any, target: Any, reduction: int, delta: float) -> Any:
    slope = np.minimum(np.maximum(self - target, -delta), delta)
    return slope * _share_array(grad_output, self, reduction)


def _huber_curve(
    grad: Any, grad_output: Any, self: Any, target: Any, reduction: int, delta: float
) -> Any:
    return share(grad * grad_output * _near(self, target, delta), self, reduction)


def _huber_by_grad(grad: Any, self: Any, target: Any, reduction: int, delta: float) -> Any:
    if reduction == NONE:
        return huber_backward(grad, self, target, reduction, delta)
    return total(huber_backward(1, self, target, reduction, delta) * grad, reduction)


huber_backward = Op(
    "HuberLossBackwardBackward0",
    _huber_backward,
    inputs=("grad_output", "self", "target"),
    grad_output=_huber_by_grad,
    self=_huber_curve,
    target=lambda grad, grad_output, self, target, reduction, delta: (
        -_huber_curve(grad, grad_output, self, target, reduction, delta)
    ),
    says="the derivative of huber_loss, differentiated once more",
)

huber_op = Op(
    "HuberLossBackward0",
    _huber,
    inputs=("self", "target"),
    tex=r"\operatorname{{huber}}({self}, {target})",
    self=lambda grad, self, target, reduction, delta: huber_backward(
        grad, self, target, reduction, delta
    ),
    target=lambda grad, self, target, reduction, delta: huber_backward(
        grad, target, self, reduction, delta
    ),
    says="the difference, but no more than delta and no less than -delta",
)


@export("huber_loss", method=False, to=functional)
def huber_loss(
    input: Tensor,
    target: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    weight: Tensor | None = None,
) -> Tensor:
    """Half the square of differences up to `delta`, a straight line above.

    Parameters as for `mse_loss`.
    """
    warn_of_size(input, target)
    number = reduction_number(reduction)
    self, target = broadcast_pair(input, target)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    if weight is None:
        return huber_op.apply(self, target, number, float(delta))
    losses = huber_op.apply(self, target, NONE, float(delta))
    _check_weight(losses, weight)
    return reduce_tensor(losses * weight, number)  # the mean of all, unlike in `mse_loss`


# --- kl_div


@export("kl_div", method=False, to=functional)
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """The divergence of the distribution `target` from the one whose logarithm is `input`.

    Parameters
    ----------
    reduction : {"mean", "batchmean", "sum", "none"}
        "batchmean" is the mathematical definition: the sum divided by the first length.
    log_target : bool
        Whether `target` holds logarithms too.
    """
    if reduction == "mean":
        warnings.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support "
            "size.'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next "
            "major release.",
            stacklevel=2,
        )
    batch = reduction == "batchmean"
    number = reduction_number("sum" if batch else reduction, size_average, reduce)
    losses = (
        target.exp() * (target - input) if log_target else target.xlogy(target) - target * input
    )
    result = reduce_tensor(losses, number)
    return result / input.shape[0] if batch and input.ndim else result
