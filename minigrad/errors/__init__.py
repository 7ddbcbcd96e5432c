"""PyTorch's error messages, in one place: the table ``messages.toml`` and what fills it in.

``raise errors.mm_sizes(2, 3, 4, 5)`` raises what the table has under that name; ``errors.NAME`` in
capitals is the text of a warning. A function named ``check_…`` raises the error itself. The parity
tests compare the messages with PyTorch's.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from minigrad.errors.checks import *
from minigrad.errors.table import *
from minigrad.errors.table import error, table, text


def __getattr__(name: str) -> Any:
    """What the table has under `name`: a function that makes the exception, or a text."""
    if name.startswith("__") or name not in table():
        raise AttributeError(f"module 'minigrad.errors' has no attribute {name!r}")
    return text(name) if name.isupper() else partial(error, name)
