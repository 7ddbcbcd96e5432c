"""einsum, tensordot and inner: products by named dimensions, made of permute and bmm."""

from __future__ import annotations

import math
from typing import Any

from minigrad import errors
from minigrad.ops.broadcast import unsqueeze, view
from minigrad.ops.export import export, functions
from minigrad.ops.matmul import bmm, dot, mm
from minigrad.ops.shape import permute_op
from minigrad.tensor import Tensor

ELLIPSIS = "..."


def _labels(text: str) -> list[str]:
    """The labels of one operand: letters, and ``...`` at most once."""
    labels: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith(ELLIPSIS, at):
            labels.append(ELLIPSIS)
            at += 3
            continue
        if not (text[at].isascii() and text[at].isalpha()):
            raise errors.einsum_subscript(at)
        labels.append(text[at])
        at += 1
    return labels


def _equation(equation: str, operands: list[Tensor]) -> tuple[list[list[str]], list[str]]:
    """The labels of each operand and of the output; ``...`` is spelled out as ``.0``, ``.1`` …."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_labels(term) for term in left.split(",")]
    if len(terms) != len(operands):
        raise errors.einsum_operands(more=len(operands) > len(terms))
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

    def length(shape: Any, dims: list[int]) -> int:
        return math.prod([shape[d] for d in dims])

    m, k, n, p = length(a, batch), length(a, summed), length(a, rows), length(b, columns)
    first = permute_op.apply(left, (*batch, *rows, *summed, *columns)).reshape(m, n, k)
    second = permute_op.apply(right, (*batch, *summed, *columns, *rows)).reshape(m, k, p)
    shape = (
        [a[d] for d in batch] + [a[d] for d in rows] + [1] * len(summed) + [b[d] for d in columns]
    )
    made = [*batch, *rows, *summed, *columns]
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
    for i, j in zip(of_a, of_b, strict=True):
        if a._data.shape[i] != b._data.shape[j]:
            raise errors.tensordot_sizes(a._data.shape[i], i, b._data.shape[j], j)
    of_a = [errors.checked_dim(d, a._data.ndim) for d in of_a]
    of_b = [errors.checked_dim(d, b._data.ndim) for d in of_b]
    rows = [d for d in range(a._data.ndim) if d not in of_a]
    columns = [d for d in range(b._data.ndim) if d not in of_b]
    shape = [a._data.shape[d] for d in rows] + [b._data.shape[d] for d in columns]
    k = math.prod([a._data.shape[d] for d in of_a])
    left = permute_op.apply(a, (*rows, *of_a))
    right = permute_op.apply(b, (*of_b, *columns))
    if not rows and not columns:
        product = dot.apply(_line(left, k), _line(right, k))
    else:
        product = mm.apply(left.reshape(-1, k), right.reshape(k, -1))
    return view.apply(product, tuple(shape))


def _line(tensor: Tensor, length: int) -> Tensor:
    return tensor if tensor._data.ndim == 1 else tensor.reshape(length)


@export("inner")
def inner(input: Tensor, other: Tensor) -> Tensor:
    """The sum of products over the last dimension of both.

    Raises
    ------
    RuntimeError
        If the last dimensions differ.
    """
    if input._data.ndim == 0 or other._data.ndim == 0:
        return input * other
    if input._data.shape[-1] != other._data.shape[-1]:
        raise errors.inner_sizes(input, other)
    return tensordot(input, other, ([-1], [-1]))
