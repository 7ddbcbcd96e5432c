"""Norms and square matrices: norm, trace, inverse, solve, det, and the singular values."""

# ruff: noqa: N803, N806 - matrices are called A and B, as in PyTorch
from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.op import Op
from minigrad.ops.arithmetic import pow_number
from minigrad.ops.broadcast import sum_all, sum_dim, unsqueeze
from minigrad.ops.compare import eq, isnan, logical_or
from minigrad.ops.export import export
from minigrad.ops.matmul import matmul
from minigrad.ops.pointwise import absolute, sgn
from minigrad.ops.reduce import Dims, fold, reduction, restored, span
from minigrad.ops.select import array_of, masked_fill, where
from minigrad.ops.shape import permute_op, transpose_op
from minigrad.symbol import POWER, PRODUCT, Symbol
from minigrad.tensor import Tensor, wrap

linalg: dict[str, Any] = {}
"""``torch.linalg.<name>``."""

_several = functools.partial(Op, promotes=None)
"""An operation of which only the first result, or two, are public."""

export("matmul", method=False, to=linalg)(matmul)


def _need_floats(function: str, input: Tensor) -> None:
    if input._data.dtype.kind != "f":
        raise errors.linalg_of_integers(function, input)


# --- norms


def _vector_norm(self: Any, ord: float = 2, dim: Dims = None, keepdim: bool = False) -> Any:
    if ord == 2:
        return np.sqrt(fold(np.add, self * self, dim, keepdim))
    size = abs(self)
    if math.isinf(ord):
        return fold(np.maximum if ord > 0 else np.minimum, size, dim, keepdim)
    if ord == 0:
        return fold(np.add, self != 0, dim, keepdim, self.dtype)
    return fold(np.add, size**ord, dim, keepdim) ** (1 / ord)


def _vector_norm_back(
    grad: Any, self: Any, result: Any, ord: float, dim: Dims, keepdim: bool
) -> Any:
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
    first, least = (sgn(self), 1) if ord < 2 else (self, 2)
    scaled = first * pow_number(absolute(self), ord - least)
    return scaled * _or_zero(grad / pow_number(result, ord - 1), result)


def _or_zero(value: Any, divisor: Any) -> Any:
    """`value`, but 0 where what it was divided by is 0: there the norm has no derivative."""
    return value if isinstance(value, Symbol) else masked_fill(value, eq(divisor, 0), 0)


# fmt: off
vector_norm_op = reduction(
    "LinalgVectorNormBackward0", _vector_norm, self=_vector_norm_back,
    tex=r"\left\|{self}\right\|_{{{ord}}}",
    says="the gradient times the direction: each element over the norm; 0 where the norm is 0")
# fmt: on


@export("vector_norm", method=False, to=linalg)
def vector_norm(
    input: Tensor, ord: Any = 2, dim: Any = None, keepdim: Any = False, *, dtype: Any = None,
    **numpy: Any,
) -> Tensor:  # fmt: skip
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
    _need_floats("linalg.vector_norm", input)
    return vector_norm_op.apply(input, ord, *span("linalg.vector_norm", input, dim, keepdim, numpy))


@export("matrix_norm", method=False, to=linalg)
def matrix_norm(
    input: Tensor,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
) -> Tensor:
    """The norm of a matrix: ``"fro"``, 1, -1 (columns), inf, -inf (rows), 2, -2, ``"nuc"``.

    The last three are the largest of its singular values, the smallest, and their sum.

    Raises
    ------
    RuntimeError
        If there is no such norm.
    """
    input = input if dtype is None else input.to(dtype)
    _need_floats("linalg.matrix_norm", input)
    ndim = input._data.ndim
    if ndim < 2:
        raise errors.matrix_norm_ndim()
    rows, columns = [errors.checked_dim(d, ndim) for d in dim]
    if ord == "fro":
        return vector_norm_op.apply(input, 2, (rows, columns), keepdim)
    if ord in (2, -2, "nuc"):
        order = (*[d for d in range(ndim) if d not in (rows, columns)], rows, columns)
        values = svdvals(permute_op.apply(input, order))
        pick = {"nuc": values.sum, 2: values.amax, -2: values.amin}[ord]
        result = pick(-1, keepdim)
        back = tuple([order.index(d) for d in range(ndim)])
        return permute_op.apply(result.unsqueeze(-1), back) if keepdim else result
    if ord not in (1, -1, math.inf, -math.inf):
        raise errors.norm_order(ord)
    along, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = vector_norm_op.apply(input, 1, (along,), keepdim)
    over -= not keepdim and over > along
    return sums.amax(over, keepdim) if ord > 0 else sums.amin(over, keepdim)


@export("norm", method=False, to=linalg)
def linalg_norm(
    input: Tensor, ord: Any = None, dim: Any = None, keepdim: Any = False, *, dtype: Any = None,
    **numpy: Any,
) -> Tensor:  # fmt: skip
    """`vector_norm` if no `ord` is given or one dimension; `matrix_norm` for two."""
    dim, keepdim = numpy.pop("axis", dim), numpy.pop("keepdims", keepdim)
    dims = (dim,) if isinstance(dim, int) else dim
    ndim = input._data.ndim if dims is None else len(dims)
    if ord is None or (ndim == 1 and ord not in ("fro", "nuc")):
        return vector_norm(input, 2.0 if ord is None else ord, dims, keepdim, dtype=dtype, **numpy)
    if ndim != 2 and dims is None:
        raise errors.norm_dims(ndim)
    return matrix_norm(input, ord, (0, 1) if dims is None else dims, keepdim, dtype=dtype)


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
        return matrix_norm(input, p, (0, 1) if dim is None else dim, keepdim, dtype=dtype)
    return vector_norm(input, 2 if p in ("fro", None) else p, dim, keepdim, dtype=dtype)


# --- what the rules of square matrices need


def _turned(value: Any) -> Any:
    return transpose_op(value, -2, -1)


def _per_matrix(value: Any) -> Any:
    """One number for each matrix, so that it can be multiplied by the matrices."""
    return unsqueeze(unsqueeze(value, -1), -1) if value.ndim else value


def _by_column(array: Any) -> Any:
    """`array` laid out column by column, as LAPACK leaves its results and PyTorch keeps them."""
    return np.ascontiguousarray(array.mT).mT if array.ndim > 1 else array


def _lu(matrices: Any) -> tuple[Any, Any]:
    """The triangular factors in one array, and with which row each was swapped, counted from 1."""
    n = matrices.shape[-1]
    factors = np.array(matrices).reshape(math.prod(matrices.shape[:-2]), n, n)
    pivots = np.empty(factors.shape[:2], np.int32)
    each = np.arange(len(factors))
    for k in range(n):
        at = k + np.argmax(abs(factors[:, k:, k]), axis=1)
        pivots[:, k] = at + 1
        factors[each, k], factors[each, at] = factors[each, at], factors[each, k]
        pivot = factors[:, k, k, None]
        below = factors[:, k + 1 :, k] = np.where(pivot, factors[:, k + 1 :, k] / pivot, 0)
        factors[:, k + 1 :, k + 1 :] -= below[:, :, None] * factors[:, k, None, k + 1 :]
    return factors.reshape(matrices.shape), pivots.reshape(matrices.shape[:-1])


LinAlgError = type("_LinAlgError", (RuntimeError,), {"__doc__": "A matrix was singular."})


def _singular(message: str, matrices: Any) -> Exception:
    """The complaint about the first zero that elimination leaves in the diagonal."""
    zeros = np.diagonal(_lu(matrices)[0], 0, -2, -1).reshape(-1, matrices.shape[-1]) == 0
    at = int(np.argmax(zeros.any(-1)))
    which = f"(Batch element {at}): " if matrices.ndim > 2 else ""
    return LinAlgError(message.format(which, np.argmax(zeros[at]) + 1))


def _need_square(function: str, input: Tensor) -> None:
    shape = input._data.shape
    if len(shape) < 2:
        raise errors.linalg_ndim(function)
    if shape[-1] != shape[-2]:
        raise errors.not_square(function, shape[-2], shape[-1])
    _need_floats(function, input)


# --- trace


def _trace_back(grad: Any, self_sym_sizes: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * Symbol("I")
    return where(np.eye(*self_sym_sizes, dtype=bool), grad, 0)


# fmt: off
trace_op = reduction(
    "TraceBackward0", lambda self: np.trace(self), self=_trace_back,
    tex=r"\operatorname{{tr}}({self})",
    says="the diagonal receives the gradient; all else receives 0")
# fmt: on


@export("trace")
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""
    if input._data.ndim != 2:
        raise errors.trace_dims(input._data.ndim)
    return trace_op.apply(input)


# --- inverse


def _inverse(A: Any) -> Any:
    try:
        return (_by_column(np.linalg.inv(A)),)
    except np.linalg.LinAlgError:
        raise _singular(errors.SINGULAR_INVERSE, A) from None


# fmt: off
inverse_op = _several(
    "LinalgInvExBackward0", _inverse, inputs=("A",), outputs=("inverse",),
    tex="{A}^{{-1}}", precedence=POWER,
    A=lambda grad, inverse: -(_turned(inverse) @ (grad @ _turned(inverse))),
    says="minus the transposed inverse, times the gradient, times the transposed inverse")
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


# --- solve


def _solve(A: Any, B: Any, left: bool = True) -> Any:
    try:
        if _is_vector(A, B):
            result = np.linalg.solve(A, B[..., None])[..., 0]
        else:
            result = np.linalg.solve(A, B) if left else np.linalg.solve(A.mT, B.mT)
    except np.linalg.LinAlgError:
        raise _singular(errors.SINGULAR_SOLVE, A) from None
    result = _by_column(result)
    return (result if left else result.mT, *_lu(A))


def _is_vector(A: Any, B: Any) -> bool:
    return B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1])


def _solve_back(grad: Any, A: Any, result: Any, left: bool) -> Any:
    if isinstance(grad, Symbol):
        return -solve_op(_turned(A), grad) @ _turned(result)
    solved = solve_op(_turned(A), grad, left)[0]
    if solved.ndim < A.ndim:
        solved, result = unsqueeze(solved, -1), unsqueeze(result, -1)
    return -(solved @ _turned(result)) if left else -(_turned(result) @ solved)


# fmt: off
solve_op = _several(
    "LinalgSolveExBackward0", _solve, inputs=("A", "B"), outputs=("result", "LU", "pivots"),
    also=("LU", "pivots"), tex=r"{{{A}}}^{{-1}} {B}", precedence=PRODUCT,
    A=_solve_back, B=lambda grad, A, left: solve_op(_turned(A), grad, left)[0],
    says="the right side receives the solution of the transposed equation; "
         "the matrix minus that times the result")
# fmt: on


@export("solve", method=False, to=linalg)
def solve(input: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """`x` with ``input @ x == B`` (or ``x @ input == B`` if not `left`): a vector or a matrix.

    Raises
    ------
    RuntimeError
        If `input` is not square or the shapes do not fit; LinAlgError if it is singular.
    """
    a, b = input._data, B._data
    _need_floats("linalg.solve", input)
    if a.dtype != b.dtype:
        raise errors.solve_dtypes(input, B)
    _need_square("linalg.solve", input)
    *batch, m, p = (*b.shape, 1) if _is_vector(a, b) else b.shape
    n = a.shape[-1]
    if n != (m if left else p):
        raise errors.solve_sizes("AX" if left else "XA", n, n, m, p)
    mismatch = errors.broadcast_mismatch(batch, a.shape[:-2])
    if mismatch is not None:
        raise mismatch
    return solve_op.apply(input, B, left)[0]


# --- determinant


def _cofactors(A: Any) -> Any:
    """The derivative of the determinant, also where it is 0."""
    U, S, Vh = np.linalg.svd(A)
    others = np.prod(np.where(np.eye(S.shape[-1], dtype=bool), 1, S[..., None, :]), -1)
    sign = np.linalg.det(U) * np.linalg.det(Vh)
    return _per_matrix(sign) * (U * others[..., None, :]) @ Vh


def _det_back(grad: Any, A: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * result * _turned(inverse_op(A))
    if A.shape[-1] > 1 and array_of(A).size and np.all(array_of(result)):
        return _per_matrix(grad * result) * _turned(inverse_op(A)[0])
    cofactors = _cofactors(array_of(A))
    return _per_matrix(grad) * (wrap(cofactors) if isinstance(grad, Tensor) else cofactors)


def _factored(function: Callable[..., Any]) -> Any:
    """The forward of a determinant; PyTorch takes columns for rows when it factors the matrix."""

    def forward(A: Any) -> Any:
        found = function(A)
        parts = [np.asarray(part)[()] for part in (found if isinstance(found, tuple) else (found,))]
        return (*parts, *_lu(A.mT if A.flags.c_contiguous else A))

    return forward


# fmt: off
det_op = _several(
    "LinalgDetBackward0", _factored(np.linalg.det), outputs=("result", "LU", "pivots"),
    also=("LU", "pivots"), tex=r"\det({A})", A=_det_back,
    says="the gradient times the determinant times the transposed inverse")
slogdet_op = _several(
    "LinalgSlogdetBackward0", _factored(np.linalg.slogdet),
    outputs=("sign", "logabsdet", "LU", "pivots"), also=("sign", "LU", "pivots"),
    A=lambda grads, A: grads[1] if grads[1] is None else
        _per_matrix(grads[1]) * _turned(inverse_op(A)[0]))
# fmt: on


@export("det")
@export("det", method=False, to=linalg)
def det(input: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each in a batch."""
    _need_square("linalg.det", input)
    return det_op.apply(input)[0]


def _slogdet(input: Tensor, function: str = "linalg.slogdet") -> tuple[Tensor, Tensor]:
    _need_square(function, input)
    return slogdet_op.apply(input)[:2]


def _public_slogdet(pair: Any, **where: Any) -> None:
    def slogdet(input: Tensor) -> Any:
        """The sign of the determinant, and the logarithm of its size: (sign, logabsdet)."""
        return pair(*_slogdet(input))

    export("slogdet", **where)(slogdet)


_public_slogdet(return_types.slogdet)
_public_slogdet(return_types.linalg_slogdet, method=False, to=linalg)


@export("logdet")
def logdet(input: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where it is negative."""
    sign, size = _slogdet(input, "logdet")
    return where(sign._data == -1, math.nan, size)


# --- singular values


def _svd_back(
    grads: Any, U: Any, S: Any, Vh: Any, full_matrices: bool, S_sym_argsize_minus_1: int
) -> Any:
    grad_U, grad_S, grad_Vh = grads
    if grad_U is None and grad_Vh is None:
        return (U * unsqueeze(grad_S, -2)) @ Vh
    row, column, squares = unsqueeze(S, -2), unsqueeze(S, -1), S * S
    eye = np.eye(S_sym_argsize_minus_1, dtype=bool)
    gaps = where(eye, 1, unsqueeze(squares, -2) - unsqueeze(squares, -1))
    inner = 0
    outer: list[Any] = []
    if grad_U is not None:
        turn = _turned(U) @ grad_U
        inner = (turn - _turned(turn)) / gaps * row
        outer.append((grad_U / row - U @ (turn / row)) @ Vh)
    if grad_Vh is not None:
        turn = Vh @ _turned(grad_Vh)
        inner = inner + column * ((turn - _turned(turn)) / gaps)
        outer.append(U @ (grad_Vh / column - (_turned(turn) / column) @ Vh))
    if grad_S is not None:
        inner = where(eye, unsqueeze(grad_S, -2), inner)
    return U @ inner @ Vh + (outer[0] if len(outer) == 1 else outer[0] + outer[1])


# fmt: off
svd_op = _several(
    "LinalgSvdBackward0",
    lambda A, full_matrices, S_sym_argsize_minus_1: tuple(np.linalg.svd(A, full_matrices)),
    inputs=("A",), outputs=("U", "S", "Vh"), A=_svd_back)
# fmt: on


@export("svdvals", method=False, to=linalg)
def svdvals(input: Tensor) -> Tensor:
    """The singular values of a matrix, the largest first."""
    _need_floats("linalg.svd", input)
    return svd_op.apply(input, False, min(input._data.shape[-2:]))[1]
