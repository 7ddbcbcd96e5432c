"""Why a tensor has no graph: the way back through the lines that computed it.

There are no nodes to follow, so the names in the assignments are followed instead, and the values
that these names have now are looked at. Nothing of the lines is run.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .failure import Failure, look_up
from .graph import Graph, GraphEdge, GraphNode, library_of
from .names import is_tensor
from .sources import Event, Line, Position, base_name
from .values import dtype_text, shape_of, shorten, value_text

Reason = Literal["source", "no_grad", "detach", "cut", "switched_off"]

MOST = 40  # names that are followed back
LONGEST = 40
_CUTS = {
    "detach": {"detach", "data", "item", "numpy", "tolist", "tensor", "as_tensor", "from_numpy"},
    "cut": {"argmax", "argmin", "argsort", "sign", "long", "int", "bool", "ceil", "eq", "gt", "lt"},
}


@dataclass(frozen=True)
class Cut:
    """Where a graph ends before it has begun.

    Attributes
    ----------
    reason : str
        "source": the tensor itself does not require grad. Else it was computed from one that does,
        and was cut off: under "no_grad", by "detach" (or ``.item()`` …), "switched_off" for all,
        or "cut" by something else.
    name : str
        The name of the tensor.
    by : str
        What cut it off, as it is written.
    event : Event or None
        The assignment.
    line : Line or None
        Its line.
    """

    reason: Reason
    name: str
    by: str
    event: Event | None
    line: Line | None


@dataclass(frozen=True)
class Unrecorded:
    """The graph that would have been, and where it is cut."""

    graph: Graph
    cuts: dict[str, Cut]  # by the id of a node


def unrecorded(failure: Failure, code: str, root: Any, names: Mapping[str, Any]) -> Unrecorded:
    """Follow the lines back from a tensor without graph.

    Parameters
    ----------
    failure : Failure
    code : str
        How the line that failed writes the tensor: ``loss``, ``(w * x).sum()``.
    root : Tensor
    names : mapping of str to Tensor
        The learner's names.
    """
    return _Follower(failure, names).follow(code, root)


class _Follower:
    def __init__(self, failure: Failure, names: Mapping[str, Any]) -> None:
        self.failure = failure
        self.names = names
        self.nodes: list[GraphNode] = []
        self.edges: list[GraphEdge] = []
        self.cuts: dict[str, Cut] = {}
        self.ids: dict[str, str] = {}

    def follow(self, code: str, root: Any) -> Unrecorded:
        start = _parsed(code)
        name = code if isinstance(start, ast.Name) else ""
        queue = [(self._add(name or code, root), name, start, self.failure.position)]
        while queue:
            node_id, name, expression, position = queue.pop(0)
            event = self._assignment(name, position) if name else None
            if event is not None:
                value = getattr(event.statement, "value", None)
                expression, position = value or expression, event.position
            tensor = root if node_id == "n0" else self.names.get(name)
            inputs = self._inputs(expression, name) if event or not name else {}
            if tensor is not None and tensor.requires_grad:
                continue
            self._judge(node_id, name, event, expression, inputs)
            for place, (other, value) in enumerate(inputs.items()):
                new = other not in self.ids
                if new and len(self.nodes) == MOST:
                    continue
                target = self._add(other, value) if new else self.ids[other]
                self.edges.append(GraphEdge(f"e{len(self.edges)}", node_id, target, place, 0))
                if new and not value.requires_grad:
                    queue.append((target, other, _parsed(other), position))
        return Unrecorded(Graph(tuple(self.nodes), tuple(self.edges), "n0", {}), self.cuts)

    def _add(self, name: str, tensor: Any) -> str:
        node_id = f"n{len(self.nodes)}"
        self.ids[name] = node_id
        self.nodes.append(
            GraphNode(
                id=node_id,
                kind="leaf" if tensor.requires_grad and tensor.grad_fn is None else "op",
                name="requires_grad=True" if tensor.requires_grad else "requires_grad=False",
                label=shorten(name, LONGEST),
                shape=shape_of(tensor),
                dtype=dtype_text(tensor.dtype),
                value=value_text(tensor),
                saved=(),
                retains_grad=False,
                sequence=-1,
            )
        )
        return node_id

    def _assignment(self, name: str, position: Position | None) -> Event | None:
        if position is None:
            return None
        own = [e for e in self.failure.sources.before(position, "assign") if e.code == name]
        return own[0] if own else None

    def _inputs(self, expression: ast.AST | None, name: str) -> dict[str, Any]:
        """Return the tensors that an expression names."""
        found: dict[str, Any] = {}
        for part in ast.walk(expression) if expression is not None else ():
            if isinstance(part, (ast.Name, ast.Attribute)):
                code = ast.unparse(part)
                value = self.names.get(code)
                value = self._looked_up(part) if value is None else value
                if is_tensor(value) and code != name:
                    found.setdefault(code, value)
                elif hasattr(type(value), "named_parameters"):
                    of_module = [(f"{code}.{n}", p) for n, p in value.named_parameters()]
                    found.update(dict(of_module[:3]))
        return found

    def _looked_up(self, expression: ast.expr) -> Any:
        frame = self.failure.frames[-1][0] if self.failure.frames else None
        if frame is None:
            return None
        return look_up(expression, {**frame.f_globals, **frame.f_locals})

    def _judge(
        self,
        node_id: str,
        name: str,
        event: Event | None,
        expression: ast.AST | None,
        inputs: Mapping[str, Any],
    ) -> None:
        """Say what is the matter with a tensor without graph, if it is the first one."""
        reason: Reason
        by = ""
        if any(value.requires_grad for value in inputs.values()):
            first = next(iter(inputs.values()))
            reason, by = self._how_cut(event, expression, first)
        elif not inputs:
            reason = "source"
        else:
            return  # it has no graph because what it was computed from has none
        line = self.failure.sources.line(event.position) if event else None
        self.cuts[node_id] = Cut(reason, name or self.nodes[0].label or "", by, event, line)

    def _how_cut(
        self, event: Event | None, expression: ast.AST | None, tensor: Any
    ) -> tuple[Reason, str]:
        for around in event.within if event else ():
            if "no_grad" in around or "inference_mode" in around or "set_grad_enabled" in around:
                return "no_grad", around
        for reason in ("detach", "cut"):
            for part in ast.walk(expression) if expression is not None else ():
                if isinstance(part, ast.Attribute) and part.attr in _CUTS[reason]:
                    return reason, _short(part)
                if isinstance(part, ast.Compare):
                    return "cut", ast.unparse(part)
        return ("cut" if library_of(tensor).is_grad_enabled() else "switched_off"), ""


def _short(part: ast.Attribute) -> str:
    """``x.detach`` of a long expression as ``.detach``; ``torch.tensor`` as it is."""
    inner = ast.unparse(part.value)
    return f"{inner}.{part.attr}" if base_name(inner) == "torch" else f".{part.attr}"


def _parsed(code: str) -> ast.expr | None:
    try:
        return ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError):
        return None


__all__ = ["Cut", "Unrecorded", "unrecorded"]
