"""Reading and writing layers at the positions in an index: index_select, index_add; and take.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.arguments import export_prepared
from minigrad.ops.broadcast import expand
from minigrad.ops.part import at
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]


def zeros_like(shape: Any, like: Any) -> Any:
    """Zeros in `shape` with the dtype of `like`: an array for an array, a Tensor for a Tensor."""
    if isinstance(like, Symbol):
        return Symbol("0")
    if isinstance(like, Tensor):
        return wrap(np.zeros(shape, like._data.dtype))
    return np.zeros(shape, like.dtype)


def shape_of(value: Any) -> Any:
    """The shape of an array or Tensor; a Symbol has none, and needs none."""
    return () if isinstance(value, Symbol) else tuple(value.shape)


# --- checks of an index


def index_array(index: Tensor, *_: Any) -> Array:
    """The numbers of an index or a mask, copied: backward needs them as they are now."""
    return np.array(index._data, order="C")


def _vector(index: Tensor, error: str) -> Array:
    """The numbers of an index that lists layers."""
    check(index._data.dtype in (np.int32, np.int64), error, index)
    return index_array(index).reshape(-1)


def _length(array: Any, dim: int) -> int:
    """How long `array` is along `dim`; a number counts as one layer."""
    return (array.shape or (1,))[errors.checked_dim(dim, array.ndim)]


def check_range(array: Array, dim: int, length: int, error: Any, lowest: int = 0) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    if wrong.size:
        raise error(wrong.flat[0], dim, length)


# --- index_select and index_add

# fmt: off
index_select_op = Op("IndexSelectBackward0",
    lambda self, dim, index: self.take(index, dim) if self.ndim else self,
    inputs=("self",), tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad),
    says="each layer receives the sum of the gradients of its copies")
# fmt: on


@export_prepared("index_select", in_place=False)
def index_select(input: Tensor, dim: int, index: Tensor) -> Any:
    """The layers of `input` along `dim` that `index` lists.

    Raises
    ------
    IndexError
        If a number in `index` is out of range.
    """
    check(index.ndim < 2, "index_select_vector")
    array = _vector(index, "index_select_dtype")
    check(input._data.ndim or array.size == 1, "index_select_of_number", array.size)
    check_range(array, dim, _length(input._data, dim), errors.index_out_of_range_in_self)
    return index_select_op, dim, array


def _index_add(
    self: Any, dim: int, index: Any, source: Any, alpha: Any = 1, source_dim: int = 1
) -> Any:
    result = np.array(self)
    lines = result if result.ndim else result.reshape(1)
    np.add.at(lines, at(dim, index, lines.ndim), source if alpha == 1 else alpha * source)
    return result


def _index_add_source(
    grad: Any, dim: int, index: Any, source: Any, alpha: Any, source_dim: int
) -> Any:
    taken = index_select_op(grad, dim, index)
    if source_dim and not isinstance(grad, Symbol):
        taken = expand(taken, shape_of(source))
    return taken if alpha == 1 else taken * alpha


# fmt: off
index_add_op = Op("IndexAddBackward0", _index_add, inputs=("self", "source"), promotes=None,
    tex=r"\operatorname{{index\_add}}({self}, {source})", self=lambda grad: grad,
    source=_index_add_source,
    says="a sum passes the gradient on; the source takes it from where it was added")
# fmt: on


@export_prepared("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Any:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`."""
    check(index.ndim < 2, "index_is_no_vector", "index_add_", index.ndim, index, index.shape)
    data, added, array = input._data, source._data, _vector(index, "index_add_dtype")
    length, count = _length(data, dim), _length(added, dim)
    check(data.dtype == added.dtype, "index_add_kinds", input, source)
    check(array.size == count, "index_add_count", array.size, count, dim)
    for d, (n, m) in enumerate(zip_longest(data.shape, added.shape)):
        fits = n == m or (None not in (n, m) and d == dim % data.ndim)
        check(fits, "index_add_shapes", data.shape, added.shape)
    check_range(array, dim, length, errors.index_add_range)
    return index_add_op, dim, array, source, alpha, added.ndim


# --- take: positions in the tensor read as one line

# fmt: off
take_op = Op("TakeBackward0", lambda self, index: np.take(self, index), tex=r"{self}_{{{index}}}",
    self=lambda grad, self, index: put_op(zeros_like(shape_of(self), grad), index, grad),
    says="each element receives the sum of the gradients of its copies")
# fmt: on


def _put(self: Any, index: Any, source: Any) -> Any:
    line = np.array(self, order="C").reshape(-1)
    np.add.at(line, index.reshape(-1), np.reshape(source, -1))
    return line.reshape(self.shape)


put_op = Op("PutBackward0", _put, inputs=("self", "source"), promotes=None,
    self=lambda grad: grad, source=lambda grad, index: take_op(grad, index))  # fmt: skip


@export_prepared("take", in_place=False)
def take(input: Tensor, index: Tensor) -> Any:
    """The elements of `input`, read as one line, at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    array, size = index_array(index), input._data.size
    check(array.dtype == np.int64, "index_long", "take", index)
    check(size or not array.size, "take_nothing")
    check_range(array, 0, size, lambda at, *_: errors.take_range(at, size), -size)
    return take_op, array
