"""einsum: products by named dimensions, made of permute and bmm."""

from __future__ import annotations

import math
import re
from typing import Any

from minigrad import errors
from minigrad.errors import check
from minigrad.ops.broadcast import unsqueeze, view
from minigrad.ops.export import functions
from minigrad.ops.matmul import bmm
from minigrad.ops.shape import permute_op
from minigrad.tensor import Tensor


def _labels(equation: str, operands: Any) -> tuple[list[str], str]:
    """One letter per dimension of each operand, and of the output."""
    check("..." not in equation, "no_form", "einsum with '...'")
    left, arrow, output = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    for term in (*terms, output):
        if wrong := re.search(r"[^a-zA-Z]", term):
            raise errors.einsum_subscript(wrong.start())
    more = "more" if len(operands) > len(terms) else "fewer"
    check(len(operands) == len(terms), "einsum_operands", more)
    for nr, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        check(len(term) == operand.ndim, "einsum_dims", len(term), operand.ndim, nr)
    every = left.replace(",", "")
    if not arrow:
        output = "".join([label for label in sorted(every) if every.count(label) == 1])
    for label in output:
        check(output.count(label) == 1, "einsum_twice", label)
        check(label in every, "einsum_unknown", label)
    return terms, output


def _aligned(operand: Tensor, labels: str, order: str, nr: int) -> Tensor:
    """`operand` with one dimension for each label of `order`; those it has not have length 1."""
    for label in order:
        while labels.count(label) > 1:  # a label twice takes the diagonal
            first = labels.index(label)
            second = labels.index(label, first + 1)
            m, n = operand.shape[first], operand.shape[second]
            check(m == n, "einsum_diagonal", label, nr, n, m)
            operand = operand.diagonal(0, first, second).movedim(-1, first)
            labels = labels[:second] + labels[second + 1 :]
        if label not in labels:
            operand = unsqueeze.apply(operand, len(labels))
            labels += label
    return permute_op.apply(operand, tuple([labels.index(label) for label in order]))


def einsum(equation: str, *operands: Any) -> Tensor:
    """The sum of products that `equation` writes: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``.

    Parameters
    ----------
    equation : str
        A letter per dimension of each operand, and after ``->`` those of the result; others
        are summed over.
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
    if isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    terms, output = _labels(equation, operands)
    order = output + "".join(sorted({*"".join(terms)} - {*output}))
    kept, ndim = len(output), len(order)
    aligned = [_aligned(t, terms[nr], order, nr) for nr, t in enumerate(operands)]
    for d, label in enumerate(order):
        seen = 1
        for nr, operand in enumerate(aligned):
            size = operand.shape[d]
            check(1 in (size, seen) or size == seen, "einsum_sizes", label, size, nr, seen)
            seen = max(size, seen)
    result = aligned.pop(0)
    if not aligned and kept < ndim:
        return result.sum(tuple(range(kept, ndim)))
    while aligned:
        other = aligned.pop(0)
        done = [d for d in range(kept, ndim) if all(t.shape[d] == 1 for t in aligned)]
        result = _contract(result, other, done)
    return view.apply(result, tuple(result.shape[:kept])) if kept < ndim else result


def _contract(left: Tensor, right: Tensor, done: list[int]) -> Tensor:
    """The product of two, summed over the dimensions that nobody needs any more.

    That is one bmm: dimensions of both are the batch, those of one alone are rows or columns.
    """
    a, b = left.shape, right.shape
    if alone := [d for d in done if a[d] != 1 and b[d] == 1]:
        left = left.sum(tuple(alone), keepdim=True)
    if alone := [d for d in done if a[d] == 1 and b[d] != 1]:
        right = right.sum(tuple(alone), keepdim=True)
    a, b = left.shape, right.shape
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
    first = permute_op.apply(left, (*batch, *rows, *summed, *columns)).reshape(m, n, k)
    second = permute_op.apply(right, (*batch, *summed, *columns, *rows)).reshape(m, k, p)
    made = [*batch, *rows, *summed, *columns]
    shape = [1 if d in summed else b[d] if d in columns else a[d] for d in made]
    result = view.apply(bmm.apply(first, second), tuple(shape))
    return permute_op.apply(result, tuple([made.index(d) for d in range(len(made))]))


functions["einsum"] = einsum
