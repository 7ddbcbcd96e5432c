"""Write minigrad/pytorch_names.txt: the public names of PyTorch, a line for each module.

Run ``python tests/record_names.py`` where PyTorch is installed. The package reads the file to tell
a name that PyTorch has and minigrad has not from a name that neither has.
"""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

TARGET = Path(__file__).parents[1] / "minigrad" / "pytorch_names.txt"
SPACES = [
    "torch",
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
    "torch.optim.lr_scheduler",
    "torch.random",
    "torch.utils",
    "torch.utils.data",
]


def lines() -> list[str]:
    """A line for each of `SPACES`: its name, a colon, its public names."""
    return [f"{space}: {' '.join(names(space))}" for space in SPACES]


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
    TARGET.write_text("\n".join(lines()) + "\n", encoding="utf-8")
