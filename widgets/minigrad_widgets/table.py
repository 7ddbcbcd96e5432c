"""The steps of a backward pass as a table of plain text: the stepper's text form.

The same text on every machine and in every run, without addresses: nbval compares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from .numbers import show
from .values import columns, is_small, printable, tensor_text
from .words import word

if TYPE_CHECKING:
    from .trace import Accumulation, Frame, Sent, Trace

WIDE = 48  # columns; a longer sum is broken into lines
_HEAD = ("step", "node", "tensor", "in", "out")


def step_table(trace: Trace, steps: int | None = None, width: int | None = None) -> str:
    """Return the table: a line per step, more where several gradients go in or out.

    ``steps`` is how many of them to write, ``width`` how wide what goes in and what goes out may be
    each, where that can be broken; by default all, and as wide as they are.
    """
    rows: list[tuple[str, ...]] = [tuple(word("table", f"head_{name}") for name in _HEAD)]
    for number, frame in enumerate(trace.frames[:steps], 1):
        rows.extend(_rows(trace, str(number), frame, width))
    return columns_text(rows)


def columns_text(rows: list[tuple[str, ...]]) -> str:
    """Set rows of cells one below the other; the first column is a number."""
    rows = [tuple(map(printable, row)) for row in rows]
    widths = [max(columns(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def received_texts(frame: Frame) -> Iterator[str]:
    """Yield what came in, per output of the node, with its parts when several paths met."""
    many = len(frame.received) > 1
    for nr, (total, called) in enumerate(zip(frame.received, frame.hooked, strict=True)):
        parts = [_text(part.value) for part in frame.parts if part.output_nr == nr]
        first = word("table", "output", n=nr) if many else ""
        yield from _sum(first, parts, _text(total)) if len(parts) > 1 else [first + _text(total)]
        if called is not total:
            yield word("table", "hook", value=_text(called))


def sent_texts(trace: Trace, sent: Sent) -> Iterator[str]:
    """Yield what left along one edge, and where it went; nothing for an edge to None."""
    target = trace.nodes[trace.edges[sent.edge].target]
    if target.kind == "none":
        return
    if sent.summed:
        yield word("table", "summed", value=_text(sent.raw), dims=dims_text(sent.summed))
    if target.kind == "leaf":
        where = target.label or word("table", "leaf", id=target.id)
    else:
        where = target.name + (f" ({target.label})" if target.label else "")
    value = f"{'= ' if sent.summed else ''}{_text(sent.fitted)}"
    if sent.fitted is not sent.value:
        value += " " + word("table", "hook", value=_text(sent.value))
    yield word("table", "sent", value=value, node=where)


def dims_text(dims: tuple[int, ...]) -> str:
    """``dim 0`` or ``dims 0, 2``."""
    key = "dims" if len(dims) > 1 else "dim"
    return word("stepper", key, dims=", ".join(map(str, dims)))


def accumulation_texts(accumulation: Accumulation) -> Iterator[str]:
    """``x.grad: before + incoming = after``."""
    before, incoming, after = map(
        _text, (accumulation.before, accumulation.incoming, accumulation.after)
    )
    yield from _sum(f"{accumulation.name}.grad: ", [before, incoming], after)


def _sum(first: str, parts: list[str], total: str) -> list[str]:
    """A sum on one line, or where that is too wide a line for each part."""
    line = f"{first}{' + '.join(parts)} = {total}"
    if columns(line) <= WIDE:
        return [line]
    return [first + parts[0], *(f"+ {part}" for part in parts[1:]), f"= {total}"]


def _text(value: Any) -> str:
    """A small value in numbers, of a larger one dtype and shape: a line has to fit."""
    return show(value).text if value is None or is_small(value) else tensor_text(value)


def _rows(trace: Trace, number: str, frame: Frame, width: int | None) -> Iterator[tuple[str, ...]]:
    node = trace.nodes[frame.node]
    out = [text for sent in frame.sent for text in sent_texts(trace, sent)]
    out += [text for item in frame.accumulated for text in accumulation_texts(item)]
    first = (number, node.name, node.label or "")
    cells = (_broken(received_texts(frame), width), _broken(out, width))
    for came, went in zip_longest(*cells, fillvalue=""):
        yield (*first, came, went)
        first = ("", "", "")


def _broken(texts: Iterable[str], width: int | None) -> Iterator[str]:
    """Yield the texts, or the lines into which their words are put."""
    for text in texts:
        if width is None:
            yield text
        else:
            yield from wrap(
                text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    first = row[0].rjust(widths[0])
    cells = [
        cell + " " * (width - columns(cell))
        for cell, width in zip(row[1:], widths[1:], strict=True)
    ]
    return "  ".join([first, *cells]).rstrip()
