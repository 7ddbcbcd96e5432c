"""``x[...]``, ``x[...] = value``: views for numbers, slices, None; copies for masks and lists.

An index is taken apart from left to right, as PyTorch does: a number selects, a slice slices, None
puts a dimension in, each giving a view of the view before. Masks and lists of positions are
collected, and one operation, index or index_put_, takes them all at the end.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.creation import tensor
from minigrad.in_place import apply_in_place, check_graph, check_overlap, overlaps_itself
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops.along import check_range, index_array, zeros_like
from minigrad.ops.arguments import ask_for_edges, export_prepared
from minigrad.ops.broadcast import expand, unsqueeze
from minigrad.ops.broadcast import view as view_op
from minigrad.ops.export import functions
from minigrad.ops.part import END, alias, select, slice_part
from minigrad.ops.shape import expanded_size
from minigrad.tensor import Tensor, method, wrap

Indices = tuple[Any, ...]
"""For each dimension from the left: an array of positions, None, or a mask (for several)."""


def _numpy_index(indices: Indices) -> Indices:
    """The index that numpy takes: masks as bool, all of a dimension for None."""
    return tuple([slice(None) if i is None else _bool_if_mask(i) for i in indices])


def _bool_if_mask(array: Any) -> Any:
    return array.astype(bool) if array.dtype.kind == "u" else array


def _taken(self: Any, indices: Indices) -> Any:
    try:
        result = self[_numpy_index(indices)]
    except IndexError:
        check_indices(self.shape, indices)
        raise
    if not result.size:  # then numpy does not look at the shapes of masks
        check_indices(self.shape, indices)
    return result


def _index(self: Any, indices: Indices) -> Any:
    result = np.asarray(_taken(self, indices), order="C")
    if 1 in result.shape:  # numpy leaves any stride there
        result = result.reshape(-1).reshape(result.shape)
    return result if self.flags.c_contiguous else _laid_out(self, result, indices)


def _laid_out(self: Any, result: Any, indices: Indices) -> Any:
    """`result` with the dimensions that were not indexed in the order in memory that `self` has."""
    kept: list[int] = []  # dimensions of self that were not indexed
    taken: list[int] = []
    dim = 0
    for index in indices:
        width = 1 if index is None else _covers(index)
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


index_op = Op("IndexBackward0", _index, tex=r"{self}[\ldots]",
    self=lambda grad, self_sym_sizes, indices: index_put_impl(
        zeros_like(self_sym_sizes, grad), indices, grad, True),
    says="each element receives the sum of the gradients of its copies")  # fmt: skip


def _put_self(grad: Any, indices: Indices, accumulate: bool) -> Any:
    return grad if accumulate else index_put_op(grad, indices, zeros_like((), grad), False)


def _declared(name: str, tex: str) -> Op:
    return Op(name, _index_put, promotes=None, tex=tex, self=_put_self,
        values=lambda grad, indices: index_op(grad, indices),
        says="what was replaced receives 0, the values what arrives in their places")  # fmt: skip


index_put_impl = _declared("IndexPutImplBackward0", r"\operatorname{{index\_put}}({values})")
index_put_op = _declared("IndexPutBackward0", r"\operatorname{{index\_put}}({self}, {values})")


# --- taking an index apart


BASIC = {int, slice}


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
        raise errors.index_of_type(type(entry).__name__)
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
    return entry.ndim if _is_mask(entry) else 1


def _is_mask(entry: Any) -> bool:
    return isinstance(entry, np.ndarray) and entry.dtype.kind in "bu"


def take_apart(self: Tensor, index: Any, *, keep_slices: bool) -> tuple[Tensor, Indices]:
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

    Returns
    -------
    tuple of Tensor and tuple
        The view that numbers, slices and None made, and what is left for index or index_put_.
    """
    entries = index if index.__class__ is tuple else (index,)
    ndim, specified = self._data.ndim, len(entries)
    if not BASIC.issuperset(map(type, entries)):
        entries = tuple([_as_index(entry) for entry in _entries(index)])
        specified = sum(map(_covers, entries))
    if specified > ndim:
        raise _too_many(ndim, index)
    alone = keep_slices and index.__class__ is not tuple
    view = self
    dim = original = 0  # in the view, and in `self`, which error messages count by
    indices: list[Any] = []
    for entry in entries:
        if entry.__class__ is int:
            view = _select(view, dim, entry, original)
            original += 1
        elif entry.__class__ is slice:
            view = _slice(view, dim, entry, alone=alone)
            dim += 1
            original += 1
        elif entry is ...:
            dim += ndim - specified
            original += ndim - specified
        elif entry is None:
            view = unsqueeze.apply(view, dim)
            dim += 1
        else:
            if isinstance(entry, bool):
                view = unsqueeze.apply(view, dim)
            array = np.zeros(int(entry), np.int64) if isinstance(entry, bool) else entry
            original += _covers(entry)
            covered = sum([1 if i is None else _covers(i) for i in indices])
            indices += [None] * (dim - covered) + [array]
            dim += _covers(array)
    return view, tuple(indices)


def _too_many(ndim: int, index: Any) -> Exception:
    if ndim == 0 and isinstance(index, (int, np.integer)):
        return errors.index_range(index, 0, 0) if index else errors.index_of_zero_dim()
    if ndim == 0 and isinstance(index, slice):
        return errors.slice_of_zero_dim()
    return errors.too_many_indices(ndim)


def _select(view: Tensor, dim: int, index: int, original: int) -> Tensor:
    length = view._data.shape[dim]
    if -length <= index < length:
        return select.apply(view, dim, index)
    if not -(2**63) <= index < 2**63:
        raise ValueError("Overflow when unpacking long long")
    raise errors.index_range(index, original, length)


def _slice(view: Tensor, dim: int, entry: slice, *, alone: bool) -> Tensor:
    start, stop, step = [_slice_number(n) for n in (entry.start, entry.stop, entry.step)]
    step = 1 if step is None else step
    if step <= 0:
        raise ValueError("step must be greater than zero" if step else "slice step cannot be zero")
    start = 0 if start is None else start
    stop = END if stop is None else stop
    if not alone and start == 0 and step == 1 and stop >= view._data.shape[dim]:
        return view
    return slice_part.apply(view, dim, start, stop, step)


def _slice_number(number: Any) -> int | None:
    if number is None or number.__class__ is int:
        return number
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
        width = _covers(index)
        if _is_mask(index):
            for own, length in enumerate(index.shape):
                if shape[dim + own] != length:
                    raise errors.mask_shape(index.shape, own, shape, dim + own)
        arrays += index.nonzero() if _is_mask(index) else [index]
        lengths += shape[dim : dim + width]
        dim += width
    try:
        np.broadcast_shapes(*[a.shape for a in arrays])
    except ValueError:
        raise errors.index_broadcast([a.shape for a in arrays]) from None
    for nr, (array, length) in enumerate(zip(arrays, lengths, strict=True)):
        if length == 0 and array.size:
            raise errors.index_of_nothing()
        check_range(array, nr, length, errors.index_range, -length)


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
    if index.__class__ is int and self._data.ndim:
        return _select(self, 0, index, 0)
    view, indices = take_apart(self, index, keep_slices=True)
    if indices:
        return index_op.apply(view, indices)
    return alias.apply(self) if view is self else view


# --- writing

_EXPANDED = (("index_put_", "indices] = tensor"), ("masked_fill_", "mask] = scalar"))


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
        dtype = self._data.dtype
        fits = dtype.kind == "f"  # every number does; of integers PyTorch keeps the low bits
        value = wrap(modes.quiet(np.array, value, dtype) if fits else np.array(value).astype(dtype))
    if index is True:
        view, indices = unsqueeze.apply(self, 0), ()
    else:
        view, indices = take_apart(self, index, keep_slices=False)
    if indices:
        if ask_for_edges((view, value)):
            check_graph(view)  # PyTorch complains of the graph first
        fills = value._data.size == 1 and all(i is not None and _is_mask(i) for i in indices)
        values = without_leading_ones(value)
        op, *arguments = prepared(view, indices, values, False, casts=fills)
        if value is view and not fills:
            raise errors.overlap_between()
        expanded = overlaps_itself(view._data)
        for name, how in _EXPANDED[: expanded and 1 + fills]:
            warnings.warn(errors.EXPANDED_WRITE.format(name, how), stacklevel=2)
        apply_in_place(op, view, tuple(arguments), {}, uniform=fills or expanded)
    elif not _written(view, value):
        copy_to(view, value)


def _written(view: Tensor, value: Tensor) -> bool:
    """Write `value` into `view` if that is simple: nothing to record, no memory in common."""
    recording = modes.grad and (view.requires_grad or value.requires_grad)
    if recording or value._data.dtype != view._data.dtype:
        return False
    if value._counter is not None and np.may_share_memory(view._data, value._data):
        return False
    if 0 in view._data.strides:
        check_overlap(view, [])
    counter = view._share()
    try:
        view._data[...] = value._data
    except ValueError:  # the shapes do not fit: `copy_to` says so
        return False
    counter.version += 1
    return True


def without_leading_ones(value: Tensor) -> Tensor:
    """`value` without the dimensions of length 1 at its front."""
    shape = value._data.shape
    start = next((dim for dim, length in enumerate(shape) if length != 1), len(shape))
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


def prepared(
    self: Tensor, indices: Indices, values: Tensor, accumulate: bool, *, casts: bool = False
) -> Any:
    """The operation index_put and its arguments, checked; if it `casts`, dtypes may differ."""
    data = np.broadcast_to(np.False_, self._data.shape)
    try:
        target = _taken(data, indices).shape
        complaint = None
    except IndexError as error:  # PyTorch looks at the ranges last
        complaint = error
        try:
            target = _taken(
                data, tuple([i if _is_mask(i) else None if i is None else i * 0 for i in indices])
            ).shape
        except IndexError:
            raise error from None
    try:
        fits = np.broadcast_shapes(target, values._data.shape) == target
    except ValueError:
        fits = False
    if not fits:
        raise errors.index_put_shape(values._data.shape, target)
    if self._data.dtype != values._data.dtype and not casts:
        raise errors.index_put_dtypes(self, values)
    if complaint is not None:
        raise complaint
    return index_put_op, indices, values, accumulate


@export_prepared("index_put")
def index_put(input: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Any:
    """`input` with `values` written (or added) where the tensors in `indices` say.

    Raises
    ------
    IndexError
        If an index is out of range.
    RuntimeError
        If `values` does not broadcast or has another dtype.
    """
    if not isinstance(indices, (tuple, list)):
        raise errors.index_put_indices(type(indices).__name__)
    for nr, index in enumerate(indices):
        if not isinstance(index, Tensor):
            raise errors.no_tensor_in_list(nr, index)
        if index._data.dtype.kind not in "biu":
            raise errors.index_dtype()
    index_array(values, "index_put", 2, "values")
    arrays = tuple([np.array(index._data) for index in indices])
    ndim, given = input._data.ndim, sum(map(_covers, arrays))
    if given > ndim:
        raise errors.too_many_given(ndim, given)
    return prepared(input, arrays, values, accumulate)


functions["index_put_"] = Tensor.index_put_  # pyright: ignore[reportAttributeAccessIssue]


@method("__delitem__")
def _delitem(self: Tensor, index: Any) -> None:
    raise TypeError("Tensor does not support deleting items")
