"""Making a program smaller as long as it shows what it showed: without statements, with parts of expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any


def shrink(source: str, differs: Callable[[str], bool]) -> str:
    """The program without what the difference does not need: statements, then parts of expressions."""
    head, statements = split(source)
    best = "\n".join(head + statements)
    smaller = True
    while smaller:
        smaller = False
        for text in _simpler(head, statements):
            if differs(text):
                best, smaller = text, True
                head, statements = split(text)
                break
    return best


def _simpler(head: list[str], statements: list[str]) -> Iterator[str]:
    if head:
        yield "\n".join(statements)
    for nr in reversed(range(len(statements))):
        yield "\n".join(head + statements[:nr] + statements[nr + 1 :])
    for nr in reversed(range(len(statements))):
        for text in _simpler_statements(statements[nr]):
            yield "\n".join([*head, *statements[:nr], text, *statements[nr + 1 :]])


def _simpler_statements(statement: str) -> Iterator[str]:
    """The statement with one of its expressions replaced by a part of it."""
    for position, node in enumerate(ast.walk(ast.parse(statement))):
        for part in ast.iter_child_nodes(node) if isinstance(node, ast.expr) else ():
            parts = ast.iter_child_nodes(part) if isinstance(part, ast.Attribute) else [part]
            for child in parts:
                shorter = len(ast.unparse(child)) < len(ast.unparse(node))
                if isinstance(child, ast.expr) and shorter and not in_library(child):
                    yield _replaced(statement, position, child)


def in_library(part: ast.expr) -> bool:
    """Whether this is a module or a function of the library: never what stood for a tensor."""
    while isinstance(part, ast.Attribute):
        part = part.value
    return isinstance(part, ast.Name) and part.id in ("torch", "nn", "F", "np", "log", "watch")


def _replaced(statement: str, position: int, part: ast.expr) -> str:
    tree = ast.parse(statement)
    old = list(ast.walk(tree))[position]

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return part if node is old else self.generic_visit(node)

    return ast.unparse(Replace().visit(tree))


def split(source: str) -> tuple[list[str], list[str]]:
    """The line that says when to look, if there is one, and the statements."""
    head = source.splitlines()[:1] if source.startswith("# look") else []
    return head, [ast.unparse(node) for node in ast.parse(source).body]
