"""Reading and writing single elements: gather and scatter, and selecting by a mask."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import check_range, index_array, shape_of, zeros_like
from minigrad.ops.arguments import export_prepared
from minigrad.ops.broadcast import expand, reshape
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

# --- gather and scatter: index[i][j] says where along `dim`; its own position says the rest


def _positions(index: Any, dim: int) -> tuple[Any, ...]:
    """The index arrays by which numpy reaches the elements that gather and scatter mean."""
    after = range(index.ndim)[::-1]
    return tuple(
        [
            index if d == dim % index.ndim else np.arange(n).reshape(n, *(1,) * after[d])
            for d, n in enumerate(index.shape)
        ]
    )


def _gather(self: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    if self.ndim != index.ndim:  # a number read at several places, or a vector at one
        return np.take(self, index)
    return self[_positions(index, dim)]


gather_op = Op("GatherBackward0", _gather,
    self=lambda grad, self, dim, index, sparse_grad: scatter_add_op(
        zeros_like(shape_of(self), grad), dim, index, grad),
    says="each element receives the sum of the gradients of its copies")  # fmt: skip


def _part(src: Any, index: Any) -> Any:
    """As much of `src` as the index asks for."""
    if np.ndim(src) == 0 or src.ndim != index.ndim:
        return src
    return src[tuple([slice(n) for n in index.shape])]


def _scatter(self: Any, dim: int, index: Any, src: Any, reduce: str = "") -> Any:
    result = np.array(self)
    if not index.size:
        return result
    lines = result if result.ndim == index.ndim else result.reshape(-1)
    where = _positions(index, dim) if result.ndim == index.ndim else index
    if reduce:
        (np.add if reduce == "add" else np.multiply).at(lines, where, _part(src, index))
    else:
        lines[where] = _part(src, index)
    return result


scatter_op = Op("ScatterBackward0", lambda self, dim, index, src: _scatter(self, dim, index, src),
    promotes=None, self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="what was written over receives 0, the source the gradient of its places")  # fmt: skip

scatter_number = Op("ScatterBackward1",
    lambda self, dim, index, value: _scatter(self, dim, index, value),
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0))  # fmt: skip

scatter_add_op = Op("ScatterAddBackward0",
    lambda self, dim, index, src: _scatter(self, dim, index, src, "add"), promotes=None,
    tex=r"\operatorname{{scatter\_add}}({self}, {src})", self=lambda grad: grad,
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="a sum passes the gradient on; the source takes it from where it was added")  # fmt: skip

scatter_reduced = Op("", _scatter, inputs=("self", "src"), promotes=None)


def _index(function: str, input: Tensor, dim: int, index: Any, source: Any = None) -> Any:
    """The index as an array, checked against the shapes of `input` and `source`."""
    array = index_array(index, function)
    dim = errors.checked_dim(dim, input._data.ndim)
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype not in (np.int32, np.int64):
        raise errors.gather_dtype(function)
    if source is not None and source._data.dtype != input._data.dtype:
        raise errors.scatter_kinds()
    shown = input._data.shape, None if source is None else source._data.shape
    shape, sizes = input._data.shape or (1,), array.shape or (1,)
    other = shape if source is None else source._data.shape or (1,)
    if len(sizes) != len(shape):
        raise errors.index_dims("input" if function == "gather" else "self")
    if len(other) != len(sizes):
        raise errors.index_dims("src")
    for d, length in enumerate(sizes):
        if (length > shape[d] and d != dim) or (source is not None and length > other[d]):
            if function == "gather":
                raise errors.gather_sizes(d, array.shape, shape, dim)
            if source is None:
                raise errors.scatter_sizes(array.shape, shape, dim)
            raise errors.scatter_src_sizes(array.shape, shown[0], dim, shown[1])
    check_range(array, dim, shape[dim], errors.index_add_range)
    return array


@export_prepared("gather", in_place=False)
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Any:
    """The elements of `input` whose position along `dim` is read from `index`.

    ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return gather_op, dim, _index("gather", input, dim, index), sparse_grad


@export_prepared("scatter")
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str = ""
) -> Any:
    """`input` with `src` (or a number) written where `index` says along `dim`.

    Parameters
    ----------
    reduce : {"add", "multiply"}
        Do that with what stands there; no gradient flows.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    src = value if src is None else src
    is_tensor = isinstance(src, Tensor)
    array = _index("scatter", input, dim, index, src if is_tensor else None)
    if not reduce:
        return scatter_op if is_tensor else scatter_number, dim, array, src
    if reduce not in ("add", "multiply"):
        raise errors.scatter_reduce()
    if is_tensor:
        warnings.warn(errors.SCATTER_REDUCE, stacklevel=2)
    return scatter_reduced, dim, array, src, reduce


@export_prepared("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Any:
    """`input` with `src` added where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    index_array(index, "scatter_add")
    index_array(src, "scatter_add", 3, "src")
    return scatter_add_op, dim, _index("scatter", input, dim, index, src), src


@export("take_along_dim")
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """The elements at `indices` along `dim`; without `dim`, of `input` read as one line.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.
    """
    where = indices._data
    if where.dtype != np.int64:
        raise errors.take_along_dtype(indices)
    if dim is None:
        return gather(reshape(input, (input.numel(),)), 0, wrap(np.array(where).reshape(-1)))
    shape = input._data.shape
    if where.ndim != len(shape):
        raise errors.take_along_dims(len(shape), where.ndim)
    dim = errors.checked_dim(dim, len(shape))
    layers = [(*size[:dim], 1, *size[dim + 1 :]) for size in (shape, where.shape)]
    meets = list(np.broadcast_shapes(*layers))
    meets[dim] = shape[dim]
    input = expand.apply(input, tuple(meets))
    meets[dim] = where.shape[dim]
    where = np.where(where < 0, where + shape[dim], where)
    return gather(input, dim, wrap(np.broadcast_to(where, meets)))


# --- masked_select and masked_scatter are each other's derivative


def _masked_select(self: Any, mask: Any) -> Any:
    shape = np.broadcast_shapes(self.shape, mask.shape)
    return np.broadcast_to(self, shape)[np.broadcast_to(mask, shape)]


def _masked_scatter(self: Any, mask: Any, source: Any) -> Any:
    shape = np.broadcast_shapes(self.shape, mask.shape)
    result = np.array(np.broadcast_to(self, shape), order="C")
    where = np.broadcast_to(mask, result.shape)
    result[where] = np.reshape(source, -1)[: np.count_nonzero(where)]
    return result


def _masked_scatter_itself(self: Any, mask: Any, source: Any) -> Any:
    """The same if `self` is also the source: as in PyTorch, it is read while it changes."""
    result = np.array(self)
    line = result.reshape(-1)
    for nr, place in enumerate(np.flatnonzero(np.broadcast_to(mask, self.shape))):
        line[place] = line[nr]
    return result


def _masked_scatter_backward(grad_output: Any, mask: Any, sizes: Any) -> Any:
    result = np.zeros(sizes, grad_output.dtype)
    taken = grad_output[np.broadcast_to(mask, grad_output.shape)]
    result.reshape(-1)[: taken.size] = taken
    return result


def _masked_select_rule(grad: Any, self: Any, mask: Any) -> Any:
    shape = () if isinstance(grad, Symbol) else np.broadcast_shapes(shape_of(self), mask.shape)
    return masked_scatter_op(zeros_like(shape, grad), mask, grad)


masked_select_op = Op("MaskedSelectBackward0", _masked_select, tex=r"{self}_{{{mask}}}",
    self=_masked_select_rule,
    says="the selected elements receive the gradient; all others receive 0")  # fmt: skip

masked_scatter_op = Op("MaskedScatterBackward0", _masked_scatter, promotes=None,
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    source=lambda grad, mask, source_sym_sizes: masked_scatter_backward(
        grad, mask, source_sym_sizes),
    says="what was written over receives 0, the source the gradient of its places")  # fmt: skip

_rules: Any = masked_scatter_op.rules
masked_scatter_itself = Op("MaskedScatterBackward0", _masked_scatter_itself, promotes=None,
    **_rules)  # fmt: skip

masked_scatter_backward = Op("MaskedScatterBackwardBackward0", _masked_scatter_backward,
    grad_output=lambda grad, grad_output_sym_sizes, mask: masked_scatter_op(
        zeros_like(grad_output_sym_sizes, grad), mask, grad))  # fmt: skip


def _check_meet(mask: Any, input: Tensor) -> None:
    mismatch = errors.broadcast_mismatch(mask.shape, input._data.shape)
    if mismatch is not None:
        raise mismatch


@export_prepared("masked_select", in_place=False)
def masked_select(input: Tensor, mask: Tensor) -> Any:
    """The elements of `input` where `mask` holds, as a vector.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast.
    """
    array = index_array(mask, "masked_select", 1, "mask")
    if array.dtype.kind != "b":
        raise errors.masked_select_mask(mask)
    _check_meet(array, input)
    return masked_select_op, array


def _masked_scatter_here(input: Tensor, mask: Tensor, source: Tensor, size: Any = None) -> Any:
    """The mask must expand to `size`, the shape of `input`, or that in which both meet."""
    array = index_array(mask, "masked_scatter", 1, "mask")
    if input._data.dtype != index_array(source, "masked_scatter", 2, "source").dtype:
        raise errors.masked_scatter_kinds(input, source)
    onto_itself = size is None and input._data is source._data and input.is_contiguous()
    size = input._data.shape if size is None else size
    errors.check_expanded(mask, size)
    if array.dtype == np.uint8:
        warnings.warn(errors.SCATTER_MASK, stacklevel=2)
    if array.dtype.kind != "b":
        raise errors.masked_scatter_mask(mask)
    if np.count_nonzero(np.broadcast_to(array, size)) > source._data.size:
        raise errors.masked_scatter_count()
    return (masked_scatter_itself if onto_itself else masked_scatter_op), array, source


@export_prepared("masked_scatter", in_place=_masked_scatter_here)
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Any:
    """`input` with the elements of `source`, in order, where `mask` holds.

    Raises
    ------
    RuntimeError
        If `source` has too few elements.
    """
    array = index_array(mask, "masked_scatter", 1, "mask")
    index_array(source, "masked_scatter", 2, "source")
    _check_meet(array, input)
    return _masked_scatter_here(
        input, mask, source, np.broadcast_shapes(input._data.shape, array.shape)
    )


# --- nonzero


@export("argwhere")
def argwhere(input: Tensor) -> Tensor:
    """Where `input` is not zero: a row of indices for each such element."""
    data = input._data
    found = np.atleast_1d(data).nonzero()
    return wrap(np.stack(found).T if data.ndim else np.zeros((len(found[0]), 0), np.int64))


@export("nonzero")
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where `input` is not zero.

    Returns
    -------
    Tensor or tuple of Tensor
        A row of indices for each element; with `as_tuple` a vector of indices for each dimension.
    """
    if as_tuple:
        return tuple([wrap(found.copy()) for found in np.atleast_1d(input._data).nonzero()])
    return argwhere(input)
