"""Normalisation: layer_norm over the last dimensions, batch_norm over all but the channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from minigrad import errors
from minigrad.digits import norms
from minigrad.digits.norms import COLUMNS, PLANES, ROWS
from minigrad.digits.rounded import fused
from minigrad.digits.sums import one_by_one
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops.broadcast import sum_to, view
from minigrad.ops.export import export, functional
from minigrad.ops.forms import add_number, alike, only_floats
from minigrad.ops.pointwise import rsqrt
from minigrad.ops.reduce import mean_dim
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
    steps : Gradients, optional
        Where there are few numbers: the gradients in PyTorch's steps, each rounded as there.
    """

    dims: Ints
    shape: Ints
    size: Ints
    eps: float
    mean: Any = None
    rstd: Any = None
    fixed: bool = False
    steps: Any = None

    def average(self, values: Any) -> Any:
        """The mean over the dimensions."""
        if isinstance(values, Tensor):
            return mean_dim.apply(values, self.dims, True)
        total = self.total(values)
        return (total / max(values.size // max(total.size, 1), 1)).astype(values.dtype, copy=False)

    def total(self, values: Any) -> Any:
        """The sum over the dimensions of an array; of images PyTorch adds doubles."""
        if self.steps is COLUMNS:
            return one_by_one(values)[None]
        wide = np.float64 if len(self.dims) > 1 else values.dtype
        return np.add.reduce(values, axis=self.dims, keepdims=True, dtype=wide)

    def reduced(self, values: Any) -> Any:
        """The sum over all that meets one element of the weight or the bias."""
        return view(sum_to(values, self.shape), self.size)

    def measured(self, data: Any) -> tuple[Any, Any]:
        """The mean of an array, and the sum of the squared distances from it."""
        data = data.astype(np.float32) if data.dtype == np.float16 else data  # or squares overflow
        mean = self.average(data)
        away = data - mean
        if self.steps is COLUMNS:
            return mean, norms.sum_of_products(away, away)[None]
        return mean, self.total(away * away).astype(data.dtype, copy=False)

    def knowing(self, mean: Any, variance: Any) -> How:
        """The same with that mean, and the deviation of that variance."""
        return self._replace(mean=mean, rstd=1 / np.sqrt(variance + self.eps))

    def rounded(self, data: Any, weight: Tensor | None) -> How:
        """The same in the dtype of the weight, or of the input: so they are saved."""
        kind = data.dtype if weight is None else weight._data.dtype
        return self._replace(mean=self.mean.astype(kind), rstd=self.rstd.astype(kind))

    def standard(self, input: Any) -> tuple[Any, Any]:
        """`input` normalised, and one over its standard deviation; on any kind of value."""
        if self.fixed or isinstance(input, np.ndarray):
            rstd = alike(self.rstd, input)
            return (input - alike(self.mean, input)) * rstd, rstd
        centred = input - self.average(input)
        rstd = rsqrt(add_number(self.average(centred * centred), self.eps))
        return centred * rstd, rstd


# fmt: off
def _normalised(input: Any, weight: Any, bias: Any, how: How) -> Any:
    result, _ = how.standard(input)
    result = fused(0 if bias is None else bias, result, 1 if weight is None else weight)
    return np.ascontiguousarray(result, input.dtype)


def _scaled(input: Any, weight: Any, bias: Any, how: How) -> Any:
    """The same with one factor and one term for each channel, as PyTorch has it for batches."""
    factor = how.rstd if weight is None else how.rstd * weight.reshape(how.shape)
    term = fused(0 if bias is None else bias.reshape(how.shape), how.mean, -factor)
    return np.ascontiguousarray(fused(term, input, factor), input.dtype)


def _input_rule(grad: Any, input: Any, weight: Any, _how: How) -> Any:
    """What normalising takes away: the mean of the gradient, and its part along the output."""
    if _how.steps and isinstance(grad, np.ndarray):
        factor = 1 if weight is None else weight.reshape(-1)
        parts = _matrices(_how, grad, input, _how.mean, _how.rstd)
        return _how.steps.of_input(factor, *parts).reshape(input.shape)
    standard, rstd = _how.standard(input)
    if weight is not None:
        grad = grad * view(weight, _how.shape)
    if not _how.fixed:
        grad = grad - _how.average(grad) - standard * _how.average(grad * standard)
    return grad * rstd


def _weight_rule(grad: Any, input: Any, _how: How) -> Any:
    if _how.steps and isinstance(grad, np.ndarray):
        total = _how.steps.of_weight(*_matrices(_how, grad, input, _how.mean, _how.rstd))
        return total.reshape(_how.size)
    return _how.reduced(grad * _how.standard(input)[0])


def _bias_rule(grad: Any, _how: How) -> Any:
    if _how.steps and isinstance(grad, np.ndarray):
        return _how.steps.of_bias(*_matrices(_how, grad)).reshape(_how.size)
    return _how.reduced(grad)


def _matrices(how: How, *arrays: Any) -> Sequence[Any]:
    """As `How.steps` has them: a row for all that is normalised together, or planes of pixels."""
    if how.steps is PLANES:
        return [a.reshape(*a.shape[:2], -1) for a in arrays]
    return arrays if how.dims == (0,) else [a.reshape(how.mean.size, -1) for a in arrays]


_NORM: Any = {"inputs": ("input", "weight", "bias"), "promotes": None, "input": _input_rule,
    "weight": _weight_rule,
    "bias": _bias_rule}
layer_norm_op = Op("NativeLayerNormBackward0",
    lambda input, weight, bias, normalized_shape, result1, result2, _how:
        _normalised(input, weight, bias, _how),
    also=("weight", "bias", "normalized_shape", "result1", "result2"), **_NORM)
batch_norm_op = Op("NativeBatchNormBackward0",
    lambda input, weight, bias, running_mean, running_var, training, eps, result1, result2, _how:
        _scaled(input, weight, bias, _how),
    also=("weight", "running_mean", "running_var", "training", "eps", "result1", "result2"),
    **_NORM)


def _check_kinds(data: Any, *parameters: Any) -> None:
    """Complain about parameters of another dtype; float16 is normalised with those of float32."""
    kinds = [parameter._data.dtype for parameter in parameters if parameter is not None]
    if kinds and kinds[0] != data.dtype:
        errors.check(all(kind == np.float32 for kind in kinds), "norm_kinds")
        errors.check(data.dtype == np.float16, "norm_mixed")
    elif others := [kind for kind in kinds if kind != data.dtype]:
        raise errors.expected_kind(data.dtype, others[0])


def layer_norm(input: Tensor, normalized_shape: Ints, weight: Tensor | None = None,
               bias: Tensor | None = None, eps: float = 1e-5) -> Tensor:
    """`input` with mean 0 and variance 1 over its last dimensions, then times `weight` plus `bias`.

    Parameters
    ----------
    normalized_shape : sequence of int
        The last lengths of `input`, and the shape of `weight` and `bias`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html
    """
    shape, data = tuple(normalized_shape), input._data
    stars = ", ".join(["*", *map(str, shape)])
    errors.check(shape, "layer_norm_dims")
    errors.check(data.shape[-len(shape) :] == shape, "norm_shape", shape, stars, data.shape)
    for name, tensor in (("weight", weight), ("bias", bias)):
        fits = tensor is None or tensor._data.shape == shape
        errors.check(fits, "norm_weight", name, tensor is not None and tensor.shape, shape)
    _check_kinds(data, weight, bias)
    only_floats("LayerNormKernelImpl", data)
    how = How(tuple(range(-len(shape), 0)), shape, shape, eps)
    matrix = data.reshape(-1, math.prod(shape)) if data.size else data
    if norms.are_small_rows(matrix):
        column = (*data.shape[: -len(shape)], *[1] * len(shape))
        parts = [part.reshape(column) for part in modes.quiet(norms.moments, matrix)]
        how = modes.quiet(how.knowing, *parts)._replace(steps=ROWS)
    else:
        mean, squares = modes.quiet(how.measured, data)
        how = modes.quiet(how.knowing, mean, squares / max(math.prod(shape), 1))
    saved = how.rounded(data, weight)
    return layer_norm_op.apply(input, weight, bias, shape, saved.mean, saved.rstd, how)


def batch_norm(input: Tensor, running_mean: Tensor | None, running_var: Tensor | None,
               weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
               momentum: float = 0.1, eps: float = 1e-5) -> Tensor:
    """Each channel with mean 0 and variance 1, then times `weight` plus `bias`.

    Parameters
    ----------
    input : Tensor
        Of shape (N, C) or (N, C, …).
    running_mean, running_var : Tensor, optional
        Of shape (C,). In training they move by `momentum` towards what this batch has; else they
        are used.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html
    """
    data = input._data
    errors.check(not training or eps > 0.0, "batch_eps", eps)
    if not data.size:
        scaled = input.clone() if weight is None else input.clone() * weight.select(0, 0)
        return scaled if bias is None else scaled + bias.select(0, 0)
    channels = data.shape[errors.checked_dim(1, data.ndim)]
    count = data.size // channels
    errors.check(not training or count != 1, "batch_one", input.shape)
    given = {"running_mean": running_mean, "running_var": running_var}
    for name, tensor in {**given, "weight": weight, "bias": bias}.items():
        errors.check(tensor is not None or training or name not in given, "batch_running", name)
        size = channels if tensor is None else tensor._data.size
        errors.check(size == channels, "batch_size", name, channels, size)
    only_floats("batch_norm", data)
    _check_kinds(data, weight, bias, running_mean, running_var)
    shape = (1, channels, *[1] * (data.ndim - 2))
    is_matrix = data.ndim == 2
    fits = norms.are_small_columns(data) if is_matrix else data.dtype == np.float32
    steps = (COLUMNS if is_matrix else PLANES) if fits else None
    how = How(
        tuple([d for d in range(data.ndim) if d != 1]), shape, (channels,), eps, steps=steps)
    running: list[Any] = [None if t is None else t._data for t in given.values()]
    if training:
        mean, squares = modes.quiet(how.measured, data)
        keep, center = 1 - momentum, mean.reshape(-1)
        variance = (squares / max(count - 1, 1)).reshape(-1)
        for old, move in zip(running, (
                lambda old: keep * old + momentum * center,
                lambda old: fused(keep * old, variance, momentum)), strict=True):
            if old is not None:  # PyTorch does not count this as a change in place
                modes.quiet(np.copyto, old, modes.quiet(move, old), "same_kind")
        wide = (squares / count).astype(np.float64)
        how = modes.quiet(how.knowing, mean, wide).rounded(data, weight)
        saved = [how.mean.reshape(-1), how.rstd.reshape(-1)]
    else:
        how = how.knowing(*[np.reshape(r, shape) for r in running])._replace(fixed=True, steps=None)
        saved = [np.zeros(0, data.dtype)] * 2
    parts = (*given.values(), training, eps, *saved, how)
    return batch_norm_op.apply(input, weight, bias, *parts)


export("layer_norm", method=False)(layer_norm)
export("layer_norm", method=False, to=functional)(layer_norm)
export("batch_norm", method=False, to=functional)(batch_norm)
# fmt: on
