"""The widget of a function of leaves: its graph, numbers and gradients while the leaves move."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import PathLike
from types import MappingProxyType
from typing import Any

import anywidget
import traitlets

from .along import playground_makers
from .curve import Sampled, View, sample, with_point
from .esm import one_module, style
from .evaluate import FailureError, Function, Run, evaluate, height, total
from .files import write
from .graph import Graph
from .leaves import Leaf, elements_of, range_around
from .live import Laid, Pictures, filled, texts
from .pace import Pace
from .play_page import page_curve, page_leaf, page_state, playground_text, said_of_plot, said_of_run
from .play_values import Values
from .svg import small_png
from .typed import RefusedError, read_number
from .values import printable
from .words import in_its_language

_MODULES = (
    *("words.js", "dom.js", "livepicture.js", "plot.js", "leafcontrols.js"),
    *("along.js", "channel.js", "reel.js", "playground.js"),
)
FINE_SECONDS, ROUGH_SECONDS = 0.6, 0.012  # that a curve may take: at rest, and while a slider moves


class Playground(anywidget.AnyWidget):
    """The widget that `play` returns.

    Attributes
    ----------
    values : mapping of str to float or nested list
        What the leaves are; ``values["x"] = 3`` moves one, ``playground.values = {...}`` several at
        once. What does not fit raises ValueError and changes nothing.
    leaves, grads : mapping of str to Tensor
        The leaves of the last run that gave a graph, and their gradients (None: the output does not
        depend on the leaf, or it holds integers). ``leaves["x"].grad`` is the same gradient.
    output : Tensor or None
        What the function returned then; ``step(playground.output)`` steps through its graph.
    graph : Graph or None
        Its graph; ``grad`` of a node is the gradient that arrives there.
    selected : str
        The leaf, or the element of one, that the output is plotted against: ``"x"``,
        ``"W[0, 1]"``; may be set. Empty if there is none.
    message : str
        Why the last run gave no graph, with the line of the function; empty if it did.
    """

    _esm = one_module(*_MODULES)
    _css = style("mg-playground", "playground.css")

    svg = traitlets.Unicode("").tag(sync=True)
    curve: Any = traitlets.Dict().tag(sync=True)
    state: Any = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    message = traitlets.Unicode("")

    def __init__(
        self,
        function: Function,
        leaves: Mapping[str, Leaf],
        library: Any,
        names: Mapping[str, Any] | None,
        text: Mapping[str, str],
        *,
        presenter: bool = False,
    ) -> None:
        self._lock = threading.RLock()  # messages may be heard beside a cell
        self._function, self._library, self._text = function, library, text
        self._lang = text["lang"]
        self._specs = dict(leaves)
        self._names = names
        self._elements = {name: list(leaf.start) for name, leaf in leaves.items()}
        self._ranges = {name: (leaf.low, leaf.high) for name, leaf in leaves.items()}
        self._plotted = next(((n, 0) for n, leaf in leaves.items() if not leaf.integer), None)
        self._run: Run | None = None
        self._tensors: dict[str, Any] = {}
        self._pictures = Pictures()
        self._laid: Laid | None = None
        self._sampled: tuple[Any, Sampled | None] = (None, None)
        self._drawn: tuple[Any, dict[str, Any]] = (None, {})  # the last curve, and of what
        self._pace = Pace()
        self._refused: dict[str, Any] | None = None  # what was typed last and not taken
        self._said = ""  # for the live region
        self._changes = ""  # how the shape of the graph changed last
        super().__init__(
            data={
                "title": self.title,
                "leaves": [page_leaf(leaf) for leaf in leaves.values()],
                "words": dict(text),
                "presenter": presenter,
            }
        )
        self._show(self._ran())
        self.on_msg(self._hear)

    # ---- what Python reads and sets

    @property
    def title(self) -> str:
        """The function and its leaves: ``f(x, w)``."""
        return f"{self._function.name}({', '.join(self._specs)})"

    @property
    def values(self) -> Values:
        """What the leaves are; may be set, one or several."""
        return Values(self)

    @values.setter
    def values(self, values: Mapping[str, Any]) -> None:
        self._set({name: self._read(name, given) for name, given in values.items()})

    @property
    def leaves(self) -> Mapping[str, Any]:
        """The tensors of the last run that gave a graph."""
        return MappingProxyType(self._tensors)

    @property
    def grads(self) -> Mapping[str, Any]:
        """Their gradients."""
        run = self._run
        return MappingProxyType(run.grads if run else dict.fromkeys(self._specs))

    @property
    def output(self) -> Any:
        """What the function returned then."""
        return self._run.output if self._run else None

    @property
    def graph(self) -> Graph | None:
        """The graph of that output."""
        return self._run.graph if self._run else None

    @property
    def selected(self) -> str:
        """The leaf, or the element of one, that the output is plotted against."""
        if self._plotted is None:
            return ""
        name, index = self._plotted
        return self._specs[name].element(index)

    @selected.setter
    def selected(self, element: str) -> None:
        plain = element.replace(" ", "")
        for name, leaf in self._specs.items():
            for index in range(len(leaf.start)):
                if not leaf.integer and leaf.element(index).replace(" ", "") == plain:
                    self._choose(name, index)
                    return
        raise ValueError(f"there is no element {element!r} that has a gradient")

    def reset(self) -> None:
        """Put all leaves back to where they were at the beginning."""
        with self._lock:
            self._ranges = {name: (leaf.low, leaf.high) for name, leaf in self._specs.items()}
            self._set({name: list(leaf.start) for name, leaf in self._specs.items()})

    def _read(self, name: str, given: Any) -> list[float]:
        if name not in self._specs:
            raise KeyError(f"there is no leaf {name!r}; there are: {', '.join(self._specs)}")
        try:
            return list(elements_of(self._specs[name], given))
        except RefusedError as error:
            raise ValueError(self._told(error)) from None

    def _told(self, error: RefusedError | FailureError) -> str:
        return self._text[error.key].format(**error.values)

    # ---- what the page asks for

    def _hear(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Take a message of the page; whatever it is, it is answered."""
        if not isinstance(content, dict):
            return
        answered = str(content.get("seq", ""))
        rough = content.get("rough") is True
        with self._lock:
            try:
                self._do(content, answered, rough)
            except RefusedError as error:
                where = {"leaf": content["leaf"], "index": content["index"]}
                self._refused = {**where, "reason": self._told(error)}
                self._show(answered=answered)

    def _do(self, content: Mapping[str, Any], answered: str, rough: bool) -> None:
        """Do what a message asks for. What no page of ours would send changes nothing."""
        kind, given = content.get("kind"), content.get("value")
        name, index = self._element(content)
        if kind == "reset":
            self.reset()
        elif kind == "forget":
            self._refused = None
        elif kind == "choose" and name and not self._specs[name].integer:
            self._choose(name, index, answered=answered)
            return
        elif kind == "set" and name and isinstance(given, (int, float, str)):
            elements = list(self._elements[name])
            number = read_number(given) if isinstance(given, str) else given
            elements[index] = self._specs[name].check(number)
            before = self._ran_before(name, index, content.get("passed"))
            self._set({name: elements}, (name, index), answered, rough=rough, before=before)
            return
        self._show(answered=answered)

    def _element(self, content: Mapping[str, Any]) -> tuple[str, int]:
        """The leaf and the place in it that a message names; no name if there is none such."""
        name, index = content.get("leaf"), content.get("index")
        if not isinstance(name, str) or name not in self._specs or type(index) is not int:
            return "", 0
        return (name, index) if 0 <= index < len(self._specs[name].start) else ("", 0)

    # ---- the work

    def _ran_before(self, name: str, index: int, passed: Any) -> list[dict[str, Any]]:
        """Run the function where the slider has passed on its way, as far as there is time."""
        check = self._specs[name].check
        places = passed if isinstance(passed, list) else []
        frames: list[dict[str, Any]] = []
        for number in self._pace.some([n for n in places if type(n) in (int, float)]):
            drawn = self._drawn
            with suppress(RefusedError):
                elements = list(self._elements[name])
                elements[index] = check(number)
                self._elements[name] = elements
                frame = self._ran((name, index), rough=True, passing=True)
                frames.append(frame if self._drawn is drawn else {**frame, "curve": self._drawn[1]})
        return frames

    def _set(
        self,
        elements: Mapping[str, list[float]],
        changed: tuple[str, int] | None = None,
        answered: str = "",
        *,
        rough: bool = False,
        before: Sequence[Any] = (),
    ) -> None:
        with self._lock:
            self._refused = None
            for name, new in elements.items():
                self._elements[name] = new
                low, high = self._ranges[name]
                largest = max(map(abs, new))
                if not low <= -largest <= largest <= high and not self._specs[name].fixed:
                    self._ranges[name] = range_around(largest)
            if changed is None and len(elements) == 1:
                (name,) = elements
                changed = (name, 0)
            self._show(self._ran(changed, rough=rough), answered, before)

    def _choose(self, name: str, index: int, *, answered: str = "") -> None:
        with self._lock:
            self._plotted = (name, index)
            self._said = said_of_plot(self)
            self._show(answered=answered)

    @in_its_language
    def _ran(
        self, changed: tuple[str, int] | None = None, *, rough: bool = False, passing: bool = False
    ) -> dict[str, Any]:
        """Run the function with the leaves as they are now; return what the page shows of it."""
        start = time.monotonic()
        problem = ""
        try:
            tensors = self._make(self._elements)
            names = self._function.visible() if self._names is None else self._names
            run = evaluate(self._function, tensors, self._library, names)
        except FailureError as error:
            problem = self._told(error)
        else:
            for name, grad in run.grads.items():
                tensors[name].grad = grad
            self._take(run, tensors)
        self.message = "\n".join(map(printable, problem.splitlines()))
        self._said = said_of_run(self, changed)
        frame = self._frame(rough=rough, passing=passing)
        if rough:
            self._pace.lasted = time.monotonic() - start
        return frame

    @in_its_language
    def _take(self, run: Run, tensors: dict[str, Any]) -> None:
        before = self._laid, self._run
        self._run, self._tensors = run, tensors
        self._laid = self._pictures.of(run.graph)
        if before[0] and before[1] and before[0].number != self._laid.number:
            now, then = len(run.graph.nodes), len(before[1].graph.nodes)
            self._changes = self._text["changed"].format(now=now, before=then)

    def _make(self, elements: Mapping[str, list[float]]) -> dict[str, Any]:
        try:
            return {
                name: leaf.tensor(self._library, elements[name])
                for name, leaf in self._specs.items()
            }
        except (RuntimeError, TypeError, ValueError, OverflowError) as error:
            raise FailureError("raised", error=f"{type(error).__name__}: {error}") from error

    @in_its_language
    def _show(
        self, frame: Mapping[str, Any] | None = None, answered: str = "", before: Sequence[Any] = ()
    ) -> None:
        """Send everything that may have changed, in one message."""
        frame = self._frame() if frame is None else frame
        with self.hold_sync():
            self.svg = self._laid.svg if self._laid else ""
            self.curve = self._drawn[1]
            self.state = {
                "answered": answered,
                "refused": self._refused,
                "before": list(before),
                **frame,
            }
        self._pace.answered()

    def _frame(self, *, rough: bool = False, passing: bool = False) -> dict[str, Any]:
        """What the page shows of the last run, and the curve."""
        sampled = self._sample(rough)
        if (sampled, self._plotted) != self._drawn[0]:
            curve = page_curve(sampled, self._plotted, self._ranges)
            self._drawn = ((sampled, self._plotted), curve)
        return page_state(self, rough=bool(sampled and sampled.rough), passing=passing)

    def _sample(self, rough: bool) -> Sampled | None:
        """The curve of the output against the chosen element; kept while nothing else moves."""
        if self._plotted is None:
            return None
        name, index = self._plotted
        elements = {other: list(numbers) for other, numbers in self._elements.items()}
        here = elements[name][index]
        elements[name][index] = 0.0
        key = (name, index, self._ranges[name], repr(elements))
        kept_key, kept = self._sampled
        if kept_key != key or (kept is not None and kept.rough and not rough):
            view = kept.view if kept and kept_key[:2] == key[:2] else None
            kept = self._sampled_anew(elements, name, index, rough, view)
        if kept and kept.view and self._run and not self.message:
            view = with_point(kept.view, total(self._run.output))
            kept = kept if view is kept.view else kept._replace(view=view)
        self._sampled = (key, kept)
        elements[name][index] = here
        return kept

    def _sampled_anew(
        self,
        elements: dict[str, list[float]],
        name: str,
        index: int,
        rough: bool,
        view: View | None,
    ) -> Sampled | None:
        seconds = ROUGH_SECONDS if rough else FINE_SECONDS
        end = (
            time.monotonic() + (4 if rough else 2) * seconds
        )  # sample() ends before, but for slow calls

        def at(x: float) -> float:
            elements[name][index] = x
            left = end - time.monotonic()
            if left <= 0:
                return math.nan
            return height(self._function, self._make(elements), self._library, left)

        try:
            return sample(at, *self._ranges[name], seconds=seconds, rough=rough, before=view)
        except (FailureError, KeyboardInterrupt):
            return None

    # ---- how it is shown

    @in_its_language
    def save(self, path: str | PathLike[str]) -> None:
        """Save the playground as it is now; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (a page without kernel or network, on which the slider of the leaf that
            the output is plotted against moves over 41 places), .svg, .png or .pdf (the graph with
            its numbers) or .txt.

        Raises
        ------
        ValueError
            If the ending is another one, or there is no graph to draw.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.

        Notes
        -----
        For the page the function runs again, at each of these places, for 8 seconds at most; what
        takes longer has a page on which nothing moves.
        """
        write(path, playground_makers(self))

    def __repr__(self) -> str:
        return f"Playground({self.title})"

    @in_its_language
    def __str__(self) -> str:
        return playground_text(self)

    @in_its_language
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, with its text and the picture for where widgets do not run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = str(self)
        if self.svg and self._run:
            data["image/svg+xml"] = filled(self.svg, texts(self._run.graph))
            data |= small_png(self._run.graph)
        return data, metadata
