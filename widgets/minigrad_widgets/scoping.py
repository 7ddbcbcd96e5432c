"""Which nodes a module, or a named part of the program, made: noted while it runs.

Nodes are numbered as they are made (``_sequence_nr``), so what ran between two numbers is known for
certain. Each thread of PyTorch counts for itself: the forward pass has to run in one thread.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .graph import Graph
from .tree import Path

MOST = 100_000  # calls that are remembered


class Call(NamedTuple):
    """The nodes numbered from ``first`` up to, not including, ``end`` belong to ``path``."""

    library: str
    path: Path
    first: int
    end: int


_recorded: deque[Call] = deque(maxlen=MOST)
_running: list[tuple[Any, Path, int]] = []  # the scopes that run now: module, path, first number
_LIBRARIES = ("minigrad", "torch")


@dataclass
class Scopes:
    """What ``with scopes(model) as s:`` has noted; to be given as ``draw(loss, fold=s)``.

    Attributes
    ----------
    calls : list of Call
        In the order in which they ended.
    """

    calls: list[Call] = field(default_factory=list)


@contextmanager
def scopes(model: Any, name: str | None = None) -> Generator[Scopes, None, None]:
    """Note which module makes which nodes, while the model runs inside ``with``.

    Parameters
    ----------
    model : module
        Of minigrad or PyTorch. Its modules get hooks, which are taken away at the end.
    name : str, optional
        What to call it. Default: the name of its class.

    Yields
    ------
    Scopes
        For ``draw(..., fold=...)``; without it, ``draw`` finds the notes of the nodes by itself.

    Raises
    ------
    TypeError
        If ``model`` is not a module.

    Examples
    --------
    >>> import minigrad as torch
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    >>> with scopes(net) as parts:
    ...     y = net(torch.ones(1, 2))
    >>> [call.path[-1] for call in parts.calls]
    ['Sequential.0', 'Sequential.1', 'Sequential.2', 'Sequential']
    """
    if not hasattr(type(model), "named_modules"):
        raise TypeError(f"scopes() needs a module, not {type(model).__name__}")
    library = _library(model)
    top = name or type(model).__name__
    noted = Scopes()
    counts: dict[Path, int] = {}

    def enter(called: str) -> Any:
        def hook(module: Any, _args: Any) -> None:
            path = (*_inside(), called)
            counts[path] = counts.get(path, 0) + 1
            if counts[path] > 1:  # of a module that runs again, each run is a group
                path = (*path[:-1], f"{called} ({counts[path]})")
            _running.append((module, path, _mark(library)))

        return hook

    def leave(module: Any, _args: Any, _output: Any) -> None:
        while any(entered is module for entered, _, _ in _running):
            entered, path, first = _running.pop()  # above it is what failed, and never left
            if entered is module:
                _note(Call(library, path, first, _mark(library)), noted)
                break

    depth = len(_running)
    hooks: list[Any] = []
    try:
        for inner, module in model.named_modules():
            called = f"{top}.{inner}" if inner else top
            hooks.append(module.register_forward_pre_hook(enter(called)))
            hooks.append(module.register_forward_hook(leave))
        yield noted
    finally:
        for hook in hooks:
            hook.remove()
        del _running[depth:]


@contextmanager
def scope(name: str) -> Generator[Scopes, None, None]:
    """Put the nodes that are made inside ``with`` into a group of that name.

    Parameters
    ----------
    name : str
        Scopes may lie in one another.

    Yields
    ------
    Scopes
        For ``draw(..., fold=...)``; without it, ``draw`` finds the notes of the nodes by itself.

    Examples
    --------
    >>> import minigrad as torch
    >>> x = torch.tensor(2., requires_grad=True)
    >>> with scope("square"):
    ...     y = x * x
    """
    if not isinstance(name, str) or not name:
        raise TypeError("scope() needs a name")
    noted = Scopes()
    depth = len(_running)
    path = (*_inside(), name)
    _running.append((None, path, 0))
    before = {library: _mark(library) for library in _LIBRARIES if library in sys.modules}
    try:
        yield noted
    finally:
        del _running[depth:]
        for library in _LIBRARIES:
            if library in sys.modules:  # it may have been imported inside
                _note(Call(library, path, before.get(library, 0), _mark(library)), noted)


def recorded() -> Iterable[Call]:
    """Return what has been noted so far."""
    return tuple(_recorded)


def scope_paths(graph: Graph, calls: Iterable[Call]) -> dict[str, Path]:
    """Return the scopes around every node that was made inside of any.

    Returns
    -------
    dict of str to tuple of str
        By the id of the node, the names of its scopes, the outermost first.
    """
    library = _graph_library(graph)
    spans = [call for call in calls if call.library == library and call.first < call.end]
    spans.sort(key=lambda call: (call.first, -call.end, len(call.path)))
    made = [node for node in graph.nodes if node.kind in ("op", "function")]
    made.sort(key=lambda node: node.sequence)
    paths: dict[str, Path] = {}
    around: list[Call] = []
    place = 0
    for node in made:
        while place < len(spans) and spans[place].first <= node.sequence:
            around.append(spans[place])
            place += 1
        while around and around[-1].end <= node.sequence:
            around.pop()
        if around:
            paths[node.id] = around[-1].path
    return paths


def _inside() -> Path:
    return _running[-1][1] if _running else ()


def _note(call: Call, noted: Scopes) -> None:
    noted.calls.append(call)
    _recorded.append(call)


def _mark(library: str) -> int:
    """Return the number of the next node."""
    if library == "torch":
        return sys.modules["torch"].autograd._get_sequence_nr()
    return next(sys.modules["minigrad.node"].numbers)


def _library(model: Any) -> str:
    for base in type(model).__mro__:
        library = base.__module__.split(".", 1)[0]
        if library in _LIBRARIES:
            return library
    raise TypeError(f"scopes() needs a module of minigrad or PyTorch, not {type(model).__name__}")


def _graph_library(graph: Graph) -> str:
    for node in graph.handles.values():
        if any(base.__module__.startswith("minigrad.") for base in type(node).__mro__):
            return "minigrad"
    return "torch"
