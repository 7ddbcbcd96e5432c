"""Reading and adding layers, or single elements, at the positions in an index.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arguments import export_prepared
from minigrad.ops.broadcast import expand, reshape
from minigrad.ops.export import export
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


def positions(index: Tensor) -> Array:
    """The numbers of an index, copied: backward needs them as they are now."""
    return np.array(index._data, order="C")


def check_range(array: Array, dim: int, length: int, error: str, lowest: int = 0) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    errors.check(not wrong.size, error, *wrong.flat[:1], dim, length)


# --- layers along a dimension


def _length(array: Any, dim: int) -> int:
    """How long `array` is along `dim`; a number counts as one layer."""
    dim = errors.checked_dim(dim, array.ndim)
    return array.shape[dim] if array.ndim else 1


def _index_select(self: Any, dim: int, index: Any) -> Any:
    errors.check(index.dtype in (np.int32, np.int64), "index_select_dtype")
    check_range(index, dim, _length(self, dim), "index_out_of_range_in_self")
    return self.take(index, dim) if self.ndim else self


def _index_add(
    self: Any, dim: int, index: Any, source: Any, alpha: Any = 1, source_dim: int = 1
) -> Any:
    errors.check(self.dtype == source.dtype, "index_add_kinds", self.dtype, source.dtype)
    result = np.array(self, order="C")
    lines = result if result.ndim else result.reshape(1)
    count = _length(source, dim)
    errors.check(index.size == count, "index_add_count", index.size, count, dim)
    layers = [[n for d, n in enumerate(a.shape) if d != dim % a.ndim] for a in (self, source)]
    errors.check(layers[0] == layers[1], "index_add_shapes", self.shape, source.shape)
    check_range(index, dim, _length(lines, dim), "index_add_range")
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
index_select_op = Op("IndexSelectBackward0", _index_select, tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad),
    says="each layer receives the sum of the gradients of its copies")

index_add_op = Op("IndexAddBackward0", _index_add, inputs=("self", "source"), promotes=None,
    tex=r"\operatorname{{index\_add}}({self}, {source})", self=lambda grad: grad,
    source=_index_add_source,
    says="a sum passes the gradient on; the source takes it from where it was added")
# fmt: on


@export("index_select")
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The layers of `input` along `dim` that `index` lists.

    Raises
    ------
    IndexError
        If a number in `index` is out of range.
    """
    errors.check(index._data.ndim < 2, "index_select_vector")
    return index_select_op.apply(input, dim, positions(index).reshape(-1))


@export_prepared("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Any:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`.

    Raises
    ------
    RuntimeError
        If `index` and `source` do not fit.
    """
    return index_add_op, dim, positions(index).reshape(-1), source, alpha, source._data.ndim


# --- positions in the tensor read as one line


def _take(self: Any, index: Any) -> Any:
    errors.check(index.dtype == np.int64, "take_dtype", index.dtype)
    check_range(index, self.size, self.size, "take_range", -self.size)
    return np.take(self, index)


def _put(self: Any, index: Any, source: Any, accumulate: bool) -> Any:
    line = np.array(self).reshape(-1)
    np.add.at(line, index.reshape(-1), np.reshape(source, -1))
    return line.reshape(self.shape)


# fmt: off
take_op = Op("TakeBackward0", _take, tex=r"{self}_{{{index}}}",
    self=lambda grad, self, index: put_op(zeros_like(shape_of(self), grad), index, grad, True),
    says="each element receives the sum of the gradients of its copies")

# Declared as far as `take` needs it: into zeros, adding.
put_op = Op("PutBackward0", _put, promotes=None, self=lambda grad, accumulate: grad,
    source=lambda grad, index, source: reshape(take_op(grad, index), shape_of(source)))
# fmt: on


@export("take")
def take(input: Tensor, index: Tensor) -> Tensor:
    """The elements of `input`, read as one line, at the positions in `index`.

    Raises
    ------
    IndexError
        If a position is out of range.
    """
    return take_op.apply(input, positions(index))
