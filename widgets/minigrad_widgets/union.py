"""Several roots as one graph, which may grow while it is traced.

Ids go on counting: a node keeps the id under which it was first met, and what is described of it is
what was known of it then (its saved values are gone after a backward pass).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .graph import Graph, GraphEdge, GraphNode, describe, none_node, root_node
from .names import NamedTensors, is_node
from .values import dtype_text, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

CUT = -1  # the place of an edge that was not made: it stands in no ``next_functions``


def trace_graphs(roots: Iterable[Any], names: Mapping[str, Any] | None = None) -> Graph:
    """Trace the graphs behind several tensors or nodes as one graph.

    Parameters
    ----------
    roots : iterable of tensor or node
    names : mapping of str to tensor, optional
        The learner's names, as ``find_names`` returns them.

    Returns
    -------
    Graph
        Its ``root`` is the node of the first of the roots. Within what a root adds, ids follow the
        order in which the nodes were made.

    Raises
    ------
    TypeError, ValueError
        As ``trace_graph``; ValueError also if there is no root.
    """
    union = Union()
    ids = [union.add(root_node(root), NamedTensors(names or {}, root)) for root in roots]
    if not ids or ids[0] is None:
        raise ValueError("at least one root is needed")
    return union.graph(ids[0])


@dataclass
class Union:
    """A graph to which roots are added one after the other.

    Attributes
    ----------
    nodes, handles : dict
        What is described and the node of the library, by id.
    edges : list of GraphEdge
    limit : int, optional
        The most nodes, without those of None; a root that would need more is not added.
    """

    limit: int | None = None
    nodes: dict[str, GraphNode] = field(default_factory=dict)
    handles: dict[str, Any] = field(default_factory=dict)
    edges: list[GraphEdge] = field(default_factory=list)
    _ids: dict[Any, str] = field(default_factory=dict)
    _held: list[Any] = field(default_factory=list)  # an identity is good while the object lives
    _counted: int = 0
    _targets: dict[str, list[str]] = field(default_factory=dict)

    def add(self, node: Any, named: NamedTensors) -> str | None:
        """Add what is behind a node; return its id, or None if that would be too much."""
        known = self._ids.get(id(node))
        if known is not None:
            return known
        found = self._discover(node)
        if found is None:
            return None
        for key, one in sorted(found.items(), key=_age):
            self._ids[key] = node_id = self._new_id()
            if one is None:
                self._put(none_node(node_id))
                continue
            self.handles[node_id] = one
            self._put(describe(node_id, one, named))
        for key, one in found.items():
            self._connect(key, one)
        return self._ids[id(node)]

    def add_plain(self, tensor: Any, value: str | None) -> str | None:
        """Add a tensor that has no graph as a node by itself; return its id."""
        known = self._ids.get(id(tensor))
        if known is not None or self._is_full(1):
            return known
        self._ids[id(tensor)] = node_id = self._new_id()
        self._held.append(tensor)
        shape = shape_of(tensor)
        dtype = dtype_text(tensor.dtype)
        self._put(
            GraphNode(node_id, "plain", "tensor", None, shape, dtype, value, (), False, sequence=-1)
        )
        return node_id

    def cut(self, source: str, target: str) -> None:
        """Note that no edge was made where one could have been."""
        self.edges.append(GraphEdge(f"e{len(self.edges)}", source, target, CUT, 0))

    def id_of(self, handle: Any) -> str | None:
        """Return the id of a node of the library, or of a plain tensor."""
        return self._ids.get(id(handle))

    def reachable(self, starts: Iterable[str]) -> set[str]:
        """Return the ids of all nodes that edges lead to; a cut edge leads nowhere."""
        seen: set[str] = set()
        stack = list(starts)
        while stack:
            node_id = stack.pop()
            if node_id not in seen:
                seen.add(node_id)
                stack.extend(self._targets[node_id])
        return seen

    def graph(self, root: str) -> Graph:
        """Return all that was added, as one graph."""
        return Graph(tuple(self.nodes.values()), tuple(self.edges), root, self.handles)

    def _new_id(self) -> str:
        return f"n{len(self.nodes)}"

    def _is_full(self, more: int) -> bool:
        return self.limit is not None and self._counted + more > self.limit

    def _put(self, node: GraphNode) -> None:
        self.nodes[node.id] = node
        self._counted += node.kind != "none"
        self._targets[node.id] = []

    def _discover(self, start: Any) -> dict[Any, Any] | None:
        """Find the nodes that are new, by their keys; a None is known by the edge to it."""
        found: dict[Any, Any] = {}
        count = 0
        stack: list[tuple[Any, Any]] = [(id(start), start)]
        while stack:
            key, node = stack.pop()
            if key in found or key in self._ids:
                continue
            count += node is not None
            if self._is_full(count):
                return None
            found[key] = node
            stack.extend(_inputs(key, node))
        return found

    def _connect(self, key: Any, node: Any) -> None:
        if node is None:
            return
        source = self._ids[key]
        outputs = [output_nr for _, output_nr in node.next_functions]
        for nr, (target_key, _) in enumerate(_inputs(key, node)):
            target = self._ids[target_key]
            self.edges.append(GraphEdge(f"e{len(self.edges)}", source, target, nr, outputs[nr]))
            self._targets[source].append(target)


def _inputs(key: Any, node: Any) -> Iterator[tuple[Any, Any]]:
    if node is not None:
        for nr, (target, _) in enumerate(node.next_functions):
            yield ((key, nr) if target is None else id(target)), target


def _age(item: tuple[Any, Any]) -> tuple[bool, int]:
    """Leaves come first, then what was made earlier; an input of None right before its node."""
    node = item[1]
    if node is None:
        return True, -1
    is_leaf = not is_node(node) or hasattr(node, "variable")
    return not is_leaf, node._sequence_nr()
