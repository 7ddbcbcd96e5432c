"""Losses of numbers, and of yes or no: how far an output is from its target."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, sums
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.arithmetic import mul, pow_number, sub
from minigrad.ops.broadcast import expand, sum_all
from minigrad.ops.export import export, functional
from minigrad.ops.pointwise import logit, sigmoid
from minigrad.ops.smooth_activation import logsigmoid, softplus_op
from minigrad.ops.with_number import add_number, div_number, scale
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

Maybe = Tensor | None
Flag = bool | None

# --- what losses have in common: one loss per element, and then the mean or the sum of them

NONE, MEAN, SUM = 0, 1, 2
_NUMBERS = {"none": NONE, "mean": MEAN, "sum": SUM}


def reduction_number(reduction: str, size_average: Flag = None, reduce: Flag = None) -> int:
    """PyTorch's number of a reduction, from its name or from the two arguments of old.

    Raises
    ------
    ValueError
        If there is no such reduction.
    """
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        text = "size_average and reduce args will be deprecated, please use reduction="
        warnings.warn(f"{text}'{reduction}' instead.", stacklevel=3)
    check(reduction in _NUMBERS, "reduction", reduction)
    return _NUMBERS[reduction]


def reduced(values: Any, reduction: int) -> Any:
    """An array of losses as `reduction` says: for forward functions."""
    if reduction == NONE:
        return values
    total = sums.add(values)
    return total / values.dtype.type(values.size) if reduction == MEAN else total


def reduce_tensor(values: Tensor, reduction: int) -> Tensor:
    """A tensor of losses as `reduction` says, by operations that are recorded."""
    if reduction == NONE:
        return values
    return values.mean() if reduction == MEAN else values.sum()


def share(grad: Any, like: Any, reduction: int) -> Any:
    """The gradient of a mean divided by the number of elements of `like`; any other as it is."""
    if reduction != MEAN:
        return grad
    return div_number(grad, Symbol("n") if isinstance(like, Symbol) else math.prod(like.shape))


def total(values: Any, reduction: int) -> Any:
    """The sum of `values` if the loss was one number: the derivative by its gradient."""
    return values if reduction == NONE else sum_all(values)


def _pair(input: Tensor, target: Tensor, *reduction: Any) -> tuple[Tensor, Tensor, int]:
    """Input and target in their common shape, and the number of the reduction."""
    a, b = input._data.shape, target._data.shape
    if a == b:
        return input, target, reduction_number(*reduction)
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size "
        f"({input.shape}). This will likely lead to incorrect results due to broadcasting. "
        "Please ensure they have the same size.",
        stacklevel=3,
    )
    number, mismatch = reduction_number(*reduction), errors.broadcast_mismatch(a, b)
    if mismatch is not None:
        raise mismatch
    shape = np.broadcast_shapes(a, b)
    input, target = [t if t.shape == shape else expand.apply(t, shape) for t in (input, target)]
    return input, target, number


# --- losses of the difference between input and target


def _of_difference(name: str, forward: Any, slope: Callable[..., Any],
        curve: Callable[..., Any], **kwargs: Any) -> Op:  # fmt: skip
    """The loss `name`: `slope` is its derivative by the difference, `curve` the second one.

    All take a further number, the place where squares end.
    """
    tex = kwargs.pop("slope_tex", None)
    backward = Op(
        f"{name}LossBackwardBackward0",
        lambda grad_output, self, target, reduction, _limit:
            (slope(self - target, _limit) * share(grad_output, self, reduction)),
        inputs=("grad_output", "self", "target"),
        tex=tex,
        grad_output=lambda grad, self, target, reduction, _limit:
            total(backward(grad, self, target, reduction, _limit), reduction),
        self=lambda grad, grad_output, self, target, reduction, _limit:
            share(curve(grad * grad_output, self, target, _limit), self, reduction),
        target=lambda grad, grad_output, self, target, reduction, _limit:
            share(-curve(grad * grad_output, self, target, _limit), self, reduction))  # fmt: skip
    return Op(
        f"{name}LossBackward0", forward, inputs=("self", "target"),
        self=lambda grad, self, target, reduction, _limit:
            backward(grad, self, target, reduction, _limit),
        target=lambda grad, self, target, reduction, _limit:
            backward(grad, target, self, reduction, _limit),
        **kwargs)  # fmt: skip


def _near(self: Any, target: Any, limit: float) -> Any:
    difference = self - target
    return (difference < limit) * (difference > -limit)


def _smooth_l1(distance: Any, beta: float) -> Any:
    return np.where(distance < beta, 0.5 * distance * distance / beta, distance - 0.5 * beta)


def _huber(distance: Any, delta: float) -> Any:
    far = delta * (distance - 0.5 * delta)
    return np.where(distance <= delta, 0.5 * distance * distance, far)


mse_op = _of_difference(
    "Mse",
    lambda self, target, reduction, _limit: reduced(np.square(self - target), reduction),
    slope=lambda difference, limit: 2 * difference,
    curve=lambda grad, self, target, limit: scale(grad, 2),
    tex=r"\frac{{1}}{{n}} \sum \left({self} - {target}\right)^2",
    slope_tex=r"{grad_output} \cdot \frac{{2}}{{n}} \left({self} - {target}\right)",
    says="each element receives twice its difference; for a mean divided by n")  # fmt: skip
smooth_l1_op = _of_difference(
    "SmoothL1",
    lambda self, target, reduction, beta, _limit:
        reduced(_smooth_l1(abs(self - target), beta), reduction),
    slope=lambda difference, limit: np.minimum(np.maximum(difference / limit, -1), 1),
    curve=lambda grad, self, target, limit: div_number(grad * _near(self, target, limit), limit),
    also=("beta",),
    says="the difference divided by beta, but no more than 1 and no less than -1")  # fmt: skip
huber_op = _of_difference(
    "Huber",
    lambda self, target, reduction, delta, _limit:
        reduced(_huber(abs(self - target), delta), reduction),
    slope=lambda difference, limit: np.minimum(np.maximum(difference, -limit), limit),
    curve=lambda grad, self, target, limit: grad * _near(self, target, limit), also=("delta",),
    says="the difference, but no more than delta and no less than -delta")  # fmt: skip


def _weighted(losses: Tensor, weight: Maybe, reduction: int, *, mean: bool = True) -> Tensor:
    """Losses times their weights; a mean is a weighted mean, unless `mean` is False."""
    if weight is None:
        return reduce_tensor(losses, reduction)
    check(weight.shape == losses.shape, "loss_weight")
    weighted = losses * weight
    if reduction == MEAN and mean:
        return weighted.sum() / weight.sum()
    return reduce_tensor(weighted, reduction)


@export("mse_loss", method=False, to=functional)
def mse_loss(input: Tensor, target: Tensor, size_average: Flag = None, reduce: Flag = None,
        reduction: str = "mean", weight: Maybe = None) -> Tensor:  # fmt: skip
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
    self, target, number = _pair(input, target, reduction, size_average, reduce)
    if self._data.dtype.kind != "f" and target._data.dtype.kind != "f":
        raise errors.not_implemented_for("mse_cpu", self._data.dtype)
    if weight is None:
        return mse_op.apply(self, target, number, None)
    return _weighted((self - target) ** 2, weight, number)


@export("l1_loss", method=False, to=functional)
def l1_loss(input: Tensor, target: Tensor, size_average: Flag = None, reduce: Flag = None,
        reduction: str = "mean", weight: Maybe = None) -> Tensor:  # fmt: skip
    """The mean of the absolute differences; parameters as for `mse_loss`."""
    self, target, number = _pair(input, target, reduction, size_average, reduce)
    return _weighted((self - target).abs(), weight, number)


@export("smooth_l1_loss", method=False, to=functional)
def smooth_l1_loss(input: Tensor, target: Tensor, size_average: Flag = None,
        reduce: Flag = None, reduction: str = "mean", beta: float = 1.0) -> Tensor:  # fmt: skip
    """Half the squared difference divided by `beta`; from `beta` on a straight line."""
    self, target, number = _pair(input, target, reduction, size_average, reduce)
    check(beta >= 0, "smooth_beta")
    if beta == 0:
        return reduce_tensor((self - target).abs(), number)
    return smooth_l1_op.apply(self, target, number, float(beta), float(beta))


@export("huber_loss", method=False, to=functional)
def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0,
        weight: Maybe = None) -> Tensor:  # fmt: skip
    """Half the square of differences up to `delta`, a straight line above."""
    self, target, number = _pair(input, target, reduction)
    check(delta > 0, "huber_delta")
    limit = float(delta)
    if weight is None:
        return huber_op.apply(self, target, number, limit, limit)
    return _weighted(huber_op.apply(self, target, NONE, limit, limit), weight, number, mean=False)


@export("kl_div", method=False, to=functional)
def kl_div(input: Tensor, target: Tensor, size_average: Flag = None, reduce: Flag = None,
        reduction: str = "mean", log_target: bool = False) -> Tensor:  # fmt: skip
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
    if log_target:
        losses = target.exp() * (target - input)
    else:
        losses = target.xlogy(target) - target * input
    result = reduce_tensor(losses, number)
    return result / input.shape[0] if batch and input.ndim else result


# --- yes or no, from probabilities

_EPSILON = 1e-12  # keeps the denominator from 0 where a probability is 0 or 1
_LEAST_LOG = -100  # what PyTorch takes for log(0), so that the loss stays finite


def _times(values: Any, weight: Any) -> Any:
    return values if weight is None else mul(values, weight)


def _bce(self: Any, target: Any, weight: Any, reduction: int) -> Any:
    yes, no = np.maximum(np.log(self), _LEAST_LOG), np.maximum(np.log1p(-self), _LEAST_LOG)
    return reduced(_times((target - 1) * no - target * yes, weight), reduction)


def _bce_backward(grad_output: Any, self: Any, target: Any, weight: Any, reduction: int) -> Any:
    values = grad_output * (self - target) / np.maximum((1 - self) * self, _EPSILON)
    return share(_times(values, weight), self, reduction)


def _both(self: Any) -> Any:
    """``p (1 - p)``, kept from 0."""
    return add_number(self, _EPSILON) * add_number(sub(1, self), _EPSILON)


def _bce_by_grad(grad: Any, self: Any, target: Any, weight: Any, reduction: int) -> Any:
    slope = (self - target) / _both(self)
    return total(share(_times(slope * grad, weight), self, reduction), reduction)


def _bce_curve(grad: Any, grad_output: Any, self: Any, target: Any, weight: Any,
        reduction: int) -> Any:  # fmt: skip
    curve = (self * self - scale(self, 2) * target + target) / pow_number(_both(self), 2)
    return share(_times(curve * (grad * grad_output), weight), self, reduction)


bce_backward = Op(
    "BinaryCrossEntropyBackwardBackward0", _bce_backward,
    inputs=("grad_output", "self", "target"),
    tex=r"{grad_output} \cdot \frac{{{self} - {target}}}{{n \cdot {self} \left(1 - {self}\right)}}",
    grad_output=_bce_by_grad, self=_bce_curve,
    target=lambda grad, grad_output, self, weight, reduction:
        share(_times(-(grad * grad_output) / _both(self), weight), self, reduction))  # fmt: skip

bce_op = Op(
    "BinaryCrossEntropyBackward0", _bce, inputs=("self", "target"),
    tex=r"\operatorname{{bce}}({self}, {target})",
    self=lambda grad, self, target, weight, reduction:
        bce_backward(grad, self, target, weight, reduction),
    target=lambda grad, self, weight, reduction:
        share(_times(-logit(self) * grad, weight), self, reduction),
    says="p receives (p - target) / (p (1 - p)); for a mean divided by n")  # fmt: skip


@export("binary_cross_entropy", method=False, to=functional)
def binary_cross_entropy(input: Tensor, target: Tensor, weight: Maybe = None,
        size_average: Flag = None, reduce: Flag = None,
        reduction: str = "mean") -> Tensor:  # fmt: skip
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
    number, x, y = reduction_number(reduction, size_average, reduce), input._data, target._data
    check(x.shape == y.shape, "bce_size", target.shape, input.shape)
    check(x.dtype == y.dtype, "bce_dtype", errors.kind(target), errors.kind(input))
    for name, data in (("input", x), ("target", y)):
        check(np.all((data >= 0) & (data <= 1)), "bce_range", name)
    weights = None if weight is None else np.broadcast_to(weight._data, x.shape)
    return bce_op.apply(input, target, weights, number)


# --- yes or no, from scores


def _logits_loss(self: Any, target: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    softened = np.log1p(np.exp(-abs(self))) + np.maximum(-self, 0)
    if pos_weight is not None:
        softened = softened * ((pos_weight - 1) * target + 1)
    return reduced(_times((1 - target) * self + softened, weight), reduction)


def _logits_rule(grad: Any, self: Any, target: Any, weight: Any, pos_weight: Any,
        reduction: int) -> Any:  # fmt: skip
    if pos_weight is None:
        slope = sigmoid(self) - target
    else:
        positive = mul(pos_weight, target)
        slope = mul(sub(add_number(positive, 1), target), sigmoid(self)) - positive
    return share(_times(slope * grad, weight), self, reduction)


def _logits_target_rule(grad: Any, self: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    slope = -self
    if pos_weight is not None:
        slope = _log_sigmoid(-self) - mul(pos_weight, _log_sigmoid(self))
    return share(_times(slope * grad, weight), self, reduction)


def _log_sigmoid(value: Any) -> Any:
    return logsigmoid(value) if isinstance(value, Tensor) else -softplus_op(-value, 1, 20)


logits_op = Op(
    "BinaryCrossEntropyWithLogitsBackward0", _logits_loss, inputs=("self", "target"),
    tex=r"\operatorname{{bce}}(\sigma({self}), {target})", self=_logits_rule,
    target=_logits_target_rule,
    says="each score receives sigmoid(score) - target; for a mean divided by n")  # fmt: skip


@export("binary_cross_entropy_with_logits", method=False, to=functional)
def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Maybe = None,
        size_average: Flag = None, reduce: Flag = None, reduction: str = "mean",
        pos_weight: Maybe = None) -> Tensor:  # fmt: skip
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
    number, shape = reduction_number(reduction, size_average, reduce), input._data.shape
    check(target._data.shape == shape, "logits_size", target.shape, input.shape)
    arrays = [None if t is None else t._data for t in (weight, pos_weight)]
    return logits_op.apply(input, target, *arrays, number)
