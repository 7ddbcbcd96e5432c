"""Sums and means over all dimensions or some: sum, mean, var, std, logsumexp; all, any."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arguments import distinct_dims, int_tuple
from minigrad.ops.arithmetic import div, exp
from minigrad.ops.broadcast import expand, sum_all, sum_dim, unsqueeze
from minigrad.ops.compare import eq, isnan, logical_not
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.ops.with_number import div_number, scale
from minigrad.symbol import POWER
from minigrad.tensor import Tensor

Dims = tuple[int, ...] | None

NOT_GIVEN: Any = object()
"""The default of a `dim`: None is a value that a user may give, and makes another node."""

# --- which dimensions


def choice(
    name: str, input: Tensor, dim: Any, keepdim: Any, axis: Any = NOT_GIVEN, keepdims: Any = None
) -> tuple[Dims, bool]:
    """`dim` as a tuple or None, and `keepdim`, each of them under PyTorch's name or numpy's.

    Raises
    ------
    TypeError
        If they are of another type.
    IndexError, RuntimeError
        If there is no such dimension, or one is listed twice.
    """
    dim = dim if axis is NOT_GIVEN else axis
    keepdim = keepdim if keepdims is None else keepdims
    if type(keepdim) is not bool:
        raise TypeError(
            f"{name}(): argument 'keepdim' (position 2) must be bool, not {type(keepdim).__name__}"
        )
    if dim is None:
        return None, keepdim
    dims = (dim,) if type(dim) is int else int_tuple(name, "dim", dim)
    distinct_dims(dims, input._data.ndim)
    return dims, keepdim


def axes_of(self: Any, dim: Dims) -> Dims:
    """`dim` as numpy wants it: None for all dimensions."""
    return dim if dim and self.ndim else None


def length_of(shape: tuple[int, ...], dim: Dims) -> int:
    """How many elements are reduced to one."""
    return math.prod([shape[d] for d in dim] if dim and shape else shape)


def restored(value: Any, ndim: int, dim: Dims, keepdim: bool) -> Any:
    """`value` with the dimensions, of length 1, that a reduction over `dim` took away."""
    if not keepdim and ndim and dim:
        for d in sorted([d % ndim for d in dim]):
            value = unsqueeze(value, d)
    return value


# --- sum

_sum_back = sum_dim.rules["self"]


@export("sum")
def sum(
    input: Tensor,
    dim: Any = NOT_GIVEN,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: Any = NOT_GIVEN,
    keepdims: Any = None,
) -> Tensor:
    """The sum of all elements, or over some dimensions.

    Parameters
    ----------
    input : Tensor
    dim : int or tuple of int, optional
        The dimensions that are summed over; numpy's name `axis` will do. All if left out or empty.
    keepdim : bool
        Keep these dimensions, with length 1; numpy's name `keepdims` will do.
    dtype : dtype, optional
        Of the result. By default integers and booleans give int64.

    Raises
    ------
    IndexError, RuntimeError
        If there is no such dimension, or one is listed twice.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.sum.html
    """
    dtype = None if dtype is None else dtype.numpy
    if dim is NOT_GIVEN and axis is NOT_GIVEN and keepdim is False and keepdims is None:
        return sum_all.apply(input, dtype)
    if dim is NOT_GIVEN:
        dim = None
    dims, keepdim = choice("sum", input, dim, keepdim, axis, keepdims)
    return sum_dim.apply(input, dims, keepdim, dtype)


nansum_op = Op(
    "NansumBackward0",
    lambda self, dim, keepdim=False, dtype=None: np.nansum(
        self, axis=axes_of(self, dim), keepdims=keepdim, dtype=dtype or _sum_dtype(self)
    ),
    inputs=("self",),
    promotes=None,
    tex=r"\sum {self}",
    self=lambda grad, self, dim, keepdim: (
        expand(restored(grad, self.ndim, dim, keepdim), self.shape) * logical_not(isnan(self))
    ),
    says="every term that is not NaN receives the gradient of the sum",
)


def _sum_dtype(self: Any) -> Any:
    return self.dtype if self.dtype.kind == "f" else np.int64


@export("nansum")
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """`sum`, with NaN counted as 0."""
    dims, keepdim = choice("nansum", input, dim, keepdim)
    return nansum_op.apply(input, dims, keepdim, None if dtype is None else dtype.numpy)


# --- mean


def _mean_all(self: Any, dtype: Any = None) -> Any:
    return np.add.reduce(self, axis=None, dtype=dtype) / self.size


mean_all = Op(
    "MeanBackward0",
    _mean_all,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{mean}}({self})",
    self=lambda grad, self_sym_sizes, self_sym_numel: div_number(
        expand(grad, self_sym_sizes), self_sym_numel
    ),
    says="every element of a mean receives the gradient divided by their number",
)


def _mean_dim(self: Any, dim: Dims, keepdim: bool = False, dtype: Any = None) -> Any:
    total = np.add.reduce(self, axis=axes_of(self, dim), keepdims=keepdim, dtype=dtype)
    return total / length_of(self.shape, dim)


mean_dim = Op(
    "MeanBackward1",
    _mean_dim,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{mean}}_{{{dim}}}({self})",
    self=lambda grad, self_sym_sizes, self_sym_numel, dim, keepdim: div_number(
        _sum_back(grad, self_sym_sizes, dim, keepdim), length_of(self_sym_sizes, dim)
    ),
    says="every element of a mean receives the gradient of that mean divided by their number",
)


@export("mean")
def mean(
    input: Tensor,
    dim: Any = NOT_GIVEN,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: Any = NOT_GIVEN,
    keepdims: Any = None,
) -> Tensor:
    """The mean of all elements, or over some dimensions; parameters as for `sum`.

    Raises
    ------
    RuntimeError
        For integers and booleans, unless `dtype` is of floating point.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.mean.html
    """
    if not (dtype or input.dtype).is_floating_point:
        raise errors.mean_dtype(dtype or input.dtype, "Optional" if dtype else "Input")
    dtype = None if dtype is None else dtype.numpy
    if dim is NOT_GIVEN and axis is NOT_GIVEN and keepdim is False and keepdims is None:
        return mean_all.apply(input, dtype)
    if dim is NOT_GIVEN:
        dim = None
    dims, keepdim = choice("mean", input, dim, keepdim, axis, keepdims)
    return mean_dim.apply(input, dims, keepdim, dtype)


@export("nanmean")
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """`mean` of the elements that are not NaN."""
    count = sum(logical_not.apply(isnan.apply(input)), dim, keepdim)
    return div.apply(nansum(input, dim, keepdim), count)


# --- variance and standard deviation


def _variance(self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    axes = axes_of(self, dim)
    number = length_of(self.shape, dim)
    centre = np.add.reduce(self, axis=axes, keepdims=True) / number
    offset = self - centre
    square = np.add.reduce(offset * offset, axis=axes, keepdims=keepdim)
    return square / square.dtype.type(max(0, number - (1 if correction is None else correction)))


def _variance_back(grad: Any, self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    number = length_of(self.shape, dim) - (1 if correction is None else correction)
    centre = mean_dim(self, dim, True) if dim else mean_all(self)
    factor = 2 / number if number else math.inf
    return scale(restored(grad, self.ndim, dim, keepdim), factor) * (self - centre)


var_op = Op(
    "VarBackward0",
    _variance,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{var}}({self})",
    self=lambda grad, self, dim, correction, keepdim: _variance_back(
        grad, self, dim, correction, keepdim
    ),
    says="an element receives twice its distance from the mean, divided by the number of "
    "degrees of freedom",
)

std_op = Op(
    "StdBackward0",
    lambda self, dim, correction, keepdim: np.sqrt(_variance(self, dim, correction, keepdim)),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{std}}({self})",
    self=lambda grad, self, result, dim, correction, keepdim: _variance_back(
        _root_back(grad, result), self, dim, correction, keepdim
    ),
    says="as for the variance, divided by twice the result; 0 where the result is 0",
)


def _root_back(grad: Any, result: Any) -> Any:
    return masked_fill(grad / scale(result, 2), eq(result, 0), 0)


def _mean_back(grad: Any, self: Any, dim: Dims, keepdim: bool) -> Any:
    return div_number(
        expand(restored(grad, self.ndim, dim, keepdim), self.shape), length_of(self.shape, dim)
    )


def _both_back(
    grad: Any, mean_grad: Any, self: Any, dim: Dims, correction: Any, keepdim: bool
) -> Any:
    """The gradient of a variance and that of a mean; either may be missing."""
    parts: list[Any] = []
    if grad is not None:
        parts.append(_variance_back(grad, self, dim, correction, keepdim))
    if mean_grad is not None:
        parts.append(_mean_back(mean_grad, self, dim, keepdim))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _with_mean(function: Any) -> Any:
    def forward(self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
        centre = np.add.reduce(self, axis=axes_of(self, dim), keepdims=keepdim)
        return (
            function(_variance(self, dim, correction, keepdim)),
            centre / length_of(self.shape, dim),
        )

    return forward


var_mean_op = Op(
    "VarMeanBackward0",
    _with_mean(lambda variance: variance),
    inputs=("self",),
    outputs=("result0", "result1"),
    promotes=None,
    self=lambda grads, self, dim, correction, keepdim: _both_back(
        grads[0], grads[1], self, dim, correction, keepdim
    ),
    says=var_op.says,
)

std_mean_op = Op(
    "StdMeanBackward0",
    _with_mean(np.sqrt),
    inputs=("self",),
    outputs=("result0", "result1"),
    promotes=None,
    self=lambda grads, self, result0, dim, correction, keepdim: _both_back(
        None if grads[0] is None else _root_back(grads[0], result0),
        grads[1],
        self,
        dim,
        correction,
        keepdim,
    ),
    says=std_op.says,
)


def _spread(name: str, op: Op) -> Any:
    def function(
        input: Tensor,
        dim: Any = NOT_GIVEN,
        unbiased: Any = None,
        keepdim: bool = False,
        *,
        correction: Any = None,
        axis: Any = NOT_GIVEN,
        keepdims: Any = None,
    ) -> Any:
        if input._data.dtype.kind != "f":
            raise errors.only_floats(name if name.endswith("_mean") else "std and var")
        dim = dim if axis is NOT_GIVEN else axis
        if type(dim) is bool:
            dim, unbiased = NOT_GIVEN, dim
        if unbiased is not None:
            correction = int(unbiased)
        elif correction is None and dim is not NOT_GIVEN:
            correction = 1
        dims, keepdim = choice(
            name, input, None if dim is NOT_GIVEN else dim, keepdim, keepdims=keepdims
        )
        number = length_of(input._data.shape, dims)
        if number - (1 if correction is None else correction) <= 0:
            warnings.warn(errors.DEGREES_OF_FREEDOM.format(name), stacklevel=2)
        return op.apply(input, dims or None, correction, keepdim)

    function.__name__ = name
    function.__doc__ = f"""`{name}` of all elements, or over some dimensions.

    Parameters
    ----------
    input : Tensor
        Of floating point.
    dim : int or tuple of int, optional
        The dimensions that are reduced; all if left out.
    unbiased : bool, optional
        An older way to say ``correction=1`` (True) or ``correction=0`` (False).
    keepdim : bool
        Keep these dimensions, with length 1.
    correction : number
        What is taken off the number of elements before it divides; 1 by default (Bessel).

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.{name}.html
    """
    export(name, method=not name.endswith("_mean"))(function)
    return function


var = _spread("var", var_op)
std = _spread("std", std_op)
var_mean = _spread("var_mean", var_mean_op)
std_mean = _spread("std_mean", std_mean_op)

# --- logsumexp


def _logsumexp(self: Any, dim: Dims, keepdim: bool = False) -> Any:
    axes = axes_of(self, dim)
    top = np.maximum.reduce(self, axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.add.reduce(np.exp(self - top), axis=axes, keepdims=True)) + top
    if keepdim:
        return total
    return total.reshape(np.add.reduce(self, axis=axes).shape)[()]


logsumexp_op = Op(
    "LogsumexpBackward0",
    _logsumexp,
    inputs=("self",),
    promotes="float",
    tex=r"\log \sum e^{{{self}}}",
    precedence=POWER,
    self=lambda grad, self, result, dim, keepdim: (
        restored(grad, self.ndim, dim, keepdim)
        * exp(self - restored(result, self.ndim, dim, keepdim))
    ),
    says="every element receives the gradient times its share of the sum: the softmax",
)


@export("logsumexp")
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """The logarithm of the sum of the exponentials, without overflow."""
    dims, keepdim = choice("logsumexp", input, dim, keepdim)
    return logsumexp_op.apply(input, dims, keepdim)


# --- true or false


def _truth(name: str, ufunc: np.ufunc) -> None:
    op = Op(
        "",
        lambda self, dim=None, keepdim=False: ufunc.reduce(
            self, axis=axes_of(self, dim), keepdims=keepdim, dtype=bool
        ),
        inputs=("self",),
        promotes=None,
    )

    def function(
        input: Tensor, dim: Any = None, keepdim: bool = False, *, axis: Any = NOT_GIVEN
    ) -> Tensor:
        return op.apply(input, *choice(name, input, dim, keepdim, axis))

    function.__name__ = name
    function.__doc__ = (
        f"Whether {name} of the elements is true (not 0), of all or over some dimensions."
    )
    export(name)(function)


_truth("all", np.logical_and)
_truth("any", np.logical_or)

_count = Op(
    "",
    lambda self, dim=None: np.add.reduce(self != 0, axis=axes_of(self, dim), dtype=np.int64),
    inputs=("self",),
    promotes=None,
)


@export("count_nonzero")
def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements are not 0, of all or over some dimensions."""
    return _count.apply(input, choice("count_nonzero", input, dim, False)[0])
