"""Products of vectors and matrices: dot, mv, mm, bmm, what `matmul` makes of them, and linear."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place, check_graph
from minigrad.op import Op
from minigrad.ops.arguments import ask_for_edges, checks
from minigrad.ops.arithmetic import mul
from minigrad.ops.broadcast import squeeze_dim, unsafe_view, view
from minigrad.ops.export import export, functional
from minigrad.ops.shape import t, t_op, transpose_op
from minigrad.ops.with_number import scale
from minigrad.symbol import PRODUCT, Symbol
from minigrad.tensor import Tensor, method


def _dot(self: Any, other: Any) -> Any:
    return self.dot(other) if self.ndim <= 2 else self @ other  # dot is the faster


def _scaled(grad: Any, number: Any) -> Any:
    return grad if number == 1 else scale(grad, number)


def left_gradient(grad: Any, right: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the left matrix of a product, laid out in memory as that matrix is."""
    if _by_columns(grad, sizes, strides):
        return t_op(mm(right, t_op(grad)))
    return mm(grad, t_op(right))


def right_gradient(grad: Any, left: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the right matrix of a product, laid out in memory as that matrix is."""
    if _by_columns(grad, sizes, strides):
        return t_op(mm(t_op(grad), left))
    return mm(t_op(left), grad)


def _by_columns(grad: Any, sizes: Any, strides: Any) -> bool:
    """Whether a matrix of these strides (in bytes) lies in memory column after column."""
    if isinstance(grad, Symbol):
        return False
    step = grad.dtype.itemsize
    return strides[0] == step and strides[1] == sizes[0] * step


def outer_product(column: Any, row: Any) -> Any:
    """Every element of one vector times every element of the other."""
    if isinstance(column, Symbol):
        return column @ row.T
    return mul(view(column, (column.shape[0], 1)), row)


# --- the products; every other one is made of them


def _added(product: Any, self: Any, beta: Any, alpha: Any) -> Any:
    if self.dtype.kind != "f":
        beta, alpha = int(beta), int(alpha)
    product = product if alpha == 1 else alpha * product
    return product if beta == 0 else (self if beta == 1 else beta * self) + product


_product = functools.partial(Op, promotes=None, precedence=PRODUCT)

# fmt: off
dot = _product(
    "DotBackward0", _dot, inputs=("self", "tensor"), tex=r"{self} \cdot {tensor}",
    self=lambda grad, tensor: grad * tensor, tensor=lambda grad, self: grad * self,
    says="each vector receives the other one, times the gradient of the sum of products")
vdot = _product(
    "VdotBackward0", _dot, tex=r"{self} \cdot {other}",
    self=lambda grad, other: grad * other, other=lambda grad, self: grad * self)
mv = _product(
    "MvBackward0", _dot, inputs=("self", "vec"), tex=r"{self} \, {vec}",
    self=lambda grad, vec: outer_product(grad, vec), vec=lambda grad, self: mv(t_op(self), grad),
    says="the matrix receives the outer product of gradient and vector; "
         "the vector receives the transposed matrix times the gradient")
mm = _product(
    "MmBackward0", _dot, inputs=("self", "mat2"), tex=r"{self} \, {mat2}",
    self=lambda grad, mat2, self_sym_sizes, self_sym_strides:
        left_gradient(grad, mat2, self_sym_sizes, self_sym_strides),
    mat2=lambda grad, self, mat2_sym_sizes, mat2_sym_strides:
        right_gradient(grad, self, mat2_sym_sizes, mat2_sym_strides),
    says="the left matrix receives gradient times right matrix transposed; "
         "the right one receives left matrix transposed times gradient")
bmm = _product(
    "BmmBackward0", np.matmul, inputs=("self", "mat2"), tex=r"{self} \, {mat2}",
    self=lambda grad, mat2: bmm(grad, transpose_op(mat2, 1, 2)),
    mat2=lambda grad, self: bmm(transpose_op(self, 1, 2), grad),
    says="as for two matrices, for each pair of the batch")
addmm = Op(
    "AddmmBackward0",
    lambda self, mat1, mat2, beta=1, alpha=1: _added(_dot(mat1, mat2), self, beta, alpha),
    promotes=None, tex=r"{self} + {mat1} \, {mat2}",
    self=lambda grad, beta: _scaled(grad, beta),
    mat1=lambda grad, mat2, mat1_sym_sizes, mat1_sym_strides, alpha:
        _scaled(left_gradient(grad, mat2, mat1_sym_sizes, mat1_sym_strides), alpha),
    mat2=lambda grad, mat1, mat2_sym_sizes, mat2_sym_strides, alpha:
        _scaled(right_gradient(grad, mat1, mat2_sym_sizes, mat2_sym_strides), alpha),
    says="what is added receives the gradient; the matrices, as in a product of matrices")
addmv = Op(
    "AddmvBackward0",
    lambda self, mat, vec, beta=1, alpha=1: _added(_dot(mat, vec), self, beta, alpha),
    promotes=None, self=lambda grad, beta: _scaled(grad, beta),
    mat=lambda grad, vec, alpha: _scaled(outer_product(grad, vec), alpha),
    vec=lambda grad, mat, alpha: _scaled(mv(t_op(mat), grad), alpha))
baddbmm = Op(
    "BaddbmmBackward0",
    lambda self, batch1, batch2, beta=1, alpha=1: _added(batch1 @ batch2, self, beta, alpha),
    promotes=None, self=lambda grad, beta: _scaled(grad, beta),
    batch1=lambda grad, batch2, alpha: _scaled(bmm(grad, transpose_op(batch2, 1, 2)), alpha),
    batch2=lambda grad, batch1, alpha: _scaled(bmm(transpose_op(batch1, 1, 2), grad), alpha))
# PyTorch computes vector @ matrix as a product of matrices and drops the new dimension in place.
_squeeze_row = Op(
    "SqueezeBackward4", lambda self, dim: self.reshape(self.shape[1:]), inputs=("self",),
    promotes=None, self=squeeze_dim.rules["self"])
# fmt: on


def _public(name: str, op: Op, check: Callable[..., None]) -> Callable[..., Any]:
    """A product as a function: it checks, then computes. With a term to add also in place."""

    @checks
    def checked(input: Tensor, args: Any, kwargs: Any) -> Any:
        inputs: Any = (input, *args)
        attributes: Any = ()
        if kwargs or len(inputs) != len(op.inputs):
            try:
                inputs, attributes = op.bind(inputs, kwargs)
            except KeyError as missing:
                raise errors.missing_argument(name, missing.args[0]) from None
        try:
            check(*inputs[-2:], *inputs[:-2])
        except AttributeError:
            for position, (argument, value) in enumerate(zip(op.inputs, inputs, strict=True), 1):
                errors.need_tensor(name, argument, value, position)
            raise
        return (*inputs[1:], *attributes)

    def function(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return op.apply(input, *checked(input, args, kwargs))

    def in_place(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if ask_for_edges((self, *args)):
            check_graph(self)  # PyTorch complains of the graph first
        a, b, *attributes = checked(self, args, kwargs)
        size = [*a._data.shape[:-1], *b._data.shape[a._data.ndim - 1 :]]
        if size != [*self._data.shape]:
            raise errors.in_place_size(self._data.shape, size)
        return apply_in_place(op, self, (a, b, *attributes), {})

    if len(op.inputs) == 3:
        method(f"{name}_")(in_place)
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of tensors, whose shapes and dtypes must fit: see PyTorch."
    return export(name)(function)


dot_, mv_ = _public("dot", dot, errors.check_dot), _public("mv", mv, errors.check_mv)
mm_, bmm_ = _public("mm", mm, errors.check_mm), _public("bmm", bmm, errors.check_bmm)
_public("vdot", vdot, errors.check_dot)
_public("addmm", addmm, errors.check_mm)
_public("addmv", addmv, errors.check_mv)
_public("baddbmm", baddbmm, errors.check_bmm)


@export("outer", "ger")
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every element of `input` times every element of `vec2`: shape (n, m)."""
    errors.need_tensor("outer", "vec2", vec2)
    for name, vector in (("self", input), ("vec2", vec2)):
        if vector._data.ndim != 1:
            raise errors.outer_of_no_vector(name, vector._data.ndim)
    return input.view(-1, 1) * vec2


# --- matmul


@method("__matmul__")
def product(self: Tensor, other: Any) -> Any:
    """``self @ other``: see `matmul`."""
    try:
        a, b = self._data, other._data
    except AttributeError:
        return NotImplemented
    left, right = a.ndim, b.ndim
    if left == right == 2:
        errors.check_mm(self, other)
        return mm.apply(self, other)
    if left == 0 or right == 0:
        raise errors.matmul_of_scalar("matmul", left, right)
    if right == 1 and left <= 2:
        return dot_(self, other) if left == 1 else mv_(self, other)
    if left == 1 and right == 2:
        result = _squeeze_row.apply(mm_(self.unsqueeze(0), other), 0)
        result._share().version += 1  # as PyTorch's, which is squeezed in place
        return result
    if left == right == 3:
        # A batch of one that requires grad is one matrix for the whole of the other batch.
        if a.shape[0] == 1 != b.shape[0] and self.requires_grad:
            return _folded(self.squeeze(0), other)
        if b.shape[0] == 1 != a.shape[0] and other.requires_grad:
            return _folded(self, other.squeeze(0))
    return (_folded if _folds(self, other) else _batched)(self, other)


@method("__rmatmul__")
def _reflected(self: Tensor, other: Any) -> Any:
    return matmul(other, self) if isinstance(other, Tensor) else NotImplemented


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
    errors.need_tensor("matmul", "other", other)
    return product(input, other)


def _folds(a: Tensor, b: Tensor) -> bool:
    """Whether one product of matrices serves the whole batch: the rule is PyTorch's."""
    large, small = (a, b) if a.ndim >= b.ndim else (b, a)
    if large.ndim < 3 or small.ndim > 2:
        return False
    if small.requires_grad or a.ndim <= 2:
        return small.requires_grad
    strides, shape = large.stride(), large.shape
    in_order = all(strides[i] == strides[i + 1] * shape[i + 1] for i in range(large.ndim - 2))
    return in_order or large.numel() == 0


def _folded(a: Tensor, b: Tensor) -> Tensor:
    """All rows of the batch in one matrix."""
    turned = b.ndim > a.ndim
    large = b.mT if turned else a
    small = (a.t() if a.ndim == 2 else a) if turned else b
    shape = tuple(large.shape[:-1])
    rows = large.reshape(math.prod(shape), large.shape[-1])
    if small.ndim == 1:
        return unsafe_view.apply(mv_(rows, small), shape)
    result = unsafe_view.apply(mm_(rows, small), (*shape, small.shape[1]))
    return result.mT.contiguous() if turned else result


def _batched(a: Tensor, b: Tensor) -> Tensor:
    """Broadcast the batches, then multiply matrix by matrix."""
    mismatch = errors.broadcast_mismatch(a.shape[:-2], b.shape[:-2])
    if mismatch is not None:
        raise mismatch
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    count = math.prod(batch)
    row = a.shape[-2:] if a.ndim > 1 else (1, *a.shape)
    left = a.expand(*batch, *row).reshape(count, *row)
    right = b.expand(*batch, *b.shape[-2:]).reshape(count, *b.shape[-2:])
    right = right.unsqueeze(2) if b.ndim == 1 else right
    shape = (*batch, *a.shape[-2:-1], *(b.shape[-1:] if b.ndim > 1 else ()))
    return unsafe_view.apply(bmm_(left, right), shape)


# --- linear


@export("linear", method=False, to=functional)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias``.

    Parameters
    ----------
    input : Tensor
        Of shape (…, in_features).
    weight : Tensor
        Of shape (out_features, in_features), or (in_features,).
    bias : Tensor, optional
        Of shape (out_features,).

    Raises
    ------
    RuntimeError
        If the shapes or dtypes do not fit.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    errors.need_tensor("linear", "input", input, 1)
    errors.need_tensor("linear", "weight", weight)
    shape = input._data.shape
    if not shape or weight._data.ndim == 0:
        raise errors.matmul_of_scalar("linear", len(shape), weight._data.ndim)
    if bias is None:
        return product(input, t(weight))
    rows = input
    if len(shape) != 2:
        if not (input.is_contiguous() and bias.is_contiguous()):
            return product(input, t(weight)) + bias
        rows = view.apply(input, (math.prod(shape[:-1]), shape[-1]))
    turned = t(weight)
    errors.check_mm(rows, turned, bias)
    result = addmm.apply(bias, rows, turned)
    return result if rows is input else view.apply(result, (*shape[:-1], result._data.shape[1]))
