"""The named tuples that operations with several results return: ``torch.return_types.max``."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from minigrad.disguise import TensorType


class _Result(tuple[Any, ...], metaclass=TensorType):
    """A tuple whose items have names, printed as PyTorch prints it, one field a line."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _torch_name: str

    def __new__(cls, *values: Any) -> Any:
        """Take the values one by one, or as one sequence of them."""
        given: Any = values if len(values) == len(cls._fields) else values[0]
        if len(given) != len(cls._fields):
            raise TypeError(
                f"{cls._torch_name}() takes a {len(cls._fields)}-sequence "
                f"({len(given)}-sequence given)"
            )
        return super().__new__(cls, given)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (tuple(self),)

    def __repr__(self) -> str:
        lines = [f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True)]
        return f"{self._torch_name}(\n" + ",\n".join(lines) + ")"


def named(name: str, *fields: str) -> type[Any]:
    """A tuple type of these fields."""
    body: dict[str, Any] = {"__slots__": (), "__module__": __name__, "_fields": fields}
    body |= {"n_fields": len(fields), "_torch_name": f"torch.return_types.{name}"}
    body |= {field: property(itemgetter(at)) for at, field in enumerate(fields)}
    return TensorType(name, (_Result,), body)


def with_out(kind: Any) -> Any:
    """The type of the same fields that a call with ``out=`` returns: ``max_out``."""
    return named(f"{kind.__name__}_out", *kind._fields)


_FIELDS = {
    "max min median nanmedian mode sort topk kthvalue cummax cummin": ("values", "indices"),
    "aminmax": ("min", "max"),
    "slogdet linalg_slogdet": ("sign", "logabsdet"),
}
globals().update(
    {name: named(name, *fields) for names, fields in _FIELDS.items() for name in names.split()}
)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.return_types' has no attribute '{name}'")
