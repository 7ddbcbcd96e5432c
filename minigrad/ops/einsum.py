"""einsum, tensordot and inner: products by named dimensions, made of permute and bmm."""

from __future__ import annotations

import math
import re
from typing import Any

from minigrad import errors
from minigrad.ops.broadcast import sum_dim, unsqueeze, view
from minigrad.ops.export import export, functions
from minigrad.ops.matmul import bmm, dot, mm
from minigrad.ops.shape import permute_op
from minigrad.tensor import Tensor

ELLIPSIS = "..."


def _labels(text: str) -> list[str]:
    """The labels of one operand: letters, and ``...`` at most once."""
    found = list(re.finditer(r"\.{3}|.", text))
    for label in found:
        if label[0] != ELLIPSIS and not (label[0].isascii() and label[0].isalpha()):
            raise errors.einsum_subscript(label.start())
    return [label[0] for label in found]


def _equation(equation: str, operands: list[Tensor]) -> tuple[list[list[str]], list[str]]:
    """The labels of each operand and of the output; ``...`` is spelled out as ``.0``, ``.1`` …."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_labels(term) for term in left.split(",")]
    if len(terms) != len(operands):
        raise errors.einsum_operands("more" if len(operands) > len(terms) else "fewer")
    most = 0
    for nr, (labels, operand) in enumerate(zip(terms, operands, strict=True)):
        hidden = operand._data.ndim - (len(labels) - (ELLIPSIS in labels))
        if hidden < 0 or (hidden and ELLIPSIS not in labels):
            raise errors.einsum_dims(len(labels), operand._data.ndim, nr)
        most = max(most, hidden) if ELLIPSIS in labels else most
        _spell_out(labels, hidden)
    if arrow:
        output = _labels(right)
    else:
        every = [label for labels in terms for label in labels]
        output = [ELLIPSIS, *sorted(c for c in set(every) if c.isalpha() and every.count(c) == 1)]
    _spell_out(output, most)
    for label in output:
        if output.count(label) > 1:
            raise errors.einsum_twice(label)
        if not any(label in labels for labels in terms):
            raise errors.einsum_unknown(label)
    return terms, output


def _spell_out(labels: list[str], hidden: int) -> None:
    if ELLIPSIS in labels:
        at = labels.index(ELLIPSIS)
        labels[at : at + 1] = [f".{back}" for back in range(hidden, 0, -1)]


def _aligned(operand: Tensor, labels: list[str], order: list[str], nr: int) -> Tensor:
    """`operand` with one dimension for each label of `order`; those it has not have length 1."""
    labels = list(labels)
    for label in order:
        while labels.count(label) > 1:  # a label twice takes the diagonal
            first = labels.index(label)
            second = labels.index(label, first + 1)
            sizes = operand._data.shape
            if sizes[first] != sizes[second]:
                raise errors.einsum_diagonal(label, nr, sizes[second], sizes[first])
            operand = operand.diagonal(0, first, second).movedim(-1, first)
            del labels[second]
    for label in order:
        if label not in labels:
            operand = unsqueeze.apply(operand, len(labels))
            labels.append(label)
    return permute_op.apply(operand, tuple([labels.index(label) for label in order]))


def einsum(equation: str, *operands: Any) -> Tensor:
    """The sum of products that `equation` writes: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Parameters
    ----------
    equation : str
        A letter per dimension of each operand, and after ``->`` those of the result; others
        are summed over. ``...`` stands for further dimensions, which are broadcast.
    *operands : Tensor
        Also as one list.

    Raises
    ------
    RuntimeError
        If the equation does not fit the operands.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.einsum.html
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    terms, output = _equation(equation, list(operands))
    every = {label for labels in terms for label in labels}
    order = output + sorted(every - set(output))
    aligned = [
        _aligned(t, labels, order, nr)
        for nr, (t, labels) in enumerate(zip(operands, terms, strict=True))
    ]
    _check_sizes(aligned, order)
    kept = len(output)
    result = aligned.pop(0)
    if not aligned and kept < len(order):
        return result.sum(tuple(range(kept, len(order))))
    while aligned:
        other = aligned.pop(0)
        done = [d for d in range(kept, len(order)) if all(t._data.shape[d] == 1 for t in aligned)]
        result = _contract(result, other, done)
    return view.apply(result, tuple(result._data.shape[:kept])) if kept < len(order) else result


def _check_sizes(aligned: list[Tensor], order: list[str]) -> None:
    for d, label in enumerate(order):
        seen = 1
        for nr, operand in enumerate(aligned):
            size = operand._data.shape[d]
            if size != 1 and seen not in (1, size):
                raise errors.einsum_sizes(label, size, nr, seen)
            seen = size if size != 1 else seen


def _contract(left: Tensor, right: Tensor, done: list[int]) -> Tensor:
    """The product of two, summed over the dimensions that nobody needs any more."""
    a, b = left._data.shape, right._data.shape
    both = [d for d in done if a[d] != 1 and b[d] != 1]
    only_left = tuple([d for d in done if a[d] != 1 and b[d] == 1])
    only_right = tuple([d for d in done if a[d] == 1 and b[d] != 1])
    left = left.sum(only_left, keepdim=True) if only_left else left
    right = right.sum(only_right, keepdim=True) if only_right else right
    return _sum_of_products(left, right, both) if both else left * right


def _sum_of_products(left: Tensor, right: Tensor, summed: list[int]) -> Tensor:
    """One bmm: dimensions of both are the batch, those of one alone are rows or columns."""
    a, b = left._data.shape, right._data.shape
    free = [d for d in range(len(a)) if d not in summed]
    batch = [d for d in free if a[d] != 1 and b[d] != 1]
    rows = [d for d in free if a[d] != 1 and b[d] == 1]
    columns = [d for d in free if a[d] == 1]
    if rows and columns and columns[-1] < rows[0]:  # so that the result needs no turning
        left, right, rows, columns, a, b = right, left, columns, rows, b, a
    m, k, n = [math.prod([a[d] for d in dims]) for dims in (batch, summed, rows)]
    p = math.prod([b[d] for d in columns])
    first = permute_op.apply(left, (*batch, *rows, *summed, *columns)).reshape(m, n, k)
    second = permute_op.apply(right, (*batch, *summed, *columns, *rows)).reshape(m, k, p)
    made = [*batch, *rows, *summed, *columns]
    shape = [1 if d in summed else b[d] if d in columns else a[d] for d in made]
    result = view.apply(bmm.apply(first, second), tuple(shape))
    return permute_op.apply(result, tuple([made.index(d) for d in range(len(made))]))


functions["einsum"] = einsum


# --- tensordot and inner


@export("tensordot", method=False)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """The sum of products over `dims`: the last so many of `a` and first of `b`, or two lists.

    Raises
    ------
    RuntimeError
        If the lengths of these dimensions differ.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.tensordot.html
    """
    if isinstance(dims, int):
        if dims > min(a._data.ndim, b._data.ndim):
            raise errors.tensordot_dims(dims)
        dims = (list(range(-dims, 0)), list(range(dims)))
    of_a, of_b = [[d] if isinstance(d, int) else list(d) for d in dims]
    if len(of_a) != len(of_b):
        raise errors.tensordot_lists()
    summed: tuple[list[int], list[int]] = ([], [])
    for i, j in zip(of_a, of_b, strict=True):
        summed[0].append(errors.checked_dim(i, a._data.ndim))
        summed[1].append(errors.checked_dim(j, b._data.ndim))
        n, m = a._data.shape[i], b._data.shape[j]
        if m == 1:  # what one of them has only once is a factor of the sum of the other
            a = sum_dim.apply(a, (i,), True)
        elif n == 1:
            b = sum_dim.apply(b, (j,), True)
        elif n != m:
            raise errors.tensordot_sizes(n, i, m, j)
    rows = [d for d in range(a._data.ndim) if d not in summed[0]]
    columns = [d for d in range(b._data.ndim) if d not in summed[1]]
    outer = [[t._data.shape[d] for d in dims] for t, dims in ((a, rows), (b, columns))]
    shape = (*outer[0], *outer[1])
    k = math.prod([a._data.shape[d] for d in of_a])
    several = math.prod(shape) != 1
    left = permute_op.apply(a, (*rows, *of_a))
    left = left.reshape(math.prod(outer[0]), k) if several else left
    right = permute_op.apply(b, (*of_b, *columns))
    if several:
        result = mm.apply(left, right.reshape(k, math.prod(outer[1])))
    elif left.is_contiguous() and right.is_contiguous():
        right, left = [t if t._data.ndim == 1 else t.reshape(k) for t in (right, left)]
        result = dot.apply(left, right)
    else:
        result = (left.squeeze() * right.squeeze()).sum()
    return view.apply(result, shape)


@export("inner")
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The sum of products over the last dimension of both."""
    errors.need_tensor("inner", "other", other)
    a, b = input._data.shape, other._data.shape
    if not a or not b:
        return input * other
    if a[-1] != b[-1]:
        raise errors.inner_sizes(a, b)
    return tensordot(input, other, ([-1], [-1]))
