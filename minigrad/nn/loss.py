"""Losses as modules: they keep the settings, the functions do the work."""

from __future__ import annotations

from typing import Any

from minigrad.nn.module import Module
from minigrad.ops import binary_loss, class_loss, loss
from minigrad.ops.reduction import NONE, SUM, reduction_number
from minigrad.tensor import Tensor


class Loss(Module):
    """A loss of an input and a target.

    Parameters
    ----------
    reduction : {"mean", "sum", "none"}
        What becomes of the losses of the elements.
    """

    function: Any
    reduction: str

    def __init__(
        self, size_average: Any = None, reduce: Any = None, reduction: str = "mean", **settings: Any
    ) -> None:
        super().__init__()
        if size_average is not None or reduce is not None:
            reduction = {NONE: "none", SUM: "sum"}.get(
                reduction_number(reduction, size_average, reduce), "mean"
            )
        self.reduction = reduction
        self._settings = tuple(settings)
        for name, value in settings.items():
            setattr(self, name, value)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        settings = {name: getattr(self, name) for name in self._settings}
        return type(self).function(input, target, reduction=self.reduction, **settings)


class WeightedLoss(Loss):
    """A loss in which classes or elements have weights, kept as buffers."""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        **settings: Any,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)
        for name, value in settings.items():
            if isinstance(value, Tensor) or value is None:
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)
        self._settings = ("weight", *settings)


class MSELoss(Loss):
    """See `functional.mse_loss`."""

    function = staticmethod(loss.mse_loss)


class L1Loss(Loss):
    """See `functional.l1_loss`."""

    function = staticmethod(loss.l1_loss)


class SmoothL1Loss(Loss):
    """See `functional.smooth_l1_loss`."""

    function = staticmethod(loss.smooth_l1_loss)

    def __init__(
        self,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction, beta=beta)


class HuberLoss(Loss):
    """See `functional.huber_loss`."""

    function = staticmethod(loss.huber_loss)

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction, delta=delta)


class KLDivLoss(Loss):
    """See `functional.kl_div`."""

    function = staticmethod(loss.kl_div)

    def __init__(
        self,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        super().__init__(size_average, reduce, reduction, log_target=log_target)


class NLLLoss(WeightedLoss):
    """See `functional.nll_loss`."""

    function = staticmethod(class_loss.nll_loss)

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        ignore_index: int = -100,
        reduce: Any = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction, ignore_index=ignore_index)


class CrossEntropyLoss(WeightedLoss):
    """See `functional.cross_entropy`."""

    function = staticmethod(class_loss.cross_entropy)

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        ignore_index: int = -100,
        reduce: Any = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        settings = {"ignore_index": ignore_index, "label_smoothing": label_smoothing}
        super().__init__(weight, size_average, reduce, reduction, **settings)


class BCELoss(WeightedLoss):
    """See `functional.binary_cross_entropy`."""

    function = staticmethod(binary_loss.binary_cross_entropy)


class BCEWithLogitsLoss(WeightedLoss):
    """See `functional.binary_cross_entropy_with_logits`."""

    function = staticmethod(binary_loss.binary_cross_entropy_with_logits)

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: Any = None,
        reduce: Any = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction, pos_weight=pos_weight)
