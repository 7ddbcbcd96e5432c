"""as_strided: any geometry over the memory of a tensor.

A view of memory that has been changed since finds its history through it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import index_add_op, zeros_like
from minigrad.ops.arguments import checks, int_tuple
from minigrad.ops.broadcast import Shape, memory_of, reshape
from minigrad.ops.export import export, functions
from minigrad.ops.shape import reshape_in_place
from minigrad.size import element_strides
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method

Geometry = tuple[Shape, Shape, int]
"""Size, strides and storage offset, in elements."""


def _as_strided(
    self: Any, size: Shape, stride: Shape, storage_offset: int | None = None, _input: Any = None
) -> Any:
    start = _offset(self) if storage_offset is None else storage_offset
    step = self.itemsize
    return np.ndarray(size, self.dtype, memory_of(self), start * step, [s * step for s in stride])


def _offset(array: np.ndarray[Any, Any]) -> int:
    """Where in its memory the array begins, in elements."""
    address = "__array_interface__"
    start = getattr(memory_of(array), address)["data"][0]
    return (getattr(array, address)["data"][0] - start) // max(array.itemsize, 1)


def _positions(geometry: Geometry) -> np.ndarray[Any, Any]:
    """Where in memory each element of a geometry lies."""
    size, strides, offset = geometry
    steps = np.reshape(strides, (-1, *(1,) * len(size)))
    return offset + (np.indices(size) * steps).sum(0, dtype=np.int64)


def _rule(
    grad: Any, size: Shape, stride: Shape, storage_offset: int | None, _input: Geometry
) -> Any:
    """Add the gradient to zeros where the result lay; read with the geometry of the input."""
    if isinstance(grad, Symbol):
        return index_add_op(Symbol("0"), 0, None, grad)
    start = _input[2] if storage_offset is None else storage_offset
    written, read = _positions((size, stride, start)), _positions(_input)
    first = min(written.min(initial=start), read.min(initial=start))
    length = max(written.max(initial=start), read.max(initial=start)) + 1 - first
    memory = index_add_op(
        zeros_like((length,), grad), 0, written.reshape(-1) - first, reshape(grad, (written.size,))
    )
    counts = np.zeros(length, grad.dtype if not isinstance(grad, Tensor) else grad._data.dtype)
    np.add.at(counts, read - first, 1)
    if counts.max(initial=0) > 1:  # the input saw one number in several places: each gets its share
        memory = memory / np.maximum(counts, 1)
    return as_strided_op(memory, _input[0], _input[1], _input[2] - first, ((length,), (1,), 0))


def _declared(name: str) -> Op:
    return Op(name, _as_strided, inputs=("self",), view=True,
        tex=r"\operatorname{{as\_strided}}({self})", self=_rule,
        says="a number in memory receives the sum of what the places that show it get")  # fmt: skip


as_strided_op, as_strided_in_place = [_declared(f"AsStridedBackward{nr}") for nr in (0, 1)]


@checks
def _geometry(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """The arguments of the operation, checked."""
    size = int_tuple("as_strided", "size", size, 2)
    stride = int_tuple("as_strided", "stride", stride, 3)
    input._share()
    data = input._data
    offset = _offset(data)
    start = offset if storage_offset is None else storage_offset
    if len(size) != len(stride):
        raise errors.strided_lengths()
    if any(step < 0 for step in stride):
        raise errors.negative_strides(stride)
    if start < 0:
        raise errors.negative_offset(start)
    needed = start + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    needed, storage = needed * data.itemsize, memory_of(data).nbytes
    if 0 not in size and needed > storage:
        raise errors.out_of_storage(size, stride, start, data.itemsize, needed, storage)
    return size, stride, storage_offset, (data.shape, element_strides(data), offset)


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
    return as_strided_op.apply(input, *_geometry(input, size, stride, storage_offset))


@method("as_strided_")
def as_strided_(self: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """In-place form of `as_strided`."""
    geometry = _geometry(self, size, stride, storage_offset)
    return reshape_in_place(as_strided_in_place, self, geometry, {})


functions["as_strided_"] = as_strided_
