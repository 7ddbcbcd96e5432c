"""Tensors from Python's and numpy's values, with the dtypes that PyTorch infers."""

from __future__ import annotations

import math
import warnings
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.modes import modes
from minigrad.options import checked_options, given_dtype, leaf
from minigrad.tensor import Tensor, wrap

_PYTHON_NUMBERS = {bool, int, float}


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
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
    wanted = None if dtype is None else given_dtype(dtype, "tensor")
    if device is not None or pin_memory is not False or type(requires_grad) is not bool:
        checked_options("tensor", device=device, pin_memory=pin_memory, requires_grad=requires_grad)
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_OF_TENSOR, stacklevel=2)
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
    if is_array(data):
        check_array(data)
        return modes.quiet(np.array, data, data.dtype if wanted is None else wanted.numpy)
    if _has_dtype(data) and wanted is None:
        dtypes.from_numpy(data.dtype)
        return data
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    shape, items = _flat(data)
    if isinstance(data, (list, tuple)) and any(map(is_array, cast("Any", data))):
        warnings.warn(errors.LIST_OF_ARRAYS, stacklevel=3)
    if wanted is None:
        is_plain = items and set(map(type, items)) <= _PYTHON_NUMBERS
        wanted = dtypes.from_numpy(_infer(items if is_plain else data))
    if math.prod(shape) == 0:
        return np.empty(shape, wanted.numpy)
    numbers = _numbers(items, wanted)
    return numbers.reshape(shape) if shape else numbers[0]


def is_array(value: Any) -> bool:
    """Whether `value` is a numpy array."""
    return isinstance(value, np.ndarray)


def _has_dtype(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray, np.generic))


def check_array(array: np.ndarray[Any, Any]) -> None:
    """Complain about a numpy array that no tensor can be made of.

    Raises
    ------
    ValueError
        For foreign byte order and negative strides.
    TypeError
        For a dtype that tensors do not have.
    """
    if not array.dtype.isnative:
        raise errors.foreign_byte_order()
    if any(stride < 0 for stride in array.strides):
        raise errors.array_with_negative_strides()
    dtypes.from_numpy(array.dtype)


def _infer(data: Any) -> np.dtype[Any]:
    """The dtype that holds everything in `data`.

    Raises
    ------
    TypeError, RuntimeError
        If something is no number.
    """
    if _has_dtype(data):
        return dtypes.from_numpy(getattr(data, "_data", data).dtype).numpy
    if isinstance(data, (bool, int, float)):
        return dtypes.number_dtype(data)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    if not _is_sequence(data):
        raise errors.no_dtype_of(data)
    if len(data) == 0:
        return dtypes.get_default_dtype().numpy
    kinds = set(map(type, data))
    if kinds <= _PYTHON_NUMBERS:
        return dtypes.number_dtype(0.0 if float in kinds else 0 if int in kinds else False)
    found = _infer(data[0])
    for item in data[1:]:
        found = dtypes.promote_numpy(found, _infer(item))
    return found


def _is_sequence(data: Any) -> bool:
    if data.__class__ in (list, tuple, str, bytes):
        return True
    no_sequence = (bool, int, float, dict, Tensor, np.generic, type)
    return not isinstance(data, no_sequence) and hasattr(data, "__getitem__")


def _flat(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape of the nested sequences, and the numbers in them.

    Raises
    ------
    TypeError, ValueError
        If `data` is ragged, nested too deeply, or holds no number.
    """
    shape: tuple[int, ...] = ()
    items: list[Any] = [data]
    while _is_sequence(items[0]):
        length = len(items[0])
        deeper: list[Any] = []
        shape = (*shape, length)
        if len(shape) > 128:
            raise errors.too_many_dimensions(items[0])
        if length == 0:
            return shape, []  # PyTorch looks no further
        for item in items:
            if not _is_sequence(item) or len(item) != length:
                _infer(data)  # what is no number is found first
                if not _is_sequence(item):
                    raise TypeError("not a sequence")
                raise errors.ragged(length, len(shape) - 1, len(item))
            deeper.extend(item)
        items = deeper
    return shape, items


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
    if kinds == {int} and min(items) >= 0 and max(items) <= limits.max:
        return np.array(items, wanted.numpy)
    return np.array([_fitting(item, wanted, limits) for item in items], wanted.numpy)


def _number(item: Any, wanted: dtypes.dtype) -> Any:
    """`item` as a Python number."""
    if isinstance(item, Tensor):
        return item._python_number()
    if is_array(item) and item.ndim:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
    if _has_dtype(item):
        return item.item()
    if isinstance(item, (bool, int, float)):
        return item
    if wanted.numpy.kind != "f":
        raise TypeError(f"'{type(item).__name__}' object cannot be interpreted as an integer")
    return float(item) if hasattr(item, "__float__") else math.fsum([item])


def _fitting(item: Any, wanted: dtypes.dtype, limits: Any) -> int:
    """`item` as an integer of dtype `wanted`; a negative one wraps around in uint8."""
    if not isinstance(item, float) and not -(2**63) <= item < 2**63:
        raise ValueError("Overflow when unpacking long long")
    wraps = wanted is dtypes.uint8 and not isinstance(item, float)
    if not (-limits.max if wraps else limits.min) <= item <= limits.max:
        raise errors.overflow(wanted)
    return int(item) % 256 if wraps else int(item)


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
    if not is_array(ndarray):
        raise errors.no_array(ndarray)
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
    return _as_tensor("as_tensor", data, dtype, device)


def _as_tensor(caller: str, data: Any, dtype: Any, device: Any) -> Tensor:
    wanted = None if dtype is None else given_dtype(dtype, caller)
    checked_options(caller, device=device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)
    if is_array(data) and (wanted is None or data.dtype == wanted.numpy):
        return from_numpy(data)
    return leaf(new_array(data, wanted))


def asarray(
    obj: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    copy: bool | None = None,
    requires_grad: bool | None = None,
) -> Tensor:
    """Make a tensor of `obj`; `copy` says: always (True), never (False), if needed (None).

    Parameters and errors as for `tensor`; ``requires_grad=None`` means that of `obj`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.asarray.html
    """
    has_memory = isinstance(obj, Tensor) or is_array(obj)
    if copy is False and not has_memory:
        raise errors.alias_of_sequence()
    made = _as_tensor("asarray", obj, dtype, device)
    if has_memory:
        own = dtypes.from_numpy(obj._data.dtype if isinstance(obj, Tensor) else obj.dtype)
        if copy is False and made.dtype is not own:
            raise errors.alias_needs_copy(own.kind, made.dtype.kind)
        if copy and made.dtype is own:
            made = made.clone()
    if requires_grad is None:
        if made.requires_grad:
            warnings.warn(errors.UNSPECIFIED_GRAD, stacklevel=2)
    elif not made.is_leaf:
        return made if requires_grad else made.detach()
    elif requires_grad and not made.is_floating_point():
        raise errors.only_floats_require_grad_argument()
    else:
        made.requires_grad = requires_grad
    return made
