"""Parts of a tensor that share its memory: select, slice, narrow, diagonal, unfold.

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
    return (*(WHOLE,) * (dim % ndim), index, ...) if dim else (index, ...)


def _placed(part: Any, size: Shape, take: Any, *where: Any) -> np.ndarray[Any, Any]:
    """Zeros of shape `size` with `part` in the place that ``take(zeros, *where)`` shows."""
    result = np.zeros(size, part.dtype)
    take(result, *where)[...] = part
    return result


# --- select: one position along a dimension


def _select(self: Any, dim: int, index: Any) -> Any:
    if not self.ndim:
        raise errors.select_of_number()
    try:
        return self[at(errors.checked_dim(dim, self.ndim), integer(index), self.ndim)]
    except IndexError:
        errors.checked_dim(dim, self.ndim)
        raise errors.select_range(index, self.shape, dim % self.ndim) from None


select = export("select")(Op("SelectBackward0", _select, view=True, tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: select_backward(grad, self_sym_sizes, dim, index),
    says="the selected element receives the gradient; all others receive 0"))  # fmt: skip

select_backward = Op("SelectBackwardBackward0",
    lambda grad_output, input_sizes, dim, index: _placed(
        grad_output, input_sizes, _select, dim, index),
    tex=r"\operatorname{{place}}({grad_output})",
    grad_output=lambda grad, dim, index: select(grad, dim, index))  # fmt: skip

# --- slice: every step-th position from start to end


def _slice(self: Any, dim: int, start: Any, end: Any, step: int) -> Any:
    part = self[at(dim, slice(start, end, step), self.ndim)]
    if part.size or not self.size:
        return part
    # An empty part begins where the slice does; numpy lets it begin where the whole begins.
    first = slice(start, end, step).indices(self.shape[dim])[0]
    return strided(self, part.shape, part.strides, first * self.strides[dim])


slice_part = Op("SliceBackward0", _slice, view=True, tex=r"{self}_{{{start}:{end}}}",
    self=lambda grad, self_sym_sizes, dim, start, end, step: slice_backward(
        grad, self_sym_sizes, dim, start, end, step),
    says="the elements in the slice receive the gradient; all others receive 0")  # fmt: skip

slice_backward = Op("SliceBackwardBackward0",
    lambda grad_output, input_sizes, dim, start, end, step: _placed(
        grad_output, input_sizes, _slice, dim, start, end, step),
    tex=r"\operatorname{{place}}({grad_output})",
    grad_output=lambda grad, dim, start, end, step: slice_part(
        grad, dim, start, end, step))  # fmt: skip


@export("narrow")
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`length` layers of `input` along `dim`, from `start`.

    Raises
    ------
    IndexError, RuntimeError
        If they are not there.
    """
    shape = input._data.shape
    if isinstance(start, Tensor):
        if start._data.ndim or start._data.dtype.kind not in "iu":
            raise errors.narrow_no_start()
        start = start.item()
    if not shape:
        raise errors.narrow_of_number()
    if length < 0:
        raise errors.narrow_length()
    size = shape[errors.checked_dim(dim, len(shape))]
    if not -size <= start <= size:
        raise errors.narrow_start(-size, size, start)
    first = start + size if start < 0 else start
    if first + length > size:
        raise errors.narrow_end(first, length, size)
    return slice_part.apply(input, dim, first, first + length, 1)


# --- alias: all of it

alias = Op("AliasBackward0", lambda self: self[...], view=True, tex="{self}",
    self=lambda grad: grad, says="all of the tensor: the gradient passes unchanged")  # fmt: skip

# --- diagonal


def _plane(ndim: int, dim1: int, dim2: int) -> tuple[int, int]:
    """The two dimensions that have a diagonal, counted from the front."""
    first, second = errors.checked_dim(dim1, ndim), errors.checked_dim(dim2, ndim)
    if first == second:
        raise errors.diagonal_dims(dim1, dim2)
    return first, second


def _diagonal(self: Any, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    """The elements where index `dim2` is index `dim1` plus `offset`, as a last dimension."""
    first, second = _plane(self.ndim, dim1, dim2)
    rows, columns = self.shape[first], self.shape[second]
    length = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    start = self
    if length:
        start = self[at(second if offset >= 0 else first, slice(abs(offset), None), self.ndim)]
    kept = [d for d in range(self.ndim) if d not in (first, second)]
    steps = [*[self.strides[d] for d in kept], self.strides[first] + self.strides[second]]
    return strided(start, (*[self.shape[d] for d in kept], length), steps)


diagonal = export("diagonal")(Op("DiagonalBackward0", _diagonal, view=True,
    tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, self_sym_sizes, offset, dim1, dim2: diagonal_backward(
        grad, self_sym_sizes, offset, dim1, dim2),
    says="the diagonal receives the gradient; all else receives 0"))  # fmt: skip

_rules: dict[str, Any] = diagonal.rules
diagonal_copy = Op("DiagonalBackward0_copy",
    lambda self, offset, dim1, dim2: _diagonal(self, offset, dim1, dim2).copy(), tex=diagonal.tex,
    says=diagonal.says, **_rules)  # fmt: skip

diagonal_backward = Op("DiagonalBackwardBackward0",
    lambda grad_output, input_sizes, offset, dim1, dim2: _placed(
        grad_output, input_sizes, _diagonal, offset, dim1, dim2),
    tex=r"\operatorname{{diag}}({grad_output})",
    grad_output=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2))  # fmt: skip


def _diag_embed(self: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """Zeros with `self` on the diagonal of the new dimensions `dim1` and `dim2`."""
    places = _plane(self.ndim + 1, dim1, dim2)
    shape = list(self.shape[:-1])
    for dim in sorted(places):
        shape.insert(dim, self.shape[-1] + abs(offset))
    return _placed(self, tuple(shape), _diagonal, offset, *places)


diag_embed = export("diag_embed")(Op("DiagEmbedBackward0", _diag_embed,
    tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2)))  # fmt: skip


@export("diag")
def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The matrix with the vector `input` on a diagonal, or the diagonal of the matrix `input`.

    Raises
    ------
    RuntimeError
        If `input` is neither a vector nor a matrix.
    """
    ndim = input._data.ndim
    if ndim not in (1, 2):
        raise errors.diag_dims(ndim)
    if ndim == 1:
        return diag_embed.apply(input, diagonal, -2, -1)
    return diagonal_copy.apply(input, diagonal, 0, 1)


# --- unfold: overlapping windows along a dimension


def _unfold(self: Any, dimension: int, size: int, step: int) -> Any:
    array = self if self.ndim else self[None]
    dim = errors.checked_dim(dimension, array.ndim)
    length = array.shape[dim]
    if size < 0:
        raise errors.unfold_size(size)
    if size > length:
        raise errors.unfold_too_long(dimension, length, size)
    if step <= 0:
        raise errors.unfold_step(step)
    shape, steps = list(array.shape), list(array.strides)
    shape[dim], steps[dim] = (length - size) // step + 1, steps[dim] * step
    windows = strided(array, (*shape, size), (*steps, array.strides[dim]))
    return windows if self.ndim else windows[0]


def _unfold_backward(grad: Any, input_sizes: Shape, dim: int, size: int, step: int) -> Any:
    result = np.zeros(input_sizes, grad.dtype)
    windows = _unfold(result, dim, size, step)
    for place in range(size):  # the windows overlap, but their places of one number do not
        windows[..., place] += grad[..., place]
    return result


unfold = Op("UnfoldBackward0", _unfold, view=True,
    self=lambda grad, self_sym_sizes, dimension, size, step: unfold_backward(
        grad, self_sym_sizes, dimension, size, step),
    says="an element in several windows receives the sum of their gradients")  # fmt: skip
unfold.put_on_tensor("apply", "unfold")

unfold_backward = Op("UnfoldBackwardBackward0", _unfold_backward,
    grad=lambda grad, dim, size, step: unfold(grad, dim, size, step))  # fmt: skip
