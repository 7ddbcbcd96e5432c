"""Losses of classes: nll_loss and cross_entropy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import view
from minigrad.ops.export import export, functional
from minigrad.ops.loss import MEAN, NONE, Flag, Maybe, reduce_tensor, reduction_number
from minigrad.ops.softmax import log_softmax_op
from minigrad.ops.with_number import add_number, div_number, scale, zeros_like
from minigrad.tensor import Tensor

# --- nll_loss: minus the entry of the target's class
#
# In the rules `_places` says where in memory that entry of each target stands, and `_weights` what
# it counts: the weight of its class, 0 if it is to be ignored; None if all count 1.


def _sum(losses: Any) -> Any:
    """The sum in PyTorch's order: in steps of 16, then in steps of 16 sums, and the first last."""
    terms = losses.reshape(-1)
    first, terms, total = terms[:1], terms[1:], losses.dtype.type(0)
    while terms.size:
        full = len(terms) // 16 * 16
        if full < len(terms):
            total = total + np.add.accumulate(terms[full:])[-1]
        terms = np.add.accumulate(terms[:full].reshape(-1, 16), 1)[:, -1]
    return total + first[0] if first.size else total


def _nll(self: Any, target: Any, weight: Any, reduction: int, ignore_index: int,
        total_weight: Any, _places: Any, _weights: Any) -> Any:  # fmt: skip
    losses = -self.take(_places)
    if _weights is not None:
        losses = np.where(target == ignore_index, 0, losses * _weights)
    if reduction == NONE:
        return losses
    return _sum(losses) / total_weight if reduction == MEAN else _sum(losses)


def _nll_backward(grad_output: Any, self: Any, target: Any, weight: Any, reduction: int,
        ignore_index: int, total_weight: Any, _places: Any, _weights: Any) -> Any:  # fmt: skip
    grad = -(grad_output / total_weight if reduction == MEAN else grad_output)
    result = np.zeros(self.size, self.dtype)
    result[_places] = grad if _weights is None else grad * _weights
    return result.reshape(self.shape)


# fmt: off
def _nll_ops(suffix: str) -> Op:
    """nll_loss of PyTorch's node name with `suffix`."""
    backward = Op(
        f"NllLoss{suffix}BackwardBackward0", _nll_backward, inputs=("grad_output", "self"),
        tex=r"-{grad_output} \cdot \frac{{1}}{{n}} \cdot \text{{onehot}}",
        grad_output=lambda grad, target, weight, reduction, ignore_index, total_weight, _places,
        _weights: loss(grad, target, weight, reduction, ignore_index, total_weight, _places,
                       _weights),
        self=lambda grad: zeros_like(grad))
    loss = Op(
        f"NllLoss{suffix}Backward0", _nll, inputs=("self",),
        tex=r"-\frac{{1}}{{n}} \sum {self}[\text{{target}}]",
        self=lambda grad, self, target, weight, reduction, ignore_index, total_weight, _places,
        _weights: backward(grad, self, target, weight, reduction, ignore_index, total_weight,
                           _places, _weights),
        says="the class of the target receives minus the gradient; for a mean divided by n")
    return loss
# fmt: on


nll_op, nll_2d_op = _nll_ops(""), _nll_ops("2D")


@export("nll_loss", method=False, to=functional)
def nll_loss(input: Tensor, target: Tensor, weight: Maybe = None, size_average: Flag = None,
        ignore_index: int = -100, reduce: Flag = None,
        reduction: str = "mean") -> Tensor:  # fmt: skip
    """Minus the logarithm of the probability of the right class.

    Parameters
    ----------
    input : Tensor
        Logarithms of probabilities, of shape (C,), (N, C) or (N, C, d1, …).
    target : Tensor
        Classes, of shape (), (N,) or (N, d1, …) and dtype int64.
    weight : Tensor, optional
        One per class.
    ignore_index : int
        A target that does not count.

    Raises
    ------
    IndexError
        If a target is no class.
    ValueError, RuntimeError
        If shapes or dtypes do not fit.
    """
    number, labels = reduction_number(reduction, size_average, reduce), target._data
    shape, dtype, plain = input._data.shape, input._data.dtype, labels.dtype == np.int64
    if not (plain and weight is None and len(shape) == 2 and labels.shape == shape[:1]):
        _check_targets(input, target, weight)
    classes, inner = shape[min(1, len(shape) - 1)], math.prod(shape[2:])
    if len(shape) == 3 or len(shape) > 4:  # PyTorch makes an image of it
        flat = input if input.is_contiguous() else input.contiguous()
        input = view.apply(flat, (*shape[:2], 1, inner))
        labels = labels.reshape(shape[0], 1, inner)
    low, high = (labels.min(), labels.max()) if labels.size else (0, -1)
    valid, counts, total = labels, None, labels.size
    if low <= ignore_index <= high:
        valid = np.where(labels == ignore_index, 0, labels)
        counts = (labels != ignore_index).astype(dtype)
    if low < 0 or high >= classes:
        wrong = valid[(valid < 0) | (valid >= classes)]
        check(not wrong.size, "nll_range", *wrong[:1])
    weights = None if weight is None else weight._data
    if weights is not None:
        counts = weights[valid] if counts is None else weights[valid] * counts
    if number != NONE:
        total = labels.size if counts is None else counts.sum()
    if inner == 1:
        places = valid + np.arange(0, labels.size * classes, classes).reshape(labels.shape)
    else:
        image, place = np.divmod(np.arange(labels.size).reshape(labels.shape), max(inner, 1))
        places = (image * classes + valid) * inner + place
    total_weight = dtype.type(total if number != NONE else 0)
    settings = (labels, weights, number, ignore_index, total_weight, places, counts)
    result = (nll_2d_op if len(shape) > 2 else nll_op).apply(input, *settings)
    return result if result.shape in ((), target.shape) else view.apply(result, target.shape)


def _check_targets(input: Tensor, target: Tensor, weight: Maybe) -> None:
    shape, labels = input._data.shape, target._data.shape
    batch = labels[0] if labels else 0
    fits = len(shape) < 2 or (labels and shape[0] == batch)
    check(fits, "nll_batch", *shape[:1], batch)
    check(len(shape) > 2 or len(labels) < 2, "nll_multi")
    if len(shape) == 4:
        check(len(labels) == 3, "nll_spatial", len(labels))
        check(labels[1:] == shape[2:], "nll_mismatch", [*shape], [*labels])
    expected = [*shape[:1], *shape[2:]]
    check(len(shape) < 3 or labels[1:] == shape[2:], "nll_size", expected, [*labels])
    check(target._data.dtype in (np.int64, np.uint8), "nll_dtype", errors.kind(target))
    classes = shape[min(1, len(shape) - 1)]
    fits = weight is None or weight.shape == (classes,)
    check(fits, "nll_weight", classes, [] if weight is None else [*weight.shape])


# --- cross_entropy


def _along(values: Tensor, weight: Maybe, dim: int) -> Tensor:
    """`values` times the weights of the classes, which lie along `dim`."""
    if weight is None:
        return values
    shape = [-1 if d == dim else 1 for d in range(values.ndim)]
    return values * view.apply(weight, tuple(shape))


@export("cross_entropy", method=False, to=functional)
def cross_entropy(input: Tensor, target: Tensor, weight: Maybe = None,
        size_average: Flag = None, ignore_index: int = -100, reduce: Flag = None,
        reduction: str = "mean", label_smoothing: float = 0.0) -> Tensor:  # fmt: skip
    """Softmax and `nll_loss` in one: the loss of classification.

    Parameters
    ----------
    input : Tensor
        Scores, of shape (C,), (N, C) or (N, C, d1, …).
    target : Tensor
        Classes as for `nll_loss`, or probabilities in the shape of `input`.
    label_smoothing : float
        How much of the probability is spread over all classes.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
    """
    number, dim = reduction_number(reduction, size_average, reduce), min(1, input.ndim - 1)
    shape = input._data.shape
    if shape == target._data.shape:
        floats = target._data.dtype.kind == "f"
        check(floats, "probabilities", errors.kind(target))
        return _of_probabilities(input, target, weight, number, label_smoothing, dim)
    check(0 <= label_smoothing <= 1, "smoothing", label_smoothing)
    logs = log_softmax_op.apply(input, dim)
    hard = nll_loss(logs, target, weight, None, ignore_index, None, reduction)
    if not label_smoothing:
        return hard
    # Part of the loss of the target's class, part of the mean loss over all classes.
    ignored = target == ignore_index
    spread = (-_along(logs, weight, dim).sum(dim)).masked_fill(ignored, 0.0)
    if number == MEAN:
        counts = (~ignored).to(logs.dtype)
        if weight is not None:
            counts = counts * weight.detach()[target.masked_fill(ignored, 0)]
        spread = spread.sum() / counts.sum()
    else:
        spread = reduce_tensor(spread, number)
    return scale(hard, 1 - label_smoothing) + scale(spread, label_smoothing / shape[dim])


def _of_probabilities(input: Tensor, target: Tensor, weight: Maybe, reduction: int,
        smoothing: float, dim: int) -> Tensor:  # fmt: skip
    logs, classes = log_softmax_op.apply(input, dim), input.shape[dim]
    if smoothing > 0:
        target = add_number(scale(target, 1 - smoothing), smoothing / classes)
    terms = _along(logs * target, weight, dim)
    if reduction == NONE:
        return -terms.sum(dim)
    loss = -terms.sum()
    return loss if reduction != MEAN else div_number(loss, input.numel() // classes)
