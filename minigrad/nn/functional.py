"""The functions behind the modules, laid out as ``torch.nn.functional``.

They are declared with the operations in `minigrad.ops`, whose import makes them public.
"""

from __future__ import annotations

from typing import Any

from minigrad.ops import functional

globals().update(functional)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'torch.nn.functional' has no attribute '{name}'")
