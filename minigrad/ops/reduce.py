"""Sums and means over all dimensions or some: sum, mean, var, std, logsumexp; all, any."""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, sums
from minigrad.op import Op
from minigrad.ops.arguments import distinct_dims, int_tuple
from minigrad.ops.arithmetic import div, exp
from minigrad.ops.broadcast import expand, restored, sum_all, sum_dim
from minigrad.ops.compare import eq, isnan, logical_not
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.ops.with_number import div_number, scale
from minigrad.symbol import POWER
from minigrad.tensor import Tensor

Dims = tuple[int, ...] | None

ALL: Any = object()
"""The default of a `dim`: None is a value that a user may give, and makes another node."""

reduction = functools.partial(Op, inputs=("self",), promotes=None)
"""An operation on one tensor, which keeps its dtype."""

# --- arguments and shapes


def public(name: str, function: Callable[..., Any], says: str, **options: Any) -> Any:
    """Make a function that was made for a table public under its name."""
    function.__name__ = function.__qualname__ = name
    page = f"https://docs.pytorch.org/docs/stable/generated/torch.{name}.html"
    function.__doc__ = f"{says}\n\n    See Also\n    --------\n    {page}\n    "
    return export(name, **options)(function)


def span(
    name: str, input: Tensor, dim: Any, keepdim: Any, numpy: Any = (), *, one: bool = False
) -> tuple[Any, bool]:
    """`dim` and `keepdim` as operations want them.

    Parameters
    ----------
    name : str
        The function that was called, for messages.
    dim : int, tuple of int, None
        None or `ALL` for all dimensions.
    numpy : dict
        What was passed under numpy's names `axis` and `keepdims`.
    one : bool
        The function takes one dimension only: `dim` stays a number.

    Raises
    ------
    TypeError
        If they are of another type.
    IndexError, RuntimeError
        If there is no such dimension, or one is listed twice.
    """
    ndim = input._data.ndim
    if dim.__class__ is int and -ndim <= dim < ndim and keepdim.__class__ is bool and not numpy:
        return (dim if one else (dim,)), keepdim
    if numpy:
        dim, keepdim = numpy.pop("axis", dim), numpy.pop("keepdims", keepdim)
        for unknown in numpy:
            raise TypeError(f"{name}() got an unexpected keyword argument '{unknown}'")
    if type(keepdim) is not bool:
        raise errors.argument_type(name, "keepdim", 2, "bool", type(keepdim).__name__)
    if dim is None or dim is ALL:
        return None, keepdim
    if not one:
        dim = int_tuple(name, "dim", dim)
        distinct_dims(dim, ndim)
    elif type(dim) is not int:
        raise errors.argument_type(name, "dim", 1, "int", type(dim).__name__)
    else:
        errors.checked_dim(dim, ndim)
    return dim, keepdim


def need_dim(name: str, input: Tensor, dim: Any, numpy: Any) -> int:
    """The one dimension that a function cannot do without."""
    dim, _ = span(name, input, dim, False, numpy, one=True)
    if dim is None:
        raise errors.missing_argument(name, "dim")
    return dim


def axes_of(self: Any, dim: Dims) -> Dims:
    """`dim` as numpy wants it: None for all dimensions."""
    return dim if dim and self.ndim else None


def wide(self: Any, dtype: Any) -> Any:
    """Integers and booleans are added up, or multiplied, as int64."""
    return np.int64 if dtype is None and self.dtype.kind in "biu" else dtype


def fold(ufunc: np.ufunc, self: Any, dim: Dims, keepdim: bool, dtype: Any = None) -> Any:
    """`self` reduced by `ufunc` over `dim`."""
    reduce: Any = sums.add if ufunc is np.add else ufunc.reduce
    axes = dim if dim and self.ndim else None
    return sums.laid_out(reduce(self, axis=axes, keepdims=keepdim, dtype=dtype))


def length_of(shape: tuple[int, ...], dim: Dims) -> int:
    """How many elements are reduced to one."""
    return math.prod([shape[d] for d in dim] if dim and shape else shape)


# --- sum and mean


@export("sum")
def sum(
    input: Tensor, dim: Any = ALL, keepdim: bool = False, *, dtype: Any = None, **numpy: Any
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
    kind = None if dtype is None else dtype.numpy
    if dim is ALL and keepdim is False and not numpy:
        return sum_all.apply(input, kind)
    return sum_dim.apply(input, *span("sum", input, dim, keepdim, numpy), kind)


# fmt: off
mean_all = reduction(
    "MeanBackward0",
    lambda self, dtype=None: sums.add(self, dtype=dtype) / self.size,
    tex=r"\operatorname{{mean}}({self})",
    self=lambda grad, self_sym_sizes, self_sym_numel:
        div_number(expand(grad, self_sym_sizes), self_sym_numel),
    says="every element of a mean receives the gradient divided by their number")
# fmt: on


def _mean_dim(self: Any, dim: Dims, keepdim: bool = False, dtype: Any = None) -> Any:
    return fold(np.add, self, dim, keepdim, dtype) / length_of(self.shape, dim)


# fmt: off
mean_dim = reduction(
    "MeanBackward1", _mean_dim, tex=r"\operatorname{{mean}}_{{{dim}}}({self})",
    self=lambda grad, self_sym_sizes, self_sym_numel, dim, keepdim: div_number(
        _spread_out(grad, self_sym_sizes, dim, keepdim), length_of(self_sym_sizes, dim)),
    says="every element of a mean receives the gradient of that mean divided by their number")
# fmt: on


def _spread_out(grad: Any, shape: tuple[int, ...], dim: Dims, keepdim: bool) -> Any:
    return expand(restored(grad, len(shape), dim, keepdim), shape)


@export("mean")
def mean(
    input: Tensor, dim: Any = ALL, keepdim: bool = False, *, dtype: Any = None, **numpy: Any
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
    kind = None if dtype is None else dtype.numpy
    if (kind or input._data.dtype).kind != "f":
        raise errors.mean_dtype(dtype or input.dtype, "Optional" if dtype else "Input")
    if dim is ALL and keepdim is False and not numpy:
        return mean_all.apply(input, kind)
    return mean_dim.apply(input, *span("mean", input, dim, keepdim, numpy), kind)


# fmt: off
nansum_op = reduction(
    "NansumBackward0", lambda self, dim, keepdim=False, dtype=None: fold(
        np.add, np.where(self == self, self, self.dtype.type(0)), dim, keepdim, wide(self, dtype)),
    self=lambda grad, self, dim, keepdim:
        _spread_out(grad, self.shape, dim, keepdim) * logical_not(isnan(self)))
# fmt: on


@export("nansum")
def nansum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, **numpy: Any
) -> Tensor:
    """`sum`, with NaN counted as 0."""
    kind = None if dtype is None else dtype.numpy
    return nansum_op.apply(input, *span("nansum", input, dim, keepdim, numpy), kind)


@export("nanmean")
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """`mean` of the elements that are not NaN."""
    count = sum(logical_not.apply(isnan.apply(input)), dim, keepdim)
    return div.apply(nansum(input, dim, keepdim), count)


# --- variance and standard deviation


def _variance(self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    number = length_of(self.shape, dim)
    offset = self - _mean_dim(self, dim, True)
    square = fold(np.add, offset * offset, dim, keepdim)
    return square / square.dtype.type(max(0, number - (1 if correction is None else correction)))


def _deviation(self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    return np.sqrt(_variance(self, dim, correction, keepdim))


def _with_mean(measure: Callable[..., Any]) -> Any:
    return lambda self, dim, correction, keepdim: (
        measure(self, dim, correction, keepdim),
        _mean_dim(self, dim, keepdim),
    )


def _variance_back(
    self: Any, dim: Dims, correction: Any, keepdim: bool, grad: Any, mean_grad: Any = None
) -> Any:
    """From the gradient of a variance, that of a mean, or both."""
    length = length_of(self.shape, dim)
    parts: list[Any] = []
    if grad is not None:
        number = length - (1 if correction is None else correction)
        centre = mean_dim(self, dim, True) if dim else mean_all(self)
        factor = 2 / number if number else math.inf
        parts.append(scale(restored(grad, self.ndim, dim, keepdim), factor) * (self - centre))
    if mean_grad is not None:
        parts.append(div_number(_spread_out(mean_grad, self.shape, dim, keepdim), length))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _root_back(grad: Any, result: Any) -> Any:
    return None if grad is None else masked_fill(grad / scale(result, 2), eq(result, 0), 0)


# fmt: off
var_op = reduction(
    "VarBackward0", _variance, tex=r"\operatorname{{var}}({self})",
    self=lambda grad, self, dim, correction, keepdim:
        _variance_back(self, dim, correction, keepdim, grad),
    says="an element receives twice its distance from the mean, over the degrees of freedom",
)
std_op = reduction(
    "StdBackward0", _deviation, tex=r"\operatorname{{std}}({self})",
    self=lambda grad, self, result, dim, correction, keepdim:
        _variance_back(self, dim, correction, keepdim, _root_back(grad, result)),
    says="as for the variance, divided by twice the result; 0 where the result is 0",
)
var_mean_op = reduction(
    "VarMeanBackward0", _with_mean(_variance), outputs=("result0", "result1"),
    self=lambda grads, self, dim, correction, keepdim:
        _variance_back(self, dim, correction, keepdim, *grads),
)
std_mean_op = reduction(
    "StdMeanBackward0", _with_mean(_deviation), outputs=("result0", "result1"),
    self=lambda grads, self, result0, dim, correction, keepdim:
        _variance_back(self, dim, correction, keepdim, _root_back(grads[0], result0), grads[1]),
)
# fmt: on


def _spread(name: str, op: Op) -> Any:
    def function(
        input: Tensor, dim: Any = ALL, unbiased: Any = None, keepdim: bool = False, *,
        correction: Any = None, **numpy: Any,
    ) -> Any:  # fmt: skip
        if input._data.dtype.kind != "f":
            raise errors.only_floats(name if name.endswith("_mean") else "std and var")
        if type(dim) is bool:  # an older way to say correction=1 or correction=0
            dim, unbiased = ALL, dim
        if unbiased is not None:
            correction = int(unbiased)
        elif correction is None and (dim is not ALL or "axis" in numpy):
            correction = 1
        dims, keepdim = span(name, input, dim, keepdim, numpy)
        number = length_of(input._data.shape, dims) if input._data.size else 0
        if number - (1 if correction is None else correction) <= 0:
            warnings.warn(errors.DEGREES_OF_FREEDOM.format(name), stacklevel=2)
        return op.apply(input, dims or None, correction, keepdim)

    says = "Of all elements or over some dimensions; `correction` is taken off their number."
    return public(name, function, f"`{name}`. {says}", method=not name.endswith("_mean"))


var, std = _spread("var", var_op), _spread("std", std_op)
var_mean, std_mean = _spread("var_mean", var_mean_op), _spread("std_mean", std_mean_op)

# --- logsumexp


def _logsumexp(self: Any, dim: Dims, keepdim: bool = False) -> Any:
    axes = axes_of(self, dim)
    top = np.maximum.reduce(self, axis=axes, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.add.reduce(np.exp(self - top), axis=axes, keepdims=True)) + top
    return total if keepdim else total.squeeze(axes)[()]


# fmt: off
logsumexp_op = reduction(
    "LogsumexpBackward0", _logsumexp, promotes="float",
    tex=r"\log \sum e^{{{self}}}", precedence=POWER,
    self=lambda grad, self, result, dim, keepdim: restored(grad, self.ndim, dim, keepdim)
        * exp(self - restored(result, self.ndim, dim, keepdim)),
    says="every element receives the gradient times its share of the sum: the softmax")
# fmt: on


@export("logsumexp")
def logsumexp(input: Tensor, dim: Any = ALL, keepdim: bool = False, **numpy: Any) -> Tensor:
    """The logarithm of the sum of the exponentials, without overflow."""
    if dim is ALL and not numpy:
        raise errors.missing_argument("logsumexp", "dim")
    return logsumexp_op.apply(input, *span("logsumexp", input, dim, keepdim, numpy))


# --- true or false


def _truth(name: str, ufunc: np.ufunc) -> None:
    def forward(self: Any, dim: Any, keepdim: bool) -> Any:
        found = fold(ufunc, self, dim, keepdim, bool)
        return found.astype(np.uint8) if self.dtype == np.uint8 else found  # a relic of PyTorch's

    op = reduction("", forward)

    def function(input: Tensor, dim: Any = None, keepdim: bool = False, **numpy: Any) -> Tensor:
        return op.apply(input, *span(name, input, dim, keepdim, numpy))

    public(name, function, f"Whether {name} of the elements is true (not 0).")


_truth("all", np.logical_and)
_truth("any", np.logical_or)

_count = reduction("", lambda self, dim: fold(np.add, self != 0, dim, False, np.int64))


@export("count_nonzero")
def count_nonzero(input: Tensor, dim: Any = None, **numpy: Any) -> Tensor:
    """How many elements are not 0, of all or over some dimensions."""
    return _count.apply(input, span("count_nonzero", input, dim, False, numpy)[0])
