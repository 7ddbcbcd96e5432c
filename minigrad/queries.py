"""Questions about tensors and dtypes that are functions: is_tensor, numel, result_type."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import CPU, check_device, device
from minigrad.generator import default_generator
from minigrad.ops.export import export
from minigrad.tensor import Tensor, wrap

SET_DEFAULT_TENSOR_TYPE = (
    "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use "
    "torch.set_default_dtype() and torch.set_default_device() as alternatives."
)


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


@export("numel", method=False)
def numel(input: Tensor) -> int:
    """Return the number of elements of `input`."""
    return input.numel()


@export("is_floating_point", method=False)
def is_floating_point(input: Tensor) -> bool:
    """Whether the elements of `input` are floating-point numbers."""
    return input.is_floating_point()


@export("is_complex", method=False)
def is_complex(input: Tensor) -> bool:
    """Return False: there are no complex tensors here."""
    return input.is_complex()


@export("is_nonzero")
def is_nonzero(input: Tensor) -> bool:
    """Whether the one element of `input` is not zero.

    Raises
    ------
    RuntimeError
        If there is not exactly one element.
    """
    return bool(input)


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype of an operation on `tensor1` and `tensor2`, tensors or Python numbers.

    Raises
    ------
    TypeError
        If one is neither.
    """
    operands = [tensor1, tensor2]
    described: list[Any] = []
    for value in operands:
        if isinstance(value, Tensor):
            described.append((value._data.dtype, "dim" if value.ndim else "zero"))
        elif isinstance(value, (bool, int, float)):
            described.append((dtypes.number_dtype(value), "number"))
        else:
            raise errors.result_type_operands(operands)
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
    if device is not None:
        check_device(device, "set_default_device")


def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a legacy type or its name: ``torch.DoubleTensor``."""
    warnings.warn(SET_DEFAULT_TENSOR_TYPE, stacklevel=2)
    name = t if isinstance(t, str) else repr(t).partition("'")[2].partition("'")[0]
    dtypes.set_default_dtype({each.tensor_type: each for each in dtypes.ALL}[name])


def get_rng_state() -> Tensor:
    """Return where the default stream of random numbers is: 5056 bytes, the same as PyTorch's."""
    return wrap(default_generator.get_state())


def set_rng_state(new_state: Tensor) -> None:
    """Go to where `get_rng_state` was called.

    Raises
    ------
    TypeError, RuntimeError
        If it is no such state.
    """
    default_generator.set_state(np.asarray(new_state._data))
