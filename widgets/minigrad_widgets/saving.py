"""Saving a stepper: one frame, a film, all frames on paper, or a page that steps by itself."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
from collections.abc import Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .esm import STATIC
from .layout import LayoutError
from .still import still, summary
from .stored import stored_pictures
from .text import name_text
from .trace import Trace
from .view import PRINT_DPI, replace_file
from .words import word

if TYPE_CHECKING:
    from .fold import FoldedPicture
    from .stepper import Stepper

FILM_DPI = 110
MILLISECONDS = 1600  # that a frame of a film is shown; the last one three times as long
MOST_FRAMES = 300  # of a film or a strip
PAGE = 440  # points that a page of nbconvert has beside its margins, on A4 and on letter paper
SMALLEST = 0.7  # of its size has a picture there: smaller, nobody could read it
_SIZE = re.compile(r'width="([\d.]+)pt"\s+height="([\d.]+)pt"')
ENDINGS = (".html", ".svg", ".png", ".pdf", ".gif", ".txt")


def save(stepper: Stepper, path: str | PathLike[str], position: int | None, strip: bool) -> None:
    """Write a stepper to a file; see ``Stepper.save``."""
    target = Path(path).expanduser()
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise ValueError(
            f"cannot save as {target.name!r}: the name must end in {', '.join(ENDINGS[:-1])} "
            f"or {ENDINGS[-1]}"
        )
    if strip and ending != ".html":
        raise ValueError("a strip of all frames is a page: the name must end in .html")
    last = len(stepper.trace.frames)
    at = stepper.position if position is None else position
    if not 0 <= at <= last:
        raise ValueError(f"position must be from 0 to {last}, not {at}")
    replace_file(target, _encoded(stepper, ending, at, strip))


def _encoded(stepper: Stepper, ending: str, position: int, strip: bool) -> bytes:
    trace, text, seen = stepper.trace, stepper.words, stepper.seen
    match ending:
        case ".html":
            page = strip_page(trace, text, seen) if strip else live_page(stepper, position)
            return page.encode()
        case ".gif":
            return film(trace, text, seen)
        case ".txt":
            return f"{stepper.text}\n".encode()
        case ".png":
            return still(trace, position, "png", text, dpi=PRINT_DPI, seen=seen)
        case _:
            return still(trace, position, ending[1:], text, seen=seen)


def static_pictures(trace: Trace, seen: FoldedPicture | None = None) -> dict[str, str]:
    """The graph with all numbers and the table of steps: as SVG, and as PNG where that is shown."""
    drawn = summary(trace, "svg", seen).decode()
    # Ids would collide with those of another picture in the notebook.
    plain = re.sub(r' id="[^"]*"', "", drawn[drawn.index("<svg") :]).strip()
    pictures = {"image/svg+xml": _fitted(plain)}
    for format in ("png:cairo:gd", "png"):
        try:
            pictures["image/png"] = base64.b64encode(summary(trace, format, seen)).decode()
        except LayoutError:
            continue
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


def film(trace: Trace, text: Mapping[str, str], seen: FoldedPicture | None = None) -> bytes:
    """All frames as an animated GIF."""
    from PIL import Image

    _check_length(trace)
    stills = [
        Image.open(io.BytesIO(still(trace, at, "png", text, dpi=FILM_DPI, seen=seen))).convert(
            "RGB"
        )
        for at in range(len(trace.frames) + 1)
    ]
    size = max(one.width for one in stills), max(one.height for one in stills)
    frames: list[Any] = []
    for one in stills:
        frame = Image.new("RGB", size, "white")
        frame.paste(one)
        frames.append(frame.quantize(128))
    pauses = [MILLISECONDS] * (len(frames) - 1) + [3 * MILLISECONDS]
    out = io.BytesIO()
    first, *rest = frames
    first.save(out, "GIF", save_all=True, append_images=rest, duration=pauses, loop=0)
    return out.getvalue()


def strip_page(trace: Trace, text: Mapping[str, str], seen: FoldedPicture | None = None) -> str:
    """All frames on one page, to be printed: none is cut in two."""
    _check_length(trace)
    figures: list[str] = []
    for at in range(len(trace.frames) + 1):
        drawn = still(trace, at, "svg", text, seen=seen).decode()
        drawn = drawn[drawn.index("<svg") :].replace('id="', f'id="f{at}-')
        label = escape(text["count"].format(n=at, total=len(trace.frames)), quote=True)
        figures.append(f'<figure aria-label="{label}">{drawn}</figure>')
    lang = escape(text["lang"], quote=True)
    body = "\n".join(figures)
    return _STRIP.format(
        lang=lang, title=escape(_title(trace)), figures=body, table=escape(str(trace))
    )


def _check_length(trace: Trace) -> None:
    if len(trace.frames) > MOST_FRAMES:
        raise ValueError(
            f"this pass has {len(trace.frames):,} steps; a film or a strip has at most "
            f"{MOST_FRAMES}: save the page (.html), or single frames with position="
        )


def live_page(stepper: Stepper, position: int) -> str:
    """The stepper as one page without kernel or network: module, style, data and picture."""
    data = stepper.data
    if stepper.folded.groups and stepper.svg:
        data = {**data, "fold": {**data["fold"], "stored": stored_pictures(stepper)}}
    state = {
        "position": position,
        "message": "" if stepper.svg else stepper.message,
        "others": [],
        "opened": stepper.drawn,
        "drawn": stepper.drawn,
        "svg": stepper.svg,
        "data": data,
    }
    lang = stepper.words["lang"]
    return widget_page(stepper, state, lang=lang, title=_title(stepper.trace), text=stepper.text)


def widget_page(widget: Any, state: dict[str, Any], *, lang: str, title: str, text: str) -> str:
    """A widget as one page; `state` is what its module asks the model for, `text` its text form."""
    module = str(widget._esm).replace("export default { render };", "const widget = { render };")
    return _PAGE.format(
        lang=escape(lang, quote=True),
        title=escape(title),
        style=str(widget._css).replace("</", "<\\/"),
        state=_packed(state),
        module=module.replace("</script", "<\\/script"),
        host=(STATIC / "host.js").read_text("utf-8"),
        text=escape(text),
    )


def _packed(state: dict[str, Any]) -> str:
    """The state as compressed JSON: its formulas repeat, so that little is left of them."""
    data = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def _title(trace: Trace) -> str:
    root = trace.nodes[trace.graph.root]
    return word("stepper", "title", name=name_text(root) or root.name)


_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 8px; font-family: system-ui, sans-serif; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #0d1013; color: #f1f3f5; }} }}
{style}
</style>
</head>
<body>
<main id="stepper"></main>
<noscript><pre>{text}</pre></noscript>
<script type="application/gzip" id="state">{state}</script>
<script type="module">
{module}
{host}
</script>
</body>
</html>
"""

_STRIP = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ margin: 1rem; font-family: system-ui, sans-serif; background: #fff; color: #16191d; }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }}
figure {{ margin: 0; padding: 0.5rem; border: 1px solid #b9bfc5; border-radius: 8px;
  break-inside: avoid; text-align: center; }}
svg {{ max-width: 100%; height: auto; max-height: 24cm; }}
pre {{ font-size: 0.8rem; white-space: pre-wrap; break-inside: avoid; }}
@media print {{ main {{ grid-template-columns: 1fr 1fr; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<main>
{figures}
</main>
<pre>{table}</pre>
</body>
</html>
"""
