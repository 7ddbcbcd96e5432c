"""How classes show themselves and refuse in PyTorch's words."""

from __future__ import annotations

from abc import ABCMeta
from functools import cache
from os.path import dirname, join
from typing import Any


class readonly(property):  # noqa: N801 - used like `property`
    """A property that says in PyTorch's words that it cannot be set."""

    def __set__(self, instance: Any, value: Any) -> None:
        kind: Any = instance.__class__
        name = next(name for name in dir(kind) if getattr(kind, name, None) is self)
        owner = getattr(instance, "_c_name", type(instance).__name__)
        raise AttributeError(f"attribute '{name}' of '{owner}' objects is not writable")

    def __delete__(self, instance: Any) -> None:
        self.__set__(instance, None)


def recorded(file: str) -> list[str]:
    """The lines of a text file beside this one: something of PyTorch that a script recorded."""
    # To import pathlib would take a third of the time that `import minigrad` takes.
    with open(join(dirname(__file__), file), encoding="utf-8") as text:  # noqa: PTH118, PTH120, PTH123
        return text.read().splitlines()


@cache
def _homes() -> dict[str, str]:
    """The modules of PyTorch that define its classes: homes.txt, from tests/record_names.py."""
    lines = [line.split(": ") for line in recorded("homes.txt")]
    return {name: home for home, names in lines for name in names.split()}


def full_name(cls: Any) -> str:
    """The name of a class or function with its module: of one of ours, PyTorch's module for it."""
    module: str = getattr(cls, "__module__", None) or "builtins"
    library, _, file = module.partition(".")
    if library == "minigrad":
        module = _homes().get(cls.__name__, f"torch.{file or '_VariableFunctionsClass'}")
    return cls.__qualname__ if module == "builtins" else f"{module}.{cls.__qualname__}"


class TensorType(type):
    """Shows a class under PyTorch's name for it: ``<class 'torch.Tensor'>``."""

    def __repr__(cls) -> str:
        return f"<class '{full_name(cls)}'>"

    def _repr_pretty_(cls, printer: Any, cycle: bool) -> None:
        """Show in a notebook what IPython shows of a class without a metaclass: its name."""
        printer.text(full_name(cls))


class InFull(TensorType):
    """The same for classes that errors of Python's name in full, but that have a short name."""

    __name__ = property(lambda cls: cls.__qualname__)  # pyright: ignore[reportAssignmentType]

    def __init__(cls, name: str, *rest: Any) -> None:
        super().__init__(name, *rest)
        vars(type)["__name__"].__set__(cls, name if "." in name else f"torch.{name}")


class OpenType(TensorType, ABCMeta):
    """The same for classes from which users derive, perhaps together with an ``abc.ABC``."""

    __instancecheck__ = type.__instancecheck__  # ABCMeta's are many times slower
    __subclasscheck__ = type.__subclasscheck__


class Shown(metaclass=OpenType):
    """Objects that show PyTorch's place of their class: ``<torch.utils.data.dataset.Subset …>``."""

    def __repr__(self) -> str:
        return f"<{full_name(type(self))} object at {id(self):#x}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show in a notebook what IPython shows of PyTorch's objects: ``<AddBackward0 at 0x…>``."""
        printer.text(repr(self).replace(" object at ", " at "))


TensorType.__name__ = OpenType.__name__ = "type"  # so Python's own complaints call them
