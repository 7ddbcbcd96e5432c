"""What may stand where an operation wants a tensor: a Tensor, a number, nothing."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.strides import packed
from minigrad.tensor import Tensor

NUMBERS = frozenset([float, int])
FLOATS = frozenset([np.float32, np.float64, np.float16])
SCALARS = FLOATS | {np.int64, np.int32, np.int16, np.int8, np.uint8, np.bool_}
ARRAYS = SCALARS | {np.ndarray}
"""The classes of what a Tensor can hold."""


class Constant:
    """A number or an absent input, which takes the same path as a tensor.

    Attributes
    ----------
    _data : int, float, bool or None
        The Python number, or None for an input that was left out.
    """

    __slots__ = ("_data",)
    _requires_grad = requires_grad = False
    _edge = _counter = _view = _leaf = None


def pythonic(value: Any) -> Any:
    """One of numpy's numbers as Python's, which promotes nothing; anything else as it is."""
    return cast(Any, value).item() if isinstance(value, np.generic) else value


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Several values as they are, one alone as a tuple."""
    return cast("tuple[Any, ...]", value if isinstance(value, tuple) else (value,))


def operand(value: Any) -> Any:
    """A Tensor as it is, a number or None as a Constant.

    Raises
    ------
    TypeError
        For anything else.
    """
    if isinstance(value, (Tensor, Constant)):
        return value
    value = pythonic(value)
    if value is None or isinstance(value, (bool, int, float)):
        made = Constant()
        made._data = value
        return made
    raise errors.NoOperand(value)


def common_dtype(inputs: list[Any]) -> np.dtype[Any]:
    """The dtype in which operands meet, by PyTorch's rules."""
    described: list[tuple[np.dtype[Any], Any]] = []
    for tensor in inputs:
        data = tensor._data
        if type(tensor) is not Constant:
            described.append((data.dtype, "zero" if data.ndim == 0 else "dim"))
        elif data is not None:
            described.append((dtypes.number_dtype(data), "number"))
    return dtypes.result_type(*described)


def laid_out_as(data: Any, *operands: Any) -> Any:
    """`data`, the result of an elementwise operation, in the memory order of its operands."""
    arrays = [each for each in operands if getattr(each, "ndim", 0)]
    if data.ndim < 2 or all(each.flags.c_contiguous for each in arrays):
        return data
    shape = data.shape
    return packed(data, *[a if a.shape == shape else np.broadcast_to(a, shape) for a in arrays])
