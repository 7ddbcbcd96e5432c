"""Pictures and widgets for the graphs of minigrad and PyTorch.

    from minigrad_widgets import draw, step

What is asked for is imported then: the text of a graph needs neither Graphviz nor Jupyter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bookkeeping import ledger
    from .builder import Builder, build
    from .explanation import explain
    from .layout import LayoutError
    from .playground import Playground
    from .playing import play
    from .scoping import scope, scopes
    from .stepping import step
    from .view import View, draw
    from .viewer import Viewer

# fmt: off
__all__ = [
    "Builder", "LayoutError", "Playground", "View", "Viewer", "build", "draw", "explain", "ledger",
    "play", "scope", "scopes", "step",
]
# fmt: on

_PLACES = {
    "Builder": "builder",
    "LayoutError": "layout",
    "Playground": "playground",
    "View": "view",
    "Viewer": "viewer",
    "build": "builder",
    "draw": "view",
    "explain": "explanation",
    "ledger": "bookkeeping",
    "play": "playing",
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


def load_ipython_extension(shell: Any) -> None:
    """Register the cell magic ``%%build``: this is what ``%load_ext minigrad_widgets`` calls."""
    import_module(".magic", __name__).register(shell)
