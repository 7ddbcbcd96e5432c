"""One line of a recorded run as a picture that needs no page: for a file, for print, for a film."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .dot import SIZE, to_dot
from .layout import render
from .palette import light
from .still import DONE, NOW, WIDTH, caption_row, with_caption
from .values import columns, shorten

if TYPE_CHECKING:
    from .graph import GraphNode
    from .recorder import Recording

# As static/builder.css and growing.js draw them.
_LOOKS = {"new": ("+", DONE), "changed": ("~", NOW), "struck": ("×", light("mark"))}
SIGN_WIDTH = 34  # points for an id and a sign
LONGEST_LINE = 110  # columns of code or of what it printed
MOST_PRINTED = 6  # lines


def run_still(
    recording: Recording,
    data: Mapping[str, Any],
    position: int,
    format: str,
    dpi: int | None = None,
) -> bytes:
    """Draw the graph as it stands after a line, with the line and what it did below it.

    All frames of a run have one size and one layout, so that they can follow one another.

    Parameters
    ----------
    data : mapping
        What the page is sent; see ``builder_page.run_data``.
    format : str
        "svg", "png" or "pdf".

    Raises
    ------
    ValueError
        If there is no graph.
    LayoutError
        If no layout engine can draw it.
    """
    union = recording.union
    if not union.nodes:
        raise ValueError(f"there is no picture: {data['words']['no_graph']}")
    drawn = union.graph("n0")
    nodes = tuple(_named(node, data["labels"].get(node.id, []), position) for node in drawn.nodes)
    edges = {edge.id: _edge_look(data["edges"][edge.id], position) for edge in drawn.edges}
    dot = to_dot(replace(drawn, nodes=nodes), prefix="still", legend=False, dpi=dpi, edges=edges)
    marks = data["steps"][position]["marks"]
    for node in nodes:
        look = _node_look(node.id, data["nodes"][node.id], marks.get(node.id, ""), position)
        dot.node(node.id, width=_room(data["labels"].get(node.id, [])), **look)
    captions = [list(_lines(data, at)) for at in range(len(data["steps"]))]
    lines = captions[position]
    lines += [""] * (max(map(len, captions)) - len(lines))
    rows = [caption_row(line, bold=nr == 0) for nr, line in enumerate(lines)]
    return render(with_caption(dot, rows).source, format)


def _named(node: GraphNode, labels: list[Any], position: int) -> GraphNode:
    """The node with the names that stand at it now; a space keeps the place of those to come."""
    now = [text for place, text in labels if place <= position]
    label = (now[-1] if now else "") or (" " if labels else None)
    return replace(node, label=label, value=None, grad=None)


def _room(labels: list[Any]) -> str:
    """The least width of a node, in inches: the names at it must not move it when they change."""
    return f"{max((columns(text) for _, text in labels), default=0) * SIZE * 0.62 / 72 + 0.3:.2f}"


def _gone(item: Mapping[str, Any], position: int) -> bool:
    return item["gone"] is not None and position >= item["gone"]


def _node_look(node_id: str, node: Mapping[str, Any], mark: str, position: int) -> dict[str, str]:
    sign, colour = _LOOKS.get(mark, (" ", light("text")))
    # Of one width always, or the picture would move.
    cell = f'<TD WIDTH="{SIGN_WIDTH}" ALIGN="LEFT">{node_id} {sign}</TD>'
    look = {"xlabel": f'<<TABLE BORDER="0" CELLBORDER="0"><TR>{cell}</TR></TABLE>>'}
    if position < node["born"]:
        return look | {"style": "invis"}
    if _gone(node, position):
        style = "rounded,filled,dotted" if node["kind"] == "op" else "filled,dotted"
        faint = {"color": light("slot-line"), "fillcolor": light("none-fill")}
        return look | faint | {"style": style, "fontcolor": light("muted")}
    return look | {"fontcolor": colour} | ({"color": colour, "penwidth": "3.4"} if mark else {})


def _edge_look(edge: Mapping[str, Any], position: int) -> dict[str, str]:
    if position < edge["born"]:
        return {"style": "invis"}
    if _gone(edge, position):
        return {"color": light("slot-line"), "style": "dotted"}
    return {"color": DONE, "penwidth": "2.4"} if edge["born"] == position and position else {}


def _lines(data: Mapping[str, Any], position: int) -> Iterator[str]:
    """The line in words: where it stands, its code, what it did, what it printed."""
    text, step = data["words"], data["steps"][position]
    total = len(data["steps"]) - 1
    if not position:
        yield text["line_beginning"]
        yield from _wrapped(
            text["before_all"].format(total=total) if total else text["nothing_ran"]
        )
        return
    count = text["line_count"].format(n=position, total=total)
    key = "place_again" if step["time"] > 1 else "place"
    place = text[key].format(line=step["line"], time=step["time"])
    kind = text.get(f"kind_{step['kind']}", "")
    yield ", ".join(part for part in (count, place if step["line"] else "", kind) if part)
    for line in step["code"].splitlines():
        yield shorten(f"    {line}", LONGEST_LINE)
    for said in step["says"] or [{"text": text["nothing"]}]:
        yield from _wrapped(said["text"])
    printed = step["printed"].splitlines()
    if printed:
        yield f"{text['printed']}:"
    yield from (shorten(f"    {line}", LONGEST_LINE) for line in printed[:MOST_PRINTED])
    if len(printed) > MOST_PRINTED:
        yield "    …"


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="    ")
