"""A saved playground: its files, and the runs over which one slider goes without Python."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from .files import PRINT_DPI, Maker, widget_page
from .svg import new_prefix, render_graph

if TYPE_CHECKING:
    from .playground import Playground

RUNS = 41  # positions of the slider
SECONDS = 8.0  # that all of them may take; a slower function has a page on which nothing moves
MOST_NODES = 400  # of a larger graph the runs would be a large file

# What a run changes in a playground, and what is put back after the runs.
_KEPT = (
    *("_elements", "_ranges", "_run", "_tensors", "_laid", "_sampled", "_drawn", "_refused"),
    *("_said", "_changes"),
)


def playground_makers(playground: Playground) -> dict[str, Maker]:
    """Return what makes each kind of file."""

    def rendered(format: str, dpi: int | None = None) -> bytes:
        if playground.graph is None:
            why = playground.message or playground._text["no_graph"]
            raise ValueError(f"there is no picture: {why}")
        return render_graph(playground.graph, format, prefix=new_prefix(), dpi=dpi)

    return {
        ".html": lambda: playground_page(playground),
        ".svg": lambda: rendered("svg"),
        ".png": lambda: rendered("png", PRINT_DPI),
        ".pdf": lambda: rendered("pdf"),
        ".txt": lambda: f"{playground}\n",
    }


def playground_page(playground: Playground) -> str:
    """The playground as one page: as it is now, and along the leaf that is plotted."""
    along = runs_along(playground)
    names = ("svg", "curve", "state", "data")
    state: dict[str, Any] = {name: getattr(playground, name) for name in names}
    state |= {"along": along, "saved": True}
    if along:
        leaves = state["state"]["leaves"]
        moved = leaves[along["leaf"]] | {"step": along["step"]}
        state["state"] = state["state"] | {"leaves": leaves | {along["leaf"]: moved}}
    lang = playground._text["lang"]
    return widget_page(playground, state, lang=lang, title=playground.title, text=str(playground))


def runs_along(playground: Playground) -> dict[str, Any]:
    """Run the function at places over the whole slider of the chosen leaf; put all back as it was.

    Returns
    -------
    dict
        ``leaf`` and ``index``: what moves; ``step`` of the slider; ``runs``: each with where it is
        ``at``, its ``state`` and the number of its ``picture``; ``pictures`` by number; ``curve``
        at the start. Empty if no leaf can move, or the function is too slow.
    """
    if playground._plotted is None or playground.graph is None:
        return {}
    if len(playground.graph.nodes) > MOST_NODES:
        return {}
    name, index = playground._plotted
    with playground._lock, playground.hold_sync():
        kept = {key: getattr(playground, key) for key in _KEPT}
        message, curve, sent = playground.message, playground.curve, playground.state
        playground._elements = {other: list(now) for other, now in kept["_elements"].items()}
        playground._ranges = dict(kept["_ranges"])
        try:
            return _runs(playground, name, index)
        finally:
            for key, value in kept.items():
                setattr(playground, key, value)
            playground.message = message
            playground._show()
            playground.curve, playground.state = curve, sent


def _runs(playground: Playground, name: str, index: int) -> dict[str, Any]:
    low, high = playground._ranges[name]
    step = float(f"{(high - low) / (RUNS - 1):.12g}")
    curve, pictures, runs = playground.curve, {}, []
    end = time.monotonic() + SECONDS
    for place in range(RUNS):
        at = min(high, float(f"{low + place * step:.12g}"))
        elements = list(playground._elements[name])
        elements[index] = at
        playground._changes = ""
        playground._set({name: elements}, (name, index))
        if time.monotonic() > end:
            return {}
        state = dict(playground.state)
        leaf = state["leaves"][name] | {"step": step}
        state["leaves"] = state["leaves"] | {name: leaf}
        pictures[str(state["picture"])] = playground.svg
        run = {"at": at, "state": state, "picture": state["picture"]}
        runs.append(run if playground.curve == curve else run | {"curve": playground.curve})
    if any("curve" in run for run in runs):
        runs = [{"curve": curve} | run for run in runs]
    here = {"leaf": name, "index": index, "step": step, "name": playground.selected}
    return {**here, "runs": runs, "pictures": pictures, "curve": curve}
