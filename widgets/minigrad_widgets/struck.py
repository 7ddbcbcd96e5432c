"""At which nodes an error struck, as far as that can be known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .graph import describe
from .names import NamedTensors

if TYPE_CHECKING:
    from .snapshot import State
    from .union import Union

_FREED = "Trying to backward through the graph a second time"
_STALE = "modified by an inplace operation"
_NAMED = re.compile(r"[Ff]unction '?(\w+)'? returned")
_OF_OPERANDS = (RuntimeError, ValueError, TypeError, IndexError)


def node_struck(
    error: BaseException, operands: Mapping[str, State], union: Union
) -> tuple[str, ...]:
    """Return the ids of the nodes at which an error struck.

    Parameters
    ----------
    error : BaseException
    operands : mapping of str to State
        The tensors that the line reads.
    union : Union

    Returns
    -------
    tuple of str
        The node whose saved tensor was changed or freed, or that returned something wrong; for
        other errors of operations, the nodes of the operands; empty when nothing is known.
    """
    starts = list(dict.fromkeys(state.node for state in operands.values() if state.node))
    text = str(error)
    if not isinstance(error, _OF_OPERANDS):
        return ()
    if _STALE in text:
        return tuple(_with_saved(union, union.nodes, "changed"))
    if _FREED in text:
        freed = list(_with_saved(union, union.reachable(starts), "freed"))
        # Of those that a gradient reaches, the one made last runs first.
        return tuple(sorted(freed, key=lambda one: -union.nodes[one].sequence)[:1])
    if match := _NAMED.search(text):
        return tuple(one for one, node in union.nodes.items() if node.name == match[1])
    return tuple(starts)


def _with_saved(union: Union, ids: Iterable[str], matter: str) -> Iterator[str]:
    for node_id in ids:
        handle = union.handles.get(node_id)
        if handle is not None:
            described = describe(node_id, handle, NamedTensors({}))
            if any(getattr(slot, matter) for slot in described.saved):
                yield node_id
