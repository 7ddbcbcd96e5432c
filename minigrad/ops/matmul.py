"""Products: dot, mv, mm, bmm, what `matmul` and `linear` make of them; and einsum."""

from __future__ import annotations

import functools
import math
import re
from itertools import chain
from operator import attrgetter
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import products
from minigrad.op import Op
from minigrad.ops.arithmetic import mul
from minigrad.ops.broadcast import expand, reshape, squeeze_dim, unsafe_view, unsqueeze, view
from minigrad.ops.export import export, functional, functions
from minigrad.ops.forms import scale
from minigrad.ops.shape import permute_op, t_op, transpose_op
from minigrad.symbol import PRODUCT, Symbol
from minigrad.tensor import Tensor, method

# --- forward: what does not fit is refused before numpy makes something of it


def alike(name: str, kernel: str, *arrays: Any) -> None:
    """Complain, by `name`, about arrays of several dtypes, and about booleans."""
    kinds = [array.dtype for array in arrays]
    errors.check(len(set(kinds)) == 1, name, *kinds)
    is_nothing = any(array.ndim > 1 and not array.size for array in arrays)
    errors.check(kinds[0].kind != "b" or is_nothing, "not_implemented_for", kernel, kinds[0])


def _dot(self: Any, tensor: Any) -> Any:
    errors.check(self.ndim == tensor.ndim == 1, "dot_dims", self.ndim, tensor.ndim)
    alike("dot_kinds", "dot", self, tensor)
    errors.check(self.size == tensor.size, "dot_sizes", self.size, tensor.size)
    return products.dot(self, tensor)


def _mv(self: Any, vec: Any) -> Any:
    errors.check(self.ndim == 2 and vec.ndim == 1, "mv_dims", 1, self.ndim, vec.ndim)
    rows, columns = self.shape
    errors.check(columns == vec.size, "mv_sizes", rows, rows, columns, vec.size)
    alike("mv_kinds", "addmv_impl_cpu", vec, self, vec)
    return products.times_vector(self, vec)


def _mm(self: Any, mat2: Any) -> Any:
    _check_sizes(self, mat2)
    return products.times(self, mat2)


def _check_sizes(self: Any, mat2: Any) -> None:
    left, right = self.shape, mat2.shape
    if not (len(left) == len(right) == 2 and left[1] == right[0]):
        for name, shape in (("self", left), ("mat2", right)):
            errors.check(len(shape) == 2, "mm_dims", name, len(shape))
        raise errors.mm_sizes(*left, *right)
    if self.dtype is not mat2.dtype or self.dtype.kind == "b":
        alike("mm_kinds", "addmm_impl_cpu_", self, mat2)


def _bmm(self: Any, mat2: Any) -> Any:
    for nr, array in enumerate((self, mat2), 1):
        errors.check(array.ndim == 3, "bmm_dims", nr)
    (batch, _, inner), (other, length, _) = self.shape, mat2.shape
    errors.check((other, length) == (batch, inner), "bmm_sizes", batch, inner, other, length)
    alike("expected_kind", "bmm", self, mat2)
    return products.times_batch(self, mat2)


def _addmm(self: Any, mat1: Any, mat2: Any, beta: Any = 1, alpha: Any = 1) -> Any:
    left, right = mat1.shape, mat2.shape
    if not (self.dtype is mat1.dtype is mat2.dtype and len(left) == len(right) == 2):
        for name, array in (("self", self), ("mat1", mat1)):
            errors.check(array.dtype == mat2.dtype, "addmm_kinds", name, array.dtype, mat2.dtype)
        for name, shape in (("mat1", left), ("mat2", right)):
            errors.check(len(shape) == 2, "addmm_dims", name, len(shape))
    _check_sizes(mat1, mat2)
    if self.shape != right[1:]:
        self = expand.forward(self, (left[0], right[1]))  # which complains of what does not fit
    if beta == alpha == 1:
        return products.times(mat1, mat2, self)
    if self.dtype.kind != "f":
        beta, alpha = int(beta), int(alpha)
    product = products.times(mat1, mat2)
    product = alpha * product if alpha else np.zeros_like(product)  # a 0 hides what is nan
    return product + beta * self if beta else product


# --- backward

_TURN = attrgetter("T")


def _ways(value: Any) -> tuple[Any, Any]:
    """How matrices are multiplied and turned: arrays by numpy, all else by operations."""
    return (products.times, _TURN) if value.__class__ is np.ndarray else (mm, t_op)


def left_gradient(grad: Any, right: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the left matrix of a product, laid out in memory as that matrix is."""
    times, turn = _ways(grad)
    if _by_columns(grad, sizes, strides):
        return turn(times(right, turn(grad)))
    return times(grad, turn(right))


def right_gradient(grad: Any, left: Any, sizes: Any, strides: Any) -> Any:
    """The gradient of the right matrix of a product, laid out in memory as that matrix is."""
    times, turn = _ways(grad)
    if _by_columns(grad, sizes, strides):
        return turn(times(turn(grad), left))
    return times(turn(left), grad)


def _by_columns(grad: Any, sizes: Any, strides: Any) -> bool:
    """Whether a matrix of these strides (in bytes) lies in memory column after column."""
    step = getattr(grad, "itemsize", 0)  # a Symbol has none
    return step > 0 and strides == (step, sizes[0] * step)


def _times(grad: Any, number: Any) -> Any:
    return grad if number == 1 else scale(grad, number)


def outer_product(column: Any, row: Any) -> Any:
    """Every element of one vector times every element of the other."""
    if isinstance(column, Symbol):
        return column @ row.T
    return mul(reshape(column, (column.shape[0], 1)), row)


# --- the products; every other one is made of them

_product = functools.partial(Op, promotes=None, precedence=PRODUCT)

# fmt: off
dot = export("dot")(_product("DotBackward0", _dot, tex=r"{self} \cdot {tensor}",
    self=lambda grad, tensor: grad * tensor, tensor=lambda grad, self: grad * self))
mv = export("mv")(_product("MvBackward0", _mv, tex=r"{self} \, {vec}",
    self=lambda grad, vec: outer_product(grad, vec), vec=lambda grad, self: mv(t_op(self), grad)))
mm = export("mm")(_product("MmBackward0", _mm, tex=r"{self} \, {mat2}",
    self=lambda grad, mat2, self_sym_sizes, self_sym_strides:
        left_gradient(grad, mat2, self_sym_sizes, self_sym_strides),
    mat2=lambda grad, self, mat2_sym_sizes, mat2_sym_strides:
        right_gradient(grad, self, mat2_sym_sizes, mat2_sym_strides)))
bmm = export("bmm")(_product("BmmBackward0", _bmm, tex=r"{self} \, {mat2}",
    self=lambda grad, mat2: bmm(grad, transpose_op(mat2, 1, 2)),
    mat2=lambda grad, self: bmm(transpose_op(self, 1, 2), grad)))
addmm = export("addmm", in_place=True)(Op(
    "AddmmBackward0", _addmm, promotes=None, tex=r"{self} + {mat1} \, {mat2}",
    also=("alpha", "beta"), self=lambda grad, beta: _times(grad, beta),
    mat1=lambda grad, mat2, alpha, mat1_sym_sizes, mat1_sym_strides:
        _times(left_gradient(grad, mat2, mat1_sym_sizes, mat1_sym_strides), alpha),
    mat2=lambda grad, mat1, alpha, mat2_sym_sizes, mat2_sym_strides:
        _times(right_gradient(grad, mat1, mat2_sym_sizes, mat2_sym_strides), alpha)))
# PyTorch computes vector @ matrix as a product of matrices and drops the new dimension in place.
_squeeze_row = Op(
    "SqueezeBackward4", lambda self, dim: self.reshape(self.shape[1:]), inputs=("self",),
    promotes=None, self=squeeze_dim.rules["self"])
# fmt: on


@export("outer", "ger")
def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every element of `input` times every element of `vec2`: shape (n, m)."""
    for name, vector in (("self", input), ("vec2", vec2)):
        errors.check(vector._data.ndim == 1, "outer_of_no_vector", name, vector._data.ndim)
    return outer_product(input, vec2)


# --- matmul


@method("__matmul__")
def product(self: Tensor, other: Any) -> Any:
    """``self @ other``: see `matmul`."""
    return matmul(self, other) if isinstance(other, Tensor) else NotImplemented


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
    a, b = input._data, other._data
    left, right = a.ndim, b.ndim
    if left == right == 2:
        return mm.apply(input, other)
    errors.check(left and right, "matmul_of_scalar", "matmul", left, right)
    if right == 1 and left <= 2:
        return (dot if left == 1 else mv).apply(input, other)
    if left == 1 and right == 2:
        result = _squeeze_row.apply(mm.apply(input.unsqueeze(0), other), 0)
        result._share().version += 1  # as PyTorch's, which is squeezed in place
        return result
    if left == right == 3:
        # A batch of one that requires grad is one matrix for the whole of the other batch.
        if a.shape[0] == 1 != b.shape[0] and input.requires_grad:
            return _folded(input.squeeze(0), other)
        if b.shape[0] == 1 != a.shape[0] and other.requires_grad:
            return _folded(input, other.squeeze(0))
    return (_folded if _folds(input, other) else _batched)(input, other)


def _folds(a: Tensor, b: Tensor) -> bool:
    """Whether one product of matrices serves the whole batch: the rule is PyTorch's."""
    large, small = (a, b) if a.ndim >= b.ndim else (b.mT, a)
    if large.ndim < 3 or small.ndim > 2:
        return False
    if small.requires_grad or a.ndim == 2:
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
        return unsafe_view.apply(mv.apply(rows, small), shape)
    result = unsafe_view.apply(mm.apply(rows, small), (*shape, small.shape[1]))
    return result.mT.contiguous() if turned else result


def _batched(a: Tensor, b: Tensor) -> Tensor:
    """Broadcast the batches, then multiply matrix by matrix."""
    errors.check_broadcast(a.shape[:-2], b.shape[:-2])
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    count = math.prod(batch)
    row = a.shape[-2:] if a.ndim > 1 else (1, *a.shape)
    left = a.expand(*batch, *row).reshape(count, *row)
    right = b.expand(*batch, *b.shape[-2:]).reshape(count, *b.shape[-2:])
    right = right.unsqueeze(2) if b.ndim == 1 else right
    shape = (*batch, *a.shape[-2:-1], *(b.shape[-1:] if b.ndim > 1 else ()))
    result = bmm.apply(left, right)
    return unsafe_view.apply(result.squeeze(-1) if b.ndim == 1 else result, shape)


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

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    shape, turned = input._data.shape, weight._data.ndim
    errors.check(shape and turned, "matmul_of_scalar", "linear", len(shape), turned)
    if bias is None:
        return matmul(input, t_op.apply(weight))
    if len(shape) == 2:
        return addmm.apply(bias, input, t_op.apply(weight))
    is_vector = bias.ndim == 1 or bias._data.squeeze().ndim == 1
    if not (is_vector and input.is_contiguous() and bias.is_contiguous()):
        return matmul(input, t_op.apply(weight)).add_(bias)
    rows = view.apply(input, (math.prod(shape[:-1]), shape[-1]))
    result = addmm.apply(bias, rows, t_op.apply(weight))
    return view.apply(result, (*shape[:-1], result._data.shape[1]))


# --- einsum, made of permute and bmm


def _labels(equation: str, operands: Any) -> tuple[list[str], str]:
    """One label per dimension of each operand, and of the output: letters, digits for ``...``."""
    left, arrow, output = equation.partition("->")
    at = 0
    for term in (*left.split(","), f" {output}"):
        if wrong := re.search(r"[^a-zA-Z ]", term.replace("...", "   ", 1)):
            raise errors.einsum_subscript(at + wrong.start())
        at += len(term) + 1
    terms, output = left.replace(" ", "").split(","), output.replace(" ", "")
    more = "more" if len(operands) > len(terms) else "fewer"
    errors.check(len(operands) == len(terms), "einsum_operands", more)
    for nr, operand in enumerate(operands):
        dots = "0123456789"[len(terms[nr]) + 7 - operand.ndim :]  # the last dimension is always 9
        terms[nr] = term = terms[nr].replace("...", dots)
        errors.check(len(term) == operand.ndim, "einsum_dims", len(term), operand.ndim, nr)
    every = "".join(terms)
    alone = [label for label in sorted({*every}) if label.isdigit() or every.count(label) == 1]
    dots = "".join(filter(str.isdigit, alone))
    output = output.replace("...", dots) if arrow else "".join(alone)
    for label in output:
        errors.check(output.count(label) == 1, "einsum_twice", label)
        errors.check(label in every, "einsum_unknown", label)
    return terms, output


def _aligned(operand: Tensor, labels: str, order: str, nr: int) -> Tensor:
    """`operand` with one dimension for each label of `order`; those it has not have length 1."""
    for label in order:
        while labels.count(label) > 1:  # a label twice takes the diagonal
            first = labels.index(label)
            second = labels.index(label, first + 1)
            m, n = operand.shape[first], operand.shape[second]
            errors.check(m == n, "einsum_diagonal", label, nr, n, m)
            operand = operand.diagonal(0, first, second).movedim(-1, first)
            labels = labels[:second] + labels[second + 1 :]
        if label not in labels:
            operand = unsqueeze.apply(operand, len(labels))
            labels += label
    return permute_op.apply(operand, tuple([labels.index(label) for label in order]))


def _in_letters(args: tuple[Any, ...]) -> tuple[str, Any]:
    """The equation of ``einsum(a, [0, 1], b, [1, 2], [0, 2])``, and its operands."""
    lists = (*args[1::2], *args[len(args) // 2 * 2 :])
    errors.check(all(n is ... or 0 <= n < 52 for n in chain(*lists)), "einsum_number")
    letters = [*map(chr, range(ord("A"), ord("Z") + 1)), *map(chr, range(ord("a"), ord("z") + 1))]
    terms = ["".join(["..." if n is ... else letters[n] for n in ns]) for ns in lists]
    count = len(args) // 2
    return "->".join([",".join(terms[:count]), *terms[count:]]), args[: 2 * count : 2]


def einsum(*args: Any) -> Tensor:
    """The sum of products that an equation writes: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Parameters
    ----------
    *args : str, then Tensors or one list of them
        The equation has a letter per dimension of each operand, and after ``->`` those of the
        result; others are summed over. Or each operand is followed by the list of its dimensions,
        as numbers, and at last comes that of the result: ``einsum(a, [0, 1], b, [1, 2], [0, 2])``.

    Raises
    ------
    RuntimeError
        If the equation does not fit the operands.
    ValueError
        If there are no operands, or dimensions have other numbers than 0 to 51.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """
    errors.check(len(args) > 1, "einsum_needs")
    equation, operands = _in_letters(args) if isinstance(args[0], Tensor) else (args[0], args[1:])
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        return einsum(equation, *operands[0])
    is_text = isinstance(equation, str)
    errors.check(is_text, "wrong_argument", "einsum", "equation", " (position 1)", "str", equation)
    errors.check_tensors(operands, 1)
    terms, output = _labels(equation, operands)
    order = output + "".join(sorted({*"".join(terms)} - {*output}))
    kept, ndim = len(output), len(order)
    aligned = [_aligned(t, terms[nr], order, nr) for nr, t in enumerate(operands)]
    for d, label in enumerate(order):
        seen = 1
        for nr, operand in enumerate(aligned):
            size = operand._data.shape[d]
            error, what = "einsum_sizes", (label, size, nr, seen)
            if label.isdigit():
                before = {*terms[nr].partition(label)[0]}
                error, what = "einsum_ellipsis", (len(before), nr, size, seen)
            errors.check(1 in (size, seen) or size == seen, error, *what)
            seen = size if seen == 1 else seen
    result, *others = aligned
    if not others and kept < ndim:
        return result.sum(tuple(range(kept, ndim)))
    for nr, other in enumerate(others, 1):
        done = [d for d in range(kept, ndim) if all(t._data.shape[d] == 1 for t in others[nr:])]
        result = _contract(result, other, done)
    return view.apply(result, result._data.shape[:kept]) if kept < ndim else result


def _contract(left: Tensor, right: Tensor, done: list[int]) -> Tensor:
    """The product of two, summed over the dimensions that nobody needs any more.

    That is one bmm: dimensions of both are the batch, those of one alone are rows or columns.
    """
    a, b = left._data.shape, right._data.shape
    if alone := [d for d in done if a[d] != 1 and b[d] == 1]:
        left = left.sum(tuple(alone), keepdim=True)
    if alone := [d for d in done if a[d] == 1 and b[d] != 1]:
        right = right.sum(tuple(alone), keepdim=True)
    a, b = left._data.shape, right._data.shape
    summed = [d for d in done if a[d] != 1 and b[d] != 1]
    if not summed:
        return left * right
    free = [d for d in range(len(a)) if d not in summed]
    batch = [d for d in free if a[d] != 1 and b[d] != 1]
    rows = [d for d in free if a[d] != 1 and b[d] == 1]
    columns = [d for d in free if a[d] == 1]
    if rows and columns and columns[-1] < rows[0]:  # so that the result needs no turning
        left, right, rows, columns, a, b = right, left, columns, rows, b, a
    m, k, n = [math.prod([a[d] for d in dims]) for dims in (batch, summed, rows)]
    p = math.prod([b[d] for d in columns])
    first = reshape(permute_op.apply(left, (*batch, *rows, *summed, *columns)), (m, n, k))
    second = reshape(permute_op.apply(right, (*batch, *summed, *columns, *rows)), (m, k, p))
    made = [*batch, *rows, *summed, *columns]
    shape = [1 if d in summed else b[d] if d in columns else a[d] for d in made]
    result = view.apply(bmm.apply(first, second), tuple(shape))
    return permute_op.apply(result, tuple([made.index(d) for d in range(len(made))]))


functions["einsum"] = einsum
