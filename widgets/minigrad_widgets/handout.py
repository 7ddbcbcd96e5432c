"""A saved page that asks: what its examiner (static/examiner.js) must know to judge without Python.

The page judges plain numbers, fractions, lists, shapes and nodes, with the tolerance and the known
mistakes of `questions`. What it cannot judge, it reveals, and the learner marks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .expression import numbers
from .questions import CLOSE, LEAST, Field, fields, mistakes
from .trace import Frame, Trace
from .values import printable

MOST_TYPED = 64  # elements: nobody types more, and an expression is not judged there


def exam(trace: Trace, stages: Sequence[str]) -> dict[str, Any]:
    """Return all that is asked, with what is right, and what known mistakes would give.

    Returns
    -------
    dict
        ``stages``: as `predict.stages_of`; ``steps``: the fields of each step; ``close`` and
        ``least``: see `questions.same`. Of a value that is too large to be typed there is neither
        ``right`` nor ``wrong``.
    """
    steps = [
        [_field(trace, frame, field) for field in fields(trace, frame)] for frame in trace.frames
    ]
    return {"stages": list(stages), "steps": steps, "close": CLOSE, "least": LEAST}


def _field(trace: Trace, frame: Frame, field: Field) -> dict[str, Any]:
    value = field.value
    written = {
        "kind": field.kind,
        "place": field.place,
        "name": printable(field.name),
        "edge": frame.sent[field.place].edge if field.kind == "sent" else "",
        "shape": None if value is None else [int(size) for size in value.shape],
    }
    if value is not None and value.numel() > MOST_TYPED:
        return written
    return written | {"right": _plain(value), "wrong": _wrong(trace, frame, field)}


def _wrong(trace: Trace, frame: Frame, field: Field) -> list[Any]:
    if field.value is None:
        return []
    found: list[Any] = []
    for kind, value in mistakes(trace, frame, field):
        if value is not None and value.numel() <= MOST_TYPED:
            one = [kind, _plain(value)]
            if one not in found:
                found.append(one)
    return found


def _plain(value: Any) -> dict[str, Any] | None:
    """The numbers of a tensor, in order."""
    if value is None:
        return None
    array = numbers(value)
    flat = [
        number if abs(number) < float("inf") else _word(number) for number in array.ravel().tolist()
    ]
    return {"shape": list(array.shape), "numbers": flat}


def _word(number: float) -> float | str:
    """A number as JSON has it, or as JavaScript writes it."""
    if abs(number) < float("inf"):
        return number
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"
