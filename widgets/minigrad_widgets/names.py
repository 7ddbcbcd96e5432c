"""Which variable of the learner is which tensor.

A tensor is found again in a graph by identity: a leaf as the ``variable`` of an AccumulateGrad
node, any other tensor through its ``grad_fn``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_LONGEST_CONTAINER = 1000  # a longer list or dict of the learner is data, not a set of parameters


def is_tensor(value: Any) -> bool:
    """Tell whether a value is a tensor of either library; a lazy layer has none before its call."""
    # Asked of the type: looking up an attribute of the object itself could run code of the learner.
    kind = type(value)
    is_lazy = kind.__name__.startswith("Uninitialized")
    return hasattr(kind, "grad_fn") and hasattr(kind, "requires_grad") and not is_lazy


def is_node(value: Any) -> bool:
    """Tell whether a value is a node of a graph (a ``grad_fn``) of either library."""
    return hasattr(type(value), "next_functions")


def find_names(names: Mapping[str, Any] | None = None, depth: int = 1) -> dict[str, Any]:
    """Find the tensors that have a name.

    Parameters
    ----------
    names : mapping of str to tensor, optional
        The names to use. Values may also be modules, or lists, tuples and dicts of tensors;
        anything else is passed over, so ``names=locals()`` works. Default: the variables of the
        caller, then those of the notebook.
    depth : int
        How many calls up the caller is: 0 is the function that calls ``find_names``, 1 the caller
        of that.

    Returns
    -------
    dict of str to tensor
        In the order in which a name wins where one tensor has several.

    Raises
    ------
    TypeError
        If ``names`` is not a mapping with text as its keys.
    """
    if names is not None:
        _check(names)
        return dict(_tensors(names.items()))
    found: dict[str, Any] = {}
    for namespace in _namespaces(depth + 1):
        visible = ((k, v) for k, v in namespace.items() if not _is_hidden(k))
        for name, tensor in _tensors(visible):
            found.setdefault(name, tensor)
    return found


def _check(names: Any) -> None:
    if not isinstance(names, Mapping):
        raise TypeError(
            "names must be a dict of variable names and tensors, such as "
            f"{{'x': x}}, not {type(names).__name__}"
        )
    for key in names:
        if not isinstance(key, str):
            raise TypeError(f"names: each key must be a str, not {type(key).__name__}")


def _is_hidden(name: str) -> bool:
    return name.startswith("_") or name in ("In", "Out")  # of IPython, as _ and _1 are


def _namespaces(depth: int) -> Iterator[dict[str, Any]]:
    frame = sys._getframe(depth + 1)  # pyright: ignore[reportPrivateUsage]
    yield dict(frame.f_locals)
    yield dict(frame.f_globals)
    ipython = sys.modules.get("IPython")  # only if a notebook has loaded it already
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        yield dict(shell.user_ns)


def _tensors(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Yield the tensors among the variables, then those one level inside modules and containers."""
    containers: list[tuple[str, Any]] = []
    for name, value in items:
        if is_tensor(value):
            yield name, value
        else:
            containers.append((name, value))
    for name, value in containers:
        yield from _inside(name, value)


def _inside(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, type):
        return
    if hasattr(type(value), "named_parameters"):
        for inner, parameter in value.named_parameters():
            yield f"{name}.{inner}", parameter
    elif isinstance(value, (list, tuple)) and len(value) <= _LONGEST_CONTAINER:
        yield from ((f"{name}[{i}]", item) for i, item in enumerate(value) if is_tensor(item))
    elif isinstance(value, dict) and len(value) <= _LONGEST_CONTAINER:
        yield from ((f"{name}[{k!r}]", v) for k, v in value.items() if is_tensor(v))


def maker(tensor: Any) -> Any:
    """Return the node that made a tensor; None, too, of a view whose history nobody can tell.

    To ask for that of one that was made in no_grad mode, say, and changed since, is an error.
    """
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


class Named(NamedTuple):
    """A tensor and the name that the learner gave it (None: it has none)."""

    name: str | None
    tensor: Any


class NamedTensors:
    """Finds the named tensors of a node by identity."""

    def __init__(self, names: Mapping[str, Any], root: Any = None) -> None:
        self._leaves: dict[int, Named] = {}
        self._made: dict[int, dict[int, Named]] = {}
        self._held: list[Any] = []  # an identity is only good while the object lives
        for name, tensor in names.items():
            self._add(Named(name, tensor))
        if is_tensor(root):
            self._add(Named(None, root))

    def _add(self, named: Named) -> None:
        tensor = named.tensor
        node = maker(tensor)
        self._held.append((tensor, node))
        if node is None:
            self._leaves.setdefault(id(tensor), named)
        else:
            outputs = self._made.setdefault(id(node), {})
            outputs.setdefault(tensor.output_nr, named)

    def leaf(self, variable: Any) -> Named:
        """Return the name of a leaf tensor."""
        return self._leaves.get(id(variable), Named(None, variable))

    def made_by(self, node: Any) -> list[Named]:
        """Return the known tensors that a node made, in the order of its outputs."""
        outputs = self._made.get(id(node), {})
        return [outputs[nr] for nr in sorted(outputs)]
