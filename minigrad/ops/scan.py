"""Running sums and products: cumsum, cumprod, cummax; and prod, which needs them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.arrange import flip_op
from minigrad.ops.broadcast import reshape, sum_dim
from minigrad.ops.export import export
from minigrad.ops.gather import scatter_add_op
from minigrad.ops.join import cat_op
from minigrad.ops.part import slice_part
from minigrad.ops.reduce import NOT_GIVEN, axes_of, choice, restored
from minigrad.ops.select import array_of
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap

# --- cumsum


def _running(ufunc: np.ufunc) -> Any:
    def forward(self: Any, dim: int, dtype: Any = None) -> Any:
        if dtype is None and self.dtype.kind in "biu":
            dtype = np.int64
        if self.ndim == 0:
            return self.astype(dtype or self.dtype)
        return ufunc.accumulate(self, axis=dim, dtype=dtype)

    return forward


def _from_behind(value: Any, dim: int) -> Any:
    """The running sum that starts at the other end."""
    if not isinstance(value, Symbol) and array_of(value).size <= 1:
        return value
    return flip_op(cumsum_op(flip_op(value, (dim,)), dim), (dim,))


cumsum_op = Op(
    "CumsumBackward0",
    _running(np.add),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{cumsum}}({self})",
    self=lambda grad, dim: _from_behind(grad, dim),
    says="an element is in all later sums, so it receives the running sum of their gradients "
    "from behind",
)


def _public(name: str, op: Op) -> Any:
    def function(input: Tensor, dim: Any = None, *, dtype: Any = None, axis: Any = None) -> Tensor:
        dim = axis if dim is None else dim
        errors.checked_dim(dim, input._data.ndim)
        return op.apply(input, dim, None if dtype is None else dtype.numpy)

    def in_place(self: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
        errors.checked_dim(dim, self._data.ndim)
        return apply_in_place(op, self, (dim, self._data.dtype), {})

    function.__name__ = name
    function.__doc__ = f"The running {name[3:]} along `dim`; integers give int64."
    export(name)(function)
    method(f"{name}_")(in_place)
    return function


cumsum = _public("cumsum", cumsum_op)

# --- cumprod


def _join(parts: list[Any], dim: int) -> Any:
    return (cat_op.apply if isinstance(parts[0], Tensor) else cat_op.forward)(parts, dim)


def _piece(value: Any, dim: int, start: int, end: int) -> Any:
    return slice_part(value, dim, start, end, 1)


def _without_zeros(value: Any) -> bool:
    """Whether one may divide by it; a formula is written for the case that one may."""
    return isinstance(value, Symbol) or bool(np.all(array_of(value)))


def _cumprod_back(grad: Any, self: Any, result: Any, dim: int) -> Any:
    if _without_zeros(self):
        return _from_behind(result * grad, dim) / self
    # An element is a factor of its own product and of all later ones. Without dividing: what stands
    # before it, times the sum of the later gradients, each times the factors in between.
    if self.ndim == 0:
        return grad
    length = self.shape[dim]
    parts: list[Any] = []
    for k in range(length):
        part = _piece(grad, dim, k, k + 1)
        if k + 1 < length:
            between = cumprod_op(_piece(self, dim, k + 1, length), dim)
            part = part + sum_dim(_piece(grad, dim, k + 1, length) * between, (dim,), True)
        parts.append(part if k == 0 else part * _piece(result, dim, k - 1, k))
    return _join(parts, dim)


cumprod_op = Op(
    "CumprodBackward0",
    _running(np.multiply),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{cumprod}}({self})",
    self=lambda grad, self, result, dim: _cumprod_back(grad, self, result, dim),
    says="an element is a factor of all later products; each returns its gradient times the "
    "other factors",
)
cumprod = _public("cumprod", cumprod_op)

# --- prod


def _prod_dtype(self: Any, dtype: Any) -> Any:
    return np.int64 if dtype is None and self.dtype.kind in "biu" else dtype


def _other_factors(self: Any, dim: int) -> Any:
    """For each element the product of all others along `dim`, without dividing."""
    length = self.shape[dim]
    one = _piece(self, dim, 0, 1) * 0 + 1
    one = wrap(one._data) if isinstance(one, Tensor) else one
    before = cumprod_op(_join([one, _piece(self, dim, 0, length - 1)], dim), dim)
    backwards = flip_op(_piece(self, dim, 1, length), (dim,))
    after = flip_op(cumprod_op(_join([one, backwards], dim), dim), (dim,))
    return before * after


def _prod_back(grad: Any, self: Any, result: Any) -> Any:
    if not isinstance(grad, Symbol) and self.ndim == 0:
        return grad
    if _without_zeros(self):
        return grad * (result / self)
    line = reshape(self, (array_of(self).size,))
    return reshape(grad * _other_factors(line, 0), tuple(self.shape))


def _prod_dim_back(grad: Any, self: Any, result: Any, dim: int, keepdim: bool) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result / self)
    if self.ndim == 0:
        return grad
    grad = restored(grad, self.ndim, (dim,), keepdim)
    if _without_zeros(self):
        return grad * (restored(result, self.ndim, (dim,), keepdim) / self)
    return grad * _other_factors(self, dim)


_PROD_SAYS = "every factor receives the gradient times the product of the other factors"

prod_all = Op(
    "ProdBackward0",
    lambda self, dtype=None: np.multiply.reduce(self, axis=None, dtype=_prod_dtype(self, dtype)),
    inputs=("self",),
    promotes=None,
    tex=r"\prod {self}",
    self=lambda grad, self, result: _prod_back(grad, self, result),
    says=_PROD_SAYS,
)

prod_dim = Op(
    "ProdBackward1",
    lambda self, dim, keepdim=False, dtype=None: np.multiply.reduce(
        self, axis=axes_of(self, (dim,)), keepdims=keepdim, dtype=_prod_dtype(self, dtype)
    ),
    inputs=("self",),
    promotes=None,
    tex=r"\prod {self}",
    self=_prod_dim_back,
    says=_PROD_SAYS,
)


@export("prod")
def prod(
    input: Tensor,
    dim: Any = NOT_GIVEN,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    axis: Any = NOT_GIVEN,
) -> Tensor:
    """The product of all elements, or along one dimension; integers give int64."""
    dtype = None if dtype is None else dtype.numpy
    dim = dim if axis is NOT_GIVEN else axis
    if dim is NOT_GIVEN or dim is None:
        return prod_all.apply(input, dtype)
    choice("prod", input, dim, keepdim)
    return prod_dim.apply(input, dim, keepdim, dtype)


# --- cummax and cummin


def _record(worse: Any) -> Any:
    """The running extreme, and where it is; of equal ones the last, and NaN wins."""

    def forward(self: Any, dim: int) -> Any:
        if self.ndim == 0:
            return self.copy(), np.int64(0)
        values = np.moveaxis(self.copy(), dim, 0)
        indices = np.zeros(values.shape, np.int64)
        for k in range(1, len(values)):
            keeps = ~np.isnan(values[k]) & (
                worse(values[k], values[k - 1]) | np.isnan(values[k - 1])
            )
            values[k] = np.where(keeps, values[k - 1], values[k])
            indices[k] = np.where(keeps, indices[k - 1], k)
        return np.moveaxis(values, 0, dim), np.ascontiguousarray(np.moveaxis(indices, 0, dim))

    return forward


def _record_op(node: str, worse: Any) -> Op:
    return Op(
        node,
        _record(worse),
        inputs=("self",),
        outputs=("values", "indices"),
        promotes=None,
        self=lambda grad, self, dim, indices: scatter_add_op(
            zeros_like(tuple(self.shape), grad), dim, array_of(indices), grad
        ),
        says="the element that is the extreme so far receives the gradient",
    )


cummax_op = _record_op("CummaxBackward0", np.less)
cummin_op = _record_op("CumminBackward0", np.greater)


@export("cummax")
def cummax(input: Tensor, dim: int) -> Any:
    """The largest element so far along `dim`, and where it is: (values, indices)."""
    errors.checked_dim(dim, input._data.ndim)
    return return_types.cummax(*cummax_op.apply(input, dim))


@export("cummin")
def cummin(input: Tensor, dim: int) -> Any:
    """The smallest element so far along `dim`, and where it is: (values, indices)."""
    errors.checked_dim(dim, input._data.ndim)
    return return_types.cummin(*cummin_op.apply(input, dim))
