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
from minigrad.ops.reduce import ALL, fold, need_dim, public, reduction, restored, span
from minigrad.ops.select import array_of, masked_fill_tensor, maximum, minimum
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

_SHARED = "the elements that are equal to the result share the gradient; all others receive 0"
_PICKED = "the element that was picked receives the gradient; all others receive 0"

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


def _need_elements(name: str, input: Tensor, dims: Any) -> None:
    data = input._data
    if data.size == 0:
        for dim in dims or ():
            if data.shape[dim] == 0:
                raise errors.reduction_along_nothing(name, dim % data.ndim)
        if not dims:
            raise errors.reduction_of_nothing(name)


# --- along one dimension: the element that was picked receives the gradient


def _picked(self: Any, dim: int, keepdim: bool, find: Callable[..., Any], *options: Any) -> Any:
    """The elements at the positions that `find` gives along `dim`, and these positions."""
    if self.ndim == 0:
        return self.copy(), np.int64(0)
    indices = find(self, dim, *options)
    values = np.take_along_axis(self, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


def picked_back(grad: Any, shape: Any, dim: int, indices: Any, keepdim: bool = True) -> Any:
    """The gradient put back to where the elements were picked from."""
    indices = array_of(indices)
    if not keepdim and shape:
        indices = np.expand_dims(indices, dim)
    grad = restored(grad, len(shape), (dim,), keepdim)
    return scatter_op(zeros_like(shape, grad), dim, indices, grad)


def _picking(node: str, forward: Callable[..., Any], *, keeps: bool = False) -> Op:
    """An operation that picks elements; one that `keeps` the dimension has no `keepdim`."""

    def keeping(grad: Any, self_sym_sizes: Any, dim: int, indices: Any) -> Any:
        return picked_back(grad, self_sym_sizes, dim, indices)

    def reducing(grad: Any, self_sym_sizes: Any, dim: int, indices: Any, keepdim: bool) -> Any:
        return picked_back(grad, self_sym_sizes, dim, indices, keepdim)

    rule = keeping if keeps else reducing
    return reduction(node, forward, outputs=("values", "indices"), self=rule, says=_PICKED)


# --- max and min


def _largest(
    name: str, ufunc: np.ufunc, find: Callable[..., Any], of_two: Callable[..., Tensor]
) -> Any:
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
        input: Tensor, dim: Any = ALL, keepdim: bool = False, *, other: Any = None, **numpy: Any
    ) -> Any:
        if dim is ALL and other is None and not numpy:
            if input._data.size == 0:
                raise errors.reduction_of_nothing(name)
            return whole.apply(input)
        if isinstance(dim, Tensor) or other is not None:
            return of_two(input, dim if other is None else other)
        if "axis" not in numpy and type(dim) is not int:
            raise errors.combination(
                name,
                f"{errors.type_of(input)}, {errors.type_of(dim)}",
                "(Tensor input, *, Tensor out = None)",
                "(Tensor input, Tensor other, *, Tensor out = None)",
                "(Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
            )
        dim, keepdim = span(name, input, dim, keepdim, numpy, one=True)
        _need_elements(name, input, (dim,))
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

    def function(input: Tensor, dim: Any = (), keepdim: bool = False, **numpy: Any) -> Tensor:
        dims, keepdim = span(name, input, dim, keepdim, numpy)
        _need_elements(name, input, dims)
        return op.apply(input, dims or (), keepdim)

    public(name, function, f"The {name[1:]}imum over some dimensions or all; equal ones share.")


_extreme("amax", np.maximum)
_extreme("amin", np.minimum)


def _aminmax_back(grads: Any, self: Any, min: Any, max: Any, dim: Any, keepdim: bool) -> Any:
    given = [pair for pair in zip(grads, (min, max), strict=True) if pair[0] is not None]
    dims = () if dim is None else (dim,)
    parts = [_amax_back(grad, self, result, dims, keepdim) for grad, result in given]
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


# fmt: off
aminmax_op = reduction(
    "AminmaxBackward0", lambda self, dim, keepdim:
        tuple([f.reduce(self, axis=dim, keepdims=keepdim) for f in (np.minimum, np.maximum)]),
    outputs=("min", "max"), self=_aminmax_back)
# fmt: on


@export("aminmax")
def aminmax(input: Tensor, *, dim: Any = None, keepdim: bool = False, **numpy: Any) -> Any:
    """The smallest and the largest element, of all or along `dim`: (min, max)."""
    dim, keepdim = span("aminmax", input, dim, keepdim, numpy, one=True)
    if input._data.size == 0 and dim is None:
        raise errors.aminmax_of_nothing()
    if dim is not None and (input._data.shape or (1,))[dim] == 0:
        raise errors.aminmax_along_nothing(dim)
    return return_types.aminmax(*aminmax_op.apply(input, dim, keepdim))


# --- where they are


def _position(name: str, find: Any) -> None:
    def forward(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return find(self, axis=dim, keepdims=keepdim) if self.ndim else np.int64(0)

    op = reduction("", forward)

    def function(input: Tensor, dim: Any = None, keepdim: bool = False, **numpy: Any) -> Tensor:
        dim, keepdim = span(name, input, dim, keepdim, numpy, one=True)
        if input._data.dtype.kind == "b":
            raise errors.no_bool_input(name)
        if dim is None and input._data.size == 0:
            raise errors.position_in_nothing(name)
        _need_elements(name, input, (dim,))
        return op.apply(input, dim, keepdim)

    public(name, function, f"The index of the first {name[3:]}imum, without `dim` of all elements.")


_position("argmax", np.argmax)
_position("argmin", np.argmin)

# --- sort


def _order(self: Any, dim: int, descending: bool = False) -> Any:
    """The positions in order along `dim`; equal ones stay as they were, NaN is largest."""
    if not descending:
        return np.argsort(self, axis=dim, kind="stable")
    backwards = np.flip(self, dim)
    return self.shape[dim] - 1 - np.flip(np.argsort(backwards, axis=dim, kind="stable"), dim)


def _sort(self: Any, dim: int = -1, descending: bool = False) -> Any:
    return _picked(self, dim, True, _order, descending)


sort_op = _picking("SortBackward0", _sort, keeps=True)
stable_sort_op = _picking("SortBackward1", _sort, keeps=True)


@export("sort")
def sort(
    input: Tensor, dim: Any = -1, descending: bool = False, stable: Any = None, **numpy: Any
) -> Any:
    """The elements in order along `dim`: (values, indices).

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.sort.html
    """
    dim = need_dim("sort", input, dim, numpy)
    op = sort_op if stable is None else stable_sort_op
    return return_types.sort(*op.apply(input, dim, descending))


@export("msort")
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
    return sort(input, 0)[0]


@export("argsort")
def argsort(
    input: Tensor, dim: Any = -1, descending: bool = False, stable: bool = False, **numpy: Any
) -> Tensor:
    """Where the elements are that `sort` puts first, second …."""
    return wrap(_sort(input._data, need_dim("argsort", input, dim, numpy), descending)[1])


# --- some of the order: topk, kthvalue, median


def _ranks(self: Any, dim: int, ranks: Any, descending: bool = False) -> Any:
    return np.take(_order(self, dim, descending), ranks, axis=dim)


topk_op = _picking(
    "TopkBackward0",
    lambda self, k, dim=-1, largest=True, sorted=True: _picked(
        self, dim, True, _ranks, range(k), largest
    ),
    keeps=True,
)


@export("topk")
def topk(
    input: Tensor, k: int, dim: Any = -1, largest: bool = True, sorted: bool = True, **numpy: Any
) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order: (values, indices).

    Raises
    ------
    RuntimeError
        If there are less than `k`.
    """
    dim = need_dim("topk", input, dim, numpy)
    if not 0 <= k <= (input._data.shape or (1,))[dim]:
        raise errors.topk_range()
    return return_types.topk(*topk_op.apply(input, k, dim, largest, sorted))


kthvalue_op = _picking(
    "KthvalueBackward0",
    lambda self, k, dim=-1, keepdim=False: _picked(self, dim, keepdim, _ranks, [k - 1]),
)


@export("kthvalue")
def kthvalue(input: Tensor, k: int, dim: Any = -1, keepdim: bool = False, **numpy: Any) -> Any:
    """The `k`-th smallest element along `dim` and where it is: (values, indices)."""
    dim, keepdim = span("kthvalue", input, dim, keepdim, numpy, one=True)
    if not 1 <= k <= (input._data.shape or (1,))[dim]:
        raise errors.kthvalue_range(dim % (input._data.ndim or 1))
    return return_types.kthvalue(*kthvalue_op.apply(input, k, dim, keepdim))


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
def median(input: Tensor, dim: Any = ALL, keepdim: bool = False, **numpy: Any) -> Any:
    """The element in the middle, of two the lower; with `dim` (values, indices) along it."""
    if dim is ALL and not numpy:
        return median_all.apply(input)
    dim, keepdim = span("median", input, dim, keepdim, numpy, one=True)
    return return_types.median(*median_dim.apply(input, dim, keepdim))


# --- without repetition


def _not_differentiable(grad: Any) -> Any:
    raise errors.not_implemented_derivative("_unique2")


# fmt: off
unique_op = reduction(
    "Unique2Backward0", lambda self: np.unique(
        self, return_inverse=True, return_counts=True, equal_nan=False),
    outputs=("values", "inverse", "counts"), self=_not_differentiable)
# fmt: on


@export("unique")
def unique(
    input: Tensor,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """The different elements in order; with `dim` the different slices along it.

    Returns
    -------
    Tensor, or a tuple of it and what was asked for
        Where each element of `input` is in the result; how often it occurs.
    """
    if dim is None:
        found = unique_op.apply(input)
    else:
        arrays = np.unique(input._data, return_inverse=True, return_counts=True, axis=dim)
        found = tuple([wrap(array) for array in arrays])
    asked = [
        t for t, wanted in zip(found, (True, return_inverse, return_counts), strict=True) if wanted
    ]
    return asked[0] if len(asked) == 1 else tuple(asked)
