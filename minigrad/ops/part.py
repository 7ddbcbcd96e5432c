"""Parts of a tensor that share its memory: select, slice, diagonal, unfold.

The derivative of a part is a tensor of zeros with the gradient in its place: an operation of its
own, whose derivative in turn takes the part out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import Shape, strided

WHOLE = slice(None)
END = 2**63 - 1
"""PyTorch's number for the open end of a slice."""


def _placed(part: Any, size: Shape, at: Any) -> np.ndarray[Any, Any]:
    """Zeros of shape `size` with `part` at the index `at`."""
    result = np.zeros(size, part.dtype)
    result[at] = part
    return result


# --- select: one position along a dimension


def at(dim: int, index: Any, ndim: int) -> tuple[Any, ...]:
    """The numpy index for `index` along `dim`; its ellipsis keeps a 0-d result an array."""
    return (*(WHOLE,) * (dim % ndim), index, ...)


select = Op(
    "SelectBackward0",
    lambda self, dim, index: self[at(dim, index, self.ndim)],
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: select_backward(grad, self_sym_sizes, dim, index),
    says="the selected element receives the gradient; all others receive 0",
)

select_backward = Op(
    "SelectBackwardBackward0",
    lambda grad_output, input_sizes, dim, index: _placed(
        grad_output, input_sizes, at(dim, index, len(input_sizes))
    ),
    inputs=("grad_output",),
    promotes=None,
    tex=r"\operatorname{{place}}({grad_output})",
    grad_output=lambda grad, dim, index: select(grad, dim, index),
    says="the gradient among zeros: its own gradient is what stands in its place",
)

# --- slice: every step-th position from start to end


slice_part = Op(
    "SliceBackward0",
    lambda self, dim, start, end, step: self[at(dim, slice(start, end, step), self.ndim)],
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"{self}_{{{start}:{end}}}",
    self=lambda grad, self_sym_sizes, dim, start, end, step: slice_backward(
        grad, self_sym_sizes, dim, start, end, step
    ),
    says="the elements in the slice receive the gradient; all others receive 0",
)

slice_backward = Op(
    "SliceBackwardBackward0",
    lambda grad_output, input_sizes, dim, start, end, step: _placed(
        grad_output, input_sizes, at(dim, slice(start, end, step), len(input_sizes))
    ),
    inputs=("grad_output",),
    promotes=None,
    tex=r"\operatorname{{place}}({grad_output})",
    grad_output=lambda grad, dim, start, end, step: slice_part(grad, dim, start, end, step),
    says="the gradient among zeros: its own gradient is what stands in its place",
)

# --- alias: all of it


alias = Op(
    "AliasBackward0",
    lambda self: self[...],
    inputs=("self",),
    promotes=None,
    view=True,
    tex="{self}",
    self=lambda grad: grad,
    says="all of the tensor: the gradient passes unchanged",
)

# --- diagonal


def _diagonal(self: Any, offset: int, dim1: int, dim2: int) -> Any:
    """The elements where index `dim2` is index `dim1` plus `offset`, as a last dimension."""
    first, second = errors.checked_dim(dim1, self.ndim), errors.checked_dim(dim2, self.ndim)
    rows, columns = self.shape[first], self.shape[second]
    length = max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0)
    steps = self.strides[first], self.strides[second]
    start = self
    if length:
        start = (
            self[at(second, slice(offset, None), self.ndim)]
            if offset >= 0
            else self[at(first, slice(-offset, None), self.ndim)]
        )
    kept = [d for d in range(self.ndim) if d not in (first, second)]
    shape = (*[self.shape[d] for d in kept], length)
    return strided(start, shape, (*[self.strides[d] for d in kept], sum(steps)))


def _diagonal_backward(
    grad_output: Any, input_sizes: Shape, offset: int, dim1: int, dim2: int
) -> Any:
    result = np.zeros(input_sizes, grad_output.dtype)
    _diagonal(result, offset, dim1, dim2)[...] = grad_output
    return result


diagonal = Op(
    "DiagonalBackward0",
    _diagonal,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, self_sym_sizes, offset, dim1, dim2: diagonal_backward(
        grad, self_sym_sizes, offset, dim1, dim2
    ),
    says="the diagonal receives the gradient; all else receives 0",
)

diagonal_copy = Op(
    "DiagonalBackward0_copy",
    lambda self, offset, dim1, dim2: _diagonal(self, offset, dim1, dim2).copy(),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, self_sym_sizes, offset, dim1, dim2: diagonal_backward(
        grad, self_sym_sizes, offset, dim1, dim2
    ),
    says="the diagonal receives the gradient; all else receives 0",
)

diagonal_backward = Op(
    "DiagonalBackwardBackward0",
    _diagonal_backward,
    inputs=("grad_output",),
    promotes=None,
    tex=r"\operatorname{{diag}}({grad_output})",
    grad_output=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2),
    says="the gradient on a diagonal of zeros: its own gradient is the diagonal",
)


def _diag_embed(self: Any, offset: int, dim1: int, dim2: int) -> Any:
    """Zeros with `self` on the diagonal of the new dimensions `dim1` and `dim2`."""
    ndim = self.ndim + 1
    first, second = errors.checked_dim(dim1, ndim), errors.checked_dim(dim2, ndim)
    side = self.shape[-1] + abs(offset)
    shape = list(self.shape[:-1])
    for dim in sorted((first, second)):
        shape.insert(dim, side)
    return _diagonal_backward(self, tuple(shape), offset, first, second)


diag_embed = Op(
    "DiagEmbedBackward0",
    _diag_embed,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{diag}}({self})",
    self=lambda grad, offset, dim1, dim2: diagonal(grad, offset, dim1, dim2),
    says="the numbers stand on a diagonal, so they receive the diagonal of the gradient",
)

# --- unfold: overlapping windows along a dimension


def _unfold(self: Any, dimension: int, size: int, step: int) -> Any:
    dim = errors.checked_dim(dimension, self.ndim)
    windows = (self.shape[dim] - size) // step + 1
    shape = (*self.shape[:dim], windows, *self.shape[dim + 1 :], size)
    strides = (
        *self.strides[:dim],
        self.strides[dim] * step,
        *self.strides[dim + 1 :],
        self.strides[dim],
    )
    return strided(self, shape, strides)


def _unfold_backward(grad: Any, input_sizes: Shape, dim: int, size: int, step: int) -> Any:
    result = np.zeros(input_sizes, grad.dtype)
    windows = _unfold(result, dim, size, step)
    for place in range(size):  # the windows overlap, but their places of one number do not
        windows[..., place] += grad[..., place]
    return result


unfold = Op(
    "UnfoldBackward0",
    _unfold,
    inputs=("self",),
    promotes=None,
    view=True,
    self=lambda grad, self_sym_sizes, dimension, size, step: unfold_backward(
        grad, self_sym_sizes, dimension, size, step
    ),
    says="an element in several windows receives the sum of their gradients",
)

unfold_backward = Op(
    "UnfoldBackwardBackward0",
    _unfold_backward,
    promotes=None,
    grad=lambda grad, dim, size, step: unfold(grad, dim, size, step),
    says="the windows of the gradient",
)
