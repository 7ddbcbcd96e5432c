"""Other dtypes, and what little there is to say about devices: to, float, long, type, cpu."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import CPU, check_device
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.options import given_dtype
from minigrad.tensor import Tensor, method


def _cast(self: Any, dtype: dtypes.dtype) -> Any:
    wanted = dtype.numpy
    order: Any = "C" if 0 in self.strides else "K"
    if self.dtype.kind == "f" and wanted.kind in "iu" and wanted.itemsize < 8:
        # As the processor does it for PyTorch: by way of a wider integer, whose low bits stay.
        wide = np.int32 if wanted.itemsize == 4 else np.int64
        return self.astype(wide, order).astype(wanted)
    return self.astype(wanted, order)


# fmt: off
to_copy = Op("ToCopyBackward0", _cast, promotes=None, tex="{self}", self=lambda grad: grad,
    says="a change of dtype passes the gradient on, cast back to the old dtype")
# fmt: on
to_integers = Op("", _cast, inputs=("self",), promotes=None)
"""The same where no gradient flows: to integers and from them."""


def cast(self: Tensor, dtype: dtypes.dtype, copy: bool = False) -> Tensor:
    """Return `self` as `dtype`: itself if it is that already, unless a copy is wanted."""
    if self._data.dtype is dtype.numpy and not copy:
        return self
    op = to_copy if dtype.is_floating_point and self.is_floating_point() else to_integers
    return op.apply(self, dtype)


@export("to", function=False)
def to(
    self: Tensor, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False,
    copy: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Return the tensor in another dtype: ``to(dtype)``, ``to(other)``, ``to(device, dtype)``.

    Parameters
    ----------
    *args
        A dtype; a Tensor whose dtype is meant; or a device, then a dtype. After them
        `non_blocking`, `copy`.
    copy : bool
        Whether a copy is wanted even if nothing changes.

    Returns
    -------
    Tensor
        Itself if nothing changes and no copy is wanted; else a copy behind ToCopyBackward0.

    Raises
    ------
    TypeError, RuntimeError, AssertionError
        For arguments that name no dtype, and devices other than the CPU.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
    """
    flags = [value for value in args if isinstance(value, bool)]
    for value in args[: len(args) - len(flags)]:
        if isinstance(value, Tensor):
            dtype = value.dtype
        elif isinstance(value, dtypes.dtype) or value in (float, int, bool):
            dtype = value
        else:
            device = value
    check_device(device, "to")
    dtype = self.dtype if dtype is None else given_dtype(dtype, "to")
    return cast(self, dtype, copy=copy or flags[1:] == [True])


def _shorthand(name: str, dtype: dtypes.dtype) -> None:
    def shorthand(self: Tensor, memory_format: Any = None) -> Tensor:
        return cast(self, dtype)

    shorthand.__name__ = name
    shorthand.__doc__ = f"Return the tensor as {dtype.name}; itself if it is that already."
    method(name)(shorthand)


for _name in ("double", "float", "half", "long", "int", "short", "bool"):
    _shorthand(_name, getattr(dtypes, _name))
_shorthand("char", dtypes.int8)
_shorthand("byte", dtypes.uint8)


@export("type_as", function=False)
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Return the tensor in the dtype of `other`."""
    return cast(self, other.dtype)


@export("type", function=False)
def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Return the name of the tensor's type (``"torch.FloatTensor"``), or the tensor as `dtype`.

    Raises
    ------
    ValueError
        If `dtype` is no dtype, legacy type such as ``torch.FloatTensor``, or name of one.
    """
    if dtype is None:
        return self.dtype.tensor_type
    for each in dtypes.ALL:
        if dtype == each.tensor_type or getattr(dtype, "dtype", dtype) is each:
            return cast(self, each)
    raise errors.invalid_type(getattr(dtype, "__name__", dtype))


# --- devices


@export("cpu", function=False)
def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """Return the tensor itself: it is on the CPU."""
    return self


@method("cuda")
def cuda(self: Tensor, device: Any = None, non_blocking: bool = False) -> None:
    """Complain, as a PyTorch that was built for the CPU does."""
    check_device("cuda", "cuda")


for _name, _value in (("device", CPU), ("is_cpu", True), ("is_cuda", False)):
    setattr(Tensor, _name, property(lambda self, value=_value: value))
