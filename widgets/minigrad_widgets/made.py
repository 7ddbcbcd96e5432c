"""Which line of the learner made a node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .failure import Failure
from .graph import Graph, GraphNode
from .sources import Event, Line, Sources, base_name, mentions

_AT = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)')


def made_line(
    failure: Failure, graph: Graph, described: GraphNode, name: str | None = None
) -> Line | None:
    """Return the line that made a node; ``name`` is that of its result, where it is known."""
    recorded = _recorded(graph.handles.get(described.id), failure.sources)
    if recorded is not None:
        return recorded
    position = failure.position
    assigned = failure.sources.before(position, "assign") if position else []
    found: list[Event] = []
    for label in [name] if name else labels(graph, described):
        own = [event for event in assigned if event.base == base_name(label)]
        if described.label is None:  # it may be a part of the expression, or an earlier value
            fitting = [event for event in own if mentions(event.statement, described.name)]
        else:
            fitting = own
        if fitting:
            return failure.sources.line(fitting[0].position)
        found += own
    making = [event for event in assigned if mentions(event.statement, described.name)]
    likely = making if len(making) == 1 else found
    return failure.sources.line(likely[0].position) if likely else None


def _recorded(node: Any, sources: Sources) -> Line | None:
    """Read the line off what anomaly mode noted when the node was made."""
    entries = (getattr(node, "metadata", None) or {}).get("traceback_") or ()
    for entry in reversed(list(entries)):
        found = _AT.search(entry)
        line = sources.line_of_file(found["file"], int(found["line"])) if found else None
        if line is not None:
            return line
    return None


def labels(graph: Graph, described: GraphNode) -> Iterator[str]:
    """Yield the names of a node's tensors, then of the nearest tensors that were made from them."""
    nodes = {node.id: node for node in graph.nodes}
    users: dict[str, list[str]] = {}
    for edge in graph.edges:
        users.setdefault(edge.target, []).append(edge.source)
    queue, seen = [described.id], {described.id}
    for node_id in queue:  # it grows meanwhile
        label = nodes[node_id].label
        if label:
            yield from label.split(", ")
            continue
        for user in sorted(users.get(node_id, []), key=lambda user: nodes[user].sequence):
            if user not in seen:
                seen.add(user)
                queue.append(user)


__all__ = ["labels", "made_line"]
