"""The element types of tensors: their names, how they combine, their limits, the default one.

The names ``float``, ``int`` and ``bool`` are PyTorch's and hide Python's own inside this file, so
Python's are written ``builtins.int`` here.
"""

from __future__ import annotations

import builtins
from functools import cache
from typing import Literal, NoReturn, final

import numpy as np

from minigrad.disguise import TensorType

Presence = Literal["dim", "zero", "number"]
"""Where an operand's dtype comes from: a tensor with dimensions, a 0-d tensor, a Python number."""
_PRESENCES: tuple[Presence, ...] = ("dim", "zero", "number")


ONLY_FLOATS = "only floating-point types are supported as the default type"


@final
class dtype(metaclass=TensorType):  # noqa: N801 - PyTorch's name
    """The type of a tensor's elements; there is one object per type, compared by identity.

    Attributes
    ----------
    name : str
        ``"float32"``.
    kind : str
        The name in error messages and in type strings: ``"Float"``, ``"Long"``, ``"Byte"``.
    numpy : np.dtype
        The numpy dtype that stores it.
    category : int
        0 boolean, 1 integral, 2 floating point: the category decides a promotion first.

    Notes
    -----
    https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype
    """

    _torch_name = "torch.dtype"

    name: str
    kind: str
    numpy: np.dtype
    category: builtins.int
    itemsize: builtins.int
    is_floating_point: builtins.bool
    is_complex: builtins.bool
    is_signed: builtins.bool

    def __new__(cls, *_: object, **__: object) -> NoReturn:
        """Refuse: all the dtypes there are exist already."""
        raise TypeError("cannot create 'torch.dtype' instances")

    @property
    def tensor_type(self) -> str:
        """The name that ``Tensor.type()`` returns: ``"torch.FloatTensor"``."""
        return f"torch.{self.kind}Tensor"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        # A string means "the global of this name", so pickles and copies give the object itself.
        return self.name


def _make(name: str, kind: str) -> dtype:
    self = object.__new__(dtype)
    self.name, self.kind, self.numpy = name, kind, np.dtype(name)
    self.category = {"b": 0, "u": 1, "i": 1, "f": 2}[self.numpy.kind]
    self.itemsize, self.is_complex = self.numpy.itemsize, False
    self.is_floating_point, self.is_signed = self.numpy.kind == "f", self.numpy.kind in "if"
    return self


float64 = double = _make("float64", "Double")
float32 = float = _make("float32", "Float")
float16 = half = _make("float16", "Half")
int64 = long = _make("int64", "Long")
int32 = int = _make("int32", "Int")
int16 = short = _make("int16", "Short")
int8 = _make("int8", "Char")
uint8 = _make("uint8", "Byte")
bool = _make("bool", "Bool")

ALL = (float64, float32, float16, int64, int32, int16, int8, uint8, bool)
_FROM_NUMPY = {each.numpy: each for each in ALL}
_default = float32


def from_numpy(array_dtype: np.dtype) -> dtype:
    """Return the dtype that holds what a numpy array of `array_dtype` holds.

    Raises
    ------
    TypeError
        If no tensor can hold it (strings, objects, complex numbers, foreign byte order).
    """
    try:
        return _FROM_NUMPY[array_dtype]
    except KeyError:
        supported = ", ".join(each.name for each in ALL[:-1])
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{array_dtype.type.__name__}. "
            f"The only supported types are: {supported}, and bool."
        ) from None


def get_default_dtype() -> dtype:
    """Return the floating-point dtype of new tensors made of Python floats."""
    return _default


def set_default_dtype(d: dtype) -> None:
    """Make `d` the dtype of new tensors made of Python floats.

    Raises
    ------
    TypeError
        If `d` is no floating-point dtype.
    """
    global _default  # noqa: PLW0603 - it is this module's one piece of state
    if type(d) is not dtype:
        raise TypeError(f"invalid dtype object: {ONLY_FLOATS}")
    if not d.is_floating_point:
        raise TypeError(ONLY_FLOATS)
    _default = d


def _check(caller: str, argument: str, position: builtins.int, value: object) -> None:
    if not isinstance(value, dtype):
        raise TypeError(
            f"{caller}(): argument '{argument}' (position {position}) must be torch.dtype, "
            f"not {type(value).__name__}"
        )


# How dtypes combine. Source: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype


@cache
def promote_numpy(a: np.dtype, b: np.dtype) -> np.dtype:
    """Return the smallest dtype that holds both, with PyTorch's rule that the higher category wins.

    numpy would make ``float64`` of ``int64`` and ``float32``; PyTorch keeps ``float32``.
    """
    if _category(a) == _category(b):
        return np.promote_types(a, b)
    return max(a, b, key=_category)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype, of the higher category of the two, that holds both.

    Raises
    ------
    TypeError
        If an argument is no dtype.
    """
    _check("promote_types", "type1", 1, type1)
    _check("promote_types", "type2", 2, type2)
    return _FROM_NUMPY[promote_numpy(type1.numpy, type2.numpy)]


def number_dtype(value: builtins.float) -> np.dtype:
    """Return the numpy dtype that a Python number stands for."""
    if isinstance(value, builtins.bool):
        return bool.numpy
    return int64.numpy if isinstance(value, builtins.int) else _default.numpy


def result_type(*operands: tuple[np.dtype, Presence]) -> np.dtype:
    """Return the dtype of an operation on operands given as (dtype, where it comes from).

    Tensors with dimensions decide; 0-d tensors, then Python numbers, change the result only where
    they are of a higher category. A number of floating point counts as the default dtype, whatever
    float dtype is given for it.
    """
    strongest: dict[Presence, np.dtype] = {}
    for each, where in operands:
        is_float_number = where == "number" and each.kind == "f"
        own = _default.numpy if is_float_number else each
        strongest[where] = promote_numpy(strongest.get(where, own), own)
    in_order = [strongest[where] for where in _PRESENCES if where in strongest]
    return max(in_order, key=_category)  # of several equal ones, max takes the first


def _category(array_dtype: np.dtype) -> builtins.int:
    return _FROM_NUMPY[array_dtype].category


def can_cast(from_: dtype, to: dtype) -> builtins.bool:
    """Whether a result of dtype `from_` may be written into a tensor of dtype `to`.

    Only a step down in category is refused: floating point, integral, boolean.
    """
    _check("can_cast", "from_", 1, from_)
    return from_.category <= to.category


class _Info:
    """The limits of one dtype: equal when of the same dtype, as in PyTorch not hashable."""

    bits: builtins.int
    dtype: str
    _shown: tuple[str, ...] = ()

    def __eq__(self, other: object) -> builtins.bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        limits = "".join(f"{name}={getattr(self, name):g}, " for name in self._shown)
        return f"{type(self).__name__}({limits}dtype={self.dtype})"


class finfo(_Info):  # noqa: N801 - PyTorch's name
    """The limits of a floating-point dtype, the default one if none is given.

    Raises
    ------
    TypeError
        If `type` is no floating-point dtype.
    """

    _shown = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    def __init__(self, type: dtype | None = None) -> None:
        type = _default if type is None else type
        _check("finfo", "type", 1, type)
        if not type.is_floating_point:
            raise TypeError(
                "torch.finfo() requires a floating point input type. "
                "Use torch.iinfo to handle 'torch.finfo'"
            )
        limits = np.finfo(type.numpy)
        self.bits = type.itemsize * 8
        self.dtype = type.name
        self.resolution = 10.0**-limits.precision
        self.min = builtins.float(limits.min)
        self.max = builtins.float(limits.max)
        self.eps = builtins.float(limits.eps)
        self.smallest_normal = self.tiny = builtins.float(limits.tiny)


class iinfo(_Info):  # noqa: N801 - PyTorch's name
    """The limits of an integral dtype.

    Raises
    ------
    TypeError
        If `type` is no integral dtype.
    """

    _shown = ("min", "max")

    def __init__(self, type: dtype) -> None:
        _check("iinfo", "type", 1, type)
        if type.is_floating_point:
            raise TypeError(
                "torch.iinfo() requires an integer input type. "
                "Use torch.finfo to handle 'torch.iinfo'"
            )
        if type is bool:
            raise TypeError("torch.bool is not supported by torch.iinfo")
        limits = np.iinfo(type.numpy)
        self.bits = type.itemsize * 8
        self.dtype = type.name
        self.min = builtins.int(limits.min)
        self.max = builtins.int(limits.max)
