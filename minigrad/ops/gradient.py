"""Declarations of gradients that are operations themselves, as many of PyTorch's are."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from minigrad.op import Op
from minigrad.op_node import node_class
from minigrad.ops.with_number import zeros_like


def names_of(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters."""
    return [*function.__code__.co_varnames[: function.__code__.co_argcount]]


def passing(run: Callable[..., Any], names: str) -> Callable[..., Any]:
    """A rule that asks for `names` and passes them to `run`."""
    return eval(f"lambda {names}: run({names})", {"run": run})  # noqa: S307 - the source is ours


def bent(
    name: str, forward: Any, slope: Any, curve: Any = None, slope_tex: str | None = None, **words: Any
) -> Op:
    """The function `name` of each element, whose gradient `slope` is an operation too.

    The gradient is linear in what arrives, so its own gradient by that is `slope` again; that by
    the input is `curve`, or zero for straight lines.
    """
    names = ", ".join(["grad", *names_of(slope)[1:]])
    again = passing(lambda *values: backward(*values), names)
    backward = Op(f"{name}BackwardBackward0", slope, inputs=("grad_output", "self"), tex=slope_tex,
        grad_output=again, self=curve or (lambda grad: zeros_like(grad)),
        says="the derivative, differentiated once more")  # fmt: skip
    return Op(f"{name}Backward0", forward, inputs=("self",), self=again, **words)


class Joint(Op):
    """An operation all of whose gradients PyTorch computes at once, in one node of several outputs.

    Parameters
    ----------
    together : callable
        What runs on Tensors in place of the rules, which run on arrays: from ``grad``, what the
        node has saved, and `wanted` (which inputs need a gradient) to one gradient per input.
    """

    def __init__(self, name: str, forward: Any, /, *, together: Any, **words: Any) -> None:
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

        together, asked = self.together, names_of(self.together)
        made = node_class(self)
        made.vjp_tensors = vjp_tensors
        return made


def total(*terms: Any) -> Any:
    """The sum of those `terms` that are not None."""
    there = [term for term in terms if term is not None]
    return sum(there[1:], start=there[0]) if there else None
