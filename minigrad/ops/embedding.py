"""Rows of a table, looked up by number: embedding; and one_hot, the same thing as a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.ops.select import where
from minigrad.tensor import Tensor, wrap


# fmt: off
def _rows(grad_output: Any, indices: Any, weight_sym_argsize_0: int, padding_idx: int) -> Any:
    """The gradient of the table: each row the sum of the gradients where it was used."""
    used, width = indices != padding_idx, grad_output.shape[-1]
    result = np.zeros(weight_sym_argsize_0 * width, grad_output.dtype)
    places = indices[used][:, None] * width + np.arange(width)  # numpy is quicker in one dimension
    np.add.at(result, places.reshape(-1), grad_output[used].reshape(-1))
    return result.reshape(weight_sym_argsize_0, width)


embedding_backward = Op("EmbeddingDenseBackwardBackward0", _rows, inputs=("grad_output",),
    grad_output=lambda grad, indices, padding_idx: where((indices != padding_idx)[..., None],
        embedding_op(grad, indices, padding_idx, False, False, len(grad)), 0))
embedding_op = Op("EmbeddingBackward0",
    lambda weight, indices, padding_idx, scale_grad_by_freq, sparse, weight_sym_argsize_0:
        weight[indices],
    inputs=("weight",), also=("scale_grad_by_freq", "sparse"), tex=r"{weight}[\text{{indices}}]",
    weight=lambda grad, indices, weight_sym_argsize_0, padding_idx:
        embedding_backward(grad, indices, weight_sym_argsize_0, padding_idx))


@export("embedding", method=False, to=functional)
def embedding(input: Any, weight: Tensor, padding_idx: int | None = None) -> Tensor:
    """The rows of `weight` with the numbers `input`.

    Parameters
    ----------
    input : Tensor
        Row numbers, of any shape and dtype int64 or int32.
    weight : Tensor
        The table, of shape (rows, width).
    padding_idx : int, optional
        A row that receives no gradient.
    """
    check(weight.ndim == 2, "embedding_weight")
    indices, rows, padding = input._data, weight._data.shape[0], -1
    check(indices.dtype in (np.int64, np.int32), "embedding_dtype", input)
    check(not indices.size or 0 <= indices.min() <= indices.max() < rows, "embedding_range")
    if padding_idx is not None:
        check(-rows <= padding_idx < rows, "embedding_padding")
        padding = padding_idx % rows
    return embedding_op.apply(weight, indices.copy(), padding, False, False, rows)


@export("one_hot", method=False, to=functional)
def one_hot(input: Tensor, num_classes: int = -1) -> Tensor:
    """For each class number a row of zeros with a 1 at that place."""
    indices = input._data
    check(indices.dtype == np.int64, "one_hot_dtype")
    check(not indices.size or indices.min() >= 0, "one_hot_negative")
    check(indices.size or num_classes > 0, "one_hot_empty")
    classes = int(indices.max()) + 1 if num_classes == -1 else num_classes
    check(not indices.size or indices.max() < classes, "one_hot_range")
    result = wrap((indices[..., None] == [*range(classes)]).astype(np.int64, "C"))
    result._share().version = 2  # PyTorch writes zeros, then ones
    return result
# fmt: on
