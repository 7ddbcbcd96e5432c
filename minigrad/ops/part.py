"""Parts of a tensor that share its memory: select, slice, narrow, diagonal.

The derivative of a part is a tensor of zeros with the gradient in its place: an operation of its
own, whose derivative in turn takes the part out.
"""

from __future__ import annotations

from operator import index as integer
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import Shape, strided
from minigrad.ops.export import export
from minigrad.tensor import Tensor

WHOLE = slice(None)
END = 2**63 - 1
"""PyTorch's number for the open end of a slice."""


def at(dim: int, index: Any, ndim: int) -> tuple[Any, ...]:
    """The numpy index for `index` along `dim`; its ellipsis keeps a 0-d result an array."""
    return (*(WHOLE,) * (dim % (ndim or 1)), index, ...) if dim else (index, ...)


def _placed(part: Any, size: Shape, take: Any, *where: Any) -> np.ndarray[Any, Any]:
    """Zeros of shape `size` with `part` in the place that ``take(zeros, *where)`` shows."""
    result = np.zeros(size, part.dtype)
    take(result, *where)[...] = part
    return result


def _select(self: Any, dim: int, index: Any) -> Any:
    """One position along a dimension."""
    errors.check(self.ndim, "select_of_number")
    dim = errors.checked_dim(dim, self.ndim)
    try:
        return self[at(dim, integer(index), self.ndim)]
    except IndexError:
        raise errors.select_range(index, self.shape, dim) from None


def _slice(self: Any, dim: int, start: Any, end: Any, step: int) -> Any:
    """Every `step`-th position from `start` to `end`."""
    part = self[at(dim, slice(start, end, step), self.ndim)]
    if part.size or not self.size:
        return part
    # An empty part begins where the slice does; numpy lets it begin where the whole begins.
    first = slice(start, end, step).indices(self.shape[dim])[0]
    return strided(self, part.shape, part.strides, first * self.strides[dim])


def _diagonal(self: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The elements where index `dim2` is index `dim1` plus `offset`, as a last dimension."""
    first, second = [errors.checked_dim(dim, self.ndim) for dim in (dim1, dim2)]
    errors.check(first != second, "diagonal_dims", dim1, dim2)
    view = self.diagonal(offset, first, second)
    view.flags.writeable = True
    return view


def _diag_embed(self: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Zeros with `self` on a diagonal."""
    length = self.shape[-1] + abs(offset)
    return _placed(self, (*self.shape[:-1], length, length), _diagonal, offset, dim1, dim2)


# fmt: off
PLACED = r"\operatorname{{place}}({grad_output})"

select = export("select")(Op("SelectBackward0", _select, view=True, tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index:
        select_backward(grad, self_sym_sizes, dim, index)))

select_backward = Op("SelectBackwardBackward0", lambda grad_output, input_sizes, dim, index:
    _placed(grad_output, input_sizes, _select, dim, index), tex=PLACED,
    grad_output=lambda grad, dim, index: select(grad, dim, index))

slice_part = Op("SliceBackward0", _slice, view=True, tex=r"{self}_{{{start}:{end}}}",
    self=lambda grad, self_sym_sizes, dim, start, end, step: slice_backward(
        grad, self_sym_sizes, dim, start, end, step))

slice_backward = Op("SliceBackwardBackward0",
    lambda grad_output, input_sizes, dim, start, end, step: _placed(
        grad_output, input_sizes, _slice, dim, start, end, step), tex=PLACED,
    grad_output=lambda grad, dim, start, end, step: slice_part(grad, dim, start, end, step))

alias = Op("AliasBackward0", lambda self: self[...], view=True, tex="{self}",
    self=lambda grad: grad)

_DIAGONAL: Any = {"tex": r"\operatorname{{diag}}({self})",
    "self": lambda grad, self_sym_sizes, offset, dim1, dim2: diagonal_backward(
        grad, self_sym_sizes, offset, dim1, dim2)}

diagonal = export("diagonal")(Op("DiagonalBackward0", _diagonal, view=True, **_DIAGONAL))

diagonal_copy = Op("DiagonalBackward0_copy", lambda self, offset=0, dim1=0, dim2=1: _diagonal(
    self, offset, dim1, dim2).copy(), **_DIAGONAL)

diagonal_backward = Op("DiagonalBackwardBackward0",
    lambda grad_output, input_sizes, offset, dim1, dim2: _placed(
        grad_output, input_sizes, _diagonal, offset, dim1, dim2), tex=PLACED,
    grad_output=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2))

diag_embed = Op("DiagEmbedBackward0", _diag_embed, tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2))
# fmt: on


@export("narrow")
def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`length` layers of `input` along `dim`, from `start`.

    Raises
    ------
    IndexError, RuntimeError
        If they are not there.
    """
    if isinstance(start, Tensor):
        errors.check(start.ndim == 0 and start._data.dtype.kind in "iu", "narrow_no_start")
    errors.check(input._data.ndim, "narrow_of_number")
    size = input._data.shape[errors.checked_dim(dim, input._data.ndim)]
    errors.check(length >= 0, "narrow_length")
    errors.check(-size <= start <= size, "narrow_start", -size, size, start)
    first = integer(start) % size if start < 0 else integer(start)
    errors.check(first + length <= size, "narrow_end", first, length, size)
    return slice_part.apply(input, dim, first, first + length, 1)


@export("diag")
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with the vector `input` on a diagonal, or the diagonal of the matrix `input`.

    Raises
    ------
    RuntimeError
        If `input` is neither a vector nor a matrix.
    """
    ndim = input._data.ndim
    errors.check(ndim in (1, 2), "diag_dims", ndim)
    return (diag_embed if ndim == 1 else diagonal_copy).apply(input, diagonal)
