"""Modules, parameters, layers and losses, laid out as ``torch.nn``."""
# pyright: reportUnusedImport=false

from __future__ import annotations

from typing import Any

from minigrad.nn import functional, init, parameter
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.elementwise import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from minigrad.nn.image_layers import (
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    Conv1d,
    Conv2d,
    MaxPool1d,
    MaxPool2d,
)
from minigrad.nn.layers import Dropout, Embedding, Flatten, Identity, Linear, Unflatten
from minigrad.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from minigrad.nn.module import Module
from minigrad.nn.norm_layers import BatchNorm1d, BatchNorm2d, LayerNorm
from minigrad.nn.parameter import Parameter


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.nn' has no attribute '{name}'")
