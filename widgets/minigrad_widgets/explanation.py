"""explain(): why the last backward pass failed, shown on its graph."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from .account import Account, account_of_missing, give_account, shown_line
from .blame import Blame, find_blame, root_code
from .esm import OWN_KEYS, style
from .failure import Failure, last_error, read_failure
from .files import PRINT_DPI, plain_page, write
from .graph import Graph
from .layout import LayoutError
from .names import find_names, is_tensor
from .sources import Line
from .svg import new_prefix, picture, render_graph, small_png
from .text import outline
from .unrecorded import unrecorded
from .values import printable
from .words import in_its_language, speaking, word, words

if TYPE_CHECKING:
    from collections.abc import Collection
    from os import PathLike

MOST = 60  # nodes of a picture; of a larger graph the part around the culprit is drawn
ABOVE = 8  # of them, on the way from the root
LINES = 80  # of the outline


def explain(
    error: BaseException | None = None,
    *,
    names: Mapping[str, Any] | None = None,
    lang: str | None = None,
) -> Explanation:
    """Explain why a backward pass failed.

    Parameters
    ----------
    error : exception, optional
        What ``backward()``, ``autograd.grad()``, the call of a node or a change in place has
        raised. Default: the error that is being handled, or else the last one of the notebook.
    names : mapping of str to Tensor, optional
        What to call the tensors. Default: the variables of the code that failed, of the caller and
        of the notebook.
    lang : {"en", "zh"}, optional
        The language. Default: that of the environment variable ``MINIGRAD_LANG``, or else English.

    Returns
    -------
    Explanation
        Shown, it says what happened and what to do, with the lines that matter and the graph in
        which the culprit is marked.

    Notes
    -----
    Nothing is run and nothing is changed: the graph is read as the failed pass left it, and the
    lines of the notebook are read as text. In anomaly mode
    (``torch.autograd.set_detect_anomaly(True)``) nodes know the line that made them; else it is
    found by the names that the lines assign.

    Examples
    --------
    >>> import minigrad as torch
    >>> x = torch.tensor(2., requires_grad=True)
    >>> y = x.exp()
    >>> y.backward()
    >>> try:
    ...     y.backward()
    ... except RuntimeError as error:
    ...     why = explain(error)
    >>> why.kind, why.culprit, why.marks
    ('freed', 'n0', {'n0': 'saved result is freed'})
    """
    error = last_error() if error is None else error
    if error is None:
        text = words("explain", lang=lang)
        return Explanation(None, None, Account(happened=[text["nothing"]]), None, text)
    if not isinstance(error, BaseException):
        given = error.__name__ if isinstance(error, type) else type(error).__name__
        raise TypeError(f"explain() needs an error, or nothing for the last one, not {given}")
    failure = read_failure(error)
    known: dict[str, Any] = {}
    if failure.kind != "other":
        known = find_names(names) if names is not None else _names(failure)
    with speaking(lang):
        return _explained(error, failure, known)


def _explained(error: BaseException, failure: Failure, known: Mapping[str, Any]) -> Explanation:
    text = words("explain")
    if failure.kind == "other":
        other = text["other"].format(error=f"{type(error).__name__}: {_first_line(error)}")
        return Explanation(error, failure, Account(happened=[other]), None, text)
    if failure.kind == "no_graph":
        return Explanation(error, failure, _missing(failure, known, text), None, text)
    blame = find_blame(failure, known)
    return Explanation(error, failure, give_account(failure, blame, known, text), blame, text)


def _names(failure: Failure) -> dict[str, Any]:
    """Return the learner's names, those of the code that failed first."""
    found: dict[str, Any] = {}
    for frame, *_ in reversed(failure.frames):
        visible = {k: v for k, v in frame.f_locals.items() if not k.startswith("_")}
        for hidden in ("In", "Out"):
            visible.pop(hidden, None)
        for name, tensor in find_names(visible).items():
            found.setdefault(name, tensor)
    for name, tensor in find_names(depth=2).items():
        found.setdefault(name, tensor)
    return found


def _missing(failure: Failure, names: Mapping[str, Any], text: Mapping[str, str]) -> Account:
    without = [root for root in failure.roots if is_tensor(root) and not root.requires_grad]
    root = without[0]
    code = next((name for name, tensor in names.items() if tensor is root), root_code(failure))
    called = code or text["this_tensor"]
    return account_of_missing(failure, unrecorded(failure, called, root, names), called, text)


class Explanation:
    """What `explain` returns.

    Attributes
    ----------
    error : exception or None
    kind : str
        "freed", "in_place", "leaf_in_place", "no_graph", "vector", "start_shape", "unused",
        "input_without_grad", "function_shape", "function_count", "function_extra", "function_type",
        "raised" (other code that the pass ran); "other" or "nothing" if there is nothing to
        explain.
    graph : Graph or None
    culprit : str or None
        Id of the node in ``graph``.
    marks : dict of str to str
        Node id to what is the matter with it.
    tensor : str or None
        The name of the tensor that was changed in place.
    expected, found : int or None
        The versions of that tensor.
    lines : list of Line
        The lines that matter.
    happened, advice : list of str
        Sentences.
    fix : str
        What to write instead; empty if that cannot be said in code.
    """

    def __init__(
        self,
        error: BaseException | None,
        failure: Failure | None,
        account: Account,
        blame: Blame | None,
        text: Mapping[str, str],
    ) -> None:
        self.error = error
        self.kind = failure.kind if failure else "nothing"
        self.graph = account.graph
        self.culprit = account.node
        self.marks = account.marks
        self.tensor = blame.tensor if blame else None
        self.expected = blame.expected if blame else None
        self.found = blame.found if blame else None
        self.happened, self.advice, self.fix = account.happened, account.todo, account.fix
        self._lines = account.lines
        self._recorded = account.recorded
        self._text = text
        self._lang = text["lang"]
        self._picture: tuple[str, str] | None = None

    @property
    def lines(self) -> list[Line]:
        return [line for _, line in self._lines]

    @property
    @in_its_language
    def text(self) -> str:
        """All of it as text."""
        parts = [self._head, *self.happened]
        if self.expected is not None:
            parts.append(self._versions)
        parts += ["", *self._line_texts] if self._lines else []
        if self.advice:
            advice = word("graph", "label", label=self._text["todo"], text=" ".join(self.advice))
            parts += ["", advice]
            parts += [f"    {line}" for line in self.fix.splitlines()]
        if self.graph is not None:
            parts += ["", *self._graph_notes, outline(self._drawn, LINES, self.marks)]
            parts += self._alone
        return "\n".join(parts).strip()

    __repr__ = text.fget  # type: ignore[assignment]

    @property
    def svg(self) -> str:
        """The picture; empty where there is no graph, or no engine that draws."""
        return self._drawing[0]

    @property
    @in_its_language
    def html(self) -> str:
        """All of it as HTML; what the learner wrote is text in it."""
        quiet = "" if self.graph is not None or self._lines else " quiet"
        head = f'<p class="head{quiet}">{escape(self._head or self.happened[0])}</p>'
        said = self.happened if self._head else self.happened[1:]
        body = "".join(f"<p>{escape(sentence)}</p>" for sentence in said)
        if self.expected is not None:
            body += f'<p class="where">{escape(self._versions)}</p>'
        if body:
            body = f"<h4>{escape(self._text['happened'])}</h4>{body}"
        body += "".join(self._html_line(key, line) for key, line in self._lines)
        if self.advice:
            body += f"<h4>{escape(self._text['todo'])}</h4>"
            body += "".join(f"<p>{escape(sentence)}</p>" for sentence in self.advice)
            fix = f'<pre class="fix" tabindex="0" {OWN_KEYS}>{escape(self.fix)}</pre>'
            body += fix if self.fix else ""
        inner = f'<div class="words">{body}</div>' if body else ""
        return (
            f'<style>{style("mg-explain", "explain.css")}</style><section class="mg mg-explain" '
            f'lang="{self._lang}" aria-label="{escape(self._text["widget"])}">'
            f'<div class="frame">{head}'
            f'{f"""<div class="body">{inner}{self._html_picture}</div>""" if inner else ""}'
            f"{self._html_outline}</div></section>"
        )

    @in_its_language
    def save(self, path: str | PathLike[str]) -> None:
        """Save the explanation; the ending of the name says how.

        Parameters
        ----------
        path : str or path
            Ends in .html (all of it, as a page), .svg, .png or .pdf (the graph with the culprit
            marked) or .txt.

        Raises
        ------
        ValueError
            If the ending is another one, or there is no graph to draw.
        LayoutError
            If the layout engine cannot draw the format. No file is left behind then.
        """
        page = {"lang": self._text["lang"], "title": self._text["widget"]}
        write(
            path,
            {
                ".html": lambda: plain_page(self.html, **page),
                ".svg": lambda: self._rendered("svg"),
                ".png": lambda: self._rendered("png", PRINT_DPI),
                ".pdf": lambda: self._rendered("pdf"),
                ".txt": lambda: f"{self.text}\n",
            },
        )

    def _rendered(self, format: str, dpi: int | None = None) -> bytes:
        if self.graph is None:
            raise ValueError(f"there is no picture: {self.happened[0]}")
        options: dict[str, Any] = {"legend": False, "grads": False, "marks": self.marks}
        return render_graph(self._drawn, format, prefix=new_prefix(), dpi=dpi, **options)

    @in_its_language
    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return text, HTML and, where there is one, the picture alone."""
        bundle = {"text/plain": self.text, "text/html": self.html}
        if self.svg:
            bundle["image/svg+xml"] = self.svg
            bundle |= small_png(self._drawn, marks=self.marks)
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: data for kind, data in bundle.items() if kind in wanted}

    # --- the parts

    @property
    def _head(self) -> str:
        if self.error is None or self.kind == "other":
            return ""
        name = type(self.error).__name__
        failed = next((line for key, line in self._lines if key == "failed_line"), None)
        if failed is None:
            return self._text["head_nowhere"].format(error=name)
        return self._text["head"].format(error=name, where=shown_line(failed, self._text))

    @property
    def _versions(self) -> str:
        name = self.tensor or self._text["this_tensor"]
        return self._text["versions"].format(
            name=printable(name), expected=self.expected, found=self.found
        )

    @property
    def _line_texts(self) -> list[str]:
        places = [
            (self._text[key], shown_line(line, self._text), line) for key, line in self._lines
        ]
        return [
            f"{word('graph', 'label', label=label, text=place)}\n    {printable(line.text)}"
            for label, place, line in places
        ]

    def _html_line(self, key: str, line: Line) -> str:
        kind = "" if key == "failed_line" else ' class="culprit"'
        return (
            f"<h4>{escape(self._text[key])} · {escape(shown_line(line, self._text))}</h4>"
            f'<pre{kind} tabindex="0" {OWN_KEYS}>{escape(printable(line.text))}</pre>'
        )

    @property
    def _drawn(self) -> Graph:
        """The graph, or of a large one the part around the culprit."""
        graph = self.graph
        assert graph is not None  # noqa: S101 (its callers have asked)
        return _around(graph, self.culprit) if len(graph.nodes) > MOST else graph

    @property
    def _graph_notes(self) -> list[str]:
        graph, drawn = self.graph, self._drawn
        assert graph is not None  # noqa: S101 (its callers have asked)
        notes = [] if self._recorded else [self._text["not_recorded"]]
        if len(drawn.nodes) < len(graph.nodes):
            counts = {"shown": len(drawn.nodes), "total": f"{len(graph.nodes):,}"}
            notes.append(self._text["part"].format(**counts))
        return [*notes, self._text["marked"]] if self.marks else notes

    @property
    def _alone(self) -> list[str]:
        """Lines for marked nodes that no edge leads to: the outline has only what it reaches."""
        drawn = self._drawn
        reached = {edge.target for edge in drawn.edges} | {drawn.root}
        lines: list[str] = []
        for node in drawn.nodes:
            if node.id not in reached:
                single = Graph((node,), (), node.id, {})
                lines.append(outline(single, marks=self.marks))
        return lines

    @property
    @in_its_language
    def _drawing(self) -> tuple[str, str]:
        """The picture, or why there is none."""
        if self._picture is None:
            self._picture = "", ""
            if self.graph is not None:
                try:
                    drawn = picture(self._drawn, new_prefix(), legend=False, marks=self.marks)
                    self._picture = drawn, ""
                except LayoutError as error:
                    self._picture = "", self._text["no_picture"].format(error=error)
        return self._picture

    @property
    def _html_picture(self) -> str:
        if self.graph is None:
            return ""
        drawn, problem = self._drawing
        notes = [problem] if problem else self._graph_notes
        said = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
        return f'<div class="picture">{drawn}{said}</div>'

    @property
    def _html_outline(self) -> str:
        if self.graph is None:
            return ""
        lines = "\n".join([outline(self._drawn, LINES, self.marks), *self._alone])
        summary = escape(self._text["graph_text"])
        return (
            f"<details><summary {OWN_KEYS}>{summary}</summary>"
            f'<pre tabindex="0" {OWN_KEYS}>{escape(lines)}</pre></details>'
        )


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return printable(lines[0]) if lines else ""


def _around(graph: Graph, culprit: str | None) -> Graph:
    """Return the part of a graph around a node: the way to it from above, and what is below."""
    users: dict[str, str] = {}
    below: dict[str, list[str]] = {}
    for edge in graph.edges:
        users.setdefault(edge.target, edge.source)
        below.setdefault(edge.source, []).append(edge.target)
    top = culprit or graph.root
    kept = {top}
    while len(kept) <= ABOVE and top in users and users[top] not in kept:
        top = users[top]
        kept.add(top)
    queue = [culprit or graph.root]
    for node_id in queue:  # it grows meanwhile
        for target in below.get(node_id, []):
            if target not in kept and len(kept) < MOST:
                kept.add(target)
                queue.append(target)
    nodes = tuple(node for node in graph.nodes if node.id in kept)
    edges = tuple(e for e in graph.edges if e.source in kept and e.target in kept)
    ordered = tuple(sorted(nodes, key=lambda node: node.id != top))
    return Graph(ordered, edges, top, graph.handles)


__all__ = ["Explanation", "explain"]
