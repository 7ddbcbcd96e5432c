"""Constructors older than ``torch.tensor``: ``torch.Tensor(2, 3)``, ``torch.FloatTensor([1])``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.creation import new_array
from minigrad.device import check_device
from minigrad.options import leaf, shape_of
from minigrad.size import Size
from minigrad.tensor import Tensor, as_subclass, legacy_constructor


def _construct(dtype: dtypes.dtype, args: Any, /, device: Any = None, **unknown: Any) -> Tensor:
    """Make a tensor: of a size if `args` are integers, else of the numbers of a sequence."""
    if unknown:
        raise errors.legacy_keywords(args, unknown)
    check_device(device)
    first = args[0] if args else ()
    if isinstance(first, Tensor) and len(args) == 1:
        errors.check(first.dtype is dtype, "legacy_dtype", dtype, first.dtype)
        return first.detach()
    errors.check(
        first is not None and type(first) not in (bool, float), "legacy_needs_sequence", first
    )
    if isinstance(first, (Size, int, np.integer)):
        return leaf(np.zeros(shape_of(first if isinstance(first, Size) else args), dtype.numpy))
    return leaf(new_array(first, dtype))


def _tensor(cls: type[Any], *args: Any, **options: Any) -> Any:
    is_tensor = len(args) == 1 and type(args[0]) is not bool and isinstance(args[0], Tensor)
    dtype = args[0].dtype if is_tensor else dtypes.get_default_dtype()
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

    def __reduce__(self) -> str:
        return self.__name__


DoubleTensor, FloatTensor, HalfTensor, LongTensor, IntTensor, ShortTensor, CharTensor = map(
    TensorType, dtypes.ALL[:7]
)
ByteTensor, BoolTensor = map(TensorType, dtypes.ALL[7:])
