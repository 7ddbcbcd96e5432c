"""Reading and writing single elements: gather and scatter, selecting by a mask, nonzero."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import check_range, index_array, shape_of, zeros_like
from minigrad.ops.arguments import export_prepared
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap


def _line(array: Any) -> Any:
    """A number as a vector of one; all else as it is."""
    return array if array.ndim else array.reshape(1)


# --- gather and scatter: index[i][j] says where along `dim`; its own position says the rest


def _places(self: Any, dim: int, index: Any, src: Any = None) -> Any:
    """The index arrays by which numpy reaches the elements that are meant, after a check."""
    name = "gather" if src is None else "scatter"
    dim, shape, sizes = errors.checked_dim(dim, self.ndim), self.shape, index.shape
    errors.check(index.dtype in (np.int32, np.int64), "gather_dtype", name)
    errors.check(len(sizes) == len(shape), "index_dims", "input" if src is None else "self")
    source: Any = getattr(src, "shape", ()) or sizes
    errors.check(len(source) == len(sizes), "index_dims", "src")
    fits = [n <= shape[d] or d == dim for d, n in enumerate(sizes)]
    if src is None and not all(fits):
        raise errors.gather_sizes(fits.index(False), sizes, shape, dim)
    fits += [n <= m for n, m in zip(sizes, source, strict=True)]
    scatter = "scatter_src_sizes" if getattr(src, "shape", ()) else "scatter_sizes"
    errors.check(all(fits), scatter, sizes, shape, dim, source)
    check_range(index, dim, shape[dim], errors.index_add_range)
    after = [(1,) * nr for nr in range(len(sizes))][::-1]
    own = [np.arange(n).reshape(n, *after[d]) for d, n in enumerate(sizes)]
    return (*own[:dim], index, *own[dim + 1 :])


def _gather(self: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    lines, where = _line(self), _line(index)
    places = _places(lines, dim, where) if index.size else (where.astype(np.int64),)
    return np.asarray(lines[places], order="C").reshape(index.shape)


def _scatter(self: Any, dim: int, index: Any, src: Any, reduce: str = "") -> Any:
    result = np.array(self, order="C")
    lines, where = _line(result), _line(index)
    if not index.size:
        return result
    errors.check(self.dtype == src.dtype, "scatter_kinds")
    places = _places(lines, dim, where, src)
    part = src[tuple([slice(n) for n in where.shape])] if src.ndim else src
    if reduce:
        (np.add if reduce == "add" else np.multiply).at(lines, places, part)
    else:
        lines[places] = part
    return result


# fmt: off
gather_op = Op("GatherBackward0", _gather,
    self=lambda grad, self, dim, index, sparse_grad: scatter_add_op(
        zeros_like(shape_of(self), grad), dim, index, grad),
    says="each element receives the sum of the gradients of its copies")

scatter_op = Op("ScatterBackward0", lambda self, dim, index, src: _scatter(self, dim, index, src),
    promotes=None, self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="what was written over receives 0, the source the gradient of its places")

scatter_number = Op("ScatterBackward1",
    lambda self, dim, index, value: _scatter(self, dim, index, self.dtype.type(value)),
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0))

scatter_add_op = Op("ScatterAddBackward0",
    lambda self, dim, index, src: _scatter(self, dim, index, src, "add"), promotes=None,
    tex=r"\operatorname{{scatter\_add}}({self}, {src})", self=lambda grad: grad,
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="a sum passes the gradient on; the source takes it from where it was added")

scatter_reduced = Op("", lambda self, dim, index, src, reduce: _scatter(
    self, dim, index, np.asarray(src, self.dtype), reduce), inputs=("self", "src"), promotes=None)
# fmt: on


@export("gather")
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """The elements of `input` whose position along `dim` is read from `index`.

    ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return gather_op.apply(input, dim, index_array(index), sparse_grad)


@export_prepared("scatter")
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str = ""
) -> Any:
    """`input` with `src` (or a number) written where `index` says along `dim`.

    With `reduce`, "add" or "multiply", it is added to what stands there, and no gradient flows.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    src = value if src is None else src
    is_tensor = isinstance(src, Tensor)
    if not reduce:
        return scatter_op if is_tensor else scatter_number, dim, index_array(index), src
    errors.check(reduce in ("add", "multiply"), "scatter_reduce")
    if is_tensor:
        warnings.warn(errors.SCATTER_REDUCE, stacklevel=2)
    return scatter_reduced, dim, index_array(index), src, reduce


@export_prepared("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Any:
    """`input` with `src` added where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return scatter_add_op, dim, index_array(index), src


# --- masked_select and masked_scatter are each other's derivative


def _masked_select(self: Any, mask: Any) -> Any:
    errors.check(mask.dtype.kind == "b", "masked_select_mask")
    if mismatch := errors.broadcast_mismatch(mask.shape, self.shape):
        raise mismatch
    shape = np.broadcast_shapes(self.shape, mask.shape)
    return np.broadcast_to(self, shape)[np.broadcast_to(mask, shape)]


def _masked_scatter(self: Any, mask: Any, source: Any) -> Any:
    result = np.array(self)
    result[np.broadcast_to(mask, result.shape)] = source
    return result


def _masked_select_rule(grad: Any, self: Any, mask: Any) -> Any:
    shape = () if isinstance(grad, Symbol) else np.broadcast_shapes(shape_of(self), mask.shape)
    return masked_scatter(zeros_like(shape, grad), mask, grad)


# fmt: off
masked_select_op = Op("MaskedSelectBackward0", _masked_select, tex=r"{self}_{{{mask}}}",
    self=_masked_select_rule,
    says="the selected elements receive the gradient; all others receive 0")

masked_scatter = Op("MaskedScatterBackward0", _masked_scatter, promotes=None,
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    source=lambda grad, mask: masked_scatter_backward(grad, mask),
    says="what was written over receives 0, the source the gradient of its places")

masked_scatter_backward = Op("MaskedScatterBackwardBackward0",
    lambda grad_output, mask: _masked_select(grad_output, mask),
    grad_output=lambda grad, grad_output_sym_sizes, mask: masked_scatter(
        zeros_like(grad_output_sym_sizes, grad), mask, grad))
# fmt: on


@export("masked_select")
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` holds, as a vector.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast.
    """
    return masked_select_op.apply(input, index_array(mask))


# --- nonzero


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
