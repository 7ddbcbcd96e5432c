"""Tensors from Python's and numpy's values, with the dtypes that PyTorch infers."""

from __future__ import annotations

import math
import warnings
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.modes import modes
from minigrad.options import check_options, given_dtype, leaf
from minigrad.tensor import Tensor, wrap

COPY_OF_TENSOR = (
    "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
    "sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor)."
)
LIST_OF_ARRAYS = (
    "Creating a tensor from a list of numpy.ndarrays is extremely slow. Please consider converting "
    "the list to a single numpy.ndarray with numpy.array() before converting to a tensor."
)
NOT_WRITABLE = (
    "The given NumPy array is not writable, and PyTorch does not support non-writable tensors. "
    "This means writing to this tensor will result in undefined behavior. You may want to copy "
    "the array to protect its data or make it writable before converting it to a tensor. This "
    "type of warning will be suppressed for the rest of this program."
)


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
    check_options("tensor", device, requires_grad)
    if isinstance(data, Tensor):
        warnings.warn(COPY_OF_TENSOR, stacklevel=2)
    return leaf(new_array(data, wanted), requires_grad)


def new_array(data: Any, wanted: dtypes.dtype | None) -> Any:
    """A new array (or numpy scalar) of `data`, of dtype `wanted` or of the one PyTorch infers."""
    if isinstance(data, Tensor):
        return _copy(data._data, wanted)
    if is_array(data):
        check_array(data)
        return _copy(data, wanted)
    if _is_scalar(data) and wanted is None:
        dtypes.from_numpy(data.dtype)
        return data
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    shape = _shape(data)
    if isinstance(data, (list, tuple)) and any(map(is_array, cast("Any", data))):
        warnings.warn(LIST_OF_ARRAYS, stacklevel=3)
    wanted = wanted or dtypes.from_numpy(_infer(data))
    if math.prod(shape) == 0:
        return np.empty(shape, wanted.numpy)
    numbers = _numbers(_flat(data, shape), wanted)
    return numbers.reshape(shape) if shape else numbers[0]


def is_array(value: Any) -> bool:
    """Whether `value` is a numpy array."""
    return isinstance(value, np.ndarray)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, np.generic)


def _copy(array: Any, wanted: dtypes.dtype | None) -> Any:
    return modes.quiet(np.array, array, array.dtype if wanted is None else wanted.numpy)


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
    if isinstance(data, Tensor) or is_array(data) or _is_scalar(data):
        own = data._data.dtype if isinstance(data, Tensor) else data.dtype
        return dtypes.from_numpy(own).numpy
    if isinstance(data, (bool, int, float)):
        return dtypes.number_dtype(data)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    if not _is_sequence(data):
        raise errors.no_dtype_of(data)
    if len(data) == 0:
        return dtypes.get_default_dtype().numpy
    kinds = set(map(type, data))
    if kinds <= {bool, int, float}:
        return dtypes.number_dtype(0.0 if float in kinds else 0 if int in kinds else False)
    found = _infer(data[0])
    for item in data[1:]:
        found = dtypes.promote_numpy(found, _infer(item))
    return found


def _is_sequence(data: Any) -> bool:
    if isinstance(data, (list, tuple, str, bytes)):
        return True
    no_sequence = (bool, int, float, dict, Tensor, np.generic, type)
    return not isinstance(data, no_sequence) and hasattr(data, "__getitem__")


def _shape(data: Any) -> tuple[int, ...]:
    """The lengths of the nested sequences, as the first item at each depth has them."""
    shape: list[int] = []
    first = data
    while _is_sequence(first):
        shape.append(len(first))
        if len(shape) > 128:
            raise errors.too_many_dimensions(first)
        if shape[-1] == 0:
            break
        first = first[0]
    return tuple(shape)


def _flat(data: Any, shape: tuple[int, ...]) -> list[Any]:
    """The numbers in `data`, in order.

    Raises
    ------
    TypeError, ValueError
        If `data` is ragged.
    """
    level = [data]
    for dim, length in enumerate(shape):
        deeper: list[Any] = []
        for sequence in level:
            if not _is_sequence(sequence):
                raise TypeError("not a sequence")
            if len(sequence) != length:
                raise errors.ragged(length, dim, len(sequence))
            deeper.extend(sequence)
        level = deeper
    return level


def _numbers(items: list[Any], wanted: dtypes.dtype) -> np.ndarray[Any, Any]:
    """The items as a one-dimensional array.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        If an item is no number, or does not fit.
    """
    if not set(map(type, items)) <= {bool, int, float}:
        items = [_number(item, wanted) for item in items]
    kind = wanted.numpy.kind
    if kind == "f":
        return modes.quiet(np.array(items, np.float64).astype, wanted.numpy)
    if kind == "b":
        return np.array([bool(item) for item in items])
    return np.array([_fitting(item, wanted) for item in items], wanted.numpy)


def _number(item: Any, wanted: dtypes.dtype) -> Any:
    """`item` as a Python number."""
    if isinstance(item, Tensor):
        return item._python_number()
    if is_array(item) and item.ndim:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
    if is_array(item) or _is_scalar(item):
        return item.item()
    if isinstance(item, (bool, int, float)):
        return item
    if wanted.numpy.kind != "f":
        raise TypeError(f"'{type(item).__name__}' object cannot be interpreted as an integer")
    return float(item) if hasattr(item, "__float__") else math.fsum([item])


def _fitting(item: Any, wanted: dtypes.dtype) -> int:
    """`item` as an integer of dtype `wanted`; a negative one wraps around in uint8."""
    limits = np.iinfo(wanted.numpy)
    if isinstance(item, float):
        if not limits.min <= item <= limits.max:
            raise errors.overflow(wanted)
        return int(item)
    if not -(2**63) <= item < 2**63:
        raise ValueError("Overflow when unpacking long long")
    smallest = -limits.max if wanted.numpy.kind == "u" else limits.min
    if not smallest <= item <= limits.max:
        raise errors.overflow(wanted)
    return item % 256 if wanted.numpy.kind == "u" else int(item)


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
        warnings.warn(NOT_WRITABLE, stacklevel=2)
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
    check_options(caller, device, requires_grad=False)
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
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of `obj`; `copy` says: always (True), never (False), if needed (None).

    Parameters and errors as for `tensor`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.asarray.html
    """
    check_options("asarray", device, requires_grad)
    has_memory = isinstance(obj, Tensor) or is_array(obj)
    if copy is False and not has_memory:
        raise errors.alias_of_sequence()
    made = _as_tensor("asarray", obj, dtype, device)
    if copy is False and made.dtype is not dtypes.from_numpy(
        obj._data.dtype if isinstance(obj, Tensor) else obj.dtype
    ):
        raise errors.alias_needs_copy()
    if copy and has_memory:
        made = made.clone()
    if requires_grad and not made.requires_grad:
        made.requires_grad = True
    return made
