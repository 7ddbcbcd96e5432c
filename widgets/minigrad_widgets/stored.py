"""The pictures that a saved page of a folded graph has with it: it cannot have new ones made."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .layout import LayoutError

if TYPE_CHECKING:
    from .unfolding import Unfolding

MOST_STORED = 24  # pictures beside the present one
ROOM = 100_000  # bytes that they may take together, packed
WORKERS = 4  # each waits for a layout engine, which is a process of its own


def stored_pictures(widget: Unfolding) -> list[dict[str, Any]]:
    """Return the pictures that one turn of a box leads to, as far as there is room.

    Returns
    -------
    list of dict
        ``drawn``: the ids of the unfolded groups; ``svg``. The first is the picture as it is now;
        in each of the others one more box is unfolded, or one is folded.
    """
    turned = [_without(widget, group) for group in widget.shown.graph.boxes]
    folded = [node.id for node in widget.shown.graph.nodes if node.kind == "group"]
    turned += [[*widget.drawn, group] for group in folded]
    with ThreadPoolExecutor(WORKERS) as pool:
        drawn = list(pool.map(lambda opened: _drawing(widget, opened), turned[:MOST_STORED]))
    stored = [{"drawn": list(widget.drawn), "svg": widget.svg}]
    room = ROOM
    for opened, svg in zip(turned, drawn, strict=False):
        room -= len(gzip.compress(svg.encode()))
        if svg and room >= 0:
            stored.append({"drawn": opened, "svg": svg})
    return stored


def _without(widget: Unfolding, box: Any) -> list[str]:
    return [
        group
        for group in widget.drawn
        if group != box.id and box.id not in widget.folded.around(group)
    ]


def _drawing(widget: Unfolding, opened: list[str]) -> str:
    try:
        return widget.drawing(opened)
    except LayoutError:
        return ""
