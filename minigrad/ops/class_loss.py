"""Losses of classes: nll_loss and cross_entropy."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import view
from minigrad.ops.export import export, functional
from minigrad.ops.reduction import MEAN, NONE, reduce_tensor, reduction_number
from minigrad.ops.softmax import log_softmax_op
from minigrad.ops.with_number import add_number, div_number, scale, zeros_like
from minigrad.tensor import Tensor, wrap

# --- nll_loss: minus the entry of the target's class


def _class_weights(target: Any, weight: Any, ignore_index: int, dtype: Any) -> Any:
    """The weight of each target: that of its class, 0 if it is to be ignored."""
    counts = target != ignore_index
    if weight is None:
        return counts.astype(dtype)
    return np.where(counts, weight[np.where(counts, target, 0)], 0)


def _places(target: Any, self: Any, ignore_index: int) -> tuple[Any, int]:
    """Where the class of each target stands along the dimension of classes, and which that is."""
    dim = min(1, self.ndim - 1)
    return np.expand_dims(np.where(target == ignore_index, 0, target), dim), dim


def _nll(
    self: Any, target: Any, weight: Any, reduction: int, ignore_index: int, total_weight: Any
) -> Any:
    places, dim = _places(target, self, ignore_index)
    picked = np.take_along_axis(self, places, dim).squeeze(dim)
    weights = _class_weights(target, weight, ignore_index, self.dtype)
    losses = np.where(target == ignore_index, 0, -picked * weights)
    if reduction == NONE:
        return losses
    summed = np.add.reduce(losses, axis=None)
    return summed / total_weight if reduction == MEAN else summed


def _nll_backward(
    grad_output: Any,
    self: Any,
    target: Any,
    weight: Any,
    reduction: int,
    ignore_index: int,
    _total_weight: Any,
) -> Any:
    places, dim = _places(target, self, ignore_index)
    weights = _class_weights(target, weight, ignore_index, self.dtype)
    shares = -weights * (grad_output / _total_weight if reduction == MEAN else grad_output)
    result = np.zeros(self.shape, self.dtype)
    np.put_along_axis(result, places, np.expand_dims(shares, dim), dim)
    return result


_SAYS = "the class of the target receives minus the gradient, for a mean divided by their number"


def _nll_ops(suffix: str) -> Op:
    """nll_loss of PyTorch's node name with `suffix`."""
    backward = Op(
        f"NllLoss{suffix}BackwardBackward0",
        _nll_backward,
        inputs=("grad_output", "self"),
        tex=r"-{grad_output} \cdot \frac{{1}}{{n}} \cdot \text{{onehot}}",
        grad_output=lambda grad, target, weight, reduction, ignore_index, _total_weight: loss(
            grad, target, weight, reduction, ignore_index, _total_weight
        ),
        self=lambda grad: zeros_like(grad),
        says="the derivative of nll_loss, which is linear, differentiated once more",
    )
    loss = Op(
        f"NllLoss{suffix}Backward0",
        _nll,
        inputs=("self",),
        tex=r"-\frac{{1}}{{n}} \sum {self}[\text{{target}}]",
        self=lambda grad, self, target, weight, reduction, ignore_index, total_weight: backward(
            grad, self, target, weight, reduction, ignore_index, total_weight
        ),
        says=_SAYS,
    )
    return loss


nll_op, nll_2d_op = _nll_ops(""), _nll_ops("2D")


@export("nll_loss", method=False, to=functional)
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
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
    number = reduction_number(reduction, size_average, reduce)
    _check_targets(input, target, weight)
    shape = target._data.shape
    if input.ndim == 3 or input.ndim > 4:
        input = view.apply(
            _contiguous(input), (*input.shape[:2], 1, target.numel() // input.shape[0])
        )
    labels = (
        target._data.reshape(input.shape[:1] + input.shape[2:]) if input.ndim > 2 else target._data
    )
    wrong = labels[
        (labels != ignore_index) & ((labels < 0) | (labels >= input.shape[min(1, input.ndim - 1)]))
    ]
    if wrong.size:
        raise IndexError(f"Target {wrong.flat[0]} is out of bounds.")
    weights = None if weight is None else weight._data
    counted = _class_weights(labels, weights, ignore_index, input._data.dtype)
    total_weight = np.array(counted.sum() if number != NONE else 0, input._data.dtype)
    op = nll_2d_op if input.ndim > 2 else nll_op
    result = op.apply(input, labels, weights, number, ignore_index, total_weight)
    return result if result.ndim == 0 or result.shape == shape else view.apply(result, shape)


def _contiguous(input: Tensor) -> Tensor:
    return input if input.is_contiguous() else input.contiguous()


def _check_targets(input: Tensor, target: Tensor, weight: Tensor | None) -> None:
    if (input.ndim and target.ndim and input.ndim > 1 and input.shape[0] != target.shape[0]) or (
        input.ndim > 1 and target.ndim == 0
    ):
        raise ValueError(
            f"Expected input batch_size ({input.shape[0]}) to match target batch_size "
            f"({target.shape[0] if target.ndim else 0})."
        )
    if input.ndim < 3 and target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if input.ndim == 4 and target.ndim != 3:
        raise RuntimeError(
            "only batches of spatial targets supported (3D tensors) but got targets of dimension: "
            f"{target.ndim}"
        )
    if input.ndim == 4 and target.shape[1:] != input.shape[2:]:
        raise RuntimeError(
            f"size mismatch (got input: {list(input.shape)} , target: {list(target.shape)}"
        )
    if input.ndim > 2 and target.shape[1:] != input.shape[2:]:
        expected = [input.shape[0], *input.shape[2:]]
        raise RuntimeError(f"Expected target size {expected}, got {list(target.shape)}")
    if target._data.dtype not in (np.int64, np.uint8):
        raise RuntimeError(
            f"expected target dtype to be Long or Byte, but got {errors.kind(target)}"
        )
    classes = input.shape[min(1, input.ndim - 1)]
    if weight is not None and weight.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight.shape)}"
        )


# --- cross_entropy


@export("cross_entropy", method=False, to=functional)
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
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
    number = reduction_number(reduction, size_average, reduce)
    dim = 0 if input.ndim == 1 else 1
    if input.shape == target.shape:
        if target._data.dtype.kind != "f":
            raise RuntimeError(
                "Expected floating point type for target with class probabilities, got "
                f"{errors.kind(target)}"
            )
        return _of_probabilities(input, target, weight, number, label_smoothing, dim)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    logs = log_softmax_op.apply(input, dim)
    hard = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    if not label_smoothing:
        return hard
    return _smoothed(hard, logs, target, weight, number, ignore_index, label_smoothing, dim)


def _of_probabilities(
    input: Tensor, target: Tensor, weight: Tensor | None, reduction: int, smoothing: float, dim: int
) -> Tensor:
    classes = input.shape[dim]
    logs = log_softmax_op.apply(input, dim)
    if smoothing > 0:
        target = add_number(scale(target, 1 - smoothing), smoothing / classes)
    terms = logs * target
    if weight is not None:
        terms = terms * _along(weight, terms.ndim, dim)
    if reduction == NONE:
        return -terms.sum(dim)
    loss = -terms.sum()
    if reduction != MEAN:
        return loss
    return div_number(loss, input.numel() // classes)


def _along(weight: Tensor, ndim: int, dim: int) -> Tensor:
    return view.apply(weight, tuple([-1 if d == dim else 1 for d in range(ndim)]))


def _smoothed(
    hard: Tensor,
    logs: Tensor,
    target: Tensor,
    weight: Tensor | None,
    reduction: int,
    ignore_index: int,
    smoothing: float,
    dim: int,
) -> Tensor:
    """Part of the loss of the target's class, part of the mean loss over all classes."""
    spread = -(logs if weight is None else logs * _along(weight, logs.ndim, dim)).sum(dim)
    ignored = target == ignore_index
    spread = spread.masked_fill(ignored, 0.0)
    if reduction == MEAN:
        weights = None if weight is None else weight._data
        counted = _class_weights(target._data, weights, ignore_index, logs._data.dtype)
        spread = spread.sum() / wrap(np.add.reduce(counted, axis=None))
    else:
        spread = reduce_tensor(spread, reduction)
    return scale(hard, 1 - smoothing) + scale(spread, smoothing / logs.shape[dim])
