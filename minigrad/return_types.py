"""The named tuples that operations with several results return: ``torch.return_types.max``."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from minigrad.disguise import TensorType


def _shown(self: Any) -> str:
    """As PyTorch prints it, one field a line."""
    lines = [f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True)]
    return f"{self._torch_name}(\n" + ",\n".join(lines) + ")"


def named(name: str, *fields: str) -> type[Any]:
    """A tuple type of these fields."""
    body: dict[str, Any] = {"__slots__": (), "__module__": __name__, "__repr__": _shown}
    body |= {"n_fields": len(fields), "_torch_name": f"torch.return_types.{name}"}
    plain = namedtuple(name, fields)  # noqa: PYI024 # pyright: ignore[reportUntypedNamedTuple]
    return TensorType(name, (plain,), body)


def with_out(kind: Any) -> Any:
    """The type of the same fields that a call with ``out=`` returns: ``max_out``."""
    return named(f"{kind.__name__}_out", *kind._fields)


_FIELDS = {
    "max min median nanmedian mode sort topk kthvalue cummax cummin": ("values", "indices"),
    "aminmax": ("min", "max"),
    "slogdet linalg_slogdet": ("sign", "logabsdet"),
}


def __getattr__(name: str) -> Any:
    for names, fields in _FIELDS.items():
        if name in names.split():
            return globals().setdefault(name, named(name, *fields))
    raise AttributeError(f"module 'torch.return_types' has no attribute '{name}'")
