"""The command line: `minigrad lab` opens the lessons, `python -m minigrad` shows a first graph."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import minigrad as torch

from .graph import trace_graph
from .text import outline
from .trace import trace

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["lab"]:
        return _lab(arguments[1:])
    parser = argparse.ArgumentParser("minigrad", description=_WITHOUT, epilog=_LAB)
    parser.add_argument("command", nargs="?", choices=["lab"], help="open the lessons")
    parser.parse_args(arguments)
    print(first_graph())
    return 0


_WITHOUT = "Without arguments: the graph of relu(w*x + b) and its backward pass, as text."
_LAB = "`minigrad lab` opens the lessons in JupyterLab; see `minigrad lab --help`."
_MISSING = (
    "minigrad lab: {} is missing; install the lab extra: "
    'pip install "minigrad-kit[lab]" (in a clone: pip install -e ".[lab]")'
)


def first_graph() -> str:
    """Return the graph of relu(w*x + b) as an outline, and the table of its backward steps."""
    w, x, b = (torch.tensor(value, requires_grad=True) for value in (2.0, 3.0, 1.0))
    y = torch.relu(w * x + b)
    names = {"w": w, "x": x, "b": b, "y": y}
    return f"""\
w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3., requires_grad=True)
b = torch.tensor(1., requires_grad=True)
y = torch.relu(w * x + b)

The graph that y.backward() walks, from the result to the leaves:

{outline(trace_graph(y, names))}

What y.backward() does, node by node:

{trace(y, names)}

`minigrad lab` opens the lessons, where each step can be taken, and taken back."""


def _lab(arguments: Sequence[str]) -> int:
    """Hand over to the launcher, which lives with the front end and needs the `lab` extra."""
    try:
        from . import lab
    except ModuleNotFoundError as error:
        print(_MISSING.format(error.name), file=sys.stderr)
        return 1
    return lab.main(arguments)
