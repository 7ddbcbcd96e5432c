"""Other dtypes, and what little there is to say about devices: to, float, long, type, cpu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.device import CPU, check_device, device
from minigrad.op import Op
from minigrad.options import given_dtype
from minigrad.tensor import Tensor, method

_TYPES = {each.tensor_type: each for each in dtypes.ALL}


def _cast(self: Any, dtype: dtypes.dtype) -> Any:
    wanted = dtype.numpy
    if self.dtype.kind == "f" and wanted.kind in "iu" and wanted.itemsize < 8:
        # As the processor does it for PyTorch: by way of a wider integer, whose low bits stay.
        wide = np.dtype(np.int32 if wanted.itemsize == 4 else np.int64)
        return self.astype(wide).astype(wanted)
    return self.astype(wanted)


to_copy = Op(
    "ToCopyBackward0",
    _cast,
    inputs=("self",),
    promotes=None,
    tex="{self}",
    self=lambda grad: grad,
    says="a change of dtype passes the gradient on, cast back to the old dtype",
)

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
    given = list(args)
    wanted = kwargs.pop("dtype", None)
    where = kwargs.pop("device", None)
    if given and isinstance(given[0], Tensor):
        wanted = given.pop(0).dtype
    elif given and _is_dtype(given[0]):
        wanted = given.pop(0)
    elif given:
        where = given.pop(0)
        if given and (given[0] is None or _is_dtype(given[0])):
            wanted = given.pop(0)
    flags = dict(zip(("non_blocking", "copy"), given, strict=False)) | kwargs
    unknown = flags.keys() - {"non_blocking", "copy", "memory_format"}
    if (
        unknown
        or not (where is None or isinstance(where, (str, int, device)))
        or not _are_bools(given)
    ):
        raise errors.invalid_combination("to", [*args, *kwargs.values()], *_TO)
    check_device(where, "to")
    dtype = self.dtype if wanted is None else given_dtype(wanted, "to")
    return cast(self, dtype, copy=bool(flags.get("copy", False)))


def _is_dtype(value: Any) -> bool:
    return isinstance(value, dtypes.dtype) or value in (float, int, bool)


def _are_bools(values: list[Any]) -> bool:
    return len(values) <= 2 and all(isinstance(value, bool) for value in values)


_TO = tuple(
    f"({first}, bool non_blocking = False, bool copy = False, *, "
    "torch.memory_format memory_format = None)"
    for first in (
        "torch.device device = None, torch.dtype dtype = None",
        "torch.dtype dtype",
        "Tensor tensor",
    )
)


def _shorthand(name: str, dtype: dtypes.dtype) -> Callable[..., Tensor]:
    def shorthand(self: Tensor, memory_format: Any = None) -> Tensor:
        return cast(self, dtype)

    shorthand.__name__ = name
    shorthand.__doc__ = f"Return the tensor as {dtype.name}; itself if it is that already."
    return method(name)(shorthand)


for _name, _dtype in {
    "double": dtypes.float64,
    "float": dtypes.float32,
    "half": dtypes.float16,
    "long": dtypes.int64,
    "int": dtypes.int32,
    "short": dtypes.int16,
    "char": dtypes.int8,
    "byte": dtypes.uint8,
    "bool": dtypes.bool,
}.items():
    _shorthand(_name, _dtype)


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
    if isinstance(dtype, dtypes.dtype):
        return cast(self, dtype)
    if isinstance(dtype, str):
        if dtype not in _TYPES:
            raise errors.invalid_type(dtype)
        return cast(self, _TYPES[dtype])
    if isinstance(getattr(dtype, "dtype", None), dtypes.dtype):
        return cast(self, dtype.dtype)
    if isinstance(dtype, type):
        raise errors.invalid_type(dtype.__name__)
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
_put("is_cpu", True, "True.")
for _name in ("is_cuda", "is_mps", "is_meta", "is_sparse", "is_quantized"):
    _put(_name, False, "False: tensors are dense and on the CPU.")
