"""Which steps of a backward pass run in which box of a folded picture, as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .table import columns_text
from .words import word

if TYPE_CHECKING:
    from .fold import Folded
    from .trace import Trace


def box_table(trace: Trace, folded: Folded) -> str:
    """Return a line per box, the inner ones indented: how many steps it has, and which."""
    steps = box_steps(trace, folded)
    heads = ("head_in_it", "head_box", "head_steps")
    rows: list[tuple[str, ...]] = [tuple(word("boxes", head) for head in heads)]
    stack = [group for group in reversed(list(folded.groups)) if group not in folded.parents]
    while stack:
        group = folded.groups[stack.pop()]
        inside = steps.get(group.id, [])
        name = "  " * len(folded.around(group.id)) + group.name
        rows.append((str(len(inside)), name, ", ".join(_ranges(inside))))
        stack.extend(item for item in reversed(group.items) if item in folded.groups)
    return columns_text(rows)


def box_steps(trace: Trace, folded: Folded) -> dict[str, list[int]]:
    """Return, by group, the steps that run anywhere inside it, counted from 1."""
    steps: dict[str, list[int]] = {}
    for number, frame in enumerate(trace.frames, 1):
        for group in folded.around(frame.node):
            steps.setdefault(group, []).append(number)
    return steps


def _ranges(steps: Sequence[int]) -> Iterable[str]:
    """Write numbers in rising order: ``3``, ``5 to 9``."""
    first = last = None
    for step in steps:
        if last is not None and step == last + 1:
            last = step
            continue
        if first is not None:
            yield _range(first, last)
        first = last = step
    if first is not None:
        yield _range(first, last)


def _range(first: int, last: int | None) -> str:
    return str(first) if first == last else word("boxes", "range", first=first, last=last)
