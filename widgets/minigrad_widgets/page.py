"""A trace as what the page is sent: plain data, with every value as text and as MathML.

The page draws from this alone. Nothing here is markup that a learner wrote: names are plain text,
and MathML is escaped where it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .graph import GraphNode
from .numbers import show, sizes
from .trace import Accumulation, Frame, Sent, Trace

if TYPE_CHECKING:
    from .faults import Fault, Wrong
    from .second import SecondLayer
from .values import printable, shape_of


def page_data(trace: Trace) -> dict[str, Any]:
    """Return everything that the page needs to take every step by itself.

    Returns
    -------
    dict
        ``nodes`` by id; ``root``; ``start`` (the gradient at the beginning); ``frames``, one per
        step; ``grads``, one per ``.grad`` that the pass changes.
    """
    made = _order_made(trace)
    return {
        "nodes": {node.id: _node(node, made) for node in trace.graph.nodes},
        "root": trace.graph.root,
        "start": value(trace.gradient),
        "frames": [_frame(trace, frame) for frame in trace.frames],
        "grads": [
            {"step": step, "node": frame.node, **_accumulation(item)}
            for step, frame in enumerate(trace.frames, 1)
            for item in frame.accumulated
        ],
    }


def second_data(trace: Trace, second: SecondLayer, svg: str) -> dict[str, Any]:
    """Return what the page needs to show the graph of the gradients as it grows."""
    made = _order_made(trace)
    nodes = {
        node.id: {
            **_node(node, made),
            "step": second.made.get(node.id, 0),
            "first": second.first.get(node.id, ""),
        }
        for node in second.graph.nodes
    }
    edges = {edge.id: [edge.source, edge.target] for edge in second.graph.edges}
    return {"svg": svg, "nodes": nodes, "edges": edges}


def fault_data(trace: Trace, fault: Fault) -> dict[str, Any]:
    """Return what the page needs to show a pass that lacks a rule beside the right one."""
    steps = {frame.node: step for step, frame in enumerate(trace.frames, 1)}
    return {
        "name": fault.name,
        "node": fault.node,
        "edge": fault.edge,
        "step": steps.get(fault.node or "", 0),
        "wrong": {node: _wrong(wrong) for node, wrong in fault.wrong.items()},
        "grads": [
            {"name": printable(name), "right": value(right), "wrong": value(wrong)}
            for name, (right, wrong) in fault.grads.items()
        ],
        "error": printable(fault.error),
    }


def _wrong(wrong: Wrong) -> dict[str, Any]:
    return {
        "received": [value(grad) for grad in wrong.received],
        "sent": {edge: value(grad) for edge, grad in wrong.sent.items()},
        "after": [value(grad) for grad in wrong.after],
        "runs": wrong.runs,
    }


def value(item: Any) -> dict[str, str]:
    """Return a value as text, MathML, and shape where it has one."""
    shown = show(item)
    shape = () if item is None else shape_of(item)
    return {"text": shown.text, "math": math(shown.math), "shape": sizes(shape) if shape else ""}


def math(inner: str) -> str:
    """One MathML element."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inner}</math>'


def _order_made(trace: Trace) -> dict[str, int]:
    """Count operations in the order in which the forward pass made them."""
    made = [node for node in trace.graph.nodes if node.kind in ("op", "function")]
    ranked = sorted(made, key=lambda node: node.sequence)
    return {node.id: number for number, node in enumerate(ranked, 1)}


def _node(node: GraphNode, made: dict[str, int]) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "name": node.name,
        "label": printable(node.label) if node.label else "",
        "made": made.get(node.id, 0),
    }


def _frame(trace: Trace, frame: Frame) -> dict[str, Any]:
    return {
        "node": frame.node,
        "says": printable(frame.card.says()),
        "incoming": [_incoming(trace, frame, nr) for nr in range(len(frame.received))],
        "outgoing": [
            _outgoing(trace, frame, nr, sent)
            for nr, sent in enumerate(frame.sent)
            if trace.nodes[trace.edges[sent.edge].target].kind != "none"
        ],
        "accumulated": [_accumulation(item) for item in frame.accumulated],
        "ready": list(frame.ready),
    }


def _incoming(trace: Trace, frame: Frame, nr: int) -> dict[str, Any]:
    total, hooked = frame.received[nr], frame.hooked[nr]
    parts = [
        {
            "edge": part.edge,
            "source": trace.edges[part.edge].source if part.edge else None,
            "place": trace.edges[part.edge].input_nr if part.edge else 0,
            "value": value(part.value),
        }
        for part in frame.parts
        if part.output_nr == nr
    ]
    return {
        # What the buffer holds while further gradients are awaited: sums of the first few parts.
        "partial": [
            value(item)
            for item in _partial([part.value for part in frame.parts if part.output_nr == nr])
        ],
        "total": value(total),
        "parts": parts,
        "hooked": None if hooked is total else value(hooked),
    }


def _partial(parts: list[Any]) -> Iterator[Any]:
    """Yield the sums of the first two parts, the first three, and so on, but not of all."""
    total: Any = None
    for number, part in enumerate(parts[:-1], 1):
        if part is not None:
            total = part if total is None else total + part
        if number > 1:
            yield total


def _outgoing(trace: Trace, frame: Frame, nr: int, sent: Sent) -> dict[str, Any]:
    formula = frame.card.formulas[nr]
    raw = value(sent.raw)
    return {
        "edge": sent.edge,
        "target": trace.edges[sent.edge].target,
        "input": formula.input if formula else "",
        "formula": math(formula.named.math) if formula else None,
        # A rule that passes its gradient on unchanged has no arithmetic to show.
        "numbers": math(formula.numbered.math) if formula and not formula.is_plain else None,
        "raw": raw,
        "summed": list(sent.summed),
        "fitted": None if sent.fitted is sent.value else value(sent.fitted),
        "value": raw if sent.value is sent.raw else value(sent.value),
    }


def _accumulation(item: Accumulation) -> dict[str, Any]:
    return {
        "name": printable(item.name),
        "retained": item.retained,
        "before": value(item.before),
        "incoming": value(item.incoming),
        "after": value(item.after),
    }
