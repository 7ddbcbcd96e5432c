"""Dimensions that come and go: expand and sum, squeeze and unsqueeze; and view.

Each of these is the derivative of another: what was expanded receives the sum of the gradient, what
was summed receives the gradient expanded. So they stand together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

Shape = tuple[int, ...]


# --- memory


def memory_of(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """All of the memory that `array` looks at, as one contiguous array."""
    owner = array.base if isinstance(array.base, np.ndarray) else array
    return owner if owner.flags.c_contiguous else owner.ravel(order="K")


def strided(array: np.ndarray[Any, Any], shape: Shape, strides: Shape) -> np.ndarray[Any, Any]:
    """A view of `array` from its first element, of any `shape` and `strides` (in bytes)."""
    memory = memory_of(array)
    start = "__array_interface__"
    offset = getattr(array, start)["data"][0] - getattr(memory, start)["data"][0]
    return np.ndarray(shape, array.dtype, memory, max(offset, 0) if array.size else 0, strides)


# --- clone and view


def _clone(self: Any, order: Any = "K") -> Any:
    """A copy, laid out in memory as `self` is; in order where elements of `self` share memory."""
    if isinstance(self, np.generic):
        return self
    return np.array(self, order="C" if 0 in self.strides else order)


clone = Op(
    "CloneBackward0",
    _clone,
    inputs=("self",),
    promotes=None,
    tex="{self}",
    self=lambda grad: grad,
    says="a copy passes the gradient on unchanged",
)


def _as_shape(self: Any, size: Shape) -> Any:
    return self.reshape(size)


view = Op(
    "ViewBackward0",
    _as_shape,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{reshape}}({self})",
    self=lambda grad, self_sym_sizes: reshape(grad, self_sym_sizes),
    says="the same numbers in another shape: the gradient takes the old shape",
)

reshape_alias = Op(  # what `reshape` makes of memory that can be seen so, but does not lie in order
    "ReshapeAliasBackward0",
    _as_shape,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{reshape}}({self})",
    self=lambda grad, self_sym_sizes: reshape(grad, self_sym_sizes),
    says="the same numbers in another shape: the gradient takes the old shape",
)

unsafe_view = Op(
    "UnsafeViewBackward0",
    _as_shape,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{reshape}}({self})",
    self=lambda grad, self_sym_sizes: reshape(grad, self_sym_sizes),
    says="the same numbers in another shape: the gradient takes the old shape",
)


def reshape(value: Any, size: Shape) -> Any:
    """`value` in the shape `size` (no -1): a view where the memory allows, else a copy."""
    if isinstance(value, Tensor) and not is_viewable(value._data, size):
        return unsafe_view(clone(value), size)
    if isinstance(value, Tensor) and not value.is_contiguous():
        return reshape_alias(value, size)
    return view(value, size)


def is_viewable(data: Any, size: Shape) -> bool:
    """Whether the memory of `data` can be seen in the shape `size` without a copy."""
    if data.flags.c_contiguous or data.size == 0:
        return True
    try:
        data.reshape(size, copy=False)
    except ValueError:
        return False
    return True


# --- unsqueeze and squeeze


def _unsqueeze(self: Any, dim: int) -> Any:
    shape = self.shape
    dim = errors.checked_dim(dim, len(shape) + 1)
    if isinstance(self, np.generic):
        return self.reshape(1)
    step = self.strides[dim] * shape[dim] if dim < len(shape) else self.itemsize
    return strided(
        self, (*shape[:dim], 1, *shape[dim:]), (*self.strides[:dim], step, *self.strides[dim:])
    )


unsqueeze = Op(
    "UnsqueezeBackward0",
    _unsqueeze,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{unsqueeze}}({self})",
    self=lambda grad, dim: squeeze_dim(grad, dim),
    says="a dimension of length 1 was put in; the gradient loses it again",
)


def _squeeze(self: Any) -> Any:
    return _without(self, range(self.ndim))


def _squeeze_dims(self: Any, dim: Any) -> Any:
    dims = dim if isinstance(dim, tuple) else (dim,)
    return _without(self, [errors.checked_dim(d, self.ndim) for d in dims])


def _without(self: Any, dims: Any) -> Any:
    """`self` without those of `dims` that have length 1."""
    if isinstance(self, np.generic):
        return self
    keep = [d for d, length in enumerate(self.shape) if length != 1 or d not in dims]
    return strided(
        self, tuple([self.shape[d] for d in keep]), tuple([self.strides[d] for d in keep])
    )


def unsqueeze_to(grad: Any, self_sym_sizes: Shape, dims: Any = None) -> Any:
    """`grad` with the dimensions of length 1 that squeezing `dims` (default: all) took away."""
    ndim = len(self_sym_sizes)
    gone = None if dims is None else [d % ndim for d in dims if ndim]
    for dim, length in enumerate(self_sym_sizes):
        if length == 1 and (gone is None or dim in gone):
            grad = unsqueeze(grad, dim)
    return grad


squeeze_rules: dict[str, Any] = {
    "all": lambda grad, self_sym_sizes: unsqueeze_to(grad, self_sym_sizes),
    "dim": lambda grad, self_sym_sizes, dim: unsqueeze_to(grad, self_sym_sizes, (dim,)),
    "dims": lambda grad, self_sym_sizes, dim: unsqueeze_to(grad, self_sym_sizes, dim),
}

squeeze_says = "dimensions of length 1 were dropped; the gradient gets them back"

squeeze_all = Op(
    "SqueezeBackward0",
    _squeeze,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{squeeze}}({self})",
    self=squeeze_rules["all"],
    says=squeeze_says,
)

squeeze_dim = Op(
    "SqueezeBackward1",
    _squeeze_dims,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{squeeze}}({self})",
    self=squeeze_rules["dim"],
    says=squeeze_says,
)

squeeze_dims = Op(
    "SqueezeBackward2",
    _squeeze_dims,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{squeeze}}({self})",
    self=squeeze_rules["dims"],
    says=squeeze_says,
)


# --- expand


def _expand(self: Any, size: Shape) -> Any:
    """See `self` in the shape `size` by steps of 0 along what it has once."""
    array = self if isinstance(self, np.ndarray) else np.array(self)
    strides: list[int] = []
    outer = array.itemsize  # the step that a further dimension in front would have
    for back in range(1, len(size) + 1):
        inside = back <= array.ndim
        step = array.strides[-back] if inside else outer
        if size[-back] != (array.shape[-back] if inside else 1):
            step = 0
        strides.insert(0, step)
        outer = step * size[-back]
    return strided(array, size, tuple(strides))


expand = Op(
    "ExpandBackward0",
    _expand,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"\operatorname{{expand}}({self})",
    self=lambda grad, self_sym_sizes: sum_to(grad, self_sym_sizes),
    says="one element was used many times, so it receives the sum of their gradients",
)


def sum_to(grad: Any, shape: Shape) -> Any:
    """`grad` summed over the dimensions along which a tensor of `shape` had been expanded."""
    if isinstance(grad, Symbol) or (not shape and grad.ndim):
        return sum_all(grad)
    new = grad.ndim - len(shape)
    dims = [*range(new)]
    dims += [d + new for d, length in enumerate(shape) if length == 1 and grad.shape[d + new] != 1]
    if dims:
        grad = sum_dim(grad, tuple(dims), True)
    return view(grad, shape) if new else grad


# --- sum


def _sum_dtype(self: Any, dtype: Any) -> Any:
    """Integers and booleans are summed as int64."""
    return np.int64 if dtype is None and self.dtype.kind in "biu" else dtype


def _sum_all(self: Any, dtype: Any = None) -> Any:
    return np.add.reduce(self, axis=None, dtype=_sum_dtype(self, dtype))


sum_all = Op(
    "SumBackward0",
    _sum_all,
    inputs=("self",),
    promotes=None,
    tex=r"\sum {self}",
    self=lambda grad, self_sym_sizes: expand(grad, self_sym_sizes),
    says="every term of a sum receives the gradient unchanged",
)


def _sum_dim(self: Any, dim: Any, keepdim: bool = False, dtype: Any = None) -> Any:
    axes = tuple([errors.checked_dim(d, self.ndim) for d in dim]) if dim else None
    if self.ndim == 0:
        axes = None
    return np.add.reduce(self, axis=axes, keepdims=keepdim, dtype=_sum_dtype(self, dtype))


def _sum_dim_rule(grad: Any, self_sym_sizes: Shape, dim: Any, keepdim: bool) -> Any:
    ndim = len(self_sym_sizes)
    if not keepdim and ndim:
        for d in sorted([d % ndim for d in dim or ()]):
            grad = unsqueeze(grad, d)
    return expand(grad, self_sym_sizes)


sum_dim = Op(
    "SumBackward1",
    _sum_dim,
    inputs=("self",),
    promotes=None,
    tex=r"\sum_{{{dim}}} {self}",
    self=_sum_dim_rule,
    says="every term of a sum receives the gradient of the sum it is in",
)
