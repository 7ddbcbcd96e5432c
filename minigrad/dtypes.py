"""The element types of tensors: their names, how they combine, the default one.

The names ``float``, ``int`` and ``bool`` are PyTorch's and hide Python's own inside this file, so
Python's are written ``builtins.int`` here.
"""

from __future__ import annotations

import builtins
from functools import cache
from typing import Literal

import numpy as np

from minigrad.disguise import InFull

Presence = Literal["dim", "zero", "number"]
"""Where an operand's dtype comes from: a tensor with dimensions, a 0-d tensor, a Python number."""
_PRESENCES: tuple[Presence, ...] = ("dim", "zero", "number")

_CATEGORIES = {"b": 0, "u": 1, "i": 1, "f": 2}
ONLY_FLOATS = "only floating-point types are supported as the default type"


class dtype(metaclass=InFull):  # noqa: N801 - PyTorch's name
    """The type of a tensor's elements; there is one object per type, compared by identity.

    Attributes
    ----------
    name : str
        ``"float32"``.
    kind : str
        The name in error messages and in type strings: ``"Float"``, ``"Long"``, ``"Byte"``.
    numpy : np.dtype
        The numpy dtype that stores it.

    Notes
    -----
    https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype
    """

    is_complex = False

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind, self.numpy = name, kind, np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"
        self.is_signed = self.numpy.kind in "if"

    @property
    def tensor_type(self) -> str:
        """The name that ``Tensor.type()`` returns: ``"torch.FloatTensor"``."""
        return f"torch.{self.kind}Tensor"

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> str:
        # A string means "the global of this name", so pickles and copies give the object itself.
        return self.name


def category(array_dtype: np.dtype) -> builtins.int:
    """0 for booleans, 1 for integers, 2 for floating point: it decides a promotion first."""
    return _CATEGORIES[array_dtype.kind]


float64 = double = dtype("float64", "Double")
float32 = float = dtype("float32", "Float")
float16 = half = dtype("float16", "Half")
int64 = long = dtype("int64", "Long")
int32 = int = dtype("int32", "Int")
int16 = short = dtype("int16", "Short")
int8 = dtype("int8", "Char")
uint8 = dtype("uint8", "Byte")
bool = dtype("bool", "Bool")

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
        names = [each.name for each in ALL[:-1]]
        if array_dtype.kind not in "cu":  # of these PyTorch knows more, so its list would be false
            names[3:3], names[-1:-1] = ["complex64", "complex128"], ["uint64", "uint32", "uint16"]
        supported = ", ".join(names)
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
    if type(d) is not dtype or not d.is_floating_point:
        raise TypeError(ONLY_FLOATS if type(d) is dtype else f"invalid dtype object: {ONLY_FLOATS}")
    _default = d


def can_cast(source: np.dtype, target: np.dtype) -> builtins.bool:
    """Return whether a result may be written into `target`: of no lower category, however wide."""
    return category(source) <= category(target)


# How dtypes combine. Source: https://docs.pytorch.org/docs/stable/tensor_attributes.html#torch.dtype


@cache
def promote_numpy(a: np.dtype, b: np.dtype) -> np.dtype:
    """Return the smallest dtype that holds both, with PyTorch's rule that the higher category wins.

    numpy would make ``float64`` of ``int64`` and ``float32``; PyTorch keeps ``float32``.
    """
    if category(a) == category(b):
        return np.promote_types(a, b)
    return max(a, b, key=category)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype, of the higher category of the two, that holds both."""
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
    return max(in_order, key=category)  # of several equal ones, max takes the first
