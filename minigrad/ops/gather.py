"""Reading and writing single elements: gather and scatter, selecting by a mask, nonzero."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.along import check_range, index_array, shape_of, zeros_like
from minigrad.ops.export import export
from minigrad.ops.forms import chooses
from minigrad.ops.index import index_put_impl
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

# --- gather and scatter: index[i][j] says where along `dim`; its own position says the rest


def _places(dim: int, index: Any) -> Any:
    """The index arrays by which numpy reaches the elements that are meant; at least vectors."""
    index = np.atleast_1d(index)
    places = [*np.indices(index.shape, sparse=True)]
    places[dim] = index
    return tuple(places)


def _cut(src: Any, index: Any) -> Any:
    """What of `src` the index speaks of."""
    return src[tuple(map(slice, index.shape))] if np.ndim(src) else src


def _add_at(self: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(self)
    if index.size:
        np.add.at(np.atleast_1d(result), _places(dim, index), _cut(src, index))
    return result


def _write_at(self: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(self)
    if index.size:
        np.atleast_1d(result)[_places(dim, index)] = _cut(src, index)
    return result


def _gather(self: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    if not index.size:
        return np.zeros(index.shape, self.dtype)
    return np.atleast_1d(self)[_places(dim, index)].reshape(index.shape)


# fmt: off
gather_op = Op("GatherBackward0", _gather,
    self=lambda grad, self, dim, index, sparse_grad: scatter_add_op(
        zeros_like(shape_of(self), grad), dim, index, grad),
    says="each element receives the sum of the gradients of its copies")

scatter_op = Op("ScatterBackward0", _write_at, promotes=None,
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="what was written over receives 0, the source the gradient of its places")

scatter_number = Op("ScatterBackward1",
    lambda self, dim, index, value: _write_at(self, dim, index, value), inputs=("self",),
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0))

scatter_add_op = Op("ScatterAddBackward0", _add_at, promotes=None,
    tex=r"\operatorname{{scatter\_add}}({self}, {src})", self=lambda grad: grad,
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="a sum passes the gradient on; the source takes it from where it was added")
# fmt: on


def _checked(name: str, input: Tensor, dim: int, index: Tensor, src: Any = None) -> Any:
    """The numbers of the index; it must fit into the shapes of `input` and of `src`."""
    array = index_array(index)
    shape, sizes = input._data.shape or (1,), array.shape or (1,)
    dim, reads = errors.checked_dim(dim, len(shape)), name == "gather"
    if not array.size:
        return array.astype(np.int64)
    check(array.dtype in (np.int32, np.int64), "gather_dtype", name)
    check(len(sizes) == len(shape), "index_dims", "input" if reads else "self")
    fits = [n <= m or d == dim for d, (n, m) in enumerate(zip(sizes, shape, strict=True))]
    if reads and not all(fits):
        raise errors.gather_sizes(fits.index(False), sizes, shape, dim)
    source = getattr(src, "shape", sizes) or (1,)
    check(len(sizes) == len(source), "index_dims", "src")
    fits += [n <= m for n, m in zip(sizes, source, strict=True)]
    too_large = "scatter_sizes" if source is sizes else "scatter_src_sizes"
    check(all(fits), too_large, index.shape, input.shape, dim, getattr(src, "shape", ()))
    check_range(array, dim, shape[dim], errors.index_add_range)
    return array


@chooses("gather", changes=False)
def gather(input: Tensor, dim: int, index: Tensor) -> Any:
    """The elements of `input` whose position along `dim` is read from `index`.

    ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return gather_op, input, dim, _checked("gather", input, dim, index)


@chooses("scatter")
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None) -> Any:
    """`input` with `src` (or a number) written where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    src = value if src is None else src
    check(getattr(src, "dtype", input.dtype) is input.dtype, "scatter_kinds")
    op = scatter_op if isinstance(src, Tensor) else scatter_number
    return op, input, dim, _checked("scatter", input, dim, index, src), src


@chooses("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Any:
    """`input` with `src` added where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    check(src.dtype is input.dtype, "scatter_kinds")
    return scatter_add_op, input, dim, _checked("scatter", input, dim, index, src), src


# --- masks


def _masked_select(self: Any, mask: Any) -> Any:
    check(mask.dtype.kind == "b", "masked_select_mask")
    if mismatch := errors.broadcast_mismatch(mask.shape, self.shape):
        raise mismatch
    both = np.broadcast_arrays(self, mask)
    return both[0][both[1]]


def _masked_select_rule(grad: Any, self: Any, mask: Any) -> Any:
    shape = () if isinstance(grad, Symbol) else np.broadcast_shapes(shape_of(self), mask.shape)
    mask = mask if isinstance(grad, Symbol) else np.broadcast_to(mask, shape)
    return index_put_impl(zeros_like(shape, grad), (mask,), grad, True)


masked_select_op = Op("MaskedSelectBackward0", _masked_select, tex=r"{self}_{{{mask}}}",
    self=_masked_select_rule,
    says="the selected elements receive the gradient; all others receive 0")  # fmt: skip


@export("masked_select")
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` holds, as a vector.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast.
    """
    return masked_select_op.apply(input, index_array(mask))


@export("nonzero")
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where `input` is not zero.

    Returns
    -------
    Tensor or tuple of Tensor
        A row of indices for each element; with `as_tuple` a vector of indices for each dimension.
    """
    data = input._data
    found = np.atleast_1d(data).nonzero()
    if as_tuple:
        return tuple([wrap(each.copy()) for each in found])
    return wrap(np.stack(found).T if data.ndim else np.zeros((len(found[0]), 0), np.int64))
