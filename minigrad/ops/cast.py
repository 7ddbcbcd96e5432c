"""Other dtypes, and what little there is to say about devices: to, float, long, type, cpu."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import CPU, check_device, device, strided
from minigrad.op import Op
from minigrad.options import given_dtype
from minigrad.tensor import Tensor, method

_TYPES = {each.tensor_type: each for each in dtypes.ALL}


def _cast(self: Any, dtype: dtypes.dtype) -> Any:
    wanted = dtype.numpy
    order: Any = "C" if 0 in self.strides else "K"
    if self.dtype.kind == "f" and wanted.kind in "iu" and wanted.itemsize < 8:
        # As the processor does it for PyTorch: by way of a wider integer, whose low bits stay.
        wide = np.dtype(np.int32 if wanted.itemsize == 4 else np.int64)
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


@method("to")
def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Return the tensor in another dtype: ``to(dtype)``, ``to(other)``, ``to(device, dtype)``.

    Parameters
    ----------
    *args
        A dtype; a Tensor whose dtype is meant; or a device, then a dtype. After them
        `non_blocking`, `copy`.
    **kwargs
        ``dtype=``, ``device=``, ``copy=`` (a copy even if nothing changes), ``non_blocking=``.

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
    rest, given = list(args), dict(kwargs)
    if rest and isinstance(rest[0], Tensor):
        given["dtype"] = rest.pop(0).dtype
    elif rest and not _is_dtype(rest[0]):
        given["device"] = rest.pop(0)
    if rest and (rest[0] is None or _is_dtype(rest[0])):
        given["dtype"] = rest.pop(0)
    given |= dict(zip(("non_blocking", "copy"), rest, strict=False))
    where, wanted = given.get("device"), given.get("dtype")
    known = {"dtype", "device", "non_blocking", "copy", "memory_format"}
    fits = given.keys() <= known and isinstance(where, (str, int, device, type(None)))
    if not fits or len(rest) > 2 or not all(isinstance(value, bool) for value in rest):
        raise errors.combination("to", [*args, *kwargs.values()], *_TO)
    check_device(where, "to")
    dtype = self.dtype if wanted is None else given_dtype(wanted, "to")
    return cast(self, dtype, copy=bool(given.get("copy", False)))


def _is_dtype(value: Any) -> bool:
    return isinstance(value, dtypes.dtype) or value in (float, int, bool)


_TO = tuple(
    f"({first}, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)"
    for first in (
        "torch.device device = None, torch.dtype dtype = None",
        "torch.dtype dtype",
        "Tensor tensor",
    )
)


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


@method("type_as")
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Return the tensor in the dtype of `other`."""
    if not isinstance(other, Tensor):
        raise errors.NoOperand(other, "type_as", "other")
    return cast(self, other.dtype)


@method("type")
def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Return the name of the tensor's type (``"torch.FloatTensor"``), or the tensor as `dtype`.

    Raises
    ------
    ValueError, TypeError
        If `dtype` is no dtype, legacy type such as ``torch.FloatTensor``, or name of one.
    """
    if dtype is None:
        return self.dtype.tensor_type
    dtype = _TYPES.get(dtype, dtype) if isinstance(dtype, str) else getattr(dtype, "dtype", dtype)
    if isinstance(dtype, dtypes.dtype):
        return cast(self, dtype)
    if isinstance(dtype, (str, type)):
        raise errors.invalid_type(dtype if isinstance(dtype, str) else dtype.__name__)
    raise errors.type_is_no_dtype()


# --- devices


@method("cpu")
def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """Return the tensor itself: it is on the CPU."""
    return self


@method("get_device")
def get_device(self: Tensor) -> int:
    """Return -1, which stands for the CPU."""
    return -1


@method("cuda")
def cuda(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """Complain, as a PyTorch that was built for the CPU does."""
    check_device("cuda", "cuda")
    raise NotImplementedError


def _put(name: str, value: Any, doc: str) -> None:
    setattr(Tensor, name, property(lambda self: value, doc=doc))


_put("device", CPU, "Where the tensor is: the CPU.")
_put("layout", strided, "How the elements are stored.")
_put("is_cpu", True, "True.")
for _name in ("is_cuda", "is_mps", "is_meta", "is_sparse", "is_quantized"):
    _put(_name, False, "False: tensors are dense and on the CPU.")
