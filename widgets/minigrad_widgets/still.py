"""One frame of the stepper as a picture that needs no page: for a file, for print, for a film.

It shows what the widget shows: the graph with the states of its nodes and the gradients on its
edges, the engine where it is in view, the graph of the gradients where there is one, and the step
in words.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import graphviz

from .dot import SIZE, SMALL, edge_text, to_dot
from .fold import FoldedPicture
from .graph import Graph, GraphNode
from .layout import render
from .numbers import show
from .palette import light
from .questions import called
from .queue import Waiting, missing_at, states
from .second import SecondLayer
from .svg import PATIENCE
from .table import accumulation_texts, received_texts, sent_texts, step_table
from .trace import Frame, Sent, Trace
from .values import SMALL as FEW
from .values import columns, is_small, printable, shape_of, shape_text
from .words import word

NOW, DONE = "#b3400a", "#0a6b4f"  # as in static/base.css, on a light page
WIDTH = 62  # columns of the caption
SHORT = 24  # columns of a value on an edge
MOST_LINES = 60  # of the table of steps
CELL = (
    26  # columns of what goes in, and of what goes out, there: the table has to fit a sheet of A4
)
_LOOKS = {
    "now": {"color": NOW, "penwidth": "4"},
    "done": {"color": DONE, "penwidth": "2"},
    "ready": {"color": "#16191d", "penwidth": "2.4"},
}
_OWN_NAMES = re.compile(rb"<title>(?:still|cluster_second|second[^<]*)</title>")
_SIGNS = {"now": "▶", "done": "✓", "ready": "…"}


@dataclass(frozen=True)
class Look:
    """What a frame shows.

    Attributes
    ----------
    text : mapping of str to str
        The words of the interface.
    engine : bool
        Whether the engine is in view: how many gradients each node misses, buffers, ready queue.
    secret : bool
        Whether it must not be seen what is ready, because that is what is asked.
    seen : FoldedPicture, optional
        What is to be drawn, where nodes are folded into boxes.
    """

    text: Mapping[str, str]
    engine: bool = False
    secret: bool = False
    seen: FoldedPicture | None = None


def still(trace: Trace, position: int, format: str, look: Look, *, dpi: int | None = None) -> bytes:
    """Draw the graph as it stands at a position, with the step in words below it.

    All frames of a trace have one size and one layout, so that they can follow one another.

    Parameters
    ----------
    format : str
        "svg", "png" or "pdf".

    Raises
    ------
    LayoutError
        If no layout engine can draw it.
    """
    captions = [list(_lines(trace, at, look)) for at in range(len(trace.frames) + 1)]
    lines = captions[position]
    lines += [""] * (max(map(len, captions)) - len(lines))
    rows = [caption_row(line, bold=nr == 0) for nr, line in enumerate(lines)]
    return _drawn(trace, position, format, rows, look, dpi=dpi)


def summary(trace: Trace, format: str, look: Look, further: str = "") -> bytes:
    """Draw the graph as it stands at the end; below it the table of all steps, and further lines.

    It stands in a notebook where the widget does not run, which has to wait for it.
    """
    lines = [*step_table(trace, width=CELL).splitlines(), *further.splitlines()]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = ["…"]
    rows = [caption_row(line, mono=True) for line in lines]
    return _drawn(trace, len(trace.frames), format, rows, look, seconds=PATIENCE)


def _drawn(
    trace: Trace,
    position: int,
    format: str,
    caption: list[str],
    look: Look,
    *,
    dpi: int | None = None,
    seconds: float | None = None,
) -> bytes:
    seen = look.seen
    nodes, edges = states_at(trace, position)
    graph = _with_grads(trace, position, trace.graph if seen is None else seen.graph)
    looks = _edge_looks(trace, edges, seen)
    counts = _counts(trace, position, seen)
    if seen is not None:
        nodes = _place_states(nodes, counts, seen)
    dot = to_dot(graph, prefix="still", legend=False, dpi=dpi, edges=looks)
    missing = missing_at(trace, position) if look.engine else {}
    for node in graph.nodes:
        if node.kind != "none":
            state = nodes.get(node.id, "")
            state = "" if look.secret and state == "ready" else state
            drawn = _node_look(node, state, missing.get(node.id), counts.get(node.id))
            dot.node(node.id, width=_room(trace, node), **drawn)
    if trace.second is not None:
        dot.subgraph(_second_dot(trace.second, position, look.text))
    if look.engine:
        dot.attr("graph", nodesep="0.7")  # room for the numbers beside the nodes
    drawn = render(with_caption(dot, caption).source, format, seconds=seconds)
    # Graphviz's own names of the graphs, and of the second one's nodes, say nothing to a reader.
    return _OWN_NAMES.sub(b"", drawn) if format == "svg" else drawn


def with_caption(dot: graphviz.Digraph, rows: list[str]) -> graphviz.Digraph:
    """Write lines below a graph, from `caption_row`."""
    head = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
    dot.attr("graph", labelloc="b", labeljust="l", forcelabels="true")
    dot.attr("graph", label=f"<{head}{''.join(rows)}</TABLE>>")
    return dot


def _node_look(
    node: GraphNode, state: str, missing: int | None = None, count: tuple[int, int] | None = None
) -> dict[str, str]:
    """The outline of a node and the sign beside it; with the engine in view what it misses too.

    Of a folded box the sign says how many of its steps have been taken, `count`.
    """
    look = dict(_LOOKS.get(state, {}))
    if state == "ready":
        look |= _dashed(node)
    look["fontcolor"] = look.get("color", light("text"))
    sign = _SIGNS.get(state, " ")
    if count is not None:
        sign += f" {count[0]} / {count[1]}"
    if missing is None:
        return look | {"xlabel": sign}
    number = (
        f'<FONT POINT-SIZE="{SIZE}" COLOR="{light("card")}"><B>&#160;{missing}&#160;</B></FONT>'
    )
    cells = f'<TD BGCOLOR="{light("text")}">{number}</TD><TD>{sign}</TD>'
    table = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">'
    return look | {"xlabel": f"<{table}<TR>{cells}</TR></TABLE>>"}


def _second_dot(second: SecondLayer, position: int, text: Mapping[str, str]) -> graphviz.Digraph:
    """The graph of the gradients as far as it has grown; what is not there yet keeps its place."""
    own = {node.id: f"second{node.id}" for node in second.graph.nodes}
    nodes = tuple(replace(node, id=own[node.id], grad=None) for node in second.graph.nodes)
    edges = tuple(
        replace(edge, id=f"second{edge.id}", source=own[edge.source], target=own[edge.target])
        for edge in second.graph.edges
    )
    there = {own[node] for node, step in second.made.items() if step <= position}
    reached = there | {edge.target for edge in edges if edge.source in there}
    now = {own[node] for node, step in second.made.items() if step == position}
    shared = {own[node] for node in second.first}  # with the first graph
    hidden = {edge.id: {"style": "invis"} for edge in edges if edge.source not in there}
    graph = replace(second.graph, nodes=nodes, edges=edges, root=own[second.graph.root])
    dot = to_dot(graph, prefix="cluster_second", legend=False, edges=hidden)
    dot.attr("graph", label=text["second_layer"], labelloc="t", labeljust="l", fontsize=str(SIZE))
    dot.attr("graph", color=light("muted"), style="dashed", margin="12")
    for node in nodes:
        if node.id not in reached:
            dot.node(node.id, style="invis")
        elif node.kind != "none":
            look = _node_look(node, "now" if node.id in now else "")
            dot.node(node.id, **(look | _dashed(node) if node.id in shared else look))
    return dot


def _dashed(node: GraphNode) -> dict[str, str]:
    return {"style": "rounded,filled,dashed" if node.kind == "op" else "filled,dashed"}


def states_at(trace: Trace, position: int) -> tuple[dict[str, str], dict[str, str]]:
    """Return the state of each node (now, done, ready) and each edge (now, done) that has one."""
    nodes: dict[str, str] = {}
    edges: dict[str, str] = {}
    for frame in trace.frames[:position]:
        nodes[frame.node] = "done"
        edges.update((sent.edge, "done") for sent in frame.sent)
    ready: tuple[str, ...] = (trace.graph.root,)
    if position:
        now = trace.frames[position - 1]
        nodes[now.node] = "now"
        edges.update((sent.edge, "now") for sent in now.sent)
        ready = now.ready
    nodes.update(dict.fromkeys(ready, "ready"))
    return nodes, edges


def _room(trace: Trace, node: GraphNode) -> str:
    """The least width of a node, in inches: what it keeps must not move it when it changes."""
    kept = [item for f in trace.frames if f.node == node.id for item in f.accumulated]
    texts = [f"grad = {_brief(value)}" for item in kept for value in (item.before, item.after)]
    return f"{max((columns(text) for text in texts), default=0) * SMALL * 0.62 / 72 + 0.3:.2f}"


def _with_grads(trace: Trace, position: int, graph: Graph) -> Graph:
    """The graph with the ``.grad`` that each leaf has at this position."""
    grads: dict[str, str] = {}
    for step, frame in enumerate(trace.frames, 1):
        for item in frame.accumulated:
            grads[frame.node] = _brief(item.after if step <= position else item.before)
    nodes = [replace(node, grad=grads.get(node.id)) for node in graph.nodes]
    return replace(graph, nodes=tuple(nodes))


def _counts(trace: Trace, position: int, seen: FoldedPicture | None) -> dict[str, tuple[int, int]]:
    """Of every folded box, how many of its steps have been taken, and how many there are."""
    counts: dict[str, tuple[int, int]] = {}
    for step, frame in enumerate(trace.frames, 1):
        place = seen.places[frame.node] if seen else frame.node
        if place != frame.node:
            done, total = counts.get(place, (0, 0))
            counts[place] = done + (step <= position), total + 1
    return counts


def _place_states(
    nodes: Mapping[str, str], counts: Mapping[str, tuple[int, int]], seen: FoldedPicture
) -> dict[str, str]:
    """What a box is: "now" if a node in it is, else "ready", else "done" if all of them are."""
    inside: dict[str, set[str]] = {}
    for node, state in nodes.items():
        inside.setdefault(seen.places[node], set()).add(state)
    states: dict[str, str] = {}
    for place, found in inside.items():
        done, total = counts.get(place, (1, 1))
        whole = "done" if done == total else ""
        states[place] = "now" if "now" in found else "ready" if "ready" in found else whole
    return states


def _edge_looks(
    trace: Trace, edges: Mapping[str, str], seen: FoldedPicture | None
) -> dict[str, dict[str, str]]:
    """A gradient that has flowed stands on its edge; room is kept for it before."""
    flows: dict[str, list[Sent]] = {}
    for sent in (sent for frame in trace.frames for sent in frame.sent):
        place = seen.edges.get(sent.edge) if seen else sent.edge
        if place is not None and trace.nodes[trace.edges[sent.edge].target].kind != "none":
            flows.setdefault(place, []).append(sent)
    drawn = {edge.id: edge for edge in (seen.graph if seen else trace.graph).edges}
    return {
        place: _edge_look(trace, sents, edges, edge_text(drawn[place]))
        for place, sents in flows.items()
    }


def _edge_look(
    trace: Trace, sents: list[Sent], edges: Mapping[str, str], before: str
) -> dict[str, str]:
    states = [edges[sent.edge] for sent in sents if sent.edge in edges]
    targets = {trace.edges[sent.edge].target for sent in sents}
    texts = [_brief(sent.value) for sent in sents]
    written = [
        flow_text(texts[: nr + 1], len(sents), len(targets) == 1) for nr in range(len(sents))
    ]
    state = "now" if "now" in states else "done" if states else ""
    shown = written[len(states) - 1] if states else before
    width = round(max(map(columns, written)) * SMALL * 0.66) + 4
    colour = {"now": NOW, "done": DONE}.get(state, light("muted"))
    cell = f'<FONT POINT-SIZE="{SMALL}" COLOR="{colour}">{_escaped(shown)}</FONT>'
    table = (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
        f'<TR><TD WIDTH="{width}" ALIGN="LEFT">{cell}</TD></TR></TABLE>>'
    )
    if not state:
        return {"label": table}
    return {"label": table, "color": colour, "penwidth": "2.4" if state == "now" else "1.4"}


def flow_text(texts: list[str], total: int, together: bool) -> str:
    """What stands on an edge over which some of its gradients have flowed; as in folds.js."""
    written = (" + " if together else ", ").join(texts)
    fits = len(texts) == 1 or columns(written) <= SHORT
    if not fits:
        return f"{len(texts)} / {total}"
    return written if len(texts) == total else f"{written} ({len(texts)} / {total})"


def _brief(value: Any) -> str:
    if value is None:
        return "None"
    text = show(value).text if is_small(value, FEW) else ""
    return text if text and columns(text) <= SHORT else shape_text(shape_of(value), None)


def caption_row(line: str, *, bold: bool = False, mono: bool = False) -> str:
    """A line below a graph; what a learner wrote is text in it."""
    face = ' FACE="Courier,monospace"' if mono else ""
    shown = _escaped(line).replace(" ", "&#160;") if mono else _escaped(line)
    size = SMALL if mono else SIZE
    inner = f'<FONT POINT-SIZE="{size}" COLOR="{light("text")}"{face}>{shown or " "}</FONT>'
    # All frames have the width of the longest line that there may be.
    width = "" if mono else f' WIDTH="{round(WIDTH * SIZE * 0.56)}"'
    return f'<TR><TD ALIGN="LEFT"{width}>{f"<B>{inner}</B>" if bold else inner}</TD></TR>'


def _escaped(line: str) -> str:
    return escape(printable(line)).replace("\\", "\\\\")


def _lines(trace: Trace, position: int, look: Look) -> Iterator[str]:
    """The step in words: where it is, what came in, what went out, what was added."""
    text, total = look.text, len(trace.frames)
    if position:
        frame = trace.frames[position - 1]
        node = trace.nodes[frame.node]
        count = text["count"].format(n=position, total=total)
        name = node.name + (f" ({node.label})" if node.label else "")
        yield word("graph", "label", label=count, text=name)
        for label, lines in _parts(trace, frame, text):
            joined = "; ".join(lines) if label == text["comes_in"] else ", ".join(lines)
            yield from _wrapped(word("graph", "label", label=label, text=joined))
    else:
        yield text["total"].format(total=total)
        yield f"g = {show(trace.gradient).text}"
    if trace.second is not None:
        made = [node.name for node in trace.second.graph.nodes if _made(trace, node) == position]
        yield from _wrapped(f"{text['made_here']} {', '.join(made)}") if made else ()
    if look.engine:
        waiting, ready = list(states(trace))[position]
        yield from _engine_lines(trace, waiting, ready, text)


def _made(trace: Trace, node: GraphNode) -> int | None:
    return trace.second.made.get(node.id) if trace.second else None


def _engine_lines(
    trace: Trace, waiting: tuple[Waiting, ...], ready: tuple[str, ...], text: Mapping[str, str]
) -> Iterator[str]:
    yield text["still_missing"]
    held = [
        f"{_name(trace, one.node)} ({text['missing']} "
        f"{text['missing_of'].format(missing=one.missing, total=one.total)}, "
        f"{text['buffer']} {', '.join(map(_brief, one.buffer))})"
        for one in waiting
    ]
    yield from _wrapped(f"{text['waiting']}: {'; '.join(held)}" if held else text["nothing_waits"])
    names = [f"{place}. {_name(trace, node)}" for place, node in enumerate(ready, 1)]
    yield from _wrapped(f"{text['queue']}: {' '.join(names)}" if names else text["nothing_ready"])


def _name(trace: Trace, node_id: str) -> str:
    node = trace.nodes[node_id]
    return called(node) + (f" ({node.label})" if node.kind != "leaf" and node.label else "")


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="    ")


def _parts(trace: Trace, frame: Frame, text: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    yield text["comes_in"], [" ".join(received_texts(frame))]
    sent = [" ".join(sent_texts(trace, one)) for one in frame.sent]
    if any(sent):
        yield text["goes_out"], [line for line in sent if line]
    for item in frame.accumulated:
        yield text["kept" if item.retained else "added"], [" ".join(accumulation_texts(item))]
