"""``x[...]``, ``x[...] = value``: views for numbers, slices, None; copies for masks and lists.

An index is taken apart from left to right, as PyTorch does: a number selects, a slice slices, None
puts a dimension in, each giving a view of the view before. Masks and lists of positions are
collected, and one operation, index or index_put_, takes them all at the end.
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

from minigrad import errors
from minigrad.creation import tensor
from minigrad.in_place import apply_in_place, check_graph, check_overlap
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.broadcast import expand, unsqueeze
from minigrad.ops.broadcast import view as view_op
from minigrad.ops.export import export
from minigrad.ops.part import END, alias, select, slice_part
from minigrad.ops.shape import expanded_size
from minigrad.tensor import Tensor, method, wrap

Indices = tuple[Any, ...]
"""For each dimension from the left: an array of positions, None, or a mask (for several)."""


def _numpy_index(indices: Indices) -> tuple[Any, ...]:
    """The index that numpy takes: masks as bool, all of a dimension for None."""
    return tuple(
        [
            slice(None) if i is None else i.astype(bool) if i.dtype.kind == "u" else i
            for i in indices
        ]
    )


def _index(self: Any, indices: Indices) -> Any:
    result = np.asarray(self[_numpy_index(indices)], order="C")
    return result if self.flags.c_contiguous else _laid_out(self, result, indices)


def _laid_out(self: Any, result: Any, indices: Indices) -> Any:
    """`result` with the dimensions that were not indexed in the order in memory that `self` has."""
    kept: list[int] = []  # dimensions of self that were not indexed
    taken: list[int] = []
    dim = 0
    for index in indices:
        width = 1 if index is None or index.dtype.kind == "i" else index.ndim  # of a mask: several
        (kept if index is None else taken).extend(range(dim, dim + width))
        dim += width
    kept += range(dim, self.ndim)
    together = taken[-1] - taken[0] + 1 == len(taken)
    place = taken[0] if together else 0  # where the indexed dimensions are in the result
    steps = [self.strides[d] for d in kept]
    steps[place:place] = [0] * (result.ndim - len(kept))
    order = _from_fast_to_slow(steps)[::-1]
    return np.ascontiguousarray(result.transpose(order)).transpose(np.argsort(order))


def _from_fast_to_slow(steps: list[int]) -> list[int]:
    """The dimensions sorted by step, by insertion; a step of 0 gives no order, as in PyTorch."""
    order = [*range(len(steps))][::-1]
    for last in range(1, len(order)):
        moving = last
        for other in range(last - 1, -1, -1):
            a, b = steps[order[other]], steps[order[moving]]
            if a and b and a > b:
                order[other], order[moving] = order[moving], order[other]
                moving = other
            elif a and b and a < b:
                break
    return order


def _index_put(self: Any, indices: Indices, values: Any, accumulate: bool = False) -> Any:
    result = np.array(self)
    if accumulate:
        np.add.at(result, _numpy_index(indices), values)
    else:
        result[_numpy_index(indices)] = values
    return result


index_op = Op(
    "IndexBackward0",
    _index,
    inputs=("self",),
    promotes=None,
    tex=r"{self}[\ldots]",
    self=lambda grad, self_sym_sizes, indices: index_put_impl(
        zeros_like(self_sym_sizes, grad), indices, grad, True
    ),
    says="each element receives the sum of the gradients of the places where it was taken to",
)

index_put_impl = Op(
    "IndexPutImplBackward0",
    _index_put,
    inputs=("self", "values"),
    promotes=None,
    tex=r"\operatorname{{index\_put}}({values})",
    self=lambda grad, indices, accumulate: _put_self(grad, indices, accumulate),
    values=lambda grad, indices: index_op(grad, indices),
    says="the values take the gradient from where they were put",
)

index_put_op = Op(
    "IndexPutBackward0",
    _index_put,
    inputs=("self", "values"),
    promotes=None,
    tex=r"\operatorname{{index\_put}}({self}, {values})",
    self=lambda grad, indices, accumulate: _put_self(grad, indices, accumulate),
    values=lambda grad, indices: index_op(grad, indices),
    says="what was written over receives 0; the values take the gradient from where they were put",
)


def _put_self(grad: Any, indices: Indices, accumulate: bool) -> Any:
    return grad if accumulate else index_put_op(grad, indices, zeros_like((), grad), False)


# --- taking an index apart


class Taken(NamedTuple):
    """The view that numbers, slices and None made, and what is left for index or index_put_."""

    view: Tensor
    indices: Indices


def _entries(index: Any) -> tuple[Any, ...]:
    """The index as a tuple; a list with slices, lists or tensors in it counts as one."""
    if isinstance(index, tuple):
        return index
    if isinstance(index, (list, str)) and len(index) < 32:
        parts = (list, tuple, range, str, slice, Tensor, np.ndarray, type(None), type(...))
        if any(isinstance(entry, parts) for entry in index):
            warnings.warn(errors.LIST_AS_TUPLE, stacklevel=4)
            return tuple(index)
    return (index,)


def _as_index(entry: Any) -> Any:
    """`entry` as an int, slice, None, Ellipsis, bool, or an array of positions or a mask.

    Raises
    ------
    IndexError, TypeError
        If it is none of these.
    """
    if entry is None or entry is ... or isinstance(entry, (slice, bool, int)):
        return entry
    if isinstance(entry, Tensor):
        array = entry._data
    elif isinstance(entry, np.ndarray):
        array = entry
    elif isinstance(entry, (list, tuple, range, str)):
        array = np.array(tensor(list(entry) if isinstance(entry, range) else entry)._data)
        if array.dtype.kind not in "bu":
            array = array.astype(np.int64)
    elif hasattr(entry, "__index__"):
        return entry.__index__()
    else:
        raise errors.index_of_type(entry)
    if array.dtype.kind not in "biu":
        raise errors.index_dtype()
    if array.ndim == 0:
        return array.item()
    if array.dtype == np.uint8:
        warnings.warn(errors.UINT8_MASK, stacklevel=5)
    return np.array(array)


def _covers(entry: Any) -> int:
    """How many dimensions of the tensor an entry speaks for."""
    if entry is None or entry is ... or isinstance(entry, bool):
        return 0
    if isinstance(entry, np.ndarray):
        return entry.ndim if _is_mask(entry) else 1
    return 1


def _is_mask(array: np.ndarray[Any, Any]) -> bool:
    return array.dtype.kind == "b" or array.dtype == np.uint8


def take_apart(self: Tensor, index: Any, *, keep_slices: bool) -> Taken:
    """Apply the numbers, slices, None and ... of `index`; collect its masks and positions.

    Parameters
    ----------
    self : Tensor
    index : object
        What stands in the brackets.
    keep_slices : bool
        Whether ``x[:]`` alone is a slice, or skipped as it is beside other entries.

    Raises
    ------
    IndexError
        If an entry is out of range or of a wrong type, or there are too many.
    """
    entries = [_as_index(entry) for entry in _entries(index)]
    ndim = self._data.ndim
    if ndim == 0 and len(entries) == 1:
        if isinstance(entries[0], int) and not isinstance(entries[0], bool):
            raise errors.index_of_zero_dim()
        if isinstance(entries[0], slice):
            raise errors.slice_of_zero_dim()
    specified = sum(_covers(entry) for entry in entries)
    if specified > ndim:
        raise errors.too_many_indices(ndim)
    alone = keep_slices and not isinstance(index, tuple)
    view = self
    dim = original = 0  # in the view, and in `self`, which error messages count by
    indices: list[Any] = []
    covered = 0
    for entry in entries:
        if entry is ...:
            skipped = ndim - specified
            dim += skipped
            original += skipped
        elif entry is None:
            view = unsqueeze.apply(view, dim)
            dim += 1
        elif isinstance(entry, slice):
            view = _slice(view, dim, entry, alone=alone)
            dim += 1
            original += 1
        elif isinstance(entry, int) and not isinstance(entry, bool):
            view = _select(view, dim, entry, original)
            original += 1
        else:
            if isinstance(entry, bool):
                view = unsqueeze.apply(view, dim)
                array = np.zeros(int(entry), np.int64)
            else:
                array = entry
                original += _covers(array)
            indices += [None] * (dim - covered) + [array]
            dim += _covers(array)
            covered = dim
    return Taken(view, tuple(indices))


def _select(view: Tensor, dim: int, index: int, original: int) -> Tensor:
    length = view._data.shape[dim]
    if not -(2**63) <= index < 2**63:
        raise ValueError("Overflow when unpacking long long")
    if not -length <= index < length:
        raise IndexError(
            f"index {index} is out of bounds for dimension {original} with size {length}"
        )
    return select.apply(view, dim, index)


def _slice(view: Tensor, dim: int, entry: slice, *, alone: bool) -> Tensor:
    start, stop, step = (
        None if n is None else _slice_number(n) for n in (entry.start, entry.stop, entry.step)
    )
    step = 1 if step is None else step
    if step == 0:
        raise ValueError("slice step cannot be zero")
    if step < 0:
        raise ValueError("step must be greater than zero")
    start = 0 if start is None else start
    stop = END if stop is None else stop
    if not alone and start == 0 and step == 1 and stop >= view._data.shape[dim]:
        return view
    return slice_part.apply(view, dim, start, stop, step)


def _slice_number(number: Any) -> int:
    if not hasattr(number, "__index__"):
        raise TypeError("slice indices must be integers or None or have an __index__ method")
    return number.__index__()


def check_indices(shape: tuple[int, ...], indices: Indices) -> None:
    """Complain about masks of a wrong shape and positions out of range.

    Raises
    ------
    IndexError
    """
    dim = 0
    lengths: list[int] = []  # of the dimensions that are indexed, in order
    arrays: list[Any] = []
    for index in indices:
        if index is None:
            dim += 1
            continue
        if _is_mask(index):
            for own, length in enumerate(index.shape):
                if shape[dim + own] != length:
                    raise errors.mask_shape(index.shape, own, shape, dim + own)
                lengths.append(length)
            arrays += index.nonzero()
            dim += index.ndim
        else:
            lengths.append(shape[dim])
            arrays.append(index)
            dim += 1
    try:
        np.broadcast_shapes(*[a.shape for a in arrays])
    except ValueError:
        raise errors.index_broadcast([a.shape for a in arrays]) from None
    for nr, (array, length) in enumerate(zip(arrays, lengths, strict=True)):
        wrong = array[(array < -length) | (array >= length)]
        if wrong.size:
            raise IndexError(
                f"index {wrong.flat[0]} is out of bounds for dimension {nr} with size {length}"
            )


# --- reading


@method("__getitem__")
def getitem(self: Tensor, index: Any) -> Tensor:
    """``self[index]``: a view, or a copy if there are masks or lists of positions in `index`.

    Raises
    ------
    IndexError
        If `index` is out of range, or has too many entries, or one that is no index.
    ValueError
        For a slice with a step that is not positive.
    """
    view, indices = take_apart(self, index, keep_slices=True)
    if indices:
        check_indices(view._data.shape, indices)
        return index_op.apply(view, indices)
    return alias.apply(self) if view is self else view


# --- writing


@method("__setitem__")
def setitem(self: Tensor, index: Any, value: Any) -> None:
    """``self[index] = value``: writes into this memory; `value` is broadcast and cast.

    Raises
    ------
    IndexError
        As for reading.
    TypeError
        If `value` is neither a tensor nor a number.
    RuntimeError
        If `value` does not broadcast.
    """
    if not isinstance(value, (Tensor, bool, int, float, np.generic)):
        raise errors.assigned_type(value, self)
    if index is False:
        return
    if not isinstance(value, Tensor):
        value = wrap(np.array(value).astype(self._data.dtype))
    if index is True:
        view, indices = unsqueeze.apply(self, 0), ()
    else:
        view, indices = take_apart(self, index, keep_slices=False)
    if indices:
        put_into(view, indices, without_leading_ones(value), accumulate=False)
    else:
        copy_to(view, value)


def without_leading_ones(value: Tensor) -> Tensor:
    """`value` without the dimensions of length 1 at its front."""
    shape = value._data.shape
    start = 0
    while start < len(shape) and shape[start] == 1:
        start += 1
    return value if start == 0 else view_op.apply(value, shape[start:])


def copy_to(view: Tensor, value: Tensor) -> None:
    """Write `value`, broadcast, into `view`."""
    shape = view._data.shape
    if value._data.shape != shape:
        if value._data.ndim == 0:
            check_overlap(view, [])  # `fill_` alone would not mind
            view.fill_(value)
            return
        short = without_leading_ones(value)
        value = view_op.apply(value, value._data.shape) if short is value else short
        size = expanded_size(value, shape)
        if size != value._data.shape:
            value = expand.apply(value, size)
    view.copy_(value)


def put_into(
    self: Tensor, indices: Indices, values: Tensor, *, accumulate: bool, in_place: bool = True
) -> Tensor:
    """Check and run index_put or index_put_."""
    if in_place and modes.grad and (self.requires_grad or values.requires_grad):
        check_graph(self)  # PyTorch complains of the graph first
    if self._data.dtype != values._data.dtype:
        raise errors.index_put_dtypes(self, values)
    check_indices(self._data.shape, indices)
    target = np.empty(self._data.shape, bool)[_numpy_index(indices)].shape
    try:
        fits = np.broadcast_shapes(target, values._data.shape) == target
    except ValueError:
        fits = False
    if not fits:
        raise errors.index_put_shape(values._data.shape, target)
    if in_place:
        return apply_in_place(index_put_op, self, (indices, values, accumulate), {})
    return index_put_op.apply(self, indices, values, accumulate)


def _put_arguments(self: Tensor, indices: Any, values: Any) -> Indices:
    if not isinstance(indices, (tuple, list)):
        raise TypeError(
            "index_put(): argument 'indices' (position 1) must be tuple of Tensors, "
            f"not {type(indices).__name__}"
        )
    if not isinstance(values, Tensor):
        raise errors.no_tensor_argument("index_put", "values", 2, values)
    for nr, index in enumerate(indices):
        if not isinstance(index, Tensor):
            raise errors.no_tensor_in_list(nr, index)
        if index._data.dtype.kind not in "biu":
            raise errors.index_dtype()
    arrays = tuple([np.array(index._data) for index in indices])
    ndim = self._data.ndim
    given = sum(_covers(array) for array in arrays)
    if given > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim} (got {given})")
    return arrays


@export("index_put")
def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `values` written (or added) where the tensors in `indices` say.

    Raises
    ------
    IndexError
        If an index is out of range.
    RuntimeError
        If `values` does not broadcast or has another dtype.
    """
    arrays = _put_arguments(input, indices, values)
    return put_into(input, arrays, values, accumulate=accumulate, in_place=False)


@method("index_put_")
def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """In-place form of `index_put`."""
    return put_into(self, _put_arguments(self, indices, values), values, accumulate=accumulate)


@method("__delitem__")
def _delitem(self: Tensor, index: Any) -> None:
    raise TypeError("Tensor does not support deleting items")
