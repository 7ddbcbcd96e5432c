"""Modules that hold modules or parameters, in order or by name."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, cast

from minigrad.nn.module import Module, indented
from minigrad.nn.parameter import Parameter
from minigrad.nn.state import typename
from minigrad.tensor import Tensor


class _Numbered(Module):
    """Children under the names "0", "1", …, in order."""

    def _position(self, index: Any) -> int:
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range")
        return index % len(self)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def _chosen(self, index: Any) -> Any:
        """The part of this container that a slice names."""
        raise NotImplementedError

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._chosen(index)  # type: ignore[arg-type]
        return list(self)[self._position(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, list(self._modules)[self._position(index)], module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        del modules[index if isinstance(index, slice) else self._position(index)]
        self._renumber(modules)

    def _renumber(self, modules: list[Any]) -> None:
        self._modules.clear()
        for module in modules:
            self.add_module(str(len(self)), module)

    def append(self, module: Module) -> Any:
        """Put `module` at the end, and return this container."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Any:
        """Put all `modules` at the end, and return this container."""
        for module in modules:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Any:
        """Put `module` before the one at `index`."""
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def pop(self, key: int) -> Module:
        """Take out the module at `key`."""
        module = self[key]
        del self[key]
        return module


class Sequential(_Numbered):
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
        super().__init__()
        given: Any = args
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in given[0].items():
                self.add_module(name, module)
        else:
            self.extend(given)

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)  # type: ignore[misc]
        return input

    def _chosen(self, index: Any) -> Sequential:
        entries: list[tuple[str, Any]] = [*self._modules.items()]
        return Sequential(OrderedDict(cast("list[tuple[str, Any]]", entries[index])))

    def __add__(self, other: Any) -> Sequential:
        if not isinstance(other, Sequential):
            raise ValueError(
                f"add operator supports only objects of Sequential class, but {type(other)} is "
                "given."
            )
        return Sequential(*self, *other)


class ModuleList(_Numbered):
    """A list of modules, which registers them."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or [])

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    __iadd__ = _Numbered.extend

    def _chosen(self, index: Any) -> ModuleList:
        return ModuleList(list(self)[index])

    def _child_lines(self) -> list[str]:
        """As for any module, but equal neighbours share a line: ``(0-1): 2 x ReLU()``."""
        runs: list[tuple[str, int, int]] = []
        for nr, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][0] == text:
                runs[-1] = (text, runs[-1][1], nr)
            else:
                runs.append((text, nr, nr))
        return [
            f"({first}): {indented(text)}"
            if first == last
            else f"({first}-{last}): {indented(f'{last - first + 1} x {text}')}"
            for text, first, last in runs
        ]


class _Named:
    """What ModuleDict and ParameterDict share: the dictionary `_items` behind them."""

    _items: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, key, value)

    def __delitem__(self, key: str) -> None:
        del self._items[key]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def keys(self) -> Any:
        """The names."""
        return self._items.keys()

    def values(self) -> Any:
        """What stands under the names."""
        return self._items.values()

    def items(self) -> Any:
        """Pairs of name and what stands under it."""
        return self._items.items()

    def clear(self) -> None:
        """Take out all."""
        self._items.clear()

    def pop(self, key: str) -> Any:
        """Take out what stands under `key`."""
        return self._items.pop(key)

    def update(self, other: Any) -> None:
        """Put in all pairs of a mapping or an iterable."""
        for key, value in dict(other).items():
            self[key] = value


class ModuleDict(_Named, Module):
    """A dictionary of modules, which registers them."""

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        self._items = self.__dict__["_modules"]
        self.update(modules or {})

    def __setitem__(self, key: str, value: Any) -> None:
        self.add_module(key, value)


def _as_parameter(value: Any) -> Any:
    return (
        Parameter(value)
        if isinstance(value, Tensor) and not isinstance(value, Parameter)
        else value
    )


class ParameterList(Module):
    """A list of parameters, which registers them.

    Tensors become parameters, other things stay as they are.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        self.extend(values or [])

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([getattr(self, str(nr)) for nr in range(self._size)])

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return ParameterList(list(self)[index])
        return getattr(self, self._key(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._key(index), _as_parameter(value))

    def _key(self, index: Any) -> str:
        index = operator.index(index)
        if not -self._size <= index < self._size:
            raise IndexError(f"index {index} is out of range")
        return str(index % self._size)

    def append(self, value: Any) -> ParameterList:
        """Put `value` at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Put all `values` at the end."""
        for value in values:
            self.append(value)
        return self

    def extra_repr(self) -> str:
        lines = [
            f"  ({nr}): {_described(value, str(getattr(value, 'dtype', '')))}"
            for nr, value in enumerate(self)
        ]
        return "\n".join(lines)


class ParameterDict(_Named, Module):
    """A dictionary of parameters, which registers them."""

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._items = self.__dict__["_parameters"]
        self.update(parameters or {})

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, key, _as_parameter(value))

    def extra_repr(self) -> str:
        return "\n".join(
            [f"  ({key}): {_described(p, p.dtype.tensor_type)}" for key, p in self.items()]
        )


def _described(value: Any, dtype: str) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {typename(value)}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{kind} containing: [{dtype} of size {'x'.join(map(str, value.shape))}]"
