"""The widget that walks through a backward pass, forward and back, one node at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from os import PathLike
from typing import Any

import traitlets

from .box_table import box_table
from .esm import one_module, style
from .faults import Fault, fault_text
from .fold import Folded, FoldedPicture
from .layout import LayoutError
from .page import fault_data, page_data, second_data, value
from .queue import engine_table
from .saving import save, static_pictures
from .second import second_text
from .shadow import Shadow
from .still import Look
from .stored import stored_pictures
from .svg import new_prefix, picture
from .text import found_by
from .trace import Frame, Trace
from .unfolding import Unfolding, fold_data
from .values import printable
from .words import in_its_language, words

_MODULES = (
    *("words.js", "state.js", "dom.js", "labels.js", "folds.js"),
    *("picture.js", "panel.js", "foot.js"),
    *("table.js", "controls.js", "question.js", "fault.js", "engine.js", "second.js"),
    *("camera.js", "search.js", "sight.js", "boxes.js", "stepboxes.js", "stepper.js"),
)


MOST_STATIC = 100  # steps; of a longer pass only the graph is drawn where widgets do not run
MOST_SECOND = 150  # nodes of the graph of the gradients; the same beyond them


class Stepper(Unfolding):
    """The widget that `step` returns.

    Attributes
    ----------
    position : int
        How many steps have been taken, 0 to ``len(trace.frames)``. Setting it to anything else
        raises ``traitlets.TraitError``.
    selected : str
        Id of the node of the present step; empty at the beginning. Setting it goes to that node's
        step.
    message : str
        What the stepper has to say: whose ``.grad`` was changed by somebody else; empty if nothing.
    others : list of dict
        Of every ``.grad`` that somebody else has changed, which the stepper leaves alone: its
        ``place`` in the order of the steps, and the ``value`` that is there, as `page_data`.
    trace : Trace
        The whole pass, with its numbers.
    fault : Fault or None
        What a pass without one of the engine's rules did.
    folded : Folded
        The graph and its groups, which are boxes in the picture; there are none without ``fold=``.
        Neither the steps nor the position depend on it.
    opened : list of str
        Ids of the groups that are unfolded; may be set. What cannot be drawn is taken back, and
        ``message`` says why. An id that no group has raises ``traitlets.TraitError``.
    svg : str
        The picture; empty when no layout engine could draw it.
    """

    _esm = one_module(*_MODULES)
    _css = style(
        "mg-stepper",
        *("stepper.css", "question.css", "fault.css", "engine.css", "second.css"),
        *("camera.css", "sight.css", "boxes.css"),
    )

    position = traitlets.Int(0).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    others = traitlets.List(traitlets.Dict()).tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        trace: Trace,
        text: Mapping[str, str] | None = None,
        *,
        fault: Fault | None = None,
        folded: Folded | None = None,
        **options: Any,
    ) -> None:
        self.trace = trace
        self.fault = fault
        text = words("stepper", "engine", "camera") if text is None else text
        self._steps = {frame.node: number for number, frame in enumerate(trace.frames, 1)}
        # Numbers of an engine that should have stopped reach no .grad.
        stale = fault is not None and fault.name == "stale-saved" and fault.node is not None
        self._shadow = Shadow(
            [
                (number, item)
                for number, frame in enumerate(trace.frames, 1)
                for item in frame.accumulated
                if not stale
            ]
        )
        first = self._first_picture(folded or Folded(trace.graph, {}, ""), text)
        data = {**page_data(trace), **options, "words": dict(text)}
        data["found"] = found_by(trace.graph)
        if folded is not None:
            data["fold"] = fold_data(folded, text)
        if fault is not None:
            data["fault"] = fault_data(trace, fault)
        if trace.second is not None and first["svg"]:
            try:
                second = picture(trace.second.graph, new_prefix(), legend=False)
                data["second"] = second_data(trace, trace.second, second)
            except LayoutError as error:
                first["message"] = self._problem = self._without(error)
        self._unrun = self._hooks_that_wait()
        first["message"] = f"{first['message']} {self._unrun}".strip()
        super().__init__(data=data, **first)
        self.on_msg(self._hear)

    @property
    def frame(self) -> Frame | None:
        """The present step; None at the beginning."""
        return self.trace.frames[self.position - 1] if self.position else None

    @traitlets.validate("position")
    def _valid_position(self, proposal: Any) -> int:
        last = len(self.trace.frames)
        if not 0 <= proposal.value <= last:
            raise traitlets.TraitError(f"position must be from 0 to {last}, not {proposal.value}")
        return proposal.value

    @traitlets.validate("selected")
    def _valid_selected(self, proposal: Any) -> str:
        if proposal.value and proposal.value not in self._steps:
            raise traitlets.TraitError(f"no step belongs to a node {proposal.value!r}")
        return proposal.value

    @traitlets.observe("position")
    def _follow(self, _change: Any) -> None:
        self.check_grads()
        frame = self.frame
        self.selected = frame.node if frame else ""

    @in_its_language
    def check_grads(self) -> None:
        """Look whether somebody else has changed a ``.grad``; if so, say it in ``message``.

        This happens by itself when the position changes and when the stepper is shown.
        """
        self.others = [
            {"place": place, "value": value(grad)}
            for place, grad in self._shadow.move_to(self.position)
        ]
        if self.others:
            self._say()

    def _say(self) -> None:
        changed = self._changed_outside() if self.others else ""
        said = (self._problem, self._unrun, changed)
        self.message = " ".join(filter(None, said))

    def _hooks_that_wait(self) -> str:
        names = ", ".join(map(printable, self.trace.later))
        return self._text["later"].format(names=names) if names else ""

    def _changed_outside(self) -> str:
        names = [self.data["grads"][other["place"]]["name"] for other in self.others]
        grads = ", ".join(f"{name}.grad" for name in names)
        key = "changed_one" if len(names) == 1 else "changed_many"
        return self._text[key].format(grads=grads)

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message of the page, which says when it has shown the stepper."""
        if content == {"kind": "shown"}:
            self.check_grads()

    @traitlets.observe("selected")
    def _go_to_selected(self, _change: Any) -> None:
        self.position = self._steps.get(self.selected, 0)

    @property
    def words(self) -> Mapping[str, str]:
        """The words of the interface, in its language."""
        return self._text

    @in_its_language
    def save(
        self, path: str | PathLike[str], position: int | None = None, *, strip: bool = False
    ) -> None:
        """Save the stepper; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (a page that steps by itself, without kernel or network; of a stepper that
            asks, one that asks), .svg, .png or .pdf (one frame), .gif (all frames, as a film) or
            .txt (the table of steps).
        position : int, optional
            Which frame, and where the page begins. Default: the present position.
        strip : bool
            Whether an .html is a page of all frames, for print, instead.

        Raises
        ------
        ValueError
            If the ending or the position is another one, the pass too long for a film, or if a
            picture would tell what is still asked.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.
        """
        save(self, path, position, strip)

    @property
    def look(self) -> Look:
        """What a picture of a step shows."""
        return Look(self._text, engine=bool(self.data.get("engine")), seen=self.seen)

    def check_told(self, position: int) -> None:
        """Refuse to tell what is still asked; a stepper that does not ask tells everything."""

    def page_state(self, position: int) -> dict[str, Any]:
        """Return what a saved page begins with."""
        message = self._unrun if self.svg else self.message
        data = self.data
        if self.folded.groups and self.svg:
            data = {**data, "fold": {**data["fold"], "stored": stored_pictures(self)}}
        return {
            "position": position,
            "message": message,
            "others": [],
            "opened": self.drawn,
            "drawn": self.drawn,
            "svg": self.svg,
            "data": data,
        }

    def text_at(self, _position: int) -> str:
        """Return what a saved page tells as text; a stepper that does not ask tells everything."""
        return self.text

    @property
    @in_its_language
    def text(self) -> str:
        """The steps as a table of plain text; below it the engine, the boxes, what a rule did."""
        parts = [str(self.trace), *([self._unrun] if self._unrun else [])]
        if self.data.get("engine"):
            parts.append(engine_table(self.trace))
        if self.trace.second is not None:
            parts.append(second_text(self.trace.second))
        if self.folded.groups:
            parts.append(box_table(self.trace, self.folded))
        if self.fault is not None:
            parts.append(fault_text(self.trace, self.fault, self._text))
        return "\n\n".join(parts)

    def __repr__(self) -> str:
        top = self.trace.nodes[self.trace.graph.root]
        of = top.label or top.name
        return f"Stepper({of}, position {self.position} of {len(self.trace.frames)})"

    @in_its_language
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, with the table of steps and the picture for where widgets do not run."""
        self.check_grads()
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = self.text
        if self.svg:
            data |= self._static()
        return data, metadata

    def _static(self) -> dict[str, Any]:
        """Return what stands in a notebook where widgets do not run: on GitHub, in print."""
        second = self.trace.second
        many = len(self.trace.frames) > MOST_STATIC
        if not many and (second is None or len(second.graph.nodes) <= MOST_SECOND):
            further = self.text.removeprefix(str(self.trace))
            with suppress(LayoutError):
                return static_pictures(self.trace, self.look, further)
        return {"image/svg+xml": self.svg}

    @property
    def seen(self) -> FoldedPicture | None:
        """What the picture shows, where something is folded in it."""
        return self.shown if self.folded.groups else None
