"""The rows of a ledger as a table: as text and as HTML."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from .esm import OWN_KEYS, style
from .numbers import COLUMNS, ROW, show, sizes
from .values import columns, number_text, printable, shorten
from .words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .bookkeeping import Row

MOST = 120  # rows that are shown, the first and the last of them
WRITTEN_OUT = 16  # elements; of a larger tensor shape and norm are shown
LONGEST_NAME = 40

_HEAD = ("pass", "tensor", "event", "before", "incoming", "after")


def as_text(rows: Sequence[Row], leaves: int, text: Mapping[str, str]) -> str:
    """Write the table as plain text, the same on every machine."""
    if not rows:
        return f"{_caption(rows, leaves, text)}\n{text['empty']}"
    lines = [tuple(text[f"head_{name}"] for name in _HEAD)]
    notes = [""]
    for row, first in _shown(rows):
        if row is None:
            lines.append(("…", *[""] * (len(_HEAD) - 1)))
            notes.append(_more(rows, text))
            continue
        lines.append(tuple(map(printable, _cells(row, text, first=first))))
        notes.append(_note(row, text))
    widths = [max(columns(line[place]) for line in lines) for place in range(len(_HEAD))]
    table = [_line(*pair, widths) for pair in zip(lines, notes, strict=True)]
    return "\n".join([_caption(rows, leaves, text), *table])


def as_html(rows: Sequence[Row], leaves: int, text: Mapping[str, str]) -> str:
    """Write the table as HTML; what a learner wrote is text in it."""
    caption = escape(_caption(rows, leaves, text))
    if rows:
        head = "".join(
            f'<th role="columnheader" scope="col">{escape(text[f"head_{name}"])}</th>'
            for name in _HEAD
        )
        body = "\n".join(
            _html_row(row, text, first=first) if row else _html_more(_more(rows, text))
            for row, first in _shown(rows)
        )
        inner = (
            f'<div class="scroll" tabindex="0" {OWN_KEYS} role="group" '
            f'aria-label="{caption}">'
            f'<table role="table"><caption>{caption}</caption>'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
            f'<tbody role="rowgroup">\n{body}\n</tbody></table></div>'
        )
    else:
        inner = f'<p class="caption">{caption}</p><p class="empty">{escape(text["empty"])}</p>'
    return (
        f"<style>{style('mg-ledger', 'ledger.css')}</style>"
        f'<div class="mg mg-ledger" lang="{text["lang"]}">'
        f'<div class="frame">{inner}</div></div>'
    )


def _caption(rows: Sequence[Row], leaves: int, text: Mapping[str, str]) -> str:
    passes = max((row.number for row in rows), default=0)
    counted = text["pass_one" if passes == 1 else "pass_many"].format(n=passes)
    watched = text["leaf_one" if leaves == 1 else "leaf_many"].format(n=leaves)
    return text["caption"].format(passes=counted, leaves=watched)


def _shown(rows: Sequence[Row]) -> Iterator[tuple[Row | None, bool]]:
    """Yield each row and whether its pass is a new one; None stands for those left out."""
    cut = len(rows) > MOST
    kept = [*rows[: MOST // 2], None, *rows[-MOST // 2 :]] if cut else rows
    last: int | None = None
    for row in kept:
        if row is None:
            last = None
            yield None, False
            continue
        new = row.event in ("backward", "missing", "returned") and row.number != last
        last = row.number if new else last
        yield row, new


def _more(rows: Sequence[Row], text: Mapping[str, str]) -> str:
    return text["more"].format(n=len(rows) - MOST)


def _cells(row: Row, text: Mapping[str, str], *, first: bool) -> Iterator[str]:
    yield str(row.number) if first else ""
    yield shorten(row.leaf, LONGEST_NAME) + ("" if row.event == "step" else ".grad")
    yield text[row.event]
    yield value_text(row.before)
    yield "" if row.event in ("none", "zero", "changed", "step") else value_text(row.incoming)
    yield value_text(row.after)


def _note(row: Row, text: Mapping[str, str]) -> str:
    """Return what is worth saying of a row, behind a sign; empty for most."""
    if row.event == "missing":
        return f"○ {text['note_missing' if row.before is None else 'note_still']}"
    if row.event == "returned":
        return f"○ {text['note_returned']}"
    if row.added_to is None:
        return ""
    since = text["since_pass" if row.added_to else "since_old"].format(n=row.added_to)
    leaf = printable(shorten(row.leaf, LONGEST_NAME))
    words = text["note_stale" if row.stale else "note_added"].format(since=since, leaf=leaf)
    return f"{'⚠' if row.stale else '+'} {words}"


def value_text(value: Any) -> str:
    """Write a value: in numbers when it is small, else as its shape and its norm."""
    if value is None:
        return "None"
    if not hasattr(value, "detach"):
        return _norm(value.shape, value.norm)
    shape = tuple(value.shape)
    longest = ROW if len(shape) == 1 else COLUMNS
    if math.prod(shape) <= WRITTEN_OUT and len(shape) <= 2 and max(shape, default=0) <= longest:
        return show(value).text
    return _norm(shape, value.norm().item())


def _norm(shape: Sequence[int], norm: float) -> str:
    return f"{sizes(shape)} {word('ledger', 'norm')} {number_text(norm)}"


def _line(cells: tuple[str, ...], note: str, widths: list[int]) -> str:
    padded = [cell + " " * (w - columns(cell)) for cell, w in zip(cells, widths, strict=True)]
    padded[0] = padded[0].strip().rjust(widths[0]) if cells[0].isdigit() else padded[0]
    return "  ".join([*padded, note]).rstrip()


def _html_row(row: Row, text: Mapping[str, str], *, first: bool) -> str:
    """Write a row, and below it its note: a column for notes would be off the page."""
    number, tensor, event, *values = (
        escape(printable(cell)) for cell in _cells(row, text, first=first)
    )
    tensor = tensor.replace(".", ".<wbr/>")  # where a long name may be broken
    kinds = [row.event, *(["stale"] if row.stale else []), *(["first"] if first else [])]
    cells = "".join(
        f'<td role="cell" data-head="{escape(text[f"head_{head}"])}">{_html_value(value)}</td>'
        for head, value in zip(_HEAD[3:], values, strict=True)
    )
    note = escape(_note(row, text))
    below = (
        f'<tr role="row" class="{" ".join(kinds[: 1 + row.stale])} note"><td role="cell"></td>'
        f'<td role="cell" colspan="{len(_HEAD) - 1}">{note}</td></tr>'
    )
    return (
        f'<tr role="row" class="{" ".join(kinds)}"><td role="cell" class="number">{number}</td>'
        f'<th role="rowheader" scope="row"><code>{tensor}</code></th>'
        f'<td role="cell" class="event">{event}</td>{cells}</tr>{below if note else ""}'
    )


def _html_value(value: str) -> str:
    """Write a value; a matrix row by row, as it is written on a board."""
    norm = word("ledger", "norm")
    lines = value.replace("], [", "],\n [").replace(f" {norm} ", f"\n{norm} ")
    return f"<code>{lines}</code>" if value else ""


def _html_more(more: str) -> str:
    return (
        '<tr role="row" class="more"><td role="cell">…</td>'
        f'<td role="cell" colspan="{len(_HEAD) - 1}">{escape(more)}</td></tr>'
    )
