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


max = named("max", "values", "indices")
min = named("min", "values", "indices")
median = named("median", "values", "indices")
nanmedian = named("nanmedian", "values", "indices")
mode = named("mode", "values", "indices")
kthvalue = named("kthvalue", "values", "indices")
sort = named("sort", "values", "indices")
topk = named("topk", "values", "indices")
cummax = named("cummax", "values", "indices")
cummin = named("cummin", "values", "indices")
aminmax = named("aminmax", "min", "max")
slogdet = named("linalg_slogdet", "sign", "logabsdet")
