"""Saving a stepper: one frame, a film, all frames on paper, or a page that steps by itself."""

from __future__ import annotations

import base64
import re
from os import PathLike
from typing import TYPE_CHECKING

from .files import (
    FILM_DPI,
    PRINT_DPI,
    check_length,
    check_position,
    check_strip,
    film,
    strip_page,
    widget_page,
    write,
)
from .layout import LayoutError
from .still import Look, still, summary
from .text import name_text
from .trace import Trace
from .words import word

if TYPE_CHECKING:
    from .stepper import Stepper

PAGE = 440  # points that a page of nbconvert has beside its margins, on A4 and on letter paper
SMALLEST = 0.7  # of its size has a picture there: smaller, nobody could read it
_SIZE = re.compile(r'width="([\d.]+)pt"\s+height="([\d.]+)pt"')


def save(stepper: Stepper, path: str | PathLike[str], position: int | None, strip: bool) -> None:
    """Write a stepper to a file; see ``Stepper.save``."""
    check_strip(path, strip)
    trace, look = stepper.trace, stepper.look
    at = check_position(position, stepper.position, len(trace.frames))

    def one(format: str, dpi: int | None = None) -> bytes:
        stepper.check_told(at)
        return still(trace, at, format, look, dpi=dpi)

    def every(format: str, dpi: int | None = None) -> list[bytes]:
        last = len(trace.frames)
        check_length(last)
        stepper.check_told(last)
        return [still(trace, place, format, look, dpi=dpi) for place in range(last + 1)]

    def sheet() -> str:
        count, total = look.text["count"], len(trace.frames)
        figures = [
            (count.format(n=place, total=total), drawn.decode())
            for place, drawn in enumerate(every("svg"))
        ]
        return strip_page(
            figures, lang=look.text["lang"], title=title(trace), text=stepper.text_at(at)
        )

    write(
        path,
        {
            ".html": sheet if strip else lambda: live_page(stepper, at),
            ".svg": lambda: one("svg"),
            ".png": lambda: one("png", PRINT_DPI),
            ".pdf": lambda: one("pdf"),
            ".gif": lambda: film(every("png", FILM_DPI)),
            ".txt": lambda: f"{stepper.text}\n",
        },
    )


def static_pictures(trace: Trace, look: Look, further: str) -> dict[str, str]:
    """The graph with all numbers and the table of steps: as SVG, and as PNG where that is shown."""
    drawn = summary(trace, "svg", look, further).decode()
    # Ids would collide with those of another picture in the notebook.
    plain = re.sub(r' id="[^"]*"', "", drawn[drawn.index("<svg") :]).strip()
    pictures = {"image/svg+xml": _fitted(plain)}
    for format in ("png:cairo:gd", "png"):
        try:
            drawn_small = summary(trace, format, look, further)
        except LayoutError:
            continue
        pictures["image/png"] = base64.b64encode(drawn_small).decode()
        break
    return pictures


def _fitted(svg: str) -> str:
    """Shrink a wide picture until a page has room for it: nbconvert's would cut it off in print."""
    size = _SIZE.search(svg)
    if size is None:
        return svg
    width, height = map(float, size.groups())
    scale = min(1, max(SMALLEST, PAGE / width))
    return svg.replace(size[0], f'width="{width * scale:.0f}pt" height="{height * scale:.0f}pt"', 1)


def live_page(stepper: Stepper, position: int) -> str:
    """The stepper as one page without kernel or network: module, style, data and picture."""
    return widget_page(
        stepper,
        stepper.page_state(position),
        lang=stepper.words["lang"],
        title=title(stepper.trace),
        text=stepper.text_at(position),
    )


def title(trace: Trace) -> str:
    """What a page is called."""
    root = trace.nodes[trace.graph.root]
    return word("stepper", "title", name=name_text(root) or root.name)
