"""The viewer of a large graph: groups unfold and fold, every state laid out when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from .esm import one_module, style
from .files import write
from .fold import Folded
from .svg import small_png
from .text import found_by, outline
from .unfolding import Unfolding, fold_data
from .view import LINES, View
from .viewer_page import viewer_page
from .words import in_its_language, words

if TYPE_CHECKING:
    from collections.abc import Collection
    from os import PathLike

    from .graph import Graph

_MODULES = ("words.js", "dom.js", "camera.js", "search.js", "boxes.js", "viewer.js")


class Viewer(Unfolding):
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
    _css = style("mg-viewer", "camera.css", "boxes.css", "viewer.css")
    _no_picture = "no_viewer_picture"

    data = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        folded: Folded,
        *,
        legend: bool = True,
        presenter: bool = False,
        lang: str | None = None,
    ) -> None:
        text = words("fold", "camera", lang=lang)
        first = self._first_picture(folded, text, legend=legend, grads=True)
        data = {
            "words": text,
            "presenter": presenter,
            **fold_data(folded, text),
            "nodes": found_by(folded.graph),
        }
        super().__init__(data=data, **first)

    @property
    def graph(self) -> Graph:
        """The whole graph."""
        return self.folded.graph

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
        return self._text["text_all"].format(note=self.data["note"])

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
