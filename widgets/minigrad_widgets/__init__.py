"""Pictures and widgets for the graphs of minigrad and PyTorch.

    from minigrad_widgets import draw, step

What is asked for is imported then: the text of a graph needs neither Graphviz nor Jupyter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .layout import LayoutError
    from .scoping import scope, scopes
    from .stepping import step
    from .view import View, draw
    from .viewer import Viewer

__all__ = ["LayoutError", "View", "Viewer", "draw", "scope", "scopes", "step"]

_PLACES = {
    "LayoutError": "layout",
    "View": "view",
    "Viewer": "viewer",
    "draw": "view",
    "scope": "scoping",
    "scopes": "scoping",
    "step": "stepping",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f".{_PLACES[name]}", __name__)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{name} needs {error.name}, which is not installed: "
            'pip install "minigrad-kit[widgets]" (in a clone: pip install -e ".[widgets]")',
            name=error.name,
        ) from None
    return getattr(module, name)
