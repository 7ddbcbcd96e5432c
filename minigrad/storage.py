"""The memory behind a tensor: ``x.untyped_storage()`` and, older, ``x.storage()``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import CPU
from minigrad.disguise import TensorType, full_name
from minigrad.tensor import Tensor, memory_of, method


class UntypedStorage(metaclass=TensorType):
    """The bytes that a tensor and its views share; ``data_ptr()`` tells whether two do.

    Parameters
    ----------
    tensor : Tensor
    dtype : np.dtype
        How to read the memory.
    """

    device = CPU

    def __init__(self, tensor: Tensor, dtype: Any = np.uint8) -> None:
        self._memory = memory_of(tensor.numpy(force=True)).reshape(-1).view(dtype)

    def __len__(self) -> int:
        return self._memory.size

    size = __len__

    def nbytes(self) -> int:
        """How many bytes that are."""
        return self._memory.nbytes

    def __getitem__(self, index: int) -> Any:
        return self._memory[index].item()

    def __setitem__(self, index: int, value: Any) -> None:
        self._memory[index] = value

    def tolist(self) -> list[Any]:
        """The elements as Python numbers."""
        return self._memory.tolist()

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._memory.__array_interface__["data"][0]

    def __repr__(self) -> str:
        lines = "\n ".join(map(str, self.tolist()))
        return f" {lines}\n[{full_name(type(self))}({self._kind()}) of size {len(self)}]"

    def _kind(self) -> str:
        return f"device={self.device}"


class TypedStorage(UntypedStorage):
    """The same as elements of one dtype."""

    def _kind(self) -> str:
        return f"dtype={dtypes.from_numpy(self._memory.dtype)}, device={self.device}"


@method("untyped_storage")
def untyped_storage(self: Tensor) -> UntypedStorage:
    """The bytes behind the tensor."""
    return UntypedStorage(self)


@method("storage")
def storage(self: Tensor) -> TypedStorage:
    """The elements behind the tensor; the first use in a process warns that this is old."""
    errors.warn_once(errors.TYPED_STORAGE, stacklevel=2)
    return TypedStorage(self, self._data.dtype)
