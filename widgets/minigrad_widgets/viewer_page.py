"""A saved viewer: the states of folding that are laid out beforehand, for a page without Python."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .files import widget_page
from .layout import LayoutError
from .text import name_text

if TYPE_CHECKING:
    from .fold import Folded
    from .viewer import Viewer

SECONDS = 5.0  # that the further states may take
MOST_STATES = 40
LARGEST = 2_500_000  # characters of all pictures; packed, a tenth or so


def viewer_page(viewer: Viewer) -> str:
    """The viewer as one page, which unfolds by itself what was laid out for it."""
    stored = [
        {"drawn": key.split(",") if key else [], "svg": svg} for key, svg in states(viewer).items()
    ]
    state = {
        "opened": list(viewer.drawn),
        "drawn": list(viewer.drawn),
        "svg": viewer.svg,
        "message": viewer.message,
        "data": {**viewer.data, "stored": stored},
    }
    top = viewer.graph.nodes[0]
    lang = viewer.data["words"]["lang"]
    title = f"Graph of {name_text(top) or top.name}"
    return widget_page(viewer, state, lang=lang, title=title, text=viewer.text)


def states(viewer: Viewer) -> dict[str, str]:
    """Return pictures by the ids of their unfolded groups; the first is the one as it is now."""
    found = {_key(viewer.drawn): viewer.svg} if viewer.svg else {}
    end = time.monotonic() + SECONDS
    for opened in _wanted(viewer.folded, frozenset(viewer.drawn)):
        if time.monotonic() > end or len(found) == MOST_STATES:
            break
        if _key(opened) in found:
            continue
        try:
            drawn = viewer.drawing(opened)
        except LayoutError:
            continue
        if sum(map(len, found.values())) + len(drawn) > LARGEST:
            continue
        found[_key(opened)] = drawn
    return found


def _key(opened: frozenset[str] | list[str]) -> str:
    return ",".join(sorted(opened))


def _wanted(folded: Folded, now: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield what a learner may want to see, the likeliest first."""
    yield frozenset()
    levels = [now]
    while (more := levels[-1] | _closed(folded, levels[-1])) != levels[-1]:
        levels.append(more)
    yield from levels[1:2]
    yield from _turned(folded, now)
    yield from _turned(folded, frozenset())
    yield from levels[2:]
    for level in levels[1:]:
        yield from _turned(folded, level)


def _closed(folded: Folded, opened: frozenset[str]) -> frozenset[str]:
    """The groups that are seen, folded."""
    return frozenset(
        group.id
        for group in folded.groups.values()
        if group.id not in opened and all(outer in opened for outer in _around(folded, group.id))
    )


def _around(folded: Folded, group: str) -> Iterator[str]:
    parent = folded.groups[group].parent
    while parent:
        yield parent
        parent = folded.groups[parent].parent


def _turned(folded: Folded, opened: frozenset[str]) -> Iterator[frozenset[str]]:
    """Each group that is seen, unfolded or folded; folded, all that is in it is folded too."""
    closed = _closed(folded, opened)
    for group in folded.groups:
        if group in closed:
            yield opened | {group}
        elif group in opened:
            yield opened - {one for one in opened if group in (one, *_around(folded, one))}
