"""Norms: norm, linalg.norm, linalg.vector_norm, linalg.matrix_norm."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import pow_number
from minigrad.ops.broadcast import sum_all, sum_dim
from minigrad.ops.compare import eq, isnan, logical_or
from minigrad.ops.export import export
from minigrad.ops.pointwise import absolute, sgn
from minigrad.ops.reduce import Dims, axes_of, choice, restored
from minigrad.ops.select import masked_fill
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

linalg: dict[str, Any] = {}
"""``torch.linalg.<name>``."""


def _vector_norm(self: Any, ord: float = 2, dim: Dims = None, keepdim: bool = False) -> Any:
    axes = axes_of(self, dim)
    if ord == 2:
        return np.sqrt(np.add.reduce(self * self, axis=axes, keepdims=keepdim))
    size = abs(self)
    if math.isinf(ord):
        extreme = np.maximum if ord > 0 else np.minimum
        return extreme.reduce(size, axis=axes, keepdims=keepdim)
    if ord == 0:
        return np.add.reduce(self != 0, axis=axes, keepdims=keepdim, dtype=self.dtype)
    if ord == 1:
        return np.add.reduce(size, axis=axes, keepdims=keepdim)
    return np.add.reduce(size**ord, axis=axes, keepdims=keepdim) ** (1 / ord)


def _rule(grad: Any, self: Any, result: Any, ord: float, dim: Dims, keepdim: bool) -> Any:
    if ord == 0:
        return None
    if not isinstance(grad, Symbol):
        grad = restored(grad, self.ndim, dim, keepdim)
        result = restored(result, self.ndim, dim, keepdim)
    if ord == 1:
        return sgn(self) * grad
    if ord == 2:
        return grad * _or_zero(self / result, result)
    if math.isinf(ord):
        size = absolute(self)
        mask = logical_or(eq(size, result), isnan(size))
        return sgn(self) * (grad / (sum_dim(mask, dim, True) if dim else sum_all(mask)) * mask)
    if ord < 1:
        power = _or_zero(pow_number(absolute(self), ord - 1), self)
        return sgn(self) * power * (grad * pow_number(result, 1 - ord))
    if ord < 2:
        scaled = sgn(self) * pow_number(absolute(self), ord - 1)
    else:
        scaled = self * pow_number(absolute(self), ord - 2)
    return scaled * _or_zero(grad / pow_number(result, ord - 1), result)


def _or_zero(value: Any, divisor: Any) -> Any:
    """`value`, but 0 where what it was divided by is 0: there the norm has no derivative."""
    return value if isinstance(value, Symbol) else masked_fill(value, eq(divisor, 0), 0)


vector_norm_op = Op(
    "LinalgVectorNormBackward0",
    _vector_norm,
    inputs=("self",),
    promotes=None,
    tex=r"\left\|{self}\right\|_{{{ord}}}",
    self=_rule,
    says="the gradient times the direction: each element over the norm; 0 where the norm is 0",
)


@export("vector_norm", method=False, to=linalg)
def vector_norm(
    input: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of all elements taken as a vector, or of the vectors along `dim`.

    Parameters
    ----------
    input : Tensor
        Of floating point.
    ord : float
        2 for the length; 1 for the sum of the sizes; inf for the largest; 0 counts what is not 0.

    Raises
    ------
    RuntimeError
        If `input` is not of floating point.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html
    """
    input = input if dtype is None else input.to(dtype)
    if input._data.dtype.kind != "f":
        raise errors.norm_of_integers(input)
    dims, keepdim = choice("linalg.vector_norm", input, dim, keepdim)
    return vector_norm_op.apply(input, ord, dims, keepdim)


@export("matrix_norm", method=False, to=linalg)
def matrix_norm(
    input: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False
) -> Tensor:
    """The norm of a matrix: ``"fro"``, or 1, -1 (columns), inf, -inf (rows).

    Raises
    ------
    NotImplementedError
        For the norms that need singular values: 2, -2, ``"nuc"``.
    RuntimeError
        If there is no such norm.
    """
    if input._data.dtype.kind != "f":
        raise errors.norm_of_integers(input)
    rows, columns = [errors.checked_dim(d, input._data.ndim) for d in dim]
    if ord == "fro":
        return vector_norm_op.apply(input, 2, (rows, columns), keepdim)
    if ord in (2, -2, "nuc"):
        raise errors.norm_without_svd(ord)
    if ord not in (1, -1, math.inf, -math.inf):
        raise errors.norm_order(ord)
    along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm_op.apply(input, 1, (along,), keepdim)
    if not keepdim and over > along:
        over -= 1
    return sums.amax(over, keepdim) if ord > 0 else sums.amin(over, keepdim)


@export("norm", method=False, to=linalg)
def linalg_norm(
    input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """`vector_norm` if no `ord` is given or one dimension; `matrix_norm` for two."""
    input = input if dtype is None else input.to(dtype)
    dims = (dim,) if isinstance(dim, int) else dim
    is_matrix = len(dims) == 2 if dims is not None else input._data.ndim == 2
    if ord is None or (not is_matrix and ord not in ("fro", "nuc")):
        return vector_norm(input, 2.0 if ord is None else ord, dims, keepdim)
    return matrix_norm(input, ord, (0, 1) if dims is None else dims, keepdim)


@export("norm")
def norm(
    input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> Tensor:
    """The `p`-norm of all elements, or of those along `dim`; ``"fro"`` is the 2-norm.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.norm.html
    """
    if isinstance(p, str) and p != "fro":
        return matrix_norm(input, p, (0, 1) if dim is None else dim, keepdim)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)
