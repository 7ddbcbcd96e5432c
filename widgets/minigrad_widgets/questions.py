"""What a learner is asked before a step, what is right, and what known mistakes would give.

Mistakes are computed, not guessed: the node is called again with ones in place of the incoming
gradient, or with one of its parts alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .expression import Reading, numbers
from .graph import GraphNode, library_of
from .nodes import call, fit
from .trace import Accumulation, Frame, Sent, Trace
from .words import word

CLOSE = 5e-3  # relative: 0.35 is a good answer where the gradient is 0.3512
LEAST = 1e-6  # in parts of the largest number: what is about 0 beside it
MISTAKES = ("sign", "incoming", "broadcast", "accumulate", "shape", "value", "order")
"""The kinds of mistakes, in the order in which a score lists them."""


@dataclass(frozen=True)
class Field:
    """One gradient that is asked for: what leaves by an edge, or what a ``.grad`` becomes.

    Attributes
    ----------
    place : int
        The place among what the frame sent or accumulated.
    name : str
        Of what receives it: a variable, a node, or ``w.grad``.
    value : Tensor or None
        What is right.
    """

    kind: str  # "sent" or "accumulated"
    place: int
    name: str
    value: Any


def fields(trace: Trace, frame: Frame) -> list[Field]:
    """Return what a step can be asked for; nothing where no gradient leaves by any edge."""
    found: list[Field] = []
    for place, sent in enumerate(frame.sent):
        target = trace.nodes[trace.edges[sent.edge].target]
        if target.kind != "none":
            found.append(Field("sent", place, called(target), sent.value))
    for place, item in enumerate(frame.accumulated):
        if not item.retained:
            found.append(Field("accumulated", place, f"{item.name}.grad", item.after))
    return found


def called(node: GraphNode) -> str:
    """A leaf goes by the learner's name, any other node by its own."""
    return (node.label or word("table", "leaf", id=node.id)) if node.kind == "leaf" else node.name


def verdict(trace: Trace, frame: Frame, field: Field, answer: Reading | None) -> str:
    """Say what is wrong with an answer.

    Returns
    -------
    str
        "right" or one of `MISTAKES`; where several would fit, the first.
    """
    if same(answer, field.value):
        return "right"
    if answer is None or field.value is None:
        return "value"
    for kind, value in mistakes(trace, frame, field):
        if same(answer, value):
            return kind
    return "shape" if answer.value.shape != tuple(field.value.shape) else "value"


def same(answer: Reading | None, wanted: Any) -> bool:
    """Tell whether an answer is the wanted tensor, as precisely as it was written."""
    if answer is None or wanted is None:
        return answer is wanted
    array = numbers(wanted)
    if answer.value.shape != array.shape:
        return False
    finite = abs(array[abs(array) < float("inf")])
    least = LEAST * finite.max(initial=0.0)
    room = answer.slack + CLOSE * abs(array) + least
    close = abs(answer.value - array) <= room
    equal = (answer.value == array) | ((answer.value != answer.value) & (array != array))
    return bool((equal | (close & (abs(array) < float("inf")))).all())


def mistakes(trace: Trace, frame: Frame, field: Field) -> Iterator[tuple[str, Any]]:
    """Yield what known mistakes would give, each with its kind; what is asked for is a tensor."""
    yield "sign", -field.value
    if field.kind == "accumulated":
        yield from _of_accumulation(frame.accumulated[field.place], frame)
        return
    sent = frame.sent[field.place]
    if sent.summed:
        yield "broadcast", sent.raw
    received = [part.value for part in frame.parts]
    if len(received) > 1:
        for part in received:
            yield from (("accumulate", value) for value in _again(trace, frame, sent, part))
    for total in frame.hooked:
        if total is not None:
            ones = library_of(total).ones_like(total)
            yield from (("incoming", value) for value in _again(trace, frame, sent, ones))


def _of_accumulation(item: Accumulation, frame: Frame) -> Iterator[tuple[str, Any]]:
    if item.before is not None:
        yield "accumulate", item.incoming
        yield "accumulate", item.before
    if len(frame.parts) > 1:  # one of the ways was left out, or all but one
        for part in frame.parts:
            yield "accumulate", part.value
            if part.value is not None:
                yield "accumulate", item.after - part.value


def _again(trace: Trace, frame: Frame, sent: Sent, grad: Any) -> Iterator[Any]:
    """Yield what the edge would carry, had the node received ``grad``: once whole, once summed.

    Nothing for a custom Function, whose code is the learner's and may do more than compute, for a
    node of several outputs, and for a graph that has been freed meanwhile.
    """
    described = trace.nodes[frame.node]
    node = trace.graph.handles[frame.node]
    if described.kind != "op" or len(frame.received) > 1:
        return
    edge = trace.edges[sent.edge]
    library = library_of(grad)
    try:
        with library.no_grad():
            raw = call(node, "op", [grad], library)[edge.input_nr]
            if raw is not None:
                yield raw
                yield fit(raw, trace.graph.handles[edge.target], edge, described.name)[0]
    except RuntimeError:  # the graph was freed: no mistake can be computed any more
        return
