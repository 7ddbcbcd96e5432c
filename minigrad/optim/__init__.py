"""Optimizers: they change parameters by their gradients. Laid out as ``torch.optim``."""
# pyright: reportUnusedImport=false

from __future__ import annotations

from typing import Any

from minigrad.optim import lr_scheduler
from minigrad.optim.algorithms import SGD, Adagrad, Adam, AdamW, RMSprop
from minigrad.optim.optimizer import Optimizer


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.optim' has no attribute '{name}'")
