"""Operations all of whose gradients PyTorch computes at once, in one node of several outputs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any

from minigrad.op import Op
from minigrad.op_node import node_class


class Joint(Op):
    """An operation whose rules run on arrays; on Tensors `together` runs in their place.

    Parameters
    ----------
    together : callable
        From ``grad``, what the node has saved, and `wanted` (which inputs need a gradient) to one
        gradient per input.
    """

    def __init__(
        self, name: str, forward: Callable[..., Any], /, *, together: Any, **words: Any
    ) -> None:
        super().__init__(name, forward, **words)
        self.together = together

    @cached_property
    def node_class(self) -> type[Any]:
        """The class of the nodes, whose rules on Tensors are one."""

        def vjp_tensors(node: Any, grad: Any) -> tuple[Any, ...]:
            wanted = [edge[0] is not None for edge in node.next_functions]
            given = {"grad": grad, "wanted": wanted}
            found = together(*[given[n] if n in given else node.unpack(n) for n in asked])
            return tuple([g if w else None for g, w in zip(found, wanted, strict=False)])

        together, asked = self.together, inspect.signature(self.together).parameters
        made = node_class(self)
        made.vjp_tensors = vjp_tensors
        return made


def total(*terms: Any) -> Any:
    """The sum of those `terms` that are not None."""
    there = [term for term in terms if term is not None]
    return sum(there[1:], start=there[0]) if there else None
