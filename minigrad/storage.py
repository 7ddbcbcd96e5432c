"""The memory behind a tensor: ``x.untyped_storage()`` and, older, ``x.storage()``."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from minigrad import dtypes
from minigrad.device import CPU, device
from minigrad.disguise import TensorType
from minigrad.tensor import Tensor, method

TYPED_IS_DEPRECATED = (
    "TypedStorage is deprecated. It will be removed in the future and UntypedStorage will be the "
    "only storage class. This should only matter to you if you are using storages directly.  To "
    "access UntypedStorage directly, use tensor.untyped_storage() instead of tensor.storage()"
)


class UntypedStorage(metaclass=TensorType):
    """The bytes that a tensor and its views share; ``data_ptr()`` tells whether two do.

    Parameters
    ----------
    memory : np.ndarray
        One-dimensional.
    """

    _torch_name = "torch.storage.UntypedStorage"
    device: device = CPU

    def __init__(self, memory: np.ndarray[Any, Any]) -> None:
        self._memory = memory

    def __len__(self) -> int:
        return self._memory.size

    size = __len__

    def __getitem__(self, index: int) -> Any:
        return self._memory[index].item()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._memory[index] = value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return self._memory.tolist()

    def fill_(self, value: Any) -> Any:
        """Set all elements; no version counter notices."""
        self._memory[...] = value
        return self

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._memory.__array_interface__["data"][0]

    def nbytes(self) -> int:
        """The size in bytes."""
        return self._memory.nbytes

    def element_size(self) -> int:
        """The size of an element in bytes."""
        return self._memory.itemsize

    def __eq__(self, other: object) -> bool:
        return type(other) is UntypedStorage and other.data_ptr() == self.data_ptr()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lines = "\n ".join(map(str, self.tolist()))
        return f" {lines}\n[{self._torch_name}({self._kind()}) of size {len(self)}]"

    def _kind(self) -> str:
        return f"device={self.device}"


class TypedStorage(UntypedStorage):
    """The same as elements of one dtype."""

    _torch_name = "torch.storage.TypedStorage"

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.from_numpy(self._memory.dtype)

    def _kind(self) -> str:
        return f"dtype={self.dtype}, device={self.device}"


def _memory(self: Tensor) -> Any:
    self._share()
    is_view = type(self._data.base) is np.ndarray
    return (self._data.base if is_view else self._data).ravel(order="K")


@method("untyped_storage")
def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes behind the tensor."""
    return UntypedStorage(_memory(self).view(np.uint8))


@cache
def _warn_once() -> None:
    warnings.warn(TYPED_IS_DEPRECATED, stacklevel=3)


@method("storage")
def storage(self: Tensor) -> TypedStorage:
    """The elements behind the tensor; the first use in a process warns that this is old."""
    _warn_once()
    return TypedStorage(_memory(self))
