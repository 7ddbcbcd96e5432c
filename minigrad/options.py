"""What functions that make tensors have in common: size, dtype=, device=, requires_grad=, out=."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import index
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import check_device, layout, memory_format
from minigrad.in_place import check_overlap, write
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]
Values = Callable[..., Any]

_OF_PYTHON: dict[Any, dtypes.dtype] = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool}
_OPTIONS = {"out", "dtype", "layout", "device", "pin_memory", "requires_grad"}


def factory(values: Values, name: str = "") -> Callable[..., Tensor]:
    """Return the function that makes a tensor of what `values` computes, and sees to the options.

    Parameters
    ----------
    values : callable
        ``values(*args, dtype=...)`` returns an array; `dtype` is numpy's, or None if none is given.
    name : str, optional
        PyTorch's name, for errors, if it is not that of `values`.
    """
    name = name or values.__name__

    def make(*args: Any, **kwargs: Any) -> Tensor:
        try:
            if not kwargs:
                return leaf(values(*args, dtype=None))
            options = {key: kwargs[key] for key in kwargs if key in _OPTIONS}
            own = {key: kwargs[key] for key in kwargs if key not in _OPTIONS}
            dtype, requires_grad, out = checked_options(name, **options)
            data = values(*args, dtype=dtype, **own)
        except TypeError as error:
            raise errors.unfitting(name, args, kwargs, error) from None
        return leaf(data, requires_grad) if out is None else _into(out, data, requires_grad, name)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = values.__doc__
    return make


def sized(values: Values, name: str = "") -> Callable[..., Tensor]:
    """`factory` of ``values(shape, dtype)``, which is given a size: ``zeros(2, 3)``."""
    name = name or values.__name__

    def body(*sizes: Any, size: Any = None, dtype: Any, **own: Any) -> Any:
        return values(shape_of(name, sizes, size), dtype or default_dtype(), **own)

    body.__doc__ = values.__doc__
    return factory(body, name)


def default_dtype() -> np.dtype[Any]:
    """What numpy calls the default dtype."""
    return dtypes.get_default_dtype().numpy


def checked_options(
    caller: str,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    pin_memory: Any = False,
    requires_grad: Any = False,
) -> tuple[Any, bool, Any]:
    """Return the dtype, as numpy's or None, `requires_grad` and `out`.

    Raises
    ------
    TypeError
        If an option is of a wrong type.
    RuntimeError, AssertionError
        If there is no such device; if `out` is of another dtype, or requires grad.
    """
    check_device(device, caller)
    chosen = None if dtype is None else given_dtype(dtype, caller).numpy
    _check_type(caller, "layout", layout, _LAYOUT)
    for name, value in (("pin_memory", pin_memory), ("requires_grad", requires_grad)):
        if type(value) is not bool:
            raise errors.argument(caller, name, "bool", value)
    if pin_memory:
        raise errors.no_pinned_memory()
    if out is not None:
        _check_type(caller, "out", out, Tensor)
        if chosen is not None and chosen != out._data.dtype:
            raise errors.dtype_of_out(chosen, out)
        if out.requires_grad:
            raise errors.out_needs_grad(f"aten::{caller}")
        chosen = out._data.dtype
    return chosen, requires_grad, out


_LAYOUT = layout


def _check_type(caller: str, name: str, value: Any, kind: type[Any]) -> None:
    if value is not None and not isinstance(value, kind):
        shown = getattr(kind, "_torch_name", "")
        raise errors.argument(caller, name, "Tensor" if kind is Tensor else shown, value)


def check_memory_format(caller: str, value: Any) -> None:
    """Complain about what is no memory format."""
    _check_type(caller, "memory_format", value, memory_format)


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


def leaf(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a new tensor over `data`.

    Raises
    ------
    RuntimeError
        If integers are to require grad.
    """
    made = wrap(data if data.ndim else data[()])
    if requires_grad:
        if data.dtype.kind != "f":
            raise errors.only_floats_require_grad_argument()
        made._requires_grad = True
    return made


def _into(out: Tensor, data: Any, requires_grad: bool, caller: str) -> Tensor:
    """Write `data` into `out`, which takes its size."""
    if out._data.shape != data.shape:
        out._share()
        out._data = np.empty(data.shape, data.dtype)
    elif caller == "empty":
        return out
    if caller not in ("zeros", "ones", "full", "eye", "randperm"):
        check_overlap(out, [])
    write(out, data)
    if requires_grad:
        out.requires_grad = True
    return out


# --- sizes and numbers


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
    if is_integer(first):
        return checked_shape(caller, given)
    if len(given) > 1:
        raise TypeError(f"{caller}() takes 1 positional argument but {len(given)} were given")
    if isinstance(first, (tuple, list)) or is_integer(first, ndim=1):
        return checked_shape(caller, tuple(cast("Any", first)))
    raise errors.argument(caller, "size", "tuple of ints", first, position=1)


def checked_shape(caller: str, lengths: tuple[Any, ...]) -> tuple[int, ...]:
    """Return `lengths` as integers; errors as for `shape_of`."""
    for at, length in enumerate(lengths):
        if not (type(length) is int or is_integer(length) or (at and isinstance(length, bool))):
            name = "element_of_size" if at else "first_of_size"
            raise errors.error(name, caller, *([at + 1] if at else []), length)
    shape = tuple([index(length) for length in lengths])
    for length in shape:
        if length < 0:
            if caller == "zeros":
                raise errors.zeros_negative()
            raise errors.negative_size(length, shape)
    if math.prod(shape) >= 2**63:
        raise errors.too_large(shape)
    return shape


def is_integer(value: Any, ndim: int = 0) -> bool:
    """Whether `value` is taken for a length: an integer, also of numpy or in a tensor of `ndim`."""
    if isinstance(value, Tensor):
        return value.ndim == ndim and value._data.dtype.kind in "iu"
    return ndim == 0 and isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def integer(caller: str, name: str, value: Any, position: int = 1) -> int:
    """Return `value` as an int.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not is_integer(value):
        raise errors.argument(caller, name, "int", value, position=position)
    return int(value)


def number(caller: str, name: str, value: Any, position: int | None = None) -> Any:
    """Return `value`, a Python number, numpy scalar or 0-d tensor, as a Python number.

    Raises
    ------
    TypeError
        If it is none.
    """
    if isinstance(value, (Tensor, np.generic)) and value.ndim == 0:
        return cast("Any", value).item()
    if isinstance(value, (bool, int, float)):
        return value
    raise errors.argument(caller, name, "Number", value, position=position)
