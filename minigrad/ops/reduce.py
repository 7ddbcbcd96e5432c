"""Sums, means and products over all dimensions or some, and running ones; var, std; all, any."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import mkl, sums
from minigrad.op import Op
from minigrad.ops.arguments import EVERY, distinct_dims, flag, ints, no_dim
from minigrad.ops.arithmetic import exp
from minigrad.ops.arrange import cat_op, flip_op
from minigrad.ops.broadcast import expand, fold, reshape, restored, sum_all, sum_dim, unsqueeze
from minigrad.ops.compare import eq
from minigrad.ops.export import export
from minigrad.ops.forms import div_number, refuse, scale
from minigrad.ops.gather import zeros_like
from minigrad.ops.part import slice_part
from minigrad.ops.select import array_of, masked_fill, where
from minigrad.symbol import POWER, Symbol
from minigrad.tensor import Tensor

Dims = tuple[int, ...] | None

reduction = functools.partial(Op, inputs=("self",), promotes=None)
"""An operation on one tensor, which keeps its dtype."""

# --- arguments and shapes


def span(input: Any, dim: Any, keepdim: Any = False) -> tuple[Dims, bool]:
    """`dim` and `keepdim` as operations want them: `dim` as a tuple, or None for all dimensions.

    Raises
    ------
    IndexError, RuntimeError
        If there is no such dimension, or one is listed twice.
    """
    ndim = input.ndim
    if dim is None:
        return None, flag(keepdim)
    if dim.__class__ is int and -ndim <= dim < ndim:
        return (dim,), flag(keepdim)
    dims = ints(dim)
    return distinct_dims(dims, ndim) and dims, flag(keepdim)


def length_of(shape: tuple[int, ...], dim: Dims) -> int:
    """How many elements are reduced to one."""
    return math.prod([shape[d] for d in dim] if dim and shape else shape)


def public(name: str, function: Any, doc: str) -> Any:
    """Make one of several functions that were made alike public under its name."""
    function.__doc__ = doc
    return export(name)(function)


# --- sum and mean


@export("sum")
def sum(input: Tensor, dim: Any = EVERY, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The sum of all elements, or over some dimensions.

    Parameters
    ----------
    input : Tensor
    dim : int or tuple of int, optional
        The dimensions that are summed over; all if left out or empty.
    keepdim : bool
        Keep these dimensions, with length 1.
    dtype : dtype, optional
        Of the result. By default integers and booleans give int64.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.sum.html
    """
    return _run(sum_all, sum_dim, input, dim, keepdim, dtype)


def _run(whole: Op, along: Op, input: Tensor, dim: Any, keepdim: bool, dtype: Any) -> Tensor:
    """Of all elements if no `dim` is given, else along it: two operations, as in PyTorch."""
    kind = None if dtype is None else dtype.numpy
    if no_dim(dim, keepdim):
        return whole.apply(input, kind)
    return along.apply(input, *span(input, dim, keepdim), kind)


def _mean(self: Any, dim: Dims = None, keepdim: bool = False, dtype: Any = None) -> Any:
    return fold(np.add, self, dim, keepdim, dtype) / length_of(self.shape, dim)


# fmt: off
mean_all = reduction("MeanBackward0", lambda self, dtype=None: _mean(self, dtype=dtype),
    self=lambda grad, self_sym_sizes, self_sym_numel:
        div_number(expand(grad, self_sym_sizes), self_sym_numel))
mean_dim = reduction("MeanBackward1", _mean, tex=r"\operatorname{{mean}}_{{{dim}}}({self})",
    self=lambda grad, self_sym_sizes, self_sym_numel, dim, keepdim: div_number(
        expand(restored(grad, len(self_sym_sizes), dim, keepdim), self_sym_sizes),
        length_of(self_sym_sizes, dim)))
# fmt: on


@export("mean")
def mean(input: Tensor, dim: Any = EVERY, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The mean of all elements, or over some dimensions; parameters as for `sum`.

    Raises
    ------
    RuntimeError
        For integers and booleans, unless `dtype` is of floating point.
    """
    kind = dtype.numpy if dtype else input._data.dtype
    errors.check(kind.kind == "f", "mean_dtype", kind, "Optional" if dtype else "Input")
    return _run(mean_all, mean_dim, input, dim, keepdim, dtype)


# --- running sums and products


def _running(ufunc: np.ufunc, kernel: str) -> Any:
    def forward(self: Any, dim: int, dtype: Any = None) -> Any:
        errors.checked_dim(dim, self.ndim)
        kind = dtype.numpy if dtype else np.int64 if self.dtype.kind in "biu" else self.dtype
        terms = self.astype(kind, copy=not self.ndim)
        if not self.ndim:
            return terms
        refuse("b" if terms.size else "", kernel, terms)
        wide = np.float64 if terms.dtype.kind == "f" else kind  # as PyTorch computes
        running = ufunc.accumulate(sums.laid_out(terms), dim, wide)
        return ufunc(running, ufunc.identity).astype(kind)  # it begins with 0: none is -0

    return forward


def _is_single(value: Any, dim: int) -> bool:
    return not isinstance(value, Symbol) and (array_of(value).size <= 1 or value.shape[dim] == 1)


def _from_behind(value: Any, dim: int) -> Any:
    """The running sum that starts at the other end."""
    if _is_single(value, dim):
        return value
    return flip_op(cumsum_op(flip_op(value, (dim,)), dim), (dim,))


def _without_zeros(value: Any) -> bool:
    """Whether one may divide by it; a formula is written for the case that one may."""
    return isinstance(value, Symbol) or bool(np.all(array_of(value)))


def _cumprod_back(grad: Any, self: Any, result: Any, dim: int) -> Any:
    if _is_single(self, dim):
        return grad
    if _without_zeros(self):
        return _from_behind(result * grad, dim % self.ndim) / self
    # Each running product as a row of its factors, with 1 for those that it has not yet.
    dim %= self.ndim
    length = self.shape[dim]
    has = np.tri(length, dtype=bool).reshape(length, length, *(1,) * (self.ndim - dim - 1))
    others = _other_factors(where(has, unsqueeze(self, dim), 1), dim + 1)
    return sum_dim(where(has, unsqueeze(grad, dim + 1) * others, 0), (dim,), False)


# fmt: off
cumsum_op = export("cumsum", in_place=True)(reduction("CumsumBackward0",
    _running(np.add, "cumsum_out_cpu"), self=lambda grad, dim: _from_behind(grad, dim)))
cumprod_op = export("cumprod", in_place=True)(reduction("CumprodBackward0",
    _running(np.multiply, "cumprod_out_cpu"), self=_cumprod_back))
# fmt: on

# --- prod


def _from_one(value: Any, dim: int) -> Any:
    """The running product of `value` with a 1 in front of it."""
    shape = [1 if d == dim else length for d, length in enumerate(value.shape)]
    return cumprod_op(cat_op([zeros_like(shape, value) + 1, value], dim), dim)


def _other_factors(self: Any, dim: int) -> Any:
    """For each element the product of all others along `dim`, without dividing."""
    length = self.shape[dim]
    before = _from_one(slice_part(self, dim, 0, length - 1, 1), dim)
    after = _from_one(flip_op(slice_part(self, dim, 1, length, 1), (dim,)), dim)
    return before * flip_op(after, (dim,))


def _prod_back(grad: Any, self: Any, result: Any, dim: Any = None, keepdim: bool = False) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result / self)
    if self.ndim == 0:
        return grad
    if dim is not None:
        dim %= self.ndim
        grad, result = [restored(value, self.ndim, (dim,), keepdim) for value in (grad, result)]
    if _without_zeros(self):
        return grad * (result / self)
    if dim is not None:
        return grad if self.shape[dim] == 1 else grad * _other_factors(self, dim)
    if not isinstance(self, Tensor) and np.count_nonzero(self) < self.size - 1:
        return np.zeros_like(self)  # even where another factor is nan
    line = reshape(self, (array_of(self).size,))
    return reshape(grad * _other_factors(line, 0), tuple(self.shape))


# fmt: off
prod_all = reduction(
    "ProdBackward0", lambda self, dtype=None: fold(np.multiply, self, None, False, dtype),
    tex=r"\prod {self}", self=lambda grad, self, result: _prod_back(grad, self, result))
prod_dim = reduction("ProdBackward1", lambda self, dim, keepdim=False, dtype=None:
        fold(np.multiply, self, (errors.checked_dim(dim, self.ndim),), keepdim, dtype),
    tex=r"\prod {self}", self=_prod_back)
# fmt: on


@export("prod")
def prod(input: Tensor, dim: Any = EVERY, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The product of all elements, or along one dimension; integers give int64."""
    kind = dtype and dtype.numpy
    if no_dim(dim, keepdim):
        return prod_all.apply(input, kind)
    return prod_dim.apply(input, dim, flag(keepdim), kind)


# --- variance and standard deviation


def _freedom(shape: tuple[int, ...], dim: Dims, correction: Any) -> Any:
    return length_of(shape, dim) - (1 if correction is None else correction)


def _variance(self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    """The variance in float64, in which PyTorch computes."""
    wide = self.astype(np.float64)
    lowest = np.minimum.reduce(wide, dim if self.ndim else None, keepdims=True, initial=np.inf)
    if lowest.size > 1:  # PyTorch has Welford's sums, which are 0 for equal numbers
        wide -= lowest
    # The mean of all is rounded.
    offset = wide - _mean(wide if lowest.size > 1 else self, dim, True)
    square = fold(np.add, offset * offset, dim, keepdim)
    return square / np.float64(max(0, _freedom(self.shape, dim, correction)))


def _variance_back(grad: Any, self: Any, dim: Dims, correction: Any, keepdim: bool) -> Any:
    freedom = _freedom(self.shape, dim, correction)
    along = dim if self.ndim else None
    if freedom <= 0 and not along:
        slope = zeros_like(self.shape, self) + math.inf
        return grad * masked_fill(slope, eq(self, mean_all(self)), math.nan)
    grad = restored(grad, self.ndim, dim, keepdim or self.ndim == 1)
    apart = self - (mean_dim(self, dim, True) if along else mean_all(self))
    return scale(grad, 2 / freedom if freedom else math.inf) * apart


# fmt: off
var_op = reduction("VarBackward0", lambda self, dim, correction, keepdim:
        _variance(self, dim, correction, keepdim).astype(self.dtype), self=_variance_back)
std_op = reduction("StdBackward0", lambda self, dim, correction, keepdim:
        np.sqrt(_variance(self, dim, correction, keepdim)).astype(self.dtype),
    self=lambda grad, self, result, dim, correction, keepdim: _variance_back(
        masked_fill(grad / scale(result, 2), eq(result, 0), 0), self, dim, correction, keepdim))
# fmt: on


def _spread(name: str, op: Op) -> None:
    def function(
        input: Tensor, dim: Any = None, unbiased: Any = None, keepdim: bool = False, *,
        correction: Any = None,
    ) -> Tensor:  # fmt: skip
        errors.check(input._data.dtype.kind == "f", "only_floats", "std and var")
        if type(dim) is bool:  # an older way to say correction=1 or correction=0
            dim, unbiased = None, dim
        if correction is None and (unbiased is not None or dim is not None):
            correction = int(unbiased is None or flag(unbiased))
        dims, keepdim = span(input, dim, keepdim)
        if input._data.size == 0 or _freedom(input._data.shape, dims, correction) <= 0:
            warnings.warn(errors.DEGREES_OF_FREEDOM.format(name), stacklevel=3)
        return op.apply(input, dims or None, correction, keepdim)

    doc = "Of all elements or over some dimensions; `correction` is taken off their number."
    public(name, function, f"`{name}`. {doc}")


_spread("var", var_op)
_spread("std", std_op)

# --- logsumexp


def _logsumexp(self: Any, dim: Dims, keepdim: bool = False) -> Any:
    axes = dim if dim and self.ndim else None
    top = np.maximum.reduce(self, axis=axes, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0)
    total = mkl.log(sums.add(mkl.exp(self - top), axes, True)) + top
    return sums.laid_out(total if keepdim else total.squeeze(axes))[()]


# fmt: off
logsumexp_op = reduction("LogsumexpBackward0", _logsumexp, promotes="float",
    tex=r"\log \sum e^{{{self}}}", precedence=POWER,
    self=lambda grad, self, result, dim, keepdim: restored(grad, self.ndim, dim, keepdim)
        * exp(self - restored(result, self.ndim, dim, keepdim)))
# fmt: on


@export("logsumexp")
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """The logarithm of the sum of the exponentials, without overflow."""
    dims, keepdim = span(input, dim, keepdim)
    shape = (1,) * input._data.ndim
    fits = dims != () or keepdim or not shape or not input._data.size
    errors.check(fits, "in_place_shape", (), shape)
    return logsumexp_op.apply(input, dims, keepdim)


# --- true or false


def _truth(name: str, ufunc: np.ufunc) -> None:
    def forward(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        dims, keepdim = span(self, dim, keepdim)
        found = self != 0 if dims == () else fold(ufunc, self, dims, keepdim, bool)
        return found.astype(np.uint8) if self.dtype == np.uint8 else found  # a relic of PyTorch's

    export(name)(reduction("", forward))


_truth("all", np.logical_and)
_truth("any", np.logical_or)

# fmt: off
export("count_nonzero")(reduction("", lambda self, dim=None: fold(
    np.add, self != 0, *span(self, dim), np.int64)))
# fmt: on
