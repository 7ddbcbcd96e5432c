"""A failed backward pass in plain words: what happened, by which lines, what to do about it."""

from __future__ import annotations

import ast
import copy
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .blame import Blame, root_code
from .failure import Failure, look_up
from .graph import Graph, GraphNode, trace_graph
from .names import is_tensor
from .numbers import sizes
from .remedy import (
    has_keyword,
    in_brackets,
    out_of_place,
    requiring_grad,
    with_keyword,
    without_detach,
    without_keyword,
)
from .sources import Event, Line, Position
from .unrecorded import Cut, Unrecorded
from .values import dtype_text, printable, shape_of, value_text
from .words import filled

# What PyTorch says of a custom Function, and what the numbers in it mean.
_TOLD = {
    "function_shape": (
        r"at index (\d+) - got (\[.*?\]).* with (\[.*?\])",
        ("place", "given", "shape"),
    ),
    "function_count": (r"expected (\d+), got (\d+)", ("shape", "given")),
    "function_extra": (r"at position (\d+)", ("place",)),
    "function_type": (r"got (.*)\)", ("given",)),
}


@dataclass
class Account:
    """What there is to say.

    Attributes
    ----------
    graph : Graph or None
    node : str or None
        Id of the culprit.
    marks : dict of str to str
        Node id to what is the matter with it.
    happened, todo : list of str
        Sentences.
    fix : str
        The remedy as code, where there is one.
    lines : list of tuple of str and Line
        The lines that matter: key of the words that say why, and the line.
    recorded : bool
        Whether the graph is one of the library, not one that was read off the lines.
    """

    graph: Graph | None = None
    node: str | None = None
    marks: dict[str, str] = field(default_factory=dict[str, str])
    happened: list[str] = field(default_factory=list[str])
    todo: list[str] = field(default_factory=list[str])
    fix: str = ""
    lines: list[tuple[str, Line]] = field(default_factory=list[tuple[str, Line]])
    recorded: bool = True


def give_account(
    failure: Failure, blame: Blame, names: Mapping[str, Any], text: Mapping[str, str]
) -> Account:
    """Put what was found about a failed pass into words."""
    return _Writer(failure, blame, names, text).write()


class _Writer:
    def __init__(
        self, failure: Failure, blame: Blame, names: Mapping[str, Any], text: Mapping[str, str]
    ) -> None:
        self.failure = failure
        self.blame = blame
        self.names = names
        self.text = text
        self.account = Account(blame.graph, blame.node)
        self.root = root_code(failure) or text["this_tensor"]

    def write(self) -> Account:
        writers: dict[str, Callable[[], None]] = {
            "freed": self._freed,
            "in_place": self._in_place,
            "unused": self._unused,
            "input_without_grad": self._input_without_grad,
            "vector": self._vector,
            "start_shape": self._start_shape,
            "function_shape": self._function,
            "function_count": self._function,
            "function_extra": self._function,
            "function_type": self._function,
            "leaf_in_place": self._leaf_in_place,
            "nan": self._nan,
            "raised": self._raised,
        }
        self._line_at("failed_line", self.failure.position)
        writers.get(self.failure.kind, self._raised)()
        return self.account

    # --- small helps

    def _say(self, key: str, **values: Any) -> None:
        self.account.happened.append(self._text(key, **values))

    def _do(self, key: str, fix: str = "", **values: Any) -> None:
        self.account.todo.append(self._text(key, **values))
        self.account.fix = fix

    def _text(self, key: str, **values: Any) -> str:
        shown = {k: printable(v) if isinstance(v, str) else v for k, v in values.items()}
        return filled(self.text[key], **shown)

    def _line(self, key: str, line: Line | None) -> None:
        if line is not None:
            self.account.lines.append((key, line))

    def _line_at(self, key: str, position: Position | None) -> None:
        if position is not None:
            self._line(key, self.failure.sources.line(position))

    def _mark(self, key: str, **values: Any) -> None:
        if self.blame.node is not None:
            self.account.marks[self.blame.node] = self._text(key, **values)

    @property
    def _described(self) -> GraphNode | None:
        graph = self.blame.graph
        return next((n for n in graph.nodes if n.id == self.blame.node), None) if graph else None

    def _node(self) -> str:
        described = self._described
        if described is None:
            return self.text["the_pass"]
        key = "this_node_of" if described.label else "this_node"
        return self._text(key, node=described.name, label=described.label)

    def _statement(self, event: Event | None) -> ast.stmt | None:
        return event.statement if event is not None else None

    def _call(self) -> ast.Call | None:
        """The call of the pass, as it is written."""
        position = self.failure.position
        events = self.failure.sources.before(position, "pass") if position else []
        for event in events:
            if event.position == position and isinstance(event.call, ast.Call):
                return event.call
        return None

    # --- the kinds

    def _freed(self) -> None:
        blame = self.blame
        self._mark("mark_freed", saved=blame.saved)
        self._say("say_freed", node=self._node())
        position = self.failure.position
        again = blame.earlier is not None and blame.earlier.position == position
        made = blame.made
        self._line("made_line", made)
        if blame.earlier is not None and not again:
            self._line_at("earlier_line", blame.earlier.position)
        known = root_code(self.failure)
        if blame.old:
            name = blame.old
            if name != known:
                self._say("say_freed_old", root=self.root, name=name)
            self._do("do_freed_detach", f"{name} = {name}.detach()", name=name)
        elif known and again and made is not None:
            self._say("say_freed_again", root=self.root)
            call = self.failure.sources.line(position) if position else None
            self._do("do_freed_loop", "\n".join([made.text, call.text if call else ""]).strip())
        elif known and blame.earlier is not None:
            self._say("say_freed_again", root=self.root)
            kept = with_keyword(blame.earlier.call, "retain_graph")
            self._do("do_freed_keep", kept, root=self.root)
        else:
            self._do("do_freed")
        if not blame.certain:
            self.account.happened.append(self.text["uncertain"])

    def _in_place(self) -> None:
        blame = self.blame
        self._mark("mark_in_place", saved=blame.saved)
        name = blame.tensor or self.text["this_tensor"]
        of_result = blame.saved == "result"
        what = self._text("its_result" if of_result else "its_input", saved=blame.saved)
        versions = {"expected": blame.expected, "found": blame.found}
        self._say("say_in_place", node=self._node(), what=what, name=name, **versions)
        self._line("made_line", blame.made)
        known = blame.tensor is not None and len(blame.changed) > 0
        for event in blame.changed:
            self._line_at("changed_line" if known else "perhaps_line", event.position)
        self._do_in_place(name)

    def _do_in_place(self, name: str) -> None:
        if not self.blame.changed:
            self._do("do_in_place_search", name=name)
            return
        event = self.blame.changed[-1]
        if event.kind == "step":
            self._do("do_in_place_step")
        elif isinstance(event.call, ast.Call) and has_keyword(event.call, "inplace"):
            self._do("do_in_place_flag", without_keyword(event.call, "inplace"))
        elif (instead := out_of_place(event)) is not None:
            self._do("do_in_place", instead)
        else:
            written = self._written(event)
            self._do("do_in_place_clone", f"{event.code} = {event.code}.clone()\n{written}")

    def _written(self, event: Event) -> str:
        """The statement of an event as the learner wrote it; over several lines as Python does."""
        statement = event.statement
        line = self.failure.sources.line((event.position[0], statement.lineno))
        if line is not None and statement.lineno == statement.end_lineno and ";" not in line.text:
            return line.text
        return ast.unparse(statement)

    def _leaf_in_place(self) -> None:
        event = self._change_that_failed()
        name = event.code if event is not None and event.code else self.text["this_tensor"]
        tensor = self._value_of(name)
        is_view = " view of a leaf" in str(self.failure.error)
        self._say("say_leaf_view" if is_view else "say_leaf", name=name)
        written = self._written(event) if event is not None else ""
        indented = "\n".join(f"    {line}" for line in written.splitlines())
        self._do("do_leaf", f"with torch.no_grad():\n{indented}" if written else "")
        if is_tensor(tensor) and tensor.requires_grad:
            graph = trace_graph(tensor, self.names)
            leaf = next(node for node in graph.nodes if node.kind == "leaf")
            self.account.graph, self.account.node = graph, leaf.id
            self.account.marks[leaf.id] = self.text["mark_leaf"]

    def _change_that_failed(self) -> Event | None:
        position = self.failure.deepest_position
        if position is None:
            return None
        statement = self.failure.sources.statement(position)
        for event in self.failure.sources.before(position, "change"):
            if statement is not None and event.position[0] == position[0]:
                last = statement.end_lineno or statement.lineno
                if statement.lineno <= event.position[1] <= last:
                    return event
        return None

    def _value_of(self, code: str) -> Any:
        deepest = self.failure.deepest
        if deepest is None:
            return None
        try:
            expression = ast.parse(code, mode="eval").body
        except SyntaxError:
            return None
        return look_up(expression, {**deepest[0].f_globals, **deepest[0].f_locals})

    def _nan(self) -> None:
        self._mark("mark_nan")
        self._say("say_nan", node=self._node())
        self._line("made_line", self.blame.made)
        self._do("do_nan")
        if not self.blame.certain:
            self.account.happened.append(self.text["uncertain"])

    def _raised(self) -> None:
        self._mark("mark_raised")
        if self.failure.deepest_position == self.failure.position:  # no line of other code
            self._say("say_refused", error=str(self.failure.error).split("\n", 1)[0])
            self._line("made_line", self.blame.made)
            return
        self._say("say_raised", node=self._node())
        self._line("made_line", self.blame.made)
        self._line_at("raised_line", self.failure.deepest_position)
        self._do("do_raised")

    def _vector(self) -> None:
        root = next((r for r in self.failure.roots if is_tensor(r) and r.numel() != 1), None)
        count = root.numel() if root is not None else "?"
        self._mark("mark_vector", n=count)
        self._say("say_vector", root=self.root, n=count)
        self._line("made_line", self.blame.made)
        code = in_brackets(root_code(self.failure)) or "y"
        start = f"{code}.sum().backward()\n{code}.backward(torch.ones_like({code}))"
        self._do("do_vector", start)

    def _start_shape(self) -> None:
        given, shape = [
            sizes(re.findall(r"\d+", found))
            for found in re.findall(r"torch\.Size\(\[([\d, ]*)\]\)", str(self.failure.error))[:2]
        ]
        self._mark("mark_start")
        self._say("say_start_shape", root=self.root, given=given, shape=shape)
        self._line("made_line", self.blame.made)
        code = in_brackets(root_code(self.failure)) or "y"
        self._do("do_start_shape", f"{code}.backward(torch.ones_like({code}))")

    def _function(self) -> None:
        kind, told = self.failure.kind, str(self.failure.error)
        pattern, heads = _TOLD[kind]
        found = re.search(pattern, told)
        values = dict(zip(heads, found.groups() if found else "?" * len(heads), strict=True))
        self._mark("mark_function")
        self._say(f"say_{kind}", node=self._node(), **values)
        self._line("made_line", self.blame.made)
        self._do(f"do_{kind}", self._return() if kind == "function_count" else "")
        if not self.blame.certain:
            self.account.happened.append(self.text["uncertain"])

    def _return(self) -> str:
        """The line with which the backward of the culprit could end."""
        graph, described = self.blame.graph, self._described
        if graph is None or described is None:
            return ""
        node = graph.handles[described.id]
        function = getattr(node, "_forward_cls", None)
        names = list(inspect.signature(function.forward).parameters) if function else []
        needed = tuple(node.needs_input_grad)
        names = names[-len(needed) :]  # without ctx
        if len(names) < len(needed):
            return ""
        pairs = zip(names, needed, strict=True)
        return f"return {', '.join(f'grad_{name}' if one else 'None' for name, one in pairs)}"

    # --- autograd.grad

    def _input_code(self, place: int) -> str:
        """How the call writes one of the tensors that it asks the gradients of."""
        call = self._call()
        given = call.args[1] if call is not None and len(call.args) > 1 else None
        if call is not None and given is None:
            given = next((word.value for word in call.keywords if word.arg == "inputs"), None)
        if isinstance(given, (ast.Tuple, ast.List)):
            given = given.elts[place] if place < len(given.elts) else None
        if isinstance(given, ast.expr):
            return ast.unparse(given)
        return self.text["this_tensor"]

    def _unused(self) -> None:
        told = re.search(r"at index (\d+)", str(self.failure.error))
        place = int(told[1]) if told else 0
        code = self._input_code(place)
        inputs = self.failure.inputs or ()
        if self.account.graph is not None and place < len(inputs) and is_tensor(inputs[place]):
            self._add_alone(code, inputs[place])
        self._say("say_unused", name=code, root=self.root)
        made_here = not code.isidentifier() and code != self.text["this_tensor"]
        call = self._call()
        inner = ast.parse(code, mode="eval").body if made_here else None
        if isinstance(inner, ast.Subscript) and call is not None:
            whole = ast.unparse(inner.value)
            self._say("say_unused_part", name=code)
            fixed = copy.deepcopy(call)
            fixed.args[1:2] = [inner.value]
            part = ast.unparse(ast.Subscript(ast.Name("whole"), inner.slice))
            self._do(
                "do_unused_part", f"{ast.unparse(fixed)}[0]{part.removeprefix('whole')}", name=whole
            )
        else:
            self._do("do_unused", with_keyword(call, "allow_unused") if call else "")

    def _add_alone(self, name: str, tensor: Any) -> None:
        """Add a tensor to the picture that no edge leads to."""
        graph = self.account.graph
        assert graph is not None  # noqa: S101 (its caller has asked)
        leaf = tensor.grad_fn is None
        alone = GraphNode(
            id=f"n{len(graph.nodes)}",
            kind="leaf" if leaf else "op",
            name="AccumulateGrad" if leaf else type(tensor.grad_fn).name(tensor.grad_fn),
            label=name,
            shape=shape_of(tensor),
            dtype=dtype_text(tensor.dtype),
            value=value_text(tensor),
            saved=(),
            retains_grad=False,
            sequence=-1,
        )
        self.account.graph = Graph((*graph.nodes, alone), graph.edges, graph.root, graph.handles)
        self.account.node = alone.id
        self.account.marks[alone.id] = self.text["mark_unused"]

    def _input_without_grad(self) -> None:
        inputs = self.failure.inputs or ()
        without = [p for p, one in enumerate(inputs) if is_tensor(one) and not one.requires_grad]
        code = self._input_code(without[0] if without else 0)
        if without and self.account.graph is not None:
            self._add_alone(code, inputs[without[0]])
            self.account.marks[self.account.node or ""] = self.text["mark_without"]
        self._say("say_input_without", name=code)
        position = self.failure.position
        assigned = self.failure.sources.before(position, "assign") if position else []
        event = next((event for event in assigned if event.code == code), None)
        self._line_at("source_line", event.position if event else None)
        self._do("do_source", requiring_grad(code, event, self.failure.sources))


def account_of_missing(
    failure: Failure, found: Unrecorded, root: str, text: Mapping[str, str]
) -> Account:
    """Put into words why the root of a pass has no graph."""
    account = Account(found.graph, next(iter(found.cuts), None), recorded=False)
    position = failure.position
    line = failure.sources.line(position) if position else None
    if line is not None:
        account.lines.append(("failed_line", line))
    account.happened.append(text["say_no_graph"].format(root=root))
    cut = {node: one for node, one in found.cuts.items() if one.reason != "source"}
    sources = {node: one for node, one in found.cuts.items() if one.reason == "source"}
    for node in cut or sources:
        account.marks[node] = text["mark_cut" if cut else "mark_source"]
    account.node = next(iter(cut or sources), None)
    for one in list(cut.values())[:2]:
        _account_of_cut(account, one, text)
    if not cut:
        _account_of_sources(account, list(sources.values()), root, text)
        first = next(iter(sources.values()), None)
        account.fix = requiring_grad(first.name, first.event, failure.sources) if first else ""
    return account


def _account_of_cut(account: Account, cut: Cut, text: Mapping[str, str]) -> None:
    account.happened.append(text[f"say_{cut.reason}"].format(name=cut.name, by=cut.by))
    if cut.line is not None:
        account.lines.append(("cut_line", cut.line))
    key, fix = f"do_{cut.reason}", ""
    if cut.reason == "no_grad" and cut.event is not None:
        fix = ast.unparse(cut.event.statement)
    elif cut.reason == "switched_off":
        fix = "torch.set_grad_enabled(True)"
    elif cut.reason == "detach":
        undone = cut.event and without_detach(cut.event.statement)
        key, fix = ("do_detach", undone) if undone else ("do_detach_search", "")
    if not account.todo:
        account.todo.append(text[key])
        account.fix = fix


def _account_of_sources(
    account: Account, sources: list[Cut], root: str, text: Mapping[str, str]
) -> None:
    names = [one.name for one in sources]
    if names == [root]:
        account.happened.append(text["say_itself"])
    else:
        account.happened.append(text["say_source"].format(names=", ".join(names)))
    for one in sources[:3]:
        if one.line is not None:
            account.lines.append(("source_line", one.line))
    account.todo.append(text["do_source"])


def shown_line(line: Line, text: Mapping[str, str]) -> str:
    """Say where a line stands."""
    if line.cell is not None:
        return text["in_cell"].format(cell=line.cell, line=line.number)
    return text["in_file"].format(file=printable(line.file), line=line.number)


__all__ = ["Account", "account_of_missing", "give_account", "shown_line"]
