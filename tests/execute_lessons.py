"""Run the lessons and store their outputs: python tests/execute_lessons.py [lesson.ipynb ...].

The notebooks are the source; this only fills in what they print. What differs from run to run or
from machine to machine is left out: widget state, model ids, times.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from minigrad_widgets.lab import ThisPython

LESSONS = Path(__file__).parents[1] / "lessons"
WIDGET = "application/vnd.jupyter.widget-view+json"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class ThisKernel(AsyncKernelManager):
    """Starts kernels of the Python that runs this."""

    def __init__(self, **options: Any) -> None:
        super().__init__(kernel_spec_manager=ThisPython(), **options)


def execute(path: Path) -> None:
    """Run a notebook from top to bottom in a fresh kernel, and store it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        kernel_manager_class=ThisKernel,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    strip(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def strip(notebook: Any) -> None:
    """Keep of the metadata what every run of every machine shares."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        kept = ("jupyter", "tags")
        cell.metadata = {key: cell.metadata[key] for key in kept if key in cell.metadata}
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            if "metadata" in output:
                output.metadata = {}


def main() -> None:
    for path in map(Path, sys.argv[1:] or sorted(LESSONS.glob("*.ipynb"))):
        print(path.name)
        execute(path)


if __name__ == "__main__":
    main()
