"""Activation functions as modules: one line of the table is one class, such as `nn.ReLU`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minigrad.nn.module import Module
from minigrad.ops import activation, pointwise, smooth_activation, softmax
from minigrad.tensor import Tensor


class Elementwise(Module):
    """Calls one function of `minigrad.nn.functional` with the settings that it was made with."""

    function: Callable[..., Tensor]
    settings: inspect.Signature
    shown: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        try:
            bound = self.settings.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}.__init__() {error}") from None
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            setattr(self, name, value)

    def forward(self, input: Tensor) -> Tensor:
        return type(self).function(
            input, **{name: getattr(self, name) for name in self.settings.parameters}
        )

    def extra_repr(self) -> str:
        parts = [(n, getattr(self, n)) for n in self.settings.parameters if n != "inplace"]
        texts = [repr(v) if self.shown == "values" else f"{n}={v!r}" for n, v in parts]
        return ", ".join(texts + (["inplace=True"] if getattr(self, "inplace", False) else []))


def _module(
    name: str,
    function: Callable[..., Tensor],
    *required: str,
    shown: str = "names",
    **defaults: Any,
) -> Any:
    """The class `name`, which calls `function` with these parameters."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(n, kind) for n in required]
    parameters += [inspect.Parameter(n, kind, default=v) for n, v in defaults.items()]
    signature = inspect.Signature(parameters)
    body = {
        "function": staticmethod(function),
        "settings": signature,
        "shown": shown,
        "__doc__": function.__doc__,
        "__module__": __name__,
    }
    return type(name, (Elementwise,), body)


ReLU = _module("ReLU", activation.functional_relu, inplace=False)
ReLU6 = _module("ReLU6", activation.relu6, inplace=False)
Hardtanh = _module("Hardtanh", activation.hardtanh, min_val=-1.0, max_val=1.0, inplace=False)
LeakyReLU = _module("LeakyReLU", activation.leaky_relu, negative_slope=0.01, inplace=False)
Threshold = _module("Threshold", activation.threshold, "threshold", "value", inplace=False)
ELU = _module("ELU", activation.elu, alpha=1.0, inplace=False)
CELU = _module("CELU", activation.celu, alpha=1.0, inplace=False)
SELU = _module("SELU", activation.selu, inplace=False)
Hardshrink = _module("Hardshrink", activation.hardshrink, shown="values", lambd=0.5)
GELU = _module("GELU", smooth_activation.gelu, approximate="none")
SiLU = _module("SiLU", smooth_activation.silu, inplace=False)
Mish = _module("Mish", smooth_activation.mish, inplace=False)
Softplus = _module("Softplus", smooth_activation.softplus, beta=1.0, threshold=20.0)
LogSigmoid = _module("LogSigmoid", smooth_activation.logsigmoid)
Hardsigmoid = _module("Hardsigmoid", smooth_activation.hardsigmoid, inplace=False)
Hardswish = _module("Hardswish", smooth_activation.hardswish, inplace=False)
Sigmoid = _module("Sigmoid", pointwise.sigmoid.apply)
Tanh = _module("Tanh", pointwise.tanh.apply)
Softsign = _module("Softsign", smooth_activation.softsign)
Tanhshrink = _module("Tanhshrink", smooth_activation.tanhshrink)
Softmax = _module("Softmax", softmax.functional_softmax, dim=None)
LogSoftmax = _module("LogSoftmax", softmax.functional_log_softmax, dim=None)
Softmin = _module("Softmin", softmax.softmin, dim=None)
