"""How messages write values: what ``{!t}``, ``{!l}`` … in ``messages.toml`` stand for."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad.errors.table import brackets, kind, short_name


def _old_type(value: Any) -> str:
    return "CPUBoolType" if kind(value) == "Bool" else f"torch.{kind(value)}Tensor"


def _full_type(value: object) -> str:
    name, module = type(value).__name__, type(value).__module__
    return name if module == "builtins" else f"{module}.{name}"


def _in_c(value: Any) -> str:
    return _IN_C.get(kind(value), kind(value).lower())


_IN_C = {
    "Half": "c10::Half",
    "Long": "long int",
    "Short": "short int",
    "Char": "signed char",
    "Byte": "unsigned char",
}

_WORDS: dict[str, Callable[[Any], str]] = {
    "s": str,
    "t": lambda value: type(value).__name__,
    "T": lambda value: str(value.__class__),
    "m": _full_type,
    "l": lambda value: kind(value).lower(),
    "c": _in_c,
    "o": _old_type,
    "n": short_name,
    "N": lambda node: node.name(),
    "L": lambda shapes: ", ".join(map(brackets, shapes)),
    "r": repr,
}


class Filled(string.Formatter):
    """``str.format`` with the words of messages."""

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return _WORDS[conversion](value) if conversion else value

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, (tuple, list)):
            return brackets(cast("list[Any]", value))
        if isinstance(value, np.dtype) or hasattr(value, "_data"):
            return kind(value)
        return super().format_field(value, format_spec)
