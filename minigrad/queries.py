"""Questions about tensors and dtypes that are functions, and settings that change nothing here."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import dtypes, errors
from minigrad.device import check_device
from minigrad.ops.export import export
from minigrad.tensor import Tensor


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


for _name in ("numel", "is_floating_point", "is_complex", "is_inference", "detach"):
    export(_name, method=False)(vars(Tensor)[_name])


@export("result_type", method=False)
def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype of an operation on `tensor1` and `tensor2`, tensors or Python numbers."""
    described: list[Any] = []
    for value in (tensor1, tensor2):
        if isinstance(value, Tensor):
            described.append((value._data.dtype, "dim" if value.ndim else "zero"))
        elif isinstance(value, (int, float)):
            described.append((dtypes.number_dtype(value), "number"))
        else:
            raise errors.NoOperand(value)
    return dtypes.from_numpy(dtypes.result_type(*described))


def set_default_device(device: Any) -> None:
    """Complain about any device but the CPU, as a PyTorch does that was built for the CPU."""
    check_device(device, "set_default_device")


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a legacy type or its name: ``torch.DoubleTensor``.

    Raises
    ------
    TypeError
        If it is no type of floating point.
    """
    warnings.warn(errors.SET_DEFAULT_TENSOR_TYPE, stacklevel=2)
    name = t if isinstance(t, str) else str(t)[8:-2]
    chosen = [each for each in dtypes.ALL if each.tensor_type == name]
    errors.check(chosen, "invalid_default_type")
    dtypes.set_default_dtype(chosen[0])


def set_num_threads(int: int) -> None:
    """Do nothing."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Do nothing: everything is deterministic."""
