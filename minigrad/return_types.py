"""The named tuples that operations with several results return: ``torch.return_types.max``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def named(name: str, *fields: str) -> type[Any]:
    """A tuple type of these fields, printed as PyTorch prints it, one field a line."""
    base: type[Any] = namedtuple(name, fields)  # noqa: PYI024 # pyright: ignore[reportUntypedNamedTuple]

    def text(self: Any) -> str:
        lines = [f"{field}={value!r}" for field, value in zip(fields, self, strict=True)]
        return f"torch.return_types.{name}(\n" + ",\n".join(lines) + ")"

    return type(name, (base,), {"__slots__": (), "__repr__": text, "__module__": __name__})


def with_out(kind: Any) -> Any:
    """The type of the same fields that a call with ``out=`` returns: ``max_out``."""
    return named(f"{kind.__name__}_out", *kind._fields)


_FIELDS = {
    "max min median sort topk kthvalue cummax cummin": ("values", "indices"),
    "aminmax": ("min", "max"),
    "slogdet linalg_slogdet": ("sign", "logabsdet"),
}
globals().update(
    {name: named(name, *_FIELDS[names]) for names in _FIELDS for name in names.split()}
)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.return_types' has no attribute '{name}'")
