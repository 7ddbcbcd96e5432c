"""Who is told of each node that is made, and which backward passes run. Most of the time nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

watchers: list[Callable[[Any], None]] = []
"""Called with each node that is complete: its edges, and what it saved."""

passes: list[tuple[list[Any], Any]] = []
"""The passes that run, the innermost last: the edges of the roots, which nodes run (None: all)."""


def made(node: Any) -> None:
    """Tell the watchers of `node`, the last first."""
    for watcher in reversed(watchers):
        watcher(node)
