"""Square matrices: trace, inverse, solve, det."""

# ruff: noqa: N803 - matrices are called A and B, as in PyTorch
from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.broadcast import unsqueeze
from minigrad.ops.export import export
from minigrad.ops.matmul import bmm, mm
from minigrad.ops.norm import linalg
from minigrad.ops.select import array_of, where
from minigrad.ops.shape import transpose_op
from minigrad.symbol import POWER, PRODUCT, Symbol
from minigrad.tensor import Tensor, wrap

LinAlgError = type("_LinAlgError", (RuntimeError,), {"__doc__": "A matrix was singular."})


def _turned(value: Any) -> Any:
    return transpose_op(value, -2, -1)


def _product(a: Any, b: Any) -> Any:
    if isinstance(a, Symbol):
        return a @ b
    return (mm if a.ndim == 2 else bmm)(a, b)


def _square(function: str, input: Tensor) -> None:
    shape = input._data.shape
    if input._data.dtype.kind != "f":
        raise errors.linalg_of_integers(function, input)
    if len(shape) < 2:
        raise errors.linalg_ndim(function, len(shape))
    if shape[-1] != shape[-2]:
        raise errors.not_square(function, shape[-2], shape[-1])


# --- trace


def _trace_back(grad: Any, self_sym_sizes: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * Symbol("I")
    eye = np.eye(*self_sym_sizes, dtype=bool)
    return where(eye, grad, 0)


trace_op = Op(
    "TraceBackward0",
    lambda self: np.trace(self),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{tr}}({self})",
    self=_trace_back,
    says="the diagonal receives the gradient; all else receives 0",
)


@export("trace")
def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""
    if input._data.ndim != 2:
        raise errors.trace_dims(input)
    return trace_op.apply(input)


# --- inverse


def _by_column(array: Any) -> Any:
    """`array` laid out column by column, as LAPACK leaves its results and PyTorch keeps them."""
    if array.ndim < 2:
        return array
    return np.swapaxes(np.ascontiguousarray(np.swapaxes(array, -1, -2)), -1, -2)


def _inverse(self: Any) -> Any:
    try:
        return (_by_column(np.linalg.inv(self)),)
    except np.linalg.LinAlgError:
        at = int(np.argmin(np.abs(np.diagonal(np.linalg.qr(self)[1], 0, -2, -1)))) + 1
        raise LinAlgError(errors.SINGULAR_INVERSE.format(at if self.any() else 1)) from None


inverse_op = Op(
    "LinalgInvExBackward0",
    _inverse,
    inputs=("self",),
    outputs=("inverse",),
    promotes=None,
    tex="{self}^{{-1}}",
    precedence=POWER,
    self=lambda grad, inverse: -_product(_turned(inverse), _product(grad, _turned(inverse))),
    says="minus the transposed inverse, times the gradient, times the transposed inverse",
)


@export("inverse")
@export("inv", method=False, to=linalg)
def inverse(input: Tensor) -> Tensor:
    """The inverse of a square matrix, or of each in a batch.

    Raises
    ------
    RuntimeError
        If a matrix is not square; LinAlgError, a subclass, if one has no inverse.
    """
    _square("linalg.inv", input)
    return inverse_op.apply(input)[0]


# --- solve


def _solve(A: Any, B: Any) -> Any:
    try:
        return _by_column(np.linalg.solve(A, B))
    except np.linalg.LinAlgError:
        raise LinAlgError(errors.SINGULAR_SOLVE) from None


def _solve_back(grad: Any, A: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return -solve_op(_turned(A), grad) @ _turned(result)
    if grad.ndim == 1:
        grad, result = unsqueeze(grad, -1), unsqueeze(result, -1)
    return -_product(solve_op(_turned(A), grad), _turned(result))


solve_op = Op(
    "LinalgSolveExBackward0",
    _solve,
    inputs=("A", "B"),
    promotes=None,
    tex=r"{{{A}}}^{{-1}} {B}",
    precedence=PRODUCT,
    A=_solve_back,
    B=lambda grad, A: solve_op(_turned(A), grad),
    says="the right side receives the solution of the transposed equation; "
    "the matrix minus that times the result",
)


@export("solve", method=False, to=linalg)
def solve(input: Tensor, B: Tensor) -> Tensor:
    """`x` with ``input @ x == B``: a vector or a matrix.

    Raises
    ------
    RuntimeError
        If `input` is not square or the shapes do not fit; LinAlgError if it is singular.
    """
    _square("linalg.solve", input)
    if input._data.dtype != B._data.dtype:
        raise errors.solve_dtypes(input, B)
    n, m = input._data.shape[-1], B._data.shape[0 if B._data.ndim == 1 else -2]
    if n != m:
        p = 1 if B._data.ndim == 1 else B._data.shape[-1]
        raise errors.solve_sizes(n, m, p)
    return solve_op.apply(input, B)


# --- determinant


def _det_back(grad: Any, A: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * result * _turned(inverse_op(A))
    if np.all(array_of(result)):
        factor = grad * result
        flat = factor if factor.ndim == 0 else unsqueeze(unsqueeze(factor, -1), -1)
        inverse = inverse_op(A)
        return flat * _turned(inverse[0])
    minors = zeros_like(array_of(A).shape, array_of(A))
    for index in np.ndindex(minors.shape):
        *batch, row, column = index
        rest = np.delete(np.delete(array_of(A)[tuple(batch)], row, 0), column, 1)
        minors[index] = (-1) ** (row + column) * np.linalg.det(rest)
    flat = grad if grad.ndim == 0 else unsqueeze(unsqueeze(grad, -1), -1)
    return flat * (wrap(minors) if isinstance(grad, Tensor) else minors)


det_op = Op(
    "LinalgDetBackward0",
    np.linalg.det,
    inputs=("A",),
    promotes=None,
    tex=r"\det({A})",
    A=_det_back,
    says="the gradient times the determinant times the transposed inverse",
)


@export("det")
@export("det", method=False, to=linalg)
def det(input: Tensor) -> Tensor:
    """The determinant of a square matrix, or of each in a batch."""
    _square("linalg.det", input)
    return det_op.apply(input)
