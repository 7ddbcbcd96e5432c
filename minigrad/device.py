"""Where a tensor is: always on the CPU."""

from __future__ import annotations

import re
from typing import Any, Self

from minigrad import errors
from minigrad.disguise import InFull, TensorType

_KNOWN = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
    "mps, meta, hpu, mtia, privateuseone"
)


class device(metaclass=InFull):  # noqa: N801 - PyTorch's name
    """Where a tensor lives: ``torch.device("cpu")``.

    Other devices can be named, so that ``"cuda" if torch.cuda.is_available() else "cpu"`` works,
    but nothing can be put on them.

    Parameters
    ----------
    type : str or device
        ``"cpu"`` or ``"cpu:0"``.
    index : int, optional

    Raises
    ------
    RuntimeError
        If PyTorch knows no such device.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.device
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any, index: int | None = None) -> None:
        errors.check(not isinstance(type, int), "no_accelerator")
        errors.check(isinstance(type, (str, device)), "device_type", type)
        is_name = str(type) == "cpu" or re.fullmatch(r"[A-Za-z_]+(:(0|[1-9]\d*))?", str(type))
        errors.check(is_name, "invalid_device", type)
        self.type, _, number = str(type).partition(":")
        errors.check(self.type in _KNOWN.split(", "), "unknown_device", _KNOWN, self.type)
        self.index = int(number) if number else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __enter__(self) -> Self:
        check_device(self)
        return self

    def __exit__(self, *exception: object) -> None:
        pass


CPU = device("cpu")


class layout(str, metaclass=TensorType):  # noqa: N801 - PyTorch's name
    """How a tensor lies in memory: taken for PyTorch's sake, without effect."""

    __slots__ = ()
    __repr__ = str.__str__


strided, preserve_format = layout("torch.strided"), layout("torch.preserve_format")
contiguous_format = layout("torch.contiguous_format")


def check_device(value: Any) -> None:
    """Complain about a device where no tensor can be.

    Raises
    ------
    AssertionError, RuntimeError
        The errors of a PyTorch that was built for the CPU.
    """
    kind = "cpu" if value is None else device(value).type
    errors.check(kind != "cuda", "no_cuda")
    errors.check(kind == "cpu", "no_such_device", kind)
