"""The second layer: the graph that a backward pass with ``create_graph=True`` makes of itself.

Each node of the first graph that runs makes nodes of its own, from which the gradients of gradients
flow. https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .graph import Graph, node_kind
from .names import is_tensor
from .table import columns_text
from .union import trace_graphs
from .words import word


@dataclass(frozen=True)
class SecondLayer:
    """The graph behind the gradients.

    Attributes
    ----------
    graph : Graph
        Of the gradients of the leaves; it leads on into the first graph.
    made : dict of str to int
        By which step each of its nodes was made. Nodes of the first graph are not in it.
    first : dict of str to str
        Its nodes that belong to the first graph too, with their ids there.
    """

    graph: Graph
    made: Mapping[str, int]
    first: Mapping[str, str]


class Births:
    """Finds out which nodes a step has made."""

    def __init__(self, known: Iterable[Any]) -> None:
        self._held = list(known)  # an identity is only good while the object lives
        self._seen = {id(node) for node in self._held}
        self.step_of: dict[int, int] = {}

    def note(self, step: int, tensors: Iterable[Any]) -> None:
        """Look at what a step has returned: what stands behind it and was not there before."""
        waiting = [t.grad_fn for t in tensors if is_tensor(t) and t.grad_fn is not None]
        while waiting:
            node = waiting.pop()
            if id(node) in self._seen:
                continue
            self._seen.add(id(node))
            self._held.append(node)
            if node_kind(node) != "leaf":
                self.step_of[id(node)] = step
            waiting += [target for target, _ in node.next_functions if target is not None]


def second_layer(
    gradients: Mapping[str, Any], names: Mapping[str, Any], births: Births, first: Graph
) -> SecondLayer | None:
    """Return the graph behind gradients, by the names of the leaves; None if there is none."""
    kept = {f"{name}.grad": grad for name, grad in gradients.items() if grad.grad_fn is not None}
    if not kept:
        return None
    graph = trace_graphs(list(kept.values()), {**kept, **names})
    made = {
        node_id: births.step_of[id(node)]
        for node_id, node in graph.handles.items()
        if id(node) in births.step_of
    }
    known = {id(node): node_id for node_id, node in first.handles.items()}
    shared = {
        node_id: known[id(node)] for node_id, node in graph.handles.items() if id(node) in known
    }
    return SecondLayer(graph, made, shared)


def second_text(second: SecondLayer) -> str:
    """Say which step made which nodes, and what they are linked to; a part of the text form."""
    names = {
        node.id: node.name + (f" ({node.label})" if node.label else "")
        for node in second.graph.nodes
    }
    leaving: dict[str, list[str]] = {}
    for edge in second.graph.edges:
        leaving.setdefault(edge.source, []).append(names[edge.target])
    rows: list[tuple[str, ...]] = [
        tuple(word("table", f"head_{name}") for name in ("step", "made", "leads"))
    ]
    for node_id, step in sorted(second.made.items(), key=lambda item: item[1]):
        rows.append((str(step), names[node_id], ", ".join(leaving.get(node_id, []))))
    return columns_text(rows)
