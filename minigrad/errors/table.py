"""The table of messages, and how a message is filled in: see ``messages.toml``."""

from __future__ import annotations

import builtins
import functools
import pickle
import re
from pathlib import Path
from typing import Any

from minigrad.dtypes import dtype, from_numpy


class GradcheckError(RuntimeError):
    """A gradient is wrong."""

    __module__ = "torch.autograd.gradcheck"


_OWN = {"GradcheckError": GradcheckError, "UnpicklingError": pickle.UnpicklingError}


@functools.cache
def table() -> dict[str, Any]:
    """The table, read when the first message is wanted."""
    import tomllib

    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text("utf-8"))


def text(name: str) -> str:
    """The message `name` as it stands in the table, without the type."""
    return table()[name].partition(": ")[2]


def error(name: str, /, *values: Any) -> Exception:
    """The exception `name`, with `values` in its message."""
    from minigrad.errors.words import Filled  # not before an error is raised

    kind, _, message = table()[name].partition(": ")
    return (_OWN.get(kind) or getattr(builtins, kind))(Filled().format(message, *values))


def check(holds: Any, name: str, *values: Any) -> None:
    """Raise the error `name` unless the condition `holds`."""
    if not holds:
        raise error(name, *values)


# --- how messages write values


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
    """The type of an argument in a list of arguments."""
    name = "Tensor" if hasattr(value, "_data") else type(value).__name__
    return f"torch.{name}" if name in ("dtype", "device", "Size") else name


def short_name(node: Any) -> str:
    """The short name of a node, or of a name: ``Mul``, ``Sum1`` for ``SumBackward1``."""
    return re.sub(r"Backward0?(\d*)$", r"\1", node if isinstance(node, str) else node.name())
