"""Running sums and products: cumsum and cumprod; and prod, which needs them."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.ops.arrange import flip_op
from minigrad.ops.broadcast import reshape, sum_dim
from minigrad.ops.export import export
from minigrad.ops.join import cat_op
from minigrad.ops.part import slice_part
from minigrad.ops.reduce import ALL, fold, reduction, restored, wide
from minigrad.ops.select import array_of
from minigrad.sums import laid_out
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

# --- cumsum


def _running(ufunc: np.ufunc) -> Any:
    def forward(self: Any, dim: int, dtype: Any = None) -> Any:
        errors.checked_dim(dim, self.ndim)
        kind = wide(self, dtype and dtype.numpy) or self.dtype
        return ufunc.accumulate(laid_out(self), dim, kind) if self.ndim else self.astype(kind)

    return forward


def _is_single(value: Any) -> bool:
    return not isinstance(value, Symbol) and array_of(value).size <= 1


def _from_behind(value: Any, dim: int) -> Any:
    """The running sum that starts at the other end."""
    if _is_single(value):
        return value
    return flip_op(cumsum_op(flip_op(value, (dim,)), dim), (dim,))


# fmt: off
cumsum_op = export("cumsum", in_place=True)(reduction(
    "CumsumBackward0", _running(np.add), self=lambda grad, dim: _from_behind(grad, dim),
    says="an element is in all later sums: it receives the sum of their gradients"))
# fmt: on

# --- cumprod


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
        between = _from_one(slice_part(self, dim, k + 1, length, 1), dim)
        part = sum_dim(slice_part(grad, dim, k, length, 1) * between, (dim,), True)
        parts.append(part * slice_part(result, dim, k - 1, k, 1) if k else part)
    return cat_op(parts, dim)


def _from_one(value: Any, dim: int) -> Any:
    """The running product of `value` with a 1 in front of it."""
    data = array_of(value)
    shape = list(data.shape)
    shape[dim] = 1
    one = np.ones(shape, data.dtype)
    return cumprod_op(cat_op([wrap(one) if isinstance(value, Tensor) else one, value], dim), dim)


# fmt: off
cumprod_op = export("cumprod", in_place=True)(reduction(
    "CumprodBackward0", _running(np.multiply), self=_cumprod_back,
    says="an element is a factor of all later products, and receives their gradients times the "
         "other factors"))
# fmt: on

# --- prod


def _other_factors(self: Any, dim: int) -> Any:
    """For each element the product of all others along `dim`, without dividing."""
    length = self.shape[dim]
    before = _from_one(slice_part(self, dim, 0, length - 1, 1), dim)
    after = _from_one(flip_op(slice_part(self, dim, 1, length, 1), (dim,)), dim)
    return before * flip_op(after, (dim,))


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
def prod(input: Tensor, dim: Any = ALL, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The product of all elements, or along one dimension; integers give int64."""
    kind = dtype and dtype.numpy
    if dim is ALL:
        return prod_all.apply(input, kind)
    errors.checked_dim(dim, input.ndim)
    return prod_dim.apply(input, dim, keepdim, kind)
