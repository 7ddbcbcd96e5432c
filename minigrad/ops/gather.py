"""Reading and writing single elements: gather and scatter, and selecting by a mask."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.along import check_range, index_array, shape_of, zeros_like
from minigrad.ops.broadcast import expand, reshape
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap

# --- gather and scatter: index[i][j] says where along `dim`; its own position says the rest


def _positions(index: Any, dim: int) -> tuple[Any, ...]:
    """The index arrays by which numpy reaches the elements that gather and scatter mean."""
    grid: list[Any] = list(np.ogrid[tuple([slice(n) for n in index.shape])])
    if grid:
        grid[dim] = index
    return tuple(grid)


def _gather(self: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    if self.ndim != index.ndim:  # a number read at several places, or a vector at one
        return np.take(self, index)
    return self[_positions(index, dim)]


gather_op = Op(
    "GatherBackward0",
    _gather,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{gather}}({self})",
    self=lambda grad, self, dim, index, sparse_grad: scatter_add_op(
        zeros_like(shape_of(self), grad), dim, index, grad
    ),
    says="each element receives the sum of the gradients of the places where it was taken to",
)


def _part(src: Any, index: Any) -> Any:
    """As much of `src` as the index asks for."""
    if np.ndim(src) == 0 or src.ndim != index.ndim:
        return src
    return src[tuple([slice(n) for n in index.shape])]


def _scatter(self: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(self)
    result[_positions(index, dim)] = _part(src, index)
    return result


def _scatter_add(self: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(self)
    if result.ndim != index.ndim:
        line = result.reshape(-1)
        np.add.at(line, index, src)
        return line.reshape(result.shape)
    np.add.at(result, _positions(index, dim), _part(src, index))
    return result


scatter_op = Op(
    "ScatterBackward0",
    _scatter,
    inputs=("self", "src"),
    promotes=None,
    tex=r"\operatorname{{scatter}}({self}, {src})",
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="what was written over receives 0; the source takes the gradient from where it was put",
)

scatter_number = Op(
    "ScatterBackward1",
    lambda self, dim, index, value: _scatter(self, dim, index, value),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{scatter}}({self}, {value})",
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    says="what was written over receives 0",
)

scatter_add_op = Op(
    "ScatterAddBackward0",
    _scatter_add,
    inputs=("self", "src"),
    promotes=None,
    tex=r"\operatorname{{scatter\_add}}({self}, {src})",
    self=lambda grad: grad,
    src=lambda grad, dim, index: gather_op(grad, dim, index),
    says="a sum passes the gradient on; the source takes it from where it was added",
)


def _index(function: str, input: Tensor, dim: int, index: Tensor, source: Any = None) -> Any:
    """The index as an array, checked against the shapes of `input` and `source`."""
    if index._data.dtype not in (np.int32, np.int64):
        raise errors.gather_dtype(function)
    dim = errors.checked_dim(dim, input._data.ndim)
    array = index_array(index)
    shape = input._data.shape or (1,)
    if array.size == 0:
        return array
    sizes = array.shape or (1,)
    if len(sizes) != len(shape):
        raise errors.index_dims("input" if function == "gather" else "self")
    other = None if source is None else (source._data.shape or (1,))
    if other is not None and len(other) != len(sizes):
        raise errors.index_dims("src")
    for d, length in enumerate(sizes):
        if (length > shape[d] and d != dim) or (other is not None and length > other[d]):
            if function == "gather":
                raise errors.gather_sizes(array.shape, shape, dim, d)
            raise errors.scatter_sizes(array.shape, shape, dim, other)
    check_range(array, dim, shape[dim], RuntimeError)
    return array


@export("gather")
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """The elements of `input` whose position along `dim` is read from `index`.

    ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return gather_op.apply(input, dim, _index("gather", input, dim, index), sparse_grad)


def _scattering(
    input: Tensor, dim: int, index: Tensor, src: Any, value: Any
) -> tuple[Op, tuple[Any, ...]]:
    src = value if src is None else src
    if not isinstance(src, Tensor):
        return scatter_number, (dim, _index("scatter", input, dim, index), src)
    if src._data.dtype != input._data.dtype:
        raise errors.scatter_kinds()
    return scatter_op, (dim, _index("scatter", input, dim, index, src), src)


@export("scatter")
def scatter(
    input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None
) -> Tensor:
    """`input` with `src` (or a number) written where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    op, arguments = _scattering(input, dim, index, src, value)
    return op.apply(input, *arguments)


@method("scatter_")
def scatter_(
    self: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None
) -> Tensor:
    """In-place form of `scatter`."""
    op, arguments = _scattering(self, dim, index, src, value)
    return apply_in_place(op, self, arguments, {})


def _adding(input: Tensor, dim: int, index: Tensor, src: Tensor) -> tuple[Any, ...]:
    if src._data.dtype != input._data.dtype:
        raise errors.scatter_kinds()
    return dim, _index("scatter", input, dim, index, src), src


@export("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """`input` with `src` added where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return scatter_add_op.apply(input, *_adding(input, dim, index, src))


@method("scatter_add_")
def scatter_add_(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """In-place form of `scatter_add`."""
    return apply_in_place(scatter_add_op, self, _adding(self, dim, index, src), {})


@export("take_along_dim")
def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """The elements at `indices` along `dim`; without `dim`, of `input` read as one line.

    Raises
    ------
    RuntimeError
        If the numbers of dimensions differ.
    """
    if indices._data.dtype != np.int64:
        raise errors.take_along_dtype(indices)
    if dim is None:
        line = reshape(input, (input.numel(),))
        return gather(line, 0, wrap(np.array(indices._data).reshape(-1)))
    ndim = input._data.ndim
    if indices._data.ndim != ndim:
        raise errors.take_along_dims(ndim, indices._data.ndim)
    at_dim = errors.checked_dim(dim, ndim)
    shape = list(np.broadcast_shapes(_but(input, at_dim), _but(indices, at_dim)))
    shape[at_dim] = length = input._data.shape[at_dim]
    input = expand.apply(input, tuple(shape))
    shape[at_dim] = indices._data.shape[at_dim]
    index = np.broadcast_to(indices._data, shape)
    return gather(input, at_dim, wrap(np.where(index < 0, index + length, index)))


def _but(tensor: Tensor, dim: int) -> tuple[int, ...]:
    """The shape with 1 in the place of `dim`."""
    return (*tensor._data.shape[:dim], 1, *tensor._data.shape[dim + 1 :])


# --- masked_select and masked_scatter are each other's derivative


def _masked_scatter(self: Any, mask: Any, source: Any) -> Any:
    result = np.array(np.broadcast_to(self, np.broadcast_shapes(self.shape, mask.shape)))
    where = np.broadcast_to(mask, result.shape)
    result[where] = np.reshape(source, -1)[: np.count_nonzero(where)]
    return result


def _masked_scatter_backward(grad_output: Any, mask: Any, sizes: Any) -> Any:
    result = np.zeros(sizes, grad_output.dtype)
    taken = grad_output[np.broadcast_to(mask, grad_output.shape)]
    result.reshape(-1)[: taken.size] = taken
    return result


def _masked_select_rule(grad: Any, self: Any, mask: Any) -> Any:
    shape = () if isinstance(grad, Symbol) else np.broadcast_shapes(shape_of(self), mask.shape)
    return masked_scatter_op(zeros_like(shape, grad), mask, grad)


masked_select_op = Op(
    "MaskedSelectBackward0",
    lambda self, mask: np.broadcast_to(self, np.broadcast_shapes(self.shape, mask.shape))[
        np.broadcast_to(mask, np.broadcast_shapes(self.shape, mask.shape))
    ],
    inputs=("self",),
    promotes=None,
    tex=r"{self}_{{{mask}}}",
    self=_masked_select_rule,
    says="the selected elements receive the gradient; all others receive 0",
)

masked_scatter_op = Op(
    "MaskedScatterBackward0",
    _masked_scatter,
    inputs=("self", "source"),
    promotes=None,
    tex=r"\operatorname{{masked\_scatter}}({self}, {source})",
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    source=lambda grad, mask, source_sym_sizes: masked_scatter_backward(
        grad, mask, source_sym_sizes
    ),
    says="what was written over receives 0; the source takes the gradient from where it was put",
)

masked_scatter_backward = Op(
    "MaskedScatterBackwardBackward0",
    _masked_scatter_backward,
    inputs=("grad_output",),
    promotes=None,
    grad_output=lambda grad, grad_output_sym_sizes, mask: masked_scatter_op(
        zeros_like(grad_output_sym_sizes, grad), mask, grad
    ),
    says="the gradient goes back to where it was taken from",
)


@export("masked_select")
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` holds, as a vector.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast.
    """
    if mask._data.dtype.kind != "b":
        raise errors.masked_select_mask()
    mismatch = errors.broadcast_mismatch(mask._data.shape, input._data.shape)
    if mismatch is not None:
        raise mismatch
    return masked_select_op.apply(input, index_array(mask))


def _scattering_by_mask(input: Tensor, mask: Tensor, source: Tensor) -> tuple[Any, Tensor]:
    if input._data.dtype != source._data.dtype:
        raise errors.masked_scatter_kinds(input, source)
    mismatch = errors.broadcast_mismatch(mask._data.shape, input._data.shape)
    if mismatch is not None:
        raise mismatch
    array = index_array(mask)
    if np.count_nonzero(np.broadcast_to(array, input._data.shape)) > source._data.size:
        raise errors.masked_scatter_count()
    return array, source


@export("masked_scatter")
def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the elements of `source`, in order, where `mask` holds.

    Raises
    ------
    RuntimeError
        If `source` has too few elements.
    """
    return masked_scatter_op.apply(input, *_scattering_by_mask(input, mask, source))


@method("masked_scatter_")
def masked_scatter_(self: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """In-place form of `masked_scatter`."""
    return apply_in_place(masked_scatter_op, self, _scattering_by_mask(self, mask, source), {})


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
    if as_tuple:
        return tuple([wrap(indices.copy()) for indices in np.atleast_1d(data).nonzero()])
    return argwhere(input)


@export("argwhere")
def argwhere(input: Tensor) -> Tensor:
    """Where `input` is not zero: a row of indices for each such element."""
    data = input._data
    found = np.atleast_1d(data).nonzero()
    if data.ndim == 0:
        return wrap(np.zeros((len(found[0]), 0), np.int64))
    return wrap(np.stack(found).T)
