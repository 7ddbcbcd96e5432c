"""``torch.autograd``: backward and grad, custom Functions, grad modes, and tools."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from minigrad import anomaly, errors, function, functional, graph
from minigrad import gradcheck as checks
from minigrad.anomaly import detect_anomaly, set_detect_anomaly
from minigrad.disguise import TensorType
from minigrad.engine import backward, grad
from minigrad.function import Function
from minigrad.gradcheck import gradcheck, gradgradcheck
from minigrad.missing import absent
from minigrad.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from minigrad.tensor import Tensor

# fmt: off
__all__ = [
    "Function", "Variable", "backward", "detect_anomaly", "enable_grad", "function", "functional",
    "grad", "gradcheck", "gradgradcheck", "graph", "inference_mode", "no_grad",
    "set_detect_anomaly", "set_grad_enabled",
]
# fmt: on


class _VariableMeta(TensorType):
    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_VariableMeta):
    """The old name of Tensor; it gives a leaf over the same memory.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#variable-deprecated
    """

    def __new__(
        cls, data: Any = None, requires_grad: bool = False, volatile: bool = False, **others: Any
    ) -> Any:
        errors.check(not others, "invalid_keyword", *others)
        errors.check(isinstance(data, Tensor), "data_is_no_tensor", data)
        if volatile:  # as `no_grad` was said once
            warnings.warn(errors.VOLATILE, stacklevel=2)
        errors.check(not (volatile and requires_grad), "volatile_and_requires_grad")
        fits = not requires_grad or data.is_floating_point()
        errors.check(fits, "only_floats_require_grad_argument")
        return data.detach().requires_grad_(requires_grad)


# ``from torch.autograd.functional import jacobian``; `gradcheck` is a function and a module, both.
_OWN = {"anomaly_mode": anomaly, "function": function, "functional": functional, "graph": graph}
_OWN["gradcheck"], _OWN["variable"] = checks, sys.modules[__name__]
for _name, _module in _OWN.items():
    sys.modules[f"{__name__}.{_name}"] = _module
    vars(_module).setdefault("__getattr__", absent(f"torch.autograd.{_name}"))

__getattr__ = absent("torch.autograd")
