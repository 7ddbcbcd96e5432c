"""Layers that call one function: activations, losses, pools. A line of the table is a class."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import errors
from minigrad.nn.layer import Layer, write_method


class _Pool(Layer):
    """A pool, whose windows touch if no stride is given."""

    def _prepare(self) -> None:
        self.stride = self.kernel_size if self.stride is None else self.stride


class _Loss(Layer):
    """A loss; its weights are buffers."""

    def _start(self, size_average: Any = None, reduce: Any = None, **settings: Any) -> None:
        if size_average is not None or reduce is not None:  # what `reduction` was in the past
            said = "none" if reduce is False else "sum" if size_average is False else "mean"
            settings["reduction"] = said
            warnings.warn(errors.OLD_REDUCTION.format(said), stacklevel=3)
        super()._start(**settings)
        self._buffers |= {n: settings[n] for n in ("weight", "pos_weight") if n in settings}


def _calling(
    name: str, function: str, takes: str = "", base: Any = Layer, hides: str = "inplace"
) -> Any:
    """The class `name`, which calls `function` with what its constructor `takes`.

    ``repr`` shows all but what it `hides`, and ``inplace=True``.
    """
    names = [part.partition("=")[0].strip() for part in takes.split(",") if part]
    shown = [f"{n}={{{n}!r}}" for n in names if base is not _Loss and n not in hides]
    cls = type(name, (base,), {"takes": takes, "shows": ", ".join(shown), "__module__": __name__})
    inputs = "input, target" if base is _Loss else "input"
    by_name = base is not Layer  # the functions of pools and losses have another order
    passed = [f"{n}=self.{n}" if by_name else f"self.{n}" for n in names if n not in _OLD]
    write_method(cls, "forward", inputs, f"return {function}({', '.join([inputs, *passed])})")
    return cls


# fmt: off
_OLD = ("size_average", "reduce")  # what `reduction` was in the past
_WINDOW = "kernel_size, stride=None, padding=0, "
_REDUCED = "size_average=None, reduce=None, reduction='mean'"
_CLASSES = "weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean'"

ReLU = _calling("ReLU", "F.relu", "inplace=False")
ReLU6 = _calling("ReLU6", "F.relu6", "inplace=False")
LeakyReLU = _calling("LeakyReLU", "F.leaky_relu", "negative_slope=0.01, inplace=False")
Hardtanh = _calling("Hardtanh", "F.hardtanh", "min_val=-1.0, max_val=1.0, inplace=False")
ELU = _calling("ELU", "F.elu", "alpha=1.0, inplace=False")
SELU = _calling("SELU", "F.selu", "inplace=False")
GELU = _calling("GELU", "F.gelu", "approximate='none'")
SiLU = _calling("SiLU", "F.silu", "inplace=False")
Sigmoid = _calling("Sigmoid", "F.sigmoid")
LogSigmoid = _calling("LogSigmoid", "F.logsigmoid")
Tanh = _calling("Tanh", "F.tanh")
Softsign = _calling("Softsign", "F.softsign")
Softplus = _calling("Softplus", "F.softplus", "beta=1.0, threshold=20.0")
Softmax = _calling("Softmax", "F.softmax", "dim=None")
LogSoftmax = _calling("LogSoftmax", "F.log_softmax", "dim=None")
Flatten = _calling("Flatten", "Tensor.flatten", "start_dim=1, end_dim=-1")
Unflatten = _calling("Unflatten", "Tensor.unflatten", "dim, unflattened_size")

MaxPool2d = _calling("MaxPool2d", "F.max_pool2d", _WINDOW +
    "dilation=1, return_indices=False, ceil_mode=False", _Pool, "return_indices")
AvgPool2d = _calling("AvgPool2d", "F.avg_pool2d", _WINDOW +
    "ceil_mode=False, count_include_pad=True, divisor_override=None", _Pool,
    "ceil_mode, count_include_pad, divisor_override")
AdaptiveAvgPool2d = _calling("AdaptiveAvgPool2d", "F.adaptive_avg_pool2d", "output_size")

MSELoss = _calling("MSELoss", "F.mse_loss", _REDUCED, _Loss)
L1Loss = _calling("L1Loss", "F.l1_loss", _REDUCED, _Loss)
SmoothL1Loss = _calling("SmoothL1Loss", "F.smooth_l1_loss", _REDUCED + ", beta=1.0", _Loss)
HuberLoss = _calling("HuberLoss", "F.huber_loss", "reduction='mean', delta=1.0", _Loss)
KLDivLoss = _calling("KLDivLoss", "F.kl_div", _REDUCED + ", log_target=False", _Loss)
NLLLoss = _calling("NLLLoss", "F.nll_loss", _CLASSES, _Loss)
CrossEntropyLoss = _calling("CrossEntropyLoss", "F.cross_entropy",
    _CLASSES + ", label_smoothing=0.0", _Loss)
BCELoss = _calling("BCELoss", "F.binary_cross_entropy", "weight=None, " + _REDUCED, _Loss)
BCEWithLogitsLoss = _calling("BCEWithLogitsLoss", "F.binary_cross_entropy_with_logits",
    f"weight=None, {_REDUCED}, pos_weight=None", _Loss)
# fmt: on
