"""Running sums and products: cumsum, cumprod, cummax; and prod, which needs them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import return_types
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.arrange import flip_op
from minigrad.ops.broadcast import reshape, sum_dim
from minigrad.ops.export import export
from minigrad.ops.gather import scatter_add_op, zeros_like
from minigrad.ops.join import cat_op
from minigrad.ops.part import slice_part
from minigrad.ops.reduce import ALL, fold, need_dim, public, reduction, restored, span, wide
from minigrad.ops.select import array_of
from minigrad.sums import laid_out
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap

# --- cumsum


def _running(ufunc: np.ufunc) -> Any:
    def forward(self: Any, dim: int, dtype: Any = None) -> Any:
        dtype = wide(self, dtype) or self.dtype
        return ufunc.accumulate(laid_out(self), dim, dtype) if self.ndim else self.astype(dtype)

    return forward


def _is_single(value: Any) -> bool:
    return not isinstance(value, Symbol) and array_of(value).size <= 1


def _from_behind(value: Any, dim: int) -> Any:
    """The running sum that starts at the other end."""
    if _is_single(value):
        return value
    return flip_op(cumsum_op(flip_op(value, (dim,)), dim), (dim,))


cumsum_op = reduction(
    "CumsumBackward0",
    _running(np.add),
    self=lambda grad, dim: _from_behind(grad, dim),
    says="an element is in all later sums: it receives the sum of their gradients",
)


def _public(name: str, op: Op) -> Any:
    def function(input: Tensor, dim: Any = ALL, *, dtype: Any = None, **numpy: Any) -> Tensor:
        kind = None if dtype is None else dtype.numpy
        return op.apply(input, need_dim(name, input, dim, numpy), kind)

    def in_place(self: Tensor, dim: Any = ALL, *, dtype: Any = None, **numpy: Any) -> Tensor:
        dim = need_dim(name, self, dim, numpy)
        return apply_in_place(op, self, (dim, self._data.dtype), {})

    method(f"{name}_")(in_place)
    return public(name, function, f"The running {name[3:]} along `dim`; integers give int64.")


cumsum = _public("cumsum", cumsum_op)

# --- cumprod


def _join(parts: list[Any], dim: int) -> Any:
    return (cat_op.apply if isinstance(parts[0], Tensor) else cat_op.forward)(parts, dim)


def _without_zeros(value: Any) -> bool:
    """Whether one may divide by it; a formula is written for the case that one may."""
    return isinstance(value, Symbol) or bool(np.all(array_of(value)))


def _cumprod_back(grad: Any, self: Any, result: Any, dim: int) -> Any:
    if _is_single(self):
        return grad
    if _without_zeros(self):
        return _from_behind(result * grad, dim) / self
    # An element is a factor of its own product and of all later ones. Without dividing: what stands
    # before it, times the sum of the later gradients, each times the factors in between.
    length = self.shape[dim]
    parts: list[Any] = []
    for k in range(length):
        part = slice_part(grad, dim, k, k + 1, 1)
        if k + 1 < length:
            between = cumprod_op(slice_part(self, dim, k + 1, length, 1), dim)
            later = slice_part(grad, dim, k + 1, length, 1) * between
            part = part + sum_dim(later, (dim,), True)
        parts.append(part * slice_part(result, dim, k - 1, k, 1) if k else part)
    return _join(parts, dim)


cumprod_op = reduction(
    "CumprodBackward0",
    _running(np.multiply),
    self=_cumprod_back,
    says="an element is a factor of all later products, and receives their gradients times the "
    "other factors",
)
cumprod = _public("cumprod", cumprod_op)

# --- prod


def _other_factors(self: Any, dim: int) -> Any:
    """For each element the product of all others along `dim`, without dividing."""
    length = self.shape[dim]
    one = np.ones_like(array_of(self)[(slice(None),) * (dim % self.ndim) + (slice(0, 1),)])
    one = wrap(one) if isinstance(self, Tensor) else one
    before = cumprod_op(_join([one, slice_part(self, dim, 0, length - 1, 1)], dim), dim)
    backwards = flip_op(slice_part(self, dim, 1, length, 1), (dim,))
    return before * flip_op(cumprod_op(_join([one, backwards], dim), dim), (dim,))


def _prod_back(grad: Any, self: Any, result: Any, dim: Any = None, keepdim: bool = False) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result / self)
    if self.ndim == 0:
        return grad
    if dim is not None:
        grad = restored(grad, self.ndim, (dim,), keepdim)
        result = restored(result, self.ndim, (dim,), keepdim)
    if _without_zeros(self):
        return grad * (result / self)
    if dim is not None:
        return grad * _other_factors(self, dim)
    line = reshape(self, (array_of(self).size,))
    return reshape(grad * _other_factors(line, 0), tuple(self.shape))


_PROD_SAYS = "every factor receives the gradient times the product of the other factors"

# fmt: off
prod_all = reduction(
    "ProdBackward0",
    lambda self, dtype=None: fold(np.multiply, self, None, False, wide(self, dtype)),
    tex=r"\prod {self}", self=lambda grad, self, result: _prod_back(grad, self, result),
    says=_PROD_SAYS)
prod_dim = reduction(
    "ProdBackward1", lambda self, dim, keepdim=False, dtype=None:
        fold(np.multiply, self, (dim,), keepdim, wide(self, dtype)),
    tex=r"\prod {self}", self=_prod_back, says=_PROD_SAYS)
# fmt: on


@export("prod")
def prod(
    input: Tensor, dim: Any = ALL, keepdim: bool = False, *, dtype: Any = None, **numpy: Any
) -> Tensor:
    """The product of all elements, or along one dimension; integers give int64."""
    kind = None if dtype is None else dtype.numpy
    dim, keepdim = span("prod", input, dim, keepdim, numpy, one=True)
    if dim is None:
        return prod_all.apply(input, kind)
    return prod_dim.apply(input, dim, keepdim, kind)


# --- cummax and cummin


def _records(name: str, worse: np.ufunc) -> None:
    """The running extreme, and where it is; of equal ones the last, and NaN wins."""

    def forward(self: Any, dim: int) -> Any:
        if self.ndim == 0:
            return self.copy(), np.int64(0)
        values = np.moveaxis(self.copy(), dim, 0)
        indices = np.zeros(values.shape, np.int64)
        for k in range(1, len(values)):
            new, best = values[k], values[k - 1]
            keeps = (new == new) & (worse(new, best) | (best != best))
            values[k] = np.where(keeps, best, new)
            indices[k] = np.where(keeps, indices[k - 1], k)
        return np.moveaxis(values, 0, dim), np.ascontiguousarray(np.moveaxis(indices, 0, dim))

    # fmt: off
    op = reduction(
        f"{name.title()}Backward0", forward, outputs=("values", "indices"),
        self=lambda grad, self, dim, indices: scatter_add_op(
            zeros_like(tuple(self.shape), grad), dim, array_of(indices), grad))
    # fmt: on
    pair = getattr(return_types, name)

    def function(input: Tensor, dim: Any = ALL, **numpy: Any) -> Any:
        return pair(*op.apply(input, need_dim(name, input, dim, numpy)))

    public(name, function, f"The {name[3:]}imum so far along `dim`, and where: (values, indices).")


_records("cummax", np.less)
_records("cummin", np.greater)
