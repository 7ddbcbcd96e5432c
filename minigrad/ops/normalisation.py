"""Normalisation: layer_norm over the last dimensions, batch_norm over all but the channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import expand, sum_to, view
from minigrad.ops.export import export, functional
from minigrad.ops.pointwise import rsqrt
from minigrad.ops.reduce import mean_dim
from minigrad.ops.with_number import add_number
from minigrad.tensor import Tensor

Ints = tuple[int, ...]


class How(NamedTuple):
    """What both normalisations need to know.

    Attributes
    ----------
    dims : tuple of int
        The dimensions over which mean and variance are taken.
    shape, size : tuple of int
        The shape in which weight and bias meet the input, and their own.
    mean, rstd : np.ndarray
        The mean, and one over the standard deviation.
    fixed : bool
        Whether these are running values, which the input does not change.
    """

    dims: Ints
    shape: Ints
    size: Ints
    eps: float
    mean: Any
    rstd: Any
    fixed: bool = False


def _moments(data: Any, dims: Ints, eps: float) -> tuple[Any, Any, Any]:
    """Mean, one over the standard deviation, and variance of an array."""
    mean = data.mean(dims, keepdims=True)
    variance = np.square(data - mean).mean(dims, keepdims=True)
    return mean, 1 / np.sqrt(variance + eps), variance


def _forward(input: Any, weight: Any, bias: Any, how: How) -> Any:
    result = (input - how.mean) * how.rstd
    if weight is not None:
        result *= weight.reshape(how.shape)
    if bias is not None:
        result += bias.reshape(how.shape)
    return np.ascontiguousarray(result)


def _standard(input: Any, how: How) -> tuple[Any, Any]:
    """`input` normalised, and one over its standard deviation, on any kind of value."""
    if how.fixed or isinstance(input, np.ndarray):
        return (input - how.mean) * how.rstd, how.rstd
    centred = input - mean_dim(input, how.dims, True)
    rstd = rsqrt(add_number(mean_dim(centred * centred, how.dims, True), how.eps))
    return centred * rstd, rstd


def _input_rule(grad: Any, input: Any, weight: Any, _how: How) -> Any:
    if weight is not None:
        grad = grad * view(weight, _how.shape)
    standard, rstd = _standard(input, _how)
    if _how.fixed:
        return grad * rstd
    along = mean_dim(grad * standard, _how.dims, True)
    return (grad - mean_dim(grad, _how.dims, True) - standard * along) * rstd


def _bias_backward(name: str) -> Op:
    return Op(
        f"{name}BackwardBackward0",
        lambda grad_output, input, weight, _how: sum_to(grad_output, _how.shape).reshape(_how.size),
        inputs=("grad_output", "input", "weight"),
        grad_output=lambda grad, _how, grad_output_sym_sizes:
            expand(view(grad, _how.shape), grad_output_sym_sizes))  # fmt: skip


_layer_bias, _batch_bias = [_bias_backward(f"Native{n}Norm") for n in ("Layer", "Batch")]


def _op(name: str, forward: Any, bias: Any, also: tuple[str, ...]) -> Op:
    """The operation behind one of the two."""
    return Op(
        f"{name}Backward0", forward, inputs=("input", "weight", "bias"), also=also, promotes=None,
        input=_input_rule,
        weight=lambda grad, input, weight, _how:
            view(sum_to(grad * _standard(input, _how)[0], _how.shape), _how.size),
        bias=bias,
        says="the gradient loses its mean and its part along the output")  # fmt: skip


layer_norm_op = _op(
    "NativeLayerNorm",
    lambda input, weight, bias, normalized_shape, result1, result2, _how:
        _forward(input, weight, bias, _how),
    lambda grad, input, weight, bias, _how: _layer_bias(grad, input, weight, _how),
    ("normalized_shape", "result1", "result2"))  # fmt: skip


@export("layer_norm", method=False)
@export("layer_norm", method=False, to=functional)
def layer_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None,
        bias: Tensor | None = None, eps: float = 1e-5) -> Tensor:  # fmt: skip
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
    shape, data = tuple(normalized_shape), input._data
    stars = ", ".join(["*", *map(str, shape)])
    check(data.shape[-len(shape) :] == shape, "norm_shape", [*shape], stars, [*data.shape])
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None:
            fits = tensor._data.shape == shape
            check(fits, "norm_weight", name, [*tensor._data.shape], [*shape])
    if data.dtype.kind != "f":
        raise errors.not_implemented_for("LayerNormKernelImpl", data.dtype)
    dims = tuple(range(-len(shape), 0))
    mean, rstd, _ = _moments(data, dims, eps)
    how = How(dims, shape, shape, eps, mean, rstd)
    return layer_norm_op.apply(input, weight, bias, shape, mean, rstd, how)


batch_norm_op = _op(
    "NativeBatchNorm",
    lambda input, weight, bias, running_mean, running_var, training, eps, result1, result2, _how:
    _forward(input, weight, bias, _how),
    lambda grad, input, weight, _how: _batch_bias(grad, input, weight, _how),
    ("running_mean", "running_var", "training", "eps", "result1", "result2"),
)  # fmt: skip


@export("batch_norm", method=False, to=functional)
def batch_norm(input: Tensor, running_mean: Tensor | None, running_var: Tensor | None,
        weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
        momentum: float = 0.1, eps: float = 1e-5) -> Tensor:  # fmt: skip
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
    count = data.shape[0] * math.prod(data.shape[2:])
    check(not training or count != 1, "batch_one", input.shape)
    if not data.size:
        return input.clone()
    channels = data.shape[errors.checked_dim(1, data.ndim)]
    given = {"running_mean": running_mean, "running_var": running_var}
    for name, tensor in {**given, "weight": weight, "bias": bias}.items():
        check(tensor is not None or training or name not in given, "batch_running", name)
        size = channels if tensor is None else tensor._data.size
        check(size == channels, "batch_size", name, channels, size)
    if data.dtype.kind != "f":
        raise errors.not_implemented_for("batch_norm", data.dtype)
    shape = (1, channels, *[1] * (data.ndim - 2))
    dims = tuple([d for d in range(data.ndim) if d != 1])
    running: list[Any] = [None if t is None else t._data for t in given.values()]
    mean = rstd = np.zeros(0, data.dtype)
    if training:
        mean, rstd, variance = _moments(data, dims, eps)
        how = How(dims, shape, (channels,), eps, mean, rstd)
        moments = (mean, variance * (count / max(count - 1, 1)))
        for old, new in zip(running, moments, strict=True):
            if old is not None:  # PyTorch does not count this as a change in place
                old[...] = (1 - momentum) * old + momentum * new.reshape(-1)
        mean, rstd = mean.reshape(-1), rstd.reshape(-1)
    else:
        centre, variance = [np.reshape(r, shape) for r in running]
        how = How(dims, shape, (channels,), eps, centre, 1 / np.sqrt(variance + eps), fixed=True)
    return batch_norm_op.apply(input, weight, bias, *running, training, eps, mean, rstd, how)
