"""build(): the code of a cell, line by line, and the graph that grows with it."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Mapping
from itertools import count
from os import PathLike
from typing import Any

import anywidget
import traitlets

from .builder_page import run_data, run_picture, run_png
from .builder_still import run_still
from .builder_text import run_table
from .esm import one_module, style
from .files import (
    FILM_DPI,
    PRINT_DPI,
    check_length,
    check_position,
    check_strip,
    film,
    strip_page,
    widget_page,
    write,
)
from .journal import MOST_PASSES, Line
from .layout import LayoutError
from .names import is_tensor, maker
from .recorder import MOST_LINES, MOST_NODES, Recorder, Recording
from .statements import Source
from .trace import Trace
from .words import in_its_language, speaking, words

_MODULES = (
    *(
        "words.js",
        "state.js",
        "dom.js",
        "labels.js",
        "folds.js",
        "picture.js",
        "panel.js",
        "foot.js",
    ),
    *("controls.js", "growing.js", "builder.js"),
)
_numbers = count(1)


def build(
    source: str,
    namespace: dict[str, Any] | None = None,
    *,
    root: str | None = None,
    lang: str | None = None,
    presenter: bool = False,
) -> Builder:
    """Run code once, line by line, and show how the graph grows with each line.

    In a notebook the cell magic ``%%build`` does the same with the rest of its cell;
    ``%%build loss --as built`` chooses the root and keeps the widget under a name. Code in other
    threads is not recorded, and neither are the insides of libraries. A backward pass is tried out
    before it runs, so that it can be stepped through: a custom Function is called twice then. The
    widget keeps alive what it shows, tensors and graphs. It shows 2,000 lines, 400 nodes and 40
    backward passes, and says so where there were more.

    Parameters
    ----------
    source : str
        Python code, for minigrad or PyTorch.
    namespace : dict, optional
        The variables of the code, read and written. Default: those of the notebook, or else the
        globals of the caller.
    root : str, optional
        The name of a scalar tensor, from which a backward pass can be stepped through after the
        last line. Default: the value of the last expression, if it is such a tensor.
    lang : {"en", "zh"}, optional
        The language of the interface. Default: that of the environment variable
        ``MINIGRAD_LANG``, or else English.
    presenter : bool
        Whether all is so large that the last row of a class can read it.

    Returns
    -------
    Builder
        A widget. ``builder.position`` may be read and set. An error of the code is in
        ``builder.error``.

    Raises
    ------
    SyntaxError
        If the source is not Python, awaits outside of functions, or has magics in it. Nothing has
        run then.

    Examples
    --------
    >>> builder = build('''
    ... import minigrad as torch
    ... w = torch.tensor(2., requires_grad=True)
    ... y = w * w
    ... ''', {})
    >>> builder.position = 3
    >>> builder.names
    {'w': 'n0', 'y': 'n1'}
    """
    if not isinstance(source, str):
        raise TypeError(f"build() needs code as text, not {type(source).__name__}")
    if namespace is None:
        shell = notebook()
        caller = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
        variables: dict[str, Any] = caller.f_globals if shell is None else shell.user_ns
    else:
        variables = namespace
    with speaking(lang):
        recording = Recorder(Source(source, _filename(source)), variables).run()
        return Builder(recording, root=root, presenter=presenter)


def notebook() -> Any:
    """Return IPython's shell, if the code runs in one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _filename(source: str) -> str:
    """Make the source known to tracebacks; return the name under which it is."""
    shell = notebook()
    if shell is not None:
        return shell.compile.cache(source, shell.execution_count)
    filename = f"<build {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return filename


class Builder(anywidget.AnyWidget):
    """The widget that `build` returns.

    Attributes
    ----------
    position : int
        How many lines have been executed, 0 to ``len(lines)``. Setting it to anything else raises
        ``traitlets.TraitError``.
    inner : int
        Within the backward pass of the present line: how many of its steps have been taken. 0: the
        widget shows the code.
    message : str
        What could not be recorded or drawn; empty if nothing.
    lines : tuple of Line
        What was executed.
    error : BaseException or None
        What the code raised.
    recording : Recording
    passes : dict of int to Trace
        The backward passes, by the position at which they can be entered.
    svg : str
        The picture; empty when there is none.
    """

    _esm = one_module(*_MODULES)
    _css = style("mg-build", "stepper.css", "builder.css")

    position = traitlets.Int(0).tag(sync=True)
    inner = traitlets.Int(0).tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    svg = traitlets.Unicode("").tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        recording: Recording,
        text: Mapping[str, str] | None = None,
        *,
        root: str | None = None,
        presenter: bool = False,
    ) -> None:
        self.recording = recording
        self.lines: tuple[Line, ...] = recording.lines
        self.error = recording.error
        self._text = words("stepper", "build") if text is None else text
        self._lang = self._text["lang"]
        self.passes: dict[int, Trace] = {
            place: line.backward
            for place, line in enumerate(self.lines, 1)
            if line.backward is not None
        }
        problems = self._add_last_pass(root)
        problems += self._notes()
        try:
            drawn = run_picture(recording)
        except LayoutError as error:
            drawn = ""
            problems.append(self._text["no_picture_because"].format(error=error))
        data = {
            **run_data(recording, self.passes, self._text),
            "words": dict(self._text),
            "presenter": presenter,
        }
        position = len(self.lines) if self.error is not None else 0
        super().__init__(svg=drawn, data=data, message=" ".join(problems), position=position)

    def _add_last_pass(self, root: str | None) -> list[str]:
        """Take the backward pass that may follow the last line; return what is wrong with it."""
        last = len(self.lines)
        if not last or self.error is not None:
            return []
        journal = self.recording.journal
        tensor: Any = self.recording.value
        if root is not None:
            state = self.lines[-1].states.get(root)
            found = journal.camera.tensors({root: state}) if state is not None else {}
            tensor = found.get(root)
        if not is_tensor(tensor) or maker(tensor) is None or tensor.numel() != 1:
            return [] if root is None else [self._text["note_root"].format(name=root)]
        if last not in self.passes:
            taken = journal.take_pass(tensor)
            if taken is not None:
                self.passes[last] = taken
        return []

    def _notes(self) -> list[str]:
        most = {"lines": MOST_LINES, "nodes": MOST_NODES, "passes": MOST_PASSES}
        notes = dict.fromkeys([*self.recording.notes, *self.recording.journal.notes])
        return [
            self._text[f"note_{note}"].format(
                most=f"{most.get(note, 0):,}", error=self.recording.failure
            )
            for note in notes
        ]

    @property
    def filename(self) -> str:
        """The name under which tracebacks know the code."""
        return self.recording.source.filename

    @property
    def line(self) -> Line:
        """The present line; at the beginning, how things stood before."""
        return self.lines[self.position - 1] if self.position else self.recording.first

    @property
    def names(self) -> dict[str, str]:
        """The names of tensors at the present position, and the ids of their nodes."""
        return {name: state.node for name, state in self.line.states.items() if state.node}

    @in_its_language
    def save(
        self, path: str | PathLike[str], position: int | None = None, *, strip: bool = False
    ) -> None:
        """Save the builder; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (a page that steps by itself, without kernel or network), .svg, .png or
            .pdf (the graph after one line), .gif (all lines, as a film) or .txt (the table of
            lines).
        position : int, optional
            After which line, and where the page begins. Default: the present position.
        strip : bool
            Whether an .html is a page of all lines, for print, instead.

        Raises
        ------
        ValueError
            If the ending or the position is another one, the run too long for a film, or if there
            is no graph to draw.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.
        """
        check_strip(path, strip)
        last = len(self.lines)
        at = check_position(position, self.position, last)

        def one(format: str, dpi: int | None = None, place: int = at) -> bytes:
            return run_still(self.recording, self.data, place, format, dpi)

        def every(format: str, dpi: int | None = None) -> list[bytes]:
            check_length(last)
            return [one(format, dpi, place) for place in range(last + 1)]

        def sheet() -> str:
            count = self._text["line_count"]
            figures = [
                (count.format(n=place, total=last), drawn.decode())
                for place, drawn in enumerate(every("svg"))
            ]
            title, lang = self._text["build_widget"], self._text["lang"]
            return strip_page(figures, lang=lang, title=title, text=str(self))

        write(
            path,
            {
                ".html": sheet if strip else lambda: self._page(at),
                ".svg": lambda: one("svg"),
                ".png": lambda: one("png", PRINT_DPI),
                ".pdf": lambda: one("pdf"),
                ".gif": lambda: film(every("png", FILM_DPI)),
                ".txt": lambda: f"{self}\n",
            },
        )

    def _page(self, position: int) -> str:
        state = {
            "position": position,
            "inner": 0,
            "message": self.message,
            "svg": self.svg,
            "data": self.data,
        }
        title = self._text["build_widget"]
        return widget_page(self, state, lang=self._text["lang"], title=title, text=str(self))

    def into_backward(self) -> None:
        """Go on into the backward pass of this line, or of the next one that has one.

        Raises
        ------
        ValueError
            If there is no backward pass from here on.
        """
        place = next((one for one in sorted(self.passes) if one >= self.position), None)
        if place is None:
            raise ValueError("no line from here on runs a backward pass that was recorded")
        self.position = place
        self.inner = 1

    @traitlets.validate("position")
    def _valid_position(self, proposal: Any) -> int:
        last = len(self.lines)
        if not 0 <= proposal.value <= last:
            raise traitlets.TraitError(f"position must be from 0 to {last}, not {proposal.value}")
        return proposal.value

    @traitlets.validate("inner")
    def _valid_inner(self, proposal: Any) -> int:
        taken = self.passes.get(self.position)
        last = len(taken.frames) if taken is not None else 0
        if not 0 <= proposal.value <= last:
            raise traitlets.TraitError(f"inner must be from 0 to {last}, not {proposal.value}")
        return proposal.value

    @traitlets.observe("position")
    def _leave_pass(self, _change: Any) -> None:
        self.inner = 0

    @in_its_language
    def __str__(self) -> str:
        return run_table(self.recording)

    def __repr__(self) -> str:
        return f"Builder(position {self.position} of {len(self.lines)})"

    @in_its_language
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, with the table of lines and the picture for where widgets do not run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = str(self)
        if self.svg:
            data["image/svg+xml"] = self.svg
            data |= run_png(self.recording)
        return data, metadata


def _register() -> None:
    """In a notebook, who imports ``build`` has the magic too."""
    shell = notebook()
    if shell is not None:
        from .magic import register

        register(shell)


_register()
