"""A recorded run as what the page is sent: plain data, and the picture of all that ever was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from .builder_text import said
from .page import page_data
from .svg import new_prefix, picture, small_png
from .values import columns, printable, shorten
from .words import word

if TYPE_CHECKING:
    from .graph import Graph
    from .journal import Line
    from .recorder import Recording
    from .snapshot import State
    from .trace import Trace
    from .union import Union

LONGEST_NAMES = 28  # columns of the names at one node
_XMLNS = ' xmlns="http://www.w3.org/2000/svg"'
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEFT = {"moves", "in_place", "copy_slices", "copy_slices_first", "becomes"}  # a name leaves a node
_MARKED = _LEFT | {"version", "grad"}
Labels = dict[str, list[tuple[int, str]]]


def run_data(recording: Recording, passes: Mapping[int, Trace], text: Mapping[str, str]) -> Any:
    """Return everything that the page needs to go through a run by itself.

    Parameters
    ----------
    recording : Recording
    passes : mapping of int to Trace
        The backward passes by the number of the step that runs them.
    text : mapping of str to str
        The words of the interface.

    Returns
    -------
    dict
        ``code``: its lines; ``steps``: the beginning, then one per executed line; ``states``: what
        names stood for, to which ``names`` of a step refers by place; ``nodes`` and ``edges`` by
        id, each with the step in which it is ``born`` and the one in which it is ``gone``;
        ``labels``: by node, the names at it from a step on; ``passes``, by step.
    """
    union = recording.union
    lines = [recording.first, *recording.lines]
    states: dict[State, int] = {}
    steps = [_step(recording, line, states, text) for line in lines]
    born = {node: place for place, line in enumerate(lines) for node in line.born}
    gone = {node: place for place, line in enumerate(lines) for node in line.gone}
    return {
        "code": [printable(line) for line in recording.source.lines],
        "steps": steps,
        "states": [_state(state) for state in states],
        "nodes": {
            node.id: {
                "kind": node.kind,
                "name": node.name,
                "label": "",
                "born": born[node.id],
                "gone": gone.get(node.id),
            }
            for node in union.nodes.values()
        },
        "edges": {
            edge.id: {
                "source": edge.source,
                "target": edge.target,
                "born": max(born[edge.source], born[edge.target]),
                "gone": gone.get(edge.source),
                "cut": edge.input_nr < 0,
            }
            for edge in union.edges
        },
        "labels": labels(lines),
        "passes": {str(place): pass_data(taken, union) for place, taken in passes.items()},
    }


def _step(
    recording: Recording, line: Line, states: dict[State, int], text: Mapping[str, str]
) -> dict[str, Any]:
    statement = recording.source.statement(line.number)
    # Before the first line nothing is new: it was there.
    marks = {} if line is recording.first else dict.fromkeys(line.born, "new")
    for change in line.changes:
        if change.kind in _MARKED and change.nodes:
            marks.setdefault(change.nodes[-1], "changed")
    marks |= dict.fromkeys(line.struck, "struck")
    return {
        "line": line.number,
        "end": statement.end if statement else line.number,
        "time": line.time,
        "kind": line.kind,
        "function": printable(line.function),
        "code": printable(line.code),
        "says": [
            {"text": one, "kind": change.kind, "nodes": list(change.nodes)}
            for one, change in zip(said(line, text), line.changes, strict=True)
        ],
        "printed": line.printed,
        "names": [states.setdefault(one, len(states)) for one in _tensors(line)],
        "left": dict(_left(line)),
        "grad": line.grad_mode,
        "marks": marks,
    }


def _tensors(line: Line) -> list[State]:
    return [state for state in line.states.values() if state.is_tensor]


def _left(line: Line) -> Iterable[tuple[str, str]]:
    """Yield the names that have moved, and the nodes that they have left."""
    for change in line.changes:
        if change.kind in _LEFT and len(change.nodes) > 1:
            yield printable(change.values["name"]), change.nodes[0]


def _state(state: State) -> dict[str, Any]:
    return {
        "name": printable(state.name),
        "node": state.node,
        "made": state.made,
        "value": state.value,
        "facts": state.facts,
        "version": state.version,
        "grad": state.grad,
        "plain": state.plain,
    }


def labels(lines: list[Line]) -> Labels:
    """Return, by node, the names at it with their value: each with the step from which it holds."""
    found: Labels = {}
    versions: dict[int, int] = {}  # of every tensor, when it was first seen
    for place, line in enumerate(lines):
        for state in _tensors(line):
            versions.setdefault(state.identity, state.version)
        now = _labels_now(line, versions)
        for node in {*found, *now}:
            before = found.setdefault(node, [])
            text = now.get(node, "")
            if text != (before[-1][1] if before else ""):
                before.append((place, text))
    return {node: found[node] for node in sorted(found, key=lambda one: int(one[1:]))}


def _labels_now(line: Line, versions: Mapping[int, int]) -> dict[str, str]:
    at: dict[str, list[State]] = {}
    for state in _tensors(line):
        if state.node is not None:
            at.setdefault(state.node, []).append(state)
    return {
        node: _label(states, states[0].version != versions[states[0].identity])
        for node, states in at.items()
    }


def _label(states: list[State], changed: bool) -> str:
    """Variables come before places in a list or a module, and stand for them."""
    names = [state.name for state in states if state.direct] or [states[0].name]
    version = f" · v{states[0].version}" if changed else ""
    text = shorten(printable(", ".join(names)), LONGEST_NAMES - len(version))
    full = f"{text} = {states[0].value}{version}"
    of_one = len({state.identity for state in states}) == 1  # not of several outputs of the node
    fits = of_one and states[0].value is not None and columns(full) <= LONGEST_NAMES
    return full if fits else f"{text}{version}"


def run_picture(recording: Recording) -> str:
    """Draw all nodes and edges that there were, with the names as they stand at the end.

    Returns
    -------
    str
        As `minigrad_widgets.svg.picture`; the text with the names of a node has the class
        ``names``. Empty when there are no nodes.

    Raises
    ------
    LayoutError
        If no layout engine can draw it.
    """
    union = recording.union
    if not union.nodes:
        return ""
    lines = [recording.first, *recording.lines]
    by_node = labels(lines)
    drawn = picture(_with_room(union.graph("n0"), by_node), new_prefix(), legend=False)
    # Read without the namespace, or every element would be written with a prefix.
    root = ET.fromstring(drawn.replace(_XMLNS, "", 1))  # noqa: S314 (it was written just now)
    root.set("xmlns", "http://www.w3.org/2000/svg")
    root.set("aria-label", word("build", "picture", nodes=len(union.nodes), edges=len(union.edges)))
    gone = {node for line in lines for node in line.gone}
    for group in root.iter("g"):
        node_id = group.get("data-node")
        if node_id is None:
            continue
        if node_id in gone:
            for shape in (one for one in group if one.tag in ("path", "polygon", "ellipse")):
                shape.set("opacity", "0.45")  # not the letters, which are to be read
        if node_id in by_node:
            first = union.nodes[node_id].kind in ("leaf", "plain")
            text = list(group.iter("text"))[0 if first else 1]
            text.set("class", f"{text.get('class', '')} names".strip())
            text.set("x", f"{_middle(group):.2f}")
            text.set("text-anchor", "middle")
            text.text = by_node[node_id][-1][1]
    return ET.tostring(root, encoding="unicode")


def run_png(recording: Recording) -> dict[str, str]:
    """Draw the graph as it stands at the end, as `minigrad_widgets.svg.small_png`."""
    lines = [recording.first, *recording.lines]
    last = {node: texts[-1:] for node, texts in labels(lines).items()}
    return small_png(_with_room(recording.union.graph("n0"), last))


def _middle(group: ET.Element) -> float:
    """Return where the middle of a node is: its outline is the first shape."""
    outline = next(shape for shape in group.iter() if shape.get("d") or shape.get("points"))
    numbers = _NUMBER.findall(outline.get("d") or outline.get("points") or "")
    across = [float(number) for number in numbers[::2]]
    return (min(across) + max(across)) / 2


def _with_room(graph: Graph, by_node: Labels) -> Graph:
    """Give each node the widest of its texts, so that there is room for all of them."""
    widest = {
        node: max((text for _, text in texts), key=columns) for node, texts in by_node.items()
    }
    nodes = tuple(
        replace(node, label=widest.get(node.id), value=None, grad=None) for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


# ---- backward passes, on the same picture


def pass_data(taken: Trace, union: Union) -> dict[str, Any]:
    """Return a backward pass as `page_data` does, with the ids of the whole picture."""
    nodes = {node_id: union.id_of(handle) or "" for node_id, handle in taken.graph.handles.items()}
    places = {(edge.source, edge.input_nr): edge for edge in union.edges}
    edges: dict[str | None, str | None] = {None: None}
    for edge in taken.graph.edges:
        other = places.get((nodes[edge.source], edge.input_nr))
        if other is not None:
            edges[edge.id] = other.id
            nodes.setdefault(edge.target, other.target)
    data = page_data(taken)
    data["nodes"] = {nodes[node_id]: node for node_id, node in data["nodes"].items()}
    data["root"] = nodes[data["root"]]
    for grad in data["grads"]:
        grad["node"] = nodes[grad["node"]]
    for frame in data["frames"]:
        frame["node"] = nodes[frame["node"]]
        frame["ready"] = [nodes[node_id] for node_id in frame["ready"]]
        for part in (part for one in frame["incoming"] for part in one["parts"]):
            part["edge"] = edges[part["edge"]]
            part["source"] = nodes[part["source"]] if part["source"] else None
        for out in frame["outgoing"]:
            out["edge"], out["target"] = edges[out["edge"]], nodes[out["target"]]
    return data
