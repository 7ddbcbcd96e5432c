"""Write minigrad/__init__.pyi: every name of the package, for editors and type checkers.

Run ``python tests/write_stub.py`` after adding an operation; tests/core/test_creation.py fails if
it is old.
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from types import FunctionType
from typing import Any

import minigrad.nn  # pyright: ignore[reportUnusedImport] - it brings operations of its own
from minigrad.ops import functions

SOURCE = Path(minigrad.__file__)


def stub() -> str:
    """The text of the stub: the imports of ``__init__.py``, then one line per operation."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    lines = ["# Written by tests/write_stub.py: do not edit.", "from typing import Any", ""]
    for node in imports:
        if node.module in ("__future__", "importlib", "typing", "minigrad.ops", "minigrad.missing"):
            continue
        public = [a for a in node.names if not (a.asname or a.name).startswith("_")]
        names = sorted(f"{a.name} as {a.asname or a.name}" for a in public)
        if names:
            lines.append(f"from {node.module} import (\n    " + ",\n    ".join(names) + ",\n)")
    lines += ["", "__version__: str", "newaxis: None", ""]
    lines += [
        _signature(name, functions[name]) for name in sorted(functions) if hasattr(minigrad, name)
    ]
    return "\n".join(lines) + "\n"


def _signature(name: str, function: Any) -> str:
    """``def exp(input: Any) -> Any: ...`` with the names of the real parameters."""
    wrapped = getattr(function, "__wrapped__", function)
    parameters: list[str] = []
    keyword_only = False
    signature = inspect.signature(wrapped if isinstance(wrapped, FunctionType) else function)
    for nr, parameter in enumerate(signature.parameters.values()):
        own = "input" if nr == 0 and parameter.name == "self" else parameter.name
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parameters.append("*")
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        keyword_only = keyword_only or star == "*"
        default = "" if parameter.default is parameter.empty else " = ..."
        parameters.append(f"{star}{own}: Any{default}")
    return f"def {name}({', '.join(parameters)}) -> Any: ..."


if __name__ == "__main__":
    SOURCE.with_suffix(".pyi").write_text(stub(), encoding="utf-8")
