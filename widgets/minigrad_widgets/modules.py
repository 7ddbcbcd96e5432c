"""Which module a node belongs to, as far as the names of the parameters tell.

A node that uses a parameter belongs to the parameter's module. A node in between belongs to the
smallest module whose parameters surround it: those that were used last before it was made, and
those that were used next. A node that is not between parameters (a loss, for one) belongs to none.
So a module that runs once is one stretch of the forward pass, and folding it never makes a cycle.
`scoping.py` knows better, where the forward pass ran inside ``with scopes(model):``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from .graph import Graph, GraphNode
from .tree import Path, common

# What is done to a parameter before it is used: a view of it, or a copy.
_VIEWS = {
    "T", "Transpose", "Permute", "View", "UnsafeView", "ReshapeAlias", "Expand", "Unsqueeze",
    "Squeeze", "Slice", "Select", "Split", "SplitWithSizes", "Chunk", "Unbind", "Clone", "ToCopy",
}  # fmt: skip


def module_paths(graph: Graph, names: Mapping[str, Any] | None = None) -> dict[str, Path]:
    """Return the modules around every node for which they are known.

    Parameters
    ----------
    graph : Graph
    names : mapping of str to tensor, optional
        Names of tensors, of which those with dots are names of parameters. Default: the labels of
        the graph's leaves.

    Returns
    -------
    dict of str to tuple of str
        By the id of the node, the dotted names of its modules, the outermost first:
        ``("net", "net.fc1")``.
    """
    owners = _owners(graph, names)
    if len(set(owners.values())) < 2:  # one module, or none: nothing to tell apart
        return {}
    made = sorted(
        (node for node in graph.nodes if node.kind in ("op", "function")),
        key=lambda node: node.sequence,
    )
    anchors = _anchors(graph, made, owners)
    before = _last_used(made, anchors)
    after = _last_used(reversed(made), anchors)
    paths = dict(owners)
    for node in made:
        if node.id in anchors:
            paths[node.id] = anchors[node.id]
        elif node.id in before and node.id in after:
            paths[node.id] = common(before[node.id], after[node.id])
    return paths


def _anchors(
    graph: Graph, made: Iterable[GraphNode], owners: Mapping[str, Path]
) -> dict[str, Path]:
    """Return the module of every node that uses a parameter, or a view of one."""
    below: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        below[edge.source].append(edge.target)
    used = dict(owners)  # parameters and views of them
    anchors: dict[str, Path] = {}
    for node in made:  # inputs first
        parameters = [used[other] for other in below[node.id] if other in used]
        if not parameters:
            continue
        anchors[node.id] = reduce(common, parameters)
        if len(below[node.id]) == 1 and _operation(node.name) in _VIEWS:
            used[node.id] = anchors[node.id]
    return anchors


def _last_used(nodes: Iterable[GraphNode], anchors: Mapping[str, Path]) -> dict[str, Path]:
    """Return, of every node in between, the module whose parameter was used last."""
    found: dict[str, Path] = {}
    last: Path | None = None
    for node in nodes:
        last = anchors.get(node.id, last)
        if last is not None:
            found[node.id] = last
    return found


def _owners(graph: Graph, names: Mapping[str, Any] | None) -> dict[str, Path]:
    """Return the module of every leaf that is a parameter by its name."""
    if names is None:
        named = ((node.id, node.label or "") for node in graph.nodes if node.kind == "leaf")
        return {leaf: path for leaf, name in named if (path := _path(name))}
    dotted: dict[int, Path] = {}
    for name, tensor in names.items():
        path = _path(name)
        if path and len(path) > len(dotted.get(id(tensor), ())):
            dotted[id(tensor)] = path
    leaves = {node.id for node in graph.nodes if node.kind == "leaf"}
    return {
        node_id: dotted[id(node.variable)]
        for node_id, node in graph.handles.items()
        if node_id in leaves and id(node.variable) in dotted
    }


def _path(name: str) -> Path:
    """Split ``net.fc1.weight`` into ``net`` and ``net.fc1``; other names have no module."""
    parts = name.split(".")
    if len(parts) < 2 or not all(part.isidentifier() or part.isdecimal() for part in parts):
        return ()
    return tuple(".".join(parts[:length]) for length in range(1, len(parts)))


def _operation(name: str) -> str:
    return name.rstrip("0123456789").removesuffix("Backward")
