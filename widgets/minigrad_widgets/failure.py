"""What a traceback tells about a backward pass that failed: which, from where, at which node.

The frames of either library hold the roots of the pass; those of minigrad, and of custom Functions
in both, hold the node as well.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from .names import is_node, is_tensor
from .sources import Place, Position, Sources

# The kinds of failure, by PyTorch's words for them.
_KINDS = {
    "Trying to backward through the graph a second time": "freed",
    "has been modified by an inplace operation": "in_place",
    "does not require grad and does not have a grad_fn": "no_graph",
    "One of the differentiated Tensors does not require grad": "input_without_grad",
    "appears to not have been used in the graph": "unused",
    "grad can be implicitly created only for scalar outputs": "vector",
    "Mismatch in shape: grad_output": "start_shape",
    "returned an invalid gradient at index": "function_shape",
    "returned an incorrect number of gradients": "function_count",
    "returned a gradient different than None at position": "function_extra",
    "expected Variable or None (got": "function_type",
    "a leaf Variable that requires grad": "leaf_in_place",
    "returned nan values in its": "nan",
}

_LIBRARIES = ("torch", "minigrad", "minigrad_widgets", "IPython", "ipykernel")
_PASSES = ("backward", "tensor_backward", "grad", "_engine_run_backward", "run_backward", "trace")
_ROOTS = ("t_outputs", "tensors", "outputs", "roots", "root", "self")
_INSTALLED = tuple(
    str(Path(path).resolve())
    for path in {sysconfig.get_path(kind) for kind in ("stdlib", "purelib", "platlib")}
)


@dataclass(frozen=True)
class Failure:
    """A backward pass (or the call of one node) that raised an error.

    Attributes
    ----------
    error : BaseException
    kind : str
        "freed", "in_place" …; "raised" for an error of other code that the pass ran; "other" where
        there was no pass.
    roots : tuple
        What the pass began with: tensors, nodes or gradient edges.
    inputs : tuple or None
        What the pass was limited to, or was asked the gradients of.
    node : node or None
        The one that failed, where the frames tell.
    kept : bool
        Whether the pass frees nothing (``retain_graph``).
    frames : list of Place
        The learner's own, up to the pass; the last is the one that called it.
    deepest : Place
        The learner's own frame in which the error was raised.
    sources : Sources
        The learner's lines.
    """

    error: BaseException
    kind: str
    roots: tuple[Any, ...]
    inputs: tuple[Any, ...] | None
    node: Any
    kept: bool
    frames: list[Place]
    deepest: Place | None
    sources: Sources

    @property
    def position(self) -> Position | None:
        """Where the pass was called, in ``sources``."""
        return self.sources.positions[len(self.frames) - 1] if self.frames else None

    @property
    def deepest_position(self) -> Position | None:
        """Where the error was raised in the learner's own code, in ``sources``."""
        return self.sources.positions[-1] if self.sources.positions else None


def last_error() -> BaseException | None:
    """Return the error that is being handled, or else the last that a notebook has shown."""
    handled = sys.exc_info()[1]
    if handled is not None:
        return handled
    return getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)


def read_failure(error: BaseException) -> Failure:
    """Read what the traceback of an error tells."""
    own: list[Place] = []
    called_from = None  # how many frames of the learner stand before the pass
    roots: tuple[Any, ...] = ()
    inputs = node = None
    kept = False
    for place in _frames(error):
        frame = place[0]
        if _is_own(frame):
            own.append(place)
            continue
        values = frame.f_locals
        held = _node_in(values)
        node = held if held is not None and _is_of_library(frame) else node
        begun = _roots_in(frame)
        if begun:
            if roots and own and called_from is not None and len(own) > called_from:
                node = None  # a pass inside the pass: this one has failed
            roots, called_from = begun, len(own)
            if "inputs" in values:  # not in the innermost frame of PyTorch
                inputs = _several(values.get("inputs_tuple") or values["inputs"]) or None
                kept = bool(values.get("retain_graph") or values.get("create_graph"))
        elif held is not None and called_from is None:
            called_from = len(own)
    sources = Sources(own)
    frames = own if called_from is None else own[:called_from]
    if node is None and not roots:
        node = _node_of_line(sources, own)
    in_pass = bool(roots) or node is not None
    kind = _kind(error, in_pass=in_pass)
    return Failure(
        error, kind, roots, inputs, node, kept, frames, own[-1] if own else None, sources
    )


def _frames(error: BaseException) -> list[Place]:
    found: list[Place] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        columns = [column for _, _, column, _ in code.co_positions()]
        column = columns[traceback.tb_lasti // 2] if traceback.tb_lasti >= 0 else None
        found.append((traceback.tb_frame, traceback.tb_lineno, column))
        traceback = traceback.tb_next
    return found


def _kind(error: BaseException, *, in_pass: bool) -> str:
    text = str(error)
    if isinstance(error, RuntimeError):
        for words, kind in _KINDS.items():
            if words in text and (kind != "leaf_in_place" or "in-place operation" in text):
                return kind
    return "raised" if in_pass else "other"


def _is_of_library(frame: FrameType) -> bool:
    return _package(frame) in ("torch", "minigrad")


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).split(".", 1)[0]


def _is_own(frame: FrameType) -> bool:
    """Tell the learner's code from that of what is installed."""
    if _package(frame) in _LIBRARIES:
        return False
    name = frame.f_code.co_filename
    if name.startswith("<") and not name.startswith("<ipython-input"):
        return name in ("<stdin>", "<string>")
    return not str(Path(name).resolve()).startswith(_INSTALLED)


def _node_in(values: dict[str, Any]) -> Any:
    for name in ("node", "self"):
        value = values.get(name)
        if is_node(value) and hasattr(value, "next_functions"):  # not one that was half made
            return value
    return None


def _roots_in(frame: FrameType) -> tuple[Any, ...]:
    """Return the roots of the pass, if this is the frame of one."""
    if frame.f_code.co_name not in _PASSES:
        return ()
    if not (_is_of_library(frame) or _package(frame) == "minigrad_widgets"):
        return ()
    for name in _ROOTS:
        found = _several(frame.f_locals.get(name))
        if found and all(is_tensor(root) or hasattr(root, "output_nr") for root in found):
            return found
    return ()


def _several(value: Any) -> tuple[Any, ...]:
    """Return one tensor, or several, as a tuple."""
    if isinstance(value, (tuple, list)) and not hasattr(value, "output_nr"):
        return tuple(value)
    return () if value is None else (value,)


# ------------------------------------------------------------------ a node that is called by hand


def _node_of_line(sources: Sources, own: list[Place]) -> Any:
    """Return the node that the last line calls, or asks for what it saved.

    PyTorch's nodes leave no frame. The line is read, and its names are looked up; it is not run.
    """
    statement = sources.statement(sources.positions[-1]) if own else None
    if statement is None:
        return None
    frame = own[-1][0]
    names = {**frame.f_globals, **frame.f_locals}
    for part in ast.walk(statement):
        inner = None
        if isinstance(part, ast.Call):
            inner = part.func
        elif isinstance(part, ast.Attribute) and part.attr.startswith(("_saved_", "saved_")):
            inner = part.value
        if isinstance(inner, ast.Attribute) and inner.attr == "apply":
            inner = inner.value
        value = look_up(inner, names) if inner is not None else None
        if is_node(value):
            return value
    return None


def look_up(expression: ast.expr, names: dict[str, Any]) -> Any:
    """Return the value of a name, an attribute or an element, without running anything.

    None for any other expression.
    """
    steps: list[ast.expr] = []
    while isinstance(expression, (ast.Attribute, ast.Subscript)):
        steps.append(expression)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    value = names.get(expression.id)
    for step in reversed(steps):
        value = (
            _attribute(value, step.attr) if isinstance(step, ast.Attribute) else _item(value, step)
        )
        if value is None:
            return None
    return value


def _attribute(value: Any, name: str) -> Any:
    if (is_tensor(value) and name == "grad_fn") or (is_node(value) and name == "next_functions"):
        return getattr(value, name)
    held = getattr(value, "__dict__", {})
    if name in held:
        return held[name]
    parameters = held.get("_parameters", {}) | held.get("_modules", {})  # of an nn.Module
    return parameters.get(name)


def _item(value: Any, step: ast.expr) -> Any:
    key = step.slice if isinstance(step, ast.Subscript) else None
    try:
        place = ast.literal_eval(key) if key is not None else None
        return value[place] if type(value) in (list, tuple, dict) else None
    except (ValueError, TypeError, LookupError):
        return None


__all__ = ["Failure", "last_error", "look_up", "read_failure"]
