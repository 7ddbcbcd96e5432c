"""Optimizers: they change parameters by their gradients. Laid out as ``torch.optim``."""
# pyright: reportUnusedImport=false

from __future__ import annotations

from typing import Any

from minigrad.optim.adam import Adam, AdamW
from minigrad.optim.optimizer import Optimizer
from minigrad.optim.scaled import Adagrad, RMSprop
from minigrad.optim.sgd import SGD


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.optim' has no attribute '{name}'")
