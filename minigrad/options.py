"""What functions that make tensors have in common: dtype=, device=, requires_grad=, out=."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import check_device
from minigrad.in_place import write
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]
Values = Callable[..., Any]

_OF_PYTHON: dict[Any, dtypes.dtype] = {float: dtypes.float64, int: dtypes.int64, bool: dtypes.bool}


def factory(values: Values) -> Callable[..., Tensor]:
    """Return the function that makes a tensor of what `values` computes, and sees to the options.

    Parameters
    ----------
    values : callable
        ``values(*args, dtype=...)`` returns an array; `dtype` is numpy's, or None if none is given.
    """

    def make(
        *args: Any,
        out: Tensor | None = None,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        pin_memory: bool = False,
        requires_grad: bool = False,
        **own: Any,
    ) -> Tensor:
        check_device(device)
        errors.check(not pin_memory, "no_pinned_memory")
        chosen = None if dtype is None else given_dtype(dtype).numpy
        given = {name: value for name, value in own.items() if value is not None}
        if out is None:
            return leaf(values(*args, dtype=chosen, **given), requires_grad)
        return _into(out, values(*args, dtype=out._data.dtype, **given))

    make.__doc__ = values.__doc__
    return make


def given_dtype(value: Any, caller: str = "tensor") -> dtypes.dtype:
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
        errors.check(data.dtype.kind == "f", "only_floats_require_grad_argument")
        made._requires_grad = True
    return made


def _into(out: Tensor, data: Any) -> Tensor:
    """Write `data` into `out`, which takes its size."""
    errors.check(not out.requires_grad, "out_needs_grad", "out")
    if out._data.shape != data.shape:
        out._share()
        out._data = np.empty(data.shape, data.dtype)
    write(out, data)
    return out


def shape_of(size: Any) -> tuple[int, ...]:
    """Return the shape that is given as ``(2, 3)`` or as ``((2, 3),)``.

    Raises
    ------
    TypeError
        If a length is no integer.
    RuntimeError
        If a length is negative.
    """
    if len(size) == 1 and isinstance(size[0], (tuple, list)):
        size = cast("Any", size[0])
    shape = tuple(map(index, size))
    for length in shape:
        errors.check(length >= 0, "negative_size", length, shape)
    return shape


def number(value: Any) -> Any:
    """Return a number, a numpy scalar or a tensor of one element as a Python number."""
    return value.item() if hasattr(value, "item") else value
