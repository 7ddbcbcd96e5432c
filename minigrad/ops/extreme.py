"""Which elements are largest, smallest, in the middle, in order: max … median, sort … unique."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.broadcast import sum_all, sum_dim, view
from minigrad.ops.compare import eq, isnan
from minigrad.ops.export import export
from minigrad.ops.gather import scatter_op
from minigrad.ops.limits import maximum, minimum
from minigrad.ops.reduce import ALL, dims_of, fold, one_dim, public, reduction, restored
from minigrad.ops.select import array_of, masked_fill_tensor
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

_SHARED = "the elements that are equal to the result share the gradient; all others receive 0"
_PICKED = "the element that was picked receives the gradient; all others receive 0"


def _need_elements(name: str, input: Tensor, dims: Any) -> None:
    data = input._data
    for dim in () if data.size else dims or ():
        errors.check(data.shape[dim], "reduction_along_nothing", name, dim % data.ndim)
    errors.check(data.size or dims, "reduction_of_nothing", name)


# --- of all elements: those that are equal to the result share its gradient


def _shared_back(grad: Any, self: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    mask = array_of(isnan(self) if np.isnan(array_of(result)) else eq(self, result))
    share = grad / array_of(grad).dtype.type(np.count_nonzero(mask))
    return masked_fill_tensor(zeros_like(mask.shape, grad), mask, share)


def _whole(node: str, find: Callable[..., Any]) -> Op:
    return reduction(
        node, find, self=lambda grad, self, result: _shared_back(grad, self, result), says=_SHARED
    )


# --- along one dimension: the element that was picked receives the gradient


def _picked(self: Any, dim: int, keepdim: bool, find: Callable[..., Any], *options: Any) -> Any:
    """The elements at the positions that `find` gives along `dim`, and these positions."""
    if self.ndim == 0:
        return self.copy(), np.int64(0)
    indices = find(self, dim, *options)
    values = np.take_along_axis(self, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def _reducing(grad: Any, self_sym_sizes: Any, dim: int, indices: Any, keepdim: bool) -> Any:
    """The gradient put back to where the elements were picked from."""
    indices = array_of(indices)
    if not keepdim and self_sym_sizes:
        indices = np.expand_dims(indices, dim)
    grad = restored(grad, len(self_sym_sizes), (dim,), keepdim)
    return scatter_op(zeros_like(self_sym_sizes, grad), dim, indices, grad)


def _keeping(grad: Any, self_sym_sizes: Any, dim: int, indices: Any) -> Any:
    return _reducing(grad, self_sym_sizes, dim, indices, True)


def _picking(node: str, forward: Callable[..., Any], rule: Callable[..., Any] = _reducing) -> Op:
    return reduction(node, forward, outputs=("values", "indices"), self=rule, says=_PICKED)


# --- max and min


def _largest(name: str, ufunc: np.ufunc, find: Any, of_two: Callable[..., Tensor]) -> Any:
    whole = _whole(f"{name.title()}Backward1", lambda self: ufunc.reduce(self, axis=None))
    along = _picking(
        f"{name.title()}Backward0",
        lambda self, dim, keepdim=False: (
            ufunc.reduce(self, axis=dim, keepdims=keepdim),
            find(self, axis=dim, keepdims=keepdim),
        ),
    )
    pair = getattr(return_types, name)

    def function(
        input: Tensor, dim: Any = ALL, keepdim: bool = False, *, other: Tensor | None = None
    ) -> Any:
        if dim is ALL and other is None:
            errors.check(input._data.size, "reduction_of_nothing", name)
            return whole.apply(input)
        if other is not None or isinstance(dim, Tensor):
            return of_two(input, dim if other is None else other)
        _need_elements(name, input, (one_dim(input, dim),))
        return pair(*along.apply(input, dim, keepdim))

    says = f"""The {name}imum of all elements; with `dim` (values, indices) along it; or of two."""
    return public(name, function, says)


max = _largest("max", np.maximum, np.argmax, maximum)
min = _largest("min", np.minimum, np.argmin, minimum)


# --- amax and amin: any dimensions, and equal elements share the gradient


def _amax_back(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    shape = array_of(self).shape
    if not keepdim and shape:
        axes = [d % len(shape) for d in dim or range(len(shape))]
        kept = tuple([1 if d in axes else length for d, length in enumerate(shape)])
        grad, result = view(grad, kept), view(result, kept)
    mask = eq(result, self)
    return grad / (sum_dim(mask, dim, True) if dim else sum_all(mask)) * mask


def _extreme(name: str, ufunc: np.ufunc) -> None:
    op = reduction(
        f"{name.title()}Backward0",
        lambda self, dim=(), keepdim=False: fold(ufunc, self, dim, keepdim),
        tex=rf"\{name[1:]}({{self}})",
        self=_amax_back,
        says=_SHARED,
    )

    def function(input: Tensor, dim: Ints = (), keepdim: bool = False) -> Tensor:
        dims = dims_of(input, dim)
        _need_elements(name, input, dims)
        return op.apply(input, dims or (), keepdim)

    public(name, function, f"The {name[1:]}imum over some dimensions or all; equal ones share.")


_extreme("amax", np.maximum)
_extreme("amin", np.minimum)

# --- where they are


def _position(name: str, find: Any) -> None:
    def forward(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return find(self, axis=dim, keepdims=keepdim) if self.ndim else np.int64(0)

    op = reduction("", forward)

    def function(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
        data = input._data
        errors.check(data.dtype.kind != "b", "no_bool_input", name)
        if dim is not None:
            _need_elements(name, input, (one_dim(input, dim),))
        errors.check(data.size or dim is not None, "position_in_nothing", name)
        return op.apply(input, dim, keepdim)

    public(name, function, f"The index of the first {name[3:]}imum, without `dim` of all elements.")


_position("argmax", np.argmax)
_position("argmin", np.argmin)

# --- sort and topk


def _order(self: Any, dim: int, descending: bool = False) -> Any:
    """The positions in order along `dim`; equal ones stay as they were, NaN is largest."""
    if not descending:
        return np.argsort(self, axis=dim, kind="stable")
    backwards = np.flip(self, dim)
    return self.shape[dim] - 1 - np.flip(np.argsort(backwards, axis=dim, kind="stable"), dim)


def _ranks(self: Any, dim: int, ranks: Any, descending: bool = False) -> Any:
    return np.take(_order(self, dim, descending), ranks, axis=dim)


def _sort(self: Any, dim: int = -1, descending: bool = False) -> Any:
    return _picked(self, dim, True, _order, descending)


sort_op, stable_sort_op = [_picking(f"SortBackward{nr}", _sort, _keeping) for nr in (0, 1)]


@export("sort")
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """The elements in order along `dim`: (values, indices)."""
    op = sort_op if stable is None else stable_sort_op
    return return_types.sort(*op.apply(input, one_dim(input, dim), descending))


@export("argsort")
def argsort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Where the elements are that `sort` puts first, second …."""
    return wrap(_sort(input._data, one_dim(input, dim), descending)[1])


topk_op = _picking(
    "TopkBackward0",
    lambda self, k, dim=-1, largest=True, sorted=True: _picked(
        self, dim, True, _ranks, range(k), largest
    ),
    _keeping,
)


@export("topk")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order: (values, indices)."""
    length = (input._data.shape or (1,))[one_dim(input, dim)]
    errors.check(0 <= k <= length, "topk_range")
    return return_types.topk(*topk_op.apply(input, k, dim, largest, sorted))


# --- median


def _middle(self: Any, dim: int) -> Any:
    """Where the lower of the two in the middle is; or the first NaN if there is one."""
    at = _ranks(self, dim, [(self.shape[dim] - 1) // 2])
    nan = np.not_equal(self, self)
    return np.where(nan.any(dim, keepdims=True), nan.argmax(dim, keepdims=True), at)


def _median(self: Any) -> Any:
    flat = self.reshape(-1)
    return flat[_middle(flat, 0)[0]] if flat.size else self.dtype.type(np.nan)


median_all = _whole("MedianBackward0", _median)
median_dim = _picking(
    "MedianBackward1", lambda self, dim, keepdim=False: _picked(self, dim, keepdim, _middle)
)


@export("median")
def median(input: Tensor, dim: int = ALL, keepdim: bool = False) -> Any:
    """The element in the middle, of two the lower; with `dim` (values, indices) along it."""
    if dim is ALL:
        return median_all.apply(input)
    return return_types.median(*median_dim.apply(input, one_dim(input, dim), keepdim))


# --- without repetition


def _unique(self: Any, dim: int | None) -> Any:
    return np.unique(self, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)


def _underived(name: str) -> Callable[..., Any]:
    def rule(grad: Any) -> Any:
        raise errors.not_implemented_derivative(name)

    return rule


_FOUND = ("values", "inverse", "counts")
unique_op = reduction("Unique2Backward0", _unique, outputs=_FOUND, self=_underived("_unique2"))
unique_dim = reduction("UniqueDimBackward0", _unique, outputs=_FOUND, self=_underived("unique_dim"))


@export("unique")
def unique(
    input: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The different elements in order; with `dim` the different slices along it.

    Returns
    -------
    Tensor, or a tuple of it and what was asked for
        Where each element of `input` is in the result; how often it occurs.
    """
    values, inverse, counts = (unique_op if dim is None else unique_dim).apply(input, dim)
    asked = (values, *[inverse] * return_inverse, *[counts] * return_counts)
    return asked if len(asked) > 1 else values
