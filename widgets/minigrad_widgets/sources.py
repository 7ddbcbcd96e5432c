"""What the lines of a notebook (or a script) say: which assign a name, which change it in place.

The text of the cells is parsed, and nothing of it is run.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import FrameType
from typing import Any, Literal, NamedTuple

Kind = Literal["assign", "change", "step", "pass"]

# Methods whose name ends as if they changed the values of a tensor in place; they do not.
_NO_CHANGE = {"requires_grad_", "retain_grad_", "share_memory_", "detach_", "apply_"}
_HAS_OWN_VERSION = {"data", "grad"}  # x.data.add_(1) does not count as a change of x
_MODULES = {"torch", "minigrad", "nn", "F", "functional", "init"}
_OPERATORS: dict[type[ast.AST], set[str]] = {
    ast.Add: {"add"},
    ast.Sub: {"sub", "rsub"},
    ast.Mult: {"mul"},
    ast.Div: {"div", "reciprocal"},
    ast.Pow: {"pow"},
    ast.MatMult: {"mm", "mv", "dot", "bmm", "unsafeview"},
    ast.USub: {"neg"},
    ast.Subscript: {"select", "slice", "index", "copyslices", "unsqueeze", "indexput"},
}
_INSIDE = {  # nodes that a call makes which has another name
    "crossentropy": {"nllloss", "logsoftmax"},
    "linear": {"addmm", "mm", "mv", "t", "dot", "view"},
    "matmul": {"mm", "mv", "dot", "bmm", "unsafeview"},
    "square": {"pow"},
    "norm": {"linalgvectornorm"},
    "reshape": {"view", "unsafeview"},
    "flatten": {"view"},
}


Position = tuple[int, ...]
"""Where a statement stands, or a part of it: source, line, column (0 on its further lines)."""


class Line(NamedTuple):
    """A line that the learner wrote."""

    cell: int | None  # the number of the notebook's cell
    file: str  # where it is no cell, the name of the file
    number: int
    text: str


Place = tuple[FrameType, int, int | None]
"""A frame of a traceback, with line and column (None: Python was told to forget it)."""


@dataclass(frozen=True)
class Event:
    """Something that a statement does to a name.

    Attributes
    ----------
    kind : str
        "assign", "change" (in place), "step" (of an optimizer) or "pass" (backward).
    code : str
        What it is done to, as it is written: ``y``, ``self.h``; empty where that is not written.
    position : Position
    loops : tuple of tuple of int
        The lines, first and last, of the loops around it.
    statement : ast.AST
        The statement.
    call : ast.AST
        The part of the statement that does it.
    within : tuple of str
        What is written before it in enclosing ``with`` statements and decorators.
    function : tuple of int, optional
        Source and first line of the function around it; None outside of functions.
    """

    kind: Kind
    code: str
    position: Position
    loops: tuple[tuple[int, int], ...]
    statement: ast.stmt
    call: ast.AST
    within: tuple[str, ...] = ()
    function: tuple[int, int] | None = None

    @property
    def base(self) -> str:
        """The name at the beginning of the code."""
        return base_name(self.code)


@dataclass(frozen=True)
class _Source:
    cell: int | None
    file: str
    lines: tuple[str, ...]
    events: tuple[Event, ...]


class Sources:
    """The lines that had run when an error was raised.

    Parameters
    ----------
    frames : sequence of frames with a line and a column
        Those of the learner's own code in the traceback, the outermost first.
    """

    def __init__(self, frames: Sequence[Place]) -> None:
        self._sources: list[_Source] = []
        self._places = places = dict[str, int]()
        self._shell = shell = _shell()
        files = {frame.f_code.co_filename: None for frame, *_ in frames}
        cells = {name: number for name in files if (number := _cell_number(shell, name))}
        if shell is not None:
            self._add_cells(shell, cells, places)
        for name in files:
            if name not in places:
                places[name] = self._add(
                    None, PurePath(name).name, "".join(linecache.getlines(name))
                )
        self.positions = [
            self._inside_magic(self._begin(places[frame.f_code.co_filename], line, column))
            for frame, line, column in frames
        ]

    def _add_cells(self, shell: Any, cells: dict[str, int], places: dict[str, int]) -> None:
        history = shell.user_ns.get("In") or []
        # The last cell is the one that asks for the explanation.
        last = max(cells.values(), default=len(history) - 2)
        names = {number: name for name, number in cells.items()}
        for number in range(1, last + 1):
            text = history[number] if number < len(history) else ""
            if number in names:  # what ran is what the traceback shows
                text = "".join(linecache.getlines(names[number])) or text
            place = self._add(number, "", str(text))
            if number in names:
                places[names[number]] = place

    def _begin(self, place: int, number: int, column: int | None) -> Position:
        """Return where a statement begins: several may stand on a line."""
        parsed = _parsed("\n".join(self._sources[place].lines))
        begins = [one.col_offset for one, *_ in _statements(parsed) if one.lineno == number]
        before = [begin for begin in begins if column is None or begin <= column]
        return place, number, max(before, default=0)

    def _inside_magic(self, position: Position) -> Position:
        """Of a cell with a cell magic only its first line is in the traceback: take its last."""
        place, number = position[:2]
        source = self._sources[place]
        if number > 1 or not (source.lines and source.lines[0].startswith("#%%")):
            return position
        passes = [event.position for event in source.events if event.kind == "pass"]
        return max(passes, default=(place, len(source.lines), 0))

    def _add(self, cell: int | None, file: str, text: str) -> int:
        place = len(self._sources)
        text = _without_magic(text)
        self._sources.append(
            _Source(cell, file, tuple(text.splitlines()), tuple(_events(text, place)))
        )
        return place

    def line(self, position: Position) -> Line | None:
        """Return the line at a position; None if its text is not known."""
        place, number = position[:2]
        source = self._sources[place]
        if not 1 <= number <= len(source.lines):
            return None
        return Line(source.cell, source.file, number, source.lines[number - 1].strip())

    def line_of_file(self, filename: str, number: int) -> Line | None:
        """Return a line by what Python calls its file; None unless it is one of the learner's."""
        cell = _cell_number(self._shell, filename)
        for place, source in enumerate(self._sources):
            if self._places.get(filename) == place or (cell is not None and source.cell == cell):
                return self.line((place, number))
        return None

    def statement(self, position: Position) -> ast.stmt | None:
        """Return the smallest statement at a position."""
        place, number, column = position
        found = None
        parsed = _parsed("\n".join(self._sources[place].lines))
        for statement, _, _, _ in _statements(parsed):
            first, last = statement.lineno, statement.end_lineno or statement.lineno
            begun = (first, statement.col_offset) <= (number, column)
            if begun and number <= last and not hasattr(statement, "body"):
                found = statement
        return found

    def before(self, position: Position, *kinds: Kind) -> list[Event]:
        """Return what had run before a line, or can have in a loop around it; the latest first."""
        found = [
            event
            for source in self._sources
            for event in source.events
            if event.kind in kinds and self._can_precede(event, position)
        ]
        return sorted(found, key=lambda event: age(event, position), reverse=True)

    def _can_precede(self, event: Event, position: Position) -> bool:
        return event.position <= position or _same_loop(event, position)


def age(event: Event, position: Position) -> tuple[bool, Position]:
    """Order events by when they ran last: after the line in a loop means in the pass before."""
    return event.position <= position, event.position


def _same_loop(event: Event, position: Position) -> bool:
    return event.position[0] == position[0] and any(
        first <= position[1] <= last for first, last in event.loops
    )


def in_loop_without(event: Event, position: Position) -> bool:
    """Tell whether a line is in a loop that an earlier event is not in."""
    return not _same_loop(event, position)


def base_name(code: str) -> str:
    """Return the name at the beginning of an expression: ``params`` of ``params[0]``."""
    found = re.match(r"\w+", code)
    return found[0] if found else ""


def mentions(statement: ast.AST, node: str) -> bool:
    """Tell whether a statement is one that can have made a node, such as ``ExpBackward0``."""
    operation = re.sub(r"Backward\d*$", "", node).lower()
    for part in ast.walk(statement):
        if isinstance(part, (ast.BinOp, ast.UnaryOp, ast.AugAssign)):
            names = _OPERATORS.get(type(part.op), set())
        elif isinstance(part, ast.Subscript):
            names = _OPERATORS[ast.Subscript]
        elif isinstance(part, ast.Call):
            names = _called(part)
        else:
            continue
        if operation in names:
            return True
    return False


def _called(call: ast.Call) -> set[str]:
    """Return what the nodes of a call may be named after."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "apply":
        return {ast.unparse(call.func.value).rsplit(".", 1)[-1].lower()}  # of a custom Function
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    if name[:1].isupper():  # nn.Linear makes a layer; the nodes come when it is called
        return set()
    name = name.replace("_", "").lower()
    return {name} | _INSIDE.get(name, set())


# ------------------------------------------------------------------------------ reading the lines


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _cell_number(shell: Any, filename: str) -> int | None:
    """Return the number of the cell whose code has this file name."""
    if shell is None:
        return None
    named = shell.compile.format_code_name(filename)  # ("Cell", "In[3]")
    found = re.fullmatch(r"In\s*\[(\d+)\]", named[1]) if named else None
    return int(found[1]) if found else None


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


_Placed = tuple[ast.stmt, tuple[tuple[int, int], ...], tuple[str, ...], int]


def _statements(tree: ast.Module) -> Iterator[_Placed]:
    """Yield the statements in the order of the lines: loops, what it is ``with``, function of each.

    The function is told by its first line; 0: there is none.
    """
    stack: list[_Placed] = [(statement, (), (), 0) for statement in reversed(tree.body)]
    while stack:
        statement, loops, within, function = stack.pop()
        yield statement, loops, within, function
        if isinstance(statement, (ast.For, ast.AsyncFor, ast.While)):
            loops = (*loops, (statement.lineno, statement.end_lineno or statement.lineno))
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            within = (*within, *(ast.unparse(item.context_expr) for item in statement.items))
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            loops, function = (), statement.lineno
            within = tuple(map(ast.unparse, statement.decorator_list))
        parts = [
            *(getattr(statement, name, []) for name in ("body", "handlers", "orelse", "finalbody")),
            *(case.body for case in getattr(statement, "cases", [])),
        ]
        inner = [s for part in parts for s in part]
        inner = [
            s for one in inner for s in (one.body if isinstance(one, ast.ExceptHandler) else [one])
        ]
        stack.extend((one, loops, within, function) for one in reversed(inner))


def _without_magic(text: str) -> str:
    """Return the code below a cell magic, the magic itself as a comment."""
    match _parsed(text).body:
        case [ast.Expr(ast.Call(ast.Attribute(attr="run_cell_magic"), arguments))]:
            values = [one.value if isinstance(one, ast.Constant) else "" for one in arguments]
            return f"#%%{values[0]}\n{values[-1]}"
        case _:
            return text


def _events(text: str, place: int) -> Iterator[Event]:
    for statement, loops, within, first in _statements(_parsed(text)):
        function = (place, first) if first else None
        for kind, code, part in _done(statement):
            line = getattr(part, "lineno", statement.lineno)
            column = statement.col_offset if line == statement.lineno else 0
            yield Event(kind, code, (place, line, column), loops, statement, part, within, function)


def _done(statement: ast.stmt) -> Iterator[tuple[Kind, str, ast.AST]]:
    """Yield what one statement does, not what the statements in its body do."""
    for part in _own_parts(statement):
        if isinstance(part, ast.Call):
            yield from _done_by_call(part)
        elif isinstance(part, ast.NamedExpr):
            yield "assign", part.target.id, part
    if isinstance(statement, ast.AugAssign):
        yield "change", _owner(statement.target), statement
    for target in _targets(statement):
        if isinstance(target, ast.Subscript):
            yield "change", _owner(target), statement
        else:
            yield "assign", ast.unparse(target), statement


def _own_parts(statement: ast.stmt) -> Iterator[ast.AST]:
    stack: list[ast.AST] = [statement]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(
            child
            for child in ast.iter_child_nodes(part)
            if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case))
        )


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        given: list[ast.expr] = list(statement.targets)
    elif isinstance(statement, ast.AnnAssign):
        given = [statement.target] if statement.value is not None else []
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        given = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        given = [item.optional_vars for item in statement.items if item.optional_vars]
    else:
        return []
    found: list[ast.expr] = []
    while given:
        target = given.pop(0)
        if isinstance(target, (ast.Tuple, ast.List)):
            given = [*target.elts, *given]
        else:
            found.append(target.value if isinstance(target, ast.Starred) else target)
    return found


def _done_by_call(call: ast.Call) -> Iterator[tuple[Kind, str, ast.AST]]:
    keywords = {word.arg: word.value for word in call.keywords}
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    if isinstance(call.func, ast.Attribute) and name == "backward":
        yield "pass", ast.unparse(call.func.value), call
    elif ast.unparse(call.func).endswith(("autograd.grad", "autograd.backward")) and call.args:
        yield "pass", ast.unparse(call.args[0]), call
    elif isinstance(call.func, ast.Attribute) and name == "step":
        yield "step", ast.unparse(call.func.value), call
    elif name.endswith("_") and not name.endswith("__") and name not in _NO_CHANGE:
        yield from _changed_by(call)
    elif "out" in keywords:
        yield "change", _owner(keywords["out"]), call
    elif isinstance(keywords.get("inplace"), ast.Constant) and keywords["inplace"].value:  # type: ignore[union-attr]
        yield "change", _owner(call.args[0]) if call.args else "", call


def _changed_by(call: ast.Call) -> Iterator[tuple[Kind, str, ast.AST]]:
    """A method changes the tensor that it is called on; ``torch.relu_(y)`` its first argument."""
    owner = _owner(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    if (not owner or base_name(owner) in _MODULES) and call.args:
        owner = _owner(call.args[0])
    if owner:
        yield "change", owner, call


def _owner(expression: ast.expr) -> str:
    """Return whose memory an expression is: ``y`` of ``y[0]``, of ``y.view(-1)``."""
    while True:
        if isinstance(expression, (ast.Subscript, ast.Starred)):
            expression = expression.value
        elif isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
            expression = expression.func.value
        elif isinstance(expression, ast.Attribute) and expression.attr in _HAS_OWN_VERSION:
            return ""
        elif isinstance(expression, (ast.Name, ast.Attribute)):
            return ast.unparse(expression)
        else:
            return ""


__all__ = ["Event", "Line", "Sources", "age", "base_name", "in_loop_without", "mentions"]
