"""What one line did: two snapshots, compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .snapshot import Snapshot, State


@dataclass(frozen=True)
class Change:
    """One thing that a line did.

    Attributes
    ----------
    kind : str
        Which sentence says it: ``said_{kind}`` of the interface's words.
    values : dict of str to str
        What is filled in.
    nodes : tuple of str
        The nodes that it is about.
    """

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()

    def text(self, words: Mapping[str, str]) -> str:
        """Say it in a language."""
        return words[f"said_{self.kind}"].format(**self.values)


@dataclass(frozen=True)
class Made:
    """What came into being with a line.

    Attributes
    ----------
    nodes : tuple of str
        Ids of the new nodes.
    reason : str
        Why a new plain tensor has no graph: "no_grad", "detach" or "other".
    sources : dict of str to str
        The tensors with a graph that the line reads: the node of each by name.
    reachable : callable
        Gives the nodes behind some nodes.
    """

    nodes: tuple[str, ...]
    reason: str
    sources: Mapping[str, str]
    reachable: Callable[[Iterable[str]], set[str]]

    def untold(self, node: str | None, told: set[str]) -> int:
        """Count the new nodes behind a node that nothing was said of; now they are told of."""
        behind = self.reachable([node] if node is not None else [])
        new = [one for one in self.nodes if one in behind and one not in told]
        told.update(new)
        return len(new)


def compare(
    before: Snapshot, after: Snapshot, made: Made, named: Callable[[str], str]
) -> Iterator[Change]:
    """Yield what is different.

    Parameters
    ----------
    before, after : Snapshot
    made : Made
    named : callable
        What to call a node of which the id is known, such as ``MulBackward0 (n3)``.
    """
    told: set[str] = set()
    for name, state in after.states.items():
        old = before.states.get(name)
        if not state.is_tensor:
            is_self = name.endswith(": self")
            if not is_self and (old is None or old.is_tensor or old.value != state.value):
                yield Change("other", {"name": name, "value": state.value or ""})
        elif old is None or old.identity != state.identity:
            if state.direct:
                yield from _bound(name, old, state, made, told, before, after, named)
        else:
            yield from _same_tensor(name, old, state, named)
    if after.returned is not None:
        yield from _returned(after.returned, made, told, named)
    # In a list, a dict or a module.
    inside = [state.node for state in after.states.values() if not state.direct and state.node]
    count = sum(made.untold(node, told) for node in inside)
    if count:
        yield Change("new_node" if count == 1 else "new_nodes", {"count": str(count)})
    for name, old in before.states.items():
        if name not in after.states and old.direct and ": " not in name:
            yield Change("deleted", {"name": name}, _ids(old))
    if before.grad_mode != after.grad_mode:
        yield Change("grad_on" if after.grad_mode else "grad_off")


def _bound(
    name: str,
    old: State | None,
    state: State,
    made: Made,
    told: set[str],
    before: Snapshot,
    after: Snapshot,
    named: Callable[[str], str],
) -> Iterator[Change]:
    """A name that stands for another tensor than before, or for the first time."""
    values = {"name": name, "node": _called(state, named)}
    if old is not None and old.is_tensor:
        values["old"] = _called(old, named)
        yield Change("moves", values, (*_ids(old), *_ids(state)))
        yield from _new_nodes(state, made, told)
    elif state.node in made.nodes:
        kind = "plain" if state.plain else "leaf" if state.made == "AccumulateGrad" else "made"
        count = made.untold(state.node, told)
        if kind == "made" and count != 1:
            kind = "made_many" if count else "names"
            values["count"] = str(count)
        yield Change(kind, values, _ids(state))
    else:
        others = [
            other.name
            for other in after.states.values()
            if other.identity == state.identity
            and other.name != name
            and other.name in before.states
            and before.states[other.name].identity == state.identity
        ]
        if others:
            yield Change("alias", {"name": name, "other": others[0]}, _ids(state))
        else:
            yield Change("names", values, _ids(state))
    yield from _cut(name, state, made)


def _new_nodes(state: State, made: Made, told: set[str]) -> Iterator[Change]:
    count = made.untold(state.node, told)
    if count and not state.plain:
        yield Change("new_node" if count == 1 else "new_nodes", {"count": str(count)}, _ids(state))


def _cut(name: str, state: State, made: Made) -> Iterator[Change]:
    if state.plain and state.node in made.nodes and made.sources:
        values = {"name": name, "sources": ", ".join(made.sources)}
        yield Change(f"cut_{made.reason}", values, (*_ids(state), *made.sources.values()))


def _same_tensor(
    name: str, old: State, state: State, named: Callable[[str], str]
) -> Iterator[Change]:
    """The tensor is the one of before: what was changed in it."""
    if state.direct and old.node != state.node:
        values = {"name": name, "node": _called(state, named), "old": _called(old, named)}
        kind = "in_place" if not old.plain and old.version != state.version else "becomes"
        if state.made == "CopySlices":
            kind = "copy_slices_first" if old.plain else "copy_slices"
        yield Change(kind, values, (*_ids(old), *_ids(state)))
    if old.version != state.version:
        versions = {"name": name, "old": str(old.version), "new": str(state.version)}
        yield Change("version", versions, _ids(state))
        if old.value != state.value and old.value is not None and state.value is not None:
            yield Change("value", {"name": name, "old": old.value, "new": state.value})
    if state.grad is not None and state.grad != (old.grad or "None"):
        grads = {"name": name, "old": old.grad or "None", "new": state.grad}
        yield Change("grad", grads, _ids(state))


def _returned(
    state: State, made: Made, told: set[str], named: Callable[[str], str]
) -> Iterator[Change]:
    yield Change("returns", {"node": _called(state, named)}, _ids(state))
    yield from _new_nodes(state, made, told)
    if state.plain and state.node in made.nodes and made.sources:
        values = {"name": _called(state, named), "sources": ", ".join(made.sources)}
        yield Change(f"cut_{made.reason}", values, (*_ids(state), *made.sources.values()))


def _called(state: State, named: Callable[[str], str]) -> str:
    return state.made if state.node is None else named(state.node)


def _ids(*states: State) -> tuple[str, ...]:
    return tuple(state.node for state in states if state.node is not None)
