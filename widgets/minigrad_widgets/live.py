"""Pictures of a graph whose numbers change: laid out once, then only texts are replaced.

The picture is laid out with room for any number; each text that changes is marked in the SVG with
``data-slot``. Pictures of shapes that were seen are kept.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from .dot import LONGEST, LONGEST_NAME, MOST_SLOTS
from .graph import Graph, GraphNode
from .layout import LayoutError
from .svg import new_prefix, picture, summary
from .text import node_text
from .values import SMALL, columns, printable, shorten

KEPT = 40  # pictures
NUMBER = 10  # columns of the longest number: -1.234e-05
WIDEST = 28  # columns of a text that changes
_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
_NUMERIC = re.compile(r"[-+\d.,\[\] einfaj]+|True|False|None")


class Slot(NamedTuple):
    """A text in a node that changes: ``x = 2.``, ``grad = 3.``, a saved tensor's ``2.``."""

    name: str
    prefix: str
    text: str
    room: int

    def shown(self) -> str:
        """The text as it stands in the picture."""
        return self.prefix + _cut(self.text, self.room)


@dataclass(frozen=True)
class Laid:
    """A picture of one shape; ``svg`` is empty when no engine could draw it, for the reason."""

    number: int
    svg: str
    problem: str


class Pictures:
    """Lays out each shape once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Laid] = OrderedDict()
        self._made = 0

    def of(self, graph: Graph) -> Laid:
        """Return the picture of the shape that a graph has."""
        key = shape_key(graph)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        self._made += 1
        try:
            laid = Laid(self._made, _lay_out(graph), "")
        except LayoutError as error:
            laid = Laid(self._made, "", str(error))
        self._kept[key] = laid
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return laid


def shape_key(graph: Graph) -> tuple[Any, ...]:
    """Return what is equal for graphs that one picture fits."""
    nodes = tuple(
        (
            *(node.name, node.kind, node.label, node.shape, node.dtype),
            *((slot.name, slot.room) for slot in slots(node)),
            *((saved.name, saved.freed) for saved in node.saved),
        )
        for node in graph.nodes
    )
    return nodes, tuple(_ends(edge) for edge in graph.edges)


def _ends(edge: Any) -> tuple[Any, ...]:
    """An edge without its id."""
    return edge.source, edge.target, edge.input_nr, edge.output_nr


def slots(node: GraphNode) -> Iterator[Slot]:
    """Yield the texts of a node that change with the numbers."""
    if node.kind == "none":
        return
    if node.value is not None:
        label = shorten(printable(node.label), LONGEST_NAME) if node.label is not None else ""
        prefix = f"{label} = " if label else ""
        yield Slot("value", prefix, node.value, min(_room(node.value), LONGEST - columns(prefix)))
    if node.grad is not None:
        yield Slot("grad", "grad = ", node.grad, _grad_room(node))
    for place, saved in enumerate(node.saved[:MOST_SLOTS]):
        if not saved.freed:
            yield Slot(f"saved{place}", "", saved.text, _room(saved.text))


def texts(graph: Graph, *, titles: bool = True) -> dict[str, dict[str, str]]:
    """Return what is written in the nodes of a picture now: by node, by slot; ``title`` too."""
    return {
        node.id: ({"title": node_text(node)} if titles else {})
        | {slot.name: slot.shown() for slot in slots(node)}
        for node in graph.nodes
        if node.kind != "none"
    }


def filled(svg: str, written: Mapping[str, Mapping[str, str]]) -> str:
    """Return a picture with these texts in it."""
    root = _parsed(svg)
    for group in root.iter("g"):
        now = written.get(group.get("data-node", ""), {})
        for element in group.iter():
            name = "title" if element.tag == "title" else element.get("data-slot", "")
            if name in now:
                element.text = now[name]
    return _written(root)


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace(_NAMESPACE, "", 1))  # noqa: S314 (our own)


def _written(root: ET.Element) -> str:
    return ET.tostring(root, encoding="unicode").replace("<svg", f"<svg{_NAMESPACE}", 1)


def _lay_out(graph: Graph) -> str:
    """Draw a graph with the widest text in every place, and mark these places."""
    dummies = {node.id: _dummies(node) for node in graph.nodes}
    nodes = tuple(_with_dummies(node, dummies[node.id]) for node in graph.nodes)
    root = _parsed(picture(replace(graph, nodes=nodes), new_prefix(), legend=False, grads=True))
    root.set("aria-label", summary(_without_value(graph)))
    for group in root.iter("g"):
        _mark(group, dummies.get(group.get("data-node", ""), {}))
    return _written(root)


def _without_value(graph: Graph) -> Graph:
    """The same graph, its root called by its name alone: the label of a picture does not change."""
    first, *others = graph.nodes
    return replace(graph, nodes=(replace(first, value=None), *others))


def _dummies(node: GraphNode) -> dict[str, str]:
    """A text of digits for every slot of a node, each another one."""
    return {slot.name: f"{nr:02}".rjust(slot.room, "8") for nr, slot in enumerate(slots(node))}


def _with_dummies(node: GraphNode, own: Mapping[str, str]) -> GraphNode:
    return replace(
        node,
        value=own.get("value", node.value),
        grad=own.get("grad", node.grad),
        saved=tuple(
            replace(one, text=own.get(f"saved{place}", one.text))
            for place, one in enumerate(node.saved)
        ),
    )


def _mark(group: ET.Element, dummies: Mapping[str, str]) -> None:
    """Name the texts that change, and centre them: in the node, or in the slot around them."""
    left = dict(dummies)
    outline = around = None
    for element in group:
        if element.tag != "text":
            around = _middle(element) or around
            outline = outline or around
            continue
        found = [slot for slot, dummy in left.items() if (element.text or "").endswith(dummy)]
        if not found:
            continue
        del left[found[0]]
        element.set("data-slot", found[0])
        middle = around if found[0].startswith("saved") else outline
        if middle is not None:
            element.set("text-anchor", "middle")
            element.set("x", f"{middle:.2f}")


def _middle(shape: ET.Element) -> float | None:
    """Where the middle of a drawn shape is, across."""
    numbers = shape.get("d") or shape.get("points")
    across = [float(x) for x in re.findall(r"(-?[\d.]+),-?[\d.]+", numbers or "")]
    return (min(across) + max(across)) / 2 if across else None


def _room(text: str) -> int:
    """Columns for a value of this kind: each number of it may become the longest one."""
    if not _NUMERIC.fullmatch(text):
        return columns(text)  # a dtype and a shape, which stay
    count = text.count(",") + 1
    brackets = text.count("[") + text.count("]")
    return max(
        NUMBER if count == 1 else 0, min(count * NUMBER + 2 * (count - 1) + brackets, WIDEST)
    )


def _grad_room(node: GraphNode) -> int:
    """The room of a gradient, which may be None now and a number later."""
    if node.shape is None:
        return WIDEST
    count = 1
    for size in node.shape:
        count *= size
    if count > SMALL or not count:
        return max(columns(node.grad or ""), NUMBER)
    brackets = 2 * len(node.shape)
    return min(count * NUMBER + 2 * (count - 1) + brackets, WIDEST)


def _cut(text: str, room: int) -> str:
    """Cut a text to its room; a vector after a whole number."""
    if columns(text) <= room:
        return text
    head = shorten(text, room)
    whole = head.rfind(", ")
    return f"{head[: whole + 2]}…" if whole > 0 else head
