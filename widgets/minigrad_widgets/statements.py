"""The learner's code as statements: which line belongs to which, and which names it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType

_MAGIC = re.compile(r"^\s*(?:[%!?]|[\w.,\s()\[\]]+=\s*[%!])|[^#]*\?\s*$")
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_WITHS = (ast.With, ast.AsyncWith)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class MagicError(SyntaxError):
    """A line that IPython would understand and Python does not."""


@dataclass(frozen=True)
class Statement:
    """A statement, or the head of one that has others inside.

    Attributes
    ----------
    line, end : int
        Its first line and its last (of a head, the last line of the head).
    body : range
        The lines of the statements inside.
    kind : str
        "loop", "with", "definition" or "" (anything else).
    reads : frozenset of str
        The names that it reads.
    detaches : bool
        Whether it calls ``detach`` or takes ``data``.
    """

    line: int
    end: int
    body: range
    kind: str
    reads: frozenset[str]
    detaches: bool


@dataclass
class Source:
    """The code, ready to run.

    Attributes
    ----------
    lines : list of str
    codes : list of (CodeType, bool)
        What to run, and whether it is an expression whose value is shown.
    names : list of str
        All the names in it, in the order in which they come.
    """

    text: str
    filename: str
    lines: list[str] = field(init=False)
    codes: list[tuple[CodeType, bool]] = field(init=False)
    names: list[str] = field(init=False)
    _statements: dict[int, Statement] = field(init=False)
    _starts: dict[CodeType, dict[int, int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        tree = _parsed(self.text, self.filename)
        self.lines = self.text.splitlines()
        self.names = _names(tree)
        self._statements = _by_line(tree)
        last = tree.body[-1] if tree.body else None
        shown = None
        begins_line = len(tree.body) < 2 or tree.body[-2].end_lineno != getattr(last, "lineno", 0)
        if isinstance(last, ast.Expr) and begins_line and not self.text.rstrip().endswith(";"):
            shown = ast.Expression(last.value)
            del tree.body[-1]
        self.codes = [(_compiled(tree, self.filename), False)] if tree.body else []
        if shown is not None:
            self.codes.append((_compiled(shown, self.filename), True))

    def statement(self, line: int) -> Statement | None:
        """Return the innermost statement that a line belongs to."""
        return self._statements.get(line)

    def begins(self, code: CodeType, offset: int, statement: Statement) -> bool:
        """Tell whether an instruction is the first one of a statement."""
        if code not in self._starts:
            starts: dict[int, int] = {}
            for index, (line, *_) in enumerate(code.co_positions()):
                owner = self._statements.get(line or 0)
                if owner is not None:
                    starts.setdefault(owner.line, 2 * index)
            self._starts[code] = starts
        return offset == self._starts[code].get(statement.line)

    def code_of(self, statement: Statement) -> str:
        """Return the first line of a statement, with a mark if there are more."""
        text = self.lines[statement.line - 1].strip()
        return f"{text} …" if statement.end > statement.line else text


def _parsed(text: str, filename: str) -> ast.Module:
    try:
        tree = ast.parse(text, filename)
    except SyntaxError as error:
        lines = text.splitlines()
        line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
        if _MAGIC.match(line):
            raise MagicError(
                "magics, shell commands and ? are not Python, and cannot be run line by line; "
                "put them into a cell of their own",
                (filename, error.lineno, 1, line),
            ) from None
        raise
    for node in _outside_functions(tree):
        if isinstance(node, _AWAITS) or (isinstance(node, ast.comprehension) and node.is_async):
            line = getattr(node, "lineno", 1)
            raise SyntaxError(
                "a cell that awaits at its top level cannot be run line by line; "
                "await in a cell of its own, or inside an async function",
                (filename, line, 1, text.splitlines()[line - 1]),
            )
    return tree


def _compiled(tree: ast.Module | ast.Expression, filename: str) -> CodeType:
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    return compile(tree, filename, mode, dont_inherit=True)


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(
            child for child in ast.iter_child_nodes(node) if not isinstance(child, _SCOPES)
        )


def _names(tree: ast.AST) -> list[str]:
    found: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names = [node.id]
        elif isinstance(node, _FUNCTIONS):
            names = [node.name]
        elif isinstance(node, ast.alias):
            names = [(node.asname or node.name).split(".", 1)[0]]
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            names = node.names
        else:
            continue
        found += [(node.lineno, node.col_offset, name) for name in names]
    return list(dict.fromkeys(name for _, _, name in sorted(found)))


def _by_line(tree: ast.Module) -> dict[int, Statement]:
    """Give each line the innermost statement around it; ``walk`` comes to the outer ones first."""
    found: dict[int, Statement] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.excepthandler)):
            statement = _statement(node)
            for line in range(statement.line, (node.end_lineno or statement.line) + 1):
                before = found.get(line)
                if before is not None and before.line == statement.line:
                    statement = _joined(before, statement)
                found[line] = statement
    return found


def _statement(node: ast.stmt | ast.excepthandler) -> Statement:
    decorators = [one.lineno for one in getattr(node, "decorator_list", ())]
    line, last = min([node.lineno, *decorators]), node.end_lineno or node.lineno
    inside = [one for one in _children(node) if isinstance(one, (ast.stmt, ast.excepthandler))]
    first = min((one.lineno for one in inside), default=last + 1)
    head = [one for one in _head(node) if isinstance(one, ast.expr)]
    return Statement(
        line=line,
        end=max(line, min(last, first - 1)),
        body=range(first, last + 1),
        kind=_kind(node),
        reads=frozenset(
            one.id for one in head if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
        ),
        detaches=any(
            isinstance(one, ast.Attribute) and one.attr in ("detach", "data") for one in head
        ),
    )


def _kind(node: ast.AST) -> str:
    if isinstance(node, _LOOPS):
        return "loop"
    if isinstance(node, _WITHS):
        return "with"
    return "definition" if isinstance(node, _FUNCTIONS) else ""


def _joined(one: Statement, other: Statement) -> Statement:
    """Of several statements that begin on one line: they are one step."""
    return Statement(
        one.line,
        max(one.end, other.end),
        one.body,
        one.kind,
        one.reads | other.reads,
        one.detaches or other.detaches,
    )


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.match_case):
            yield from child.body
        else:
            yield child


def _head(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what belongs to a statement itself, not to the statements inside it."""
    stack: list[ast.AST] = [node]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(
            child
            for child in ast.iter_child_nodes(one)
            if not isinstance(child, (ast.stmt, ast.excepthandler))
        )
