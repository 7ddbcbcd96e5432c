"""Rows of a table, looked up by number: embedding; and one_hot, the same thing as a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.tensor import Tensor, wrap


def _rows(grad_output: Any, indices: Any, weight_sym_argsize_0: int, padding_idx: int) -> Any:
    """The gradient of the table: each row the sum of the gradients where it was used."""
    width = grad_output.shape[indices.ndim :]
    result = np.zeros((weight_sym_argsize_0, *width), grad_output.dtype)
    used = indices != padding_idx
    np.add.at(result, indices[used], grad_output[used])
    return result


def _look_up(grad: Any, indices: Any, padding_idx: int) -> Any:
    rows = grad.index_select(0, wrap(indices.reshape(-1)))
    if padding_idx >= 0:
        rows = rows.masked_fill(wrap(indices.reshape(-1, 1) == padding_idx), 0.0)
    return rows.view(*indices.shape, *grad.shape[1:])


embedding_backward = Op(
    "EmbeddingDenseBackwardBackward0",
    _rows,
    inputs=("grad_output",),
    grad_output=_look_up,
    says="a sum of rows, whose derivative looks the rows up again",
)

embedding_op = Op(
    "EmbeddingBackward0",
    lambda weight, indices, padding_idx, scale_grad_by_freq, sparse, weight_sym_argsize_0: weight[
        indices
    ],
    inputs=("weight",),
    also=("scale_grad_by_freq", "sparse"),
    tex=r"{weight}[\text{{indices}}]",
    weight=lambda grad, indices, weight_sym_argsize_0, padding_idx: embedding_backward(
        grad, indices, weight_sym_argsize_0, padding_idx
    ),
    says="each row of the table receives the sum of the gradients of the places where it was used",
)


@export("embedding", method=False, to=functional)
def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """The rows of `weight` with the numbers `input`.

    Parameters
    ----------
    input : Tensor
        Row numbers, of any shape and dtype int64 or int32.
    weight : Tensor
        The table, of shape (rows, width).
    padding_idx : int, optional
        A row that receives no gradient.

    Raises
    ------
    IndexError
        If there is no such row.
    """
    if weight.ndim != 2:
        raise RuntimeError("'weight' must be 2-D")
    indices, rows = input._data, weight._data.shape[0]
    if indices.dtype not in (np.int64, np.int32):
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: "
            f"Long, Int; but got torch.{errors.kind(input)}Tensor instead (while checking "
            "arguments for embedding)"
        )
    if indices.size and (indices.min() < 0 or indices.max() >= rows):
        raise IndexError("index out of range in self")
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    padding = -1 if padding_idx is None else padding_idx % rows
    return embedding_op.apply(weight, indices, padding, False, False, rows)


@export("one_hot", method=False, to=functional)
def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """For each class number a row of zeros with a 1 at that place.

    Raises
    ------
    RuntimeError
        If `tensor` is not of int64, or a number is no class.
    """
    indices = tensor._data
    if indices.dtype != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if indices.size and indices.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        num_classes = int(indices.max()) + 1
    elif indices.size and indices.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return wrap((indices[..., None] == np.arange(num_classes)).astype(np.int64))
