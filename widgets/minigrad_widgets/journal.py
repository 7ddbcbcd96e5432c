"""What a run did, line by line: snapshots are compared and written down."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any

from .changes import Change, Made, compare
from .graph import node_kind, root_node, trace_graph
from .names import NamedTensors, is_tensor, maker
from .nodes import before_and_after
from .snapshot import Camera, Snapshot, State
from .statements import Source, Statement
from .struck import node_struck
from .trace import Trace, trace
from .values import printable, shorten, tensor_text

MOST_PASSES = 40  # backward passes that can be stepped through
LONGEST_TEXT = 60  # columns of the value of an expression
LONGEST_ERROR = 400
_SPACE = re.compile(r"[ \t\r\n]+")
"""What sets words and lines apart: other characters that cannot be seen are shown as escapes."""
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
LONGEST_OUTPUT = 2000  # characters of what one line printed


@dataclass(frozen=True)
class Line:
    """One line that was executed.

    Attributes
    ----------
    number : int
        Its number in the code, from 1; 0 for what is no line of it.
    time : int
        How many times it has begun so far.
    kind : str
        "line"; "call": it has called a function of the code, and goes on later; "leave": a ``with``
        block was left; "error": it raised; "rest": all that ran unrecorded; "start": nothing yet.
    function : str
        The function that it belongs to; empty at the top.
    code : str
    changes : tuple of Change
    printed : str
    states : dict of str to State
        What every name stands for after it.
    roots : tuple of str
        The nodes that names, or a function's result, lead to.
    born, gone : tuple of str
        Ids of the nodes that are new, and of those that nothing leads to any more.
    grad_mode : bool
        Whether gradients are recorded after it.
    backward : Trace or None
        The backward pass that it ran.
    struck : tuple of str
        The nodes at which an error struck, as far as it is known.
    """

    number: int = 0
    time: int = 0
    kind: str = "line"
    function: str = ""
    code: str = ""
    changes: tuple[Change, ...] = ()
    printed: str = ""
    states: dict[str, State] = field(default_factory=dict, repr=False)
    roots: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    grad_mode: bool = True
    backward: Trace | None = field(default=None, repr=False)
    struck: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A line as the recorder saw it: which one, when, where, in what grad mode, what it ran."""

    statement: Statement | None
    time: int = 0
    kind: str = "line"
    function: str = ""
    grad_mode: bool = True
    ran: Trace | None = None


class Journal:
    """Writes down what each line did.

    Attributes
    ----------
    first : Line
        How things stood before the first line.
    lines : list of Line
    notes : list of str
        What could not be recorded: "nodes", "passes", "hooks" …
    """

    def __init__(self, source: Source, camera: Camera) -> None:
        self.source = source
        self.camera = camera
        self.lines: list[Line] = []
        self.notes: list[str] = []
        self.muted = False  # whether printing goes nowhere: a backward pass is tried out
        self.hears = True  # whether what is printed is noted
        self._printed = io.StringIO()
        self._known = 0  # how many nodes there were after the line before
        self._pass_root: str | None = None
        self._passes = 0
        self._before = Snapshot({}, grad_mode=True)
        self._shot = camera.take([])
        self.first = self._line(Step(None, kind="start"), self._shot, ())

    # ---- a line

    def write(
        self,
        step: Step,
        frames: Sequence[FrameType],
        returned: Any = None,
        extra: Sequence[Change] = (),
    ) -> None:
        """Write down what a line has done that is over.

        Parameters
        ----------
        step : Step
        frames : sequence of frame
            Of the functions that run, the outermost first.
        returned : object, optional
            What its function is about to return.
        extra : sequence of Change
            What the snapshots do not tell.
        """
        if not step.function and not (is_tensor(returned) and maker(returned) is not None):
            returned = None  # the value of the last expression: only a graph is of interest
        self._before, self._shot = self._shot, self.camera.take(frames, returned)
        made = self._made(step)
        ran = step.ran
        told = list(extra)
        if ran is not None:
            told.append(Change("backward", {"root": _root(ran), "count": str(len(ran.frames))}))
        compared = compare(self._before, self._shot, made, self.called)
        # At the top, it is the value of the last expression.
        told += (one for one in compared if step.function or one.kind != "returns")
        line = self._line(step, self._shot, tuple(told))
        self.lines.append(replace(line, backward=ran))

    def _line(self, step: Step, shot: Snapshot, changes: tuple[Change, ...]) -> Line:
        statement = step.statement
        states = [*shot.states.values(), *([shot.returned] if shot.returned else [])]
        roots = [state.node for state in states if state.node]
        nodes = list(self.camera.union.nodes)
        born, self._known = nodes[self._known :], len(nodes)
        if self._pass_root is not None:
            roots.append(self._pass_root)
            self._pass_root = None
        printed, self._printed = self._printed.getvalue(), io.StringIO()
        return Line(
            number=statement.line if statement else 0,
            time=step.time,
            kind=step.kind,
            function=step.function,
            code=self.source.code_of(statement) if statement else "",
            changes=changes,
            printed=shorten(printed, LONGEST_OUTPUT),
            states=shot.states,
            roots=tuple(dict.fromkeys(roots)),
            born=tuple(born),
            grad_mode=shot.grad_mode,
        )

    def _made(self, step: Step) -> Made:
        """Tell which nodes are new, and draw the edges that were not made."""
        union = self.camera.union
        new = list(union.nodes)[self._known :]
        sources = {
            state.name.rsplit(": ", 1)[-1]: state.node
            for state in self._operands(step.statement, step.function, self._before.states)
            if not state.plain and state.node
        }
        for node_id in new:
            if union.nodes[node_id].kind == "plain":
                for target in dict.fromkeys(sources.values()):
                    union.cut(node_id, target)
        detached = step.statement is not None and step.statement.detaches
        reason = "no_grad" if not step.grad_mode else "detach" if detached else "other"
        real = tuple(node_id for node_id in new if union.nodes[node_id].kind != "none")
        return Made(real, reason, sources, union.reachable)

    def _operands(
        self, statement: Statement | None, function: str, states: dict[str, State]
    ) -> Iterator[State]:
        """Yield the tensors that a line reads by name."""
        for name in sorted(statement.reads) if statement is not None else ():
            state = states.get(f"{function}: {name}") or states.get(name)
            if state is not None and state.is_tensor:
                yield state

    def called(self, node_id: str) -> str:
        """Return what to call a node: ``MulBackward0 (n3)``."""
        return f"{self.camera.union.nodes[node_id].name} ({node_id})"

    def hear(self, text: str) -> None:
        """Note what was printed."""
        if self.hears:
            self._printed.write(text)

    # ---- backward passes

    def foresee(self, variables: dict[str, Any]) -> Trace | None:
        """Return the backward pass that is about to run, taken while its graph is there."""
        tensors, gradients = variables["tensors"], variables["grad_tensors"]
        if is_tensor(tensors):
            tensors = (tensors,)
        if len(tensors) != 1 or variables.get("inputs") is not None:
            return None
        if isinstance(gradients, (tuple, list)):
            gradients = gradients[0]
        return self.take_pass(tensors[0], gradients)

    def take_pass(self, root: Any, gradient: Any = None) -> Trace | None:
        """Return the backward pass of a tensor, unless it fails or is one too many."""
        if root.grad_fn is None:
            return None
        names = self.camera.tensors(self._shot.states)
        self._pass_root = self.camera.union.add(root_node(root), NamedTensors(names, root))
        if self._passes >= MOST_PASSES:
            self.notes.append("passes")
            return None
        if self._pass_root is None:
            self.notes.append("nodes")
            return None
        if _has_hooks(root, names):
            self.notes.append("hooks")  # they would run twice
            return None
        self.muted = True
        try:
            taken = trace(root, names, gradient)
        except Exception:  # noqa: BLE001 (the learner's own backward() will say it)
            return None
        finally:
            self.muted = False
        self._passes += 1
        return taken

    # ---- the end

    def write_value(self, value: Any) -> None:
        """Note the value of the last expression, as a notebook would show it."""
        text = tensor_text(value) if is_tensor(value) else _without_address(repr(value))
        if self.lines:
            last = self.lines[-1]
            shown = Change("shown", {"value": shorten(text, LONGEST_TEXT)})
            self.lines[-1] = replace(last, changes=(*last.changes, shown))

    def write_error(self, error: BaseException, number: int) -> None:
        """Mark the line at which an error struck: the innermost one of the learner's."""
        places = [
            place
            for place, line in enumerate(self.lines)
            if line.number == number and any(one.kind == "raised" for one in line.changes)
        ]
        place = places[-1] if places else len(self.lines) - 1
        if place < 0:
            return
        # What the error left on its way out says nothing more.
        del self.lines[place + 1 :]
        line = self.lines[place]
        statement = self.source.statement(number)
        operands = {one.name: one for one in self._operands(statement, line.function, line.states)}
        self.lines[place] = replace(
            line,
            number=number,
            kind="error",
            changes=(
                Change("error", {"error": error_text(error)}),
                *(one for one in line.changes if one.kind != "raised"),
            ),
            struck=node_struck(error, operands, self.camera.union),
        )

    def finished(self) -> tuple[Line, ...]:
        """Return the lines, each with the nodes that nothing leads to from then on."""
        union = self.camera.union
        last: dict[str, int] = {}
        for place, line in enumerate([self.first, *self.lines]):
            last.update(dict.fromkeys(union.reachable(line.roots), place))
        gone: dict[int, list[str]] = {}
        for node_id, place in last.items():
            gone.setdefault(place + 1, []).append(node_id)
        return tuple(
            replace(line, gone=tuple(sorted(gone.get(place, ()), key=lambda one: int(one[1:]))))
            for place, line in enumerate(self.lines, 1)
        )


def error_text(error: BaseException) -> str:
    """``ValueError: what it says``, on one line."""
    text = _without_address(_SPACE.sub(" ", str(error)).strip(" "))
    name = type(error).__name__
    return shorten(f"{name}: {text}" if text else name, LONGEST_ERROR)


def _has_hooks(root: Any, names: Mapping[str, Any]) -> bool:
    """Tell whether a pass would run hooks of the learner, as far as they can be seen."""
    nodes = trace_graph(root).handles.values()
    leaves = [node.variable for node in nodes if node_kind(node) == "leaf"]
    tensors = (root, *names.values(), *leaves)
    return any(one._backward_hooks for one in tensors) or any(
        any(before_and_after(node)) for node in nodes
    )


def _without_address(text: str) -> str:
    """Write a text that is the same in every run."""
    return printable(_ADDRESS.sub("", text))


def _root(taken: Trace) -> str:
    node = taken.nodes[taken.graph.root]
    return node.label or node.name
