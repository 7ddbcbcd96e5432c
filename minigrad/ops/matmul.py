"""Products of vectors and matrices: dot, mv, mm, bmm, and what `matmul` makes of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import mul, scale
from minigrad.ops.broadcast import squeeze_rules, squeeze_says, unsafe_view, view
from minigrad.ops.export import export
from minigrad.ops.shape import t_op, transpose_op
from minigrad.symbol import PRODUCT, Symbol
from minigrad.tensor import Tensor, method


def _product(self: Any, other: Any) -> Any:
    return self.dot(other) if self.ndim <= 2 else self @ other  # dot is the faster


def _scaled(grad: Any, number: Any) -> Any:
    return grad if number == 1 else scale(grad, number)


def transposed(matrix: Any) -> Any:
    """A matrix with its rows as columns."""
    return t_op(matrix)


def left_gradient(grad: Any, right: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the left matrix of a product, laid out in memory as that matrix is."""
    if _by_columns(grad, sizes, strides):
        return transposed(mm(right, transposed(grad)))
    return mm(grad, transposed(right))


def right_gradient(grad: Any, left: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the right matrix of a product, laid out in memory as that matrix is."""
    if _by_columns(grad, sizes, strides):
        return transposed(mm(transposed(grad), left))
    return mm(transposed(left), grad)


def _by_columns(grad: Any, sizes: Any, strides: Any) -> bool:
    """Whether a matrix of these strides (in bytes) lies in memory column after column."""
    if isinstance(grad, Symbol):
        return False
    step = grad.dtype.itemsize
    return strides[0] == step and strides[1] == sizes[0] * step


def _batch_transposed(matrices: Any) -> Any:
    return transpose_op(matrices, 1, 2)


# --- the four products; every other one is made of them

dot = Op(
    "DotBackward0",
    _product,
    inputs=("self", "tensor"),
    promotes=None,
    tex=r"{self} \cdot {tensor}",
    precedence=PRODUCT,
    self=lambda grad, tensor: grad * tensor,
    tensor=lambda grad, self: grad * self,
    says="each vector receives the other one, times the gradient of the sum of products",
)

mv = Op(
    "MvBackward0",
    _product,
    inputs=("self", "vec"),
    promotes=None,
    tex=r"{self} \, {vec}",
    precedence=PRODUCT,
    self=lambda grad, vec: outer_product(grad, vec),
    vec=lambda grad, self: mv(transposed(self), grad),
    says="the matrix receives the outer product of gradient and vector; "
    "the vector receives the transposed matrix times the gradient",
)

mm = Op(
    "MmBackward0",
    _product,
    inputs=("self", "mat2"),
    promotes=None,
    tex=r"{self} \, {mat2}",
    precedence=PRODUCT,
    self=lambda grad, mat2, self_sym_sizes, self_sym_strides: left_gradient(
        grad, mat2, self_sym_sizes, self_sym_strides
    ),
    mat2=lambda grad, self, mat2_sym_sizes, mat2_sym_strides: right_gradient(
        grad, self, mat2_sym_sizes, mat2_sym_strides
    ),
    says="the left matrix receives gradient times right matrix transposed; "
    "the right one receives left matrix transposed times gradient",
)

bmm = Op(
    "BmmBackward0",
    np.matmul,
    inputs=("self", "mat2"),
    promotes=None,
    tex=r"{self} \, {mat2}",
    precedence=PRODUCT,
    self=lambda grad, mat2: bmm(grad, _batch_transposed(mat2)),
    mat2=lambda grad, self: bmm(_batch_transposed(self), grad),
    says="as for two matrices, for each pair of the batch",
)


def outer_product(column: Any, row: Any) -> Any:
    """Every element of one vector times every element of the other."""
    if isinstance(column, Symbol):
        return column @ row.T
    return mul(view(column, (column.shape[0], 1)), row)


# --- products that are added to something


def _add_product(kind: Op) -> Any:
    def forward(self: Any, a: Any, b: Any, beta: Any = 1, alpha: Any = 1) -> Any:
        product = kind.forward(a, b)
        product = product if alpha == 1 else alpha * product
        return product if beta == 0 else (self if beta == 1 else beta * self) + product

    return forward


_addmm = _add_product(mm)
_addmv = _add_product(mv)
_baddbmm = _add_product(bmm)

addmm = Op(
    "AddmmBackward0",
    lambda self, mat1, mat2, beta=1, alpha=1: _addmm(self, mat1, mat2, beta, alpha),
    promotes=None,
    tex=r"{self} + {mat1} \, {mat2}",
    self=lambda grad, beta: _scaled(grad, beta),
    mat1=lambda grad, mat2, mat1_sym_sizes, mat1_sym_strides, alpha: _scaled(
        left_gradient(grad, mat2, mat1_sym_sizes, mat1_sym_strides), alpha
    ),
    mat2=lambda grad, mat1, mat2_sym_sizes, mat2_sym_strides, alpha: _scaled(
        right_gradient(grad, mat1, mat2_sym_sizes, mat2_sym_strides), alpha
    ),
    says="what is added receives the gradient; the matrices, as in a product of matrices",
)

addmv = Op(
    "AddmvBackward0",
    lambda self, mat, vec, beta=1, alpha=1: _addmv(self, mat, vec, beta, alpha),
    promotes=None,
    tex=r"{self} + {mat} \, {vec}",
    self=lambda grad, beta: _scaled(grad, beta),
    mat=lambda grad, vec, alpha: _scaled(outer_product(grad, vec), alpha),
    vec=lambda grad, mat, alpha: _scaled(mv(transposed(mat), grad), alpha),
    says="what is added receives the gradient; matrix and vector, as in their product",
)

baddbmm = Op(
    "BaddbmmBackward0",
    lambda self, batch1, batch2, beta=1, alpha=1: _baddbmm(self, batch1, batch2, beta, alpha),
    promotes=None,
    tex=r"{self} + {batch1} \, {batch2}",
    self=lambda grad, beta: _scaled(grad, beta),
    batch1=lambda grad, batch2, alpha: _scaled(bmm(grad, _batch_transposed(batch2)), alpha),
    batch2=lambda grad, batch1, alpha: _scaled(bmm(_batch_transposed(batch1), grad), alpha),
    says="what is added receives the gradient; the matrices, as in a product of matrices",
)

# PyTorch computes vector @ matrix as a product of matrices and drops the new dimension in place.
_squeeze_row = Op(
    "SqueezeBackward4",
    lambda self, dim: self.reshape(self.shape[1:]),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{squeeze}}({self})",
    self=squeeze_rules["dim"],
    says=squeeze_says,
)


# --- the public functions check, then compute


def _need_tensor(function: str, argument: str, position: int, value: Any) -> None:
    if not isinstance(value, Tensor):
        raise errors.NoOperand(value, function, argument, position)


@export("dot")
def dot_(input: Tensor, tensor: Tensor) -> Tensor:
    """The sum of the products of the elements of two vectors.

    Raises
    ------
    RuntimeError
        If an argument is no vector, or lengths or dtypes differ.
    """
    _need_tensor("dot", "tensor", 2, tensor)
    errors.check_dot(input, tensor)
    return dot.apply(input, tensor)


@export("mv")
def mv_(input: Tensor, vec: Tensor) -> Tensor:
    """A matrix of shape (n, m) times a vector of length m.

    Raises
    ------
    RuntimeError
        If shapes or dtypes do not fit.
    """
    _need_tensor("mv", "vec", 2, vec)
    errors.check_mv(input, vec)
    return mv.apply(input, vec)


@export("mm")
def mm_(input: Tensor, mat2: Tensor) -> Tensor:
    """A matrix of shape (n, m) times one of shape (m, p).

    Raises
    ------
    RuntimeError
        If shapes or dtypes do not fit.
    """
    _need_tensor("mm", "mat2", 2, mat2)
    errors.check_mm(input, mat2)
    return mm.apply(input, mat2)


@export("bmm")
def bmm_(input: Tensor, mat2: Tensor) -> Tensor:
    """Matrices of shape (b, n, m) times matrices of shape (b, m, p).

    Raises
    ------
    RuntimeError
        If shapes or dtypes do not fit.
    """
    _need_tensor("bmm", "mat2", 2, mat2)
    errors.check_bmm(input, mat2)
    return bmm.apply(input, mat2)


@export("addmm")
def addmm_(input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """``beta * input + alpha * mat1 @ mat2``; `input` is broadcast."""
    errors.check_addmm(input, mat1, mat2)
    return addmm.apply(input, mat1, mat2, beta, alpha)


@export("addmv")
def addmv_(input: Tensor, mat: Tensor, vec: Tensor, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """``beta * input + alpha * mat @ vec``; `input` is broadcast."""
    errors.check_mv(mat, vec)
    return addmv.apply(input, mat, vec, beta, alpha)


@export("baddbmm")
def baddbmm_(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: Any = 1, alpha: Any = 1
) -> Tensor:
    """``beta * input + alpha * batch1 @ batch2``; `input` is broadcast."""
    errors.check_bmm(batch1, batch2)
    return baddbmm.apply(input, batch1, batch2, beta, alpha)


@export("outer", "ger")
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every element of `input` times every element of `vec2`: shape (n, m).

    Raises
    ------
    RuntimeError
        If an argument is no vector.
    """
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector.ndim != 1:
            raise errors.outer_of_no_vector(name, vector)
    return input.view(-1, 1) * vec2


# --- matmul


@export("matmul")
def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The product of vectors, matrices, or batches of matrices, which are broadcast.

    Parameters
    ----------
    input, other : Tensor
        Two vectors give a number. A vector counts as a row on the left, as a column on the right.
        Of more than two dimensions the last two are matrices, and the others are broadcast.

    Raises
    ------
    RuntimeError
        If an argument is 0-d, or shapes or dtypes do not fit.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.matmul.html
    """
    _need_tensor("matmul", "other", 2, other)
    left, right = input.ndim, other.ndim
    if left == 0 or right == 0:
        raise errors.matmul_of_scalar(left, right)
    if left == 1 and right == 1:
        return dot_(input, other)
    if left == 2 and right == 1:
        return mv_(input, other)
    if left == 1 and right == 2:
        result = _squeeze_row.apply(mm_(input.unsqueeze(0), other), 0)
        result._share().version += 1  # as PyTorch's, which is squeezed in place
        return result
    if left == 2 and right == 2:
        return mm_(input, other)
    if left == right == 3:
        # A batch of one that requires grad is one matrix for the whole of the other batch.
        if input.shape[0] == 1 != other.shape[0] and input.requires_grad:
            return _folded(input.squeeze(0), other)
        if other.shape[0] == 1 != input.shape[0] and other.requires_grad:
            return _folded(input, other.squeeze(0))
    if _folds(input, other):
        return _folded(input, other)
    return _batched(input, other)


method("__matmul__")(
    lambda self, other: matmul(self, other) if isinstance(other, Tensor) else NotImplemented
)


def _folds(a: Tensor, b: Tensor) -> bool:
    """Whether one product of matrices serves the whole batch: the rule is PyTorch's."""
    large, small = (a, b) if a.ndim >= b.ndim else (b, a)
    if not (large.ndim >= 3 and small.ndim <= 2):
        return False
    if small.requires_grad:
        return True
    if a.ndim <= 2:
        return False
    if large.numel() == 0:
        return True
    strides, shape = large.stride(), large.shape
    return all(strides[i] == strides[i + 1] * shape[i + 1] for i in range(large.ndim - 2))


def _folded(a: Tensor, b: Tensor) -> Tensor:
    """All rows of the batch in one matrix."""
    turned = b.ndim > a.ndim
    large = b.mT if turned else a
    small = (a.t() if a.ndim == 2 else a) if turned else b
    rows = large.reshape(math.prod(large.shape[:-1]), large.shape[-1])
    shape = tuple(large.shape[:-1])
    if small.ndim == 1:
        return unsafe_view.apply(mv_(rows, small), shape)
    result = unsafe_view.apply(mm_(rows, small), (*shape, small.shape[1]))
    return result.mT.contiguous() if turned else result


def _batched(a: Tensor, b: Tensor) -> Tensor:
    """Broadcast the batches, then multiply matrix by matrix."""
    n, m = (a.shape[-2] if a.ndim > 1 else 1), a.shape[-1]
    k, p = (b.shape[-2], b.shape[-1]) if b.ndim > 1 else (b.shape[-1], 1)
    mismatch = errors.broadcast_mismatch(a.shape[:-2], b.shape[:-2])
    if mismatch is not None:
        raise mismatch
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    left = a.expand(*batch, n, m).reshape(math.prod(batch), n, m)
    if b.ndim == 1:
        right = b.expand(*batch, k).reshape(math.prod(batch), k).unsqueeze(2)
    else:
        right = b.expand(*batch, k, p).reshape(math.prod(batch), k, p)
    shape = batch + ((n,) if a.ndim > 1 else ()) + ((p,) if b.ndim > 1 else ())
    return unsafe_view.apply(bmm_(left, right), shape)
