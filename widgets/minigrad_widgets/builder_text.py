"""A recorded run as a table of plain text: the builder's text form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from .values import columns, printable, shorten
from .words import words

if TYPE_CHECKING:
    from .journal import Line
    from .recorder import Recording

_HEAD = ("line", "time", "code", "did")
LONGEST_CODE = 44
LONGEST_PRINTED = 60


def run_table(recording: Recording) -> str:
    """Write a run as a table: a row for each executed line, more where it did several things.

    The same text on every machine and in every run, without addresses: nbval compares it.
    """
    text = words("build")
    rows: list[tuple[str, ...]] = [tuple(text[f"head_{name}"] for name in _HEAD)]
    for line in recording.lines:
        rows.extend(_rows(line, text))
    widths = [max(columns(row[place]) for row in rows) for place in range(len(_HEAD))]
    return "\n".join(_padded(row, widths) for row in rows)


def said(line: Line, text: Mapping[str, str]) -> Iterator[str]:
    """Yield what a line did, in the language of the words."""
    yield from (printable(change.text(text)) for change in line.changes)


def _rows(line: Line, text: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    told = list(said(line, text))
    if line.printed:
        shown = shorten(printable(repr(line.printed)), LONGEST_PRINTED)
        told.append(text["said_printed"].format(text=shown))
    code = f"{line.function}: {line.code}" if line.function else line.code
    first = (
        str(line.number or ""),
        str(line.time) if line.time > 1 else "",
        shorten(printable(code), LONGEST_CODE),
    )
    for one in told or [text["no_news"]]:
        struck = line.kind == "error" and told and one == told[0]
        yield (*first, text["struck"].format(error=one) if struck else one)
        first = ("", "", "")


def _padded(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()
