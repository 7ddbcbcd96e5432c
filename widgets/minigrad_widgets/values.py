"""How numbers, tensors and names are written: short, on one line, the same on every machine."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

from .words import word

SMALL = 6  # a tensor of at most this many elements is written out


def number_text(number: Any) -> str:
    """Write a number as PyTorch does, with about four digits: ``2.``, ``0.3333``, ``7``.

    A point at the end says that a floating-point number is whole; ``2.0000`` is nearly 2.
    """
    if isinstance(number, complex):
        imaginary = number_text(number.imag)
        return f"{number_text(number.real)}{'' if imaginary.startswith('-') else '+'}{imaginary}j"
    if not isinstance(number, float) or not math.isfinite(number):
        return str(number)
    if number.is_integer() and abs(number) < 1e6:
        return f"{number:.0f}."
    digits = 6 if 1e3 <= abs(number) < 1e6 else 4
    text = f"{number:.{digits}g}"
    return text if "." in text or "e" in text else f"{number:#.{digits + 1}g}"


Sizes = tuple[Any, ...]  # int; of a nested tensor of PyTorch, some are str


def shape_of(item: Any) -> Sizes:
    """Return the shape of a tensor, or of what a node says of its outputs.

    Some sizes of a nested tensor of PyTorch are symbols (``j1``), or there is no shape at all.
    """
    try:
        return tuple(size if type(size) is int else _size(size) for size in item.shape)
    except RuntimeError:
        return ("nested",)


def _size(size: Any) -> int | str:
    try:
        return int(size)
    except AttributeError:
        return str(size)


def is_nested(shape: Sizes) -> bool:
    """Tell whether a shape is that of a nested tensor of PyTorch: the numbers cannot be counted."""
    return any(isinstance(size, str) for size in shape)


def is_small(tensor: Any, most: int = SMALL) -> bool:
    """Tell whether a tensor has at most so many elements."""
    shape = shape_of(tensor)
    return not is_nested(shape) and math.prod(shape) <= most


def value_text(tensor: Any) -> str | None:
    """Write the elements of a small tensor: ``[1., 2.]``. None if it is large or holds no data."""
    if not is_small(tensor):
        return None
    try:
        return _nested_text(tensor.detach().tolist())
    except (RuntimeError, NotImplementedError):  # for instance PyTorch's meta tensors hold no data
        return None


def _nested_text(value: Any) -> str:
    # The depth of a nested list is the number of dimensions of a tensor: recursion is safe here.
    if isinstance(value, list):
        return "[" + ", ".join(_nested_text(item) for item in value) + "]"
    return number_text(value)


def dtype_text(dtype: Any) -> str:
    """Write a dtype without the name of its library: ``torch.float32`` becomes ``float32``."""
    return str(dtype).rsplit(".", 1)[-1]


def shape_text(shape: Sizes | None, dtype: str | None) -> str:
    """Write dtype and shape: ``float32 [2, 3]``, ``float32 scalar``."""
    if shape is None:
        return dtype or ""
    size = f"[{', '.join(map(str, shape))}]" if shape else word("graph", "scalar")
    return f"{dtype} {size}" if dtype else size


def tensor_text(tensor: Any) -> str:
    """Write a tensor: its elements when it is small, otherwise its dtype and shape."""
    text = value_text(tensor)
    return shape_text(shape_of(tensor), dtype_text(tensor.dtype)) if text is None else text


def printable(text: str) -> str:
    r"""Write characters that cannot be seen, or would break the line, as escapes (``\n``)."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def columns(text: str) -> int:
    """Return how many columns a text takes; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def shorten(text: str, limit: int) -> str:
    """Cut a text to ``limit`` columns, with an ellipsis where something is missing."""
    if columns(text) <= limit:
        return text
    kept: list[str] = []
    room = limit - 1
    for char in text:
        room -= columns(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept) + "…"
