"""One run of a learner's function: its output, the graph behind it, every gradient.

Nothing of the learner's is touched: the gradients are asked for with ``autograd.grad``, so no
``.grad`` of a parameter changes, and the graph may still run backward.
"""

from __future__ import annotations

import inspect
import linecache
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from .graph import Graph, library_of, trace_graph
from .names import find_names, is_tensor
from .values import printable, tensor_text

SECONDS = 10.0  # that one run may take
LONGEST = 600  # characters of an error


class FailureError(Exception):
    """Why a run gave no graph: the key of a text of the interface, and what fills its holes."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class _StoppedError(BaseException):
    """The function took too long. Not an Exception: a learner's ``except`` should not catch it."""


@dataclass(frozen=True)
class Run:
    """What one run gave.

    Attributes
    ----------
    output : Tensor
    graph : Graph
        ``grad`` of every node is the gradient that arrived there.
    grads : dict of str to (Tensor or None)
        Of each leaf; None: the output does not depend on it, or it holds integers.
    """

    output: Any
    graph: Graph
    grads: dict[str, Any]


class Function:
    """A learner's function and the names of its parameters.

    Raises
    ------
    TypeError
        If it cannot be called with these leaves.
    """

    def __init__(self, function: Callable[..., Any], leaves: Mapping[str, Any]) -> None:
        if not callable(function):
            raise TypeError(
                "play() needs a function, such as lambda x, w: w * x, "
                f"not {type(function).__name__}"
            )
        self._function = function
        self._code = _code(function)
        self._places = _places(function, leaves)
        name = getattr(function, "__name__", type(function).__name__)
        self.name = "f" if name == "<lambda>" else printable(str(name))

    def __call__(self, tensors: Mapping[str, Any]) -> Any:
        """Call the function with its leaves."""
        first = [tensors[name] for name in self._places]
        rest = {name: tensor for name, tensor in tensors.items() if name not in self._places}
        return self._function(*first, **rest)

    def watched(
        self, tensors: Mapping[str, Any], seconds: float | None = None
    ) -> tuple[Any, Mapping[str, Any]]:
        """Call it; return its local variables too. Raises FailureError if it takes too long."""
        if self._code is None:
            return self(tensors), {}
        seconds = SECONDS if seconds is None else seconds
        watch = _Watch(self._code, time.monotonic() + seconds)
        try:
            with watch:
                return self(tensors), watch.found
        except _StoppedError:
            raise FailureError("too_long", seconds=f"{seconds:g}") from None

    def visible(self) -> dict[str, Any]:
        """Return the tensors outside that the function mentions, by name."""
        if hasattr(type(self._function), "named_parameters"):
            return dict(self._function.named_parameters())  # pyright: ignore[reportFunctionMemberAccess]
        return find_names(self._mentioned()[0])

    def library(self) -> ModuleType | None:
        """Return the library that the function mentions, or else the one imported around it."""
        mentioned, around = self._mentioned()
        for values in ([self._function, *mentioned.values()], around.values()):
            found = {root for value in values for root in _roots(value)}
            if len(found) == 1:
                return sys.modules[found.pop()]
        return None

    def _mentioned(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the variables outside that the function mentions, and all of its module."""
        function = getattr(inspect.unwrap(self._function), "__func__", self._function)
        function = inspect.unwrap(function)
        if self._code is None or not hasattr(function, "__globals__"):
            return {}, {}
        cells = zip(self._code.co_freevars, function.__closure__ or (), strict=False)
        found = {name: cell.cell_contents for name, cell in cells if _is_full(cell)}
        scope = function.__globals__
        for name in self._code.co_names:
            if name in scope:
                found.setdefault(name, scope[name])
        return found, dict(scope)

    def where(self, error: BaseException) -> tuple[int, str] | None:
        """Return the line of the function (or of its file) where an error struck, and its text."""
        if self._code is None:
            return None
        found = None
        step: TracebackType | None = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == self._code.co_filename:
                found = step
            step = step.tb_next
        if found is None:
            return None
        line = linecache.getline(self._code.co_filename, found.tb_lineno)
        return found.tb_lineno, line.strip()


class _Watch:
    """Sees the local variables of a function at its end, and stops what takes too long.

    It is a trace function: it is told of every line of the learner's file, so even an empty loop
    can be stopped, and never in the middle of the library's work. Where a debugger traces already,
    it is a profile function, which sees the variables only.
    """

    def __init__(self, code: CodeType, end: float) -> None:
        self.code = code
        self.found: Mapping[str, Any] = {}
        self.end = end

    def __enter__(self) -> None:
        self.traces = sys.gettrace() is None
        self.profiles = not self.traces and sys.getprofile() is None
        if self.traces:
            sys.settrace(self._called)
        elif self.profiles:
            sys.setprofile(self._happened)

    def __exit__(self, *_error: object) -> None:
        if self.traces:
            sys.settrace(None)
        elif self.profiles:
            sys.setprofile(None)

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        return self._line if frame.f_code.co_filename == self.code.co_filename else None

    def _line(self, frame: FrameType, event: str, _argument: Any) -> Any:
        self._happened(frame, event, None)
        if time.monotonic() > self.end:
            raise _StoppedError
        return self._line

    def _happened(self, frame: FrameType, event: str, _argument: Any) -> None:
        if event == "return" and frame.f_code is self.code:
            own = self.code.co_varnames
            self.found = {n: value for n, value in frame.f_locals.items() if n in own}


def evaluate(
    function: Function, leaves: Mapping[str, Any], library: Any, names: Mapping[str, Any]
) -> Run:
    """Run a function on leaves.

    Parameters
    ----------
    function : Function
    leaves : mapping of str to Tensor
    library : module
        minigrad or torch.
    names : mapping of str to Tensor
        What other tensors are called; what the function itself calls its tensors is found.

    Raises
    ------
    FailureError
        If there is no graph to show, with the reason.
    """
    with library.enable_grad():  # grad modes are per thread, and this may be another thread
        try:
            output, inside = function.watched(leaves)
        except FailureError:
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise _struck(function, error) from error
        _check(output, leaves, library)
        graph = trace_graph(output, {**leaves, **names, **_without(inside, {**leaves, **names})})
        try:
            grads, arrived = _backward(output, graph, leaves, library)
        except Exception as error:
            raise _struck(function, error) from error
    return Run(output, _with_grads(graph, arrived), {name: grads.get(name) for name in leaves})


def _without(inside: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    """The tensors among local variables, without those whose name is taken."""
    found = find_names({name: value for name, value in inside.items() if name != "self"})
    return {name: tensor for name, tensor in found.items() if name not in taken}


def _struck(function: Function, error: BaseException) -> FailureError:
    text = f"{type(error).__name__}: {error}".rstrip(": ")
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}…"
    found = function.where(error)
    if found is None:
        return FailureError("raised", error=text)
    number, line = found
    return FailureError("raised_at", error=text, line=number, source=line)


def _check(output: Any, leaves: Mapping[str, Any], library: Any) -> None:
    if not is_tensor(output):
        key = "nothing_returned" if output is None else "no_tensor"
        raise FailureError(key, type=type(output).__name__)
    found = library_of(output)
    if found is not library:
        raise FailureError("other_library", found=found.__name__, wanted=library.__name__)
    if output.grad_fn is None and output.requires_grad:
        called = next((name for name, leaf in leaves.items() if leaf is output), "")
        raise FailureError("leaf_returned" if called else "other_leaf_returned", name=called)
    if output.grad_fn is None:
        raise FailureError("no_grad_fn")
    if getattr(output.dtype, "is_complex", False):
        raise FailureError("complex_returned")


def _backward(
    output: Any, graph: Graph, leaves: Mapping[str, Any], library: Any
) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    """Run the engine; hooks tell what arrives at each node.

    Returns
    -------
    grads : dict of str to Tensor or None
        By the name of the leaf.
    arrived : dict of str to tuple of Tensor or None
        By the id of the node, one per output.
    """
    arrived: dict[str, tuple[Any, ...]] = {}
    variables = {
        node.id: graph.handles[node.id].variable for node in graph.nodes if node.kind == "leaf"
    }
    wanted = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    asked = {id(tensor): tensor for tensor in [*wanted.values(), *variables.values()]}
    hooks = [
        node.register_prehook(_noting(arrived, node_id))
        for node_id, node in graph.handles.items()
        if node_id not in variables
    ]
    try:
        answers = library.autograd.grad(
            [output], [*asked.values()], [library.ones_like(output)],
            retain_graph=True, allow_unused=True,
        )  # fmt: skip
    finally:
        for hook in hooks:
            hook.remove()
    grads = dict(zip(asked, answers, strict=True))
    arrived |= {node_id: (grads[id(tensor)],) for node_id, tensor in variables.items()}
    return {name: grads[id(leaf)] for name, leaf in wanted.items()}, arrived


def _noting(arrived: dict[str, tuple[Any, ...]], node_id: str) -> Callable[[Any], None]:
    def note(grads: Any) -> None:
        arrived[node_id] = tuple(grads)

    return note


def _with_grads(graph: Graph, arrived: Mapping[str, tuple[Any, ...]]) -> Graph:
    nodes = tuple(
        node
        if node.kind == "none"
        else replace(node, grad=_texts(arrived.get(node.id, (None,))), retains_grad=False)
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


def _texts(grads: tuple[Any, ...]) -> str:
    return "; ".join("None" if grad is None else tensor_text(grad) for grad in grads)


def height(function: Function, leaves: Mapping[str, Any], library: Any, seconds: float) -> float:
    """Run a function for the sum of its output alone; nan where it has none, for any reason."""
    try:
        with library.enable_grad():
            output, _ = function.watched(leaves, seconds)
            return total(output)
    except Exception:  # noqa: BLE001 (the learner's function may raise anything, for some numbers)
        return math.nan


def total(output: Any) -> float:
    """The sum of all elements of a tensor, as a number."""
    return float(output.detach().sum().item())


def _roots(value: Any) -> set[str]:
    """The libraries of tensors that a value belongs to: a module of one, or an object of one."""
    places = [base.__module__ for base in type(value).__mro__]
    if isinstance(value, ModuleType):
        places.append(value.__name__)
    elif inspect.isroutine(value) or inspect.isclass(value):
        places.append(str(value.__module__))
    return {place.split(".", 1)[0] for place in places} & {"minigrad", "torch"}


def _is_full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (an empty cell raises)
    except ValueError:
        return False
    return True


def _code(function: Any) -> CodeType | None:
    """The code that the learner wrote, of a function, a method, a module or a callable object."""
    function = inspect.unwrap(function)
    if hasattr(type(function), "named_parameters"):
        function = function.forward
    elif not hasattr(function, "__code__") and not hasattr(function, "__func__"):
        function = getattr(type(function), "__call__", None)  # noqa: B004 (its code is wanted)
    function = inspect.unwrap(getattr(function, "__func__", function)) if function else None
    return getattr(function, "__code__", None)


def _places(function: Any, leaves: Mapping[str, Any]) -> list[str]:
    """The leaves that are given by position: those of parameters that have no name to a caller."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # of some built-in functions nobody knows them
        return list(leaves)
    positional = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_ONLY]
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    named = {p.name for p in parameters.values() if p.kind in by_name}
    any_name = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name in leaves:
        if name not in named and name not in positional and not any_name:
            has = ", ".join([*positional, *(n for n in parameters if n in named)]) or "none"
            raise TypeError(
                f"the function has no parameter {name!r}; its parameters are: {has}. "
                "The leaves are called as the parameters are"
            )
    for parameter in parameters.values():
        plain = parameter.name in named or parameter.name in positional
        if plain and parameter.default is parameter.empty and parameter.name not in leaves:
            raise TypeError(
                f"play() needs a leaf for the parameter {parameter.name!r}: "
                f"{parameter.name}=2.0, or a range {parameter.name}=(-3, 3)"
            )
    return [name for name in positional if name in leaves]
