"""The table of messages, and how a message is filled in: see ``messages.toml``."""

from __future__ import annotations

import builtins
import functools
import pickle
import re
import warnings
from collections.abc import Callable
from typing import Any, ClassVar, cast

import numpy as np

from minigrad.disguise import full_name
from minigrad.dtypes import dtype, from_numpy


class GradcheckError(RuntimeError):
    """A gradient is wrong."""

    __module__ = "torch.autograd.gradcheck"


_OWN = {"GradcheckError": GradcheckError, "UnpicklingError": pickle.UnpicklingError}


@functools.cache
def table() -> dict[str, Any]:
    """The table, read when the first message is wanted."""
    import tomllib
    from pathlib import Path

    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text("utf-8"))


def text(name: str) -> str:
    """The message `name` as it stands in the table, without the type."""
    return table()[name].partition(": ")[2]


def error(name: str, /, *values: Any) -> Exception:
    """The exception `name`, with `values` in its message."""
    kind, _, message = table()[name].partition(": ")
    return (_OWN.get(kind) or getattr(builtins, kind))(message.format(*map(_Filling, values)))


def check(holds: Any, name: str, *values: Any) -> None:
    """Raise the error `name` unless the condition `holds`."""
    if not holds:
        raise error(name, *values)


# --- warnings that PyTorch gives once in a process


class Once:
    """What was said already, and whether that matters."""

    given: ClassVar[set[str]] = set()
    always = False


def warn_once(message: str, stacklevel: int = 1, *, about: str = "") -> None:
    """Warn, unless it was said before, or `set_warn_always` wants it every time.

    `about` is what warnings of different texts have in common, if only the first is given.
    """
    if Once.always or (about or message) not in Once.given:
        Once.given.add(about or message)
        warnings.warn(message, stacklevel=stacklevel + 1)


def set_warn_always(b: bool, /) -> None:
    """Give every time the warnings that are else given once in a process.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.set_warn_always.html
    """
    Once.always = b


def is_warn_always_enabled() -> bool:
    """Whether `set_warn_always` was switched on."""
    return Once.always


# --- how messages write values: what ``{:t}``, ``{:l}`` … in ``messages.toml`` stand for


def brackets(shape: Any) -> str:
    """A shape: ``[2, 3]``."""
    return "[" + ", ".join(str(length) for length in shape) + "]"


def kind(value: Any) -> str:
    """The dtype of a tensor or an array, or a dtype itself: ``Float``."""
    if isinstance(value, dtype):
        return value.kind
    value = getattr(value, "_data", value)
    return from_numpy(getattr(value, "dtype", value)).kind


def type_of(value: Any) -> str:
    """The type of an argument, as C code says it: with its module if it is not made in Python."""
    name, in_python = _name_in_c(type(value)), type(value).__flags__ & _MADE_IN_PYTHON
    short = in_python and name not in ("dtype", "device", "layout", "Generator")
    return name if short else full_name(type(value))


def types_of(args: Any, kwargs: dict[str, Any]) -> str:
    """The types of all arguments, keywords from the last to the first: ``int, dim=str``."""
    named = [f"{name}={type_of(value)}" for name, value in reversed(kwargs.items())]
    return ", ".join([*map(type_of, args), *named])


_name_in_c = vars(type)["__name__"].__get__  # of some, `__name__` is a shorter one
_MADE_IN_PYTHON = 1 << 9
"""Python's ``Py_TPFLAGS_HEAPTYPE``."""


def name_of(node: Any) -> str:
    """PyTorch's name of a node; a user may have set another ``ctx.name``."""
    return node.__class__.name(node)


def short_name(node: Any) -> str:
    """The short name of a node, or of a name: ``Mul``, ``Sum1`` for ``SumBackward1``."""
    return re.sub(r"Backward0?(\d*)$", r"\1", node if isinstance(node, str) else name_of(node))


_IN_C = {
    "Half": "c10::Half",
    "Long": "long int",
    "Short": "short int",
    "Char": "signed char",
    "Byte": "unsigned char",
}

_PLAIN_IN_C = ("int32", "float16", "float32")

_WORDS: dict[str, Callable[[Any], str]] = {
    "s": format,  # as an f-string does: of a tensor that is a number, the number
    "t": type_of,
    "T": lambda value: str(value.__class__),
    "y": lambda value: value.__class__.__name__,
    "l": lambda value: kind(value).lower(),
    "c": lambda value: _IN_C.get(kind(value), kind(value).lower()),
    "o": lambda value: "CPUBoolType" if kind(value) == "Bool" else f"torch.{kind(value)}Tensor",
    "w": lambda value: _WORDS["c"](value) if value.name in _PLAIN_IN_C else f"{value.name}_t",
    "n": short_name,
    "N": name_of,
    "L": lambda shapes: ", ".join(map(brackets, shapes)),
    "r": repr,
}


class _Filling:
    """A value, as messages write it."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> _Filling:
        return _Filling(getattr(self._value, name))

    def __format__(self, word: str) -> str:
        value = self._value
        if word in _WORDS:
            return _WORDS[word](value)
        if isinstance(value, (tuple, list)):
            return brackets(cast("list[Any]", value))
        if isinstance(value, np.dtype) or hasattr(value, "_data"):
            return kind(value)
        return format(value, word)
