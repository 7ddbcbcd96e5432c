"""Tensors from Python's and numpy's values, with the dtypes that PyTorch infers."""

from __future__ import annotations

import math
import operator
import warnings
from functools import reduce
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import check_device
from minigrad.modes import modes
from minigrad.options import given_dtype, leaf
from minigrad.tensor import Tensor, wrap

_PYTHON_NUMBERS = {bool, int, float}
_ARRAYS = (np.ndarray, np.generic)
_NO_SEQUENCES = (bool, int, float, dict, Tensor, np.generic, type)


def tensor(
    data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """Make a leaf tensor by copying `data`.

    Parameters
    ----------
    data : number, nested sequence, numpy array or Tensor
        Lists may be nested to any depth and hold numbers, numpy scalars and tensors of one element.
    dtype : dtype, optional
        Inferred if not given: the default dtype of Python floats, int64 of integers, bool of
        booleans; numpy values and tensors keep theirs; a mixture gets the dtype that holds all.
    device : device or str, optional
        ``"cpu"``; there is no other.
    requires_grad : bool

    Returns
    -------
    Tensor
        Of shape () for a number; for lists, of the shape in which they are nested.

    Raises
    ------
    ValueError
        If sequences at the same depth differ in length.
    TypeError
        If something in `data` is no number.
    RuntimeError
        If a number does not fit `dtype`, or a tensor of integers is to require grad.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
    """
    wanted = None if dtype is None else given_dtype(dtype)
    check_device(device)
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_OF_TENSOR, stacklevel=3)
    return leaf(new_array(data, wanted), requires_grad)


def new_array(data: Any, wanted: dtypes.dtype | None) -> Any:
    """A new array (or numpy scalar) of `data`, of dtype `wanted` or of the one PyTorch infers."""
    kind: object = data.__class__
    if kind is int and wanted is None and -(2**63) <= data < 2**63:
        return np.int64(data)
    if (kind is float or kind is list) and (wanted is None or wanted.is_floating_point):
        to = (wanted or dtypes.get_default_dtype()).numpy
        if kind is float:
            return modes.quiet(to.type, data)
        if set(map(type, data)) == {float}:
            return modes.quiet(np.array, data, to)
    if isinstance(data, Tensor):
        data = data._data
    if isinstance(data, _ARRAYS):
        check_array(data)
        return modes.quiet(np.array, data, data.dtype if wanted is None else wanted.numpy)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    shape = _shape(data)
    wanted = wanted or dtypes.from_numpy(_infer(data))
    if isinstance(data, (list, tuple)) and any(isinstance(item, np.ndarray) for item in data):
        warnings.warn(errors.LIST_OF_ARRAYS, stacklevel=4)
    if 0 in shape:
        return np.empty(shape, wanted.numpy)
    return _numbers(_items(data, shape), wanted).reshape(shape)


def check_array(array: Any) -> None:
    """Complain about a numpy array that no tensor can be made of.

    Raises
    ------
    ValueError
        For foreign byte order and negative strides.
    TypeError
        For a dtype that tensors do not have.
    """
    errors.check(array.dtype.isnative, "foreign_byte_order")
    errors.check(all(stride >= 0 for stride in array.strides), "array_with_negative_strides")
    dtypes.from_numpy(array.dtype)


def _is_sequence(data: Any) -> bool:
    return not isinstance(data, _NO_SEQUENCES) and hasattr(data, "__getitem__")


def _shape(data: Any) -> tuple[int, ...]:
    """The shape of nested sequences, by the first of each."""
    shape: tuple[int, ...] = ()
    while _is_sequence(data) and 0 not in shape:
        shape = (*shape, len(data))
        errors.check(len(shape) <= 128, "too_many_dimensions", data)
        data = data[0] if shape[-1] else None
    return shape


def _infer(data: Any) -> np.dtype[Any]:
    """The dtype that holds everything in `data`.

    Raises
    ------
    TypeError, RuntimeError
        If something is no number.
    """
    if isinstance(data, (Tensor, *_ARRAYS)):
        return dtypes.from_numpy(getattr(data, "_data", data).dtype).numpy
    if isinstance(data, (bool, int, float)):
        return dtypes.number_dtype(data)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    errors.check(_is_sequence(data), "no_dtype_of", data)
    kinds: set[Any] = set(map(type, data))
    items = [kind() for kind in kinds] if kinds <= _PYTHON_NUMBERS else data
    found = list(map(_infer, items)) or [dtypes.get_default_dtype().numpy]
    return reduce(dtypes.promote_numpy, found)


def _items(data: Any, shape: tuple[int, ...], depth: int = 0) -> list[Any]:
    """All that nested sequences hold.

    Raises
    ------
    TypeError, ValueError
        If they are not nested as `shape` says.
    """
    if depth == len(shape):
        return [data]
    if not _is_sequence(data):
        raise TypeError("not a sequence")
    errors.check(len(data) == shape[depth], "ragged", shape[depth], depth, len(data))
    if depth + 1 == len(shape):
        return list(data)
    return [number for item in data for number in _items(item, shape, depth + 1)]


def _numbers(items: list[Any], wanted: dtypes.dtype) -> np.ndarray[Any, Any]:
    """The items as a one-dimensional array.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        If an item is no number, or does not fit.
    """
    kinds = set(map(type, items))
    if not kinds <= _PYTHON_NUMBERS:
        items = [_number(item, wanted) for item in items]
    if wanted.is_floating_point:
        return modes.quiet(np.array, items, wanted.numpy)
    if wanted is dtypes.bool:
        return np.array([bool(item) for item in items])
    limits: Any = np.iinfo(wanted.numpy)
    # A negative integer wraps around in uint8.
    lowest = -limits.max if wanted is dtypes.uint8 and float not in kinds else limits.min
    fits = lowest <= min(items) and max(items) <= limits.max
    is_long = wanted is dtypes.int64 and float not in kinds
    errors.check(fits, "too_long" if is_long else "overflow", wanted)
    return np.array([int(item) for item in items], np.int64).astype(wanted.numpy)


def _number(item: Any, wanted: dtypes.dtype) -> Any:
    """`item` as a Python number."""
    if isinstance(item, Tensor):
        return item._python_number()
    if isinstance(item, _ARRAYS):
        return item.item()
    if isinstance(item, (bool, int, float)):
        return item
    return math.fsum([item]) if wanted.is_floating_point else operator.index(item)


# --- sharing the memory of what is given


def from_numpy(ndarray: Any) -> Tensor:
    """Make a tensor over the memory of a numpy array: a change of one shows in the other.

    Raises
    ------
    TypeError
        If it is no array, or of a dtype that tensors do not have.
    ValueError
        If it has negative strides or foreign byte order.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.from_numpy.html
    """
    errors.check(isinstance(ndarray, np.ndarray), "no_array", ndarray)
    check_array(ndarray)
    if not ndarray.flags.writeable:
        warnings.warn(errors.NOT_WRITABLE, stacklevel=2)
    made = wrap(ndarray)
    made._share()
    return made


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor of `data`, copying only if needed: tensors stay, arrays are shared.

    Parameters and errors as for `tensor`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    wanted = None if dtype is None else given_dtype(dtype)
    check_device(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)
    if isinstance(data, np.ndarray) and (wanted is None or data.dtype == wanted.numpy):
        return from_numpy(data)
    return leaf(new_array(data, wanted))
