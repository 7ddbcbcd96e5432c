"""Running the learner's code once, and telling where each of its lines begins and ends.

The lines come from ``sys.settrace``: those of the code itself and of the functions defined in it;
what a library does belongs to the line that called it. Code that runs in another thread is not
recorded.
https://docs.python.org/3/library/sys.html#sys.settrace
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from .changes import Change
from .journal import Journal, Line, Step, error_text
from .snapshot import Camera
from .statements import Source, Statement
from .trace import Trace
from .union import Union

MOST_LINES = 2000  # of a run that are recorded
MOST_NODES = 400  # of all graphs together: more could neither be read nor drawn quickly

_INSIDE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>")  # part of their line
_RESUME = dis.opmap["RESUME"]


@dataclass(frozen=True)
class Recording:
    """All that a run did.

    Attributes
    ----------
    source : Source
    first : Line
        How things stood before: no line was executed.
    lines : tuple of Line
    union : Union
        Every node and edge that there was at any time.
    error : BaseException or None
        What ended the run.
    value : object
        That of the last expression; None when there is none.
    notes : tuple of str
        What could not be recorded: "lines" (too many), "nodes", "passes", "hooks", "traced"
        (something else has taken the trace function), "failed".
    journal : Journal
    failure : Exception or None
        Why recording has failed, which must not happen.
    """

    source: Source
    first: Line
    lines: tuple[Line, ...]
    union: Union
    error: BaseException | None
    value: Any
    notes: tuple[str, ...]
    journal: Journal = field(repr=False)
    failure: Exception | None = None


@dataclass
class _Active:
    """A function of the code that runs, or the code itself."""

    frame: FrameType
    function: str
    statement: Statement | None = None
    time: int = 0
    leaving: bool = False
    raised: BaseException | None = None
    grad_mode: bool = True
    ran: Trace | None = None

    def step(self, kind: str) -> Step:
        """Describe the present line; what it has run is told once, when it is over."""
        ran = None
        if kind != "call":
            ran, self.ran = self.ran, None
        return Step(self.statement, self.time, kind, self.function, self.grad_mode, ran)


class Recorder:
    """Runs code and records it; used once.

    Parameters
    ----------
    source : Source
    namespace : dict
        In which the code runs.
    most : int
        How many lines are recorded; the rest runs unrecorded.
    """

    def __init__(self, source: Source, namespace: dict[str, Any], most: int = MOST_LINES) -> None:
        self.source = source
        self.namespace = namespace
        self._camera = Camera(namespace, source.names, MOST_NODES)
        self._journal = Journal(source, self._camera)
        self._most = most
        self._stack: list[_Active] = []
        self._times: Counter[int] = Counter()
        self._done = False
        self._failure: Exception | None = None

    def run(self) -> Recording:
        """Run the code. Whatever it raises is kept in the recording."""
        error: BaseException | None = None
        value = None
        with self._listening(), self._tracing():
            try:
                for code, is_value in self.source.codes:
                    value = eval(code, self.namespace)  # noqa: S307 (it is the learner's own code)
                    if is_value and value is not None and not self._done:
                        self._journal.write_value(value)
            except BaseException as raised:  # noqa: BLE001 (whatever it is, it is kept)
                error = raised
        journal = self._journal
        if self._done:
            step = Step(None, kind="rest", grad_mode=self._camera.grad_mode())
            journal.write(step, [], extra=[Change("rest")])
        if error is not None:
            journal.write_error(error, self._line_of(error))
        if self._camera.overflow:
            journal.notes.append("nodes")
        return Recording(
            self.source,
            journal.first,
            journal.finished(),
            self._camera.union,
            error,
            value,
            tuple(dict.fromkeys(journal.notes)),
            journal,
            self._failure,
        )

    # ---- what listens while the code runs

    @contextmanager
    def _tracing(self) -> Generator[None]:
        previous = sys.gettrace()
        mine = self._on_call  # one object: a bound method is made anew each time
        sys.settrace(mine)
        try:
            yield
        finally:
            # A debugger that the code itself has started keeps its place.
            if self._done or sys.gettrace() is mine:
                sys.settrace(previous)
            else:
                self._journal.notes.append("traced")

    @contextmanager
    def _listening(self) -> Generator[None]:
        """Note what is printed, while it goes where it always goes."""
        out, err = _Tee(sys.stdout, self._journal), _Tee(sys.stderr, self._journal)
        with redirect_stdout(out), redirect_stderr(err):
            yield
        self._journal.hears = False  # a logger may keep it, and write on

    def _on_call(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if self._done or event != "call":
            return None
        code = frame.f_code
        try:
            if code.co_filename == self.source.filename:
                return self._enter(frame)
            if code.co_name == "backward" and code.co_varnames[:2] == ("tensors", "grad_tensors"):
                self._foresee(frame)
        except Exception as failure:  # noqa: BLE001 (the learner's code must go on)
            self._fail(failure)
        return None

    def _foresee(self, frame: FrameType) -> None:
        """A backward pass is about to run: it belongs to the line that has called it."""
        if self._stack:
            active = self._stack[-1]
            active.ran = self._journal.foresee(frame.f_locals) or active.ran

    def _enter(self, frame: FrameType) -> Any:
        code = frame.f_code
        is_function = bool(code.co_flags & inspect.CO_OPTIMIZED)
        if code.co_name in _INSIDE or not (is_function or code.co_name == "<module>"):
            return None  # a class body, too, is part of its line
        function = code.co_qualname.replace("<locals>.", "") if is_function else ""
        caller = self._stack[-1] if self._stack else None
        self._stack.append(_Active(frame, function))
        if caller is not None and _begins(code, frame.f_lasti):
            self._finish(caller, "call", extra=[Change("calls", {"function": function})])
        return None if self._done else self._on_line

    def _on_line(self, frame: FrameType, event: str, arg: Any) -> Any:
        active = next((one for one in reversed(self._stack) if one.frame is frame), None)
        if self._done or active is None:
            return None
        try:
            if event == "line":
                self._begin(active, frame)
            elif event == "return":
                ends = active.statement is not None and active.statement.kind == "loop"
                extra = [Change("loop_ends")] if ends and active.raised is None else []
                kind = "leave" if active.leaving else "line"
                self._finish(active, kind, returned=arg, extra=extra)
                self._stack.remove(active)
            elif event == "exception" and not isinstance(arg[1], (StopIteration, GeneratorExit)):
                active.raised = arg[1]
        except Exception as failure:  # noqa: BLE001 (the learner's code must go on)
            self._fail(failure)
        return self._on_line

    def _begin(self, active: _Active, frame: FrameType) -> None:
        """A line begins, so the one before it is over."""
        statement = self.source.statement(frame.f_lineno)
        if statement is None:
            return
        first = self.source.begins(frame.f_code, frame.f_lasti, statement)
        # A loop on one line: whatever follows its beginning is another turn.
        one_line = statement.kind == "loop" and statement.line in statement.body
        again = first or one_line
        present = active.statement
        if present is not None and present.line == statement.line and not again:
            return  # another line of the same statement
        extra: list[Change] = []
        if present is not None and present.kind == "loop" and present.line != statement.line:
            extra = [] if statement.line in present.body else [Change("loop_ends")]
        self._finish(active, "leave" if active.leaving else "line", extra=extra)
        active.statement = statement
        active.leaving = statement.kind == "with" and not first
        if not active.leaving:
            self._times[statement.line] += 1
        active.time = self._times[statement.line]
        active.grad_mode = self._camera.grad_mode()

    def _finish(
        self, active: _Active, kind: str, *, returned: Any = None, extra: list[Change] | None = None
    ) -> None:
        """Have it written down what a line did."""
        if active.statement is None:
            return
        if len(self._journal.lines) >= self._most:
            self._journal.notes.append("lines")
            self._stop()
            return
        changes = list(extra or ())
        if active.raised is not None:
            changes.append(Change("raised", {"error": error_text(active.raised)}))
            active.raised = None
        frames = [one.frame for one in self._stack if one.function]
        self._journal.write(active.step(kind), frames, returned, changes)

    def _stop(self) -> None:
        """Let the rest run unrecorded."""
        self._done = True
        self._stack.clear()
        sys.settrace(None)

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        self._journal.notes.append("failed")
        self._stop()

    def _line_of(self, error: BaseException) -> int:
        """Return the number of the innermost line of the code that an error has passed."""
        number = 0
        taken = error.__traceback__
        while taken is not None:
            if taken.tb_frame.f_code.co_filename == self.source.filename:
                statement = self.source.statement(taken.tb_lineno)
                number = statement.line if statement else number
            taken = taken.tb_next
        return number


class _Tee:
    """Standard output that is listened to."""

    def __init__(self, under: Any, journal: Journal) -> None:
        self._under = under
        self._journal = journal

    def write(self, text: str) -> Any:
        if self._journal.muted:
            return len(text)
        self._journal.hear(text)
        return self._under.write(text)

    def flush(self) -> None:
        self._under.flush()

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._under, name)


def _begins(code: CodeType, offset: int) -> bool:
    """Tell whether a function begins, rather than a generator goes on or is closed."""
    raw = code.co_code
    return offset < 0 or (raw[offset] == _RESUME and raw[offset + 1] & 3 == 0)
