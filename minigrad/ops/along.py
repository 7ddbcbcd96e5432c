"""Reading and writing layers at the positions in an index: index_select, index_add; and take.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import reshape
from minigrad.ops.forms import chooses
from minigrad.ops.part import at
from minigrad.ops.with_number import times
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


def index_array(index: Tensor) -> Array:
    """The numbers of an index or a mask, copied: backward needs them as they are now."""
    return np.array(index._data, order="C")


def _length(data: Any, dim: int) -> int:
    """How long `data` is along `dim`; a number counts as one layer."""
    return (data.shape or (1,))[errors.checked_dim(dim, data.ndim)]


def check_range(array: Array, dim: int, length: int, error: Any, lowest: int = 0) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    if wrong.size:
        raise error(wrong.flat[0], dim, length)


# --- the operations


def _add_at(
    self: Any, dim: int, index: Any, source: Any, alpha: Any = 1, source_dim: int = 1
) -> Any:
    result = np.array(self)
    np.add.at(np.atleast_1d(result), at(dim, index, self.ndim), alpha * source)
    return result


def _take_rule(grad: Any, self: Any, index: Any) -> Any:
    shape = shape_of(self)
    return reshape(index_add_op(zeros_like((prod(shape),), grad), 0, index, grad), shape)


# fmt: off
index_select_op = Op("IndexSelectBackward0",
    lambda self, dim, index: self.take(index, dim) if self.ndim else self,
    inputs=("self",), tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad),
    says="each layer receives the sum of the gradients of its copies")

index_add_op = Op("IndexAddBackward0", _add_at, inputs=("self", "source"), promotes=None,
    tex=r"\operatorname{{index\_add}}({self}, {source})", self=lambda grad: grad,
    source=lambda grad, dim, index, source, alpha, source_dim:
        times(index_select_op(grad, dim, index), alpha),
    says="a sum passes the gradient on; the source takes it from where it was added")

take_op = Op("TakeBackward0", lambda self, index: np.take(self, index), self=_take_rule,
    tex=r"{self}_{{{index}}}", says="each element receives the sum of the gradients of its copies")
# fmt: on


@chooses("index_select", changes=False)
def index_select(input: Tensor, dim: int, index: Tensor) -> Any:
    """The layers of `input` along `dim` that `index` lists.

    Raises
    ------
    IndexError
        If a number in `index` is out of range.
    """
    array = index_array(index).reshape(-1)
    check(index.ndim < 2, "index_select_vector")
    check(array.dtype in (np.int32, np.int64), "index_select_dtype")
    check_range(array, dim, _length(input._data, dim), errors.index_out_of_range_in_self)
    return index_select_op, input, dim, array


@chooses("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Any:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`."""
    data, added, array = input._data, source._data, index_array(index).reshape(-1)
    check(index.ndim < 2, "index_is_no_vector", "index_add_", index.ndim, index, index.shape)
    check(array.dtype in (np.int32, np.int64), "index_add_dtype", index)
    check(data.dtype == added.dtype, "index_add_kinds", input, source)
    length, count = _length(data, dim), _length(added, dim)
    check(array.size == count, "index_add_count", array.size, count, dim)
    wanted = [*data.shape]
    wanted[dim : dim + 1 or None] = [count] * (data.ndim > 0)
    check(list(added.shape) == wanted, "index_add_shapes", data.shape, added.shape)
    check_range(array, dim, length, errors.index_add_range)
    return index_add_op, input, dim, array, source, alpha, added.ndim


@chooses("take", changes=False)
def take(input: Tensor, index: Tensor) -> Any:
    """The elements of `input`, read as one line, at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    array, size = index_array(index), input._data.size
    check(array.dtype == np.int64, "index_long", "take", index)
    check_range(array, 0, size, lambda at, *_: errors.take_range(at, size), -size)
    return take_op, input, array
