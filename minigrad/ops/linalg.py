"""Norms and square matrices: norm, trace, inverse, solve, det."""

# ruff: noqa: N803 - matrices are called A and B, as in PyTorch
from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import elimination, products, sums
from minigrad.digits.elimination import LARGEST
from minigrad.op import Op
from minigrad.ops.arithmetic import pow_number
from minigrad.ops.broadcast import fold, sum_dim, unsqueeze
from minigrad.ops.compare import eq, isnan, logical_or
from minigrad.ops.export import export
from minigrad.ops.forms import alike, refuse
from minigrad.ops.gather import zeros_like
from minigrad.ops.matmul import matmul
from minigrad.ops.pointwise import absolute, sgn
from minigrad.ops.reduce import Dims, length_of, reduction, restored, span
from minigrad.ops.select import array_of, masked_fill, where
from minigrad.symbol import POWER, PRODUCT, Symbol
from minigrad.tensor import Tensor

linalg: dict[str, Any] = {}
"""``torch.linalg.<name>``."""

export("matmul", method=False, to=linalg)(matmul)


# --- norms


def _vector_norm(self: Any, ord: float = 2, dim: Dims = None, keepdim: bool = False) -> Any:
    if ord == 0:
        return fold(np.add, self != 0, dim, keepdim, self.dtype)
    count = length_of(self.shape, dim)
    if not count and not 0 < ord < math.inf:
        on = f"the dimension {dim[0]}because this dimension is empty and" if dim else ""
        raise errors.norm_of_nothing(f"{ord:g}", on or "an empty tensor because")
    if math.isinf(ord) or count == 1:
        return fold(np.maximum if ord > 0 else np.minimum, abs(self), dim, keepdim)
    axes = tuple([d % self.ndim for d in dim or range(self.ndim)])
    if ord == 2:
        return np.sqrt(sums.of_squares(self, axes, keepdim))
    return _power(sums.in_turn(_power(abs(self), ord), axes, keepdim), 1 / ord)


def _power(self: Any, exponent: float) -> Any:
    """Computed in float64, as in `rounded`; the exponent is a number of this dtype."""
    exponent = self.dtype.type(exponent)
    return np.power(self, exponent, dtype=np.float64).astype(self.dtype) if exponent != 1 else self


def _vector_norm_back(
    grad: Any, self: Any, result: Any, ord: float, dim: Dims, keepdim: bool
) -> Any:
    if ord == 0:
        return None
    grad, result = [restored(value, self.ndim, dim, keepdim) for value in (grad, result)]
    if ord == 1:
        return sgn(self) * grad
    if ord == 2:
        return grad * _or_zero(self / result, result)
    if math.isinf(ord):
        mask = logical_or(eq(absolute(self), result), isnan(self))
        return sgn(self) * (grad / sum_dim(mask, dim, True) * mask)
    if ord < 1:
        power = _or_zero(pow_number(absolute(self), ord - 1), self)
        return sgn(self) * power * grad * pow_number(result, 1 - ord)
    sign, power = (sgn(self), ord - 1) if ord < 2 else (self, ord - 2)
    scaled = sign * pow_number(absolute(self), power)
    return scaled * _or_zero(grad / pow_number(result, ord - 1), result)


def _or_zero(value: Any, divisor: Any) -> Any:
    """`value`, but 0 where what it was divided by is 0: there the norm has no derivative."""
    return value if isinstance(value, Symbol) else masked_fill(value, eq(divisor, 0), 0)


# fmt: off
vector_norm_op = reduction("LinalgVectorNormBackward0", _vector_norm, self=_vector_norm_back,
    tex=r"\left\|{self}\right\|_{{{ord}}}")
# fmt: on


@export("vector_norm", method=False, to=linalg)
def vector_norm(
    input: Tensor, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of all elements taken as a vector, or of the vectors along `dim`.

    Parameters
    ----------
    input : Tensor
        Of floating point.
    ord : float
        2 for the length; 1 for the sum of the sizes; inf for the largest; 0 counts what is not 0.
    """
    input = input if dtype is None else input.to(dtype)
    errors.check(input._data.dtype.kind == "f", "linalg_of_integers", "linalg.vector_norm", input)
    return vector_norm_op.apply(input, ord, *span(input, dim, keepdim))


@export("norm", method=False, to=linalg)
def linalg_norm(
    input: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """`vector_norm` of all elements, or along `dim`; of matrices orders 1, inf and ``"fro"``."""
    dims, keepdim = span(input, dim, keepdim)
    ndim = len(dims or input._data.shape)
    if ord is not None and (ndim != 1 or isinstance(ord, str)):
        errors.check(0 < ndim < 3, "norm_dims", ndim)
        known = ("fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf)
        errors.check(ord in known, "norm_order", ord)
        errors.check(ndim == 2, "linalg_ndim", "linalg.matrix_norm", "A")
        dims = tuple([d % input.ndim for d in dims or (0, 1)])
        if ord in (1, -1, math.inf, -math.inf):
            along, over = dims if abs(ord) == 1 else dims[::-1]
            sums = vector_norm(input, 1.0, along, keepdim, dtype=dtype)
            over -= not keepdim and along < over
            return sums.amax(over, keepdim) if ord > 0 else sums.amin(over, keepdim)
        errors.check(ord == "fro", "left_out", f"norm of matrices of order {ord}")
        ord = 2
    return vector_norm(input, 2.0 if ord is None else ord, dims, keepdim, dtype=dtype)


@export("norm")
def norm(
    input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None
) -> Tensor:
    """The `p`-norm of all elements, or of those along `dim`; ``"fro"`` is the 2-norm."""
    errors.check(p in ("fro", "nuc", None) or not isinstance(p, str), "norm_order", p)
    errors.check(p != "nuc", "left_out", "norm of matrices of order nuc")
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


# --- trace


def _trace(self: Any) -> Any:
    refuse("b", "trace", self)
    errors.check(self.ndim == 2, "trace_dims", self.ndim)
    # Of float64, or int64: PyTorch adds in these, in order.
    terms = np.concatenate([[0], self.diagonal()])
    return np.add.accumulate(terms)[-1].astype(self.dtype if self.dtype.kind == "f" else np.int64)


def _on_diagonal(grad: Any, sizes: tuple[int, ...]) -> Any:
    is_symbol = isinstance(grad, Symbol)
    return grad * Symbol("I") if is_symbol else where(np.eye(*sizes, dtype=bool), grad, 0)


# fmt: off
export("trace")(reduction("TraceBackward0", _trace, tex=r"\operatorname{{tr}}({self})",
    self=lambda grad, self_sym_sizes: _on_diagonal(grad, self_sym_sizes)))
# fmt: on


# --- what square matrices need


def _by_column(array: Any) -> Any:
    """`array` laid out column by column, as LAPACK leaves its results and PyTorch keeps them."""
    return np.ascontiguousarray(array.mT).mT if array.ndim > 1 else array


class _LinAlgError(RuntimeError):
    """A matrix was singular."""

    __module__ = "torch._C"  # as it prints


linalg["LinAlgError"] = _LinAlgError


def _solved(error: str, A: Any, B: Any) -> Any:
    """``A`` inverse times `B`, or a complaint about the first singular matrix."""
    if A.shape[-1] > LARGEST:
        with contextlib.suppress(np.linalg.LinAlgError):
            return _by_column(np.linalg.solve(A, B))
    batch = np.broadcast_shapes(A.shape[:-2], B.shape[:-2])
    every, right = [np.broadcast_to(each, (*batch, *each.shape[-2:])) for each in (A, B)]
    result = np.empty(right.shape, right.dtype)
    for nr, at in enumerate(np.ndindex(batch)):
        lu, order, _ = elimination.factors(every[at])
        for k in np.flatnonzero(lu.diagonal() == 0):
            which = f"(Batch element {nr}): " if batch else ""
            raise _LinAlgError(errors.text(error).format(which, k + 1))
        result[at] = elimination.solve(lu, order, right[at])
    return _by_column(result)


def _need_square(function: str, input: Tensor) -> None:
    shape = input._data.shape
    errors.check(len(shape) > 1, "linalg_ndim", function, "A")
    errors.check(shape[-1] == shape[-2], "not_square", function, *shape[-2:])
    errors.check(input._data.dtype.kind == "f", "linalg_of_integers", function, input)


# --- inverse and solve


def _product(left: Any, right: Any) -> Any:
    """``left @ right``; that of two arrays is added up as elsewhere."""
    is_array = left.__class__ is np.ndarray and left.ndim == 2
    return products.times(left, right) if is_array else left @ right


def _inverse_rule(inner: Any, inverse: Any) -> Any:
    return -_product(inverse.mT, inner)  # PyTorch makes the inner product first


# fmt: off
inverse_op = Op("LinalgInvExBackward0",
    lambda A: (_solved("SINGULAR_INVERSE", A, np.eye(A.shape[-1], dtype=A.dtype)),),
    inputs=("A",), promotes=None, outputs=("inverse",), tex="{A}^{{-1}}", precedence=POWER,
    A=lambda grad, inverse: _inverse_rule(_product(grad, inverse.mT), inverse))
# fmt: on


@export("inverse")
@export("inv", method=False, to=linalg)
def inverse(input: Tensor) -> Tensor:
    """The inverse of a square matrix, or of each in a batch.

    Raises
    ------
    RuntimeError
        If a matrix is not square; LinAlgError, a subclass, if one has no inverse.
    """
    _need_square("linalg.inv", input)
    return inverse_op.apply(input)[0]


def _is_vector(A: Any, B: Any) -> bool:
    return B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1])


def _solve(A: Any, B: Any) -> Any:
    if _is_vector(A, B):
        return _by_column(_solved("SINGULAR_SOLVE", A, B[..., None])[..., 0])
    return _solved("SINGULAR_SOLVE", A, B)


def _solve_back(grad: Any, A: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return -solve_op(A.mT, grad) @ result.mT
    solved = solve_op(A.mT, grad)
    if solved.ndim < A.ndim:
        solved, result = unsqueeze(solved, -1), unsqueeze(result, -1)
    return -_product(solved, result.mT)


# fmt: off
solve_op = Op("LinalgSolveExBackward0", _solve, inputs=("A", "B"), promotes=None,
    tex=r"{{{A}}}^{{-1}} {B}", precedence=PRODUCT,
    A=_solve_back, B=lambda grad, A: solve_op(A.mT, grad))
# fmt: on


@export("solve", method=False, to=linalg)
def solve(input: Tensor, B: Tensor) -> Tensor:
    """`x` with ``input @ x == B``: a vector or a matrix.

    Raises
    ------
    RuntimeError
        If `input` is not square or the shapes do not fit; LinAlgError if it is singular.
    """
    a, b = input._data, B._data
    _need_square("linalg.solve", input)
    errors.check(a.dtype == b.dtype, "solve_dtypes", input, B)
    errors.check(b.ndim, "linalg_ndim", "linalg.solve", "B")
    *batch, m, p = (*b.shape, 1) if _is_vector(a, b) else b.shape
    n = a.shape[-1]
    errors.check(n == m, "solve_sizes", "AX", n, n, m, p)
    errors.check_broadcast(batch, a.shape[:-2])
    return solve_op.apply(input, B)


# --- determinant


def _det(A: Any) -> Any:
    if A.shape[-1] > 2 * LARGEST:
        return np.linalg.det(A)[()]
    found = [elimination.det(A[at]) for at in np.ndindex(A.shape[:-2])]
    return np.array(found, A.dtype).reshape(A.shape[:-2])[()]


def _det_back(grad: Any, A: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * result * inverse_op(A).mT
    if isinstance(A, np.ndarray):
        slope, eye = _of_matrices(grad * result), np.eye(A.shape[-1], dtype=A.dtype)
        regular = np.where(slope == 0, eye, A.mT)
        return _solved("SINGULAR_SOLVE", regular, np.where(eye == 1, slope, eye))
    if not array_of(A).size:
        return zeros_like(A.shape, grad)
    singular = np.any(abs(array_of(result)) < 100 * np.finfo(A.dtype.name).eps)
    by_hand = singular or A.shape[-1] == 1
    adjugate = _adjugate(A) if by_hand else _of_matrices(result) * inverse_op(A)[0]
    return _of_matrices(grad) * adjugate.mT


def _of_matrices(numbers: Any) -> Any:
    """One number per matrix, to be multiplied by these matrices."""
    return unsqueeze(unsqueeze(numbers, -1), -1)


def _adjugate(A: Any) -> Any:
    """The determinant times the inverse, of a singular matrix too: a polynomial in `A`.

    It is that of Faddeev and LeVerrier.
    """
    eye = alike(np.eye(A.shape[-1], dtype=array_of(A).dtype), A)
    power, found = A, eye
    for k in range(1, len(eye)):
        found = sum_dim(power * eye, (-2, -1), True) / k * eye - power
        power = A @ found
    return found


# fmt: off
det_op = Op("LinalgDetBackward0", _det, promotes=None, tex=r"\det({A})", A=_det_back)
# fmt: on


@export("det")
@export("det", method=False, to=linalg)
def det(input: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each in a batch."""
    _need_square("linalg.det", input)
    return det_op.apply(input)
