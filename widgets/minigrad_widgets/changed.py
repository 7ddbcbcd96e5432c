"""Which tensor was changed in place, and which lines did it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from .failure import Failure
from .names import is_tensor
from .sources import Event, Position, age, base_name

_FAR = 2000  # nodes; who is further from a tensor did not make it


def changed_tensor(
    node: Any, saved: str, told: re.Match[str] | None, names: Mapping[str, Any]
) -> str | None:
    """Find the name of what was changed: of its version and shape, in its memory or on its way."""
    if told is None:
        return None
    shape = [int(size) for size in told["shape"].split(",") if size.strip()]
    like = {
        name: tensor
        for name, tensor in names.items()
        if tensor._version == int(told[2]) and tensor.numel() == math.prod(shape)
    }
    # What has the shape as well comes first; of a view that was saved, only its base may be known.
    ranked = sorted(like.items(), key=lambda item: list(item[1].shape) != shape)
    memory = _memory_of_saved(node, saved)
    if memory is not None:
        return next((name for name, tensor in ranked if _memory(tensor) == memory), None)
    ends = [node] if saved == "result" else [end for end, _ in node.next_functions if end]
    makers, leaves = {id(end) for end in ends}, {id(leaf) for leaf in map(_leaf_behind, ends)}
    ways = {
        name: 0 if id(tensor) in leaves else _way(tensor.grad_fn, makers) for name, tensor in ranked
    }
    # The fewer nodes lie between, the more likely they are the changes in place alone.
    near = [name for name, way in ways.items() if way is not None]
    if near:
        return min(near, key=lambda name: ways[name] or 0)
    return next((name for name, tensor in ranked if list(tensor.shape) == shape), None)


def _leaf_behind(node: Any) -> Any:
    """Return the leaf that a node hands its gradient to, by way of views at most."""
    while node is not None and not hasattr(node, "variable"):
        further = [target for target, _ in node.next_functions]
        node = further[0] if len(further) == 1 else None
    return getattr(node, "variable", None)


def _memory_of_saved(node: Any, saved: str) -> int | None:
    """Return where a saved tensor lies, if the library lets it be seen without a check."""
    raw = getattr(node, f"_raw_saved_{saved}", None)
    data = getattr(raw, "data", None)
    return _memory(data) if is_tensor(data) else None


def _memory(tensor: Any) -> int:
    return tensor.untyped_storage().data_ptr()


def _way(start: Any, makers: set[int]) -> int | None:
    """Return how many nodes lie between a tensor's node and one of the makers; None: no way."""
    if start is None:
        return None
    far = {id(start): 0}
    queue = [start]
    for node in queue:  # it grows meanwhile
        if id(node) in makers:
            return far[id(node)]
        for target, _ in node.next_functions:
            if target is not None and id(target) not in far and len(far) < _FAR:
                far[id(target)] = far[id(node)] + 1
                queue.append(target)
    return None


def sharing(tensor: str | None, names: Mapping[str, Any]) -> set[str]:
    """Return the names of all tensors that share the memory of one."""
    if tensor is None:
        return set()
    version, memory = names[tensor]._version, _memory(names[tensor])
    return {
        name
        for name, other in names.items()
        if name == tensor or (other._version == version and memory and _memory(other) == memory)
    }


def changes_of(
    failure: Failure, tensor: str | None, aliases: set[str], names: Mapping[str, Any]
) -> tuple[Event, ...]:
    """Return what changed a tensor, in the order of the lines; as far as the lines tell."""
    position = failure.position
    if position is None:
        return ()
    changes = failure.sources.before(position, "change")
    bases = {base_name(name) for name in aliases}
    found = [event for event in changes if event.base and event.base in bases]
    found = [event for event in found if _is_of_present_value(failure, event, position)]
    if not found and tensor is not None and names[tensor].is_leaf:
        found = failure.sources.before(position, "step")[:1]
    if not found:
        found = [event for event in changes if not event.code] or changes
        found = found if len(found) == 1 else []
    return tuple(sorted(found, key=lambda event: event.position)[-3:])


def _is_of_present_value(failure: Failure, change: Event, position: Position) -> bool:
    """Tell whether a name was not assigned again after a change: then it was another tensor."""
    assigned = failure.sources.before(position, "assign")
    last = next((event for event in assigned if event.base == change.base), None)
    return last is None or age(change, position) >= age(last, position)


__all__ = ["changed_tensor", "changes_of", "sharing"]
