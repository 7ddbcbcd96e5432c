"""The named tuples that operations with several results return: ``torch.return_types.max``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from minigrad.disguise import InFull, full_name

_NAMES = ("max", "min", "median", "sort", "topk")


def _shown(self: Any) -> str:
    """As PyTorch prints it, one field a line."""
    lines = [f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True)]
    return f"{full_name(type(self))}(\n" + ",\n".join(lines) + ")"


def __getattr__(name: str) -> Any:
    """A tuple type is made when it is first asked for."""
    if name not in _NAMES:
        raise AttributeError(f"module 'torch.return_types' has no attribute '{name}'")
    body = {"__slots__": (), "__module__": __name__, "__repr__": _shown, "n_fields": 2}
    body["__qualname__"] = name
    plain = namedtuple(name, ("values", "indices"))  # noqa: PYI024 # pyright: ignore[reportUntypedNamedTuple]
    return globals().setdefault(name, InFull(f"torch.return_types.{name}", (plain,), body))
