"""What functions that make tensors have in common: size, dtype=, device=, requires_grad=, out=."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import check_device
from minigrad.in_place import write
from minigrad.tensor import Tensor, wrap

Array = np.ndarray[Any, Any]
Values = Callable[..., Any]
LISTS: Any = (list, tuple)

_DTYPES: dict[Any, dtypes.dtype] = {
    **{each: each for each in dtypes.ALL},
    float: dtypes.float64,
    int: dtypes.int64,
    bool: dtypes.bool,
}
_WITHOUT_EFFECT = ("layout", "memory_format", "pin_memory")


def factory(values: Values) -> Callable[..., Tensor]:
    """Return the function that makes a tensor of what `values` computes, and sees to the options.

    Parameters
    ----------
    values : callable
        ``values(*args, dtype=...)`` returns an array; `dtype` is numpy's, or None if none is given.
    """

    def make(
        *args: Any, out: Tensor | None = None, dtype: Any = None, device: Any = None,
        requires_grad: bool = False, **options: Any,
    ) -> Tensor:  # fmt: skip
        check_device(device)
        own = {n: v for n, v in options.items() if n not in _WITHOUT_EFFECT and v is not None}
        if out is not None:
            return into(out, values(*args, dtype=out._data.dtype, **own))
        chosen = None if dtype is None else given_dtype(dtype).numpy
        return leaf(values(*args, dtype=chosen, **own), requires_grad)

    make.__doc__ = values.__doc__
    return make


def given_dtype(value: Any, caller: str = "tensor") -> dtypes.dtype:
    """Return the dtype that `value` names: a dtype, or one of Python's float, int, bool.

    Raises
    ------
    TypeError
        If it is neither.
    """
    errors.check(value in _DTYPES, "argument", caller, "dtype", "torch.dtype", value)
    return _DTYPES[value]


def leaf(data: Any, requires_grad: bool = False) -> Tensor:
    """Return a new tensor over `data`.

    Raises
    ------
    RuntimeError
        If integers are to require grad.
    """
    made = wrap(data if data.ndim else data[()])
    errors.check(isinstance(requires_grad, bool), "requires_grad_not_bool")
    if requires_grad:
        errors.check(data.dtype.kind == "f", "only_floats_require_grad_argument")
        made._requires_grad = True
    return made


def into(out: Tensor, data: Any) -> Tensor:
    """Write `data` into `out`, which takes its size."""
    if out._data.shape != data.shape:
        out._share()
        out._data = np.empty(data.shape, data.dtype)
    write(out, data)
    return out


def shape_of(size: Any, negative: str = "negative_size") -> tuple[int, ...]:
    """Return `size` as a tuple of integers.

    Raises
    ------
    TypeError
        If a length is no integer.
    RuntimeError
        If a length is negative.
    """
    shape = tuple(map(index, size))
    for length in shape:
        errors.check(length >= 0, negative, length, shape)
    return shape


def number(value: Any) -> Any:
    """Return a number, a numpy scalar or a tensor of one element as a Python number."""
    return value.item() if hasattr(value, "item") else value
