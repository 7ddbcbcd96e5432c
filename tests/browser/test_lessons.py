"""Every lesson, run from top to bottom in a real browser, as a learner does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_driver import Notebook

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
# What JupyterLab writes in the place of a widget that does not work.
BROKEN = "Error (displaying|creating|rendering)|Failed to load model|Loading widget"


def test_there_are_five_lessons() -> None:
    assert len(LESSONS) >= 5


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs(lesson: Path, open_notebook: Callable[[str], Notebook]) -> None:
    notebook = open_notebook(lesson.name)
    notebook.run_all()
    cells = notebook.cells()

    code = [
        cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()
    ]
    assert code
    for cell in code:
        errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
        # A cell that shows an error says so with JupyterLab's own tag; then it must be there.
        expected = "raises-exception" in cell["metadata"].get("tags", [])
        assert bool(errors) == expected, (cell["source"], errors)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))

    widgets = sum(WIDGET in output.get("data", {}) for cell in code for output in cell["outputs"])
    views = notebook.root.locator(
        ".jp-OutputArea-output .jupyter-widgets, .jp-OutputArea-output .mg-stepper"
    )
    for index in range(views.count()):
        views.nth(index).wait_for(state="attached")
    assert views.count() >= widgets
    assert notebook.broken(BROKEN) == []
    assert notebook.page_errors == []

    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.screenshot_all(f"lesson-{lesson.stem}-{theme}")
