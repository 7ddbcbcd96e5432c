"""A Graph as DOT, Graphviz's language.

https://graphviz.org/doc/info/shapes.html#html
"""

from __future__ import annotations

import itertools
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import graphviz

from .layered import placed_edge, placed_node
from .palette import light
from .text import kind_text, mark_text, name_text, slot_name
from .values import columns, printable, shape_text, shorten
from .words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .graph import Box, Graph, GraphEdge, GraphNode, Saved
    from .layered import Placed

FONT = "Helvetica,Arial,sans-serif"  # every engine knows how wide its letters are
SIZE, SMALL = 11, 9
LONGEST = 64  # columns of text on a line of a node; the whole text is in the node's description
LONGEST_NAME = 28
MOST_SLOTS = 12  # saved tensors written out
MANY_LOOPS = 40  # edges beyond those of a tree; with more of them, speed goes before beauty

# Where straight edges between the same two nodes begin and end, so that each of them is seen.
_PORTS = ({"tailport": "sw", "headport": "nw"}, {"tailport": "se", "headport": "ne"})

# Shape, line and colour say the same thing, so that one of them is enough.
_LOOK = {
    "op": {"shape": "box", "style": "rounded,filled"},
    "function": {"shape": "component", "style": "filled", "penwidth": "1.6"},
    "leaf": {"shape": "cylinder", "style": "filled", "penwidth": "1.6"},  # it stores .grad
    "plain": {"shape": "note", "style": "filled"},
    "none": {
        "shape": "ellipse",
        "style": "dashed,filled",
        "margin": "0.02,0",
        "width": "0",
        "height": "0",
    },
    "group": {"shape": "folder", "style": "filled", "penwidth": "1.6"},  # to be opened
}
_COLOURS = {"group": ("edge", "none-fill")}  # line and filling, where they have another name


def to_dot(
    graph: Graph,
    *,
    prefix: str,
    legend: bool = True,
    grads: bool = True,
    dpi: int | None = None,
    marks: Mapping[str, str] | None = None,
    edges: Mapping[str, dict[str, str]] | None = None,
    placed: Placed | None = None,
) -> graphviz.Digraph:
    """Write a graph in DOT.

    Parameters
    ----------
    graph : Graph
        From ``trace_graph``.
    prefix : str
        Begins every id in the picture, so that two pictures on one page never collide.
    legend : bool
        Whether a legend says which way the arrows run, and what the marks mean.
    grads : bool
        Whether leaves and retain_grad tensors show their ``.grad``.
    dpi : int, optional
        The resolution of a PNG.
    marks : mapping of str to str, optional
        Node id to a few words: these nodes get a thick outline, a sign and the words.
    edges : mapping of str to dict, optional
        Further attributes of edges, by their ids.
    placed : Placed, optional
        Where nodes and edges are to be, from ``layered``: for the engine "nop2", which leaves
        all where it is.

    Returns
    -------
    graphviz.Digraph
        Nodes are called n0, n1 …, as in ``graph``; the ids of the drawn elements are
        ``{prefix}-n0``, ``{prefix}-e0``.
    """
    straight = len(graph.edges) - len(graph.nodes) + 1 > MANY_LOOPS
    dot = _canvas(prefix)
    if placed is not None:
        dot.attr("graph", outputorder="edgesfirst")
    elif straight:
        # A leaf with many uses has long edges, and dot's time grows with the cube of their number:
        # 60 uses take 12 s with curves, 0.2 s with straight lines.
        dot.attr("graph", splines="line", nslimit="0.1")
    if dpi is not None:
        dot.attr("graph", dpi=str(dpi))
    # A picture whose nodes were placed by ``layered`` says so.
    notes = [*(_legend(graph) if legend else ()), *(_lines("simpler") if placed else ())]
    if notes:
        dot.attr("graph", label=_table(iter(notes)), labelloc="b")
    for node in graph.nodes:
        at = placed_node(placed, node.id) if placed else {}
        mark = (marks or {}).get(node.id)
        dot.node(node.id, **(_node_attributes(node, prefix, grads, mark) | at))
    if placed is None:
        _add_boxes(dot, graph, prefix)
    further = edges or {}
    if placed is not None:
        places = {edge.id: placed_edge(placed, edge.id) for edge in graph.edges}
        further = {edge: at | further.get(edge, {}) for edge, at in places.items()}
    _add_edges(dot, graph, prefix, straight and placed is None, further)
    return dot


def _canvas(prefix: str) -> graphviz.Digraph:
    font = {"fontname": FONT, "fontcolor": light("text")}
    small = {**font, "fontsize": str(SMALL)}
    dot = graphviz.Digraph(
        name=prefix,
        graph_attr={**small, "rankdir": "TB", "ranksep": "0.3", "nodesep": "0.18"},
        node_attr={**font, "fontsize": str(SIZE), "margin": "0.08,0.06"},
        edge_attr={**small, "color": light("edge"), "arrowsize": "0.8"},
    )
    dot.attr("graph", bgcolor=light("card"), pad="0.1", ordering="out", id=prefix)
    return dot


def _add_boxes(dot: graphviz.Digraph, graph: Graph, prefix: str) -> None:
    """Draw a frame around the nodes of every unfolded group, the inner ones inside the outer."""
    boxes = {box.id: _box(box, prefix) for box in graph.boxes}
    for box in reversed(graph.boxes):  # the inner ones first
        (boxes[box.parent] if box.parent else dot).subgraph(boxes[box.id])


def _box(box: Box, prefix: str) -> graphviz.Digraph:
    frame = graphviz.Digraph(
        name=f"cluster_{box.id}",
        graph_attr={
            "id": f"{prefix}-{box.id}",
            "label": f"<<B>{_font(f'▾ {printable(box.name)}', SMALL, 'text')}</B>>",
            "labeljust": "l",
            "labelloc": "t",
            "style": "dashed",
            "color": light("slot-line"),
            "margin": "6",
        },
    )
    for item in box.items:
        frame.node(item)
    return frame


def _add_edges(
    dot: graphviz.Digraph,
    graph: Graph,
    prefix: str,
    straight: bool,
    further: Mapping[str, dict[str, str]],
) -> None:
    kinds = {node.id: node.kind for node in graph.nodes}
    pairs = Counter((edge.source, edge.target) for edge in graph.edges)
    drawn: Counter[tuple[str, str]] = Counter()
    for edge in graph.edges:
        pair = edge.source, edge.target
        ports = _PORTS[drawn[pair] % len(_PORTS)] if straight and pairs[pair] > 1 else {}
        drawn[pair] += 1
        text = edge_text(edge)
        label = f"<&nbsp;{_font(text, SMALL, 'muted')}>" if text else ""
        cut = kinds[edge.target] == "none" or edge.input_nr < 0
        style = "dashed" if cut else "solid"
        look = {"label": label, "style": style, **ports, **further.get(edge.id, {})}
        dot.edge(*pair, id=f"{prefix}-{edge.id}", **look)


def edge_text(edge: GraphEdge) -> str:
    """Return the mark of an edge: its place in ``next_functions``, and a later output's number.

    A place below 0 says that it is no edge: it could have been one, and was not made. Of an edge of
    a folded picture, how many edges it stands for, if they are several.
    """
    if edge.input_nr < 0:
        return word("graph", "no_edge")
    if edge.count:
        return f"×{edge.count}" if edge.count > 1 else ""
    output = f" {word('graph', 'output', n=edge.output_nr)}" if edge.output_nr else ""
    return f"[{edge.input_nr}]{output}"


def _node_attributes(node: GraphNode, prefix: str, grads: bool, mark: str | None) -> dict[str, str]:
    line, filling = _COLOURS.get(node.kind, (f"{node.kind}-line", f"{node.kind}-fill"))
    rows = _rows(node, grads)
    attributes = {
        **_LOOK[node.kind],
        "label": _table(rows if mark is None else itertools.chain(rows, [_mark(mark)])),
        "id": f"{prefix}-{node.id}",
        "color": light(line),
        "fillcolor": light(filling),
    }
    return attributes if mark is None else attributes | {"color": light("mark"), "penwidth": "4"}


def _mark(words: str) -> str:
    text = mark_text(words)
    return _row(f"<B>{_font(text, SIZE, 'mark')}</B>", width=_width(text, SIZE))


def _rows(node: GraphNode, grads: bool) -> Iterator[str]:
    if node.kind == "none":
        yield _row(_font("None", SMALL, "muted"))
        return
    if node.kind == "group":
        title = shorten(f"▸ {printable(node.name)}", 2 * LONGEST_NAME)
        yield _row(f"<B>{_font(title, SIZE, 'text')}</B>", width=_width(title, SIZE))
        for note in map(printable, node.notes):
            yield _row(_font(note, SMALL, "muted"), width=_width(note, SMALL))
        return
    name, tensor = node.name, name_text(node, LONGEST_NAME)
    if node.kind == "leaf":
        yield '<TR><TD HEIGHT="6"></TD></TR>'  # below the lid of the cylinder
    if node.kind in ("leaf", "plain") and tensor:
        name, tensor = tensor, node.name  # the variable matters most
    yield _row(f"<B>{_font(name, SIZE, 'text')}</B>", width=_width(name, SIZE))
    if tensor:
        yield _row(_font(tensor, SIZE, "text"), width=_width(tensor, SIZE))
    facts = _facts(node)
    if facts:
        yield _row(_font(facts, SMALL, "muted"))
    if node.retains_grad:
        yield _row(f"<B>{_font('retain_grad ✓', SMALL, 'text')}</B>")
    if grads and node.grad is not None:
        yield _row(_font(f"grad = {node.grad}", SMALL, "text"))
    if node.saved:
        yield _row(_slots(node.saved))


def _facts(node: GraphNode) -> str:
    return ", ".join(filter(None, (kind_text(node), shape_text(node.shape, node.dtype))))


def size_of(node: GraphNode, grads: bool = True) -> tuple[float, float]:
    """Return about how much room a node takes, width and height in points."""
    if node.kind == "none":
        return 40.0, 20.0
    if node.kind == "group":
        lines = [(f"▸ {node.name}", SIZE), *((note, SMALL) for note in node.notes)]
    else:
        tensor = name_text(node, LONGEST_NAME) or ""
        lines = [(node.name, SIZE), (tensor, SIZE), (_facts(node), SMALL)]
        lines += [(f"grad = {node.grad}", SMALL)] * (grads and node.grad is not None)
        lines += [("retain_grad ✓", SMALL)] * node.retains_grad
    slots = [(f"{slot_name(slot)} {slot.text}", SMALL) for slot in node.saved[: MOST_SLOTS + 1]]
    width = max(min(columns(text), LONGEST) * size * 0.56 for text, size in [*lines, *slots])
    height = sum(size * 1.5 for text, size in lines if text) + len(slots) * SMALL * 2.1
    return width + 16, height + 16


def _slots(saved: tuple[Saved, ...]) -> str:
    """Write saved tensors as slots, one below the other; a freed slot is dashed."""
    rows = "".join(
        _row(
            _font(slot_name(slot), SMALL, "muted"),
            _freed(slot) if slot.freed else _font(slot.text, SMALL, "text"),
            frame=f'BORDER="1" COLOR="{light("slot-line")}" BGCOLOR="{light("slot-fill")}"'
            + (' STYLE="dashed"' if slot.freed else ""),
        )
        for slot in saved[:MOST_SLOTS]
    )
    if len(saved) > MOST_SLOTS:
        rows += _row(_font(word("graph", "more", n=len(saved) - MOST_SLOTS), SMALL, "muted"))
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="2">{rows}</TABLE>'


def _freed(slot: Saved) -> str:
    return f"<I>{_font(slot.text, SMALL, 'muted')}</I>"


def _legend(graph: Graph) -> Iterator[str]:
    """Explain the direction of the arrows, and of the other marks those that occur."""
    yield from _lines("legend_arrows")
    if any(not edge.count for edge in graph.edges):
        yield from _lines("legend_place")
    if any(edge.output_nr for edge in graph.edges):
        yield from _lines("legend_output")
    if any(node.kind == "group" for node in graph.nodes):
        yield from _lines("legend_group")
    if any(node.kind == "none" for node in graph.nodes):
        yield from _lines("none")
    if any(slot.freed for node in graph.nodes for slot in node.saved):
        yield from _lines("legend_freed")


def _lines(key: str) -> Iterator[str]:
    for line in word("graph", key).splitlines():
        yield _row(_font(line, SMALL, "muted"), width=_width(line, SMALL), align="LEFT")


def _table(rows: Iterator[str]) -> str:
    body = "".join(rows)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>>'


def _row(*cells: str, width: int = 0, align: str = "CENTER", frame: str = "") -> str:
    size = f'WIDTH="{width}"' if width else ""
    opening = " ".join(part for part in (f'<TD ALIGN="{align}"', size, frame) if part)
    return "<TR>" + "".join(f"{opening}>{cell}</TD>" for cell in cells) + "</TR>"


def _font(text: str, size: int, colour: str) -> str:
    # Graphviz reads \N in a label as the name of the node; a doubled backslash is a backslash.
    shown = escape(shorten(text, LONGEST)).replace("\\", "\\\\")
    return f'<FONT POINT-SIZE="{size}" COLOR="{light(colour)}">{shown}</FONT>'


def _width(text: str, size: int) -> int:
    """Return the width to reserve for a text with wide (Chinese) characters, else 0.

    Engines without pango take a wide character for a narrow one.
    """
    shown = shorten(text, LONGEST)
    return round(columns(shown) * size * 0.56) if columns(shown) > len(shown) else 0
