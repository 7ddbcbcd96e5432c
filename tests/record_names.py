"""Write two files of PyTorch's names, a line for each module: pytorch_names.txt and homes.txt.

Run ``python tests/record_names.py`` where PyTorch is installed. The package reads the first, the
public names, to tell a name that PyTorch has and minigrad has not from a name that neither has;
the second, classes and the modules that define them, to print a class as PyTorch does.
"""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

PACKAGE = Path(__file__).parents[1] / "minigrad"
SPACES = [
    "torch",
    "torch.Generator",
    "torch.Tensor",
    "torch.autograd",
    "torch.autograd.functional",
    "torch.autograd.graph",
    "torch.cuda",
    "torch.linalg",
    "torch.nn",
    "torch.nn.Module",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.optim",
    "torch.optim.Optimizer",
    "torch.optim.lr_scheduler",
    "torch.random",
    "torch.utils",
    "torch.utils.data",
]


def lines() -> list[str]:
    """A line for each of `SPACES`: its name, a colon, its public names."""
    return [f"{space}: {' '.join(names(space))}" for space in SPACES]


def homes() -> list[str]:
    """A line for each module that defines public classes: its name, a colon, the classes."""
    found: dict[str, set[str]] = {}
    for space in ("torch", "torch.autograd", "torch.nn", "torch.optim", "torch.utils.data"):
        for name, value in vars(resolve_name(space)).items():
            if isinstance(value, type) and value.__name__ == name and not name.startswith("_"):
                home = repr(value)[len("<class '") : -len(name) - len(".'>")]
                found.setdefault(home, set()).add(name)
    ours = {home: sorted(classes) for home, classes in found.items() if home.startswith("torch")}
    return [f"{home}: {' '.join(classes)}" for home, classes in sorted(ours.items())]


def names(space: str) -> list[str]:
    """The public names in a module or class of PyTorch that are its own."""
    owner: Any = resolve_name(space)
    return [n for n in sorted(dir(owner)) if not n.startswith("_") and is_own(owner, n)]


def is_own(owner: Any, name: str) -> bool:
    """Whether it is no import of PyTorch's own files: a standard module, a type for annotations."""
    if not isinstance(owner, ModuleType):
        return True
    value = getattr(owner, name)
    if isinstance(value, ModuleType):
        return value.__name__.startswith("torch.")
    if isinstance(value, (bool, str, dict, list)) or (
        name == "Tensor" and owner.__name__ != "torch"
    ):
        return False
    home = getattr(value, "__module__", None) or "torch"
    return home.partition(".")[0] in ("torch", "builtins")


if __name__ == "__main__":
    for file, content in (("pytorch_names", lines()), ("homes", homes())):
        (PACKAGE / f"{file}.txt").write_text("\n".join(content) + "\n", encoding="utf-8")
