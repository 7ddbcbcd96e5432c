"""The public functions that give a part of a tensor as a view: select, narrow, diagonal, unfold."""

from __future__ import annotations

from typing import Any

from minigrad import errors
from minigrad.ops import part
from minigrad.ops.export import export
from minigrad.tensor import Tensor, method


@export("select")
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The layer `index` of `input` along `dim`.

    Raises
    ------
    IndexError
        If `dim` or `index` is out of range.
    """
    shape = input._data.shape
    if not shape:
        raise errors.select_of_number()
    at = errors.checked_dim(dim, len(shape))
    if not -shape[at] <= index < shape[at]:
        raise errors.select_range(index, shape, at)
    return part.select.apply(input, dim, int(index))


@export("narrow")
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`length` layers of `input` along `dim`, from `start`.

    Raises
    ------
    IndexError, RuntimeError
        If they are not there.
    """
    shape = input._data.shape
    if not shape:
        raise errors.narrow_of_number()
    if length < 0:
        raise errors.narrow_length()
    size = shape[errors.checked_dim(dim, len(shape))]
    first = int(start)
    if not -size <= first <= size:
        raise errors.narrow_start(first, size)
    first += size if first < 0 else 0
    if first + length > size:
        raise errors.narrow_end(first, length, size)
    return part.slice_part.apply(input, dim, first, first + length, 1)


def check_diagonal(ndim: int, dim1: int, dim2: int) -> None:
    """Complain about dimensions that have no diagonal.

    Raises
    ------
    IndexError, RuntimeError
    """
    if errors.checked_dim(dim1, ndim) == errors.checked_dim(dim2, ndim):
        raise errors.diagonal_dims(dim1, dim2)


@export("diagonal")
def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The elements where index `dim2` is index `dim1` plus `offset`: a view, last dimension.

    Raises
    ------
    RuntimeError
        If the dimensions are the same.
    """
    check_diagonal(input._data.ndim, dim1, dim2)
    return part.diagonal.apply(input, offset, dim1, dim2)


@export("diag")
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with the vector `input` on a diagonal, or the diagonal of the matrix `input`.

    Raises
    ------
    RuntimeError
        If `input` is neither a vector nor a matrix.
    """
    ndim = input._data.ndim
    if ndim == 1:
        return part.diag_embed.apply(input, diagonal, -2, -1)
    if ndim == 2:
        return part.diagonal_copy.apply(input, diagonal, 0, 1)
    raise errors.diag_dims(ndim)


@export("diag_embed")
def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Zeros with the last dimension of `input` on the diagonal of two new dimensions.

    Raises
    ------
    RuntimeError
        If the dimensions are the same.
    """
    check_diagonal(input._data.ndim + 1, dim1, dim2)
    return part.diag_embed.apply(input, offset, dim1, dim2)


@method("unfold")
def unfold(self: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """A view with the windows of `size` elements, `step` apart, as a last dimension.

    Raises
    ------
    RuntimeError
        If a window is longer than the dimension.
    """
    shape = self._data.shape or (1,)
    length = shape[errors.checked_dim(dimension, len(shape))]
    if size < 0:
        raise errors.unfold_size(size)
    if size > length:
        raise errors.unfold_too_long(dimension, length, size)
    if step <= 0:
        raise errors.unfold_step(step)
    return part.unfold.apply(self, dimension, size, step)
