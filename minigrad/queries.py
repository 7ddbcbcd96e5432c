"""Questions about tensors and dtypes that are functions: is_tensor, numel, result_type."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import dtypes, errors
from minigrad.device import CPU, check_device, device
from minigrad.ops.export import export
from minigrad.tensor import Tensor
from minigrad.to_python import truth

SET_DEFAULT_TENSOR_TYPE = (
    "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
    "torch.set_default_dtype() and torch.set_default_device() as alternatives."
)


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


for _name in ("numel", "is_floating_point", "is_complex", "is_inference", "detach"):
    export(_name, method=False)(vars(Tensor)[_name])


@export("is_nonzero")
def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of `input` is not zero.

    Raises
    ------
    RuntimeError
        If there is not exactly one element.
    """
    return truth(input)


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype of an operation on `tensor1` and `tensor2`, tensors or Python numbers.

    Raises
    ------
    TypeError
        If one is neither.
    """
    described: list[Any] = []
    for value in (tensor1, tensor2):
        if isinstance(value, Tensor):
            described.append((value._data.dtype, "dim" if value.ndim else "zero"))
        elif isinstance(value, (bool, int, float)):
            described.append((dtypes.number_dtype(value), "number"))
        else:
            raise errors.unfit("result_type", [tensor1, tensor2])
    return dtypes.from_numpy(dtypes.result_type(*described))


def get_default_device() -> device:
    """Return the device of new tensors: the CPU."""
    return CPU


def set_default_device(device: Any) -> None:
    """Complain about any device but the CPU.

    Raises
    ------
    AssertionError, RuntimeError
        The errors of a PyTorch that was built for the CPU.
    """
    check_device(device, "set_default_device")


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a legacy type or its name: ``torch.DoubleTensor``.

    Raises
    ------
    TypeError
        If it is no type of floating point.
    """
    warnings.warn(SET_DEFAULT_TENSOR_TYPE, stacklevel=2)
    names = {each.tensor_type: each for each in dtypes.ALL}
    chosen = names.get(t if isinstance(t, str) else str(t)[8:-2])
    if chosen is None:
        raise TypeError(f"invalid type object: {dtypes.ONLY_FLOATS}")
    dtypes.set_default_dtype(chosen)


# --- settings that change nothing here


def get_num_threads() -> int:
    """Return 1: what runs beside, numpy decides."""
    return 1


def set_num_threads(int: int) -> None:
    """Do nothing."""


def set_float32_matmul_precision(precision: str) -> None:
    """Do nothing: float32 is always exact."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Do nothing: everything is deterministic."""
