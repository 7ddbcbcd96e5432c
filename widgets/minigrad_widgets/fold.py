"""Folding: a large graph as a tree of groups, and pictures in which a group is one node.

Which node belongs where is decided by `modules.py`, `scoping.py` or a function of the user; equal
neighbours are put together by `repeats.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from .graph import Box, Graph, GraphEdge, GraphNode
from .modules import module_paths
from .repeats import fold_repeats, in_order
from .scoping import Scopes, recorded, scope_paths
from .tree import Path, Tree, with_leaves
from .values import printable, shorten
from .words import word

MANY = 100  # nodes; a larger graph is folded without being asked for
ROOM = 40  # nodes of the first picture of a folded graph
FEWEST = 2  # nodes in a group
MOST_NAMES = 3  # of what goes into a group, or comes out of it
LONGEST_NAME = 24

Rule = Literal["auto", "module", "scope", "repeat"] | bool | Callable[[GraphNode], Any] | Any
RULES = ("auto", "module", "scope", "repeat")


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that a picture may show as one.

    ``items`` are the ids of the groups and nodes right inside, in the order of the backward pass,
    and ``size`` is the number of nodes at any depth. ``copies`` is 12 for a group of 12 equal
    parts, else 0.
    """

    id: str
    name: str
    parent: str | None
    items: tuple[str, ...]
    size: int
    copies: int = 0


@dataclass(frozen=True)
class Folded:
    """A graph and the tree of its groups.

    Attributes
    ----------
    graph : Graph
        All of it.
    groups : dict of str to Group
        By id, the outer ones before the inner ones.
    rule : str
        What the groups were made by: "module", "scope", "repeat", "function"; "" without groups.
    """

    graph: Graph
    groups: Mapping[str, Group]
    rule: str

    @cached_property
    def parents(self) -> dict[str, str]:
        """The group right around each node and each group; those outside of all are not here."""
        return {item: group.id for group in self.groups.values() for item in group.items}

    def around(self, item: str) -> list[str]:
        """Return the groups around a node or a group, the innermost first."""
        chain: list[str] = []
        while (parent := self.parents.get(item)) is not None:
            chain.append(parent)
            item = parent
        return chain

    def first_opened(self, room: int = ROOM) -> frozenset[str]:
        """Return the groups to unfold at first: level by level, as long as the picture is small."""
        opened: set[str] = set()
        top = [item for item in self.groups if item not in self.parents]
        shown = len(self.graph.nodes) - sum(self.groups[item].size for item in top)
        shown += len(top)
        while top:
            shown += sum(len(self.groups[item].items) - 1 for item in top)
            if shown > room:
                break
            opened.update(top)
            top = [inner for item in top for inner in self.groups[item].items]
            top = [item for item in top if item in self.groups]
        return frozenset(opened)

    def opened_for(self, node: str) -> frozenset[str]:
        """Return the groups that must be unfolded for a node to be seen."""
        return frozenset(self.around(node))

    def picture(self, opened: Collection[str] = ()) -> FoldedPicture:
        """Return what is seen when some groups are unfolded.

        Parameters
        ----------
        opened : collection of str
            Ids of groups. One that lies in a folded group is not seen, but may be here.

        Raises
        ------
        KeyError
            If there is no group of that id.
        """
        for group in opened:
            if group not in self.groups:
                raise KeyError(f"there is no group {group!r}")
        return _picture(self, frozenset(opened))


@dataclass(frozen=True)
class FoldedPicture:
    """A folded graph as a picture shows it.

    Attributes
    ----------
    graph : Graph
        To be drawn: a folded group is a node of kind "group" that has the group's id, and edges
        that run side by side then are one.
    places : dict of str to str
        Of every node of the whole graph, the node in which it is seen.
    edges : dict of str to str
        Of every edge of the whole graph that is seen, the edge in which it is.
    """

    graph: Graph
    places: Mapping[str, str]
    edges: Mapping[str, str]


def fold(graph: Graph, rule: Rule = "auto", names: Mapping[str, Any] | None = None) -> Folded:
    """Sort the nodes of a graph into groups.

    Parameters
    ----------
    graph : Graph
        From ``trace_graph``.
    rule : str, module, Scopes or callable
        ``"module"``: by the dotted names of the parameters (``net.layer1.0.conv1.weight``); nodes
        in between belong to the smallest module whose parameters surround them. A module itself:
        the same by its own names. What ``with scopes(model) as s:`` gave, or ``"scope"``: by what
        ran inside. ``"repeat"``: equal neighbours become one. A function: gets a `GraphNode`,
        returns the name of its group (``"encoder/layer1"``: one in the other), or None.
        ``"auto"``, or True: scopes if there are any, else modules if names tell, and equal
        neighbours in either. False: no groups.
    names : mapping of str to tensor, optional
        All names that are known, as ``find_names`` returns them: a tensor may have several, of
        which the graph knows one. Default: the names in the graph.

    Returns
    -------
    Folded

    Raises
    ------
    ValueError, TypeError
        If ``rule`` is none of these.
    """
    kind, paths, repeats = _paths(graph, rule, names)
    tree = _tree(graph, paths)
    if repeats:
        fold_repeats(graph, tree)
    groups = _groups(tree)
    return Folded(graph, groups, kind if groups else "")


def _paths(
    graph: Graph, rule: Rule, names: Mapping[str, Any] | None
) -> tuple[str, dict[str, Path], bool]:
    """Return the kind of groups, those around each node, and whether to put equal ones together."""
    if rule is False:
        return "", {}, False
    if rule is True or rule == "auto":
        paths = scope_paths(graph, recorded())
        if paths:
            return "scope", paths, True
        paths = module_paths(graph, names)
        return ("module" if paths else "repeat"), paths, True
    if isinstance(rule, str):
        if rule not in RULES:
            known = ", ".join(map(repr, RULES))
            raise ValueError(f"fold must be one of {known}, a module or a function, not {rule!r}")
        if rule == "repeat":
            return "repeat", {}, True
        if rule == "scope":
            return "scope", scope_paths(graph, recorded()), False
        return "module", module_paths(graph, names), False
    if isinstance(rule, Scopes):
        return "scope", scope_paths(graph, rule.calls), False
    if hasattr(type(rule), "named_parameters"):
        model: Any = rule
        name = type(model).__name__
        return (
            "module",
            module_paths(graph, {f"{name}.{k}": p for k, p in model.named_parameters()}),
            False,
        )
    if callable(rule):
        return "function", _given(graph, rule), False
    raise TypeError(f"fold must be text, a module or a function, not {type(rule).__name__}")


def _given(graph: Graph, rule: Callable[[GraphNode], Any]) -> dict[str, Path]:
    """Ask the user's function; it may answer with a name, a path of names, or None."""
    paths: dict[str, Path] = {}
    for node in graph.nodes:
        if node.kind == "none":
            continue
        answer = rule(node)
        if answer is None or answer == "":
            continue
        parts = answer.split("/") if isinstance(answer, str) else answer
        if not isinstance(parts, (list, tuple)) or not all(isinstance(p, str) for p in parts):
            raise TypeError(
                "the function given as fold must return the name of a group, or None, not "
                f"{type(answer).__name__}"
            )
        paths[node.id] = tuple(parts)
    return paths


def _tree(graph: Graph, paths: dict[str, Path]) -> Tree:
    """Build the tree of groups; leaves, and inputs that are None, go where they are used."""
    tree = Tree()
    leaves = frozenset(node.id for node in graph.nodes if node.kind in ("leaf", "none"))
    ends = [(edge.source, edge.target) for edge in graph.edges]
    whole = with_leaves(ends, leaves, paths)
    by_path: dict[Path, str] = {}
    for node in in_order(graph):
        path = whole.get(node.id, ())
        for depth in range(1, len(path) + 1):
            if path[:depth] not in by_path:
                outer = by_path.get(path[: depth - 1])
                by_path[path[:depth]] = tree.add(path[depth - 1], outer)
        tree.put(node.id, by_path.get(path))
    tree.tidy(FEWEST)
    return tree


def _groups(tree: Tree) -> dict[str, Group]:
    """Number the groups, outer ones first, and count what is in them."""
    order = tree.outer_first()
    sizes: dict[str, int] = {}
    for group in reversed(order):
        sizes[group] = sum(sizes.get(item, 1) for item in tree.items[group])
    ids = {group: f"g{number}" for number, group in enumerate(order)}
    return {
        ids[group]: Group(
            id=ids[group],
            name=tree.names[group],
            parent=ids.get(tree.parents[group] or ""),
            items=tuple(ids.get(item, item) for item in tree.items[group]),
            size=sizes[group],
            copies=tree.copies.get(group, 0),
        )
        for group in order
    }


def _picture(folded: Folded, opened: frozenset[str]) -> FoldedPicture:
    places = _places(folded, opened)
    order = dict.fromkeys(places[node.id] for node in folded.graph.nodes)
    edges, seen_in = _merged(folded.graph, places)
    members: dict[str, list[GraphNode]] = {}
    for node in folded.graph.nodes:
        members.setdefault(places[node.id], []).append(node)
    around = _crossing(folded.graph, places)
    nodes = tuple(
        _group_node(folded.groups[item], members[item], *around[item])
        if item in folded.groups
        else members[item][0]
        for item in order
    )
    handles = {k: v for k, v in folded.graph.handles.items() if places[k] == k}
    boxes = tuple(
        Box(group.id, group.name, group.parent, tuple(i for i in group.items if i in order))
        for group in folded.groups.values()
        if group.id in opened and opened.issuperset(folded.around(group.id))
    )
    root = places[folded.graph.root]
    return FoldedPicture(Graph(nodes, tuple(edges), root, handles, boxes), places, seen_in)


def _places(folded: Folded, opened: frozenset[str]) -> dict[str, str]:
    """Of every node, the outermost group around it that is not unfolded, or the node itself."""
    seen_as: dict[str, str] = {}  # of a group that lies in a folded one: that one
    for group in folded.groups.values():
        inside = seen_as.get(group.parent or "")
        if inside is not None:
            seen_as[group.id] = inside
        elif group.id not in opened:
            seen_as[group.id] = group.id
    return {
        node.id: seen_as.get(folded.parents.get(node.id, ""), node.id)
        for node in folded.graph.nodes
    }


def _merged(graph: Graph, places: Mapping[str, str]) -> tuple[list[GraphEdge], dict[str, str]]:
    """Draw the edges between the same two places as one, if one of these is a group."""
    merged: dict[Any, list[GraphEdge]] = {}
    for edge in graph.edges:
        source, target = places[edge.source], places[edge.target]
        if source == edge.source and target == edge.target:
            merged[edge.id] = [edge]
        elif source != target:
            merged.setdefault((source, target), []).append(edge)
    drawn: list[GraphEdge] = []
    seen_in: dict[str, str] = {}
    for key, edges in merged.items():
        first = edges[0]
        if isinstance(key, tuple):
            drawn.append(GraphEdge(first.id, key[0], key[1], first.input_nr, 0, len(edges)))
        else:
            drawn.append(first)
        seen_in.update((edge.id, first.id) for edge in edges)
    return drawn, seen_in


def _crossing(
    graph: Graph, places: Mapping[str, str]
) -> dict[str, tuple[list[GraphNode], list[GraphNode]]]:
    """Of every place, the nodes outside whose tensors go in, and those inside that others use."""
    nodes = {node.id: node for node in graph.nodes}
    found: dict[str, tuple[dict[str, GraphNode], dict[str, GraphNode]]] = {
        place: ({}, {}) for place in places.values()
    }
    found[places[graph.root]][1][graph.root] = nodes[graph.root]
    for edge in graph.edges:
        source, target = places[edge.source], places[edge.target]
        if source != target and nodes[edge.target].kind != "none":
            found[source][0][edge.target] = nodes[edge.target]
            found[target][1][edge.target] = nodes[edge.target]
    return {
        place: (list(came.values()), list(went.values())) for place, (came, went) in found.items()
    }


def _group_node(
    group: Group, members: list[GraphNode], inputs: list[GraphNode], outputs: list[GraphNode]
) -> GraphNode:
    kinds = Counter(node.kind for node in members)
    leaves = min(kinds["leaf"], 2)
    key = ("group_size", "group_one_leaf", "group_leaves")[leaves]
    notes = [f"×{group.copies:,}"] if group.copies else []
    notes.append(word("graph", key, n=f"{group.size:,}", leaves=f"{kinds['leaf']:,}"))
    notes.extend(
        word("graph", f"group_{way}", names=names)
        for way, names in (("in", _listed(inputs)), ("out", _listed(outputs)))
        if names
    )
    sequence = max(
        (node.sequence for node in members if node.kind not in ("leaf", "none")), default=-1
    )
    return GraphNode(
        group.id,
        "group",
        group.name,
        None,
        None,
        None,
        None,
        (),
        False,
        sequence,
        None,
        tuple(notes),
    )


def _listed(nodes: Sequence[GraphNode]) -> str:
    texts = list(dict.fromkeys(map(_tensor_text, nodes)))
    shown = ", ".join(texts[:MOST_NAMES])
    left = len(texts) - MOST_NAMES
    return word("graph", "and_more", shown=shown, n=f"{left:,}") if left > 0 else shown


def _tensor_text(node: GraphNode) -> str:
    """Name a tensor by the learner's name, or else by the node that made it; with its shape."""
    plain = word("graph", "kind_leaf") if node.kind == "leaf" else node.name
    name = node.label or plain.removesuffix("0").removesuffix("Backward")
    size = f" [{', '.join(map(str, node.shape))}]" if node.shape else ""
    return shorten(printable(name), LONGEST_NAME) + size


__all__ = ["Folded", "FoldedPicture", "Group", "fold"]
