"""Modules that hold modules or parameters, in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, MutableMapping
from itertools import groupby
from typing import Any, Self, cast

from minigrad.nn.module import Module, indented
from minigrad.nn.parameter import Parameter
from minigrad.tensor import Tensor

__all__ = ["ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"]


class _Container(Module):
    """Holds modules, in the one of Module's dictionaries that `_place` names."""

    _place = "_modules"
    _put = Module.add_module

    @property
    def _held(self) -> dict[str, Any]:
        return self.__dict__[self._place]

    def __len__(self) -> int:
        return len(self._held)


class _Parameters(_Container):
    """Holds parameters; tensors that are put in become parameters."""

    _place = "_parameters"

    def _put(self, name: str, value: Any) -> None:
        is_tensor = isinstance(value, Tensor) and not isinstance(value, Parameter)
        self.register_parameter(name, cast("Any", Parameter(value) if is_tensor else value))

    def extra_repr(self) -> str:
        lines: list[str] = []
        for name, held in self._held.items():
            kind = held.type() if isinstance(self, MutableMapping) else held.dtype
            size = "x".join(map(str, held.shape))
            lines.append(f"  ({name}): Parameter containing: [{kind} of size {size}]")
        return "\n".join(lines)


class _InOrder(_Container):
    """What is held has the names "0", "1", …."""

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self.extend([] if values is None else values)

    def _name(self, index: Any) -> str:
        place: int = operator.index(index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"index {place} is out of range")
        return list(self._held)[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held.values())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)().extend(list(self)[index])
        return self._held[self._name(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        self._put(self._name(index), value)

    def __delitem__(self, index: int | slice) -> None:
        values = list(self)
        del values[index]
        self._refill(values)

    def _refill(self, values: list[Any]) -> None:
        for name in list(self._held):
            delattr(self, name)
        self.extend(values)

    def append(self, value: Any) -> Self:
        """Put `value` at the end, and return this container."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Put all `values` at the end, and return this container."""
        for value in values:
            self.append(value)
        return self

    __iadd__ = extend

    def __add__(self, other: Iterable[Any]) -> Self:
        return type(self)().extend([*self, *other])

    def insert(self, index: int, value: Any) -> Self:
        """Put `value` before the one at `index`."""
        values = list(self)
        values.insert(index, value)
        self._refill(values)
        return self

    def pop(self, key: int) -> Any:
        """Take out what stands at `key`."""
        value = self[key]
        del self[key]
        return value


class Sequential(_InOrder):
    """Modules one after the other: the output of each is the input of the next.

    Parameters
    ----------
    *args : Module, or one OrderedDict of them
        In order; a dictionary gives them names.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html
    """

    def __init__(self, *args: Any) -> None:
        by_name = len(args) == 1 and isinstance(args[0], OrderedDict)
        super().__init__(() if by_name else args)
        for name, module in cast("Any", args[0].items() if by_name else ()):
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)  # type: ignore[misc]
        return input

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(OrderedDict([*self._modules.items()][index]))
        return super().__getitem__(index)


class ModuleList(_InOrder):
    """A list of modules, which registers them."""

    def _child_lines(self) -> list[str]:
        """As for any module, but equal neighbours share a line: ``(0-1): 2 x ReLU()``."""
        lines: list[str] = []
        end = 0
        for text, run in groupby(map(repr, self)):
            first, end = end, end + len(list(run))
            count = f"({first}-{end - 1}): {end - first} x " if end - first > 1 else f"({first}): "
            lines.append(indented(count + text))
        return lines


class ParameterList(_Parameters, _InOrder):
    """A list of parameters, which registers them; tensors become parameters."""


class _ByName(_Container, MutableMapping[str, Any]):
    """What is held has the names that the user gives."""

    __hash__: Any = Module.__hash__
    __eq__: Any = Module.__eq__

    def __init__(self, values: Any = None) -> None:
        super().__init__()
        self.update(values or {})

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __getitem__(self, key: str) -> Any:
        return self._held[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(key, value)

    def __delitem__(self, key: str) -> None:
        delattr(self, key)

    def keys(self) -> Any:
        """The names."""
        return self._held.keys()


class ModuleDict(_ByName):
    """A dictionary of modules, which registers them."""


class ParameterDict(_Parameters, _ByName):
    """A dictionary of parameters, which registers them; tensors become parameters."""
