"""How classes show themselves and refuse in PyTorch's words."""

from __future__ import annotations

from typing import Any


class readonly(property):  # noqa: N801 - used like `property`
    """A property that says in PyTorch's words that it cannot be set."""

    def __set__(self, instance: Any, value: Any) -> None:
        name = getattr(self.fget, "__name__", "")
        owner = getattr(instance, "_c_name", type(instance).__name__)
        raise AttributeError(f"attribute '{name}' of '{owner}' objects is not writable")


class TensorType(type):
    """Shows a class under PyTorch's name for it, if it has one: ``<class 'torch.Tensor'>``."""

    def __repr__(cls) -> str:
        shown = vars(cls).get("_torch_name")
        return f"<class '{shown}'>" if shown else super().__repr__()
