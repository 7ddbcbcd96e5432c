"""A graph as text: an indented outline, for terminals, screen readers and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .values import printable, shape_text, shorten
from .words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .graph import Graph, GraphNode, Saved

DEEPEST = 40  # beyond this depth lines are not indented further


MARK = "✖"  # before the words that mark a node


def outline(graph: Graph, limit: int | None = None, marks: Mapping[str, str] | None = None) -> str:
    """Write a graph as an indented outline.

    Each node stands once, below the node that passes it a gradient; where another edge leads to it,
    a reference does. ``[0]`` is the place in ``next_functions``.

    Parameters
    ----------
    graph : Graph
        From ``trace_graph``.
    limit : int, optional
        The most lines to write; the rest is counted.
    marks : mapping of str to str, optional
        Node id to a few words: what is the matter with that node.

    Returns
    -------
    str
        Lines without a newline at the end.
    """
    lines: list[str] = []
    for line in _lines(graph, marks or {}):
        if limit is not None and len(lines) == limit:
            lines.append(word("graph", "in_all", n=len(graph.nodes)))
            break
        lines.append(line)
    return "\n".join(lines)


def found_by(graph: Graph) -> list[list[str]]:
    """Return the ids of nodes, each with what it is searched by: id, name, variables and shape."""
    return [[node.id, _found_by(node)] for node in graph.nodes if node.kind != "none"]


def _found_by(node: GraphNode) -> str:
    label = printable(node.label) if node.label else ""
    return " ".join(filter(None, (node.id, node.name, label, shape_text(node.shape, node.dtype))))


def _lines(graph: Graph, marks: Mapping[str, str]) -> Iterator[str]:
    nodes = {node.id: node for node in graph.nodes}
    leaving: dict[str, list[tuple[str, str]]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        of = word("graph", "output_of", n=edge.output_nr) if edge.output_nr else " "
        leaving[edge.source].append((f"[{edge.input_nr}]{of}", edge.target))
    seen: set[str] = set()
    stack = [(0, "", graph.root)]
    while stack:
        depth, mark, node_id = stack.pop()
        node = nodes[node_id]
        if node_id in seen:
            yield f"{_indent(depth)}{mark}{word('graph', 'see', id=node_id)}"
            continue
        seen.add(node_id)
        matter = f"  {mark_text(marks[node_id])}" if node_id in marks else ""
        yield f"{_indent(depth)}{mark}{_title(node)}{matter}"
        stack.extend((depth + 1, *way) for way in reversed(leaving[node_id]))


def _indent(depth: int) -> str:
    deep = f"{word('graph', 'depth', n=depth)} " if depth > DEEPEST else ""
    return "  " * min(depth, DEEPEST) + deep


def _title(node: GraphNode) -> str:
    return "None" if node.kind == "none" else f"{node.id} {node_text(node)}"


def mark_text(mark: str) -> str:
    """Return the words that mark a node, behind their sign: a colour alone would not do."""
    return f"{MARK} {printable(mark)}"


def name_text(node: GraphNode, longest: int | None = None) -> str | None:
    """Return the learner's name and the value, as far as they are known: ``y = 6.``."""
    name = printable(node.label) if node.label is not None else None
    if name is not None and longest is not None:
        name = shorten(name, longest)
    return " = ".join(part for part in (name, node.value) if part is not None) or None


def node_text(node: GraphNode) -> str:
    """Describe a node on one line: ``ExpBackward0: y = 1., float32 scalar, saved result 1.``."""
    if node.kind == "none":
        return word("graph", "none")
    if node.kind == "group":
        return f"{printable(node.name)}: {', '.join(map(printable, node.notes))}"
    facts = [
        name_text(node),
        kind_text(node),
        shape_text(node.shape, node.dtype),
        "retain_grad" if node.retains_grad else None,
        f"grad {node.grad}" if node.grad is not None else None,
        *map(_slot_text, node.saved),
    ]
    return f"{node.name}: {', '.join(fact for fact in facts if fact)}"


def kind_text(node: GraphNode) -> str | None:
    """Return what is to be said of the kind of a node; None of an operation's."""
    said = node.kind in ("function", "leaf", "plain")
    return word("graph", f"kind_{node.kind}") if said else None


def slot_name(slot: Saved) -> str:
    """Return what a saved tensor is called: ``saved self``, ``saved_tensors[0]``."""
    named = slot.name.startswith("saved")
    return slot.name if named else word("graph", "saved", name=slot.name)


def _slot_text(slot: Saved) -> str:
    return f"{slot_name(slot)} {slot.text}"
