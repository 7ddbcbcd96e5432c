"""``x[...]``, ``x[...] = value``: views for numbers, slices, None; copies for masks and lists.

An index is taken apart from left to right, as PyTorch does: a number selects, a slice slices, None
puts a dimension in, each giving a view of the view before. Masks and lists of positions are
collected, and one operation, index or index_put_, takes them all at the end.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from operator import index as integer
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.creation import tensor
from minigrad.digits.rounded import HALF
from minigrad.factories import constant
from minigrad.in_place import apply_in_place, is_same, overlaps_itself, write
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.operands import pythonic
from minigrad.ops.broadcast import expand, unsqueeze, view
from minigrad.ops.export import export
from minigrad.ops.gather import index_array, zeros_like
from minigrad.ops.part import END, alias, select, slice_part
from minigrad.strides import fills_its_memory
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap

Indices = tuple[Any, ...]
"""For each dimension from the left: an array of positions, None, or a mask (for several)."""


# --- the operations


def _where(self: Any, indices: Indices) -> Indices:
    """The index that numpy takes: all of a dimension for None; in nothing there is any position."""
    if not self.size:
        indices = tuple([i if i is None or _is_mask(i) else i * 0 for i in indices])
    return tuple([slice(None) if index is None else index for index in indices])


def _index(self: Any, indices: Indices) -> Any:
    try:
        return np.asarray(self[_where(self, indices)], order="C")
    except IndexError:
        _check_indices(self.shape, indices)
        raise


def _check_indices(shape: tuple[int, ...], indices: Indices) -> None:
    """Complain about masks of a wrong shape and positions out of range.

    Raises
    ------
    IndexError
    """
    found: list[tuple[Any, int]] = []  # arrays of positions, and the lengths they must be below
    dim = 0
    for index in indices:
        parts = [index]
        if _is_mask(index):
            for own, length in enumerate(index.shape):
                fits = shape[dim + own] == length
                errors.check(fits, "mask_shape", index.shape, own, shape, dim + own)
            parts = index.nonzero()
        found += [(part, shape[dim + nr]) for nr, part in enumerate(parts) if part is not None]
        dim += len(parts)
    try:
        arrays = np.broadcast_arrays(*[array for array, _ in found])
    except ValueError:
        raise errors.index_broadcast([array.shape for array, _ in found]) from None
    wrong: list[tuple[int, int]] = []  # the first in each array
    for nr, (array, (_, length)) in enumerate(zip(arrays, found, strict=True)):
        errors.check(length or not array.size, "index_of_nothing")
        wrong += [(int(at), nr) for at in np.flatnonzero((array < -length) | (array >= length))[:1]]
    if wrong and 0 not in shape:  # in nothing PyTorch takes any position
        at, nr = min(wrong)
        raise errors.index_range(arrays[nr].flat[at], nr, found[nr][1])


def _fills(indices: Indices, values: Any) -> bool:
    """Whether one number is written where a mask holds: then its dtype and place do not matter."""
    given = [index for index in indices if index is not None]
    return values.size == 1 and len(given) == 1 and _is_mask(given[0])


def _index_put(self: Any, indices: Indices, values: Any, accumulate: bool = False) -> Any:
    result = np.array(self)
    is_read = is_same(self, values) and fills_its_memory(self)
    errors.check(not is_read or _fills(indices, values), "overlap_between")
    try:
        if accumulate:
            np.add.at(result, _where(self, indices), values)
        else:
            result[_where(self, indices)] = values
    except (IndexError, TypeError, ValueError):
        raise errors.index_put_shape(values.shape, _index(self, indices).shape) from None
    fits = self.dtype == values.dtype or _fills(indices, values)
    errors.check(fits, "index_put_dtypes", self.dtype, values.dtype)
    return result


def _putting(name: str, tex: str) -> Op:
    return Op(name, _index_put, promotes=None, tex=tex,
        self=lambda grad, indices, accumulate:
            grad if accumulate else index_put_op(grad, indices, zeros_like((), grad), False),
        values=lambda grad, indices: index_op(grad, indices))  # fmt: skip


# fmt: off
index_op = Op("IndexBackward0", _index, tex=r"{self}[\ldots]",
    self=lambda grad, self_sym_sizes, indices: index_put_impl(
        zeros_like(self_sym_sizes, grad), indices, grad, True))
index_put_impl = _putting("IndexPutImplBackward0", r"\operatorname{{index\_put}}({values})")
index_put_op = _putting("IndexPutBackward0", r"\operatorname{{index\_put}}({self}, {values})")
# fmt: on

# --- masked_select


def _masked_select(self: Any, mask: Any) -> Any:
    errors.check(mask.dtype.kind == "b", "masked_select_mask")
    errors.check_broadcast(mask.shape, self.shape)
    both = np.broadcast_arrays(self, mask)
    return both[0][both[1]]


def _masked_select_rule(grad: Any, self: Any, mask: Any) -> Any:
    if isinstance(grad, Symbol):
        return index_put_impl(zeros_like((), grad), (mask,), grad, True)
    errors.check_broadcast(self.shape, mask.shape)
    mask = np.broadcast_to(mask, np.broadcast_shapes(self.shape, mask.shape))
    return index_put_impl(zeros_like(mask.shape, grad), (mask,), grad, True)


masked_select_op = Op("MaskedSelectBackward0", _masked_select, tex=r"{self}_{{{mask}}}",
    self=_masked_select_rule)  # fmt: skip


@export("masked_select")
def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements of `input` where `mask` holds, as a vector.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast.
    """
    return masked_select_op.apply(input, index_array(mask))


# --- taking an index apart


BASIC = {int, slice, type(None), type(...)}
LONG = 32
"""A list of so many lists is one index, as in numpy."""


def _entries(index: Any) -> tuple[Any, ...]:
    """The index as a tuple; a list with slices, lists or tensors in it counts as one."""
    if isinstance(index, tuple):
        return index
    parts = (list, tuple, range, str, slice, Tensor, np.ndarray, type(None), type(...))
    short = isinstance(index, (list, str)) and len(index) < LONG
    if short and any(isinstance(entry, parts) for entry in index):
        warnings.warn(errors.LIST_AS_TUPLE, stacklevel=5)
        return tuple(index)
    return (index,)


def _as_index(entry: Any) -> Any:
    """`entry` as an int, slice, None, Ellipsis, or an array: of positions, or a mask.

    Raises
    ------
    IndexError, TypeError
        If it is none of these.
    """
    if entry is None or entry is ... or isinstance(entry, (slice, int)):
        return np.array(entry) if isinstance(entry, bool) else entry
    array: Any = entry._data if isinstance(entry, Tensor) else entry
    if isinstance(entry, (list, tuple, range, str, np.ndarray)):
        array = np.array(tensor(entry)._data)
        array = array if array.dtype in (np.bool_, np.uint8) else array.astype(np.int64)
    if array is entry:
        errors.check(hasattr(entry, "__index__"), "index_of_type", entry)
        return integer(array)
    errors.check(array.dtype.kind in "biu", "index_dtype")
    if array.ndim == 0 and array.dtype.kind != "b":
        return array.item()
    errors.check(array.dtype not in (np.int8, np.int16), "index_dtype")
    if array.dtype == np.uint8:
        warnings.warn(errors.UINT8_MASK, stacklevel=5)
        return array.astype(bool)
    return np.array(array)


def _is_mask(entry: Any) -> bool:
    return isinstance(entry, np.ndarray) and entry.dtype.kind == "b"


def _covers(entry: Any) -> int:
    """How many dimensions of the tensor an entry speaks for."""
    if entry is None or entry is ... or isinstance(entry, bool):
        return 0
    data = getattr(entry, "_data", entry)
    return data.ndim if getattr(data, "dtype", None) in (np.bool_, np.uint8) else 1


def _counted(index: Any, ndim: int) -> tuple[tuple[Any, ...], int]:
    """The entries of the index, and how many dimensions they speak of: no more than there are."""
    entries = index if index.__class__ is tuple else (index,)
    basic = BASIC.issuperset(map(type, entries))
    if basic:
        specified = len(entries) - entries.count(None) - entries.count(...)
    else:
        entries = _entries(index)
        specified = sum(map(_covers, entries))
    if specified > ndim:
        if isinstance(index, (int, np.integer)) and not ndim:
            raise errors.index_range(index, 0, 0) if index else errors.index_of_zero_dim()
        errors.check(ndim or not isinstance(index, slice), "slice_of_zero_dim")
        raise errors.too_many_indices(ndim)
    if not basic:
        entries = tuple(map(_as_index, entries))
        errors.check(sum(map(_covers, entries)) <= ndim, "too_many_indices", ndim)
    return entries, specified


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
    ndim = self._data.ndim
    entries, specified = _counted(index, ndim)
    alone = keep_slices and index.__class__ is slice
    part, dim = self, 0
    indices: list[Any] = []
    for nr, entry in enumerate(entries):
        if entry.__class__ is int:
            part = _select(part, dim, entry, nr)
        elif isinstance(entry, np.ndarray):
            if entry.ndim == 0:  # True or False: a dimension of length 1 or 0
                part, entry = unsqueeze.apply(part, dim), np.flatnonzero(entry)  # noqa: PLW2901
            indices.append(entry)
            dim += _covers(entry)
        else:
            if entry.__class__ is slice:
                part = _slice(part, dim, entry, alone=alone)
            elif entry is None:
                part = unsqueeze.apply(part, dim)
            passed = ndim - specified if entry is ... else 1
            indices += [None] * passed
            dim += passed
    while indices and indices[-1] is None:
        indices.pop()
    if indices and 0 in (part._data.size, *[np.size(index) for index in indices]):
        _check_indices(part._data.shape, tuple(indices))  # numpy checks other things here
    return part, tuple(indices)


def _select(part: Tensor, dim: int, index: int, nr: int) -> Tensor:
    """One position along `dim`; an error message counts the entries of the index instead."""
    length = part._data.shape[dim] if dim < part._data.ndim else 0  # after a second `...`
    if -length <= index < length:
        return select.apply(part, dim, index)
    raise errors.index_range(index, nr, length)


def _slice(part: Tensor, dim: int, entry: slice, *, alone: bool) -> Tensor:
    entry.indices(0)  # complains of what is no number
    start = 0 if entry.start is None else integer(entry.start)
    stop = END if entry.stop is None else integer(entry.stop)
    step = 1 if entry.step is None else integer(entry.step)
    errors.check(step > 0, "slice_step")
    if not alone and start == 0 and step == 1 and stop >= part._data.shape[dim]:
        return part
    return slice_part.apply(part, dim, start, stop, step)


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
    part, indices = take_apart(self, index, keep_slices=True)
    if indices:
        return index_op.apply(part, indices)
    return alias.apply(self) if part is self else part


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
    if not isinstance(value, Tensor):
        is_number = isinstance(value, (bool, int, float, np.integer))
        errors.check(is_number, "assigned_type", value, self)
        dtype, value = self._data.dtype, pythonic(value)
        # What does not fit float16 becomes infinite here alone.
        value = wrap(modes.quiet(HALF.type, value) if dtype is HALF else constant((), value, dtype))
    if index is False:
        return
    part, indices = take_apart(self, None if index is True else index, keep_slices=False)
    if indices:
        arguments = (indices, _without_leading_ones(value), False)
        expanded = overlaps_itself(part._data)
        if expanded:
            warnings.warn(errors.INDEX_PUT_EXPANDED, stacklevel=2)
        uniform = expanded or _fills(indices, value._data)
        apply_in_place(index_put_op, part, arguments, {}, uniform=uniform)
    elif _written(part, value):
        pass
    elif value._data.ndim == 0 and part._data.ndim:
        part.fill_(value)
    else:
        part.copy_(_fitted(value, part._data.shape))


def _written(part: Tensor, value: Tensor) -> bool:
    """Write `value` into `part` if that is simple: nothing to record, no memory in common."""
    recording = modes.grad and (part.requires_grad or value.requires_grad)
    shared = value._counter is not None and np.may_share_memory(part._data, value._data)
    if recording or shared or 0 in part._data.strides:
        return False
    with suppress(ValueError):  # the shapes do not fit: `copy_` says so
        write(part, np.asarray(value._data))  # a number beyond the integers is refused by numpy
        return True
    return False


def _without_leading_ones(value: Tensor) -> Tensor:
    """`value` without the dimensions of length 1 at its front."""
    shape = value._data.shape
    start = next((dim for dim, length in enumerate(shape) if length != 1), len(shape))
    return value if start == 0 else view.apply(value, shape[start:])


def _fitted(value: Tensor, shape: tuple[int, ...]) -> Tensor:
    """`value` in this shape."""
    if value._data.shape == shape:
        return value
    short = _without_leading_ones(value)
    value = view.apply(value, value._data.shape) if short is value else short
    return value if value._data.shape == shape else expand.apply(value, shape)


@method("__delitem__")
def _delitem(self: Tensor, index: Any) -> None:
    raise TypeError("Tensor does not support deleting items")
