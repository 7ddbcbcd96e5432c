"""``torch.autograd``: backward and grad, custom Functions, grad modes, Variable."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from minigrad import errors
from minigrad.engine import backward, grad
from minigrad.function import Function, FunctionCtx
from minigrad.modes import enable_grad, no_grad, set_grad_enabled
from minigrad.node import Node
from minigrad.tensor import Tensor, wrap

__all__ = [
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "function",
    "grad",
    "graph",
    "no_grad",
    "set_grad_enabled",
]


class _VariableMeta(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_VariableMeta):
    """The old name of Tensor; it gives a leaf over the same memory.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#variable-deprecated
    """

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: bool = False) -> Any:
        if not isinstance(data, Tensor):
            raise errors.data_is_no_tensor(data)
        data._share()
        variable = wrap(data._data)
        variable._counter = data._counter
        if requires_grad:
            variable.requires_grad = True
        return variable


def _module(name: str, **members: Any) -> ModuleType:
    """A module of PyTorch's that is only a few names here: ``torch.autograd.function``."""
    module = ModuleType(f"{__name__}.{name}")
    vars(module).update(members)
    sys.modules[module.__name__] = module
    return module


function = _module("function", Function=Function, FunctionCtx=FunctionCtx)
graph = _module("graph", Node=Node)
variable = _module("variable", Variable=Variable)
