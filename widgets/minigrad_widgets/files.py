"""Writing widgets to files: the ending of the name says how, for all of them alike.

A page needs nothing but itself: no kernel, no network, no file beside it.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from .esm import STATIC

PRINT_DPI = 192  # a saved PNG stays sharp on a projector
FILM_DPI = 110
MILLISECONDS = 1600  # that a frame of a film is shown; the last one three times as long
MOST_FRAMES = 300  # of a film or a strip

Maker = Callable[[], str | bytes]


def write(path: str | PathLike[str], makers: Mapping[str, Maker]) -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : str or path
    makers : mapping of str to callable
        What makes the file, by the ending of its name.

    Raises
    ------
    ValueError
        If the name has none of these endings.
    FileNotFoundError
        If there is no such folder.
    """
    target = Path(path).expanduser()
    maker = makers.get(target.suffix.lower())
    if maker is None:
        *endings, last = makers
        raise ValueError(
            f"cannot save as {target.name!r}: the name must end in {', '.join(endings)} or {last}"
        )
    if not target.parent.is_dir():
        raise FileNotFoundError(f"cannot save {target.name!r}: there is no folder {target.parent}")
    made = maker()
    # Half of a surrogate pair is no character, and nothing else cannot be written.
    data = made if isinstance(made, bytes) else made.encode("utf-8", "replace")
    part = target.with_name(f"{target.name}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def check_position(position: int | None, now: int, last: int) -> int:
    """Return which frame is meant; by default the present one."""
    at = now if position is None else position
    if not 0 <= at <= last:
        raise ValueError(f"position must be from 0 to {last}, not {at}")
    return at


def check_strip(path: str | PathLike[str], strip: bool) -> None:
    """Refuse a strip that is no page."""
    if strip and Path(path).suffix.lower() != ".html":
        raise ValueError("a strip of all frames is a page: the name must end in .html")


def check_length(frames: int) -> None:
    """Refuse a film that nobody would watch to its end."""
    if frames > MOST_FRAMES:
        raise ValueError(
            f"there are {frames:,} steps; a film or a strip has at most {MOST_FRAMES}: "
            "save the page (.html), or single frames with position="
        )


def film(pictures: Sequence[bytes]) -> bytes:
    """Make an animated GIF of PNGs; all of its frames have the size of the largest."""
    from PIL import Image

    stills = [Image.open(io.BytesIO(one)).convert("RGB") for one in pictures]
    size = max(one.width for one in stills), max(one.height for one in stills)
    frames: list[Any] = []
    for one in stills:
        frame = Image.new("RGB", size, "white")
        frame.paste(one)
        # The usual way takes ten times as long, which is a minute for a film of a network.
        frames.append(frame.quantize(128, method=Image.Quantize.FASTOCTREE))
    pauses = [MILLISECONDS] * (len(frames) - 1) + [3 * MILLISECONDS]
    out = io.BytesIO()
    first, *rest = frames
    first.save(out, "GIF", save_all=True, append_images=rest, duration=pauses, loop=0)
    return out.getvalue()


def strip_page(figures: Sequence[tuple[str, str]], *, lang: str, title: str, text: str) -> str:
    """All frames on one page, to be printed: none is cut in two.

    ``figures`` are pairs: what it is called, and its SVG.
    """
    drawn = "\n".join(
        f'<figure aria-label="{escape(label, quote=True)}">{_own_ids(svg, nr)}</figure>'
        for nr, (label, svg) in enumerate(figures)
    )
    body = f"<h1>{escape(title)}</h1>\n<main>\n{drawn}\n</main>\n<pre>{escape(text)}</pre>"
    return plain_page(body, lang=lang, title=title, style=_STRIP_STYLE, schemes="light")


def _own_ids(svg: str, number: int) -> str:
    return svg[svg.index("<svg") :].replace('id="', f'id="f{number}-')


def plain_page(
    body: str, *, lang: str, title: str, style: str = "", schemes: str = "light dark"
) -> str:
    """A page without a script; ``body`` is markup."""
    return _PLAIN.format(
        lang=escape(lang, quote=True),
        title=escape(title),
        schemes=schemes,
        style=style + (_DARK_PAGE if "dark" in schemes else ""),
        body=body,
    )


def widget_page(widget: Any, state: dict[str, Any], *, lang: str, title: str, text: str) -> str:
    """A widget as one page; `state` is what its module asks the model for, `text` its text form."""
    module = str(widget._esm).replace("export default { render };", "const widget = { render };")
    return _PAGE.format(
        lang=escape(lang, quote=True),
        title=escape(title),
        style=str(widget._css).replace("</", "<\\/") + _DARK_PAGE,
        state=_packed(state),
        module=module.replace("</script", "<\\/script"),
        host=(STATIC / "host.js").read_text("utf-8"),
        text=escape(text),
    )


def _packed(state: dict[str, Any]) -> str:
    """The state as compressed JSON: its formulas repeat, so that little is left of them."""
    data = json.dumps(state, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(data.encode("utf-8", "replace"), mtime=0)).decode()


_DARK_PAGE = """
@media (prefers-color-scheme: dark) { body { background: #0d1013; color: #f1f3f5; } }
"""

_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ margin: 8px; font-family: system-ui, sans-serif; }}
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

_PLAIN = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="{schemes}">
<title>{title}</title>
<style>
body {{ margin: 1rem; font-family: system-ui, sans-serif; }}
pre {{ overflow-x: auto; }}
{style}
</style>
</head>
<body>
{body}
</body>
</html>
"""

_STRIP_STYLE = """
body { background: #fff; color: #16191d; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; padding: 0.5rem; border: 1px solid #b9bfc5; border-radius: 8px;
  break-inside: avoid; text-align: center; }
svg { max-width: 100%; height: auto; max-height: 24cm; }
pre { font-size: 0.8rem; white-space: pre-wrap; break-inside: avoid; }
@media print { main { grid-template-columns: 1fr 1fr; } }
"""
