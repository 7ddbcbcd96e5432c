"""Gaussian elimination of small matrices, one operation after the other as in PyTorch's LAPACK.

So every bit of a determinant, an inverse or a solution agrees: ``det`` of whole numbers prints
``-2.`` or ``-2.0000``. The order was measured, with matrices of up to `LARGEST` rows; numpy's own
LAPACK, which computes in another order, does the larger ones.
"""

# ruff: noqa: N803 - matrices are called A and B, as in PyTorch
from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
LARGEST = 8


def factors(A: Array) -> tuple[Array, Array, int]:
    """The factors L and U of the rows of `A` in another order, in one array; that order; its sign.

    What is below the diagonal is L, whose own diagonal is all ones; the rest is U.
    """
    lu, order, sign = A.copy(), np.arange(len(A)), 1
    for k in range(len(A) - 1):
        pivot = k + int(np.argmax(abs(lu[k:, k])))
        if pivot != k:
            lu[[k, pivot]], order[[k, pivot]] = lu[[pivot, k]], order[[pivot, k]]
            sign = -sign
        if lu[k, k]:
            below, last = lu[k + 1 :, k], len(A) < 5 and k == len(A) - 2
            below[...] = below / lu[k, k] if last else below * (1 / lu[k, k])
            lu[k + 1 :, k + 1 :] -= np.outer(below, lu[k, k + 1 :])
    return lu, order, sign


def det(A: Array) -> Any:
    """The determinant; PyTorch takes the factors of the transpose, if `A` lies row by row."""
    lu, _, sign = factors(A.T if A.flags.c_contiguous else A)
    return np.multiply.accumulate([A.dtype.type(sign), *lu.diagonal()])[-1]


def solve(lu: Array, order: Array, B: Array) -> Array:
    """``A`` inverse times `B`, from the `factors` of A."""
    n, x = len(lu), B[order]
    if n == LARGEST:  # each unknown is taken out of all equations at once
        for k in range(n):
            x[k + 1 :] -= np.outer(lu[k + 1 :, k], x[k])
        for k in reversed(range(n)):
            x[k] /= lu[k, k]
            x[:k] -= np.outer(lu[:k, k], x[k])
        return x
    for k in range(1, n):
        x[k] -= np.add.accumulate(lu[k, :k, None] * x[:k])[-1]
    for k in reversed(range(n)):
        if k + 1 < n:
            x[k] -= np.add.accumulate((lu[k, k + 1 :, None] * x[k + 1 :])[::-1])[-1]
        x[k] *= 1 / lu[k, k]
    return x
