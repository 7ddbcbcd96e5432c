"""What functions that make tensors have in common: size, dtype=, device=, requires_grad=, out=."""

from __future__ import annotations

import math
from operator import index
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import check_device
from minigrad.in_place import write
from minigrad.tensor import Tensor, wrap

_OF_PYTHON = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool}


def given_dtype(value: Any, caller: str) -> dtypes.dtype:
    """Return the dtype that `value` names: a dtype, or one of Python's float, int, bool.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if type(value) is dtypes.dtype:
        return value
    if isinstance(value, type) and value in _OF_PYTHON:
        return _OF_PYTHON[value]
    raise errors.argument(caller, "dtype", "torch.dtype", value)


def numpy_dtype(value: Any, caller: str, otherwise: np.dtype[Any] | None = None) -> np.dtype[Any]:
    """Return what numpy calls the dtype `value`; None means `otherwise`, or the default dtype."""
    if value is None:
        return dtypes.get_default_dtype().numpy if otherwise is None else otherwise
    return given_dtype(value, caller).numpy


def check_options(caller: str, device: Any, requires_grad: Any) -> None:
    """Complain about a device that is none, or a `requires_grad` that is no bool."""
    check_device(device, caller)
    if type(requires_grad) is not bool:
        raise errors.argument(caller, "requires_grad", "bool", requires_grad)


def leaf(data: Any, requires_grad: bool = False, out: Tensor | None = None) -> Tensor:
    """Return a new tensor over `data`, or `out` with these numbers in it.

    Raises
    ------
    RuntimeError
        If integers are to require grad, or `out` is of another dtype.
    """
    if requires_grad and data.dtype.kind != "f":
        raise errors.only_floats_require_grad_argument()
    if out is not None:
        return _into(out, data)
    made = wrap(data if data.ndim else data[()])
    made._requires_grad = requires_grad
    return made


def _into(out: Tensor, data: Any) -> Tensor:
    if out._data.dtype != data.dtype:
        raise errors.dtype_of_out(data.dtype, out)
    if out._data.shape != data.shape:
        out._share()
        out._data = np.empty(data.shape, data.dtype)
    write(out, data)
    return out


def shape_of(caller: str, given: tuple[Any, ...], size: Any = None) -> tuple[int, ...]:
    """Return the shape that ``zeros(2, 3)``, ``zeros((2, 3))`` or ``zeros(size=(2, 3))`` was given.

    Parameters
    ----------
    caller : str
        The name of the function, for its complaints.
    given : tuple
        Its positional arguments.
    size : sequence of int, optional
        Its keyword argument.

    Raises
    ------
    TypeError
        If a length is no integer.
    RuntimeError
        If a length is negative.
    """
    if not given:
        if size is None:
            raise errors.missing(caller, "size")
        given = (size,)
    first: Any = given[0]
    lengths: tuple[Any, ...]
    lengths: tuple[Any, ...]
    if is_integer(first):
        lengths = given
    elif len(given) > 1:
        raise TypeError(f"{caller}() takes 1 positional argument but {len(given)} were given")
    elif isinstance(first, (tuple, list)) or _is_vector(first):
        lengths = tuple(cast("Any", first))
    else:
        raise errors.argument(caller, "size", "tuple of ints", first, position=1)
    return checked_shape(caller, lengths)


def checked_shape(caller: str, lengths: tuple[Any, ...]) -> tuple[int, ...]:
    """Return `lengths` as integers; errors as for `shape_of`."""
    for at, length in enumerate(lengths):
        if is_integer(length) or (at and isinstance(length, bool)):
            continue
        raise errors.size_element(caller, at, length)
    shape = tuple([index(length) for length in lengths])
    for length in shape:
        if length < 0:
            raise errors.negative_size(caller, length, shape)
    if math.prod(shape) >= 2**63:
        raise errors.too_large(shape)
    return shape


def is_integer(value: Any) -> bool:
    """Whether `value` is taken for a length: an integer, also of numpy or in a 0-d tensor."""
    if isinstance(value, (int, np.integer)):
        return not isinstance(value, bool)
    return isinstance(value, Tensor) and value.ndim == 0 and value._data.dtype.kind in "iu"


def _is_vector(value: Any) -> bool:
    return isinstance(value, Tensor) and value.ndim == 1 and value._data.dtype.kind in "iu"


def number(caller: str, name: str, value: Any, position: int) -> Any:
    """Return `value`, a Python number, numpy scalar or 0-d tensor, as a Python number.

    Raises
    ------
    TypeError
        If it is none.
    """
    if isinstance(value, Tensor) and value.ndim == 0:
        return value.item()
    if isinstance(value, np.generic):
        return cast("Any", value).item()
    if isinstance(value, (bool, int, float)):
        return value
    raise errors.argument(caller, name, "Number", value, position=position)
