"""Where a tensor is and how it lies there: always on the CPU, always with strides."""

from __future__ import annotations

from typing import Any, Final, NoReturn

from minigrad import errors
from minigrad.disguise import TensorType

NOT_GIVEN: Final = object()
_KNOWN = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, "
    "mps, meta, hpu, mtia, privateuseone"
)


class device(metaclass=TensorType):  # noqa: N801 - PyTorch's name
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
    _torch_name = "torch.device"
    type: str
    index: int | None

    def __init__(self, type: Any = NOT_GIVEN, index: int | None = None) -> None:
        if isinstance(type, device):
            self.type, self.index = type.type, type.index
            return
        if isinstance(type, int):
            raise RuntimeError("Cannot access accelerator device when none is available.")
        if not isinstance(type, str):
            raise errors.device_arguments(() if type is NOT_GIVEN else (type,))
        if not type:
            raise RuntimeError("Device string must not be empty")
        name, colon, number = type.partition(":")
        if name not in _KNOWN.split(", "):
            raise RuntimeError(
                f"Expected one of {_KNOWN} device type at start of device string: {name}"
            )
        if colon and not number.isdecimal():
            raise RuntimeError(f"Invalid device string: '{type}'")
        if colon and index is not None:
            raise RuntimeError(
                "type (string) must not include an index because index was passed explicitly: "
                f"{type}"
            )
        self.type = name
        self.index = int(number) if colon else index

    def __repr__(self) -> str:
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> Any:
        return device, (str(self),)


CPU = device("cpu")


class _Named(metaclass=TensorType):
    """A constant that shows itself as ``torch.<name>``; there are no others of its class."""

    __slots__ = ("name",)
    name: str
    _torch_name = ""

    def __new__(cls) -> NoReturn:
        raise TypeError(f"cannot create '{cls._torch_name}' instances")

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        return self.name


class memory_format(_Named):  # noqa: N801 - PyTorch's name
    """The order of the elements that a copy shall have."""

    __slots__ = ()
    _torch_name = "torch.memory_format"


class layout(_Named):  # noqa: N801 - PyTorch's name
    """How a tensor is stored; here always with strides."""

    __slots__ = ()
    _torch_name = "torch.layout"


contiguous_format, preserve_format = [object.__new__(memory_format) for _ in range(2)]
strided = object.__new__(layout)
contiguous_format.name, preserve_format.name = "contiguous_format", "preserve_format"
strided.name = "strided"


def check_device(value: Any, caller: str) -> None:
    """Complain about a device where no tensor can be.

    Parameters
    ----------
    value : device, str or None
        What the user gave as ``device=``.
    caller : str
        The function that it was given to.

    Raises
    ------
    AssertionError, RuntimeError, TypeError
        The errors of a PyTorch that was built for the CPU.
    """
    if value is None:
        return
    if not isinstance(value, (device, str, int)):
        raise TypeError(
            f"{caller}(): argument 'device' must be torch.device, not {type(value).__name__}"
        )
    kind = device(value).type
    if kind == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    if kind != "cpu":
        raise RuntimeError(f"PyTorch is not linked with support for {kind} devices")
