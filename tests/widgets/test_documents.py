"""What README.md and docs/tools.md tell the reader to write runs as it stands there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import minigrad_widgets

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
TOLD = re.findall(
    r"^\|[^|]*\| `([^`%]*)` \|$", (ROOT / "docs/tools.md").read_text("utf-8"), re.MULTILINE
)


def values(source: str, scope: dict[str, Any]) -> list[Any]:
    """Run `source` in `scope`; the value of each line that is an expression."""
    found: list[Any] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Expr):
            found.append(eval(compile(ast.Expression(node.value), "<document>", "eval"), scope))
        else:
            exec(compile(ast.Module([node], []), "<document>", "exec"), scope)
    return found


def net(torch: Any) -> dict[str, Any]:
    """The names that docs/tools.md speaks of."""
    model = torch.nn.Linear(2, 1)
    w = torch.tensor(2.0, requires_grad=True)
    loss = torch.nn.functional.mse_loss(model(torch.ones(3, 2)), torch.zeros(3, 1))
    public = {name: getattr(minigrad_widgets, name) for name in minigrad_widgets.__all__}
    return {**public, "torch": torch, "model": model, "loss": loss, "y": torch.relu(w * 3 + 1)}


def test_the_documents_have_code() -> None:
    assert len(BLOCKS) == 2
    assert len(TOLD) > 10


def test_the_code_of_the_readme_runs() -> None:
    scope: dict[str, Any] = {}
    shown = [values(block, scope) for block in BLOCKS]
    kinds = [[type(value).__name__ for value in part] for part in shown]
    assert kinds == [["View", "Stepper"], ["Predictor", "Stepper", "Playground", "Explanation"]]


@pytest.mark.parametrize("code", TOLD)
def test_the_code_of_the_table_of_tools_runs(code: str, lib: Any, tmp_path: Path) -> None:
    scope = net(lib)
    if "fault=" in code and lib.__name__ == "torch":
        with pytest.raises(ValueError, match="minigrad"):
            values(code, scope)
        return
    code = code.replace("relu.html", str(tmp_path / "relu.html"))
    shown = values(f"{code} pass" if code.endswith(":") else code, scope)
    assert shown or scope["book"]
