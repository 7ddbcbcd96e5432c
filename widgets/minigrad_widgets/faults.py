"""A backward pass with one rule of the engine taken away, compared with the right one.

The rules are the engine's, so this works on graphs of minigrad, whose engine it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from minigrad.op_node import OpNode

from .graph import GraphEdge, library_of
from .nodes import call, fit
from .trace import Frame, Trace
from .values import tensor_text
from .words import word

FAULTS = ("no-accumulate", "recursive-order", "no-unbroadcast", "stale-saved")
MOST_RUNS = 10_000  # of nodes; without the right order their number can grow without bounds

Key = tuple[str, int]  # a node and the number of its output


@dataclass
class Wrong:
    """What one node did when the rule was missing.

    Attributes
    ----------
    received : list of Tensor or None
        One per output; of a node that ran several times, what the last run received.
    sent : dict of str to Tensor or None
        By edge; of several runs the last.
    after : list of Tensor
        What each ``.grad`` that the node adds to became.
    runs : int
        How many times it ran.
    """

    received: list[Any]
    sent: dict[str, Any] = field(default_factory=dict)
    after: list[Any] = field(default_factory=list)
    runs: int = 0


@dataclass(frozen=True)
class Fault:
    """How a pass without one rule went.

    Attributes
    ----------
    name : str
        One of ``"no-accumulate"``, ``"recursive-order"``, ``"no-unbroadcast"``, ``"stale-saved"``.
    node, edge : str or None
        Where the numbers first part: the node, and the edge whose value is wrong (None: what the
        node received, or accumulated). Both None if the rule makes no difference on this graph.
    wrong : mapping of str to Wrong
        The nodes whose numbers differ, by id.
    grads : mapping of str to pair
        ``.grad`` of each leaf by name: with the rule and without.
    error : str
        What stopped the pass without the rule, or with it (stale-saved); empty if nothing.
    """

    name: str
    node: str | None
    edge: str | None
    wrong: Mapping[str, Wrong]
    grads: Mapping[str, tuple[Any, Any]]
    error: str = ""


def check_fault(name: Any, root: Any) -> None:
    """Raise a clear error unless ``name`` is a fault that can be shown on ``root``."""
    if name not in FAULTS:
        raise ValueError(f"fault must be one of {', '.join(map(repr, FAULTS))}, not {name!r}")
    if library_of(root).__name__ != "minigrad":
        raise ValueError(
            "fault= takes a rule out of minigrad's engine: PyTorch's own cannot be changed. "
            "Write the same lines with  import minigrad as torch"
        )


def break_pass(trace: Trace, name: str) -> Fault:
    """Run the pass of a trace without one rule, beside the right one.

    Parameters
    ----------
    trace : Trace
        The right pass. For "stale-saved" a trace made in `unchecked`.
    name : str
        One of `FAULTS`.
    """
    if name == "stale-saved":
        return _stale(trace)
    passing = _Pass(trace, name)
    with library_of(trace.gradient).no_grad():
        passing.run()
    return passing.result()


class _Pass:
    """The pass that lacks a rule. It runs on the nodes of the trace and changes nothing."""

    def __init__(self, trace: Trace, name: str) -> None:
        self.trace = trace
        self.name = name
        self.library = library_of(trace.gradient)
        self.frames = {frame.node: frame for frame in trace.frames}
        self.leaving: dict[str, list[GraphEdge]] = {node.id: [] for node in trace.graph.nodes}
        for edge in trace.graph.edges:
            self.leaving[edge.source].append(edge)
        self.buffers: dict[Key, Any] = {}
        self.wrong: dict[str, Wrong] = {}
        self.first: tuple[str | None, str | None] = (None, None)
        self.error = ""
        self.running = trace.frames[0].node

    def run(self) -> None:
        first = self.trace.frames[0]
        (start,) = first.parts
        self.buffers[first.node, start.output_nr] = start.value
        walk = self._recursively if self.name == "recursive-order" else self._as_recorded
        try:
            walk()
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            self.error = str(error)
            self._part(self.running, None)

    def _as_recorded(self) -> None:
        for frame in self.trace.frames:
            for edge, value in self.take(frame.node):
                self.deliver(edge, value)

    def _recursively(self) -> None:
        """Depth first: each time a gradient arrives, all that is there so far is passed on."""
        waiting = self.take(self.trace.frames[0].node)[::-1]
        for _ in range(MOST_RUNS):
            if not waiting:
                return
            edge, value = waiting.pop()
            self.deliver(edge, value)
            waiting += self.take(edge.target)[::-1]
        self.error = word("fault", "most_runs", n=f"{MOST_RUNS:,}")

    def take(self, node_id: str) -> list[tuple[GraphEdge, Any]]:
        """Run one node on what has arrived; return what it sends."""
        self.running = node_id
        frame, described = self.frames[node_id], self.trace.nodes[node_id]
        received = [self.buffers.get((node_id, nr)) for nr in range(len(frame.received))]
        wrong = self.wrong.setdefault(node_id, Wrong(received))
        wrong.received, wrong.runs = received, wrong.runs + 1
        if not _alike(received, frame.received):
            self._part(node_id, None)
        if described.kind == "leaf":
            self._accumulate(frame, wrong)
            return []
        node = self.trace.graph.handles[node_id]
        returned = call(node, described.kind, received, self.library)
        sent: list[tuple[GraphEdge, Any]] = []
        for edge, raw in zip(self.leaving[node_id], returned, strict=True):
            target = self.trace.graph.handles.get(edge.target)
            if raw is not None and target is not None:
                keeps = self.name == "no-unbroadcast"
                value = raw if keeps else fit(raw, target, edge, described.name)[0]
                self._note_sent(frame, wrong, edge, value)
                sent.append((edge, value))
        return sent

    def _note_sent(self, frame: Frame, wrong: Wrong, edge: GraphEdge, value: Any) -> None:
        wrong.sent[edge.id] = value
        right = next(sent.value for sent in frame.sent if sent.edge == edge.id)
        if not _same(value, right):
            self._part(frame.node, edge.id)

    def deliver(self, edge: GraphEdge, value: Any) -> None:
        """Put a value into the buffer of what the edge leads to."""
        key = edge.target, edge.output_nr
        before = self.buffers.get(key)
        adds = before is not None and self.name != "no-accumulate"
        self.buffers[key] = before + value if adds else value

    def _accumulate(self, frame: Frame, wrong: Wrong) -> None:
        """Without accumulation a ``.grad`` holds what came last."""
        (grad,) = wrong.received
        wrong.after = []
        for item in frame.accumulated:
            keeps = item.before is not None and self.name != "no-accumulate"
            wrong.after.append(item.before + grad if keeps else grad)
            if not _same(wrong.after[-1], item.after):
                self._part(frame.node, None)

    def _part(self, node: str, edge: str | None) -> None:
        if self.first == (None, None):
            self.first = node, edge

    def result(self) -> Fault:
        differing = {
            node: wrong
            for node, wrong in self.wrong.items()
            if wrong.runs > 1 or _differs(self.frames[node], wrong)
        }
        grads: dict[str, tuple[Any, Any]] = {}
        for frame in self.trace.frames:
            for nr, item in enumerate(frame.accumulated):
                if not item.retained:
                    after = self.wrong[frame.node].after if frame.node in self.wrong else []
                    grads[item.name] = item.after, after[nr] if nr < len(after) else item.before
        return Fault(self.name, *self.first, differing, grads, self.error)


@contextmanager
def unchecked() -> Generator[None]:
    """Take away the rule that a node compares versions before it uses what it saved."""
    check: Callable[[Any, str], None] = OpNode._check_version
    OpNode._check_version = _no_check
    try:
        yield
    finally:
        OpNode._check_version = check


def _no_check(self: Any, name: str) -> None:
    del self, name


def _stale(trace: Trace) -> Fault:
    """The right engine stops at the first node whose saved tensor was changed in place."""
    for frame in trace.frames:
        node = trace.graph.handles[frame.node]
        if trace.nodes[frame.node].kind != "op":
            continue
        try:
            with library_of(trace.gradient).no_grad():
                call(node, "op", frame.hooked, library_of(trace.gradient))
        except RuntimeError as error:
            later = trace.frames[trace.frames.index(frame) :]
            wrong = {one.node: _as_ran(one) for one in later}
            grads = {
                item.name: (item.before, item.after)
                for one in later
                for item in one.accumulated
                if not item.retained
            }
            return Fault("stale-saved", frame.node, None, wrong, grads, str(error))
    return Fault("stale-saved", None, None, {}, {})


def _as_ran(frame: Frame) -> Wrong:
    sent = {one.edge: one.value for one in frame.sent}
    return Wrong(list(frame.received), sent, [item.after for item in frame.accumulated], 1)


def _differs(frame: Frame, wrong: Wrong) -> bool:
    right = {sent.edge: sent.value for sent in frame.sent}
    after = [item.after for item in frame.accumulated]
    return not (
        _alike(wrong.received, frame.received)
        and all(_same(value, right[edge]) for edge, value in wrong.sent.items())
        and (not wrong.after or _alike(wrong.after, after))
    )


def _alike(ones: Any, others: Any) -> bool:
    return len(ones) == len(others) and all(map(_same, ones, others))


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if tuple(one.shape) != tuple(other.shape):
        return False
    return bool(((one == other) | ((one != one) & (other != other))).all().item())


def fault_text(trace: Trace, fault: Fault, text: Mapping[str, str]) -> str:
    """Say in lines of text what the missing rule did; the text form of the widget has them."""
    lines = [text[f"title_{fault.name}"], text[f"rule_{fault.name}"]]
    if fault.node is None:
        lines.append(text["no_difference"])
        return "\n".join(lines)
    node = trace.nodes[fault.node]
    name = node.name + (f" ({node.label})" if node.label else "")
    step = 1 + [frame.node for frame in trace.frames].index(fault.node)
    lines.append(text["first"].format(n=step, node=name))
    lines += [
        f"{name}.grad: {_value(right)} | {_value(wrong)}"
        for name, (right, wrong) in fault.grads.items()
    ]
    if fault.error:
        lines.append(fault.error)
    return "\n".join(lines)


def _value(value: Any) -> str:
    return "None" if value is None else tensor_text(value)
