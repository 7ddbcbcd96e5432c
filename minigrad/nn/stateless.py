"""Modules that call one function: activations, losses, pools. A line of the table is a class."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad.nn import functional as F  # noqa: N812 - the name that everybody knows
from minigrad.nn.layer import Layer
from minigrad.nn.module import Module
from minigrad.tensor import Tensor

# fmt: off
__all__ = [
    "ELU", "GELU", "SELU", "AdaptiveAvgPool2d", "AvgPool2d", "BCELoss", "BCEWithLogitsLoss",
    "CrossEntropyLoss", "Dropout", "Flatten", "Hardtanh", "HuberLoss",
    "Identity", "KLDivLoss", "L1Loss", "LeakyReLU", "LogSigmoid", "LogSoftmax", "MSELoss",
    "MaxPool2d", "NLLLoss", "ReLU", "ReLU6", "SiLU", "Sigmoid", "SmoothL1Loss", "Softmax",
    "Softplus", "Softsign", "Tanh", "Unflatten",
]
# fmt: on


_OLD = ("size_average", "reduce")  # what `reduction` was in the past


class _Pool(Layer):
    """A pool, whose windows touch if no stride is given."""

    def _prepare(self) -> None:
        self.stride = self.kernel_size if self.stride is None else self.stride


class _Loss(Layer):
    """A loss; its weights are buffers."""

    def _start(self, **settings: Any) -> None:
        average, reduce = [settings.pop(name, None) for name in _OLD]
        if average is not None or reduce is not None:
            said = "none" if reduce is False else "sum" if average is False else "mean"
            settings["reduction"] = said
            text = "size_average and reduce args will be deprecated, please use reduction="
            warnings.warn(f"{text}'{said}' instead.", stacklevel=3)
        super()._start(**settings)
        self._persistent |= {name: True for name in ("weight", "pos_weight") if name in settings}


def _calling(
    name: str, function: str, takes: str, base: Any = Layer, hidden: tuple[str, ...] = ("inplace",)
) -> Any:
    """The class `name`, which calls `function` with what its constructor `takes`.

    ``repr`` shows all but the `hidden`.
    """
    names = [part.partition("=")[0].strip() for part in takes.split(",") if part]
    inputs = "input, target" if base is _Loss else "input"
    by_name = base is not Layer  # pools and losses have another order
    passed = [f"{n}=self.{n}" if by_name else f"self.{n}" for n in names if n not in _OLD]
    shown = [f"{n}={{{n}!r}}" for n in names if base is not _Loss and n not in hidden]
    source = f"""class {name}(base):
        __doc__ = {function}.__doc__
        takes = {takes!r}
        shows = {", ".join(shown)!r}
        def forward(self, {inputs}):
            return {function}({", ".join([inputs, *passed])})"""
    scope: dict[str, Any] = {"__name__": __name__, "F": F, "Tensor": Tensor, "base": base}
    exec(source, scope)  # noqa: S102 - the source is ours
    return scope[name]


ReLU = _calling("ReLU", "F.relu", "inplace=False")
ReLU6 = _calling("ReLU6", "F.relu6", "inplace=False")
LeakyReLU = _calling("LeakyReLU", "F.leaky_relu", "negative_slope=0.01, inplace=False")
Hardtanh = _calling("Hardtanh", "F.hardtanh", "min_val=-1.0, max_val=1.0, inplace=False")
ELU = _calling("ELU", "F.elu", "alpha=1.0, inplace=False")
SELU = _calling("SELU", "F.selu", "inplace=False")
GELU = _calling("GELU", "F.gelu", "approximate='none'")
SiLU = _calling("SiLU", "F.silu", "inplace=False")
Sigmoid = _calling("Sigmoid", "F.sigmoid", "")
LogSigmoid = _calling("LogSigmoid", "F.logsigmoid", "")
Tanh = _calling("Tanh", "F.tanh", "")
Softsign = _calling("Softsign", "F.softsign", "")
Softplus = _calling("Softplus", "F.softplus", "beta=1.0, threshold=20.0")
Softmax = _calling("Softmax", "F.softmax", "dim=None")
LogSoftmax = _calling("LogSoftmax", "F.log_softmax", "dim=None")

_WINDOW = "kernel_size, stride=None, padding=0, "
_MAX = _WINDOW + "dilation=1, return_indices=False, ceil_mode=False"
_MEAN = _WINDOW + "ceil_mode=False, count_include_pad=True, divisor_override=None"
MaxPool2d = _calling("MaxPool2d", "F.max_pool2d", _MAX, _Pool, ("return_indices",))
_HIDDEN = ("ceil_mode", "count_include_pad", "divisor_override")
AvgPool2d = _calling("AvgPool2d", "F.avg_pool2d", _MEAN, _Pool, _HIDDEN)
AdaptiveAvgPool2d = _calling("AdaptiveAvgPool2d", "F.adaptive_avg_pool2d", "output_size")
Flatten = _calling("Flatten", "Tensor.flatten", "start_dim=1, end_dim=-1")
Unflatten = _calling("Unflatten", "Tensor.unflatten", "dim, unflattened_size")

_REDUCED = "size_average=None, reduce=None, reduction='mean'"
_CLASSES = "weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'"
_LOGITS = f"weight=None, {_REDUCED}, pos_weight=None"
MSELoss = _calling("MSELoss", "F.mse_loss", _REDUCED, _Loss)
L1Loss = _calling("L1Loss", "F.l1_loss", _REDUCED, _Loss)
SmoothL1Loss = _calling("SmoothL1Loss", "F.smooth_l1_loss", _REDUCED + ", beta=1.0", _Loss)
HuberLoss = _calling("HuberLoss", "F.huber_loss", "reduction='mean', delta=1.0", _Loss)
KLDivLoss = _calling("KLDivLoss", "F.kl_div", _REDUCED + ", log_target=False", _Loss)
BCELoss = _calling("BCELoss", "F.binary_cross_entropy", "weight=None, " + _REDUCED, _Loss)
BCEWithLogitsLoss = _calling(
    "BCEWithLogitsLoss", "F.binary_cross_entropy_with_logits", _LOGITS, _Loss
)
NLLLoss = _calling("NLLLoss", "F.nll_loss", _CLASSES, _Loss)
CrossEntropyLoss = _calling(
    "CrossEntropyLoss", "F.cross_entropy", _CLASSES + ", label_smoothing=0.0", _Loss
)


class Dropout(Layer):
    """While training, set elements to 0 with probability `p`, and make the others larger."""

    takes = "p=0.5, inplace=False"
    shows = "p={p}, inplace={inplace}"

    def _prepare(self) -> None:
        if not 0 <= self.p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {self.p}")

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Identity(Module):
    """Returns its input."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input
