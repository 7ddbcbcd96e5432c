"""Layers that normalise: LayerNorm, BatchNorm1d and BatchNorm2d."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.nn import init
from minigrad.nn.layers import empty_parameter
from minigrad.nn.module import Module
from minigrad.ops.normalisation import batch_norm, layer_norm
from minigrad.tensor import Tensor, wrap


class LayerNorm(Module):
    """Mean 0 and variance 1 over the last dimensions, then times `weight` plus `bias`.

    Parameters
    ----------
    normalized_shape : int or sequence of int
        The last lengths of the input.
    eps : float
        Added to the variance.
    elementwise_affine, bias : bool
        Whether there is a weight, and then a bias.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (
            (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        )
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.register_parameter(
            "weight", empty_parameter(shape, dtype) if elementwise_affine else None
        )
        self.register_parameter(
            "bias", empty_parameter(shape, dtype) if elementwise_affine and bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0."""
        _ones_and_zeros(self)

    def forward(self, input: Tensor) -> Tensor:
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


def _ones_and_zeros(module: Any) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)


class _BatchNorm(Module):
    """What BatchNorm1d and BatchNorm2d share.

    Parameters
    ----------
    num_features : int
        The number of channels.
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running values move at each batch; None for their plain mean.
    affine : bool
        Whether there are a weight and a bias.
    track_running_stats : bool
        Whether there are running values, which `eval` mode uses.
    """

    _version = 2
    ndims: tuple[int, ...]

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.register_parameter(
            "weight", empty_parameter((num_features,), dtype) if affine else None
        )
        self.register_parameter(
            "bias", empty_parameter((num_features,), dtype) if affine and bias else None
        )
        for name in ("running_mean", "running_var"):
            running = (
                empty_parameter((num_features,), dtype).detach() if track_running_stats else None
            )
            self.register_buffer(name, running)
        self.register_buffer(
            "num_batches_tracked", wrap(np.array(0)) if track_running_stats else None
        )
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Running mean 0 and variance 1, no batch seen."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Weight 1 and bias 0, and no batch seen."""
        self.reset_running_stats()
        _ones_and_zeros(self)

    def _may_miss(self, name: str, version: int) -> bool:
        return name == "num_batches_tracked" and version < 2

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in self.ndims:
            expected = " or ".join([f"{n}D" for n in self.ndims])
            raise ValueError(f"expected {expected} input (got {input.ndim}D input)")
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1 / self.num_batches_tracked.item()
        training = self.training or self.running_mean is None
        running = (self.running_mean, self.running_var)
        return batch_norm(input, *running, self.weight, self.bias, training, momentum, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """Normalise each channel of input of shape (N, C) or (N, C, L).

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
    """

    ndims = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Normalise each channel of input of shape (N, C, H, W).

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
    """

    ndims = (4,)
