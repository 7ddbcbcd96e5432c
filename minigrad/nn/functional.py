"""The functions behind the modules, laid out as ``torch.nn.functional``.

They are declared with the operations in `minigrad.ops`; importing those modules puts them here.
"""

from __future__ import annotations

from typing import Any

from minigrad.ops import (  # importing them makes the functions public
    activation,
    binary_loss,
    class_loss,
    conv,
    embedding,
    linear,
    loss,
    normalisation,
    pad,
    pool,
    smooth_activation,
    softmax,
)
from minigrad.ops.export import functional

globals().update(functional)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.nn.functional' has no attribute '{name}'")
