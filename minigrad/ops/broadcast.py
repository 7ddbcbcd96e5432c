"""Dimensions that come and go: expand and sum, squeeze and unsqueeze; and view.

Each of these is the derivative of another: what was expanded receives the sum of the gradient, what
was summed receives the gradient expanded. So they stand together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors, sums
from minigrad.op import Op
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

Shape = tuple[int, ...]


# --- memory


def memory_of(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """All of the memory that `array` looks at, as one contiguous array."""
    owner = array.base if isinstance(array.base, np.ndarray) else array
    return owner if owner.flags.c_contiguous else owner.ravel(order="K")


def strided(
    array: np.ndarray[Any, Any], shape: Any, strides: Any, offset: int = 0
) -> np.ndarray[Any, Any]:
    """A view of `array`, `offset` behind its first element, of any `shape`; all in bytes."""
    if array.flags.c_contiguous:
        return np.ndarray(shape, array.dtype, array, offset, strides)
    memory = memory_of(array)
    start = "__array_interface__"
    offset += getattr(array, start)["data"][0] - getattr(memory, start)["data"][0]
    return np.ndarray(shape, array.dtype, memory, min(offset, memory.nbytes), strides)


# --- clone and view


def _clone(self: Any, order: Any = "K") -> Any:
    """A copy, laid out in memory as `self` is; in order where elements of `self` share memory."""
    if isinstance(self, np.generic):
        return self
    return np.array(self, order="C" if 0 in self.strides else order)


clone = Op("CloneBackward0", _clone, tex="{self}", self=lambda grad: grad,
    says="a copy passes the gradient on unchanged")  # fmt: skip


def _reshaping(name: str, *, view: bool = True) -> Op:
    return Op(name, lambda self, size: self.reshape(size), view=view,
        tex=r"\operatorname{{reshape}}({self})",
        self=lambda grad, self_sym_sizes: reshape(grad, self_sym_sizes),
        says="the same numbers in another shape: the gradient takes the old shape")  # fmt: skip


view = _reshaping("ViewBackward0")
unsafe_view = _reshaping("UnsafeViewBackward0", view=False)
# What `reshape` makes of memory that can be seen so, but does not lie in order:
reshape_alias = _reshaping("ReshapeAliasBackward0")


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
    if not hasattr(dim, "__index__"):
        raise errors.not_int("unsqueeze", "dim", 1, type(dim).__name__)
    shape = self.shape
    dim = errors.checked_dim(dim, len(shape) + 1)
    if isinstance(self, np.generic):
        return self.reshape(1)
    steps = self.strides
    step = steps[dim] * shape[dim] if dim < len(shape) else self.itemsize
    return strided(self, (*shape[:dim], 1, *shape[dim:]), (*steps[:dim], step, *steps[dim:]))


unsqueeze = Op("UnsqueezeBackward0", _unsqueeze, view=True,
    self=lambda grad, dim: squeeze_dim(grad, dim),
    says="a dimension of length 1 was put in; the gradient loses it again")  # fmt: skip


def _squeeze_dims(self: Any, dim: Any) -> Any:
    """`self` without those of `dim` that have length 1."""
    dims = [errors.checked_dim(d, self.ndim) for d in (dim if isinstance(dim, tuple) else (dim,))]
    for d in dims:
        if dims.count(d) > 1:
            raise errors.repeated_dim(d)
    return self[
        (*[0 if n == 1 and d in dims else slice(None) for d, n in enumerate(self.shape)], ...)
    ]


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


def _squeezing(nr: int, forward: Any, rule: str) -> Op:
    name = f"SqueezeBackward{nr}"
    return Op(name, forward, view=True, self=squeeze_rules[rule], says=squeeze_says)


squeeze_all = _squeezing(0, lambda self: _squeeze_dims(self, tuple(range(self.ndim))), "all")
squeeze_dim = _squeezing(1, _squeeze_dims, "dim")
squeeze_dims = _squeezing(2, _squeeze_dims, "dims")


# --- expand


def _expand(self: Any, size: Shape) -> Any:
    """See `self` in the shape `size` by steps of 0 along what it has once."""
    array = self if isinstance(self, np.ndarray) else np.array(self)
    strides: list[int] = []
    # The step that a further dimension in front would have.
    outer = array.itemsize if array.ndim else 0
    for back in range(1, len(size) + 1):
        inside = back <= array.ndim
        step = array.strides[-back] if inside else outer
        if size[-back] != (array.shape[-back] if inside else 1):
            step = 0
        strides.insert(0, step)
        outer = step * size[-back]
    return strided(array, size, strides)


expand = Op("ExpandBackward0", _expand, view=True,
    self=lambda grad, self_sym_sizes: sum_to(grad, self_sym_sizes),
    says="one element was used many times, so it receives the sum of their gradients")  # fmt: skip


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
    return sums.add(self, dtype=_sum_dtype(self, dtype))


sum_all = Op("SumBackward0", _sum_all, tex=r"\sum {self}",
    self=lambda grad, self_sym_sizes: expand(grad, self_sym_sizes),
    says="every term of a sum receives the gradient unchanged")  # fmt: skip


def _sum_dim(self: Any, dim: Any, keepdim: bool = False, dtype: Any = None) -> Any:
    axes = dim if dim and self.ndim else None
    return sums.add(self, axes, keepdim, _sum_dtype(self, dtype))


def restored(value: Any, ndim: int, dim: Any, keepdim: bool) -> Any:
    """`value` with the dimensions, of length 1, that a reduction over `dim` took away."""
    if not keepdim and ndim and dim:
        for d in dim if len(dim) == 1 else sorted([d % ndim for d in dim]):
            value = unsqueeze(value, d)
    return value


def _sum_dim_rule(grad: Any, self_sym_sizes: Shape, dim: Any, keepdim: bool) -> Any:
    return expand(restored(grad, len(self_sym_sizes), dim, keepdim), self_sym_sizes)


sum_dim = Op("SumBackward1", _sum_dim, tex=r"\sum_{{{dim}}} {self}", self=_sum_dim_rule,
    says="every term of a sum receives the gradient of the sum it is in")  # fmt: skip
