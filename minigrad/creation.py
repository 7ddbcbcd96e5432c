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
from minigrad.sizes import LISTS, Size, whole
from minigrad.storage import TypedStorage
from minigrad.strides import copied
from minigrad.tensor import Tensor, as_subclass, legacy_constructor, wrap
from minigrad.to_python import python_number

_PYTHON_NUMBERS = {bool, int, float}
_ARRAYS: Any = (np.ndarray, np.generic)
_ARRAY: Any = np.ndarray
_NO_SEQUENCES = (bool, int, float, dict, Tensor, np.generic, type)
_OF_PYTHON = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool}
GIVEN_DTYPES: dict[Any, Any] = {each: each for each in (None, *dtypes.ALL)} | _OF_PYTHON
"""What ``dtype=`` may be: a dtype, one of Python's float, int, bool, or None."""


# --- what all functions that make tensors have in common: dtype=, requires_grad=, size


def leaf(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a new tensor over `data`.

    Raises
    ------
    RuntimeError
        If integers are to require grad.
    """
    made = wrap(data if data.ndim else data[()])
    errors.check(isinstance(requires_grad, bool), "requires_grad_not_bool")
    errors.check(not requires_grad or data.dtype.kind == "f", "only_floats_require_grad_argument")
    made._requires_grad = requires_grad
    return made


def shape_of(size: Any, negative: str = "negative_size") -> tuple[int, ...]:
    """Return `size` as a tuple of integers.

    Raises
    ------
    TypeError
        If a length is no integer.
    RuntimeError
        If a length is negative.
    """
    shape = whole(size)
    errors.check(min(shape, default=0) >= 0, negative, min(shape, default=0), shape)
    return shape


# --- from numbers and sequences of them


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
    wanted = GIVEN_DTYPES[dtype]
    check_device(device)
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_OF_TENSOR.format("torch.tensor"), stacklevel=3)
    return leaf(new_array(data, wanted), requires_grad)


def new_array(data: Any, wanted: dtypes.dtype | None) -> Any:
    """A new array (or numpy scalar) of `data`, of dtype `wanted` or of the one PyTorch infers."""
    if data.__class__ is float and (wanted is None or wanted.is_floating_point):
        return modes.quiet((wanted or dtypes.get_default_dtype()).numpy.type, data)
    if isinstance(data, Tensor):
        data = data._data
    if isinstance(data, _ARRAYS):
        data = checked(data)
        return modes.quiet(copied, data, data.dtype if wanted is None else wanted.numpy)
    if isinstance(data, (str, bytes)):
        raise errors.invalid_data_type(data)
    shape = _shape(data)
    wanted = wanted or dtypes.from_numpy(_infer(data))
    if isinstance(data, LISTS) and any(isinstance(item, _ARRAY) for item in data):
        errors.warn_once(errors.LIST_OF_ARRAYS, stacklevel=4)
    if 0 in shape:
        return np.empty(shape, wanted.numpy)
    return _numbers(_items(data, shape), wanted).reshape(shape)


def checked(array: Any) -> Any:
    """`array`, whose dtype is the very object that all others use: that of a pickle is a copy.

    Raises
    ------
    ValueError
        For foreign byte order and negative strides.
    TypeError
        For a dtype that tensors do not have.
    """
    errors.check(array.dtype.isnative, "foreign_byte_order")
    errors.check(all(stride >= 0 for stride in array.strides), "array_with_negative_strides")
    kind = dtypes.from_numpy(array.dtype).numpy
    return array if array.dtype is kind else array.view(kind)


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
    is_row = kinds <= _PYTHON_NUMBERS
    found = [dtypes.number_dtype(kind()) for kind in kinds] if is_row else [*map(_infer, data)]
    return reduce(dtypes.promote_numpy, found or [dtypes.get_default_dtype().numpy])


def _items(data: Any, shape: tuple[int, ...], depth: int = 0) -> list[Any]:
    """All that nested sequences hold.

    Raises
    ------
    TypeError, ValueError
        If they are not nested as `shape` says.
    """
    if depth == len(shape):
        return [data]
    row: Any = data.detach().unbind() if isinstance(data, Tensor) and data.ndim else data
    if not _is_sequence(row):
        raise TypeError("not a sequence")
    errors.check(len(row) == shape[depth], "ragged", shape[depth], depth, len(row))
    if depth + 1 == len(shape):
        return list(row)
    return [number for item in row for number in _items(item, shape, depth + 1)]


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
    is_long = wanted is dtypes.int64 and float not in kinds
    return integers(items, wanted.numpy, "too_long" if is_long else "overflow")


def integers(items: list[Any], dtype: np.dtype[Any], error: str) -> np.ndarray[Any, Any]:
    """Numbers as integers of this dtype; the `error`, if one does not fit."""
    limits: Any = np.iinfo(dtype)
    lowest, highest = limits.min, limits.max
    if dtype.kind == "u" and all(x >= 0 for x in items if isinstance(x, float)):
        lowest = -highest  # a negative integer wraps around
    fits = all(lowest <= item <= highest for item in items)  # which nan does not
    errors.check(fits, error, dtype)
    return np.array([int(item) for item in items], np.int64).astype(dtype, copy=False)


def _number(item: Any, wanted: dtypes.dtype) -> Any:
    """`item` as a Python number."""
    if isinstance(item, Tensor):
        return python_number(item) if wanted.is_floating_point else operator.index(item)
    if isinstance(item, _ARRAYS):
        return item.item()
    if isinstance(item, (bool, int, float)):
        return item
    return math.fsum([item]) if wanted.is_floating_point else operator.index(item)


# --- sharing the memory of what is given


def from_numpy(ndarray: Any, /, **unknown: Any) -> Tensor:
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
    errors.check(not unknown, "function_takes_no_keywords", "from_numpy")
    errors.check(isinstance(ndarray, _ARRAY), "no_array", ndarray)
    ndarray = checked(ndarray)
    if not ndarray.flags.writeable:
        errors.warn_once(errors.NOT_WRITABLE, stacklevel=2)
    made = wrap(ndarray)
    made._share()
    return made


def as_tensor(data: Any, *, dtype: Any = None, device: Any = None) -> Tensor:
    """Make a tensor of `data`, copying only if needed: tensors stay, arrays are shared.

    Parameters and errors as for `tensor`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    wanted = GIVEN_DTYPES[dtype]
    check_device(device)
    if isinstance(data, Tensor):
        return data if wanted is None else data.to(wanted)
    if isinstance(data, _ARRAY) and (wanted is None or data.dtype == wanted.numpy):
        return from_numpy(data)
    return leaf(new_array(data, wanted))


# --- older constructors: ``torch.Tensor(2, 3)``, ``torch.FloatTensor([1])``


def _construct(dtype: dtypes.dtype, args: Any, /, device: Any = None, **unknown: Any) -> Tensor:
    """Make a tensor: of a size if `args` are integers, else of the numbers of a sequence."""
    if not args and unknown.keys() in ({"size"}, {"data"}):
        args = (Size(unknown.pop("size")) if "size" in unknown else list(unknown.pop("data")),)
    if unknown:
        raise errors.legacy_keywords(errors.types_of(args, unknown), ", ".join(unknown))
    check_device(device)
    first = args[0] if args else ()
    if isinstance(first, Tensor) and len(args) == 1:
        errors.check(first.dtype is dtype, "legacy_dtype", dtype, first.dtype)
        return args[0][...]
    if isinstance(first, TypedStorage):
        return leaf(first._memory)  # which is shared
    may_be_sequence = not isinstance(first, (bool, float, np.floating, np.bool_, type(None)))
    errors.check(may_be_sequence, "legacy_needs_sequence", first)
    if len(args) > 1 or isinstance(first, (Size, int, np.integer)):
        return leaf(np.zeros(shape_of(first if isinstance(first, Size) else args), dtype.numpy))
    return leaf(new_array(first, dtype))


def _tensor(cls: type[Any], *args: Any, **options: Any) -> Any:
    given = args[0] if len(args) == 1 else None
    dtype = given.dtype if isinstance(given, Tensor) else dtypes.get_default_dtype()
    made = _construct(dtype, args, **options)
    return made if cls is Tensor else as_subclass(made, cls)


legacy_constructor.append(_tensor)


class TensorType:
    """``torch.FloatTensor`` and its like: constructors of one dtype; `isinstance` knows them.

    Parameters
    ----------
    dtype : dtype
    """

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype
        self.__name__ = f"{dtype.kind}Tensor"

    def __call__(self, *args: Any, **options: Any) -> Tensor:
        return _construct(self.dtype, args, **options)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is self.dtype

    def __repr__(self) -> str:
        return f"<class '{self.dtype.tensor_type}'>"


(DoubleTensor, FloatTensor, HalfTensor, LongTensor, IntTensor, ShortTensor, CharTensor, ByteTensor,
 BoolTensor) = map(TensorType, dtypes.ALL)  # fmt: skip
