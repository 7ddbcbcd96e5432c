"""``torch.linalg``: norms, inverse, solve, det."""

from __future__ import annotations

from typing import Any

from minigrad.ops.linalg import linalg

globals().update(linalg)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.linalg' has no attribute '{name}'")
