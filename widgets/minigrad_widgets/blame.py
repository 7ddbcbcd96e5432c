"""Which node of a graph made a backward pass fail.

The graph is read as it was left: nothing runs, and nothing is freed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from minigrad.walk import walk

from .changed import changed_tensor, changes_of, sharing
from .failure import Failure
from .graph import Graph, GraphNode, root_node, trace_graph
from .made import labels, made_line
from .names import is_node, is_tensor
from .sources import Event, Line, Position, base_name, in_loop_without

_VERSIONS = re.compile(
    r"\[\S+ \[(?P<shape>[\d, ]*)\]\].* is at version (\d+); expected version (\d+)"
)
_NAME = re.compile(r"[Ff]unction '?(\w+)'? returned")


@dataclass(frozen=True)
class Blame:
    """The culprit of a failed pass.

    Attributes
    ----------
    graph : Graph or None
        The graph of the root that leads to the culprit.
    node : str or None
        Id of the culprit in ``graph``.
    saved : str or None
        Under which name it had saved what is freed or changed.
    certain : bool
        Whether it can be no other node.
    tensor : str or None
        The name of the tensor that was changed in place.
    found, expected : int or None
        The versions of that tensor.
    made : Line or None
        The line that made the culprit.
    changed : tuple of Event
        What changed the tensor in place, as far as it can be told from the lines.
    old : str
        Of a freed graph, under a root that is new: the part that is older than the earlier pass.
    earlier : Event or None
        Of a freed graph: the pass that freed it.
    """

    graph: Graph | None
    node: str | None
    saved: str | None = None
    certain: bool = True
    tensor: str | None = None
    found: int | None = None
    expected: int | None = None
    made: Line | None = None
    changed: tuple[Event, ...] = ()
    old: str = ""
    earlier: Event | None = None


def find_blame(failure: Failure, names: Mapping[str, Any]) -> Blame:
    """Find the culprit of a failed pass.

    Parameters
    ----------
    failure : Failure
    names : mapping of str to Tensor
        The learner's names.
    """
    roots = [root for root in failure.roots if _has_graph(root)]
    if not roots and failure.node is not None:
        roots = [failure.node]
    if not roots:
        return Blame(None, None)
    graphs = [trace_graph(_traced(root), names) for root in roots]
    order = _order(roots, failure.inputs, graphs)
    match failure.kind:
        case "freed":
            return _freed(failure, graphs, order)
        case "in_place":
            return _in_place(failure, graphs, order, names)
        case "function_shape" | "function_count" | "function_extra" | "function_type":
            return _by_function(failure, graphs, order)
        case "nan":
            return _returned_nan(failure, graphs, order)
        case "vector" | "start_shape":
            return _root(failure, graphs)
        case _ if failure.node is not None:
            return _with_line(failure, graphs, failure.node)
        case _:
            return Blame(graphs[0], None)


def _has_graph(root: Any) -> bool:
    return not is_tensor(root) or root.requires_grad


def _traced(root: Any) -> Any:
    return root if is_tensor(root) or is_node(root) else root.node


def _order(
    roots: Sequence[Any], inputs: tuple[Any, ...] | None, graphs: Sequence[Graph]
) -> list[Any]:
    """Return the nodes in the order in which the pass runs them."""
    ran: list[Any] = []

    def run(node: Any, _received: Any) -> list[None]:
        ran.append(node)
        return [None] * len(node.next_functions)

    starts = [(root_node(_traced(root)), getattr(root, "output_nr", 0)) for root in roots]
    next(walk(starts, [None] * len(starts), run), None)
    if inputs is None:
        return ran
    ends = {id(root_node(_traced(end))) for end in inputs if _has_graph(end)}
    leading = {id(node) for graph in graphs for node in _above(graph, ends)}
    return [node for node in ran if id(node) in leading]


def _above(graph: Graph, ends: set[int]) -> Iterator[Any]:
    """Yield the nodes from which an edge leads on towards one of the ends."""
    users: dict[str, list[str]] = {}
    for edge in graph.edges:
        users.setdefault(edge.target, []).append(edge.source)
    stack = [node_id for node_id, node in graph.handles.items() if id(node) in ends]
    seen: set[str] = set()
    while stack:
        for user in users.get(stack.pop(), []):
            if user not in seen:
                seen.add(user)
                stack.append(user)
                yield graph.handles[user]


def _place(graphs: Sequence[Graph], node: Any) -> tuple[Graph, GraphNode] | None:
    """Find a node of the library in the graphs."""
    for graph in graphs:
        for described in graph.nodes:
            if graph.handles.get(described.id) is node:
                return graph, described
    return None


def _placed(graphs: Sequence[Graph], order: Sequence[Any]) -> list[tuple[Graph, GraphNode, Any]]:
    """Return the nodes of a pass with their descriptions, in its order."""
    known = {
        id(graph.handles[described.id]): (graph, described)
        for graph in reversed(graphs)
        for described in graph.nodes
        if described.id in graph.handles
    }
    return [(*known[id(node)], node) for node in order if id(node) in known]


def _with_line(failure: Failure, graphs: Sequence[Graph], node: Any) -> Blame:
    found = _place(graphs, node)
    if found is None:
        return Blame(graphs[0], None)
    graph, described = found
    return Blame(graph, described.id, made=made_line(failure, graph, described))


def _root(failure: Failure, graphs: Sequence[Graph]) -> Blame:
    """The culprit is a root: the one whose number is told, or the first that is no scalar."""
    told = re.search(r"output\[(\d+)\]", str(failure.error))
    places = [place for place, root in enumerate(failure.roots) if _has_graph(root)]
    several = [p for p in places if is_tensor(failure.roots[p]) and failure.roots[p].numel() != 1]
    place = int(told[1]) if told else next(iter(several), places[0])
    graph = graphs[places.index(place) if place in places else 0]
    return Blame(graph, graph.root, made=made_line(failure, graph, graph.nodes[0]))


def _by_function(failure: Failure, graphs: Sequence[Graph], order: Sequence[Any]) -> Blame:
    """The node is told by its name; of several, those that had run before are freed by now."""
    if failure.node is not None:
        return _with_line(failure, graphs, failure.node)
    told = _NAME.search(str(failure.error))
    found = [
        (graph, described)
        for graph, described, _ in _placed(graphs, order)
        if (described.name == told[1] if told else described.kind == "function")
    ]
    if not found:
        return Blame(graphs[0], None)
    waiting = [pair for pair in found if not any(saved.freed for saved in pair[1].saved)]
    graph, described = (waiting or found)[0]
    sure = len(found) == 1 or all(pair[1].saved for pair in found)
    line = made_line(failure, graph, described)
    return Blame(graph, described.id, certain=sure, made=line)


def _returned_nan(failure: Failure, graphs: Sequence[Graph], order: Sequence[Any]) -> Blame:
    """The node is told by its name; of several it is the one that was freed last."""
    if failure.node is not None:
        return _with_line(failure, graphs, failure.node)
    told = _NAME.search(str(failure.error))
    named = [entry for entry in _placed(graphs, order) if told and entry[1].name == told[1]]
    ran = [entry for entry in named if any(saved.freed for saved in entry[1].saved)]
    if not named:
        return Blame(graphs[0], None)
    graph, described, _ = (ran or named[:1])[-1]
    line = made_line(failure, graph, described)
    return Blame(graph, described.id, certain=len(named) == 1 or bool(ran), made=line)


# ----------------------------------------------------------------------------------- a freed graph


def _freed(failure: Failure, graphs: Sequence[Graph], order: Sequence[Any]) -> Blame:
    freed = [
        entry for entry in _placed(graphs, order) if any(saved.freed for saved in entry[1].saved)
    ]
    of_frames = [entry for entry in freed if entry[2] is failure.node]
    sources, position = failure.sources, failure.position
    passes = sources.before(position, "pass") if position else []
    old, sure = "", True
    if of_frames or failure.kept or not freed:
        chosen = (of_frames or freed)[:1]
    else:
        chosen, sure = _older_than_a_pass(failure, freed, passes)
    if not chosen:
        return Blame(graphs[0], None)
    graph, described, _ = chosen[0]
    fresh = _is_fresh(failure, passes)
    if fresh:
        assigned = _old_part(failure, graph, described)
        # Where no line assigns it, it is a parameter of the function.
        old = assigned.code if assigned else next(iter(labels(graph, described)), "")
    earlier = _earlier_pass(failure, passes)
    name = next(saved.name for saved in described.saved if saved.freed)
    line = made_line(failure, graph, described)
    return Blame(graph, described.id, name, sure, made=line, old=old, earlier=earlier)


def _is_fresh(failure: Failure, passes: Sequence[Event]) -> bool:
    """Tell whether the root was computed after the pass that came before."""
    position, code = failure.position, root_code(failure)
    if position is None or not code:
        return False
    made = [e for e in failure.sources.before(position, "assign") if e.base == base_name(code)]
    earlier = _earlier_pass(failure, passes)
    if not made or earlier is None:
        return False
    if earlier.position == position or earlier.position > position:  # both in one loop
        if earlier.loops:
            return not in_loop_without(made[0], position)
        return made[0].function == earlier.function  # each call makes its own
    return made[0].position > earlier.position


def _earlier_pass(failure: Failure, passes: Sequence[Event]) -> Event | None:
    """Return the pass that freed the graph: the last before, which may be this line again.

    A line runs again in a loop, and in a function that is called again. Other functions that hold a
    pass need not have been called.
    """
    position, root = failure.position, root_code(failure)
    others = [event for event in passes if event.position != position]
    of_root = [event for event in others if event.code == root]
    here = [event for event in passes if event.position == position and event.function]
    again = [event for event in passes if event.position == position and event.loops]
    if not again and here:
        inside = [event for event in of_root if event.function == here[0].function]
        outside = [event for event in of_root if not event.function]
        again = inside or (outside if not _is_local(failure, here[0]) else here) or here
    return next(iter(again or of_root or others), None)


def _is_local(failure: Failure, here: Event) -> bool:
    """Tell whether the function around a pass has made the root of it."""
    assigned = failure.sources.before(here.position, "assign")
    return any(e.base == base_name(here.code) and e.function == here.function for e in assigned)


def _older_than_a_pass(
    failure: Failure, freed: list[tuple[Graph, GraphNode, Any]], passes: Sequence[Event]
) -> tuple[list[tuple[Graph, GraphNode, Any]], bool]:
    """Of freed nodes choose the first that this pass did not free itself.

    PyTorch does not tell. If the root is the one of the earlier pass, it is the first. If it is a
    new one, the older part begins at a name that was assigned before, or behind a gap in the
    numbers of the nodes: there stood the root of the earlier pass.
    """
    if len(freed) == 1:
        return freed, True
    if not _is_fresh(failure, passes):
        shared = _shared_with_passes(failure, freed, passes)
        return (shared or freed)[:1], not shared
    before = [e for e in passes if e.position != failure.position or e.loops or e.function]
    used = _went_into(failure, before)
    for place, (graph, described, _) in enumerate(freed):
        if _is_named_old(failure, graph, described, passes, used):
            return freed[place:], False
    numbers = sorted(node.sequence for node in freed[0][0].nodes if 0 <= node.sequence < 2**63)
    lower = [one for one, next_one in pairwise(numbers) if next_one - one > 1]
    behind = [entry for entry in freed if lower and entry[1].sequence <= lower[-1]]
    return (behind or freed), False


def _shared_with_passes(
    failure: Failure, freed: list[tuple[Graph, GraphNode, Any]], passes: Sequence[Event]
) -> list[tuple[Graph, GraphNode, Any]]:
    """Of a root that no pass began with, return what lies below the roots of other passes."""
    position, code = failure.position, root_code(failure)
    others = [event for event in passes if event.position != position]
    if not code or len(others) < len(passes) - 1 or code in {event.code for event in others}:
        return []
    began = _went_into(failure, others)
    ends = {
        id(graph.handles[node.id])
        for graph, _, _ in freed
        for node in graph.nodes
        if node.label and began & {base_name(label) for label in node.label.split(", ")}
    }
    return [entry for entry in freed if _is_below(entry, ends)]


def _went_into(failure: Failure, passes: Sequence[Event]) -> set[str]:
    """Return the names that the roots of passes were computed from, as the lines say it."""
    found: set[str] = set()
    stack: list[tuple[ast.AST, Position]] = [(e.call, e.position) for e in passes]
    while stack:
        part, position = stack.pop()
        names = {one.id for one in ast.walk(part) if isinstance(one, ast.Name)} - found
        found |= names
        assigned = failure.sources.before(position, "assign") if names else []
        for name in names:
            event = next((event for event in assigned if event.base == name), None)
            value = getattr(event.statement, "value", None) if event else None
            if event is not None and value is not None:
                stack.append((value, event.position))
    return found


def _is_below(entry: tuple[Graph, GraphNode, Any], tops: set[int]) -> bool:
    graph, _, node = entry
    return id(node) in tops or any(id(one) in tops for one in _above(graph, {id(node)}))


def _is_named_old(
    failure: Failure, graph: Graph, described: GraphNode, passes: Sequence[Event], used: set[str]
) -> bool:
    assigned = _old_part(failure, graph, described)
    earlier, position = _earlier_pass(failure, passes), failure.position
    if assigned is None or earlier is None or position is None or assigned.base not in used:
        return False
    if earlier.loops and earlier.position == position:
        return in_loop_without(assigned, position)
    if earlier.position == position:
        return assigned.function != earlier.function
    return assigned.position < earlier.position


def _old_part(failure: Failure, graph: Graph, described: GraphNode) -> Event | None:
    """Return the assignment of the nearest named tensor that a node belongs to."""
    position = failure.position
    for label in labels(graph, described):
        for event in failure.sources.before(position, "assign") if position else []:
            if event.base == base_name(label):
                return event
    return None


def root_code(failure: Failure) -> str:
    """Return how the line of the pass writes its root: ``loss``; empty if it cannot be told."""
    position = failure.position
    if position is None:
        return ""
    found = [e for e in failure.sources.before(position, "pass") if e.position == position]
    return found[0].code if found else ""


# ----------------------------------------------------------------------------- a change in place


def _in_place(
    failure: Failure, graphs: Sequence[Graph], order: Sequence[Any], names: Mapping[str, Any]
) -> Blame:
    told = _VERSIONS.search(str(failure.error))
    found, expected = (int(told[2]), int(told[3])) if told else (None, None)
    wanted = str(failure.error).split(" Hint:")[0]
    changed = [
        (graph, described, node, saved.name)
        for graph, described, node in _placed(graphs, order)
        for saved in described.saved
        if saved.changed
    ]
    same = [entry for entry in changed if _complaint(entry[2], entry[3]) == wanted]
    chosen = [entry for entry in (same or changed) if failure.node in (None, entry[2])]
    if not chosen:
        blame = _with_line(failure, graphs, failure.node or order[0])
        return Blame(blame.graph, blame.node, found=found, expected=expected, made=blame.made)
    graph, described, node, saved = chosen[0]
    tensor = changed_tensor(node, saved, told, names)
    aliases = sharing(tensor, names)
    line = made_line(failure, graph, described, tensor if saved == "result" else None)
    events = changes_of(failure, tensor, aliases, names)
    return Blame(graph, described.id, saved, True, tensor, found, expected, line, events)


def _complaint(node: Any, saved: str) -> str:
    """Ask a node for what it saved; return what it says."""
    name = saved.partition("[")[0]  # of several tensors under one name
    try:
        getattr(node, name if name == "saved_tensors" else f"_saved_{name}")
    except RuntimeError as error:
        return str(error).split(" Hint:")[0]
    return ""


__all__ = ["Blame", "find_blame", "root_code"]
