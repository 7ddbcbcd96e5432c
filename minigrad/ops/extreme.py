"""Which elements are largest, smallest, in the middle, in order: max … median, sort … unique."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.operands import laid_out_as
from minigrad.ops.arguments import EVERY, flag, no_dim
from minigrad.ops.broadcast import fold, reshape, sum_dim
from minigrad.ops.compare import eq, isnan
from minigrad.ops.export import export
from minigrad.ops.forms import refuse
from minigrad.ops.gather import places, scatter_op, zeros_like
from minigrad.ops.part import at
from minigrad.ops.reduce import public, reduction, restored, span
from minigrad.ops.select import array_of, masked_fill_tensor, maximum, minimum
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

# --- rules: elements that are equal to the result share its gradient, or the one picked receives it


def _shared_back(grad: Any, self: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    mask = array_of(isnan(self) if np.isnan(array_of(result)) else eq(self, result))
    count = np.int64(np.count_nonzero(mask))
    share = grad / (wrap(count) if isinstance(grad, Tensor) else grad.dtype.type(count))
    return masked_fill_tensor(zeros_like(mask.shape, grad), mask, share)


def _amax_back(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    shape = self.shape or (1,) * len(dim)  # of a number along a dimension PyTorch makes a vector
    if not keepdim:
        axes = [d % len(shape) for d in dim or range(len(shape))]
        kept = tuple([1 if d in axes else length for d, length in enumerate(shape)])
        grad, result = reshape(grad, kept), reshape(result, kept)
    mask = eq(result, self)
    return grad / sum_dim(mask, dim, True) * mask


def _picked_back(grad: Any, self_sym_sizes: Any, dim: int, indices: Any, keepdim: bool) -> Any:
    """The gradient put back to where the elements were picked from."""
    indices = array_of(indices)
    if not keepdim and self_sym_sizes:
        indices = indices[at(dim, None, len(self_sym_sizes))]
    grad = restored(grad, len(self_sym_sizes), (dim,), keepdim)
    return scatter_op(zeros_like(self_sym_sizes, grad), dim, indices, grad)


def _keeping(grad: Any, self_sym_sizes: Any, dim: int, indices: Any) -> Any:
    return _picked_back(grad, self_sym_sizes, dim, indices, True)


def _picking(node: str, forward: Callable[..., Any], rule: Any = _picked_back) -> Op:
    return reduction(node, forward, outputs=("values", "indices"), self=rule)


def _picked(self: Any, dim: int, keepdim: bool, find: Callable[..., Any], *options: Any) -> Any:
    """The elements at the positions that `find` gives along `dim`, and these positions."""
    errors.checked_dim(dim, self.ndim)
    if self.ndim == 0:
        return self.copy(), np.int64(0)
    indices = find(self, dim, *options)
    values = self[places(dim, indices)]
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def _named(name: str, pair: Any) -> Any:
    """Values and indices as the named tuple of that operation."""
    from minigrad import return_types  # not before a result needs them

    return getattr(return_types, name)(*pair)


def _whole_or_pair(name: str, whole: Op, along: Op, of_two: Any = None) -> None:
    def function(
        input: Tensor, dim: Any = EVERY, keepdim: bool = False, *, other: Tensor | None = None
    ) -> Any:
        if of_two and (other is not None or isinstance(dim, Tensor)) and keepdim is False:
            return of_two(input, dim if other is None else other)
        if no_dim(dim, keepdim):
            return whole.apply(input)
        return _named(name, along.apply(input, dim, flag(keepdim)))

    public(name, function, f"The `{name}` of all elements; with `dim` (values, indices) along it.")


# --- max, amax and argmax; min, amin and argmin


def _need_elements(name: str, self: Any, dim: Any) -> None:
    """Complain about a dimension, or a tensor, in which there is nothing to be found."""
    for along in [errors.checked_dim(d, self.ndim) for d in dim]:
        errors.check(self.size or self.shape[along], "reduction_along_nothing", name, along)
    errors.check(self.size or dim, "reduction_of_nothing", name)


# fmt: off
def _extremes(name: str, ufunc: np.ufunc, of_two: Any) -> None:
    method = f"arg{name}"

    def of(self: Any, dim: Any = (), keepdim: bool = False, name: str = name) -> Any:
        _need_elements(name, self, dim)
        return fold(ufunc, self, dim, keepdim)

    def position(self: Any, dim: int | None = None, keepdim: bool = False) -> Any:
        flag(keepdim)
        errors.check(self.dtype.kind != "b", "no_bool_input", method)
        errors.check(self.size or dim is not None, "position_in_nothing", method)
        _need_elements(method, self, () if dim is None else (dim,))
        return getattr(self, method)(dim, keepdims=keepdim)

    def function(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
        dims, keepdim = span(input, dim, keepdim)
        return every.apply(input, dims or (), keepdim)

    whole = reduction(f"{name.title()}Backward1", lambda self: of(self), self=_shared_back)
    along = _picking(f"{name.title()}Backward0", lambda self, dim, keepdim=False:
        (of(self, (dim,), keepdim), getattr(self, method)(dim, keepdims=keepdim)))
    every = reduction(f"A{name}Backward0", lambda self, dim=(), keepdim=False:
        of(self, dim, keepdim, f"a{name}"), tex=rf"\{name}({{self}})", self=_amax_back)
    _whole_or_pair(name, whole, along, of_two)
    public(f"a{name}", function, f"The {name}imum over some dimensions; equal ones share.")
    export(method)(reduction("", position))
# fmt: on


_extremes("max", np.maximum, maximum)
_extremes("min", np.minimum, minimum)

# --- sort, topk and median


def _order(self: Any, dim: int, descending: bool = False) -> Any:
    """The positions in order along `dim`; equal ones stay as they were, NaN is largest."""
    if not descending:
        return self.argsort(dim, kind="stable")
    backwards = at(dim, slice(None, None, -1), self.ndim)
    return self.shape[dim] - 1 - self[backwards].argsort(dim, kind="stable")[backwards]


def _sort(self: Any, dim: int = -1, descending: bool = False) -> Any:
    return tuple([laid_out_as(p, self) for p in _picked(self, dim, True, _order, descending)])


def _topk(self: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    length = (self.shape or (1,))[errors.checked_dim(dim, self.ndim)]
    errors.check(0 <= k <= length, "topk_range")
    errors.check(self.dtype.kind != "b", "topk_bools")
    first = lambda self, dim: _order(self, dim, largest)[at(dim, slice(k), self.ndim)].copy()  # noqa: E731
    return _picked(self, dim, True, first)


sort_op, stable_sort_op = [_picking(f"SortBackward{nr}", _sort, _keeping) for nr in (0, 1)]
topk_op = _picking("TopkBackward0", _topk, _keeping)
export("argsort")(reduction("",
    lambda self, dim=-1, descending=False, stable=False: _sort(self, dim, flag(descending))[1]
))  # fmt: skip


@export("sort")
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """The elements in order along `dim`: (values, indices)."""
    op = sort_op if stable is None else stable_sort_op
    return _named("sort", op.apply(input, dim, flag(descending)))


@export("topk")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order: (values, indices)."""
    return _named("topk", topk_op.apply(input, k, dim, flag(largest), sorted))


def _middle(self: Any, dim: int) -> Any:
    """Where the lower of the two in the middle is; or the first NaN if there is one."""
    _need_elements("median", self, (dim,))
    refuse("b", "median_out", self)
    middle = np.take(_order(self, dim), [(self.shape[dim] - 1) // 2], dim)
    nan = self != self
    return np.where(nan.any(dim, keepdims=True), nan.argmax(dim, keepdims=True), middle)


def _median(self: Any) -> Any:
    flat = self.reshape(-1)
    if not flat.size:
        return np.float64(np.nan).astype(self.dtype)
    refuse("b", "median_cpu", self)
    return flat[_middle(flat, 0)[0]]


# fmt: off
_whole_or_pair("median", reduction("MedianBackward0", _median, self=_shared_back),
    _picking("MedianBackward1", lambda self, dim, keepdim=False:
        _picked(self, dim, keepdim, _middle)))
# fmt: on

# --- without repetition


def _underived(grad: Any) -> Any:
    raise errors.not_implemented_derivative("_unique2")


unique_op = reduction("Unique2Backward0",
    lambda self: np.unique(self, return_inverse=True, return_counts=True, equal_nan=False),
    outputs=("values", "inverse", "counts"), self=_underived)  # fmt: skip


@export("unique")
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: None = None,
) -> Any:  # fmt: skip
    """The different elements in order.

    Returns
    -------
    Tensor, or a tuple of it and what was asked for
        Where each element of `input` is in the result; how often it occurs.
    """
    errors.check(dim is None, "no_form", "unique", "dim=")
    values, inverse, counts = unique_op.apply(input)
    asked = (values, *[inverse] * return_inverse, *[counts] * return_counts)
    return asked if len(asked) > 1 else values
