"""Putting elements in order: sort, argsort, topk, kthvalue, unique."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.ops.extreme import picked_back
from minigrad.tensor import Tensor, wrap

_SAYS = "the gradient goes back to where the elements came from"


def _order(self: Any, dim: int, descending: bool) -> Any:
    """The positions in order along `dim`; equal ones stay as they were, NaN is largest."""
    if not descending:
        return np.argsort(self, axis=dim, kind="stable")
    backwards = np.flip(self, dim)
    return self.shape[dim] - 1 - np.flip(np.argsort(backwards, axis=dim, kind="stable"), dim)


def _sort(self: Any, dim: int = -1, descending: bool = False) -> Any:
    if self.ndim == 0:
        return self.copy(), np.int64(0)
    indices = _order(self, dim, descending)
    return np.take_along_axis(self, indices, dim), indices


def _sorting(node: str) -> Op:
    return Op(
        node,
        _sort,
        inputs=("self",),
        outputs=("values", "indices"),
        promotes=None,
        tex=r"\operatorname{{sort}}({self})",
        self=lambda grad, self_sym_sizes, dim, indices: picked_back(
            grad, self_sym_sizes, dim, indices
        ),
        says=_SAYS,
    )


sort_op = _sorting("SortBackward0")
stable_sort_op = _sorting("SortBackward1")


@export("sort")
def sort(input: Tensor, dim: int = -1, descending: bool = False, stable: bool | None = None) -> Any:
    """The elements in order along `dim`.

    Returns
    -------
    named tuple (values, indices)

    Raises
    ------
    IndexError
        If there is no such dimension.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.sort.html
    """
    errors.checked_dim(dim, input._data.ndim)
    op = sort_op if stable is None else stable_sort_op
    return return_types.sort(*op.apply(input, dim, descending))


@export("msort")
def msort(input: Tensor) -> Tensor:
    """The elements in order along the first dimension."""
    return sort(input, 0)[0]


@export("argsort")
def argsort(
    input: Tensor,
    dim: int = -1,
    descending: bool = False,
    stable: bool = False,
) -> Tensor:
    """Where the elements are that `sort` puts first, second …."""
    errors.checked_dim(dim, input._data.ndim)
    return wrap(_sort(input._data, dim, descending)[1])


# --- the first few of the order


def _topk(self: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    if k < 0 or k > (self.shape[dim] if self.ndim else 1):
        raise errors.topk_range()
    if self.ndim == 0:
        return (self.copy(), np.int64(0)) if k else (np.empty(0, self.dtype), np.empty(0, np.int64))
    indices = np.take(_order(self, dim, largest), range(k), axis=dim)
    return np.take_along_axis(self, indices, dim), indices


topk_op = Op(
    "TopkBackward0",
    _topk,
    inputs=("self",),
    outputs=("values", "indices"),
    promotes=None,
    tex=r"\operatorname{{topk}}({self}, {k})",
    self=lambda grad, self_sym_sizes, dim, indices: picked_back(grad, self_sym_sizes, dim, indices),
    says=_SAYS,
)


@export("topk")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    """The `k` largest (or smallest) elements along `dim`, in order.

    Returns
    -------
    named tuple (values, indices)

    Raises
    ------
    RuntimeError
        If there are less than `k`.
    """
    errors.checked_dim(dim, input._data.ndim)
    return return_types.topk(*topk_op.apply(input, k, dim, largest, sorted))


def _kthvalue(self: Any, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    if k < 1 or k > (self.shape[dim] if self.ndim else 1):
        raise errors.kthvalue_range()
    if self.ndim == 0:
        return self.copy(), np.int64(0)
    indices = np.take(_order(self, dim, False), [k - 1], axis=dim)
    values = np.take_along_axis(self, indices, dim)
    return (values, indices) if keepdim else (values.squeeze(dim), indices.squeeze(dim))


kthvalue_op = Op(
    "KthvalueBackward0",
    _kthvalue,
    inputs=("self",),
    outputs=("values", "indices"),
    promotes=None,
    self=lambda grad, self_sym_sizes, dim, indices, keepdim: picked_back(
        grad, self_sym_sizes, dim, indices, keepdim
    ),
    says=_SAYS,
)


@export("kthvalue")
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> Any:
    """The `k`-th smallest element along `dim` and where it is."""
    errors.checked_dim(dim, input._data.ndim)
    return return_types.kthvalue(*kthvalue_op.apply(input, k, dim, keepdim))


# --- without repetition


def _not_differentiable(grad: Any) -> Any:
    raise errors.not_implemented_derivative("_unique2")


unique_op = Op(
    "Unique2Backward0",
    lambda self: np.unique(self, return_inverse=True, return_counts=True),
    inputs=("self",),
    outputs=("values", "inverse", "counts"),
    promotes=None,
    self=_not_differentiable,
    says="PyTorch defines no derivative here",
)


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
        values, inverse, counts = unique_op.apply(input)
    else:
        found = np.unique(input._data, return_inverse=True, return_counts=True, axis=dim)
        values, inverse, counts = [wrap(array) for array in found]
    asked = [values]
    asked += [inverse] if return_inverse else []
    asked += [counts] if return_counts else []
    return asked[0] if len(asked) == 1 else tuple(asked)
