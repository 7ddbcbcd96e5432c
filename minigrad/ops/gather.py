"""Reading and writing at the positions in an index: index_select, take, gather, scatter; nonzero.

Reading at an index and adding at it are each other's derivative: what was read several times
receives the sum.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.factories import number
from minigrad.op import Op
from minigrad.ops.broadcast import reshape
from minigrad.ops.export import export
from minigrad.ops.forms import alike, chooses, times
from minigrad.ops.part import at
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]


def zeros_like(shape: Any, like: Any) -> Any:
    """Zeros in `shape` with the dtype of `like`: an array for an array, a Tensor for a Tensor."""
    if isinstance(like, Symbol):
        return Symbol("0")
    return alike(np.zeros(shape, getattr(like, "_data", like).dtype), like)


def index_array(index: Tensor) -> Array:
    """The numbers of an index or a mask, copied: backward needs them as they are now."""
    return np.array(index._data, order="C")


def _length(data: Any, dim: int) -> int:
    """How long `data` is along `dim`; a number counts as one layer."""
    return (data.shape or (1,))[errors.checked_dim(dim, data.ndim)]


def check_range(array: Array, dim: int, length: int, error: str, lowest: int = 0) -> None:
    """Complain about the first number in `array` that is no position in a dimension of `length`."""
    wrong = array[(array < lowest) | (array >= length)]
    if wrong.size:
        raise errors.error(error, wrong.flat[0], dim, length)


# --- index_select, index_add, take: layers along a dimension, and elements of a line


def _added(self: Any, where: Any, source: Any) -> Any:
    """`self` with `source` added at the positions `where`."""
    result = np.array(self, order="C")
    if result.size:  # in nothing PyTorch adds to any position
        np.add.at(np.atleast_1d(result), where, source)
    return result


def _selected(self: Any, dim: int, index: Any) -> Any:
    """The layers of `self` at the positions `index`."""
    if self.ndim > 1 and index.size and not self.size:
        errors.check(self.shape[dim], "index_select_of_nothing")
        check_range(index, dim, self.shape[dim], "index_out_of_data")
    return self.take(index, dim) if self.ndim else self


def _take_rule(grad: Any, self: Any, index: Any) -> Any:
    memory = zeros_like((prod(self.shape),), grad)
    return reshape(index_add_op(memory, 0, index, grad), self.shape)


# fmt: off
index_select_op = Op("IndexSelectBackward0",
    _selected, inputs=("self",), tex=r"{self}_{{{index}}}",
    self=lambda grad, self_sym_sizes, dim, index: index_add_op(
        zeros_like(self_sym_sizes, grad), dim, index, grad, 1, len(self_sym_sizes)))

index_add_op = Op("IndexAddBackward0",
    lambda self, dim, index, source, alpha=1, source_dim=1:
        _added(self, at(dim, index, self.ndim), np.array(alpha).astype(source.dtype) * source),
    inputs=("self", "source"), promotes=None, self=lambda grad: grad,
    tex=r"\operatorname{{index\_add}}({self}, {source})",
    source=lambda grad, dim, index, source, alpha, source_dim:
        times(index_select_op(grad, dim, index), alpha))

take_op = Op("TakeBackward0", lambda self, index: np.take(self, index), self=_take_rule,
    tex=r"{self}_{{{index}}}")
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
    errors.check(index.ndim < 2, "index_select_vector")
    errors.check(array.dtype in (np.int32, np.int64), "index_select_dtype")
    data, ndim = input._data, input._data.ndim
    length = _length(data, dim)
    errors.check(ndim or array.size == 1, "index_select_of_number", array.size)
    columns = ndim > 1 and dim % ndim == 1  # which PyTorch selects by another kernel
    error = "index_out_of_data" if columns else "index_out_of_range_in_self"
    if data.size or ndim < 2:  # else `_selected` complains, as it does in a backward pass
        check_range(array, dim, length, error)
    return index_select_op, input, dim, array


@chooses("index_add")
def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Any:
    """`input` with the layers of `source` times `alpha` added at the positions in `index`."""
    data, added, array = input._data, source._data, index_array(index).reshape(-1)
    errors.check(index.ndim < 2, "index_is_no_vector", "index_add_", index.ndim, index, index.shape)
    errors.check(array.dtype in (np.int32, np.int64), "index_add_dtype", index)
    errors.check(data.dtype == added.dtype, "index_add_kinds", input, source)
    length, count = _length(data, dim), _length(added, dim)
    errors.check(array.size == count or added.ndim, "no_dimensions", dim)
    errors.check(array.size == count, "index_add_count", array.size, count, dim % max(data.ndim, 1))
    wanted = [*data.shape]
    wanted[dim : dim + 1 or None] = [count] * (data.ndim > 0)
    errors.check(list(added.shape) == wanted, "index_add_shapes", data.shape, added.shape)
    error = "index_add_range" if data.ndim > 1 else "index_out_of_range_in_self"
    if data.size or data.ndim < 2:
        check_range(array, dim, length, error)
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
    errors.check(array.dtype == np.int64, "index_long", "take", index)
    errors.check(size or not array.size, "take_of_nothing")
    check_range(array, size, size, "take_range", -size)  # whose text names the size, no dimension
    return take_op, input, array


# --- gather and scatter: index[i][j] says where along `dim`; its own position says the rest


def places(dim: int, index: Any) -> Any:
    """The index arrays by which numpy reaches the elements that are meant; at least vectors."""
    index = index if index.ndim else index.reshape(1)
    ndim = index.ndim
    each = [np.arange(n).reshape(n, *[1] * (ndim - d)) for d, n in enumerate(index.shape, 1)]
    each[dim] = index
    return tuple(each)


def _cut(src: Any, index: Any) -> Any:
    """What of `src` the index speaks of."""
    return src[tuple(map(slice, index.shape or (1,)))] if np.ndim(src) else src


def _add_at(self: Any, dim: int, index: Any, src: Any) -> Any:
    return _added(self, places(dim, index), _cut(src, index)) if index.size else self.copy()


def _write_at(self: Any, dim: int, index: Any, src: Any) -> Any:
    result = np.array(self, order="C")
    if index.size:
        np.atleast_1d(result)[places(dim, index)] = _cut(src, index)
    return result


def _gather(self: Any, dim: int, index: Any, sparse_grad: bool = False) -> Any:
    if not index.size:
        return np.zeros(index.shape, self.dtype)
    return np.atleast_1d(self)[places(dim, index)].reshape(index.shape)


# fmt: off
gather_op = Op("GatherBackward0", _gather,
    self=lambda grad, self, dim, index, sparse_grad: scatter_add_op(
        zeros_like(self.shape, grad), dim, index, grad))

scatter_op = Op("ScatterBackward0", _write_at, promotes=None,
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0),
    src=lambda grad, dim, index: gather_op(grad, dim, index))

scatter_number = Op("ScatterBackward1",
    lambda self, dim, index, value: _write_at(self, dim, index, np.array(value).astype(self.dtype)),
    inputs=("self",),
    self=lambda grad, dim, index: scatter_number(grad, dim, index, 0))

scatter_add_op = Op("ScatterAddBackward0", _add_at, promotes=None,
    tex=r"\operatorname{{scatter\_add}}({self}, {src})", self=lambda grad: grad,
    src=lambda grad, dim, index: gather_op(grad, dim, index))
# fmt: on


def _checked(name: str, input: Tensor, dim: int, index: Tensor, src: Any = None) -> Any:
    """The numbers of the index; it must fit into the shapes of `input` and of `src`."""
    array = index_array(index)
    shape, sizes = input._data.shape or (1,), array.shape or (1,)
    dim, reads = errors.checked_dim(dim, len(shape)), name == "gather"
    errors.check(not array.size or array.dtype in (np.int32, np.int64), "gather_dtype", name)
    errors.check(getattr(src, "dtype", input.dtype) is input.dtype, "scatter_kinds")
    if not array.size:
        return array.astype(np.int64)
    errors.check(len(sizes) == len(shape), "index_dims", "input" if reads else "self")
    fits = [n <= m or d == dim for d, (n, m) in enumerate(zip(sizes, shape, strict=True))]
    if reads and not all(fits):
        raise errors.gather_sizes(fits.index(False), sizes, shape, dim)
    source = getattr(src, "shape", sizes) or (1,)
    fits += [n <= m for n, m in zip(sizes, source, strict=False)]
    if len(source) < len(sizes) and all(fits) and src.ndim:
        errors.checked_dim(len(source), src.ndim)  # PyTorch asks for the next length
    errors.check(len(sizes) == len(source), "index_dims", "src")
    too_large = "scatter_sizes" if source is sizes else "scatter_src_sizes"
    errors.check(all(fits), too_large, index.shape, input.shape, dim, getattr(src, "shape", ()))
    check_range(array, dim, shape[dim], "index_add_range")
    return array


@chooses("gather", changes=False)
def gather(input: Tensor, dim: int, index: Tensor) -> Any:
    """The elements of `input` whose position along `dim` is read from `index`.

    ``out[i][j] = input[index[i][j]][j]`` for ``dim=0``.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    return gather_op, input, dim, _checked("gather", input, dim, index)


@chooses("scatter")
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None) -> Any:
    """`input` with `src` (or a number) written where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    src = value if src is None else src
    src = src if isinstance(src, Tensor) else number(src)
    op = scatter_op if isinstance(src, Tensor) else scatter_number
    return op, input, dim, _checked("scatter", input, dim, index, src), src


@chooses("scatter_add")
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Any:
    """`input` with `src` added where `index` says along `dim`.

    Raises
    ------
    RuntimeError
        If `index` is out of range, or too large.
    """
    errors.check(src.dtype is input.dtype, "scatter_kinds")
    return scatter_add_op, input, dim, _checked("scatter", input, dim, index, src), src


# --- nonzero


@export("nonzero")
def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """Where `input` is not zero.

    Returns
    -------
    Tensor or tuple of Tensor
        A row of indices for each element; with `as_tuple` a vector of indices for each dimension.
    """
    found = np.stack(np.atleast_1d(input._data).nonzero()).T
    if as_tuple:
        return wrap(found).unbind(1)
    return wrap(found if input._data.ndim else found[:, :0])
