"""Reading and writing layers at the positions in an index: index_select, index_add, take, put.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.broadcast import expand, reshape, sum_all
from minigrad.ops.export import export
from minigrad.ops.part import at
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap


def index_array(index: Tensor) -> np.ndarray[Any, Any]:
    """The numbers of an index or a mask, copied: backward needs them as they are now."""
    return np.array(index._data)


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


# --- index_select and index_add


def _index_select(self: Any, dim: int, index: Any) -> Any:
    return np.take(self, index, dim) if self.ndim else self


index_select_op = Op(
    "IndexSelectBackward0",
    _index_select,
    inputs=("self",),
    promotes=None,
    tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad
    ),
    says="each layer receives the sum of the gradients of the places where it was taken to",
)


def _index_add(
    self: Any, dim: int, index: Any, source: Any, alpha: Any = 1, source_dim: int = 1
) -> Any:
    result = np.array(self)
    if result.ndim == 0:
        return result + alpha * np.sum(source)
    np.add.at(result, at(dim, index, result.ndim), source if alpha == 1 else alpha * source)
    return result


def _index_add_source(
    grad: Any, dim: int, index: Any, source: Any, alpha: Any, source_dim: int
) -> Any:
    taken = index_select_op(grad, dim, index)
    if source_dim and not isinstance(grad, Symbol):
        taken = expand(taken, shape_of(source))
    return taken if alpha == 1 else taken * alpha


index_add_op = Op(
    "IndexAddBackward0",
    _index_add,
    inputs=("self", "source"),
    promotes=None,
    tex=r"\operatorname{{index\_add}}({self}, {source})",
    self=lambda grad: grad,
    source=_index_add_source,
    says="a sum passes the gradient on; each layer of the source takes it from where it was added",
)


def _vector_index(function: str, index: Tensor) -> np.ndarray[Any, Any]:
    if index._data.ndim > 1:
        raise errors.index_is_no_vector(function, index)
    return index_array(index).reshape(-1)


@export("index_select")
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The layers of `input` along `dim` that `index` lists.

    Raises
    ------
    IndexError
        If a number in `index` is out of range.
    """
    errors.checked_dim(dim, input._data.ndim)
    if index._data.dtype not in (np.int32, np.int64):
        raise errors.index_select_dtype()
    array = _vector_index("index_select", index)
    length = input._data.shape[dim] if input._data.ndim else 1
    if ((array < 0) | (array >= length)).any():
        raise errors.index_out_of_range_in_self()
    return index_select_op.apply(input, dim, array)


def _adding(input: Tensor, dim: int, index: Tensor, source: Tensor, alpha: Any) -> tuple[Any, ...]:
    """The arguments of `index_add_op` after the first, checked."""
    errors.checked_dim(dim, input._data.ndim)
    if index._data.dtype not in (np.int32, np.int64):
        raise errors.index_add_dtype(index)
    array = _vector_index("index_add_", index)
    if input._data.dtype != source._data.dtype:
        raise errors.index_add_kinds(input, source)
    count = source._data.shape[dim] if source._data.ndim else 1
    if array.size != count:
        raise errors.index_add_count(array.size, count, dim)
    length = input._data.shape[dim] if input._data.ndim else 1
    check_range(array, dim, length, RuntimeError)
    return dim, array, source, alpha, source._data.ndim


def check_range(
    array: np.ndarray[Any, Any], dim: int, length: int, error: type[Exception], lowest: int = 0
) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    if wrong.size:
        raise error(
            f"index {wrong.flat[0]} is out of bounds for dimension {dim} with size {length}"
        )


@export("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`.

    Raises
    ------
    RuntimeError
        If `index` and `source` do not fit.
    """
    return index_add_op.apply(input, *_adding(input, dim, index, source, alpha))


@method("index_add_")
def index_add_(self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """In-place form of `index_add`."""
    return apply_in_place(index_add_op, self, _adding(self, dim, index, source, alpha), {})


# --- index_fill and index_copy


def _index_fill(self: Any, dim: int, index: Any, value: Any) -> Any:
    result = np.array(self)
    result[at(dim, index, result.ndim) if result.ndim else ...] = value
    return result


index_fill_number = Op(
    "IndexFillBackward0",
    _index_fill,
    inputs=("self",),
    promotes=None,
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    says="the gradient flows where nothing was filled in",
)

index_fill_tensor = Op(
    "IndexFillBackward1",
    _index_fill,
    inputs=("self", "value"),
    promotes=None,
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    value=lambda grad, dim, index: sum_all(index_select_op(grad, dim, index)),
    says="the gradient flows where nothing was filled in; the value receives the sum of the rest",
)


def _filling(self: Tensor, dim: int, index: Tensor, value: Any) -> tuple[Op, np.ndarray[Any, Any]]:
    errors.checked_dim(dim, self._data.ndim)
    if index._data.dtype != np.int64:
        raise errors.index_fill_dtype()
    array = _vector_index("index_fill_", index)
    length = self._data.shape[dim] if self._data.ndim else 1
    check_range(array, dim, length, IndexError, -length)
    if not isinstance(value, Tensor):
        return index_fill_number, array % max(length, 1)
    if value._data.ndim:
        raise errors.index_fill_value(value)
    return index_fill_tensor, array % max(length, 1)


@export("index_fill")
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """`input` with the layers at the positions in `index` set to `value`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    op, array = _filling(input, dim, index, value)
    return op.apply(input, dim, array, value)


@method("index_fill_")
def index_fill_(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """In-place form of `index_fill`."""
    op, array = _filling(self, dim, index, value)
    return apply_in_place(op, self, (dim, array, value), {})


def _index_copy(self: Any, dim: int, index: Any, source: Any, source_dim: int = 1) -> Any:
    result = np.array(self)
    result[at(dim, index, result.ndim) if result.ndim else ...] = source
    return result


index_copy_op = Op(
    "IndexCopyBackward0",
    _index_copy,
    inputs=("self", "source"),
    promotes=None,
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    source=lambda grad, dim, index, source, source_dim: _index_add_source(
        grad, dim, index, source, 1, source_dim
    ),
    says="what was written over receives 0; the source takes the gradient from where it was put",
)


def _copying(self: Tensor, dim: int, index: Tensor, source: Tensor) -> tuple[Any, ...]:
    errors.checked_dim(dim, self._data.ndim)
    array = _vector_index("index_copy_", index)
    if self._data.dtype != source._data.dtype:
        raise errors.index_copy_kinds(self, source)
    count = source._data.shape[dim] if source._data.ndim else 1
    if array.size != count:
        raise errors.index_copy_count(array.size, count)
    length = self._data.shape[dim] if self._data.ndim else 1
    wrong = array[(array < 0) | (array >= length)]
    if wrong.size:
        raise errors.index_copy_range(wrong.flat[0], dim, length)
    return dim, array, source, source._data.ndim


@export("index_copy")
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """`input` with the layers of `source` in the positions that `index` lists.

    Raises
    ------
    IndexError
        If `index` does not fit.
    """
    return index_copy_op.apply(input, *_copying(input, dim, index, source))


@method("index_copy_")
def index_copy_(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """In-place form of `index_copy`."""
    return apply_in_place(index_copy_op, self, _copying(self, dim, index, source), {})


# --- take and put: positions in the tensor read as one line


take_op = Op(
    "TakeBackward0",
    lambda self, index: np.take(self, index),
    inputs=("self",),
    promotes=None,
    tex=r"{self}_{{{index}}}",
    self=lambda grad, self, index: put_op(zeros_like(shape_of(self), grad), index, grad, True),
    says="each element receives the sum of the gradients of the places where it was taken to",
)


def _put(self: Any, index: Any, source: Any, accumulate: bool = False) -> Any:
    line = np.array(self, order="C").reshape(-1)
    if accumulate:
        np.add.at(line, index.reshape(-1), np.reshape(source, -1))
    else:
        line[index.reshape(-1)] = np.reshape(source, -1)
    return line.reshape(self.shape)


def _put_self(grad: Any, index: Any, accumulate: bool, source: Any) -> Any:
    return grad if accumulate else put_op(grad, index, zeros_like(shape_of(source), grad), False)


def _put_source(grad: Any, index: Any, source: Any) -> Any:
    taken = take_op(grad, index)
    return taken if isinstance(grad, Symbol) else reshape(taken, shape_of(source))


put_op = Op(
    "PutBackward0",
    _put,
    inputs=("self", "source"),
    promotes=None,
    tex=r"\operatorname{{put}}({self}, {source})",
    self=_put_self,
    source=_put_source,
    says="the source takes the gradient from where it was put",
)


def _line_index(input: Tensor, index: Any, function: str) -> np.ndarray[Any, Any]:
    if not isinstance(index, Tensor):
        raise errors.no_tensor_argument(function, "index", 1, index)
    if index._data.dtype != np.int64:
        raise errors.index_long(function, index)
    array = index_array(index)
    size = input._data.size
    wrong = array[(array < -size) | (array >= size)]
    if wrong.size:
        raise errors.take_range(wrong.flat[0], size)
    return array


@export("take")
def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of `input`, read as one line, at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    return take_op.apply(input, _line_index(input, index, "take"))


@export("put")
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input`, read as one line, with `source` written (or added) at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range, or the number of elements differs.
    """
    array = _line_index(input, index, "put")
    if array.size != source._data.size:
        raise errors.put_count(source._data.size, array.size)
    return put_op.apply(input, array, source, accumulate)
