"""Code that is right, made from the code that went wrong."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

from .sources import Event, Sources

_MAKERS = {
    *("tensor", "randn", "rand", "zeros", "ones", "full", "empty", "arange", "linspace", "eye"),
    *("zeros_like", "ones_like", "randn_like", "rand_like", "full_like", "normal"),
}
_NO_OTHER_FORM = {"zero_", "fill_", "copy_"}  # methods that have no form without the _


def requiring_grad(name: str, event: Event | None, sources: Sources) -> str:
    """Return the line that creates a tensor, with ``requires_grad=True``."""
    value = getattr(event.statement, "value", None) if event is not None else None
    name_of_call = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    if event is None or name_of_call.rsplit(".", 1)[-1] not in _MAKERS:
        return f"{name}.requires_grad_()"
    whole: Any = copy.deepcopy(event.statement)
    whole.value = call_with(whole.value, "requires_grad")
    line = sources.line(event.position)
    if line is not None and line.text.endswith(")"):  # numbers stay as they were written
        own = f"{line.text[:-1]}, requires_grad=True)"
        if is_code(own) and ast.unparse(ast.parse(own)) == ast.unparse(whole):
            return own
    return ast.unparse(whole)


def is_code(text: str) -> bool:
    """Tell whether a text can be parsed."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def call_with(call: ast.Call, keyword: str) -> ast.Call:
    """Return a call with ``keyword=True``."""
    kept = [word for word in call.keywords if word.arg != keyword]
    return ast.Call(call.func, call.args, [*kept, ast.keyword(keyword, ast.Constant(True))])


def with_keyword(call: ast.AST, keyword: str) -> str:
    """Return the same as text; empty for what is no call."""
    return ast.unparse(call_with(call, keyword)) if isinstance(call, ast.Call) else ""


def has_keyword(call: ast.Call, name: str) -> bool:
    """Tell whether a call is given a keyword."""
    return any(word.arg == name for word in call.keywords)


def without_keyword(call: ast.Call, name: str) -> str:
    """Return a call without a keyword, as text."""
    kept = [word for word in call.keywords if word.arg != name]
    return ast.unparse(ast.Call(call.func, call.args, kept))


def out_of_place(event: Event) -> str | None:
    """Return what makes a new tensor where a change in place was made: ``y = y + 1``."""
    statement, call = event.statement, event.call
    if isinstance(statement, ast.AugAssign) and isinstance(
        statement.target, (ast.Name, ast.Attribute)
    ):
        read = ast.parse(ast.unparse(statement.target), mode="eval").body
        right = ast.BinOp(read, statement.op, statement.value)
        return f"{ast.unparse(statement.target)} = {ast.unparse(right)}"
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
        owner, method = ast.unparse(call.func.value), call.func.attr
        if (
            owner == event.code
            and method.endswith("_")
            and method not in ("zero_", "fill_", "copy_")
        ):
            new = ast.Call(ast.Attribute(call.func.value, method[:-1]), call.args, call.keywords)
            return f"{owner} = {ast.unparse(new)}"
    return None


def without_detach(statement: ast.stmt) -> str:
    """Return a statement without ``.detach()`` and ``.data``; empty if there is none of them."""

    class Taken(ast.NodeTransformer):
        found = False

        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "detach":
                self.found = True
                return node.func.value
            return node

        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            self.generic_visit(node)
            if node.attr == "data":
                self.found = True
                return node.value
            return node

    taken = Taken()
    changed = taken.visit(copy.deepcopy(statement))
    return ast.unparse(changed) if taken.found else ""


def in_brackets(code: str) -> str:
    """Return an expression so that a method can be called on it."""
    return code if re.fullmatch(r"[\w.\[\]()]*", code) else f"({code})"


__all__ = [
    "call_with",
    "has_keyword",
    "in_brackets",
    "is_code",
    "out_of_place",
    "requiring_grad",
    "with_keyword",
    "without_detach",
    "without_keyword",
]
