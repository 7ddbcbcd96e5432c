"""A graph as SVG text that a page can take in as it is.

Graphviz's SVG is parsed and finished: ids and classes a page can rely on, descriptions that a
screen reader reads, colours as CSS custom properties, and a size that shrinks with the page instead
of being cut.
"""

from __future__ import annotations

import base64
import itertools
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from .dot import edge_text, size_of, to_dot
from .layered import layered, stretch
from .layout import LayoutError, TooSlowError, render
from .palette import PALETTE, style_sheet
from .text import mark_text, name_text, node_text
from .words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .graph import Graph, GraphEdge, GraphNode

LARGEST = 20_000  # nodes
# dot lays out what is smaller than these. Its time grows with the layers that edges cross, fast.
MOST_NODES = 2500
MOST_STRETCH = 6000
MANY = 100  # nodes; above that there is less patience, for there is a simpler layout
PATIENCE = 2.0  # seconds
PNG_NODES = 60  # a larger graph has no PNG in a notebook: it takes longer than all the rest

_SVG = "http://www.w3.org/2000/svg"
_BY_COLOUR = {colour.light: name for name, colour in PALETTE.items()}
_numbers = itertools.count(1)


def new_prefix() -> str:
    """Return a prefix that no other picture of this process has: ``mg1``, then ``mg2``."""
    return f"mg{next(_numbers)}"


def render_graph(
    graph: Graph,
    format: str,
    *,
    prefix: str,
    legend: bool = True,
    grads: bool = True,
    dpi: int | None = None,
    marks: Mapping[str, str] | None = None,
) -> bytes:
    """Draw a graph in a format of the layout engine. Raises LayoutError if that is impossible.

    What the engine does not lay out in time, or would not, is placed by ``layered``.
    """
    if len(graph.nodes) > LARGEST:
        raise LayoutError(
            word("layout", "too_many", n=f"{len(graph.nodes):,}", most=f"{LARGEST:,}")
        )
    options: dict[str, Any] = {"prefix": prefix, "legend": legend, "grads": grads, "dpi": dpi}
    options["marks"] = marks
    many = len(graph.nodes) > MANY
    if not many or (len(graph.nodes) <= MOST_NODES and stretch(graph) <= MOST_STRETCH):
        seconds = PATIENCE if many else None
        try:
            return render(to_dot(graph, **options).source, format, seconds=seconds)
        except TooSlowError:
            pass
    placed = layered(graph, {node.id: size_of(node, grads) for node in graph.nodes})
    return render(to_dot(graph, **options, placed=placed).source, format, "nop2")


def small_png(
    graph: Graph, *, legend: bool = False, marks: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Draw a graph as a PNG for a notebook: in LaTeX, and where nobody trusts it, no SVG is shown.

    Returns
    -------
    dict
        ``image/png``, of few colours, which take a third of the room; empty for a large graph and
        where no layout engine draws PNG.
    """
    for format in ("png:cairo:gd", "png") if len(graph.nodes) <= PNG_NODES else ():
        try:
            drawn = render_graph(graph, format, prefix="png", legend=legend, marks=marks)
        except LayoutError:
            continue
        return {"image/png": base64.b64encode(drawn).decode()}
    return {}


def picture(
    graph: Graph,
    prefix: str,
    *,
    legend: bool = True,
    grads: bool = False,
    marks: Mapping[str, str] | None = None,
) -> str:
    """Draw a graph as SVG.

    Parameters
    ----------
    graph : Graph
        From ``trace_graph``.
    prefix : str
        Begins every id. The group of a node has ``id="{prefix}-n3" data-node="n3" class="node op"``
        (or function, leaf, none), that of an edge ``id="{prefix}-e5" data-edge="e5" class="edge"``.
    legend, grads : bool
        As for ``to_dot``. A picture that outlives a backward pass should not show ``.grad``.
    marks : mapping of str to str, optional
        As for ``to_dot``; the groups of these nodes have the class ``marked`` too.

    Returns
    -------
    str
        One ``<svg>`` element, without an XML prolog.

    Raises
    ------
    LayoutError
        If no layout engine can draw it.
    """
    marks = marks or {}
    drawn = render_graph(graph, "svg", prefix=prefix, legend=legend, grads=grads, marks=marks)
    root = ET.fromstring(drawn)  # noqa: S314 (Graphviz wrote it just now)
    _strip_namespaces(root)
    _finish_root(root, graph, prefix)
    groups = {group.get("id"): group for group in root.iter("g")}
    nodes = {node.id: node for node in graph.nodes}
    for node in graph.nodes:
        group = groups[f"{prefix}-{node.id}"]
        marked = node.id in marks
        _describe(group, node_text(node) + (f", {mark_text(marks[node.id])}" if marked else ""))
        group.set("class", f"node {node.kind}{' marked' if marked else ''}")
        group.set("data-node", node.id)
    for edge in graph.edges:
        group = groups[f"{prefix}-{edge.id}"]
        _describe(group, _edge_title(edge, nodes))
        group.set("class", "edge")
        group.set("data-edge", edge.id)
    for box in graph.boxes:
        group = groups.get(f"{prefix}-{box.id}")  # a simpler layout has no boxes
        if group is not None:
            _describe(group, box.name)
            group.set("class", "box")
            group.set("data-box", box.id)
    for element in root.iter():
        _colour_by_class(element)
    return ET.tostring(root, encoding="unicode")


def _strip_namespaces(root: ET.Element) -> None:
    """Write elements without a namespace prefix: ``svg:g`` is no element of an HTML page."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
        for name in [name for name in element.attrib if name.startswith("{")]:
            if name.endswith("}space"):
                element.set("xml:space", element.attrib[name])
            del element.attrib[name]


def _finish_root(root: ET.Element, graph: Graph, prefix: str) -> None:
    # Graphviz gives the id of the graph to the first group; the stylesheet needs it on the root.
    for group in root.iter("g"):
        if group.get("class") == "graph":
            group.set("id", f"{prefix}-graph")
            _describe(group, None)
    width = _points(root.get("width"))
    root.attrib.pop("height", None)
    root.set("xmlns", _SVG)
    root.set("id", prefix)
    root.set("width", f"{width * 4 / 3:.0f}")
    root.set("style", "max-width:100%;height:auto")
    root.set("role", "group")
    root.set("aria-label", summary(graph))
    style = ET.Element("style")
    style.text = style_sheet(prefix)
    root.insert(0, style)


def _points(size: str | None) -> float:
    return float((size or "0").removesuffix("pt"))


def summary(graph: Graph) -> str:
    """Say in a sentence what a picture shows."""
    root = graph.nodes[0]
    return word(
        "graph",
        "summary",
        name=name_text(root) or root.name,
        nodes=len(graph.nodes),
        edges=len(graph.edges),
    )


def _describe(group: ET.Element, text: str | None) -> None:
    """Replace Graphviz's title (the bare id) by words; without words, take it away."""
    title = group.find("title")
    if title is not None and text is None:
        group.remove(title)
    elif title is not None:
        title.text = text


def _edge_title(edge: GraphEdge, nodes: dict[str, GraphNode]) -> str:
    source, target = nodes[edge.source], nodes[edge.target]
    return word(
        "graph",
        "edge",
        source=f"{source.name} ({source.id}) {edge_text(edge)}",
        target=f"{target.name} ({target.id})",
    )


def _colour_by_class(element: ET.Element) -> None:
    """Name an element's colours by class; the attributes stay for programs that know no CSS."""
    names = [
        f"{role}-{_BY_COLOUR[colour]}"
        for role, attribute in (("fill", "fill"), ("line", "stroke"))
        if (colour := element.get(attribute)) in _BY_COLOUR
    ]
    if names:
        element.set("class", " ".join([*element.get("class", "").split(), *names]))
