"""draw(): the static picture of a graph."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from .dot import to_dot
from .files import PRINT_DPI, plain_page, write
from .fold import MANY
from .fold import fold as folding
from .graph import Graph, trace_graph
from .layout import LayoutError
from .names import find_names
from .palette import dark_properties
from .svg import new_prefix, picture, render_graph, small_png
from .text import name_text, outline
from .words import in_its_language, language, speaking, word

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from os import PathLike

    from .files import Maker
    from .fold import Rule

LINES = 200  # of the outline, where it is shown without being asked for


def draw(
    root: Any,
    names: Mapping[str, Any] | None = None,
    *,
    legend: bool = True,
    fold: Rule | None = None,
    presenter: bool = False,
    lang: str | None = None,
) -> Any:
    """Draw the graph behind a tensor.

    Parameters
    ----------
    root : tensor or node
        A minigrad or PyTorch tensor that requires grad, or a ``grad_fn``; before or after
        ``backward()``.
    names : mapping of str to tensor, optional
        What to call the tensors. Default: the variables of the caller and of the notebook.
    legend : bool
        Whether the picture explains its arrows and marks.
    fold : bool, str, module, Scopes or callable, optional
        How nodes are put into groups, each of which is one node in the picture until it is
        unfolded: ``"module"``, ``"scope"``, ``"repeat"``, ``"auto"``, a module, what ``scopes``
        gave, or a function from a node to the name of its group; see ``fold.fold``. Default:
        ``"auto"`` for a graph of more than 100 nodes. False: all nodes are drawn.
    presenter : bool
        Of the viewer of a folded graph, as for ``step``.
    lang : {"en", "zh"}, optional
        The language of picture and text. Default: that of the environment variable
        ``MINIGRAD_LANG``, or else English.

    Returns
    -------
    View or Viewer
        Shows itself in a notebook as a picture, prints as an outline, and saves with
        ``.save("graph.svg")``. A Viewer, where the graph is folded, is a widget.

    Raises
    ------
    TypeError, ValueError
        If ``root`` has no graph.

    Examples
    --------
    >>> import minigrad as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> y = x * x
    >>> print(draw(y))
    n0 MulBackward0: y = 9., float32 scalar, saved self 3., saved other 3.
      [0] n1 AccumulateGrad: x = 3., leaf, float32 scalar, grad None
      [1] (see n1)
    """
    known = find_names(names)
    with speaking(lang):
        return _drawing(trace_graph(root, known), known, legend, fold, presenter)


def _drawing(
    graph: Graph, names: Mapping[str, Any], legend: bool, fold: Rule | None, presenter: bool
) -> Any:
    if fold is False or (fold is None and len(graph.nodes) <= MANY):
        return View(graph, legend=legend)
    from .viewer import Viewer  # a widget: only where one is needed

    rule = "auto" if fold is None else fold
    return Viewer(folding(graph, rule, names), legend=legend, presenter=presenter)


class View:
    """The picture of a graph as it was when ``draw()`` was called.

    Attributes
    ----------
    graph : Graph
    prefix : str
        Begins every id in the picture.
    """

    def __init__(
        self, graph: Graph, *, legend: bool = True, text: str | None = None, lang: str | None = None
    ) -> None:
        self.graph = graph
        self._lang = language(lang)
        self._text = text  # of a folded graph: that of all its nodes
        self.prefix = new_prefix()
        self._legend = legend
        self._svg: str | None = None

    @property
    @in_its_language
    def text(self) -> str:
        """The graph as an indented outline."""
        return outline(self.graph) if self._text is None else self._text

    @property
    @in_its_language
    def dot(self) -> str:
        """The graph in DOT."""
        return to_dot(self.graph, prefix=self.prefix, legend=self._legend).source

    @property
    @in_its_language
    def svg(self) -> str:
        """The picture as one ``<svg>`` element. Raises LayoutError where no engine can draw it."""
        if self._svg is None:
            self._svg = picture(self.graph, self.prefix, legend=self._legend, grads=True)
        return self._svg

    @property
    @in_its_language
    def html(self) -> str:
        """The picture and its outline as a page that needs nothing else."""
        top = self.graph.nodes[0]
        dark = f"#{self.prefix} {{ {dark_properties()} }}"
        return plain_page(
            f"{self.svg}\n<details><summary>{escape(word('graph', 'text'))}</summary>\n"
            f"<pre>{escape(self.text)}</pre>\n</details>",
            lang=self._lang,
            title=word("graph", "title", name=name_text(top) or top.name),
            style=f"@media (prefers-color-scheme: dark) {{ {dark} }}",
        )

    @in_its_language
    def save(self, path: str | PathLike[str]) -> None:
        """Save the picture; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (picture and outline), .svg, .png, .pdf, .txt (the outline) or .dot
            (Graphviz's language).

        Raises
        ------
        ValueError
            If the ending is another one.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.
        """
        write(path, {".html": lambda: self.html, **self.makers})

    @property
    def makers(self) -> dict[str, Maker]:
        """What makes each kind of file but the page."""
        return {
            ".svg": lambda: self.svg,
            ".png": lambda: self._rendered("png", PRINT_DPI),
            ".pdf": lambda: self._rendered("pdf"),
            ".txt": lambda: f"{self.text}\n",
            ".dot": lambda: self.dot,
        }

    def _rendered(self, format: str, dpi: int | None = None) -> bytes:
        return render_graph(self.graph, format, prefix=self.prefix, legend=self._legend, dpi=dpi)

    @in_its_language
    def __repr__(self) -> str:
        return outline(self.graph, LINES)

    @in_its_language
    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return the picture as SVG, as PNG (shown where a notebook is not trusted) and as text."""
        bundle = {"text/plain": repr(self)}
        try:
            bundle["image/svg+xml"] = self.svg
        except LayoutError as error:
            bundle["text/plain"] += f"\n\n{word('graph', 'no_picture', error=error)}"
        else:
            if "image/png" not in set(exclude or ()):
                bundle |= small_png(self.graph, legend=self._legend)
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: data for kind, data in bundle.items() if kind in wanted}
