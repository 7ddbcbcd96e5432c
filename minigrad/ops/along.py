"""Reading and writing layers at the positions in an index: index_select, index_add, take, put.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arguments import export_prepared
from minigrad.ops.broadcast import expand, reshape, sum_all
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


def index_array(index: Any, function: str, position: int = 2, name: str = "index") -> Array:
    """The numbers of an index or a mask, copied: backward needs them as they are now.

    Raises
    ------
    TypeError
        If it is no tensor.
    """
    if not isinstance(index, Tensor):
        raise errors.no_tensor_argument(function, name, position, type(index).__name__)
    return np.array(index._data, order="C")


def _vector(function: str, index: Any, error: Any = None) -> Array:
    array = index_array(index, function.rstrip("_"))
    if array.ndim > 1:
        error = error or errors.index_is_no_vector
        raise error(function, array.ndim, index, array.shape)
    return array.reshape(-1)


def _length(array: Any, dim: int) -> int:
    """How long `array` is along `dim`; a number counts as one layer."""
    dim = errors.checked_dim(dim, array.ndim)
    return array.shape[dim] if array.ndim else 1


def check_range(array: Array, dim: int, length: int, error: Any, lowest: int = 0) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    if wrong.size:
        raise error(wrong.flat[0], dim, length)


# --- index_select and index_add


def _index_select(self: Any, dim: int, index: Any) -> Any:
    return self.take(index, dim) if self.ndim else self


index_select_op = Op("IndexSelectBackward0", _index_select, tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad),
    says="each layer receives the sum of the gradients of its copies")  # fmt: skip


@export_prepared("index_select", in_place=False)
def index_select(input: Tensor, dim: int, index: Tensor) -> Any:
    """The layers of `input` along `dim` that `index` lists.

    Raises
    ------
    IndexError
        If a number in `index` is out of range.
    """
    length = _length(input._data, dim)
    array = _vector("index_select", index, errors.index_select_vector)
    if array.dtype not in (np.int32, np.int64):
        raise errors.index_select_dtype()
    if input._data.ndim == 0 and array.size != 1:
        raise errors.index_select_of_number(array.size)
    check_range(array, dim, length, errors.index_out_of_range_in_self)
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


index_add_op = Op("IndexAddBackward0", _index_add, inputs=("self", "source"), promotes=None,
    tex=r"\operatorname{{index\_add}}({self}, {source})", self=lambda grad: grad,
    source=_index_add_source,
    says="a sum passes the gradient on; the source takes it from where it was added")  # fmt: skip


@export_prepared("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Any:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`.

    Raises
    ------
    RuntimeError
        If `index` and `source` do not fit.
    """
    data, added = input._data, index_array(source, "index_add", 3, "source")
    length, array = _length(data, dim), _vector("index_add_", index)
    if array.dtype not in (np.int32, np.int64):
        raise errors.index_add_dtype(index)
    if data.dtype != added.dtype:
        raise errors.index_add_kinds(input, source)
    if array.size != _length(added, dim):
        raise errors.index_add_count(array.size, _length(added, dim), dim)
    if _but(data.shape, dim) != _but(added.shape, dim) or data.ndim != added.ndim:
        raise errors.index_add_shapes(data.shape, added.shape)
    vector = data.ndim < 2  # PyTorch's words depend on that
    error = errors.index_out_of_range_in_self if vector else errors.index_add_range
    check_range(array, dim, length, error)
    return index_add_op, dim, array, source, alpha, added.ndim


def _but(shape: tuple[int, ...], dim: int) -> tuple[int, ...]:
    """The shape of one layer along `dim`."""
    dim = dim % len(shape) if shape else 0
    return (*shape[:dim], *shape[dim + 1 :])


# --- index_fill and index_copy


def _write(self: Any, dim: int, index: Any, value: Any, source_dim: int = 1) -> Any:
    result = np.array(self)
    lines = result if result.ndim else result.reshape(1)
    lines[at(dim, index, lines.ndim)] = value
    return result


index_fill_number = Op("IndexFillBackward0",
    lambda self, dim, index, value: _write(self, dim, index, value),
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0))  # fmt: skip

index_fill_tensor = Op("IndexFillBackward1",
    lambda self, dim, index, value: _write(self, dim, index, value), promotes=None,
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    value=lambda grad, dim, index: sum_all(
        index_select_op(grad, dim, np.unique(index))))  # fmt: skip


@export_prepared("index_fill")
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Any:
    """`input` with the layers at the positions in `index` set to `value`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    length, array = _length(input._data, dim), _vector("index_fill_", index, errors.no_vector)
    if array.dtype != np.int64:
        raise errors.index_fill_dtype()
    check_range(array, dim, length, errors.index_range, -length)
    array %= max(length, 1)
    if not isinstance(value, Tensor):
        return index_fill_number, dim, array, value
    if value._data.ndim:
        raise errors.index_fill_value(value._data.ndim)
    return index_fill_tensor, dim, array, value


index_copy_op = Op("IndexCopyBackward0",
    lambda self, dim, index, source, source_dim=1: _write(self, dim, index, source), promotes=None,
    self=lambda grad, dim, index: index_fill_number(grad, dim, index, 0),
    source=lambda grad, dim, index, source, source_dim: _index_add_source(
        grad, dim, index, source, 1, source_dim))  # fmt: skip


@export_prepared("index_copy")
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Any:
    """`input` with the layers of `source` in the positions that `index` lists.

    Raises
    ------
    IndexError
        If `index` does not fit.
    """
    data, copied = input._data, index_array(source, "index_copy", 3, "source")
    length = _length(data, dim)
    array = _vector("index_copy_", index, lambda _, ndim, *rest: errors.index_copy_index(ndim))
    if not copied.ndim and array.size != 1:
        raise errors.index_copy_scalar(array.size)
    if data.ndim and copied.ndim and data.ndim != copied.ndim:
        raise errors.index_copy_dims(copied.ndim, data.ndim)
    if array.dtype != np.int64:
        raise errors.index_long("index_copy_", index)
    if data.dtype != copied.dtype:
        raise errors.index_copy_kinds(input, source)
    layers = [_but(array.shape, dim) for array in (data, copied)]
    if layers[0] != layers[1]:
        first, other = [" ".join(map(str, layer)) for layer in layers]
        raise errors.index_copy_layers(first, dim, other)
    if copied.ndim and array.size != _length(copied, dim):
        raise errors.index_copy_count(array.size, _length(copied, dim))
    check_range(array, dim, length, errors.index_copy_range)
    return index_copy_op, dim, array, source, copied.ndim


# --- take and put: positions in the tensor read as one line


take_op = Op("TakeBackward0", lambda self, index: np.take(self, index), tex=r"{self}_{{{index}}}",
    self=lambda grad, self, index: put_op(zeros_like(shape_of(self), grad), index, grad, True),
    says="each element receives the sum of the gradients of its copies")  # fmt: skip


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


put_op = Op("PutBackward0", _put, promotes=None, self=_put_self, source=_put_source)  # fmt: skip


def _line_index(input: Tensor, index: Any, function: str) -> Array:
    array = index_array(index, function.rstrip("_"), 1)
    if array.dtype != np.int64:
        raise errors.index_long(function, index)
    size = input._data.size
    wrong = array[(array < -size) | (array >= size)]
    if wrong.size:
        raise errors.take_range(wrong.flat[0], size)
    return array


@export_prepared("take", in_place=False)
def take(input: Tensor, index: Tensor) -> Any:
    """The elements of `input`, read as one line, at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    return take_op, _line_index(input, index, "take")


@export_prepared("put")
def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Any:
    """`input`, read as one line, with `source` written (or added) at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range, or the number of elements differs.
    """
    if index_array(index, "put", 1).size != index_array(source, "put", 2, "source").size:
        raise errors.put_count(source._data.size, index._data.size)
    if input._data.dtype != source._data.dtype:
        raise errors.put_dtypes(input.dtype, source.dtype)
    return put_op, _line_index(input, index, "put_"), source, accumulate
