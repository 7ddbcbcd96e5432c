"""What the engine holds after each step: what waits, what has arrived, what is ready."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .questions import called
from .table import columns_text
from .trace import Trace
from .values import printable, tensor_text
from .words import word


@dataclass(frozen=True)
class Waiting:
    """A node that some gradients have reached, but not all.

    Attributes
    ----------
    node : str
    missing, total : int
        How many edges have still to deliver, of how many.
    buffer : tuple of Tensor or None
        What has arrived, summed, per output.
    """

    node: str
    missing: int
    total: int
    buffer: tuple[Any, ...]


def states(trace: Trace) -> Iterator[tuple[tuple[Waiting, ...], tuple[str, ...]]]:
    """Yield, for each position, what waits and what is ready (in the order of the queue)."""
    targets = {edge.id: edge for edge in trace.graph.edges}
    totals = Counter(edge.target for edge in trace.graph.edges)
    missing = Counter(totals)
    buffers: dict[str, list[Any]] = {
        frame.node: [None] * len(frame.received) for frame in trace.frames
    }
    begun: dict[str, None] = {}  # in the order in which the first gradient came
    yield (), (trace.graph.root,)
    for frame in trace.frames:
        begun.pop(frame.node, None)
        for sent in frame.sent:
            edge = targets[sent.edge]
            if edge.target not in buffers:
                continue
            missing[edge.target] -= 1
            begun[edge.target] = None
            if sent.value is not None:
                held = buffers[edge.target]
                before = held[edge.output_nr]
                held[edge.output_nr] = sent.value if before is None else before + sent.value
        waiting = [
            Waiting(node, missing[node], totals[node], tuple(buffers[node]))
            for node in begun
            if missing[node]
        ]
        yield tuple(waiting), frame.ready


def missing_at(trace: Trace, position: int) -> dict[str, int]:
    """Return, of each node that has not run, how many gradients it waits for."""
    done = {frame.node for frame in trace.frames[:position]}
    left = Counter(edge.target for edge in trace.graph.edges if edge.source not in done)
    return {frame.node: left[frame.node] for frame in trace.frames if frame.node not in done}


def engine_table(trace: Trace) -> str:
    """Return a line per position: what waits with how much in its buffer, and the ready queue."""
    rows: list[tuple[str, ...]] = [
        tuple(word("table", f"head_{name}") for name in ("step", "waiting", "ready"))
    ]
    for position, (waiting, ready) in enumerate(states(trace)):
        held = [_waiting_text(trace, one) for one in waiting]
        rows.append((str(position), "; ".join(held) or "-", ", ".join(_names(trace, ready)) or "-"))
    return columns_text(rows)


def _waiting_text(trace: Trace, one: Waiting) -> str:
    (name,) = _names(trace, (one.node,))
    buffer = ", ".join("None" if part is None else tensor_text(part) for part in one.buffer)
    return word("table", "waits", node=name, buffer=buffer, missing=one.missing, total=one.total)


def _names(trace: Trace, ids: tuple[str, ...]) -> list[str]:
    nodes = [trace.nodes[node] for node in ids]
    return [
        printable(called(node) + (f" ({node.label})" if node.kind != "leaf" and node.label else ""))
        for node in nodes
    ]
