"""The stepper that asks before it shows: predict a gradient, then see it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import traitlets

from .esm import one_module
from .expression import Reading, UnreadableError, read
from .handout import exam
from .questions import MISTAKES, Field, fields, verdict
from .stepper import _MODULES as _STEPPER
from .stepper import Stepper
from .still import Look
from .table import step_table
from .trace import Frame, Trace
from .values import printable
from .words import in_its_language

_MODULES = (*_STEPPER[:-1], "plainreader.js", "examiner.js", _STEPPER[-1])
STAGES = ("next", "shape", "value")
MOST_HINTS = 2  # the formula, then the formula with numbers


@dataclass(frozen=True)
class Answer:
    """One answer of a learner.

    Attributes
    ----------
    step : int
        Counted from 1.
    node : str
        Id of the node that runs in this step.
    asked : {"next", "shape", "value"}
    of : str
        What receives the gradient that was asked for: a variable, a node, ``w.grad``. Empty when it
        was asked which node runs next.
    text : str
        What was typed; empty where the learner gave up.
    verdict : str
        "right", "given_up", "unreadable", or the kind of mistake: "value", "shape", "sign",
        "incoming" (forgot to multiply by the incoming gradient), "broadcast" (forgot to sum),
        "accumulate" (forgot to add), "order" (another node runs next).
    hints : int
        How many hints had been shown.
    """

    step: int
    node: str
    asked: str
    of: str
    text: str
    verdict: str
    hints: int


@dataclass
class _Blank:
    """A field that waits for an answer."""

    field: Field | None  # None: which node runs next
    text: str = ""
    verdict: str = ""
    message: str = ""

    @property
    def done(self) -> bool:
        return self.verdict in ("right", "given_up")


def stages_of(predict: bool | str | Sequence[str]) -> tuple[str, ...]:
    """Return what is asked before a step, in order.

    Parameters
    ----------
    predict : True, "value", "shape", "next", or a sequence of these
        True is "value"; "shape" asks for the shape first and then for the value.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if predict is True:
        return ("value",)
    if predict == "shape":
        return ("shape", "value")
    wanted = (predict,) if isinstance(predict, str) else tuple(predict or ())
    if not wanted or any(stage not in STAGES for stage in wanted):
        raise ValueError(
            "predict must be True, 'value', 'shape' or 'next', or several of these, "
            f"not {predict!r}"
        )
    return tuple(stage for stage in STAGES if stage in wanted)


class Predictor(Stepper):
    """The widget that ``step(root, predict=True)`` returns.

    A step shows only what has been answered, or given up, before it. ``position`` can still be set
    from Python: what is passed over then counts as not answered.

    Attributes
    ----------
    reached : int
        How many steps may be seen.
    answers : tuple of Answer
        All answers, in order.
    score : dict of str to int
        Counts: "questions" (asked and done), "first" (right at once, without a hint), "later"
        (right after mistakes or hints), "given_up", and the kinds of mistakes.
    """

    _esm = one_module(*_MODULES)

    reached = traitlets.Int(0).tag(sync=True)
    question = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        names: Mapping[str, Any],
        stages: Sequence[str],
        text: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        self._names = names
        self._stages = tuple(stages)
        self._answers: list[Answer] = []
        self._finished: list[str] = []  # how each field ended
        self._answering = threading.RLock()  # messages of the page may come beside a cell
        self._stage, self._hints, self._blanks = 0, 0, list[_Blank]()
        super().__init__(trace, text, predict=list(self._stages), **kwargs)
        self._begin()

    # --- what a learner, or an exercise, can ask and say

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self._answers)

    @property
    def score(self) -> dict[str, int]:
        counts = Counter(answer.verdict for answer in self._answers)
        ends = Counter(self._finished)
        kinds = {kind: counts[kind] for kind in (*MISTAKES, "unreadable") if counts[kind]}
        done = {kind: ends[kind] for kind in ("first", "later", "given_up")}
        return {"questions": len(self._finished), **done, **kinds}

    @in_its_language
    def answer(self, *texts: str) -> str | tuple[str, ...]:
        """Answer what is asked, as a learner does on the page.

        Parameters
        ----------
        *texts : str
            One for each open field: ``"2"``, ``"[1, 2]"``, ``"1/3"``, ``"g * w"``; for "next" the
            name of a node, a variable, or an id such as ``"n3"``.

        Returns
        -------
        str or tuple of str
            The verdict of each, as in `Answer`.

        Raises
        ------
        ValueError
            If nothing is asked, or another number of answers is needed.
        """
        with self._answering:
            open_ = [blank for blank in self._blanks if not blank.done]
            if not open_:
                raise ValueError("nothing is asked here: all steps are done")
            if len(texts) != len(open_):
                wanted = "1 answer is" if len(open_) == 1 else f"{len(open_)} answers are"
                raise ValueError(f"{wanted} needed, not {len(texts)}")
            verdicts = [self._take(blank, text) for blank, text in zip(open_, texts, strict=True)]
            self._go_on()
        return verdicts[0] if len(verdicts) == 1 else tuple(verdicts)

    @in_its_language
    def hint(self) -> str:
        """Show a hint: the formulas, then the formulas with numbers. Returns them as text."""
        with self._answering:
            self._hints = min(MOST_HINTS, self._hints + 1)
            self._show()
            card = self._frame.card
            shown = [f for f in card.formulas if f is not None]
            lines = [f.named.tex if self._hints == 1 else f.numbered.tex for f in shown]
            return "\n".join(lines) or card.says()

    @in_its_language
    def give_up(self) -> None:
        """Show the step without having answered."""
        with self._answering:
            for blank in self._blanks:
                if not blank.done:
                    self._note(blank, "", "given_up")
            self._go_on()

    # --- what may be told: in a picture or a film only what has been seen

    @property
    def look(self) -> Look:
        return replace(super().look, secret="next" in self._stages)

    def check_told(self, position: int) -> None:
        if position > self.reached:
            raise ValueError(
                f"step {self.reached + 1} is still asked: a picture of step {position} would tell "
                "the answer. Save the page (.html), which asks, or  step(root)  instead"
            )

    def page_state(self, position: int) -> dict[str, Any]:
        """Return what a saved page begins with: it asks from this position on, without Python."""
        data = {**self.data, "handout": True}
        asks = {"reached": position, "question": {}, "exam": exam(self.trace, self._stages)}
        return {**super().page_state(position), "data": data, **asks}

    def text_at(self, position: int) -> str:
        count = self._text["answered"].format(done=position, total=len(self.trace.frames))
        return f"{step_table(self.trace, position)}\n{count}"

    # --- the questions, one after the other

    @property
    def _frame(self) -> Frame:
        return self.trace.frames[min(self.reached, len(self.trace.frames) - 1)]

    @property
    def _asked(self) -> str:
        return self._stages[self._stage]

    def _begin(self) -> None:
        """Ask about the next step of which anything can be asked."""
        while self.reached < len(self.trace.frames):
            if self._ask_from(0):
                return
            self.reached += 1
        self._blanks = []
        self._show()

    def _ask_from(self, first: int) -> bool:
        """Ask the first question of a stage from ``first`` on; False if there is none."""
        for stage in range(first, len(self._stages)):
            self._stage = stage
            self._hints, self._blanks = 0, self._blanks_of_stage()
            if self._blanks:
                self._show()
                return True
        return False

    def _blanks_of_stage(self) -> list[_Blank]:
        if self._asked == "next":
            return [_Blank(None)]
        return [_Blank(field) for field in fields(self.trace, self._frame)]

    def _go_on(self) -> None:
        """Show the verdicts; if all is right, ask the next question or take the step."""
        if not all(blank.done for blank in self._blanks):
            self._show()
        elif not self._ask_from(self._stage + 1):
            self.position = self.reached + 1  # which lets `reached` follow, and asks again

    @traitlets.observe("position")
    @in_its_language
    def _reach(self, _change: Any) -> None:
        if self.position > self.reached:
            self.reached = self.position
            self._begin()

    # --- one answer

    def _take(self, blank: _Blank, text: str) -> str:
        try:
            found, about = self._judge(blank, str(text))
        except UnreadableError as error:
            found, about = "unreadable", self._text[error.key].format(about=printable(error.about))
        self._note(blank, str(text), found)
        blank.message = about
        return found

    def _note(self, blank: _Blank, text: str, found: str) -> None:
        of = blank.field.name if blank.field else ""
        step = self.reached + 1
        self._answers.append(
            Answer(step, self._frame.node, self._asked, of, text, found, self._hints)
        )
        if found == "given_up":
            self._finished.append("given_up")
        elif found == "right":
            self._finished.append("later" if blank.verdict or self._hints else "first")
        blank.text, blank.verdict = text, found

    def _judge(self, blank: _Blank, text: str) -> tuple[str, str]:
        """The verdict, and what is said about it."""
        if blank.field is None:
            return self._judge_node(text)
        answer = read(text, {**self._names, **self._incoming()})
        if self._asked == "shape":
            found = self._judge_shape(blank.field, answer)
        else:
            found = verdict(self.trace, self._frame, blank.field, answer)
        return found, self._text[found]

    def _incoming(self) -> dict[str, Any]:
        """The incoming gradient is called g, as on the page; those of several outputs g0, g1."""
        hooked = self._frame.hooked
        if len(hooked) == 1:
            return {"g": hooked[0]} if hooked[0] is not None else {}
        return {f"g{nr}": grad for nr, grad in enumerate(hooked) if grad is not None}

    def _judge_shape(self, field: Field, answer: Reading | None) -> str:
        if answer is None or field.value is None:
            return "right" if answer is field.value else "shape"
        whole = answer.value.ndim == 1 and (answer.value == answer.value.round()).all()
        if not whole:
            raise UnreadableError("not_a_shape")
        return "right" if list(answer.value) == list(field.value.shape) else "shape"

    def _judge_node(self, text: str) -> tuple[str, str]:
        chosen = self._find_node(text.strip())
        frames = self.trace.frames
        node = self.trace.nodes[chosen]
        name = printable(node.label or node.name)
        if chosen == self._frame.node:
            return "right", self._text["right"]
        done = {frame.node for frame in frames[: self.reached]}
        if chosen in done:
            return "order", self._text["order_done"].format(node=name)
        ready = frames[self.reached - 1].ready if self.reached else (self.trace.graph.root,)
        key = "order_later" if chosen in ready else "order_waits"
        return "order", self._text[key].format(node=name)

    def _find_node(self, text: str) -> str:
        if not text:
            raise UnreadableError("empty")
        nodes = [node for node in self.trace.graph.nodes if node.kind != "none"]
        for attribute in ("id", "label", "name"):
            found = [node.id for node in nodes if getattr(node, attribute) == text]
            if len(found) == 1 or self._frame.node in found:
                return self._frame.node if self._frame.node in found else found[0]
        raise UnreadableError("no_node", text)

    # --- the page

    def _show(self) -> None:
        """Send the page what is asked, without what is right."""
        if not self._blanks:
            self.question = {"finished": True, "score": self.score}
            return
        self.question = {
            "step": self.reached + 1,
            "asked": self._asked,
            "stage": self._stage,
            "fields": [self._blank_data(blank) for blank in self._blanks],
            "hints": self._hints,
        }

    def _blank_data(self, blank: _Blank) -> dict[str, Any]:
        kind = blank.field.kind if blank.field else "next"
        place = blank.field.place if blank.field else 0
        name = printable(blank.field.name) if blank.field else ""
        return {
            "kind": kind,
            "place": place,
            "name": name,
            "text": blank.text,
            "verdict": blank.verdict,
            "message": blank.message,
            "done": blank.done,
        }

    def _hear(self, widget: Any, content: Any, buffers: Any) -> None:
        asked = self.reached + 1, self._asked
        match content:
            case {"kind": "answer", "step": s, "asked": a, "texts": [*texts]} if (s, a) == asked:
                if len(texts) == sum(not blank.done for blank in self._blanks):
                    self.answer(*[str(text) for text in texts])
            case {"kind": "hint", "step": s, "asked": a} if (s, a) == asked:
                self.hint()
            case {"kind": "give_up", "step": s, "asked": a} if (s, a) == asked:
                self.give_up()
            case _:
                super()._hear(widget, content, buffers)

    def _static(self) -> dict[str, Any]:
        return {"image/svg+xml": self.svg}  # without the numbers, which are asked for

    @property
    @in_its_language
    def text(self) -> str:
        """The steps that have been reached, and how many were answered."""
        return self.text_at(self.reached)
