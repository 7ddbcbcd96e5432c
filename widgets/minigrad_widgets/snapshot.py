"""What the learner's names stand for at one moment, as text and ids that stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any, NamedTuple

from .graph import library_of, node_name, node_of
from .names import NamedTensors, find_names, is_tensor, maker
from .union import Union
from .values import (
    dtype_text,
    number_text,
    printable,
    shape_of,
    shape_text,
    shorten,
    tensor_text,
    value_text,
)
from .words import word

LONGEST_TEXT = 40  # columns of what a name stands for when it is no tensor


@dataclass(frozen=True)
class State:
    """What one name stands for.

    Attributes
    ----------
    name : str
        As the learner would write it; of a variable of a function, ``f: x``.
    node : str or None
        Id of its node: of the one that made the tensor, of a leaf, or of a plain tensor. None: it
        is no tensor, or the graph is too large.
    made : str
        What the node is called; of something that is no tensor, empty.
    value : str or None
        Its elements, when they are few; of something that is no tensor, a short text.
    facts : str
        dtype and shape.
    version : int
        PyTorch's counter of changes in place.
    grad : str or None
        Its ``.grad``; None where none is kept.
    plain : bool
        Whether no gradient flows into it.
    identity : int
        Tells one tensor from another.
    direct : bool
        Whether it is a variable, not something inside a list, a dict or a module.
    """

    name: str
    node: str | None
    made: str
    value: str | None
    facts: str
    version: int
    grad: str | None
    plain: bool
    identity: int = field(repr=False)
    direct: bool = True

    @property
    def is_tensor(self) -> bool:
        """Whether the name stands for a tensor."""
        return bool(self.made)


class Snapshot(NamedTuple):
    """All names at one moment, and whether gradients are recorded."""

    states: dict[str, State]
    grad_mode: bool
    returned: State | None = None


class Camera:
    """Takes snapshots of the names in one namespace, and of the functions that run.

    Attributes
    ----------
    union : Union
        All nodes that were ever seen.
    """

    def __init__(self, namespace: Mapping[str, Any], names: Sequence[str], limit: int) -> None:
        self.union = Union(limit)
        self.overflow = False
        self._namespace = namespace
        self._names = [name for name in names if not name.startswith("__")]
        self._library: ModuleType | None = None
        self._leaves: dict[int, Any] = {}
        self._held: dict[int, Any] = {}  # an identity is good while the object lives

    def grad_mode(self) -> bool:
        """Whether the library of the learner's tensors records what is computed now."""
        return self._library is None or bool(self._library.is_grad_enabled())

    def take(self, frames: Sequence[FrameType], returned: Any = None) -> Snapshot:
        """Take a snapshot.

        Parameters
        ----------
        frames : sequence of frame
            Of the functions of the cell that run, the outermost first.
        returned : object, optional
            What a function is about to return: it has no name yet.
        """
        found = list(self._visible(frames))
        tensors = {name: value for name, value, _ in found if is_tensor(value)}
        if is_tensor(returned):
            tensors[""] = returned
        if self._library is None:
            self._library = _library(found, tensors)
        named = NamedTensors(tensors)
        states = {name: self._state(name, value, direct, named) for name, value, direct in found}
        of_returned = self._state("", returned, True, named) if is_tensor(returned) else None
        return Snapshot(states, self.grad_mode(), of_returned)

    def tensors(self, states: Mapping[str, State]) -> dict[str, Any]:
        """Return the tensors that names stand for, as far as they are still alive."""
        return {
            name: self._held[state.identity] for name, state in states.items() if state.is_tensor
        }

    def _visible(self, frames: Sequence[FrameType]) -> Iterator[tuple[str, Any, bool]]:
        outer = {k: self._namespace[k] for k in self._names if k in self._namespace}
        seen: set[int] = set()
        for scope, variables in [("", outer), *map(_local, frames)]:
            inside: list[tuple[str, Any]] = []
            for name, value in variables.items():
                yield scope + name, value, True
                seen.add(id(value))
                if not is_tensor(value):
                    inside += _inside(name, value)
            for name, value in inside:
                if id(value) not in seen:
                    seen.add(id(value))
                    yield scope + name, value, False

    def _state(self, name: str, value: Any, direct: bool, named: NamedTensors) -> State:
        if not is_tensor(value):
            text = _other_text(value)
            return State(name, None, "", text, "", 0, None, True, 0, direct)
        self._held[id(value)] = value
        text = value_text(value)
        node = self._node(value)
        plain = node is None
        if plain:
            node_id, made = self.union.add_plain(value, None), "tensor"
        else:
            node_id, made = self.union.add(node, named), node_name(node)
        self.overflow |= node_id is None
        keeps = not plain and (maker(value) is None or value.retains_grad)
        return State(
            name=name,
            node=node_id,
            made=made,
            value=text,
            facts=shape_text(shape_of(value), dtype_text(value.dtype)),
            version=_version(value),
            grad=_grad(value) if keeps else None,
            plain=plain,
            identity=id(value),
            direct=direct,
        )

    def _node(self, tensor: Any) -> Any:
        """Return the node of a tensor; asking for that of a leaf makes a view, so do it once."""
        node = maker(tensor)
        if node is not None or not tensor.requires_grad:
            return node
        if id(tensor) not in self._leaves:
            self._leaves[id(tensor)] = node_of(tensor)
        return self._leaves[id(tensor)]


def _local(frame: FrameType) -> tuple[str, dict[str, Any]]:
    scope = frame.f_code.co_qualname.replace("<locals>.", "")
    return f"{scope}: ", {k: v for k, v in frame.f_locals.items() if not k.startswith(("__", "."))}


def _library(
    found: Sequence[tuple[str, Any, bool]], tensors: Mapping[str, Any]
) -> ModuleType | None:
    """Return the library that the code uses, as soon as it can be known."""
    if tensors:
        return library_of(next(iter(tensors.values())))
    modules = [value for _, value, _ in found if isinstance(value, ModuleType)]
    return next((one for one in modules if hasattr(one, "is_grad_enabled")), None)


def _inside(name: str, value: Any) -> list[tuple[str, Any]]:
    try:
        return list(find_names({name: value}).items())
    except Exception:  # noqa: BLE001 (in its __init__, a module does not know its parameters yet)
        return []


def _grad(tensor: Any) -> str:
    return "None" if tensor.grad is None else tensor_text(tensor.grad)


def _version(tensor: Any) -> int:
    try:
        return int(tensor._version)
    except RuntimeError:  # PyTorch counts nothing in inference mode
        return 0


def _other_text(value: Any) -> str:
    """Write what is no tensor, without calling anything of the learner's."""
    if value is None or type(value) in (bool, int):
        return shorten(str(value), LONGEST_TEXT)
    if type(value) is float:
        return number_text(value)
    if type(value) is str:
        return shorten(printable(repr(value[: LONGEST_TEXT + 1])), LONGEST_TEXT)
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    kind = type(value).__name__
    if kind in ("function", "builtin_function_or_method"):
        return f"{value.__name__}()"
    if type(value) in (list, tuple, dict, set):
        return word("build", "of_items", kind=kind, n=len(value))
    return kind
