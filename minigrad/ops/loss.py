"""Losses: how far an output is from its target.

What they have in common is the `reduction`: there is one loss per element, and then their mean,
their sum, or none of both. In the operations it is a number, as in PyTorch.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import glibc, sleef, sums
from minigrad.op import Op
from minigrad.ops.activation import log_softmax, softplus_op
from minigrad.ops.arithmetic import log, mul, sub
from minigrad.ops.broadcast import expand
from minigrad.ops.export import export, functional
from minigrad.ops.forms import add_number, alike, div_number, no_gradient, only_floats, scale
from minigrad.ops.pointwise import log1p, sigmoid
from minigrad.ops.select import clamp_numbers
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

# fmt: off
NONE, MEAN, SUM = 0, 1, 2
_NUMBERS = {"none": NONE, "mean": MEAN, "sum": SUM}


def _number(reduction: str) -> int:
    errors.check(reduction in _NUMBERS, "reduction", reduction)
    return _NUMBERS[reduction]


def reduced(values: Any, reduction: int) -> Any:
    """The losses of the elements, an array or a Tensor, as `reduction` says."""
    if reduction == NONE:
        return values
    if isinstance(values, Tensor):
        return values.mean() if reduction == MEAN else values.sum()
    total = sums.add(values)
    return total / values.dtype.type(values.size) if reduction == MEAN else total


def share(grad: Any, like: Any, reduction: int) -> Any:
    """What each element of `like` receives: of a mean, the gradient divided by their number."""
    if reduction != MEAN:
        return grad
    return div_number(grad, Symbol("n") if isinstance(like, Symbol) else math.prod(like.shape))


# --- losses of the difference between input and target


def _square(self: Any, target: Any, reduction: int) -> Any:
    only_floats("mse_cpu", self)
    difference = self - target
    return reduced(difference * difference, reduction)


def _smooth(self: Any, target: Any, reduction: int, beta: float) -> Any:
    only_floats("smooth_l1_cpu", self)
    distance = abs(self - target)
    near, far = 0.5 * distance * distance / beta, distance - 0.5 * beta
    return reduced(np.where(distance < beta, near, far), reduction)


def _smooth_rule(grad: Any, self: Any, target: Any, reduction: int, beta: float) -> Any:
    slope = clamp_numbers(div_number(self - target, beta), -1, 1)
    if isinstance(self, Symbol) or reduction != MEAN:
        return share(slope * grad, self, reduction)
    return scale(slope, 1 / max(math.prod(self.shape), 1)) * grad  # PyTorch divides first


mse_backward = Op("MseLossBackwardBackward0",
    lambda grad_output, self, target, reduction: (
        (self - target) * (2 * share(grad_output, self, reduction))).astype(self.dtype, copy=False),
    inputs=("grad_output", "self", "target"), promotes=None,
    tex=r"{grad_output} \cdot \frac{{2}}{{n}} \left({self} - {target}\right)",
    grad_output=lambda grad, self, target, reduction: mse_backward(grad, self, target, reduction),
    self=lambda grad, grad_output, self, reduction: share(
        scale(grad * grad_output, 2), self, reduction),
    target=lambda grad, grad_output, self, reduction: -share(
        scale(grad * grad_output, 2), self, reduction))
mse_op = Op("MseLossBackward0", _square, inputs=("self", "target"),
    tex=r"\frac{{1}}{{n}} \sum \left({self} - {target}\right)^2",
    self=lambda grad, self, target, reduction: mse_backward(grad, self, target, reduction),
    target=lambda grad, self, target, reduction: mse_backward(grad, target, self, reduction))
smooth_l1_op = Op("SmoothL1LossBackward0", _smooth, inputs=("self", "target"),
    self=_smooth_rule,
    target=lambda grad, self, target, reduction, beta: _smooth_rule(
        grad, target, self, reduction, beta))


def _pair(input: Tensor, target: Tensor, reduction: str) -> tuple[Tensor, Tensor, int]:
    """Input and target in their common shape, and the number of the reduction."""
    a, b, number = input.size(), target.size(), _number(reduction)
    if a == b:
        return input, target, number
    warnings.warn(errors.LOSS_SIZES.format(target.shape, input.shape), stacklevel=4)
    errors.check_broadcast(a, b)
    shape = np.broadcast_shapes(a, b)
    input, target = [t if t.shape == shape else expand.apply(t, shape) for t in (input, target)]
    return input, target, number


def mse_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The mean of the squared differences between `input` and `target`.

    Parameters
    ----------
    input, target : Tensor
        Of the same shape; other shapes are broadcast, with a warning.
    reduction : {"mean", "sum", "none"}
    """
    input, target, number = _pair(input, target, reduction)
    return mse_op.apply(input, target, number)


def l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The mean of the absolute differences; parameters as for `mse_loss`."""
    input, target, number = _pair(input, target, reduction)
    return reduced((input - target).abs(), number)


def smooth_l1_loss(input: Tensor, target: Tensor, *, reduction: str = "mean",
                   beta: float = 1.0) -> Tensor:
    """Half the squared difference divided by `beta`; from `beta` on a straight line."""
    if beta == 0:
        return l1_loss(input, target, reduction=reduction)
    input, target, number = _pair(input, target, reduction)
    errors.check(beta > 0, "smooth_beta")
    return smooth_l1_op.apply(input, target, number, float(beta))


# --- yes or no, from probabilities

_LEAST_LOG = -100  # what PyTorch takes for log(0), so that the loss stays finite
_EPSILON = 1e-12  # keeps a denominator from 0 where a probability is 0 or 1


def _weighted(losses: Any, weight: Any) -> Any:
    return losses if weight is None else mul(losses, alike(weight, losses))


def _bce(self: Any, target: Any, reduction: int, weight: Any) -> Any:
    yes, no = [np.maximum(f, _LEAST_LOG) for f in (glibc.log(self), glibc.log1p(-self))]
    return reduced(_weighted((target - 1) * no - target * yes, weight), reduction)


def _bce_rule(grad: Any, self: Any, target: Any, weight: Any, reduction: int) -> Any:
    spread = self * sub(1, self)
    spread = spread if isinstance(self, Symbol) else clamp_numbers(spread, _EPSILON)
    return share(_weighted(grad * (self - target) / spread, weight), self, reduction)


bce_op = Op("BinaryCrossEntropyBackward0", _bce, inputs=("self", "target"),
    tex=r"\operatorname{{bce}}({self}, {target})", self=_bce_rule,
    target=lambda grad, self, target, weight, reduction: share(
        _weighted(grad * -log(self / sub(1, self)), weight), self, reduction))


def binary_cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, *,
                         reduction: str = "mean") -> Tensor:
    """Minus the logarithm of the probability, `input`, that was given to the right answer.

    `target` is 1 for yes, 0 for no, or a number between; `weight` is how much an element counts.
    """
    errors.check(target.size() == input.size(), "bce_size", target.shape, input.shape)
    number, x, y = _number(reduction), input._data, target._data
    errors.check(x.dtype == y.dtype, "bce_dtype", target, input)
    only_floats("binary_cross_entropy", x)
    for name, data in (("input", x), ("target", y)):
        errors.check(np.all((data >= 0) & (data <= 1)), "bce_range", name)
    weights = None if weight is None else weight.expand(target.shape)._data.astype(x.dtype)
    return bce_op.apply(input, target, number, weights)


# --- yes or no, from scores


def _logits(self: Any, target: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    logarithms = np.minimum(self, 0) - log1p.forward(sleef.exp(-abs(self)))
    if pos_weight is not None:
        logarithms = logarithms * ((pos_weight - 1) * target + 1)
    losses = (1 - target) * self - logarithms
    return reduced(_weighted(losses, weight).astype(target.dtype), reduction)


def _logits_rule(grad: Any, self: Any, target: Any, weight: Any, pos_weight: Any,
                 reduction: int) -> Any:
    slope = sigmoid(self) - target
    if pos_weight is not None:
        positive = mul(alike(pos_weight, target), target)
        slope = sub(mul(sub(add_number(positive, 1), target), sigmoid(self)), positive)
    return share(_weighted(slope * grad, weight), self, reduction)


def _logits_target_rule(grad: Any, self: Any, weight: Any, pos_weight: Any, reduction: int) -> Any:
    slope = -self
    if pos_weight is not None:
        positive = mul(alike(pos_weight, self), softplus_op(-self, 1, 20))
        slope = sub(positive, softplus_op(self, 1, 20))
    return share(_weighted(slope * grad, weight), self, reduction)


logits_op = Op("BinaryCrossEntropyWithLogitsBackward0", _logits, inputs=("self", "target"),
    promotes=None, tex=r"\operatorname{{bce}}(\sigma({self}), {target})",
    self=_logits_rule, target=_logits_target_rule)


def binary_cross_entropy_with_logits(
        input: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean",
        pos_weight: Tensor | None = None) -> Tensor:
    """Sigmoid and `binary_cross_entropy` in one, without overflow.

    Parameters
    ----------
    weight, pos_weight : Tensor, optional
        How much an element counts, and how much more a positive target does.
    """
    errors.check(target.size() == input.size(), "logits_size", target.shape, input.shape)
    only_floats("log_sigmoid_cpu", input._data)
    errors.check(target._data.dtype.kind != "b", "subtraction_of_two_bools")
    errors.check(target._data.dtype.kind == "f", "in_place_dtype", input, target)
    weights: list[Any] = [None if w is None else w._data for w in (weight, pos_weight)]
    errors.check_broadcast(np.shape(weights[1]), target._data.shape)
    errors.check_broadcast(target._data.shape, np.shape(weights[0]))
    return logits_op.apply(input, target, *weights, _number(reduction))


# --- classes: minus the entry of the target's class
#
# `_places` says where in memory that entry of each target stands, and `_weights` what it counts:
# the weight of its class, 0 if it is to be ignored; None if all count 1.


def _sum(losses: Any) -> Any:
    """The sum in PyTorch's order: in steps of 16, then in steps of 16 sums, and the first last."""
    terms = losses.reshape(-1)
    first, terms, total = terms[:1], terms[1:], losses.dtype.type(0)
    while full := len(terms) // 16 * 16:
        if full < len(terms):
            total = total + np.add.accumulate(terms[full:])[-1]
        terms = np.add.accumulate(terms[:full].reshape(-1, 16), 1)[:, -1]
    total = total + np.add.accumulate(terms)[-1] if terms.size else total
    return total + first[0] if first.size else total


def _nll(self: Any, target: Any, weight: Any, reduction: int, ignore_index: int,
         total_weight: Any, _places: Any, _weights: Any) -> Any:
    losses = -self.take(_places)
    if _weights is not None:
        losses = np.where(_weights == 0, 0, losses * _weights)
    if reduction == NONE:
        return losses.reshape(losses.shape[: self.ndim - 1])[()]  # no [1] of one sample
    return _sum(losses) / total_weight if reduction == MEAN else _sum(losses)


def _nll_slope(grad_output: Any, self: Any, reduction: int, total_weight: Any, _places: Any,
               _weights: Any) -> Any:
    errors.check(self.ndim > 1 or not _places.ndim, "nll_mismatch", self.size)  # of one class, [1]
    grad = -(grad_output / total_weight if reduction == MEAN else grad_output)
    result = np.zeros(self.size, self.dtype)
    result[_places] = grad if _weights is None else np.where(_weights == 0, 0, grad * _weights)
    return result.reshape(self.shape)


def _nll_op(name: str) -> Op:
    slope = Op(f"{name}BackwardBackward0", _nll_slope, inputs=("grad_output", "self"),
        promotes=None, tex=r"-{grad_output} \cdot \frac{{1}}{{n}} \cdot \text{{onehot}}",
        grad_output=lambda grad, reduction, total_weight, _places, _weights: op(
            grad, None, None, reduction, None, total_weight, _places, _weights),
        self=lambda grad: no_gradient(grad))
    op = Op(f"{name}Backward0", _nll, inputs=("self",), also=("target", "weight", "ignore_index"),
        tex=r"-\frac{{1}}{{n}} \sum {self}[\text{{target}}]",
        self=lambda grad, self, reduction, total_weight, _places, _weights: slope(
            grad, self, reduction, total_weight, _places, _weights))
    return op


nll_op, nll_of_images = _nll_op("NllLoss"), _nll_op("NllLoss2D")


def nll_loss(input: Tensor, target: Tensor, weight: Tensor | None = None, *,
             ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """Minus the logarithm of the probability of the right class.

    Parameters
    ----------
    input : Tensor
        Logarithms of probabilities, of shape (C,) or (N, C, ...).
    target : Tensor
        Classes, of shape () or (N, ...) and dtype int64.
    weight : Tensor, optional
        One per class.
    ignore_index : int
        A target that does not count.
    """
    number, given = _number(reduction), input._data.shape
    input, target = _as_image(input, target)
    _check_classes(input, target, weight)
    kind, labels, shape = input._data.dtype, target._data, input._data.shape
    classes = shape[len(shape) > 1]
    weights, valid, counts = None if weight is None else weight._data, labels, None
    largest = np.maximum.reduce(labels.astype(np.uint64), None, initial=0)  # -1 is large, too
    if largest >= classes or 0 <= ignore_index < classes or weights is not None:
        ignored = labels == ignore_index
        valid = np.where(ignored, 0, labels)
        wrong = valid[(valid < 0) | (valid >= classes)]
        errors.check(not wrong.size, "nll_range", *wrong[:1])
        counts = np.where(ignored, 0, 1 if weights is None else weights[valid]).astype(kind)
    pixels = math.prod(shape[2:])
    firsts = np.arange(0, input._data.size, max(classes * pixels, 1))  # where each sample begins
    if pixels != 1:
        firsts, valid = np.add.outer(firsts, np.arange(pixels)), valid * pixels
    places = firsts.reshape(labels.shape) + valid
    counted = 0 if number == NONE else labels.size if counts is None else counts.sum()
    op = nll_of_images if len(shape) == 4 else nll_op
    loss = op.apply(input, target, weight, number, ignore_index, kind.type(counted), places, counts)
    return loss.view(given[:1] + given[2:]) if shape != given and number == NONE else loss


def _as_image(input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Scores and classes of a sequence, (N, C, L) and (N, L), or more, as those of an image."""
    shape, labels = input._data.shape, target._data.shape
    errors.check(shape, "nll_dims")
    if len(shape) > 1:
        errors.check(labels[:1] == shape[:1], "nll_batch", shape[0], labels[0] if labels else 0)
    if len(shape) in (1, 2, 4):
        return input, target
    errors.check(labels[1:] == shape[2:], "nll_sizes", shape[:1] + shape[2:], labels)
    image = 1, math.prod(shape[2:])
    return input.contiguous().view(*shape[:2], *image), target.contiguous().view(shape[0], *image)


def _check_classes(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    shape, labels = input._data.shape, target._data.shape
    errors.check(len(shape) == 4 or len(labels) < 2, "nll_multi")
    errors.check(len(shape) < 4 or len(labels) == 3, "nll_images", len(labels))
    errors.check(target._data.dtype.type in (np.int64, np.uint8), "nll_dtype", target)
    errors.check(len(shape) > 1 or labels in ((), (1,)), "nll_single", *labels)
    errors.check(labels[1:] == shape[2:], "nll_image_size", shape, labels)
    if weight is not None:
        classes = shape[len(shape) > 1]
        errors.check(weight.shape == (classes,), "nll_weight", classes, weight.shape)
        errors.check(weight.dtype == input.dtype, "expected_kind", input, weight)
    only_floats("nll_loss_out_frame", input._data)


def cross_entropy(input: Tensor, target: Tensor, weight: Tensor | None = None, *,
                  ignore_index: int = -100, reduction: str = "mean",
                  label_smoothing: float = 0.0) -> Tensor:
    """Softmax and `nll_loss` in one: the loss of classification.

    Parameters
    ----------
    input : Tensor
        Scores, of shape (C,) or (N, C, ...).
    target : Tensor
        Classes as for `nll_loss`, or probabilities in the shape of `input`.
    """
    errors.check(not label_smoothing, "left_out", "cross-entropy with label_smoothing")
    number, shape = _number(reduction), input._data.shape
    dim = 0 if len(shape) == 1 else 1
    if shape != target._data.shape:
        logs = log_softmax(input, dim)
        return nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    errors.check(target._data.dtype.kind == "f", "probabilities", target)
    errors.check(ignore_index < 0, "ignored_probabilities")
    errors.check(shape, "no_dimensions", dim)
    errors.check(weight is None, "left_out", "cross-entropy of probabilities with a weight")
    terms = log_softmax(input, dim) * target
    result = -(terms.sum(dim) if number == NONE else terms.sum())
    samples = input.numel() // max(shape[dim], 1)
    return div_number(result, samples) if number == MEAN else result


for _function in (mse_loss, l1_loss, smooth_l1_loss, binary_cross_entropy,
                  binary_cross_entropy_with_logits, nll_loss, cross_entropy):
    export(_function.__name__, method=False, to=functional)(_function)
# fmt: on
