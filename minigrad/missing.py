"""What the AttributeError says of a name that PyTorch has and minigrad has not.

Two text files are read when the first such name is asked for: pytorch_names.txt, PyTorch's public
names (tests/record_names.py writes it), and nearest.txt, what comes nearest in meaning where it is
not what comes nearest in spelling. docs/limits.md says why a name is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, reduce
from typing import Any

from minigrad.disguise import TensorType, recorded
from minigrad.tensor import Tensor


class MissingError(AttributeError):
    """An AttributeError whose text is made when somebody reads it: `hasattr` stays quick."""

    def __init__(self, what: str, space: str, name: str) -> None:
        super().__init__(f"{what} has no attribute '{name}'")
        self._asked = (space, name)

    def __str__(self) -> str:
        (space, name), text = self._asked, str(self.args[0])
        if name.startswith("_") or name not in pytorch_names(space):
            return text
        nearby = nearest(space, name)
        return f"{text} in minigrad: PyTorch has it, minigrad does not. Nearest: {nearby}"


MissingError.__name__ = MissingError.__qualname__ = "AttributeError"
MissingError.__module__ = "builtins"


def absent(space: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of the module that stands for PyTorch's module `space`."""

    def refuse(name: str) -> Any:
        raise MissingError(f"module '{space}'", space, name)

    return refuse


def absent_here(space: str, home: str = "") -> Callable[[Any, str], Any]:
    """The ``__getattr__`` of the class that stands for PyTorch's class `space`.

    A class that is not written in Python calls itself by its `home`, too.
    """

    def refuse(self: Any, name: str) -> Any:
        raise MissingError(f"'{home}{type(self).__name__}' object", space, name)

    return refuse


@cache
def pytorch_names(space: str) -> frozenset[str]:
    """The public names in a module or class of PyTorch; none of a module that is not recorded."""
    spaces = dict(line.split(": ", 1) for line in recorded("pytorch_names.txt"))
    return frozenset(spaces.get(space, "").split())


@cache
def nearest(space: str, name: str) -> str:
    """What means the same, else is of the same name elsewhere, else is spelt nearly so."""
    from difflib import get_close_matches
    from fnmatch import fnmatchcase

    for line in recorded("nearest.txt"):
        patterns, _, suggestion = line.partition(": ")
        if any(fnmatchcase(f"{space}.{name}", pattern) for pattern in patterns.split()):
            return suggestion
    for other in ("torch", "torch.Tensor", "torch.nn.functional", "torch.linalg"):
        if name in _here(other):
            return f"{other}.{name}"
    close = get_close_matches(name, sorted(_here(space)), 1, 0.7)
    return f"{space}.{close[0]}" if close else "nothing; docs/limits.md says what is left out"


def _here(space: str) -> frozenset[str]:
    """PyTorch's names that minigrad has."""
    ours = reduce(getattr, space.split(".")[1:], sys.modules["minigrad"])
    return pytorch_names(space).intersection(dir(ours))


# --- Tensor: a `__getattr__` would make every access to an attribute several times slower


class _Absent:
    """Stands on Tensor where PyTorch has something, and refuses to be read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: Any) -> Any:
        what = "type object 'Tensor'" if instance is None else "'Tensor' object"
        raise MissingError(what, "torch.Tensor", self.name)


def mark_absent() -> None:
    """Put an `_Absent` on Tensor for each name that PyTorch's has and ours has not."""
    for name in pytorch_names("torch.Tensor").difference(type.__dir__(Tensor)):
        setattr(Tensor, name, _Absent(name))


def _without_absent(listed: Any, cls: Any) -> list[str]:
    return [name for name in listed if type(vars(Tensor).get(name)) is not _Absent]


TensorType.__dir__ = lambda cls: _without_absent(type.__dir__(cls), cls)  # type: ignore[method-assign]
Tensor.__dir__ = lambda self: _without_absent(object.__dir__(self), self)  # type: ignore[method-assign]
