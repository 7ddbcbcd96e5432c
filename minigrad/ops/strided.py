"""as_strided: any geometry over the memory of a tensor.

A view of memory that has been changed since finds its history through it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import index_add_op, zeros_like
from minigrad.ops.broadcast import Shape, memory_of, offset_of
from minigrad.ops.export import export
from minigrad.size import element_strides
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

Geometry = tuple[Shape, Shape, int]
"""Size, strides and storage offset, in elements."""


def _as_strided(
    self: Any, size: Shape, stride: Shape, storage_offset: int | None = None, _input: Any = None
) -> Any:
    step, memory = self.itemsize, memory_of(self)
    first = offset_of(self) // step if storage_offset is None else storage_offset
    needed = first + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    fits = 0 in size or needed * step <= memory.nbytes
    numbers = first, step, needed * step, memory.nbytes
    errors.check(fits, "out_of_storage", size, stride, *numbers)
    return np.ndarray(size, self.dtype, memory, first * step, [s * step for s in stride])


def _positions(size: Shape, strides: Shape, offset: int) -> np.ndarray[Any, Any]:
    """Where in memory each element of a geometry lies."""
    steps = np.reshape(strides, (-1, *(1,) * len(size)))
    return offset + (np.indices(size) * steps).sum(0, dtype=np.int64)


def _rule(
    grad: Any, size: Shape, stride: Shape, storage_offset: int | None, _input: Geometry
) -> Any:
    """Add the gradient to zeros where the result lay; read with the geometry of the input."""
    if isinstance(grad, Symbol):
        return index_add_op(Symbol("0"), 0, None, grad)
    start = _input[2] if storage_offset is None else storage_offset
    written, read = _positions(size, stride, start), _positions(*_input)
    length = 1 + max(int(written.max(initial=0)), int(read.max(initial=0)))
    memory = index_add_op(zeros_like((length,), grad), 0, written, grad)
    counts = np.bincount(read.reshape(-1), minlength=length)
    if counts.max() > 1:  # the input saw one number in several places: each gets its share
        kind: Any = getattr(grad, "_data", grad).dtype
        memory = memory / np.maximum(counts, 1).astype(kind)
    return as_strided_op(memory, *_input, ((length,), (1,), 0))


as_strided_op = Op("AsStridedBackward0", _as_strided, inputs=("self",), view=True, self=_rule,
    tex=r"\operatorname{{as\_strided}}({self})",
    says="a number in memory receives the sum of what the places that show it get")  # fmt: skip


@export("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """The memory of `input` seen with any size and strides, counted in elements.

    Parameters
    ----------
    input : Tensor
    size, stride : sequence of int
        One entry per dimension of the result.
    storage_offset : int, optional
        Where in the memory the result begins; default: where `input` does.

    Raises
    ------
    RuntimeError
        If the geometry reaches out of the memory.
    """
    input._share()
    data = input._data
    geometry = (data.shape, element_strides(data), offset_of(data) // data.itemsize)
    return as_strided_op.apply(input, tuple(size), tuple(stride), storage_offset, geometry)
