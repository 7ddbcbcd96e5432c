"""Normalisation: layer_norm over the last dimensions, batch_norm over all but the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.in_place import write
from minigrad.op import Op
from minigrad.ops.broadcast import sum_dim, sum_to, view
from minigrad.ops.export import export, functional
from minigrad.ops.pointwise import rsqrt
from minigrad.ops.reduce import mean_dim
from minigrad.ops.with_number import add_number
from minigrad.tensor import Tensor, wrap

Ints = tuple[int, ...]

# --- what both do; on any kind of value, so that it can be differentiated again


def _standardised(input: Any, dims: Ints, eps: float) -> tuple[Any, Any]:
    """`input` with mean 0 and variance 1 over `dims`, and one over its standard deviation."""
    centred = input - mean_dim(input, dims, True)
    rstd = rsqrt(add_number(mean_dim(centred * centred, dims, True), eps))
    return centred * rstd, rstd


def _back(grad: Any, input: Any, dims: Ints, eps: float) -> Any:
    """The gradient of `input`: what would change mean and variance is taken off."""
    standard, rstd = _standardised(input, dims, eps)
    along = mean_dim(grad * standard, dims, True)
    return (grad - mean_dim(grad, dims, True) - standard * along) * rstd


def _moments(data: Any, dims: Ints, eps: float) -> tuple[Any, Any]:
    """Mean and one over the standard deviation of an array."""
    mean = data.mean(dims, keepdims=True)
    return mean, 1 / np.sqrt(data.var(dims, keepdims=True) + eps)


# --- layer_norm


def _last(normalized_shape: Ints) -> Ints:
    return tuple(range(-len(normalized_shape), 0))


def _layer_norm(
    input: Any,
    weight: Any,
    bias: Any,
    normalized_shape: Ints,
    _eps: float,
    result1: Any,
    result2: Any,
) -> Any:
    result = np.ascontiguousarray((input - result1) * result2)
    result = result if weight is None else result * weight
    return result if bias is None else result + bias


layer_norm_op = Op(
    "NativeLayerNormBackward0",
    _layer_norm,
    inputs=("input", "weight", "bias"),
    tex=r"\operatorname{{layernorm}}({input})",
    input=lambda grad, input, weight, bias, normalized_shape, _eps, result1, result2: _back(
        grad if weight is None else grad * weight, input, _last(normalized_shape), _eps
    ),
    weight=lambda grad, input, weight, normalized_shape, _eps: sum_to(
        grad * _standardised(input, _last(normalized_shape), _eps)[0], normalized_shape
    ),
    bias=lambda grad, bias, normalized_shape: sum_to(grad, normalized_shape),
    says="the gradient loses its mean and its part along the output, and is divided by the "
    "standard deviation",
)


@export("layer_norm", method=False)
@export("layer_norm", method=False, to=functional)
def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """`input` with mean 0 and variance 1 over its last dimensions, then times `weight` plus `bias`.

    Parameters
    ----------
    normalized_shape : sequence of int
        The last lengths of `input`, and the shape of `weight` and `bias`.

    Raises
    ------
    RuntimeError
        If they are not.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
    """
    shape = tuple(normalized_shape)
    if input._data.shape[-len(shape) :] != shape:
        stars = ", ".join(["*", *map(str, shape)])
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [{stars}], but got "
            f"input of size{list(input._data.shape)}"
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None and tensor._data.shape != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(tensor._data.shape)} and normalized_shape = {list(shape)}"
            )
    mean, rstd = _moments(input._data, _last(shape), eps)
    return layer_norm_op.apply(input, weight, bias, shape, eps, mean, rstd)


# --- batch_norm


def _channels(values: Any, ndim: int) -> Any:
    """One value per channel, so that it broadcasts over images."""
    return view(values, (1, -1, *[1] * (ndim - 2)))


def _but_channels(ndim: int) -> Ints:
    return (0, *range(2, ndim))


def _batch_norm(
    input: Any, weight: Any, bias: Any, running_mean: Any, running_var: Any, training: bool, eps:
    float, result1: Any, result2: Any,
) -> Any:  # fmt: skip
    mean, rstd = (result1, result2) if training else (running_mean, 1 / np.sqrt(running_var + eps))
    result = (input - _channels(mean, input.ndim)) * _channels(rstd, input.ndim)
    result = result if weight is None else result * _channels(weight, input.ndim)
    return result if bias is None else result + _channels(bias, input.ndim)


def _hat(input: Any, running_mean: Any, running_var: Any, training: bool, eps: float) -> Any:
    if training:
        return _standardised(input, _but_channels(input.ndim), eps)[0]
    return (input - _constant(running_mean, input)) * _constant(
        1 / np.sqrt(running_var + eps), input
    )


def _constant(array: Any, like: Any) -> Any:
    shaped = _channels(array, like.ndim)
    return wrap(shaped) if isinstance(like, Tensor) else shaped


def _batch_norm_rule(
    grad: Any, input: Any, weight: Any, running_mean: Any, running_var: Any, training: bool, eps:
    float, result1: Any, result2: Any,
) -> Any:  # fmt: skip
    grad = grad if weight is None else grad * _channels(weight, input.ndim)
    if not training:
        return grad * _constant(1 / np.sqrt(running_var + eps), input)
    return _back(grad, input, _but_channels(input.ndim), eps)


batch_norm_op = Op(
    "NativeBatchNormBackward0",
    _batch_norm,
    inputs=("input", "weight", "bias"),
    tex=r"\operatorname{{batchnorm}}({input})",
    input=_batch_norm_rule,
    weight=lambda grad, input, running_mean, running_var, training, eps: sum_dim(
        grad * _hat(input, running_mean, running_var, training, eps),
        _but_channels(input.ndim),
        False,
    ),
    bias=lambda grad: sum_dim(grad, _but_channels(grad.ndim), False),
    says="the gradient loses its mean and its part along the output, channel by channel, and is "
    "divided by the standard deviation",
)


@export("batch_norm", method=False, to=functional)
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Each channel with mean 0 and variance 1, then times `weight` plus `bias`.

    Parameters
    ----------
    input : Tensor
        Of shape (N, C) or (N, C, …).
    running_mean, running_var : Tensor, optional
        Of shape (C,). In training they move by `momentum` towards what this batch has; else they
        are used.

    Raises
    ------
    RuntimeError, ValueError
        If they are missing where they are needed, or there is one value per channel only.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
    """
    data = input._data
    count = data.size // max(data.shape[1], 1)
    if training and count <= 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )
    _check_channels(data.shape[1], training, running_mean, running_var, weight, bias)
    dims = _but_channels(data.ndim)
    before = [None if t is None else t._data for t in (running_mean, running_var)]
    mean = rstd = np.zeros(0, data.dtype)
    if training:
        before = [None if values is None else values.copy() for values in before]
        mean, rstd = [moment.reshape(-1) for moment in _moments(data, dims, eps)]
        for running, now in (
            (running_mean, mean),
            (running_var, data.var(dims) * (count / (count - 1))),
        ):
            if running is not None:
                write(running, (1 - momentum) * running._data + momentum * now)
    return batch_norm_op.apply(input, weight, bias, *before, training, eps, mean, rstd)


def _check_channels(channels: int, training: bool, *given: Tensor | None) -> None:
    for name, tensor in zip(("running_mean", "running_var", "weight", "bias"), given, strict=True):
        if tensor is None and not training and name.startswith("running"):
            raise RuntimeError(f"{name} must be defined in evaluation mode")
        if tensor is not None and tensor._data.size != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {tensor._data.size}")
