"""Dimensions that come and go: expand and sum, squeeze and unsqueeze; and view.

Each of these is the derivative of another: what was expanded receives the sum of the gradient, what
was summed receives the gradient expanded. So they stand together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.device import contiguous_format
from minigrad.digits import sums
from minigrad.op import Op
from minigrad.ops.arguments import distinct_dims
from minigrad.strides import copied
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, memory_of, offset_of

Shape = tuple[int, ...]


# --- memory


def strided(
    array: np.ndarray[Any, Any], shape: Any, strides: Any, offset: int = 0
) -> np.ndarray[Any, Any]:
    """A view of `array`, `offset` behind its first element, of any `shape`; all in bytes."""
    if array.flags.c_contiguous:
        return np.ndarray(shape, array.dtype, array, min(offset, array.nbytes), strides)
    memory = memory_of(array)
    start = min(offset + offset_of(array), memory.nbytes)
    return np.ndarray(shape, array.dtype, memory, start, strides)


# --- clone and view


def _clone(self: Any, memory_format: Any = None) -> Any:
    """A copy, laid out in memory as `self` is; in order where elements of `self` share memory."""
    in_order = memory_format is contiguous_format
    return np.array(self, order="C") if in_order else copied(self, self.dtype)


def _reshaping(name: str, *, view: bool = True) -> Op:
    return Op(name, lambda self, size: self.reshape(size), view=view,
        tex=r"\operatorname{{reshape}}({self})",
        self=lambda grad, self_sym_sizes: reshape(grad, self_sym_sizes))  # fmt: skip


# fmt: off
clone = Op("CloneBackward0", _clone, tex="{self}", self=lambda grad: grad)
view = _reshaping("ViewBackward0")
unsafe_view = _reshaping("UnsafeViewBackward0", view=False)
# What `reshape` makes of memory that can be seen so, but does not lie in order:
reshape_alias = _reshaping("ReshapeAliasBackward0")
# fmt: on


def reshape(value: Any, size: Shape) -> Any:
    """`value` in the shape `size` (no -1): a view where the memory allows, else a copy."""
    if isinstance(value, Tensor) and not value._data.flags.c_contiguous:
        if not is_viewable(value._data, size):
            return unsafe_view.apply(clone.apply(value), size)
        return reshape_alias.apply(value, size)
    return view(value, size)


def is_viewable(data: Any, size: Shape) -> bool:
    """Whether the memory of `data` can be seen in the shape `size` without a copy."""
    try:
        data.reshape(size, copy=False)
    except ValueError:
        return data.size == 0
    return True


# --- unsqueeze and squeeze


def _unsqueeze(self: Any, dim: int) -> Any:
    shape = self.shape
    dim = errors.checked_dim(dim, len(shape) + 1)
    if isinstance(self, np.generic):
        return self.reshape(1)
    steps = self.strides
    step = steps[dim] * shape[dim] if dim < len(shape) else self.itemsize
    return strided(self, (*shape[:dim], 1, *shape[dim:]), (*steps[:dim], step, *steps[dim:]))


def _gone(shape: Shape, dim: Any) -> list[int]:
    """Those of the dimensions `dim` (None: all; one; several) that have length 1."""
    given = dim if isinstance(dim, tuple) else (dim,)
    dims = range(len(shape)) if dim is None else distinct_dims(given, len(shape))
    return [d for d in dims if shape and shape[d] == 1]


def _squeezed(self: Any, dim: Any = None) -> Any:
    gone = _gone(self.shape, dim)
    return self[(*[0 if d in gone else slice(None) for d in range(self.ndim)], ...)]


def _unsqueezed(grad: Any, self_sym_sizes: Shape, dim: Any = None) -> Any:
    for d in sorted(_gone(self_sym_sizes, dim)):
        grad = unsqueeze(grad, d)
    return grad


def _squeezing(nr: int) -> Op:
    if nr % 3 == 0:
        return Op(f"SqueezeBackward{nr}", lambda self: _squeezed(self), view=True,
            self=lambda grad, self_sym_sizes: _unsqueezed(grad, self_sym_sizes))  # fmt: skip
    return Op(f"SqueezeBackward{nr}", _squeezed, view=True, self=_unsqueezed)


# fmt: off
unsqueeze = Op("UnsqueezeBackward0", _unsqueeze, view=True,
    self=lambda grad, dim: squeeze_dim(grad, dim))
# All that have length 1, one dimension, several; then the same in place.
squeezing = [_squeezing(nr) for nr in range(6)]
squeeze_dim = squeezing[1]
# fmt: on

# --- expand


def _expand(self: Any, size: Shape) -> Any:
    """See `self` in the shape `size` by steps of 0 along what it has once; -1 leaves a length."""
    array = np.asarray(self)
    if not array.ndim and min(size, default=0) >= 0:  # a number, seen everywhere
        return strided(array, size, (0,) * len(size))
    new = len(size) - array.ndim
    errors.check(new >= 0, "expand_to_fewer", array, size, len(size))
    own, steps = (1,) * new + array.shape, [0] * new + [*array.strides]
    shape = tuple([n if length == -1 else length for n, length in zip(own, size, strict=True)])
    outer = array.itemsize if array.ndim else 0  # the step of a further dimension in front
    for dim, length, n in reversed([*zip(range(len(size)), shape, own, strict=True)]):
        errors.check(size[dim] >= 0 or dim >= new, "expand_of_new", size[dim], dim)
        fits = length == n or (n == 1 and length >= 0)
        errors.check(fits, "expand_sizes", length, n, dim, size, array.shape)
        if length != n or dim < new:
            steps[dim] = outer if length == n else 0
        outer = steps[dim] * length
    return strided(array, shape, steps)


def sum_to(grad: Any, shape: Shape) -> Any:
    """`grad` summed over the dimensions along which a tensor of `shape` had been expanded."""
    if isinstance(grad, Symbol) or not shape:
        return sum_all(grad)
    new = grad.ndim - len(shape)
    dims = [*range(new)]
    dims += [d + new for d, length in enumerate(shape) if length == 1 and grad.shape[d + new] != 1]
    if dims:
        grad = sum_dim(grad, tuple(dims), True)
    return view(grad, shape) if new else grad


# --- sum


def fold(ufunc: np.ufunc, self: Any, dim: Any, keepdim: bool, dtype: Any = None) -> Any:
    """`self` reduced by `ufunc` over `dim`; integers are added up, or multiplied, as int64."""
    if dtype is None and ufunc in (np.add, np.multiply) and self.dtype.kind in "biu":
        dtype = np.int64
    reduce: Any = sums.add if ufunc is np.add else ufunc.reduce
    axes = dim if dim and self.ndim else None
    return sums.laid_out(reduce(self, axis=axes, keepdims=keepdim, dtype=dtype))


def restored(value: Any, ndim: int, dim: Any, keepdim: bool) -> Any:
    """`value` with the dimensions, of length 1, that a reduction over `dim` took away."""
    if not keepdim and ndim and dim:
        for d in dim if len(dim) == 1 else sorted([d % ndim for d in dim]):
            value = unsqueeze(value, d)
    return value


# fmt: off
expand = Op("ExpandBackward0", _expand, view=True,
    self=lambda grad, self_sym_sizes: sum_to(grad, self_sym_sizes))
sum_all = Op("SumBackward0", lambda self, dtype=None: fold(np.add, self, None, False, dtype),
    tex=r"\sum {self}", self=lambda grad, self_sym_sizes: expand(grad, self_sym_sizes))
sum_dim = Op("SumBackward1", lambda self, dim=None, keepdim=False, dtype=None:
        fold(np.add, self, dim, keepdim, dtype), tex=r"\sum_{{{dim}}} {self}",
    self=lambda grad, self_sym_sizes, dim, keepdim: expand(
        restored(grad, len(self_sym_sizes), dim, keepdim), self_sym_sizes))
# fmt: on
