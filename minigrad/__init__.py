"""minigrad: PyTorch's autograd on numpy, to be read and watched. ``import minigrad as torch``."""

from __future__ import annotations

from typing import Any

from minigrad.dtypes import *  # noqa: F403
from minigrad.engine import backward, grad
from minigrad.modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from minigrad.ops import arithmetic
from minigrad.ops.export import functions
from minigrad.size import Size
from minigrad.tensor import Tensor

globals().update(functions)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch' has no attribute '{name}'")
