"""The viewer of a large graph: groups unfold and fold, every state laid out when asked for."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from .esm import one_module, style
from .files import write
from .fold import Folded, FoldedPicture
from .layout import LayoutError
from .svg import new_prefix, picture, small_png
from .text import found_by, outline
from .values import printable
from .view import LINES, View
from .viewer_page import viewer_page
from .words import in_its_language, words

if TYPE_CHECKING:
    from os import PathLike

    from .graph import Graph

_MODULES = ("words.js", "dom.js", "camera.js", "search.js", "viewer.js")


class Viewer(anywidget.AnyWidget):
    """What `draw` returns for a graph that is folded.

    Attributes
    ----------
    opened : list of str
        Ids of the groups that are unfolded; may be set. What cannot be drawn is taken back, and
        ``message`` says why. An id that no group has raises ``traitlets.TraitError``.
    folded : Folded
        The whole graph and its groups.
    graph : Graph
        The whole graph.
    svg : str
        The picture as it is now; empty when no layout engine could draw any.
    message : str
        What the viewer has to say; empty if nothing.
    """

    _esm = one_module(*_MODULES)
    _css = style("mg-viewer", "camera.css", "viewer.css")

    opened = traitlets.List(traitlets.Unicode()).tag(sync=True)
    drawn = traitlets.List(traitlets.Unicode()).tag(sync=True)
    svg = traitlets.Unicode("").tag(sync=True)
    message = traitlets.Unicode("").tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        folded: Folded,
        *,
        legend: bool = True,
        presenter: bool = False,
        lang: str | None = None,
    ) -> None:
        self.folded = folded
        self.prefix = new_prefix()
        self._legend = legend
        self._text = words("fold", "camera", lang=lang)
        self._lang = self._text["lang"]
        self._lock = threading.Lock()  # observers may run beside a cell
        self._cache: dict[frozenset[str], str] = {}
        opened = [group for group in folded.groups if group in folded.first_opened()]
        try:
            svg, problem = self.drawing(opened), ""
        except LayoutError as error:
            svg, problem = "", self._text["no_viewer_picture"].format(error=error)
        super().__init__(
            opened=opened, drawn=opened, svg=svg, message=problem, data=self._data(presenter)
        )

    def _data(self, presenter: bool) -> dict[str, Any]:
        groups = self.folded.groups
        return {
            "words": self._text,
            "presenter": presenter,
            "note": self._note(),
            "groups": {
                group.id: {
                    "name": printable(group.name),
                    "size": group.size,
                    "parent": group.parent or "",
                }
                for group in groups.values()
            },
            "inside": {
                item: group for item, group in self.folded.parents.items() if item not in groups
            },
            "nodes": found_by(self.graph),
        }

    def _note(self) -> str:
        key = f"by_{self.folded.rule}" if self.folded.rule else "by_nothing"
        count, groups = len(self.graph.nodes), len(self.folded.groups)
        return self._text[key].format(nodes=f"{count:,}", groups=f"{groups:,}")

    @property
    def graph(self) -> Graph:
        """The whole graph."""
        return self.folded.graph

    @property
    @in_its_language
    def shown(self) -> FoldedPicture:
        """What is seen now."""
        return self.folded.picture(self.drawn)

    @traitlets.validate("opened")
    def _valid_opened(self, proposal: Any) -> list[str]:
        unknown = [group for group in proposal.value if group not in self.folded.groups]
        if unknown:
            raise traitlets.TraitError(f"there is no group {unknown[0]!r}")
        wanted = set(proposal.value)
        return [group for group in self.folded.groups if group in wanted]

    @traitlets.observe("opened")
    def _follow(self, _change: Any) -> None:
        opened = list(self.opened)
        if opened == self.drawn:
            return
        try:
            drawn = self.drawing(opened)
        except LayoutError as error:
            with self.hold_sync():
                self.message = self._text["no_viewer_picture"].format(error=error)
                self.opened = self.drawn
            return
        with self.hold_sync():
            self.message = ""
            self.drawn = opened
            self.svg = drawn

    @in_its_language
    def drawing(self, opened: Collection[str]) -> str:
        """Lay out one state; each once."""
        key = frozenset(opened)
        with self._lock:
            if key not in self._cache:
                seen = self.folded.picture(key).graph
                self._cache[key] = picture(seen, self.prefix, legend=self._legend, grads=True)
            return self._cache[key]

    def unfold(self) -> None:
        """Unfold everything."""
        self.opened = list(self.folded.groups)

    def fold(self) -> None:
        """Fold everything."""
        self.opened = []

    @property
    @in_its_language
    def text(self) -> str:
        """The whole graph as an indented outline."""
        return outline(self.graph)

    @property
    def dot(self) -> str:
        """The picture as it is now, in DOT."""
        return self._view().dot

    @property
    def html(self) -> str:
        """The picture as it is now and the outline, as a page that needs nothing else."""
        return self._view().html

    @in_its_language
    def save(self, path: str | PathLike[str]) -> None:
        """Save the viewer as it is now; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (a page without kernel or network, that searches and zooms, and unfolds
            what is laid out now: the groups that are seen, level by level, as far as five seconds
            and the size of the file allow), .svg, .png, .pdf or .dot (the picture), or .txt (the
            outline of the whole graph).

        Raises
        ------
        ValueError
            If the ending is another one.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.
        """
        write(path, {".html": lambda: viewer_page(self), **self._view().makers})

    def _view(self) -> View:
        return View(self.shown.graph, legend=self._legend, text=self.text, lang=self._lang)

    @in_its_language
    def __repr__(self) -> str:
        return f"{self._head()}\n{outline(self.folded.picture(self.drawn).graph, LINES)}"

    def _head(self) -> str:
        if not self.folded.rule:
            return self._text["text_nothing"].format(nodes=f"{len(self.graph.nodes):,}")
        return self._text["text_all"].format(note=self._note())

    @in_its_language
    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget, with the text and the picture for where widgets do not run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        unwanted: Collection[str] = kwargs.get("exclude") or ()
        data["text/plain"] = repr(self) + (f"\n\n{self.message}" if self.message else "")
        if self.svg:
            data["image/svg+xml"] = self.svg
            if "image/png" not in unwanted:
                data |= small_png(self.shown.graph, legend=self._legend)
        return data, metadata


__all__ = ["Viewer"]
