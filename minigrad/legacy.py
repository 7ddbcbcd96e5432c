"""Constructors older than ``torch.tensor``: ``torch.Tensor(2, 3)``, ``torch.FloatTensor([1])``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.creation import new_array
from minigrad.device import check_device
from minigrad.options import checked_shape, is_integer, leaf
from minigrad.size import Size
from minigrad.tensor import Tensor, as_subclass, legacy_constructor, method


def _construct(dtype: dtypes.dtype, args: tuple[Any, ...], device: Any) -> Tensor:
    """Make a tensor: of a size if `args` are integers, else of the numbers of a sequence."""
    check_device(device, "new")
    if not args:
        return leaf(np.empty(0, dtype.numpy))
    first = args[0]
    if isinstance(first, Tensor) and len(args) == 1:
        if first.dtype is not dtype:
            raise errors.legacy_dtype(dtype, first.dtype)
        return first.detach()
    if is_integer(first) or isinstance(first, Size):
        shape = checked_shape("new", tuple(first) if isinstance(first, Size) else args)
        return leaf(np.zeros(shape, dtype.numpy))
    if first is None or isinstance(first, (bool, float, np.generic)):
        raise errors.legacy_needs_sequence(first)
    return leaf(new_array(first, dtype))


def _tensor(cls: type[Any], *args: Any, device: Any = None, **unknown: Any) -> Any:
    if unknown:
        raise errors.legacy_keywords(args, unknown)
    if len(args) == 1 and type(args[0]) is not bool and isinstance(args[0], Tensor):
        made = args[0].detach()
    else:
        made = _construct(dtypes.get_default_dtype(), args, device)
    return made if cls is Tensor else as_subclass(made, cls)


legacy_constructor.append(_tensor)


@method("new")
def new(self: Tensor, *args: Any, device: Any = None) -> Tensor:
    """Make a tensor of the dtype of this one; arguments as for ``torch.Tensor``."""
    return _construct(self.dtype, args, device)


class TensorType:
    """``torch.FloatTensor`` and its like: constructors of one dtype; `isinstance` knows them.

    Parameters
    ----------
    dtype : dtype
    """

    def __init__(self, dtype: dtypes.dtype) -> None:
        self.dtype = dtype
        self.__name__ = dtype.tensor_type.rpartition(".")[2]
        self.__module__ = "minigrad"

    def __call__(self, *args: Any, device: Any = None, **unknown: Any) -> Tensor:
        if unknown:
            raise errors.legacy_keywords(args, unknown)
        return _construct(self.dtype, args, device)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is self.dtype

    def __repr__(self) -> str:
        return f"<class '{self.dtype.tensor_type}'>"

    def __reduce__(self) -> str:
        return self.__name__


ByteTensor = TensorType(dtypes.uint8)
BoolTensor = TensorType(dtypes.bool)
CharTensor = TensorType(dtypes.int8)
DoubleTensor = TensorType(dtypes.float64)
FloatTensor = TensorType(dtypes.float32)
HalfTensor = TensorType(dtypes.float16)
IntTensor = TensorType(dtypes.int32)
LongTensor = TensorType(dtypes.int64)
ShortTensor = TensorType(dtypes.int16)
