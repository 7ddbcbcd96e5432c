"""Modules that hold modules or parameters, in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, MutableMapping, MutableSequence
from itertools import groupby
from typing import Any, Self, cast

from minigrad import errors
from minigrad.nn.module import Module, indented
from minigrad.nn.parameter import Parameter
from minigrad.tensor import Tensor


class _Modules(Module):
    """Holds modules."""

    _put: Any = Module.add_module

    def _held(self) -> dict[str, Any]:
        return self._modules

    def __len__(self) -> int:
        return len(self._held())


class _Parameters(_Modules):
    """Holds parameters; tensors that are put in become parameters."""

    def _put(self, name: str, value: Any) -> None:
        self.register_parameter(name, Parameter(value) if type(value) is Tensor else value)

    def _held(self) -> dict[str, Any]:
        return self._parameters

    def extra_repr(self) -> str:
        lines: list[str] = []
        for name, held in self._held().items():
            kind = held.type() if isinstance(self, MutableMapping) else held.dtype
            size = "x".join(map(str, held.shape))
            lines.append(f"  ({name}): Parameter containing: [{kind} of size {size}]")
        return "\n".join(lines)


class _InOrder(_Modules, MutableSequence[Any]):
    """What is held has the names "0", "1", …."""

    def __init__(self, values: Iterable[Any] = ()) -> None:
        super().__init__()
        self.extend(values)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._held().values())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self._held()[self._name(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        setattr(self, self._name(index), value)

    def __delitem__(self, index: Any) -> None:
        names = [*self._held()][index] if isinstance(index, slice) else [self._name(index)]
        held = dict(self._held())
        self._held().clear()
        self.extend([value for name, value in held.items() if name not in names])

    def __add__(self, values: Iterable[Any]) -> Self:
        return type(self)().extend([*self, *values])

    def _name(self, index: Any) -> str:
        place = operator.index(index)
        errors.check(-len(self) <= place < len(self), "container_index", place)
        return [*self._held()][place]

    def append(self, value: Any) -> Self:  # type: ignore[override]
        """Put `value` at the end, and return this container."""
        self._put(str(len(self)), value)
        return self

    def extend(self, values: Iterable[Any]) -> Self:  # type: ignore[override]
        """Put all `values` at the end, and return this container."""
        errors.check(isinstance(values, Iterable), "container_extend", self, values)
        super().extend(values)
        return self

    def insert(self, index: int, value: Any) -> Any:
        """Put `value` before the one at `index`; a Sequential also returns itself."""
        errors.check(-len(self) <= index <= len(self), "container_insert", index)
        values = [self._held()[str(nr)] for nr in range(len(self))]  # no names, as in PyTorch
        for nr, each in enumerate([*values[:index], value, *values[index:]]):
            self._put(str(nr), each)
        return self if isinstance(self, Sequential) else None


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
        named = len(args) == 1 and isinstance(args[0], OrderedDict)
        super().__init__(() if named else args)
        for name, module in cast(Any, args[0]).items() if named else ():
            self.add_module(name, module)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return super().__getitem__(index)


class ModuleList(_InOrder):
    """A list of modules, which registers them."""

    def __init__(self, modules: Iterable[Any] | None = None) -> None:
        super().__init__(() if modules is None else modules)

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

    def __setitem__(self, index: Any, value: Any) -> None:
        self._put(self._name(index), value)


class ModuleDict(_Modules, MutableMapping[str, Any]):
    """A dictionary of modules, which registers them."""

    __hash__: Any = Module.__hash__
    __eq__: Any = Module.__eq__

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self.update(() if modules is None else modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held())

    def __getitem__(self, key: str) -> Any:
        return self._held()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._put(key, value)

    def __delitem__(self, key: str) -> None:
        del self._held()[key]

    def keys(self) -> Any:
        """The names."""
        return self._held().keys()


class ParameterDict(_Parameters, ModuleDict):
    """A dictionary of parameters, which registers them; tensors become parameters."""

    def update(self, values: Any = ()) -> None:  # type: ignore[override]
        """Put all `values` in; those of a plain dict in the order of their names."""
        super().update(sorted(values.items()) if values.__class__ is dict else values)
